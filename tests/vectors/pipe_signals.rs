//! Families D and E, as far as they are about pipes: what is signalled and written, and what a port gets.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | D-01, D-06, D-07 | dlls/ntdll/tests/pipe.c, test_completion |
//! | D-02 | dlls/ntdll/tests/pipe.c, test_overlapped, read_pipe_test |
//! | D-03, D-04 | dlls/ntdll/tests/pipe.c, read_pipe_test |
//! | D-10, D-11 | dlls/ntdll/tests/pipe.c, test_blocking |
//! | D-16 | dlls/kernel32/tests/pipe.c and file.c: reads of nothing |
//! | D-17 | dlls/ntdll/tests/pipe.c, test_transceive |
//! | D-18 | dlls/kernel32/tests/pipe.c, test_overlapped_error |
//! | E-03, E-04 | dlls/ntdll/tests/file.c, test_file_io_completion |

use sim_core::profile::Version;

use crate::pipes::{on_bytes, on_messages};
use crate::story::{holds, holds_on};

#[test]
fn d_01_an_event_or_else_the_file_object() {
    on_messages(
        r"
    check signaled(client)
    r1 = NtReadFile(client, 8, context: FALSE)            -> STATUS_PENDING
    check not signaled(client)
    NtWriteFile(server, 4)                                -> STATUS_SUCCESS
    check signaled(client) and r1.Status == STATUS_SUCCESS and r1.Information == 4
    e = CreateEvent(manual: TRUE, initial: TRUE)
    r2 = NtReadFile(client, 8, event: e, context: FALSE)  -> STATUS_PENDING
    check not signaled(client) and not signaled(e)
    NtWriteFile(server, 4)                                -> STATUS_SUCCESS
    check not signaled(client) and signaled(e) and r2.Information == 4
",
    );
}

#[test]
fn d_02_an_event_is_cleared_also_by_what_fails_at_once() {
    on_messages(
        r"
    e = CreateEvent(manual: TRUE, initial: TRUE)
    l = NtFsControlFile(server, FSCTL_PIPE_LISTEN, event: e, apc: TRUE)     -> STATUS_PIPE_CONNECTED
    check not signaled(e) and l.Status != STATUS_PIPE_CONNECTED and not queued(l)
    NtClose(server)                                       -> STATUS_SUCCESS
    SetEvent(e)                                           -> TRUE
    r = NtReadFile(client, 8, event: e, apc: TRUE)        -> STATUS_PIPE_BROKEN
    check not signaled(e) and r.Status != STATUS_PIPE_BROKEN and not queued(r)
    SleepEx(0, TRUE)                                      -> 0
",
    );
}

#[test]
fn d_03_a_handle_or_a_buffer_that_is_none() {
    on_messages(
        r"
    e = CreateEvent(manual: TRUE, initial: TRUE)
    r1 = NtReadFile(closed, 8, event: e)                  -> STATUS_INVALID_HANDLE
    check signaled(e) and r1.Status != STATUS_INVALID_HANDLE
    r2 = NtReadFile(client, 8, event: closed)             -> STATUS_INVALID_HANDLE
    check r2.Status != STATUS_INVALID_HANDLE
    r3 = NtReadFile(client, 8, event: e, buffer: NULL)    -> STATUS_ACCESS_VIOLATION
    check signaled(e) and r3.Status != STATUS_ACCESS_VIOLATION
    w = NtWriteFile(client, 8, event: e, buffer: NULL)    -> STATUS_INVALID_USER_BUFFER
    check not signaled(e) and w.Status != STATUS_INVALID_USER_BUFFER
unbound closed
",
    );
}

#[test]
fn d_04_data_that_is_there_is_read_at_once() {
    on_messages(
        r"
    e = CreateEvent(manual: TRUE)
    NtWriteFile(server, 4)                                -> STATUS_SUCCESS
    r = NtReadFile(client, 8, event: e, apc: TRUE)        -> STATUS_SUCCESS
    check r.Status == STATUS_SUCCESS and r.Information == 4 and signaled(e) and not delivered(r)
    SleepEx(0, TRUE)                                      -> WAIT_IO_COMPLETION
    check delivered(r)
",
    );
}

