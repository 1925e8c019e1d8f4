//! How threads and processes end.

use crate::frame::{Next, Routine, steps};
use crate::io::cancel::IopCancelIrps;
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ob::close::ObpCloseHandle;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::word::{Handle, Id};

steps! {
    /// PspExitThread: cancels what the thread has outstanding, waits for it, and signals the thread.
    ///
    /// A thread cannot end before every request on its list has ended: since Vista it waits for ever, before that for five
    /// minutes. Then it lets go of those that are not completed, one after the other: such a request is disassociated, and
    /// when its driver completes it at last, nobody hears of it. The last thread takes the process with it.
    /// Requests that belong to a file object are not on its list and live on. Then its mutants are abandoned, its
    /// process ends if it is the last, and its user APCs are discarded. Sources: ReactOS ps/kill.c; WDK,
    /// "Canceling IRPs"; Wine ws2_32/tests/afd.c, test_async_thread_termination.
    pub enum PspExitThread = "PspExitThread" {
        Start {} = "T0", "one thread less is active; the last waits for the others";
        Cancel { last: bool } = "T1", "cancel every request on the thread's list";
        Wait { last: bool, patient: bool } = "T2", "wait until the thread's list is empty";
        Disassociate { last: bool }
            = "five minutes", "a request that was cancelled is not completed: log an error for the device, and let it go";
        Abandon { last: bool } = "mutants", "abandon the mutant that the thread acquired last";
        Exit { last: bool } = "exit", "the last thread takes the process with it";
        End {} = "T3", "the thread has ended: signal its object";
    }
}

impl Routine for PspExitThread {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::Cancel { last } => !last || k.threads_of(k[thread].process).count() == 1,
            Self::Wait { .. } => Thread::IRPS.first(&k[thread]).is_none(),
            _ => true,
        }
    }

    fn time_out(self) -> Option<Next> {
        match self {
            Self::Wait { last, patient: false } => Some(Next::goto(Self::Disassociate { last })),
            _ => None,
        }
    }

    fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
        // Once ready they stay so: no thread is added to a process whose last thread ends, and nobody else issues
        // requests for this one. Others can delete a mutant that it owns, but give it none.
        match self {
            Self::Cancel { .. } | Self::Exit { .. } => true,
            Self::Wait { .. } => Thread::MUTANTS.last(&k[thread]).is_none(),
            _ => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let process = k[thread].process;
        k.forget_returned(thread);
        match self {
            Self::Start {} => {
                let active = k[process].active_threads - 1;
                k.set(process, Process::ACTIVE_THREADS, active, "the thread has begun to end");
                Next::goto(Self::Cancel { last: active == 0 })
            }
            Self::Cancel { last } => {
                let patient = !k.profile().disassociates_requests;
                let scan = IopCancelIrps::of_thread(process, thread, None);
                Next::call(Self::Wait { last, patient }, scan)
            }
            Self::Disassociate { last } => match k.disassociate_one(thread) {
                true => Next::goto(self),
                false => Next::goto(Self::Wait { last, patient: false }),
            },
            Self::Wait { last, .. } if Thread::MUTANTS.last(&k[thread]).is_some() => {
                Next::goto(Self::Abandon { last })
            }
            Self::Abandon { last } => {
                if let Some(mutant) = Thread::MUTANTS.last(&k[thread]) {
                    k.abandon_mutant(mutant);
                }
                match Thread::MUTANTS.last(&k[thread]) {
                    Some(_) => Next::goto(self),
                    None => Next::goto(Self::Exit { last }),
                }
            }
            Self::Wait { last: true, .. } | Self::Exit { last: true } => {
                if !k[process].told {
                    let status = k[thread].exit_status;
                    k.set(process, Process::EXIT_STATUS, status, "its last thread ends with this status");
                }
                Next::call(Self::End {}, PspExitProcess::CloseTable { process })
            }
            Self::Wait { last: false, .. } | Self::Exit { last: false } => Next::goto(Self::End {}),
            Self::End {} => {
                k.discard_user_apcs(thread);
                k.set(thread, Thread::ENDED, true, "the thread has ended");
                let object = k[thread].object;
                k.wake_waiters(object);
                k.drop_deferred(object, Purpose::Running, "an ended thread is let go by a worker");
                Next::SUCCESS
            }
        }
    }
}

