//! Random services of what can be waited for, and random waits.

use sim_core::frame::Frame;
use sim_core::nt::apc::{NtAlertThread, NtQueueApcThread};
use sim_core::nt::close::NtClose;
use sim_core::nt::create_object::{NtCreateEvent, NtCreateMutant, NtCreateSemaphore, NtCreateTimer};
use sim_core::nt::delay::NtDelayExecution;
use sim_core::nt::event::{NtPulseEvent, NtSetEvent};
use sim_core::nt::mutant::{NtQueryMutant, NtReleaseMutant};
use sim_core::nt::semaphore::NtReleaseSemaphore;
use sim_core::nt::signal_and_wait::NtSignalAndWaitForSingleObject;
use sim_core::nt::timer::{NtCancelTimer, NtSetTimer};
use sim_core::nt::wait::{NtWaitForMultipleObjects, NtWaitForSingleObject, Timeout};
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::header::{Body, Object};
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ps::thread::Thread;
use sim_core::{Handle, Id};

use crate::Machine;

impl Machine {
    /// A handle of the thread's process to an object of which this is true.
    pub(crate) fn handle_to(
        &self,
        thread: Id<Thread>,
        wanted: impl Fn(Id<Object>) -> bool,
    ) -> Option<Handle> {
        let mut open = self.k.table(self.k[thread].process).open();
        open.find(|(_, entry)| entry.object.is_some_and(&wanted)).map(|(handle, _)| handle)
    }

    /// Whether a wait for the object would last, and somebody else's doing could end it.
    pub(crate) fn is_worth_a_wait(&self, object: Id<Object>) -> bool {
        let body = self.k[object].body;
        let waitable = matches!(body, Body::Event(_) | Body::Semaphore(_) | Body::Mutant(_) | Body::Timer(_));
        waitable && !self.k.is_signaled(object)
    }

    pub(crate) fn is_thread_that_waits(&self, object: Id<Object>) -> bool {
        matches!(self.k[object].body, Body::Thread(other) if self.k.is_waiting(other))
    }

    /// A service that may end the waits for an object, or the wait of a thread.
    pub(crate) fn signal(&mut self, thread: Id<Thread>, handle: Handle, pick: usize) -> Frame {
        let waiting = self.handle_to(thread, |object| self.is_thread_that_waits(object));
        match (waiting, pick % 5) {
            (Some(waiting), 0) => return NtAlertThread::of(waiting).into(),
            (Some(waiting), 1) => return NtQueueApcThread::of(waiting, self.k.create_apc(false)).into(),
            (_, 2) => return NtClose::of(handle).into(),
            _ => {}
        }
        let entry = self.k.entry(self.k[thread].process, handle).and_then(|entry| entry.object);
        match entry.map(|object| self.k[object].body) {
            Some(Body::Semaphore(_)) => NtReleaseSemaphore::of(handle, 1 + pick as u32 % 2).into(),
            Some(Body::Mutant(_)) => NtReleaseMutant::of(handle).into(),
            Some(Body::Timer(_)) => NtSetTimer::of(handle, pick.is_multiple_of(2), false).into(),
            _ if pick.is_multiple_of(2) => NtPulseEvent::of(handle).into(),
            _ => NtSetEvent::of(handle, true).into(),
        }
    }

    /// A service of what can be waited for, or a wait.
    pub(crate) fn wait_service(
        &mut self,
        thread: Id<Thread>,
        handle: Handle,
        second: Handle,
        pick: usize,
    ) -> Frame {
        let (odd, alertable) = (pick & 32 != 0, pick & 64 != 0);
        let (access, attributes) = (MAXIMUM_ALLOWED, ObjectAttributes::UNNAMED);
        let timeout = Timeout::ALL[pick / 128 % Timeout::ALL.len()];
        let waiting = self.handle_to(thread, |object| self.is_thread_that_waits(object)).unwrap_or(handle);
        let lasting = self.handle_to(thread, |object| self.is_worth_a_wait(object));
        let handle = lasting.filter(|_| alertable != odd).unwrap_or(handle);
        match pick % 20 {
            0 if odd => {
                NtCreateEvent::Create { access, attributes, manual_reset: alertable, signaled: false }.into()
            }
            0 => NtCreateSemaphore::Create { access, attributes, initial: 0, limit: 2 }.into(),
            1 => NtReleaseSemaphore::of(handle, 1).into(),
            2 | 3 => NtCreateMutant::Create { access, attributes, owned: odd }.into(),
            4 => NtReleaseMutant::of(handle).into(),
            5 => NtCreateTimer::Create { access, attributes, manual_reset: odd }.into(),
            6 => NtSetTimer::of(handle, false, odd).into(),
            7 if odd => NtCancelTimer::of(handle).into(),
            7 => NtQueryMutant::of(handle).into(),
            8 => NtPulseEvent::of(handle).into(),
            9 => {
                let apc = self.k.create_apc(false);
                NtQueueApcThread::of(if odd { Handle::CURRENT_THREAD } else { handle }, apc).into()
            }
            10 => NtAlertThread::of(waiting).into(),
            11 => NtDelayExecution::Delay { alertable, timeout }.into(),
            12 => NtSignalAndWaitForSingleObject::ReferenceSignal {
                signal: handle,
                wait: second,
                alertable,
                timeout,
            }
            .into(),
            13 => ObDuplicateObject::Reference {
                source: self.k[thread].process,
                handle: Handle::CURRENT_THREAD,
                target: Some(self.processes[0]),
                wanted: Wanted::same_access(0, false),
            }
            .into(),
            14 => NtSetEvent::of(handle, true).into(),
            15 => NtQueueApcThread::of(waiting, self.k.create_apc(false)).into(),
            16 => NtWaitForSingleObject::Reference { handle, alertable, timeout }.into(),
            _ => {
                let handles = [handle, second, handle];
                self.k.pass_handles(thread, &handles[..2 + usize::from(!odd)]);
                NtWaitForMultipleObjects::of(odd, alertable, timeout).into()
            }
        }
    }
}
