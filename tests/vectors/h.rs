//! Family H: the states of a pipe, and what each lets its two ends do.
//!
//! | id | public source |
//! | --- | --- |
//! | H-01 | Wine ntdll/tests/pipe.c, test_pipe_state, test_pipe_with_data_state |
//! | H-02 to H-05 | ReactOS kernel tests npfs/NpfsReadWrite; Wine ntdll/tests/pipe.c, read_pipe_test |
//! | H-06 | ReactOS kernel tests npfs/NpfsConnect |
//! | H-09, H-10, H-12, H-13 | Wine kernel32/tests/pipe.c |
//! | H-15 | Wine ntdll/tests/pipe.c, test_create_invalid; kernel32/tests/pipe.c |

use crate::pipes::{on_bytes, on_messages};
use crate::story::holds;

#[test]
fn h_01_every_request_in_every_state() {
    holds(
        r#"
process app
  thread main
    l = CreateNamedPipe("\\.\pipe\l", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    check l.NamedPipeState == FILE_PIPE_LISTENING_STATE
    NtReadFile(l, 1)                                      -> STATUS_PIPE_LISTENING
    NtWriteFile(l, 1)                                     -> STATUS_PIPE_LISTENING
    NtFsControlFile(l, FSCTL_PIPE_PEEK, output: 64)       -> STATUS_INVALID_PIPE_STATE
    NtFlushBuffersFile(l)                                 -> STATUS_SUCCESS
    NtFsControlFile(l, FSCTL_PIPE_LISTEN)                 -> STATUS_PENDING
"#,
    );
    on_bytes(
        r"
    NtFsControlFile(server, FSCTL_PIPE_LISTEN)            -> STATUS_PIPE_CONNECTED
    NtFsControlFile(server, FSCTL_PIPE_DISCONNECT)        -> STATUS_SUCCESS
    check server.NamedPipeState == FILE_PIPE_DISCONNECTED_STATE
    NtReadFile(server, 1)                                 -> STATUS_PIPE_DISCONNECTED
    NtWriteFile(server, 1)                                -> STATUS_PIPE_DISCONNECTED
    NtFsControlFile(server, FSCTL_PIPE_PEEK, output: 64)  -> STATUS_INVALID_PIPE_STATE
    NtFlushBuffersFile(server)                            -> STATUS_SUCCESS
    NtReadFile(client, 1)                                 -> STATUS_PIPE_DISCONNECTED
    NtWriteFile(client, 1)                                -> STATUS_PIPE_DISCONNECTED
    NtFsControlFile(client, FSCTL_PIPE_PEEK, output: 64)  -> STATUS_PIPE_DISCONNECTED
    NtFlushBuffersFile(client)                            -> STATUS_PIPE_DISCONNECTED
    NtFsControlFile(client, FSCTL_PIPE_LISTEN)            -> STATUS_ILLEGAL_FUNCTION
    NtFsControlFile(server, FSCTL_PIPE_LISTEN)            -> STATUS_PENDING
",
    );
    for (survivor, closed) in [("server", "client"), ("client", "server")] {
        let listen = if survivor == "server" { "STATUS_PIPE_CLOSING" } else { "STATUS_ILLEGAL_FUNCTION" };
        let story = r"
    NtClose(CLOSED)                                       -> STATUS_SUCCESS
    check SURVIVOR.NamedPipeState == FILE_PIPE_CLOSING_STATE
    NtReadFile(SURVIVOR, 1)                               -> STATUS_PIPE_BROKEN
    NtWriteFile(SURVIVOR, 1)                              -> STATUS_PIPE_CLOSING
    NtFsControlFile(SURVIVOR, FSCTL_PIPE_PEEK, output: 64)                  -> STATUS_PIPE_BROKEN
    NtFsControlFile(SURVIVOR, FSCTL_PIPE_TRANSCEIVE, input: 1, output: 1)   -> STATUS_INVALID_PIPE_STATE
    NtFlushBuffersFile(SURVIVOR)                          -> STATUS_SUCCESS
    NtFsControlFile(SURVIVOR, FSCTL_PIPE_LISTEN)          -> LISTENED
";
        let with_data = r"
    NtWriteFile(CLOSED, 3)                                -> STATUS_SUCCESS
    NtClose(CLOSED)                                       -> STATUS_SUCCESS
    NtWriteFile(SURVIVOR, 1)                              -> STATUS_PIPE_CLOSING
    p = NtFsControlFile(SURVIVOR, FSCTL_PIPE_PEEK, output: 64)              -> STATUS_SUCCESS
    check p.Information == 19 and SURVIVOR.NamedPipeState == FILE_PIPE_CLOSING_STATE
    NtFlushBuffersFile(SURVIVOR)                          -> STATUS_SUCCESS
    NtFsControlFile(SURVIVOR, FSCTL_PIPE_LISTEN)          -> LISTENED
    r = NtReadFile(SURVIVOR, 8)                           -> STATUS_SUCCESS
    check r.Information == 3
";
        for story in [story, with_data] {
            let story = story.replace("SURVIVOR", survivor).replace("CLOSED", closed);
            on_bytes(&story.replace("LISTENED", listen));
            on_messages(&story.replace("LISTENED", listen));
        }
    }
}

#[test]
fn h_02_a_pending_read_is_broken_when_the_other_end_closes() {
    for (survivor, closed) in [("server", "client"), ("client", "server")] {
        on_bytes(
            &r"
    r = NtReadFile(SURVIVOR, 1)                           -> STATUS_PENDING
    NtClose(CLOSED)                                       -> STATUS_SUCCESS
    check r.Status == STATUS_PIPE_BROKEN and r.Information == 0
    NtReadFile(SURVIVOR, 1)                               -> STATUS_PIPE_BROKEN
    NtWriteFile(SURVIVOR, 1)                              -> STATUS_PIPE_CLOSING
"
            .replace("SURVIVOR", survivor)
            .replace("CLOSED", closed),
        );
    }
    // Synchronous ends: the read is a call that blocks.
    holds(
        r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX)
    client = CreateFile("\\.\pipe\p", GENERIC_READ | GENERIC_WRITE)
    NtReadFile(client, 1)                                 -> STATUS_PIPE_BROKEN
    NtReadFile(client, 1)                                 -> STATUS_PIPE_BROKEN
    NtWriteFile(client, 1)                                -> STATUS_PIPE_CLOSING
  thread other
    NtClose(server)                                       -> STATUS_SUCCESS
"#,
    );
}

