//! The lines of a routine.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::drivers::program::builder::{
    CancelRoutine, CompletionRoutine, Csq, CsqContext, Dpc, Event, IRP, List, RemoveLock, SpinLock, Timer,
    WorkItem, Worker,
};
use crate::drivers::program::code::{Deed, IrpSlot, LocalEvent, Op, Operand, SLOTS, Slot, Test, ValueSlot};
use crate::drivers::program::primitive::Primitive;
use crate::io::invoke_on::InvokeOn;

/// The lines of a routine that is being written.
#[derive(Debug, Default)]
pub struct Body {
    code: Vec<Op>,
    irps: u8,
    values: u8,
}

impl Body {
    pub(super) fn finish(mut self) -> Vec<Op> {
        self.code.push(Op::Return(Operand::Null));
        self.code
    }

    fn call(&mut self, deed: Deed) {
        self.code.push(Op::Do(deed));
    }

    /// A new variable for an IRP: a routine has three beside the one that it is called with.
    ///
    /// # Panics
    /// If there are as many already; [`Body::assign`] uses one again.
    pub fn irp(&mut self) -> IrpSlot {
        self.irps += 1;
        assert!(self.irps < SLOTS, "a routine has at most {} variables for IRPs", SLOTS - 1);
        IrpSlot(self.irps)
    }

    /// A new variable for a status or a pointer: a routine has two.
    ///
    /// # Panics
    /// If there are as many already; [`Body::assign`] uses one again.
    pub fn value(&mut self) -> ValueSlot {
        let at = self.values + 2;
        assert!(at < SLOTS, "a routine has at most {} variables for statuses and pointers", SLOTS - 2);
        self.values += 1;
        ValueSlot(at)
    }

    /// Puts a value into a variable.
    pub fn assign(&mut self, variable: impl Into<Slot>, value: impl Into<Operand>) {
        self.code.push(Op::Let(variable.into(), value.into()));
    }

    /// `return value`.
    pub fn returns(&mut self, value: impl Into<Operand>) {
        self.code.push(Op::Return(value.into()));
    }

    /// `if`: these lines if the condition holds.
    pub fn when(&mut self, test: Test, then: impl FnOnce(&mut Body)) {
        let at = self.code.len();
        self.code.push(Op::Unless(test, 0));
        then(self);
        let end = self.code.len() as u32;
        if let Op::Unless(_, to) = &mut self.code[at] {
            *to = end;
        }
    }

    /// `if not`: these lines if the condition does not hold.
    pub fn unless(&mut self, test: Test, then: impl FnOnce(&mut Body)) {
        self.when(Test::Not(Box::new(test)), then);
    }

    /// `while`: these lines as long as the condition holds.
    pub fn repeat_while(&mut self, test: Test, then: impl FnOnce(&mut Body)) {
        let start = self.code.len() as u32;
        self.when(test, |body| {
            then(body);
            body.code.push(Op::Jump(start));
        });
    }

    /// IoMarkIrpPending.
    pub fn io_mark_irp_pending(&mut self, irp: IrpSlot) {
        self.call(Deed { irp: Some(irp), ..Deed::new(Primitive::IoMarkIrpPending) });
    }

    /// IoSetCancelRoutine, and what was set before.
    pub fn io_set_cancel_routine(&mut self, irp: IrpSlot, routine: Option<CancelRoutine>) -> ValueSlot {
        let old = self.value();
        let routine = routine.map(|routine| routine.0);
        let result = Some(old.into());
        self.call(Deed { irp: Some(irp), routine, result, ..Deed::new(Primitive::IoSetCancelRoutine) });
        old
    }

    /// IoCompleteRequest, after IoStatus was set to these.
    pub fn io_complete_request(
        &mut self,
        irp: IrpSlot,
        status: impl Into<Operand>,
        information: impl Into<Operand>,
    ) {
        let (status, information) = (Some(status.into()), Some(information.into()));
        self.call(Deed { irp: Some(irp), status, information, ..Deed::new(Primitive::IoCompleteRequest) });
    }

    /// KeAcquireSpinLock.
    pub fn ke_acquire_spin_lock(&mut self, lock: SpinLock) {
        self.call(Deed { object: Some(lock.0), ..Deed::new(Primitive::KeAcquireSpinLock) });
    }

    /// KeReleaseSpinLock.
    pub fn ke_release_spin_lock(&mut self, lock: SpinLock) {
        self.call(Deed { object: Some(lock.0), ..Deed::new(Primitive::KeReleaseSpinLock) });
    }

