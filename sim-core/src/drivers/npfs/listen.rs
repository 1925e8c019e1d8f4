//! FSCTL_PIPE_LISTEN.

use crate::drivers::npfs::ccb::{Ccb, PipeEnd, PipeState};
use crate::drivers::npfs::pend::NpQueueIrp;
use crate::frame::{Next, Routine, steps};
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// NpListen: the server waits for a client (ConnectNamedPipe, FSCTL_PIPE_LISTEN).
    ///
    /// A disconnected instance listens from then on, and whoever waits for one is woken. Errors: STATUS_ILLEGAL_FUNCTION
    /// at a client's end; STATUS_PIPE_CONNECTED; STATUS_PIPE_CLOSING if the client has closed its end already;
    /// STATUS_PIPE_LISTENING instead of waiting (PIPE_NOWAIT), but STATUS_SUCCESS the first time after a client was
    /// disconnected. Sources: Win32, ConnectNamedPipe; ReactOS drivers/filesystems/npfs/statesup.c;
    /// ReactOS kernel tests npfs/NpfsConnect; Wine ntdll/tests/pipe.c, test_overlapped.
    pub enum NpListen = "NpListen" {
        Start { irp: Id<Irp>, device: Id<Device> } = "lock", "take the driver's lock: can the instance listen?";
        Wake { irp: Id<Irp>, device: Id<Device>, at: u32 }
            = "D2", "who waited for an instance: exchange the next one's cancel routine with NULL";
    }
}

impl Routine for NpListen {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Start { device, .. } => k[device].lock.is_none(),
            Self::Wake { .. } => true,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Start { irp, device } => {
                k.acquire_queue_lock(device, thread);
                let Some((ccb, PipeEnd::Server)) = k.pipe_end(k[irp].file) else {
                    return k.end_request(thread, device, irp, NtStatus::ILLEGAL_FUNCTION, 0);
                };
                let status = match k[ccb].state {
                    PipeState::Connected => NtStatus::PIPE_CONNECTED,
                    PipeState::Closing => NtStatus::PIPE_CLOSING,
                    PipeState::Disconnected => {
                        k.end_waits(thread, device, k[ccb].fcb, NtStatus::SUCCESS);
                        return Next::goto(Self::Wake { irp, device, at: 0 });
                    }
                    PipeState::Listening if k[ccb].server_modes.nowait => NtStatus::PIPE_LISTENING,
                    PipeState::Listening => return Next::goto(NpQueueIrp::SetRoutine { irp, device }),
                };
                k.end_request(thread, device, irp, status, 0)
            }
            Self::Wake { irp, device, mut at } => {
                let waiter = Thread::DEFERRED.of(&k[thread]).nth(at as usize);
                if let Some(waiter) = waiter {
                    at += u32::from(k.take_routine(thread, waiter));
                }
                if at < k.dequeued(thread) {
                    return Next::goto(Self::Wake { irp, device, at });
                }
                match k.pipe_end(k[irp].file) {
                    Some((ccb, _)) if k[ccb].server_modes.nowait => {
                        k.listen(ccb);
                        // The first time after a client, the answer is that the pipe can be opened again.
                        k.end_request_after(thread, (device, at), irp, NtStatus::SUCCESS, 0)
                    }
                    _ => Next::goto(NpQueueIrp::SetRoutine { irp, device }),
                }
            }
        }
    }
}

impl Kernel {
    /// The instance can be opened by a client from now on.
    pub(super) fn listen(&mut self, ccb: Id<Ccb>) {
        self.set(ccb, Ccb::STATE, PipeState::Listening, "the server listens");
    }
}
