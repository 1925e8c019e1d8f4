//! Family F in kernel mode and under a debugger: what user mode alone does not see.
//!
//! | id | public source |
//! | --- | --- |
//! | F-08, F-09 | Wine ntdll/tests/exception.c, test_closehandle |
//! | ObHandle | ReactOS kernel test ntos_ob/ObHandle.c: kernel handles |

use sim_core::finding::Rule;
use sim_core::frame::{Frame, Returned};
use sim_core::nt::close::NtClose;
use sim_core::nt::create_object::NtCreateEvent;
use sim_core::nt::event::NtSetEvent;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::handle_flags::{HANDLE_FLAG_PROTECT_FROM_CLOSE, NtSetInformationObject};
use sim_core::ob::header::Object;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ob::table::KERNEL_HANDLE;
use sim_core::profile::{Profile, Version};
use sim_core::ps::schedule::Progress;
use sim_core::ps::thread::Mode;
use sim_core::{Handle, Id, NtStatus};
use sim_tests::Machine;

const UNNAMED: ObjectAttributes = ObjectAttributes::UNNAMED;
const EVENT: NtCreateEvent = NtCreateEvent::Create {
    attributes: UNNAMED,
    access: MAXIMUM_ALLOWED,
    manual_reset: true,
    signaled: false,
};

fn on_every_version(test: impl Fn(Version, &mut Machine)) {
    Version::ALL.iter().for_each(|version| test(*version, &mut Machine::new(Profile::of(*version))));
}

fn call(m: &mut Machine, service: impl Into<Frame>) -> Returned {
    m.call(0, service).expect("the call returns")
}

fn status(m: &mut Machine, service: impl Into<Frame>) -> NtStatus {
    call(m, service).status
}

fn event(m: &mut Machine) -> Handle {
    call(m, EVENT).value.handle()
}

fn duplicate(m: &mut Machine, handle: Handle, wanted: Wanted) -> Returned {
    let own = m.processes[0];
    call(m, ObDuplicateObject::Reference { source: own, handle, target: Some(own), wanted })
}

fn set(m: &mut Machine, handle: Handle, flags: u8) {
    let set = NtSetInformationObject::Set { handle, mask: 3, flags };
    assert_eq!(status(m, set), NtStatus::SUCCESS);
}

fn object(m: &Machine, process: usize, handle: Handle) -> Option<Id<Object>> {
    m.k.entry(m.processes[process], handle).and_then(|entry| entry.object)
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
