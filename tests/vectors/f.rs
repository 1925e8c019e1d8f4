//! Family F: handles (processes and jobs are in `processes.rs`), as tests that run on real Windows assert them.
//!
//! | id | public source |
//! | --- | --- |
//! | F-01 to F-04, F-06 | Wine kernel32/tests/process.c, test_DuplicateHandle |
//! | F-05 | ReactOS kernel test ntos_ob/ObHandle.c, TestDuplicate; WDK, ZwDuplicateObject |
//! | F-07 | Wine ntdll/tests/om.c, test_duplicate_object |
//! | F-08, F-09 | Wine ntdll/tests/exception.c, test_closehandle |
//! | F-10 | Wine ntdll/tests/om.c, ntdll/tests/exception.c; WDK, ObReferenceObjectByHandle |
//! | ObHandle | ReactOS kernel test ntos_ob/ObHandle.c: kernel handles |

use sim_core::finding::Rule;
use sim_core::frame::{Frame, Returned, Value};
use sim_core::nt::close::NtClose;
use sim_core::nt::create_object::{NtCreateEvent, NtCreateIoCompletion};
use sim_core::nt::duplicate_object::NtDuplicateObject;
use sim_core::nt::event::NtSetEvent;
use sim_core::nt::open_process::NtOpenProcess;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::duplicate::{
    DUPLICATE_CLOSE_SOURCE, DUPLICATE_SAME_ACCESS, DUPLICATE_SAME_ATTRIBUTES, ObDuplicateObject, Wanted,
};
use sim_core::ob::handle_flags::{
    HANDLE_FLAG_INHERIT, HANDLE_FLAG_PROTECT_FROM_CLOSE, NtQueryHandleInformation, NtSetInformationObject,
};
use sim_core::ob::header::Object;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ob::table::{INHERIT, KERNEL_HANDLE};
use sim_core::profile::{Profile, Version};
use sim_core::ps::schedule::Progress;
use sim_core::ps::thread::Mode;
use sim_core::{Access, Handle, Id, NtStatus};
use sim_tests::Machine;

const UNNAMED: ObjectAttributes = ObjectAttributes::UNNAMED;
const EVENT: NtCreateEvent = NtCreateEvent::Create {
    attributes: UNNAMED,
    access: MAXIMUM_ALLOWED,
    manual_reset: true,
    signaled: false,
};
const ALL: Access = Access(0x1F_0003);

pub(crate) fn on_every_version(test: impl Fn(Version, &mut Machine)) {
    Version::ALL.iter().for_each(|version| test(*version, &mut Machine::new(Profile::of(*version))));
}

pub(crate) fn call(m: &mut Machine, service: impl Into<Frame>) -> Returned {
    m.call(0, service).expect("the call returns")
}

pub(crate) fn status(m: &mut Machine, service: impl Into<Frame>) -> NtStatus {
    call(m, service).status
}

pub(crate) fn event(m: &mut Machine) -> Handle {
    call(m, EVENT).value.handle()
}

pub(crate) fn duplicate(m: &mut Machine, handle: Handle, wanted: Wanted) -> Returned {
    let own = m.processes[0];
    call(m, ObDuplicateObject::Reference { source: own, handle, target: Some(own), wanted })
}

pub(crate) fn set(m: &mut Machine, handle: Handle, flags: u8) {
    let set = NtSetInformationObject::Set { handle, mask: 3, flags };
    assert_eq!(status(m, set), NtStatus::SUCCESS);
}

pub(crate) fn flags(m: &mut Machine, handle: Handle) -> u32 {
    call(m, NtQueryHandleInformation::Reference { handle }).value.number()
}

pub(crate) fn object(m: &Machine, process: usize, handle: Handle) -> Option<Id<Object>> {
    m.k.entry(m.processes[process], handle).and_then(|entry| entry.object)
}

#[test]
fn f_01_a_duplicate_of_the_pseudo_handle_is_a_real_handle() {
    on_every_version(|version, m| {
        for attributes in [0, INHERIT] {
            let wanted = Wanted::same_access(attributes, true);
            let made = duplicate(m, Handle::CURRENT_PROCESS, wanted);
            assert_eq!(made.status, NtStatus::SUCCESS, "{version:?}");
            let handle = made.value.handle();
            assert!(!handle.is_negative());
            let expected = if attributes == INHERIT { u32::from(HANDLE_FLAG_INHERIT) } else { 0 };
            assert_eq!(flags(m, handle), expected, "{version:?}");
            assert_eq!(object(m, 0, handle), Some(m.k[m.processes[0]].object));
        }
    });
}

