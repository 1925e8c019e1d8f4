//! Completion ports: binding files to them, their packets, and how files report to them.

use std::ffi::c_void;

use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::Storage::FileSystem::SetFileCompletionNotificationModes;
use windows_sys::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, GetQueuedCompletionStatusEx,
    PostQueuedCompletionStatus,
};

use super::basic::{access, with_attributes};
use super::waits::{interval, milliseconds};
use super::{Answer, Made, disk, handle_or_null, status, truth};
use crate::real::args::{Args, Refused};
use crate::real::constants::constant;
use crate::real::memory::{self, Kept};
use crate::real::nt_io::{self, Entry};
use crate::real::status::status_name;
use crate::real::{nt, system};
use crate::trace::{Facts, Value};

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(Ok(match call {
        "CreateIoCompletionPort" => create(args),
        "GetQueuedCompletionStatus" => remove(label, args),
        "GetQueuedCompletionStatusEx" => remove_many(label, args),
        "PostQueuedCompletionStatus" => post(args),
        "SetFileCompletionNotificationModes" => {
            let (file, modes) = (args.handle("FileHandle"), args.bits("Flags") as u8);
            // SAFETY: the function takes a handle and a number.
            truth(|| unsafe { SetFileCompletionNotificationModes(file, modes) })
        }
        "NtCreateIoCompletion" => {
            let (access, count) = (access(args, "DesiredAccess"), args.number_or("Count", 0) as u32);
            // SAFETY: the attributes are whole, and the handle can be written.
            with_attributes(args, |attributes, handle| unsafe {
                nt_io::NtCreateIoCompletion(handle, access, attributes, count)
            })
        }
        "NtSetInformationFile" => set_information(args),
        "NtRemoveIoCompletion" => native_remove(label, args),
        "NtRemoveIoCompletionEx" => return Some(native_remove_many(label, args)),
        "NtSetIoCompletion" => native_post(args),
        "NtQueryIoCompletion" => depth(label, args),
        _ => return None,
    }))
}

fn create(args: &Args<'_>) -> Made {
    let port = args.handle("ExistingCompletionPort");
    // A new port for no file: a program passes INVALID_HANDLE_VALUE.
    let new = port.is_null() && !args.has("FileHandle");
    let file = if new { INVALID_HANDLE_VALUE } else { args.handle("FileHandle") };
    let key = args.number_or("CompletionKey", 0) as usize;
    let threads = args.number_or("NumberOfConcurrentThreads", 0) as u32;
    // SAFETY: the function takes handles and numbers.
    handle_or_null(|| unsafe { CreateIoCompletionPort(file, port, key, threads) })
}

/// A packet that was removed.
struct Packet {
    key: usize,
    overlapped: usize,
    bytes: usize,
    /// What the call tells of how the request ended.
    status: Option<i32>,
}

/// Keeps what a call that removes packets gave: the first packet, and how many they were.
fn keep(label: Option<&str>, first: Option<Packet>, removed: u32) {
    let mut facts = Facts::from([("removed".into(), Value::Number(removed.into()))]);
    let shown =
        |overlapped| memory::label_of(overlapped).map_or(Value::Number(overlapped as i64), Value::Text);
    let overlapped = first.as_ref().map_or(0, |packet| packet.overlapped);
    facts.insert("overlapped".into(), shown(overlapped));
    if let Some(packet) = first {
        facts.insert("key".into(), Value::Number(packet.key as i64));
        facts.insert("bytes".into(), Value::Number(packet.bytes as i64));
        if let Some(status) = packet.status {
            facts.insert("status".into(), Value::Text(status_name(status)));
        }
    }
    memory::keep(label, Kept::Facts(facts));
}

fn remove(label: Option<&str>, args: &Args<'_>) -> Made {
    let (port, limit) = (args.handle("CompletionPort"), milliseconds(args, "dwMilliseconds"));
    let (mut bytes, mut key, mut overlapped) = (0, 0, std::ptr::null_mut());
    let made = truth(|| {
        // SAFETY: what the packet holds can be written.
        unsafe { GetQueuedCompletionStatus(port, &raw mut bytes, &raw mut key, &raw mut overlapped, limit) }
    });
    let removed = made.returned.result == "TRUE" || !overlapped.is_null();
    let packet = Packet { key, overlapped: overlapped as usize, bytes: bytes as usize, status: None };
    keep(label, removed.then_some(packet), removed.into());
    made
}

/// Room for the packets of one call.
fn entries(args: &Args<'_>, name: &str) -> (Vec<Entry>, u32) {
    /// More than a script can have in its ports; the call is told so many at most.
    const MOST: usize = 4096;
    let count = args.number_or(name, 0) as u32;
    // SAFETY: an entry of zeros is a valid one.
    let none: Entry = unsafe { std::mem::zeroed() };
    // Also a call for none wants an address.
    let entries = vec![none; (count as usize).clamp(1, MOST)];
    let count = count.min(MOST as u32);
    (entries, count)
}

fn keep_first(label: Option<&str>, entries: &[Entry], removed: u32) {
    let first = entries.first().filter(|_| removed > 0).map(|entry| Packet {
        key: entry.lpCompletionKey,
        overlapped: entry.lpOverlapped as usize,
        bytes: entry.dwNumberOfBytesTransferred as usize,
        status: Some(entry.Internal as i32),
    });
    keep(label, first, removed);
}

