//! Passing IRPs on to the driver below, and their way up again.
//!
//! A driver's program says of each IRP whether the next driver gets a copy of its stack location or the location itself, and
//! which completion routine is to be called. What it has said is kept in lists of IRPs, one for each completion routine. Sources:
//! WDK, "Passing IRPs Down the Driver Stack", IoCallDriver, IoSetCompletionRoutine, IoSkipCurrentIrpStackLocation.

use crate::drivers::program::activation::Activation;
use crate::drivers::program::code::{Deed, ObjectKind, Op};
use crate::drivers::program::object::DriverObject;
use crate::drivers::program::run::RunRoutine;
use crate::finding::{About, Rule};
use crate::frame::{Next, Routine, steps};
use crate::io::device::Device;
use crate::io::driver::IofCallDriver;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Id, Word, word_enum};

word_enum! {
    /// What a driver's program has made of an IRP's next stack location.
    pub enum NextLocation {
        /// Nothing yet.
        Unset = "not set up",
        /// IoCopyCurrentIrpStackLocationToNext.
        Copied = "copied",
        /// IoSkipCurrentIrpStackLocation.
        Skipped = "skipped",
    }
}

steps! {
    /// What IofCompleteRequest does when a completion routine of a driver's program has returned.
    ///
    /// STATUS_MORE_PROCESSING_REQUIRED ends it: the IRP is the driver's again. Else the completion goes on, and the routine
    /// has to have marked the IRP if PendingReturned was set. Sources: WDK, IoCompletion Routines; Bug Check 0xC9, 0x228.
    pub enum CompletionReturned = "IofCompleteRequest" {
        Check { irp: Id<Irp>, pending: bool } = "P2", "does the completion go on, or has the driver the IRP again?";
    }
}

impl Routine for CompletionReturned {
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Check { irp, pending } = self;
        let status = k.take_returned(thread).status;
        if status == NtStatus::MORE_PROCESSING_REQUIRED {
            return Next::SUCCESS;
        }
        let rule = match k.get(irp) {
            Some(record) if record.completed && !record.freed => Some(Rule::MultipleIrpCompleteRequests),
            Some(record) if record.freed => Some(Rule::IrpUsedAfterFree),
            None => Some(Rule::IrpUsedAfterFree),
            Some(record) if pending && !record.pending => Some(Rule::PendingNotPropagated),
            Some(_) => None,
        };
        if let Some(rule) = rule {
            k.report(rule, About::Irp(irp), 0);
        }
        if k.has_stopped() || k.get(irp).is_none() { Next::SUCCESS } else { k.complete_upward(irp, thread) }
    }
}

impl Kernel {
    /// IoCopyCurrentIrpStackLocationToNext and IoSkipCurrentIrpStackLocation: a completion routine that was set is lost.
    pub(crate) fn set_up_next_location(&mut self, call: Id<Activation>, irp: Id<Irp>, next: NextLocation) {
        let is_routine = |kind: ObjectKind| matches!(kind, ObjectKind::CompletionRoutine(..));
        self.drop_from(irp, Some(self[call].device), is_routine);
        self.set(irp, Irp::NEXT, next, "the driver prepares the IRP for the driver below");
    }

    /// IoSetCompletionRoutine. A driver that leaves its own location to the driver below has none for it.
    pub(crate) fn set_completion_routine(&mut self, call: Id<Activation>, irp: Id<Irp>, deed: &Deed) -> Next {
        if self[irp].next == NextLocation::Skipped {
            self.report(Rule::NextLocationNotSetUp, About::Irp(irp), 0);
            return Next::SUCCESS;
        }
        let device = self[call].device;
        self.drop_from(irp, Some(device), |kind| matches!(kind, ObjectKind::CompletionRoutine(..)));
        let kind = deed
            .routine
            .map(|routine| ObjectKind::CompletionRoutine(routine, deed.invoke_on, deed.event.is_some()));
        if let Some(object) = kind.and_then(|kind| self.object_of(device, kind)) {
            self.push(
                object,
                DriverObject::IRPS,
                irp,
                "it is called when the driver below has completed the IRP",
            );
        }
        Next::goto(self.next_step(call))
    }

    /// IoCallDriver, and IoForwardIrpSynchronously, whose completion routine is the system's.
    pub(crate) fn call_lower(&mut self, call: Id<Activation>, irp: Id<Irp>, waits: bool) -> Next {
        let device = self[call].device;
        if self[device].lower.is_none() {
            self.report(Rule::NullPointerUsed, About::Object(self[device].object), 0);
            return Next::SUCCESS;
        }
        let Irp { next, current_location, pending, cancel_routine, .. } = self[irp];
        if cancel_routine {
            self.report(Rule::ForwardedWithCancelRoutine, About::Irp(irp), 0);
        }
        match next {
            NextLocation::Unset => self.report(Rule::NextLocationNotSetUp, About::Irp(irp), 0),
            NextLocation::Copied if current_location == 1 => {
                self.report(Rule::NoMoreIrpStackLocations, About::Irp(irp), 0);
            }
            NextLocation::Copied => {
                let location = current_location - 1;
                self.set(
                    irp,
                    Irp::CURRENT_LOCATION,
                    location,
                    "the driver below has the next stack location",
                );
                if pending {
                    self.add_to(device, ObjectKind::Marked, irp);
                    self.set(irp, Irp::PENDING, false, "its location is not marked yet");
                }
            }
            NextLocation::Skipped if waits => self.report(Rule::NextLocationNotSetUp, About::Irp(irp), 0),
            NextLocation::Skipped => self.add_to(device, ObjectKind::Skipped, irp),
        }
        if self.has_stopped() {
            return Next::SUCCESS;
        }
        self.set(irp, Irp::NEXT, NextLocation::Unset, "");
        if self[call].irp == Some(irp) {
            self.set(call, Activation::PASSED_ON, true, "");
        }
        if waits {
            self.drop_from(irp, Some(device), |kind| matches!(kind, ObjectKind::CompletionRoutine(..)));
            self.add_to(device, ObjectKind::Forwarded, irp);
            return Next::call(RunRoutine::WaitForIrp { call, irp }, IofCallDriver::Dispatch { irp });
        }
        Next::call(RunRoutine::Called { call }, IofCallDriver::Dispatch { irp })
    }

