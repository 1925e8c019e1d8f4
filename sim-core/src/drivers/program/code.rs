//! The text of a driver: its locks and lists, and its routines.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::drivers::program::primitive::Primitive;
use crate::io::invoke_on::InvokeOn;
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
    /// IO_CSQ_IRP_CONTEXT: what stands for an IRP in a cancel-safe queue.
    CsqContext,
    /// KEVENT.
    Event,
    /// IO_WORKITEM.
    WorkItem,
    /// KTIMER, with its KDPC.
    Timer,
    /// DeviceObject->DeviceQueue, which every device of a driver with a StartIo routine has.
    DeviceQueue,
    /// The IRPs in whose next stack location the driver has set this completion routine, for these outcomes; and whether
    /// with an event as its Context.
    CompletionRoutine(u8, InvokeOn, bool),
    /// The IRPs that the driver has passed on in its own stack location.
    Skipped,
    /// The IRPs that the driver has marked pending and passed on.
    Marked,
    /// The IRPs that IoForwardIrpSynchronously waits for.
    Forwarded,
}

impl ObjectKind {
    /// It says something about IRPs that are below, and has none of them.
    pub const fn is_mark(self) -> bool {
        matches!(
            self,
            ObjectKind::CompletionRoutine(..)
                | ObjectKind::Skipped
                | ObjectKind::Marked
                | ObjectKind::Forwarded
        )
    }

    /// Its IRPs wait in it.
    pub const fn is_queue(self) -> bool {
        matches!(self, ObjectKind::List | ObjectKind::Csq | ObjectKind::DeviceQueue)
    }
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
    /// The device is free for the next request of its device queue.
    StartIo,
    /// A driver below has completed a request that it was set for.
    Completion,
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
    /// A pointer to what FsContext of a file object points to; there is one such variable.
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
    /// What FileObject->FsContext was when the routine kept it.
    KeptContext,
    /// FileObject->FsContext: NULL, or where it points to.
    FsContext(IrpSlot),
    /// Irp->IoStatus.Status.
    IoStatus(IrpSlot),
    /// Irp->IoStatus.Information.
    Information(IrpSlot),
    /// Irp->PendingReturned, of the IRP that a completion routine is called with.
    PendingReturned,
    /// DeviceObject->CurrentIrp.
    CurrentIrp,
}

/// An event that the device does not keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalEvent {
    /// One in the routine's own variables.
    Own,
    /// The Context of a completion routine: one in the variables of the routine that has passed the IRP on.
    Context,
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
    /// The cancel routine or completion routine that is set, or the routine that is queued; none for NULL.
    pub routine: Option<u8>,
    /// The status.
    pub status: Option<Operand>,
    /// The number of bytes.
    pub information: Option<Operand>,
    /// Where its result goes.
    pub result: Option<Slot>,
    /// The context of a cancel-safe queue.
    pub context: Option<u8>,
    /// The event, if it is not the device's; of IoSetCompletionRoutine, the Context.
    pub event: Option<LocalEvent>,
    /// The outcomes that a completion routine is set for.
    pub invoke_on: InvokeOn,
    /// Cancelable of IoStartNextPacket; of KeInitializeEvent, that it is a SynchronizationEvent.
    pub flag: bool,
    /// State of KeInitializeEvent: the event is signalled from the beginning.
    pub state: bool,
}

impl Deed {
    /// A call of a primitive without arguments; set those that it takes.
    pub const fn new(primitive: Primitive) -> Deed {
        Deed {
            primitive,
            irp: None,
            object: None,
            routine: None,
            status: None,
            information: None,
            result: None,
            context: None,
            event: None,
            invoke_on: InvokeOn::ALWAYS,
            flag: false,
            state: false,
        }
    }

    /// Whether it takes the system-wide cancel spin lock for a moment.
    pub const fn uses_cancel_lock(&self) -> bool {
        match self.primitive {
            Primitive::IoStartPacket => self.routine.is_some(),
            Primitive::IoStartNextPacket => self.flag,
            _ => false,
        }
    }
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Call a primitive.
    Do(Deed),
    /// Put a value into a variable.
    Let(Slot, Operand),
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

    /// The number of what each device has of that kind.
    pub(crate) fn object_of(&self, kind: ObjectKind) -> Option<u8> {
        self.objects.iter().position(|object| object.kind == kind).map(|at| at as u8)
    }

    /// Declares what the system keeps for a driver: a device queue if it has a StartIo routine, and what it has said of
    /// the IRPs that it passes on.
    pub(crate) fn with_objects_of_the_system(mut self) -> DriverProgram {
        let mut kinds: Vec<(String, ObjectKind)> = Vec::new();
        if self.routine(Entry::StartIo).is_some() {
            kinds.push(("DeviceQueue".into(), ObjectKind::DeviceQueue));
        }
        let deeds = self.routines.iter().flat_map(|routine| &routine.code).filter_map(|op| match op {
            Op::Do(deed) => Some(deed),
            _ => None,
        });
        for deed in deeds {
            match (deed.primitive, deed.routine) {
                (Primitive::IoSetCompletionRoutine, Some(routine)) => {
                    let name = self.routines[routine as usize].name.clone();
                    kinds.push((
                        name,
                        ObjectKind::CompletionRoutine(routine, deed.invoke_on, deed.event.is_some()),
                    ));
                }
                (Primitive::IoCallDriver, _) => {
                    kinds.push(("IoMarkIrpPending".into(), ObjectKind::Marked));
                }
                (Primitive::IoForwardIrpSynchronously, _) => {
                    kinds.push(("IoMarkIrpPending".into(), ObjectKind::Marked));
                    kinds.push((deed.primitive.name().into(), ObjectKind::Forwarded));
                }
                (Primitive::IoSkipCurrentIrpStackLocation, _) => {
                    kinds.push((deed.primitive.name().into(), ObjectKind::Skipped));
                }
                _ => {}
            }
        }
        for (name, kind) in kinds {
            if self.object_of(kind).is_none() {
                self.objects.push(Declared { name, kind });
            }
        }
        self
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
    /// Whether it looks at what others can change.
    pub const fn is_shared(self) -> bool {
        self.read_of().is_some() || matches!(self, Operand::CurrentIrp)
    }

    /// The IRP whose fields it reads.
    pub const fn read_of(self) -> Option<IrpSlot> {
        match self {
            Operand::Cancel(irp)
            | Operand::Length(irp)
            | Operand::FsContext(irp)
            | Operand::IoStatus(irp)
            | Operand::Information(irp) => Some(irp),
            _ => None,
        }
    }
}
