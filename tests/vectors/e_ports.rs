//! Family E: completion ports; and of family D what files report to them.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | E-01 | dlls/ntdll/tests/sync.c and file.c, test_set_io_completion |
//! | E-03, E-04, E-06 | dlls/ntdll/tests/file.c, test_file_io_completion; here on a device that pends, there on a pipe |
//! | E-05, D-07, D-09 | dlls/ntdll/tests/pipe.c, test_completion; here on devices; that modes stay is Win32, SetFileCompletionNotificationModes |
//! | E-07 | dlls/kernel32/tests/sync.c |
//! | E-08 | no test: Win32, CreateIoCompletionPort |
//! | E-09, E-11 | dlls/ntdll/tests/sync.c, test_completion_port_scheduling |
//! | E-13 | dlls/kernel32/tests/pipe.c, test_exit_process_async |
//! | E-14 | no test: Win32, I/O Completion Ports |
//! | D-08 | dlls/ws2_32/tests/sock.c; the rule is Win32's, GetQueuedCompletionStatus |
//! | D-16 | dlls/kernel32/tests/file.c |

use sim_core::profile::Version;

use crate::story::{holds_on, holds_since};

#[test]
fn e_01_packets_come_back_as_they_were_posted_and_in_order() {
    holds_since(
        Version::Xp,
        "process app
  thread main
    port = NtCreateIoCompletion()
    NtRemoveIoCompletion(port, 0) -> STATUS_TIMEOUT
    NtSetIoCompletion(port, 123456, key: 1, value: 2, status: STATUS_INVALID_DEVICE_REQUEST) -> STATUS_SUCCESS
    NtSetIoCompletion(port, 3, key: 4, value: 5) -> STATUS_SUCCESS
    depth = NtQueryIoCompletion(port) -> STATUS_SUCCESS
    check depth == 2
    p = NtRemoveIoCompletion(port, 0) -> STATUS_SUCCESS
    check p.key == 1 and p.overlapped == 2 and p.status == STATUS_INVALID_DEVICE_REQUEST and p.bytes == 123456
    q = NtRemoveIoCompletion(port, 0) -> STATUS_SUCCESS
    check q.key == 4 and q.overlapped == 5 and q.status == STATUS_SUCCESS and q.bytes == 3
    empty = NtQueryIoCompletion(port) -> STATUS_SUCCESS
    check empty == 0
",
    );
}

/// A file on a device that pends, and a port for it.
const PENDING: &str = "device dev driver=queue
process app
  thread main
    port = CreateIoCompletionPort()
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
";

/// A file on a device that answers at once with three bytes, and a port for it.
const AT_ONCE: &str = "device dev driver=immediate with 3 bytes
process app
  thread main
    port = CreateIoCompletionPort()
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
";

#[test]
fn e_03_an_asynchronous_file_without_a_port_gets_one() {
    let lines = "    synchronous = CreateFile(\"\\\\.\\dev\", GENERIC_READ)
    NtSetInformationFile(synchronous, port, key: 1) -> STATUS_INVALID_PARAMETER
    NtSetInformationFile(file, port, key: 1) -> STATUS_SUCCESS
    NtSetInformationFile(file, port, key: 2) -> STATUS_INVALID_PARAMETER
    check port.PointerCount == 2
";
    holds_since(Version::Xp, &format!("{PENDING}{lines}"));
}

#[test]
fn e_04_the_port_is_looked_up_when_the_request_ends() {
    let lines = "    r1 = ReadFile(file, 8, offset: 0) -> ERROR_IO_PENDING
    apc = NtReadFile(file, 8, offset: 0, apc: TRUE) -> STATUS_PENDING
    CreateIoCompletionPort(file, port, key: 9)
    GetQueuedCompletionStatus(port, 0) -> WAIT_TIMEOUT
    CancelIo(file) -> TRUE
    p = GetQueuedCompletionStatus(port, 0) -> ERROR_OPERATION_ABORTED
    check p.key == 9 and p.overlapped == r1
    GetQueuedCompletionStatus(port, 0) -> WAIT_TIMEOUT
    check queued(apc)
    SleepEx(0, TRUE) -> WAIT_IO_COMPLETION
    check delivered(apc)
    GetQueuedCompletionStatus(port, 0) -> WAIT_TIMEOUT
";
    holds_since(Version::Xp, &format!("{PENDING}{lines}"));
}

