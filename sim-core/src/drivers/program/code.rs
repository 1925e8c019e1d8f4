//! The text of a driver: its locks and lists, and its routines.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::drivers::program::primitive::Primitive;
use crate::io::irp::Major;
use crate::status::NtStatus;

/// A driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverProgram {
    /// Its name.
    pub name: String,
    /// Its locks and lists: each device has them for itself.
    pub objects: Vec<Declared>,
    /// Its routines.
    pub routines: Vec<DriverRoutine>,
}

/// A lock or list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ObjectKind,
}

/// What a driver keeps in its device extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// KSPIN_LOCK.
    SpinLock,
    /// LIST_ENTRY: the head of a list of IRPs.
    List,
    /// IO_CSQ: a cancel-safe queue of IRPs.
    Csq,
    /// IO_REMOVE_LOCK.
    RemoveLock,
}

/// What a routine is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Requests of that kind.
    Dispatch(Major),
    /// The cancellation of a request that it was set for.
    Cancel,
    /// The device's interrupt: at DISPATCH_LEVEL.
    Dpc,
    /// Whatever a thread of the driver's own does, at PASSIVE_LEVEL.
    Worker,
}

/// A routine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverRoutine {
    /// Its name.
    pub name: String,
    /// What it is called for.
    pub entries: Vec<Entry>,
    /// What it does. Its last operation is a return.
    pub code: Vec<Op>,
}

/// One of the few variables of a routine that hold IRPs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IrpSlot(pub u8);

/// One of the few variables of a routine that hold statuses and pointers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueSlot(pub u8);

/// How many variables of each kind a routine has. The first that holds an IRP is the one that it is called with; the first
/// two that hold values are the status and the number of bytes that the device answers.
pub const SLOTS: u8 = 4;

/// Where a result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// An IRP, or NULL.
    Irp(IrpSlot),
    /// A status, or a pointer.
    Value(ValueSlot),
    /// A pointer to what FsContext points to; there is one such variable.
    Context,
}

/// Something that has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// NULL, and FALSE.
    Null,
    /// A number, or TRUE.
    Number(u32),
    /// A status.
    Status(NtStatus),
    /// An IRP.
    Irp(IrpSlot),
    /// A status or pointer.
    Value(ValueSlot),
    /// Irp->Cancel.
    Cancel(IrpSlot),
    /// The length that the request asks for.
    Length(IrpSlot),
    /// FileObject->FsContext: NULL, or where it points to.
    FsContext(IrpSlot),
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// They are the same.
    Equal,
    /// They are not.
    NotEqual,
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// One of them holds.
    Or(Vec<Test>),
    /// All of them hold.
    And(Vec<Test>),
    /// It does not hold.
    Not(Box<Test>),
    /// Two values compare so.
    Compare(Operand, Relation, Operand),
    /// The value is not NULL or FALSE.
    Holds(Operand),
}

/// A call of a primitive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Which.
    pub primitive: Primitive,
    /// The IRP that it is for.
    pub irp: Option<IrpSlot>,
    /// The lock or list.
    pub object: Option<u8>,
    /// The cancel routine that is set; none for NULL.
    pub routine: Option<u8>,
    /// The status.
    pub status: Option<Operand>,
    /// The number of bytes.
    pub information: Option<Operand>,
    /// Where its result goes.
    pub result: Option<Slot>,
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Call a primitive.
    Do(Deed),
    /// Go on if the condition holds, else there.
    Unless(Test, u32),
    /// Go there.
    Jump(u32),
    /// Return.
    Return(Operand),
}

impl DriverProgram {
    /// The number of the routine for an entry.
    pub fn routine(&self, entry: Entry) -> Option<u8> {
        self.routines.iter().position(|routine| routine.entries.contains(&entry)).map(|at| at as u8)
    }
}

impl Test {
    /// Whether it looks at what others can change.
    pub fn is_shared(&self) -> bool {
        match self {
            Test::Or(parts) | Test::And(parts) => parts.iter().any(Test::is_shared),
            Test::Not(part) => part.is_shared(),
            Test::Compare(left, _, right) => left.is_shared() || right.is_shared(),
            Test::Holds(operand) => operand.is_shared(),
        }
    }

    /// Every value that it looks at.
    pub fn operands(&self, out: &mut Vec<Operand>) {
        match self {
            Test::Or(parts) | Test::And(parts) => parts.iter().for_each(|part| part.operands(out)),
            Test::Not(part) => part.operands(out),
            Test::Compare(left, _, right) => out.extend([*left, *right]),
            Test::Holds(operand) => out.push(*operand),
        }
    }
}

impl Operand {
    const fn is_shared(self) -> bool {
        matches!(self, Operand::Cancel(_) | Operand::Length(_) | Operand::FsContext(_))
    }

    /// The IRP whose fields it reads.
    pub const fn read_of(self) -> Option<IrpSlot> {
        match self {
            Operand::Cancel(irp) | Operand::Length(irp) | Operand::FsContext(irp) => Some(irp),
            _ => None,
        }
    }
}
