//! Pointers that a driver keeps: ObReferenceObjectByPointer, ObOpenObjectByPointer and their kin.

use crate::finding::{About, Rule};
use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::attributes::ObjectAttributes;
use crate::ob::create::OpenReason;
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Id};

steps! {
    /// ObOpenObjectByPointer: a handle to an object that the caller holds.
    ///
    /// HandleCount +1, PointerCount +1. Errors: STATUS_OBJECT_TYPE_MISMATCH, those of ObpCreateHandle, among them
    /// STATUS_UNSUCCESSFUL for a file whose last handle is gone. Sources: ReactOS ob/obhandle.c; WDK,
    /// ObOpenObjectByPointer.
    pub enum ObOpenObjectByPointer = "ObOpenObjectByPointer" {
        Start { object: Id<Object>, wanted: ObjectType, access: Access }
            = "enter", "reference the object; the handle will keep this reference";
        Opened { object: Id<Object> } = "opened", "was the handle made?";
        Fail { returned: Returned } = "return", "there is no handle";
    }
}

impl Routine for ObOpenObjectByPointer {
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Start { object, wanted, access } => {
                if k.object_type(object) != wanted {
                    return Next::fail(NtStatus::OBJECT_TYPE_MISMATCH);
                }
                k.reference(object, Purpose::Handle);
                let count =
                    k.handle_for(thread, object, ObjectAttributes::UNNAMED, access, OpenReason::OpenByDriver);
                Next::call(Self::Opened { object }, count)
            }
            Self::Opened { object } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Handle };
                    return Next::call(Self::Fail { returned }, drop);
                }
                Next::Return(returned)
            }
            Self::Fail { returned } => {
                k.forget_returned(thread);
                Next::Return(returned)
            }
        }
    }
}

impl Kernel {
    /// ObReferenceObject, called by a driver that holds the object already. Returns the new PointerCount.
    ///
    /// It is dropped by [`ObDereferenceObject`] with [`Purpose::Pointer`]. An object that nobody holds any more is not
    /// held again: Driver Verifier stops with 0xC4 and 0x3F. Source: WDK, Bug Check 0xC4.
    pub fn reference_pointer(&mut self, object: Id<Object>) -> u32 {
        if self[object].pointer_count == 0 {
            self.report(Rule::VerifierDetectedViolation, About::Object(object), 0x3F);
            return 0;
        }
        self.reference(object, Purpose::Pointer);
        self[object].pointer_count
    }

    /// ObReferenceObjectByPointer from kernel mode: refuses only what is not the symbolic link that was asked for.
    ///
    /// # Errors
    /// STATUS_OBJECT_TYPE_MISMATCH. Source: ReactOS ob/obref.c.
    pub fn reference_by_pointer(&mut self, object: Id<Object>, wanted: ObjectType) -> Result<u32, NtStatus> {
        if wanted == ObjectType::SymbolicLink && self.object_type(object) != wanted {
            return Err(NtStatus::OBJECT_TYPE_MISMATCH);
        }
        Ok(self.reference_pointer(object))
    }

    /// ObReferenceObjectSafe: PointerCount +1 unless the object is being deleted already; whether it was taken.
    pub fn reference_safe(&mut self, object: Id<Object>) -> bool {
        let alive = self.get(object).is_some_and(|header| header.pointer_count > 0);
        if alive {
            self.reference(object, Purpose::Pointer);
        }
        alive
    }
}
