//! The services of mutants.

use crate::ke::mutant::Mutant;
use crate::nt::object_service::object_service;

object_service! {
    /// NtReleaseMutant: takes one acquisition of the calling thread back. Returns CurrentCount from before.
    ///
    /// Errors besides: STATUS_MUTANT_NOT_OWNED. Sources: Win32, ReleaseMutex; Wine ntdll/tests/sync.c, test_mutant.
    NtReleaseMutant = "NtReleaseMutant", (), Mutant, access 0, "release" "release the mutant once",
    |k, thread, mutant| k.release_mutant(mutant, thread).map(|before| before as u32)
}

object_service! {
    /// NtQueryMutant: returns MUTANT_BASIC_INFORMATION.CurrentCount. Source: Wine ntdll/tests/sync.c, test_mutant.
    NtQueryMutant = "NtQueryMutant", (), Mutant, access 1, "query" "read the mutant's count",
    |k, _, mutant| Ok(k[mutant].current_count() as u32)
}
