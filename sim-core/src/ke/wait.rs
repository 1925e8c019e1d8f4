//! Waits: the one mechanism under every service that waits for objects.
//!
//! A thread that waits is on the wait list of each object of its wait. Whoever signals an object satisfies waits
//! there and then, first come first served, in the same atomic step; so a signal is never seen by two who would each
//! consume it, and resetting an event does not take back what it has done. Sources: ReactOS ke/wait.c, ob/obwait.c;
//! WDK, KePulseEvent; Win32, Wait Functions and PulseEvent.

use alloc::vec::Vec;

use crate::frame::{Frame, Next, Returned, Routine, steps};
use crate::io::port::Port;
use crate::kernel::Kernel;
use crate::nt::remove_completion::NtRemoveIoCompletion;
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Id, word_enum};

word_enum! {
    /// How long a wait may last. The model has no clock: a wait with an end can end at any moment.
    pub enum Timeout {
        /// Not at all: look and return.
        Zero = "0",
        /// Some time.
        Finite = "finite",
        /// For ever.
        Infinite = "INFINITE",
    }
}

/// How a wait goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manner {
    /// It waits for all objects at once, not for any of them.
    pub(crate) all: bool,
    /// Alerts and user APCs end it.
    pub(crate) alertable: bool,
    /// How long it may last.
    pub(crate) timeout: Timeout,
}

steps! {
    /// KeWaitForMultipleObjects: waits for the objects of the thread's wait blocks, then lets them go.
    ///
    /// Returns STATUS_WAIT_0 + n, STATUS_ABANDONED_WAIT_0 + n, STATUS_TIMEOUT, STATUS_USER_APC, STATUS_ALERTED. Errors:
    /// STATUS_MUTANT_LIMIT_EXCEEDED. A special kernel APC takes the thread off the wait lists; after it the thread
    /// looks again and goes to their ends. A user APC that waits already goes before an object that is signalled
    /// already (Wine kernel32/tests/sync.c).
    pub enum KeWaitForMultipleObjects = "KeWaitForMultipleObjects" {
        Look { all: bool, alertable: bool, timeout: Timeout }
            = "look", "is the wait satisfied already? else join the objects' wait lists";
        Wait { all: bool, alertable: bool, timeout: Timeout } = "wait", "wait until somebody ends the wait";
        Release { status: NtStatus } = "release", "the wait is over: let its objects go, the last first";
        Deliver { status: NtStatus } = "user APC", "on the way back to the program: run its oldest user APC";
    }
}

impl Routine for KeWaitForMultipleObjects {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::Wait { .. } => k[thread].wait_status.is_some() || k[thread].terminating,
            _ => true,
        }
    }

    fn time_out(self) -> Option<Next> {
        match self {
            Self::Wait { timeout: Timeout::Finite, .. } => {
                Some(Next::goto(Self::Release { status: NtStatus::TIMEOUT }))
            }
            _ => None,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Look { all, alertable, timeout } => k.look(thread, Manner { all, alertable, timeout }),
            Self::Wait { .. } => {
                let ended = k[thread].wait_status;
                k.set(thread, Thread::WAIT_STATUS, None, "");
                k.leave_wait_lists(thread);
                Next::goto(Self::Release { status: ended.unwrap_or(NtStatus::THREAD_IS_TERMINATING) })
            }
            Self::Release { status } => {
                k.forget_returned(thread);
                // A wait inside a service leaves user APCs to that service.
                let outermost = k.stack(thread).len() == 1;
                match k.pop(thread, Thread::WAIT_BLOCKS, "") {
                    Some(object) => {
                        let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Wait };
                        Next::call(self, drop)
                    }
                    None if outermost && status == NtStatus::USER_APC => Next::goto(Self::Deliver { status }),
                    None => Next::Return(Returned::status(status)),
                }
            }
            Self::Deliver { status } => {
                k.run_user_apc(thread);
                match Thread::USER_APCS.first(&k[thread]) {
                    Some(_) => Next::goto(self),
                    None => Next::Return(Returned::status(status)),
                }
            }
        }
    }
}

impl Kernel {
    /// Whether the thread stands on wait lists, of objects or of a port's packets, and nobody has ended its wait yet.
    pub fn is_waiting(&self, thread: Id<Thread>) -> bool {
        let ended = |thread: &Thread| thread.wait_status.is_some() || thread.handed.is_some();
        self.manner(thread).is_some() && !ended(&self[thread])
    }

    /// Whether a thread that waits could be satisfied now.
    pub(crate) fn could_be_satisfied(&self, thread: Id<Thread>) -> bool {
        let mut blocks = Thread::WAIT_BLOCKS.of(&self[thread]);
        match self.manner(thread) {
            Some(Manner { all: true, .. }) => blocks.all(|object| self.satisfies(object, thread)),
            Some(_) => blocks.any(|object| self.satisfies(object, thread)),
            None => false,
        }
    }

    fn manner(&self, thread: Id<Thread>) -> Option<Manner> {
        match self.stack(thread).last() {
            Some(Frame::Wait(KeWaitForMultipleObjects::Wait { all, alertable, timeout })) => {
                Some(Manner { all: *all, alertable: *alertable, timeout: *timeout })
            }
            Some(Frame::RemoveIoCompletion(NtRemoveIoCompletion::Wait { alertable, timeout, .. })) => {
                Some(Manner { all: false, alertable: *alertable, timeout: *timeout })
            }
            _ => None,
        }
    }

