//! The calls: one function makes each with the real API, under its documented name.

mod basic;
mod cancel;
mod disk;
mod files;
mod handles;
mod heap;
mod io;
mod jobs;
mod names;
mod native_io;
mod notify;
mod pipes;
mod ports;
mod processes;
mod queries;
mod request;
mod rings;
mod sections;
mod signals;
mod sockets;
mod threads;
mod waits;

use windows_sys::Win32::Foundation::{GetLastError, HANDLE, INVALID_HANDLE_VALUE, SetLastError};

use super::args::{Args, Refused};
use super::status::{error_name, status_name};
use crate::trace::Returned;

/// A call that was made.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    /// What it returned.
    pub(crate) returned: Returned,
    /// The handle that its label names.
    pub(crate) handle: Option<HANDLE>,
    /// The handle that its second label names.
    pub(crate) second: Option<HANDLE>,
    /// The process that the handles belong to, if it is another, by its id.
    pub(crate) owner: Option<u32>,
}

/// Makes a call. What its label names in memory is kept there.
///
/// # Errors
/// Why this process cannot make it.
pub(crate) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let groups = [
        basic::make,
        files::make,
        disk::make,
        io::make,
        native_io::make,
        pipes::make,
        ports::make,
        cancel::make,
        heap::make,
        signals::make,
        waits::make,
        threads::make,
        names::make,
        sections::make,
        notify::make,
        handles::make,
        processes::make,
        jobs::make,
        queries::make,
        rings::make,
        sockets::make,
    ];
    let found = groups.iter().find_map(|group| group(call, label, args));
    match found {
        None => Err(format!("the recorder has no call {call}")),
        Some(Ok(made)) if made.returned.result == "STATUS_NOT_IMPLEMENTED" => {
            Err(format!("this system has no {call}"))
        }
        Some(made) => made,
    }
}

/// What a group of calls answers: none if the call is not of the group.
pub(crate) type Answer = Option<Result<Made, Refused>>;

/// A system service returned.
pub(crate) fn status(status: i32) -> Made {
    Made {
        returned: Returned { result: status_name(status), error: None },
        handle: None,
        second: None,
        owner: None,
    }
}

/// A system service that gives a handle returned.
pub(crate) fn status_handle(status: i32, handle: HANDLE) -> Made {
    Made { handle: (status >= 0).then_some(handle), ..self::status(status) }
}

/// A Win32 function that answers with a BOOL.
pub(crate) fn truth(call: impl FnOnce() -> i32) -> Made {
    let (truth, error) = with_error(call);
    named(if truth != 0 { "TRUE" } else { "FALSE" }, (truth == 0).then_some(error))
}

/// A Win32 function that answers with a handle, or NULL.
pub(crate) fn handle_or_null(call: impl FnOnce() -> HANDLE) -> Made {
    let (handle, error) = with_error(call);
    with_handle(handle, error, handle.is_null(), "NULL")
}

/// A Win32 function that answers with a handle, or INVALID_HANDLE_VALUE.
pub(crate) fn handle_or_invalid(call: impl FnOnce() -> HANDLE) -> Made {
    let (handle, error) = with_error(call);
    with_handle(handle, error, handle == INVALID_HANDLE_VALUE, "INVALID_HANDLE_VALUE")
}

fn with_handle(handle: HANDLE, error: u32, failed: bool, failure: &str) -> Made {
    use windows_sys::Win32::Foundation::ERROR_ALREADY_EXISTS;
    if failed {
        return named(failure, Some(error));
    }
    let exists = (error == ERROR_ALREADY_EXISTS).then_some(error);
    Made { handle: Some(handle), ..named("handle", exists) }
}

/// A result by its name, with what GetLastError gave.
pub(crate) fn named(result: &str, error: Option<u32>) -> Made {
    let error = error.map(error_name);
    Made { returned: Returned { result: result.into(), error }, handle: None, second: None, owner: None }
}

/// What a call gave, and GetLastError after it.
pub(crate) fn with_error<T>(call: impl FnOnce() -> T) -> (T, u32) {
    // SAFETY: these two take and give numbers.
    unsafe {
        SetLastError(0);
        let given = call();
        (given, GetLastError())
    }
}
