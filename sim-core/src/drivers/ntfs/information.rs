//! IRP_MJ_SET_INFORMATION of a volume: sizes and deletion.

use crate::drivers::ntfs::scb::Scb;
use crate::frame::{Next, Routine, steps};
use crate::io::file::File;
use crate::io::file_operation::{
    FILE_DISPOSITION_DELETE, FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE, FILE_DISPOSITION_ON_CLOSE,
    FILE_DISPOSITION_POSIX_SEMANTICS, FileOperation,
};
use crate::io::irp::Irp;
use crate::io::request::ByteOffset;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// NtfsCommonSetInformation: sets the end of a file, or marks it for deletion.
    ///
    /// The mark is the file's: every file object that it is open through sees it, and can take it back. With
    /// FILE_DISPOSITION_POSIX_SEMANTICS the name goes as soon as the file object that has set it is cleaned up; else
    /// with the last one. FILE_DISPOSITION_ON_CLOSE sets or takes back FILE_DELETE_ON_CLOSE of a file object. Errors:
    /// STATUS_INVALID_PARAMETER (the end of a directory), STATUS_USER_MAPPED_FILE (a file that a program has a section or view of, made shorter),
    /// STATUS_CANNOT_DELETE (a read-only file, or one with such a section or view),
    /// STATUS_DIRECTORY_NOT_EMPTY, STATUS_NOT_SUPPORTED (a file object that was not opened with FILE_DELETE_ON_CLOSE),
    /// STATUS_INVALID_INFO_CLASS (FileDispositionInformationEx before Windows 10). Sources: WDK,
    /// FILE_DISPOSITION_INFORMATION, FILE_DISPOSITION_INFORMATION_EX, ZwSetInformationFile; Microsoft,
    /// Windows-driver-samples, filesys/fastfat/fileinfo.c; Wine ntdll/tests/file.c, test_file_disposition_information.
    pub enum NtfsSetInformation = "NtfsCommonSetInformation" {
        Start { irp: Id<Irp> } = "resource", "under the file's resource: set what the class says";
    }
}

impl Routine for NtfsSetInformation {
    fn step(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::Start { irp } = self;
        let Irp { file, operation, .. } = k[irp];
        if k.is_cleaned_up(file) {
            return k.end_disk_request(irp, NtStatus::FILE_CLOSED, 0);
        }
        let set = match (k[file].scb, operation) {
            (Some(scb), FileOperation::EndOfFile(end)) => k.set_end_of_file(file, scb, end),
            (Some(scb), FileOperation::Disposition(delete)) => k.set_disposition(file, scb, u8::from(delete)),
            (Some(scb), FileOperation::DispositionEx(flags)) if k.profile().has_posix_delete => {
                k.set_disposition(file, scb, flags)
            }
            (_, FileOperation::DispositionEx(_)) => Err(NtStatus::INVALID_INFO_CLASS),
            _ => Err(NtStatus::INVALID_PARAMETER),
        };
        match (set, k[file].scb) {
            (Ok(()), Some(scb)) if k[scb].directory => k.end_deleting(irp, scb),
            (set, _) => k.end_disk_request(irp, set.err().unwrap_or_default(), 0),
        }
    }
}

impl Kernel {
    fn set_end_of_file(&mut self, file: Id<File>, scb: Id<Scb>, end: ByteOffset) -> Result<(), NtStatus> {
        let end = match end {
            _ if self[scb].directory => return Err(NtStatus::INVALID_PARAMETER),
            ByteOffset::At(end) => end,
            ByteOffset::FilePointer => self[file].current_byte_offset,
            _ => return Err(NtStatus::INVALID_PARAMETER),
        };
        if end < self[scb].end_of_file && self.is_mapped_by_user(file) {
            return Err(NtStatus::USER_MAPPED_FILE);
        }
        self.set(scb, Scb::END_OF_FILE, end, "the program sets the end of the file");
        Ok(())
    }

    fn set_disposition(&mut self, file: Id<File>, scb: Id<Scb>, flags: u8) -> Result<(), NtStatus> {
        let deletes = flags & FILE_DISPOSITION_DELETE != 0;
        let Scb { read_only, directory, .. } = self[scb];
        if deletes && read_only && flags & FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE == 0 {
            return Err(NtStatus::CANNOT_DELETE);
        }
        if flags & FILE_DISPOSITION_ON_CLOSE != 0 {
            if !self[file].delete_on_close {
                return Err(NtStatus::NOT_SUPPORTED);
            }
            self.set(file, File::DELETE_ON_CLOSE, deletes, "the program says it anew");
            return Ok(());
        }
        if deletes && self.is_mapped_by_user(file) {
            return Err(NtStatus::CANNOT_DELETE);
        }
        if deletes && directory && self.has_children(scb) {
            return Err(NtStatus::DIRECTORY_NOT_EMPTY);
        }
        self.set(scb, Scb::DELETE_PENDING, deletes, "the program sets the file's disposition");
        let posix = deletes && flags & FILE_DISPOSITION_POSIX_SEMANTICS != 0;
        self.set(file, File::POSIX_DELETE, posix, "its cleanup will free the name at once");
        Ok(())
    }
}