    /// One look at everything that could end the wait; if nothing does, the thread joins the wait lists.
    pub(crate) fn look(&mut self, thread: Id<Thread>, manner: Manner) -> Next {
        let Manner { all, alertable, timeout } = manner;
        let over = |status| Next::goto(KeWaitForMultipleObjects::Release { status });
        if alertable && self[thread].alerted {
            self.set(thread, Thread::ALERTED, false, "the wait is alertable and sees the alert");
            return over(NtStatus::ALERTED);
        }
        if alertable && Thread::USER_APCS.first(&self[thread]).is_some() {
            return over(NtStatus::USER_APC);
        }
        if let Some(status) = self.try_wait(thread, all) {
            return over(status);
        }
        if timeout == Timeout::Zero {
            return over(NtStatus::TIMEOUT);
        }
        let blocks: Vec<Id<Object>> = Thread::WAIT_BLOCKS.of(&self[thread]).collect();
        for object in blocks {
            if !Object::WAITERS.holds(&self[object], thread) {
                self.push(object, Object::WAITERS, thread, "the thread waits for the object");
            }
        }
        Next::goto(KeWaitForMultipleObjects::Wait { all, alertable, timeout })
    }

    /// If the objects of the thread's wait satisfy it: takes from them what the wait takes, and says how it ended.
    fn try_wait(&mut self, thread: Id<Thread>, all: bool) -> Option<NtStatus> {
        let blocks: Vec<Id<Object>> = Thread::WAIT_BLOCKS.of(&self[thread]).collect();
        let satisfied = |k: &Kernel, object: Id<Object>| k.satisfies(object, thread);
        let first = blocks.iter().position(|object| satisfied(self, *object))?;
        if all && !blocks.iter().all(|object| satisfied(self, *object)) {
            return None;
        }
        let taken = if all { &blocks[..] } else { &blocks[first..=first] };
        if taken.iter().any(|object| self.is_at_limit(*object)) {
            return Some(NtStatus::MUTANT_LIMIT_EXCEEDED);
        }
        let mut abandoned = false;
        for object in taken {
            abandoned |= self.satisfy_wait(*object, thread);
        }
        let base = if abandoned { NtStatus::ABANDONED_WAIT_0 } else { NtStatus::SUCCESS };
        Some(NtStatus(base.0 + if all { 0 } else { first as u32 }))
    }

    /// KiWaitTest: the object may be signalled now. Satisfies as many waits as it can, first come first served.
    pub(crate) fn wake_waiters(&mut self, object: Id<Object>) {
        let waiters: Vec<Id<Thread>> = Object::WAITERS.of(&self[object]).collect();
        for thread in waiters {
            let Some(Manner { all, .. }) = self.manner(thread) else { continue };
            if let Some(status) = self.try_wait(thread, all) {
                self.end_wait(thread, status, "the signal satisfied the thread's wait");
            }
        }
    }

    /// KeAlertThread: ends an alertable wait; else the next one sees the alert.
    pub(crate) fn alert_thread(&mut self, thread: Id<Thread>) {
        match self.waits_alertably(thread) {
            true => self.end_wait(thread, NtStatus::ALERTED, "an alert ended the thread's wait"),
            false => self.set(thread, Thread::ALERTED, true, "the program alerted the thread"),
        }
    }

    /// Whether the thread is in a wait that an alert or a user APC ends.
    pub(crate) fn waits_alertably(&self, thread: Id<Thread>) -> bool {
        self.is_waiting(thread) && self.manner(thread).is_some_and(|manner| manner.alertable)
    }

    /// KiUnwaitThread.
    pub(crate) fn end_wait(&mut self, thread: Id<Thread>, status: NtStatus, why: &'static str) {
        self.leave_wait_lists(thread);
        self.set(thread, Thread::WAIT_STATUS, Some(status), why);
    }

    /// Takes the thread off the wait lists it stands on.
    pub(crate) fn leave_wait_lists(&mut self, thread: Id<Thread>) {
        let blocks: Vec<Id<Object>> = Thread::WAIT_BLOCKS.of(&self[thread]).collect();
        for object in blocks {
            self.remove(object, Object::WAITERS, thread, "the thread does not wait for the object any more");
        }
        if let Some(Frame::RemoveIoCompletion(NtRemoveIoCompletion::Wait { port, .. })) =
            self.stack(thread).last().copied()
        {
            self.remove(port, Port::WAITERS, thread, "the thread stops waiting");
        }
    }

    /// A special kernel APC takes the thread out of its wait; after it the thread looks again.
    pub(crate) fn interrupt_wait(&mut self, thread: Id<Thread>) {
        if !self.is_waiting(thread) {
            return;
        }
        let look: Frame = match self.stack(thread).last() {
            Some(Frame::Wait(KeWaitForMultipleObjects::Wait { all, alertable, timeout })) => {
                KeWaitForMultipleObjects::Look { all: *all, alertable: *alertable, timeout: *timeout }.into()
            }
            Some(Frame::RemoveIoCompletion(NtRemoveIoCompletion::Wait {
                port,
                count,
                alertable,
                timeout,
            })) => {
                let (port, count, alertable, timeout) = (*port, *count, *alertable, *timeout);
                NtRemoveIoCompletion::Look { port, count, alertable, timeout }.into()
            }
            _ => return,
        };
        self.leave_wait_lists(thread);
        self.go_to(thread, look);
    }
}