steps! {
    /// PspExitProcess, in the process's last thread: closes every handle in ascending order of value, protected ones
    /// too, then unmaps every view and signals the process. Source: ReactOS ps/kill.c, ex/handle.c.
    pub enum PspExitProcess = "PspExitProcess" {
        CloseTable { process: Id<Process> } = "Z1", "from now on nobody can begin to put a handle into the table";
        AwaitUsers { process: Id<Process> } = "Z1", "wait for those who began before";
        CloseNext { process: Id<Process> } = "Z2", "close the handle with the lowest value";
        LeaveJob { process: Id<Process> } = "Z3", "no handle is left: the process counts no more in its job";
        CleanAddressSpace { process: Id<Process> } = "unmap", "MmCleanProcessAddressSpace: unmap every view";
        Signal { process: Id<Process> } = "Z3", "signal the process";
    }
}

impl PspExitProcess {
    /// A process without views has nothing to unmap.
    fn after_job(k: &Kernel, process: Id<Process>) -> PspExitProcess {
        match k.mapped_view(process) {
            Some(_) => PspExitProcess::CleanAddressSpace { process },
            None => PspExitProcess::Signal { process },
        }
    }
}

impl Routine for PspExitProcess {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::AwaitUsers { process } => k[process].users == 0,
            _ => true,
        }
    }

    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        // Once the table is closed no user is added.
        matches!(self, Self::AwaitUsers { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::CloseTable { process } => {
                k.set(process, Process::EXITING, true, "the process is ending");
                Next::goto(Self::AwaitUsers { process })
            }
            Self::AwaitUsers { process } => Next::goto(Self::CloseNext { process }),
            Self::CloseNext { process } => {
                k.forget_returned(thread);
                let lowest: Option<Handle> = k.table(process).open().next().map(|(handle, _)| handle);
                match lowest {
                    Some(handle) => {
                        Next::call(self, ObpCloseHandle::LockEntry { process, handle, forced: true })
                    }
                    None if k[process].job.is_some() => Next::goto(Self::LeaveJob { process }),
                    None => Next::goto(Self::after_job(k, process)),
                }
            }
            Self::LeaveJob { process } => {
                k.exit_from_jobs(process);
                Next::goto(Self::after_job(k, process))
            }
            Self::CleanAddressSpace { process } => {
                while let Some(view) = k.mapped_view(process) {
                    k.unmap_view(view, "the process has ended: its address space goes");
                }
                Next::goto(Self::Signal { process })
            }
            Self::Signal { process } => {
                k.set(process, Process::ENDED, true, "the process has ended");
                let object = k[process].object;
                k.wake_waiters(object);
                Next::goto(ObDereferenceObject::Drop { object, purpose: Purpose::Running })
            }
        }
    }
}

impl Kernel {
    /// IopDisassociateThreadIrp: the thread lets go of its newest request that no driver has completed. True if there is
    /// another one.
    fn disassociate_one(&mut self, thread: Id<Thread>) -> bool {
        let dead = |k: &Kernel| {
            let is_dead = |irp: &Id<Irp>| !k[*irp].completed && k[*irp].held_by.is_none();
            Thread::IRPS.of(&k[thread]).find(is_dead)
        };
        if let Some(irp) = dead(self) {
            let device = self.device_of(irp);
            let why = "its driver has not completed a cancelled request in time";
            self.set(device, Device::TIMEOUT_LOGGED, true, why);
            self.set(irp, Irp::DISASSOCIATED, true, "the thread does not wait for it any longer");
            self.unlink_irp(irp);
        }
        dead(self).is_some()
    }

    /// PsTerminateThread: tells a thread to end with an exit status. It does so once it is out of the service it is in.
    /// What it was told first counts.
    pub fn terminate_thread(&mut self, thread: Id<Thread>, status: u32) {
        if self[self[thread].object].pointer_count == 0 {
            // It does not exist yet, or no more.
            return;
        }
        if !self[thread].terminating {
            self.set(thread, Thread::EXIT_STATUS, status, "the thread is told to end with this status");
            self.set(thread, Thread::TERMINATING, true, "the thread is told to end");
        }
    }

    /// Tells every thread of a process to end; the process has this exit status then, if it was not told before.
    pub fn terminate_process(&mut self, process: Id<Process>, status: u32) {
        if self[process].created && !self[process].told && !self[process].exiting {
            self.set(process, Process::TOLD, true, "");
            self.set(process, Process::EXIT_STATUS, status, "the process is told to end with this status");
        }
        let threads: alloc::vec::Vec<Id<Thread>> = self.threads_of(process).collect();
        threads.into_iter().for_each(|thread| self.terminate_thread(thread, status));
    }
}
