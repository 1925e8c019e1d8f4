//! Family R: HandleCount and PointerCount, as the ReactOS kernel tests assert them.
//!
//! The counts are those that NtQueryObject reports before Windows 8: the query's own reference is among them.
//!
//! | id | public source (reactos/reactos, modules/rostests/kmtests/ntos_ob) |
//! | --- | --- |
//! | R-01 | ObReference.c, unnamed object |
//! | R-02 | ObReference.c, named and permanent objects |
//! | R-03 | ObReference.c, references by handle, by pointer, by name |
//! | R-08 | ObHandle.c, the table of values to close |
//! | R-09 | ObType.c (counts; the types of the model stand for the test's own) |
//! | R-10 | modules/rostests/win32, Test_References: a name lives as long as handles (on events; there on window stations) |
//! | ObInsert | ObInsert.c: the errors of an insertion |
//! | ObTypes | ObTypes.c: the table of types |

use sim_core::drivers::DriverKind;
use sim_core::io::open_options::OpenOptions;
use sim_core::nt::close::NtClose;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::create_object::{NtCreateDirectoryObject, NtCreateEvent};
use sim_core::nt::open_object::{NtOpenDirectoryObject, NtOpenEvent};
use sim_core::nt::permanence::NtSetPermanence;
use sim_core::ob::attributes::{OBJ_CASE_INSENSITIVE, OBJ_PERMANENT, ObjectAttributes};
use sim_core::ob::header::Object;
use sim_core::ob::open::{MAXIMUM_ALLOWED, ObReferenceObjectByName};
use sim_core::ob::pointer::ObOpenObjectByPointer;
use sim_core::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use sim_core::ob::types::ObjectType;
use sim_core::profile::{Profile, Version};
use sim_core::{Access, Handle, Id, NtStatus};
use sim_tests::Machine;

/// What NtQueryObject(ObjectBasicInformation) reports as (PointerCount, HandleCount): it references the object by its
/// handle, reads the header and lets the object go.
pub(crate) fn query(m: &mut Machine, handle: Handle) -> (u32, u32) {
    let object = by_handle(m, handle);
    let counts = (m.k[object].pointer_count, m.k[object].handle_count);
    dereference(m, object);
    counts
}

fn by_handle(m: &mut Machine, handle: Handle) -> Id<Object> {
    let (process, access, purpose) = (m.processes[0], Access(0), Purpose::Pointer);
    let by_handle = ObReferenceObjectByHandle::LockEntry { process, handle, wanted: None, access, purpose };
    let returned = m.call(0, by_handle).unwrap();
    assert_eq!(returned.status, NtStatus::SUCCESS);
    m.object(handle)
}

/// ObDereferenceObject; returns the count after it.
fn dereference(m: &mut Machine, object: Id<Object>) -> u32 {
    m.call(0, ObDereferenceObject::Drop { object, purpose: Purpose::Pointer });
    m.k[object].pointer_count
}

fn status(m: &mut Machine, service: impl Into<sim_core::frame::Frame>) -> NtStatus {
    m.call(0, service).unwrap().status
}

/// A new directory, its handle and its object, which is watched.
fn directory(m: &mut Machine, attributes: ObjectAttributes) -> (Handle, Id<Object>) {
    let returned =
        m.call(0, NtCreateDirectoryObject::Create { access: MAXIMUM_ALLOWED, attributes }).unwrap();
    assert_eq!(returned.status, NtStatus::SUCCESS);
    let handle = returned.value.handle();
    let object = m.object(handle);
    m.k.watch(object);
    (handle, object)
}

fn event(attributes: ObjectAttributes) -> NtCreateEvent {
    NtCreateEvent::Create { access: MAXIMUM_ALLOWED, attributes, manual_reset: true, signaled: false }
}

const FLAGS: [u16; 4] = [0, OBJ_CASE_INSENSITIVE, OBJ_PERMANENT, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT];
const PATH: &str = r"\BaseNamedObjects\ObReference";

#[test]
fn r_01_an_unnamed_object_with_one_handle_reads_2_and_1() {
    for flags in FLAGS {
        let mut m = Machine::new(Profile::default());
        let attributes = ObjectAttributes { flags, ..ObjectAttributes::UNNAMED };
        let (handle, object) = directory(&mut m, attributes);
        assert_eq!(query(&mut m, handle), (2, 1), "attributes {flags:#x}");
        // Without a name, permanent means nothing.
        m.call(0, NtClose::of(handle));
        assert!(m.k[object].deleted, "attributes {flags:#x}");
    }
}

