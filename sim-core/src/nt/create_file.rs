//! NtCreateFile and NtCreateNamedPipeFile.

use crate::drivers::DriverKind;
use crate::fault::{Allocation, Fault};
use crate::frame::{Next, Returned, Routine, steps};
use crate::io::device::Device;
use crate::io::driver::IofCallDriver;
use crate::io::file::File;
use crate::io::irp::{Irp, Major};
use crate::io::open_options::OpenOptions;
use crate::io::pipe_parameters::PipeParameters;
use crate::kernel::Kernel;
use crate::ob::attributes::ObjectAttributes;
use crate::ob::create::{ObpCreateHandle, OpenReason};
use crate::ob::header::{Body, Object};
use crate::ob::namespace::ObpLookupObjectName;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::table::INHERIT;
use crate::ob::types::ObjectType;
use crate::ps::thread::{Mode, Thread};
use crate::status::NtStatus;
use crate::word::{Access, Id};

const FILE_GENERIC_READ: u32 = 0x0012_0089;
const FILE_GENERIC_WRITE: u32 = 0x0012_0116;
const FILE_ALL_ACCESS: u32 = 0x001F_01FF;
const DELETE: Access = Access(0x0001_0000);

/// What NtCreateFile is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateFile {
    /// Under which name. A path to a device is `\??\NAME` (in Win32 `\\.\NAME`) or `\Device\NAME`.
    pub attributes: ObjectAttributes,
    /// DesiredAccess; generic rights are mapped as the File type maps them.
    pub access: Access,
    /// ShareAccess, CreateOptions and CreateDisposition.
    pub options: OpenOptions,
}

steps! {
    /// NtCreateFile and NtCreateNamedPipeFile: open a device, or a name below it, and return a handle to a new file
    /// object.
    ///
    /// Errors: STATUS_INVALID_PARAMETER for FILE_DELETE_ON_CLOSE without DELETE access, and for FILE_DIRECTORY_FILE
    /// with FILE_NON_DIRECTORY_FILE or with a disposition that overwrites; those of [`ObpLookupObjectName`];
    /// STATUS_ACCESS_DENIED from user mode for no access at all; STATUS_INSUFFICIENT_RESOURCES; what the driver answers to IRP_MJ_CREATE. Nothing is
    /// left behind then: the file object of a failed create sees neither IRP_MJ_CLEANUP nor IRP_MJ_CLOSE. The create
    /// request holds no reference on the file object. Sources: ReactOS io/iomgr/file.c; Wine ntdll/tests/om.c.
    pub enum NtCreateFile = "NtCreateFile", by service {
        Open { attributes: ObjectAttributes, access: Access, options: OpenOptions, pipe: Option<PipeParameters> }
            = "enter", "look the path up: it must lead to a device";
        Parse { access: Access, options: OpenOptions, pipe: Option<PipeParameters> }
            = "parse", "the device's parse procedure: the device is held and counts an open file";
        CreateFileObject { device: Id<Device>, access: Access, options: OpenOptions, pipe: Option<PipeParameters> }
            = "create", "create the file object and the create request";
        Opened { device: Id<Device>, file: Id<File>, irp: Id<Irp>, pipe: bool }
            = "opened", "the driver has answered: reference the file object for the handle";
        Insert { device: Id<Device>, file: Id<File>, pipe: bool }
            = "insert", "the handle exists: drop the creator's reference";
        LetDeviceGo { device: Id<Device>, returned: Option<Returned>, pipe: bool }
            = "unparse", "the path is parsed: let the device object go";
        Return { returned: Option<Returned>, pipe: bool } = "return", "return the handle";
    }
}

impl NtCreateFile {
    /// The call.
    pub const fn of(call: CreateFile) -> NtCreateFile {
        let CreateFile { attributes, access, options } = call;
        NtCreateFile::Open { attributes, access, options, pipe: None }
    }

