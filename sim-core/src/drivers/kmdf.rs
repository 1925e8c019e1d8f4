//! A driver of the framework (KMDF): its requests wait in a queue of the framework, which delivers one after the other.
//!
//! A request that waits is the framework's, which ends it if it is cancelled. One that was delivered is the driver's: it
//! ends when the driver completes it, and a cancel reaches it only if the driver has marked it cancelable. Sources: WDK,
//! "Synchronizing Cancel and Completion Code", WdfRequestMarkCancelable, WdfRequestUnmarkCancelable; the framework's
//! published source, fxioqueue.cpp and fxpkggeneral.cpp.

use crate::drivers::queue::FlushQueue;
use crate::frame::{Next, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::device::Device;
use crate::io::iosb::Iosb;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

/// What a driver of the framework does with a request that was delivered to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// It calls WdfRequestMarkCancelable, and WdfRequestUnmarkCancelable before it completes the request.
    Cancelable,
    /// It leaves it uncancelable.
    Uncancelable,
    /// It completes the request also if WdfRequestUnmarkCancelable said STATUS_CANCELLED.
    IgnoresUnmark,
}

steps! {
    /// The framework's queue, with sequential dispatching: it delivers its oldest request when the driver has none.
    ///
    /// The framework goes on with its queue when a new request has come, and when the driver's own has been completed.
    /// Sources: WDK, "Dispatching Methods for I/O Requests", WdfRequestMarkCancelable; fxioqueue.cpp.
    pub enum DispatchEvents = "DispatchEvents" {
        Take { device: Id<Device> }
            = "W1", "if the driver has no request, take the queue lock and take out the one that waits longest";
        TakeRoutine { device: Id<Device>, irp: Id<Irp> }
            = "W2", "exchange its cancel routine with NULL: non-NULL means that it can be delivered; release the lock";
        Deliver { device: Id<Device>, irp: Id<Irp> }
            = "W3", "the driver's EvtIo callback: WdfRequestMarkCancelable sets a cancel routine, under the lock";
        Start { device: Id<Device>, irp: Id<Irp> }
            = "W4", "was it cancelled meanwhile? then EvtRequestCancel is called at once; release the lock";
        Completed { device: Id<Device> } = "W5", "the driver's request has ended: on with the queue";
    }
}

impl Routine for DispatchEvents {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Take { device } | Self::Deliver { device, .. } | Self::Completed { device } => {
                k[device].lock.is_none()
            }
            Self::TakeRoutine { .. } | Self::Start { .. } => true,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Take { device } => {
                let oldest = Device::QUEUE.first(&k[device]);
                let Some(irp) = oldest.filter(|_| k[device].driver_io_count == 0) else {
                    return Next::SUCCESS;
                };
                k.acquire_queue_lock(device, thread);
                k.remove(device, Device::QUEUE, irp, "the framework takes it out to deliver it");
                Next::goto(Self::TakeRoutine { device, irp })
            }
            Self::TakeRoutine { device, irp } => {
                let is_ours = k.take_cancel_routine(irp, "the framework can deliver it");
                if is_ours {
                    k.set(device, Device::DRIVER_IO_COUNT, 1, "the request goes to the driver");
                }
                k.release_queue_lock(device, thread);
                match is_ours {
                    true => Next::goto(Self::Deliver { device, irp }),
                    false => Next::goto(Self::Take { device }),
                }
            }
            Self::Deliver { device, irp } => {
                k.acquire_queue_lock(device, thread);
                if k.delivered_how(device) != Some(Delivered::Uncancelable) {
                    k.set_cancel_routine(irp, "from now on a cancel calls EvtRequestCancel");
                }
                Next::goto(Self::Start { device, irp })
            }
            Self::Start { device, irp } => {
                let cancelled = k.was_cancelled_before(irp);
                if !cancelled {
                    k.set(device, Device::DELIVERED, Some(irp), "the driver has the request");
                }
                k.release_queue_lock(device, thread);
                match cancelled {
                    true => Next::goto(EvtRequestCancel::Complete { irp, device }),
                    false => Next::SUCCESS,
                }
            }
            Self::Completed { device } => {
                k.forget_returned(thread);
                k.set(device, Device::DRIVER_IO_COUNT, 0, "the driver has no request");
                Next::goto(Self::Take { device })
            }
        }
    }
}

