//! Family P, as far as it needs no pipe and no socket: what is pending when a thread or process ends; and of family I who
//! may open a file beside whom.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | P-10, P-11 | dlls/ws2_32/tests/afd.c, test_async_thread_termination; here on a device, there on a socket |
//! | P-12 | dlls/kernel32/tests/pipe.c, test_exit_process_async; here on a device, there on a pipe |
//! | P-18 | dlls/ws2_32/tests/sock.c, test_completion_port; here on a device |
//! | I-13 | dlls/kernel32/tests/file.c, test_file_sharing |

use sim_core::drivers::DriverKind;
use sim_core::drivers::queue::DeviceCompletes;
use sim_core::io::file::File;
use sim_core::io::irp::Irp;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::request::{ByteOffset, IoService, Request};
use sim_core::io::stream_file::IoCreateStreamFileObject;
use sim_core::nt::close::NtClose;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::ob::header::Body;
use sim_core::ob::reference::{ObDereferenceObject, Purpose};
use sim_core::profile::{Profile, Version};
use sim_core::ps::schedule::{Choice, Step};
use sim_core::{Access, Handle, Id, Kernel, NtStatus};
use sim_tests::Machine;

use crate::story::{holds_on, holds_since};

/// A thread that reads and ends, and another that looks at what has become of it.
fn ended(port: &str, read: &str, check: &str) -> String {
    format!(
        "device dev driver=queue
process app
  thread reader
    port = CreateIoCompletionPort()
    done = CreateEvent(manual: TRUE)
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    {port}
    target = OpenThread(reader)
    r1 = {read} -> STATUS_PENDING
    ExitThread()
  thread other
    WaitForSingleObject(target, INFINITE) -> WAIT_OBJECT_0
    check {check}
"
    )
}

#[test]
fn p_10_without_a_port_everything_is_cancelled() {
    for (read, check) in [
        ("NtReadFile(file, 8, offset: 0)", "r1.Status == STATUS_CANCELLED"),
        ("NtReadFile(file, 8, offset: 0, event: done)", "r1.Status == STATUS_CANCELLED and signaled(done)"),
        ("NtReadFile(file, 8, offset: 0, apc: TRUE)", "r1.Status == STATUS_CANCELLED and not delivered(r1)"),
    ] {
        let story = ended("CloseHandle(NULL)", read, check);
        holds_since(Version::Xp, &story);
        let (body, _) = story.split_once("    ExitThread()\n").expect("the story has this line");
        let told = "  thread killer\n    TerminateThread(target) -> TRUE\n";
        let look = format!("    WaitForSingleObject(target, INFINITE) -> WAIT_OBJECT_0\n    check {check}\n");
        holds_since(Version::Xp, &format!("{body}{told}{look}"));
    }
}

#[test]
fn p_11_a_request_that_reports_to_the_port_alone_survives_its_thread() {
    let bind = "CreateIoCompletionPort(file, port, key: 0)";
    for (read, check) in [
        (
            "NtReadFile(file, 8, offset: 0, context: FALSE)",
            "r1.Status == STATUS_CANCELLED and packets(port) == 0",
        ),
        (
            "NtReadFile(file, 8, offset: 0, event: done)",
            "r1.Status == STATUS_CANCELLED and signaled(done) and packets(port) == 1",
        ),
    ] {
        holds_since(Version::Xp, &ended(bind, read, check));
    }
    let read = "NtReadFile(file, 8, offset: 0)";
    holds_since(Version::Win7, &ended(bind, read, "pending(r1) and packets(port) == 0"));
    holds_on(Version::Xp, &ended(bind, read, "r1.Status == STATUS_CANCELLED and packets(port) == 1"));
}

#[test]
fn p_12_a_packet_outlives_the_process_that_issued_its_request() {
    let story = "device dev driver=queue
process app
  thread main
    port = CreateIoCompletionPort()
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    CreateIoCompletionPort(file, port, key: 123)
    theirs = DuplicateHandle(file, hTargetProcessHandle: child, dwOptions: DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE)
    p = GetQueuedCompletionStatus(port, INFINITE) -> ERROR_OPERATION_ABORTED
    check p.key == 123 and p.overlapped == r1 and p.bytes == 0
process child
  thread reader
    done = CreateEvent()
    r1 = ReadFile(theirs, 8, offset: 0, hEvent: done) -> ERROR_IO_PENDING
    ExitThread()
finally \"file object and process are gone\": exited(child) and deleted(file)
";
    holds_since(Version::Xp, story);
}

