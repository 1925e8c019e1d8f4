//! Running a routine of a driver's program, one primitive a step.

use crate::drivers::program::activation::Activation;
use crate::drivers::program::code::{Deed, Entry, Op, Operand};
use crate::drivers::program::lock::SpinLock;
use crate::drivers::program::object::DriverObject;
use crate::drivers::program::primitive::Primitive;
use crate::finding::{About, Rule};
use crate::frame::{Next, Returned, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::file::File;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Id, Word};

/// How often a routine begins its loops again before it is said to run for ever.
pub const MOST_LOOPS: u32 = 10_000;

steps! {
    /// A routine of a driver that the scenario writes.
    ///
    /// A step is a call of a primitive, or a look at a field of an IRP that others can change. What the routine decides
    /// from its own variables belongs to the step before. Returns what the routine returns.
    pub enum RunRoutine = "driver routine", by name {
        Do { call: Id<Activation>, primitive: Primitive } = "call", "the driver calls it";
        Spin { call: Id<Activation>, lock: SpinLock } = "spin", "spin until the lock is free, and take it";
        Wait { call: Id<Activation>, lock: Id<DriverObject> } = "wait", "wait until all others have released the remove lock";
        If { call: Id<Activation> } = "if", "look at what others can change, and go on by it";
        Loop { call: Id<Activation> } = "loop", "begin again";
        Return { call: Id<Activation> } = "return", "the driver's routine returns";
    }
}

impl RunRoutine {
    const fn name(&self) -> &'static str {
        match self {
            Self::Do { primitive, .. } => primitive.name(),
            Self::Spin { .. } => "KeAcquireSpinLock",
            Self::Wait { .. } => "IoReleaseRemoveLockAndWait",
            _ => "driver routine",
        }
    }
}

impl Routine for RunRoutine {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Spin { lock, .. } => k.holder_of(lock).is_none(),
            Self::Wait { lock, .. } => k[lock].count == 0,
            _ => true,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        k.forget_returned(thread);
        match self {
            Self::Do { call, .. } => {
                let Op::Do(deed) = k.op(call) else { unreachable!("the step is at a call") };
                let irp = deed.irp.and_then(|slot| k[call].irp_in(slot));
                if deed.irp.is_some() && !k.can_use(call, irp, deed.primitive) {
                    return Next::SUCCESS;
                }
                k.advance(call);
                match irp {
                    Some(irp) => k.perform_with(call, irp, &deed, thread),
                    None => k.perform(call, &deed, thread),
                }
            }
            Self::Spin { call, lock } => k.take_spin_lock(call, lock, thread),
            Self::Wait { call, .. } => Next::goto(k.next_step(call)),
            Self::If { call } => {
                let Op::Unless(test, otherwise) = k.op(call) else {
                    unreachable!("the step is at a condition")
                };
                let mut operands = alloc::vec::Vec::new();
                test.operands(&mut operands);
                for slot in operands.into_iter().filter_map(Operand::read_of) {
                    let irp = k[call].irp_in(slot);
                    if !k.can_use(call, irp, Primitive::UseFsContext) {
                        return Next::SUCCESS;
                    }
                }
                let at = if k.test(call, &test) { k[call].at + 1 } else { otherwise };
                k.set(call, Activation::AT, at, "");
                Next::goto(k.next_step(call))
            }
            Self::Loop { call } => {
                let Op::Jump(to) = k.op(call) else { unreachable!("the step is at the end of a loop") };
                let loops = k[call].loops + 1;
                if loops > MOST_LOOPS {
                    k.report(
                        Rule::RoutineNeverEnds,
                        About::Object(k[k[call].device].object),
                        u64::from(loops),
                    );
                    return Next::SUCCESS;
                }
                k.set(call, Activation::LOOPS, loops, "");
                k.set(call, Activation::AT, to, "");
                Next::goto(k.next_step(call))
            }
            Self::Return { call } => k.return_from(call, thread),
        }
    }
}

impl Kernel {
    fn advance(&mut self, call: Id<Activation>) {
        let at = self[call].at + 1;
        self.set(call, Activation::AT, at, "");
    }

