//! IRP_MJ_CREATE of a volume: opening and creating files and directories.

use alloc::vec::Vec;

use crate::drivers::ntfs::scb::Scb;
use crate::frame::{Next, Routine, steps};
use crate::io::device::Device;
use crate::io::file::File;
use crate::io::irp::Irp;
use crate::io::open_options::CreateDisposition;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

/// FILE_WRITE_DATA and FILE_APPEND_DATA.
const CHANGES_DATA: u32 = 0x0006;

/// IoStatus.Information of a create request: FILE_OPENED.
pub const FILE_OPENED: u32 = 1;
/// IoStatus.Information of a create request: FILE_CREATED.
pub const FILE_CREATED: u32 = 2;
/// IoStatus.Information of a create request: FILE_OVERWRITTEN.
pub const FILE_OVERWRITTEN: u32 = 3;

steps! {
    /// NtfsFsdCreate: opens a file of the volume by its path, or creates it, as CreateDisposition says.
    ///
    /// Letter case does not count. The volume itself and its root directory are one. If another file object has an
    /// oplock on the file, an open that asks for more than attributes breaks it, and waits until the owner has
    /// acknowledged that. Errors, in this order: of a file that is there, STATUS_DELETE_PENDING (whatever it shares),
    /// STATUS_OBJECT_NAME_COLLISION, STATUS_NOT_A_DIRECTORY, STATUS_FILE_IS_A_DIRECTORY, STATUS_ACCESS_DENIED (it is
    /// read-only and is to be written), STATUS_CANNOT_DELETE (it is read-only and is to be deleted),
    /// STATUS_SHARING_VIOLATION; of one that is not there, STATUS_OBJECT_PATH_NOT_FOUND, STATUS_DELETE_PENDING (its
    /// directory is to be deleted), STATUS_OBJECT_NAME_NOT_FOUND. Sources: WDK, ZwCreateFile; MS-FSA 2.1.5.1;
    /// Microsoft, Windows-driver-samples, filesys/fastfat/create.c; Wine ntdll/tests/file.c, delete_file_test and
    /// test_file_disposition_information.
    pub enum NtfsCreate = "NtfsFsdCreate" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "resource", "under the volume's resource: find the file or make it, and check share access";
        Await { irp: Id<Irp>, device: Id<Device> }
            = "FsRtlCheckOplock", "another's oplock is broken: wait until its owner has acknowledged that";
    }
}

impl Routine for NtfsCreate {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Start { device, .. } => k[device].lock.is_none(),
            Self::Await { irp, device } => {
                let scb = k.file_of_volume(device, k[k[irp].file].name);
                k[device].lock.is_none() && scb.is_none_or(|scb| k[scb].breaking.is_none())
            }
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        k.forget_returned(thread);
        let (Self::Start { irp, device } | Self::Await { irp, device }) = self;
        let name = k[k[irp].file].name;
        if let Some(broken) = k.file_of_volume(device, name).and_then(|scb| k.break_oplock(irp, device, scb))
        {
            return Next::call(Self::Await { irp, device }, broken);
        }
        let opened = match k.file_of_volume(device, name) {
            Some(scb) => k.open_existing(irp, scb),
            None => k.create_in_volume(irp, device),
        };
        match opened {
            Ok(FILE_CREATED) => {
                let changed = k[k[irp].file].scb.and_then(|scb| k.name_change(scb));
                k.end_reporting(irp, (NtStatus::SUCCESS, FILE_CREATED), changed)
            }
            Ok(action) => k.end_disk_request(irp, NtStatus::SUCCESS, action),
            Err(status) => k.end_disk_request(irp, status, 0),
        }
    }
}

impl Kernel {
    fn open_existing(&mut self, irp: Id<Irp>, scb: Id<Scb>) -> Result<u32, NtStatus> {
        let Irp { file, access, options, .. } = self[irp];
        let Scb { directory, read_only, delete_pending, name, .. } = self[scb];
        if delete_pending {
            return Err(NtStatus::DELETE_PENDING);
        }
        let overwrites = options.disposition.overwrites();
        if options.disposition == CreateDisposition::Create
            || overwrites && directory && !options.non_directory
        {
            return Err(NtStatus::OBJECT_NAME_COLLISION);
        }
        if options.directory && !directory {
            return Err(NtStatus::NOT_A_DIRECTORY);
        }
        // The volume is opened as the root directory is, and is no directory.
        if options.non_directory && directory && name.is_some() {
            return Err(NtStatus::FILE_IS_A_DIRECTORY);
        }
        if read_only && !directory && (overwrites || access.0 & CHANGES_DATA != 0) {
            return Err(NtStatus::ACCESS_DENIED);
        }
        if read_only && options.delete_on_close {
            return Err(NtStatus::CANNOT_DELETE);
        }
        self.check_share_access(file, scb)?;
        self.open_through(file, scb, options.delete_on_close);
        if overwrites {
            self.set(scb, Scb::END_OF_FILE, 0, "the file is overwritten");
            return Ok(FILE_OVERWRITTEN);
        }
        Ok(FILE_OPENED)
    }

    fn create_in_volume(&mut self, irp: Id<Irp>, device: Id<Device>) -> Result<u32, NtStatus> {
        let Irp { file, options, .. } = self[irp];
        let name = self[file].name;
        if let Some(name) = name {
            if self.parent_of(device, name).ok_or(NtStatus::OBJECT_PATH_NOT_FOUND)? {
                return Err(NtStatus::DELETE_PENDING);
            }
            if !options.disposition.creates() {
                return Err(NtStatus::OBJECT_NAME_NOT_FOUND);
            }
        }
        if options.read_only && options.delete_on_close {
            return Err(NtStatus::CANNOT_DELETE);
        }
        let scb = self.create(
            Scb {
                device,
                name,
                end_of_file: 0,
                delete_pending: false,
                directory: options.directory || name.is_none(),
                read_only: options.read_only,
                unlinked: false,
                breaking: None,
                opens: Vec::new(),
                locks: Vec::new(),
            },
            "a new file",
        );
        self.check_share_access(file, scb)?;
        self.open_through(file, scb, options.delete_on_close);
        Ok(if name.is_some() { FILE_CREATED } else { FILE_OPENED })
    }

    fn open_through(&mut self, file: Id<File>, scb: Id<Scb>, delete_on_close: bool) {
        self.set(file, File::SCB, Some(scb), "the file that it is open on");
        self.push(scb, Scb::OPENS, file, "one more open");
        self.set(
            file,
            File::DELETE_ON_CLOSE,
            delete_on_close,
            "the last handle to this file object deletes it",
        );
    }
}
