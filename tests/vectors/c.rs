//! Family C: creates, closes and how a status reaches the program (names are in `names.rs`).
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | C-01 | dlls/ntoskrnl.exe/tests/ntoskrnl.c, test_file_handles |
//! | C-02 | dlls/ntoskrnl.exe/tests/driver.c, test_ob_reference |
//! | C-03 | dlls/ntoskrnl.exe/tests/driver.c, test_permanence |
//! | C-04 | dlls/ntoskrnl.exe/tests/driver.c, the test of remove locks |
//! | C-05, C-06, C-09, C-10 | dlls/ntoskrnl.exe/tests/ntoskrnl.c, do_return_status: the rows in which the driver pends |
//! | F-15 | dlls/ntdll/tests/om.c, test_query_object: the totals; see family R |
//! | om-collision | dlls/ntdll/tests/om.c, test_name_collisions: below a device |
//! | om-link | dlls/ntdll/tests/om.c, test_symboliclink: to the devices |

use sim_core::drivers::queue::DeviceCompletes;
use sim_core::frame::{Frame, Returned};
use sim_core::io::open_options::OpenOptions;
use sim_core::io::request::{ByteOffset, IoService, Request};
use sim_core::nt::close::NtClose;
use sim_core::nt::completion::NtSetInformationFile;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::create_object::{
    NtCreateDirectoryObject, NtCreateEvent, NtCreateIoCompletion, NtCreateSymbolicLinkObject,
};
use sim_core::nt::open_object::NtOpenDirectoryObject;
use sim_core::nt::permanence::NtSetPermanence;
use sim_core::nt::remove_completion::NtRemoveIoCompletion;
use sim_core::nt::wait::Timeout;
use sim_core::ob::attributes::{OBJ_PERMANENT, ObjectAttributes};
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::header::{Body, Object};
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ob::pointer::ObOpenObjectByPointer;
use sim_core::ob::reference::{ObReferenceObjectByHandle, Purpose};
use sim_core::ob::types::ObjectType;
use sim_core::profile::{Profile, Version};
use sim_core::{Access, Handle, Id, NtStatus};
use sim_tests::Machine;

fn machine() -> Machine {
    Machine::new(Profile::default())
}

fn call(m: &mut Machine, service: impl Into<Frame>) -> Returned {
    m.call(0, service).expect("the call returns")
}

fn status(m: &mut Machine, service: impl Into<Frame>) -> NtStatus {
    call(m, service).status
}

fn open_device(m: &mut Machine, synchronous: bool) -> (Handle, Id<Object>) {
    let options = if synchronous { OpenOptions::SYNCHRONOUS } else { OpenOptions::default() };
    let open = CreateFile { attributes: m.device(0), access: Access(0x8010_0000), options };
    let handle = call(m, NtCreateFile::of(open)).value.handle();
    let object = m.object(handle);
    m.k.watch(object);
    (handle, object)
}

fn closed(m: &Machine, object: Id<Object>) -> bool {
    let Body::File(file) = m.k[object].body else { panic!("a file") };
    m.k[file].close_sent
}

#[test]
fn c_01_each_open_is_a_file_object_and_duplicates_share_it() {
    let mut m = machine();
    let ((h1, one), (h2, two)) = (open_device(&mut m, false), open_device(&mut m, false));
    assert_ne!(one, two);
    let (source, target) = (m.processes[0], m.processes[0]);
    let duplicate = ObDuplicateObject::Reference {
        source,
        handle: h1,
        target: Some(target),
        wanted: Wanted::same_access(0, false),
    };
    let d = call(&mut m, duplicate).value.handle();
    assert_eq!(m.object(d), one);
    let mut course = Vec::new();
    for handle in [d, h2, h1] {
        call(&mut m, NtClose::of(handle));
        course.push((closed(&m, one), closed(&m, two)));
    }
    assert_eq!(course, [(false, false), (false, true), (true, true)]);
}

fn reference(m: &Machine, handle: Handle, wanted: Option<ObjectType>) -> ObReferenceObjectByHandle {
    let (process, access, purpose) = (m.processes[0], Access(0), Purpose::Pointer);
    ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose }
}

#[test]
fn c_02_references_by_handle_and_by_pointer() {
    let mut m = machine();
    let (file, object) = open_device(&mut m, false);
    let by_handle = |m: &mut Machine, handle, wanted| {
        let by_handle = reference(m, handle, wanted);
        call(m, by_handle)
    };
    assert_eq!(by_handle(&mut m, Handle::NULL, None).status, NtStatus::INVALID_HANDLE);
    let wrong = by_handle(&mut m, file, Some(ObjectType::Event));
    assert_eq!(wrong.status, NtStatus::OBJECT_TYPE_MISMATCH);
    let (source, target) = (m.processes[0], m.processes[0]);
    let duplicate = ObDuplicateObject::Reference {
        source,
        handle: file,
        target: Some(target),
        wanted: Wanted::same_access(0, false),
    };
    let second = call(&mut m, duplicate).value.handle();
    for (handle, wanted) in [(file, None), (file, Some(ObjectType::File)), (second, None)] {
        let returned = by_handle(&mut m, handle, wanted);
        assert_eq!(returned, Returned::object(object), "{handle}");
    }
    let open = |wanted| ObOpenObjectByPointer::Start { object, wanted, access: Access(0) };
    assert_eq!(status(&mut m, open(ObjectType::File)), NtStatus::SUCCESS);
    assert_eq!(status(&mut m, open(ObjectType::Event)), NtStatus::OBJECT_TYPE_MISMATCH);
    assert_eq!(m.k[object].handle_count, 3);
}