#[test]
fn d_06_an_apc_without_an_event_and_a_context_without_a_port() {
    on_messages(
        r"
    r1 = NtReadFile(client, 8, apc: TRUE)                 -> STATUS_PENDING
    check not signaled(client)
    NtWriteFile(server, 4)                                -> STATUS_SUCCESS
    check signaled(client) and queued(r1) and not delivered(r1) and r1.Information == 4
    SleepEx(0, TRUE)                                      -> WAIT_IO_COMPLETION
    check delivered(r1)
    r2 = NtReadFile(client, 8, context: TRUE)             -> STATUS_PENDING
    check not signaled(client)
    NtWriteFile(server, 4)                                -> STATUS_SUCCESS
    check signaled(client)
",
    );
}

#[test]
fn d_07_what_succeeds_at_once_tells_the_port() {
    let story = r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_MESSAGE)
    client = CreateFile("\\.\pipe\p", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    SetNamedPipeHandleState(client, PIPE_READMODE_MESSAGE) -> TRUE
    port = CreateIoCompletionPort(client)
    e = CreateEvent(manual: TRUE)
    w = WriteFile(client, 9 bytes, offset: 0, hEvent: e)  -> TRUE
    p1 = NtRemoveIoCompletion(port, 0)                    -> STATUS_SUCCESS
    check p1.overlapped == w and p1.status == STATUS_SUCCESS and p1.bytes == 9
    peek = NtFsControlFile(client, FSCTL_PIPE_PEEK, output: 64)             -> STATUS_SUCCESS
    p2 = NtRemoveIoCompletion(port, 0)                    -> STATUS_SUCCESS
    check p2.overlapped == peek and p2.bytes == 16
    SetFileCompletionNotificationModes(client, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS) -> TRUE
    WriteFile(client, 9 bytes, offset: 0)                 -> TRUE
    NtRemoveIoCompletion(port, 0)                         -> STATUS_TIMEOUT
    WriteFile(server, 9 bytes, offset: 0)                 -> TRUE
    r = NtReadFile(client, 1)                             -> OVERFLOW
    check r.Status == STATUS_BUFFER_OVERFLOW and r.Information == 1
    p3 = NtRemoveIoCompletion(port, 0)                    -> PACKET
    rest = NtReadFile(client, 64)                         -> STATUS_SUCCESS
    check rest.Information == 8
"#;
    let answers = |read, packet| story.replace("-> OVERFLOW", read).replace("-> PACKET", packet);
    holds_on(Version::Win7, &answers("-> STATUS_BUFFER_OVERFLOW", "-> STATUS_TIMEOUT"));
    let packet = "check p3.overlapped == r and p3.status == STATUS_BUFFER_OVERFLOW and p3.bytes == 1";
    holds_on(Version::Win11, &answers("-> STATUS_PENDING", &format!("-> STATUS_SUCCESS\n    {packet}")));
}

#[test]
fn d_10_a_synchronous_read_that_blocks_signals_both() {
    holds(
        r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX)
    client = CreateFile("\\.\pipe\p", GENERIC_READ | GENERIC_WRITE)
    e = CreateEvent(manual: TRUE, initial: TRUE)
    r = NtReadFile(client, 16, event: e, apc: TRUE)       -> STATUS_SUCCESS
    check r.Status == STATUS_SUCCESS and r.Information == 1 and signaled(e) and signaled(client)
    check queued(r) and not delivered(r)
    SleepEx(0, TRUE)                                      -> WAIT_IO_COMPLETION
    check delivered(r)
  thread other
    check not signaled(e) and not signaled(client) and signaled(server)
    WriteFile(server, 1 bytes)                            -> TRUE
"#,
    );
}