#[test]
fn h_03_a_pending_read_of_a_client_that_is_disconnected() {
    on_bytes(
        r"
    r = NtReadFile(client, 1)                             -> STATUS_PENDING
    NtFsControlFile(server, FSCTL_PIPE_DISCONNECT)        -> STATUS_SUCCESS
    check r.Status == STATUS_PIPE_DISCONNECTED and r.Information == 0
    NtReadFile(server, 1)                                 -> STATUS_PIPE_DISCONNECTED
    NtWriteFile(server, 1)                                -> STATUS_PIPE_DISCONNECTED
    NtReadFile(client, 1)                                 -> STATUS_PIPE_DISCONNECTED
    NtWriteFile(client, 1)                                -> STATUS_PIPE_DISCONNECTED
",
    );
}

#[test]
fn h_04_a_close_leaves_what_was_written_a_disconnect_does_not() {
    for (survivor, closed) in [("server", "client"), ("client", "server")] {
        on_bytes(
            &r"
    NtWriteFile(CLOSED, 1)                                -> STATUS_SUCCESS
    NtClose(CLOSED)                                       -> STATUS_SUCCESS
    check SURVIVOR.NamedPipeState == FILE_PIPE_CLOSING_STATE and SURVIVOR.ReadDataAvailable == 1
    r = NtReadFile(SURVIVOR, 1)                           -> STATUS_SUCCESS
    check r.Information == 1
    NtReadFile(SURVIVOR, 1)                               -> STATUS_PIPE_BROKEN
"
            .replace("SURVIVOR", survivor)
            .replace("CLOSED", closed),
        );
    }
    on_bytes(
        r"
    NtWriteFile(server, 1)                                -> STATUS_SUCCESS
    NtWriteFile(client, 1)                                -> STATUS_SUCCESS
    NtFsControlFile(server, FSCTL_PIPE_DISCONNECT)        -> STATUS_SUCCESS
    NtReadFile(client, 1)                                 -> STATUS_PIPE_DISCONNECTED
    NtReadFile(server, 1)                                 -> STATUS_PIPE_DISCONNECTED
",
    );
    on_messages(
        r"
    NtWriteFile(client, 0)                                -> STATUS_SUCCESS
    NtClose(client)                                       -> STATUS_SUCCESS
    r = NtReadFile(server, 8)                             -> STATUS_SUCCESS
    check r.Information == 0
    NtReadFile(server, 8)                                 -> STATUS_PIPE_BROKEN
",
    );
}

