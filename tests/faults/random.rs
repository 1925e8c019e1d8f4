//! Random services on random threads while any allocation may fail and any request may pend: the rules hold after every
//! step, every step can be undone, and at the end nothing is left.

use std::collections::BTreeSet;

use proptest::prelude::*;
use sim_core::fault::{Allocation, Fault, FaultPolicy};
use sim_core::io::irp::Irp;
use sim_core::profile::Profile;
use sim_core::ps::schedule::{Choice, Step};
use sim_tests::Machine;

/// A machine with pipes, files or neither.
fn machine(kind: u8) -> Machine {
    match kind % 3 {
        0 => Machine::new(Profile::default()),
        1 => Machine::with_pipes(Profile::default()),
        _ => Machine::with_files(Profile::default()),
    }
}

const HOSTILE: FaultPolicy = FaultPolicy { allocations: u32::MAX, pending: true };

/// Something happens, and one time in five any allocation may fail: not so often that nothing ever succeeds.
fn happen(machine: &mut Machine, number: u32) {
    let policy = if number.is_multiple_of(5) { HOSTILE } else { FaultPolicy::default() };
    machine.k.set_fault_policy(policy);
    machine.happen(number);
}

fn numbers() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 0..600)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_hold_after_every_step_and_nothing_is_left(numbers in numbers(), kind: u8) {
        let mut machine = machine(kind);
        for number in numbers {
            happen(&mut machine, number);
            prop_assert_eq!(machine.k.broken_invariant(), None);
            prop_assert!(machine.k.findings().is_empty(), "{:?}", machine.k.findings());
        }
        machine.k.set_fault_policy(FaultPolicy::default());
        machine.end_every_process();
        prop_assert!(machine.k.is_quiet());
        prop_assert_eq!(machine.k.broken_invariant(), None);
        prop_assert_eq!(machine.k.all::<Irp>().count(), 0);
        for process in &machine.processes {
            prop_assert!(machine.k[*process].ended || !machine.k[*process].created);
            prop_assert_eq!(machine.k.table(*process).open().count(), 0);
        }
    }

    #[test]
    fn a_fault_can_be_undone(numbers in numbers(), kind: u8) {
        let mut machine = machine(kind);
        for number in numbers {
            machine.k.set_fault_policy(HOSTILE);
            let faults: Vec<Step> = machine.k.steps().filter(|step| step.choice == Choice::Fault).collect();
            for step in faults {
                let (before, mark) = (machine.k.clone(), machine.k.mark());
                machine.k.take(step);
                prop_assert!(machine.k != before);
                machine.k.undo_to(mark);
                prop_assert!(machine.k == before);
            }
            happen(&mut machine, number);
        }
    }
}

/// What random machines come to, so that the rules above are asked where they could break.
#[test]
fn random_machines_lack_the_memory_for_most_things() {
    let (mut failed, mut seed) = (BTreeSet::new(), 1_u32);
    for kind in 0..60 {
        let mut machine = machine(kind);
        for _ in 0..900 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            machine.k.set_fault_policy(HOSTILE);
            let faults = machine.threads.iter().filter_map(|thread| machine.k.fault_of(*thread));
            failed.extend(faults.map(Fault::name));
            happen(&mut machine, seed.rotate_left(15));
        }
    }
    let missing: Vec<&str> = Allocation::ALL
        .iter()
        .map(|allocation| allocation.name())
        .filter(|name| !failed.contains(name))
        .collect();
    // No driver of these machines allocates, and few of their calls find a port.
    let rare = ["IoMakeAssociatedIrp", "IO_COMPLETION_CONTEXT", "IoSetIoCompletion", "ExAllocatePool2"];
    assert_eq!(missing, rare, "{failed:?}");
}
