//! Object types: which procedures and rules each type has.

use crate::kernel::Kernel;
use crate::ob::attributes::{OBJ_EXCLUSIVE, OBJ_OPENIF, OBJ_OPENLINK, OBJ_PERMANENT};
use crate::ob::header::{Body, Object};
use crate::profile::Profile;
use crate::word::{Access, Id, Name, word_enum};

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
        /// A section.
        Section = "Section",
        /// A driver object. No service creates one.
        Driver = "Driver",
        /// An access token. No service creates one.
        Token = "Token",
        /// A job.
        Job = "Job",
        /// A type that is known by its name: one that a recording names, or that a driver has registered.
        Opaque = "(named)",
        /// An I/O ring.
        IoRing = "IoRing",
    }
}

/// What a type asks of the object manager (OBJECT_TYPE_INITIALIZER).
///
/// Source: ReactOS kernel tests ntos_ob/ObTypes.c (masks and flags, asserted on Server 2003).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeRules {
    /// The type's open procedure runs for every handle that is made.
    pub has_open_procedure: bool,
    /// The type's okay-to-close procedure is asked before a handle is closed.
    pub has_okay_to_close_procedure: bool,
    /// The type's close procedure runs at every close of a handle (File: the way to IRP_MJ_CLEANUP).
    pub has_close_procedure: bool,
    /// The type's delete procedure runs when the last reference goes (File: IRP_MJ_CLOSE).
    pub has_delete_procedure: bool,
    /// MaintainHandleCount: the object manager counts handles per process.
    pub maintains_handle_count: bool,
    /// Every access right the type knows on Server 2003.
    pub valid_access: Access,
    /// Attributes (OBJ_...) that an object of the type cannot be created with.
    pub invalid_attributes: u16,
    /// Names are looked up for this type without regard to letter case, whatever the caller asks.
    pub case_insensitive: bool,
}

/// What processes and threads cannot be.
const PROCESS_REFUSES: u16 = OBJ_OPENIF | OBJ_EXCLUSIVE | OBJ_PERMANENT;

/// A type without procedures that refuses these attributes and knows these rights.
const fn plain(invalid_attributes: u16, valid_access: u32) -> TypeRules {
    TypeRules {
        has_open_procedure: false,
        has_okay_to_close_procedure: false,
        has_close_procedure: false,
        has_delete_procedure: false,
        maintains_handle_count: false,
        valid_access: Access(valid_access),
        invalid_attributes,
        case_insensitive: false,
    }
}

impl TypeRules {
    /// Nothing is known of the type but its handles: no procedures, every right, every attribute.
    pub const UNKNOWN: TypeRules = plain(0, 0xFFFF_FFFF);

    const fn with_close(self) -> TypeRules {
        TypeRules { has_close_procedure: true, ..self }
    }

    const fn with_delete(self) -> TypeRules {
        TypeRules { has_delete_procedure: true, ..self }
    }

    const fn counting_handles(self) -> TypeRules {
        TypeRules { maintains_handle_count: true, ..self }
    }

    const fn in_any_case(self) -> TypeRules {
        TypeRules { case_insensitive: true, ..self }
    }
}

impl ObjectType {
    /// The rules of this type: one row each.
    ///
    /// Letter case: ReactOS ob/obinit.c for directories and links; ob/obname.c for files, which are opened without a
    /// type.
    pub const fn rules(self) -> TypeRules {
        match self {
            ObjectType::Event | ObjectType::Semaphore => plain(OBJ_OPENLINK, 0x1F_0003),
            ObjectType::Mutant => plain(OBJ_OPENLINK, 0x1F_0001).with_delete(),
            ObjectType::Timer => plain(OBJ_OPENLINK, 0x1F_0003).with_delete(),
            ObjectType::File => plain(OBJ_OPENLINK | OBJ_EXCLUSIVE | OBJ_PERMANENT, 0x1F_01FF)
                .with_close()
                .with_delete()
                .counting_handles()
                .in_any_case(),
            ObjectType::IoCompletion => {
                plain(OBJ_OPENLINK | OBJ_PERMANENT, 0x1F_0003).with_close().with_delete()
            }
            ObjectType::Device | ObjectType::Driver | ObjectType::Token => {
                plain(OBJ_OPENLINK, 0x1F_01FF).with_delete()
            }
            ObjectType::Process => plain(PROCESS_REFUSES, 0x1F_0FFF).with_delete(),
            ObjectType::Thread => plain(PROCESS_REFUSES, 0x1F_03FF).with_delete(),
            ObjectType::Directory => plain(OBJ_OPENLINK, 0x0F_000F).in_any_case(),
            ObjectType::SymbolicLink => plain(OBJ_OPENLINK, 0x0F_0001).with_delete().in_any_case(),
            ObjectType::Section => plain(OBJ_OPENLINK, 0x1F_001F).with_close().with_delete(),
            ObjectType::Job => plain(0, 0x1F_001F).with_close().with_delete(),
            ObjectType::Opaque => TypeRules::UNKNOWN,
            // Neither its rights nor its refusals are documented.
            ObjectType::IoRing => plain(0, 0x1F_0003).with_delete(),
        }
    }
}

impl Kernel {
    /// The rules of an object's type.
    pub fn type_rules(&self, object: Id<Object>) -> TypeRules {
        match self[object].body {
            Body::Opaque(name) => self.registered_rules(Name(name)),
            body => body.object_type().rules(),
        }
    }

    /// What security grants to whoever asks for MAXIMUM_ALLOWED: what GENERIC_ALL stands for.
    pub(crate) fn full_access(&self, object: Id<Object>) -> Access {
        let beyond = self.object_type(object).beyond_generic_all();
        Access(self.valid_access(object).0 & !beyond.0)
    }

    /// Every access right that an object's type knows on this Windows.
    pub(crate) fn valid_access(&self, object: Id<Object>) -> Access {
        let rights = self.object_type(object).every_right(self.profile());
        Access(self.type_rules(object).valid_access.0 | rights.0)
    }
}

impl ObjectType {
    /// The rights that the type knows and GENERIC_ALL does not stand for. SECTION_ALL_ACCESS has no SYNCHRONIZE.
    ///
    /// Source: ReactOS mm/section.c, the type's generic mapping; Wine server/mapping.c.
    pub(crate) const fn beyond_generic_all(self) -> Access {
        match self {
            ObjectType::Section => Access(0x10_0000),
            _ => Access(0),
        }
    }

    /// Every access right that the type knows on a Windows: PROCESS_ALL_ACCESS and THREAD_ALL_ACCESS have grown with
    /// Vista. Source: Win32, Process Security and Access Rights, Thread Security and Access Rights.
    pub const fn every_right(self, profile: &Profile) -> Access {
        let known = self.rules().valid_access.0;
        match self {
            ObjectType::Process | ObjectType::Thread if profile.has_limited_rights => {
                Access(known | 0x1F_FFFF)
            }
            _ => Access(known),
        }
    }
}
