//! Family C: creates, closes and how a status reaches the program; and the names of family F.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | C-01 | dlls/ntoskrnl.exe/tests/ntoskrnl.c, test_file_handles |
//! | C-02 | dlls/ntoskrnl.exe/tests/driver.c, test_ob_reference |
//! | C-03 | dlls/ntoskrnl.exe/tests/driver.c, test_permanence |
//! | C-05, C-06, C-09, C-10 | dlls/ntoskrnl.exe/tests/ntoskrnl.c, do_return_status: the rows in which the driver pends |
//! | F-15 | dlls/ntdll/tests/om.c, test_query_object: the totals; see family R |
//! | F-18 | dlls/ntdll/tests/sync.c, test_event: names |
//! | om-case | dlls/ntdll/tests/om.c, test_case_sensitive |
//! | om-collision | dlls/ntdll/tests/om.c, test_name_collisions |
//! | om-directory | dlls/ntdll/tests/om.c, test_directory, test_name_limits |
//! | om-link | dlls/ntdll/tests/om.c, test_symboliclink |

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
use sim_core::nt::open_object::{
    NtOpenDirectoryObject, NtOpenEvent, NtOpenIoCompletion, NtOpenSymbolicLinkObject,
};
use sim_core::nt::permanence::NtSetPermanence;
use sim_core::nt::remove_completion::NtRemoveIoCompletion;
use sim_core::nt::wait::Timeout;
use sim_core::ob::attributes::{OBJ_CASE_INSENSITIVE, OBJ_OPENIF, OBJ_PERMANENT, ObjectAttributes};
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
fn f_18_a_named_event_keeps_its_state_while_any_handle_is_open() {
    let mut m = machine();
    let attributes = ObjectAttributes { flags: OBJ_OPENIF, ..m.named(r"\BaseNamedObjects\state") };
    let set =
        NtCreateEvent::Create { access: MAXIMUM_ALLOWED, attributes, manual_reset: true, signaled: true };
    let first = call(&mut m, set);
    let second = call(&mut m, event(attributes));
    call(&mut m, NtClose::of(first.value.handle()));
    let object = m.object(second.value.handle());
    assert!(m.k.is_signaled(object), "the second create has opened the first event");
    call(&mut m, NtClose::of(second.value.handle()));
    let fresh = call(&mut m, event(attributes));
    assert_eq!(fresh.status, NtStatus::SUCCESS);
    let object = m.object(fresh.value.handle());
    assert!(!m.k.is_signaled(object));
}

/// The test's mutant is a completion port here: any other type than an event does.
#[test]
fn om_case_names_of_events_are_case_sensitive_unless_asked_otherwise() {
    let mut m = machine();
    let (lower, mixed, other) = (
        m.named(r"\BaseNamedObjects\test"),
        m.named(r"\BaseNamedObjects\Test"),
        ObjectAttributes { flags: OBJ_CASE_INSENSITIVE, ..m.named(r"\BaseNamedObjects\TEst") },
    );
    let port = call(
        &mut m,
        NtCreateIoCompletion::Create { access: MAXIMUM_ALLOWED, attributes: lower, concurrency: 0 },
    );
    assert_eq!(status(&mut m, event(lower)), NtStatus::OBJECT_TYPE_MISMATCH);
    let created = call(&mut m, event(mixed));
    assert_eq!(created.status, NtStatus::SUCCESS);
    call(&mut m, NtClose::of(port.value.handle()));
    let open = NtOpenIoCompletion::Open { attributes: other, access: MAXIMUM_ALLOWED };
    assert_eq!(status(&mut m, open), NtStatus::OBJECT_TYPE_MISMATCH);
    let shouted = m.named(r"\BASENamedObjects\test");
    let any_case = ObjectAttributes { flags: OBJ_CASE_INSENSITIVE, ..shouted };
    let port =
        |attributes| NtCreateIoCompletion::Create { access: MAXIMUM_ALLOWED, attributes, concurrency: 0 };
    assert_eq!(status(&mut m, port(any_case)), NtStatus::OBJECT_TYPE_MISMATCH);
    assert_eq!(status(&mut m, event(any_case)), NtStatus::OBJECT_NAME_COLLISION);
    assert_eq!(status(&mut m, port(shouted)), NtStatus::OBJECT_PATH_NOT_FOUND);
}

