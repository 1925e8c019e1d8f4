//! NtTerminateProcess and NtTerminateThread.

use crate::frame::{Next, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::exit::PspExitProcess;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// PROCESS_TERMINATE and THREAD_TERMINATE.
const TERMINATE: Access = Access(1);

steps! {
    /// NtTerminateProcess, NtTerminateThread: tells every thread of a process, or one thread, to end with an exit status.
    ///
    /// It does not wait for them. The status that each was told first counts. A process without threads is run down by the caller. Errors: those of
    /// ObReferenceObjectByHandle; STATUS_PROCESS_IS_TERMINATING for a process that has begun to end. A thread that was
    /// told before is passed over. Sources: ReactOS ps/kill.c; Win32, TerminateProcess, TerminateThread.
    pub enum NtTerminate = "NtTerminate" {
        Reference { handle: Handle, wanted: ObjectType, exit_status: u32 }
            = "enter", "reference the process or thread by its handle";
        Terminate { exit_status: u32 } = "terminate", "tell the threads to end";
        Drop { object: Id<Object>, status: NtStatus } = "drop", "let it go";
        Return { status: NtStatus } = "return", "return whether it succeeded";
    }
}

impl NtTerminate {
    /// NtTerminateProcess.
    pub const fn process(handle: Handle, exit_status: u32) -> NtTerminate {
        NtTerminate::Reference { handle, wanted: ObjectType::Process, exit_status }
    }

    /// NtTerminateThread.
    pub const fn thread(handle: Handle, exit_status: u32) -> NtTerminate {
        NtTerminate::Reference { handle, wanted: ObjectType::Thread, exit_status }
    }
}

impl Routine for NtTerminate {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. } | Self::Drop { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { handle, wanted, exit_status } => {
                let (process, purpose) = (k[thread].process, Purpose::Service);
                let (wanted, access) = (Some(wanted), TERMINATE);
                let by_handle =
                    ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose };
                Next::call(Self::Terminate { exit_status }, by_handle)
            }
            Self::Terminate { exit_status } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                k.terminate(returned.value.object(), exit_status)
            }
            Self::Drop { object, status } => {
                k.forget_returned(thread);
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Service };
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
    fn terminate(&mut self, object: Id<Object>, exit_status: u32) -> Next {
        let drop = |status| NtTerminate::Drop { object, status };
        match self[object].body {
            Body::Process(process) if self[process].exiting || self[process].ended => {
                Next::goto(drop(NtStatus::PROCESS_IS_TERMINATING))
            }
            Body::Process(process) if self.threads_of(process).next().is_none() => {
                // From here on a second caller is told so, and a creation under way begins no thread.
                self.set(
                    process,
                    Process::EXIT_STATUS,
                    exit_status,
                    "the process is told to end with this status",
                );
                self.set(process, Process::EXITING, true, "the process is ending");
                Next::call(drop(NtStatus::SUCCESS), PspExitProcess::CloseTable { process })
            }
            Body::Process(process) => {
                self.terminate_process(process, exit_status);
                Next::goto(drop(NtStatus::SUCCESS))
            }
            Body::Thread(thread) => {
                self.terminate_thread(thread, exit_status);
                Next::goto(drop(NtStatus::SUCCESS))
            }
            body => unreachable!("the lookup asked for a process or thread and gave {body:?}"),
        }
    }
}
