//! The primitives that a driver's program calls.

use crate::word::word_enum;

word_enum! {
    /// What a driver can call. One call is one atomic step.
    pub enum Primitive {
        /// Marks the IRP pending: the dispatch routine returns STATUS_PENDING. (WDK, IoMarkIrpPending.)
        IoMarkIrpPending = "IoMarkIrpPending",
        /// Exchanges the IRP's cancel routine, and returns what was set: NULL if nothing was, or if somebody cancels the
        /// IRP already. (WDK, IoSetCancelRoutine.)
        IoSetCancelRoutine = "IoSetCancelRoutine",
        /// Sets IoStatus and completes the IRP. (WDK, IoCompleteRequest.)
        IoCompleteRequest = "IoCompleteRequest",
        /// Takes the system-wide cancel spin lock. (WDK, IoAcquireCancelSpinLock.)
        IoAcquireCancelSpinLock = "IoAcquireCancelSpinLock",
        /// Releases the system-wide cancel spin lock, which a cancel routine is called with. (WDK,
        /// IoReleaseCancelSpinLock.)
        IoReleaseCancelSpinLock = "IoReleaseCancelSpinLock",
        /// Takes a spin lock; the thread spins until it is free. (WDK, KeAcquireSpinLock.)
        KeAcquireSpinLock = "KeAcquireSpinLock",
        /// Releases a spin lock. (WDK, KeReleaseSpinLock.)
        KeReleaseSpinLock = "KeReleaseSpinLock",
        /// Appends the IRP to a list. (WDK, InsertTailList.)
        InsertTailList = "InsertTailList",
        /// Takes the oldest IRP out of a list, and returns it, or NULL; with a file object, the oldest for that file: the walk
        /// through the list that a cleanup routine makes. (WDK, RemoveHeadList; DispatchCleanup Routines.)
        RemoveHeadList = "RemoveHeadList",
        /// Takes the IRP out of the list that it is in. (WDK, RemoveEntryList.)
        RemoveEntryList = "RemoveEntryList",
        /// Marks the IRP pending and queues it; if it is cancelled already, completes it with STATUS_CANCELLED. (WDK,
        /// IoCsqInsertIrp.)
        IoCsqInsertIrp = "IoCsqInsertIrp",
        /// Takes the oldest IRP that nobody cancels out of the queue, and returns it, or NULL; with a file object as
        /// PeekContext, the oldest for that file. (WDK, IoCsqRemoveNextIrp.)
        IoCsqRemoveNextIrp = "IoCsqRemoveNextIrp",
        /// Acquires a remove lock. Errors: STATUS_DELETE_PENDING after IoReleaseRemoveLockAndWait. (WDK,
        /// IoAcquireRemoveLock.)
        IoAcquireRemoveLock = "IoAcquireRemoveLock",
        /// Releases a remove lock. (WDK, IoReleaseRemoveLock.)
        IoReleaseRemoveLock = "IoReleaseRemoveLock",
        /// Releases a remove lock, lets nobody acquire it any more, and waits until all others have released it. (WDK,
        /// IoReleaseRemoveLockAndWait.)
        IoReleaseRemoveLockAndWait = "IoReleaseRemoveLockAndWait",
        /// Allocates what FileObject->FsContext of the IRP points to, and returns it. (WDK, ExAllocatePool2.)
        ExAllocatePool2 = "ExAllocatePool2",
        /// Frees what FileObject->FsContext of the IRP points to. The pointer stays. (WDK, ExFreePool.)
        ExFreePool = "ExFreePool",
        /// Reads or writes what FileObject->FsContext of the IRP points to, and returns the pointer. A pointer that was kept is
        /// used without the IRP, which may be gone by then.
        UseFsContext = "UseFsContext",
    }
}
