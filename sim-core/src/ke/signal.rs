//! Whether an object satisfies a wait, and what a satisfied wait takes from it.

use crate::io::port::Port;
use crate::ke::event::Event;
use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::word::Id;

impl Kernel {
    /// Whether a wait on the object is satisfied now. What cannot be waited for always is.
    pub fn is_signaled(&self, object: Id<Object>) -> bool {
        match self[object].body {
            Body::Event(event) => self[event].signaled,
            Body::File(file) => self[file].signaled,
            Body::Port(port) => self[port].closed || Port::PACKETS.first(&self[port]).is_some(),
            Body::Process(process) => self[process].ended,
            Body::Thread(thread) => self[thread].ended,
            Body::Job(_) => false,
            Body::Device(_) | Body::Opaque(_) => true,
        }
    }

    /// What a satisfied wait changes: it resets a synchronization event.
    pub(crate) fn satisfy_wait(&mut self, object: Id<Object>) {
        if let Body::Event(event) = self[object].body
            && !self[event].manual_reset
        {
            self.set(event, Event::SIGNALED, false, "the wait consumed the signal of an auto-reset event");
        }
    }
}
