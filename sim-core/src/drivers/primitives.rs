//! What every driver does to an IRP, those that come with the model and those that a scenario writes.

use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::word::Id;

impl Kernel {
    /// IoMarkIrpPending.
    pub(crate) fn mark_irp_pending(&mut self, irp: Id<Irp>, why: &'static str) {
        self.set(irp, Irp::PENDING, true, why);
    }

    /// IoSetCancelRoutine with a routine.
    pub(crate) fn set_cancel_routine(&mut self, irp: Id<Irp>, why: &'static str) {
        self.set(irp, Irp::CANCEL_ROUTINE, true, why);
    }

    /// IoSetCancelRoutine with NULL. Whether one was set: who finds one owns the IRP.
    pub(crate) fn take_cancel_routine(&mut self, irp: Id<Irp>, why: &'static str) -> bool {
        let found = self[irp].cancel_routine;
        self.set(irp, Irp::CANCEL_ROUTINE, false, why);
        found
    }
}
