//! OBJECT_ATTRIBUTES: under which name, and how, an object is created or opened.

use crate::word::{Handle, Name, Word, WordKind};

/// The handle can be inherited.
pub const OBJ_INHERIT: u16 = 0x002;
/// The close of the handle is audited.
pub const OBJ_AUDIT_OBJECT_CLOSE: u16 = 0x004;
/// The name stays when no handle is left.
pub const OBJ_PERMANENT: u16 = 0x010;
/// Only one process can have handles; the handle cannot be inherited.
pub const OBJ_EXCLUSIVE: u16 = 0x020;
/// The letter case of names does not count.
pub const OBJ_CASE_INSENSITIVE: u16 = 0x040;
/// If the name exists, the object that has it is opened.
pub const OBJ_OPENIF: u16 = 0x080;
/// A symbolic link itself is opened; nearly every type refuses it.
pub const OBJ_OPENLINK: u16 = 0x100;
/// The handle is the System process's, if kernel mode asks for it.
pub const OBJ_KERNEL_HANDLE: u16 = 0x200;

const NAME_BITS: u32 = 22;
const FLAG_BITS: u32 = 10;

/// OBJECT_ATTRIBUTES.
///
/// ```
/// use sim_core::Kernel;
/// use sim_core::nt::create_object::NtCreateEvent;
/// use sim_core::ob::attributes::{OBJ_OPENIF, ObjectAttributes};
/// use sim_core::ob::open::MAXIMUM_ALLOWED;
/// use sim_core::ps::schedule::Progress;
/// use sim_core::NtStatus;
///
/// let mut k = Kernel::new(Default::default());
/// let app = k.create_process("app");
/// let main = k.create_thread(app, "main");
/// let name = k.path(r"\BaseNamedObjects\ready");
/// let attributes = ObjectAttributes { flags: OBJ_OPENIF, ..ObjectAttributes::named(name) };
/// for expected in [NtStatus::SUCCESS, NtStatus::OBJECT_NAME_EXISTS] {
///     k.start(main, NtCreateEvent::Create { attributes, access: MAXIMUM_ALLOWED, manual_reset: false, signaled: false });
///     let Progress::Idle(Some(returned)) = k.run(main) else { panic!("the create returns") };
///     assert_eq!(returned.status, expected);
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ObjectAttributes {
    /// RootDirectory: a handle to the directory where the name begins; [`Handle::NULL`] for an absolute name.
    pub root: Handle,
    /// ObjectName, as [`Kernel::path`](crate::Kernel::path) numbers it.
    pub name: Option<Name>,
    /// Attributes: OBJ_... bits.
    pub flags: u16,
}

impl ObjectAttributes {
    /// No name and no attributes, as a null pointer gives them.
    pub const UNNAMED: ObjectAttributes = ObjectAttributes { root: Handle::NULL, name: None, flags: 0 };

    /// An absolute name without attributes.
    pub const fn named(name: Name) -> ObjectAttributes {
        ObjectAttributes { name: Some(name), ..ObjectAttributes::UNNAMED }
    }

    /// Whether all of these OBJ_... bits are set.
    pub const fn has(self, flags: u16) -> bool {
        self.flags & flags == flags
    }
}

impl Word for ObjectAttributes {
    const KIND: WordKind = WordKind::Number;
    fn to_word(self) -> u64 {
        let (root, flags) = (self.root.to_word(), u64::from(self.flags));
        self.name.to_word() | (flags | root << FLAG_BITS) << NAME_BITS
    }
    fn from_word(word: u64) -> Self {
        let (name, rest) = (word & ((1 << NAME_BITS) - 1), word >> NAME_BITS);
        ObjectAttributes {
            root: Handle::from_word(rest >> FLAG_BITS),
            name: Option::from_word(name),
            flags: (rest & ((1 << FLAG_BITS) - 1)) as u16,
        }
    }
}
