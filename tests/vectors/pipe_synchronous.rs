//! What ends a call that waits on a synchronous end of a pipe: CancelSynchronousIo, the end of its thread.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | B-09 | dlls/ntdll/tests/pipe.c, test_cancelsynchronousio: a listen; here a read too |
//! | P-10 | dlls/ws2_32/tests/afd.c, test_async_thread_termination; here a synchronous read of a pipe |
//!
//! That such a request writes no status block when it fails: ReactOS kernel test ntos_io/IoReadWrite.c. That a close waits
//! for the call which has the file lock: ReactOS io/iomgr/file.c.

use sim_core::profile::Version;

use crate::story::{holds, holds_since};

/// A pipe whose two ends are synchronous; `reader` makes the lines, another thread the others.
fn on_pipe(reader: &str, others: &str) -> String {
    format!(
        r#"process app
  thread reader
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX)
{reader}  thread other
    target = OpenThread(reader)
{others}"#
    )
}

const CLIENT: &str = "    client = CreateFile(\"\\\\.\\pipe\\p\", GENERIC_READ | GENERIC_WRITE)\n";

#[test]
fn b_09_a_synchronous_listen_is_cancelled_and_writes_no_status_block() {
    let reader =
        "    peek = NtFsControlFile(server, FSCTL_PIPE_PEEK, output: 64) -> STATUS_INVALID_PIPE_STATE
    l = NtFsControlFile(server, FSCTL_PIPE_LISTEN)   -> STATUS_CANCELLED
    check not pending(l) and l.Status != STATUS_CANCELLED
    check server.NamedPipeState == FILE_PIPE_LISTENING_STATE and server.PointerCount == 1
";
    let others = "    check not signaled(server)
    wrong = NtCancelSynchronousIoFile(target, peek)             -> STATUS_NOT_FOUND
    c = NtCancelSynchronousIoFile(target, l)                  -> STATUS_SUCCESS
    check c.Status == STATUS_SUCCESS
";
    holds_since(Version::Win7, &on_pipe(reader, others));
}

#[test]
fn b_09_a_synchronous_read_is_cancelled_and_takes_no_bytes() {
    let reader = format!(
        "{CLIENT}    r = NtReadFile(client, 8)                        -> STATUS_CANCELLED
    check not pending(r) and r.Status != STATUS_CANCELLED and r.Information == 0
    check client.NamedPipeState == FILE_PIPE_CONNECTED_STATE and client.PointerCount == 1
    WriteFile(server, 4 bytes)                                -> TRUE
    check client.ReadDataAvailable == 4
    ReadFile(client, 8 bytes)                                 -> TRUE
"
    );
    let others = "    check not signaled(client)
    CancelSynchronousIo(target)                               -> TRUE
";
    holds_since(Version::Win7, &on_pipe(&reader, others));
}

#[test]
fn p_10_the_end_of_a_thread_cancels_its_synchronous_read_and_leaves_the_pipe() {
    let reader = format!("{CLIENT}    r = NtReadFile(client, 8)                        -> blocks\n");
    let others = "    TerminateThread(target)                                   -> TRUE
    WaitForSingleObject(target, INFINITE)                     -> WAIT_OBJECT_0
    check ended(reader) and not pending(r) and r.Status != STATUS_CANCELLED
    check client.HandleCount == 1 and client.PointerCount == 1 and not cleanup(client)
    check client.NamedPipeState == FILE_PIPE_CONNECTED_STATE
    WriteFile(server, 4 bytes)                                -> TRUE
    check client.ReadDataAvailable == 4
    ReadFile(client, 8 bytes)                                 -> TRUE
";
    holds_since(Version::Xp, &on_pipe(&reader, others));
}

/// The last handle's close waits for the call that has the file lock: only a cancel lets both go on.
#[test]
fn a_close_waits_for_the_synchronous_read_that_a_cancel_ends() {
    let reader =
        format!("{CLIENT}    r = NtReadFile(client, 8)                        -> STATUS_CANCELLED\n");
    let others = "    CloseHandle(client)                                       -> TRUE
    check cleanup(client) and close(client) and r.Status != STATUS_PIPE_BROKEN
  thread third
    WaitForSingleObject(target, 0)                            -> WAIT_TIMEOUT
    check not cleanup(client) and object(client).HandleCount == 0 and pending(r)
    CancelSynchronousIo(target)                               -> TRUE
";
    holds_since(Version::Win7, &on_pipe(&reader, others));
}

#[test]
fn the_close_of_the_other_end_breaks_a_synchronous_read() {
    let reader = format!(
        "{CLIENT}    r = NtReadFile(client, 8)                        -> STATUS_PIPE_BROKEN
    check not pending(r) and r.Status != STATUS_PIPE_BROKEN
"
    );
    holds_since(Version::Xp, &on_pipe(&reader, "    CloseHandle(server) -> TRUE\n"));
}

/// Source: ReactOS dll/win32/kernel32/client/file/rw.c, ReadFile; rust-lang/rust issue 81357.
#[test]
fn win32_waits_for_an_asynchronous_file_without_an_overlapped() {
    let both = r#"
process app
  thread reader
    GetHandleInformation(client)                            -> 0
    r = ReadFile(server, 4 bytes)                           -> RESULT
  thread main
    server = CreateNamedPipe("\\.\pipe\own", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    client = CreateFile("\\.\pipe\own", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    e = CreateEvent()
    check pending(r) and r.Status != STATUS_PENDING
    OTHER
"#;
    let story = |result: &str, other: &str| both.replace("RESULT", result).replace("OTHER", other);
    holds(&story("TRUE", "WriteFile(client, 4 bytes, offset: 0)        -> TRUE"));
    holds(&story("ERROR_BROKEN_PIPE", "CloseHandle(client)               -> TRUE"));
    holds(&story("blocks", "SetEvent(e)                                  -> TRUE"));
}
