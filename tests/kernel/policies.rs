//! Which values handle tables give out, when they are full, and what a wrong count or handle leads to.

use sim_core::finding::Rule;
use sim_core::nt::close::NtClose;
use sim_core::nt::create_object::NtCreateEvent;
use sim_core::nt::terminate::NtTerminate;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::header::Object;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ob::policy::{HandlePolicy, Reuse};
use sim_core::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use sim_core::ob::types::ObjectType;
use sim_core::profile::Profile;
use sim_core::ps::create::{Inheritance, NtCreateUserProcess};
use sim_core::ps::schedule::{Choice, Step};
use sim_core::{Access, Handle, Id, NtStatus};
use sim_tests::Machine;

fn machine(policy: HandlePolicy) -> Machine {
    let mut machine = Machine::new(Profile::default());
    machine.k.set_handle_policy(policy);
    machine
}

fn create(machine: &mut Machine) -> sim_core::frame::Returned {
    machine
        .call(
            0,
            NtCreateEvent::Create {
                access: MAXIMUM_ALLOWED,
                attributes: ObjectAttributes::UNNAMED,
                manual_reset: false,
                signaled: false,
            },
        )
        .expect("it returns")
}

/// The next three values after 8, 16 and 12 of five were closed, in this order.
fn reused(reuse: Reuse) -> Vec<u32> {
    let mut machine = machine(HandlePolicy { reuse, ..HandlePolicy::default() });
    for _ in 0..5 {
        create(&mut machine);
    }
    for value in [8, 16, 12] {
        assert_eq!(machine.call(0, NtClose::of(Handle(value))).unwrap().status, NtStatus::SUCCESS);
    }
    (0..4).map(|_| create(&mut machine).value.handle().0).collect()
}

#[test]
fn the_policy_says_which_free_value_is_given_out() {
    assert_eq!(reused(Reuse::Lifo), [12, 16, 8, 24]);
    assert_eq!(reused(Reuse::Fifo), [8, 16, 12, 24]);
    assert_eq!(reused(Reuse::Lowest), [8, 12, 16, 24]);
}

#[test]
fn under_any_each_free_value_is_a_step_of_its_own() {
    let mut machine = machine(HandlePolicy { reuse: Reuse::Any, ..HandlePolicy::default() });
    for _ in 0..3 {
        create(&mut machine);
    }
    for value in [8, 4] {
        machine.call(0, NtClose::of(Handle(value)));
    }
    let thread = machine.threads[0];
    machine.k.start(
        thread,
        NtCreateEvent::Create {
            access: MAXIMUM_ALLOWED,
            attributes: ObjectAttributes::UNNAMED,
            manual_reset: false,
            signaled: false,
        },
    );
    let choices = |machine: &Machine| -> Vec<Choice> { machine.k.steps().map(|step| step.choice).collect() };
    while choices(&machine) == [Choice::Run] {
        let step = machine.k.steps().next().unwrap();
        machine.k.take(step);
    }
    let expected = [4, 8, 16].map(|value| Choice::Slot(Handle(value)));
    assert_eq!(choices(&machine), expected, "in order of value, then the first that was never used");
    for (at, value) in [4, 8, 16].into_iter().enumerate() {
        let mark = machine.k.mark();
        let step = machine.k.steps().nth(at).unwrap();
        machine.k.take(step);
        assert!(machine.k.entry(machine.processes[0], Handle(value)).is_some());
        machine.k.undo_to(mark);
    }
    assert_eq!(choices(&machine), expected);
}

#[test]
fn a_full_table_refuses_and_leaves_nothing_behind() {
    let mut machine = machine(HandlePolicy { most_handles: 2, ..HandlePolicy::default() });
    let handles = [create(&mut machine), create(&mut machine)];
    let objects = machine.k.all::<sim_core::ob::header::Object>().count();
    assert_eq!(create(&mut machine).status, NtStatus::INSUFFICIENT_RESOURCES);
    assert_eq!(machine.k.all::<sim_core::ob::header::Object>().count(), objects, "the event is gone again");
    machine.call(0, NtClose::of(handles[0].value.handle()));
    assert_eq!(create(&mut machine).value, handles[0].value);
}

#[test]
fn a_table_has_2_to_the_24_entries_less_one_in_256() {
    assert_eq!(HandlePolicy::default().most_handles, (1 << 24) - (1 << 16));
    let mut machine = machine(HandlePolicy::default());
    let (process, last) = (machine.processes[0], Handle(((1 << 24) - 1) * 4));
    machine.k.open_recorded(process, last, "Event", Access(0)).expect("the last entry");
    assert_eq!(create(&mut machine).status, NtStatus::INSUFFICIENT_RESOURCES);
}

#[test]
fn a_reference_dropped_once_too_often_is_bug_check_18() {
    let mut machine = machine(HandlePolicy::default());
    let handle = create(&mut machine).value.handle();
    let object = machine.k.entry(machine.processes[0], handle).and_then(|entry| entry.object).unwrap();
    machine.call(0, ObDereferenceObject::Drop { object, purpose: Purpose::Service });
    let finding = machine.k.findings()[0];
    assert_eq!((finding.rule, finding.rule.bug_check()), (Rule::ReferenceByPointer, Some(0x18)));
    let [object_type, about, reserved, count] = finding.parameters(&machine.k);
    assert_eq!((object_type, about), (ObjectType::Event as u64, object.index() as u64));
    assert_eq!((reserved, count), (0, 0), "it would have reached zero with a handle open");
    assert_eq!(machine.k[object].pointer_count, 1);
}

