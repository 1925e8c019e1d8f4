//! Types of a driver's own and their procedures, from family R.
//!
//! | id | public source |
//! | --- | --- |
//! | R-09 | ReactOS kernel test ntos_ob/ObType.c: a type of the test's own, its procedures, its objects in a directory |
//! | R-10 | ReactOS modules/rostests/win32, Test_References: window stations and desktops |
//! | ObTypes | ReactOS kernel test ntos_ob/ObTypes.c |

use sim_core::frame::{Frame, Returned};
use sim_core::nt::close::NtClose;
use sim_core::nt::create_object::NtCreateDirectoryObject;
use sim_core::nt::permanence::NtSetPermanence;
use sim_core::ob::attributes::{OBJ_EXCLUSIVE, OBJ_PERMANENT, ObjectAttributes};
use sim_core::ob::close::{ObpCloseHandle, ObpDecrementHandleCount};
use sim_core::ob::create::ObpIncrementHandleCount;
use sim_core::ob::delete::ObpDeleteObject;
use sim_core::ob::header::Object;
use sim_core::ob::insert::ObInsertObject;
use sim_core::ob::open::{MAXIMUM_ALLOWED, ObOpenObjectByName, ObReferenceObjectByName};
use sim_core::ob::reference::{ObDereferenceObject, Purpose};
use sim_core::ob::registered::DriverType;
use sim_core::ob::types::{ObjectType, TypeRules};
use sim_core::profile::{Profile, Version};
use sim_core::ps::schedule::Step;
use sim_core::{Access, Handle, Id, NtStatus};
use sim_tests::Machine;

use crate::r::query;

/// What a window station and a desktop ask of the object manager.
const STATION: TypeRules = TypeRules {
    has_open_procedure: true,
    has_okay_to_close_procedure: true,
    has_close_procedure: true,
    has_delete_procedure: true,
    maintains_handle_count: true,
    valid_access: Access(0x0F_037F),
    invalid_attributes: 0x130,
    case_insensitive: false,
};

/// The procedure that the next step of the main thread runs, with what it is given.
fn procedure(m: &Machine) -> Option<String> {
    Some(match m.k.stack(m.threads[0]).last()? {
        Frame::IncrementHandleCount(ObpIncrementHandleCount::OpenProcedure { reason, .. }) => {
            format!("Open({reason:?})")
        }
        Frame::CloseHandle(ObpCloseHandle::OkayToClose { .. }) => "OkayToClose".to_owned(),
        Frame::DecrementHandleCount(ObpDecrementHandleCount::CloseProcedure {
            process_handles,
            system_handles,
            ..
        }) => format!("Close({process_handles}, {system_handles})"),
        Frame::DeleteNameCheck(_) => "name check".to_owned(),
        Frame::DeleteObject(ObpDeleteObject::Start { .. }) => "Delete".to_owned(),
        _ => return None,
    })
}

/// Makes a call of the main thread; how it ended, and the procedures that ran, each once.
fn observed(m: &mut Machine, service: impl Into<Frame>) -> (Returned, Vec<String>) {
    let thread = m.threads[0];
    m.k.start(thread, service);
    let mut ran: Vec<String> = Vec::new();
    while !m.k.stack(thread).is_empty() {
        ran.extend(procedure(m).filter(|next| ran.last() != Some(next)));
        let choice = m.k.choice(thread).expect("nothing is waited for");
        m.k.take(Step { thread, choice });
    }
    (m.k.collect(thread).expect("it returns"), ran)
}

/// A new object of that type under that name, and its handle.
fn insert(m: &mut Machine, driver_type: DriverType, attributes: ObjectAttributes) -> (Handle, Id<Object>) {
    let object = m.k.create_object(driver_type, attributes).unwrap();
    m.k.watch(object);
    let (returned, ran) = observed(m, ObInsertObject::Start { object, attributes, access: MAXIMUM_ALLOWED });
    assert_eq!((returned.status, ran), (NtStatus::SUCCESS, vec!["Open(Create)".to_owned()]));
    (returned.value.handle(), object)
}

