//! What a service does to one object.

/// What a service does to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// NtClearEvent.
    ClearEvent,
    /// NtPulseEvent.
    PulseEvent,
    /// NtQueryEvent.
    QueryEvent,
    /// NtReleaseSemaphore.
    ReleaseSemaphore {
        /// lReleaseCount.
        release: u32,
    },
    /// NtQuerySemaphore.
    QuerySemaphore,
    /// NtReleaseMutant.
    ReleaseMutant,
    /// NtQueryMutant.
    QueryMutant,
    /// NtSetTimer.
    SetTimer {
        /// The due time is now.
        due_at_once: bool,
        /// A period was given.
        periodic: bool,
    },
    /// NtCancelTimer.
    CancelTimer,
    /// NtQueryTimer.
    QueryTimer,
    /// NtAlertThread.
    AlertThread,
    /// NtSetInformationFile(FileIoCompletionNotificationInformation).
    SetModes {
        /// FILE_SKIP_ bits.
        modes: u8,
    },
    /// NtQueryIoCompletion.
    QueryPort,
}
