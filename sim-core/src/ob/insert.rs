//! ObInsertObject: gives a new object its name and its first handle.

use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::attributes::{
    OBJ_AUDIT_OBJECT_CLOSE, OBJ_EXCLUSIVE, OBJ_INHERIT, OBJ_KERNEL_HANDLE, OBJ_OPENIF, OBJ_PERMANENT,
    ObjectAttributes,
};
use crate::ob::create::{ObpCreateHandle, OpenReason};
use crate::ob::header::Object;
use crate::ob::name_check::ObpDeleteNameCheck;
use crate::ob::namespace::ObpLookupObjectName;
use crate::ob::open::MAXIMUM_ALLOWED;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::table::{AUDIT, EXCLUSIVE, INHERIT, KERNEL_HANDLE};
use crate::ob::types::ObjectType;
use crate::ps::thread::{Mode, Thread};
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

steps! {
    /// ObInsertObject: puts a new object under its name, if it has one, and creates a handle to it.
    ///
    /// Counts: PointerCount 1 for the creator; +1 for the name, and +1 for the name's directory; +1 for the handle with
    /// HandleCount +1; then the creator's reference goes: 1 and 1 without a name, 1 and 2 with one. If the name exists,
    /// OBJ_OPENIF opens the object that has it (STATUS_OBJECT_NAME_EXISTS) and the new object goes; else
    /// STATUS_OBJECT_NAME_COLLISION or, over another type, STATUS_OBJECT_TYPE_MISMATCH. A failure costs the new object
    /// exactly the creator's reference, and its name; a permanent one stays in its directory. A new object's handle grants what was asked for, also nothing; to open one that
    /// is there with no access is STATUS_ACCESS_DENIED. Errors: STATUS_OBJECT_NAME_COLLISION,
    /// STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED, and those of [`ObpLookupObjectName`] and [`ObpCreateHandle`].
    /// Sources: ReactOS ob/obhandle.c; ReactOS kernel tests ntos_ob/ObInsert.c; Wine ntdll/tests/om.c,
    /// test_name_collisions.
    pub enum ObInsertObject = "ObInsertObject" {
        Start { object: Id<Object>, attributes: ObjectAttributes, access: Access }
            = "insert", "look the name up, if there is one; else create a handle, which needs a reference of its own";
        Named { object: Id<Object>, attributes: ObjectAttributes, access: Access }
            = "named", "the object has its name now, or another one has it already";
        Refuse { object: Id<Object>, status: NtStatus } = "refuse", "there is no handle: the new object goes";
        Inserted { object: Id<Object>, named: Id<Object>, status: NtStatus }
            = "drop", "the handle exists: drop the creator's reference";
        Return { returned: Returned } = "return", "return the handle";
        BackOut { object: Id<Object>, status: NtStatus }
            = "back out", "there is no handle: the new object's name goes, unless it is permanent";
    }
}

impl Routine for ObInsertObject {
    fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::Inserted { .. } => k.was_successful(thread),
            Self::Refuse { .. } => true,
            _ => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Start { object, attributes, access } => {
                let absolute = attributes.root == Handle::NULL;
                let has_name = match attributes.name {
                    Some(name) => !k.name(name.0).is_empty(),
                    None => !absolute,
                };
                if !has_name {
                    k.reference(object, Purpose::Handle);
                    return k.insert_for(thread, (object, object), attributes, access, NtStatus::SUCCESS);
                }
                let (wanted, purpose) = (k.object_type(object), Purpose::Handle);
                let lookup = ObpLookupObjectName::Start { attributes, wanted, insert: Some(object), purpose };
                Next::call(Self::Named { object, attributes, access }, lookup)
            }
            Self::Named { object, attributes, access } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::goto(Self::Refuse { object, status: returned.status });
                }
                let named = returned.value.object();
                if named == object {
                    k.reference(object, Purpose::Handle);
                    return k.insert_for(thread, (object, object), attributes, access, NtStatus::SUCCESS);
                }
                match k.collision(object, named, attributes) {
                    None => k.insert_for(
                        thread,
                        (object, named),
                        attributes,
                        access,
                        NtStatus::OBJECT_NAME_EXISTS,
                    ),
                    Some(status) => {
                        let drop = ObDereferenceObject::Drop { object: named, purpose: Purpose::Handle };
                        Next::call(Self::Refuse { object, status }, drop)
                    }
                }
            }
            Self::Refuse { object, status } => {
                k.forget_returned(thread);
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Creation };
                Next::call(Self::Return { returned: Returned::status(status) }, drop)
            }
            Self::Inserted { object, named, status } => {
                let returned = k.take_returned(thread);
                let status = if returned.status.is_error() { returned.status } else { status };
                if returned.status.is_error() {
                    let drop = ObDereferenceObject::Drop { object: named, purpose: Purpose::Handle };
                    return match k.loses_name(object) {
                        true => Next::call(Self::BackOut { object, status }, drop),
                        false => Next::call(Self::Refuse { object, status }, drop),
                    };
                }
                let returned = Returned { status, ..returned };
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Creation };
                Next::call(Self::Return { returned }, drop)
            }
            Self::Return { returned } => {
                k.forget_returned(thread);
                Next::Return(returned)
            }
            Self::BackOut { object, status } => {
                k.forget_returned(thread);
                Next::call(Self::Refuse { object, status }, ObpDeleteNameCheck::Unlink { object })
            }
        }
    }
}

