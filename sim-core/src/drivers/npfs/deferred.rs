//! Requests that were dequeued under the driver's lock, and are completed after it is released.

use crate::drivers::npfs::data_entry::DataEntry;
use crate::frame::{Next, Returned, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// NpCompleteDeferredIrps: the end of each of npfs's routines.
    ///
    /// Of the requests that were dequeued it completes those whose cancel routine was still set; a canceller that was
    /// faster completes the others. At last it completes the routine's own request (`own`), unless that pends. Source:
    /// ReactOS drivers/filesystems/npfs/npfs.h, datasup.c.
    pub enum NpCompleteDeferredIrps = "NpCompleteDeferredIrps" {
        TakeRoutine { device: Id<Device>, own: Option<Id<Irp>>, at: u32 }
            = "D2", "exchange the next dequeued IRP's cancel routine with NULL: non-NULL means ours; release the lock after the last";
        Complete { own: Option<Id<Irp>> } = "D3", "complete the next IRP that is ours";
        Return { status: NtStatus } = "return", "return";
    }
}

impl Routine for NpCompleteDeferredIrps {
    fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            // The driver has not pended its own request, so only its issuer can finish that.
            Self::Complete { own } => own.is_some() && Thread::DEFERRED.first(&k[thread]).is_none(),
            Self::Return { .. } => true,
            Self::TakeRoutine { .. } => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::TakeRoutine { device, own, at } => k.release_pipes(thread, device, own, at),
            Self::Complete { own } => {
                k.forget_returned(thread);
                if let Some(irp) = Thread::DEFERRED.first(&k[thread]) {
                    k.remove(thread, Thread::DEFERRED, irp, "");
                    return Next::call(self, k.complete_concluded(irp));
                }
                match own {
                    None => Next::fail(NtStatus::PENDING),
                    Some(irp) => {
                        let status = k[irp].status;
                        Next::call(Self::Return { status }, k.complete_concluded(irp))
                    }
                }
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::Return(Returned::status(status))
            }
        }
    }
}

impl Kernel {
    /// Says how a request ends, for when it is completed.
    pub(in crate::drivers) fn conclude(&mut self, irp: Id<Irp>, status: NtStatus, information: u32) {
        self.set(irp, Irp::STATUS, status, "the driver set the final status");
        self.set(irp, Irp::INFORMATION, information, "bytes transferred");
    }

    pub(in crate::drivers) fn complete_concluded(&self, irp: Id<Irp>) -> IofCompleteRequest {
        let Irp { status, information, .. } = self[irp];
        IofCompleteRequest::Complete { irp, status, information }
    }

    /// A request was dequeued; whose it is the exchange of its cancel routine will show.
    pub(in crate::drivers) fn dequeue(
        &mut self,
        thread: Id<Thread>,
        irp: Option<Id<Irp>>,
        status: NtStatus,
        information: u32,
    ) {
        if let Some(irp) = irp {
            self.conclude(irp, status, information);
            self.push(thread, Thread::DEFERRED, irp, "");
        }
    }

    /// How many requests the thread has dequeued.
    pub(in crate::drivers) fn dequeued(&self, thread: Id<Thread>) -> u32 {
        Thread::DEFERRED.of(&self[thread]).len() as u32
    }

    /// D2 for one dequeued request: whether it is the driver's.
    pub(super) fn take_routine(&mut self, thread: Id<Thread>, irp: Id<Irp>) -> bool {
        if !self[irp].cancel_routine {
            // Its canceller waits for the lock, and completes it.
            self.remove(thread, Thread::DEFERRED, irp, "a canceller has the IRP");
            return false;
        }
        self.take_cancel_routine(irp, "the driver owns the IRP now");
        if let Some((_, _, entry)) = self.data_entry_of(irp) {
            self.set(entry, DataEntry::IRP, None, "all that it wrote has room: its writer need not wait");
        }
        true
    }

    /// Decides whose the next dequeued request is, the first `at` of them being the driver's; after the last it releases
    /// the lock.
    pub(super) fn release_pipes(
        &mut self,
        thread: Id<Thread>,
        device: Id<Device>,
        own: Option<Id<Irp>>,
        mut at: u32,
    ) -> Next {
        let next = Thread::DEFERRED.of(&self[thread]).nth(at as usize);
        if let Some(irp) = next {
            at += u32::from(self.take_routine(thread, irp));
        }
        if at < self.dequeued(thread) {
            return Next::goto(NpCompleteDeferredIrps::TakeRoutine { device, own, at });
        }
        self.release_queue_lock(device, thread);
        if own.is_none() && at == 0 {
            return Next::fail(NtStatus::PENDING);
        }
        Next::goto(NpCompleteDeferredIrps::Complete { own })
    }

    /// The end of a routine that has dequeued no request, or has not decided yet whose any of them is: its own request
    /// ends so.
    pub(super) fn end_request(
        &mut self,
        thread: Id<Thread>,
        device: Id<Device>,
        irp: Id<Irp>,
        status: NtStatus,
        information: u32,
    ) -> Next {
        self.end_request_after(thread, (device, 0), irp, status, information)
    }

    /// The same, with the first `at` of the dequeued requests the driver's already.
    pub(super) fn end_request_after(
        &mut self,
        thread: Id<Thread>,
        (device, at): (Id<Device>, u32),
        irp: Id<Irp>,
        status: NtStatus,
        information: u32,
    ) -> Next {
        self.conclude(irp, status, information);
        self.release_pipes(thread, device, Some(irp), at)
    }
}