#[test]
fn p_18_closing_a_file_without_requests_queues_nothing() {
    let story = "device dev driver=queue
process app
  thread main
    port = CreateIoCompletionPort()
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    CreateIoCompletionPort(file, port, key: 125)
    CloseHandle(file) -> TRUE
    none = GetQueuedCompletionStatus(port, 0) -> WAIT_TIMEOUT
    check none.overlapped == NULL
";
    holds_since(Version::Xp, story);
}

fn open(m: &mut Machine, name: &str) -> Id<File> {
    let (access, options) = (Access(0x8010_0000), OpenOptions::default());
    let open = CreateFile { attributes: m.named(name), access, options };
    let handle = m.call(0, NtCreateFile::of(open)).expect("it returns").value.handle();
    let Body::File(file) = m.k[m.object(handle)].body else { panic!("a file") };
    file
}

fn first_handle(m: &Machine) -> Handle {
    m.k.table(m.processes[0]).open().next().map(|(handle, _)| handle).expect("a handle is open")
}

/// No id: WDK, Canceling IRPs; ReactOS io/iomgr/irp.c.
#[test]
fn a_request_that_its_thread_has_let_go_of_ends_in_silence() {
    let mut m = Machine::new(Profile::of(Version::Xp));
    let device = m.k.create_device("stuck0", DriverKind::NeverCancels);
    let file = open(&mut m, r"\Device\stuck0");
    let (object, iosb) = (m.k[file].object, m.iosbs[0]);
    let handle = first_handle(&m);
    let request = Request { iosb: Some(iosb), length: 8, offset: ByteOffset::At(0), ..Request::of(handle) };
    assert_eq!(m.issue(0, IoService::Read, request).map(|returned| returned.status), Some(NtStatus::PENDING));
    let irp = m.k.irp_of(iosb).expect("it is pending");
    let thread = m.threads[0];
    m.k.terminate_thread(thread, 0);
    m.settle();
    assert!(!m.k[thread].ended && m.k.can_time_out(thread) && m.k[irp].cancel);
    m.k.take(Step { thread, choice: Choice::TimeOut });
    m.settle();
    assert!(m.k[thread].ended && m.k[irp].disassociated && m.k[device].timeout_logged);
    assert_eq!(m.k[object].pointer_count, 2);
    let completes = DeviceCompletes::Unlink { iosb, device, status: NtStatus::SUCCESS, information: 8 };
    let driver = m.k[device].thread;
    m.k.start(driver, completes);
    m.settle();
    assert_eq!((m.k.all::<Irp>().count(), m.k[iosb].status, m.k[object].pointer_count), (0, None, 1));
    assert_eq!(m.k.broken_invariant(), None);
}

/// No id: since Vista no time runs out for a thread that ends.
#[test]
fn since_vista_an_ending_thread_waits_for_ever() {
    let mut m = Machine::new(Profile::of(Version::Win7));
    m.k.create_device("stuck0", DriverKind::NeverCancels);
    open(&mut m, r"\Device\stuck0");
    let handle = first_handle(&m);
    let request =
        Request { iosb: Some(m.iosbs[0]), length: 8, offset: ByteOffset::At(0), ..Request::of(handle) };
    m.issue(0, IoService::Read, request);
    m.k.terminate_thread(m.threads[0], 0);
    m.settle();
    assert!(!m.k[m.threads[0]].ended && !m.k.can_time_out(m.threads[0]));
}

