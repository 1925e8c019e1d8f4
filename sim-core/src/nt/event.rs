//! NtSetEvent and NtResetEvent.

use crate::frame::{Next, Routine, steps};
use crate::ke::event::Event;
use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::word::{Access, Handle, Id, Word};

/// EVENT_MODIFY_STATE.
const EVENT_MODIFY_STATE: Access = Access(2);

steps! {
    /// NtSetEvent and NtResetEvent: sets the event's state to `signaled`.
    ///
    /// Goes on in ObReferenceObjectByHandle. Errors: those of ObReferenceObjectByHandle.
    pub enum NtSetEvent = "NtSetEvent" {
        Reference { handle: Handle, signaled: bool } = "enter", "reference the event by its handle";
        Set { signaled: bool } = "set", "set the event's state";
        Drop { object: Id<Object> } = "drop", "let the event go";
    }
}

impl NtSetEvent {
    /// The call.
    pub const fn of(handle: Handle, signaled: bool) -> NtSetEvent {
        NtSetEvent::Reference { handle, signaled }
    }
}

impl Routine for NtSetEvent {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. } | Self::Drop { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { handle, signaled } => {
                let reference = ObReferenceObjectByHandle::LockEntry {
                    process: k[thread].process,
                    handle,
                    wanted: Some(ObjectType::Event),
                    access: EVENT_MODIFY_STATE,
                    purpose: Purpose::Service,
                };
                Next::call(Self::Set { signaled }, reference)
            }
            Self::Set { signaled } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let object: Id<Object> = Id::from_word(u64::from(returned.value));
                if let Body::Event(event) = k[object].body {
                    let why =
                        if signaled { "the program set the event" } else { "the program reset the event" };
                    k.set(event, Event::SIGNALED, signaled, why);
                }
                Next::goto(Self::Drop { object })
            }
            Self::Drop { object } => {
                Next::goto(ObDereferenceObject::Drop { object, purpose: Purpose::Service })
            }
        }
    }
}
