//! Random services on random threads, their steps in random order: the rules of the object and I/O managers hold
//! after every step, and every step can be undone.

use std::collections::BTreeSet;

use petgraph::graph::DiGraph;
use proptest::prelude::*;
use sim_core::drivers::npfs::ccb::{Ccb, PipeState};
use sim_core::drivers::npfs::data_entry::{DataEntry, EntryType};
use sim_core::encode::Decoder;
use sim_core::io::file::File;
use sim_core::io::irp::Irp;
use sim_core::ob::header::Object;
use sim_core::ob::table::Entry;
use sim_core::ob::types::ObjectType;
use sim_core::profile::{Arch, Batch, Profile, Version};
use sim_core::ps::process::Process;
use sim_core::{Handle, Kernel};
use sim_model::view::holders::{Hold, Holder, held_by, holders};
use sim_model::view::leaks::{Leak, leaks};
use sim_tests::Machine;

/// A machine with or without the file system of pipes.
fn machine(profile: Profile, pipes: bool) -> Machine {
    if pipes { Machine::with_pipes(profile) } else { Machine::new(profile) }
}

fn numbers() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 0..600)
}

fn version() -> impl Strategy<Value = Profile> {
    let [xp, win7, win8, win11] =
        [Version::Xp, Version::Win7, Version::Win8, Version::Win11].map(Profile::of);
    let keeps_more = win8.on(Arch::X86).charged().remembering_most();
    prop::sample::select(vec![xp, win7, win11, win11.charged(), keeps_more])
}

/// When nothing is under way, PointerCount is the number of edges into the object.
fn check_holders(kernel: &Kernel) -> Result<(), TestCaseError> {
    let graph: DiGraph<Holder, Hold> = holders(kernel);
    for (object, header) in kernel.all::<Object>().filter(|(_, header)| !header.deleted) {
        prop_assert_eq!(held_by(&graph, object).len() as u32, header.pointer_count, "{:?}", header);
    }
    Ok(())
}

/// Leaks that are no program's doing: a program can leave a permanent object in a directory that loses its name.
fn mistakes(kernel: &Kernel) -> Vec<Leak> {
    let is_kept = |leak: &Leak| match leak {
        Leak::Circle(objects) => objects.iter().any(|object| kernel[*object].permanent),
        Leak::Unheld { .. } => false,
    };
    leaks(kernel).into_iter().filter(|leak| !is_kept(leak)).collect()
}

/// What the invariants speak of: the references held, the headers, the files and the requests.
fn counted(kernel: &Kernel) -> (Vec<u32>, String) {
    let objects: Vec<_> = kernel.all::<Object>().collect();
    let files: Vec<_> = kernel.all::<File>().collect();
    let requests: Vec<_> = kernel.all::<Irp>().collect();
    (kernel.held_references(), format!("{objects:?} {files:?} {requests:?}"))
}

/// An entry never holds more than one batch, and nothing where the books are not kept.
fn check_charges(kernel: &Kernel) -> Result<(), TestCaseError> {
    let most = kernel.profile().batch.filter(|_| kernel.profile().charges).map_or(0, Batch::size);
    for (process, _) in kernel.all::<Process>() {
        let charged = kernel.table(process).open().map(|(_, entry)| entry.ref_cnt).max();
        prop_assert!(charged.is_none_or(|charged| charged <= most), "{charged:?}");
    }
    Ok(())
}

