//! FsRtlNotifyCleanup: the last handle to a file object that watches a directory is closed.

use crate::drivers::ntfs::cleanup::NtfsCleanup;
use crate::frame::{Next, Routine, steps};
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// FsRtlNotifyCleanup: the file system's cleanup ends what waits through the file object with STATUS_NOTIFY_CLEANUP,
    /// and forgets what was watched.
    ///
    /// Sources: WDK, FsRtlNotifyCleanup; Microsoft's fastfat sample, cleanup.c.
    pub enum FsRtlNotifyCleanup = "FsRtlNotifyCleanup" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "cleanup", "under the volume's lock: forget what is watched, and dequeue the requests";
        End { irp: Id<Irp>, device: Id<Device> } = "on", "go on with the cleanup";
    }
}

impl Routine for FsRtlNotifyCleanup {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Start { device, .. } => k[device].lock.is_none(),
            Self::End { .. } => true,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Start { irp, device } => {
                if let Some(notify) = k.notify_of(k[irp].file) {
                    while let Some(waiting) = k.notify_request(device, notify) {
                        k.dequeue_notify(thread, (device, waiting), (NtStatus::NOTIFY_CLEANUP, 0));
                    }
                    k.destroy(notify, "nobody watches through the file object any more");
                }
                let end = Self::End { irp, device };
                k.complete_notify(thread, device, end)
            }
            Self::End { irp, device } => {
                k.forget_returned(thread);
                Next::goto(NtfsCleanup::Start { irp, device })
            }
        }
    }
}
