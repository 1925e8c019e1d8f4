//! A running routine of a driver's program.

use crate::drivers::program::code::{IrpSlot, ObjectKind, Op, Operand, Relation, Slot, Test, ValueSlot};
use crate::drivers::program::event::EventState;
use crate::drivers::program::object::DriverObject;
use crate::io::device::Device;
use crate::io::file::{DriverContext, File};
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::{Id, Word};

record! {
    /// A running routine of a driver's program: how far it is, and its variables.
    pub struct Activation: Activation {
        /// The device that it is called for.
        DEVICE device: Id<Device>,
        /// Which routine of the driver's.
        ROUTINE routine: u8,
        /// Its next operation.
        AT at: u32,
        /// The IRP that it is called with.
        IRP irp: Option<Id<Irp>> as "Irp",
        /// A variable.
        IRP_1 irp_1: Option<Id<Irp>>,
        /// A variable.
        IRP_2 irp_2: Option<Id<Irp>>,
        /// A variable.
        IRP_3 irp_3: Option<Id<Irp>>,
        /// What the device answers.
        STATUS status: NtStatus,
        /// What the device answers.
        INFORMATION information: u32,
        /// A variable.
        VALUE_2 value_2: u64,
        /// A variable.
        VALUE_3 value_3: u64,
        /// How often it has begun a loop again.
        LOOPS loops: u32,
        /// It has marked the IRP that it is called with as pending.
        MARKED marked: bool,
        /// It has completed that IRP itself.
        COMPLETED completed: bool,
        /// How often it has acquired remove locks and not released them.
        ACQUIRED acquired: u32,
        /// It has passed that IRP on.
        PASSED_ON passed_on: bool,
        /// What the driver below has returned for it.
        LOWER lower: Option<NtStatus>,
        /// Of a completion routine: Irp->PendingReturned.
        PENDING_RETURNED pending_returned: bool,
        /// Of a completion routine: Context is not NULL.
        CONTEXT context: bool,
        /// An event in its own variables.
        EVENT event: EventState,
        /// A variable that points to what FsContext of this file object points to; none as well when the object is gone.
        KEPT_OF kept_of: Option<Id<File>>,
        /// What it points to; none for NULL.
        KEPT kept: Option<DriverContext>,
        /// The file object whose context has the remove lock that it waits for.
        WAITS_FOR waits_for: Option<Id<File>>,
    }
    lists {}
}

impl Activation {
    pub(crate) const fn new(device: Id<Device>, routine: u8) -> Activation {
        Activation {
            device,
            routine,
            at: 0,
            irp: None,
            irp_1: None,
            irp_2: None,
            irp_3: None,
            status: NtStatus::SUCCESS,
            information: 0,
            value_2: 0,
            value_3: 0,
            loops: 0,
            marked: false,
            completed: false,
            acquired: 0,
            passed_on: false,
            lower: None,
            pending_returned: false,
            context: false,
            event: EventState::NotInitialized,
            kept_of: None,
            kept: None,
            waits_for: None,
        }
    }

    /// The IRP in a variable; none for NULL.
    pub(crate) const fn irp_in(&self, slot: IrpSlot) -> Option<Id<Irp>> {
        match slot.0 {
            0 => self.irp,
            1 => self.irp_1,
            2 => self.irp_2,
            _ => self.irp_3,
        }
    }

    fn value_in(&self, slot: ValueSlot) -> u64 {
        match slot.0 {
            0 => self.status.to_word(),
            1 => u64::from(self.information),
            2 => self.value_2,
            _ => self.value_3,
        }
    }

    /// Whether a variable names the IRP.
    pub(crate) fn names(&self, irp: Id<Irp>) -> bool {
        [self.irp, self.irp_1, self.irp_2, self.irp_3].contains(&Some(irp))
    }
}

impl Kernel {
    /// The operation that a routine is at.
    pub(crate) fn op(&self, call: Id<Activation>) -> Op {
        let Activation { device, routine, at, .. } = self[call];
        let program = &self.programs[self[device].program as usize];
        program.routines[routine as usize].code[at as usize].clone()
    }

    /// The call that a routine has just made.
    pub(crate) fn last_op(&self, call: Id<Activation>) -> Op {
        let Activation { device, routine, at, .. } = self[call];
        self.programs[self[device].program as usize].routines[routine as usize].code[at as usize - 1].clone()
    }