#[test]
fn f_02_a_plain_duplicate_is_another_value_and_both_can_be_used() {
    on_every_version(|_, m| {
        let first = event(m);
        let second = duplicate(m, first, Wanted::same_access(0, false)).value.handle();
        assert_ne!(first, second);
        for handle in [first, second] {
            assert_eq!(status(m, NtSetEvent::of(handle, true)), NtStatus::SUCCESS);
        }
    });
}

#[test]
fn f_03_closing_the_source_gives_its_value_to_the_duplicate() {
    on_every_version(|_, m| {
        for attributes in [0, INHERIT] {
            let source = event(m);
            set(m, source, HANDLE_FLAG_INHERIT);
            let made = duplicate(m, source, Wanted::same_access(attributes, true));
            assert_eq!((made.status, made.value.handle()), (NtStatus::SUCCESS, source));
            // Flags follow what is asked for, not the source.
            assert_eq!(flags(m, source) == 1, attributes == INHERIT);
        }
    });
}

#[test]
fn f_04_a_protected_source_stays_open_and_protection_is_not_copied() {
    on_every_version(|_, m| {
        for (attributes, expected) in [(0, 0), (INHERIT, u32::from(HANDLE_FLAG_INHERIT))] {
            let source = event(m);
            set(m, source, HANDLE_FLAG_PROTECT_FROM_CLOSE);
            let made = duplicate(m, source, Wanted::same_access(attributes, true));
            assert_eq!(made.status, NtStatus::SUCCESS);
            assert_ne!(made.value.handle(), source);
            assert_eq!(flags(m, source), u32::from(HANDLE_FLAG_PROTECT_FROM_CLOSE));
            assert_eq!(flags(m, made.value.handle()), expected);
            assert_eq!(status(m, NtClose::of(source)), NtStatus::HANDLE_NOT_CLOSABLE);
        }
    });
}

#[test]
fn f_05_the_table_of_access_and_attributes() {
    const SAME: u8 = DUPLICATE_SAME_ACCESS;
    const LIKE: u8 = DUPLICATE_SAME_ATTRIBUTES;
    let rows = [
        ((ALL, 0, 0), (ALL, 0)),
        ((Access(1), 0, 0), (Access(1), 0)),
        ((Access(1), INHERIT, 0), (Access(1), INHERIT)),
        ((Access(1), INHERIT, SAME), (ALL, INHERIT)),
        ((Access(1), INHERIT, LIKE), (Access(1), 0)),
        ((Access(1), INHERIT, SAME | LIKE), (ALL, 0)),
    ];
    on_every_version(|version, m| {
        for ((access, attributes, options), expected) in rows {
            let source = event(m);
            let made = duplicate(m, source, Wanted { access, attributes, options });
            let entry = m.k.entry(m.processes[0], made.value.handle()).unwrap();
            assert_eq!((entry.access, entry.attributes), expected, "{version:?}");
            let entry = m.k.entry(m.processes[0], source).unwrap();
            assert_eq!((entry.access, entry.attributes), (ALL, 0), "the source is as before");
        }
        let heir = event(m);
        set(m, heir, HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE);
        let wanted = Wanted { access: ALL, attributes: 0, options: LIKE };
        let made = duplicate(m, heir, wanted).value.handle();
        assert_eq!(flags(m, made), u32::from(HANDLE_FLAG_INHERIT), "its inheritance, not its protection");
    });
}

#[test]
fn f_06_reuse_is_not_lowest_first() {
    on_every_version(|_, m| {
        let (lower, source) = (event(m), event(m));
        assert_eq!(status(m, NtClose::of(lower)), NtStatus::SUCCESS);
        assert_eq!(duplicate(m, source, Wanted::same_access(0, true)).value.handle(), source);
    });
}

#[test]
fn f_07_wrong_duplicates() {
    on_every_version(|_, m| {
        let made = duplicate(m, Handle(0xdead_beec & 0x7fff_ffff), Wanted::same_access(0, false));
        assert_eq!((made.status, made.value), (NtStatus::INVALID_HANDLE, Value::NONE));
        let source = event(m);
        let all_bits = Wanted { access: Access(u32::MAX), attributes: 0, options: 0 };
        let made = duplicate(m, source, all_bits);
        assert_eq!((made.status, made.value), (NtStatus::ACCESS_DENIED, Value::NONE));
        let counts = |m: &Machine| {
            let object = object(m, 0, source).unwrap();
            (m.k[object].handle_count, m.k[object].pointer_count)
        };
        assert_eq!(counts(m), (1, 1), "nothing is left of the attempts");
        // Without a target the source is only closed, or the call means nothing.
        let own = m.processes[0];
        let to_none =
            |wanted| ObDuplicateObject::Reference { source: own, handle: source, target: None, wanted };
        assert_eq!(status(m, to_none(Wanted::same_access(0, false))), NtStatus::INVALID_PARAMETER);
        assert_eq!(counts(m), (1, 1));
        assert_eq!(status(m, to_none(Wanted::same_access(0, true))), NtStatus::SUCCESS);
        assert_eq!(object(m, 0, source), None);
        // A failing duplicate closes its source all the same.
        let source = event(m);
        let options = DUPLICATE_CLOSE_SOURCE;
        assert_eq!(duplicate(m, source, Wanted { options, ..all_bits }).status, NtStatus::ACCESS_DENIED);
        assert_eq!(object(m, 0, source), None);
    });
}

