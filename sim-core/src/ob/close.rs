//! Closing a handle: the entry goes first, then the handle's count, then its reference.

use crate::finding::{About, Rule};
use crate::frame::{Next, Routine, steps};
use crate::io::file_close::IopCloseFile;
use crate::kernel::Kernel;
use crate::ob::header::{Body, HandleCount, Object};
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::table::PROTECT_FROM_CLOSE;
use crate::ps::process::Process;
use crate::ps::thread::{Mode, Thread};
use crate::status::NtStatus;
use crate::word::{Handle, Id};

steps! {
    /// ObpCloseHandle: closes one entry of one table.
    ///
    /// Errors: STATUS_INVALID_HANDLE; STATUS_HANDLE_NOT_CLOSABLE if the type's okay-to-close procedure refuses or the
    /// handle is protected (unless `forced`, as when a process ends).
    /// Source: ReactOS ob/obhandle.c, ex/handle.c.
    pub enum ObpCloseHandle = "ObpCloseHandle" {
        LockEntry { process: Id<Process>, handle: Handle, forced: bool } = "C1", "look the handle up and lock its entry";
        OkayToClose { process: Id<Process>, handle: Handle }
            = "C2", "ask the type's okay-to-close procedure";
        CheckProtection { process: Id<Process>, handle: Handle, forced: bool }
            = "C3", "refuse if the handle is protected from close";
        DestroyEntry { process: Id<Process>, handle: Handle }
            = "C4", "free the entry: the value can be given out again from now on";
        Dereference { object: Id<Object> } = "C9", "the handle is closed; its reference goes last";
    }
}

impl Routine for ObpCloseHandle {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::LockEntry { process, handle, .. } => {
                k.entry(process, handle).is_none_or(|entry| !entry.locked)
            }
            _ => true,
        }
    }

    fn is_local(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            // The thread holds the entry's lock.
            Self::CheckProtection { process, handle, forced } => {
                forced
                    || k.entry(process, handle)
                        .is_some_and(|entry| entry.attributes & PROTECT_FROM_CLOSE == 0)
            }
            Self::Dereference { .. } => true,
            _ => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::LockEntry { process, handle, forced } => {
                let Some(entry) = k.entry(process, handle) else {
                    return Next::fail(NtStatus::INVALID_HANDLE);
                };
                k.lock_entry(process, handle, entry);
                let asks = |object| k.type_rules(object).has_okay_to_close_procedure;
                if !forced && entry.object.is_some_and(asks) {
                    return Next::goto(Self::OkayToClose { process, handle });
                }
                Next::goto(Self::CheckProtection { process, handle, forced })
            }
            Self::OkayToClose { process, handle } => {
                let object = k.entry(process, handle).and_then(|entry| entry.object);
                if object.is_some_and(|object| k[object].refuses_close) {
                    k.unlock_entry(process, handle);
                    return Next::fail(NtStatus::HANDLE_NOT_CLOSABLE);
                }
                Next::goto(Self::CheckProtection { process, handle, forced: false })
            }
            Self::CheckProtection { process, handle, forced } => {
                let protected =
                    k.entry(process, handle).is_some_and(|entry| entry.attributes & PROTECT_FROM_CLOSE != 0);
                if protected && !forced {
                    if k.previous_mode(thread) == Mode::Kernel {
                        k.report(Rule::InvalidKernelHandle, About::Handle(handle), 0);
                    }
                    k.unlock_entry(process, handle);
                    return Next::fail(NtStatus::HANDLE_NOT_CLOSABLE);
                }
                Next::goto(Self::DestroyEntry { process, handle })
            }
            Self::DestroyEntry { process, handle } => {
                let Some(object) = k.entry(process, handle).and_then(|entry| entry.object) else {
                    return Next::fail(NtStatus::INVALID_HANDLE);
                };
                k.free_entry(process, handle, "the handle is closed");
                Next::call(
                    Self::Dereference { object },
                    ObpDecrementHandleCount::Decrement { object, process },
                )
            }
            Self::Dereference { object } => {
                Next::goto(ObDereferenceObject::Drop { object, purpose: Purpose::Handle })
            }
        }
    }
}

steps! {
    /// ObpDecrementHandleCount: one handle less, then the type's close procedure, then the name if it was the last.
    ///
    /// Both counts that the close procedure is given are those from before the decrement.
    pub enum ObpDecrementHandleCount = "ObpDecrementHandleCount" {
        Decrement { object: Id<Object>, process: Id<Process> } = "C5", "take one from HandleCount";
        CloseProcedure { object: Id<Object>, process: Id<Process>, process_handles: u32, system_handles: u32 }
            = "C6", "run the type's close procedure";
        CheckName { object: Id<Object> } = "C6", "the job's port is let go: does the job lose its name?";
    }
}

impl Routine for ObpDecrementHandleCount {
    fn is_local(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::CloseProcedure { object, .. } => matches!(k[object].body, Body::File(_)),
            Self::Decrement { .. } | Self::CheckName { .. } => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::CheckName { object } => {
                k.forget_returned(thread);
                k.name_check(object)
            }
            Self::Decrement { object, process } => {
                let system_handles = k[object].handle_count;
                let process_handles = k.uncount_handle(object, process);
                if !k.type_rules(object).has_close_procedure {
                    return k.name_check(object);
                }
                Next::goto(Self::CloseProcedure { object, process, process_handles, system_handles })
            }
            Self::CloseProcedure { object, process, process_handles, system_handles } => match k[object].body
            {
                Body::File(file) => {
                    Next::goto(IopCloseFile::Start { file, process, process_handles, system_handles })
                }
                Body::Port(port) if system_handles == 1 && k.profile().port_close_wakes_waiters => {
                    k.abandon_port(port);
                    k.name_check(object)
                }
                Body::Job(job) if system_handles == 1 => match k.close_job(job) {
                    Some(port) => Next::call(
                        Self::CheckName { object },
                        ObDereferenceObject::Drop { object: port, purpose: Purpose::JobPort },
                    ),
                    None => k.name_check(object),
                },
                _ => k.name_check(object),
            },
        }
    }
}

impl Kernel {
    /// Takes one from both handle counts; returns the process's count from before (0 if it is not maintained).
    fn uncount_handle(&mut self, object: Id<Object>, process: Id<Process>) -> u32 {
        let count = self[object].handle_count - 1;
        self.set(object, Object::HANDLE_COUNT, count, "a handle to the object was closed");
        if count == 0 {
            self.set(object, Object::EXCLUSIVE_PROCESS, None, "the last exclusive handle is closed");
        }
        let Some(entry) = self.handle_count_entry(object, process) else { return 0 };
        let before = self[entry].count;
        self.set(entry, HandleCount::COUNT, before - 1, "");
        if before == 1 {
            self.remove(object, Object::HANDLE_COUNTS, entry, "");
            self.destroy(entry, "");
        }
        before
    }
}
