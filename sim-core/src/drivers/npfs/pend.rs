//! Pending a request: in a data queue, among an instance's requests to listen, or among those that wait for an instance.

use crate::drivers::npfs::ccb::Ccb;
use crate::frame::{Next, Routine, steps};
use crate::io::control_code::ControlCode;
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// NpAddDataQueueEntry, for a request that must wait: makes it cancelable, under the lock. It is in its queue, and
    /// marked pending, already.
    ///
    /// Source: ReactOS drivers/filesystems/npfs/datasup.c.
    pub enum NpAddDataQueueEntry = "NpAddDataQueueEntry" {
        SetRoutine { irp: Id<Irp>, device: Id<Device> } = "I3", "set the cancel routine";
        CheckCancel { irp: Id<Irp>, device: Id<Device> }
            = "I4", "was it cancelled meanwhile? then try to take the cancel routine back; release the lock";
    }
}

impl Routine for NpAddDataQueueEntry {
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::SetRoutine { irp, device } => {
                k.set_cancel_routine(irp, "from now on a cancel can end the request");
                Next::goto(Self::CheckCancel { irp, device })
            }
            Self::CheckCancel { irp, device } => {
                let mut at = k.dequeued(thread);
                if k[irp].cancel && k[irp].cancel_routine {
                    k.take_cancel_routine(irp, "it was cancelled before: the driver keeps it");
                    k.take_back(thread, irp);
                    at += 1;
                }
                k.release_pipes(thread, device, None, at)
            }
        }
    }
}

steps! {
    /// The end of NpSetListeningPipeState and NpAddWaiter: pends a request that waits for a client, or for an instance
    /// that listens.
    ///
    /// Unlike a request in a data queue it becomes cancelable before it is queued, and one that was cancelled already
    /// ends with STATUS_CANCELLED without having pended. Sources: ReactOS drivers/filesystems/npfs/statesup.c, waitsup.c.
    pub enum NpQueueIrp = "NpQueueIrp" {
        SetRoutine { irp: Id<Irp>, device: Id<Device> } = "I3", "set the cancel routine";
        Queue { irp: Id<Irp>, device: Id<Device> }
            = "I4", "was it cancelled meanwhile? if not, mark the IRP pending and queue it; release the lock";
    }
}

impl Routine for NpQueueIrp {
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::SetRoutine { irp, device } => {
                k.set_cancel_routine(irp, "from now on a cancel can end the request");
                Next::goto(Self::Queue { irp, device })
            }
            Self::Queue { irp, device } => {
                let at = k.dequeued(thread);
                if k[irp].cancel && k[irp].cancel_routine {
                    k.take_cancel_routine(irp, "it was cancelled before: the driver keeps it");
                    return k.end_request_after(thread, (device, at), irp, NtStatus::CANCELLED, 0);
                }
                k.queue_pipe_irp(irp, device);
                k.release_pipes(thread, device, None, at)
            }
        }
    }
}

impl Kernel {
    /// I2: a request in a data queue waits from now on.
    pub(super) fn pend_entry(&mut self, irp: Id<Irp>, device: Id<Device>) -> Next {
        self.mark_irp_pending(irp, "the driver will complete it later");
        Next::goto(NpAddDataQueueEntry::SetRoutine { irp, device })
    }

    /// NpCancelDataQueueIrp: a cancelled request leaves the queue that it is in. What it has written and nobody has read
    /// goes with it, and what waited behind it goes on.
    pub(super) fn take_back(&mut self, thread: Id<Thread>, irp: Id<Irp>) {
        self.dequeue(thread, Some(irp), NtStatus::CANCELLED, 0);
        if let Some((ccb, reader, entry)) = self.data_entry_of(irp) {
            self.remove_entry(ccb, reader, entry, "its request was cancelled");
            self.settle(thread, ccb, reader);
        }
    }

    fn queue_pipe_irp(&mut self, irp: Id<Irp>, device: Id<Device>) {
        self.mark_irp_pending(irp, "the driver will complete it later");
        match (self[irp].code, self.pipe_end(self[irp].file)) {
            (Some(ControlCode::PipeListen), Some((ccb, _))) => {
                self.listen(ccb);
                self.push(ccb, Ccb::LISTENERS, irp, "the request waits for a client");
            }
            _ => {
                self.push(device, Device::QUEUE, irp, "the request waits for an instance that listens");
                self.start_wait_timer(device);
            }
        }
    }
}
