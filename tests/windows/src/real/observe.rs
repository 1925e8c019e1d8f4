//! What a process can see of itself: its handles, and the memory of its requests.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use windows_sys::Win32::Foundation::{
    GetHandleInformation, HANDLE, HANDLE_FLAG_INHERIT, HANDLE_FLAG_PROTECT_FROM_CLOSE, WAIT_OBJECT_0,
    WAIT_TIMEOUT,
};
use windows_sys::Win32::System::JobObjects::{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, JobObjectBasicAccountingInformation, QueryInformationJobObject,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetProcessHandleCount, WaitForSingleObject};

use super::{memory, nt};
use crate::trace::{Facts, Value};

/// The handles that the process had before the script began.
static OWN_HANDLES: AtomicU32 = AtomicU32::new(0);

/// The threads of the script in this process, by their ids.
static THREADS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// The script begins: what the process has now is its own, if it has inherited nothing, and these are the script's
/// threads.
pub(crate) fn settle(threads: Vec<u32>, inherits: bool) {
    let own = if inherits { u32::MAX } else { handle_count() };
    OWN_HANDLES.store(own, Ordering::SeqCst);
    *THREADS.lock().unwrap_or_else(PoisonError::into_inner) = threads;
}

/// Of so many handles of this process, how many are the script's. None if that is not known: a process that has
/// inherited cannot tell what from its own.
pub(crate) fn script_handles(count: u32) -> Option<i64> {
    match OWN_HANDLES.load(Ordering::SeqCst) {
        u32::MAX => None,
        own => Some(i64::from(count) - i64::from(own)),
    }
}

/// Whether a thread of this process is one of the script's.
pub(crate) fn is_of_script(thread: u32) -> bool {
    THREADS.lock().unwrap_or_else(PoisonError::into_inner).contains(&thread)
}

fn handle_count() -> u32 {
    let mut count = 0;
    // SAFETY: the pseudo-handle is always good, and `count` can be written.
    unsafe { GetProcessHandleCount(GetCurrentProcess(), &raw mut count) };
    count
}

/// What can be seen of these handles, and of every label in memory.
pub(crate) fn everything(handles: &[(String, u64)], quiet: bool) -> BTreeMap<String, Facts> {
    let mut seen = memory::facts();
    for (label, value) in handles {
        if let Some(facts) = of_handle(*value as usize as HANDLE, quiet) {
            seen.insert(label.clone(), facts);
        }
    }
    seen
}

/// One query of a system service that gives a plain record: none if it is refused.
fn query<T: Copy>(zero: T, ask: impl FnOnce(*mut c_void, u32) -> i32) -> Option<T> {
    let mut answer = zero;
    (ask((&raw mut answer).cast(), size_of::<T>() as u32) >= 0).then_some(answer)
}

/// PUBLIC_OBJECT_BASIC_INFORMATION.
/// <https://learn.microsoft.com/windows/win32/api/winternl/ns-winternl-__public_object_basic_information>
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Basic {
    attributes: u32,
    granted_access: u32,
    handle_count: u32,
    pointer_count: u32,
    reserved: [u32; 10],
}

/// FILE_PIPE_LOCAL_INFORMATION.
/// <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_file_pipe_local_information>
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Pipe {
    kind: u32,
    configuration: u32,
    maximum_instances: u32,
    current_instances: u32,
    inbound_quota: u32,
    read_data_available: u32,
    outbound_quota: u32,
    write_quota_available: u32,
    state: u32,
    end: u32,
}

/// The class of [`Pipe`]. <https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ne-wdm-_file_information_class>
const FILE_PIPE_LOCAL_INFORMATION: i32 = 24;

/// JOB_OBJECT_IMPERSONATE of winnt.h, which
/// <https://learn.microsoft.com/windows/win32/procthread/job-object-security-and-access-rights> does not name.
const JOB_OBJECT_IMPERSONATE: u32 = 0x20;

/// What can be seen of an open handle; none if it is closed.
fn of_handle(handle: HANDLE, quiet: bool) -> Option<Facts> {
    let mut facts = Facts::new();
    let mut number = |name: &str, value: i64| facts.insert(name.into(), Value::Number(value));
    // SAFETY: each query writes no more than the length that it is given.
    let basic = query(Basic::default(), |to, length| unsafe {
        nt::NtQueryObject(handle, 0, to, length, std::ptr::null_mut())
    })?;
    let kind = type_name(handle)?;
    let counted = !matches!(kind.as_str(), "Process" | "Thread");
    if counted {
        // Others hold processes and threads too: the system, and the conductor.
        number("HandleCount", i64::from(basic.handle_count));
        number("PointerCount", i64::from(basic.pointer_count));
    }
    // Newer headers have a right to a job that its documentation does not name.
    let unnamed = if kind == "Job" { JOB_OBJECT_IMPERSONATE } else { 0 };
    number("GrantedAccess", i64::from(basic.granted_access & !unnamed));
    let mut flags = 0;
    // SAFETY: `flags` can be written.
    if unsafe { GetHandleInformation(handle, &raw mut flags) } != 0 {
        facts.insert("inherit".into(), Value::Truth(flags & HANDLE_FLAG_INHERIT != 0));
        facts.insert("protected".into(), Value::Truth(flags & HANDLE_FLAG_PROTECT_FROM_CLOSE != 0));
    }
    of_type(&kind, handle, quiet, &mut facts);
    Some(facts)
}

