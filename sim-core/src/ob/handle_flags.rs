//! What a handle's entry says beside its object: NtSetInformationObject and the question for it.

use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::table::{Entry, INHERIT, PROTECT_FROM_CLOSE};
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::word::{Access, Handle, Id};

/// HANDLE_FLAG_INHERIT.
pub const HANDLE_FLAG_INHERIT: u8 = 1;
/// HANDLE_FLAG_PROTECT_FROM_CLOSE.
pub const HANDLE_FLAG_PROTECT_FROM_CLOSE: u8 = 2;

/// The attributes of an entry that these HANDLE_FLAG_… bits stand for.
const fn attributes_of(flags: u8) -> u8 {
    let inherit = if flags & HANDLE_FLAG_INHERIT != 0 { INHERIT } else { 0 };
    let protect = if flags & HANDLE_FLAG_PROTECT_FROM_CLOSE != 0 { PROTECT_FROM_CLOSE } else { 0 };
    inherit | protect
}

/// The HANDLE_FLAG_… bits of an entry's attributes.
pub const fn flags_of(attributes: u8) -> u8 {
    let inherit = if attributes & INHERIT != 0 { HANDLE_FLAG_INHERIT } else { 0 };
    let protect = if attributes & PROTECT_FROM_CLOSE != 0 { HANDLE_FLAG_PROTECT_FROM_CLOSE } else { 0 };
    inherit | protect
}

steps! {
    /// NtSetInformationObject(ObjectHandleFlagInformation): inheritance and protection of a handle.
    ///
    /// Of the HANDLE_FLAG_… bits those in `mask` become what they are in `flags`. The entry is changed under its lock, so
    /// a close comes before or after; no count changes. Error: STATUS_INVALID_HANDLE. Sources: ReactOS ob/obhandle.c;
    /// Win32, SetHandleInformation.
    pub enum NtSetInformationObject = "NtSetInformationObject" {
        Set { handle: Handle, mask: u8, flags: u8 } = "set", "change the entry under its lock";
    }
}

impl Routine for NtSetInformationObject {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        let Self::Set { handle, .. } = self;
        k.named_entry(thread, handle).is_none_or(|(_, _, entry)| !entry.locked)
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Set { handle, mask, flags } = self;
        let Some((process, handle, entry)) = k.named_entry(thread, handle) else {
            return k.refuse_handle(thread, handle);
        };
        let (mask, bits) = (attributes_of(mask), attributes_of(flags));
        let attributes = entry.attributes & !mask | bits & mask;
        if attributes != entry.attributes {
            k.set_entry(process, handle, Entry { attributes, ..entry }, "the program changed the handle");
        }
        Next::SUCCESS
    }
}

steps! {
    /// NtQueryObject(ObjectHandleFlagInformation): returns the HANDLE_FLAG_… bits of a handle.
    ///
    /// It references the object for its duration. Errors: those of ObReferenceObjectByHandle.
    pub enum NtQueryHandleInformation = "NtQueryObject" {
        Reference { handle: Handle } = "enter", "reference the object by its handle";
        Drop {} = "drop", "the entry was read: let the object go";
        Return { flags: u8 } = "return", "return the flags";
    }
}

impl Routine for NtQueryHandleInformation {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { handle } => {
                let (process, wanted, access) = (k[thread].process, None, Access(0));
                let purpose = Purpose::Handle;
                let by_handle =
                    ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose };
                Next::call(Self::Drop {}, by_handle)
            }
            Self::Drop {} => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let flags = flags_of(k[thread].handle_attributes);
                k.set(thread, Thread::HANDLE_INFORMATION, Access(0), "");
                k.set(thread, Thread::HANDLE_ATTRIBUTES, 0, "");
                let object: Id<Object> = returned.value.object();
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Handle };
                Next::call(Self::Return { flags }, drop)
            }
            Self::Return { flags } => {
                k.forget_returned(thread);
                Next::Return(Returned::number(u32::from(flags)))
            }
        }
    }
}

impl Kernel {
    /// The open entry that a handle of a thread means, with its table and its value there.
    fn named_entry(&self, thread: Id<Thread>, handle: Handle) -> Option<(Id<Process>, Handle, Entry)> {
        let mode = self.previous_mode(thread);
        let (process, handle) = self.resolve_handle(mode, self[thread].process, handle)?;
        Some((process, handle, self.entry(process, handle)?))
    }
}
