//! Waits in the vectors of other families.
//!
//! | id | source |
//! | --- | --- |
//! | D-14 | Wine kernel32/tests/sync.c, the alertable waits |
//! | D-21 | Wine kernel32/tests/change.c, test_ffcnMultipleThreads; here with events for change handles |
//! | E-10 | Wine ntdll/tests/sync.c, test_completion_port_scheduling |
//! | E-11 | Wine ntdll/tests/sync.c, test_completion_port_scheduling |
//! | F-10 | Wine ntdll/tests/sync.c and exception.c |
//! | F-12 | Wine kernel32/tests/process.c, test_dead_process; ntdll/tests/thread.c, test_get_next_thread |
//!
//! The rest is documented: Win32, Wait Functions, WaitForMultipleObjects, PulseEvent, SignalObjectAndWait,
//! QueueUserAPC; WDK, KePulseEvent; ReactOS ob/obwait.c and ps/kill.c.

use sim_core::drivers::queue::DeviceCompletes;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::request::{ByteOffset, IoService, Request};
use sim_core::nt::apc::{NtAlertThread, NtQueueApcThread};
use sim_core::nt::close::NtClose;
use sim_core::nt::completion::NtSetIoCompletion;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::create_object::{NtCreateIoCompletion, NtCreateMutant, NtCreateTimer};
use sim_core::nt::event::{NtPulseEvent, NtSetEvent};
use sim_core::nt::remove_completion::NtRemoveIoCompletion;
use sim_core::nt::semaphore::NtReleaseSemaphore;
use sim_core::nt::signal_and_wait::NtSignalAndWaitForSingleObject;
use sim_core::nt::timer::{NtCancelTimer, NtSetTimer};
use sim_core::nt::wait::{NtWaitForSingleObject, Timeout};
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ps::apc::ApcState;
use sim_core::ps::schedule::Step;
use sim_core::{Access, Handle, NtStatus};
use sim_tests::Machine;

use crate::{Waits, event, machine};

fn port(machine: &mut Machine) -> Handle {
    machine
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
        .handle()
}

#[test]
fn d_14_a_user_apc_goes_before_an_object_that_is_signalled_already() {
    let mut machine = machine();
    let e = event(&mut machine, false);
    machine.set(e);
    let apc = machine.k.create_apc(true);
    machine.call(0, NtQueueApcThread::of(Handle::CURRENT_THREAD, apc));
    assert_eq!(machine.poll(e), NtStatus::SUCCESS, "a wait that is not alertable lets the APC wait");
    assert_eq!(machine.k[apc].state, ApcState::Queued);
    machine.set(e);
    let wait = NtWaitForSingleObject::alertable(e, Timeout::Infinite);
    assert_eq!(machine.call(0, wait).unwrap().status, NtStatus::USER_APC);
    assert_eq!((machine.k[apc].state, machine.signaled(e)), (ApcState::Delivered, true));
}

#[test]
fn d_21_a_wait_outlives_the_handle_it_was_made_with() {
    let mut machine = machine();
    let (a, b) = (event(&mut machine, false), event(&mut machine, false));
    machine.wait_many(1, &[a, b], false);
    let object = machine.object(b);
    let theirs = machine.duplicate(0, b, 0);
    assert_eq!((machine.k[object].handle_count, machine.k[object].pointer_count), (2, 3));
    assert_eq!(machine.call(0, NtClose::of(b)).unwrap().status, NtStatus::SUCCESS);
    assert_eq!(machine.call(0, NtClose::of(a)).unwrap().status, NtStatus::SUCCESS);
    machine.set(theirs);
    assert_eq!(machine.ended(1), Some(NtStatus::WAIT_1));
    assert_eq!(machine.k[object].pointer_count, 1);
}

#[test]
fn e_10_the_last_handle_of_a_port_satisfies_direct_waits() {
    let mut machine = machine();
    let port = port(&mut machine);
    machine.wait(1, port, false);
    assert_eq!(machine.ended(1), None);
    machine.call(0, NtClose::of(port));
    assert_eq!(machine.ended(1), Some(NtStatus::SUCCESS));
}

#[test]
fn e_11_a_port_with_packets_is_signalled_and_a_wait_takes_none() {
    let mut machine = machine();
    let port = port(&mut machine);
    machine.wait(1, port, false);
    machine.call(0, NtSetIoCompletion::of(port, 1, 2, (NtStatus::SUCCESS, 3)));
    assert_eq!(machine.ended(1), Some(NtStatus::SUCCESS));
    assert_eq!(machine.poll(port), NtStatus::SUCCESS);
    assert!(machine.signaled(port));
}

