//! Spin locks, those of a driver and the system-wide one for cancellation.

use crate::drivers::program::activation::Activation;
use crate::drivers::program::code::Op;
use crate::drivers::program::object::DriverObject;
use crate::drivers::program::run::RunRoutine;
use crate::finding::{About, Rule};
use crate::frame::{Frame, Next};
use crate::io::cancel::IoCancelIrp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::word::Id;

/// A spin lock: one of a driver's, or else the system-wide cancel spin lock.
pub(crate) type SpinLock = Option<Id<DriverObject>>;

impl Kernel {
    /// Who holds a spin lock.
    pub(crate) fn holder_of(&self, lock: SpinLock) -> Option<Id<Thread>> {
        match lock {
            Some(lock) => self[lock].holder,
            None => self.cancel_lock(),
        }
    }

    fn set_holder(&mut self, lock: SpinLock, holder: Option<Id<Thread>>, why: &'static str) {
        match lock {
            Some(lock) => self.set(lock, DriverObject::HOLDER, holder, why),
            None => self.set_cancel_lock(holder, why),
        }
    }

    /// KeAcquireSpinLock, IoAcquireCancelSpinLock: takes the lock if it is free, and else begins to spin.
    pub(crate) fn acquire_spin_lock(
        &mut self,
        call: Id<Activation>,
        lock: SpinLock,
        thread: Id<Thread>,
    ) -> Next {
        let Some(holder) = self.holder_of(lock) else { return self.take_spin_lock(call, lock, thread) };
        let about = About::Object(self[self[call].device].object);
        if holder == thread {
            self.report(Rule::SpinLockAlreadyOwned, about, 0);
            return Next::SUCCESS;
        }
        if self.waits_for(holder, thread) {
            self.report(Rule::SpinLockDeadlock, about, 0);
        }
        Next::goto(RunRoutine::Spin { call, lock })
    }

    /// The lock is free: the thread has it from now on.
    pub(crate) fn take_spin_lock(
        &mut self,
        call: Id<Activation>,
        lock: SpinLock,
        thread: Id<Thread>,
    ) -> Next {
        self.set_holder(lock, Some(thread), "the driver takes it");
        self.raise(thread);
        Next::goto(self.next_step(call))
    }

    /// KeReleaseSpinLock, IoReleaseCancelSpinLock.
    pub(crate) fn release_spin_lock(
        &mut self,
        call: Id<Activation>,
        lock: SpinLock,
        thread: Id<Thread>,
    ) -> Next {
        if self.holder_of(lock) != Some(thread) {
            self.report(Rule::SpinLockNotOwned, About::Object(self[self[call].device].object), 0);
            return Next::SUCCESS;
        }
        self.set_holder(lock, None, "the driver releases it");
        self.lower(thread);
        Next::goto(self.next_step(call))
    }

    /// Whether a thread holds any spin lock of a driver's program, or the cancel spin lock.
    pub(crate) fn holds_spin_lock(&self, thread: Id<Thread>) -> bool {
        self.cancel_lock() == Some(thread)
            || self.all::<DriverObject>().any(|(_, object)| object.holder == Some(thread))
    }

    fn needs_cancel_lock(&self, call: Id<Activation>) -> bool {
        matches!(self.op(call), Op::Do(deed) if deed.uses_cancel_lock())
    }

    /// Whether `waiting` spins, directly or through others, on a lock that `thread` holds.
    fn waits_for(&self, waiting: Id<Thread>, thread: Id<Thread>) -> bool {
        let mut at = waiting;
        for _ in self.all::<Thread>() {
            let lock = match self.stack(at).last() {
                Some(Frame::RunRoutine(RunRoutine::Spin { lock, .. })) => *lock,
                Some(Frame::CancelIrp(IoCancelIrp::AcquireLock { .. })) => None,
                Some(Frame::RunRoutine(RunRoutine::Do { call, .. })) if self.needs_cancel_lock(*call) => None,
                _ => return false,
            };
            match self.holder_of(lock) {
                Some(holder) if holder == thread => return true,
                Some(holder) => at = holder,
                None => return false,
            }
        }
        false
    }
}