    /// IoAcquireCancelSpinLock.
    pub fn io_acquire_cancel_spin_lock(&mut self) {
        self.call(Deed::new(Primitive::IoAcquireCancelSpinLock));
    }

    /// IoReleaseCancelSpinLock.
    pub fn io_release_cancel_spin_lock(&mut self) {
        self.call(Deed::new(Primitive::IoReleaseCancelSpinLock));
    }

    /// InsertTailList.
    pub fn insert_tail_list(&mut self, list: List, irp: IrpSlot) {
        self.call(Deed { object: Some(list.0), irp: Some(irp), ..Deed::new(Primitive::InsertTailList) });
    }

    /// RemoveHeadList, into a new variable; NULL if the list is empty.
    pub fn remove_head_list(&mut self, list: List) -> IrpSlot {
        let found = self.irp();
        let result = Some(found.into());
        self.call(Deed { object: Some(list.0), result, ..Deed::new(Primitive::RemoveHeadList) });
        found
    }

    /// As [`Body::remove_head_list`], the oldest of the file object that the routine's IRP is for, into that variable.
    pub fn remove_head_list_of_file(&mut self, list: List, into: IrpSlot) {
        let result = Some(into.into());
        let irp = Some(IRP);
        self.call(Deed { object: Some(list.0), irp, result, ..Deed::new(Primitive::RemoveHeadList) });
    }

    /// RemoveEntryList.
    pub fn remove_entry_list(&mut self, irp: IrpSlot) {
        self.call(Deed { irp: Some(irp), ..Deed::new(Primitive::RemoveEntryList) });
    }

    /// IoCsqInsertIrp.
    pub fn io_csq_insert_irp(&mut self, csq: Csq, irp: IrpSlot, context: Option<CsqContext>) {
        let context = context.map(|context| context.0);
        let deed = Deed { object: Some(csq.0), irp: Some(irp), ..Deed::new(Primitive::IoCsqInsertIrp) };
        self.call(Deed { context, ..deed });
    }

    /// IoCsqRemoveIrp, into a new variable; NULL if it is not there any more.
    pub fn io_csq_remove_irp(&mut self, csq: Csq, context: CsqContext) -> IrpSlot {
        let found = self.irp();
        let (object, result) = (Some(csq.0), Some(found.into()));
        self.call(Deed { object, context: Some(context.0), result, ..Deed::new(Primitive::IoCsqRemoveIrp) });
        found
    }

    /// IoCsqRemoveNextIrp, into a new variable; NULL if there is none.
    pub fn io_csq_remove_next_irp(&mut self, csq: Csq) -> IrpSlot {
        let found = self.irp();
        let result = Some(found.into());
        self.call(Deed { object: Some(csq.0), result, ..Deed::new(Primitive::IoCsqRemoveNextIrp) });
        found
    }

    /// IoAcquireRemoveLock, and its status.
    pub fn io_acquire_remove_lock(&mut self, lock: RemoveLock) -> ValueSlot {
        let entered = self.value();
        let result = Some(entered.into());
        self.call(Deed { object: Some(lock.0), result, ..Deed::new(Primitive::IoAcquireRemoveLock) });
        entered
    }

    /// IoReleaseRemoveLock.
    pub fn io_release_remove_lock(&mut self, lock: RemoveLock) {
        self.call(Deed { object: Some(lock.0), ..Deed::new(Primitive::IoReleaseRemoveLock) });
    }

    /// IoReleaseRemoveLockAndWait.
    pub fn io_release_remove_lock_and_wait(&mut self, lock: RemoveLock) {
        self.call(Deed { object: Some(lock.0), ..Deed::new(Primitive::IoReleaseRemoveLockAndWait) });
    }

    /// ExAllocatePool2, for what FileObject->FsContext points to.
    pub fn ex_allocate_pool2(&mut self, irp: IrpSlot) {
        self.call(Deed { irp: Some(irp), ..Deed::new(Primitive::ExAllocatePool2) });
    }

    /// ExFreePool of that.
    pub fn ex_free_pool(&mut self, irp: IrpSlot) {
        self.call(Deed { irp: Some(irp), ..Deed::new(Primitive::ExFreePool) });
    }

    /// Any use of that.
    pub fn use_fs_context(&mut self, irp: IrpSlot) {
        self.call(Deed { irp: Some(irp), ..Deed::new(Primitive::UseFsContext) });
    }

    /// IoStartPacket, without a key.
    pub fn io_start_packet(&mut self, irp: IrpSlot, routine: Option<CancelRoutine>) {
        let routine = routine.map(|routine| routine.0);
        self.call(Deed { irp: Some(irp), routine, ..Deed::new(Primitive::IoStartPacket) });
    }

