//! What the catalogue of rules knows beside each rule: its bug check's parameters, its public source, what is watched.

use crate::finding::Rule;

/// The parameters of a bug check that has nothing but an IRP.
const IRP: &[&str] = &["the IRP", "reserved", "reserved", "reserved"];
/// Those of a rule of Driver Verifier's that is about an IRP.
const IRP_OF_RULE: &[&str] = &["which rule", "where in the driver's code", "the IRP", "the device object"];
/// Those of a DDI compliance rule.
const DDI: &[&str] =
    &["which rule", "a text with the rule's condition", "the rule's state", "more of its state"];

impl Rule {
    /// The bug check's parameters, in order; none without a bug check.
    pub const fn parameter_names(self) -> &'static [&'static str] {
        match self {
            Rule::ReferenceByPointer => {
                &["the object's type", "the object", "reserved", "the count that was reached"]
            }
            Rule::InvalidKernelHandle => &["the handle", "0: it is protected", "0", "0"],
            Rule::VerifierDetectedViolation => &[
                "which rule",
                "the handle, for 0x3F the object",
                "its type, for 0x3F the new count",
                "reserved",
            ],
            Rule::CancelledNotCompleted | Rule::IrpCancelField => {
                &["which rule", "the IRP", "how many milliseconds it had", "reserved"]
            }
            Rule::CompletedWithCancelRoutine => &["which rule", "the cancel routine", "the IRP", "0"],
            Rule::ForwardedWithCancelRoutine => IRP_OF_RULE,
            Rule::CompletedAsPending => &["which rule", "the status", "the IRP", "0"],
            Rule::FreedThreadIrp => &["which rule", "the IRP", "0", "0"],
            Rule::PendingNotMarked
            | Rule::PendedCompletedRequest
            | Rule::MarkedNotPending
            | Rule::PendingNotPropagated
            | Rule::InconsistentStatus
            | Rule::ReturnedWithoutCompleting => IRP_OF_RULE,
            Rule::MultipleIrpCompleteRequests | Rule::NoMoreIrpStackLocations => IRP,
            Rule::CancelStateInCompletedIrp => &["the IRP", "the cancel routine", "reserved", "reserved"],
            Rule::SpinLockAlreadyOwned | Rule::SpinLockNotOwned => {
                &["the spin lock", "reserved", "reserved", "reserved"]
            }
            Rule::SpinLockNotReleased => DDI,
            Rule::SpinLockDeadlock => {
                &["which rule", "the lock that closes the circle", "reserved", "reserved"]
            }
            Rule::RoutineNeverEnds => &[
                "0: one DPC took too long",
                "the time that it took",
                "the time that it may take",
                "reserved",
            ],
            Rule::CorruptListEntry => {
                &["3: a LIST_ENTRY is corrupt", "the trap frame", "the exception", "reserved"]
            }
            Rule::ContextFreedTwice => {
                &["which rule", "reserved", "what stands in the pool header", "the memory that is freed"]
            }
            _ => &[],
        }
    }

    /// The public source of the rule.
    pub const fn source(self) -> &'static str {
        match self {
            Rule::ReferenceByPointer => "WDK, Bug Check 0x18",
            Rule::NoMoreIrpStackLocations => "WDK, Bug Check 0x35",
            Rule::MultipleIrpCompleteRequests => "WDK, Bug Check 0x44; DoubleCompletion rule",
            Rule::CancelStateInCompletedIrp => "WDK, Bug Check 0x48",
            Rule::InvalidKernelHandle => "WDK, Bug Check 0x93",
            Rule::VerifierDetectedViolation | Rule::CancelledNotCompleted => "WDK, Bug Check 0xC4",
            Rule::IrpCancelField => "WDK, IrpCancelField rule; Bug Check 0xC4",
            Rule::PendingNotMarked => "WDK, MarkIrpPending2 rule; Bug Check 0xC9",
            Rule::MarkedNotPending => "WDK, MarkIrpPending rule; Bug Check 0xC9",
            Rule::PendedCompletedRequest => "WDK, PendedCompletedRequest rule; Bug Check 0xC9",
            Rule::ReturnedWithoutCompleting => "WDK, IrpProcessingComplete rule; Bug Check 0xC9",
            Rule::FreedThreadIrp => "WDK, IoAllocateFree rule; Bug Check 0xC9",
            Rule::CompletedWithCancelRoutine | Rule::CompletedAsPending | Rule::PendingNotPropagated => {
                "WDK, Bug Check 0xC9"
            }
            Rule::SpinLockAlreadyOwned => "WDK, Bug Check 0xF; SpinLock rule",
            Rule::SpinLockNotOwned => "WDK, Bug Check 0x10; SpinLock rule",
            Rule::RoutineNeverEnds => "WDK, Bug Check 0x133",
            Rule::CorruptListEntry => "WDK, Bug Check 0x139",
            Rule::SpinLockDeadlock => "WDK, Bug Check 0xC4; Deadlock Detection",
            Rule::SpinLockNotReleased => {
                "WDK, Bug Check 0xC4; SpinlockRelease and CancelSpinlockRelease rules"
            }
            Rule::NextLocationNotSetUp => {
                "WDK, Passing IRPs Down the Driver Stack; IoSkipCurrentIrpStackLocation"
            }
            Rule::IrpUsedAfterCallDriver => "WDK, IoCallDriver; Force Pending I/O Requests",
            Rule::ForwardedWithCancelRoutine => "WDK, Bug Check 0xC9; Points to Consider When Canceling IRPs",
            Rule::EventUsedAfterReturn => "WDK, Defining and Using an Event Object; KeInitializeEvent",
            Rule::MarkingQueuedIrps => "WDK, MarkingQueuedIrps rule",
            Rule::InconsistentStatus => "WDK, Bug Check 0xC9; Completing IRPs",
            Rule::ListWithoutLock => "WDK, Driver-Managed IRP Queues; Using a Driver-Supplied Spin Lock",
            Rule::CompletedWhileQueued => "WDK, Synchronizing IRP Cancellation; RemoveEntryList",
            Rule::ContextFreedTwice => "WDK, Bug Check 0xC2; ExFreePool",
            Rule::ContextNotFreed => {
                "WDK, DispatchClose Routines; Bug Check 0xC4 (0x62: at the driver's unload)"
            }
            Rule::RemoveLockNotReleased => "WDK, RemoveLockRelease2 and RemoveLockReleaseRead rules",
            Rule::IrpUsedAfterCompletion => "WDK, IoCompleteRequest; MarkingQueuedIrps rule",
            Rule::CompletedUnderSpinLock => "WDK, IoCompleteRequest; SpinLockSafe rule",
            Rule::NullPointerUsed => "WDK, IoCsqRemoveNextIrp; ExAllocatePool2",
            Rule::ContextUsedAfterFree => "WDK, Errors in Handling Cleanup and Close Operations",
            Rule::RemoveLockNotHeld => "WDK, Using Remove Locks; RemoveLock rule",
            Rule::OwnIrpCompleted => "WDK, IoAllocateIrp; IoAllocateForward rule",
            Rule::IrpUsedAfterFree => "WDK, Completing IRPs; IoMarkIrpPending",
            Rule::FreedWhileInUse | Rule::ReusedWhileInUse => "Win32, OVERLAPPED; ReadFile",
            Rule::WriteToFreedMemory => "Win32, I/O Completion Ports; Synchronous and Asynchronous I/O",
            Rule::StaleHandle => "Win32, CloseHandle; PROCESS_MITIGATION_STRICT_HANDLE_CHECK_POLICY",
            Rule::SharedFileSignal => {
                "Win32, GetOverlappedResult; Synchronization and Overlapped Input and Output"
            }
            Rule::CancelIoScope => "Win32, CancelIo; CancelIoEx",
            Rule::PacketCount => "Win32, GetQueuedCompletionStatus; SetFileCompletionNotificationModes",
        }
    }

    /// What the model looks at for it, and when.
    pub const fn watched(self) -> &'static str {
        match self {
            Rule::ReferenceByPointer => "every drop of a reference, by anybody: the count before it",
            Rule::InvalidKernelHandle => "NtClose with the previous mode KernelMode",
            Rule::VerifierDetectedViolation => {
                "ObReferenceObjectByHandle with the previous mode KernelMode, and ObReferenceObject"
            }
            Rule::MultipleIrpCompleteRequests => {
                "every IoCompleteRequest: the IRP was completed before and is still there"
            }
            Rule::CompletedWithCancelRoutine | Rule::CompletedAsPending => "every IoCompleteRequest",
            Rule::PendingNotMarked | Rule::MarkedNotPending => {
                "the return of every dispatch routine: its status, and whether it called IoMarkIrpPending"
            }
            Rule::PendedCompletedRequest => {
                "the return of a dispatch routine: it has completed its IRP itself and not marked it. One that has marked it \
                 must return STATUS_PENDING also then"
            }
            Rule::PendingNotPropagated => "every completion routine: the driver below had marked the IRP",
            Rule::CancelStateInCompletedIrp => "every call of a cancel routine",
            Rule::NoMoreIrpStackLocations => "every IoCallDriver: CurrentLocation",
            Rule::CancelledNotCompleted | Rule::IrpCancelField => {
                "the end of a run: Irp->Cancel is set, and nobody can take a step that completes the IRP"
            }
            Rule::IrpUsedAfterFree => "every primitive, completion and APC that takes an IRP",
            Rule::OwnIrpCompleted => {
                "the completion of an IRP that a driver has made: it reaches the I/O manager"
            }
            Rule::FreedThreadIrp => "every IoFreeIrp: the IRP is on the list of a thread",
            Rule::IrpUsedAfterCompletion => {
                "every primitive that takes an IRP, and every look at a field of one"
            }
            Rule::ReturnedWithoutCompleting => {
                "the return of every dispatch routine: nobody has completed the IRP, and it is not pending"
            }
            Rule::CompletedUnderSpinLock => {
                "every IoCompleteRequest: the thread holds a lock, the cancel spin lock too"
            }
            Rule::NullPointerUsed => "every primitive that takes an IRP or irp.FsContext",
            Rule::ContextUsedAfterFree => "UseFsContext: ExFreePool was called for this file object",
            Rule::ContextFreedTwice => "ExFreePool: it was called for this file object before",
            Rule::ContextNotFreed => "the end of IRP_MJ_CLOSE: what ExAllocatePool2 gave is still there",
            Rule::RoutineNeverEnds => "the 1,000th turn of the loops of one call",
            Rule::InconsistentStatus => {
                "the return of a dispatch routine that has completed its IRP and not marked it: IoStatus.Status"
            }
            Rule::FreedWhileInUse
            | Rule::ReusedWhileInUse
            | Rule::WriteToFreedMemory
            | Rule::StaleHandle
            | Rule::SharedFileSignal
            | Rule::CancelIoScope
            | Rule::PacketCount => self.watched_of_users(),
            Rule::NextLocationNotSetUp
            | Rule::ForwardedWithCancelRoutine
            | Rule::IrpUsedAfterCallDriver
            | Rule::EventUsedAfterReturn => self.watched_of_stacks(),
            Rule::SpinLockAlreadyOwned
            | Rule::SpinLockNotOwned
            | Rule::SpinLockNotReleased
            | Rule::SpinLockDeadlock
            | Rule::RemoveLockNotHeld
            | Rule::RemoveLockNotReleased
            | Rule::CorruptListEntry
            | Rule::CompletedWhileQueued
            | Rule::ListWithoutLock
            | Rule::MarkingQueuedIrps => self.watched_of_locks(),
        }
    }

    const fn watched_of_stacks(self) -> &'static str {
        match self {
            Rule::NextLocationNotSetUp | Rule::ForwardedWithCancelRoutine => {
                "every IoCallDriver of a driver's program, and IoForwardIrpSynchronously"
            }
            Rule::IrpUsedAfterCallDriver => {
                "every primitive that takes an IRP, and every look at a field of one: its routine has passed it on, and no \
                 completion routine of the driver's has kept it"
            }
            _ => {
                "every KeSetEvent by the Context of a completion routine: the routine with the event has returned"
            }
        }
    }

    const fn watched_of_locks(self) -> &'static str {
        match self {
            Rule::CorruptListEntry => "every InsertTailList: the IRP is in a list",
            Rule::ListWithoutLock => {
                "every InsertTailList, RemoveHeadList and RemoveEntryList: the thread holds no spin lock of any kind"
            }
            Rule::CompletedWhileQueued => {
                "every IoCompleteRequest of a driver's program: the IRP is in a list"
            }
            Rule::MarkingQueuedIrps => {
                "every IoMarkIrpPending: the IRP is in a list already, and the thread holds no spin lock"
            }
            Rule::SpinLockAlreadyOwned | Rule::SpinLockNotOwned => {
                "every acquisition and release of a spin lock, the cancel spin lock too"
            }
            Rule::SpinLockNotReleased => {
                "the return of every routine: the thread holds a lock. A cancel routine is called with one"
            }
            Rule::SpinLockDeadlock => {
                "every acquisition: its holder waits for a lock of this thread, or for others who do"
            }
            Rule::RemoveLockNotHeld => "every release of a remove lock: its count is 0",
            _ => {
                "the return of a dispatch routine with another status than STATUS_PENDING: it has acquired more often than \
                 released"
            }
        }
    }

    const fn watched_of_users(self) -> &'static str {
        match self {
            Rule::FreedWhileInUse => {
                "every HeapFree: a request is outstanding with this memory, or its packet is still in a port"
            }
            Rule::ReusedWhileInUse => "every request with `overlapped`: an earlier one still writes it",
            Rule::WriteToFreedMemory => "every write of a result into a status block or a buffer",
            Rule::StaleHandle => {
                "the beginning of every call that is given a label: the handle's value names another object than the label \
                 did. A value that names nothing is refused, and no finding"
            }
            Rule::SharedFileSignal => {
                "the beginning of a wait for a file, and of a GetOverlappedResult that waits for one: two or more requests \
                 without an event of their own are outstanding on the file object"
            }
            Rule::PacketCount => {
                "every HeapFree of an OVERLAPPED: a packet with it is in a port, and the request has been finished"
            }
            _ => {
                "the beginning of CancelIo: the thread has nothing outstanding on the file object, other threads of its \
                 process have"
            }
        }
    }
}
