//! Opening by name: ObOpenObjectByName and ObReferenceObjectByName.

use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::attributes::ObjectAttributes;
use crate::ob::create::OpenReason;
use crate::ob::header::Object;
use crate::ob::namespace::ObpLookupObjectName;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Id};

/// MAXIMUM_ALLOWED.
pub const MAXIMUM_ALLOWED: Access = Access(0x0200_0000);

steps! {
    /// ObOpenObjectByName: a handle to the object of that name.
    ///
    /// The lookup's reference on the object becomes the handle's. HandleCount +1, PointerCount +1. Access is granted
    /// as asked: the model has no security descriptors, but to ask for none is STATUS_ACCESS_DENIED. Errors: those of
    /// [`ObpLookupObjectName`], then STATUS_INVALID_PARAMETER for attributes that the type refuses, then
    /// STATUS_ACCESS_DENIED and those of ObpCreateHandle. Sources: ReactOS ob/obhandle.c; Wine ntdll/tests/om.c.
    pub enum ObOpenObjectByName = "ObOpenObjectByName" {
        Start { attributes: ObjectAttributes, wanted: ObjectType, access: Access } = "enter", "look the name up";
        Found { attributes: ObjectAttributes, access: Access }
            = "found", "the object is referenced: create a handle to it";
        Opened { object: Id<Object> } = "opened", "the handle exists, and the reference is its own";
        Fail { returned: Returned } = "return", "there is no handle";
    }
}

impl Routine for ObOpenObjectByName {
    fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::Start { .. } => true,
            Self::Found { .. } => k.was_successful(thread),
            _ => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Start { attributes, wanted, access } => {
                let (insert, purpose) = (None, Purpose::Handle);
                let lookup = ObpLookupObjectName::Start { attributes, wanted, insert, purpose };
                Next::call(Self::Found { attributes, access }, lookup)
            }
            Self::Found { attributes, access } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let object = returned.value.object();
                if Kernel::refused_attributes(attributes, k.object_type(object)) {
                    let returned = Returned::status(NtStatus::INVALID_PARAMETER);
                    let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Handle };
                    return Next::call(Self::Fail { returned }, drop);
                }
                let count = k.handle_for(thread, object, attributes, access, OpenReason::Open);
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

steps! {
    /// ObReferenceObjectByName: PointerCount +1 on the object of that name; HandleCount stays.
    ///
    /// Returns the object's id. Errors: those of [`ObpLookupObjectName`]. Source: ReactOS ob/obref.c.
    pub enum ObReferenceObjectByName = "ObReferenceObjectByName" {
        Start { attributes: ObjectAttributes, wanted: ObjectType } = "enter", "look the name up";
    }
}

impl Routine for ObReferenceObjectByName {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        true
    }

    fn step(self, _k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::Start { attributes, wanted } = self;
        let (insert, purpose) = (None, Purpose::Pointer);
        Next::goto(ObpLookupObjectName::Start { attributes, wanted, insert, purpose })
    }
}
