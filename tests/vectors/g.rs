//! Family G: objects that can be waited for, and the death of their owner.
//!
//! | id | source |
//! | --- | --- |
//! | G-01 | Wine ntdll/tests/sync.c, test_mutant; Win32, ReleaseMutex (release by another) |
//! | G-03 | Wine ntdll/tests/sync.c, test_semaphore |
//! | G-04 | Wine ntdll/tests/sync.c; Win32, WaitForMultipleObjects |
//! | G-05 | Wine ntoskrnl.exe/tests/driver.c, the tests of events; WDK, KeSetEvent, KeResetEvent |

use sim_core::NtStatus;
use sim_core::nt::create_object::{NtCreateMutant, NtCreateSemaphore};
use sim_core::nt::event::NtSetEvent;
use sim_core::nt::mutant::{NtQueryMutant, NtReleaseMutant};
use sim_core::nt::semaphore::{NtQuerySemaphore, NtReleaseSemaphore};
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::header::Body;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_tests::Machine;

use crate::{Waits, event, machine};

#[test]
fn g_01_a_mutant_counts_its_owners_acquisitions() {
    let mut machine = machine();
    let mutant = machine
        .call(
            0,
            NtCreateMutant::Create {
                access: MAXIMUM_ALLOWED,
                attributes: ObjectAttributes::UNNAMED,
                owned: true,
            },
        )
        .unwrap()
        .value
        .handle();
    let count =
        |machine: &mut Machine| machine.call(0, NtQueryMutant::of(mutant)).unwrap().value.number() as i32;
    let owner = |machine: &Machine| match machine.body(mutant) {
        Body::Mutant(mutant) => machine.k[mutant].owner,
        other => panic!("{other:?}"),
    };
    assert_eq!((count(&mut machine), owner(&machine)), (0, Some(machine.threads[0])));
    assert_eq!(machine.poll(mutant), NtStatus::SUCCESS);
    assert_eq!(count(&mut machine), -1);
    let refused = machine.call(1, NtReleaseMutant::of(mutant)).unwrap().status;
    assert_eq!((refused, count(&mut machine)), (NtStatus::MUTANT_NOT_OWNED, -1));
    let release = |machine: &mut Machine| machine.call(0, NtReleaseMutant::of(mutant)).unwrap();
    assert_eq!(release(&mut machine).value.number() as i32, -1);
    assert_eq!(release(&mut machine).value.number() as i32, 0);
    assert_eq!((count(&mut machine), owner(&machine)), (1, None));
    assert_eq!(release(&mut machine).status, NtStatus::MUTANT_NOT_OWNED);
}

#[test]
fn g_03_a_release_past_the_maximum_adds_nothing() {
    let mut machine = machine();
    let create = NtCreateSemaphore::Create {
        access: MAXIMUM_ALLOWED,
        attributes: ObjectAttributes::UNNAMED,
        initial: 1,
        limit: 3,
    };
    let semaphore = machine.call(0, create).unwrap().value.handle();
    let refused = machine.call(0, NtReleaseSemaphore::of(semaphore, 3)).unwrap();
    assert_eq!((refused.status, refused.value.number()), (NtStatus::SEMAPHORE_LIMIT_EXCEEDED, 0));
    assert_eq!(machine.call(0, NtQuerySemaphore::of(semaphore)).unwrap().value.number(), 1);
    assert_eq!(machine.call(0, NtReleaseSemaphore::of(semaphore, 2)).unwrap().value.number(), 1);
    assert_eq!(machine.call(0, NtQuerySemaphore::of(semaphore)).unwrap().value.number(), 3);
    for none in [0, u32::MAX] {
        let refused = machine.call(0, NtReleaseSemaphore::of(semaphore, none)).unwrap();
        assert_eq!(refused.status, NtStatus::INVALID_PARAMETER);
    }
    for (initial, limit) in [(0, 0), (2, 1), (0, 1 << 31)] {
        let refused = machine
            .call(
                0,
                NtCreateSemaphore::Create {
                    access: MAXIMUM_ALLOWED,
                    attributes: ObjectAttributes::UNNAMED,
                    initial,
                    limit,
                },
            )
            .unwrap();
        assert_eq!(refused.status, NtStatus::INVALID_PARAMETER);
    }
}

#[test]
fn g_04_a_wait_for_all_consumes_nothing_until_all_are_signalled() {
    let mut machine = machine();
    let (a, b) = (event(&mut machine, false), event(&mut machine, false));
    machine.set(a);
    assert_eq!(machine.poll_many(&[a, b], true), NtStatus::TIMEOUT);
    assert!(machine.signaled(a));
    machine.wait_many(1, &[a, b], true);
    assert_eq!((machine.ended(1), machine.signaled(a)), (None, true));
    machine.set(b);
    assert_eq!(machine.ended(1), Some(NtStatus::SUCCESS));
    assert!(!machine.signaled(a) && !machine.signaled(b));
}

#[test]
fn g_04_a_wait_for_any_takes_the_lowest_signalled() {
    let mut machine = machine();
    let (a, b, c) = (event(&mut machine, false), event(&mut machine, false), event(&mut machine, false));
    machine.set(c);
    machine.set(b);
    assert_eq!(machine.poll_many(&[a, b, c], false), NtStatus::WAIT_1);
    assert_eq!(machine.poll_many(&[a, b, c], false), NtStatus::WAIT_2);
    assert_eq!(machine.poll_many(&[a, b, c], false), NtStatus::TIMEOUT);
}

#[test]
fn g_04_one_waiter_consumes_an_auto_reset_event_and_the_first_comes_first() {
    let mut machine = machine();
    let e = event(&mut machine, false);
    let theirs = machine.duplicate(0, e, 1);
    machine.wait(2, theirs, false);
    machine.wait(1, e, false);
    machine.set(e);
    assert_eq!((machine.ended(1), machine.ended(2)), (None, Some(NtStatus::SUCCESS)));
    assert_eq!((machine.poll(e), machine.signaled(e)), (NtStatus::TIMEOUT, false));
    machine.set(e);
    assert_eq!(machine.ended(1), Some(NtStatus::SUCCESS));
}

#[test]
fn g_05_set_and_reset_return_the_state_before_and_the_kind_decides_what_a_wait_takes() {
    for manual_reset in [false, true] {
        let mut machine = machine();
        let e = event(&mut machine, manual_reset);
        let set =
            |machine: &mut Machine, signaled| machine.call(0, NtSetEvent::of(e, signaled)).unwrap().value;
        assert_eq!(set(&mut machine, true).number(), 0);
        assert_eq!(set(&mut machine, true).number(), 1);
        assert_eq!(set(&mut machine, false).number(), 1);
        assert_eq!(set(&mut machine, false).number(), 0);
        set(&mut machine, true);
        assert_eq!(machine.poll(e), NtStatus::SUCCESS);
        let second = if manual_reset { NtStatus::SUCCESS } else { NtStatus::TIMEOUT };
        assert_eq!(machine.poll(e), second);
    }
}
