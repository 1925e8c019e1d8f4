//! NtSignalAndWaitForSingleObject.

use crate::frame::{Next, Routine, steps};
use crate::ke::event::Event;
use crate::ke::wait::{KeWaitForMultipleObjects, Timeout};
use crate::kernel::Kernel;
use crate::nt::wait::SYNCHRONIZE;
use crate::ob::header::{Body, Object};
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// EVENT_MODIFY_STATE, SEMAPHORE_MODIFY_STATE.
const MODIFY_STATE: Access = Access(2);

steps! {
    /// NtSignalAndWaitForSingleObject (SignalObjectAndWait): sets an event, or releases a semaphore or a mutant once,
    /// then waits for another object.
    ///
    /// Both objects are held until the wait is over. The signal and the wait are two steps: somebody can come between.
    /// Errors: those of ObReferenceObjectByHandle for either handle; STATUS_OBJECT_TYPE_MISMATCH if the first object is
    /// of another type; STATUS_ACCESS_DENIED if its handle may not modify it; those of the release. Sources: Win32,
    /// SignalObjectAndWait; ReactOS ob/obwait.c.
    pub enum NtSignalAndWaitForSingleObject = "NtSignalAndWaitForSingleObject" {
        ReferenceSignal { signal: Handle, wait: Handle, alertable: bool, timeout: Timeout }
            = "enter", "reference the object to signal by its handle";
        ReferenceWait { wait: Handle, alertable: bool, timeout: Timeout }
            = "reference", "reference the object to wait for by its handle";
        Signal { signal: Id<Object>, access: Access, alertable: bool, timeout: Timeout }
            = "signal", "signal the first object";
        Waited { signal: Id<Object> } = "waited", "the wait is over: let the signalled object go";
        Return { status: NtStatus } = "return", "return how the wait ended";
    }
}

impl Routine for NtSignalAndWaitForSingleObject {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::ReferenceSignal { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let process = k[thread].process;
        match self {
            Self::ReferenceSignal { signal, wait, alertable, timeout } => {
                let (handle, wanted, access, purpose) = (signal, None, Access(0), Purpose::Signal);
                let by_handle =
                    ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose };
                Next::call(Self::ReferenceWait { wait, alertable, timeout }, by_handle)
            }
            Self::ReferenceWait { wait, alertable, timeout } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let signal = returned.value.object();
                let access = k[thread].handle_information;
                k.set(thread, Thread::HANDLE_INFORMATION, Access(0), "");
                let resume = Self::Signal { signal, access, alertable, timeout };
                let (handle, wanted, access, purpose) = (wait, None, SYNCHRONIZE, Purpose::Wait);
                let by_handle =
                    ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose };
                Next::call(resume, by_handle)
            }
            Self::Signal { signal, access, alertable, timeout } => {
                let returned = k.take_returned(thread);
                let waited = Self::Waited { signal };
                if returned.status.is_error() {
                    return Next::call(waited, KeWaitForMultipleObjects::Release { status: returned.status });
                }
                let object = returned.value.object();
                k.push(thread, Thread::WAIT_BLOCKS, object, "");
                let wait = match k.signal_object(thread, signal, access) {
                    Ok(()) => KeWaitForMultipleObjects::Look { all: false, alertable, timeout },
                    Err(status) => KeWaitForMultipleObjects::Release { status },
                };
                Next::call(waited, wait)
            }
            Self::Waited { signal } => {
                let status = k.take_returned(thread).status;
                let drop = ObDereferenceObject::Drop { object: signal, purpose: Purpose::Signal };
                Next::call(Self::Return { status }, drop)
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                match status {
                    NtStatus::USER_APC => Next::goto(KeWaitForMultipleObjects::Deliver { status }),
                    _ => Next::fail(status),
                }
            }
        }
    }
}

impl Kernel {
    fn signal_object(
        &mut self,
        thread: Id<Thread>,
        object: Id<Object>,
        access: Access,
    ) -> Result<(), NtStatus> {
        let may_modify = || if access.grants(MODIFY_STATE) { Ok(()) } else { Err(NtStatus::ACCESS_DENIED) };
        match self[object].body {
            Body::Event(event) => {
                may_modify()?;
                self.set(event, Event::SIGNALED, true, "the program set the event");
                self.wake_waiters(object);
                Ok(())
            }
            Body::Semaphore(semaphore) => {
                may_modify()?;
                self.release_semaphore(semaphore, 1).map(drop)
            }
            Body::Mutant(mutant) => self.release_mutant(mutant, thread).map(drop),
            _ => Err(NtStatus::OBJECT_TYPE_MISMATCH),
        }
    }
}
