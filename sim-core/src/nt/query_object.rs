//! NtQueryObject, NtQueryInformationProcess and NtQueryInformationThread.

use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::information::{Information, InformationClass};
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// The type that a class is asked of and the access that this needs: PROCESS_QUERY_INFORMATION or
/// THREAD_QUERY_INFORMATION, since Vista PROCESS_QUERY_LIMITED_INFORMATION or THREAD_QUERY_LIMITED_INFORMATION.
const fn asked_of(class: InformationClass, limited: bool) -> (Option<ObjectType>, Access) {
    match (class, limited) {
        (InformationClass::Basic | InformationClass::Name | InformationClass::Type, _) => (None, Access(0)),
        (InformationClass::FileStandard | InformationClass::FileModes, _) => {
            (Some(ObjectType::File), Access(0))
        }
        (InformationClass::IoRing, _) => (Some(ObjectType::IoRing), Access(0)),
        (InformationClass::ThreadBasic, false) => (Some(ObjectType::Thread), Access(0x40)),
        (InformationClass::ThreadBasic, true) => (Some(ObjectType::Thread), Access(0x800)),
        (_, false) => (Some(ObjectType::Process), Access(0x400)),
        (_, true) => (Some(ObjectType::Process), Access(0x1000)),
    }
}

steps! {
    /// NtQueryObject: tells a handle's attributes and access, and the object's counts, name or type.
    ///
    /// The query references the object by its handle, so the PointerCount that it tells counts the query's own
    /// reference. Since Windows 8 it counts also the references that handle-table entries took in advance, and each
    /// query uses one of them up. With a class of processes or threads it is NtQueryInformationProcess or
    /// NtQueryInformationThread: how many handles a process has open, how it has ended. With one of files it is
    /// NtQueryInformationFile: how long a file is, which modes a file object has. Returns the answer. Errors:
    /// those of ObReferenceObjectByHandle; STATUS_INFO_LENGTH_MISMATCH; STATUS_PROCESS_IS_TERMINATING for the image of a
    /// process that is ending; STATUS_INVALID_DEVICE_REQUEST for FileStandardInformation of what is no file; STATUS_BUFFER_OVERFLOW for the name of a file that does not fit. Sources: WDK,
    /// NtQueryObject, PUBLIC_OBJECT_BASIC_INFORMATION; Win32, GetProcessHandleCount, GetExitCodeProcess; Wine
    /// kernel32/tests/process.c, test_dead_process; ReactOS kernel tests
    /// ntos_ob/ObReference.c, ntos_ob/ObHandle.c; Wine ntdll/tests/om.c, test_query_object.
    pub enum NtQueryObject = "NtQueryObject" {
        Reference { handle: Handle, class: InformationClass, length: Option<u64> }
            = "enter", "reference the object by its handle";
        Answer { class: InformationClass, length: Option<u64> }
            = "answer", "write the answer, with the query's own reference among those counted";
        Drop { object: Id<Object>, returned: Returned } = "drop", "let the object go";
        Return { returned: Returned } = "return", "return how the query ended";
    }
}

impl NtQueryObject {
    /// The call. Without a length the buffer is as long as the answer.
    pub const fn of(handle: Handle, class: InformationClass, length: Option<u64>) -> NtQueryObject {
        NtQueryObject::Reference { handle, class, length }
    }
}

impl Routine for NtQueryObject {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. } | Self::Drop { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { handle, class, length } => {
                let (wanted, access) = asked_of(class, k.profile().has_limited_rights);
                let (process, purpose) = (k[thread].process, Purpose::Query);
                let reference =
                    ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose };
                Next::call(Self::Answer { class, length }, reference)
            }
            Self::Answer { class, length } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let object = returned.value.object();
                let returned = k.answer(thread, object, class, length);
                Next::goto(Self::Drop { object, returned })
            }
            Self::Drop { object, returned } => Next::call(
                Self::Return { returned },
                ObDereferenceObject::Drop { object, purpose: Purpose::Query },
            ),
            Self::Return { returned } => {
                k.forget_returned(thread);
                Next::Return(returned)
            }
        }
    }
}

impl Kernel {
    /// ExitStatus of a process or thread: STATUS_PENDING until it has ended.
    fn exit_status(&self, object: Id<Object>) -> u32 {
        let (ended, status) = match self[object].body {
            Body::Process(process) => (self[process].ended, self[process].exit_status),
            Body::Thread(thread) => (self[thread].ended, self[thread].exit_status),
            _ => (false, 0),
        };
        if ended { status } else { NtStatus::PENDING.0 }
    }

    fn answer(
        &mut self,
        thread: Id<Thread>,
        object: Id<Object>,
        class: InformationClass,
        length: Option<u64>,
    ) -> Returned {
        let (granted_access, attributes) = (self[thread].handle_information, self[thread].handle_attributes);
        self.set(thread, Thread::HANDLE_INFORMATION, Access(0), "");
        self.set(thread, Thread::HANDLE_ATTRIBUTES, 0, "");
        let (status, return_length) = self.information_length(object, class, length);
        if !status.is_success() {
            return Returned::status(status);
        }
        if let (InformationClass::ProcessImage, Body::Process(process)) = (class, self[object].body)
            && self[process].exiting
        {
            return Returned::status(NtStatus::PROCESS_IS_TERMINATING);
        }
        let object_type = self.object_type(object);
        let answer = Information { return_length, ..Information::of(class, object_type) };
        let answer = match class {
            InformationClass::Basic => Information {
                attributes,
                granted_access,
                handle_count: self[object].handle_count,
                pointer_count: self.charged_pointer_count(object),
                ..answer
            },
            InformationClass::Name => match self.queried_name(object) {
                Some((start, name)) => answer.named(start, &name),
                None => answer,
            },
            InformationClass::Type => {
                let (totals, most) = (self.type_totals(object_type), self.high_water(object_type));
                let most = most.unwrap_or_default();
                Information {
                    total_objects: totals.objects,
                    total_handles: totals.handles,
                    high_objects: most.objects,
                    high_handles: most.handles,
                    ..answer
                }
            }
            InformationClass::ProcessHandleCount => {
                let count = match self[object].body {
                    Body::Process(process) => self.table(process).open().count(),
                    _ => 0,
                };
                Information { handle_count: count as u32, ..answer }
            }
            InformationClass::ProcessBasic | InformationClass::ThreadBasic => {
                Information { exit_status: self.exit_status(object), ..answer }
            }
            InformationClass::ProcessImage => answer,
            InformationClass::FileStandard | InformationClass::FileModes => {
                match self.answer_of_file(self.file_of(object), answer) {
                    Some(answer) => answer,
                    None => return Returned::status(NtStatus::INVALID_DEVICE_REQUEST),
                }
            }
            InformationClass::IoRing => match self[object].body {
                Body::IoRing(ring) => Information { return_length, ..self.ring_sizes(ring) },
                _ => answer,
            },
        };
        let answer = self.create(answer, "the query answers");
        Returned::information(answer)
    }
}