#[test]
fn om_collision_before_vista_another_type_is_a_collision() {
    let expected =
        [(Version::Xp, NtStatus::OBJECT_NAME_COLLISION), (Version::Win7, NtStatus::OBJECT_TYPE_MISMATCH)];
    for (version, expected) in expected {
        let mut m = Machine::new(Profile::of(version));
        let attributes = m.named(r"\BaseNamedObjects\test");
        call(&mut m, NtCreateIoCompletion::Create { access: MAXIMUM_ALLOWED, attributes, concurrency: 0 });
        assert_eq!(status(&mut m, event(attributes)), expected);
        let open_if = ObjectAttributes { flags: OBJ_OPENIF, ..attributes };
        assert_eq!(status(&mut m, event(open_if)), NtStatus::OBJECT_TYPE_MISMATCH);
    }
}

#[test]
fn om_collision_with_the_root_directory_and_below_a_device() {
    let mut m = machine();
    let root = m.named(r"\");
    let open_if = ObjectAttributes { flags: OBJ_OPENIF, ..root };
    let create = |attributes| NtCreateDirectoryObject::Create { access: MAXIMUM_ALLOWED, attributes };
    assert_eq!(status(&mut m, create(root)), NtStatus::OBJECT_NAME_COLLISION);
    assert_eq!(status(&mut m, create(open_if)), NtStatus::OBJECT_NAME_EXISTS);
    assert_eq!(status(&mut m, event(open_if)), NtStatus::OBJECT_TYPE_MISMATCH);
    let link_target = m.k.path("anywhere");
    let link = NtCreateSymbolicLinkObject::Create { access: MAXIMUM_ALLOWED, attributes: root, link_target };
    assert_eq!(status(&mut m, link), NtStatus::OBJECT_TYPE_MISMATCH);
    let below = m.named(r"\??\serial0\mutant");
    assert_eq!(status(&mut m, event(below)), NtStatus::OBJECT_PATH_NOT_FOUND);
}

/// Creates and opens a directory of that name; both statuses.
fn create_and_open(m: &mut Machine, root: Handle, name: &str) -> (NtStatus, NtStatus) {
    let attributes = ObjectAttributes { root, ..m.named(name) };
    let created = call(m, NtCreateDirectoryObject::Create { access: MAXIMUM_ALLOWED, attributes });
    let open = NtOpenDirectoryObject::Open { attributes, access: MAXIMUM_ALLOWED };
    let opened = call(m, open);
    for returned in [created, opened].iter().filter(|returned| returned.status.is_success()) {
        call(m, NtClose::of(returned.value.handle()));
    }
    (created.status, opened.status)
}

#[test]
fn om_directory_names_that_are_not_well_formed() {
    let mut m = machine();
    let both = |status| (status, status);
    let rows = [
        ("BaseNamedObjects", both(NtStatus::OBJECT_PATH_SYNTAX_BAD)),
        (r"\BaseNamedObjects\", both(NtStatus::OBJECT_NAME_INVALID)),
        (r"\\BaseNamedObjects", both(NtStatus::OBJECT_NAME_INVALID)),
        (r"\BaseNamedObjects\\om.c-test", both(NtStatus::OBJECT_NAME_INVALID)),
        (r"\BaseNamedObjects\om.c-test\", both(NtStatus::OBJECT_PATH_NOT_FOUND)),
        (r"\BaseNamedObjects\om.c-test", both(NtStatus::SUCCESS)),
        (r"\BaseNamedObjects\Local\om.c-test", both(NtStatus::SUCCESS)),
        ("", (NtStatus::SUCCESS, NtStatus::OBJECT_PATH_SYNTAX_BAD)),
    ];
    for (name, expected) in rows {
        assert_eq!(create_and_open(&mut m, Handle::NULL, name), expected, "{name}");
    }
    let attributes = m.named(r"\BaseNamedObjects");
    let open = NtOpenDirectoryObject::Open { attributes, access: MAXIMUM_ALLOWED };
    let dir = call(&mut m, open).value.handle();
    let rows = [
        ("", both(NtStatus::SUCCESS)),
        (r"\", both(NtStatus::OBJECT_PATH_SYNTAX_BAD)),
        (r"\om.c-test", both(NtStatus::OBJECT_PATH_SYNTAX_BAD)),
        (r"om.c-test\", both(NtStatus::OBJECT_PATH_NOT_FOUND)),
        (r"om.c\-test", both(NtStatus::OBJECT_PATH_NOT_FOUND)),
        ("om.c-test", both(NtStatus::SUCCESS)),
    ];
    for (name, expected) in rows {
        assert_eq!(create_and_open(&mut m, dir, name), expected, "below a directory: {name}");
    }
    let unnamed = ObjectAttributes { root: dir, ..ObjectAttributes::UNNAMED };
    let open = NtOpenDirectoryObject::Open { attributes: unnamed, access: MAXIMUM_ALLOWED };
    assert_eq!(status(&mut m, open), NtStatus::OBJECT_NAME_INVALID);
}

#[test]
fn om_directory_only_directories_are_roots() {
    for (version, no_root) in
        [(Version::Xp, NtStatus::INVALID_HANDLE), (Version::Win11, NtStatus::OBJECT_TYPE_MISMATCH)]
    {
        let mut m = Machine::new(Profile::of(version));
        let attributes = m.named(r"\BaseNamedObjects\Local");
        let open = NtOpenSymbolicLinkObject::Open { attributes, access: MAXIMUM_ALLOWED };
        let link = call(&mut m, open).value.handle();
        let root = |root, name| ObjectAttributes { root, name: Some(name), flags: 0 };
        let (name, empty) = (m.k.path("one more level"), m.k.path(""));
        let create =
            NtCreateDirectoryObject::Create { access: MAXIMUM_ALLOWED, attributes: root(link, name) };
        assert_eq!(status(&mut m, create), NtStatus::OBJECT_TYPE_MISMATCH);
        let itself = root(link, empty);
        let open = NtOpenSymbolicLinkObject::Open { attributes: itself, access: MAXIMUM_ALLOWED };
        assert_eq!(status(&mut m, open), NtStatus::SUCCESS);
        let event_handle = call(&mut m, event(ObjectAttributes::UNNAMED)).value.handle();
        let below_event = root(event_handle, empty);
        let open = NtOpenEvent::Open { attributes: below_event, access: MAXIMUM_ALLOWED };
        assert_eq!(status(&mut m, open), no_root, "{version:?}");
        let stale = root(Handle(0x00BA_D000), name);
        assert_eq!(status(&mut m, event(stale)), NtStatus::INVALID_HANDLE);
        let unnamed = root(Handle(0x00BA_D000), empty);
        assert_eq!(status(&mut m, event(unnamed)), NtStatus::SUCCESS, "an empty name needs no root");
    }
}

#[test]
fn om_link_targets() {
    let mut m = machine();
    let attributes = m.named(r"\BaseNamedObjects\link");
    let link =
        |link_target| NtCreateSymbolicLinkObject::Create { access: MAXIMUM_ALLOWED, attributes, link_target };
    let (empty, nowhere, devices) = (m.k.path(""), m.k.path("->Somewhere"), m.k.path(r"\DosDevices"));
    assert_eq!(status(&mut m, link(empty)), NtStatus::INVALID_PARAMETER);
    let dangling = call(&mut m, link(nowhere));
    assert_eq!(dangling.status, NtStatus::SUCCESS, "a target need not exist");
    assert_eq!(status(&mut m, event(attributes)), NtStatus::OBJECT_NAME_NOT_FOUND);
    assert_eq!(status(&mut m, link(devices)), NtStatus::OBJECT_NAME_COLLISION);
    call(&mut m, NtClose::of(dangling.value.handle()));
    assert_eq!(status(&mut m, link(devices)), NtStatus::SUCCESS);
    let through = m.named(r"\BaseNamedObjects\link\serial0");
    let open =
        CreateFile { attributes: through, access: Access(0x8000_0000), options: OpenOptions::default() };
    assert_eq!(status(&mut m, NtCreateFile::of(open)), NtStatus::SUCCESS);
}
