//! NtCreateIoRing, NtSubmitIoRing and NtSetInformationIoRing.

use crate::frame::{Next, Returned, Routine, Value, steps};
use crate::io::ring::IoRing;
use crate::kernel::Kernel;
use crate::nt::io_ring_entry::IopProcessIoRingEntry;
use crate::nt::wait::Timeout;
use crate::ob::header::{Body, Object};
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// EVENT_MODIFY_STATE.
const EVENT_MODIFY_STATE: Access = Access(2);

steps! {
    /// NtSubmitIoRing (SubmitIoRing): performs every entry of the submission queue, one after the other, and waits until
    /// so many entries are in the completion queue.
    ///
    /// Returns how many entries were submitted. An entry that fails is an entry of the completion queue, and no error of the
    /// call; an error of the call leaves every entry where it is. Errors: those of ObReferenceObjectByHandle;
    /// STATUS_IORING_SUBMIT_IN_PROGRESS while another thread submits; STATUS_INVALID_PARAMETER for a number to wait for above
    /// what is submitted and in flight; STATUS_IORING_COMPLETION_QUEUE_TOO_FULL if the completions might not fit;
    /// STATUS_TIMEOUT when the time of the wait has run out, after everything was submitted. Sources: Win32, SubmitIoRing;
    /// windows-internals.com, "One Year to I/O Ring: What Changed?".
    pub enum NtSubmitIoRing = "NtSubmitIoRing" {
        Reference { ring: Handle, wait: u32, timeout: Timeout } = "enter", "reference the ring by its handle";
        Begin { wait: u32, timeout: Timeout } = "begin", "check the parameters and the room in the completion queue";
        Submit { ring: Id<IoRing>, wait: u32, timeout: Timeout, submitted: u32 }
            = "next", "take the next entry out of the submission queue and perform it";
        Wait { ring: Id<IoRing>, wait: u32, timeout: Timeout, submitted: u32 }
            = "wait", "wait until so many entries are in the completion queue";
        LetRingGo { ring: Id<IoRing>, returned: Returned } = "drop", "let the ring go";
        Return { returned: Returned } = "return", "return";
    }
}

impl NtSubmitIoRing {
    /// The call.
    pub const fn of(ring: Handle, wait: u32, timeout: Timeout) -> NtSubmitIoRing {
        NtSubmitIoRing::Reference { ring, wait, timeout }
    }
}

impl Routine for NtSubmitIoRing {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::Wait { ring, wait, .. } => k.has_completed(ring, wait) || k[thread].terminating,
            _ => true,
        }
    }

    fn time_out(self) -> Option<Next> {
        match self {
            Self::Wait { ring, timeout: Timeout::Finite, submitted, .. } => {
                Some(Next::goto(Self::LetRingGo { ring, returned: timed_out(submitted) }))
            }
            _ => None,
        }
    }

    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { ring, wait, timeout } => {
                let by_handle = k.by_handle(thread, ring, ObjectType::IoRing, Access(0), Purpose::Service);
                Next::call(Self::Begin { wait, timeout }, by_handle)
            }
            Self::Begin { wait, timeout } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let ring = k.ring_at(returned.value.object());
                if let Some(status) = k.refused_submission(ring, wait) {
                    return Next::goto(Self::LetRingGo { ring, returned: Returned::status(status) });
                }
                k.set(ring, IoRing::SUBMITTER, Some(thread), "one thread submits at a time");
                Next::goto(Self::Submit { ring, wait, timeout, submitted: 0 })
            }
            Self::Submit { ring, wait, timeout, submitted } => {
                k.forget_returned(thread);
                if let Some(sqe) = IoRing::SUBMISSION.first(&k[ring]) {
                    k.remove(ring, IoRing::SUBMISSION, sqe, "the system takes it");
                    let resume = Self::Submit { ring, wait, timeout, submitted: submitted + 1 };
                    return Next::call(resume, IopProcessIoRingEntry::Start { ring, sqe });
                }
                k.set(ring, IoRing::SUBMITTER, None, "everything was submitted");
                if wait > 0 && timeout == Timeout::Zero && !k.has_completed(ring, wait) {
                    return Next::goto(Self::LetRingGo { ring, returned: timed_out(submitted) });
                }
                match wait {
                    0 => Next::goto(Self::LetRingGo { ring, returned: Returned::number(submitted) }),
                    _ => Next::goto(Self::Wait { ring, wait, timeout, submitted }),
                }
            }
            Self::Wait { ring, wait, submitted, .. } => {
                let returned = match k.has_completed(ring, wait) {
                    true => Returned::number(submitted),
                    false => Returned::status(NtStatus::THREAD_IS_TERMINATING),
                };
                Next::goto(Self::LetRingGo { ring, returned })
            }
            Self::LetRingGo { ring, returned } => {
                let drop = ObDereferenceObject::Drop { object: k[ring].object, purpose: Purpose::Service };
                Next::call(Self::Return { returned }, drop)
            }
            Self::Return { returned } => {
                k.forget_returned(thread);
                Next::Return(returned)
            }
        }
    }
}

