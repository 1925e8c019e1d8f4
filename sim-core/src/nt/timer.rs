//! The services of timers.

use crate::ke::timer::Timer;
use crate::nt::object_service::object_service;

object_service! {
    /// NtSetTimer: resets the timer and sets it anew. Returns the state from before.
    ///
    /// One set for a time that is past is due at once; any other at some time. Timers with an APC are not modelled.
    /// Source: Win32, SetWaitableTimer, Waitable Timer Objects.
    NtSetTimer = "NtSetTimer", (due_at_once: bool, periodic: bool), Timer, access 2, "set" "reset the timer and set it",
    |k, _, timer, due_at_once, periodic| Ok(u32::from(k.set_timer(timer, due_at_once, periodic)))
}

object_service! {
    /// NtCancelTimer: the timer will not become due; its state stays. Returns that state.
    ///
    /// Source: Win32, CancelWaitableTimer.
    NtCancelTimer = "NtCancelTimer", (), Timer, access 2, "cancel" "the timer will not become due",
    |k, _, timer| {
        k.cancel_timer(timer, "the program cancelled the timer");
        Ok(u32::from(k[timer].signaled))
    }
}

object_service! {
    /// NtQueryTimer: returns TIMER_BASIC_INFORMATION.TimerState. Source: Win32, Waitable Timer Objects.
    NtQueryTimer = "NtQueryTimer", (), Timer, access 1, "query" "read the timer's state",
    |k, _, timer| Ok(u32::from(k[timer].signaled))
}
