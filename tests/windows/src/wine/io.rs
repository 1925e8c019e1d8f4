//! Files and pipes.

use super::WINE;
use crate::known::Known;

pub(super) const KNOWN: &[Known] = &[
    Known {
        id: "wine-cancel-finds-nothing",
        calls: &["CancelIoEx"],
        model: Some("FALSE, ERROR_NOT_FOUND"),
        real: Some("TRUE"),
        reason: "without an OVERLAPPED Wine does not tell whether it found a request",
        source: "Win32 documentation, CancelIoEx: it fails with ERROR_NOT_FOUND if no request was found",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-1", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    CancelIoEx(s)
"#,
        ..WINE
    },
    Known {
        id: "wine-native-cancel-finds-nothing",
        calls: &["NtCancelIoFileEx"],
        model: Some("STATUS_NOT_FOUND"),
        real: Some("STATUS_SUCCESS"),
        reason: "as CancelIoEx",
        source: "Win32 documentation, CancelIoEx",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-2", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    NtCancelIoFileEx(s)
"#,
        ..WINE
    },
    Known {
        id: "wine-file-set-by-error",
        what: "FileObject.Event",
        model: Some("false"),
        real: Some("true"),
        reason: "Wine signals a file also for a request that fails at once, for one that reports to a port, and a socket when it is connected to",
        source: "ReactOS kernel tests IoReadWrite, TestAsyncRead: an error at once leaves the event clear",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-3", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-3", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    ConnectNamedPipe(s)
"#,
        ..WINE
    },
    Known {
        id: "wine-tells-no-quota",
        what: "WriteQuotaAvailable",
        real: Some("0"),
        reason: "Wine does not tell how much can still be written to a pipe",
        source: "WDK, FILE_PIPE_LOCAL_INFORMATION",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-30", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
"#,
        ..WINE
    },
    Known {
        id: "wine-instance-goes-with-its-server",
        what: "CurrentInstances",
        reason: "the instance of a pipe goes with its server, while the client is still there",
        source: "ReactOS drivers/filesystems/npfs/statesup.c, NpSetClosingPipeState",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-31", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-31", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    CloseHandle(s)
"#,
        ..WINE
    },
    Known {
        id: "wine-file-cleared-by-disconnect",
        after: &["DisconnectNamedPipe", "NtFsControlFile"],
        what: "FileObject.Event",
        model: Some("true"),
        real: Some("false"),
        reason: "Wine clears the client's file when its server disconnects it",
        source: "assumed of Windows: no source read says that a disconnect changes the client's event",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-6", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-6", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    WriteFile(c, 4 bytes, offset: 0)
    DisconnectNamedPipe(s)
"#,
        ..WINE
    },
    Known {
        id: "wine-event-in-place-of-the-file",
        after: &["NtReadFile", "NtWriteFile"],
        what: "FileObject.Event",
        model: Some("true"),
        real: Some("false"),
        reason: "a synchronous read that has an event signals that, and not its file",
        source: "Wine ntdll/tests/pipe.c, test_blocking, where it is marked as wrong in Wine (D-10)",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-32", PIPE_ACCESS_DUPLEX)
    c = CreateFile("\\.\pipe\kobj-known-32", GENERIC_READ | GENERIC_WRITE)
    e = CreateEvent(manual: TRUE, initial: TRUE)
    r = NtReadFile(c, 16, event: e)
  thread other
    WriteFile(s, 1 bytes)
"#,
        ..WINE
    },
    Known {
        id: "wine-disconnect-lets-a-write-through",
        calls: &["DisconnectNamedPipe"],
        what: "Information",
        model: Some("0"),
        last: true,
        reason: "as Wine ends the pending writes one after the other, the data of the first make room for the second, which \
                 succeeds although nobody is there to read",
        source: "Wine kernel32/tests/pipe.c, test_overlapped_transport: a disconnect ends every pending write (P-09)",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-own-4", PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED, nInBufferSize: 16)
    c = CreateFile("\\.\pipe\kobj-known-own-4", GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    w1 = NtWriteFile(c, 20)
    w2 = NtWriteFile(c, 4)
    DisconnectNamedPipe(s)
"#,
        ..WINE
    },
    Known {
        id: "wine-close-ends-own-write",
        calls: &["CloseHandle", "NtClose"],
        after: &["WriteFile", "NtWriteFile"],
        what: "Information",
        model: Some("nothing"),
        real: Some("0"),
        last: true,
        reason: "Wine ends the pending writes of the end that closes",
        source: "ReactOS drivers/filesystems/npfs/statesup.c, NpSetClosingPipeState: what an end has written stays for the other",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-own-0", PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED, nInBufferSize: 16)
    c = CreateFile("\\.\pipe\kobj-known-own-0", GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    own = NtWriteFile(c, 20)
    CloseHandle(c)
"#,
        ..WINE
    },
    Known {
        id: "wine-close-takes-what-it-wrote",
        calls: &["CloseHandle", "NtClose"],
        after: &["WriteFile", "NtWriteFile"],
        what: "ReadDataAvailable",
        last: true,
        reason: "as wine-close-ends-own-write",
        source: "ReactOS drivers/filesystems/npfs/statesup.c, NpSetClosingPipeState: what an end has written stays for the other",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-own-3", PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED, nInBufferSize: 16)
    c = CreateFile("\\.\pipe\kobj-known-own-3", GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    w = NtWriteFile(c, 20)
    CloseHandle(c)
"#,
        ..WINE
    },
    Known {
        id: "wine-close-sets-the-event-of-its-write",
        calls: &["CloseHandle", "NtClose"],
        after: &["WriteFile", "NtWriteFile"],
        what: "signaled",
        model: Some("false"),
        real: Some("true"),
        last: true,
        reason: "as wine-close-ends-own-write",
        source: "ReactOS drivers/filesystems/npfs/statesup.c, NpSetClosingPipeState: what an end has written stays for the other",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-own-2", PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED, nInBufferSize: 16)
    c = CreateFile("\\.\pipe\kobj-known-own-2", GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    e = CreateEvent(TRUE, FALSE)
    w = WriteFile(c, 20 bytes, event: e)
    CloseHandle(c)
"#,
        ..WINE
    },
    Known {
        id: "wine-listen-ended-by-close",
        what: "Status",
        model: Some("STATUS_PIPE_BROKEN"),
        real: Some("STATUS_HANDLES_CLOSED"),
        reason: "Wine ends a pending listen of a server that closes with another status",
        source: "ReactOS drivers/filesystems/npfs/statesup.c, NpSetClosingPipeState",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-7", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    r = ConnectNamedPipe(s)
    CloseHandle(s)
"#,
        ..WINE
    },
    Known {
        id: "wine-cancels-any-handle",
        calls: &["CancelIo", "CancelIoEx"],
        model: Some("FALSE, ERROR_INVALID_HANDLE"),
        real: Some("TRUE"),
        reason: "Wine does not look whether the handle is that of a file",
        source: "WDK, ObReferenceObjectByHandle: an object of another type is refused with STATUS_OBJECT_TYPE_MISMATCH",
        scenario: r#"process app
  thread main
    e = CreateEvent()
    CancelIo(e)
"#,
        ..WINE
    },
    Known {
        id: "wine-native-cancels-any-handle",
        calls: &["NtCancelIoFile", "NtCancelIoFileEx"],
        model: Some("STATUS_OBJECT_TYPE_MISMATCH"),
        real: Some("STATUS_SUCCESS"),
        reason: "Wine does not look whether the handle is that of a file",
        source: "WDK, ObReferenceObjectByHandle",
        scenario: r#"process app
  thread main
    e = CreateEvent()
    NtCancelIoFile(e)
"#,
        ..WINE
    },
    Known {
        id: "wine-no-disconnect-while-listening",
        calls: &["DisconnectNamedPipe"],
        model: Some("TRUE"),
        real: Some("FALSE, ERROR_PIPE_LISTENING"),
        reason: "Wine refuses to disconnect a server that no client has connected to",
        source: "ReactOS drivers/filesystems/npfs/statesup.c, NpSetDisconnectedPipeState",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-8", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    DisconnectNamedPipe(s)
"#,
        ..WINE
    },
    Known {
        id: "wine-flush-needs-no-access",
        calls: &["FlushFileBuffers"],
        model: Some("FALSE, ERROR_ACCESS_DENIED"),
        real: Some("TRUE"),
        reason: "Wine flushes through a handle that cannot write",
        source: "Win32 documentation, FlushFileBuffers: the handle needs GENERIC_WRITE",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-9", PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED)
    FlushFileBuffers(s)
"#,
        ..WINE
    },
    Known {
        id: "wine-cancels-request-of-any-handle",
        calls: &["CancelIoEx"],
        model: Some("FALSE, ERROR_INVALID_HANDLE"),
        real: Some("FALSE, ERROR_NOT_FOUND"),
        reason: "Wine does not look whether the handle is that of a file",
        source: "WDK, ObReferenceObjectByHandle",
        scenario: r#"process app
  thread main
    e = CreateEvent()
    s = CreateNamedPipe("\\.\pipe\kobj-known-10", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    r = ReadFile(s, 4 bytes, offset: 0)
    CancelIoEx(e, r)
"#,
        ..WINE
    },
    Known {
        id: "wine-transact-not-marked",
        after: &["TransactNamedPipe"],
        what: "Status",
        model: Some("STATUS_PENDING"),
        real: Some("not written"),
        reason: "TransactNamedPipe does not write STATUS_PENDING into the OVERLAPPED",
        source: "Win32 documentation, OVERLAPPED",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-11", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE)
    c = CreateFile("\\.\pipe\kobj-known-11", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    SetNamedPipeHandleState(c, PIPE_READMODE_MESSAGE)
    t = TransactNamedPipe(c, 4 bytes, 8 bytes)
"#,
        ..WINE
    },
    Known {
        id: "wine-apc-in-alertable-listen",
        calls: &["NtFsControlFile"],
        model: Some("STATUS_CANCELLED"),
        real: Some("STATUS_USER_APC"),
        reason: "a user APC ends an alertable listen with its own status",
        source: "Wine ntdll/tests/pipe.c, test_alertable, where it is marked as wrong in Wine (B-13)",
        scenario: r#"process app
  thread main
    s = NtCreateNamedPipeFile("\??\PIPE\kobj-known-12", GENERIC_READ | SYNCHRONIZE, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_SYNCHRONOUS_IO_ALERT)
    QueueUserAPC(GetCurrentThread())
    NtFsControlFile(s, FSCTL_PIPE_LISTEN)
"#,
        ..WINE
    },
    Known {
        id: "wine-server-codes-at-client",
        calls: &["NtFsControlFile"],
        model: Some("STATUS_ILLEGAL_FUNCTION"),
        reason: "Wine refuses what only a server may ask with other statuses",
        source: "ReactOS kernel tests npfs/NpfsConnect (H-06)",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-13", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-13", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    NtFsControlFile(c, FSCTL_PIPE_DISCONNECT)
"#,
        ..WINE
    },
    Known {
        id: "wine-no-connection-after-disconnect",
        calls: &["ConnectNamedPipe"],
        model: Some("TRUE"),
        real: Some("FALSE, ERROR_PIPE_LISTENING"),
        reason: "the first ConnectNamedPipe with PIPE_NOWAIT after a disconnect fails as any other",
        source: "Win32 documentation, ConnectNamedPipe",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-14", PIPE_ACCESS_DUPLEX, PIPE_NOWAIT)
    c = CreateFile("\\.\pipe\kobj-known-14", GENERIC_READ | GENERIC_WRITE)
    DisconnectNamedPipe(s)
    ConnectNamedPipe(s)
"#,
        ..WINE
    },
    Known {
        id: "wine-no-first-instance",
        calls: &["CreateNamedPipe"],
        model: Some("INVALID_HANDLE_VALUE, ERROR_ACCESS_DENIED"),
        real: Some("handle"),
        reason: "FILE_FLAG_FIRST_PIPE_INSTANCE refuses no second instance",
        source: "Win32 documentation, CreateNamedPipe",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-15", PIPE_ACCESS_DUPLEX)
    t = CreateNamedPipe("\\.\pipe\kobj-known-15", PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE)
"#,
        ..WINE
    },
    Known {
        id: "wine-second-transaction",
        calls: &["NtFsControlFile"],
        model: Some("STATUS_PIPE_BUSY"),
        real: Some("STATUS_PENDING"),
        reason: "a second transaction waits behind the first",
        source: "ReactOS drivers/filesystems/npfs/fsctrl.c, NpTransceive",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-18", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE)
    c = CreateFile("\\.\pipe\kobj-known-18", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    SetNamedPipeHandleState(c, PIPE_READMODE_MESSAGE)
    a = NtFsControlFile(c, FSCTL_PIPE_TRANSCEIVE, input: 3, output: 8)
    b = NtFsControlFile(c, FSCTL_PIPE_TRANSCEIVE, input: 3, output: 8)
"#,
        ..WINE
    },
    Known {
        id: "wine-native-no-disconnect-while-listening",
        calls: &["NtFsControlFile"],
        model: Some("STATUS_SUCCESS"),
        real: Some("STATUS_PIPE_LISTENING"),
        reason: "Wine refuses to disconnect a server that no client has connected to",
        source: "ReactOS kernel tests npfs/NpfsConnect (H-06)",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-19", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    NtFsControlFile(s, FSCTL_PIPE_DISCONNECT)
"#,
        ..WINE
    },
    Known {
        id: "wine-wait-for-no-pipe",
        calls: &["WaitNamedPipe"],
        model: Some("FALSE, ERROR_FILE_NOT_FOUND"),
        reason: "a wait for a pipe that goes meanwhile fails with another error",
        source: "Win32 documentation, WaitNamedPipe",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-20", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-20", GENERIC_READ)
    WaitNamedPipe("\\.\pipe\kobj-known-20", INFINITE)
  thread other
    CloseHandle(s)
    CloseHandle(c)
"#,
        ..WINE
    },
    Known {
        id: "wine-client-disconnects",
        calls: &["DisconnectNamedPipe"],
        model: Some("FALSE, ERROR_INVALID_FUNCTION"),
        real: Some("FALSE, ERROR_NOT_SUPPORTED"),
        reason: "Wine refuses what only a server may ask with another error",
        source: "ReactOS kernel tests npfs/NpfsConnect (H-06)",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-22", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-22", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    DisconnectNamedPipe(c)
"#,
        ..WINE
    },
    Known {
        id: "wine-disconnected-client-disconnects",
        calls: &["DisconnectNamedPipe"],
        model: Some("FALSE, ERROR_PIPE_NOT_CONNECTED"),
        real: Some("FALSE, ERROR_NOT_SUPPORTED"),
        reason: "as wine-client-disconnects; on Windows a client that its server has disconnected is an end of nothing first",
        source: "ReactOS kernel tests npfs/NpfsConnect (H-06): what a disconnected client asks ends with STATUS_PIPE_DISCONNECTED",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-59", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-59", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    DisconnectNamedPipe(s)
    DisconnectNamedPipe(c)
"#,
        ..WINE
    },
    Known {
        id: "wine-result-of-a-set-file",
        calls: &["GetOverlappedResult"],
        model: Some("blocks"),
        real: Some("TRUE"),
        reason: "a wait for the file ends at once where Wine has set it (wine-file-set-by-error)",
        source: "ReactOS kernel tests IoReadWrite, TestAsyncRead",
        scenario: r#"process app
  thread waiter
    GetOverlappedResult(s, r, TRUE)
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-23", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-23", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    r = ConnectNamedPipe(s)
"#,
        ..WINE
    },
    Known {
        id: "wine-result-of-a-cleared-file",
        calls: &["GetOverlappedResult"],
        model: Some("TRUE"),
        real: Some("blocks"),
        last: true,
        reason: "a wait for the file goes on where Wine has cleared it (wine-file-cleared-by-disconnect)",
        source: "assumed of Windows: no source read says that a disconnect changes the client's event",
        scenario: r#"process app
  thread waiter
    GetOverlappedResult(c, r, TRUE)
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-57", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-57", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    DisconnectNamedPipe(s)
    r = ConnectNamedPipe(s)
"#,
        ..WINE
    },
    Known {
        id: "wine-wait-keeps-a-file-open",
        calls: &["GetOverlappedResult"],
        model: Some("FALSE, ERROR_BROKEN_PIPE"),
        last: true,
        reason: "as long as a thread waits for a file, Wine does not end what is pending there at its last close",
        source: "WDK, IRP_MJ_CLEANUP: it is sent with the last handle, whoever holds the file object",
        scenario: r#"process app
  thread waiter
    GetOverlappedResult(c, r, TRUE)
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-58", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-58", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    r = ReadFileEx(c, 4)
    CloseHandle(c)
"#,
        ..WINE
    },
];
