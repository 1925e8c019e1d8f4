//! The names of statuses and errors, as the model writes them.

use sim_core::NtStatus;
use sim_core::win32::Win32Error;

/// The name of an NTSTATUS, or its number.
pub(crate) fn status_name(status: i32) -> String {
    NtStatus(status as u32).to_string()
}

/// The name of a Win32 error, or its number.
pub(crate) fn error_name(error: u32) -> String {
    Win32Error(error).to_string()
}
