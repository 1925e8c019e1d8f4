//! Opportunistic locks: the control codes that ask for one.

use crate::drivers::ntfs::scb::Scb;
use crate::frame::{Next, Routine, steps};
use crate::io::device::Device;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// FsRtlOplockFsctrl: grants an oplock. The request that asks for it is pending as long as it is held.
    ///
    /// It ends when its file object is cleaned up, before the cleanup does, or when it is cancelled. Errors:
    /// STATUS_INVALID_PARAMETER (a directory), STATUS_OPLOCK_NOT_GRANTED (the file object is synchronous, the file is open through another one, or it has an oplock). Sources: WDK, FsRtlOplockFsctrl,
    /// FSCTL_REQUEST_OPLOCK_LEVEL_1, FSCTL_REQUEST_BATCH_OPLOCK, FSCTL_REQUEST_OPLOCK; Microsoft,
    /// Windows-driver-samples, filesys/fastfat/fsctrl.c.
    pub enum NtfsOplockRequest = "FsRtlOplockFsctrl" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "resource", "under the file's resource: grant the oplock, or refuse it";
    }
}

impl Routine for NtfsOplockRequest {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Start { device, .. } = self;
        k[device].lock.is_none()
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Start { irp, device } = self;
        let file = k[irp].file;
        if k.is_cleaned_up(file) {
            return k.end_disk_request(irp, NtStatus::FILE_CLOSED, 0);
        }
        let Some(scb) = k[file].scb.filter(|scb| !k[*scb].directory) else {
            return k.end_disk_request(irp, NtStatus::INVALID_PARAMETER, 0);
        };
        let oplock = |queued: Id<Irp>| {
            k[queued].major == Major::FileSystemControl && k[k[queued].file].scb == Some(scb)
        };
        let held = Device::QUEUE.of(&k[device]).any(oplock);
        let alone = Scb::OPENS.of(&k[scb]).eq([file]);
        match k[file].synchronous || held || !alone {
            true => k.end_disk_request(irp, NtStatus::OPLOCK_NOT_GRANTED, 0),
            false => k.queue_disk_request(
                thread,
                irp,
                device,
                "the oplock is granted: the request is pending while it is held",
            ),
        }
    }
}
