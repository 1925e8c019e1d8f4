//! Random services of a volume on random threads, their steps in random order: the rules hold after every step, every step
//! can be undone, and nothing is left when every handle is closed.

use proptest::prelude::*;
use sim_core::drivers::ntfs::lock::FileLock;
use sim_core::drivers::ntfs::scb::Scb;
use sim_core::io::device::Device;
use sim_core::io::file::File;
use sim_core::io::irp::Major;
use sim_core::profile::{Profile, Version};
use sim_core::ps::system::System;
use sim_core::{Id, Kernel};
use sim_tests::Machine;

fn numbers() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 0..400)
}

fn version() -> impl Strategy<Value = Profile> {
    prop::sample::select([Version::Xp, Version::Win7, Version::Win11].map(Profile::of).to_vec())
}

/// Two files of a volume never have one name, and what has neither a name nor a file object is gone.
fn check_files(k: &Kernel) -> Result<(), TestCaseError> {
    let files: Vec<(Id<Scb>, &Scb)> = k.all::<Scb>().collect();
    for (at, (id, scb)) in files.iter().enumerate() {
        let same = |(_, other): &&(Id<Scb>, &Scb)| !other.unlinked && other.name == scb.name;
        prop_assert!(scb.unlinked || files[..at].iter().filter(same).count() == 0, "{scb:?}");
        let is_open = k.all::<File>().any(|(_, file)| file.scb == Some(*id));
        prop_assert!(is_open || !scb.unlinked && scb.name.is_some(), "{scb:?}");
        let opens = Scb::OPENS.of(scb).len();
        prop_assert!(opens > 0 || !scb.delete_pending || scb.unlinked, "{scb:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_of_files_hold_after_every_step(numbers in numbers(), profile in version()) {
        let mut machine = Machine::with_files(profile);
        for number in numbers {
            machine.happen(number);
            prop_assert_eq!(machine.k.broken_invariant(), None);
            prop_assert!(machine.k.findings().is_empty(), "{:?}", machine.k.findings());
            check_files(&machine.k)?;
        }
    }

    #[test]
    fn whatever_was_done_to_files_can_be_undone(numbers in numbers()) {
        let mut machine = Machine::with_files(Profile::default());
        let (before, mark) = (machine.k.clone(), machine.k.mark());
        numbers.into_iter().for_each(|number| machine.happen(number));
        machine.k.undo_to(mark);
        prop_assert!(machine.k == before);
    }

    #[test]
    fn no_lock_and_no_request_is_left_when_every_process_has_ended(numbers in numbers(), profile in version()) {
        let mut machine = Machine::with_files(profile);
        numbers.into_iter().for_each(|number| machine.happen(number));
        machine.end_every_process();
        // An open may wait for ever that its own process answers the break of an oplock.
        prop_assume!(machine.k.is_quiet());
        prop_assert_eq!(machine.k.all::<FileLock>().count(), 0);
        prop_assert!(machine.k.all::<Device>().all(|(_, device)| Device::QUEUE.first(device).is_none()));
        prop_assert!(machine.k.all::<Scb>().all(|(_, scb)| !scb.unlinked && scb.breaking.is_none()));
    }
}

/// What random machines come to, so that the rules above are asked where they could break.
#[test]
fn random_machines_come_to_waiting_locks_broken_oplocks_and_names_that_are_free_again() {
    let (mut waits, mut breaks, mut free, mut posted, mut seed) = (false, false, false, false, 1_u32);
    for _ in 0..120 {
        let mut machine = Machine::with_files(Profile::default());
        for _ in 0..900 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            machine.happen(seed.rotate_left(15));
            let k = &machine.k;
            let volume = k.device_named("vol").expect("a volume");
            waits |= Device::QUEUE.of(&k[volume]).any(|irp| k[irp].major == Major::LockControl);
            breaks |= k.all::<Scb>().any(|(_, scb)| scb.breaking.is_some());
            free |= k.all::<Scb>().any(|(_, scb)| scb.unlinked && Scb::OPENS.first(scb).is_some());
            posted |= k.all::<System>().any(|(_, system)| System::POSTED.first(system).is_some());
        }
    }
    assert!(waits && breaks && free && posted, "{waits} {breaks} {free} {posted}");
}