/// Two opens of one file: accesses and share modes, and whether the second is refused.
fn two_opens(first: (&str, &str), second: (&str, &str), answer: &str) {
    let share = |mode: &str| if mode.is_empty() { String::new() } else { format!(", dwShareMode: {mode}") };
    let story = format!(
        "device vol driver=ntfs
process app
  thread main
    one = CreateFile(\"\\\\.\\vol\\name\", {}{}) -> TRUE
    two = CreateFile(\"\\\\.\\vol\\NAME\", {}{}) -> {answer}
    CloseHandle(one) -> TRUE
    three = CreateFile(\"\\\\.\\vol\\name\", {}{}) -> TRUE
",
        first.0,
        share(first.1),
        second.0,
        share(second.1),
        // The one that was open alone, or with the second: what the second allows, now.
        if answer == "TRUE" { "SYNCHRONIZE" } else { second.0 },
        share(second.1),
    );
    holds_on(Version::Win11, &story);
}

#[test]
fn i_13_each_of_two_opens_must_allow_what_the_other_does() {
    const READ: &str = "FILE_SHARE_READ";
    const WRITE: &str = "FILE_SHARE_WRITE";
    const BOTH: &str = "FILE_SHARE_READ | FILE_SHARE_WRITE";
    let refused = "ERROR_SHARING_VIOLATION";
    for (first, second, answer) in [
        (("GENERIC_READ", ""), ("GENERIC_READ", ""), refused),
        (("GENERIC_READ", READ), ("GENERIC_READ", ""), refused),
        (("GENERIC_READ", ""), ("GENERIC_READ", READ), refused),
        (("GENERIC_READ", READ), ("GENERIC_READ", READ), "TRUE"),
        (("GENERIC_READ", READ), ("GENERIC_WRITE", READ), refused),
        (("GENERIC_READ", BOTH), ("GENERIC_WRITE", READ), "TRUE"),
        (("GENERIC_WRITE", READ), ("GENERIC_READ", READ), refused),
        (("GENERIC_WRITE", READ), ("GENERIC_READ", BOTH), "TRUE"),
        (("GENERIC_WRITE", WRITE), ("GENERIC_WRITE", WRITE), "TRUE"),
        (("GENERIC_READ | GENERIC_WRITE", READ), ("GENERIC_READ", READ), refused),
        (("GENERIC_READ", ""), ("SYNCHRONIZE", ""), "TRUE"),
        (("SYNCHRONIZE", ""), ("GENERIC_READ | GENERIC_WRITE", ""), "TRUE"),
    ] {
        two_opens(first, second, answer);
    }
}

/// No id: WDK, IoRemoveShareAccess; the time of its release is the driver's IRP_MJ_CLEANUP.
#[test]
fn share_access_is_released_at_cleanup() {
    let mut m = Machine::new(Profile::default());
    m.k.create_device("vol0", DriverKind::Ntfs);
    let file = open(&mut m, r"\Device\vol0\name");
    let (object, handle) = (m.k[file].object, first_handle(&m));
    m.k.reference_pointer(object);
    assert!(m.k[file].shares);
    m.call(0, NtClose::of(handle));
    assert!(m.k[file].cleanup_sent && !m.k[file].close_sent && !m.k[file].shares);
    let second = open(&mut m, r"\Device\vol0\name");
    assert!(second != file && m.k[second].shares);
}

/// A stream file object of a device, made by the device's own thread.
fn stream(k: &mut Kernel, lite: bool) -> (Id<File>, Vec<bool>) {
    let device = k.create_device("fs0", DriverKind::Ntfs);
    let thread = k[device].thread;
    k.start(thread, IoCreateStreamFileObject::Create { device, lite });
    k.run(thread);
    let object = k.all::<File>().find(|(_, file)| file.stream_file).map(|(_, file)| file.object);
    let object = object.expect("it was created");
    k.watch(object);
    let Body::File(file) = k[object].body else { panic!("a file") };
    let course = vec![k[file].cleanup_sent, k[file].close_sent];
    assert_eq!((k[object].handle_count, k[object].pointer_count), (0, 1));
    k.collect(thread);
    k.start(thread, ObDereferenceObject::Drop { object, purpose: Purpose::Creation });
    k.run(thread);
    assert_eq!(k.broken_invariant(), None);
    (file, course)
}

/// No id: WDK, IoCreateStreamFileObject, IoCreateStreamFileObjectLite.
#[test]
fn a_stream_file_object_sees_cleanup_at_once_and_a_lite_one_never() {
    for lite in [false, true] {
        let mut k = Kernel::new(Profile::default());
        let (file, course) = stream(&mut k, lite);
        assert_eq!(course, [!lite, false]);
        assert_eq!((k[file].cleanup_sent, k[file].close_sent), (!lite, true));
    }
}
