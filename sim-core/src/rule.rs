//! The catalogue of rules: what each is called, what it says, how bad it is to break it, and where that is written.
//!
//! An id is the name that Static Driver Verifier has for the rule. A rule that it does not have is named in the same way.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::finding::Rule;
use crate::word::word_enum;

word_enum! {
    /// What comes of a broken rule.
    pub enum Severity {
        /// Windows stops with a bug check.
        StopsTheSystem = "stops the system",
        /// Driver Verifier stops the system; without it Windows goes on to what comes of the mistake.
        DriverVerifier = "Driver Verifier stops the system",
        /// Windows does not notice: memory that belongs to somebody else is read or written.
        CorruptsMemory = "corrupts memory",
        /// Windows does not notice, and it can go well.
        Warning = "warning",
    }
}

impl Rule {
    /// What it is called: `DoubleCompletion`.
    pub const fn id(self) -> &'static str {
        match self {
            Rule::ReferenceByPointer => "ReferenceByPointer",
            Rule::InvalidKernelHandle => "InvalidKernelHandle",
            Rule::VerifierDetectedViolation => "InvalidObjectReference",
            Rule::MultipleIrpCompleteRequests => "DoubleCompletion",
            Rule::CompletedWithCancelRoutine => "CompletedWithCancelRoutine",
            Rule::CompletedAsPending => "CompletedAsPending",
            Rule::PendingNotMarked => "MarkIrpPending2",
            Rule::MarkedNotPending => "MarkIrpPending",
            Rule::PendingNotPropagated => "PendingReturnedPropagated",
            Rule::CancelStateInCompletedIrp => "CancelStateInCompletedIrp",
            Rule::NextLocationNotSetUp => "NextLocationNotSetUp",
            Rule::IrpUsedAfterCallDriver => "IrpUsedAfterCallDriver",
            Rule::ForwardedWithCancelRoutine => "ForwardedWithCancelRoutine",
            Rule::EventUsedAfterReturn => "EventUsedAfterReturn",
            Rule::NoMoreIrpStackLocations => "NoMoreIrpStackLocations",
            Rule::CancelledNotCompleted => "CancelledNotCompleted",
            Rule::IrpUsedAfterFree => "IrpUsedAfterFree",
            Rule::OwnIrpCompleted => "IoAllocateForward",
            Rule::FreedThreadIrp => "IoAllocateFree",
            Rule::IrpUsedAfterCompletion => "IrpUsedAfterCompletion",
            Rule::ReturnedWithoutCompleting => "IrpProcessingComplete",
            Rule::CompletedUnderSpinLock => "SpinLockSafe",
            Rule::NullPointerUsed => "NullPointerUsed",
            Rule::ContextUsedAfterFree => "ContextUsedAfterFree",
            Rule::SpinLockAlreadyOwned => "SpinLock",
            Rule::SpinLockNotOwned => "SpinLockNotOwned",
            Rule::SpinLockNotReleased => "SpinlockRelease",
            Rule::SpinLockDeadlock => "DeadlockDetection",
            Rule::RemoveLockNotHeld => "RemoveLock",
            Rule::RoutineNeverEnds => "DpcWatchdog",
            Rule::CorruptListEntry => "CorruptListEntry",
            Rule::FreedWhileInUse => "FreedWhileInUse",
            Rule::ReusedWhileInUse => "ReusedWhileInUse",
            Rule::WriteToFreedMemory => "WriteToFreedMemory",
            Rule::IrpCancelField => "IrpCancelField",
            Rule::MarkingQueuedIrps => "MarkingQueuedIrps",
            Rule::PendedCompletedRequest => "PendedCompletedRequest",
            Rule::CompletedWhileQueued => "CompletedWhileQueued",
            Rule::ContextFreedTwice => "ContextFreedTwice",
            Rule::ContextNotFreed => "ContextNotFreed",
            Rule::RemoveLockNotReleased => "RemoveLockRelease2",
            Rule::StaleHandle => "StaleHandle",
            Rule::SharedFileSignal => "SharedFileSignal",
            Rule::CancelIoScope => "CancelIoScope",
            Rule::PacketCount => "PacketCount",
            Rule::InconsistentStatus => "InconsistentStatus",
            Rule::ListWithoutLock => "ListWithoutLock",
        }
    }

    /// Its bug check with the first parameters that it can have: `0xC4, 0x3C or 0xF5`. None without one.
    pub fn bug_check_words(self) -> Option<String> {
        let code = self.bug_check()?;
        let first: Vec<String> = self.subcodes().iter().map(|first| format!("0x{first:02X}")).collect();
        Some(match first.is_empty() {
            true => format!("0x{code:X}"),
            false => format!("0x{code:X}, {}", first.join(" or ")),
        })
    }

    /// What comes of it when the rule is broken.
    pub const fn severity(self) -> Severity {
        match self {
            _ if self.is_of_memory() => Severity::CorruptsMemory,
            _ if self.needs_verifier() || matches!(self, Rule::ReturnedWithoutCompleting) => {
                Severity::DriverVerifier
            }
            _ if self.bug_check().is_some() => Severity::StopsTheSystem,
            _ if self.stops() => Severity::CorruptsMemory,
            _ => Severity::Warning,
        }
    }

    /// Whether it is about a program in user mode, and not about a driver or the system.
    pub const fn is_of_user_mode(self) -> bool {
        self.is_of_memory()
            || matches!(self, Rule::StaleHandle | Rule::SharedFileSignal | Rule::CancelIoScope)
    }

    /// The rule as one sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Rule::InvalidKernelHandle => "a driver closes no handle that is protected from close",
            Rule::VerifierDetectedViolation => {
                "a driver references objects only by handles that are open, or while it holds them"
            }
            Rule::ReferenceByPointer => "no reference is dropped that was not taken",
            Rule::MultipleIrpCompleteRequests => "an IRP is completed exactly once",
            Rule::CompletedWithCancelRoutine => {
                "an IRP is completed only after its cancel routine was cleared"
            }
            Rule::CompletedAsPending => "an IRP is not completed with STATUS_PENDING",
            Rule::PendingNotMarked => {
                "a dispatch routine returns STATUS_PENDING only for an IRP that is marked pending"
            }
            Rule::MarkedNotPending => "a dispatch routine that marks an IRP pending returns STATUS_PENDING",
            Rule::PendingNotPropagated => {
                "a completion routine marks an IRP pending if PendingReturned is set"
            }
            Rule::CancelStateInCompletedIrp => "no cancel routine is called for a completed IRP",
            Rule::NoMoreIrpStackLocations => "an IRP has a stack location for each driver it is passed to",
            Rule::CancelledNotCompleted => "a cancelled IRP is completed in time",
            Rule::IrpUsedAfterFree => "an IRP is not used after it was freed",
            Rule::OwnIrpCompleted => {
                "a driver frees the IRPs that it allocates: their completion ends with it"
            }
            Rule::IrpUsedAfterCompletion => "a driver does not touch an IRP that was completed",
            Rule::ReturnedWithoutCompleting => {
                "a dispatch routine completes the IRP, passes it on, or marks it pending"
            }
            Rule::CompletedUnderSpinLock => "no IRP is completed while a spin lock is held",
            Rule::NullPointerUsed => "a driver looks whether a pointer is NULL before it uses it",
            Rule::ContextUsedAfterFree => "a driver keeps what its requests use until IRP_MJ_CLOSE",
            Rule::RoutineNeverEnds => "a routine of a driver ends in time",
            Rule::FreedThreadIrp => "a driver frees no IRP that belongs to a thread",
            Rule::IrpCancelField => "a driver that sets a cancel routine looks at Irp->Cancel afterwards",
            Rule::PendedCompletedRequest => {
                "a dispatch routine that completes an IRP does not return STATUS_PENDING"
            }
            Rule::ContextFreedTwice => "a driver frees its context of a file object once",
            Rule::ContextNotFreed => "a driver frees its context of a file object by the end of IRP_MJ_CLOSE",
            Rule::InconsistentStatus => {
                "a dispatch routine returns the status that it has completed the IRP with"
            }
            Rule::FreedWhileInUse
            | Rule::ReusedWhileInUse
            | Rule::WriteToFreedMemory
            | Rule::StaleHandle
            | Rule::SharedFileSignal
            | Rule::CancelIoScope
            | Rule::PacketCount => self.users_sentence(),
            Rule::NextLocationNotSetUp
            | Rule::IrpUsedAfterCallDriver
            | Rule::ForwardedWithCancelRoutine
            | Rule::EventUsedAfterReturn => self.stacks_sentence(),
            Rule::SpinLockAlreadyOwned
            | Rule::SpinLockNotOwned
            | Rule::SpinLockNotReleased
            | Rule::SpinLockDeadlock
            | Rule::RemoveLockNotHeld
            | Rule::RemoveLockNotReleased
            | Rule::CorruptListEntry
            | Rule::CompletedWhileQueued
            | Rule::ListWithoutLock
            | Rule::MarkingQueuedIrps => self.locks_sentence(),
        }
    }

    /// The same of those about drivers above others.
    const fn stacks_sentence(self) -> &'static str {
        match self {
            Rule::NextLocationNotSetUp => {
                "a driver sets up the next stack location before it passes an IRP on"
            }
            Rule::IrpUsedAfterCallDriver => "a driver does not touch an IRP that it has passed on",
            Rule::ForwardedWithCancelRoutine => {
                "an IRP is passed on only after its cancel routine was cleared"
            }
            _ => "an event in a routine's variables is not used after it has returned",
        }
    }

    /// The same of those about locks and lists.
    const fn locks_sentence(self) -> &'static str {
        match self {
            Rule::SpinLockAlreadyOwned => "a thread does not acquire a spin lock that it holds",
            Rule::SpinLockNotOwned => "a thread releases only spin locks that it holds",
            Rule::SpinLockNotReleased => "a routine returns without spin locks",
            Rule::SpinLockDeadlock => "spin locks are acquired in one order",
            Rule::RemoveLockNotHeld => "each release of a remove lock has its acquisition",
            Rule::CorruptListEntry => "an IRP is in one list at a time",
            Rule::MarkingQueuedIrps => "an IRP is marked pending before others can take it out of the queue",
            Rule::CompletedWhileQueued => "an IRP is taken out of its list before it is completed",
            Rule::ListWithoutLock => "a list of IRPs is touched only with a spin lock held",
            _ => "no remove lock is held when a dispatch routine is done with its IRP",
        }
    }

    /// The same of those about programs in user mode.
    const fn users_sentence(self) -> &'static str {
        match self {
            Rule::FreedWhileInUse => "a program frees no memory that a request still writes",
            Rule::ReusedWhileInUse => "a status block serves one request at a time",
            Rule::WriteToFreedMemory => "no request writes into memory that was freed",
            Rule::StaleHandle => "a closed handle is not used: its value may name another object by now",
            Rule::SharedFileSignal => {
                "a wait for a file says something only if one request without an event is outstanding on it"
            }
            Rule::PacketCount => "an OVERLAPPED is kept until its packet has been removed from the port",
            _ => "CancelIo cancels only what the calling thread has issued",
        }
    }
}
