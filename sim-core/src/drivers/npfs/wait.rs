//! FSCTL_PIPE_WAIT: waiting for an instance of a pipe that listens.

use alloc::vec::Vec;

use crate::drivers::npfs::ccb::{Ccb, PipeState};
use crate::drivers::npfs::fcb::Fcb;
use crate::drivers::npfs::pend::NpQueueIrp;
use crate::frame::{Next, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::device::Device;
use crate::io::file::File;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Id, Name};

steps! {
    /// NpWaitForNamedPipe: waits until an instance of a pipe listens (WaitNamedPipe, FSCTL_PIPE_WAIT).
    ///
    /// Errors: STATUS_ILLEGAL_FUNCTION at an end of a pipe: the file system's root must be open;
    /// STATUS_OBJECT_NAME_NOT_FOUND, also when the pipe goes meanwhile; STATUS_IO_TIMEOUT. Sources: ReactOS
    /// drivers/filesystems/npfs/fsctrl.c, waitsup.c; Wine kernel32/tests/pipe.c.
    pub enum NpWaitForNamedPipe = "NpWaitForNamedPipe" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "lock", "take the driver's lock: does an instance listen already?";
    }
}

impl Routine for NpWaitForNamedPipe {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Start { device, .. } = self;
        k[device].lock.is_none()
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Start { irp, device } = self;
        k.acquire_queue_lock(device, thread);
        let Irp { file, name, .. } = k[irp];
        let File { fs_context, name: path, .. } = k[file];
        let status = match name.and_then(|name| k.pipe_named(name)) {
            _ if fs_context.is_some() || path.is_some() => NtStatus::ILLEGAL_FUNCTION,
            None => NtStatus::OBJECT_NAME_NOT_FOUND,
            Some(fcb) if k.listening_instance(fcb).is_some() => NtStatus::SUCCESS,
            Some(_) => return Next::goto(NpQueueIrp::SetRoutine { irp, device }),
        };
        k.end_request(thread, device, irp, status, 0)
    }
}

steps! {
    /// NpTimerDispatch: the time of a request that waits for an instance runs out.
    ///
    /// One of the driver's own threads stands for the timers of all such requests; their times run out in the order in
    /// which they began. Source: ReactOS drivers/filesystems/npfs/waitsup.c.
    pub enum NpTimerDispatch = "NpTimerDispatch" {
        Wait { device: Id<Device> } = "timer", "wait for the time of the next request with a time limit";
        Expire { device: Id<Device> }
            = "due", "take the request out, and exchange its cancel routine with NULL: non-NULL means ours";
    }
}

impl Routine for NpTimerDispatch {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Wait { device } => k.limited_waiter(device).is_none(),
            Self::Expire { device } => k[device].lock.is_none(),
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Wait { .. } => {
                k.forget_returned(thread);
                Next::Dismiss
            }
            Self::Expire { device } => {
                let wait = Self::Wait { device };
                let Some(irp) = k.limited_waiter(device) else { return Next::goto(wait) };
                k.remove(device, Device::QUEUE, irp, "its time has run out");
                if !k[irp].cancel_routine {
                    return Next::goto(wait);
                }
                k.take_cancel_routine(irp, "the driver owns the IRP now");
                let status = NtStatus::IO_TIMEOUT;
                Next::call(wait, IofCompleteRequest::Complete { irp, status, information: 0 })
            }
        }
    }

    fn time_out(self) -> Option<Next> {
        match self {
            Self::Wait { device } => Some(Next::goto(Self::Expire { device })),
            Self::Expire { .. } => None,
        }
    }
}

impl Kernel {
    fn limited_waiter(&self, device: Id<Device>) -> Option<Id<Irp>> {
        Device::QUEUE.of(&self[device]).find(|irp| self[*irp].limited)
    }

    /// KeSetTimer for a request that waits, if it has a time limit.
    pub(super) fn start_wait_timer(&mut self, device: Id<Device>) {
        let thread = self[device].thread;
        if self.limited_waiter(device).is_some() && self.stack(thread).is_empty() {
            self.enter(thread, NpTimerDispatch::Wait { device }.into());
        }
    }

    /// NpCancelWaiter: the requests that wait for an instance of this pipe end.
    pub(super) fn end_waits(
        &mut self,
        thread: Id<Thread>,
        device: Id<Device>,
        fcb: Id<Fcb>,
        status: NtStatus,
    ) {
        let same = |name: Name| self.pipe_named(name) == Some(fcb);
        let waiters = Device::QUEUE.of(&self[device]).filter(|irp| self[*irp].name.is_some_and(same));
        for irp in waiters.collect::<Vec<Id<Irp>>>() {
            self.remove(device, Device::QUEUE, irp, "it need not wait for an instance any more");
            self.dequeue(thread, Some(irp), status, 0);
        }
    }

    /// The oldest instance that a client can open.
    pub(super) fn listening_instance(&self, fcb: Id<Fcb>) -> Option<Id<Ccb>> {
        Fcb::INSTANCES.of(&self[fcb]).find(|ccb| self[*ccb].state == PipeState::Listening)
    }
}