    /// Goes on to the next operation that is a step. What comes before it concerns the routine's own variables alone.
    pub(crate) fn next_step(&mut self, call: Id<Activation>) -> RunRoutine {
        loop {
            let at = self[call].at;
            let next = match self.op(call) {
                Op::Do(deed) => return RunRoutine::Do { call, primitive: deed.primitive },
                Op::Unless(test, _) if test.is_shared() => return RunRoutine::If { call },
                Op::Unless(test, otherwise) => {
                    if self.test(call, &test) {
                        at + 1
                    } else {
                        otherwise
                    }
                }
                Op::Jump(to) if to <= at => return RunRoutine::Loop { call },
                Op::Jump(to) => to,
                Op::Return(_) => return RunRoutine::Return { call },
            };
            self.set(call, Activation::AT, next, "");
        }
    }

    /// Whether the driver may do this with the IRP: it is one, nobody has freed it, and nobody has completed it.
    fn can_use(&mut self, call: Id<Activation>, irp: Option<Id<Irp>>, primitive: Primitive) -> bool {
        let Some(irp) = irp else {
            self.report(Rule::NullPointerUsed, About::Object(self[self[call].device].object), 0);
            return false;
        };
        // A second completion has a rule of its own.
        let completes = primitive == Primitive::IoCompleteRequest;
        let rule = match self.get(irp) {
            Some(irp) if irp.completed && !irp.freed && !completes => Rule::IrpUsedAfterCompletion,
            Some(irp) if !irp.freed => return true,
            _ => Rule::IrpUsedAfterFree,
        };
        self.report(rule, About::Irp(irp), 0);
        false
    }

    /// A primitive that is not about an IRP.
    fn perform(&mut self, call: Id<Activation>, deed: &Deed, thread: Id<Thread>) -> Next {
        let object = deed.object.map(|number| self.driver_object(self[call].device, number));
        match (deed.primitive, object) {
            (Primitive::KeAcquireSpinLock, _) | (Primitive::IoAcquireCancelSpinLock, _) => {
                self.acquire_spin_lock(call, object, thread)
            }
            (Primitive::KeReleaseSpinLock, _) | (Primitive::IoReleaseCancelSpinLock, _) => {
                self.release_spin_lock(call, object, thread)
            }
            (Primitive::RemoveHeadList, Some(list)) => self.remove_head(call, list, deed),
            (Primitive::IoCsqRemoveNextIrp, Some(queue)) => self.csq_remove_next(call, queue, deed),
            (Primitive::IoAcquireRemoveLock, Some(lock)) => {
                let status = self.acquire_remove_lock(lock);
                self.keep_value(call, deed.result, status.to_word());
                Next::goto(self.next_step(call))
            }
            (Primitive::IoReleaseRemoveLock, Some(lock)) => self.release_remove_lock(call, lock, false),
            (Primitive::IoReleaseRemoveLockAndWait, Some(lock)) => self.release_remove_lock(call, lock, true),
            (Primitive::UseFsContext, _) => self.use_kept_context(call),
            (primitive, _) => unreachable!("{} is about an IRP", primitive.name()),
        }
    }

    /// A primitive that is about an IRP.
    fn perform_with(&mut self, call: Id<Activation>, irp: Id<Irp>, deed: &Deed, thread: Id<Thread>) -> Next {
        let object = deed.object.map(|number| self.driver_object(self[call].device, number));
        match (deed.primitive, object) {
            (Primitive::IoMarkIrpPending, _) => self.mark_pending(call, irp),
            (Primitive::IoSetCancelRoutine, _) => self.exchange_cancel_routine(call, irp, deed),
            (Primitive::IoCompleteRequest, _) => return self.complete_in_program(call, irp, deed, thread),
            (Primitive::InsertTailList, Some(list)) => {
                if self.list_with(irp).is_some() {
                    self.report(Rule::CorruptListEntry, About::Irp(irp), 0);
                    return Next::SUCCESS;
                }
                self.push(list, DriverObject::IRPS, irp, "the request waits in the driver's list");
            }
            (Primitive::RemoveEntryList, _) => {
                if let Some(list) = self.list_with(irp) {
                    self.remove(list, DriverObject::IRPS, irp, "the driver takes it out of its list");
                }
            }
            (Primitive::IoCsqInsertIrp, Some(queue)) => return self.csq_insert(call, queue, irp),
            (Primitive::ExAllocatePool2, _) => return self.allocate_context(call, self[irp].file, deed),
            (Primitive::ExFreePool | Primitive::UseFsContext, _) => {
                return self.use_context(call, self[irp].file, deed);
            }
            _ => return self.perform(call, deed, thread),
        }
        Next::goto(self.next_step(call))
    }

