//! NtGetNextThread: the threads of a process, one handle after the other.

use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::nt::duplicate_object::process_by_handle;
use crate::ob::create::{ObpCreateHandle, OpenReason};
use crate::ob::header::{Body, Object};
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// PROCESS_QUERY_INFORMATION.
const PROCESS_QUERY_INFORMATION: Access = Access(0x400);

steps! {
    /// NtGetNextThread: a handle to the thread of a process that was created next after another, or first.
    ///
    /// A thread that has ended is among them as long as something holds its object. Errors: those of
    /// ObReferenceObjectByHandle; STATUS_NO_MORE_ENTRIES after the last thread; STATUS_INVALID_PARAMETER for a thread of
    /// another process; STATUS_INSUFFICIENT_RESOURCES. Source: Wine ntdll/tests/om.c, test_get_next_thread.
    pub enum NtGetNextThread = "NtGetNextThread" {
        ReferenceProcess { process: Handle, thread: Handle, access: Access, attributes: u8 }
            = "enter", "reference the process by its handle";
        ReferenceThread { thread: Handle, access: Access, attributes: u8 }
            = "thread", "reference the thread by its handle, if one is given";
        Find { process: Id<Object>, access: Access, attributes: u8 }
            = "find", "reference the thread that was created next and still exists";
        Found { process: Id<Object>, after: Option<Id<Object>>, object: Id<Object> }
            = "opened", "was the handle made?";
        DropThread { process: Id<Object>, after: Option<Id<Object>>, returned: Returned }
            = "drop thread", "let the thread go";
        DropProcess { process: Id<Object>, returned: Returned } = "drop", "let the process go";
        Return { returned: Returned } = "return", "return the handle";
    }
}

impl Routine for NtGetNextThread {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::ReferenceProcess { .. } | Self::DropThread { .. } | Self::DropProcess { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::ReferenceProcess { process, thread: after, access, attributes } => Next::call(
                Self::ReferenceThread { thread: after, access, attributes },
                process_by_handle(k, thread, process, PROCESS_QUERY_INFORMATION),
            ),
            Self::ReferenceThread { thread: handle, access, attributes } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let find = Self::Find { process: returned.value.object(), access, attributes };
                if handle == Handle::NULL {
                    return Next::goto(find);
                }
                let (process, purpose) = (k[thread].process, Purpose::Service);
                let (wanted, access) = (Some(ObjectType::Thread), Access(0));
                let by_handle =
                    ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose };
                Next::call(find, by_handle)
            }
            Self::Find { process, access, attributes } => {
                k.find_next_thread(thread, process, access, attributes)
            }
            Self::Found { process, after, object } => {
                let returned = k.take_returned(thread);
                let resume = Self::DropThread { process, after, returned };
                if returned.status.is_error() {
                    let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Handle };
                    return Next::call(resume, drop);
                }
                Next::goto(resume)
            }
            Self::DropThread { process, after, returned } => {
                k.forget_returned(thread);
                let resume = Self::DropProcess { process, returned };
                match after {
                    Some(object) => {
                        let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Service };
                        Next::call(resume, drop)
                    }
                    None => Next::goto(resume),
                }
            }
            Self::DropProcess { process: object, returned } => {
                k.forget_returned(thread);
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Service };
                Next::call(Self::Return { returned }, drop)
            }
            Self::Return { returned } => {
                k.forget_returned(thread);
                Next::Return(returned)
            }
        }
    }
}

impl Kernel {
    fn find_next_thread(
        &mut self,
        caller: Id<Thread>,
        process: Id<Object>,
        access: Access,
        attributes: u8,
    ) -> Next {
        let fail = |after, status| {
            let returned = Returned::status(status);
            Next::goto(NtGetNextThread::DropThread { process, after, returned })
        };
        let given = self[caller].returned;
        self.forget_returned(caller);
        let after: Option<Id<Object>> = match given {
            Some(returned) if returned.status.is_error() => return fail(None, returned.status),
            given => given.map(|returned| returned.value.object()),
        };
        let owner = self.process_of(process);
        let last = match after.map(|object| self[object].body) {
            Some(Body::Thread(thread)) if self[thread].process != owner => {
                return fail(after, NtStatus::INVALID_PARAMETER);
            }
            Some(Body::Thread(thread)) => Some(thread),
            _ => None,
        };
        let next = self
            .all::<Thread>()
            .find(|(id, thread)| Some(*id) > last && thread.process == owner && self.is_thread_found(*id));
        let Some((_, &Thread { object, .. })) = next else { return fail(after, NtStatus::NO_MORE_ENTRIES) };
        let access = self.object_type(object).map_generic(access);
        if !self.valid_access(object).grants(access) {
            return fail(after, NtStatus::ACCESS_DENIED);
        }
        self.reference(object, Purpose::Handle);
        let (own, reason) = (self[caller].process, OpenReason::Open);
        let count = ObpCreateHandle::Count { object, process: own, access, attributes, reason };
        Next::call(NtGetNextThread::Found { process, after, object }, count)
    }

    /// Whether the thread can be found by its id: it was created, and something holds its object.
    pub(crate) fn is_thread_found(&self, thread: Id<Thread>) -> bool {
        self[thread].created && self[self[thread].object].pointer_count > 0
    }
}
