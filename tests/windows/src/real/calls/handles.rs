//! Handles: duplicates, their flags, and what they name.

use windows_sys::Win32::Foundation::{
    CloseHandle, DUPLICATE_SAME_ACCESS, DuplicateHandle, GetHandleInformation, HANDLE, HANDLE_FLAG_INHERIT,
    HANDLE_FLAG_PROTECT_FROM_CLOSE, SetHandleInformation,
};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetProcessId, OpenProcess, PROCESS_DUP_HANDLE, PROCESS_QUERY_LIMITED_INFORMATION,
};

use super::{Answer, Made, named, status, truth, with_error};
use crate::real::args::{Args, Refused};
use crate::real::nt::{self, ObjectAttributes};
use crate::real::wire::Given;
use crate::real::{nt_objects, system};

pub(super) fn make(call: &str, _label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(match call {
        "DuplicateHandle" | "NtDuplicateObject" => duplicate(call, args),
        "SetHandleInformation" => {
            let (mask, flags) = (args.bits("dwMask"), args.bits("dwFlags"));
            // SAFETY: a handle can be anything.
            Ok(truth(|| unsafe { SetHandleInformation(args.handle("hObject"), mask, flags) }))
        }
        "NtSetInformationObject" => Ok(set_flags(args)),
        "GetHandleInformation" => {
            let mut flags = 0;
            // SAFETY: a handle can be anything, and the flags can be written.
            let (done, error) =
                with_error(|| unsafe { GetHandleInformation(args.handle("hObject"), &raw mut flags) });
            Ok(match done {
                0 => named("FALSE", Some(error)),
                _ => named(&format!("flags {flags}"), None),
            })
        }
        "CompareObjectHandles" => compare_handles(args),
        "NtCompareObjects" => compare_objects(args),
        _ => return None,
    })
}

/// The process of a duplicate: the caller's own, one by its handle, or one by its name, which is opened for the call.
struct Party {
    handle: HANDLE,
    opened: bool,
    /// The id of another process, as far as it is known.
    id: Option<u32>,
}

impl Party {
    fn of(args: &Args<'_>, names: [&str; 2]) -> Result<Party, Refused> {
        let given = names.iter().find_map(|name| args.get(name).map(|given| (*name, given)));
        // SAFETY: these take numbers and handles; what is opened here is closed here.
        unsafe {
            match given {
                None => Ok(Party { handle: GetCurrentProcess(), opened: false, id: None }),
                Some((name, Given::Process { id, .. })) => {
                    let handle = id.map_or(std::ptr::null_mut(), |id| OpenProcess(PROCESS_DUP_HANDLE, 0, id));
                    match handle.is_null() {
                        true => Err(format!("the process that {name} names cannot be opened")),
                        false => Ok(Party { handle, opened: true, id: *id }),
                    }
                }
                Some((name, _)) => {
                    let handle = args.handle(name);
                    Ok(Party { handle, opened: false, id: process_id(handle) })
                }
            }
        }
    }
}

impl Drop for Party {
    fn drop(&mut self) {
        if self.opened {
            // SAFETY: the handle is open, and nobody else knows it.
            unsafe {
                CloseHandle(self.handle);
            }
        }
    }
}

/// The id of the process that a handle names; none if it names none. The handle itself need not grant to ask for it.
fn process_id(handle: HANDLE) -> Option<u32> {
    let mut asking: HANDLE = std::ptr::null_mut();
    // SAFETY: a handle can be anything; what is opened here is closed here, and can be written.
    unsafe {
        let (own, wanted) = (GetCurrentProcess(), PROCESS_QUERY_LIMITED_INFORMATION);
        if DuplicateHandle(own, handle, own, &raw mut asking, wanted, 0, 0) == 0 {
            return None;
        }
        let id = GetProcessId(asking);
        CloseHandle(asking);
        Some(id).filter(|id| *id != 0)
    }
}

/// A handle of this process before the handles to others are opened for the call: one that is closed would have the value
/// that the first of those gets.
fn still_closed(source: HANDLE, own: bool) -> HANDLE {
    const NO_HANDLE: HANDLE = 0x00BA_D000 as HANDLE;
    let pseudo = (source as isize) < 0;
    let mut flags = 0;
    // SAFETY: a handle can be anything, and the flags can be written.
    let open = pseudo || unsafe { GetHandleInformation(source, &raw mut flags) != 0 };
    if own && !open { NO_HANDLE } else { source }
}

