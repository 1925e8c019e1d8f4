//! Handles, names, waits, processes and jobs.

use super::WINE;
use crate::known::Known;

pub(super) const KNOWN: &[Known] = &[
    Known {
        id: "wine-signal-before-apc",
        calls: &["WaitForSingleObjectEx", "WaitForMultipleObjectsEx"],
        model: Some("WAIT_IO_COMPLETION"),
        real: Some("WAIT_OBJECT_0"),
        reason: "in Wine a signalled object ends an alertable wait although a user APC is queued",
        source: "Wine kernel32/tests/sync.c, where it is marked as wrong in Wine (D-14)",
        scenario: r#"process app
  thread main
    e = CreateEvent(TRUE, TRUE)
    QueueUserAPC(GetCurrentThread())
    WaitForSingleObjectEx(e, 0, TRUE)
"#,
        ..WINE
    },
    Known {
        id: "wine-wait-all-takes-repeats",
        calls: &["WaitForMultipleObjects"],
        model: Some("WAIT_FAILED, ERROR_INVALID_PARAMETER"),
        reason: "Wine waits for all also if one object is named twice",
        source: "Win32 documentation, WaitForMultipleObjects: the array cannot hold a handle twice if bWaitAll is TRUE",
        scenario: r#"process app
  thread main
    e = CreateEvent(TRUE, TRUE)
    WaitForMultipleObjects([e, e], TRUE, 0)
"#,
        ..WINE
    },
    Known {
        id: "wine-flags-of-a-pseudo-handle",
        calls: &["SetHandleInformation"],
        model: Some("FALSE, ERROR_INVALID_HANDLE"),
        real: Some("FALSE, ERROR_ACCESS_DENIED"),
        reason: "the flags of a pseudo-handle are refused with another error",
        source: "Win32 documentation, SetHandleInformation: the handle must be an open one",
        scenario: r#"process app
  thread main
    SetHandleInformation(INVALID_HANDLE_VALUE, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0)
"#,
        ..WINE
    },
    Known {
        id: "wine-attributes-not-copied",
        calls: &["NtDuplicateObject"],
        what: "inherit",
        last: true,
        reason: "DUPLICATE_SAME_ATTRIBUTES does not copy the source's attributes",
        source: "WDK, ZwDuplicateObject: HandleAttributes counts only without DUPLICATE_SAME_ATTRIBUTES; ReactOS kernel test ntos_ob/ObHandle.c",
        scenario: r#"process app
  thread main
    e = CreateEvent()
    d = NtDuplicateObject(e, HandleAttributes: TRUE, Options: DUPLICATE_SAME_ACCESS | DUPLICATE_SAME_ATTRIBUTES)
"#,
        ..WINE
    },
    Known {
        id: "wine-opens-for-nothing",
        calls: &[
            "NtOpenEvent",
            "NtOpenSemaphore",
            "NtOpenMutant",
            "NtOpenTimer",
            "NtOpenIoCompletion",
            "NtOpenSection",
            "NtOpenJobObject",
            "NtOpenDirectoryObject",
            "NtOpenSymbolicLinkObject",
        ],
        model: Some("STATUS_ACCESS_DENIED"),
        real: Some("STATUS_SUCCESS"),
        reason: "Wine opens an object with access 0, and does not know OBJ_EXCLUSIVE",
        source: "Wine ntdll/tests/om.c, the tests of access 0, where it is marked as wrong in Wine (F-16); WDK, OBJECT_ATTRIBUTES: OBJ_EXCLUSIVE",
        scenario: r#"process app
  thread main
    e = NtCreateEvent(name: "\BaseNamedObjects\kobj-known-24")
    NtOpenEvent("\BaseNamedObjects\kobj-known-24", access: 0)
"#,
        ..WINE
    },
    Known {
        id: "wine-terminates-ended-process",
        calls: &["TerminateProcess"],
        model: Some("FALSE, ERROR_ACCESS_DENIED"),
        real: Some("TRUE"),
        reason: "a process that has ended can be terminated again",
        source: "Win32 documentation, TerminateProcess: after a process has terminated it fails with ERROR_ACCESS_DENIED",
        scenario: r#"process app
  thread main
    p = CreateProcess(tool)
    TerminateProcess(p)
    WaitForSingleObject(p, INFINITE)
    TerminateProcess(p)
process tool
  thread worker
    SleepEx(INFINITE)
"#,
        ..WINE
    },
    Known {
        id: "wine-native-terminates-ended-process",
        calls: &["NtTerminateProcess"],
        model: Some("STATUS_PROCESS_IS_TERMINATING"),
        real: Some("STATUS_SUCCESS"),
        reason: "as TerminateProcess",
        source: "Win32 documentation, TerminateProcess",
        scenario: r#"process app
  thread main
    p = CreateProcess(tool)
    TerminateProcess(p)
    WaitForSingleObject(p, INFINITE)
    NtTerminateProcess(p)
process tool
  thread worker
    SleepEx(INFINITE)
"#,
        ..WINE
    },
    Known {
        id: "wine-no-close-in-another-process",
        calls: &["DuplicateHandle"],
        model: Some("TRUE"),
        real: Some("FALSE, ERROR_INVALID_HANDLE"),
        reason: "without a target Wine does not close the source in another process",
        source: "Win32 documentation, DuplicateHandle: DUPLICATE_CLOSE_SOURCE closes the source whatever else fails; WDK, ZwDuplicateObject",
        scenario: r#"process other
  thread holder
    e = CreateEvent()
process app
  thread main
    p = OpenProcess(other, PROCESS_DUP_HANDLE)
    DuplicateHandle(e, NULL, DUPLICATE_CLOSE_SOURCE, from: p)
"#,
        ..WINE
    },
    Known {
        id: "wine-name-outlives-handles",
        calls: &["NtOpenEvent"],
        model: Some("STATUS_OBJECT_PATH_NOT_FOUND"),
        real: Some("STATUS_SUCCESS"),
        reason: "an object keeps its name without a handle as long as something refers to it",
        source: "WDK, Object Handles: the name of a temporary object goes with its last handle; ReactOS ob/obname.c, ObpDeleteNameCheck (R-09, R-10)",
        scenario: r#"process app
  thread main
    d = NtCreateDirectoryObject(name: "\BaseNamedObjects\kobj-known-25")
    e = NtCreateEvent(name: "e", root: d)
    NtClose(d)
    NtOpenEvent("\BaseNamedObjects\kobj-known-25\e")
"#,
        ..WINE
    },
    Known {
        id: "wine-name-outlives-handles-in-a-wait",
        calls: &["OpenEvent"],
        model: Some("NULL, ERROR_FILE_NOT_FOUND"),
        real: Some("handle"),
        reason: "as wine-name-outlives-handles: a wait refers to what it waits for",
        source: "ReactOS ob/obname.c, ObpDeleteNameCheck (R-10)",
        scenario: r#"process app
  thread waiter
    e = CreateEvent(name: "kobj-known-26")
    WaitForSingleObject(e, INFINITE)
  thread main
    CloseHandle(e)
    OpenEvent(EVENT_ALL_ACCESS, FALSE, "kobj-known-26")
"#,
        ..WINE
    },
    Known {
        id: "wine-alerts-any-thread",
        calls: &["NtAlertThreadByThreadId"],
        model: Some("STATUS_ACCESS_DENIED"),
        real: Some("STATUS_SUCCESS"),
        reason: "Wine alerts a thread of another process by its id",
        source: "Wine ntdll/tests/sync.c, test_tid_alert, where it is marked as wrong in Wine (F-12)",
        scenario: r#"process app
  thread main
    NtAlertThreadByThreadId(stranger)
process other
  thread stranger
    SleepEx(INFINITE)
"#,
        ..WINE
    },
    Known {
        id: "wine-tells-no-attributes",
        what: "Attributes",
        real: Some("0"),
        reason: "NtQueryObject does not tell the attributes of a handle",
        source: "Win32 documentation, PUBLIC_OBJECT_BASIC_INFORMATION; ReactOS kernel test ntos_ob/ObHandle.c (R-06)",
        scenario: r#"process app
  thread main
    e = CreateEvent()
    d = DuplicateHandle(e, bInheritHandle: TRUE)
    q = NtQueryObject(d, ObjectBasicInformation)
"#,
        ..WINE
    },
    Known {
        id: "wine-nested-job-takes-any",
        calls: &["AssignProcessToJobObject"],
        model: Some("FALSE, ERROR_ACCESS_DENIED"),
        real: Some("TRUE"),
        reason: "a process that is in no job comes into a nested job",
        source: "Win32 documentation, Nested Jobs: a child job has no process that is not in its parent job, and the assignment fails",
        scenario: r#"process app
  thread main
    outer = CreateJobObject()
    inner = CreateJobObject()
    a = OpenProcess(one)
    b = OpenProcess(two)
    AssignProcessToJobObject(outer, a)
    AssignProcessToJobObject(inner, a)
    AssignProcessToJobObject(inner, b)
process one
  thread first
    SleepEx(INFINITE)
process two
  thread second
    SleepEx(INFINITE)
"#,
        ..WINE
    },
    Known {
        id: "wine-counts-no-handles",
        what: "HandleCount",
        real: Some("0"),
        reason: "Wine does not count the handles of a process",
        source: "Win32 documentation, GetProcessHandleCount",
        scenario: r#"process app
  thread main
    e = CreateEvent()
    n = GetProcessHandleCount(GetCurrentProcess())
"#,
        ..WINE
    },
    Known {
        id: "wine-section-of-nothing",
        calls: &["NtCreateSection"],
        model: Some("STATUS_INVALID_PARAMETER_4"),
        real: Some("STATUS_INVALID_PARAMETER"),
        harmless: true,
        reason: "a section of 0 bytes is refused with another status",
        source: "ReactOS mm/section.c",
        scenario: r#"process app
  thread main
    NtCreateSection(0)
"#,
        ..WINE
    },
    Known {
        id: "wine-native-signal-before-apc",
        calls: &["NtWaitForSingleObject"],
        model: Some("STATUS_USER_APC"),
        real: Some("STATUS_SUCCESS"),
        reason: "as wine-signal-before-apc",
        source: "Wine kernel32/tests/sync.c, where it is marked as wrong in Wine (D-14)",
        scenario: r#"process app
  thread main
    e = CreateEvent(TRUE, TRUE)
    QueueUserAPC(GetCurrentThread())
    NtWaitForSingleObject(e, INFINITE, TRUE)
"#,
        ..WINE
    },
    Known {
        id: "wine-native-wait-all-takes-repeats",
        calls: &["NtWaitForMultipleObjects"],
        model: Some("STATUS_INVALID_PARAMETER_MIX"),
        reason: "as wine-wait-all-takes-repeats",
        source: "Win32 documentation, WaitForMultipleObjects; ReactOS ob/obwait.c",
        scenario: r#"process app
  thread main
    e = CreateEvent(TRUE, TRUE)
    NtWaitForMultipleObjects([e, e], TRUE, 0)
"#,
        ..WINE
    },
    Known {
        id: "wine-waits-for-pseudo-handles",
        calls: &["NtWaitForMultipleObjects"],
        model: Some("STATUS_INVALID_HANDLE"),
        reason: "a wait for several objects takes a pseudo-handle",
        source: "ReactOS ob/obwait.c, NtWaitForMultipleObjects: it looks into the table alone",
        scenario: r#"process app
  thread main
    e = CreateEvent(TRUE, TRUE)
    NtWaitForMultipleObjects([e, GetCurrentProcess()], FALSE, 0)
"#,
        ..WINE
    },
    Known {
        id: "wine-releases-nothing",
        calls: &["NtReleaseSemaphore"],
        model: Some("STATUS_INVALID_PARAMETER"),
        real: Some("STATUS_SUCCESS"),
        reason: "a semaphore can be released by 0",
        source: "Win32 documentation, ReleaseSemaphore: lReleaseCount must be greater than zero",
        scenario: r#"process app
  thread main
    s = CreateSemaphore(0, 1)
    NtReleaseSemaphore(s, 0)
"#,
        ..WINE
    },
    Known {
        id: "wine-duplicates-with-every-access",
        calls: &["NtDuplicateObject"],
        model: Some("STATUS_ACCESS_DENIED"),
        real: Some("STATUS_SUCCESS"),
        reason: "a duplicate with every bit of an access mask is made",
        source: "Wine ntdll/tests/om.c, test_duplicate_object, where it is marked as wrong in Wine (F-07)",
        scenario: r#"process app
  thread main
    e = CreateEvent()
    NtDuplicateObject(e, access: 0xFFFFFFFF)
"#,
        ..WINE
    },
    Known {
        id: "wine-other-type-collides",
        calls: &["NtCreateEvent", "NtCreateIoCompletion", "NtCreateSymbolicLinkObject"],
        model: Some("STATUS_OBJECT_TYPE_MISMATCH"),
        real: Some("STATUS_OBJECT_NAME_COLLISION"),
        reason: "a name that an object of another type has is refused as it was before Windows Vista",
        source: "Wine ntdll/tests/om.c, test_name_collisions",
        scenario: r#"process app
  thread main
    p = NtCreateIoCompletion(name: "\BaseNamedObjects\kobj-known-27")
    NtCreateEvent(name: "\BaseNamedObjects\kobj-known-27")
"#,
        ..WINE
    },
    Known {
        id: "wine-longer-query",
        calls: &["NtQueryObject"],
        model: Some("STATUS_INFO_LENGTH_MISMATCH"),
        real: Some("STATUS_SUCCESS"),
        reason: "ObjectBasicInformation can have more room than it needs",
        source: "Wine ntdll/tests/om.c, test_query_object (F-15); ReactOS ob/oblife.c, NtQueryObject",
        scenario: r#"process app
  thread main
    e = CreateEvent()
    NtQueryObject(e, ObjectBasicInformation, length: 57)
"#,
        ..WINE
    },
    Known {
        id: "wine-counts-handles-of-anything",
        calls: &["GetProcessHandleCount"],
        model: Some("FALSE, ERROR_INVALID_HANDLE"),
        real: Some("TRUE"),
        reason: "as wine-counts-no-handles: Wine does not look whether the handle is that of a process",
        source: "Win32 documentation, GetProcessHandleCount: hProcess is a handle to a process",
        scenario: r#"process app
  thread main
    e = CreateEvent()
    n = GetProcessHandleCount(e)
"#,
        ..WINE
    },
    Known {
        id: "wine-timer-keeps-its-signal",
        calls: &["NtSetTimer", "SetWaitableTimer"],
        what: "signaled",
        model: Some("false"),
        real: Some("true"),
        last: true,
        reason: "a synchronization timer that is set again stays signalled",
        source: "WDK, KeSetTimerEx: the timer is set to the not-signaled state",
        scenario: r#"process app
  thread main
    t = NtCreateTimer(FALSE)
    NtSetTimer(t, 0)
    NtSetTimer(t, 10000)
"#,
        ..WINE
    },
    Known {
        id: "wine-wait-keeps-a-request",
        calls: &["CloseHandle", "NtClose"],
        what: "Status",
        model: Some("STATUS_PIPE_BROKEN"),
        real: Some("STATUS_PENDING"),
        last: true,
        reason: "as wine-wait-keeps-a-file-open",
        source: "WDK, IRP_MJ_CLEANUP: it is sent with the last handle, whoever holds the file object",
        scenario: r#"process app
  thread waiter
    GetOverlappedResult(c, r, TRUE)
  thread main
    s = CreateNamedPipe("\\.\pipe\kobj-known-60", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    c = CreateFile("\\.\pipe\kobj-known-60", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    SetFileCompletionNotificationModes(c, FILE_SKIP_SET_EVENT_ON_HANDLE)
    r = ReadFile(c, 4 bytes, offset: 0)
    CloseHandle(c)
"#,
        ..WINE
    },
];