/// The exclusive handles to an object are one process's, and totals never pass their high-water marks.
fn check_totals(kernel: &Kernel) -> Result<(), TestCaseError> {
    for (object, header) in kernel.all::<Object>() {
        let Some(owner) = header.exclusive_process else { continue };
        let mut others = kernel.all::<Process>().filter(|(process, _)| *process != owner);
        let names = |(_, entry): (Handle, &Entry)| entry.object == Some(object);
        prop_assert!(!others.any(|(process, _)| kernel.table(process).open().any(names)), "{object:?}");
    }
    for object_type in ObjectType::ALL {
        let Some(most) = kernel.high_water(*object_type) else { return Ok(()) };
        let now = kernel.type_totals(*object_type);
        prop_assert!(now.objects <= most.objects && now.handles <= most.handles, "{now:?} {most:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_hold_after_every_step(numbers in numbers(), profile in version(), pipes: bool) {
        let mut machine = machine(profile, pipes);
        for number in numbers {
            machine.happen(number);
            prop_assert_eq!(machine.k.broken_invariant(), None);
            prop_assert!(machine.k.findings().is_empty(), "{:?}", machine.k.findings());
            prop_assert_eq!(mistakes(&machine.k), vec![]);
            check_charges(&machine.k)?;
            check_totals(&machine.k)?;
            if machine.k.is_quiet() {
                check_holders(&machine.k)?;
            }
        }
    }

    /// The explorer asks again for the invariants only where a step may have broken one.
    #[test]
    fn a_step_that_can_break_no_invariant_changes_nothing_they_speak_of(numbers in numbers(), profile in version(), pipes: bool) {
        let mut machine = machine(profile, pipes);
        for number in numbers {
            let (mark, before) = (machine.k.mark(), counted(&machine.k));
            machine.happen(number);
            if !machine.k.may_have_broken(mark) {
                prop_assert_eq!(counted(&machine.k), before);
            }
        }
    }

    #[test]
    fn undo_restores_the_state(numbers in numbers(), profile in version(), pipes: bool) {
        let mut machine = machine(profile, pipes);
        let base = machine.k.clone();
        let mut before = Vec::new();
        for (at, number) in numbers.into_iter().enumerate() {
            if at % 7 == 0 {
                let mut bytes = Vec::new();
                machine.k.encode(&base, &mut bytes);
                before.push((machine.k.mark(), machine.k.clone(), bytes));
            }
            machine.happen(number);
        }
        for (mark, kernel, bytes) in before.into_iter().rev() {
            machine.k.undo_to(mark);
            prop_assert!(machine.k == kernel);
            let mut again = Vec::new();
            machine.k.encode(&base, &mut again);
            prop_assert_eq!(again, bytes);
        }
    }

    #[test]
    fn the_encoding_holds_the_whole_state(numbers in numbers(), pipes: bool) {
        let mut machine = machine(Profile::default(), pipes);
        let base = machine.k.clone();
        let mut other = machine.k.clone();
        for (at, number) in numbers.into_iter().enumerate() {
            machine.happen(number);
            if at % 11 == 0 {
                let mut bytes = Vec::new();
                machine.k.encode(&base, &mut bytes);
                let mut decoder = Decoder::new(&bytes);
                other.decode(&base, &mut decoder);
                prop_assert!(decoder.is_empty());
                prop_assert!(other == machine.k);
            }
        }
    }

    /// Whatever happened: once every thread is told to end and every device has answered, nothing is left.
    #[test]
    fn everything_ends_when_threads_end_and_drivers_honour_cancel(numbers in numbers(), pipes: bool) {
        let mut machine = machine(Profile::default(), pipes);
        numbers.into_iter().for_each(|number| machine.happen(number));
        machine.end_every_process();
        prop_assert!(machine.k.is_quiet());
        for process in &machine.processes {
            prop_assert!(machine.k[*process].ended || !machine.k[*process].created);
            prop_assert_eq!(machine.k.table(*process).open().count(), 0);
        }
        prop_assert_eq!(machine.k.broken_invariant(), None);
    }
}

/// What random machines come to, so that the rules above are asked where they could break.
#[test]
fn random_machines_come_to_every_state_of_a_pipe_and_to_every_kind_of_entry() {
    let (mut states, mut entries, mut stalled, mut seed) = (BTreeSet::new(), BTreeSet::new(), false, 1_u32);
    for _ in 0..40 {
        let mut machine = Machine::with_pipes(Profile::default());
        for _ in 0..900 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            machine.happen(seed.rotate_left(15));
            states.extend(machine.k.all::<Ccb>().map(|(_, ccb)| ccb.state));
            entries.extend(machine.k.all::<DataEntry>().map(|(_, entry)| entry.entry_type));
            let waits = |entry: &DataEntry| entry.entry_type == EntryType::Write && entry.irp.is_some();
            stalled |= machine.k.all::<DataEntry>().any(|(_, entry)| waits(entry));
        }
    }
    assert_eq!(states.len(), PipeState::ALL.len(), "{states:?}");
    assert_eq!(entries.len(), EntryType::ALL.len(), "{entries:?}");
    assert!(stalled, "a write waits for room");
}