const fn timed_out(submitted: u32) -> Returned {
    Returned { status: NtStatus::TIMEOUT, value: Value::Number(submitted) }
}

impl Kernel {
    fn ring_at(&self, object: Id<Object>) -> Id<IoRing> {
        match self[object].body {
            Body::IoRing(ring) => ring,
            other => unreachable!("the type was checked: {other:?}"),
        }
    }

    /// Whether so many entries are in the completion queue.
    fn has_completed(&self, ring: Id<IoRing>, wait: u32) -> bool {
        self.completions(ring) >= wait as usize
    }

    /// Why nothing is submitted, if so.
    fn refused_submission(&self, ring: Id<IoRing>, wait: u32) -> Option<NtStatus> {
        let record = &self[ring];
        let outstanding = IoRing::SUBMISSION.of(record).len() + self.operations_in_flight(ring);
        let completions = outstanding + self.completions(ring);
        if record.submitter.is_some() {
            Some(NtStatus::IORING_SUBMIT_IN_PROGRESS)
        } else if wait as usize > outstanding {
            Some(NtStatus::INVALID_PARAMETER)
        } else if completions > record.completion_queue_size as usize {
            Some(NtStatus::IORING_COMPLETION_QUEUE_TOO_FULL)
        } else {
            None
        }
    }
}

steps! {
    /// NtSetInformationIoRing (SetIoRingCompletionEvent): the ring sets this event from now on when its completion queue
    /// is not empty any more, and lets the one go that it had.
    ///
    /// It holds the event, so that the program can close its handle; [`Handle::NULL`] is none. Errors: those of
    /// ObReferenceObjectByHandle for the ring; STATUS_INVALID_PARAMETER for a handle that is no event. Source: Win32,
    /// SetIoRingCompletionEvent.
    pub enum NtSetInformationIoRing = "NtSetInformationIoRing" {
        Reference { ring: Handle, event: Handle } = "enter", "reference the ring by its handle";
        ReferenceEvent { event: Handle } = "event", "reference the event; the ring will keep this reference";
        Set { ring: Id<IoRing> } = "set", "the ring has this event from now on";
        LetRingGo { ring: Id<IoRing>, old: Option<Id<Object>>, status: NtStatus }
            = "drop", "let the event go that the ring had, and the ring";
        Return { status: NtStatus } = "return", "return";
    }
}

impl Routine for NtSetInformationIoRing {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { ring, event } => {
                let by_handle = k.by_handle(thread, ring, ObjectType::IoRing, Access(0), Purpose::Service);
                Next::call(Self::ReferenceEvent { event }, by_handle)
            }
            Self::ReferenceEvent { event } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let ring = k.ring_at(returned.value.object());
                if event == Handle::NULL {
                    return Next::goto(k.exchange_event(ring, None));
                }
                let purpose = Purpose::RingEvent;
                let by_handle = k.by_handle(thread, event, ObjectType::Event, EVENT_MODIFY_STATE, purpose);
                Next::call(Self::Set { ring }, by_handle)
            }
            Self::Set { ring } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    let status = NtStatus::INVALID_PARAMETER;
                    return Next::goto(Self::LetRingGo { ring, old: None, status });
                }
                Next::goto(k.exchange_event(ring, Some(returned.value.object())))
            }
            Self::LetRingGo { ring, old, status } => {
                k.forget_returned(thread);
                if let Some(object) = old {
                    let drop = ObDereferenceObject::Drop { object, purpose: Purpose::RingEvent };
                    return Next::call(Self::LetRingGo { ring, old: None, status }, drop);
                }
                let drop = ObDereferenceObject::Drop { object: k[ring].object, purpose: Purpose::Service };
                Next::call(Self::Return { status }, drop)
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::fail(status)
            }
        }
    }
}

impl Kernel {
    fn exchange_event(&mut self, ring: Id<IoRing>, event: Option<Id<Object>>) -> NtSetInformationIoRing {
        let old = self[ring].event;
        self.set(ring, IoRing::EVENT, event, "the ring sets this event from now on");
        NtSetInformationIoRing::LetRingGo { ring, old, status: NtStatus::SUCCESS }
    }
}
