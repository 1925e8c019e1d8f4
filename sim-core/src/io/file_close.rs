//! The File type's close and delete procedures: IRP_MJ_CLEANUP with the last handle, IRP_MJ_CLOSE with the last
//! reference.

use crate::finding::{About, Rule};
use crate::frame::{Next, Routine, steps};
use crate::io::cancel::IopCancelIrps;
use crate::io::driver::IofCallDriver;
use crate::io::file::{DriverContext, File};
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::word::Id;

steps! {
    /// IopCloseFile, the close procedure of the File type.
    ///
    /// Only the last handle in the system leads to IRP_MJ_CLEANUP. The last handle in one process, while another
    /// process still has one, releases that process's byte-range locks, and cancels only its requests that belong to the
    /// file object.
    /// Sources: ReactOS io/iomgr/file.c; WDK, IRP_MJ_CLEANUP; Wine ntdll/tests/pipe.c,
    /// test_async_cancel_on_handle_close.
    pub enum IopCloseFile = "IopCloseFile" {
        Start { file: Id<File>, process: Id<Process>, process_handles: u32, system_handles: u32 }
            = "last?", "is this the last handle in the process, or in the system?";
        UnlockAll { file: Id<File>, process: Id<Process> }
            = "unlock", "a file of a volume: fast I/O releases the process's byte-range locks";
        CancelIrps { file: Id<File>, process: Id<Process> } = "cancel", "cancel what the process has outstanding";
        AcquireLock { file: Id<File> } = "lock", "a synchronous file: wait until no call is inside";
        SendCleanup { file: Id<File> } = "CLEANUP", "send IRP_MJ_CLEANUP to the driver";
        Finish { file: Id<File>, irp: Id<Irp> } = "done", "the driver has cleaned up";
    }
}

impl Routine for IopCloseFile {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::AcquireLock { file } => {
                !k[file].synchronous || k[file].lock.is_none_or(|holder| holder == thread)
            }
            Self::UnlockAll { file, .. } => k[file].device.is_none_or(|device| k[device].lock.is_none()),
            Self::Finish { irp, .. } => k[irp].event_set,
            _ => true,
        }
    }

    fn is_local(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Start { .. } => true,
            Self::AcquireLock { file } => !k[file].synchronous,
            _ => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Start { file, process, process_handles, system_handles } => {
                match (process_handles, system_handles) {
                    (1, 1) => Next::goto(Self::AcquireLock { file }),
                    (1, _) if k[file].scb.is_some() => Next::goto(Self::UnlockAll { file, process }),
                    (1, _) => Next::goto(IopCancelIrps::of_file_object(file, process)),
                    _ => Next::SUCCESS,
                }
            }
            Self::UnlockAll { file, process } => match k.unlock_process(file, process) {
                Some(queued) => Next::call(Self::CancelIrps { file, process }, queued),
                None => Next::goto(Self::CancelIrps { file, process }),
            },
            Self::CancelIrps { file, process } => {
                k.forget_returned(thread);
                Next::goto(IopCancelIrps::of_file_object(file, process))
            }
            Self::AcquireLock { file } => {
                if k[file].synchronous {
                    k.set(file, File::LOCK, Some(thread), "the cleanup runs alone");
                }
                Next::goto(Self::SendCleanup { file })
            }
            Self::SendCleanup { file } => {
                k.set(file, File::HANDLE_CREATED, true, "");
                k.set(file, File::SIGNALED, false, "the cleanup uses the file's own event");
                k.set(file, File::CLEANUP_SENT, true, "the last handle is closed: HandleCount is zero");
                let irp = k.create(
                    k.new_irp(Major::Cleanup, file, thread),
                    "the cleanup request holds no reference",
                );
                Next::call(Self::Finish { file, irp }, IofCallDriver::Dispatch { irp })
            }
            Self::Finish { file, irp } => {
                k.forget_returned(thread);
                k.destroy(irp, "the cleanup is over");
                if k[file].lock == Some(thread) {
                    k.set(file, File::LOCK, None, "the cleanup is over");
                }
                Next::SUCCESS
            }
        }
    }
}

steps! {
    /// IopDeleteFile, the delete procedure of the File type.
    ///
    /// A file object whose create failed gets neither request; one that never had a handle gets IRP_MJ_CLEANUP here, unless
    /// a driver created it for itself. Source: ReactOS io/iomgr/file.c.
    pub enum IopDeleteFile = "IopDeleteFile" {
        Start { file: Id<File> } = "CLOSE", "send IRP_MJ_CLOSE to the driver";
        Finish { file: Id<File>, irp: Id<Irp> } = "done", "the driver has closed the file";
        LetPortGo { file: Id<File> } = "port", "drop the file object's hold on its port";
        LetDeviceGo { file: Id<File> } = "device", "one open file less on the device";
    }
}

impl Routine for IopDeleteFile {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Finish { irp, .. } => k[irp].event_set,
            _ => true,
        }
    }

    fn is_local(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            // Without a reference on the file nobody binds it to a port any more.
            Self::LetPortGo { file } => k[file].port.is_none(),
            _ => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Start { file } => {
                k.forget_returned(thread);
                if k[file].device.is_none() {
                    return Next::SUCCESS;
                }
                if !k[file].cleanup_sent && !k[file].stream_file {
                    return Next::call(self, IopCloseFile::SendCleanup { file });
                }
                k.set(file, File::CLOSE_SENT, true, "the last reference is gone: PointerCount is zero");
                let irp = k.create(k.new_irp(Major::Close, file, thread), "");
                Next::call(Self::Finish { file, irp }, IofCallDriver::Dispatch { irp })
            }
            Self::Finish { file, irp } => {
                k.forget_returned(thread);
                k.destroy(irp, "the close is over");
                if k[file].driver_context == Some(DriverContext::Allocated) {
                    k.report(Rule::ContextNotFreed, About::Object(k[file].object), 0);
                }
                Next::goto(Self::LetPortGo { file })
            }
            Self::LetPortGo { file } => match k[file].port {
                Some(port) => {
                    k.set(file, File::PORT, None, "the association ends with the file object");
                    let object = k[port].object;
                    let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Association };
                    Next::call(Self::LetDeviceGo { file }, drop)
                }
                None => Next::goto(Self::LetDeviceGo { file }),
            },
            Self::LetDeviceGo { file } => {
                k.forget_returned(thread);
                if let Some(device) = k[file].device {
                    k.uncount_open(device);
                }
                Next::SUCCESS
            }
        }
    }
}