#[test]
fn kernel_mode_passes_the_access_check_and_not_the_verifier() {
    let worker = Id::at(0);
    for (value, subcode) in [(0, 0xF5), (0x8000_0BAC, 0x3C)] {
        let mut machine = machine(HandlePolicy::default());
        let reference = ObReferenceObjectByHandle::LockEntry {
            process: machine.k.system_process(),
            handle: Handle(value),
            wanted: None,
            access: Access(0),
            purpose: Purpose::Service,
        };
        machine.k.start(worker, reference);
        machine.k.run(worker);
        assert!(machine.k.has_stopped() && machine.k.steps().next().is_none(), "a bug check ends everything");
        let finding = *machine.k.findings().last().unwrap();
        assert_eq!(finding.rule, Rule::VerifierDetectedViolation);
        assert_eq!(finding.parameters(&machine.k)[..2], [subcode, u64::from(value)]);
    }
}

#[test]
fn a_reference_to_what_nobody_holds_is_the_verifiers_3f() {
    let mut machine = machine(HandlePolicy::default());
    let handle = create(&mut machine).value.handle();
    let object = machine.object(handle);
    machine.k.watch(object);
    machine.call(0, NtClose::of(handle));
    assert_eq!(machine.k.reference_pointer(object), 0);
    let finding = *machine.k.findings().last().unwrap();
    assert_eq!((finding.rule, finding.rule.bug_check()), (Rule::VerifierDetectedViolation, Some(0xC4)));
    assert_eq!(finding.parameters(&machine.k), [0x3F, object.index() as u64, 1, 0]);
    assert!(machine.k[object].deleted && machine.k[object].pointer_count == 0);
}

/// A process is terminated through its new handle before its threads have begun: they end without having run, and it
/// ends once.
#[test]
fn a_process_terminated_before_its_threads_begin_ends_once() {
    let mut machine = machine(HandlePolicy::default());
    let (creator, other, child) = (machine.threads[0], machine.threads[1], machine.processes[2]);
    let (parent, inherits) = (Handle::CURRENT_PROCESS, Inheritance::Nothing);
    machine.k.start(creator, NtCreateUserProcess::ReferenceParent { child, parent, inherits });
    let first = Handle(4);
    while machine.k.entry(machine.processes[0], first).is_none() {
        machine.k.take(Step { thread: creator, choice: Choice::Run });
    }
    machine.k.start(other, NtTerminate::process(first, 0));
    machine.k.run(other);
    assert_eq!(machine.k.collect(other).unwrap().status, NtStatus::SUCCESS);
    machine.k.run(creator);
    assert_eq!(machine.k.collect(creator).unwrap().value.handle(), first);
    machine.settle();
    let born = machine.threads[3];
    assert!(machine.k[child].ended && machine.k[born].ended);
    assert!(machine.k.findings().is_empty() && machine.k.broken_invariant().is_none());
    // Its handle was made all the same, and holds the process until it is closed.
    let thread = machine.k.collect_thread_handle(creator).unwrap();
    for handle in [first, thread] {
        assert!(!machine.k[machine.k[child].object].deleted);
        machine.call(0, NtClose::of(handle));
    }
    assert!(machine.k[machine.k[born].object].deleted && machine.k[machine.k[child].object].deleted);
    assert!(machine.k.findings().is_empty() && machine.k.broken_invariant().is_none());
}

/// Both handles or none: where the table has room for one only, nothing is left of the process.
#[test]
fn a_process_without_room_for_both_handles_is_not_made() {
    for room in 0..=2 {
        let mut machine = machine(HandlePolicy { most_handles: room, ..HandlePolicy::default() });
        let (child, born) = (machine.processes[2], machine.threads[3]);
        let (parent, inherits) = (Handle::CURRENT_PROCESS, Inheritance::Nothing);
        let made = machine.call(0, NtCreateUserProcess::ReferenceParent { child, parent, inherits }).unwrap();
        let [process, thread] = [machine.k[child].object, machine.k[born].object];
        let counts = |object: Id<Object>| (machine.k[object].handle_count, machine.k[object].pointer_count);
        match room {
            2 => assert_eq!(
                (made.status, counts(process), counts(thread)),
                (NtStatus::SUCCESS, (1, 3), (1, 2))
            ),
            _ => {
                assert_eq!(made.status, NtStatus::INSUFFICIENT_RESOURCES);
                assert!(machine.k[process].deleted && machine.k[thread].deleted);
                assert_eq!(machine.k.table(machine.processes[0]).open().count(), 0);
            }
        }
        let second = machine.k.collect_thread_handle(machine.threads[0]);
        assert_eq!(
            (made.value.handle(), second),
            if room == 2 { (Handle(4), Some(Handle(8))) } else { (Handle::NULL, None) }
        );
        assert!(machine.k.findings().is_empty() && machine.k.broken_invariant().is_none());
    }
}