#[test]
fn r_02_a_named_object_with_one_handle_reads_3_and_1() {
    for flags in FLAGS {
        let mut m = Machine::new(Profile::default());
        let attributes = ObjectAttributes { flags, ..m.named(PATH) };
        let (handle, object) = directory(&mut m, attributes);
        assert_eq!(query(&mut m, handle), (3, 1), "attributes {flags:#x}");
        for _ in 0..2 {
            assert_eq!(status(&mut m, NtSetPermanence::temporary(handle)), NtStatus::SUCCESS);
            assert_eq!(query(&mut m, handle), (3, 1), "attributes {flags:#x}");
        }
        m.call(0, NtClose::of(handle));
        assert!(m.k[object].deleted, "temporary now: {flags:#x}");
    }
}

#[test]
fn r_03_each_reference_adds_one_and_each_dereference_takes_one() {
    for (named, a) in [(false, 0), (true, 1)] {
        let mut m = Machine::new(Profile::default());
        let attributes = if named { m.named(PATH) } else { ObjectAttributes::UNNAMED };
        let (handle, object) = directory(&mut m, attributes);
        for reads in [3 + a, 4 + a] {
            by_handle(&mut m, handle);
            assert_eq!(query(&mut m, handle), (reads, 1));
        }
        for returns in [4 + a, 5 + a] {
            assert_eq!(m.k.reference_pointer(object), returns);
            assert_eq!(query(&mut m, handle), (returns + 1, 1));
        }
        for reads in [7 + a, 8 + a] {
            m.k.reference_by_pointer(object, ObjectType::Directory).unwrap();
            assert_eq!(query(&mut m, handle), (reads, 1));
        }
        for returns in [6 + a, 5 + a, 4 + a, 3 + a] {
            assert_eq!(dereference(&mut m, object), returns);
            assert_eq!(query(&mut m, handle), (returns + 1, 1));
        }
        // By name, also in other letter case: directories are looked up without regard to it.
        for (path, reads) in [(PATH, 5 + a), (&*PATH.to_uppercase(), 6 + a)].into_iter().filter(|_| named) {
            let attributes = m.named(path);
            let by_name = ObReferenceObjectByName::Start { attributes, wanted: ObjectType::Directory };
            assert_eq!(status(&mut m, by_name), NtStatus::SUCCESS);
            assert_eq!(query(&mut m, handle), (reads, 1));
        }
        for _ in 0..if named { 4 } else { 2 } {
            dereference(&mut m, object);
        }
        assert_eq!(query(&mut m, handle), (2 + a, 1));
        assert_eq!(m.k.broken_invariant(), None);
    }
}

#[test]
fn r_08_values_that_name_no_handle() {
    for (version, pseudo) in [(Version::Win7, NtStatus::INVALID_HANDLE), (Version::Win10, NtStatus::SUCCESS)]
    {
        let mut m = Machine::new(Profile::of(version));
        for value in [0, 0x8000_0000, 0x7FFF_FFFF, 123 | 0x8000_0000, 123] {
            assert_eq!(status(&mut m, NtClose::of(Handle(value))), NtStatus::INVALID_HANDLE, "{value:#x}");
        }
        assert_eq!(status(&mut m, NtClose::of(Handle::CURRENT_PROCESS)), pseudo);
    }
}

#[test]
fn r_09_a_named_child_holds_its_directory() {
    let mut m = Machine::new(Profile::default());
    let attributes = ObjectAttributes { flags: OBJ_PERMANENT, ..m.named(r"\ObtDirectory") };
    let (directory, object) = directory(&mut m, attributes);
    assert_eq!(query(&mut m, directory), (3, 1));
    let mut children = Vec::new();
    for (name, reads) in [("one", 4), ("two", 5)] {
        let name = Some(m.k.path(name));
        let child = m.call(0, event(ObjectAttributes { root: directory, name, flags: 0 })).unwrap();
        children.push(child.value.handle());
        assert_eq!(query(&mut m, child.value.handle()), (3, 1));
        assert_eq!(query(&mut m, directory), (reads, 1), "the child holds its directory, without a handle");
    }
    let child = m.object(children[0]);
    m.k.reference_pointer(child);
    assert_eq!(query(&mut m, children[0]), (4, 1));
    assert_eq!(dereference(&mut m, child), 2);
    assert_eq!(query(&mut m, children[0]), (3, 1));
    for child in children {
        m.call(0, NtClose::of(child));
    }
    assert_eq!(query(&mut m, directory), (3, 1));
    assert_eq!(status(&mut m, NtSetPermanence::temporary(directory)), NtStatus::SUCCESS);
    assert_eq!(query(&mut m, directory), (3, 1));
    m.call(0, NtClose::of(directory));
    assert!(m.k[object].deleted);
}

