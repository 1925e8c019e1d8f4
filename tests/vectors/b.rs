//! Family B: cancellation of what is pending on a pipe.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | B-01, B-05 | dlls/ntdll/tests/pipe.c, test_cancelio |
//! | B-02, B-06, B-07, B-08 | dlls/kernel32/tests/pipe.c, test_overlapped_transport, test_blocking_rw, and its transactions |
//! | B-13, B-14 | dlls/ntdll/tests/pipe.c, test_alertable, test_nonalertable |
//! | B-16 | dlls/kernel32/tests/pipe.c, the cancel helper of its overlapped connects |

use sim_core::io::open_options::OpenOptions;
use sim_core::io::pipe_modes::PipeModes;
use sim_core::io::pipe_parameters::PipeParameters;
use sim_core::io::request::{IoService, Request};
use sim_core::nt::cancel_io_file::NtCancelIoFileEx;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::profile::Profile;
use sim_core::ps::apc::{Apc, ApcState};
use sim_core::{Access, Id, NtStatus};
use sim_tests::Machine;

use crate::pipes::{on_bytes, on_messages};
use crate::story::holds;

#[test]
fn b_01_a_cancelled_listen() {
    for cancel in ["NtCancelIoFile(server)", "NtCancelIoFileEx(server, l)"] {
        holds(
            &r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    e = CreateEvent(manual: TRUE)
    l = NtFsControlFile(server, FSCTL_PIPE_LISTEN, event: e, apc: TRUE)     -> STATUS_PENDING
    check l.Status != STATUS_PENDING and not signaled(e)
    STOP                                                  -> STATUS_SUCCESS
    check l.Status == STATUS_CANCELLED and l.Information == 0 and signaled(e) and not delivered(l)
    SleepEx(0, TRUE)                                      -> WAIT_IO_COMPLETION
    check delivered(l)
    SleepEx(0, TRUE)                                      -> 0
"#
            .replace("STOP", cancel),
        );
    }
}

#[test]
fn b_02_a_second_cancel_finds_nothing() {
    on_bytes(
        r"
    r = ReadFile(client, 8 bytes, offset: 0)              -> ERROR_IO_PENDING
    CancelIoEx(client, r)                                 -> TRUE
    check r.Status == STATUS_CANCELLED
    CancelIoEx(client, r)                                 -> ERROR_NOT_FOUND
",
    );
}

#[test]
fn b_05_two_requests_with_one_status_block() {
    let mut m = Machine::with_pipes(Profile::default());
    let attributes = m.named(r"\??\PIPE\p");
    let options = OpenOptions { share: 3, ..OpenOptions::default() };
    let call = CreateFile { attributes, access: Access(0xC010_0000), options };
    let pipe = PipeParameters {
        message_type: false,
        modes: PipeModes::default(),
        first_instance: false,
        max_instances: 1,
        inbound_quota: 64,
        outbound_quota: 64,
    };
    let server = m.call(0, NtCreateFile::named_pipe(call, pipe)).expect("it returns").value.handle();
    let client = m.call(0, NtCreateFile::of(call)).expect("it returns").value.handle();
    assert_ne!(server, client);
    let apcs = [m.k.create_apc(true), m.k.create_apc(true)];
    for apc in apcs {
        let read = Request { iosb: Some(m.iosbs[0]), length: 8, apc: Some(apc), ..Request::of(client) };
        assert_eq!(m.issue(0, IoService::Read, read).map(|read| read.status), Some(NtStatus::PENDING));
    }
    let cancelled = m.call(0, NtCancelIoFileEx::of(client, Some(m.iosbs[0])));
    assert_eq!(cancelled.map(|cancelled| cancelled.status), Some(NtStatus::SUCCESS));
    assert_eq!(m.k[m.iosbs[0]].status, Some(NtStatus::CANCELLED));
    let queued = |apc: Id<Apc>| m.k[apc].state == ApcState::Queued;
    assert!(apcs.into_iter().all(queued), "each request has its APC");
}

