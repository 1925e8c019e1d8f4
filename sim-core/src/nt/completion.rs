//! The services of completion ports: associate a file, post a packet, ask how many wait.

use crate::fault::{Allocation, Fault};
use crate::frame::{Next, Routine, steps};
use crate::io::file::File;
use crate::io::port::{Packet, Port};
use crate::kernel::Kernel;
use crate::nt::object_service::object_service;
use crate::ob::header::{Body, Object};
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// IO_COMPLETION_MODIFY_STATE.
const IO_COMPLETION_MODIFY_STATE: Access = Access(2);

pub(crate) fn completion_reference(
    k: &Kernel,
    thread: Id<Thread>,
    handle: Handle,
    wanted: ObjectType,
    purpose: Purpose,
) -> ObReferenceObjectByHandle {
    let access = if wanted == ObjectType::IoCompletion { IO_COMPLETION_MODIFY_STATE } else { Access(0) };
    let process = k[thread].process;
    ObReferenceObjectByHandle::LockEntry { process, handle, wanted: Some(wanted), access, purpose }
}

impl Kernel {
    pub(crate) fn port_of(&self, object: Id<Object>) -> Id<Port> {
        match self[object].body {
            Body::Port(port) => port,
            other => unreachable!("the type was checked: {other:?}"),
        }
    }
}

steps! {
    /// NtSetInformationFile(FileCompletionInformation): binds a file object to a completion port, with a key.
    ///
    /// The file object holds the port from then on; the port holds nothing. FileReplaceCompletionInformation (since Windows
    /// 8.1) binds it to another port and lets the one it had go; with no port it only does that. Errors:
    /// STATUS_INVALID_PARAMETER for a synchronous file, for one that has a port unless that is to be replaced, and for a
    /// replacement while requests that report to the port alone are outstanding; STATUS_INSUFFICIENT_RESOURCES. Sources: ReactOS io/iomgr/iofunc.c; Wine
    /// ntdll/tests/file.c, test_file_io_completion; WDK, ZwSetInformationFile, FILE_COMPLETION_INFORMATION.
    pub enum NtSetInformationFile = "NtSetInformationFile" {
        ReferenceFile { file: Handle, port: Handle, key: u64, replaces: bool }
            = "enter", "reference the file object by its handle";
        ReferencePort { port: Handle, key: u64, replaces: bool }
            = "port", "reference the port; the file object will keep this reference";
        Associate { file: Id<File>, key: u64, replaces: bool } = "associate", "store port and key in the file object";
        LetPortGo { file: Id<File>, old: Option<Id<Object>> } = "old port", "let the port go that the file object had";
        Drop { file: Id<File>, status: NtStatus } = "drop", "let the file object go";
        Return { status: NtStatus } = "return", "return";
    }
}

impl NtSetInformationFile {
    /// FileCompletionInformation.
    pub const fn of(file: Handle, port: Handle, key: u64) -> NtSetInformationFile {
        NtSetInformationFile::ReferenceFile { file, port, key, replaces: false }
    }

    /// FileReplaceCompletionInformation; [`Handle::NULL`] for no port any more.
    pub const fn replacing(file: Handle, port: Handle, key: u64) -> NtSetInformationFile {
        NtSetInformationFile::ReferenceFile { file, port, key, replaces: true }
    }
}

impl Routine for NtSetInformationFile {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::ReferenceFile { .. } | Self::Drop { .. })
    }

    fn fault(self, k: &Kernel, thread: Id<Thread>) -> Option<Fault> {
        let Self::Associate { file, replaces, .. } = self else { return None };
        let allocates = k.was_successful(thread) && !k.refuses_port(file, replaces);
        allocates.then_some(Fault::Allocation(Allocation::CompletionContext))
    }

    fn take_fault(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Associate { file, .. } = self else { unreachable!("only to keep the port takes memory") };
        let object = k.take_returned(thread).value.object();
        let resume = Self::Drop { file, status: NtStatus::INSUFFICIENT_RESOURCES };
        Next::call(resume, ObDereferenceObject::Drop { object, purpose: Purpose::Association })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::ReferenceFile { file, port, key, replaces } => {
                let by_handle = completion_reference(k, thread, file, ObjectType::File, Purpose::Service);
                Next::call(Self::ReferencePort { port, key, replaces }, by_handle)
            }
            Self::ReferencePort { port, key, replaces } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let file = k.file_of(returned.value.object());
                if k.refuses_port(file, replaces) {
                    return Next::goto(Self::Drop { file, status: NtStatus::INVALID_PARAMETER });
                }
                if replaces && port == Handle::NULL {
                    return k.bind_port(file, None, 0);
                }
                let (wanted, access) = (ObjectType::IoCompletion, IO_COMPLETION_MODIFY_STATE);
                let by_handle = k.by_handle(thread, port, wanted, access, Purpose::Association);
                Next::call(Self::Associate { file, key, replaces }, by_handle)
            }
            Self::Associate { file, key, replaces } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::goto(Self::Drop { file, status: returned.status });
                }
                let object = returned.value.object();
                if k.refuses_port(file, replaces) {
                    k.dereference(object, Purpose::Association);
                    return Next::goto(Self::Drop { file, status: NtStatus::INVALID_PARAMETER });
                }
                k.bind_port(file, Some(k.port_of(object)), key)
            }
            Self::LetPortGo { file, old } => {
                let resume = Self::Drop { file, status: NtStatus::SUCCESS };
                match old {
                    Some(object) => Next::call(
                        resume,
                        ObDereferenceObject::Drop { object, purpose: Purpose::Association },
                    ),
                    None => Next::goto(resume),
                }
            }
            Self::Drop { file, status } => {
                k.forget_returned(thread);
                let object = k[file].object;
                Next::call(
                    Self::Return { status },
                    ObDereferenceObject::Drop { object, purpose: Purpose::Service },
                )
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::fail(status)
            }
        }
    }
}