    /// NtCreateNamedPipeFile: creates an instance of a pipe, and the pipe with its first.
    pub const fn named_pipe(call: CreateFile, pipe: PipeParameters) -> NtCreateFile {
        let CreateFile { attributes, access, options } = call;
        NtCreateFile::Open { attributes, access, options, pipe: Some(pipe) }
    }

    const fn service(&self) -> &'static str {
        let pipe = match self {
            Self::Open { pipe, .. } | Self::Parse { pipe, .. } | Self::CreateFileObject { pipe, .. } => {
                pipe.is_some()
            }
            Self::Opened { pipe, .. }
            | Self::Insert { pipe, .. }
            | Self::LetDeviceGo { pipe, .. }
            | Self::Return { pipe, .. } => *pipe,
        };
        if pipe { "NtCreateNamedPipeFile" } else { "NtCreateFile" }
    }
}

impl Routine for NtCreateFile {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Opened { irp, .. } => k[irp].event_set,
            _ => true,
        }
    }

    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Open { access, options, .. } => options_go_together(access, options),
            Self::LetDeviceGo { .. } => true,
            _ => false,
        }
    }

    fn fault(self, _k: &Kernel, _thread: Id<Thread>) -> Option<Fault> {
        let allocates = matches!(self, Self::CreateFileObject { .. });
        allocates.then_some(Fault::Allocation(Allocation::Irp))
    }

    fn take_fault(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::CreateFileObject { device, pipe, .. } = self else {
            unreachable!("only the step that makes the file object allocates")
        };
        k.set(thread, Thread::REMAINING_NAME, None, "");
        k.uncount_open(device);
        let returned = Some(Returned::status(NtStatus::INSUFFICIENT_RESOURCES));
        Next::goto(Self::LetDeviceGo { device, returned, pipe: pipe.is_some() })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Open { access, options, .. } if !options_go_together(access, options) => {
                Next::fail(NtStatus::INVALID_PARAMETER)
            }
            Self::Open { attributes, access, options, pipe } => {
                let (wanted, insert, purpose) = (ObjectType::File, None, Purpose::Parse);
                let lookup = ObpLookupObjectName::Start { attributes, wanted, insert, purpose };
                Next::call(Self::Parse { access, options, pipe }, lookup)
            }
            Self::Parse { access, options, pipe } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let object = returned.value.object();
                if access == Access(0) && k.previous_mode(thread) == Mode::User {
                    k.set(thread, Thread::REMAINING_NAME, None, "");
                    let returned = Some(Returned::status(NtStatus::ACCESS_DENIED));
                    let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Parse };
                    return Next::call(Self::Return { returned, pipe: pipe.is_some() }, drop);
                }
                let Body::Device(device) = k[object].body else {
                    unreachable!("a path to a file leads to a device")
                };
                let count = k[device].reference_count + 1;
                k.set(device, Device::REFERENCE_COUNT, count, "one open file more on the device");
                Next::goto(Self::CreateFileObject { device, access: map_generic(access), options, pipe })
            }
            Self::CreateFileObject { device, access, options, pipe } => {
                let (file, irp) = k.create_request(thread, device, (access, options), pipe);
                let resume = Self::Opened { device, file, irp, pipe: pipe.is_some() };
                Next::call(resume, IofCallDriver::Dispatch { irp })
            }
            Self::Opened { device, file, irp, pipe } => {
                k.forget_returned(thread);
                let Irp { status, access, information: action, .. } = k[irp];
                k.destroy(irp, "the driver has answered");
                if status.is_error() {
                    return k.refuse_create(device, file, status, pipe);
                }
                k.set(thread, Thread::CREATE_ACTION, action, "");
                Next::call(Self::Insert { device, file, pipe }, k.handle_to_opened(thread, file, access))
            }
            Self::Insert { device, file, pipe } => {
                let returned = k.take_returned(thread);
                k.set(file, File::HANDLE_CREATED, true, "");
                let object = k[file].object;
                if returned.status.is_error() {
                    k.dereference(object, Purpose::Handle);
                }
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Creation };
                Next::call(Self::LetDeviceGo { device, returned: Some(returned), pipe }, drop)
            }
            Self::LetDeviceGo { device, returned, pipe } => {
                k.forget_returned(thread);
                let drop = ObDereferenceObject::Drop { object: k[device].object, purpose: Purpose::Parse };
                Next::call(Self::Return { returned, pipe }, drop)
            }
            Self::Return { returned, .. } => {
                k.forget_returned(thread);
                Next::Return(returned.unwrap_or(Returned::status(NtStatus::UNSUCCESSFUL)))
            }
        }
    }
}

