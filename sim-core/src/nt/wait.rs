//! NtWaitForSingleObject and NtWaitForMultipleObjects.

use alloc::vec::Vec;

use crate::frame::{Next, Routine, steps};
use crate::ke::wait::{KeWaitForMultipleObjects, Manner};
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ob::reference::{ObReferenceObjectByHandle, Purpose};
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

pub use crate::ke::wait::Timeout;

/// SYNCHRONIZE.
pub(crate) const SYNCHRONIZE: Access = Access(0x0010_0000);

/// MAXIMUM_WAIT_OBJECTS.
pub const MAXIMUM_WAIT_OBJECTS: usize = 64;

steps! {
    /// NtWaitForSingleObject: waits until the object is signalled.
    ///
    /// The wait holds a reference: closing the handle meanwhile neither ends the wait nor frees the object. Returns as
    /// [`KeWaitForMultipleObjects`]. Errors: those of ObReferenceObjectByHandle; the handle must grant SYNCHRONIZE.
    /// Sources: WDK, ZwWaitForSingleObject; ReactOS ob/obwait.c.
    pub enum NtWaitForSingleObject = "NtWaitForSingleObject" {
        Reference { handle: Handle, alertable: bool, timeout: Timeout } = "enter", "reference the object by its handle";
        Look { alertable: bool, timeout: Timeout }
            = "look", "is the object signalled already? else join its wait list";
    }
}

impl NtWaitForSingleObject {
    /// The call; alerts and user APCs do not end it.
    pub const fn of(handle: Handle, timeout: Timeout) -> NtWaitForSingleObject {
        NtWaitForSingleObject::Reference { handle, alertable: false, timeout }
    }

    /// The call; alerts and user APCs end it.
    pub const fn alertable(handle: Handle, timeout: Timeout) -> NtWaitForSingleObject {
        NtWaitForSingleObject::Reference { handle, alertable: true, timeout }
    }
}

impl Routine for NtWaitForSingleObject {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { handle, alertable, timeout } => {
                Next::call(Self::Look { alertable, timeout }, k.to_wait_for(thread, handle))
            }
            Self::Look { alertable, timeout } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let object = returned.value.object();
                k.push(thread, Thread::WAIT_BLOCKS, object, "");
                k.look(thread, Manner { all: false, alertable, timeout })
            }
        }
    }
}

steps! {
    /// NtWaitForMultipleObjects: waits for any of the objects, or for all of them at once.
    ///
    /// The handles are those that [`Kernel::pass_handles`] gave the thread. Any: the lowest that is signalled counts
    /// and is consumed; all: nothing is consumed until all are signalled. Returns as [`KeWaitForMultipleObjects`].
    /// Errors: STATUS_INVALID_PARAMETER_1 for none or more than 64 handles; those of ObReferenceObjectByHandle, each
    /// handle must grant SYNCHRONIZE; STATUS_INVALID_PARAMETER_MIX for one object twice in a wait for all. A pseudo
    /// handle is no valid handle here. Sources: Win32, WaitForMultipleObjects; ReactOS ob/obwait.c; Wine
    /// ntdll/tests/sync.c.
    pub enum NtWaitForMultipleObjects = "NtWaitForMultipleObjects" {
        Start { all: bool, alertable: bool, timeout: Timeout }
            = "enter", "how many are the handles? reference the object of the first";
        Referenced { all: bool, alertable: bool, timeout: Timeout }
            = "reference", "keep the object; reference the object of the next handle";
    }
}

impl NtWaitForMultipleObjects {
    /// The call, for the handles that the thread was given.
    pub const fn of(all: bool, alertable: bool, timeout: Timeout) -> NtWaitForMultipleObjects {
        NtWaitForMultipleObjects::Start { all, alertable, timeout }
    }
}

impl Routine for NtWaitForMultipleObjects {
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Start { all, alertable, timeout } => {
                let count = Thread::WAIT_HANDLES.of(&k[thread]).len();
                if count == 0 || count > MAXIMUM_WAIT_OBJECTS {
                    return k.refuse_wait(thread, NtStatus::INVALID_PARAMETER_1);
                }
                k.next_handle(thread, Self::Referenced { all, alertable, timeout })
            }
            Self::Referenced { all, alertable, timeout } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return k.refuse_wait(thread, returned.status);
                }
                let object = returned.value.object();
                k.push(thread, Thread::WAIT_BLOCKS, object, "");
                if Thread::WAIT_HANDLES.first(&k[thread]).is_some() {
                    return k.next_handle(thread, self);
                }
                if all && k.waits_twice(thread) {
                    return k.refuse_wait(thread, NtStatus::INVALID_PARAMETER_MIX);
                }
                Next::goto(KeWaitForMultipleObjects::Look { all, alertable, timeout })
            }
        }
    }
}

impl Kernel {
    /// Puts the handles of a wait for several objects where the thread's next call finds them: the array in the
    /// program's memory.
    pub fn pass_handles(&mut self, thread: Id<Thread>, handles: &[Handle]) {
        self.forget_handles(thread);
        for handle in handles {
            self.push(thread, Thread::WAIT_HANDLES, *handle, "");
        }
    }

    fn forget_handles(&mut self, thread: Id<Thread>) {
        while self.pop(thread, Thread::WAIT_HANDLES, "").is_some() {}
    }

    fn to_wait_for(&self, thread: Id<Thread>, handle: Handle) -> ObReferenceObjectByHandle {
        let process = self[thread].process;
        let (wanted, access, purpose) = (None, SYNCHRONIZE, Purpose::Wait);
        ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose }
    }

    fn next_handle(&mut self, thread: Id<Thread>, resume: NtWaitForMultipleObjects) -> Next {
        let Some(handle) = Thread::WAIT_HANDLES.first(&self[thread]) else {
            unreachable!("the handles were counted")
        };
        self.remove(thread, Thread::WAIT_HANDLES, handle, "");
        if handle.is_negative() {
            return self.refuse_wait(thread, NtStatus::INVALID_HANDLE);
        }
        Next::call(resume, self.to_wait_for(thread, handle))
    }

    /// The wait does not begin: lets go of what was referenced for it.
    fn refuse_wait(&mut self, thread: Id<Thread>, status: NtStatus) -> Next {
        self.forget_handles(thread);
        Next::goto(KeWaitForMultipleObjects::Release { status })
    }

    fn waits_twice(&self, thread: Id<Thread>) -> bool {
        let mut blocks: Vec<Id<Object>> = Thread::WAIT_BLOCKS.of(&self[thread]).collect();
        blocks.sort_unstable();
        blocks.windows(2).any(|pair| pair[0] == pair[1])
    }
}