    /// What a value is now.
    pub(crate) fn value_of(&self, call: Id<Activation>, operand: Operand) -> u64 {
        let activation = &self[call];
        let irp = |slot| activation.irp_in(slot).and_then(|irp| self.get(irp));
        match operand {
            Operand::Null => 0,
            Operand::KeptContext => u64::from(activation.kept.is_some()),
            Operand::Number(number) => u64::from(number),
            Operand::Status(status) => status.to_word(),
            Operand::Irp(slot) => activation.irp_in(slot).to_word(),
            Operand::Value(slot) => activation.value_in(slot),
            Operand::Cancel(slot) => u64::from(irp(slot).is_some_and(|irp: &Irp| irp.cancel)),
            Operand::Length(slot) => irp(slot).map_or(0, |irp| u64::from(irp.length)),
            Operand::FsContext(slot) => {
                irp(slot).map_or(0, |irp| u64::from(self[irp.file].driver_context.is_some()))
            }
            Operand::IoStatus(slot) => irp(slot).map_or(0, |irp| irp.status.to_word()),
            Operand::Information(slot) => irp(slot).map_or(0, |irp| u64::from(irp.information)),
            Operand::PendingReturned => u64::from(activation.pending_returned),
            Operand::CurrentIrp => self[activation.device].current_irp.to_word(),
        }
    }

    /// Whether a condition holds now.
    pub(crate) fn test(&self, call: Id<Activation>, test: &Test) -> bool {
        match test {
            Test::Or(parts) => parts.iter().any(|part| self.test(call, part)),
            Test::And(parts) => parts.iter().all(|part| self.test(call, part)),
            Test::Not(part) => !self.test(call, part),
            Test::Compare(left, relation, right) => {
                let equal = self.value_of(call, *left) == self.value_of(call, *right);
                equal == (*relation == Relation::Equal)
            }
            Test::Holds(operand) => self.value_of(call, *operand) != 0,
        }
    }

    /// Puts an IRP into a variable.
    pub(crate) fn keep_irp(&mut self, call: Id<Activation>, slot: Option<Slot>, irp: Option<Id<Irp>>) {
        let Some(Slot::Irp(slot)) = slot else {
            return self.keep_value(call, slot, irp.to_word());
        };
        let before = self[call].irp_in(slot);
        let field = match slot.0 {
            0 => Activation::IRP,
            1 => Activation::IRP_1,
            2 => Activation::IRP_2,
            _ => Activation::IRP_3,
        };
        self.set(call, field, irp, "");
        if let Some(before) = before {
            self.forget_freed_irp(before);
        }
    }

    /// Puts a status or a pointer into a variable.
    pub(crate) fn keep_value(&mut self, call: Id<Activation>, slot: Option<Slot>, value: u64) {
        match slot {
            Some(Slot::Value(ValueSlot(0))) => {
                self.set(call, Activation::STATUS, NtStatus::from_word(value), "");
            }
            Some(Slot::Value(ValueSlot(1))) => self.set(call, Activation::INFORMATION, value as u32, ""),
            Some(Slot::Value(ValueSlot(2))) => self.set(call, Activation::VALUE_2, value, ""),
            Some(Slot::Value(_)) => self.set(call, Activation::VALUE_3, value, ""),
            Some(Slot::Irp(_) | Slot::Context) | None => {}
        }
    }

    /// The routine is over, and its variables with it.
    pub(crate) fn end_activation(&mut self, call: Id<Activation>) {
        let Activation { irp, irp_1, irp_2, irp_3, .. } = self[call];
        self.destroy(call, "");
        [irp, irp_1, irp_2, irp_3].into_iter().flatten().for_each(|irp| self.forget_freed_irp(irp));
    }

    /// A freed IRP is kept as long as somebody could still use it.
    pub(crate) fn forget_freed_irp(&mut self, irp: Id<Irp>) {
        if self.get(irp).is_some_and(|irp| irp.freed) && !self.is_named_by_program(irp) {
            self.destroy(irp, "");
        }
    }

    /// Whether a routine or a list of a driver's program still names the IRP.
    pub(crate) fn is_named_by_program(&self, irp: Id<Irp>) -> bool {
        self.all::<Activation>().any(|(_, activation)| activation.names(irp))
            || self.objects_with(irp).any(|(_, kind)| !kind.is_mark())
            || self.all::<Device>().any(|(_, device)| device.current_irp == Some(irp))
    }

    /// What the drivers' programs have said of an IRP's stack locations goes with it.
    pub(crate) fn forget_marks(&mut self, irp: Id<Irp>) {
        if self.all::<DriverObject>().next().is_some() {
            self.drop_from(irp, None, ObjectKind::is_mark);
        }
    }
}
