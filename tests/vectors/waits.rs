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
use sim_core::nt::apc::NtQueueApcThread;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::event::{NtPulseEvent, NtSetEvent};
use sim_core::nt::wait::{NtWaitForSingleObject, Timeout};
use sim_core::profile::Version;
use sim_core::ps::apc::ApcState;
use sim_core::ps::schedule::Step;
use sim_core::{Access, Handle, NtStatus};
use sim_tests::Machine;

use crate::story::{holds_always, holds_since, lines_hold, model_holds_since};
use crate::{Waits, event, machine};

#[test]
fn d_14_a_user_apc_goes_before_an_object_that_is_signalled_already() {
    lines_hold(
        "    e = NtCreateEvent()
    SetEvent(e)                              -> TRUE
    apc = NtQueueApcThread(GetCurrentThread()) -> STATUS_SUCCESS
    NtWaitForSingleObject(e, 0)              -> STATUS_WAIT_0
    check queued(apc) and not delivered(apc)
    SetEvent(e)                              -> TRUE
    NtWaitForSingleObject(e, INFINITE, TRUE) -> STATUS_USER_APC
    check delivered(apc) and signaled(e)
",
    );
}

#[test]
fn d_21_a_wait_outlives_the_handle_it_was_made_with() {
    holds_always(
        "process app
  thread waiter
    a = NtCreateEvent()
    b = NtCreateEvent()
    NtWaitForMultipleObjects([a, b], FALSE, INFINITE) -> STATUS_WAIT_0 + 1
    check copy.HandleCount == 1 and copy.PointerCount == 1
  thread main
    copy = DuplicateHandle(b)                         -> TRUE
    check copy.HandleCount == 2 and copy.PointerCount == 3
    CloseHandle(b)                                    -> TRUE
    CloseHandle(a)                                    -> TRUE
    SetEvent(copy)                                    -> TRUE
",
    );
}

#[test]
fn e_10_the_last_handle_of_a_port_satisfies_direct_waits() {
    holds_since(
        Version::Win7,
        "process app
  thread waiter
    p = CreateIoCompletionPort()
    NtWaitForSingleObject(p, INFINITE)  -> STATUS_WAIT_0
  thread main
    CloseHandle(p)                      -> TRUE
",
    );
}

#[test]
fn e_11_a_port_with_packets_is_signalled_and_a_wait_takes_none() {
    holds_always(
        "process app
  thread waiter
    p = CreateIoCompletionPort()
    NtWaitForSingleObject(p, INFINITE)   -> STATUS_WAIT_0
  thread main
    NtSetIoCompletion(p, 3, 1, 2)        -> STATUS_SUCCESS
    NtWaitForSingleObject(p, 0)          -> STATUS_WAIT_0
    check signaled(p) and packets(p) == 1
",
    );
}

#[test]
fn e_11_a_remover_goes_before_direct_waiters() {
    holds_always(
        "process app
  thread waiter
    p = CreateIoCompletionPort()
    NtWaitForSingleObject(p, INFINITE)              -> blocks
  thread remover
    packet = NtRemoveIoCompletion(p, INFINITE)      -> STATUS_SUCCESS
    check packet.key == 1 and packet.bytes == 3
  thread main
    NtSetIoCompletion(p, 3, 1, 2)                   -> STATUS_SUCCESS
    check packets(p) == 0 and waiters(p) == 1
",
    );
}

#[test]
fn f_10_a_handle_of_another_type_is_refused_before_its_access_is_looked_at() {
    lines_hold(
        "    e = NtCreateEvent()
    NtReleaseSemaphore(e)                   -> STATUS_OBJECT_TYPE_MISMATCH
    NtReleaseSemaphore(GetCurrentProcess()) -> STATUS_OBJECT_TYPE_MISMATCH
    NtReleaseSemaphore(NULL)                -> STATUS_INVALID_HANDLE
    NtReleaseSemaphore(0xDEADBEEC)          -> STATUS_INVALID_HANDLE
",
    );
}

