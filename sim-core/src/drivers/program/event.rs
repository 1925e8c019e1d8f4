//! Events of a driver's program: KEVENT.
//!
//! A driver that passes an IRP on and waits for its end has the event in its own variables, and gives its address to the
//! completion routine as its Context. When the routine has returned, its event is gone.

use crate::drivers::program::activation::Activation;
use crate::drivers::program::code::{Deed, LocalEvent};
use crate::drivers::program::object::DriverObject;
use crate::drivers::program::primitive::Primitive;
use crate::drivers::program::run::RunRoutine;
use crate::finding::{About, Rule};
use crate::frame::Next;
use crate::kernel::Kernel;
use crate::word::{Id, word_enum};

word_enum! {
    /// What an event of a driver's is like.
    pub enum EventState {
        /// KeInitializeEvent was not called: an event that the device keeps is a NotificationEvent, not signalled.
        NotInitialized = "no",
        /// A NotificationEvent that is not signalled.
        NotSignaled = "no",
        /// A NotificationEvent that is signalled.
        Signaled = "yes",
        /// A SynchronizationEvent that is not signalled.
        SynchronizationNotSignaled = "no",
        /// A SynchronizationEvent that is signalled: for one wait.
        SynchronizationSignaled = "yes",
    }
}

impl EventState {
    const fn of(is_synchronization: bool, is_signaled: bool) -> EventState {
        match (is_synchronization, is_signaled) {
            (false, false) => EventState::NotSignaled,
            (false, true) => EventState::Signaled,
            (true, false) => EventState::SynchronizationNotSignaled,
            (true, true) => EventState::SynchronizationSignaled,
        }
    }

    const fn is_synchronization(self) -> bool {
        matches!(self, EventState::SynchronizationNotSignaled | EventState::SynchronizationSignaled)
    }

    const fn is_signaled(self) -> bool {
        matches!(self, EventState::Signaled | EventState::SynchronizationSignaled)
    }
}

/// An event: one that a device keeps, or else the one in the variables of that routine.
type Event = (Option<Id<DriverObject>>, Id<Activation>);

impl Kernel {
    fn event_state(&self, (object, call): Event) -> EventState {
        object.map_or(self[call].event, |object| self[object].state)
    }

    fn set_event_state(&mut self, (object, call): Event, state: EventState, why: &'static str) {
        match object {
            Some(object) => self.set(object, DriverObject::STATE, state, why),
            None => self.set(call, Activation::EVENT, state, why),
        }
    }

    /// KeInitializeEvent, KeSetEvent, KeClearEvent and KeWaitForSingleObject.
    pub(crate) fn use_event(
        &mut self,
        call: Id<Activation>,
        object: Option<Id<DriverObject>>,
        deed: &Deed,
    ) -> Next {
        if deed.event == Some(LocalEvent::Context) && !self[call].context {
            self.report(Rule::NullPointerUsed, About::Object(self[self[call].device].object), 0);
            return Next::SUCCESS;
        }
        let owner = match deed.event {
            Some(LocalEvent::Context) => self.waiting_routine(call),
            _ => Some(call),
        };
        let Some(owner) = owner else {
            self.report(Rule::EventUsedAfterReturn, About::Object(self[self[call].device].object), 0);
            return Next::SUCCESS;
        };
        let event = (object, owner);
        let is_synchronization = self.event_state(event).is_synchronization();
        match deed.primitive {
            Primitive::KeInitializeEvent => {
                self.set_event_state(
                    event,
                    EventState::of(deed.flag, deed.state),
                    "the driver initialises it",
                );
            }
            Primitive::KeSetEvent => {
                self.set_event_state(
                    event,
                    EventState::of(is_synchronization, true),
                    "the driver signals it",
                );
            }
            Primitive::KeClearEvent => {
                self.set_event_state(
                    event,
                    EventState::of(is_synchronization, false),
                    "the driver clears it",
                );
            }
            _ => return Next::goto(RunRoutine::WaitForEvent { call, event: object }),
        }
        Next::goto(self.next_step(call))
    }

    /// Whether a wait for an event can end.
    pub(crate) fn is_event_signaled(&self, call: Id<Activation>, object: Option<Id<DriverObject>>) -> bool {
        self.event_state((object, call)).is_signaled()
    }

    /// A wait for an event ends, and takes the signal of a SynchronizationEvent.
    pub(crate) fn end_wait_for_event(
        &mut self,
        call: Id<Activation>,
        object: Option<Id<DriverObject>>,
    ) -> Next {
        if self.event_state((object, call)).is_synchronization() {
            let state = EventState::SynchronizationNotSignaled;
            self.set_event_state((object, call), state, "the wait takes the signal");
        }
        Next::goto(self.next_step(call))
    }

    /// The routine that has passed the IRP of a completion routine on, with an event in its variables. None if it has
    /// returned.
    fn waiting_routine(&self, completion: Id<Activation>) -> Option<Id<Activation>> {
        let Activation { device, irp, .. } = self[completion];
        self.all::<Activation>()
            .find(|(call, activation)| {
                let has_event = activation.event != EventState::NotInitialized;
                *call != completion && activation.device == device && activation.irp == irp && has_event
            })
            .map(|(call, _)| call)
    }
}
