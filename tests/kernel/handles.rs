//! Handle tables: values, reuse, locks, and what each wrong use answers.

use sim_core::nt::close::NtClose;
use sim_core::nt::create_object::{NtCreateEvent, NtCreateIoCompletion};
use sim_core::nt::event::NtSetEvent;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::profile::{Profile, Version};
use sim_core::ps::schedule::{Choice, Progress, Step};
use sim_core::{Handle, NtStatus};
use sim_tests::Machine;

fn machine() -> Machine {
    Machine::new(Profile::default())
}

fn create_event(machine: &mut Machine) -> Handle {
    let create = NtCreateEvent::Create {
        access: MAXIMUM_ALLOWED,
        attributes: ObjectAttributes::UNNAMED,
        manual_reset: false,
        signaled: false,
    };
    machine.call(0, create).expect("the create returns").value.handle()
}

fn status(machine: &mut Machine, service: impl Into<sim_core::frame::Frame>) -> NtStatus {
    machine.call(0, service).expect("the call returns").status
}

#[test]
fn values_ascend_in_steps_of_four_and_skip_the_first_entry_of_every_page() {
    let mut machine = machine();
    let values: Vec<u32> = (0..600).map(|_| create_event(&mut machine).0).collect();
    assert_eq!(values[..3], [4, 8, 12]);
    assert!(values.iter().all(|value| value % 4 == 0 && value % 0x400 != 0));
    assert_eq!(values[254..256], [0x3fc, 0x404]);
    assert!(values.is_sorted());
}

#[test]
fn the_value_freed_last_is_given_out_first() {
    let mut machine = machine();
    let handles: Vec<Handle> = (0..4).map(|_| create_event(&mut machine)).collect();
    for at in [0, 2, 1] {
        assert_eq!(status(&mut machine, NtClose::of(handles[at])), NtStatus::SUCCESS);
    }
    let again: Vec<Handle> = (0..4).map(|_| create_event(&mut machine)).collect();
    assert_eq!(again, [handles[1], handles[2], handles[0], Handle(0x14)]);
}

#[test]
fn the_low_two_bits_belong_to_the_program() {
    let mut machine = machine();
    let handle = create_event(&mut machine);
    assert_eq!(status(&mut machine, NtSetEvent::of(Handle(handle.0 | 3), true)), NtStatus::SUCCESS);
    assert_eq!(status(&mut machine, NtClose::of(Handle(handle.0 | 1))), NtStatus::SUCCESS);
    assert_eq!(status(&mut machine, NtClose::of(handle)), NtStatus::INVALID_HANDLE);
    assert_eq!(create_event(&mut machine), handle);
}

#[test]
fn wrong_handles_answer_in_the_documented_order() {
    let mut machine = machine();
    let port = machine
        .call(
            0,
            NtCreateIoCompletion::Create {
                access: MAXIMUM_ALLOWED,
                attributes: ObjectAttributes::UNNAMED,
                concurrency: 0,
            },
        )
        .unwrap()
        .value
        .handle();
    assert_eq!(status(&mut machine, NtSetEvent::of(Handle::NULL, true)), NtStatus::INVALID_HANDLE);
    assert_eq!(status(&mut machine, NtSetEvent::of(Handle(0x7FFF_FFFC), true)), NtStatus::INVALID_HANDLE);
    assert_eq!(status(&mut machine, NtSetEvent::of(port, true)), NtStatus::OBJECT_TYPE_MISMATCH);
    assert_eq!(
        status(&mut machine, NtSetEvent::of(Handle::CURRENT_PROCESS, true)),
        NtStatus::OBJECT_TYPE_MISMATCH
    );
}

#[test]
fn closing_a_pseudo_handle_succeeds_from_windows_10_on() {
    for (version, expected) in [
        (Version::Xp, NtStatus::INVALID_HANDLE),
        (Version::Win8, NtStatus::INVALID_HANDLE),
        (Version::Win10, NtStatus::SUCCESS),
        (Version::Win11, NtStatus::SUCCESS),
    ] {
        let mut machine = Machine::new(Profile::of(version));
        for value in -6_i32..0 {
            assert_eq!(
                status(&mut machine, NtClose::of(Handle(value as u32))),
                expected,
                "{version:?} {value}"
            );
        }
        assert_eq!(status(&mut machine, NtClose::of(Handle(-7_i32 as u32))), NtStatus::INVALID_HANDLE);
    }
}

#[test]
fn a_duplicate_that_closes_its_source_gets_the_same_value() {
    let mut machine = machine();
    let lower = create_event(&mut machine);
    let handle = create_event(&mut machine);
    assert_eq!(status(&mut machine, NtClose::of(lower)), NtStatus::SUCCESS);
    let (source, target) = (machine.processes[0], machine.processes[0]);
    let wanted = Wanted::same_access(0, true);
    let duplicate = ObDuplicateObject::Reference { source, handle, target: Some(target), wanted };
    let made = machine.call(0, duplicate).unwrap();
    assert_eq!(
        (made.status, made.value.handle()),
        (NtStatus::SUCCESS, handle),
        "although a lower value is free"
    );
}

#[test]
fn a_lookup_waits_for_a_locked_entry_and_finds_it_closed() {
    let mut machine = machine();
    let handle = create_event(&mut machine);
    let (closer, user) = (machine.threads[0], machine.threads[1]);
    machine.k.start(closer, NtClose::of(handle));
    for _ in 0..2 {
        machine.k.take(Step { thread: closer, choice: Choice::Run });
    }
    machine.k.start(user, NtSetEvent::of(handle, true));
    assert_eq!(machine.k.run(user), Progress::Blocked, "the entry is locked by the close");
    machine.k.run(closer);
    let Progress::Idle(Some(returned)) = machine.k.run(user) else { panic!("the lookup goes on") };
    assert_eq!(returned.status, NtStatus::INVALID_HANDLE);
}