/// DuplicateHandle and NtDuplicateObject. Without an access the duplicate has that of its source.
fn duplicate(call: &str, args: &Args<'_>) -> Result<Made, Refused> {
    /// An address that nobody can write to, and that is aligned.
    const UNWRITABLE: *mut HANDLE = 0x10 as *mut HANDLE;
    let either = |win32: &'static str, native: &'static str| if args.has(win32) { win32 } else { native };
    let own = args.get("hSourceProcessHandle").or_else(|| args.get("SourceProcessHandle")).is_none();
    let source = still_closed(args.handle(either("hSourceHandle", "SourceHandle")), own);
    let from = Party::of(args, ["hSourceProcessHandle", "SourceProcessHandle"])?;
    let to = Party::of(args, ["hTargetProcessHandle", "TargetProcessHandle"])?;
    let wanted = either("dwDesiredAccess", "DesiredAccess");
    let inherit = args.truth(either("bInheritHandle", "HandleAttributes"));
    let mut options = args.bits(either("dwOptions", "Options"));
    if !args.has(wanted) {
        options |= DUPLICATE_SAME_ACCESS;
    }
    let access = args.bits(wanted);
    let mut handle: HANDLE = std::ptr::null_mut();
    let out = match args.word(either("lpTargetHandle", "TargetHandle")) {
        Some("unwritable") => UNWRITABLE,
        _ => &raw mut handle,
    };
    // SAFETY: handles can be anything, and the kernel refuses an address that it cannot write to.
    let made = unsafe {
        match call {
            "DuplicateHandle" => truth(|| {
                DuplicateHandle(from.handle, source, to.handle, out, access, inherit.into(), options)
            }),
            _ => {
                let attributes = u32::from(inherit) * ObjectAttributes::INHERIT;
                status(nt_objects::NtDuplicateObject(
                    from.handle,
                    source,
                    to.handle,
                    out,
                    access,
                    attributes,
                    options,
                ))
            }
        }
    };
    Ok(Made { handle: Some(handle).filter(|handle| !handle.is_null()), owner: to.id, ..made })
}

/// NtSetInformationObject(ObjectHandleFlagInformation), which sets both flags: what is not in the mask stays as it is.
fn set_flags(args: &Args<'_>) -> Made {
    const OBJECT_HANDLE_FLAG_INFORMATION: i32 = 4;
    let (handle, mask) = (args.handle("Handle"), args.bits("Mask"));
    let flags = args.bits("ObjectHandleFlagInformation");
    let mut both = [0u8; 2];
    let (at, length) = ((&raw mut both).cast(), size_of_val(&both) as u32);
    // SAFETY: the services read and write no more than the length that they are given.
    status(unsafe {
        nt::NtQueryObject(handle, OBJECT_HANDLE_FLAG_INFORMATION, at, length, std::ptr::null_mut());
        for (flag, place) in [(HANDLE_FLAG_INHERIT, 0), (HANDLE_FLAG_PROTECT_FROM_CLOSE, 1)] {
            if mask & flag != 0 {
                both[place] = u8::from(flags & flag != 0);
            }
        }
        nt_objects::NtSetInformationObject(
            handle,
            OBJECT_HANDLE_FLAG_INFORMATION,
            (&raw const both).cast(),
            length,
        )
    })
}

type Compare = unsafe extern "system" fn(HANDLE, HANDLE) -> i32;

/// CompareObjectHandles, which came with Windows 10.
fn compare_handles(args: &Args<'_>) -> Result<Made, Refused> {
    let name = c"CompareObjectHandles";
    let function = nt_objects::found(system::function(c"kernelbase.dll", name), name)?;
    // SAFETY: the function takes two handles.
    let compare: Compare = unsafe { std::mem::transmute(function) };
    let (first, second) = (args.handle("hFirstObjectHandle"), args.handle("hSecondObjectHandle"));
    // SAFETY: handles can be anything.
    Ok(truth(|| unsafe { compare(first, second) }))
}

/// NtCompareObjects, which came with Windows 10.
fn compare_objects(args: &Args<'_>) -> Result<Made, Refused> {
    let function = nt_objects::lately(c"NtCompareObjects")?;
    // SAFETY: the function takes two handles.
    let compare: Compare = unsafe { std::mem::transmute(function) };
    // SAFETY: handles can be anything.
    Ok(status(unsafe { compare(args.handle("FirstObjectHandle"), args.handle("SecondObjectHandle")) }))
}
