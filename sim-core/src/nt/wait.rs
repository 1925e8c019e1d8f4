//! NtWaitForSingleObject.

use crate::frame::{Next, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id, word_enum};

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

/// SYNCHRONIZE.
const SYNCHRONIZE: Access = Access(0x0010_0000);

steps! {
    /// NtWaitForSingleObject: waits until the object is signalled.
    ///
    /// The wait holds a reference: closing the handle meanwhile neither ends the wait nor frees the object.
    /// Returns STATUS_SUCCESS or STATUS_TIMEOUT. Errors: those of ObReferenceObjectByHandle.
    pub enum NtWaitForSingleObject = "NtWaitForSingleObject" {
        Reference { handle: Handle, timeout: Timeout } = "enter", "reference the object by its handle";
        Look { timeout: Timeout } = "look", "is the object signalled already?";
        Wait { object: Id<Object>, timeout: Timeout } = "wait", "wait until the object is signalled";
        End { object: Id<Object>, status: NtStatus } = "end", "the wait is over: let the object go";
        Return { status: NtStatus } = "return", "return how the wait ended";
    }
}

impl NtWaitForSingleObject {
    /// The call.
    pub const fn of(handle: Handle, timeout: Timeout) -> NtWaitForSingleObject {
        NtWaitForSingleObject::Reference { handle, timeout }
    }
}

impl Routine for NtWaitForSingleObject {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::Wait { object, .. } => k.is_signaled(object) || k[thread].terminating,
            _ => true,
        }
    }

    fn time_out(self) -> Option<Next> {
        match self {
            Self::Wait { object, timeout: Timeout::Finite } => {
                Some(Next::goto(Self::End { object, status: NtStatus::TIMEOUT }))
            }
            _ => None,
        }
    }

    fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::Reference { .. } | Self::End { .. } => true,
            Self::Look { timeout } => timeout != Timeout::Zero && k.was_successful(thread),
            _ => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { handle, timeout } => {
                let reference = ObReferenceObjectByHandle::LockEntry {
                    process: k[thread].process,
                    handle,
                    wanted: None,
                    access: SYNCHRONIZE,
                    purpose: Purpose::Wait,
                };
                Next::call(Self::Look { timeout }, reference)
            }
            Self::Look { timeout } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let object = returned.value.object();
                if timeout == Timeout::Zero {
                    // Looking and taking are one step: nobody can come between.
                    let status = if k.is_signaled(object) { NtStatus::SUCCESS } else { NtStatus::TIMEOUT };
                    if status == NtStatus::SUCCESS {
                        k.satisfy_wait(object);
                    }
                    return Next::goto(Self::End { object, status });
                }
                Next::goto(Self::Wait { object, timeout })
            }
            Self::Wait { object, .. } => {
                let status = if k.is_signaled(object) {
                    k.satisfy_wait(object);
                    NtStatus::SUCCESS
                } else {
                    NtStatus::THREAD_IS_TERMINATING
                };
                Next::goto(Self::End { object, status })
            }
            Self::End { object, status } => {
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Wait };
                Next::call(Self::Return { status }, drop)
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::fail(status)
            }
        }
    }
}
