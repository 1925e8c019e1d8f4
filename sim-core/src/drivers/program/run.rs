//! Running a routine of a driver's program, one primitive a step.

use crate::drivers::program::activation::Activation;
use crate::drivers::program::code::{Deed, Entry, Op, Operand, Slot};
use crate::drivers::program::lock::SpinLock;
use crate::drivers::program::object::DriverObject;
use crate::drivers::program::pass_on::NextLocation;
use crate::drivers::program::primitive::Primitive;
use crate::fault::{Allocation, Fault};
use crate::finding::{About, Rule};
use crate::frame::{Frame, Next, Returned, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::file::File;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Id, Word};

/// How often a routine begins its loops again before it is said to run for ever.
pub const MOST_LOOPS: u32 = 1_000;

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
        WaitForEvent { call: Id<Activation>, event: Option<Id<DriverObject>> } = "wait", "wait until the event is signalled";
        Called { call: Id<Activation> } = "called", "the driver below has returned";
        WaitForIrp { call: Id<Activation>, irp: Id<Irp> } = "wait", "wait until the driver below has completed the IRP";
        Started { call: Id<Activation> } = "started", "the StartIo routine has returned";
        WaitInContext { call: Id<Activation> } = "wait", "wait until all others have released the remove lock";
    }
}

impl RunRoutine {
    const fn name(&self) -> &'static str {
        match self {
            Self::Do { primitive, .. } => primitive.name(),
            Self::Spin { .. } => "KeAcquireSpinLock",
            Self::Wait { .. } | Self::WaitInContext { .. } => "IoReleaseRemoveLockAndWait",
            Self::WaitForEvent { .. } => "KeWaitForSingleObject",
            Self::Called { .. } => "IoCallDriver",
            Self::WaitForIrp { .. } => "IoForwardIrpSynchronously",
            _ => "driver routine",
        }
    }
}

