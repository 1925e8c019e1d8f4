//! What a call is expected to return.

use sim_core::NtStatus;
use sim_core::win32::Win32Error;

use crate::scenario::calls::Answer;
use crate::scenario::hresult::hresult_named;
use crate::scenario::result::CallResult;

/// One accepted result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// TRUE, or any handle.
    Succeeds,
    /// FALSE, SOCKET_ERROR, or no handle.
    Fails,
    /// WAIT_OBJECT_0 + n.
    Signaled(u32),
    /// WAIT_ABANDONED_0 + n.
    Abandoned(u32),
    /// WAIT_IO_COMPLETION.
    UserApc,
    /// WAIT_FAILED.
    WaitFails,
    /// The call does not return.
    Blocks,
    /// An exception, whichever.
    Raises,
    /// An exception of this NTSTATUS.
    RaisesStatus(NtStatus),
    /// This NTSTATUS.
    Status(NtStatus),
    /// This Win32 error.
    Error(Win32Error),
    /// This value.
    Value(u64),
    /// The HRESULT that stands for this NTSTATUS.
    HResult(NtStatus),
}

impl Expectation {
    /// The result of that name.
    pub fn named(name: &str) -> Option<Expectation> {
        Some(match name {
            "TRUE" => Expectation::Succeeds,
            "FALSE" | "SOCKET_ERROR" | "INVALID_SOCKET" => Expectation::Fails,
            "WAIT_OBJECT_0" => Expectation::Signaled(0),
            "WAIT_ABANDONED_0" | "WAIT_ABANDONED" => Expectation::Abandoned(0),
            "WAIT_IO_COMPLETION" => Expectation::UserApc,
            "STATUS_WAIT_0" => Expectation::Status(NtStatus::SUCCESS),
            "WAIT_FAILED" => Expectation::WaitFails,
            "blocks" => Expectation::Blocks,
            "raises" => Expectation::Raises,
            _ if name.starts_with("raises ") => Expectation::RaisesStatus(NtStatus::from_name(&name[7..])?),
            _ if hresult_named(name).is_some() => Expectation::HResult(hresult_named(name)?),
            _ => match NtStatus::from_name(name) {
                Some(status) => Expectation::Status(status),
                None => Expectation::Error(Win32Error::from_name(name)?),
            },
        })
    }

    /// The result of that name for the object at this place of a wait for several.
    pub fn sum(name: &str, place: u32) -> Option<Expectation> {
        Some(match name {
            "WAIT_OBJECT_0" => Expectation::Signaled(place),
            "WAIT_ABANDONED_0" => Expectation::Abandoned(place),
            "STATUS_WAIT_0" => Expectation::Status(NtStatus(place)),
            "STATUS_ABANDONED_WAIT_0" => Expectation::Status(NtStatus(NtStatus::ABANDONED_WAIT_0.0 + place)),
            _ => return None,
        })
    }

    /// Whether a call that returned meets it.
    pub fn met_by(self, result: &CallResult) -> bool {
        if let Expectation::Raises | Expectation::RaisesStatus(_) = self {
            let wanted = match self {
                Expectation::RaisesStatus(status) => Some(status),
                _ => result.raised,
            };
            return result.raised.is_some() && result.raised == wanted;
        }
        if result.raised.is_some() {
            return false;
        }
        match self {
            Expectation::Succeeds => result.succeeded,
            Expectation::Fails => !result.succeeded,
            Expectation::Signaled(place) => result.answer == Answer::Wait && result.status.0 == place,
            Expectation::Abandoned(place) => {
                let abandoned = NtStatus(NtStatus::ABANDONED_WAIT_0.0 + place);
                result.answer == Answer::Wait && result.status == abandoned
            }
            Expectation::UserApc => result.answer != Answer::Status && result.status == NtStatus::USER_APC,
            Expectation::WaitFails => result.answer == Answer::Wait && result.status.is_error(),
            Expectation::Blocks | Expectation::Raises | Expectation::RaisesStatus(_) => false,
            Expectation::Status(status) => result.status == status,
            Expectation::Error(Win32Error::SUCCESS) => {
                result.succeeded && result.error != Win32Error::ALREADY_EXISTS
            }
            Expectation::Error(error) => result.answer != Answer::Status && result.error == error,
            Expectation::Value(value) => result.value == Some(value),
            Expectation::HResult(status) => result.answer == Answer::HResult && result.status == status,
        }
    }
}