#[test]
fn b_06_what_nobody_has_read_of_a_cancelled_write_goes_with_it() {
    on_messages(
        r"
    w1 = WriteFile(client, 5000 bytes, offset: 0)         -> ERROR_IO_PENDING
    w2 = WriteFile(client, 60 bytes, offset: 0)           -> ERROR_IO_PENDING
    r1 = ReadFile(server, 10 bytes, offset: 0)
    check r1.Information == 10 and r1.Status == STATUS_BUFFER_OVERFLOW and pending(w1) and pending(w2)
    CancelIoEx(client, w1)                                -> TRUE
    check w1.Status == STATUS_CANCELLED and w2.Status == STATUS_SUCCESS
    r2 = ReadFile(server, 100 bytes, offset: 0)           -> TRUE
    check r2.Information == 60
",
    );
}

#[test]
fn b_07_a_flush_ends_well_when_the_write_before_it_is_cancelled() {
    on_bytes(
        r"
    w = WriteFile(client, 7000 bytes, offset: 0)          -> ERROR_IO_PENDING
    FlushFileBuffers(client)                              -> TRUE
    check w.Status == STATUS_CANCELLED and server.ReadDataAvailable == 0
  thread other
    CancelIoEx(client, w)                                 -> TRUE
",
    );
}

#[test]
fn b_08_a_cancelled_transaction_has_written() {
    on_messages(
        r"
    t = TransactNamedPipe(client, 4 bytes, 8 bytes)       -> ERROR_IO_PENDING
    CancelIoEx(client, t)                                 -> TRUE
    check t.Status == STATUS_CANCELLED
    r = ReadFile(server, 10 bytes, offset: 0)             -> TRUE
    check r.Information == 4
",
    );
}

#[test]
fn b_13_a_user_apc_ends_an_alertable_listen() {
    holds(
        r#"
process app
  thread main
    me = DuplicateHandle(GetCurrentThread())
    server = NtCreateNamedPipeFile("\??\PIPE\p", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_SYNCHRONOUS_IO_ALERT)
    e = CreateEvent(manual: TRUE, initial: TRUE)
    early = QueueUserAPC(GetCurrentThread())              -> TRUE
    l1 = NtFsControlFile(server, FSCTL_PIPE_LISTEN, event: e, apc: TRUE)    -> STATUS_CANCELLED
    check delivered(early) and l1.Status != STATUS_CANCELLED and not signaled(e) and not queued(l1)
    l2 = NtFsControlFile(server, FSCTL_PIPE_LISTEN, event: e, apc: TRUE)    -> STATUS_CANCELLED
    check delivered(during) and l2.Status != STATUS_CANCELLED and not signaled(e) and not queued(l2)
    SleepEx(0, TRUE)                                      -> 0
    l3 = NtFsControlFile(server, FSCTL_PIPE_LISTEN)       -> STATUS_SUCCESS
  thread other
    during = QueueUserAPC(me)                             -> TRUE
    client = NtCreateFile("\??\PIPE\p", GENERIC_READ)     -> STATUS_SUCCESS
"#,
    );
}

#[test]
fn b_14_a_user_apc_does_not_end_another() {
    holds(
        r#"
process app
  thread main
    me = DuplicateHandle(GetCurrentThread())
    server = NtCreateNamedPipeFile("\??\PIPE\p", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_SYNCHRONOUS_IO_NONALERT)
    early = QueueUserAPC(GetCurrentThread())              -> TRUE
    l = NtFsControlFile(server, FSCTL_PIPE_LISTEN, apc: TRUE)               -> STATUS_SUCCESS
    check l.Status == STATUS_SUCCESS and queued(early) and queued(during) and queued(l)
    SleepEx(0, TRUE)                                      -> WAIT_IO_COMPLETION
    check delivered(early) and delivered(during) and delivered(l)
  thread other
    during = QueueUserAPC(me)                             -> TRUE
    client = NtCreateFile("\??\PIPE\p", GENERIC_READ)     -> STATUS_SUCCESS
"#,
    );
}

#[test]
fn b_16_cancel_io_of_a_listen() {
    holds(
        r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    e = CreateEvent(manual: TRUE)
    c = ConnectNamedPipe(server, e)                       -> ERROR_IO_PENDING
    CancelIo(server)                                      -> TRUE
    check signaled(e) and c.Internal == STATUS_CANCELLED
"#,
    );
}
