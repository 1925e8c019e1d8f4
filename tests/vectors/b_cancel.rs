//! Family B: cancellation, as far as it is not the business of pipes alone.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | B-01 to B-03 | dlls/ntdll/tests/pipe.c, test_cancelio, read_pipe_test; dlls/kernel32/tests/pipe.c, test_blocking_rw |
//! | B-05 | dlls/ntdll/tests/pipe.c, test_cancelio |
//! | B-09, B-11, B-12 | dlls/ntdll/tests/pipe.c, test_cancelsynchronousio; here a read of a device, there a listen |
//! | B-13, B-14 | dlls/ntdll/tests/pipe.c, test_alertable; here a read of a device |
//! | B-15 | dlls/ntdll/tests/change.c, test_ntncdf_async; here two reads of a pipe |
//! | B-16 | dlls/kernel32/tests/pipe.c |
//! | B-18, B-19 | dlls/ntoskrnl.exe/tests/ntoskrnl.c and driver.c, test_cancel_irp |
//! | B-21 | dlls/ws2_32/tests/afd.c, test_async_thread_termination |

use sim_core::drivers::DriverKind;
use sim_core::io::irp::Irp;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::request::{ByteOffset, IoService, Request};
use sim_core::nt::cancel_io_file::NtCancelIoFileEx;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::profile::Version;
use sim_core::{Access, Handle, Id, NtStatus};
use sim_tests::Machine;

use crate::machine;
use crate::story::{holds_on, holds_since, model_holds_since};

