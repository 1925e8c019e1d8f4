//! IRP_MJ_CLEANUP of a pipe: one end closes.

use crate::drivers::npfs::ccb::{Ccb, PipeEnd, PipeState};
use crate::drivers::npfs::fcb::Fcb;
use crate::frame::{Next, Routine, steps};
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// NpFsdCleanup: the last handle to an end of a pipe is closed.
    ///
    /// The requests that wait at this end, the reads that wait at the other and the writes that nobody will read end
    /// with STATUS_PIPE_BROKEN, not with STATUS_CANCELLED. What this end has written stays for the other to read. With
    /// its second end an instance goes, with its last instance a pipe. Sources: ReactOS
    /// drivers/filesystems/npfs/statesup.c, NpSetClosingPipeState; ReactOS kernel tests npfs/NpfsReadWrite; Wine
    /// ntdll/tests/file.c, test_file_io_completion.
    pub enum NpCleanup = "NpFsdCleanup" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "lock", "take the driver's lock: empty the queue that this end reads, and end the other's reads";
    }
}

impl Routine for NpCleanup {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Start { device, .. } = self;
        k[device].lock.is_none()
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Start { irp, device } = self;
        k.acquire_queue_lock(device, thread);
        if let Some((ccb, end)) = k.pipe_end(k[irp].file) {
            k.close_end(thread, device, ccb, end);
        }
        k.end_request(thread, device, irp, NtStatus::SUCCESS, 0)
    }
}

impl Kernel {
    /// NpSetClosingPipeState.
    fn close_end(&mut self, thread: Id<Thread>, device: Id<Device>, ccb: Id<Ccb>, end: PipeEnd) {
        let status = NtStatus::PIPE_BROKEN;
        if self[ccb].state == PipeState::Connected {
            self.let_end_go(ccb, end, "this end is closed");
            self.set(ccb, Ccb::STATE, PipeState::Closing, "one end is closed");
            self.drain(thread, ccb, end, status);
            if !self.holds_writes(ccb, end.other()) {
                self.drain(thread, ccb, end.other(), status);
            }
            return;
        }
        self.end_listening(thread, ccb, status);
        for reader in PipeEnd::ALL {
            self.drain(thread, ccb, *reader, status);
        }
        let fcb = self[ccb].fcb;
        self.delete_instance(ccb);
        if Fcb::INSTANCES.first(&self[fcb]).is_none() {
            self.end_waits(thread, device, fcb, NtStatus::OBJECT_NAME_NOT_FOUND);
            self.destroy(fcb, "the pipe has no instance any more");
        }
    }
}