#[test]
fn f_12_an_ended_thread_and_process_are_signalled_while_a_handle_keeps_them() {
    holds_always(
        "process app
  thread worker
    process = OpenProcess(other)
    thread = OpenThread(stranger)
    NtWaitForMultipleObjects([process, thread], TRUE, INFINITE) -> STATUS_WAIT_0
  thread main
    NtWaitForSingleObject(thread, 0)        -> STATUS_TIMEOUT
    NtWaitForSingleObject(process, 0)       -> STATUS_TIMEOUT
    TerminateProcess(process)               -> TRUE
    NtWaitForSingleObject(thread, INFINITE) -> STATUS_WAIT_0
    NtWaitForSingleObject(process, 0)       -> STATUS_WAIT_0
    check ended(stranger) and exited(other)
    NtAlertThread(thread)                   -> STATUS_SUCCESS
    apc = NtQueueApcThread(thread)          -> STATUS_UNSUCCESSFUL
    check not queued(apc) and not delivered(apc)
process other
  thread stranger
    NtDelayExecution(INFINITE)
",
    );
}

#[test]
fn a_wait_needs_synchronize_on_every_handle_and_lets_go_of_all_when_one_is_refused() {
    lines_hold(
        r#"    waitable = CreateNamedPipe("\\.\pipe\w", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    readable = DuplicateHandle(waitable, dwDesiredAccess: 1)           -> TRUE
    gone = NtCreateEvent()
    CloseHandle(gone)                                                  -> TRUE
    NtWaitForSingleObject(readable, 0)                                 -> STATUS_ACCESS_DENIED
    NtWaitForSingleObject(waitable, 0)                                 -> STATUS_WAIT_0
    NtWaitForMultipleObjects([waitable, readable], FALSE, 0)           -> STATUS_ACCESS_DENIED
    NtWaitForMultipleObjects([waitable, gone], FALSE, 0)               -> STATUS_INVALID_HANDLE
    check waitable.PointerCount == 2 and waitable.HandleCount == 2
    NtWaitForSingleObject(GetCurrentProcess(), 0)                      -> STATUS_TIMEOUT
    NtWaitForMultipleObjects([waitable, GetCurrentProcess()], FALSE, 0) -> STATUS_INVALID_HANDLE
    check waitable.PointerCount == 2
"#,
    );
}

#[test]
fn a_wait_is_for_one_to_sixty_four_handles_and_all_means_all_different() {
    let list = |first: &str, count| vec![first; count].join(", ");
    let others: String = (0..63).map(|at| format!("    o{at} = NtCreateEvent()\n")).collect();
    let names: String = (0..63).map(|at| format!("o{at}, ")).collect();
    lines_hold(&format!(
        "    e = NtCreateEvent(manual: TRUE)
{others}    NtWaitForMultipleObjects([], FALSE, 0) -> STATUS_INVALID_PARAMETER_1
    NtWaitForMultipleObjects([{}], FALSE, 0) -> STATUS_INVALID_PARAMETER_1
    NtWaitForMultipleObjects([{}], FALSE, 0) -> STATUS_TIMEOUT
    SetEvent(e) -> TRUE
    NtWaitForMultipleObjects([{}], FALSE, 0) -> STATUS_WAIT_0
    check e.PointerCount == 1
    NtWaitForMultipleObjects([{names}e], FALSE, 0) -> STATUS_WAIT_0 + 63
    NtWaitForMultipleObjects([e, e], TRUE, 0) -> STATUS_INVALID_PARAMETER_MIX
    check e.PointerCount == 1
",
        list("e", 65),
        list("e", 64),
        list("e", 64),
    ));
}

#[test]
fn an_abandoned_mutant_tells_its_next_owner_once() {
    holds_always(
        "process app
  thread owner
    first = NtCreateMutant(TRUE)
    second = NtCreateMutant(TRUE)
    e = NtCreateEvent()
    go = NtCreateEvent()
    WaitForSingleObject(go, INFINITE)                        -> WAIT_OBJECT_0
    ExitThread()
  thread heir
    SetEvent(go)                                             -> TRUE
    NtWaitForMultipleObjects([e, second], FALSE, INFINITE)   -> STATUS_ABANDONED_WAIT_0 + 1
    SetEvent(e)                                              -> TRUE
    NtWaitForMultipleObjects([e, first], TRUE, 0)            -> STATUS_ABANDONED_WAIT_0
    NtWaitForMultipleObjects([first, second], TRUE, 0)       -> STATUS_WAIT_0
    check not abandoned(first) and not abandoned(second) and first.CurrentCount == -1
",
    );
}

