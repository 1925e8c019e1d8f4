//! Handles and events, and how a thread or process ends itself.

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE};
use windows_sys::Win32::System::Threading::{CreateEventW, ExitProcess, ExitThread, ResetEvent, SetEvent};

use super::{Answer, Made, handle_or_null, status, status_handle, truth};
use crate::real::args::Args;
use crate::real::memory::{self, Kept};
use crate::real::nt::{self, ObjectAttributes};
use crate::real::session;
use crate::trace::{Facts, Value};

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(Ok(match call {
        // SAFETY: closing a handle that a script names harms nobody else in this process.
        "CloseHandle" => truth(|| unsafe { CloseHandle(args.handle("hObject")) }),
        // SAFETY: as above.
        "NtClose" => status(unsafe { nt::NtClose(args.handle("Handle")) }),
        "CreateEvent" => {
            let name = args.wide("lpName");
            let (manual, initial) = (args.truth("bManualReset"), args.truth("bInitialState"));
            let name = name.as_ref().map_or(std::ptr::null(), Vec::as_ptr);
            // SAFETY: the name ends with a zero.
            handle_or_null(|| unsafe { CreateEventW(std::ptr::null(), manual.into(), initial.into(), name) })
        }
        // SAFETY: these take a handle.
        "SetEvent" => truth(|| unsafe { SetEvent(args.handle("hEvent")) }),
        // SAFETY: as above.
        "ResetEvent" => truth(|| unsafe { ResetEvent(args.handle("hEvent")) }),
        // SAFETY: nothing of this thread is needed any more.
        "ExitThread" => unsafe { ExitThread(args.number_or("dwExitCode", 0) as u32) },
        // SAFETY: nothing of this process is needed any more.
        "ExitProcess" => unsafe { ExitProcess(args.number_or("uExitCode", 0) as u32) },
        "NtCreateEvent" => create_event(args),
        // SAFETY: the previous state can be written.
        "NtSetEvent" => previous(label, |to| unsafe { nt::NtSetEvent(args.handle("EventHandle"), to) }),
        // SAFETY: as above.
        "NtResetEvent" => previous(label, |to| unsafe { nt::NtResetEvent(args.handle("EventHandle"), to) }),
        _ => return None,
    }))
}

/// A service that gives a number, which its label names.
pub(super) fn previous(label: Option<&str>, call: impl FnOnce(*mut i32) -> i32) -> Made {
    let mut before = 0;
    let ended = call(&raw mut before);
    if ended >= 0 {
        memory::keep(label, Kept::Facts(Facts::from([("value".into(), Value::Number(before.into()))])));
    }
    status(ended)
}

/// DesiredAccess; MAXIMUM_ALLOWED if it is left out.
pub(super) fn access(args: &Args<'_>, name: &str) -> u32 {
    const MAXIMUM_ALLOWED: u32 = 0x0200_0000;
    if args.has(name) { args.bits(name) } else { MAXIMUM_ALLOWED }
}

/// Calls a service with the OBJECT_ATTRIBUTES that are passed.
pub(super) fn with_attributes(
    args: &Args<'_>,
    call: impl FnOnce(*const ObjectAttributes, *mut HANDLE) -> i32,
) -> Made {
    let text: Option<Vec<u16>> =
        args.text("ObjectName").map(|path| session::path_here(path).encode_utf16().collect());
    let name = text.as_deref().map(nt::counted);
    let attributes = ObjectAttributes {
        root: args.handle("RootDirectory"),
        name: name.as_ref().map_or(std::ptr::null(), std::ptr::from_ref),
        ..ObjectAttributes::unnamed(args.bits("Attributes"))
    };
    let mut handle = std::ptr::null_mut();
    let ended = call(&raw const attributes, &raw mut handle);
    status_handle(ended, handle)
}

fn create_event(args: &Args<'_>) -> Made {
    const NOTIFICATION_EVENT: i32 = 0;
    const SYNCHRONIZATION_EVENT: i32 = 1;
    let kind = if args.truth("bManualReset") { NOTIFICATION_EVENT } else { SYNCHRONIZATION_EVENT };
    let (access, initial) = (access(args, "DesiredAccess"), args.truth("bInitialState"));
    // SAFETY: the attributes are whole, and the handle can be written.
    with_attributes(args, |attributes, handle| unsafe {
        nt::NtCreateEvent(handle, access, attributes, kind, initial.into())
    })
}