    /// IoMarkIrpPending.
    pub(crate) fn mark_pending(&mut self, call: Id<Activation>, irp: Id<Irp>) {
        self.set(irp, Irp::PENDING, true, "the driver will complete it later");
        if self[call].irp == Some(irp) {
            self.set(call, Activation::MARKED, true, "");
        }
    }

    fn exchange_cancel_routine(&mut self, call: Id<Activation>, irp: Id<Irp>, deed: &Deed) {
        let Irp { cancel_routine, routine, .. } = self[irp];
        let old = if cancel_routine { u64::from(routine) + 1 } else { 0 };
        match deed.routine {
            Some(new) => {
                self.set(irp, Irp::CANCEL_ROUTINE, true, "from now on a cancel can end the request");
                self.set(irp, Irp::ROUTINE, new, "");
            }
            None => {
                let why = "the driver takes the cancel routine back: whoever gets it owns the IRP";
                self.set(irp, Irp::CANCEL_ROUTINE, false, why);
            }
        }
        self.keep_value(call, deed.result, old);
    }

    fn complete_in_program(
        &mut self,
        call: Id<Activation>,
        irp: Id<Irp>,
        deed: &Deed,
        thread: Id<Thread>,
    ) -> Next {
        if self.holds_spin_lock(thread) {
            self.report(Rule::CompletedUnderSpinLock, About::Irp(irp), 0);
        }
        let status =
            deed.status.map_or(NtStatus::SUCCESS, |status| NtStatus::from_word(self.value_of(call, status)));
        let information = deed.information.map_or(0, |bytes| self.value_of(call, bytes) as u32);
        if self[call].irp == Some(irp) {
            self.set(call, Activation::COMPLETED, true, "");
        }
        let resume = self.next_step(call);
        Next::call(resume, IofCompleteRequest::Complete { irp, status, information })
    }

    fn remove_head(&mut self, call: Id<Activation>, list: Id<DriverObject>, deed: &Deed) -> Next {
        let file = self.file_of_deed(call, deed);
        let found = DriverObject::IRPS
            .of(&self[list])
            .find(|irp| file.is_none_or(|file| self.get(*irp).is_some_and(|irp| irp.file == file)));
        if let Some(irp) = found {
            self.remove(list, DriverObject::IRPS, irp, "the driver takes it out of its list");
        }
        self.keep_irp(call, deed.result, found);
        Next::goto(self.next_step(call))
    }

    /// The file object that a walk through a list is for.
    pub(crate) fn file_of_deed(&self, call: Id<Activation>, deed: &Deed) -> Option<Id<File>> {
        let irp = deed.irp.and_then(|slot| self[call].irp_in(slot))?;
        self.get(irp).map(|irp| irp.file)
    }

    fn return_from(&mut self, call: Id<Activation>, thread: Id<Thread>) -> Next {
        let Op::Return(operand) = self.op(call) else { unreachable!("the step is at a return") };
        let status = NtStatus::from_word(self.value_of(call, operand));
        let Activation { device, routine, irp, marked, completed, .. } = self[call];
        if self.holds_spin_lock(thread) {
            self.report(Rule::SpinLockNotReleased, About::Object(self[device].object), 0);
        }
        let program = self.program_of(device);
        let entries = &program.routines[routine as usize].entries;
        let dispatches = entries.iter().any(|entry| matches!(entry, Entry::Dispatch(_)));
        if let (Some(irp), true) = (irp, dispatches) {
            self.verify_pending(irp, marked, status);
            let has_it = self.get(irp).is_some_and(|irp| !irp.completed && !irp.freed);
            if status != NtStatus::PENDING && !completed && has_it && !marked {
                self.report(Rule::ReturnedWithoutCompleting, About::Irp(irp), status.to_word());
            }
        }
        self.end_activation(call);
        Next::Return(Returned::status(if dispatches { status } else { NtStatus::SUCCESS }))
    }
}
