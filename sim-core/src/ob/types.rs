//! Object types: which procedures and rules each type has.

use crate::word::{Access, word_enum};

word_enum! {
    /// The types of object that the model can create.
    pub enum ObjectType {
        /// An event.
        Event = "Event",
        /// A file object.
        File = "File",
        /// A device object.
        Device = "Device",
        /// A completion port.
        IoCompletion = "IoCompletion",
        /// A process.
        Process = "Process",
        /// A thread.
        Thread = "Thread",
        /// A job.
        Job = "Job",
        /// A type that only a recording names: it has counts and handles, and nothing else is known of it.
        Opaque = "(recorded)",
    }
}

/// What a type asks of the object manager.
///
/// Source: ReactOS kernel tests ntos_ob/ObTypes.c (masks and flags, asserted on Server 2003).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeRules {
    /// The type's close procedure runs at every close of a handle (File: the way to IRP_MJ_CLEANUP).
    pub has_close_procedure: bool,
    /// The type's delete procedure runs when the last reference goes (File: IRP_MJ_CLOSE).
    pub has_delete_procedure: bool,
    /// The object manager counts handles per process.
    pub maintains_handle_count: bool,
    /// Every access right the type knows.
    pub valid_access: Access,
}

impl ObjectType {
    /// The rules of this type.
    pub const fn rules(self) -> TypeRules {
        let (close, delete, count, access) = match self {
            ObjectType::Event => (false, false, false, 0x1F_0003),
            ObjectType::File => (true, true, true, 0x1F_01FF),
            ObjectType::Device => (false, true, false, 0x1F_01FF),
            ObjectType::IoCompletion => (true, true, false, 0x1F_0003),
            ObjectType::Process => (false, true, false, 0x1F_0FFF),
            ObjectType::Thread => (false, true, false, 0x1F_03FF),
            ObjectType::Job => (true, true, false, 0x1F_001F),
            ObjectType::Opaque => (false, false, false, 0xFFFF_FFFF),
        };
        TypeRules {
            has_close_procedure: close,
            has_delete_procedure: delete,
            maintains_handle_count: count,
            valid_access: Access(access),
        }
    }
}