fn remove_many(label: Option<&str>, args: &Args<'_>) -> Made {
    let (port, limit) = (args.handle("CompletionPort"), milliseconds(args, "dwMilliseconds"));
    let ((mut entries, count), alertable) = (entries(args, "ulCount"), args.truth("fAlertable"));
    let (to, mut removed) = (entries.as_mut_ptr(), 0);
    // SAFETY: there is room for so many entries.
    let made = truth(|| unsafe {
        GetQueuedCompletionStatusEx(port, to, count, &raw mut removed, limit, alertable.into())
    });
    let removed = if made.returned.result == "TRUE" { removed } else { 0 };
    keep_first(label, &entries, removed);
    made
}

fn native_remove(label: Option<&str>, args: &Args<'_>) -> Made {
    let (port, limit) = (args.handle("IoCompletionHandle"), interval(args, "Timeout"));
    let limit = limit.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    let (mut key, mut overlapped, mut block) = (0, 0, [0usize; 2]);
    let iosb = (&raw mut block).cast();
    // SAFETY: what the packet holds can be written.
    let ended = unsafe { nt_io::NtRemoveIoCompletion(port, &raw mut key, &raw mut overlapped, iosb, limit) };
    // STATUS_TIMEOUT and STATUS_ABANDONED_WAIT_0 are successes, of a kind.
    let removed = ended == 0;
    let packet = Packet { key, overlapped, bytes: block[1], status: Some(block[0] as i32) };
    keep(label, removed.then_some(packet), removed.into());
    status(ended)
}

fn native_remove_many(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let Some(found) = system::function(c"ntdll.dll", c"NtRemoveIoCompletionEx") else {
        return Err("this system has no NtRemoveIoCompletionEx".into());
    };
    // SAFETY: the function of that name has this signature.
    let call: nt_io::RemoveIoCompletionEx = unsafe { std::mem::transmute(found) };
    let (port, limit) = (args.handle("IoCompletionHandle"), interval(args, "Timeout"));
    let limit = limit.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    let ((mut entries, count), alertable) = (entries(args, "Count"), args.truth("Alertable"));
    let (to, mut removed) = (entries.as_mut_ptr(), 0);
    // SAFETY: there is room for so many entries.
    let ended = unsafe { call(port, to, count, &raw mut removed, limit, alertable.into()) };
    keep_first(label, &entries, if ended == 0 { removed } else { 0 });
    Ok(status(ended))
}

fn post(args: &Args<'_>) -> Made {
    let (port, key) = (args.handle("CompletionPort"), args.number_or("dwCompletionKey", 0) as usize);
    let bytes = args.number_or("dwNumberOfBytesTransferred", 0) as u32;
    let overlapped = args.number_or("lpOverlapped", 0) as usize as *const _;
    // SAFETY: nobody follows the address: it is a number of the program's own.
    truth(|| unsafe { PostQueuedCompletionStatus(port, bytes, key, overlapped) })
}

fn native_post(args: &Args<'_>) -> Made {
    let port = args.handle("IoCompletionHandle");
    let number = |name| args.number_or(name, 0) as usize;
    let (key, context) = (number("KeyContext"), number("ApcContext"));
    let (ended, bytes) = (number("IoStatus") as i32, number("IoStatusInformation"));
    // SAFETY: the service takes a handle and numbers.
    status(unsafe { nt_io::NtSetIoCompletion(port, key, context, ended, bytes) })
}

fn set_information(args: &Args<'_>) -> Made {
    let class = args.word("FileInformationClass").unwrap_or("FileCompletionInformation");
    let (file, class) = (args.handle("FileHandle"), constant(class) as i32);
    let mut block = [0usize; 2];
    let iosb = (&raw mut block).cast();
    let set = |from: *const c_void, length: usize| {
        // SAFETY: there are so many bytes, and the block can be written: the service waits for its request.
        status(unsafe { nt_io::NtSetInformationFile(file, iosb, from, length as u32, class) })
    };
    if args.word("FileInformationClass") == Some("FileIoCompletionNotificationInformation") {
        let modes = args.bits("Flags");
        return set((&raw const modes).cast(), size_of_val(&modes));
    }
    if let Some(information) = disk::to_set(args) {
        let (from, length) = disk::bytes(&information);
        return set(from, length);
    }
    // FILE_COMPLETION_INFORMATION: Port, Key.
    let binding = [args.handle("Port") as usize, args.number_or("Key", 0) as usize];
    set((&raw const binding).cast(), size_of_val(&binding))
}

/// A number that a label names, if the service gave it.
fn number(label: Option<&str>, ended: i32, number: u32) -> Made {
    if ended >= 0 {
        memory::keep(label, Kept::Facts(Facts::from([("value".into(), Value::Number(number.into()))])));
    }
    status(ended)
}

fn depth(label: Option<&str>, args: &Args<'_>) -> Made {
    let (port, mut depth) = (args.handle("IoCompletionHandle"), 0u32);
    let (to, length) = ((&raw mut depth).cast(), size_of_val(&depth) as u32);
    // SAFETY: the number can be written.
    let ended = unsafe { nt::NtQueryIoCompletion(port, 0, to, length, std::ptr::null_mut()) };
    number(label, ended, depth)
}
