//! IRP_MJ_READ and IRP_MJ_WRITE of a volume. No bytes are moved: what counts is where, how many, and how it ends.

use crate::drivers::ntfs::scb::Scb;
use crate::frame::{Next, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::file::File;
use crate::io::irp::{Irp, Major};
use crate::io::request::{FILE_APPEND_DATA, FILE_WRITE_DATA};
use crate::kernel::Kernel;
use crate::ps::process::Process;
use crate::ps::system::System;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

/// FILE_WRITE_TO_END_OF_FILE as an IRP has it.
pub(crate) const WRITE_TO_END_OF_FILE: u64 = u64::MAX;

steps! {
    /// NtfsCommonRead and NtfsCommonWrite.
    ///
    /// A request of a synchronous file ends at once. One of an asynchronous file is pended and posted to the system
    /// worker, whatever it will end with: so since Windows Vista a read at the end of the file, too, returns
    /// STATUS_PENDING (before, it ends at once). A posted request has no cancel routine and is not looked at by the
    /// cleanup: it ends as if nothing had happened. Errors: STATUS_INVALID_DEVICE_REQUEST (a directory),
    /// STATUS_FILE_LOCK_CONFLICT (another owner has locked a part of the range), STATUS_END_OF_FILE (a read that
    /// begins at or behind the end). A write behind the end makes the file longer; one through a handle without
    /// FILE_WRITE_DATA appends, wherever it was to go. A paging request ends at once, also after the cleanup, and looks at no
    /// lock. Sources: WDK, ZwReadFile, ZwWriteFile; Microsoft,
    /// Windows-driver-samples, filesys/fastfat/read.c, write.c; Wine ntdll/tests/file.c, read_file_test,
    /// append_file_test.
    pub enum NtfsTransfer = "NtfsCommonRead", by routine {
        Start { irp: Id<Irp>, write: bool }
            = "resource", "under the file's resource: do it, or, of an asynchronous file, post it to a worker";
    }
}

impl NtfsTransfer {
    const fn routine(&self) -> &'static str {
        let Self::Start { write, .. } = self;
        if *write { "NtfsCommonWrite" } else { "NtfsCommonRead" }
    }
}

impl Routine for NtfsTransfer {
    fn step(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::Start { irp, .. } = self;
        if k[irp].paging_io {
            return k.end_disk_request(irp, NtStatus::SUCCESS, k[irp].length);
        }
        if k.is_cleaned_up(k[irp].file) {
            return k.end_disk_request(irp, NtStatus::FILE_CLOSED, 0);
        }
        if k[k[irp].file].synchronous || !k.profile().has_vista_io {
            let (status, information) = k.transfer(irp);
            return k.end_disk_request(irp, status, information);
        }
        k.mark_irp_pending(irp, "a worker will complete it");
        k.push(k.system_id(), System::POSTED, irp, "the request is posted to the system worker");
        Next::fail(NtStatus::PENDING)
    }
}

steps! {
    /// NtfsFspDispatch: the system worker serves a request that was posted to it.
    ///
    /// Source: Microsoft, Windows-driver-samples, filesys/fastfat/fspdisp.c.
    pub enum NtfsFspDispatch = "NtfsFspDispatch" {
        Start { irp: Id<Irp> } = "resource", "under the file's resource: read or write, and complete the request";
    }
}

impl Routine for NtfsFspDispatch {
    fn step(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::Start { irp } = self;
        let (status, information) = k.transfer(irp);
        Next::goto(IofCompleteRequest::Complete { irp, status, information })
    }
}

impl Kernel {
    fn transfer(&mut self, irp: Id<Irp>) -> (NtStatus, u32) {
        let Irp { file, length, offset, major, .. } = self[irp];
        let Some(scb) = self[file].scb else { return (NtStatus::SUCCESS, length) };
        if major == Major::Read {
            return self.read_of(self.lock_owner(irp), scb, offset, length);
        }
        if self[scb].directory {
            return (NtStatus::INVALID_DEVICE_REQUEST, 0);
        }
        let access = self[file].access;
        let appends = access.grants(FILE_APPEND_DATA) && !access.grants(FILE_WRITE_DATA);
        let end = self[scb].end_of_file;
        let offset = if appends || offset == WRITE_TO_END_OF_FILE { end } else { offset };
        self.set(irp, Irp::OFFSET, offset, "the end of the file is here");
        if self.is_locked_against(scb, self.lock_owner(irp), (offset, length), true) {
            return (NtStatus::FILE_LOCK_CONFLICT, 0);
        }
        let after = offset.saturating_add(u64::from(length));
        if length > 0 && after > end {
            self.set(scb, Scb::END_OF_FILE, after, "the write makes the file longer");
        }
        (NtStatus::SUCCESS, length)
    }

    /// How a read of a file ends, and how many bytes it gives.
    pub(crate) fn read_of(
        &self,
        owner: (Id<File>, Id<Process>),
        scb: Id<Scb>,
        offset: u64,
        length: u32,
    ) -> (NtStatus, u32) {
        let Scb { directory, end_of_file, .. } = self[scb];
        if directory {
            return (NtStatus::INVALID_DEVICE_REQUEST, 0);
        }
        if self.is_locked_against(scb, owner, (offset, length), false) {
            return (NtStatus::FILE_LOCK_CONFLICT, 0);
        }
        match (length, end_of_file.saturating_sub(offset)) {
            (0, _) => (NtStatus::SUCCESS, 0),
            (_, 0) => (NtStatus::END_OF_FILE, 0),
            (length, left) => (NtStatus::SUCCESS, u64::from(length).min(left) as u32),
        }
    }
}
