//! Stream file objects: those that a file system creates for itself.

use crate::frame::{Next, Returned, Routine, steps};
use crate::io::device::Device;
use crate::io::file::File;
use crate::io::open_options::OpenOptions;
use crate::kernel::Kernel;
use crate::ob::close::ObpCloseHandle;
use crate::ob::create::{ObpCreateHandle, OpenReason};
use crate::ob::reference::Purpose;
use crate::ps::thread::Thread;
use crate::word::{Access, Id};

/// FILE_READ_DATA.
const FILE_READ_DATA: Access = Access(1);

steps! {
    /// IoCreateStreamFileObject and IoCreateStreamFileObjectLite: a driver creates a file object that no program opens.
    ///
    /// No IRP_MJ_CREATE is sent. The first gives the file object a handle and closes it, so that its driver gets
    /// IRP_MJ_CLEANUP at once; the second does not, and IRP_MJ_CLEANUP never comes. IRP_MJ_CLOSE comes with the last
    /// reference. Returns the file object; the reference is the caller's. Sources: WDK, IoCreateStreamFileObject,
    /// IoCreateStreamFileObjectLite; ReactOS io/iomgr/file.c.
    pub enum IoCreateStreamFileObject = "IoCreateStreamFileObject" {
        Create { device: Id<Device>, lite: bool } = "create", "create the file object; its creator holds it";
        Close { file: Id<File> } = "close", "close the handle again: the driver gets IRP_MJ_CLEANUP";
        Return { file: Id<File> } = "return", "return the file object";
    }
}

impl Routine for IoCreateStreamFileObject {
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let process = k[thread].process;
        match self {
            Self::Create { device, lite } => {
                let count = k[device].reference_count + 1;
                k.set(device, Device::REFERENCE_COUNT, count, "one open file more on the device");
                let (access, options) = (FILE_READ_DATA, OpenOptions::default());
                let object = k.create_file_object(|object| File {
                    stream_file: true,
                    ..File::new(object, device, access, options)
                });
                let file = k.file_of(object);
                if lite {
                    return Next::goto(Self::Return { file });
                }
                k.reference(object, Purpose::Handle);
                let reason = OpenReason::Create;
                let handle = ObpCreateHandle::Count { object, process, access, attributes: 0, reason };
                Next::call(Self::Close { file }, handle)
            }
            Self::Close { file } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    k.dereference(k[file].object, Purpose::Handle);
                    return Next::goto(Self::Return { file });
                }
                k.set(file, File::HANDLE_CREATED, true, "");
                let handle = returned.value.handle();
                let close = ObpCloseHandle::LockEntry { process, handle, forced: true };
                Next::call(Self::Return { file }, close)
            }
            Self::Return { file } => {
                k.forget_returned(thread);
                Next::Return(Returned::object(k[file].object))
            }
        }
    }
}
