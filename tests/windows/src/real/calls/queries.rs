//! The calls that ask about handles and objects.

use windows_sys::Win32::Foundation::{HANDLE, UNICODE_STRING};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetCurrentProcessId, GetExitCodeProcess, GetExitCodeThread, GetProcessHandleCount,
    GetProcessId,
};

use super::{Answer, Made, status, truth};
use crate::real::args::{Args, Refused};
use crate::real::memory::{self, Kept};
use crate::real::{nt, nt_objects, observe, session};
use crate::trace::{Facts, Value};

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(match call {
        "GetExitCodeProcess" => Ok(told(label, args.handle("hProcess"), GetExitCodeProcess, exit_status)),
        "GetExitCodeThread" => Ok(told(label, args.handle("hThread"), GetExitCodeThread, exit_status)),
        "GetProcessHandleCount" => {
            Ok(told(label, args.handle("hProcess"), GetProcessHandleCount, handle_count))
        }
        "NtQueryInformationProcess" => query_process(label, args),
        "NtQueryInformationThread" => query_thread(label, args),
        "NtQueryObject" => query_object(label, args),
        _ => return None,
    })
}

/// A Win32 function that tells one number.
fn told(
    label: Option<&str>,
    handle: HANDLE,
    ask: unsafe extern "system" fn(HANDLE, *mut u32) -> i32,
    facts: fn(HANDLE, u32) -> Facts,
) -> Made {
    let mut number = 0;
    // SAFETY: a handle can be anything, and the number can be written.
    let made = truth(|| unsafe { ask(handle, &raw mut number) });
    if made.returned.error.is_none() {
        memory::keep(label, Kept::Facts(facts(handle, number)));
    }
    made
}

fn exit_status(_handle: HANDLE, status: u32) -> Facts {
    Facts::from([("ExitStatus".into(), Value::Number(i64::from(status)))])
}

/// How many handles of the script a process has. Those that another process has for itself are not known here.
fn handle_count(process: HANDLE, count: u32) -> Facts {
    // SAFETY: a handle can be anything.
    let own = unsafe { process == GetCurrentProcess() || GetProcessId(process) == GetCurrentProcessId() };
    let count = observe::script_handles(count).filter(|_| own);
    count.map(|count| ("HandleCount".into(), Value::Number(count))).into_iter().collect()
}

/// The room for an answer, in words that are aligned for all of them.
const ROOM: usize = 1024;

/// A query of a class of information that takes `needed` bytes, or as many as the scenario says.
struct Query<'a> {
    label: Option<&'a str>,
    handle: HANDLE,
    class: i32,
    length: u32,
}

impl Query<'_> {
    /// Asks, and keeps what the answer says.
    fn ask(self, service: nt::Query, facts: impl FnOnce(&[u64; ROOM]) -> Facts) -> Made {
        let mut answer = [0u64; ROOM];
        let at = answer.as_mut_ptr().cast();
        // SAFETY: a handle can be anything, and the query writes no more than the length, which fits.
        let ended = unsafe { service(self.handle, self.class, at, self.length, std::ptr::null_mut()) };
        if ended >= 0 {
            memory::keep(self.label, Kept::Facts(facts(&answer)));
        }
        status(ended)
    }
}

/// The length of the buffer that a query is given.
fn length(args: &Args<'_>, name: &str, needed: usize) -> Result<u32, Refused> {
    let given = args.number_or(name, needed as i64);
    match usize::try_from(given) {
        Ok(length) if length <= ROOM * size_of::<u64>() => Ok(length as u32),
        _ => Err(format!("the recorder has no buffer of {given} bytes")),
    }
}

fn query_process(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    /// SECTION_IMAGE_INFORMATION.
    const IMAGE: usize = if size_of::<usize>() == 8 { 64 } else { 48 };
    let (class, needed) = match args.word("ProcessInformationClass") {
        Some("ProcessHandleCount") => (20, 4),
        Some("ProcessImageInformation") => (37, IMAGE),
        // Six words.
        _ => (0, 6 * size_of::<usize>()),
    };
    let length = length(args, "ProcessInformationLength", needed)?;
    let handle = args.handle("ProcessHandle");
    let query = Query { label, handle, class, length };
    Ok(query.ask(nt_objects::NtQueryInformationProcess, |answer| match class {
        20 => handle_count(handle, answer[0] as u32),
        0 => exit_status(handle, answer[0] as u32),
        _ => Facts::new(),
    }))
}

fn query_thread(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    /// THREAD_BASIC_INFORMATION.
    const BASIC: usize = if size_of::<usize>() == 8 { 48 } else { 28 };
    let length = length(args, "ThreadInformationLength", BASIC)?;
    let handle = args.handle("ThreadHandle");
    let query = Query { label, handle, class: 0, length };
    Ok(query.ask(nt_objects::NtQueryInformationThread, |answer| exit_status(handle, answer[0] as u32)))
}

fn query_object(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let room = ROOM * size_of::<u64>();
    let (class, needed) = match args.word("ObjectInformationClass") {
        Some("ObjectNameInformation") => (1, room),
        Some("ObjectTypeInformation") => (2, room),
        // PUBLIC_OBJECT_BASIC_INFORMATION.
        _ => (0, 56),
    };
    let length = length(args, "ObjectInformationLength", needed)?;
    let query = Query { label, handle: args.handle("Handle"), class, length };
    Ok(query.ask(nt::NtQueryObject, |answer| match class {
        0 => basic(answer),
        1 => Facts::from([("Name".into(), Value::Text(session::path_there(string(answer))))]),
        // The totals count those of every process.
        _ => Facts::from([("TypeName".into(), Value::Text(string(answer)))]),
    }))
}

/// PUBLIC_OBJECT_BASIC_INFORMATION begins with four numbers.
fn basic(answer: &[u64; ROOM]) -> Facts {
    let (low, high) = (|word: u64| word & 0xFFFF_FFFF, |word: u64| word >> 32);
    [
        ("Attributes", low(answer[0])),
        ("GrantedAccess", high(answer[0])),
        ("HandleCount", low(answer[1])),
        ("PointerCount", high(answer[1])),
    ]
    .map(|(name, number)| (name.to_owned(), Value::Number(number as i64)))
    .into()
}

/// The UNICODE_STRING that an answer begins with.
fn string(answer: &[u64; ROOM]) -> String {
    // SAFETY: the answer of these classes begins with a string that is empty, or points into the answer.
    unsafe {
        let string = &*answer.as_ptr().cast::<UNICODE_STRING>();
        if string.Buffer.is_null() {
            return String::new();
        }
        let text = std::slice::from_raw_parts(string.Buffer, usize::from(string.Length) / 2);
        String::from_utf16_lossy(text)
    }
}