#[test]
fn e_05_without_apc_context_there_is_no_packet() {
    let lines = "    CreateIoCompletionPort(file, port, key: 9)
    r1 = NtReadFile(file, 8, offset: 0, context: FALSE) -> STATUS_PENDING
    NtCancelIoFile(file) -> STATUS_SUCCESS
    check r1.Status == STATUS_CANCELLED and packets(port) == 0
";
    holds_since(Version::Xp, &format!("{PENDING}{lines}"));
}

#[test]
fn e_06_a_port_and_an_apc_routine_do_not_go_together() {
    let lines = "    CreateIoCompletionPort(file, port, key: 9)
    r1 = NtReadFile(file, 8, offset: 0, apc: TRUE) -> STATUS_INVALID_PARAMETER
    check not pending(r1) and not queued(r1) and file.PointerCount == 1 and packets(port) == 0
";
    holds_since(Version::Xp, &format!("{PENDING}{lines}"));
}

#[test]
fn e_07_the_results_of_get_queued_completion_status() {
    let lines = "    CreateIoCompletionPort(file, port, key: 9)
    none = GetQueuedCompletionStatus(port, 0) -> WAIT_TIMEOUT
    check none.overlapped == NULL
    r1 = ReadFile(file, 8, offset: 0) -> ERROR_IO_PENDING
    CancelIo(file) -> TRUE
    p = GetQueuedCompletionStatus(port, 0) -> ERROR_OPERATION_ABORTED
    check p.overlapped == r1 and p.key == 9 and p.bytes == 0
    PostQueuedCompletionStatus(port, 5, key: 6, lpOverlapped: 7) -> TRUE
    q = GetQueuedCompletionStatus(port, 0) -> TRUE
    check q.overlapped == 7 and q.key == 6 and q.bytes == 5
";
    holds_since(Version::Xp, &format!("{PENDING}{lines}"));
}

/// A remover, and who closes the port while it waits.
fn abandoned(call: &str, expected: &str) -> String {
    format!(
        "process app
  thread remover
    port = CreateIoCompletionPort()
    p = {call} -> {expected}
  thread closer
    CloseHandle(port) -> TRUE
"
    )
}