/// An end of a pipe whose reads pend, for nobody writes.
const FILE: &str = "process app
  thread main
    server = CreateNamedPipe(\"\\\\.\\pipe\\b\", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)
    file = CreateFile(\"\\\\.\\pipe\\b\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
";

#[test]
fn b_01_cancelled_means_status_event_and_apc_at_the_next_alertable_wait() {
    let lines = "    done = CreateEvent(manual: TRUE)
    r1 = NtReadFile(file, 8, offset: 0, event: done, apc: TRUE) -> STATUS_PENDING
    check r1.Status != STATUS_CANCELLED and not signaled(done)
    THE_CALL -> STATUS_SUCCESS
    check r1.Status == STATUS_CANCELLED and r1.Information == 0 and signaled(done) and queued(r1)
    SleepEx(0, TRUE) -> WAIT_IO_COMPLETION
    check delivered(r1)
";
    let story = |call: &str| format!("{FILE}{}", lines.replace("THE_CALL", call));
    holds_since(Version::Xp, &story("NtCancelIoFile(file)"));
    holds_since(Version::Win7, &story("NtCancelIoFileEx(file, r1)"));
}

#[test]
fn b_02_b_03_what_is_cancelled_is_not_found_again_and_any_handle_will_do() {
    let lines = "    copy = DuplicateHandle(file)
    r1 = ReadFile(file, 8, offset: 0) -> ERROR_IO_PENDING
    CancelIoEx(copy, r1) -> TRUE
    check r1.Status == STATUS_CANCELLED
    CancelIoEx(file, r1) -> ERROR_NOT_FOUND
";
    holds_since(Version::Win7, &format!("{FILE}{lines}"));
}

/// A file on a device of the driver, and a read of it into the status block.
fn read(m: &mut Machine, file: Handle, iosb: usize) -> NtStatus {
    let iosb = Some(m.iosbs[iosb]);
    let request =
        Request { iosb, apc_context: true, length: 8, offset: ByteOffset::At(0), ..Request::of(file) };
    m.issue(0, IoService::Read, request).expect("it returns").status
}

fn open(m: &mut Machine, name: &str) -> Handle {
    let (access, options) = (Access(0x8010_0000), OpenOptions::default());
    let open = CreateFile { attributes: m.named(name), access, options };
    m.call(0, NtCreateFile::of(open)).expect("it returns").value.handle()
}

#[test]
fn b_05_two_requests_with_one_status_block_are_cancelled_together() {
    let mut m = machine();
    let file = open(&mut m, r"\Device\queue0");
    assert_eq!([read(&mut m, file, 0), read(&mut m, file, 0)], [NtStatus::PENDING; 2]);
    assert_eq!(m.k.all::<Irp>().count(), 2);
    let cancel = NtCancelIoFileEx::of(file, Some(m.iosbs[0]));
    assert_eq!(m.call(0, cancel).expect("it returns").status, NtStatus::SUCCESS);
    assert_eq!((m.k.all::<Irp>().count(), m.k[m.iosbs[0]].status), (0, Some(NtStatus::CANCELLED)));
}

#[test]
fn b_09_a_synchronous_call_ends_and_its_status_block_stays_as_it_was() {
    let story = "device dev driver=queue
process app
  thread reader
    file = NtCreateFile(\"\\??\\dev\", GENERIC_READ | SYNCHRONIZE, FILE_SYNCHRONOUS_IO_NONALERT)
    r1 = NtReadFile(file, 8) -> STATUS_CANCELLED
    check not pending(r1) and r1.Information == 0
  thread other
    target = OpenThread(reader)
    check not signaled(file)
    c = NtCancelSynchronousIoFile(target) -> STATUS_SUCCESS
    check c.Status == STATUS_SUCCESS
";
    model_holds_since(Version::Win7, story);
}

#[test]
fn b_11_asynchronous_requests_of_the_thread_are_left_alone() {
    let story = "device dev driver=queue
process app
  thread reader
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    r1 = NtReadFile(file, 8, offset: 0) -> STATUS_PENDING
  thread other
    target = OpenThread(reader)
    c = NtCancelSynchronousIoFile(target) -> STATUS_NOT_FOUND
    check c.Status == STATUS_NOT_FOUND and pending(r1)
environment world
  device dev completes r1 with 8 bytes
finally r1.Status == STATUS_SUCCESS
";
    model_holds_since(Version::Win7, story);
}

#[test]
fn b_12_errors_of_synchronous_cancellation() {
    let story = "unbound garbage
process app
  thread main
    NtCancelSynchronousIoFile(garbage) -> STATUS_INVALID_HANDLE
    CancelSynchronousIo(garbage) -> ERROR_INVALID_HANDLE
    weak = OpenThread(other, SYNCHRONIZE)
    CancelSynchronousIo(weak) -> ERROR_ACCESS_DENIED
    target = OpenThread(other, THREAD_TERMINATE)
    CancelSynchronousIo(target) -> ERROR_NOT_FOUND
    c = NtCancelSynchronousIoFile(target) -> STATUS_NOT_FOUND
    check c.Status == STATUS_NOT_FOUND and c.Information == 0
  thread other
    CloseHandle(NULL) -> ERROR_INVALID_HANDLE
";
    model_holds_since(Version::Win7, story);
}

/// A synchronous read, and a user APC for its thread.
fn interrupted(option: &str, lines: &str) -> String {
    format!(
        "device dev driver=queue
process app
  thread reader
    done = CreateEvent(manual: TRUE)
    file = NtCreateFile(\"\\??\\dev\", GENERIC_READ | SYNCHRONIZE, {option})
{lines}  thread other
    target = OpenThread(reader)
    apc = QueueUserAPC(target)
"
    )
}

#[test]
fn b_13_a_user_apc_cancels_an_alertable_synchronous_call() {
    let lines = "    r1 = NtReadFile(file, 8, event: done, apc: TRUE) -> STATUS_CANCELLED
    check delivered(apc) and not signaled(done) and not queued(r1) and not delivered(r1)
    r2 = NtReadFile(file, 8) -> blocks
";
    model_holds_since(Version::Xp, &interrupted("FILE_SYNCHRONOUS_IO_ALERT", lines));
}

#[test]
fn b_14_a_user_apc_leaves_another_synchronous_call_alone() {
    let lines = "    r1 = NtReadFile(file, 8, event: done, apc: TRUE) -> STATUS_SUCCESS
    check queued(apc) and queued(r1) and signaled(done)
    SleepEx(0, TRUE) -> WAIT_IO_COMPLETION
    check delivered(apc) and delivered(r1)
";
    let answer = "environment world\n  device dev completes r1 with 8 bytes\n";
    model_holds_since(
        Version::Xp,
        &format!("{}{answer}", interrupted("FILE_SYNCHRONOUS_IO_NONALERT", lines)),
    );
}

#[test]
fn b_15_b_16_cancel_io_ends_all_requests_of_the_thread() {
    let lines = "    done = CreateEvent(manual: TRUE)
    r1 = NtReadFile(file, 8, offset: 0) -> STATUS_PENDING
    r2 = NtReadFile(file, 8, offset: 0, event: done) -> STATUS_PENDING
    NtCancelIoFile(file) -> STATUS_SUCCESS
    check r1.Status == STATUS_CANCELLED and r2.Status == STATUS_CANCELLED and signaled(done)
    CloseHandle(file) -> TRUE
    NtCancelIoFile(file) -> STATUS_INVALID_HANDLE
";
    holds_since(Version::Xp, &format!("{FILE}{lines}"));
    let lines = "    done = CreateEvent(manual: TRUE)
    r1 = ReadFile(file, 8, offset: 0, hEvent: done) -> ERROR_IO_PENDING
    CancelIo(file) -> TRUE
    check signaled(done) and r1.Status == STATUS_CANCELLED
";
    holds_on(Version::Xp, &format!("{FILE}{lines}"));
}

#[test]
fn b_18_cancel_io_ex_ends_one_control_request_at_a_time() {
    let story = "device dev driver=queue
process app
  thread main
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    r1 = DeviceIoControl(file, IOCTL_SERIAL_WAIT_ON_MASK) -> ERROR_IO_PENDING
    r2 = DeviceIoControl(file, IOCTL_SERIAL_WAIT_ON_MASK) -> ERROR_IO_PENDING
    CancelIoEx(file, r1) -> TRUE
    check r1.Status == STATUS_CANCELLED and pending(r2)
    CancelIoEx(file, r2) -> TRUE
    check r2.Status == STATUS_CANCELLED
";
    model_holds_since(Version::Win7, story);
}

#[test]
fn b_19_without_a_cancel_routine_a_cancel_leaves_a_mark() {
    let mut m = machine();
    m.k.create_device("stuck0", DriverKind::NeverCancels);
    let file = open(&mut m, r"\Device\stuck0");
    assert_eq!(read(&mut m, file, 0), NtStatus::PENDING);
    let irp: Id<Irp> = m.k.irp_of(m.iosbs[0]).expect("it is pending");
    assert!(!m.k[irp].cancel);
    m.call(0, NtCancelIoFileEx::of(file, None));
    assert!(m.k[irp].cancel && !m.k[irp].completed);
    let file = open(&mut m, r"\Device\queue0");
    assert_eq!(read(&mut m, file, 1), NtStatus::PENDING);
    let irp = m.k.irp_of(m.iosbs[1]).expect("it is pending");
    assert!(m.k[irp].cancel_routine);
    m.call(0, NtCancelIoFileEx::of(file, None));
    assert_eq!((m.k.irp_of(m.iosbs[1]), m.k[m.iosbs[1]].status), (None, Some(NtStatus::CANCELLED)));
}

#[test]
fn b_21_a_request_of_an_ended_thread_can_be_cancelled() {
    let story = "device dev driver=queue
process app
  thread reader
    port = CreateIoCompletionPort()
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    CreateIoCompletionPort(file, port, key: 7)
    target = OpenThread(reader)
    r1 = ReadFile(file, 8, offset: 0) -> ERROR_IO_PENDING
    ExitThread()
  thread other
    WaitForSingleObject(target, INFINITE) -> WAIT_OBJECT_0
    check pending(r1) and packets(port) == 0
    CancelIoEx(file, NULL) -> TRUE
    p = GetQueuedCompletionStatus(port, 0) -> ERROR_OPERATION_ABORTED
    check p.overlapped == r1
";
    model_holds_since(Version::Win7, story);
}
