//! NtDuplicateObject: duplicating between processes that handles name.

use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::duplicate::{DUPLICATE_CLOSE_SOURCE, ObDuplicateObject, UNWRITABLE_TARGET_HANDLE, Wanted};
use crate::ob::header::{Body, Object};
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// PROCESS_DUP_HANDLE.
const PROCESS_DUP_HANDLE: Access = Access(0x40);

steps! {
    /// NtDuplicateObject: references the two processes by their handles and duplicates between them.
    ///
    /// `target` is [`Handle::NULL`] if nothing is to be made. If the target's handle does not serve and the source is to
    /// be closed, it is closed all the same. Errors: STATUS_ACCESS_VIOLATION if the caller's variable for the new handle
    /// cannot be written, which is tried first; STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
    /// STATUS_ACCESS_DENIED (the handles need PROCESS_DUP_HANDLE), and those of [`ObDuplicateObject`]. Sources: ReactOS
    /// ob/obhandle.c; WDK, ZwDuplicateObject; Win32, DuplicateHandle.
    pub enum NtDuplicateObject = "NtDuplicateObject" {
        ReferenceSource { source: Handle, handle: Handle, target: Handle, wanted: Wanted }
            = "S", "reference the source process by its handle";
        ReferenceTarget { handle: Handle, target: Handle, wanted: Wanted }
            = "T", "reference the target process by its handle";
        Duplicate { source: Id<Object>, handle: Handle, wanted: Wanted }
            = "both", "both processes are known: duplicate";
        DropTarget { source: Id<Object>, target: Option<Id<Object>>, failed: Option<Returned> }
            = "drop T", "let the target process go";
        DropSource { source: Id<Object>, returned: Returned } = "drop S", "let the source process go";
        Return { returned: Returned } = "result", "return the new handle";
    }
}

impl Routine for NtDuplicateObject {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::DropTarget { .. } | Self::DropSource { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::ReferenceSource { wanted, .. } if wanted.has(UNWRITABLE_TARGET_HANDLE) => {
                Next::fail(NtStatus::ACCESS_VIOLATION)
            }
            Self::ReferenceSource { source, handle, target, wanted } => Next::call(
                Self::ReferenceTarget { handle, target, wanted },
                process_by_handle(k, thread, source, PROCESS_DUP_HANDLE),
            ),
            Self::ReferenceTarget { handle, target, wanted } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let source: Id<Object> = returned.value.object();
                if target == Handle::NULL {
                    return k.duplicate_between(source, handle, None, wanted, None);
                }
                let by_handle = process_by_handle(k, thread, target, PROCESS_DUP_HANDLE);
                Next::call(Self::Duplicate { source, handle, wanted }, by_handle)
            }
            Self::Duplicate { source, handle, wanted } => {
                let returned = k.take_returned(thread);
                if !returned.status.is_error() {
                    let target = returned.value.object();
                    return k.duplicate_between(source, handle, Some(target), wanted, None);
                }
                match wanted.has(DUPLICATE_CLOSE_SOURCE) {
                    true => k.duplicate_between(source, handle, None, wanted, Some(returned)),
                    false => Next::goto(Self::DropSource { source, returned }),
                }
            }
            Self::DropTarget { source, target, failed } => {
                let returned = k.take_returned(thread);
                let resume = Self::DropSource { source, returned: failed.unwrap_or(returned) };
                match target {
                    Some(object) => {
                        Next::call(resume, ObDereferenceObject::Drop { object, purpose: Purpose::Service })
                    }
                    None => Next::goto(resume),
                }
            }
            Self::DropSource { source: object, returned } => {
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

/// References the process that a handle of the calling process names, for the duration of a service.
pub(crate) fn process_by_handle(
    k: &Kernel,
    thread: Id<Thread>,
    handle: Handle,
    access: Access,
) -> ObReferenceObjectByHandle {
    let (process, wanted, purpose) = (k[thread].process, Some(ObjectType::Process), Purpose::Service);
    ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose }
}

impl Kernel {
    /// The process behind a header that was checked to be one.
    pub(crate) fn process_of(&self, object: Id<Object>) -> Id<Process> {
        match self[object].body {
            Body::Process(process) => process,
            body => unreachable!("the lookup asked for a process and gave {body:?}"),
        }
    }

    fn duplicate_between(
        &self,
        source: Id<Object>,
        handle: Handle,
        target: Option<Id<Object>>,
        wanted: Wanted,
        failed: Option<Returned>,
    ) -> Next {
        let (from, to) = (self.process_of(source), target.map(|target| self.process_of(target)));
        Next::call(
            NtDuplicateObject::DropTarget { source, target, failed },
            ObDuplicateObject::Reference { source: from, handle, target: to, wanted },
        )
    }
}