/// By pointer an event without handles comes back, a file after its cleanup does not (WDK, ObOpenObjectByPointer).
#[test]
fn c_02_only_what_has_no_cleanup_behind_it_is_opened_again() {
    let mut m = machine();
    let (file, file_object) = open_device(&mut m, false);
    let event = call(&mut m, event(ObjectAttributes::UNNAMED));
    let event_object = m.object(event.value.handle());
    m.k.reference_pointer(file_object);
    m.k.reference_pointer(event_object);
    call(&mut m, NtClose::of(file));
    call(&mut m, NtClose::of(event.value.handle()));
    let open = |object, wanted| ObOpenObjectByPointer::Start { object, wanted, access: Access(0) };
    assert_eq!(status(&mut m, open(file_object, ObjectType::File)), NtStatus::UNSUCCESSFUL);
    assert_eq!(status(&mut m, open(event_object, ObjectType::Event)), NtStatus::SUCCESS);
    assert!(m.k.reference_safe(event_object));
}

fn event(attributes: ObjectAttributes) -> NtCreateEvent {
    NtCreateEvent::Create { access: MAXIMUM_ALLOWED, attributes, manual_reset: false, signaled: false }
}

#[test]
fn c_03_permanence() {
    let mut m = machine();
    let attributes = m.named(r"\BaseNamedObjects\test");
    let permanent = ObjectAttributes { flags: OBJ_PERMANENT, ..attributes };
    let open = NtOpenDirectoryObject::Open { attributes, access: MAXIMUM_ALLOWED };
    let open_permanent = NtOpenDirectoryObject::Open { attributes: permanent, access: MAXIMUM_ALLOWED };
    let close = |m: &mut Machine, returned: Returned| status(m, NtClose::of(returned.value.handle()));

    let temporary = call(&mut m, NtCreateDirectoryObject::Create { access: MAXIMUM_ALLOWED, attributes });
    let opened = call(&mut m, open_permanent);
    assert_eq!((temporary.status, opened.status), (NtStatus::SUCCESS, NtStatus::SUCCESS));
    close(&mut m, opened);
    close(&mut m, temporary);
    assert_eq!(status(&mut m, open), NtStatus::OBJECT_NAME_NOT_FOUND, "an open makes nothing permanent");

    let created =
        call(&mut m, NtCreateDirectoryObject::Create { access: MAXIMUM_ALLOWED, attributes: permanent });
    close(&mut m, created);
    let reopened = call(&mut m, open);
    assert_eq!(reopened.status, NtStatus::SUCCESS);
    for _ in 0..2 {
        let make = NtSetPermanence::temporary(reopened.value.handle());
        assert_eq!(status(&mut m, make), NtStatus::SUCCESS);
    }
    let again = call(&mut m, open);
    assert_eq!(again.status, NtStatus::SUCCESS, "the name stays while a handle is open");
    close(&mut m, again);
    close(&mut m, reopened);
    assert_eq!(status(&mut m, open), NtStatus::OBJECT_NAME_NOT_FOUND);
}

/// A read of the first device with an event, or none, answered with `answer` by the device.
fn read_and_answer(
    m: &mut Machine,
    file: Handle,
    event: Handle,
    synchronous: bool,
    answer: NtStatus,
) -> NtStatus {
    let (iosb, offset) = (m.iosbs[0], ByteOffset::At(0));
    let read = Request { event, apc_context: true, iosb: Some(iosb), length: 8, offset, ..Request::of(file) };
    let read = m.k.issue(m.threads[0], IoService::Read, read);
    let thread = m.threads[0];
    m.k.start(thread, read);
    m.k.run(thread);
    if !synchronous {
        assert_eq!(m.k.collect(thread), Some(Returned::status(NtStatus::PENDING)));
    }
    let (device, information) = (m.devices[0], 5);
    let dpc = m.k[device].thread;
    m.k.start(dpc, DeviceCompletes::Unlink { iosb, device, status: answer, information });
    m.settle();
    m.k.run(thread);
    m.k.collect(thread).map_or(NtStatus::PENDING, |returned| returned.status)
}

const ANSWERS: [NtStatus; 4] =
    [NtStatus::SUCCESS, NtStatus::DEVICE_BUSY, NtStatus::UNSUCCESSFUL, NtStatus::END_OF_FILE];

#[test]
fn c_05_a_synchronous_read_returns_the_final_status_and_writes_no_block_for_an_error() {
    for answer in ANSWERS {
        let mut m = machine();
        let (file, _) = open_device(&mut m, true);
        assert_eq!(read_and_answer(&mut m, file, Handle::NULL, true, answer), answer);
        let written = (!answer.is_error()).then_some(answer);
        assert_eq!(m.k[m.iosbs[0]].status, written, "{answer}");
    }
}

