//! Work items and timers of a driver's program: routines that are called later.
//!
//! The system's worker calls the routine of a work item, the device's own thread the DPC of a timer. There is no clock: a
//! timer can be due at any moment.

use crate::drivers::program::activation::Activation;
use crate::drivers::program::code::{Deed, ObjectKind};
use crate::drivers::program::object::DriverObject;
use crate::drivers::program::primitive::Primitive;
use crate::finding::{About, Rule};
use crate::frame::{Frame, Next, StepName};
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::system::Role;
use crate::ps::thread::Thread;
use crate::word::{Id, Word};

/// The step by which a timer is due.
pub(crate) const TIMER_DUE: StepName = StepName {
    routine: "KiTimerExpiration",
    label: "due",
    does: "a timer of the driver's is due: call its DPC",
};

impl Kernel {
    /// IoQueueWorkItem, KeSetTimer and KeCancelTimer.
    pub(crate) fn use_work(&mut self, call: Id<Activation>, object: Id<DriverObject>, deed: &Deed) -> Next {
        let was_queued = self[object].queued != 0;
        let queued = match (deed.primitive, deed.routine) {
            (Primitive::KeCancelTimer, _) | (_, None) => 0,
            (_, Some(routine)) => routine + 1,
        };
        if deed.primitive == Primitive::IoQueueWorkItem {
            if was_queued {
                self.report(Rule::CorruptListEntry, About::Object(self[self[call].device].object), 0);
                return Next::SUCCESS;
            }
            if let Some(irp) = deed.irp.and_then(|slot| self[call].irp_in(slot)) {
                self.push(object, DriverObject::IRPS, irp, "the work is for it");
            }
        }
        let why = if queued == 0 { "the driver takes it back" } else { "the routine will be called" };
        self.set(object, DriverObject::QUEUED, queued, why);
        self.keep_value(call, deed.result, was_queued.to_word());
        Next::goto(self.next_step(call))
    }

    /// The work item or timer whose routine a thread could call now.
    pub(crate) fn queued_routine(&self, thread: Id<Thread>) -> Option<Id<DriverObject>> {
        let role = self[thread].role;
        let is_its = |object: &DriverObject| match self.kind_of(object) {
            ObjectKind::WorkItem => role == Role::Worker,
            _ => self[object.device].thread == thread,
        };
        self.all::<DriverObject>()
            .find(|(_, object)| object.queued != 0 && is_its(object))
            .map(|(object, _)| object)
    }

    /// The routine of a work item or timer is called.
    pub(crate) fn call_queued(&mut self, object: Id<DriverObject>) -> Frame {
        let DriverObject { device, queued, .. } = self[object];
        let irp: Option<Id<Irp>> = DriverObject::IRPS.first(&self[object]);
        self.set(object, DriverObject::QUEUED, 0, "its routine is called");
        let frame = self.run_routine(Activation { irp, ..Activation::new(device, queued - 1) });
        if let Some(irp) = irp {
            self.remove(object, DriverObject::IRPS, irp, "");
        }
        frame
    }
}
