//! Family P: what is pending on a pipe when a handle, an end, a thread or a process goes.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | P-01, P-02 | dlls/ntdll/tests/pipe.c, test_async_cancel_on_handle_close |
//! | P-03 | dlls/ntdll/tests/file.c, test_file_io_completion |
//! | P-04 to P-06 | dlls/ntdll/tests/pipe.c, read_pipe_test |
//! | P-07 | dlls/kernel32/tests/pipe.c, test_wait_pipe |
//! | P-08, P-09 | dlls/kernel32/tests/pipe.c, test_overlapped_transport |
//! | P-12 | dlls/kernel32/tests/pipe.c, test_exit_process_async |

use crate::pipes::{on_bytes, on_messages};
use sim_core::profile::Version;

use crate::story::{holds, model_holds_on};

#[test]
fn p_01_the_last_handle_in_a_process_ends_what_reports_to_a_port_alone() {
    on_messages(
        r"
    port = CreateIoCompletionPort()
    NtSetInformationFile(client, port, key: 0)            -> STATUS_SUCCESS
    r = NtReadFile(client, 8)                             -> STATUS_PENDING
    there = DuplicateHandle(client, hTargetProcessHandle: elsewhere)        -> TRUE
    CloseHandle(client)                                   -> TRUE
    check not pending(r) and r.Status != STATUS_CANCELLED and packets(port) == 1
    p = NtRemoveIoCompletion(port, 0)                     -> STATUS_SUCCESS
    check p.overlapped == r and p.status == STATUS_CANCELLED and p.bytes == 0 and p.key == 0
    check r.Status == STATUS_CANCELLED and r.Information == 0 and packets(port) == 0
process elsewhere
",
    );
}

#[test]
fn p_02_and_nothing_else() {
    for arguments in ["event: e", "event: e, context: FALSE", "context: FALSE"] {
        on_messages(
            &r"
    port = CreateIoCompletionPort()
    NtSetInformationFile(client, port, key: 0)            -> STATUS_SUCCESS
    e = CreateEvent(manual: TRUE)
    r = NtReadFile(client, 8, REST)                       -> STATUS_PENDING
    there = DuplicateHandle(client, hTargetProcessHandle: elsewhere)        -> TRUE
    CloseHandle(client)                                   -> TRUE
    check pending(r) and not signaled(e) and r.Status != STATUS_CANCELLED
    p = NtRemoveIoCompletion(port, 0)                     -> STATUS_TIMEOUT
process elsewhere
"
            .replace("REST", arguments),
        );
    }
}

#[test]
fn p_03_the_last_handle_anywhere_breaks_the_pipe_and_cancels_nothing() {
    on_bytes(
        r"
    port = CreateIoCompletionPort()
    CreateIoCompletionPort(server, port, key: 5)
    r = ReadFile(server, 3 bytes, offset: 0)              -> ERROR_IO_PENDING
    check packets(port) == 0
    CloseHandle(server)                                   -> TRUE
    check packets(port) == 1
    p = GetQueuedCompletionStatus(port, 0)                -> ERROR_BROKEN_PIPE
    check p.key == 5 and p.overlapped == r and p.bytes == 0 and r.Internal == STATUS_PIPE_BROKEN
",
    );
}

#[test]
fn p_04_closing_one_of_two_handles_ends_nothing() {
    on_messages(
        r"
    e = CreateEvent(manual: TRUE)
    copy = DuplicateHandle(client)                        -> TRUE
    r = NtReadFile(client, 8, event: e, context: FALSE)   -> STATUS_PENDING
    NtClose(client)                                       -> STATUS_SUCCESS
    check pending(r) and not signaled(e)
    NtCancelIoFile(client)                                -> STATUS_INVALID_HANDLE
    check pending(r)
    NtCancelIoFile(copy)                                  -> STATUS_SUCCESS
    check r.Status == STATUS_CANCELLED and r.Information == 0 and signaled(e)
",
    );
}