impl Kernel {
    /// Creates the handle to `named`, for which the caller holds a reference.
    fn insert_for(
        &self,
        thread: Id<Thread>,
        (object, named): (Id<Object>, Id<Object>),
        attributes: ObjectAttributes,
        access: Access,
        status: NtStatus,
    ) -> Next {
        let reason = if object == named { OpenReason::Create } else { OpenReason::Open };
        let count = self.handle_for(thread, named, attributes, access, reason);
        Next::call(ObInsertObject::Inserted { object, named, status }, count)
    }

    /// ObpCreateHandle for the calling process, granting what is asked for as far as the type knows it; user mode gets
    /// no kernel handles.
    pub(crate) fn handle_for(
        &self,
        thread: Id<Thread>,
        object: Id<Object>,
        attributes: ObjectAttributes,
        access: Access,
        reason: OpenReason,
    ) -> ObpCreateHandle {
        let process = self[thread].process;
        let bit = |flag, bit| if attributes.has(flag) { bit } else { 0 };
        let asked = attributes.has(OBJ_KERNEL_HANDLE) && self.previous_mode(thread) == Mode::Kernel;
        let kernel = if asked { KERNEL_HANDLE } else { 0 };
        let attributes =
            bit(OBJ_INHERIT, INHERIT) | bit(OBJ_AUDIT_OBJECT_CLOSE, AUDIT) | bit(OBJ_EXCLUSIVE, EXCLUSIVE);
        let (valid, mapped) = (self.valid_access(object), self.object_type(object).map_generic(access));
        let all = access.grants(MAXIMUM_ALLOWED);
        let access = if all { self.full_access(object) } else { Access(mapped.0 & valid.0) };
        ObpCreateHandle::Count { object, process, access, attributes: attributes | kernel, reason }
    }

    /// Why an object that has the name already is not opened in place of the new one.
    fn collision(
        &self,
        new: Id<Object>,
        named: Id<Object>,
        attributes: ObjectAttributes,
    ) -> Option<NtStatus> {
        let open_if = attributes.has(OBJ_OPENIF);
        let same = self.have_same_type(new, named);
        match (open_if, same) {
            (true, true) => None,
            (open_if, false) if open_if || self.profile().collision_tells_type => {
                Some(NtStatus::OBJECT_TYPE_MISMATCH)
            }
            _ => Some(NtStatus::OBJECT_NAME_COLLISION),
        }
    }

    /// ObCreateObject's checks before there is an object. Callers have the privilege that OBJ_PERMANENT asks for.
    pub(crate) const fn refused_attributes(attributes: ObjectAttributes, object_type: ObjectType) -> bool {
        attributes.flags & object_type.rules().invalid_attributes != 0
    }

    /// What ObCreateObject notes of the attributes in the header.
    pub(crate) fn note_attributes(&mut self, object: Id<Object>, attributes: ObjectAttributes) {
        if attributes.has(OBJ_PERMANENT) {
            self.set(object, Object::PERMANENT, true, "OBJ_PERMANENT: the name stays without a handle");
        }
        if attributes.has(OBJ_EXCLUSIVE) {
            self.set(object, Object::EXCLUSIVE, true, "OBJ_EXCLUSIVE: only one process can have handles");
        }
    }
}