fn of_type(kind: &str, handle: HANDLE, quiet: bool, facts: &mut Facts) {
    let mut fact = |name: &str, value: Value| facts.insert(name.into(), value);
    let none = std::ptr::null_mut();
    // SAFETY: each query writes no more than the length that it is given.
    unsafe {
        match kind {
            "Event" => {
                if let Some([_, state]) =
                    query([0i32; 2], |to, length| nt::NtQueryEvent(handle, 0, to, length, none))
                {
                    fact("signaled", Value::Truth(state != 0));
                }
            }
            "Semaphore" => {
                let ask = |to, length| nt::NtQuerySemaphore(handle, 0, to, length, none);
                if let Some([count, _]) = query([0i32; 2], ask) {
                    fact("CurrentCount", Value::Number(i64::from(count)));
                }
            }
            "Mutant" => {
                if let Some([count, flags]) =
                    query([0i32; 2], |to, length| nt::NtQueryMutant(handle, 0, to, length, none))
                {
                    fact("CurrentCount", Value::Number(i64::from(count)));
                    fact("abandoned", Value::Truth(flags >> 8 & 0xFF != 0));
                }
            }
            "Timer" => {
                if let Some([_, state]) =
                    query([0i64; 2], |to, length| nt::NtQueryTimer(handle, 0, to, length, none))
                {
                    fact("signaled", Value::Truth(state & 0xFF != 0));
                }
            }
            "IoCompletion" => {
                if let Some(depth) =
                    query(0i32, |to, length| nt::NtQueryIoCompletion(handle, 0, to, length, none))
                {
                    fact("packets", Value::Number(i64::from(depth)));
                }
            }
            "Job" => {
                let mut counts: JOBOBJECT_BASIC_ACCOUNTING_INFORMATION = std::mem::zeroed();
                let size = size_of_val(&counts) as u32;
                let at = (&raw mut counts).cast();
                if QueryInformationJobObject(handle, JobObjectBasicAccountingInformation, at, size, none) != 0
                {
                    fact("ActiveProcesses", Value::Number(i64::from(counts.ActiveProcesses)));
                }
            }
            "File" => of_file(handle, quiet, facts),
            "Process" | "Thread" => signaled(handle, "signaled", facts),
            _ => {}
        }
    }
}

/// A wait without patience, of an object that no wait changes.
fn signaled(handle: HANDLE, fact: &str, facts: &mut Facts) {
    // SAFETY: the wait returns at once.
    match unsafe { WaitForSingleObject(handle, 0) } {
        WAIT_OBJECT_0 => facts.insert(fact.into(), Value::Truth(true)),
        WAIT_TIMEOUT => facts.insert(fact.into(), Value::Truth(false)),
        _ => None,
    };
}

fn of_file(handle: HANDLE, quiet: bool, facts: &mut Facts) {
    signaled(handle, "FileObject.Event", facts);
    // On a synchronous file with a request in progress the query would wait for it.
    if !quiet {
        return;
    }
    let mut block = [0usize; 2];
    // SAFETY: the query writes no more than the length that it is given, and the block is one.
    let pipe = query(Pipe::default(), |to, length| unsafe {
        nt::NtQueryInformationFile(handle, (&raw mut block).cast(), to, length, FILE_PIPE_LOCAL_INFORMATION)
    });
    let Some(pipe) = pipe else { return };
    let state = match pipe.state {
        1 => "FILE_PIPE_DISCONNECTED_STATE",
        2 => "FILE_PIPE_LISTENING_STATE",
        3 => "FILE_PIPE_CONNECTED_STATE",
        _ => "FILE_PIPE_CLOSING_STATE",
    };
    facts.insert("NamedPipeState".into(), Value::Text(state.into()));
    for (name, value) in [
        ("ReadDataAvailable", pipe.read_data_available),
        ("WriteQuotaAvailable", pipe.write_quota_available),
        ("CurrentInstances", pipe.current_instances),
    ] {
        facts.insert(name.into(), Value::Number(i64::from(value)));
    }
}

/// The name of an object's type.
fn type_name(handle: HANDLE) -> Option<String> {
    // A UNICODE_STRING, then the counts of the type, then the text.
    let mut buffer = [0u64; 64];
    // SAFETY: the query writes no more than the length that it is given, and begins with a string that points into it.
    unsafe {
        let (to, length) = (buffer.as_mut_ptr().cast(), size_of_val(&buffer) as u32);
        if nt::NtQueryObject(handle, 2, to, length, std::ptr::null_mut()) < 0 {
            return None;
        }
        let name = &*buffer.as_ptr().cast::<windows_sys::Win32::Foundation::UNICODE_STRING>();
        let text = std::slice::from_raw_parts(name.Buffer, usize::from(name.Length) / 2);
        Some(String::from_utf16_lossy(text))
    }
}
