//! The namespace: what opens an object by its name, directories, links, and how long a name lives.

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::JobObjects::OpenJobObjectW;
use windows_sys::Win32::System::Memory::OpenFileMappingW;
use windows_sys::Win32::System::Threading::{OpenEventW, OpenMutexW, OpenSemaphoreW, OpenWaitableTimerW};

use super::basic::{access, with_attributes};
use super::{Answer, Made, handle_or_null, status};
use crate::real::args::{Args, Refused};
use crate::real::{nt, nt_objects, session};

pub(super) fn make(call: &str, _label: Option<&str>, args: &Args<'_>) -> Answer {
    win32(call, args).or_else(|| open(call, args)).map(Ok).or_else(|| create(call, args))
}

fn win32(call: &str, args: &Args<'_>) -> Option<Made> {
    type Open = unsafe extern "system" fn(u32, i32, *const u16) -> HANDLE;
    let open: Open = match call {
        "OpenEvent" => OpenEventW,
        "OpenSemaphore" => OpenSemaphoreW,
        "OpenMutex" => OpenMutexW,
        "OpenWaitableTimer" => OpenWaitableTimerW,
        "OpenJobObject" => OpenJobObjectW,
        "OpenFileMapping" => OpenFileMappingW,
        _ => return None,
    };
    let (access, inherit) = (args.bits("dwDesiredAccess"), args.truth("bInheritHandle").into());
    let name = args.wide("lpName").or_else(|| args.wide("lpTimerName"));
    let name = name.as_ref().map_or(std::ptr::null(), Vec::as_ptr);
    // SAFETY: the name ends with a zero, and lives here.
    Some(handle_or_null(|| unsafe { open(access, inherit, name) }))
}

fn open(call: &str, args: &Args<'_>) -> Option<Made> {
    type Open = unsafe extern "system" fn(*mut HANDLE, u32, *const nt::ObjectAttributes) -> i32;
    let open: Open = match call {
        "NtOpenEvent" => nt_objects::NtOpenEvent,
        "NtOpenSemaphore" => nt_objects::NtOpenSemaphore,
        "NtOpenMutant" => nt_objects::NtOpenMutant,
        "NtOpenTimer" => nt_objects::NtOpenTimer,
        "NtOpenIoCompletion" => nt_objects::NtOpenIoCompletion,
        "NtOpenJobObject" => nt_objects::NtOpenJobObject,
        "NtOpenSection" => nt_objects::NtOpenSection,
        "NtOpenDirectoryObject" => nt_objects::NtOpenDirectoryObject,
        "NtOpenSymbolicLinkObject" => nt_objects::NtOpenSymbolicLinkObject,
        // It takes the same.
        "NtCreateDirectoryObject" => nt_objects::NtCreateDirectoryObject,
        _ => return None,
    };
    let access = access(args, "DesiredAccess");
    // SAFETY: the attributes are whole, and the handle can be written.
    Some(with_attributes(args, |attributes, handle| unsafe { open(handle, access, attributes) }))
}

fn create(call: &str, args: &Args<'_>) -> Answer {
    let access = access(args, "DesiredAccess");
    Some(Ok(match call {
        "NtCreateSymbolicLinkObject" => {
            let target = session::path_here(args.text("LinkTarget").unwrap_or_default());
            let text: Vec<u16> = target.encode_utf16().collect();
            let target = nt::counted(&text);
            // SAFETY: the attributes are whole, the target lives here, and the handle can be written.
            with_attributes(args, |attributes, handle| unsafe {
                nt_objects::NtCreateSymbolicLinkObject(handle, access, attributes, &raw const target)
            })
        }
        "NtMakeTemporaryObject" => {
            let handle = args.handle("Handle");
            // SAFETY: a handle can be anything.
            status(unsafe { nt_objects::NtMakeTemporaryObject(handle) })
        }
        "NtMakePermanentObject" => return Some(make_permanent(args)),
        _ => return None,
    }))
}

/// NtMakePermanentObject, which not every system exports.
fn make_permanent(args: &Args<'_>) -> Result<Made, Refused> {
    let function = nt_objects::lately(c"NtMakePermanentObject")?;
    // SAFETY: the function takes a handle.
    unsafe {
        type Make = unsafe extern "system" fn(HANDLE) -> i32;
        let make: Make = std::mem::transmute(function);
        Ok(status(make(args.handle("Handle"))))
    }
}
