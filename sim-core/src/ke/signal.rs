//! Whether an object satisfies a wait, and what a satisfied wait takes from it.

use crate::io::port::Port;
use crate::ke::event::Event;
use crate::ke::semaphore::Semaphore;
use crate::ke::timer::Timer;
use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ps::thread::Thread;
use crate::word::Id;

impl Kernel {
    /// Whether a wait on the object is satisfied now. What has no state of its own always is.
    pub fn is_signaled(&self, object: Id<Object>) -> bool {
        match self[object].body {
            Body::Event(event) => self[event].signaled,
            Body::Semaphore(semaphore) => self[semaphore].current_count > 0,
            Body::Mutant(mutant) => self[mutant].owner.is_none(),
            Body::Timer(timer) => self[timer].signaled,
            Body::File(file) => self[file].signaled,
            Body::Port(port) => self[port].closed || Port::PACKETS.first(&self[port]).is_some(),
            Body::Process(process) => self[process].ended,
            Body::Thread(thread) => self[thread].ended,
            Body::Job(job) => self[job].signaled,
            _ => true,
        }
    }

    /// Whether this thread's wait on the object is satisfied now: a mutant's owner can always have it once more.
    pub(crate) fn satisfies(&self, object: Id<Object>, thread: Id<Thread>) -> bool {
        let owned = |mutant: Id<crate::ke::mutant::Mutant>| self[mutant].owner == Some(thread);
        self.is_signaled(object) || matches!(self[object].body, Body::Mutant(mutant) if owned(mutant))
    }

    /// Whether the object is a mutant whose owner cannot acquire it once more.
    pub(crate) fn is_at_limit(&self, object: Id<Object>) -> bool {
        matches!(self[object].body, Body::Mutant(mutant) if self[mutant].is_at_limit())
    }

    /// What a satisfied wait of a thread takes from an object. True if it was an abandoned mutant.
    pub(crate) fn satisfy_wait(&mut self, object: Id<Object>, thread: Id<Thread>) -> bool {
        match self[object].body {
            Body::Event(event) if !self[event].manual_reset => {
                self.set(
                    event,
                    Event::SIGNALED,
                    false,
                    "the wait consumed the signal of an auto-reset event",
                );
            }
            Body::Timer(timer) if !self[timer].manual_reset => {
                self.set(
                    timer,
                    Timer::SIGNALED,
                    false,
                    "the wait consumed the signal of an auto-reset timer",
                );
            }
            Body::Semaphore(semaphore) => {
                let count = self[semaphore].current_count - 1;
                self.set(semaphore, Semaphore::CURRENT_COUNT, count, "the wait took one");
            }
            Body::Mutant(mutant) => {
                return self.acquire_mutant(mutant, thread, "the wait acquired the mutant");
            }
            _ => {}
        }
        false
    }
}
