//! NtOpenProcess and NtOpenThread.

use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::create::{ObpCreateHandle, OpenReason};
use crate::ob::header::{Body, Object};
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Id};

steps! {
    /// NtOpenProcess, NtOpenThread: a handle to the process or thread of an id; here the id is its header's.
    ///
    /// The table of ids holds no reference: the object is referenced only if its PointerCount is not zero
    /// (ObReferenceObjectSafe). So one that has ended can be opened as long as something holds it. Since Vista a handle
    /// with PROCESS_QUERY_INFORMATION or THREAD_QUERY_INFORMATION has the limited right too. Errors:
    /// STATUS_INVALID_CID (nobody has this id), STATUS_ACCESS_DENIED, STATUS_INSUFFICIENT_RESOURCES. Sources: ReactOS
    /// ps/process.c, ps/thread.c; Win32, Process Security and Access Rights; Wine kernel32/tests/process.c,
    /// test_dead_process.
    pub enum NtOpenProcess = "NtOpenProcess" {
        Lookup { object: Id<Object>, access: Access, attributes: u8 }
            = "lookup", "find the id and reference its object, unless that is being deleted";
        Opened { object: Id<Object> } = "opened", "was the handle made?";
        Fail { returned: Returned } = "return", "there is no handle";
    }
}

impl Routine for NtOpenProcess {
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Lookup { object, access, attributes } => {
                if !k.is_id_found(object) {
                    return Next::fail(NtStatus::INVALID_CID);
                }
                let object_type = k.object_type(object);
                let (access, process) = (object_type.map_generic(access), k[thread].process);
                if !k.valid_access(object).grants(access) {
                    return Next::fail(NtStatus::ACCESS_DENIED);
                }
                let access = k.with_limited_right(object_type, access);
                k.reference(object, Purpose::Handle);
                let reason = OpenReason::Open;
                let count = ObpCreateHandle::Count { object, process, access, attributes, reason };
                Next::call(Self::Opened { object }, count)
            }
            Self::Opened { object } => {
                let returned = k.take_returned(thread);
                if !returned.status.is_error() {
                    return Next::Return(returned);
                }
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Handle };
                Next::call(Self::Fail { returned }, drop)
            }
            Self::Fail { returned } => {
                k.forget_returned(thread);
                Next::Return(returned)
            }
        }
    }
}

impl Kernel {
    /// Whether the table of ids has a process or thread that something still holds.
    pub(crate) fn is_id_found(&self, object: Id<Object>) -> bool {
        match self[object].body {
            Body::Process(process) => self[process].inserted && self[object].pointer_count > 0,
            Body::Thread(thread) => self.is_thread_found(thread),
            body => unreachable!("only processes and threads have ids: {body:?}"),
        }
    }

    /// The access with the limited right that comes with the right to query.
    fn with_limited_right(&self, object_type: ObjectType, access: Access) -> Access {
        let (query, limited) = match object_type {
            ObjectType::Process => (0x400, 0x1000),
            _ => (0x40, 0x800),
        };
        let comes = self.profile().has_limited_rights && access.0 & query != 0;
        Access(access.0 | if comes { limited } else { 0 })
    }
}
