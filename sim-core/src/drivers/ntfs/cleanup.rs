//! IRP_MJ_CLEANUP and IRP_MJ_CLOSE of a volume.

use crate::drivers::ntfs::scb::Scb;
use crate::frame::{Next, Routine, steps};
use crate::fsrtl::notify::Change;
use crate::fsrtl::notify_cleanup::FsRtlNotifyCleanup;
use crate::io::device::Device;
use crate::io::file::File;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Id, Name};

steps! {
    /// NtfsFsdCleanup: the last handle to a file object of the volume is closed.
    ///
    /// In this order: its oplock ends; its byte-range locks are released and its requests for locks end; what it was to
    /// delete is deleted; share access is released. A file object that was opened with FILE_DELETE_ON_CLOSE marks its
    /// file for deletion; a marked file's name goes with the last file object that is cleaned up, or with the one that
    /// has set the mark with FILE_DISPOSITION_POSIX_SEMANTICS. A directory that is not empty stays, and nobody is told.
    /// Reads and writes that are on their way are left alone. Sources: Microsoft, Windows-driver-samples,
    /// filesys/fastfat/cleanup.c; WDK, FsRtlFastUnlockAll, FILE_DISPOSITION_INFORMATION_EX; Wine ntdll/tests/file.c,
    /// test_file_disposition_information.
    pub enum NtfsCleanup = "NtfsFsdCleanup" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "resource", "under the file's resource: unlock what it has locked, delete what is to be deleted, and take the file object out of share access";
    }
}

impl Routine for NtfsCleanup {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Start { device, .. } = self;
        k[device].lock.is_none()
    }

    fn step(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::Start { irp, device } = self;
        let file = k[irp].file;
        if k.notify_of(file).is_some() {
            return Next::goto(FsRtlNotifyCleanup::Start { irp, device });
        }
        let changed = k[file].scb.and_then(|scb| k.clean_up(file, scb));
        k.end_reporting(irp, (NtStatus::SUCCESS, 0), changed)
    }
}

impl Kernel {
    /// The change that it makes, if the file goes.
    fn clean_up(&mut self, file: Id<File>, scb: Id<Scb>) -> Option<(Name, Change)> {
        let was_there = !self[scb].unlinked;
        self.remove(scb, Scb::OPENS, file, "the last handle to the file object is closed");
        if self[scb].breaking == Some(file) {
            self.set(scb, Scb::BREAKING, None, "its owner is closed, which acknowledges the break");
        }
        self.unlock_all(scb, file, None);
        let File { delete_on_close, posix_delete, .. } = self[file];
        if delete_on_close && !self[scb].unlinked {
            self.set(scb, Scb::DELETE_PENDING, true, "it was opened with FILE_DELETE_ON_CLOSE");
        }
        let Scb { delete_pending, unlinked, .. } = self[scb];
        let last = Scb::OPENS.first(&self[scb]).is_none();
        if delete_pending && !unlinked && (last || posix_delete) {
            match self.has_children(scb) {
                true => self.set(scb, Scb::DELETE_PENDING, false, "the directory is not empty: it stays"),
                false if last => self.unlink_file(scb, "the last open is cleaned up: the file is deleted"),
                false => self.unlink_file(scb, "POSIX semantics: its name is free, though it is open"),
            }
        }
        self.uninitialize_cache_map(file);
        self.remove_share_access(file);
        (was_there && self[scb].unlinked).then(|| self.name_change(scb))?
    }
}

steps! {
    /// NtfsFsdClose: the last reference on a file object of the volume is gone. A deleted file's record goes with its
    /// last file object.
    ///
    /// Sources: Microsoft, Windows-driver-samples, filesys/fastfat/close.c; WDK, IRP_MJ_CLOSE.
    pub enum NtfsClose = "NtfsFsdClose" {
        Start { irp: Id<Irp> } = "resource", "let the file go";
    }
}

impl Routine for NtfsClose {
    fn step(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::Start { irp } = self;
        k.let_scb_go(k[irp].file);
        k.end_disk_request(irp, NtStatus::SUCCESS, 0)
    }
}