#[test]
fn e_11_a_remover_goes_before_direct_waiters() {
    let mut machine = machine();
    let port = port(&mut machine);
    let theirs = machine.duplicate(0, port, 1);
    machine.wait(0, port, false);
    machine.call(1, NtRemoveIoCompletion::of(port, Timeout::Infinite));
    machine.call(2, NtSetIoCompletion::of(theirs, 1, 2, (NtStatus::SUCCESS, 3)));
    assert_eq!((machine.ended(0), machine.ended(1)), (None, Some(NtStatus::SUCCESS)));
}

#[test]
fn f_10_a_handle_of_another_type_is_refused_before_its_access_is_looked_at() {
    let mut machine = machine();
    let e = event(&mut machine, false);
    let refused =
        |machine: &mut Machine, handle| machine.call(0, NtReleaseSemaphore::of(handle, 1)).unwrap().status;
    assert_eq!(refused(&mut machine, e), NtStatus::OBJECT_TYPE_MISMATCH);
    assert_eq!(refused(&mut machine, Handle::CURRENT_PROCESS), NtStatus::OBJECT_TYPE_MISMATCH);
    assert_eq!(refused(&mut machine, Handle::NULL), NtStatus::INVALID_HANDLE);
    assert_eq!(refused(&mut machine, Handle(0xdead_beef)), NtStatus::INVALID_HANDLE);
}

#[test]
fn f_12_an_ended_thread_and_process_are_signalled_while_a_handle_keeps_them() {
    let mut machine = machine();
    let other = machine.handle_of(2);
    let process = machine.duplicate(1, Handle::CURRENT_PROCESS, 0);
    assert_eq!(machine.poll(other), NtStatus::TIMEOUT);
    machine.wait_many(1, &[process, other], true);
    machine.k.terminate_process(machine.processes[1], 0);
    machine.settle();
    assert_eq!(machine.ended(1), Some(NtStatus::SUCCESS));
    assert_eq!((machine.poll(process), machine.poll(other)), (NtStatus::SUCCESS, NtStatus::SUCCESS));
    assert_eq!(machine.call(0, NtAlertThread::of(other)).unwrap().status, NtStatus::SUCCESS);
    let apc = machine.k.create_apc(false);
    let queued = machine.call(0, NtQueueApcThread::of(other, apc)).unwrap().status;
    assert_eq!(queued, NtStatus::UNSUCCESSFUL);
    assert!(machine.k.get(apc).is_none());
}

#[test]
fn a_wait_needs_synchronize_on_every_handle_and_lets_go_of_all_when_one_is_refused() {
    let mut machine = machine();
    let attributes = machine.device(0);
    let open = |access| CreateFile { attributes, access: Access(access), options: OpenOptions::default() };
    let readable = machine.call(0, NtCreateFile::of(open(1))).unwrap().value.handle();
    let waitable = machine.call(0, NtCreateFile::of(open(0x10_0001))).unwrap().value.handle();
    assert_eq!(machine.poll(readable), NtStatus::ACCESS_DENIED);
    assert_eq!(machine.poll(waitable), NtStatus::SUCCESS, "a file that was just opened is signalled");
    assert_eq!(machine.poll_many(&[waitable, readable], false), NtStatus::ACCESS_DENIED);
    assert_eq!(machine.poll_many(&[waitable, Handle(0x1000)], false), NtStatus::INVALID_HANDLE);
    assert_eq!(machine.poll_many(&[waitable, Handle::CURRENT_PROCESS], false), NtStatus::INVALID_HANDLE);
    assert_eq!(machine.k[machine.object(waitable)].pointer_count, 1);
    assert_eq!(machine.poll(Handle::CURRENT_PROCESS), NtStatus::TIMEOUT);
}

#[test]
fn a_wait_is_for_one_to_sixty_four_handles_and_all_means_all_different() {
    let mut machine = machine();
    let e = event(&mut machine, true);
    assert_eq!(machine.poll_many(&[], false), NtStatus::INVALID_PARAMETER_1);
    assert_eq!(machine.poll_many(&[e; 65], false), NtStatus::INVALID_PARAMETER_1);
    assert_eq!(machine.poll_many(&[e; 64], false), NtStatus::TIMEOUT);
    assert_eq!(machine.poll_many(&[e, e], true), NtStatus::INVALID_PARAMETER_MIX);
    machine.set(e);
    assert_eq!(machine.poll_many(&[e; 64], false), NtStatus::SUCCESS);
    assert_eq!(machine.k[machine.object(e)].pointer_count, 1);
    let mut handles = [event(&mut machine, false); 64];
    handles[63] = e;
    assert_eq!(machine.poll_many(&handles, false), NtStatus::WAIT_63);
}

