//! What a call returned, as the program sees it.

use std::fmt;

use sim_core::NtStatus;
use sim_core::drivers::ntfs::create::{FILE_OPENED, FILE_OVERWRITTEN};
use sim_core::io::open_options::CreateDisposition;
use sim_core::win32::Win32Error;

use crate::scenario::calls::Answer;
use crate::scenario::hresult::hresult_name;

/// The result of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallResult {
    /// How the call answers.
    pub answer: Answer,
    /// The NTSTATUS behind the answer; for a removed packet of a Win32 call, the packet's.
    pub status: NtStatus,
    /// What GetLastError gives; after a success ERROR_SUCCESS, or ERROR_ALREADY_EXISTS if a name was opened.
    pub error: Win32Error,
    /// Whether the call says that it succeeded.
    pub succeeded: bool,
    /// The exception that the call raised in its program, instead of returning to it.
    pub raised: Option<NtStatus>,
    /// A returned handle's value.
    pub value: Option<u64>,
}

impl CallResult {
    /// The result of a service that ended with this status and value.
    pub fn new(answer: Answer, status: NtStatus, value: Option<u64>) -> CallResult {
        // The HRESULT of both is that of ERROR_INVALID_HANDLE.
        let status = match (answer, status) {
            (Answer::HResult, NtStatus::OBJECT_TYPE_MISMATCH) => NtStatus::INVALID_HANDLE,
            (_, status) => status,
        };
        let interrupted = matches!(status, NtStatus::TIMEOUT | NtStatus::USER_APC);
        let pending = interrupted && matches!(answer, Answer::Bool | Answer::Completed)
            || status == NtStatus::PENDING && answer != Answer::Started;
        let succeeded = match answer {
            Answer::Status => status.is_success(),
            Answer::Bool | Answer::Completed => {
                status.is_success() && !pending && status != NtStatus::ABANDONED_WAIT_0
            }
            Answer::HResult => {
                status.is_success() && status != NtStatus::TIMEOUT || status == NtStatus::NO_MORE_ENTRIES
            }
            answer if answer.is_of_winsock() => status.is_success() && !pending,
            // ReadFileEx says nothing of a request that is pending.
            _ => status.is_success(),
        };
        // Only here does GetLastError say more than that the call succeeded.
        let quiet = answer == Answer::HResult
            || succeeded
                && (answer != Answer::Wait || status != NtStatus::TIMEOUT)
                && status != NtStatus::OBJECT_NAME_EXISTS;
        let error = match (quiet, answer, status) {
            (true, ..) => Win32Error::SUCCESS,
            (_, Answer::Completed, NtStatus::PENDING) => Win32Error::IO_INCOMPLETE,
            _ if answer.is_of_winsock() => Win32Error::of_socket(status),
            _ => Win32Error::of(status),
        };
        CallResult { answer, status, error, succeeded, raised: None, value: value.filter(|_| succeeded) }
    }
}

impl CallResult {
    /// What CreateFile says beyond its status: ERROR_ALREADY_EXISTS with a handle to a file that it opened or emptied
    /// and would have created, ERROR_FILE_EXISTS in the place of ERROR_ALREADY_EXISTS. Sources: Win32, CreateFile; Wine
    /// dlls/kernelbase/file.c.
    pub fn of_create_file(self, disposition: CreateDisposition, action: u32) -> CallResult {
        let existed = match disposition {
            CreateDisposition::OpenIf => action == FILE_OPENED,
            CreateDisposition::OverwriteIf => action == FILE_OVERWRITTEN,
            _ => false,
        };
        let error = match self.status {
            _ if self.succeeded && existed && self.answer != Answer::Status => Win32Error::ALREADY_EXISTS,
            NtStatus::OBJECT_NAME_COLLISION => Win32Error::FILE_EXISTS,
            _ => self.error,
        };
        CallResult { error, ..self }
    }

    /// Whether the program has a reason to ask GetLastError.
    pub fn tells_error(&self) -> bool {
        !self.succeeded && self.answer != Answer::HResult
            || self.error == Win32Error::ALREADY_EXISTS && self.answer != Answer::Status
    }
}

impl fmt::Display for CallResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(status) = self.raised {
            return write!(f, "raises {status}");
        }
        match (self.answer, self.succeeded) {
            (Answer::Flags, true) => write!(f, "flags {}", self.value.unwrap_or_default()),
            (Answer::Status, _) => write!(f, "{}", self.status),
            (Answer::HResult, _) => match hresult_name(self.status) {
                Some(name) => f.write_str(name),
                None => write!(f, "{}", self.status),
            },
            (Answer::Memory, _) => f.write_str("a buffer"),
            (Answer::View, true) => f.write_str("a view"),
            (Answer::Bool | Answer::Started | Answer::Completed | Answer::SocketBool, true) => {
                f.write_str("TRUE")
            }
            (Answer::Socket | Answer::Transferred, true) => write!(f, "{}", self.value.unwrap_or_default()),
            (Answer::Socket | Answer::Transferred, false) => write!(f, "SOCKET_ERROR, {}", self.error),
            (Answer::SocketHandle, false) => write!(f, "INVALID_SOCKET, {}", self.error),
            (Answer::Completed, false) if self.status == NtStatus::USER_APC => {
                f.write_str("FALSE, WAIT_IO_COMPLETION")
            }
            (
                Answer::Bool | Answer::Started | Answer::Completed | Answer::Flags | Answer::SocketBool,
                false,
            ) => {
                write!(f, "FALSE, {}", self.error)
            }
            (Answer::HandleOrNull | Answer::HandleOrInvalid | Answer::SocketHandle, true) => match self.value
            {
                Some(value) if self.error != Win32Error::SUCCESS => {
                    write!(f, "handle 0x{value:x}, {}", self.error)
                }
                Some(value) => write!(f, "handle 0x{value:x}"),
                None => f.write_str("TRUE"),
            },
            (Answer::HandleOrNull | Answer::View, false) => write!(f, "NULL, {}", self.error),
            (Answer::HandleOrInvalid, false) => write!(f, "INVALID_HANDLE_VALUE, {}", self.error),
            (Answer::Wait | Answer::Sleep, true) => match (self.status, self.status.wait_place()) {
                (NtStatus::USER_APC, _) => f.write_str("WAIT_IO_COMPLETION"),
                (NtStatus::SUCCESS, _) if self.answer == Answer::Sleep => f.write_str("0"),
                (NtStatus::SUCCESS, _) => f.write_str("WAIT_OBJECT_0"),
                (NtStatus::ABANDONED_WAIT_0, _) => f.write_str("WAIT_ABANDONED_0"),
                (_, Some((false, place))) => write!(f, "WAIT_OBJECT_0 + {place}"),
                (_, Some((true, place))) => write!(f, "WAIT_ABANDONED_0 + {place}"),
                _ => write!(f, "{}", self.error),
            },
            (Answer::Sleep, false) => write!(f, "{}", self.error),
            (Answer::Wait, false) => write!(f, "WAIT_FAILED, {}", self.error),
        }
    }
}