#[test]
fn d_11_a_flush_blocks_until_the_other_end_has_read() {
    for open in ["PIPE_ACCESS_DUPLEX", "PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED"] {
        holds(
            &r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", OPEN)
    client = CreateFile("\\.\pipe\p", GENERIC_READ | GENERIC_WRITE)
    NtFlushBuffersFile(server)                            -> STATUS_SUCCESS
    w = NtWriteFile(server, 4)                            -> STATUS_SUCCESS
    f = NtFlushBuffersFile(server)                        -> STATUS_SUCCESS
    check f.Information == 0 and client.ReadDataAvailable == 0
  thread other
    part = ReadFile(client, 3 bytes)                      -> TRUE
    check pending(f)
    rest = ReadFile(client, 1 bytes)                      -> TRUE
"#
            .replace("OPEN", open),
        );
    }
}

#[test]
fn d_16_a_read_of_nothing_waits_for_something() {
    on_bytes(
        r"
    r = ReadFile(client, 0 bytes, offset: 0)              -> ERROR_IO_PENDING
    WriteFile(server, 2 bytes, offset: 0)                 -> TRUE
    check r.Status == STATUS_SUCCESS and r.Information == 0 and client.ReadDataAvailable == 2
    x = ReadFileEx(client, 2 bytes, offset: 0)            -> TRUE
    check not delivered(x)
    SleepEx(INFINITE, TRUE)                               -> WAIT_IO_COMPLETION
    check delivered(x) and x.Information == 2
",
    );
}

#[test]
fn d_17_a_transceive() {
    on_messages(
        r"
    e = CreateEvent(manual: TRUE)
    t = NtFsControlFile(client, FSCTL_PIPE_TRANSCEIVE, input: 3, output: 8, event: e) -> STATUS_PENDING
    check server.ReadDataAvailable == 3 and not signaled(e)
    busy = NtFsControlFile(client, FSCTL_PIPE_TRANSCEIVE, input: 3, output: 8) -> STATUS_PIPE_BUSY
    r = NtReadFile(server, 8)                             -> STATUS_SUCCESS
    check r.Information == 3
    NtWriteFile(server, 2)                                -> STATUS_SUCCESS
    check t.Status == STATUS_SUCCESS and t.Information == 2 and signaled(e)
",
    );
}

#[test]
fn d_18_who_writes_a_status_block_first() {
    on_messages(
        r"
    native = NtReadFile(client, 8)                        -> STATUS_PENDING
    check native.Status != STATUS_PENDING
    CancelIo(client)                                      -> TRUE
    win32 = ReadFile(client, 8 bytes, offset: 0)          -> ERROR_IO_PENDING
    check win32.Internal == STATUS_PENDING
    c = ConnectNamedPipe(server)                          -> ERROR_PIPE_CONNECTED
    check c.Internal == STATUS_PENDING
",
    );
}

#[test]
fn e_03_a_synchronous_end_has_no_port() {
    holds(
        r#"
process app
  thread main
    port = CreateIoCompletionPort()
    one = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX)
    two = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    NtSetInformationFile(one, port, key: 1)               -> STATUS_INVALID_PARAMETER
    NtSetInformationFile(two, port, key: 1)               -> STATUS_SUCCESS
"#,
    );
}

#[test]
fn e_04_the_port_is_looked_up_at_completion() {
    on_bytes(
        r"
    r = ReadFile(server, 3 bytes, offset: 0)              -> ERROR_IO_PENDING
    port = CreateIoCompletionPort(server, key: 9)
    check packets(port) == 0
    WriteFile(client, 3 bytes, offset: 0)                 -> TRUE
    p = NtRemoveIoCompletion(port, 0)                     -> STATUS_SUCCESS
    check p.key == 9 and p.overlapped == r and p.status == STATUS_SUCCESS and p.bytes == 3
",
    );
    on_bytes(
        r"
    r = NtReadFile(server, 3, apc: TRUE)                  -> STATUS_PENDING
    port = CreateIoCompletionPort(server, key: 9)
    WriteFile(client, 3 bytes, offset: 0)                 -> TRUE
    check packets(port) == 0 and not delivered(r)
    SleepEx(0, TRUE)                                      -> WAIT_IO_COMPLETION
    check delivered(r) and packets(port) == 0
    NtReadFile(server, 3, apc: TRUE)                      -> STATUS_INVALID_PARAMETER
",
    );
}