#[test]
fn an_abandoned_mutant_tells_its_next_owner_once() {
    let mut machine = machine();
    let create = NtCreateMutant::Create {
        access: MAXIMUM_ALLOWED,
        attributes: ObjectAttributes::UNNAMED,
        owned: true,
    };
    let (first, second) = (machine.call(1, create).unwrap().value, machine.call(1, create).unwrap().value);
    let (first, second) = (first.handle(), second.handle());
    let e = event(&mut machine, false);
    machine.wait_many(0, &[e, second], false);
    machine.k.terminate_thread(machine.threads[1], 0);
    machine.settle();
    assert_eq!(machine.ended(0), Some(NtStatus(NtStatus::ABANDONED_WAIT_0.0 + 1)));
    machine.set(e);
    assert_eq!(machine.poll_many(&[e, first], true), NtStatus::ABANDONED_WAIT_0, "one of all was abandoned");
    assert_eq!(machine.poll_many(&[first, second], true), NtStatus::SUCCESS);
}

#[test]
fn a_timer_is_due_at_some_time_and_a_cancelled_one_never() {
    let mut machine = machine();
    let timer = machine
        .call(
            0,
            NtCreateTimer::Create {
                access: MAXIMUM_ALLOWED,
                attributes: ObjectAttributes::UNNAMED,
                manual_reset: false,
            },
        )
        .unwrap()
        .value
        .handle();
    machine.call(0, NtSetTimer::of(timer, false, false));
    assert_eq!(machine.poll(timer), NtStatus::TIMEOUT);
    let due = |machine: &Machine| -> Vec<Step> { machine.k.timers_due().collect() };
    machine.k.take(due(&machine)[0]);
    assert_eq!((machine.poll(timer), machine.poll(timer)), (NtStatus::SUCCESS, NtStatus::TIMEOUT));
    assert_eq!(due(&machine), []);
    assert_eq!(machine.call(0, NtSetTimer::of(timer, true, false)).unwrap().value.number(), 0);
    assert_eq!(
        machine.call(0, NtSetTimer::of(timer, false, true)).unwrap().value.number(),
        1,
        "the state before"
    );
    assert!(!machine.signaled(timer), "setting a timer resets it");
    machine.k.take(due(&machine)[0]);
    assert_eq!(due(&machine), [], "once signalled, a further period makes no difference");
    assert_eq!((machine.poll(timer), due(&machine).len()), (NtStatus::SUCCESS, 1));
    machine.call(0, NtCancelTimer::of(timer));
    assert_eq!(due(&machine), []);
}

/// The worker reads and then waits for an event; the device answers, so that an APC waits for the worker.
fn waits_with_an_apc(machine: &mut Machine, e: Handle) {
    let (attributes, device, iosb) = (machine.device(0), machine.devices[0], machine.iosbs[0]);
    let open = CreateFile { attributes, access: Access(0x10_0001), options: OpenOptions::default() };
    let file = machine.call(1, NtCreateFile::of(open)).unwrap().value.handle();
    let offset = ByteOffset::At(0);
    let read = Request { iosb: Some(iosb), length: 8, offset, ..Request::of(file) };
    machine.issue(1, IoService::Read, read);
    machine.wait(1, e, false);
    let interrupt = machine.k[device].thread;
    let (status, information) = (NtStatus::SUCCESS, 8);
    machine.k.start(interrupt, DeviceCompletes::Unlink { iosb, device, status, information });
    machine.k.run(interrupt);
}

/// The worker takes its APC.
fn interrupt(machine: &mut Machine) {
    let thread = machine.threads[1];
    let choice = machine.k.choice(thread).expect("an APC waits for the thread");
    machine.k.take(Step { thread, choice });
}

#[test]
fn an_apc_takes_its_thread_out_of_its_wait_where_a_pulse_misses_it_and_a_set_does_not() {
    for (interrupted, pulse, released) in [(false, true, true), (true, true, false), (true, false, true)] {
        let mut machine = machine();
        let e = event(&mut machine, true);
        waits_with_an_apc(&mut machine, e);
        if interrupted {
            interrupt(&mut machine);
        }
        let main = machine.threads[0];
        match pulse {
            true => machine.k.start(main, NtPulseEvent::of(e)),
            false => machine.k.start(main, NtSetEvent::of(e, true)),
        }
        machine.k.run(main);
        machine.settle();
        let ended = machine.ended(1);
        assert_eq!(ended, released.then_some(NtStatus::SUCCESS), "{interrupted} {pulse}");
        assert_eq!(machine.k[machine.iosbs[0]].status, Some(NtStatus::SUCCESS));
        assert_eq!(machine.k.broken_invariant(), None);
    }
}

