//! Waits and sleeps.
//!
//! A scenario has no clock: a wait has no limit, or one that is over at once, or one that is over when nothing else
//! happens. Here the last kind has one length, which is longer than a timer takes.

use windows_sys::Win32::Foundation::{
    HANDLE, WAIT_ABANDONED_0, WAIT_FAILED, WAIT_IO_COMPLETION, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use windows_sys::Win32::System::Threading::{
    INFINITE, SignalObjectAndWait, SleepEx, WaitForMultipleObjects, WaitForMultipleObjectsEx,
    WaitForSingleObject, WaitForSingleObjectEx,
};

use super::{Answer, Made, named, status, with_error};
use crate::real::args::{Args, Refused};
use crate::real::nt_objects;
use crate::real::wire::Given;

/// After how many milliseconds a timer becomes due that is not due at once.
pub(super) const DUE: u32 = 300;
/// How many milliseconds a limit takes that is not over at once.
pub(super) const LIMIT: u32 = 1_000;
/// How many objects one wait takes, as MAXIMUM_WAIT_OBJECTS says.
const MOST: u32 = 64;

pub(super) fn make(call: &str, _label: Option<&str>, args: &Args<'_>) -> Answer {
    win32(call, args).map(Ok).or_else(|| native(call, args))
}

fn win32(call: &str, args: &Args<'_>) -> Option<Made> {
    let limit = milliseconds(args, "dwMilliseconds");
    let (handle, handles) = (args.handle("hHandle"), args.handles("lpHandles"));
    let (count, list) = (handles.len() as u32, handles.as_ptr());
    let (all, alertable) = (args.truth("bWaitAll").into(), args.truth("bAlertable").into());
    // SAFETY: handles can be anything, and the list is as long as it says.
    unsafe {
        Some(match call {
            "WaitForSingleObject" => waited(|| WaitForSingleObject(handle, limit)),
            "WaitForSingleObjectEx" => waited(|| WaitForSingleObjectEx(handle, limit, alertable)),
            "WaitForMultipleObjects" => waited(|| WaitForMultipleObjects(count, list, all, limit)),
            "WaitForMultipleObjectsEx" => {
                waited(|| WaitForMultipleObjectsEx(count, list, all, limit, alertable))
            }
            "SignalObjectAndWait" => {
                let (signal, wait) = (args.handle("hObjectToSignal"), args.handle("hObjectToWaitOn"));
                waited(|| SignalObjectAndWait(signal, wait, limit, alertable))
            }
            "SleepEx" => match SleepEx(limit, alertable) {
                0 => named("0", None),
                _ => named("WAIT_IO_COMPLETION", None),
            },
            _ => return None,
        })
    }
}

/// A Win32 wait by its result.
fn waited(wait: impl FnOnce() -> u32) -> Made {
    let (result, error) = with_error(wait);
    let one_of = |name: &str, place: u32| match place {
        0 => named(name, None),
        place => named(&format!("{name} + {place}"), None),
    };
    match result {
        WAIT_FAILED => named("WAIT_FAILED", Some(error)),
        WAIT_TIMEOUT => named("WAIT_TIMEOUT", None),
        WAIT_IO_COMPLETION => named("WAIT_IO_COMPLETION", None),
        WAIT_ABANDONED_0..WAIT_IO_COMPLETION => one_of("WAIT_ABANDONED_0", result - WAIT_ABANDONED_0),
        WAIT_OBJECT_0..MOST => one_of("WAIT_OBJECT_0", result),
        other => named(&format!("{other}"), None),
    }
}

fn native(call: &str, args: &Args<'_>) -> Answer {
    /// WAIT_TYPE.
    const WAIT_ANY: i32 = 1;
    let alertable = args.truth("Alertable").into();
    let limit = interval(args, "Timeout");
    let timeout = limit.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: handles can be anything, the list is as long as it says, and the limit lives here.
    let ended = unsafe {
        match call {
            "NtWaitForSingleObject" => {
                nt_objects::NtWaitForSingleObject(args.handle("Handle"), alertable, timeout)
            }
            "NtWaitForMultipleObjects" => {
                let handles: Vec<HANDLE> = args.handles("Handles");
                let kind = if args.truth("WaitAll") { 0 } else { WAIT_ANY };
                let count = handles.len() as u32;
                nt_objects::NtWaitForMultipleObjects(count, handles.as_ptr(), kind, alertable, timeout)
            }
            "NtSignalAndWaitForSingleObject" => {
                let (signal, wait) = (args.handle("SignalHandle"), args.handle("WaitHandle"));
                nt_objects::NtSignalAndWaitForSingleObject(signal, wait, alertable, timeout)
            }
            "NtDelayExecution" => {
                // A sleep without end is one of the longest time, for it takes no NULL.
                let interval = interval(args, "DelayInterval").unwrap_or(i64::MIN);
                nt_objects::NtDelayExecution(alertable, &raw const interval)
            }
            "NtWaitForAlertByThreadId" => return Some(wait_for_alert(timeout).map(status)),
            _ => return None,
        }
    };
    Some(Ok(status(ended)))
}

/// NtWaitForAlertByThreadId, which came with Windows 8. Its first parameter makes no difference.
fn wait_for_alert(timeout: *const i64) -> Result<i32, Refused> {
    let function = nt_objects::lately(c"NtWaitForAlertByThreadId")?;
    // SAFETY: the function has these parameters, and the limit lives in the caller.
    unsafe {
        type Wait = unsafe extern "system" fn(*const std::ffi::c_void, *const i64) -> i32;
        Ok(std::mem::transmute::<unsafe extern "system" fn() -> isize, Wait>(function)(
            std::ptr::null(),
            timeout,
        ))
    }
}

/// A limit of a Win32 call in milliseconds.
pub(crate) fn milliseconds(args: &Args<'_>, name: &str) -> u32 {
    match args.get(name) {
        Some(Given::Number(0)) => 0,
        Some(Given::Number(number)) if *number != i64::from(INFINITE) => LIMIT,
        _ => INFINITE,
    }
}

/// A limit of a system service, in 100 ns from now; none if there is no limit.
pub(crate) fn interval(args: &Args<'_>, name: &str) -> Option<i64> {
    match args.get(name) {
        Some(Given::Number(0)) => Some(0),
        Some(Given::Number(_)) => Some(-10_000 * i64::from(LIMIT)),
        _ => None,
    }
}