#[test]
fn a_timer_is_due_at_some_time_and_a_cancelled_one_never() {
    lines_hold(
        "    t = NtCreateTimer(FALSE)
    new = NtSetTimer(t, 10000)                 -> STATUS_SUCCESS
    NtWaitForSingleObject(t, 0)                -> STATUS_TIMEOUT
    at_once = NtSetTimer(t, 0)                 -> STATUS_SUCCESS
    check new == 0 and at_once == 0
    NtWaitForSingleObject(t, INFINITE)         -> STATUS_WAIT_0
    NtWaitForSingleObject(t, 0)                -> STATUS_TIMEOUT
    NtSetTimer(t, 10000)                       -> STATUS_SUCCESS
    NtCancelTimer(t)                           -> STATUS_SUCCESS
    NtWaitForSingleObject(t, INFINITE)         -> blocks
",
    );
    lines_hold(
        "    t = NtCreateTimer(FALSE)
    NtSetTimer(t, 0)                           -> STATUS_SUCCESS
    rung = NtSetTimer(t, 10000)                -> STATUS_SUCCESS
    check rung == 1 and not signaled(t)
",
    );
    // Between two looks a period can be over.
    let periodic = "process app
  thread main
    t = NtCreateTimer(FALSE)
    NtSetTimer(t, 10, 10)                      -> STATUS_SUCCESS
    NtWaitForSingleObject(t, INFINITE)         -> STATUS_WAIT_0
    NtWaitForSingleObject(t, INFINITE)         -> STATUS_WAIT_0
    NtCancelTimer(t)                           -> STATUS_SUCCESS
    NtWaitForSingleObject(t, INFINITE)         -> blocks
";
    model_holds_since(Version::Xp, periodic);
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
    holds_always(
        "process app
  thread worker
    a = NtCreateEvent()
    b = NtCreateEvent()
    mutant = NtCreateMutant(TRUE)
    NtSignalAndWaitForSingleObject(a, b, INFINITE)              -> STATUS_WAIT_0
    check a.PointerCount == 1 and b.PointerCount == 1 and not signaled(b)
    NtDelayExecution(INFINITE)
  thread main
    check a.PointerCount == 2 and b.PointerCount == 2 and signaled(a) and not signaled(b)
    SetEvent(b)                                                 -> TRUE
    NtSignalAndWaitForSingleObject(GetCurrentProcess(), b, 0)   -> STATUS_OBJECT_TYPE_MISMATCH
    NtSignalAndWaitForSingleObject(a, NULL, 0)                  -> STATUS_INVALID_HANDLE
    NtSignalAndWaitForSingleObject(mutant, b, 0)                -> STATUS_MUTANT_NOT_OWNED
    check a.PointerCount == 1 and b.PointerCount == 1
",
    );
}

#[test]
fn an_alert_ends_an_alertable_wait_or_the_next_one() {
    holds_always(
        "process app
  thread worker
    e = NtCreateEvent()
    NtWaitForSingleObject(e, INFINITE)       -> STATUS_WAIT_0
    NtWaitForSingleObject(e, INFINITE, TRUE) -> STATUS_ALERTED
    NtWaitForSingleObject(e, INFINITE, TRUE) -> STATUS_ALERTED
    check not signaled(e)
  thread main
    thread = OpenThread(worker)
    NtAlertThread(thread)                    -> STATUS_SUCCESS
    check waiters(e) == 1
    SetEvent(e)                              -> TRUE
  thread second
    check waiters(e) == 1
    NtAlertThread(thread)                    -> STATUS_SUCCESS
",
    );
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