#[test]
fn r_09_a_type_that_counts_handles_needs_a_procedure_that_hears_of_them() {
    let mut m = Machine::new(Profile::default());
    let mute = TypeRules { has_open_procedure: false, has_close_procedure: false, ..STATION };
    assert_eq!(m.k.register_type("ObtMute", mute), Err(NtStatus::INVALID_PARAMETER));
    assert!(m.k.register_type("ObtMute", TypeRules { has_open_procedure: true, ..mute }).is_ok());
    assert_eq!(m.k.register_type("ObtMute", STATION), Err(NtStatus::OBJECT_NAME_COLLISION));
    assert_eq!(m.k.register_type("Event", STATION), Err(NtStatus::OBJECT_NAME_COLLISION));
}

#[test]
fn r_09_a_types_procedures_run_in_their_order() {
    for version in Version::ALL {
        let mut m = Machine::new(Profile::of(*version));
        let kinds = ["ObtOne", "ObtTwo"].map(|name| m.k.register_type(name, STATION).unwrap());
        let paths = [r"\ObtDirectory\one", r"\ObtDirectory\two"].map(|path| m.named(path));
        let attributes = ObjectAttributes { flags: OBJ_PERMANENT, ..m.named(r"\ObtDirectory") };
        let create = NtCreateDirectoryObject::Create { attributes, access: MAXIMUM_ALLOWED };
        let directory = m.call(0, create).unwrap().value.handle();
        // An object that was only created is in no directory.
        let unborn = m.k.create_object(DriverType::Registered(kinds[0]), paths[0]).unwrap();
        assert_eq!((m.k[unborn].pointer_count, m.k[unborn].handle_count), (1, 0));
        assert_eq!(query(&mut m, directory), (3, 1));
        let mut children = Vec::new();
        for (at, reads) in [(0, 4), (1, 5)] {
            let (handle, object) = insert(&mut m, DriverType::Registered(kinds[at]), paths[at]);
            assert_eq!((query(&mut m, handle), query(&mut m, directory)), ((3, 1), (reads, 1)));
            children.push((handle, object));
        }
        let wanted = ObjectType::Opaque;
        let by_name = ObReferenceObjectByName::Start { attributes: paths[0], wanted };
        assert_eq!(observed(&mut m, by_name), (Returned::object(children[0].1), Vec::new()));
        assert_eq!(query(&mut m, children[0].0), (4, 1));
        observed(&mut m, ObDereferenceObject::Drop { object: children[0].1, purpose: Purpose::Pointer });
        for (handle, object) in children {
            let (returned, ran) = observed(&mut m, NtClose::of(handle));
            let order = ["OkayToClose", "Close(1, 1)", "name check", "Delete"];
            assert_eq!((returned.status, ran), (NtStatus::SUCCESS, order.map(str::to_owned).to_vec()));
            assert!(m.k[object].deleted);
        }
        assert_eq!(query(&mut m, directory), (3, 1));
        assert_eq!(m.call(0, NtSetPermanence::temporary(directory)).unwrap().status, NtStatus::SUCCESS);
        assert_eq!(query(&mut m, directory), (3, 1));
    }
}

#[test]
fn r_09_an_object_that_an_open_procedure_hears_of_can_come_back() {
    let mut m = Machine::new(Profile::default());
    let deaf = TypeRules { has_open_procedure: false, ..STATION };
    for (name, rules, expected) in
        [("ObtHearing", STATION, NtStatus::SUCCESS), ("ObtDeaf", deaf, NtStatus::UNSUCCESSFUL)]
    {
        let kind = m.k.register_type(name, rules).unwrap();
        let object = m.k.create_object(DriverType::Registered(kind), ObjectAttributes::UNNAMED).unwrap();
        m.k.reference_pointer(object);
        let (attributes, access) = (ObjectAttributes::UNNAMED, MAXIMUM_ALLOWED);
        let handle = m.call(0, ObInsertObject::Start { object, attributes, access }).unwrap().value.handle();
        m.call(0, NtClose::of(handle));
        let wanted = ObjectType::Opaque;
        let again = sim_core::ob::pointer::ObOpenObjectByPointer::Start { object, wanted, access };
        assert_eq!(m.call(0, again).unwrap().status, expected, "{name}");
    }
}

