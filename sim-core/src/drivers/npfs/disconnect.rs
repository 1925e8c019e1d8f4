//! FSCTL_PIPE_DISCONNECT.

use crate::drivers::npfs::ccb::{Ccb, PipeEnd, PipeState};
use crate::frame::{Next, Routine, steps};
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// NpDisconnect: the server lets its client go (DisconnectNamedPipe, FSCTL_PIPE_DISCONNECT).
    ///
    /// What nobody has read is lost, and the requests of both ends fail with STATUS_PIPE_DISCONNECTED. The client's file
    /// object stays, an end of nothing. Errors: STATUS_ILLEGAL_FUNCTION at a client's end; STATUS_PIPE_DISCONNECTED if
    /// it was. Sources: ReactOS drivers/filesystems/npfs/statesup.c; ReactOS kernel tests npfs/NpfsConnect,
    /// NpfsReadWrite; Wine kernel32/tests/pipe.c.
    pub enum NpDisconnect = "NpDisconnect" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "lock", "take the driver's lock: empty the queues, the client is no end any more";
    }
}

impl Routine for NpDisconnect {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Start { device, .. } = self;
        k[device].lock.is_none()
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Start { irp, device } = self;
        k.acquire_queue_lock(device, thread);
        let status = match k.pipe_end(k[irp].file) {
            Some((ccb, PipeEnd::Server)) => k.disconnect(thread, ccb),
            Some((_, PipeEnd::Client)) => NtStatus::ILLEGAL_FUNCTION,
            None => NtStatus::PIPE_DISCONNECTED,
        };
        k.end_request(thread, device, irp, status, 0)
    }
}

impl Kernel {
    /// NpSetDisconnectedPipeState.
    fn disconnect(&mut self, thread: Id<Thread>, ccb: Id<Ccb>) -> NtStatus {
        if self[ccb].state == PipeState::Disconnected {
            return NtStatus::PIPE_DISCONNECTED;
        }
        self.end_listening(thread, ccb, NtStatus::PIPE_DISCONNECTED);
        for reader in PipeEnd::ALL {
            self.drain(thread, ccb, *reader, NtStatus::PIPE_DISCONNECTED);
        }
        self.let_end_go(ccb, PipeEnd::Client, "the server lets its client go");
        self.set(ccb, Ccb::STATE, PipeState::Disconnected, "the server has disconnected");
        NtStatus::SUCCESS
    }
}
