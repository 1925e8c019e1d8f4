//! The services of events.

use crate::ke::event::Event;
use crate::nt::object_service::object_service;

object_service! {
    /// NtSetEvent and NtResetEvent: sets the event's state to `signaled`. Returns the state from before.
    ///
    /// A set satisfies waits in the same step. Source: WDK, KeSetEvent, KeResetEvent.
    NtSetEvent = "NtSetEvent", (signaled: bool), Event, access 2, "set" "set the event's state",
    |k, _, event, signaled| {
        let before = k[event].signaled;
        let why = if signaled { "the program set the event" } else { "the program reset the event" };
        k.set(event, Event::SIGNALED, signaled, why);
        k.wake_waiters(k[event].object);
        Ok(u32::from(before))
    }
}

object_service! {
    /// NtClearEvent: resets the event. Source: WDK, KeClearEvent.
    NtClearEvent = "NtClearEvent", (), Event, access 2, "clear" "reset the event",
    |k, _, event| {
        k.set(event, Event::SIGNALED, false, "the program reset the event");
        Ok(0)
    }
}

object_service! {
    /// NtPulseEvent: satisfies the waits that a set event satisfies, and leaves the event reset. Returns the state
    /// from before.
    ///
    /// A thread that an APC has taken out of its wait is not there to be released. Sources: WDK, KePulseEvent; Win32,
    /// PulseEvent.
    NtPulseEvent = "NtPulseEvent", (), Event, access 2, "pulse" "release who waits now, and reset the event",
    |k, _, event| {
        let before = k[event].signaled;
        k.set(event, Event::SIGNALED, true, "the program pulsed the event");
        k.wake_waiters(k[event].object);
        k.set(event, Event::SIGNALED, false, "a pulsed event is reset at once");
        Ok(u32::from(before))
    }
}

object_service! {
    /// NtQueryEvent: returns EVENT_BASIC_INFORMATION.EventState. Source: Wine ntdll/tests/sync.c, test_event.
    NtQueryEvent = "NtQueryEvent", (), Event, access 1, "query" "read the event's state",
    |k, _, event| Ok(u32::from(k[event].signaled))
}
