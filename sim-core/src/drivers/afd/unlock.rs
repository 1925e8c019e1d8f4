//! The end of each of the driver's routines: what waits and can end now ends, and the lock is released.

use crate::frame::{Next, Returned, Routine, steps};
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// UnlockAndMaybeComplete: ends the requests in the queue that can end now, the oldest first, and releases the lock;
    /// after that it completes them, and at last the routine's own request (`own`), unless that waits.
    ///
    /// A request whose cancel routine is gone already is its canceller's, and gets nothing. Source: ReactOS
    /// drivers/network/afd/afd/lock.c; WDK, "Synchronizing IRP Cancellation".
    pub enum UnlockAndMaybeComplete = "UnlockAndMaybeComplete" {
        Serve { device: Id<Device>, own: Option<Id<Irp>> }
            = "D2", "the next request that can end: exchange its cancel routine with NULL, non-NULL means ours; release the lock after the last";
        Complete { own: Option<Id<Irp>> } = "D3", "complete the next IRP that is ours";
        Return { status: NtStatus } = "return", "return";
    }
}

impl Routine for UnlockAndMaybeComplete {
    fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            // Nobody can cancel a request of the driver's own that it has not queued.
            Self::Complete { own } => own.is_some() && Thread::DEFERRED.first(&k[thread]).is_none(),
            Self::Return { .. } => true,
            Self::Serve { .. } => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Serve { device, own } => {
                if k.serve_next(thread, device) {
                    return Next::goto(self);
                }
                k.release_queue_lock(device, thread);
                match own.is_none() && k.dequeued(thread) == 0 {
                    true => Next::fail(NtStatus::PENDING),
                    false => Next::goto(Self::Complete { own }),
                }
            }
            Self::Complete { own } => {
                k.forget_returned(thread);
                if let Some(irp) = Thread::DEFERRED.first(&k[thread]) {
                    k.remove(thread, Thread::DEFERRED, irp, "");
                    return Next::call(self, k.complete_concluded(irp));
                }
                let Some(irp) = own else { return Next::fail(NtStatus::PENDING) };
                let status = if k[irp].pending { NtStatus::PENDING } else { k[irp].status };
                Next::call(Self::Return { status }, k.complete_concluded(irp))
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::Return(Returned::status(status))
            }
        }
    }
}

steps! {
    /// AfdCancelHandler, after the cancel spin lock is released.
    ///
    /// Source: ReactOS drivers/network/afd/afd/main.c.
    pub enum AfdCancelHandler = "AfdCancelHandler" {
        Unlink { irp: Id<Irp>, device: Id<Device> } = "X2", "take the driver's lock, and the IRP out of its queue";
    }
}

impl Routine for AfdCancelHandler {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Unlink { device, .. } = self;
        k[device].lock.is_none()
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Unlink { irp, device } = self;
        k.acquire_queue_lock(device, thread);
        k.take_off(thread, device, irp, (NtStatus::CANCELLED, 0));
        Next::goto(UnlockAndMaybeComplete::Serve { device, own: None })
    }
}

impl Kernel {
    /// A request leaves the queue and will be completed so.
    pub(super) fn take_off(
        &mut self,
        thread: Id<Thread>,
        device: Id<Device>,
        irp: Id<Irp>,
        (status, information): (NtStatus, u32),
    ) {
        self.remove(device, Device::QUEUE, irp, "the request need not wait any more");
        self.dequeue(thread, Some(irp), status, information);
        self.let_other_go(irp);
    }

    /// Ends the oldest request that can end, if there is one.
    fn serve_next(&mut self, thread: Id<Thread>, device: Id<Device>) -> bool {
        let queued: alloc::vec::Vec<Id<Irp>> = Device::QUEUE.of(&self[device]).collect();
        for irp in queued.into_iter().filter(|irp| self[*irp].cancel_routine).collect::<alloc::vec::Vec<_>>()
        {
            if let Some(end) = self.end_of_request(irp) {
                self.take_cancel_routine(irp, "the driver owns the IRP now");
                self.take_off(thread, device, irp, end);
                return true;
            }
        }
        false
    }
}
