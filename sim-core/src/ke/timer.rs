//! Timers. The model has no clock: a timer that is set can become due at any moment.

use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ps::schedule::{Choice, Step};
use crate::record::record;
use crate::word::Id;

record! {
    /// KTIMER.
    pub struct Timer: Timer {
        /// Its header.
        OBJECT object: Id<Object>,
        /// A notification timer: a wait does not reset it.
        MANUAL_RESET manual_reset: bool,
        /// It was set and is not due yet; a periodic one stays so (KTIMER.Header.Inserted).
        SET set: bool as "set",
        /// It becomes due again and again.
        PERIODIC periodic: bool,
        /// Its state.
        SIGNALED signaled: bool as "signaled",
    }
    lists {}
}

impl Kernel {
    /// KeSetTimer: resets the timer and sets it anew; one whose time is past is due at once. Returns the state from
    /// before.
    pub(crate) fn set_timer(&mut self, timer: Id<Timer>, due_at_once: bool, periodic: bool) -> bool {
        let why = "the program set the timer";
        let before = self[timer].signaled;
        self.set(timer, Timer::SIGNALED, false, "setting a timer resets it");
        self.set(timer, Timer::PERIODIC, periodic, why);
        self.set(timer, Timer::SET, true, why);
        if due_at_once {
            self.expire_timer(timer);
        }
        before
    }

    /// KeCancelTimer: the timer will not become due. Its state stays as it is.
    pub(crate) fn cancel_timer(&mut self, timer: Id<Timer>, why: &'static str) {
        self.set(timer, Timer::SET, false, why);
    }

    /// KiTimerExpiration: the timer is due.
    pub(crate) fn expire_timer(&mut self, timer: Id<Timer>) {
        let why = "the timer is due";
        self.set(timer, Timer::SET, self[timer].periodic, why);
        self.set(timer, Timer::SIGNALED, true, why);
        self.wake_waiters(self[timer].object);
    }

    /// The timers that can become due now and make a difference by it, as steps.
    pub fn timers_due(&self) -> impl Iterator<Item = Step> {
        let stopped = self.has_stopped();
        let due = move |timer: &Timer| timer.set && !(timer.periodic && timer.signaled) && !stopped;
        self.all::<Timer>()
            .filter(move |(_, timer)| due(timer))
            .map(|(timer, _)| Step { thread: Id::at(0), choice: Choice::TimerDue(timer) })
    }
}