    /// Whether IoForwardIrpSynchronously still waits for an IRP.
    pub(crate) fn is_forwarded(&self, call: Id<Activation>, irp: Id<Irp>) -> bool {
        let device = self[call].device;
        self.objects_with(irp)
            .any(|(object, kind)| kind == ObjectKind::Forwarded && self[object].device == device)
    }

    /// IoForwardIrpSynchronously returns TRUE.
    pub(crate) fn back_from_forward(&mut self, call: Id<Activation>) -> Next {
        if let Op::Do(deed) = self.last_op(call) {
            self.keep_value(call, deed.result, true.to_word());
        }
        Next::goto(self.next_step(call))
    }

    /// The driver below has returned.
    pub(crate) fn back_from_lower(&mut self, call: Id<Activation>, thread: Id<Thread>) -> Next {
        let status = self.take_returned(thread).status;
        self.set(call, Activation::LOWER, Some(status), "");
        if let Op::Do(deed) = self.last_op(call) {
            self.keep_value(call, deed.result, status.to_word());
        }
        Next::goto(self.next_step(call))
    }

    fn add_to(&mut self, device: Id<Device>, kind: ObjectKind, irp: Id<Irp>) {
        let object = self.object_of(device, kind).expect("a driver that passes IRPs on has it");
        self.push(object, DriverObject::IRPS, irp, "");
    }

    /// The completion leaves the location that an IRP is at: with it go the drivers that had left it to the one below.
    pub(crate) fn leave_location(&mut self, irp: Id<Irp>) {
        let skips = |k: &Kernel, device: Id<Device>| {
            k.objects_with(irp)
                .any(|(object, kind)| kind == ObjectKind::Skipped && k[object].device == device)
        };
        while let Some(above) = self[self.device_of(irp)].attached.filter(|above| skips(self, *above)) {
            self.drop_from(irp, Some(above), |kind| kind == ObjectKind::Skipped);
        }
    }

    /// The completion has come to a driver's program: calls the routine that it has set for such an outcome. Where there is
    /// none the mark goes up by itself.
    pub(crate) fn call_program_completion(
        &mut self,
        irp: Id<Irp>,
        device: Id<Device>,
        thread: Id<Thread>,
    ) -> Next {
        let Irp { pending, status, cancel, .. } = self[irp];
        let own = |k: &Kernel| -> alloc::vec::Vec<ObjectKind> {
            k.objects_with(irp)
                .filter(|(object, _)| k[*object].device == device)
                .map(|(_, kind)| kind)
                .collect()
        };
        let said = own(self);
        let marked = said.contains(&ObjectKind::Marked);
        self.drop_from(irp, Some(device), |kind| {
            matches!(kind, ObjectKind::Marked | ObjectKind::Forwarded | ObjectKind::CompletionRoutine(..))
        });
        if said.contains(&ObjectKind::Forwarded) {
            self.set(irp, Irp::PENDING, marked, "IoForwardIrpSynchronously has the IRP back");
            return Next::SUCCESS;
        }
        let routine = said.iter().find_map(|kind| match kind {
            ObjectKind::CompletionRoutine(routine, on, context) if on.includes(status, cancel) => {
                Some((*routine, *context))
            }
            _ => None,
        });
        let Some((routine, context)) = routine else {
            self.set(
                irp,
                Irp::PENDING,
                pending || marked,
                "no completion routine: the mark goes up by itself",
            );
            return self.complete_upward(irp, thread);
        };
        self.set(irp, Irp::PENDING, marked, "PendingReturned tells of the mark of the driver below");
        let activation = Activation {
            irp: Some(irp),
            pending_returned: pending,
            context,
            ..Activation::new(device, routine)
        };
        let callee = self.run_routine(activation);
        Next::Call { resume: CompletionReturned::Check { irp, pending }.into(), callee }
    }

    /// Driver Verifier's look at what a dispatch routine returns that has passed its IRP on and has not completed it.
    pub(crate) fn verify_passed_on(&mut self, call: Id<Activation>, irp: Id<Irp>, status: NtStatus) {
        let Activation { device, marked, lower, .. } = self[call];
        let is_back =
            self.get(irp).is_some_and(|irp| !irp.completed && !irp.freed) && self.device_of(irp) == device;
        let lower_pended = lower == Some(NtStatus::PENDING);
        if is_back && !marked && status != NtStatus::PENDING {
            return self.report(Rule::ReturnedWithoutCompleting, About::Irp(irp), status.to_word());
        }
        self.verify_pending(irp, marked || lower_pended, status);
    }
}
