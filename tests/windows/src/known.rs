//! Known differences: where a system is known to do otherwise than the model, why, and how we know.

use crate::compare::Difference;

/// A known difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub id: &'static str,
    /// The systems that it belongs to: what their names begin with.
    pub system: &'static str,
    /// The calls that it is seen at; any, if there are none.
    pub calls: &'static [&'static str],
    /// What differs: `outcome`, or the name of a fact.
    pub what: &'static str,
    /// What the model says; anything, if nothing is named.
    pub model: Option<&'static str>,
    /// What the system says; anything, if nothing is named.
    pub real: Option<&'static str>,
    /// It is about requests whose packet waits in a port alone.
    pub late: bool,
    /// What comes after it follows from it, and is not compared.
    pub last: bool,
    /// Why.
    pub reason: &'static str,
    /// How we know.
    pub source: &'static str,
    /// A scenario that shows it.
    pub scenario: &'static str,
}

impl Known {
    /// Whether a difference that was seen on a system is this one.
    pub fn explains(&self, difference: &Difference, system: &str) -> bool {
        let is = |wanted: Option<&str>, found: &Option<String>| {
            wanted.is_none_or(|wanted| found.as_deref().unwrap_or("nothing") == wanted)
        };
        let call = difference.call.as_deref().unwrap_or_default();
        system.starts_with(self.system)
            && (self.calls.is_empty() || self.calls.contains(&call))
            && self.what == difference.what
            && (!self.late || difference.late)
            && is(self.model, &difference.model)
            && is(self.real, &difference.real)
    }
}

/// The known difference that this is, on a system.
pub fn explanation(difference: &Difference, system: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.explains(difference, system))
}