#[test]
fn h_05_reads_of_nothing_and_the_quota_of_a_pending_read() {
    for (reader, writer) in [("server", "client"), ("client", "server")] {
        on_bytes(
            &r"
    NtWriteFile(WRITER, 0)                                -> STATUS_SUCCESS
    check READER.ReadDataAvailable == 0
    none = NtReadFile(READER, 0)                          -> STATUS_PENDING
    check WRITER.WriteQuotaAvailable == 4096
    NtWriteFile(WRITER, 0)                                -> STATUS_SUCCESS
    check pending(none)
    NtWriteFile(WRITER, 1)                                -> STATUS_SUCCESS
    check none.Status == STATUS_SUCCESS and none.Information == 0
    check READER.ReadDataAvailable == 1 and WRITER.WriteQuotaAvailable == 4095
    NtReadFile(READER, 1)                                 -> STATUS_SUCCESS
    check WRITER.WriteQuotaAvailable == 4096
    one = NtReadFile(READER, 1)                           -> STATUS_PENDING
    check WRITER.WriteQuotaAvailable == 4095
    NtWriteFile(WRITER, 1)                                -> STATUS_SUCCESS
    check one.Information == 1 and WRITER.WriteQuotaAvailable == 4096
"
            .replace("READER", reader)
            .replace("WRITER", writer),
        );
    }
}

