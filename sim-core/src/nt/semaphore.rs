//! The services of semaphores.

use crate::ke::semaphore::Semaphore;
use crate::nt::object_service::object_service;
use crate::status::NtStatus;

object_service! {
    /// NtReleaseSemaphore: adds `release` to the count and satisfies waits with it. Returns the count from before.
    ///
    /// Errors besides: STATUS_INVALID_PARAMETER for a release of none or of a negative number;
    /// STATUS_SEMAPHORE_LIMIT_EXCEEDED, with the count unchanged, for one past the maximum. Sources: Win32,
    /// ReleaseSemaphore; Wine ntdll/tests/sync.c, test_semaphore.
    NtReleaseSemaphore = "NtReleaseSemaphore", (release: u32), Semaphore, access 2,
    "release" "add to the semaphore's count",
    |k, _, semaphore, release| match i32::try_from(release) {
        Ok(1..) => k.release_semaphore(semaphore, release),
        _ => Err(NtStatus::INVALID_PARAMETER),
    }
}

object_service! {
    /// NtQuerySemaphore: returns SEMAPHORE_BASIC_INFORMATION.CurrentCount. Source: Wine ntdll/tests/sync.c,
    /// test_semaphore.
    NtQuerySemaphore = "NtQuerySemaphore", (), Semaphore, access 1, "query" "read the semaphore's count",
    |k, _, semaphore| Ok(k[semaphore].current_count)
}

/// Whether a semaphore can be made with these counts: each is a 32-bit number with a sign, the maximum is above zero
/// and the first count not above it. Source: Win32, CreateSemaphore.
pub(crate) fn check_counts(initial: u32, limit: u32) -> Result<(), NtStatus> {
    let fits = limit > 0 && limit <= i32::MAX as u32 && initial <= limit;
    if fits { Ok(()) } else { Err(NtStatus::INVALID_PARAMETER) }
}