#[test]
fn f_08_a_debugger_gets_an_exception_for_a_handle_that_is_none() {
    on_every_version(|version, m| {
        let thread = m.threads[0];
        assert_eq!(status(m, NtClose::of(Handle(0x400))), NtStatus::INVALID_HANDLE);
        assert_eq!(m.k.collect_exception(thread), None);
        m.k.observe(m.processes[0], true, false);
        assert_eq!(status(m, NtClose::of(Handle(0x400))), NtStatus::INVALID_HANDLE);
        assert_eq!(m.k.collect_exception(thread), Some(NtStatus::INVALID_HANDLE), "{version:?}");
        assert_eq!(status(m, NtSetEvent::of(Handle(0x400), true)), NtStatus::INVALID_HANDLE);
        assert_eq!(m.k.collect_exception(thread), None, "only a close");
        let handle = event(m);
        set(m, handle, HANDLE_FLAG_PROTECT_FROM_CLOSE);
        assert_eq!(status(m, NtClose::of(handle)), NtStatus::HANDLE_NOT_CLOSABLE);
        assert_eq!(m.k.collect_exception(thread), Some(NtStatus::HANDLE_NOT_CLOSABLE));
        // DUPLICATE_CLOSE_SOURCE passes over a source that it cannot close.
        assert_eq!(duplicate(m, handle, Wanted::same_access(0, true)).status, NtStatus::SUCCESS);
        assert_eq!(m.k.collect_exception(thread), None);
    });
}

#[test]
fn f_09_closing_a_pseudo_handle_succeeds_from_windows_10_on_also_under_a_debugger() {
    on_every_version(|version, m| {
        let accepted = version >= Version::Win10;
        m.k.observe(m.processes[0], true, false);
        for value in -6_i32..0 {
            let expected = if accepted { NtStatus::SUCCESS } else { NtStatus::INVALID_HANDLE };
            assert_eq!(status(m, NtClose::of(Handle(value as u32))), expected, "{version:?} {value}");
            assert_eq!(m.k.collect_exception(m.threads[0]).is_none(), accepted);
        }
        assert_eq!(status(m, NtClose::of(Handle(-7_i32 as u32))), NtStatus::INVALID_HANDLE);
    });
}

#[test]
fn f_10_wrong_types_and_values() {
    on_every_version(|_, m| {
        let port = call(
            m,
            NtCreateIoCompletion::Create { access: MAXIMUM_ALLOWED, attributes: UNNAMED, concurrency: 0 },
        )
        .value
        .handle();
        for (handle, expected) in [
            (Handle::CURRENT_PROCESS, NtStatus::OBJECT_TYPE_MISMATCH),
            (port, NtStatus::OBJECT_TYPE_MISMATCH),
            (Handle(0xdead_beef), NtStatus::INVALID_HANDLE),
            (Handle::NULL, NtStatus::INVALID_HANDLE),
        ] {
            assert_eq!(status(m, NtSetEvent::of(handle, true)), expected, "{handle}");
        }
        // The type comes before the access.
        let weak = duplicate(m, port, Wanted { access: Access(1), attributes: 0, options: 0 }).value.handle();
        assert_eq!(status(m, NtSetEvent::of(weak, true)), NtStatus::OBJECT_TYPE_MISMATCH);
    });
}

/// Runs a service in kernel mode, on a thread of the System process.
fn in_kernel(m: &mut Machine, service: impl Into<Frame>) -> Returned {
    let worker = Id::at(0);
    m.k.start(worker, service);
    match m.k.run(worker) {
        Progress::Idle(Some(returned)) => returned,
        other => panic!("{other:?}"),
    }
}

