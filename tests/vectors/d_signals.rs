//! Family D: what a request signals, writes and queues.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | D-01, D-02, D-04, D-06 | dlls/ntdll/tests/pipe.c, test_completion, read_pipe_test, and file.c; here devices, there pipes |
//! | D-03 | dlls/ntdll/tests/pipe.c; here a device, there a pipe |
//! | D-10 | dlls/ntdll/tests/pipe.c, test_blocking; here a device, there a pipe |
//! | D-18 | dlls/ntdll/tests/pipe.c and dlls/kernel32/tests/pipe.c; here a device |

use sim_core::profile::Version;

use crate::story::model_holds_since;

/// A file on a device, and an event that is set.
fn story(driver: &str, lines: &str) -> String {
    format!(
        "device dev driver={driver}
process app
  thread main
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    done = CreateEvent(manual: TRUE, initial: TRUE)
{lines}"
    )
}

#[test]
fn d_01_a_request_clears_its_event_or_else_the_file_object_and_sets_it_at_its_end() {
    let lines = "    check signaled(file)
    r1 = NtReadFile(file, 8, offset: 0) -> STATUS_PENDING
    check not signaled(file) and signaled(done)
    NtCancelIoFile(file) -> STATUS_SUCCESS
    check signaled(file)
    r2 = NtReadFile(file, 8, offset: 0, event: done) -> STATUS_PENDING
    check not signaled(file) and not signaled(done)
    NtCancelIoFile(file) -> STATUS_SUCCESS
    check not signaled(file) and signaled(done)
";
    model_holds_since(Version::Xp, &story("queue", lines));
}

#[test]
fn d_02_a_failure_at_once_leaves_a_cleared_event_and_nothing_else() {
    let lines = "    r1 = NtReadFile(file, 8, offset: 0, event: done, apc: TRUE) -> STATUS_PIPE_BROKEN
    check not signaled(done) and not signaled(file) and r1.Status != STATUS_PIPE_BROKEN
    check not queued(r1) and not delivered(r1)
";
    model_holds_since(Version::Xp, &story("immediate with STATUS_PIPE_BROKEN", lines));
}

#[test]
fn d_03_the_file_is_looked_at_before_the_event() {
    let lines = "    r1 = NtReadFile(NULL, 8, offset: 0, event: done) -> STATUS_INVALID_HANDLE
    check signaled(done)
    r2 = NtReadFile(file, 8, offset: 0, event: file) -> STATUS_OBJECT_TYPE_MISMATCH
    r3 = NtReadFile(file, 8, offset: 0, event: garbage) -> STATUS_INVALID_HANDLE
    check signaled(file) and file.PointerCount == 1 and r3.Status != STATUS_INVALID_HANDLE
";
    model_holds_since(Version::Xp, &format!("unbound garbage\n{}", story("queue", lines)));
}

#[test]
fn d_04_success_at_once_writes_signals_and_queues_the_apc() {
    let lines = "    r1 = NtReadFile(file, 8, offset: 0, event: done, apc: TRUE) -> STATUS_SUCCESS
    check r1.Status == STATUS_SUCCESS and r1.Information == 3 and signaled(done) and queued(r1)
    SleepEx(0, TRUE) -> WAIT_IO_COMPLETION
    check delivered(r1)
";
    model_holds_since(Version::Xp, &story("immediate with 3 bytes", lines));
}

#[test]
fn d_06_without_an_event_the_file_object_is_signalled() {
    let lines = "    r1 = NtReadFile(file, 8, offset: 0, apc: TRUE) -> STATUS_PENDING
    check not signaled(file)
    NtCancelIoFile(file) -> STATUS_SUCCESS
    check signaled(file) and queued(r1) and signaled(done)
    r2 = NtReadFile(file, 8, offset: 0, context: TRUE) -> STATUS_PENDING
    check not signaled(file)
    NtCancelIoFile(file) -> STATUS_SUCCESS
    check signaled(file) and r2.Status == STATUS_CANCELLED
";
    model_holds_since(Version::Xp, &story("queue", lines));
}

#[test]
fn d_10_a_synchronous_request_signals_both() {
    let lines = "    slow = NtCreateFile(\"\\??\\dev\", GENERIC_READ | SYNCHRONIZE, FILE_SYNCHRONOUS_IO_NONALERT)
    r1 = NtReadFile(slow, 8, event: done, apc: TRUE) -> STATUS_SUCCESS
    check r1.Status == STATUS_SUCCESS and r1.Information == 1 and signaled(done) and signaled(slow) and queued(r1)
    SleepEx(0, TRUE) -> WAIT_IO_COMPLETION
    check delivered(r1)
environment world
  device dev completes r1 with 1 bytes
";
    model_holds_since(Version::Xp, &story("queue", lines));
}

#[test]
fn d_18_only_win32_marks_the_block_and_a_failure_at_once_leaves_the_mark() {
    let lines = "    r1 = NtReadFile(file, 8, offset: 0) -> STATUS_PENDING
    check r1.Status != STATUS_PENDING
    r2 = ReadFile(file, 8, offset: 0) -> ERROR_IO_PENDING
    check r2.Internal == STATUS_PENDING
";
    model_holds_since(Version::Xp, &story("queue", lines));
    let lines = "    r1 = ReadFile(file, 8, offset: 0) -> ERROR_BROKEN_PIPE
    check r1.Internal == STATUS_PENDING
";
    model_holds_since(Version::Xp, &story("immediate with STATUS_PIPE_BROKEN", lines));
}
