//! Requests that wait in a volume's queue: for a byte range, or as an oplock.

use crate::drivers::ntfs::scb::Scb;
use crate::frame::{Next, Returned, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::device::Device;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// The end of a request that may end others: an unlock, a cleanup, or none: fast I/O.
    ///
    /// It completes those in the queue that need not wait any more, the oldest first, and then itself: a lock whose
    /// range is free now with STATUS_SUCCESS, one of a file object that is cleaned up with STATUS_RANGE_NOT_LOCKED, an
    /// oplock of such a one with STATUS_OPLOCK_HANDLE_CLOSED. One whose cancel routine was taken is left to its
    /// canceller. Sources: WDK, FsRtlFastUnlockAll, FsRtlCheckOplock; Win32, FSCTL_REQUEST_OPLOCK; counted on a public
    /// minifilter log: 11 of 11 oplock requests that were pending at a cleanup ended so, before the cleanup did.
    pub enum NtfsCompleteQueued = "NtfsCompleteQueued" {
        Next { irp: Option<Id<Irp>>, device: Id<Device> }
            = "D2", "take the next request that need not wait any more out of the queue, and its cancel routine";
        Return { status: NtStatus } = "return", "return";
    }
}

impl Routine for NtfsCompleteQueued {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Next { device, .. } => k[device].lock.is_none(),
            Self::Return { .. } => true,
        }
    }

    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Return { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Next { irp, device } => {
                k.forget_returned(thread);
                let ends = |queued: Id<Irp>| Some((queued, k.end_of_wait(queued)?));
                let Some((queued, status)) = Device::QUEUE.of(&k[device]).find_map(ends) else {
                    let Some(irp) = irp else { return Next::SUCCESS };
                    let Irp { status, information, .. } = k[irp];
                    let complete = IofCompleteRequest::Complete { irp, status, information };
                    return Next::call(Self::Return { status }, complete);
                };
                k.remove(device, Device::QUEUE, queued, "the request need not wait any more");
                k.take_cancel_routine(queued, "the driver owns the IRP now");
                if let (NtStatus::SUCCESS, Some(scb)) = (status, k[k[queued].file].scb) {
                    k.lock_range(scb, queued);
                }
                let complete = IofCompleteRequest::Complete { irp: queued, status, information: 0 };
                Next::call(self, complete)
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::Return(Returned::status(status))
            }
        }
    }
}

impl Kernel {
    /// How a request ends that waits in the queue and need not any more. One without a cancel routine is its
    /// canceller's.
    fn end_of_wait(&self, queued: Id<Irp>) -> Option<NtStatus> {
        let Irp { file, major, cancel_routine, .. } = self[queued];
        let scb = self[file].scb.filter(|_| cancel_routine)?;
        let is_open = Scb::OPENS.holds(&self[scb], file);
        match (major, is_open) {
            (Major::LockControl, false) => Some(NtStatus::RANGE_NOT_LOCKED),
            (Major::LockControl, true) => self.can_lock(scb, queued).then_some(NtStatus::SUCCESS),
            (Major::DirectoryControl, _) => None,
            (_, false) => Some(NtStatus::OPLOCK_HANDLE_CLOSED),
            (_, true) => None,
        }
    }
}