#[test]
fn r_10_a_name_lives_as_long_as_handles_and_the_object_as_long_as_references() {
    let mut m = Machine::new(Profile::default());
    let attributes = m.named(r"\BaseNamedObjects\station");
    let first = m.call(0, event(attributes)).unwrap().value.handle();
    let object = m.object(first);
    let open = NtOpenEvent::Open { attributes, access: MAXIMUM_ALLOWED };
    let second = m.call(0, open).unwrap().value.handle();
    assert_eq!(query(&mut m, first), (4, 2));
    m.call(0, NtClose::of(second));
    assert_eq!(query(&mut m, first), (3, 1));
    m.k.reference_pointer(object);
    m.call(0, NtClose::of(first));
    assert_eq!((m.k[object].pointer_count, m.k[object].handle_count), (1, 0));
    assert_eq!(status(&mut m, open), NtStatus::OBJECT_NAME_NOT_FOUND);
    // An event without a name comes back by pointer; a name does not.
    let again = ObOpenObjectByPointer::Start { object, wanted: ObjectType::Event, access: Access(2) };
    let again = m.call(0, again).unwrap().value.handle();
    assert_eq!(query(&mut m, again), (3, 1));
    assert_eq!(status(&mut m, open), NtStatus::OBJECT_NAME_NOT_FOUND);
    m.call(0, NtClose::of(again));
    m.k.watch(object);
    dereference(&mut m, object);
    assert!(m.k[object].deleted);
}

#[test]
fn ob_insert_refuses_malformed_names_and_frees_the_object() {
    let cases = [
        (r"\missing\name", NtStatus::OBJECT_PATH_NOT_FOUND),
        (r"\BaseNamedObjects\missing\name", NtStatus::OBJECT_PATH_NOT_FOUND),
        (r"\BaseNamedObjects\", NtStatus::OBJECT_NAME_INVALID),
        (r"\\BaseNamedObjects", NtStatus::OBJECT_NAME_INVALID),
        (r"\BaseNamedObjects\\name", NtStatus::OBJECT_NAME_INVALID),
        ("name", NtStatus::OBJECT_PATH_SYNTAX_BAD),
    ];
    for (path, expected) in cases {
        let mut m = Machine::new(Profile::default());
        let attributes = m.named(path);
        m.k.forget();
        let before = m.k.clone();
        assert_eq!(status(&mut m, event(attributes)), expected, "{path}");
        m.k.collect(m.threads[0]);
        assert!(m.k == before, "{path}: the object was freed and nothing else changed");
    }
    let mut m = Machine::new(Profile::default());
    let attributes = m.named(r"\BaseNamedObjects\name");
    let handle = m.call(0, event(attributes)).unwrap().value.handle();
    let object = m.object(handle);
    assert_eq!((m.k[object].pointer_count, m.k[object].handle_count), (2, 1), "raw: handle and name");
}

#[test]
fn ob_types_have_the_masks_of_server_2003() {
    let rows = [
        (ObjectType::File, true, 0x130, 0x1F_01FF),
        (ObjectType::IoCompletion, false, 0x110, 0x1F_0003),
        (ObjectType::Device, false, 0x100, 0x1F_01FF),
        (ObjectType::Driver, false, 0x100, 0x1F_01FF),
        (ObjectType::Section, false, 0x100, 0x1F_001F),
        (ObjectType::Process, false, 0x0B0, 0x1F_0FFF),
        (ObjectType::Thread, false, 0x0B0, 0x1F_03FF),
        (ObjectType::Event, false, 0x100, 0x1F_0003),
        (ObjectType::Token, false, 0x100, 0x1F_01FF),
        (ObjectType::Directory, false, 0x100, 0x0F_000F),
        (ObjectType::SymbolicLink, false, 0x100, 0x0F_0001),
    ];
    for (object_type, counts_handles, invalid, access) in rows {
        let rules = object_type.rules();
        let found = (rules.maintains_handle_count, rules.invalid_attributes, rules.valid_access.0);
        assert_eq!(found, (counts_handles, invalid, access), "{object_type:?}");
    }
}

/// A path lookup holds each directory on its way and lets it go (counts before and after are the same).
#[test]
fn a_lookup_leaves_no_reference_behind() {
    let mut m = Machine::new(Profile::default());
    m.k.create_device("lpt0", DriverKind::Serial);
    let before: Vec<u32> = m.k.all::<Object>().map(|(_, object)| object.pointer_count).collect();
    for path in [r"\??\lpt0", r"\DosDevices\LPT0", r"\GLOBAL??\lpt0", r"\Device\lpt0"] {
        let attributes = m.named(path);
        let open = CreateFile { attributes, access: Access(0x8000_0000), options: OpenOptions::default() };
        let file = m.call(0, NtCreateFile::of(open)).unwrap();
        assert_eq!(file.status, NtStatus::SUCCESS, "{path}");
        m.call(0, NtClose::of(file.value.handle()));
        let open = NtOpenDirectoryObject::Open { attributes, access: MAXIMUM_ALLOWED };
        assert_eq!(status(&mut m, open), NtStatus::OBJECT_TYPE_MISMATCH, "{path}");
        let after: Vec<u32> = m.k.all::<Object>().map(|(_, object)| object.pointer_count).collect();
        assert_eq!(after, before, "{path}");
    }
}