#[test]
fn r_07_a_kernel_handle_is_the_systems_and_user_mode_cannot_use_it() {
    on_every_version(|version, m| {
        let source = event(m);
        let object = object(m, 0, source).unwrap();
        let (own, system) = (m.processes[0], m.k.system_process());
        let wanted = Wanted::same_access(KERNEL_HANDLE, false);
        let to = |target| ObDuplicateObject::Reference {
            source: own,
            handle: source,
            target: Some(target),
            wanted,
        };
        let user = in_kernel(m, to(own));
        match version {
            Version::Xp => assert!(!user.value.handle().is_negative(), "a handle of the process's own"),
            _ => assert_eq!(user.status, NtStatus::INVALID_PARAMETER),
        }
        let before = m.k[object].handle_count;
        let made = in_kernel(m, to(system));
        let handle = made.value.handle();
        assert_eq!((made.status, handle.is_negative()), (NtStatus::SUCCESS, true));
        assert_eq!(m.k[object].handle_count, before + 1);
        // From user mode it is no handle, whoever closes on whose behalf.
        assert_eq!(status(m, NtClose::of(handle)), NtStatus::INVALID_HANDLE);
        assert_eq!(status(m, NtSetEvent::of(handle, true)), NtStatus::INVALID_HANDLE);
        let as_user = in_kernel(m, NtClose::AsMode { handle, mode: Mode::User });
        assert_eq!((as_user.status, m.k[object].handle_count), (NtStatus::INVALID_HANDLE, before + 1));
        let as_kernel = in_kernel(m, NtClose::AsMode { handle, mode: Mode::Kernel });
        assert_eq!((as_kernel.status, m.k[object].handle_count), (NtStatus::SUCCESS, before));
        // A program that asks for a kernel handle gets one of its own.
        let asked = duplicate(m, source, wanted);
        assert!(!asked.value.handle().is_negative());
        assert!(m.k.findings().is_empty());
    });
}

#[test]
fn obhandle_the_table_of_values_to_close() {
    on_every_version(|_, m| {
        for value in [0, 0x8000_0000, 0x7FFF_FFFF, 123 | 0x8000_0000] {
            assert_eq!(
                in_kernel(m, NtClose::of(Handle(value))).status,
                NtStatus::INVALID_HANDLE,
                "{value:#x}"
            );
            assert_eq!(status(m, NtClose::of(Handle(value))), NtStatus::INVALID_HANDLE, "{value:#x}");
        }
    });
}

#[test]
fn a_driver_that_closes_a_protected_handle_stops_the_system() {
    let mut m = Machine::new(Profile::default());
    let (own, system) = (m.processes[0], m.k.system_process());
    let handle = event(&mut m);
    let wanted = Wanted::same_access(KERNEL_HANDLE, false);
    let to_system = ObDuplicateObject::Reference { source: own, handle, target: Some(system), wanted };
    let kernel = in_kernel(&mut m, to_system).value.handle();
    let protect = NtSetInformationObject::Set { handle: kernel, mask: 2, flags: 2 };
    assert_eq!(in_kernel(&mut m, protect).status, NtStatus::SUCCESS);
    assert_eq!(in_kernel(&mut m, NtClose::of(kernel)).status, NtStatus::HANDLE_NOT_CLOSABLE);
    let finding = m.k.findings()[0];
    assert_eq!((finding.rule, finding.rule.bug_check()), (Rule::InvalidKernelHandle, Some(0x93)));
    assert_eq!(finding.parameters(&m.k)[1], 0, "the handle is protected, not unknown");
}

#[test]
fn a_process_handle_needs_process_dup_handle() {
    let mut m = Machine::new(Profile::default());
    let theirs = m.call(2, EVENT).unwrap().value.handle();
    let other = m.k[m.processes[1]].object;
    let mut open = |access| {
        let lookup = NtOpenProcess::Lookup { object: other, access: Access(access), attributes: 0 };
        call(&mut m, lookup).value.handle()
    };
    let (weak, strong) = (open(1), open(0x40));
    let own = Handle::CURRENT_PROCESS;
    let wanted = Wanted::same_access(0, false);
    let between =
        |source, target| NtDuplicateObject::ReferenceSource { source, handle: theirs, target, wanted };
    assert_eq!(status(&mut m, between(weak, own)), NtStatus::ACCESS_DENIED);
    assert_eq!(status(&mut m, between(strong, weak)), NtStatus::ACCESS_DENIED);
    let no_process = event(&mut m);
    assert_eq!(status(&mut m, between(strong, no_process)), NtStatus::OBJECT_TYPE_MISMATCH);
    let made = call(&mut m, between(strong, own));
    assert_eq!(made.status, NtStatus::SUCCESS);
    assert_eq!(object(&m, 0, made.value.handle()), object(&m, 1, theirs));
    assert_eq!(m.k[other].pointer_count, 4, "its thread, its life, two handles: the call holds it no more");
    // The source goes although the target's handle does not serve.
    let wanted = Wanted::same_access(0, true);
    let moving = NtDuplicateObject::ReferenceSource { source: strong, handle: theirs, target: weak, wanted };
    assert_eq!(status(&mut m, moving), NtStatus::ACCESS_DENIED);
    assert_eq!(object(&m, 1, theirs), None);
}
