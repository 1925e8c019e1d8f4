//! Object types: which procedures and rules each type has.

use crate::kernel::Kernel;
use crate::ob::attributes::{OBJ_EXCLUSIVE, OBJ_OPENIF, OBJ_PERMANENT};
use crate::ob::header::Object;
use crate::word::{Access, Id, word_enum};

word_enum! {
    /// The types of object that the model knows.
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
        /// A semaphore.
        Semaphore = "Semaphore",
        /// A mutant: what Win32 calls a mutex.
        Mutant = "Mutant",
        /// A timer.
        Timer = "Timer",
        /// A directory of the namespace.
        Directory = "Directory",
        /// A symbolic link of the namespace.
        SymbolicLink = "SymbolicLink",
        /// A section; here without pages.
        Section = "Section",
        /// A driver object. No service creates one.
        Driver = "Driver",
        /// An access token. No service creates one.
        Token = "Token",
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
    /// Every access right the type knows on Server 2003.
    pub valid_access: Access,
    /// Attributes (OBJ_...) that an object of the type cannot be created with.
    pub invalid_attributes: u16,
    /// Names are looked up for this type without regard to letter case, whatever the caller asks.
    pub case_insensitive: bool,
}

/// OBJ_OPENLINK, as nearly every type refuses it.
const OPENLINK: u16 = 0x100;

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
            ObjectType::Semaphore => (false, false, false, 0x1F_0003),
            ObjectType::Mutant => (false, true, false, 0x1F_0001),
            ObjectType::Timer => (false, true, false, 0x1F_0003),
            ObjectType::Directory => (false, false, false, 0x0F_000F),
            ObjectType::SymbolicLink => (false, true, false, 0x0F_0001),
            ObjectType::Section => (true, true, false, 0x1F_001F),
            ObjectType::Driver => (false, true, false, 0x1F_01FF),
            ObjectType::Token => (false, true, false, 0x1F_01FF),
            ObjectType::Job => (true, true, false, 0x1F_001F),
            ObjectType::Opaque => (false, false, false, 0xFFFF_FFFF),
        };
        TypeRules {
            has_close_procedure: close,
            has_delete_procedure: delete,
            maintains_handle_count: count,
            valid_access: Access(access),
            invalid_attributes: self.invalid_attributes(),
            case_insensitive: self.is_case_insensitive(),
        }
    }

    const fn invalid_attributes(self) -> u16 {
        match self {
            ObjectType::File => OPENLINK | OBJ_EXCLUSIVE | OBJ_PERMANENT,
            ObjectType::IoCompletion => OPENLINK | OBJ_PERMANENT,
            ObjectType::Process | ObjectType::Thread => OBJ_OPENIF | OBJ_EXCLUSIVE | OBJ_PERMANENT,
            ObjectType::Opaque => 0,
            _ => OPENLINK,
        }
    }

    /// Source: ReactOS ob/obinit.c for directories and links; ob/obname.c for files, which are opened without a type.
    const fn is_case_insensitive(self) -> bool {
        matches!(self, ObjectType::Directory | ObjectType::SymbolicLink | ObjectType::File)
    }
}

impl Kernel {
    /// Every access right that an object's type knows on this Windows. Source: Win32, Process Security and Access Rights.
    pub(crate) fn valid_access(&self, object: Id<Object>) -> Access {
        let object_type = self.object_type(object);
        let grown = match object_type {
            ObjectType::Process | ObjectType::Thread if self.profile().has_limited_rights => 0x1F_FFFF,
            _ => 0,
        };
        Access(object_type.rules().valid_access.0 | grown)
    }
}