steps! {
    /// The driver's callback for the cancel of a request that was delivered to it.
    ///
    /// Source: WDK, EVT_WDF_REQUEST_CANCEL.
    pub enum EvtRequestCancel = "EvtRequestCancel" {
        Complete { irp: Id<Irp>, device: Id<Device> } = "W6", "the driver completes it with STATUS_CANCELLED";
    }
}

impl EvtRequestCancel {
    /// The IRP that it is for.
    pub(crate) const fn irp(self) -> Id<Irp> {
        match self {
            Self::Complete { irp, .. } => irp,
        }
    }
}

impl Routine for EvtRequestCancel {
    fn step(self, _k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::Complete { irp, device } = self;
        let status = NtStatus::CANCELLED;
        Next::call(
            DispatchEvents::Completed { device },
            IofCompleteRequest::Complete { irp, status, information: 0 },
        )
    }
}

steps! {
    /// The driver's DPC: the device answers the request that was delivered.
    ///
    /// WdfRequestUnmarkCancelable decides between it and a cancel: if it returns STATUS_CANCELLED, EvtRequestCancel is
    /// called, or will be, and completes the request. Returns STATUS_NOT_FOUND then, and for a request that was not
    /// delivered. Source: WDK, WdfRequestUnmarkCancelable.
    pub enum EvtInterruptDpc = "EvtInterruptDpc" {
        Unmark { iosb: Id<Iosb>, device: Id<Device>, status: NtStatus, information: u32 }
            = "W7", "WdfRequestUnmarkCancelable: exchange its cancel routine with NULL; NULL means STATUS_CANCELLED";
        Complete { irp: Id<Irp>, device: Id<Device>, status: NtStatus, information: u32 }
            = "W8", "WdfRequestComplete";
    }
}

impl EvtInterruptDpc {
    /// Whether it is about to complete the IRP.
    pub(crate) fn completes(self, wanted: Id<Irp>) -> bool {
        matches!(self, Self::Complete { irp, .. } if irp == wanted)
    }
}

impl Routine for EvtInterruptDpc {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Unmark { device, .. } => k[device].lock.is_none(),
            Self::Complete { .. } => true,
        }
    }

    fn step(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        match self {
            Self::Unmark { iosb, device, status, information } => {
                let answered = k[device].delivered.filter(|irp| k.iosb_of(*irp) == Some(iosb));
                let Some(irp) = answered else { return Next::fail(NtStatus::NOT_FOUND) };
                let unmarked = k.take_cancel_routine(irp, "a cancel does not reach it any more");
                if !unmarked && k.delivered_how(device) == Some(Delivered::Cancelable) {
                    return Next::fail(NtStatus::NOT_FOUND);
                }
                k.set(device, Device::DELIVERED, None, "the driver completes it");
                Next::goto(Self::Complete { irp, device, status, information })
            }
            Self::Complete { irp, device, status, information } => Next::call(
                DispatchEvents::Completed { device },
                IofCompleteRequest::Complete { irp, status, information },
            ),
        }
    }
}

steps! {
    /// What the framework does at IRP_MJ_CLEANUP: EvtFileCleanup, and then every request of the file object that still
    /// waits in a queue ends with STATUS_CANCELLED (DispatchCleanup). What was delivered is the driver's to end.
    ///
    /// Sources: WDK, EVT_WDF_FILE_CLEANUP; fxpkggeneral.cpp, FxPkgGeneral::OnCleanup.
    pub enum OnCleanup = "OnCleanup" {
        EvtFileCleanup { irp: Id<Irp>, device: Id<Device> } = "W9", "call the driver's EvtFileCleanup; it does nothing here";
    }
}

impl Routine for OnCleanup {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        true
    }

    fn step(self, _k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::EvtFileCleanup { irp, device } = self;
        Next::goto(FlushQueue::Unlink { irp, device })
    }
}

impl Kernel {
    fn delivered_how(&self, device: Id<Device>) -> Option<Delivered> {
        self[device].driver.manner().delivered
    }
}
