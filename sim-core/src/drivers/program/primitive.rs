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
        /// Acquires a remove lock, one of the device's or the one in a file's context. Errors: STATUS_DELETE_PENDING after IoReleaseRemoveLockAndWait. (WDK,
        /// IoAcquireRemoveLock.)
        IoAcquireRemoveLock = "IoAcquireRemoveLock",
        /// Releases a remove lock. (WDK, IoReleaseRemoveLock.)
        IoReleaseRemoveLock = "IoReleaseRemoveLock",
        /// Releases a remove lock, lets nobody acquire it any more, and waits until all others have released it. (WDK,
        /// IoReleaseRemoveLockAndWait.)
        IoReleaseRemoveLockAndWait = "IoReleaseRemoveLockAndWait",
        /// Allocates what FileObject->FsContext of the IRP points to, and returns it; NULL if it fails, where allocations can.
        /// (WDK, ExAllocatePool2.)
        ExAllocatePool2 = "ExAllocatePool2",
        /// Frees what FileObject->FsContext of the IRP points to. The pointer stays. (WDK, ExFreePool.)
        ExFreePool = "ExFreePool",
        /// Reads or writes what FileObject->FsContext of the IRP points to, or a variable that has the value of FsContext.
        UseFsContext = "UseFsContext",
        /// Takes the IRP that a context stands for out of a cancel-safe queue, and returns it; NULL if it is not there any
        /// more, or if somebody cancels it. (WDK, IoCsqRemoveIrp.)
        IoCsqRemoveIrp = "IoCsqRemoveIrp",
        /// Sets the cancel routine, if one is given. Then the driver's StartIo routine is called with the IRP, or, while
        /// the device is busy with another, the IRP is put into the device queue. (WDK, IoStartPacket.)
        IoStartPacket = "IoStartPacket",
        /// The device is done with DeviceObject->CurrentIrp: takes the oldest IRP out of the device queue and calls the
        /// driver's StartIo routine with it. (WDK, IoStartNextPacket.)
        IoStartNextPacket = "IoStartNextPacket",
        /// Takes the IRP out of the device queue; returns FALSE if it is not there. (WDK, KeRemoveEntryDeviceQueue; Cancel
        /// Routines in Drivers with StartIo Routines.)
        KeRemoveEntryDeviceQueue = "KeRemoveEntryDeviceQueue",
        /// Passes the IRP to the driver of the device below and returns what that returns. From then on it is the driver's
        /// again only in its completion routine. (WDK, IoCallDriver; Passing IRPs Down the Driver Stack.)
        IoCallDriver = "IoCallDriver",
        /// The driver below gets the IRP with the driver's own stack location. (WDK, IoSkipCurrentIrpStackLocation.)
        IoSkipCurrentIrpStackLocation = "IoSkipCurrentIrpStackLocation",
        /// The driver below gets a copy of the driver's stack location, without a completion routine. (WDK,
        /// IoCopyCurrentIrpStackLocationToNext.)
        IoCopyCurrentIrpStackLocationToNext = "IoCopyCurrentIrpStackLocationToNext",
        /// Sets the routine that is called when the driver below has completed the IRP. (WDK, IoSetCompletionRoutine.)
        IoSetCompletionRoutine = "IoSetCompletionRoutine",
        /// Initialises an event: one of the routine's own, which goes with it, or one that the device keeps. (WDK,
        /// KeInitializeEvent.)
        KeInitializeEvent = "KeInitializeEvent",
        /// Signals an event. (WDK, KeSetEvent.)
        KeSetEvent = "KeSetEvent",
        /// Makes an event not signalled. (WDK, KeClearEvent.)
        KeClearEvent = "KeClearEvent",
        /// Waits until an event is signalled. (WDK, KeWaitForSingleObject.)
        KeWaitForSingleObject = "KeWaitForSingleObject",
        /// A system worker thread will call the routine, with the IRP that is given as its Context. (WDK, IoQueueWorkItem.)
        IoQueueWorkItem = "IoQueueWorkItem",
        /// The DPC routine is called when the timer is due, which can be at any moment. (WDK, KeSetTimer.)
        KeSetTimer = "KeSetTimer",
        /// Takes a timer back; returns FALSE if it was not set: then its DPC has been called, or is running. (WDK,
        /// KeCancelTimer.)
        KeCancelTimer = "KeCancelTimer",
        /// Puts the IRP at the head of a list. (WDK, InsertHeadList.)
        InsertHeadList = "InsertHeadList",
        /// Whether nothing is in a list. (WDK, IsListEmpty.)
        IsListEmpty = "IsListEmpty",
        /// Passes the IRP to the driver of the device below and waits until that has completed it: then it is the driver's
        /// again. The next stack location must be a copy. (WDK, IoForwardIrpSynchronously.)
        IoForwardIrpSynchronously = "IoForwardIrpSynchronously",
        /// Sets the status that IoCompleteRequest completes the IRP with: `irp.IoStatus.Status = STATUS_SUCCESS`. (WDK,
        /// Setting the I/O Status Block in an IRP.)
        SetIoStatusStatus = "Irp->IoStatus.Status",
        /// Sets the number of bytes that IoCompleteRequest completes the IRP with: `irp.IoStatus.Information = 0`. (WDK,
        /// Setting the I/O Status Block in an IRP.)
        SetIoStatusInformation = "Irp->IoStatus.Information",
    }
}
