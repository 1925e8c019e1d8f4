//! Random sections, views, cached requests and watches of a volume, their steps in random order: the rules hold after every
//! step, every step can be undone, and the system can let everything go when every process has ended.

use proptest::prelude::*;
use sim_core::cc::cache_map::CacheMap;
use sim_core::fsrtl::notify::Notify;
use sim_core::io::device::Device;
use sim_core::io::file::File;
use sim_core::io::irp::{Irp, Major};
use sim_core::mm::control_area::ControlArea;
use sim_core::mm::section::Section;
use sim_core::mm::view::View;
use sim_core::profile::{Profile, Version};
use sim_core::{Id, Kernel};
use sim_tests::Machine;

fn numbers() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 0..1500)
}

fn version() -> impl Strategy<Value = Profile> {
    prop::sample::select([Version::Xp, Version::Win11].map(Profile::of).to_vec())
}

/// A control area counts its sections and views, a file has one at most, and a cache map its users.
fn check_mapped(k: &Kernel) -> Result<(), TestCaseError> {
    for (id, area) in k.all::<ControlArea>() {
        let views = k.all::<View>().filter(|(_, view)| view.control_area == Some(id)).count();
        let sections = k.all::<Section>().filter(|(_, section)| section.control_area == Some(id)).count();
        let maps = k.all::<CacheMap>().filter(|(_, map)| map.control_area == id).count();
        prop_assert_eq!((area.views as usize, area.sections as usize), (views, sections + maps));
        prop_assert!(area.file.is_some() || views + sections > 0, "{:?}", area);
        let of_file = |file: Id<File>| k.data_section(file) == Some(id);
        prop_assert!(area.file.is_none_or(of_file), "{:?}", area);
    }
    for (_, map) in k.all::<CacheMap>() {
        let users = k.all::<File>().filter(|(_, file)| file.private_cache_map && file.scb == k[map.file].scb);
        prop_assert_eq!(map.opens as usize, users.count());
    }
    let waits = |(_, irp): &(Id<Irp>, &Irp)| irp.major == Major::DirectoryControl && irp.cancel_routine;
    for (id, irp) in k.all::<Irp>().filter(waits) {
        let queued = k.all::<Device>().any(|(_, device)| Device::QUEUE.of(device).any(|queued| queued == id));
        prop_assert!(!queued || k.notify_of(irp.file).is_some(), "{:?}", irp);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_of_sections_and_watches_hold_after_every_step(numbers in numbers(), profile in version()) {
        let mut machine = Machine::with_mapped_files(profile);
        for number in numbers {
            machine.happen(number);
            prop_assert_eq!(machine.k.broken_invariant(), None);
            prop_assert!(machine.k.findings().is_empty(), "{:?}", machine.k.findings());
            check_mapped(&machine.k)?;
        }
    }

    #[test]
    fn whatever_was_mapped_and_watched_can_be_undone(numbers in numbers()) {
        let mut machine = Machine::with_mapped_files(Profile::default());
        let (before, mark) = (machine.k.clone(), machine.k.mark());
        numbers.into_iter().for_each(|number| machine.happen(number));
        machine.k.undo_to(mark);
        prop_assert!(machine.k == before);
    }

    #[test]
    fn the_system_lets_every_file_go_when_every_process_has_ended(numbers in numbers(), profile in version()) {
        let mut machine = Machine::with_mapped_files(profile);
        numbers.into_iter().for_each(|number| machine.happen(number));
        machine.end_every_process();
        // An open may wait for ever that its own process answers the break of an oplock.
        prop_assume!(machine.k.is_quiet());
        prop_assert_eq!(machine.k.all::<Notify>().count(), 0);
        prop_assert!(machine.k.all::<ControlArea>().all(|(_, area)| area.file.is_some() && area.views == 0));
        machine.write_and_trim();
        prop_assert_eq!(machine.k.all::<ControlArea>().count() + machine.k.all::<CacheMap>().count(), 0);
        prop_assert_eq!(machine.k.all::<File>().filter(|(_, file)| file.scb.is_some()).count(), 0);
    }
}

/// What random machines come to, so that the rules above are asked where they could break.
#[test]
fn random_machines_come_to_late_closes_paging_writes_and_watches_that_end() {
    let (mut late, mut paging, mut told, mut viewed, mut seed) = (false, false, false, false, 7_u32);
    for _ in 0..60 {
        let mut machine = Machine::with_mapped_files(Profile::default());
        for _ in 0..2500 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            machine.happen(seed.rotate_left(15));
            let k = &machine.k;
            let is_late = |area: &ControlArea| area.file.is_some_and(|file| k[file].cleanup_sent);
            late |= k.all::<ControlArea>().any(|(_, area)| is_late(area) && area.is_unused());
            paging |= k.all::<Irp>().any(|(_, irp)| irp.paging_io && k[irp.file].cleanup_sent);
            told |=
                k.all::<Irp>().any(|(_, irp)| irp.major == Major::DirectoryControl && irp.information > 0);
            viewed |= k.all::<ControlArea>().any(|(_, area)| area.sections == 0 && area.views > 0);
        }
    }
    assert!(late && paging && told && viewed, "{late} {paging} {told} {viewed}");
}