#[test]
fn p_05_b_03_a_cancel_through_a_duplicate() {
    on_messages(
        r"
    e = CreateEvent(manual: TRUE)
    copy = DuplicateHandle(client)                        -> TRUE
    r = NtReadFile(client, 8, event: e, apc: TRUE)        -> STATUS_PENDING
    NtCancelIoFile(copy)                                  -> STATUS_SUCCESS
    check r.Status == STATUS_CANCELLED and r.Information == 0 and signaled(e) and queued(r)
    SleepEx(0, TRUE)                                      -> WAIT_IO_COMPLETION
    check delivered(r)
    SleepEx(0, TRUE)                                      -> 0
",
    );
}

#[test]
fn p_06_the_other_end_closes() {
    on_messages(
        r"
    e = CreateEvent(manual: TRUE)
    r = NtReadFile(client, 8, event: e, apc: TRUE)        -> STATUS_PENDING
    NtClose(server)                                       -> STATUS_SUCCESS
    check r.Status == STATUS_PIPE_BROKEN and r.Information == 0 and signaled(e)
    check queued(r) and not delivered(r)
    SleepEx(0, TRUE)                                      -> WAIT_IO_COMPLETION
    check delivered(r)
",
    );
}

#[test]
fn p_07_a_server_closes_while_it_listens() {
    holds(
        r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    e = CreateEvent(manual: TRUE)
    c = ConnectNamedPipe(server, e)                       -> ERROR_IO_PENDING
    check not signaled(e)
    CloseHandle(server)                                   -> TRUE
    check signaled(e)
"#,
    );
}

#[test]
fn p_08_writes_and_flushes_when_the_reader_closes() {
    for (survivor, closed) in [("server", "client"), ("client", "server")] {
        on_bytes(
            &r"
    w = WriteFile(SURVIVOR, 7000 bytes, offset: 0)        -> ERROR_IO_PENDING
    FlushFileBuffers(SURVIVOR)                            -> ERROR_BROKEN_PIPE
    check w.Status == STATUS_PIPE_BROKEN
  thread other
    CloseHandle(CLOSED)                                   -> TRUE
"
            .replace("SURVIVOR", survivor)
            .replace("CLOSED", closed),
        );
    }
}

#[test]
fn p_09_writes_and_flushes_when_the_server_disconnects() {
    on_bytes(
        r"
    w1 = WriteFile(server, 7000 bytes, offset: 0)         -> ERROR_IO_PENDING
    w2 = WriteFile(client, 7000 bytes, offset: 0)         -> ERROR_IO_PENDING
    FlushFileBuffers(client)                              -> ERROR_PIPE_NOT_CONNECTED
    check w1.Status == STATUS_PIPE_DISCONNECTED and w2.Status == STATUS_PIPE_DISCONNECTED
  thread other
    DisconnectNamedPipe(server)                           -> TRUE
",
    );
}

/// The port finds the packet although its file object and the process that asked are gone.
#[test]
fn p_12_a_process_exits_with_a_pending_read() {
    let story = r#"
process parent
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    client = CreateFile("\\.\pipe\p", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    port = CreateIoCompletionPort()
    CreateIoCompletionPort(client, port, key: 123)
    moved = DuplicateHandle(client, child, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE) -> TRUE
    p = GetQueuedCompletionStatus(port, INFINITE)         -> ERROR_OPERATION_ABORTED
    check p.bytes == 0 and p.key == 123 and p.overlapped == r and close(moved)
process child
  thread reads
    e = CreateEvent()
    r = ReadFile(moved, 8 bytes, offset: 0, hEvent: e)    -> ERROR_IO_PENDING
environment
  exit process child
"#;
    model_holds_on(Version::Win11, story);
    // The memory that the packet names is not the parent's, and gone.
    let lines = story.lines().filter(|line| !line.contains("check"));
    holds(&lines.map(|line| format!("{}\n", line.replace("p = Get", "Get"))).collect::<String>());
}
