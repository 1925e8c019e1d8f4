//! NtQueueApcThread and NtAlertThread.

use crate::fault::{Allocation, Fault};
use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::nt::object_service::object_service;
use crate::ob::header::Body;
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::apc::{Apc, ApcState};
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// THREAD_SET_CONTEXT.
const THREAD_SET_CONTEXT: Access = Access(0x10);

steps! {
    /// NtQueueApcThread: queues a user APC to a thread; its next alertable wait runs it, or the one that it is in.
    ///
    /// Errors: those of ObReferenceObjectByHandle; STATUS_UNSUCCESSFUL for a thread that is ending;
    /// STATUS_NO_MEMORY. Sources: Win32, QueueUserAPC, Asynchronous Procedure Calls; ReactOS ps/state.c.
    pub enum NtQueueApcThread = "NtQueueApcThread" {
        Reference { handle: Handle, apc: Id<Apc> } = "enter", "reference the thread by its handle";
        Queue { apc: Id<Apc> } = "queue", "queue the APC; it ends an alertable wait";
        Return { returned: Returned } = "return", "return";
    }
}

impl NtQueueApcThread {
    /// The call.
    pub const fn of(handle: Handle, apc: Id<Apc>) -> NtQueueApcThread {
        NtQueueApcThread::Reference { handle, apc }
    }
}

impl Routine for NtQueueApcThread {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. })
    }

    fn fault(self, k: &Kernel, thread: Id<Thread>) -> Option<Fault> {
        let allocates = matches!(self, Self::Queue { .. }) && k.was_successful(thread);
        allocates.then_some(Fault::Allocation(Allocation::Apc))
    }

    fn take_fault(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Queue { apc } = self else { unreachable!("only the step that queues the APC allocates") };
        let object = k.take_returned(thread).value.object();
        k.finish_apc(apc, ApcState::Idle, "");
        let returned = Returned::status(NtStatus::NO_MEMORY);
        let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Service };
        Next::call(Self::Return { returned }, drop)
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { handle, apc } => {
                let (process, wanted, purpose) =
                    (k[thread].process, Some(ObjectType::Thread), Purpose::Service);
                let access = THREAD_SET_CONTEXT;
                let by_handle =
                    ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose };
                Next::call(Self::Queue { apc }, by_handle)
            }
            Self::Queue { apc } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    k.finish_apc(apc, ApcState::Idle, "");
                    return Next::Return(returned);
                }
                let object = returned.value.object();
                let Body::Thread(target) = k[object].body else { unreachable!("the type was checked") };
                let refused = k.queue_user_apc(target, apc).err();
                if refused.is_some() {
                    k.finish_apc(apc, ApcState::Idle, "");
                }
                let status = refused.unwrap_or_default();
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Service };
                Next::call(Self::Return { returned: Returned::status(status) }, drop)
            }
            Self::Return { returned } => {
                k.forget_returned(thread);
                Next::Return(returned)
            }
        }
    }
}

object_service! {
    /// NtAlertThread: ends the thread's alertable wait with STATUS_ALERTED, or else its next one. Source: ReactOS
    /// dll/win32/kernel32/client/synch.c, for what Win32 makes of it.
    NtAlertThread = "NtAlertThread", (), Thread, access 4, "alert" "alert the thread",
    |k, _, target| {
        k.alert_thread(target);
        Ok(0)
    }
}
