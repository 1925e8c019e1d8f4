//! HRESULTs: the names of those that the calls of I/O rings give, and the NTSTATUS that each stands for.

use sim_core::NtStatus;

/// The documented names. Another status has none, and is told as it is.
pub(super) const HRESULTS: [(&str, NtStatus); 10] = [
    ("S_OK", NtStatus::SUCCESS),
    ("S_FALSE", NtStatus::NO_MORE_ENTRIES),
    ("E_INVALID_HANDLE", NtStatus::INVALID_HANDLE),
    ("E_INVALIDARG", NtStatus::INVALID_PARAMETER),
    ("IORING_E_SUBMISSION_QUEUE_FULL", NtStatus::IORING_SUBMISSION_QUEUE_FULL),
    ("IORING_E_SUBMISSION_QUEUE_TOO_BIG", NtStatus::IORING_SUBMISSION_QUEUE_TOO_BIG),
    ("IORING_E_COMPLETION_QUEUE_TOO_BIG", NtStatus::IORING_COMPLETION_QUEUE_TOO_BIG),
    ("IORING_E_SUBMIT_IN_PROGRESS", NtStatus::IORING_SUBMIT_IN_PROGRESS),
    ("IORING_E_COMPLETION_QUEUE_TOO_FULL", NtStatus::IORING_COMPLETION_QUEUE_TOO_FULL),
    ("IORING_E_WAIT_TIMEOUT", NtStatus::TIMEOUT),
];

/// The name of a status as an HRESULT.
pub(crate) fn hresult_name(status: NtStatus) -> Option<&'static str> {
    HRESULTS.iter().find(|(_, known)| *known == status).map(|(name, _)| *name)
}

/// The status of the HRESULT of that name.
pub(crate) fn hresult_named(name: &str) -> Option<NtStatus> {
    HRESULTS.iter().find(|(known, _)| *known == name).map(|(_, status)| *status)
}