#[test]
fn an_apc_sends_its_thread_to_the_end_of_the_wait_list() {
    for (interrupted, first) in [(false, 1), (true, 0)] {
        let mut machine = machine();
        let e = event(&mut machine, false);
        let theirs = machine.duplicate(0, e, 1);
        waits_with_an_apc(&mut machine, e);
        if interrupted {
            machine.wait(0, e, false);
            interrupt(&mut machine);
            machine.settle();
            machine.k.run(machine.threads[1]);
        } else {
            machine.k.start(machine.threads[0], NtWaitForSingleObject::of(e, Timeout::Infinite));
            machine.k.run(machine.threads[0]);
        }
        machine.k.start(machine.threads[2], NtSetEvent::of(theirs, true));
        machine.k.run(machine.threads[2]);
        assert_eq!(machine.ended(first), Some(NtStatus::SUCCESS), "interrupted: {interrupted}");
        assert_eq!(machine.ended(1 - first), None);
    }
}

#[test]
fn signal_and_wait_holds_both_objects_and_signals_only_what_can_be_signalled() {
    let mut machine = machine();
    let (a, b) = (event(&mut machine, false), event(&mut machine, false));
    let call = |signal, wait, timeout| NtSignalAndWaitForSingleObject::ReferenceSignal {
        signal,
        wait,
        alertable: false,
        timeout,
    };
    machine.call(1, call(a, b, Timeout::Infinite));
    let count = |machine: &Machine, handle| machine.k[machine.object(handle)].pointer_count;
    assert_eq!((count(&machine, a), count(&machine, b), machine.signaled(a)), (2, 2, true));
    machine.call(0, NtSetEvent::of(b, true));
    assert_eq!(machine.ended(1), Some(NtStatus::SUCCESS));
    assert_eq!((count(&machine, a), count(&machine, b), machine.signaled(b)), (1, 1, false));
    let refused = |machine: &mut Machine, signal, wait| {
        machine.call(0, call(signal, wait, Timeout::Zero)).unwrap().status
    };
    assert_eq!(refused(&mut machine, Handle::CURRENT_PROCESS, b), NtStatus::OBJECT_TYPE_MISMATCH);
    assert_eq!(refused(&mut machine, a, Handle::NULL), NtStatus::INVALID_HANDLE);
    let mutant = machine
        .call(
            1,
            NtCreateMutant::Create {
                access: MAXIMUM_ALLOWED,
                attributes: ObjectAttributes::UNNAMED,
                owned: true,
            },
        )
        .unwrap()
        .value
        .handle();
    assert_eq!(refused(&mut machine, mutant, b), NtStatus::MUTANT_NOT_OWNED);
    assert_eq!((count(&machine, a), count(&machine, b)), (1, 1));
}

#[test]
fn an_alert_ends_an_alertable_wait_or_the_next_one() {
    let mut machine = machine();
    let (e, worker) = (event(&mut machine, false), machine.handle_of(1));
    machine.wait(1, e, false);
    machine.call(0, NtAlertThread::of(worker));
    assert_eq!(machine.ended(1), None, "the wait is not alertable");
    machine.set(e);
    assert_eq!(machine.ended(1), Some(NtStatus::SUCCESS));
    machine.wait(1, e, true);
    assert_eq!(machine.ended(1), Some(NtStatus::ALERTED), "the alert was kept");
    machine.wait(1, e, true);
    assert_eq!(machine.ended(1), None);
    machine.call(0, NtAlertThread::of(worker));
    assert_eq!(machine.ended(1), Some(NtStatus::ALERTED));
}

#[test]
fn user_apcs_run_in_order_and_those_of_an_ended_thread_never() {
    let mut machine = machine();
    let (e, worker) = (event(&mut machine, false), machine.handle_of(1));
    let apcs = [machine.k.create_apc(true), machine.k.create_apc(true), machine.k.create_apc(true)];
    for apc in &apcs[..2] {
        machine.call(0, NtQueueApcThread::of(worker, *apc));
    }
    machine.k.start(machine.threads[1], NtWaitForSingleObject::alertable(e, Timeout::Infinite));
    let mut delivered = Vec::new();
    while let Some(choice) = machine.k.choice(machine.threads[1]) {
        machine.k.take(Step { thread: machine.threads[1], choice });
        let states = apcs.map(|apc| machine.k[apc].state == ApcState::Delivered);
        if delivered.last() != Some(&states) {
            delivered.push(states);
        }
    }
    assert_eq!(delivered, [[false; 3], [true, false, false], [true, true, false]]);
    machine.call(0, NtQueueApcThread::of(worker, apcs[2]));
    machine.k.terminate_thread(machine.threads[1], 0);
    machine.settle();
    assert_eq!(machine.k[apcs[2]].state, ApcState::Discarded);
}
