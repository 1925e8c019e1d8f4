//! Opportunistic locks: the control codes that ask for one.

use crate::drivers::ntfs::scb::Scb;
use crate::frame::{Next, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::control_code::ControlCode;
use crate::io::device::Device;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

/// FILE_OPLOCK_BROKEN_TO_NONE.
const BROKEN_TO_NONE: u32 = 8;
/// FILE_READ_ATTRIBUTES, FILE_WRITE_ATTRIBUTES and SYNCHRONIZE: an open that asks for nothing else breaks no oplock.
const ATTRIBUTES: u32 = 0x0010_0180;

steps! {
    /// FsRtlOplockFsctrl: grants an oplock, or takes the acknowledgement of a broken one.
    ///
    /// The request that asks for an oplock is pending as long as that is held. It ends when another file object opens
    /// the file (FILE_OPLOCK_BROKEN_TO_NONE, which the owner must acknowledge with FSCTL_OPLOCK_BREAK_ACK_NO_2 or by
    /// closing), when its file object is cleaned up, before the cleanup does, or when it is cancelled. Errors:
    /// STATUS_INVALID_PARAMETER (a directory), STATUS_OPLOCK_NOT_GRANTED (the file object is synchronous, the file is
    /// open through another one, or it has an oplock), STATUS_INVALID_OPLOCK_PROTOCOL (an acknowledgement of nothing).
    /// Sources: WDK, FsRtlOplockFsctrl, FSCTL_REQUEST_OPLOCK_LEVEL_1, FSCTL_REQUEST_BATCH_OPLOCK, FSCTL_REQUEST_OPLOCK,
    /// FSCTL_OPLOCK_BREAK_ACK_NO_2; Microsoft, Windows-driver-samples, filesys/fastfat/fsctrl.c.
    pub enum NtfsOplockRequest = "FsRtlOplockFsctrl" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "resource", "under the file's resource: grant the oplock, or refuse it; take an acknowledgement";
    }
}

impl Routine for NtfsOplockRequest {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Start { device, .. } = self;
        k[device].lock.is_none()
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Start { irp, device } = self;
        let Irp { file, code, .. } = k[irp];
        if k.is_cleaned_up(file) {
            return k.end_disk_request(irp, NtStatus::FILE_CLOSED, 0);
        }
        let Some(scb) = k[file].scb.filter(|scb| !k[*scb].directory) else {
            return k.end_disk_request(irp, NtStatus::INVALID_PARAMETER, 0);
        };
        if code == Some(ControlCode::AcknowledgeOplockBreak) {
            if k[scb].breaking != Some(file) {
                return k.end_disk_request(irp, NtStatus::INVALID_OPLOCK_PROTOCOL, 0);
            }
            k.set(scb, Scb::BREAKING, None, "its owner has acknowledged the break");
            return k.end_disk_request(irp, NtStatus::SUCCESS, 0);
        }
        let held = k.oplock_of(device, scb).is_some() || k[scb].breaking.is_some();
        let alone = Scb::OPENS.of(&k[scb]).eq([file]);
        match k[file].synchronous || held || !alone {
            true => k.end_disk_request(irp, NtStatus::OPLOCK_NOT_GRANTED, 0),
            false => {
                let why = "the oplock is granted: the request is pending while it is held";
                k.queue_disk_request(thread, irp, device, why)
            }
        }
    }
}

impl Kernel {
    /// The request that holds the oplock of a file.
    fn oplock_of(&self, device: Id<Device>, scb: Id<Scb>) -> Option<Id<Irp>> {
        let is_oplock = |queued: &Id<Irp>| {
            let Irp { major, file, .. } = self[*queued];
            major == Major::FileSystemControl && self[file].scb == Some(scb)
        };
        Device::QUEUE.of(&self[device]).find(is_oplock)
    }

    /// FsRtlCheckOplock for a create request: the end of the oplock request that it breaks. One whose cancel routine
    /// was taken is its canceller's, and no oplock any more.
    pub(super) fn break_oplock(
        &mut self,
        create: Id<Irp>,
        device: Id<Device>,
        scb: Id<Scb>,
    ) -> Option<IofCompleteRequest> {
        let Irp { access, options, .. } = self[create];
        let irp = self.oplock_of(device, scb).filter(|irp| self[*irp].cancel_routine)?;
        if access.0 & !ATTRIBUTES == 0 && !options.disposition.overwrites() || self[scb].delete_pending {
            return None;
        }
        let owner = self[irp].file;
        self.remove(device, Device::QUEUE, irp, "another opens the file: the oplock is broken");
        self.take_cancel_routine(irp, "the driver owns the IRP now");
        self.set(scb, Scb::BREAKING, Some(owner), "its owner must acknowledge the break");
        Some(IofCompleteRequest::Complete { irp, status: NtStatus::SUCCESS, information: BROKEN_TO_NONE })
    }
}