/// Whether the options of a create request contradict neither each other nor the access.
const fn options_go_together(access: Access, options: OpenOptions) -> bool {
    let deletes = !options.delete_on_close || map_generic(access).grants(DELETE);
    let overwrites = options.disposition.overwrites();
    deletes && !(options.directory && (options.non_directory || overwrites))
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
    /// IopParseDevice: the file object and the create request.
    fn create_request(
        &mut self,
        thread: Id<Thread>,
        device: Id<Device>,
        (access, options): (Access, OpenOptions),
        pipe: Option<PipeParameters>,
    ) -> (Id<File>, Id<Irp>) {
        // A path that ends in a backslash leads to the root, as the device's own name does.
        let name = self[thread].remaining_name.filter(|name| !self.name(name.0).is_empty());
        self.set(thread, Thread::REMAINING_NAME, None, "");
        let object =
            self.create_file_object(|object| File { name, ..File::new(object, device, access, options) });
        let file = self.file_of(object);
        let new = Irp { access, options, pipe, ..self.new_irp(Major::Create, file, thread) };
        let irp = self.create(new, "the create request holds no reference");
        (file, irp)
    }

    /// The driver has opened the file: on to its handle.
    fn handle_to_opened(&mut self, thread: Id<Thread>, file: Id<File>, access: Access) -> ObpCreateHandle {
        let (object, process) = (self[file].object, self[thread].process);
        self.set(file, File::SIGNALED, true, "a file that was just opened is signalled");
        self.reference(object, Purpose::Handle);
        // Winsock opens its sockets with OBJ_INHERIT.
        let is_socket = self[file].device.is_some_and(|device| self.driver(device) == DriverKind::Sockets);
        let attributes = if is_socket { INHERIT } else { 0 };
        ObpCreateHandle::Count { object, process, access, attributes, reason: OpenReason::Create }
    }

    /// The driver has refused: the file object goes, and never was open.
    fn refuse_create(&mut self, device: Id<Device>, file: Id<File>, status: NtStatus, pipe: bool) -> Next {
        self.set(file, File::DEVICE, None, "the create failed");
        self.uncount_open(device);
        let drop = ObDereferenceObject::Drop { object: self[file].object, purpose: Purpose::Creation };
        let returned = Some(Returned::status(status));
        Next::call(NtCreateFile::LetDeviceGo { device, returned, pipe }, drop)
    }

    /// The device has one open file less.
    pub(crate) fn uncount_open(&mut self, device: Id<Device>) {
        let count = self[device].reference_count - 1;
        self.set(device, Device::REFERENCE_COUNT, count, "one open file less on the device");
    }

    /// IoStatus.Information of the last NtCreateFile of a thread's call, read once: FILE_OPENED, FILE_CREATED,
    /// FILE_OVERWRITTEN, or 0 where no file system says it.
    pub fn collect_create_action(&mut self, thread: Id<Thread>) -> u32 {
        let action = self[thread].create_action;
        self.set(thread, Thread::CREATE_ACTION, 0, "");
        action
    }

    /// The body of an object that is a file.
    pub(crate) fn file_of(&self, object: Id<Object>) -> Id<File> {
        match self[object].body {
            Body::File(file) => file,
            other => unreachable!("the type was checked: {other:?}"),
        }
    }
}