#[test]
fn r_10_a_stations_name_lives_as_long_as_handles_and_a_desktop_in_use_is_not_closed() {
    let mut m = Machine::new(Profile::default());
    let kind = m.k.register_type("WindowStation", STATION).unwrap();
    let desktops = m.k.register_type("Desktop", TypeRules { valid_access: Access(0x0F_01FF), ..STATION });
    let desktops = desktops.unwrap();
    let attributes = m.named(r"\BaseNamedObjects\station");
    for flags in [OBJ_PERMANENT, OBJ_EXCLUSIVE] {
        let refused =
            m.k.create_object(DriverType::Registered(kind), ObjectAttributes { flags, ..attributes });
        assert_eq!(refused, Err(NtStatus::INVALID_PARAMETER));
    }
    let (first, station) = insert(&mut m, DriverType::Registered(kind), attributes);
    let (wanted, access) = (ObjectType::Opaque, MAXIMUM_ALLOWED);
    let open = ObOpenObjectByName::Start { attributes, wanted, access };
    let second = m.call(0, open).unwrap().value.handle();
    assert_eq!(query(&mut m, first), (4, 2));
    m.call(0, NtClose::of(second));
    assert_eq!(query(&mut m, first), (3, 1));
    // A station that becomes the process's own: one handle more, and one pointer beside that handle's.
    let own = m.call(0, open).unwrap().value.handle();
    m.k.reference_pointer(station);
    assert_eq!(query(&mut m, first), (5, 2));
    // A desktop holds its station, without a handle.
    let (desktop, desktop_object) =
        insert(&mut m, DriverType::Registered(desktops), ObjectAttributes::UNNAMED);
    m.k.reference_pointer(station);
    assert_eq!(query(&mut m, first), (6, 2));
    // CloseHandle on a desktop in use; win32k's own CloseDesktop lets it go first.
    m.k.refuse_close(desktop_object, true);
    let (refused, ran) = observed(&mut m, NtClose::of(desktop));
    assert_eq!((refused.status, ran), (NtStatus::HANDLE_NOT_CLOSABLE, vec!["OkayToClose".to_owned()]));
    assert_eq!(query(&mut m, desktop), (2, 1), "still open");
    // The last handle of the station: the name is gone at once, the station lives on.
    m.call(0, NtClose::of(own));
    m.call(0, NtClose::of(first));
    assert_eq!(m.call(0, open).unwrap().status, NtStatus::OBJECT_NAME_NOT_FOUND);
    assert_eq!((m.k[station].pointer_count, m.k[station].handle_count), (2, 0));
    m.k.refuse_close(desktop_object, false);
    assert_eq!(m.call(0, NtClose::of(desktop)).unwrap().status, NtStatus::SUCCESS);
    for _ in 0..2 {
        m.call(0, ObDereferenceObject::Drop { object: station, purpose: Purpose::Pointer });
    }
    assert!(m.k[station].deleted && m.k[desktop_object].deleted);
}

#[test]
fn ob_types_objects_of_drivers_obey_their_types() {
    let mut m = Machine::new(Profile::default());
    for (driver_type, path) in [(DriverType::Driver, r"\driver"), (DriverType::Token, r"\token")] {
        let attributes = m.named(path);
        let object = m.k.create_object(driver_type, attributes).unwrap();
        m.k.watch(object);
        let insert = ObInsertObject::Start { object, attributes, access: MAXIMUM_ALLOWED };
        let handle = m.call(0, insert).unwrap().value.handle();
        assert_eq!(query(&mut m, handle), (3, 1));
        let (returned, ran) = observed(&mut m, NtClose::of(handle));
        assert_eq!((returned.status, ran), (NtStatus::SUCCESS, vec!["name check".into(), "Delete".into()]));
        let openlink = ObjectAttributes { flags: 0x100, ..attributes };
        assert_eq!(m.k.create_object(driver_type, openlink), Err(NtStatus::INVALID_PARAMETER));
    }
}
