//! Names against other threads: who comes first decides whether a name goes, and no order loses a count.

use sim_core::nt::close::NtClose;
use sim_core::nt::create_object::NtCreateEvent;
use sim_core::nt::open_object::NtOpenEvent;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::header::Object;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::profile::Profile;
use sim_core::ps::schedule::{Progress, Step};
use sim_core::{Handle, Id, NtStatus};
use sim_tests::Machine;

/// A machine with an event `\BaseNamedObjects\race`, of which the first process has one handle.
fn machine() -> (Machine, ObjectAttributes, Handle, Id<Object>) {
    let mut m = Machine::new(Profile::default());
    let attributes = m.named(r"\BaseNamedObjects\race");
    let create =
        NtCreateEvent::Create { access: MAXIMUM_ALLOWED, attributes, manual_reset: true, signaled: false };
    let handle = m.call(0, create).unwrap().value.handle();
    let object = m.object(handle);
    m.k.watch(object);
    (m, attributes, handle, object)
}

/// Takes steps of a thread until the next one is of that routine with that label.
fn run_up_to(m: &mut Machine, thread: usize, routine: &str, label: &str) {
    let thread = m.threads[thread];
    while let Some(choice) = m.k.choice(thread) {
        let step = Step { thread, choice };
        let name = m.k.step_name(step);
        if (name.routine, name.label) == (routine, label) {
            return;
        }
        m.k.take(step);
    }
    panic!("the thread never comes to {routine} {label}");
}

fn finish(m: &mut Machine, thread: usize) -> NtStatus {
    let Progress::Idle(Some(returned)) = m.k.run(m.threads[thread]) else { panic!("the call returns") };
    m.settle();
    returned.status
}

fn counts(m: &Machine, object: Id<Object>) -> (u32, u32, bool) {
    let header = &m.k[object];
    (header.handle_count, header.pointer_count, header.name.is_some())
}

#[test]
fn an_open_between_the_last_close_and_the_name_check_keeps_the_name() {
    let (mut m, attributes, handle, object) = machine();
    m.k.start(m.threads[0], NtClose::of(handle));
    run_up_to(&mut m, 0, "ObpDeleteNameCheck", "C7");
    assert_eq!(counts(&m, object), (0, 2, true));
    let open = NtOpenEvent::Open { attributes, access: MAXIMUM_ALLOWED };
    m.k.start(m.threads[2], open);
    assert_eq!(finish(&mut m, 2), NtStatus::SUCCESS);
    assert_eq!(finish(&mut m, 0), NtStatus::SUCCESS);
    assert_eq!(counts(&m, object), (1, 2, true));
    assert_eq!(m.k.broken_invariant(), None);
}

#[test]
fn an_opener_that_has_no_handle_yet_is_left_with_a_nameless_object() {
    let (mut m, attributes, handle, object) = machine();
    let open = NtOpenEvent::Open { attributes, access: MAXIMUM_ALLOWED };
    m.k.start(m.threads[2], open);
    run_up_to(&mut m, 2, "ObpIncrementHandleCount", "HC+1");
    m.k.start(m.threads[0], NtClose::of(handle));
    assert_eq!(finish(&mut m, 0), NtStatus::SUCCESS);
    assert_eq!(counts(&m, object), (0, 1, false));
    assert_eq!(finish(&mut m, 2), NtStatus::SUCCESS);
    assert_eq!(counts(&m, object), (1, 1, false));
    m.k.start(m.threads[0], open);
    assert_eq!(finish(&mut m, 0), NtStatus::OBJECT_NAME_NOT_FOUND);
    assert_eq!(m.k.broken_invariant(), None);
}

#[test]
fn an_object_inserted_into_a_directory_that_loses_its_name_lives_on_in_it() {
    let mut m = Machine::new(Profile::default());
    let (dir, inner) = (m.named(r"\BaseNamedObjects\d"), m.named(r"\BaseNamedObjects\d\inner"));
    let create = sim_core::nt::create_object::NtCreateDirectoryObject::Create {
        access: MAXIMUM_ALLOWED,
        attributes: dir,
    };
    let handle = m.call(0, create).unwrap().value.handle();
    let directory = m.object(handle);
    m.k.watch(directory);
    let event = NtCreateEvent::Create {
        access: MAXIMUM_ALLOWED,
        attributes: inner,
        manual_reset: true,
        signaled: false,
    };
    m.k.start(m.threads[2], event);
    for _ in 0..4 {
        run_up_to(&mut m, 2, "ObpLookupObjectName", "L2");
        let thread = m.threads[2];
        if m.k[directory].pointer_count > 2 {
            break;
        }
        m.k.take(Step { thread, choice: m.k.choice(thread).unwrap() });
    }
    m.k.start(m.threads[0], NtClose::of(handle));
    assert_eq!(finish(&mut m, 0), NtStatus::SUCCESS);
    assert_eq!(counts(&m, directory), (0, 1, false), "the lookup holds it");
    assert_eq!(finish(&mut m, 2), NtStatus::SUCCESS);
    assert_eq!(counts(&m, directory), (0, 1, false), "its child holds it");
    assert_eq!(m.k.broken_invariant(), None);
}