impl Kernel {
    fn refuses_port(&self, file: Id<File>, replaces: bool) -> bool {
        let record = &self[file];
        let bound = if replaces { File::IRPS.first(record).is_some() } else { record.port.is_some() };
        record.synchronous || bound
    }

    /// Stores another port and key in the file object; the caller has referenced the port.
    fn bind_port(&mut self, file: Id<File>, port: Option<Id<Port>>, key: u64) -> Next {
        let old = self[file].port.map(|port| self[port].object);
        self.set(
            file,
            File::PORT,
            port,
            match port {
                Some(_) => "completions are reported to this port",
                None => "completions are not reported any more",
            },
        );
        self.set(file, File::KEY, key, "the key of every packet for this file");
        match old {
            Some(_) => Next::goto(NtSetInformationFile::LetPortGo { file, old }),
            None => Next::goto(NtSetInformationFile::Drop { file, status: NtStatus::SUCCESS }),
        }
    }
}

steps! {
    /// NtSetIoCompletion (PostQueuedCompletionStatus): queues a packet of the program's own.
    ///
    /// What the program says of it comes back as it is, its status too. Errors: those of ObReferenceObjectByHandle;
    /// STATUS_INSUFFICIENT_RESOURCES, without a packet.
    /// Source: Wine ntdll/tests/sync.c and file.c, test_set_io_completion.
    pub enum NtSetIoCompletion = "NtSetIoCompletion" {
        Reference { port: Handle, key: u64, value: u64, status: NtStatus, information: u32 }
            = "enter", "reference the port by its handle";
        Post { key: u64, value: u64, status: NtStatus, information: u32 } = "post", "queue the packet";
        Drop { object: Id<Object> } = "drop", "let the port go";
        Return { status: NtStatus } = "return", "there is no packet";
    }
}

impl NtSetIoCompletion {
    /// The call.
    pub const fn of(port: Handle, key: u64, value: u64, (status, information): (NtStatus, u32)) -> Self {
        NtSetIoCompletion::Reference { port, key, value, status, information }
    }
}

impl Routine for NtSetIoCompletion {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. } | Self::Drop { .. })
    }

    fn fault(self, k: &Kernel, thread: Id<Thread>) -> Option<Fault> {
        let allocates = matches!(self, Self::Post { .. }) && k.was_successful(thread);
        allocates.then_some(Fault::Allocation(Allocation::Packet))
    }

    fn take_fault(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let object = k.take_returned(thread).value.object();
        let resume = Self::Return { status: NtStatus::INSUFFICIENT_RESOURCES };
        Next::call(resume, ObDereferenceObject::Drop { object, purpose: Purpose::Service })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { port, key, value, status, information } => {
                let by_handle =
                    completion_reference(k, thread, port, ObjectType::IoCompletion, Purpose::Service);
                Next::call(Self::Post { key, value, status, information }, by_handle)
            }
            Self::Post { key, value, status, information } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let object = returned.value.object();
                let packet = Packet { value, ..Packet::new(key, status, information) };
                k.queue_packet(k.port_of(object), packet, "the program posted it");
                Next::goto(Self::Drop { object })
            }
            Self::Drop { object } => {
                Next::goto(ObDereferenceObject::Drop { object, purpose: Purpose::Service })
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::fail(status)
            }
        }
    }
}

object_service! {
    /// NtQueryIoCompletion: how many packets wait in the port (Depth).
    ///
    /// Errors: those of ObReferenceObjectByHandle. Source: Wine ntdll/tests/sync.c, test_completion_port_scheduling.
    NtQueryIoCompletion = "NtQueryIoCompletion", (), Port as IoCompletion, access 1, "query" "count the packets that wait",
    |k, _, port| Ok(k.packets(port) as u32)
}