impl Routine for RunRoutine {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::Spin { lock, .. } => k.holder_of(lock).is_none(),
            Self::Wait { lock, .. } => k[lock].count == 0,
            Self::WaitForIrp { call, irp } => !k.is_forwarded(call, irp),
            Self::WaitInContext { call } => k.is_lock_of_context_free(call),
            Self::WaitForEvent { call, event } => k.is_event_signaled(call, event),
            Self::Do { call, primitive: Primitive::IoStartPacket | Primitive::IoStartNextPacket } => {
                let uses = matches!(k.op(call), Op::Do(deed) if deed.uses_cancel_lock());
                !uses || k.cancel_lock().is_none_or(|holder| holder == thread)
            }
            _ => true,
        }
    }

    fn fault(self, _k: &Kernel, _thread: Id<Thread>) -> Option<Fault> {
        let allocates = matches!(self, Self::Do { primitive: Primitive::ExAllocatePool2, .. });
        allocates.then_some(Fault::Allocation(Allocation::Pool))
    }

    fn take_fault(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        k.forget_returned(thread);
        let Self::Do { call, .. } = self else { unreachable!("only a call of a primitive allocates") };
        let Op::Do(deed) = k.op(call) else { unreachable!("the step is at a call") };
        let irp = deed.irp.and_then(|slot| k[call].irp_in(slot));
        if deed.irp.is_some() && !k.can_use(call, irp, deed.primitive) {
            return Next::SUCCESS;
        }
        k.advance(call);
        if let Some(irp) = irp {
            k.set(k[irp].file, File::DRIVER_CONTEXT, None, "ExAllocatePool2 has returned NULL");
        }
        k.keep_value(call, deed.result, 0);
        Next::goto(k.next_step(call))
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        if let Self::Called { call } = self {
            return k.back_from_lower(call, thread);
        }
        k.forget_returned(thread);
        match self {
            Self::Do { call, .. } => k.take_call(call, thread),
            Self::WaitForIrp { call, .. } => k.back_from_forward(call),
            Self::WaitForEvent { call, event } => k.end_wait_for_event(call, event),
            Self::Started { call } => {
                k.lower(thread);
                Next::goto(k.next_step(call))
            }
            Self::Called { .. } => unreachable!("it looks at what was returned"),
            Self::Spin { call, lock } => k.take_spin_lock(call, lock, thread),
            Self::Wait { call, .. } => Next::goto(k.next_step(call)),
            Self::WaitInContext { call } => k.end_wait_in_context(call),
            Self::If { call } => k.look_and_go_on(call),
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
    fn take_call(&mut self, call: Id<Activation>, thread: Id<Thread>) -> Next {
        let Op::Do(deed) = self.op(call) else { unreachable!("the step is at a call") };
        let irp = deed.irp.and_then(|slot| self[call].irp_in(slot));
        // The Context of a work item may be NULL.
        let needs_irp = deed.irp.is_some() && deed.primitive != Primitive::IoQueueWorkItem;
        if needs_irp && !self.can_use(call, irp, deed.primitive)
            || self.misses_cancel_lock(call, &deed, thread)
        {
            return Next::SUCCESS;
        }
        self.advance(call);
        self.look_for_a_lock(call, &deed, thread);
        match irp {
            Some(irp) => self.perform_with(call, irp, &deed, thread),
            None => self.perform(call, &deed, thread),
        }
    }

    /// A condition or an assignment that looks at what others can change.
    fn look_and_go_on(&mut self, call: Id<Activation>) -> Next {
        let op = self.op(call);
        let mut operands = alloc::vec::Vec::new();
        match &op {
            Op::Unless(test, _) => test.operands(&mut operands),
            Op::Let(_, operand) => operands.push(*operand),
            _ => unreachable!("the step looks at something"),
        }
        for slot in operands.into_iter().filter_map(Operand::read_of) {
            let irp = self[call].irp_in(slot);
            if !self.can_use(call, irp, Primitive::UseFsContext) {
                return Next::SUCCESS;
            }
        }
        match op {
            Op::Unless(test, otherwise) if !self.test(call, &test) => {
                self.set(call, Activation::AT, otherwise, "");
            }
            Op::Let(slot, operand) => {
                self.assign_value(call, slot, operand);
                self.advance(call);
            }
            _ => self.advance(call),
        }
        Next::goto(self.next_step(call))
    }

    fn assign_value(&mut self, call: Id<Activation>, slot: Slot, operand: Operand) {
        let value = self.value_of(call, operand);
        match slot {
            Slot::Irp(_) => self.keep_irp(call, Some(slot), Word::from_word(value)),
            Slot::Value(_) => self.keep_value(call, Some(slot), value),
            Slot::Context => {
                let irp = operand.read_of().and_then(|irp| self[call].irp_in(irp));
                self.keep_context(call, irp.map(|irp| self[irp].file));
            }
        }
    }

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
                Op::Let(_, operand) if operand.is_shared() => return RunRoutine::If { call },
                Op::Let(slot, operand) => {
                    self.assign_value(call, slot, operand);
                    at + 1
                }
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
        if self.has_passed_on(call, irp) {
            self.report(Rule::IrpUsedAfterCallDriver, About::Irp(irp), 0);
            return false;
        }
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
        if deed.uses_kept_context() {
            return self.use_context(call, deed);
        }
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
            (Primitive::IoCsqRemoveIrp, Some(queue)) => self.csq_remove(call, queue, deed),
            (Primitive::IsListEmpty, Some(list)) => {
                let empty = DriverObject::IRPS.first(&self[list]).is_none();
                self.keep_value(call, deed.result, empty.to_word());
                Next::goto(self.next_step(call))
            }
            (Primitive::IoStartNextPacket, _) => self.start_next_packet(call, thread),
            (
                Primitive::KeInitializeEvent
                | Primitive::KeSetEvent
                | Primitive::KeClearEvent
                | Primitive::KeWaitForSingleObject,
                _,
            ) => self.use_event(call, object, deed),
            (Primitive::IoQueueWorkItem | Primitive::KeSetTimer | Primitive::KeCancelTimer, Some(object)) => {
                self.use_work(call, object, deed)
            }
            (Primitive::IoAcquireRemoveLock, Some(lock)) => {
                let status = self.acquire_remove_lock(call, lock);
                self.keep_value(call, deed.result, status.to_word());
                Next::goto(self.next_step(call))
            }
            (Primitive::IoReleaseRemoveLock, Some(lock)) => self.release_remove_lock(call, lock, false),
            (Primitive::IoReleaseRemoveLockAndWait, Some(lock)) => self.release_remove_lock(call, lock, true),
            (primitive, _) => unreachable!("{} is about an IRP", primitive.name()),
        }
    }

    /// A primitive that is about an IRP.
    fn perform_with(&mut self, call: Id<Activation>, irp: Id<Irp>, deed: &Deed, thread: Id<Thread>) -> Next {
        let object = deed.object.map(|number| self.driver_object(self[call].device, number));
        match (deed.primitive, object) {
            (Primitive::IoMarkIrpPending, _) => self.mark_in_program(call, irp, thread),
            (Primitive::IoSetCancelRoutine, _) => self.exchange_cancel_routine(call, irp, deed),
            (Primitive::IoCompleteRequest, _) => return self.complete_in_program(call, irp, deed, thread),
            (Primitive::InsertTailList, Some(list)) => {
                if self.list_with(irp).is_some() {
                    self.report(Rule::CorruptListEntry, About::Irp(irp), 0);
                    return Next::SUCCESS;
                }
                self.push(list, DriverObject::IRPS, irp, "the request waits in the driver's list");
            }
            (Primitive::InsertHeadList, Some(list)) => {
                if self.list_with(irp).is_some() {
                    self.report(Rule::CorruptListEntry, About::Irp(irp), 0);
                    return Next::SUCCESS;
                }
                self.insert(list, DriverObject::IRPS, 0, irp, "the request waits at the head of the list");
            }
            (Primitive::IoStartPacket, _) => return self.start_packet(call, irp, deed, thread),
            (Primitive::KeRemoveEntryDeviceQueue, _) => self.remove_from_device_queue(call, irp, deed),
            (Primitive::SetIoStatusStatus | Primitive::SetIoStatusInformation, _) => {
                self.set_io_status(call, irp, deed);
            }
            (Primitive::IoCallDriver, _) => return self.call_lower(call, irp, false),
            (Primitive::IoForwardIrpSynchronously, _) => return self.call_lower(call, irp, true),
            (Primitive::IoSkipCurrentIrpStackLocation, _) => {
                self.set_up_next_location(call, irp, NextLocation::Skipped);
            }
            (Primitive::IoCopyCurrentIrpStackLocationToNext, _) => {
                self.set_up_next_location(call, irp, NextLocation::Copied);
            }
            (Primitive::IoSetCompletionRoutine, _) => return self.set_completion_routine(call, irp, deed),
            (Primitive::RemoveEntryList, _) => {
                if let Some(list) = self.list_with(irp) {
                    self.remove(list, DriverObject::IRPS, irp, "the driver takes it out of its list");
                }
            }
            (Primitive::IoCsqInsertIrp, Some(queue)) => return self.csq_insert(call, queue, irp, deed),
            (Primitive::ExAllocatePool2, _) => return self.allocate_context(call, self[irp].file, deed),
            (Primitive::ExFreePool | Primitive::UseFsContext, _)
            | (
                Primitive::IoAcquireRemoveLock
                | Primitive::IoReleaseRemoveLock
                | Primitive::IoReleaseRemoveLockAndWait,
                None,
            ) => return self.use_context(call, deed),
            _ => return self.perform(call, deed, thread),
        }
        Next::goto(self.next_step(call))
    }

    /// A list that a thread touches without a lock can be touched by another one at the same time.
    fn look_for_a_lock(&mut self, call: Id<Activation>, deed: &Deed, thread: Id<Thread>) {
        let of_list = matches!(
            deed.primitive,
            Primitive::InsertTailList | Primitive::RemoveHeadList | Primitive::RemoveEntryList
        );
        if of_list && !self.holds_spin_lock(thread) {
            self.report(Rule::ListWithoutLock, About::Object(self[self[call].device].object), 0);
        }
    }

    /// IoMarkIrpPending. An IRP that is in a list can be taken out and completed by whoever gets the list's lock.
    fn mark_in_program(&mut self, call: Id<Activation>, irp: Id<Irp>, thread: Id<Thread>) {
        if self.list_with(irp).is_some() && !self[irp].pending && !self.holds_spin_lock(thread) {
            self.report(Rule::MarkingQueuedIrps, About::Irp(irp), 0);
        }
        self.mark_pending(call, irp);
    }

    pub(crate) fn mark_pending(&mut self, call: Id<Activation>, irp: Id<Irp>) {
        self.mark_irp_pending(irp, "the driver will complete it later");
        if self[call].irp == Some(irp) {
            self.set(call, Activation::MARKED, true, "");
        }
    }

    fn set_io_status(&mut self, call: Id<Activation>, irp: Id<Irp>, deed: &Deed) {
        if let Some(status) = deed.status {
            let status = NtStatus::from_word(self.value_of(call, status));
            self.set(irp, Irp::STATUS, status, "the driver sets it");
        }
        if let Some(bytes) = deed.information {
            let bytes = self.value_of(call, bytes) as u32;
            self.set(irp, Irp::INFORMATION, bytes, "the driver sets it");
        }
    }

    fn exchange_cancel_routine(&mut self, call: Id<Activation>, irp: Id<Irp>, deed: &Deed) {
        let Irp { cancel_routine, routine, .. } = self[irp];
        let old = if cancel_routine { u64::from(routine) + 1 } else { 0 };
        match deed.routine {
            Some(new) => {
                self.set_cancel_routine(irp, "from now on a cancel can end the request");
                self.set(irp, Irp::ROUTINE, new, "");
            }
            None => {
                let why = "the driver takes the cancel routine back: whoever gets it owns the IRP";
                self.take_cancel_routine(irp, why);
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
        if self.list_with(irp).is_some() {
            self.report(Rule::CompletedWhileQueued, About::Irp(irp), 0);
            return Next::SUCCESS;
        }
        let (status, information) = match deed.status {
            Some(status) => {
                let bytes = deed.information.map_or(0, |bytes| self.value_of(call, bytes) as u32);
                (NtStatus::from_word(self.value_of(call, status)), bytes)
            }
            None => (self[irp].status, self[irp].information),
        };
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

    /// Whether the routine that a thread runs was called by another routine of a driver's program, whose locks it may run
    /// under.
    fn is_called_by_routine(&self, thread: Id<Thread>) -> bool {
        let is_routine = |frame: &&Frame| matches!(frame, Frame::RunRoutine(_));
        self.stack(thread).iter().filter(is_routine).count() > 1
    }

    /// Whether a routine has passed its IRP on and has not got it back.
    fn has_passed_on(&self, call: Id<Activation>, irp: Id<Irp>) -> bool {
        let Activation { device, irp: own, passed_on, .. } = self[call];
        let is_back = |record: &Irp| !record.completed && !record.freed && self.device_of(irp) == device;
        own == Some(irp) && passed_on && !self.get(irp).is_some_and(is_back)
    }

    fn return_from(&mut self, call: Id<Activation>, thread: Id<Thread>) -> Next {
        let Op::Return(operand) = self.op(call) else { unreachable!("the step is at a return") };
        let status = NtStatus::from_word(self.value_of(call, operand));
        let Activation { device, routine, irp, marked, completed, passed_on, acquired, .. } = self[call];
        if self.holds_spin_lock(thread) && !self.is_called_by_routine(thread) {
            self.report(Rule::SpinLockNotReleased, About::Object(self[device].object), 0);
        }
        let program = self.program_of(device);
        let entries = &program.routines[routine as usize].entries;
        let dispatches = entries.iter().any(|entry| matches!(entry, Entry::Dispatch(_)));
        let completion = entries.contains(&Entry::Completion);
        if let (Some(irp), true, true) = (irp, dispatches, passed_on && !completed) {
            self.verify_passed_on(call, irp, status);
        } else if let (Some(irp), true) = (irp, dispatches) {
            match (completed && !marked, status == NtStatus::PENDING) {
                (true, true) => self.report(Rule::PendedCompletedRequest, About::Irp(irp), status.to_word()),
                (true, false) if self.get(irp).is_some_and(|irp| irp.completed && irp.status != status) => {
                    self.report(Rule::InconsistentStatus, About::Irp(irp), status.to_word());
                }
                _ => self.verify_pending(irp, marked, status),
            }
            if acquired > 0 && status != NtStatus::PENDING {
                let device = self[device].object;
                self.report(Rule::RemoveLockNotReleased, About::Object(device), u64::from(acquired));
            }
            let has_it = self.get(irp).is_some_and(|irp| !irp.completed && !irp.freed);
            if status != NtStatus::PENDING && !completed && has_it && !marked {
                self.report(Rule::ReturnedWithoutCompleting, About::Irp(irp), status.to_word());
            }
        }
        self.end_activation(call);
        Next::Return(Returned::status(if dispatches || completion { status } else { NtStatus::SUCCESS }))
    }
}