#[test]
fn c_06_c_09_c_10_an_asynchronous_read_that_was_pended_reports_everything() {
    for answer in ANSWERS {
        for with_event in [false, true] {
            let mut m = machine();
            let (file, object) = open_device(&mut m, false);
            let set = NtCreateEvent::Create {
                access: MAXIMUM_ALLOWED,
                attributes: ObjectAttributes::UNNAMED,
                manual_reset: true,
                signaled: true,
            };
            let signal = call(&mut m, set).value.handle();
            let event_object = m.object(signal);
            let attributes = ObjectAttributes::UNNAMED;
            let port = call(
                &mut m,
                NtCreateIoCompletion::Create { access: MAXIMUM_ALLOWED, attributes, concurrency: 0 },
            )
            .value
            .handle();
            call(&mut m, NtSetInformationFile::of(file, port, 123));
            let event = if with_event { signal } else { Handle::NULL };
            let (iosb, offset) = (m.iosbs[0], ByteOffset::At(0));
            let read = Request { event, apc_context: true, length: 8, offset, ..Request::of(file) };
            let read = m.issue(0, IoService::Read, Request { iosb: Some(iosb), ..read });
            assert_eq!(read.map(|returned| returned.status), Some(NtStatus::PENDING));
            assert_eq!(m.k.is_signaled(event_object), !with_event, "C-06: the event was reset");
            assert!(!m.k.is_signaled(object), "C-06: the file object was reset");
            let (device, information) = (m.devices[0], 5);
            let dpc = m.k[device].thread;
            m.k.start(dpc, DeviceCompletes::Unlink { iosb, device, status: answer, information });
            m.settle();
            assert!(m.k.is_signaled(event_object), "C-09: {answer}");
            if with_event {
                assert!(!m.k.is_signaled(object), "C-10: the file object is not signalled beside an event");
            }
            let removed = call(&mut m, NtRemoveIoCompletion::of(port, Timeout::Zero));
            assert_eq!(removed.status, NtStatus::SUCCESS, "C-09: a packet, {answer}");
            assert_eq!((m.k[iosb].status, m.k[iosb].information), (Some(answer), 5), "C-09");
        }
    }
}

#[test]
fn c_10_without_event_and_port_the_file_object_is_signalled() {
    let mut m = machine();
    let (file, object) = open_device(&mut m, false);
    read_and_answer(&mut m, file, Handle::NULL, false, NtStatus::SUCCESS);
    assert!(m.k.is_signaled(object));
}

#[test]
fn om_collision_below_a_device() {
    let mut m = machine();
    let below = m.named(r"\??\serial0\mutant");
    assert_eq!(status(&mut m, event(below)), NtStatus::OBJECT_PATH_NOT_FOUND);
}

#[test]
fn om_link_to_the_devices() {
    let mut m = machine();
    let attributes = m.named(r"\BaseNamedObjects\link");
    let link_target = m.k.path(r"\DosDevices");
    let link = NtCreateSymbolicLinkObject::Create { access: MAXIMUM_ALLOWED, attributes, link_target };
    assert_eq!(status(&mut m, link), NtStatus::SUCCESS);
    let through = m.named(r"\BaseNamedObjects\link\serial0");
    let open =
        CreateFile { attributes: through, access: Access(0x8000_0000), options: OpenOptions::default() };
    assert_eq!(status(&mut m, NtCreateFile::of(open)), NtStatus::SUCCESS);
}

/// The waiter goes on when the last who acquired the lock has released it; nobody acquires it from then on.
#[test]
fn c_04_a_remove_lock_refuses_after_the_wait_began() {
    crate::story::model_holds_on(
        Version::Win11,
        r#"expect RemoveLockRelease2
driver guarded
  removelock rundown
  dispatch IRP_MJ_READ
    entered = IoAcquireRemoveLock(rundown)
    IoCompleteRequest(irp, entered)
    if entered == STATUS_SUCCESS
      return STATUS_SUCCESS
    return STATUS_DELETE_PENDING
  dispatch IRP_MJ_WRITE
    IoReleaseRemoveLock(rundown)
    IoCompleteRequest(irp, STATUS_SUCCESS)
    return STATUS_SUCCESS
  worker Remove
    IoAcquireRemoveLock(rundown)
    IoReleaseRemoveLockAndWait(rundown)
device dev driver=guarded
process first
  thread one
    a = NtCreateFile("\??\dev", GENERIC_READ, FILE_SYNCHRONOUS_IO_NONALERT)
    NtReadFile(a, 1)    -> STATUS_SUCCESS
environment
  device dev calls Remove
process second
  thread two
    b = NtCreateFile("\??\dev", GENERIC_READ | GENERIC_WRITE, FILE_SYNCHRONOUS_IO_NONALERT)
    NtReadFile(b, 1)    -> STATUS_DELETE_PENDING
    NtWriteFile(b, 1)   -> STATUS_SUCCESS
    NtReadFile(b, 1)    -> STATUS_DELETE_PENDING
"#,
    );
}