#[test]
fn h_06_connecting_and_disconnecting() {
    holds(
        r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, nMaxInstances: 5)
    c1 = NtCreateFile("\??\PIPE\p", GENERIC_READ)         -> STATUS_SUCCESS
    check c1.NamedPipeState == FILE_PIPE_CONNECTED_STATE and server.NamedPipeState == FILE_PIPE_CONNECTED_STATE
    c2 = NtCreateFile("\??\PIPE\p", GENERIC_READ)         -> STATUS_PIPE_NOT_AVAILABLE
    NtFsControlFile(c1, FSCTL_PIPE_DISCONNECT)            -> STATUS_ILLEGAL_FUNCTION
    NtFsControlFile(c1, FSCTL_PIPE_LISTEN)                -> STATUS_ILLEGAL_FUNCTION
    NtClose(c1)                                           -> STATUS_SUCCESS
    check server.NamedPipeState == FILE_PIPE_CLOSING_STATE
    c3 = NtCreateFile("\??\PIPE\p", GENERIC_READ)         -> STATUS_PIPE_NOT_AVAILABLE
    NtFsControlFile(server, FSCTL_PIPE_LISTEN)            -> STATUS_PIPE_CLOSING
    check server.NamedPipeState == FILE_PIPE_CLOSING_STATE
    NtFsControlFile(server, FSCTL_PIPE_DISCONNECT)        -> STATUS_SUCCESS
    check server.NamedPipeState == FILE_PIPE_DISCONNECTED_STATE
    NtFsControlFile(server, FSCTL_PIPE_DISCONNECT)        -> STATUS_PIPE_DISCONNECTED
    c4 = NtCreateFile("\??\PIPE\p", GENERIC_READ)         -> STATUS_PIPE_NOT_AVAILABLE
    l1 = NtFsControlFile(server, FSCTL_PIPE_LISTEN)       -> STATUS_PENDING
    c5 = NtCreateFile("\??\PIPE\p", GENERIC_READ)         -> STATUS_SUCCESS
    check l1.Status == STATUS_SUCCESS and c5.NamedPipeState == FILE_PIPE_CONNECTED_STATE
    NtFsControlFile(server, FSCTL_PIPE_LISTEN)            -> STATUS_PIPE_CONNECTED
    NtFsControlFile(server, FSCTL_PIPE_DISCONNECT)        -> STATUS_SUCCESS
    NtReadFile(c5, 1)                                     -> STATUS_PIPE_DISCONNECTED
    NtClose(c5)                                           -> STATUS_SUCCESS
    check server.NamedPipeState == FILE_PIPE_DISCONNECTED_STATE
    l2 = NtFsControlFile(server, FSCTL_PIPE_LISTEN)       -> STATUS_PENDING
    c6 = NtCreateFile("\??\PIPE\p", GENERIC_READ)         -> STATUS_SUCCESS
    check l2.Status == STATUS_SUCCESS and c6.CurrentInstances == 1
    NtClose(server)                                       -> STATUS_SUCCESS
    check c6.NamedPipeState == FILE_PIPE_CLOSING_STATE
    NtClose(c6)                                           -> STATUS_SUCCESS
    c7 = NtCreateFile("\??\PIPE\p", GENERIC_READ)         -> STATUS_OBJECT_NAME_NOT_FOUND
"#,
    );
    // A listen on a synchronous handle is a call that blocks.
    holds(
        r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX)
    NtFsControlFile(server, FSCTL_PIPE_DISCONNECT)        -> STATUS_SUCCESS
    NtFsControlFile(server, FSCTL_PIPE_LISTEN)            -> STATUS_SUCCESS
  thread other
    client = NtCreateFile("\??\PIPE\p", GENERIC_READ)     -> STATUS_SUCCESS
"#,
    );
}

#[test]
fn h_09_disconnecting_twice_and_peeking_after_it() {
    on_bytes(
        r"
    DisconnectNamedPipe(server)                           -> TRUE
    PeekNamedPipe(server)                                 -> ERROR_BAD_PIPE
    PeekNamedPipe(client)                                 -> ERROR_PIPE_NOT_CONNECTED
    DisconnectNamedPipe(server)                           -> ERROR_PIPE_NOT_CONNECTED
",
    );
}

#[test]
fn h_10_the_state_of_the_end_that_is_left_can_be_set() {
    for (survivor, closed) in [("server", "client"), ("client", "server")] {
        on_bytes(
            &r"
    CloseHandle(CLOSED)                                   -> TRUE
    SetNamedPipeHandleState(SURVIVOR, PIPE_READMODE_BYTE) -> TRUE
    SetNamedPipeHandleState(SURVIVOR, PIPE_READMODE_MESSAGE)                -> ERROR_INVALID_PARAMETER
"
            .replace("SURVIVOR", survivor)
            .replace("CLOSED", closed),
        );
    }
}

#[test]
fn h_12_a_client_that_is_there_before_the_server_asks() {
    on_bytes(
        r"
    e = CreateEvent(manual: TRUE, initial: TRUE)
    c = ConnectNamedPipe(server, e)                       -> ERROR_PIPE_CONNECTED
    check c.Internal == STATUS_PENDING and not signaled(e)
    CloseHandle(client)                                   -> TRUE
    ConnectNamedPipe(server, e)                           -> ERROR_NO_DATA
",
    );
}

