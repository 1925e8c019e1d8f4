//! NtDuplicateObject.

use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::close::ObpCloseHandle;
use crate::ob::create::{ObpCreateHandle, ObpIncrementHandleCount};
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::table::INHERIT;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

steps! {
    /// NtDuplicateObject with DUPLICATE_SAME_ACCESS: a second handle to the same object, in any process.
    ///
    /// Goes on in ObReferenceObjectByHandle, ObpIncrementHandleCount and ObpCreateHandle.
    /// `close` is DUPLICATE_CLOSE_SOURCE: the source is closed after the object's handle was counted for the target
    /// and before its entry is made, so HandleCount never drops to zero on the way and a duplicate within one process
    /// gets the source's value. It is closed also if the duplicate fails. Errors: STATUS_INVALID_HANDLE, STATUS_PROCESS_IS_TERMINATING. Sources: ReactOS
    /// ob/obhandle.c; Wine kernel32/tests/process.c, test_DuplicateHandle.
    pub enum NtDuplicateObject = "NtDuplicateObject" {
        Reference { source: Id<Process>, handle: Handle, target: Id<Process>, attributes: u8, close: bool }
            = "enter", "reference the object by the source handle; the new handle will keep this reference";
        Count { source: Id<Process>, handle: Handle, target: Id<Process>, attributes: u8, close: bool }
            = "count", "the source names an object: count a handle for the target";
        CloseSource { object: Id<Object>, source: Id<Process>, handle: Handle, target: Id<Process>, access: Access,
            attributes: u8, close: bool } = "close", "the handle is counted: close the source, if asked to";
        Insert { object: Id<Object>, source: Id<Process>, target: Id<Process>, access: Access, attributes: u8,
            failed: Option<Returned> } = "insert", "make the new handle's entry";
        Inserted { object: Id<Object>, source: Id<Process>, target: Id<Process> }
            = "inserted", "the new handle exists";
        Undo { object: Id<Object>, source: Id<Process>, target: Option<Id<Process>>, returned: Returned }
            = "undo", "no handle was made: drop the reference";
        Return { source: Id<Process>, target: Option<Id<Process>>, returned: Returned }
            = "return", "let both processes' handle tables go and return the new handle";
    }
}

impl Routine for NtDuplicateObject {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(
            self,
            Self::CloseSource { .. } | Self::Insert { .. } | Self::Inserted { .. } | Self::Undo { .. }
        )
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { source, handle, target, attributes, close } => {
                if !k.acquire_rundown(source) {
                    return Next::fail(NtStatus::PROCESS_IS_TERMINATING);
                }
                let (wanted, access, purpose) = (None, Access(0), Purpose::Handle);
                let by_handle =
                    ObReferenceObjectByHandle::LockEntry { process: source, handle, wanted, access, purpose };
                Next::call(Self::Count { source, handle, target, attributes, close }, by_handle)
            }
            Self::Count { source, handle, target, attributes, close } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::goto(Self::Return { source, target: None, returned });
                }
                let object: Id<Object> = returned.value.object();
                let access = k[thread].handle_information;
                k.set(thread, Thread::HANDLE_INFORMATION, Access(0), "");
                if !k.acquire_rundown(target) {
                    let returned = Returned::status(NtStatus::PROCESS_IS_TERMINATING);
                    let undo = Self::Undo { object, source, target: None, returned };
                    let close_source = ObpCloseHandle::LockEntry { process: source, handle, forced: false };
                    return if close { Next::call(undo, close_source) } else { Next::goto(undo) };
                }
                let attributes = attributes & INHERIT;
                Next::call(
                    Self::CloseSource { object, source, handle, target, access, attributes, close },
                    ObpIncrementHandleCount::Count { object, process: target },
                )
            }
            Self::CloseSource { object, source, handle, target, access, attributes, close } => {
                let failed = Some(k.take_returned(thread)).filter(|returned| returned.status.is_error());
                let resume = Self::Insert { object, source, target, access, attributes, failed };
                if !close {
                    return Next::goto(resume);
                }
                Next::call(resume, ObpCloseHandle::LockEntry { process: source, handle, forced: false })
            }
            Self::Insert { object, source, target, access, attributes, failed } => {
                k.forget_returned(thread);
                match failed {
                    Some(returned) => {
                        Next::goto(Self::Undo { object, source, target: Some(target), returned })
                    }
                    None => Next::call(
                        Self::Inserted { object, source, target },
                        ObpCreateHandle::Insert { object, process: target, access, attributes },
                    ),
                }
            }
            Self::Inserted { object, source, target } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::goto(Self::Undo { object, source, target: Some(target), returned });
                }
                Next::goto(Self::Return { source, target: Some(target), returned })
            }
            Self::Undo { object, source, target, returned } => Next::call(
                Self::Return { source, target, returned },
                ObDereferenceObject::Drop { object, purpose: Purpose::Handle },
            ),
            Self::Return { source, target, returned } => {
                k.forget_returned(thread);
                k.release_rundown(source);
                target.into_iter().for_each(|target| k.release_rundown(target));
                Next::Return(returned)
            }
        }
    }
}