/// Every known difference.
pub const KNOWN: &[Known] = &[
    Known {
        id: "wine-cancel-finds-nothing",
        system: "Wine 8",
        calls: &["CancelIoEx"],
        what: "outcome",
        model: Some("FALSE, ERROR_NOT_FOUND"),
        real: Some("TRUE"),
        late: false,
        last: false,
        reason: "without an OVERLAPPED Wine does not tell whether it found a request",
        source: "Win32 documentation, CancelIoEx: it fails with ERROR_NOT_FOUND if no request was found",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-1", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    CancelIoEx(s)
"#,
    },
    Known {
        id: "wine-native-cancel-finds-nothing",
        system: "Wine 8",
        calls: &["NtCancelIoFileEx"],
        what: "outcome",
        model: Some("STATUS_NOT_FOUND"),
        real: Some("STATUS_SUCCESS"),
        late: false,
        last: false,
        reason: "as CancelIoEx",
        source: "Win32 documentation, CancelIoEx",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-2", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    NtCancelIoFileEx(s)
"#,
    },
    Known {
        id: "wine-file-set-by-error",
        system: "Wine 8",
        calls: &[],
        what: "FileObject.Event",
        model: Some("false"),
        real: Some("true"),
        late: false,
        last: false,
        reason: "Wine signals a file also for a request that fails at once, and for one that reports to a port",
        source: "ReactOS kernel tests IoReadWrite, TestAsyncRead: an error at once leaves the event clear",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-3", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-3", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    ConnectNamedPipe(s)
"#,
    },
    Known {
        id: "wine-status-block-before-packet",
        system: "Wine 8",
        calls: &[],
        what: "Status",
        model: Some("STATUS_PENDING"),
        real: None,
        late: true,
        last: false,
        reason: "Wine writes the status block of a request that reports to a port when it completes, not when its packet is removed",
        source: "Win32 documentation, I/O Completion Ports; Wine ntdll/tests/pipe.c, test_completion",
        scenario: r#"process app
  thread main
    p = CreateIoCompletionPort()
    s = CreateNamedPipe("\\.\pipe\kobj-known-4", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-4", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    CreateIoCompletionPort(s, p, 7)
    r = ReadFile(s, 4 bytes, offset: 0)
    w = WriteFile(c, 4 bytes, offset: 0)
"#,
    },
    Known {
        id: "wine-information-before-packet",
        system: "Wine 8",
        calls: &[],
        what: "Information",
        model: None,
        real: None,
        late: true,
        last: false,
        reason: "as the status",
        source: "Win32 documentation, I/O Completion Ports",
        scenario: r#"process app
  thread main
    p = CreateIoCompletionPort()
    s = CreateNamedPipe("\\.\pipe\kobj-known-5", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-5", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    CreateIoCompletionPort(s, p, 7)
    r = ReadFile(s, 4 bytes, offset: 0)
    w = WriteFile(c, 4 bytes, offset: 0)
"#,
    },
    Known {
        id: "wine-file-cleared-by-disconnect",
        system: "Wine 8",
        calls: &[],
        what: "FileObject.Event",
        model: Some("true"),
        real: Some("false"),
        late: false,
        last: false,
        reason: "Wine clears the client's file when its server disconnects it",
        source: "assumed of Windows: no source read says that a disconnect changes the client's event",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-6", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-6", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    WriteFile(c, 4 bytes, offset: 0)
    DisconnectNamedPipe(s)
"#,
    },
    Known {
        id: "wine-listen-ended-by-close",
        system: "Wine 8",
        calls: &[],
        what: "Status",
        model: Some("STATUS_PIPE_BROKEN"),
        real: Some("STATUS_HANDLES_CLOSED"),
        late: false,
        last: false,
        reason: "Wine ends a pending listen of a server that closes with another status",
        source: "ReactOS drivers/filesystems/npfs/statesup.c, NpSetClosingPipeState",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-7", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    r = ConnectNamedPipe(s)
    CloseHandle(s)
"#,
    },
    Known {
        id: "wine-signal-before-apc",
        system: "Wine 8",
        calls: &["WaitForSingleObjectEx", "WaitForMultipleObjectsEx"],
        what: "outcome",
        model: Some("WAIT_IO_COMPLETION"),
        real: Some("WAIT_OBJECT_0"),
        late: false,
        last: false,
        reason: "in Wine a signalled object ends an alertable wait although a user APC is queued",
        source: "Wine kernel32/tests/sync.c, where it is marked as wrong in Wine (D-14)",
        scenario: r#"process app
  thread main
    e = CreateEvent(TRUE, TRUE)
    QueueUserAPC(GetCurrentThread())
    WaitForSingleObjectEx(e, 0, TRUE)
"#,
    },
    Known {
        id: "wine-cancels-any-handle",
        system: "Wine 8",
        calls: &["CancelIo", "CancelIoEx"],
        what: "outcome",
        model: Some("FALSE, ERROR_INVALID_HANDLE"),
        real: Some("TRUE"),
        late: false,
        last: false,
        reason: "Wine does not look whether the handle is that of a file",
        source: "WDK, ObReferenceObjectByHandle: an object of another type is refused with STATUS_OBJECT_TYPE_MISMATCH",
        scenario: r#"process app
  thread main
    e = CreateEvent()
    CancelIo(e)
"#,
    },
    Known {
        id: "wine-native-cancels-any-handle",
        system: "Wine 8",
        calls: &["NtCancelIoFile", "NtCancelIoFileEx"],
        what: "outcome",
        model: Some("STATUS_OBJECT_TYPE_MISMATCH"),
        real: Some("STATUS_SUCCESS"),
        late: false,
        last: false,
        reason: "Wine does not look whether the handle is that of a file",
        source: "WDK, ObReferenceObjectByHandle",
        scenario: r#"process app
  thread main
    e = CreateEvent()
    NtCancelIoFile(e)
"#,
    },
    Known {
        id: "wine-no-disconnect-while-listening",
        system: "Wine 8",
        calls: &["DisconnectNamedPipe"],
        what: "outcome",
        model: Some("TRUE"),
        real: Some("FALSE, ERROR_PIPE_LISTENING"),
        late: false,
        last: false,
        reason: "Wine refuses to disconnect a server that no client has connected to",
        source: "ReactOS drivers/filesystems/npfs/statesup.c, NpSetDisconnectedPipeState",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-8", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    DisconnectNamedPipe(s)
"#,
    },
    Known {
        id: "wine-wait-all-takes-repeats",
        system: "Wine 8",
        calls: &["WaitForMultipleObjects"],
        what: "outcome",
        model: Some("WAIT_FAILED, ERROR_INVALID_PARAMETER"),
        real: None,
        late: false,
        last: false,
        reason: "Wine waits for all also if one object is named twice",
        source: "Win32 documentation, WaitForMultipleObjects: the array cannot hold a handle twice if bWaitAll is TRUE",
        scenario: r#"process app
  thread main
    e = CreateEvent(TRUE, TRUE)
    WaitForMultipleObjects([e, e], TRUE, 0)
"#,
    },
    Known {
        id: "wine-flush-needs-no-access",
        system: "Wine 8",
        calls: &["FlushFileBuffers"],
        what: "outcome",
        model: Some("FALSE, ERROR_ACCESS_DENIED"),
        real: Some("TRUE"),
        late: false,
        last: false,
        reason: "Wine flushes through a handle that cannot write",
        source: "Win32 documentation, FlushFileBuffers: the handle needs GENERIC_WRITE",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-9", PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED)
    FlushFileBuffers(s)
"#,
    },
    Known {
        id: "wine-cancels-request-of-any-handle",
        system: "Wine 8",
        calls: &["CancelIoEx"],
        what: "outcome",
        model: Some("FALSE, ERROR_INVALID_HANDLE"),
        real: Some("FALSE, ERROR_NOT_FOUND"),
        late: false,
        last: false,
        reason: "Wine does not look whether the handle is that of a file",
        source: "WDK, ObReferenceObjectByHandle",
        scenario: r#"process app
  thread main
    e = CreateEvent()
    s = CreateNamedPipe("\\.\pipe\kobj-known-10", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    r = ReadFile(s, 4 bytes, offset: 0)
    CancelIoEx(e, r)
"#,
    },
    Known {
        id: "wine-transact-not-marked",
        system: "Wine 8",
        calls: &[],
        what: "Status",
        model: Some("STATUS_PENDING"),
        real: Some("not written"),
        late: false,
        last: false,
        reason: "TransactNamedPipe does not write STATUS_PENDING into the OVERLAPPED",
        source: "Win32 documentation, OVERLAPPED",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-11", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE)
    c = CreateFile("\\.\pipe\kobj-known-11", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    SetNamedPipeHandleState(c, PIPE_READMODE_MESSAGE)
    t = TransactNamedPipe(c, 4 bytes, 8 bytes)
"#,
    },
    Known {
        id: "wine-apc-in-alertable-listen",
        system: "Wine 8",
        calls: &["NtFsControlFile"],
        what: "outcome",
        model: Some("STATUS_CANCELLED"),
        real: Some("STATUS_USER_APC"),
        late: false,
        last: false,
        reason: "a user APC ends an alertable listen with its own status",
        source: "Wine ntdll/tests/pipe.c, test_alertable, where it is marked as wrong in Wine (B-13)",
        scenario: r#"process app
  thread main
    s = NtCreateNamedPipeFile("\??\PIPE\kobj-known-12", GENERIC_READ | SYNCHRONIZE, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_SYNCHRONOUS_IO_ALERT)
    QueueUserAPC(GetCurrentThread())
    NtFsControlFile(s, FSCTL_PIPE_LISTEN)
"#,
    },
    Known {
        id: "wine-server-codes-at-client",
        system: "Wine 8",
        calls: &["NtFsControlFile"],
        what: "outcome",
        model: Some("STATUS_ILLEGAL_FUNCTION"),
        real: None,
        late: false,
        last: false,
        reason: "Wine refuses what only a server may ask with other statuses",
        source: "ReactOS kernel tests npfs/NpfsConnect (H-06)",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-13", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-13", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    NtFsControlFile(c, FSCTL_PIPE_DISCONNECT)
"#,
    },
    Known {
        id: "wine-no-connection-after-disconnect",
        system: "Wine 8",
        calls: &["ConnectNamedPipe"],
        what: "outcome",
        model: Some("TRUE"),
        real: Some("FALSE, ERROR_PIPE_LISTENING"),
        late: false,
        last: false,
        reason: "the first ConnectNamedPipe with PIPE_NOWAIT after a disconnect fails as any other",
        source: "Win32 documentation, ConnectNamedPipe",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-14", PIPE_ACCESS_DUPLEX, PIPE_NOWAIT)
    c = CreateFile("\\.\pipe\kobj-known-14", GENERIC_READ | GENERIC_WRITE)
    DisconnectNamedPipe(s)
    ConnectNamedPipe(s)
"#,
    },
    Known {
        id: "wine-no-first-instance",
        system: "Wine 8",
        calls: &["CreateNamedPipe"],
        what: "outcome",
        model: Some("INVALID_HANDLE_VALUE, ERROR_ACCESS_DENIED"),
        real: Some("handle"),
        late: false,
        last: false,
        reason: "FILE_FLAG_FIRST_PIPE_INSTANCE refuses no second instance",
        source: "Win32 documentation, CreateNamedPipe",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-15", PIPE_ACCESS_DUPLEX)
    t = CreateNamedPipe("\\.\pipe\kobj-known-15", PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE)
"#,
    },
    Known {
        id: "wine-close-cancels-nothing",
        system: "Wine 8",
        calls: &[],
        what: "packets",
        model: Some("1"),
        real: Some("0"),
        late: false,
        last: true,
        reason: "the last close in a process does not end what reports to a port alone while another process has a handle",
        source: "Wine ntdll/tests/pipe.c, test_async_cancel_on_handle_close (P-01)",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-16", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-16", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    p = CreateIoCompletionPort(c)
    r = NtReadFile(c, 8)
    there = DuplicateHandle(c, other)
    CloseHandle(c)
process other
  thread guest
    SleepEx(0, FALSE)
"#,
    },
    Known {
        id: "wine-peek-counts-no-header",
        system: "Wine 8",
        calls: &[],
        what: "bytes",
        model: Some("16"),
        real: Some("0"),
        late: false,
        last: false,
        reason: "the packet of FSCTL_PIPE_PEEK counts the data alone, not the structure before it",
        source: "Wine ntdll/tests/pipe.c, test_completion (D-07)",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-17", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-17", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    p = CreateIoCompletionPort(c)
    r = NtFsControlFile(c, FSCTL_PIPE_PEEK, output: 64)
    q = NtRemoveIoCompletion(p, 0)
"#,
    },
    Known {
        id: "wine-second-transaction",
        system: "Wine 8",
        calls: &["NtFsControlFile"],
        what: "outcome",
        model: Some("STATUS_PIPE_BUSY"),
        real: Some("STATUS_PENDING"),
        late: false,
        last: false,
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
    },
    Known {
        id: "wine-native-no-disconnect-while-listening",
        system: "Wine 8",
        calls: &["NtFsControlFile"],
        what: "outcome",
        model: Some("STATUS_SUCCESS"),
        real: Some("STATUS_PIPE_LISTENING"),
        late: false,
        last: false,
        reason: "Wine refuses to disconnect a server that no client has connected to",
        source: "ReactOS kernel tests npfs/NpfsConnect (H-06)",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-19", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    NtFsControlFile(s, FSCTL_PIPE_DISCONNECT)
"#,
    },
    Known {
        id: "wine-wait-for-no-pipe",
        system: "Wine 8",
        calls: &["WaitNamedPipe"],
        what: "outcome",
        model: Some("FALSE, ERROR_FILE_NOT_FOUND"),
        real: None,
        late: false,
        last: false,
        reason: "a wait for a pipe that is not there fails with another error",
        source: "Win32 documentation, WaitNamedPipe",
        scenario: r#"process app
  thread main
    WaitNamedPipe("\\.\pipe\kobj-known-20", INFINITE)
"#,
    },
    Known {
        id: "wine-warning-at-once",
        system: "Wine 8",
        calls: &["NtReadFile"],
        what: "outcome",
        model: Some("STATUS_PENDING"),
        real: Some("STATUS_BUFFER_OVERFLOW"),
        late: false,
        last: false,
        reason: "a warning at once on a file that skips its port is returned, not said to pend",
        source: "Wine ntdll/tests/pipe.c, test_completion (D-07)",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-21", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE)
    c = CreateFile("\\.\pipe\kobj-known-21", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    p = CreateIoCompletionPort(s)
    SetFileCompletionNotificationModes(s, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS)
    WriteFile(c, 9 bytes, offset: 0)
    r = NtReadFile(s, 1)
"#,
    },
];
