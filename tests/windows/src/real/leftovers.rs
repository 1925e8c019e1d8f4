//! What a script leaves behind: permanent objects, which would be there for the next one.

use std::collections::BTreeMap;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Storage::FileSystem::DELETE;

use super::nt::{self, ObjectAttributes};
use super::nt_objects as objects;
use super::session;
use crate::script::{Arg, Call};
use crate::trace::{Outcome, Record};

/// Makes every object temporary that a script has made permanent, the last one first: what is in a directory goes before
/// the directory. One that no path leads to any more stays.
pub(crate) fn remove(records: &[Record]) {
    let mut paths: BTreeMap<&str, String> = BTreeMap::new();
    let mut permanent = Vec::new();
    for record in records {
        let (Some(call), Outcome::Returned(returned)) = (&record.call, &record.outcome) else { continue };
        let path = path_of(call, &paths);
        // What was there before is not the script's.
        if returned.result == "STATUS_SUCCESS" {
            permanent.extend(path.clone().filter(|_| creates_permanent(call)));
            let made = call.args.get("Handle").filter(|_| call.name == "NtMakePermanentObject");
            permanent.extend(made.and_then(|handle| path_of_label(handle, &paths)));
        }
        if let (Some(label), Some(path)) = (&call.label, path) {
            paths.insert(label, path);
        }
    }
    permanent.iter().rev().for_each(|path| make_temporary(path));
}

/// The path that a call names.
fn path_of(call: &Call, paths: &BTreeMap<&str, String>) -> Option<String> {
    let Some(Arg::Text(name)) = call.args.get("ObjectName") else { return None };
    match call.args.get("RootDirectory").and_then(|root| path_of_label(root, paths)) {
        Some(root) => Some(format!(r"{root}\{name}")),
        None => Some(name.clone()),
    }
}

fn path_of_label(arg: &Arg, paths: &BTreeMap<&str, String>) -> Option<String> {
    match arg {
        Arg::Label(label) => paths.get(&**label).cloned(),
        _ => None,
    }
}

fn creates_permanent(call: &Call) -> bool {
    let says =
        |flags: &Arg| matches!(flags, Arg::Flags(flags) if flags.iter().any(|flag| flag == "OBJ_PERMANENT"));
    call.name.starts_with("NtCreate") && call.args.get("Attributes").is_some_and(says)
}

/// Opens the object by its name, whatever its type, and lets its name go.
fn make_temporary(path: &str) {
    type Open = unsafe extern "system" fn(*mut HANDLE, u32, *const ObjectAttributes) -> i32;
    let every: [Open; 9] = [
        objects::NtOpenEvent,
        objects::NtOpenSemaphore,
        objects::NtOpenMutant,
        objects::NtOpenTimer,
        objects::NtOpenIoCompletion,
        objects::NtOpenJobObject,
        objects::NtOpenSection,
        objects::NtOpenDirectoryObject,
        objects::NtOpenSymbolicLinkObject,
    ];
    let text: Vec<u16> = session::path_here(path).encode_utf16().collect();
    let name = nt::counted(&text);
    let attributes = ObjectAttributes { name: &raw const name, ..ObjectAttributes::unnamed(0) };
    for open in every {
        let mut handle = std::ptr::null_mut();
        // SAFETY: the attributes are whole, the handle can be written, and is closed here.
        unsafe {
            if open(&raw mut handle, DELETE, &raw const attributes) >= 0 {
                objects::NtMakeTemporaryObject(handle);
                nt::NtClose(handle);
                return;
            }
        }
    }
}
