//! The file system of a volume: files with a name, a size and nothing in them.
//!
//! A file is an [`Scb`](scb::Scb). What one routine does with it is one step, under the file's resource. What the driver
//! does at IRP_MJ_CLEANUP, and in which order, follows Microsoft's published FAT file system. Sources: Microsoft,
//! Windows-driver-samples, filesys/fastfat; MS-FSA; Wine ntdll/tests/file.c and kernel32/tests/file.c.

pub mod cleanup;
pub mod create;
pub mod information;
pub mod lock;
pub mod oplock;
pub mod queue;
pub mod scb;
pub mod transfer;

use crate::drivers::ntfs::cleanup::{NtfsCleanup, NtfsClose};
use crate::drivers::ntfs::create::NtfsCreate;
use crate::drivers::ntfs::information::NtfsSetInformation;
use crate::drivers::ntfs::lock::NtfsLockControl;
use crate::drivers::ntfs::oplock::NtfsOplockRequest;
use crate::drivers::ntfs::transfer::NtfsTransfer;
use crate::frame::Next;
use crate::fsrtl::notify_request::FsRtlNotifyFullChangeDirectory;
use crate::io::complete::IofCompleteRequest;
use crate::io::control_code::ControlCode;
use crate::io::device::Device;
use crate::io::driver::IofCallDriver;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::status::NtStatus;
use crate::word::Id;

impl Kernel {
    /// The dispatch table of the file system.
    pub(crate) fn dispatch_file(&self, irp: Id<Irp>, device: Id<Device>) -> Next {
        match self[irp].major {
            Major::Create => Next::goto(NtfsCreate::Start { irp, device }),
            Major::Cleanup => Next::goto(NtfsCleanup::Start { irp, device }),
            Major::DirectoryControl if self.is_directory(self[irp].file) => {
                Next::goto(FsRtlNotifyFullChangeDirectory::Start { irp, device })
            }
            Major::DirectoryControl => self.end_disk_request(irp, NtStatus::INVALID_PARAMETER, 0),
            Major::Close => Next::goto(NtfsClose::Start { irp }),
            Major::Read => Next::goto(NtfsTransfer::Start { irp, write: false }),
            Major::Write => Next::goto(NtfsTransfer::Start { irp, write: true }),
            Major::SetInformation => Next::goto(NtfsSetInformation::Start { irp }),
            Major::LockControl => Next::goto(NtfsLockControl::Start { irp, device }),
            Major::FileSystemControl if self[irp].code.is_some_and(ControlCode::is_of_oplocks) => {
                Next::goto(NtfsOplockRequest::Start { irp, device })
            }
            Major::FlushBuffers | Major::QueryVolumeInformation => {
                self.end_disk_request(irp, NtStatus::SUCCESS, 0)
            }
            Major::DeviceControl | Major::FileSystemControl => {
                self.end_disk_request(irp, NtStatus::INVALID_DEVICE_REQUEST, 0)
            }
        }
    }

    /// The driver completes the request, and returns how it ended.
    pub(crate) fn end_disk_request(&self, irp: Id<Irp>, status: NtStatus, information: u32) -> Next {
        let complete = IofCompleteRequest::Complete { irp, status, information };
        Next::call(IofCallDriver::Return { status }, complete)
    }
}