    /// IoStartNextPacket.
    pub fn io_start_next_packet(&mut self, cancelable: bool) {
        self.call(Deed { flag: cancelable, ..Deed::new(Primitive::IoStartNextPacket) });
    }

    /// KeRemoveEntryDeviceQueue, and whether the IRP was there.
    pub fn ke_remove_entry_device_queue(&mut self, irp: IrpSlot) -> ValueSlot {
        let removed = self.value();
        let result = Some(removed.into());
        self.call(Deed { irp: Some(irp), result, ..Deed::new(Primitive::KeRemoveEntryDeviceQueue) });
        removed
    }

    /// IoCopyCurrentIrpStackLocationToNext.
    pub fn io_copy_current_irp_stack_location_to_next(&mut self, irp: IrpSlot) {
        self.call(Deed { irp: Some(irp), ..Deed::new(Primitive::IoCopyCurrentIrpStackLocationToNext) });
    }

    /// IoSkipCurrentIrpStackLocation.
    pub fn io_skip_current_irp_stack_location(&mut self, irp: IrpSlot) {
        self.call(Deed { irp: Some(irp), ..Deed::new(Primitive::IoSkipCurrentIrpStackLocation) });
    }

    /// IoSetCompletionRoutine; `context`: the event in the routine's own variables, or NULL.
    pub fn io_set_completion_routine(
        &mut self,
        irp: IrpSlot,
        routine: CompletionRoutine,
        context: Option<LocalEvent>,
        on: InvokeOn,
    ) {
        let deed =
            Deed { irp: Some(irp), routine: Some(routine.0), ..Deed::new(Primitive::IoSetCompletionRoutine) };
        self.call(Deed { event: context, invoke_on: on, ..deed });
    }

    /// IoCallDriver of the device below, and what it returns.
    pub fn io_call_driver(&mut self, irp: IrpSlot) -> ValueSlot {
        let returned = self.value();
        let result = Some(returned.into());
        self.call(Deed { irp: Some(irp), result, ..Deed::new(Primitive::IoCallDriver) });
        returned
    }

    /// IoForwardIrpSynchronously of the device below.
    pub fn io_forward_irp_synchronously(&mut self, irp: IrpSlot) {
        self.call(Deed { irp: Some(irp), ..Deed::new(Primitive::IoForwardIrpSynchronously) });
    }

    /// KeInitializeEvent of the event in the routine's own variables: a NotificationEvent, not signalled.
    pub fn ke_initialize_event(&mut self) {
        self.call(Deed { event: Some(LocalEvent::Own), ..Deed::new(Primitive::KeInitializeEvent) });
    }

    /// KeSetEvent: of an event that the device keeps, or, without one, of the Context of a completion routine.
    pub fn ke_set_event(&mut self, event: Option<Event>) {
        let (object, local) = place(event, LocalEvent::Context);
        self.call(Deed { object, event: local, ..Deed::new(Primitive::KeSetEvent) });
    }

    /// KeWaitForSingleObject: for an event that the device keeps, or, without one, for the routine's own.
    pub fn ke_wait_for_single_object(&mut self, event: Option<Event>) {
        let (object, local) = place(event, LocalEvent::Own);
        self.call(Deed { object, event: local, ..Deed::new(Primitive::KeWaitForSingleObject) });
    }

    /// IoQueueWorkItem, with an IRP as its Context.
    pub fn io_queue_work_item(&mut self, item: WorkItem, routine: Worker, irp: Option<IrpSlot>) {
        let deed = Deed { object: Some(item.0), irp, ..Deed::new(Primitive::IoQueueWorkItem) };
        self.call(Deed { routine: Some(routine.0), ..deed });
    }

    /// KeSetTimer.
    pub fn ke_set_timer(&mut self, timer: Timer, dpc: Dpc) {
        let deed = Deed::new(Primitive::KeSetTimer);
        self.call(Deed { object: Some(timer.0), routine: Some(dpc.0), ..deed });
    }

    /// KeCancelTimer.
    pub fn ke_cancel_timer(&mut self, timer: Timer) {
        self.call(Deed { object: Some(timer.0), ..Deed::new(Primitive::KeCancelTimer) });
    }
}

fn place(event: Option<Event>, local: LocalEvent) -> (Option<u8>, Option<LocalEvent>) {
    match event {
        Some(event) => (Some(event.0), None),
        None => (None, Some(local)),
    }
}
