//! Drivers written in Rust: the same programs as a scenario's `driver` block, with types for what the device keeps.
//!
//! [`Driver`] declares locks, lists and routines; [`Body`] writes the lines of a routine, one method for each primitive, by the
//! WDK's name and in its order of arguments.
//!
//! ```
//! use sim_core::NtStatus;
//! use sim_core::drivers::program::builder::{Driver, IRP, STATUS, BYTES, status, is_null};
//! use sim_core::io::irp::Major;
//!
//! let mut driver = Driver::new("lazy");
//! let lock = driver.spin_lock("lock");
//! let waiting = driver.list("waiting");
//! driver.dispatch(&[Major::Read], |body| {
//!     body.io_mark_irp_pending(IRP);
//!     body.ke_acquire_spin_lock(lock);
//!     body.insert_tail_list(waiting, IRP);
//!     body.ke_release_spin_lock(lock);
//!     body.returns(status(NtStatus::PENDING));
//! });
//! driver.dpc("OnInterrupt", |body| {
//!     body.ke_acquire_spin_lock(lock);
//!     let next = body.remove_head_list(waiting);
//!     body.ke_release_spin_lock(lock);
//!     body.unless(is_null(next), |body| body.io_complete_request(next, STATUS, BYTES));
//! });
//! assert_eq!(driver.build().routines.len(), 2);
//! ```

mod body;

pub use body::Body;

use alloc::string::String;
use alloc::vec::Vec;

use crate::drivers::program::code::{
    Declared, DriverProgram, DriverRoutine, Entry, IrpSlot, ObjectKind, Op, Operand, Relation, Slot, Test,
    ValueSlot,
};
use crate::io::irp::Major;
use crate::status::NtStatus;

/// The IRP that a routine is called with.
pub const IRP: IrpSlot = IrpSlot(0);

/// The status that a device answers with, in a DPC or worker.
pub const STATUS: Operand = Operand::Value(ValueSlot(0));

/// The number of bytes that a device answers with, in a DPC or worker.
pub const BYTES: Operand = Operand::Value(ValueSlot(1));

macro_rules! kept {
    ($($(#[$meta:meta])* $name:ident, $method:ident, $kind:ident;)*) => {
        $($(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(u8);)*

        impl Driver {
            $($(#[$meta])*
            pub fn $method(&mut self, name: &str) -> $name {
                $name(self.declare(name, ObjectKind::$kind))
            })*
        }
    };
}

kept! {
    /// KSPIN_LOCK.
    SpinLock, spin_lock, SpinLock;
    /// LIST_ENTRY: the head of a list of IRPs.
    List, list, List;
    /// IO_CSQ.
    Csq, csq, Csq;
    /// IO_CSQ_IRP_CONTEXT.
    CsqContext, csq_context, CsqContext;
    /// IO_REMOVE_LOCK.
    RemoveLock, remove_lock, RemoveLock;
    /// KEVENT that the device keeps.
    Event, event, Event;
    /// IO_WORKITEM.
    WorkItem, work_item, WorkItem;
    /// KTIMER, with its KDPC.
    Timer, timer, Timer;
}

macro_rules! routines {
    ($($(#[$meta:meta])* $name:ident, $declare:ident, $define:ident, $entry:ident;)*) => {
        $($(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(u8);)*

        impl Driver {
            $(/// Declares the routine, so that others can name it before [`Driver::define`] writes it.
            pub fn $declare(&mut self, name: &str) -> $name {
                $name(self.add_routine(name, alloc::vec![Entry::$entry]))
            }

            $(#[$meta])*
            pub fn $define(&mut self, name: &str, write: impl FnOnce(&mut Body)) -> $name {
                let routine = self.$declare(name);
                self.define(routine, write);
                routine
            })*
        }

        $(impl Routine for $name {
            fn number(self) -> u8 {
                self.0
            }
        })*
    };
}

/// A routine that was declared.
pub trait Routine: Copy {
    /// Its place among the driver's routines.
    fn number(self) -> u8;
}

routines! {
    /// A cancel routine.
    CancelRoutine, declare_cancel, cancel, Cancel;
    /// A completion routine; it returns STATUS_SUCCESS (STATUS_CONTINUE_COMPLETION) or STATUS_MORE_PROCESSING_REQUIRED.
    CompletionRoutine, declare_completion, completion, Completion;
    /// A DPC.
    Dpc, declare_dpc, dpc, Dpc;
    /// A routine of a worker thread.
    Worker, declare_worker, worker, Worker;
    /// The StartIo routine.
    StartIo, declare_start_io, start_io, StartIo;
}

/// A driver that is being written.
#[derive(Debug)]
pub struct Driver {
    program: DriverProgram,
}

impl Driver {
    /// A driver of that name, which the devices of a scenario are declared with.
    pub fn new(name: &str) -> Driver {
        Driver { program: DriverProgram { name: name.into(), objects: Vec::new(), routines: Vec::new() } }
    }

    /// The dispatch routine for these major functions.
    pub fn dispatch(&mut self, majors: &[Major], write: impl FnOnce(&mut Body)) {
        let name = majors.first().map_or("", |major| major.name());
        let at = self.add_routine(name, majors.iter().map(|major| Entry::Dispatch(*major)).collect());
        self.write(at, write);
    }

    /// Writes a routine that was declared.
    pub fn define(&mut self, routine: impl Routine, write: impl FnOnce(&mut Body)) {
        self.write(routine.number(), write);
    }

    /// The driver.
    pub fn build(self) -> DriverProgram {
        self.program
    }

    fn write(&mut self, routine: u8, write: impl FnOnce(&mut Body)) {
        let mut body = Body::default();
        write(&mut body);
        self.program.routines[routine as usize].code = body.finish();
    }

    fn declare(&mut self, name: &str, kind: ObjectKind) -> u8 {
        self.program.objects.push(Declared { name: name.into(), kind });
        self.program.objects.len() as u8 - 1
    }

    fn add_routine(&mut self, name: &str, entries: Vec<Entry>) -> u8 {
        let code = alloc::vec![Op::Return(Operand::Null)];
        self.program.routines.push(DriverRoutine { name: String::from(name), entries, code });
        self.program.routines.len() as u8 - 1
    }
}

/// A status as a value.
pub const fn status(status: NtStatus) -> Operand {
    Operand::Status(status)
}

/// A number as a value.
pub const fn number(number: u32) -> Operand {
    Operand::Number(number)
}

/// Whether two values are the same.
pub fn equal(left: impl Into<Operand>, right: impl Into<Operand>) -> Test {
    Test::Compare(left.into(), Relation::Equal, right.into())
}

/// Whether a value is NULL or FALSE.
pub fn is_null(value: impl Into<Operand>) -> Test {
    equal(value, Operand::Null)
}

/// Whether a value is neither NULL nor FALSE.
pub fn holds(value: impl Into<Operand>) -> Test {
    Test::Holds(value.into())
}

impl From<IrpSlot> for Operand {
    fn from(irp: IrpSlot) -> Operand {
        Operand::Irp(irp)
    }
}

impl From<ValueSlot> for Operand {
    fn from(value: ValueSlot) -> Operand {
        Operand::Value(value)
    }
}

impl From<IrpSlot> for Slot {
    fn from(irp: IrpSlot) -> Slot {
        Slot::Irp(irp)
    }
}

impl From<ValueSlot> for Slot {
    fn from(value: ValueSlot) -> Slot {
        Slot::Value(value)
    }
}
