//! NtCreateFile.

use crate::frame::{Next, Returned, Routine, steps};
use crate::io::device::Device;
use crate::io::driver::IofCallDriver;
use crate::io::file::File;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ob::attributes::ObjectAttributes;
use crate::ob::create::ObpCreateHandle;
use crate::ob::header::{Body, Object};
use crate::ob::namespace::ObpLookupObjectName;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Id};

/// FILE_READ_DATA.
pub const FILE_READ_DATA: Access = Access(0x0001);
const FILE_GENERIC_READ: u32 = 0x0012_0089;
const FILE_GENERIC_WRITE: u32 = 0x0012_0116;
const FILE_ALL_ACCESS: u32 = 0x001F_01FF;

/// What NtCreateFile is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateFile {
    /// Under which name. A path to a device is `\??\NAME` (in Win32 `\\.\NAME`) or `\Device\NAME`.
    pub attributes: ObjectAttributes,
    /// DesiredAccess; generic rights are mapped as the File type maps them.
    pub access: Access,
    /// FILE_SYNCHRONOUS_IO_NONALERT (in Win32: no FILE_FLAG_OVERLAPPED).
    pub synchronous: bool,
}

steps! {
    /// NtCreateFile: opens a device and returns a handle to a new file object.
    ///
    /// Errors: those of [`ObpLookupObjectName`], with nothing left behind. No driver of the model refuses
    /// IRP_MJ_CREATE yet. The create request holds no reference on the file object. Source: ReactOS io/iomgr/file.c.
    pub enum NtCreateFile = "NtCreateFile" {
        Open { attributes: ObjectAttributes, access: Access, synchronous: bool }
            = "enter", "look the path up: it must lead to a device";
        Parse { access: Access, synchronous: bool }
            = "parse", "the device's parse procedure: the device is held and counts an open file";
        CreateFileObject { device: Id<Device>, access: Access, synchronous: bool }
            = "create", "create the file object and the create request";
        Opened { device: Id<Device>, file: Id<File>, irp: Id<Irp>, access: Access }
            = "opened", "the driver has opened it: reference the file object for the handle";
        Insert { device: Id<Device>, file: Id<File> } = "insert", "the handle exists: drop the creator's reference";
        LetDeviceGo { device: Id<Device>, file: Id<File>, returned: Option<Returned> }
            = "unparse", "the path is parsed: let the device object go";
        Return { returned: Option<Returned> } = "return", "return the handle";
    }
}

impl NtCreateFile {
    /// The call.
    pub const fn of(call: CreateFile) -> NtCreateFile {
        let CreateFile { attributes, access, synchronous } = call;
        NtCreateFile::Open { attributes, access, synchronous }
    }
}

impl Routine for NtCreateFile {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Open { .. } | Self::LetDeviceGo { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Open { attributes, access, synchronous } => {
                let (wanted, insert, purpose) = (ObjectType::File, None, Purpose::Parse);
                let lookup = ObpLookupObjectName::Start { attributes, wanted, insert, purpose };
                Next::call(Self::Parse { access, synchronous }, lookup)
            }
            Self::Parse { access, synchronous } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let Body::Device(device) = k[returned.value.object()].body else {
                    unreachable!("a path to a file leads to a device")
                };
                let count = k[device].reference_count + 1;
                k.set(device, Device::REFERENCE_COUNT, count, "one open file more on the device");
                Next::goto(Self::CreateFileObject { device, access: map_generic(access), synchronous })
            }
            Self::CreateFileObject { device, access, synchronous } => {
                let object = k.create_file_object(|object| File::new(object, device, synchronous));
                let file = k.file_of(object);
                let irp =
                    k.create(Irp::new(Major::Create, file, thread), "the create request holds no reference");
                Next::call(Self::Opened { device, file, irp, access }, IofCallDriver::Dispatch { irp })
            }
            Self::Opened { device, file, irp, access } => {
                k.forget_returned(thread);
                k.destroy(irp, "the file is open");
                let object = k[file].object;
                k.set(file, File::SIGNALED, true, "a file that was just opened is signalled");
                k.reference(object, Purpose::Handle);
                let process = k[thread].process;
                let count = ObpCreateHandle::Count { object, process, access, attributes: 0 };
                Next::call(Self::Insert { device, file }, count)
            }
            Self::Insert { device, file } => {
                let returned = k.take_returned(thread);
                k.set(file, File::HANDLE_CREATED, true, "");
                let object = k[file].object;
                if returned.status.is_error() {
                    k.dereference(object, Purpose::Handle);
                }
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Creation };
                Next::call(Self::LetDeviceGo { device, file, returned: Some(returned) }, drop)
            }
            Self::LetDeviceGo { device, returned, .. } => {
                k.forget_returned(thread);
                let drop = ObDereferenceObject::Drop { object: k[device].object, purpose: Purpose::Parse };
                Next::call(Self::Return { returned }, drop)
            }
            Self::Return { returned } => {
                k.forget_returned(thread);
                Next::Return(returned.unwrap_or(Returned::status(NtStatus::UNSUCCESSFUL)))
            }
        }
    }
}

/// The File type's generic mapping.
const fn map_generic(access: Access) -> Access {
    let mut mapped = access.0 & 0x0FFF_FFFF;
    if access.0 & 0x8000_0000 != 0 {
        mapped |= FILE_GENERIC_READ;
    }
    if access.0 & 0x4000_0000 != 0 {
        mapped |= FILE_GENERIC_WRITE;
    }
    if access.0 & 0x1000_0000 != 0 {
        mapped |= FILE_ALL_ACCESS;
    }
    Access(mapped)
}

impl Kernel {
    /// The body of an object that is a file.
    pub(crate) fn file_of(&self, object: Id<Object>) -> Id<File> {
        match self[object].body {
            Body::File(file) => file,
            other => unreachable!("the type was checked: {other:?}"),
        }
    }
}
