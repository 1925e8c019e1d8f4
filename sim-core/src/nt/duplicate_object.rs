//! NtDuplicateObject.

use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::close::ObpCloseHandle;
use crate::ob::create::ObpCreateHandle;
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::table::INHERIT;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id, Word};

steps! {
    /// NtDuplicateObject with DUPLICATE_SAME_ACCESS: a second handle to the same object, in any process.
    ///
    /// `close` is DUPLICATE_CLOSE_SOURCE: the source is closed after the object's handle was counted for the target
    /// and before its entry is made, so HandleCount never drops to zero on the way and a duplicate within one process
    /// gets the source's value. Errors: STATUS_INVALID_HANDLE, STATUS_PROCESS_IS_TERMINATING. Sources: ReactOS
    /// ob/obhandle.c; Wine kernel32/tests/process.c, test_DuplicateHandle.
    pub enum NtDuplicateObject = "NtDuplicateObject" {
        Reference { source: Id<Process>, handle: Handle, target: Id<Process>, attributes: u8, close: bool }
            = "enter", "reference the object by the source handle; the new handle will keep this reference";
        Count { source: Id<Process>, handle: Handle, target: Id<Process>, attributes: u8, close: bool }
            = "count", "the source names an object: count a handle for the target";
        Insert { object: Id<Object>, source: Id<Process>, handle: Handle, close: bool }
            = "inserted", "the new handle exists";
        Undo { object: Id<Object>, status: NtStatus } = "undo", "no handle was made: drop the reference";
        Return { returned: Option<Returned> } = "return", "return the new handle";
    }
}

impl Routine for NtDuplicateObject {
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { source, handle, target, attributes, close } => {
                if k[source].exiting || k[target].exiting {
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
                    return Next::Return(returned);
                }
                let object: Id<Object> = Id::from_word(u64::from(returned.value));
                let access = match k.entry(source, handle) {
                    Some(entry) => entry.access,
                    None => k.object_type(object).rules().valid_access,
                };
                let attributes = attributes & INHERIT;
                let count = ObpCreateHandle::Count { object, process: target, access, attributes };
                Next::call(Self::Insert { object, source, handle, close }, count)
            }
            Self::Insert { object, source, handle, close } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::goto(Self::Undo { object, status: returned.status });
                }
                if close {
                    let close = ObpCloseHandle::LockEntry { process: source, handle, forced: false };
                    return Next::call(Self::Return { returned: Some(returned) }, close);
                }
                Next::Return(returned)
            }
            Self::Undo { object, status } => {
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Handle };
                Next::call(Self::Return { returned: Some(Returned::status(status)) }, drop)
            }
            Self::Return { returned } => {
                k.forget_returned(thread);
                Next::Return(returned.unwrap_or(Returned::status(NtStatus::UNSUCCESSFUL)))
            }
        }
    }
}