#[test]
fn e_08_a_port_for_no_file_or_for_a_file_that_has_one() {
    holds_since(
        Version::Xp,
        r#"device dev driver=queue
unbound garbage
process app
  thread main
    file = CreateFile("\\.\dev", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    port = CreateIoCompletionPort(file)
    CreateIoCompletionPort(INVALID_HANDLE_VALUE, port) -> ERROR_INVALID_PARAMETER
    CreateIoCompletionPort(garbage, port) -> ERROR_INVALID_HANDLE
    CreateIoCompletionPort(file, port) -> ERROR_INVALID_PARAMETER
    CreateIoCompletionPort(file) -> ERROR_INVALID_PARAMETER
    check port.HandleCount == 1 and file.HandleCount == 1
"#,
    );
}

#[test]
fn e_09_closing_the_last_handle_wakes_removers() {
    for (call, answer) in [
        ("GetQueuedCompletionStatus(port, INFINITE)", "ERROR_ABANDONED_WAIT_0"),
        ("NtRemoveIoCompletion(port, INFINITE)", "STATUS_ABANDONED_WAIT_0"),
        ("GetQueuedCompletionStatusEx(port, 1, INFINITE, TRUE)", "ERROR_ABANDONED_WAIT_0"),
        ("NtRemoveIoCompletionEx(port, 1, INFINITE, FALSE)", "STATUS_ABANDONED_WAIT_0"),
    ] {
        holds_since(Version::Win7, &abandoned(call, answer));
    }
    holds_on(Version::Xp, &abandoned("GetQueuedCompletionStatus(port, INFINITE)", "blocks"));
}

#[test]
fn e_11_removers_are_served_last_in_first_out() {
    holds_since(
        Version::Win10,
        "process app
  thread second
    port = CreateIoCompletionPort()
    p = GetQueuedCompletionStatus(port, INFINITE) -> TRUE
    check p.key == 4
  thread first
    q = GetQueuedCompletionStatus(port, INFINITE) -> TRUE
    check q.key == 3
  thread main
    PostQueuedCompletionStatus(port, 0, key: 3)
    PostQueuedCompletionStatus(port, 0, key: 4)
    PostQueuedCompletionStatus(port, 0, key: 5)
    r = GetQueuedCompletionStatus(port, INFINITE) -> TRUE
    check r.key == 5
",
    );
}

#[test]
fn e_13_a_packet_outlives_its_file() {
    let lines = "    CreateIoCompletionPort(file, port, key: 9)
    r1 = ReadFile(file, 8, offset: 0) -> ERROR_IO_PENDING
    CloseHandle(file) -> TRUE
    check close(file) and packets(port) == 1 and port.PointerCount == 1
    p = GetQueuedCompletionStatus(port, 0) -> ERROR_OPERATION_ABORTED
    check p.key == 9 and p.overlapped == r1
";
    holds_since(Version::Xp, &format!("{PENDING}{lines}"));
}

#[test]
fn e_14_a_closed_port_lives_on_through_its_files() {
    let lines = "    CreateIoCompletionPort(file, port, key: 9)
    r1 = ReadFile(file, 8, offset: 0) -> ERROR_IO_PENDING
    CloseHandle(port) -> TRUE
    check not deleted(port) and object(port).PointerCount == 1
    CancelIo(file) -> TRUE
    check packets(port) == 1 and not pending(r1)
    CloseHandle(file) -> TRUE
    check deleted(port)
";
    holds_since(Version::Xp, &format!("{PENDING}{lines}"));
}

#[test]
fn d_07_success_at_once_queues_a_packet_unless_the_file_skips_it() {
    let lines = "    CreateIoCompletionPort(file, port, key: 9)
    r1 = WriteFile(file, 8, offset: 0) -> TRUE
    p = GetQueuedCompletionStatus(port, 0) -> TRUE
    check p.overlapped == r1 and p.bytes == 3
    SetFileCompletionNotificationModes(file, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS) -> TRUE
    r2 = WriteFile(file, 8, offset: 0) -> TRUE
    GetQueuedCompletionStatus(port, 0) -> WAIT_TIMEOUT
    check signaled(file)
";
    holds_since(Version::Win7, &format!("{AT_ONCE}{lines}"));
    let lines = "    CreateIoCompletionPort(file, port, key: 9)
    SetFileCompletionNotificationModes(file, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS) -> TRUE
    r1 = ReadFile(file, 8, offset: 0) -> ERROR_IO_PENDING
    CancelIo(file) -> TRUE
    p = GetQueuedCompletionStatus(port, 0) -> ERROR_OPERATION_ABORTED
    check p.overlapped == r1
";
    holds_since(Version::Win7, &format!("{PENDING}{lines}"));
}

#[test]
fn d_07_since_windows_8_a_warning_on_a_file_that_skips_is_reported_as_pending() {
    let device = AT_ONCE.replace("3 bytes", "3 bytes and STATUS_BUFFER_OVERFLOW");
    let story = |answer: &str, packets: u32| {
        format!(
            "{device}    CreateIoCompletionPort(file, port, key: 9)
    NtSetInformationFile(file, class: FileIoCompletionNotificationInformation, flags: 1) -> STATUS_SUCCESS
    r1 = NtReadFile(file, 1, offset: 0) -> {answer}
    check r1.Status == STATUS_BUFFER_OVERFLOW and r1.Information == 3 and packets(port) == {packets}
"
        )
    };
    holds_on(Version::Win7, &story("STATUS_BUFFER_OVERFLOW", 0));
    holds_since(Version::Win8, &story("STATUS_PENDING", 1));
}

#[test]
fn d_08_the_low_bit_of_hevent_keeps_the_packet_away() {
    let lines = "    done = CreateEvent(manual: TRUE)
    CreateIoCompletionPort(file, port, key: 9)
    r1 = ReadFile(file, 8, offset: 0, hEvent: done, LowBit: TRUE) -> ERROR_IO_PENDING
    CancelIo(file) -> TRUE
    check signaled(done) and r1.Status == STATUS_CANCELLED and packets(port) == 0
";
    holds_since(Version::Xp, &format!("{PENDING}{lines}"));
}

#[test]
fn d_09_modes_stay_set_and_count_for_every_handle() {
    let lines = "    copy = DuplicateHandle(file)
    none = NtQueryInformationFile(file, FileIoCompletionNotificationInformation)
    check none.Flags == 0
    SetFileCompletionNotificationModes(file, FILE_SKIP_SET_EVENT_ON_HANDLE) -> TRUE
    SetFileCompletionNotificationModes(file, FILE_SKIP_SET_USER_EVENT_ON_FAST_IO) -> TRUE
    SetFileCompletionNotificationModes(file, 0) -> TRUE
    modes = NtQueryInformationFile(copy, FileIoCompletionNotificationInformation)
    check modes.Flags == 6
    NtSetInformationFile(file, class: FileIoCompletionNotificationInformation, flags: 8) -> STATUS_INVALID_PARAMETER
";
    holds_since(Version::Win7, &format!("{PENDING}{lines}"));
}

/// Also a request that pends leaves the file object unsignalled.
#[test]
fn d_09_a_file_that_skips_its_event_is_never_signalled() {
    let lines = "    done = CreateEvent(manual: TRUE)
    check signaled(file)
    SetFileCompletionNotificationModes(file, FILE_SKIP_SET_EVENT_ON_HANDLE) -> TRUE
    check not signaled(file)
    r1 = NtReadFile(file, 8, offset: 0) -> STATUS_PENDING
    r2 = NtReadFile(file, 8, offset: 0, event: done) -> STATUS_PENDING
    NtCancelIoFile(file) -> STATUS_SUCCESS
    check r1.Status == STATUS_CANCELLED and not signaled(file) and signaled(done)
";
    holds_since(Version::Win7, &format!("{PENDING}{lines}"));
}

#[test]
fn d_16_a_completion_routine_runs_at_an_alertable_wait_alone() {
    let lines = "    r1 = ReadFileEx(file, 8, offset: 0) -> TRUE
    CancelIo(file) -> TRUE
    check r1.Status == STATUS_CANCELLED and queued(r1)
    SleepEx(0, FALSE) -> 0
    check queued(r1)
    SleepEx(0, TRUE) -> WAIT_IO_COMPLETION
    check delivered(r1)
";
    holds_since(Version::Xp, &format!("{PENDING}{lines}"));
}

/// No id: the concurrency value of a port. Sources: Win32, I/O Completion Ports; ReactOS ke/queue.c.
#[test]
fn a_thread_that_waits_for_something_else_leaves_its_place() {
    holds_since(
        Version::Xp,
        "process app
  thread first
    port = CreateIoCompletionPort(NumberOfConcurrentThreads: 1)
    event = CreateEvent()
    PostQueuedCompletionStatus(port, 0, key: 1)
    PostQueuedCompletionStatus(port, 0, key: 2)
    p = GetQueuedCompletionStatus(port, INFINITE) -> TRUE
    GetQueuedCompletionStatus(port, 0) -> TRUE
    PostQueuedCompletionStatus(port, 0, key: 3)
    WaitForSingleObject(event, INFINITE) -> WAIT_OBJECT_0
  thread second
    q = GetQueuedCompletionStatus(port, 0) -> TRUE
    check q.key == 3 and waiters(event) == 1
    PostQueuedCompletionStatus(port, 0, key: 4)
    SetEvent(event)
  thread third
    GetQueuedCompletionStatus(port, 0) -> WAIT_TIMEOUT
    check packets(port) == 1
",
    );
}
