//! The end of directory requests that were dequeued under the volume's lock.

use crate::frame::{Next, Routine, steps};
use crate::fsrtl::notify::Notify;
use crate::io::complete::IofCompleteRequest;
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// FsRtlNotifyCompleteIrp: completes the directory requests that were dequeued.
    ///
    /// Those whose cancel routine was taken already are a canceller's, and end with STATUS_CANCELLED. Source: WDK,
    /// FsRtlNotifyFullReportChange, Synchronizing IRP Cancellation.
    pub enum FsRtlNotifyCompleteIrp = "FsRtlNotifyCompleteIrp" {
        TakeRoutine { device: Id<Device>, at: u32 }
            = "D2", "exchange the next dequeued IRP's cancel routine with NULL: non-NULL means ours; release the lock after the last";
        Complete {} = "D3", "complete the next IRP that is ours";
    }
}

impl Routine for FsRtlNotifyCompleteIrp {
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::TakeRoutine { device, mut at } => {
                let next = Thread::DEFERRED.of(&k[thread]).nth(at as usize);
                if let Some(irp) = next {
                    at += u32::from(k.take_notify_routine(thread, irp));
                }
                if (at as usize) < Thread::DEFERRED.of(&k[thread]).len() {
                    return Next::goto(Self::TakeRoutine { device, at });
                }
                k.release_queue_lock(device, thread);
                Next::goto(Self::Complete {})
            }
            Self::Complete {} => {
                k.forget_returned(thread);
                let Some(irp) = Thread::DEFERRED.first(&k[thread]) else { return Next::SUCCESS };
                k.remove(thread, Thread::DEFERRED, irp, "");
                let Irp { status, information, .. } = k[irp];
                Next::call(self, IofCompleteRequest::Complete { irp, status, information })
            }
        }
    }
}

impl Kernel {
    /// Whether a dequeued request is the driver's. What a canceller was faster to take does not take changes with it.
    fn take_notify_routine(&mut self, thread: Id<Thread>, irp: Id<Irp>) -> bool {
        if self[irp].cancel_routine {
            self.take_cancel_routine(irp, "the driver owns the IRP now");
            return true;
        }
        self.remove(thread, Thread::DEFERRED, irp, "a canceller has the IRP");
        let Irp { file, status, information, .. } = self[irp];
        if let Some(notify) = self.notify_of(file) {
            let why = "the request was cancelled: the next one gets the changes";
            self.set(notify, Notify::REMEMBERED, information, why);
            self.set(notify, Notify::IMMEDIATELY, status == NtStatus::NOTIFY_ENUM_DIR, why);
        }
        false
    }

    /// Takes a directory request out of the queue and says how it ends, if it is still the driver's.
    pub(crate) fn dequeue_notify(
        &mut self,
        thread: Id<Thread>,
        (device, irp): (Id<Device>, Id<Irp>),
        (status, bytes): (NtStatus, u32),
    ) {
        self.remove(device, Device::QUEUE, irp, "the driver takes it out");
        self.set(irp, Irp::STATUS, status, "the driver set the final status");
        self.set(irp, Irp::INFORMATION, bytes, "bytes transferred");
        self.push(thread, Thread::DEFERRED, irp, "");
    }
}
