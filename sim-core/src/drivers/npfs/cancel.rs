//! The cancel routines of the named pipe file system.

use crate::drivers::npfs::ccb::Ccb;
use crate::frame::{Next, Routine, steps};
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::word::Id;

steps! {
    /// NpCancelDataQueueIrp, NpCancelListeningQueueIrp and NpCancelWaitQueueIrp, after the cancel spin lock is released.
    ///
    /// The request may have been dequeued meanwhile; it is this routine's to complete all the same. With a write go the
    /// bytes of it that nobody has read, and what waited behind it goes on. Sources: ReactOS
    /// drivers/filesystems/npfs/datasup.c, statesup.c, waitsup.c.
    pub enum NpCancelIrp = "NpCancelIrp" {
        Unlink { irp: Id<Irp>, device: Id<Device> }
            = "X2", "take the driver's lock, and the IRP out of what it waits in";
    }
}

impl Routine for NpCancelIrp {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Unlink { device, .. } = self;
        k[device].lock.is_none()
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Unlink { irp, device } = self;
        k.acquire_queue_lock(device, thread);
        let listens = |ccb: &Ccb| Ccb::LISTENERS.holds(ccb, irp);
        let listener = k.all::<Ccb>().find(|(_, ccb)| listens(ccb)).map(|(id, _)| id);
        if let Some(ccb) = listener {
            k.remove(ccb, Ccb::LISTENERS, irp, "the cancel routine takes it out");
        }
        k.remove(device, Device::QUEUE, irp, "the cancel routine takes it out");
        k.take_back(thread, irp);
        k.release_pipes(thread, device, None, 1)
    }
}
