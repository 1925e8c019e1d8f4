//! How requests end, and what completion ports give to whom.

use super::WINE;
use crate::known::Known;

pub(super) const KNOWN: &[Known] = &[
    Known {
        id: "wine-status-block-before-packet",
        what: "Status",
        late: true,
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
        ..WINE
    },
    Known {
        id: "wine-information-before-packet",
        what: "Information",
        late: true,
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
        ..WINE
    },
    Known {
        id: "wine-close-cancels-nothing",
        what: "packets",
        model: Some("1"),
        real: Some("0"),
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
        ..WINE
    },
    Known {
        id: "wine-peek-counts-no-header",
        what: "bytes",
        model: Some("16"),
        real: Some("0"),
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
        ..WINE
    },
    Known {
        id: "wine-warning-at-once",
        calls: &["NtReadFile"],
        model: Some("STATUS_PENDING"),
        real: Some("STATUS_BUFFER_OVERFLOW"),
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
        ..WINE
    },
    Known {
        id: "wine-port-close-ends-no-wait",
        calls: &["GetQueuedCompletionStatus", "GetQueuedCompletionStatusEx"],
        model: Some("FALSE, ERROR_ABANDONED_WAIT_0"),
        reason: "the last close of a port does not end the waits on it",
        source: "Win32 documentation, GetQueuedCompletionStatus (E-09, E-10)",
        scenario: r#"process app
  thread waiter
    GetQueuedCompletionStatus(p, INFINITE)
  thread main
    p = CreateIoCompletionPort()
    CloseHandle(p)
"#,
        ..WINE
    },
    Known {
        id: "wine-no-concurrency",
        calls: &["GetQueuedCompletionStatus"],
        model: Some("FALSE, WAIT_TIMEOUT"),
        real: Some("TRUE"),
        reason: "the concurrency value of a port does not count",
        source: "Win32 documentation, I/O Completion Ports: a thread is let go only while fewer than the concurrency value run",
        scenario: r#"process app
  thread first
    p = CreateIoCompletionPort(NumberOfConcurrentThreads: 1)
    PostQueuedCompletionStatus(p)
    PostQueuedCompletionStatus(p)
    GetQueuedCompletionStatus(p, INFINITE)
  thread second
    GetQueuedCompletionStatus(p, 0)
"#,
        ..WINE
    },
    Known {
        id: "wine-takes-unknown-modes",
        calls: &["NtSetInformationFile"],
        model: Some("STATUS_INVALID_PARAMETER"),
        real: Some("STATUS_SUCCESS"),
        harmless: true,
        reason: "a notification mode that is none is taken, and a position for an asynchronous file",
        source: "Win32 documentation, SetFileCompletionNotificationModes; Wine ntdll/tests/file.c (D-09); WDK, FILE_POSITION_INFORMATION",
        scenario: r#"process app
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-28", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    NtSetInformationFile(s, class: FileIoCompletionNotificationInformation, flags: 8)
"#,
        ..WINE
    },
    Known {
        id: "wine-removers-first-in-first-out",
        calls: &["GetQueuedCompletionStatus"],
        model: Some("TRUE"),
        real: Some("goes on in line 4, TRUE"),
        reason: "who waits for packets is served in the order of arrival",
        source: "Win32 documentation, I/O Completion Ports: threads are released in last-in, first-out order (E-11)",
        scenario: r#"process app
  thread first
    p = CreateIoCompletionPort()
    GetQueuedCompletionStatus(p, INFINITE)
  thread second
    GetQueuedCompletionStatus(p, INFINITE)
  thread main
    PostQueuedCompletionStatus(p)
"#,
        ..WINE
    },
    Known {
        id: "wine-wakes-who-waits-for-the-port",
        calls: &["NtRemoveIoCompletion"],
        model: Some("STATUS_SUCCESS"),
        real: Some("goes on in line 4, STATUS_SUCCESS"),
        reason: "a packet for who removes wakes also who waits for the port itself",
        source: "Wine ntdll/tests/sync.c, test_completion_port_scheduling (E-11)",
        scenario: r#"process app
  thread waiter
    p = CreateIoCompletionPort()
    NtWaitForSingleObject(p, INFINITE)
  thread remover
    NtRemoveIoCompletion(p, INFINITE)
  thread main
    PostQueuedCompletionStatus(p)
"#,
        ..WINE
    },
    Known {
        id: "wine-native-port-close-ends-no-wait",
        calls: &["NtRemoveIoCompletion", "NtRemoveIoCompletionEx"],
        model: Some("STATUS_ABANDONED_WAIT_0"),
        reason: "as wine-port-close-ends-no-wait",
        source: "Wine ntdll/tests/sync.c, test_completion_port_scheduling (E-09)",
        scenario: r#"process app
  thread waiter
    p = CreateIoCompletionPort()
    NtRemoveIoCompletion(p, INFINITE)
  thread main
    CloseHandle(p)
"#,
        ..WINE
    },
    Known {
        id: "wine-port-close-wakes-nobody",
        calls: &["NtWaitForSingleObject"],
        model: Some("STATUS_SUCCESS"),
        real: Some("goes on in line 6, TRUE"),
        reason: "the last close of a port does not end the waits for the port itself",
        source: "Wine ntdll/tests/sync.c, test_completion_port_scheduling (E-10)",
        scenario: r#"process app
  thread waiter
    p = CreateIoCompletionPort()
    NtWaitForSingleObject(p, INFINITE)
  thread main
    CloseHandle(p)
"#,
        ..WINE
    },
    Known {
        id: "wine-close-waits-for-no-call",
        calls: &["CloseHandle"],
        model: Some("blocks"),
        reason: "the close of a synchronous file does not wait for the call that is inside it",
        source: "ReactOS io/iomgr/file.c, IopCloseFile; WDK, IRP_MJ_CLEANUP",
        scenario: r#"process app
  thread reader
    s = CreateNamedPipe("\\.\pipe\kobj-known-29", PIPE_ACCESS_DUPLEX)
    c = CreateFile("\\.\pipe\kobj-known-29", GENERIC_READ | GENERIC_WRITE)
    NtReadFile(c, 8)
  thread main
    CloseHandle(c)
"#,
        ..WINE
    },
];