#[test]
fn h_13_an_end_that_does_not_wait() {
    holds(
        r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX, PIPE_NOWAIT, nOutBufferSize: 8)
    ConnectNamedPipe(server)                              -> ERROR_PIPE_LISTENING
    client = CreateFile("\\.\pipe\p", GENERIC_READ | GENERIC_WRITE)
    ConnectNamedPipe(server)                              -> ERROR_PIPE_CONNECTED
    ReadFile(server, 1 bytes)                             -> ERROR_NO_DATA
    w = WriteFile(server, 9 bytes)                        -> TRUE
    check w.Information == 0 and client.ReadDataAvailable == 0
    DisconnectNamedPipe(server)                           -> TRUE
    ConnectNamedPipe(server)                              -> TRUE
    ConnectNamedPipe(server)                              -> ERROR_PIPE_LISTENING
  thread other
    WaitNamedPipe("\\.\pipe\p", INFINITE)                 -> TRUE
"#,
    );
    // A wait ends when an instance listens, when its time is over, and when the pipe goes.
    holds(
        r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    client = CreateFile("\\.\pipe\p", GENERIC_READ)
    WaitNamedPipe("\\.\pipe\none", 100)                   -> ERROR_FILE_NOT_FOUND
    WaitNamedPipe("\\.\pipe\p", 100)                      -> ERROR_SEM_TIMEOUT
    WaitNamedPipe("\\.\pipe\p", INFINITE)                 -> blocks
"#,
    );
    holds(
        r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    client = CreateFile("\\.\pipe\p", GENERIC_READ)
    WaitNamedPipe("\\.\pipe\p", 100)                      -> TRUE
    taken = CreateFile("\\.\pipe\p", GENERIC_READ)
    CloseHandle(second)                                   -> TRUE
    CloseHandle(taken)                                    -> TRUE
    WaitNamedPipe("\\.\pipe\p", INFINITE)                 -> ERROR_FILE_NOT_FOUND
  thread other
    second = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    CloseHandle(server)                                   -> TRUE
    CloseHandle(client)                                   -> TRUE
"#,
    );
}

#[test]
fn h_15_further_instances() {
    holds(
        r#"
process app
  thread main
    one = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX, nMaxInstances: 2)
    first = CreateNamedPipe("\\.\pipe\P", PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE) -> ERROR_ACCESS_DENIED
    in = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_INBOUND)                 -> ERROR_ACCESS_DENIED
    none = NtCreateNamedPipeFile("\??\PIPE\p", GENERIC_READ)                -> STATUS_INVALID_PARAMETER
    none2 = NtCreateNamedPipeFile("\??\PIPE\q", GENERIC_READ)               -> STATUS_INVALID_PARAMETER
    two = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX)                 -> ERROR_SUCCESS
    check one.CurrentInstances == 2
    unnamed = CreateNamedPipe("\\.\pipe\", PIPE_ACCESS_DUPLEX)             -> ERROR_INVALID_NAME
    root = CreateFile("\\.\pipe\", GENERIC_READ)        -> ERROR_SUCCESS
    three = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX)               -> ERROR_PIPE_BUSY
    native = NtCreateNamedPipeFile("\??\PIPE\p", GENERIC_READ, share: FILE_SHARE_READ | FILE_SHARE_WRITE) -> STATUS_INSTANCE_NOT_AVAILABLE
"#,
    );
    // Which ways a client can go (test_create).
    for (open, refused) in
        [("PIPE_ACCESS_INBOUND", "GENERIC_READ"), ("PIPE_ACCESS_OUTBOUND", "GENERIC_WRITE")]
    {
        holds(
            &r#"
process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", OPEN)
    both = CreateFile("\\.\pipe\p", GENERIC_READ | GENERIC_WRITE)           -> ERROR_ACCESS_DENIED
    one = CreateFile("\\.\pipe\p", REFUSED)               -> ERROR_ACCESS_DENIED
    check server.NamedPipeState == FILE_PIPE_LISTENING_STATE
"#
            .replace("OPEN", open)
            .replace("REFUSED", refused),
        );
    }
}
