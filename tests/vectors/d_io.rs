//! Family D: events, file objects, status blocks and APCs of a request.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | D-01, D-02, D-03, D-04, D-06, D-10, D-18 | dlls/ntdll/tests/pipe.c and file.c, on pipes there |

use sim_core::drivers::DriverKind;
use sim_core::io::request::{IoService, Request};
use sim_core::nt::wait::{NtWaitForSingleObject, Timeout};
use sim_core::ps::apc::ApcState;
use sim_core::{Handle, NtStatus};

use crate::Waits;
use crate::c_io::Io;

#[test]
fn d_01_a_file_object_is_set_when_opened_and_used_only_without_an_event() {
    let mut io = Io::new(DriverKind::Serial, false);
    assert!(io.m.signaled(io.file));
    let request = Request { event: Handle::NULL, ..io.request() };
    assert_eq!(io.send(IoService::Read, request), Some(NtStatus::PENDING));
    assert!(!io.m.signaled(io.file));
    io.complete(NtStatus::SUCCESS);
    assert!(io.m.signaled(io.file));
    let request = io.request();
    io.send(IoService::Read, request);
    io.complete(NtStatus::SUCCESS);
    assert_eq!((io.m.signaled(io.file), io.m.signaled(io.event)), (false, true));
}

#[test]
fn d_02_a_request_that_fails_at_once_leaves_its_event_cleared() {
    let mut io = Io::new(DriverKind::Immediate, false);
    io.answers(NtStatus::PIPE_BROKEN, None);
    let apc = io.m.k.create_apc(true);
    let request = Request { apc: Some(apc), ..io.request() };
    assert_eq!(io.send(IoService::Read, request), Some(NtStatus::PIPE_BROKEN));
    assert_eq!(io.seen(), (false, None));
    assert_eq!(io.m.k[apc].state, ApcState::Idle);
}

#[test]
fn d_03_the_file_is_checked_before_the_event_is_cleared() {
    let mut io = Io::new(DriverKind::Immediate, false);
    let stale = Request { file: Handle(0x00BA_D000), ..io.request() };
    assert_eq!(io.send(IoService::Read, stale), Some(NtStatus::INVALID_HANDLE));
    assert_eq!(io.seen(), (true, None));
    let no_event = Request { event: Handle(0x00BA_D000), ..io.request() };
    assert_eq!(io.send(IoService::Read, no_event), Some(NtStatus::INVALID_HANDLE));
    assert_eq!(io.seen(), (true, None));
    let no_buffer = Request { null_buffer: true, buffer: None, ..io.request() };
    assert_eq!(io.send(IoService::Read, no_buffer), Some(NtStatus::ACCESS_VIOLATION));
    assert_eq!(io.seen(), (true, None));
}

#[test]
fn d_04_d_06_an_apc_is_queued_at_once_and_runs_in_an_alertable_wait() {
    let mut io = Io::new(DriverKind::Immediate, false);
    io.answers(NtStatus::SUCCESS, None);
    let apc = io.m.k.create_apc(true);
    let request = Request { apc: Some(apc), ..io.request() };
    assert_eq!(io.send(IoService::Read, request), Some(NtStatus::SUCCESS));
    assert_eq!(io.seen(), (true, Some((NtStatus::SUCCESS, 17))));
    assert_eq!(io.m.k[apc].state, ApcState::Queued);
    let (handle, timeout) = (io.event, Timeout::Zero);
    io.m.call(0, NtWaitForSingleObject::Reference { handle, alertable: true, timeout });
    assert_eq!(io.m.k[apc].state, ApcState::Delivered);
    let apc = io.m.k.create_apc(true);
    let request = Request { apc: Some(apc), event: Handle::NULL, ..io.request() };
    io.send(IoService::Read, request);
    assert!(io.m.signaled(io.file) && io.m.k[apc].state == ApcState::Queued);
}

#[test]
fn d_10_a_synchronous_read_sets_the_event_and_the_file_object() {
    let mut io = Io::new(DriverKind::Immediate, true);
    io.answers(NtStatus::SUCCESS, None);
    let apc = io.m.k.create_apc(true);
    let request = Request { apc: Some(apc), ..io.request() };
    assert_eq!(io.send(IoService::Read, request), Some(NtStatus::SUCCESS));
    assert_eq!(io.seen(), (true, Some((NtStatus::SUCCESS, 17))));
    assert!(io.m.signaled(io.file) && io.m.k[apc].state == ApcState::Queued);
}

/// That Win32's ReadFile writes STATUS_PENDING first is in docs/scenarios/close-does-not-cancel.kobj.
#[test]
fn d_18_the_native_call_leaves_the_status_block_alone_while_it_is_pending() {
    let mut io = Io::new(DriverKind::Serial, false);
    let request = io.request();
    assert_eq!(io.send(IoService::Read, request), Some(NtStatus::PENDING));
    assert_eq!(io.seen(), (false, None));
}
