//! NtMakeTemporaryObject and NtMakePermanentObject.

use crate::frame::{Next, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ps::thread::Thread;
use crate::word::{Access, Handle, Id};

/// DELETE.
pub const DELETE: Access = Access(0x0001_0000);

steps! {
    /// NtMakeTemporaryObject and NtMakePermanentObject: whether the object's name outlives its last handle.
    ///
    /// NtMakeTemporaryObject needs DELETE access; while a handle is open nothing else changes. NtMakePermanentObject
    /// asks for a privilege, which every caller of the model has. Errors: those of ObReferenceObjectByHandle.
    /// Sources: ReactOS ob/oblife.c; WDK, ZwMakeTemporaryObject; Wine ntoskrnl.exe/tests/driver.c, test_permanence.
    pub enum NtSetPermanence = "NtSetPermanence" {
        Reference { handle: Handle, permanent: bool } = "enter", "reference the object by its handle";
        Set { permanent: bool } = "set", "set or clear the object's permanent flag";
        CheckName { object: Id<Object> } = "check", "a temporary object without handles loses its name";
        Drop { object: Id<Object> } = "drop", "let the object go";
    }
}

impl NtSetPermanence {
    /// NtMakeTemporaryObject.
    pub const fn temporary(handle: Handle) -> NtSetPermanence {
        NtSetPermanence::Reference { handle, permanent: false }
    }

    /// NtMakePermanentObject.
    pub const fn permanent(handle: Handle) -> NtSetPermanence {
        NtSetPermanence::Reference { handle, permanent: true }
    }
}

impl Routine for NtSetPermanence {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. } | Self::Drop { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { handle, permanent } => {
                let access = if permanent { Access(0) } else { DELETE };
                let (process, purpose) = (k[thread].process, Purpose::Service);
                let by_handle =
                    ObReferenceObjectByHandle::LockEntry { process, handle, wanted: None, access, purpose };
                Next::call(Self::Set { permanent }, by_handle)
            }
            Self::Set { permanent } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let object = returned.value.object();
                let why = match permanent {
                    true => "from now on the name stays without a handle",
                    false => "from now on the name goes with the last handle",
                };
                k.set(object, Object::PERMANENT, permanent, why);
                Next::goto(if permanent { Self::Drop { object } } else { Self::CheckName { object } })
            }
            Self::CheckName { object } => match k.name_check(object) {
                Next::Goto(check) => Next::Call { resume: Self::Drop { object }.into(), callee: check },
                _ => Next::goto(Self::Drop { object }),
            },
            Self::Drop { object } => {
                k.forget_returned(thread);
                Next::goto(ObDereferenceObject::Drop { object, purpose: Purpose::Service })
            }
        }
    }
}
