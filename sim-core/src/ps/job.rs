//! Jobs: processes that end together.

use alloc::vec::Vec;

use crate::io::port::{Packet, Port};
use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::reference::Purpose;
use crate::ps::process::Process;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::Id;

record! {
    /// EJOB. A process in it holds it until the process object is deleted.
    pub struct Job: Job {
        /// Its header.
        OBJECT object: Id<Object>,
        /// JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE.
        KILL_ON_CLOSE kill_on_close: bool as "kill on job close",
        /// The job that it is nested in; it holds that.
        PARENT parent: Option<Id<Job>> as "parent job",
        /// The completion port that its messages go to (JOBOBJECT_ASSOCIATE_COMPLETION_PORT); it holds that.
        PORT port: Option<Id<Port>> as "CompletionPort",
        /// The key of its messages.
        KEY key: u64 as "CompletionKey",
        /// It was told to end all its processes, and they have not all ended.
        TERMINATING terminating: bool,
        /// Its processes have ended because it was told to end them: it satisfies waits from then on.
        SIGNALED signaled: bool as "signaled",
    }
    lists {
        /// The processes that are in it, those in jobs nested in it among them, in the order in which they came:
        /// running ones, and ended ones whose object still exists.
        PROCESSES processes: Id<Process> as "ProcessListHead",
    }
}

/// JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO: no process of the job is left that has not ended.
pub const ACTIVE_PROCESS_ZERO: u32 = 4;
/// JOB_OBJECT_MSG_NEW_PROCESS: a process has come into the job.
pub const NEW_PROCESS: u32 = 6;
/// JOB_OBJECT_MSG_EXIT_PROCESS: a process of the job has ended.
pub const EXIT_PROCESS: u32 = 7;

impl Job {
    /// A job without limits.
    pub(crate) const fn new(object: Id<Object>) -> Job {
        Job {
            object,
            kill_on_close: false,
            parent: None,
            port: None,
            key: 0,
            terminating: false,
            signaled: false,
            processes: Vec::new(),
        }
    }
}

impl Kernel {
    /// ActiveProcesses of JOBOBJECT_BASIC_ACCOUNTING_INFORMATION: the job's processes that have not ended, those of
    /// nested jobs among them.
    pub fn active_processes(&self, job: Id<Job>) -> u32 {
        Job::PROCESSES.of(&self[job]).filter(|process| self[*process].active_in_job).count() as u32
    }

    /// Whether a process is in a job, directly or through a nested one.
    pub fn is_process_in_job(&self, process: Id<Process>, job: Id<Job>) -> bool {
        Job::PROCESSES.holds(&self[job], process)
    }

    /// The job and those that it is nested in, the innermost first.
    pub(crate) fn job_chain(&self, job: Option<Id<Job>>) -> Vec<Id<Job>> {
        core::iter::successors(job, |job| self[*job].parent).collect()
    }

    /// PspAssignProcessToJob: puts a process into a job if the rules of nesting allow it.
    ///
    /// A process that is in a job already can only go into one that is nested in that job, or into an empty one, which
    /// is nested in it from then on; so a job never has a process that is not in its parent too. Sources: Win32,
    /// AssignProcessToJobObject, Nested Jobs; ReactOS ps/job.c.
    pub(crate) fn assign_process(&mut self, process: Id<Process>, job: Id<Job>) -> NtStatus {
        let closed = self[job].kill_on_close && self[self[job].object].handle_count == 0;
        if closed || self.job_chain(Some(job)).iter().any(|job| self[*job].terminating) {
            return NtStatus::INVALID_PARAMETER;
        }
        let Some(own) = self[process].job else {
            if self[job].parent.is_some() {
                return NtStatus::ACCESS_DENIED;
            }
            self.join_job(process, job);
            self.tell_jobs(process, &[job], NEW_PROCESS);
            return NtStatus::SUCCESS;
        };
        if !self.profile().has_nested_jobs {
            return NtStatus::ACCESS_DENIED;
        }
        if self.is_process_in_job(process, job) {
            return NtStatus::SUCCESS;
        }
        let chain = self.job_chain(Some(job));
        let is_empty = self[job].parent.is_none() && Job::PROCESSES.first(&self[job]).is_none();
        if !chain.contains(&own) && !is_empty {
            return NtStatus::ACCESS_DENIED;
        }
        if is_empty {
            self.set(
                job,
                Job::PARENT,
                Some(own),
                "the job is nested in the one that its first process is in",
            );
            self.reference(self[own].object, Purpose::ParentJob);
        }
        let new: Vec<Id<Job>> = self.job_chain(Some(job)).into_iter().take_while(|at| *at != own).collect();
        self.join_job(process, job);
        self.dereference(self[own].object, Purpose::Job);
        self.tell_jobs(process, &new, NEW_PROCESS);
        NtStatus::SUCCESS
    }

    /// Puts a process into a job and those that it is nested in. The process holds the innermost.
    pub(crate) fn join_job(&mut self, process: Id<Process>, job: Id<Job>) {
        let why = "the process is in the job";
        for at in self.job_chain(Some(job)) {
            if !self.is_process_in_job(process, at) {
                self.push(at, Job::PROCESSES, process, why);
            }
        }
        self.set(process, Process::JOB, Some(job), why);
        self.set(process, Process::ACTIVE_IN_JOB, true, why);
        self.reference(self[job].object, Purpose::Job);
    }

    /// PspExitProcessFromJob: the process counts no more in its jobs, which are told of it, and of it if it was their
    /// last.
    pub(crate) fn exit_from_jobs(&mut self, process: Id<Process>) {
        let jobs = self.job_chain(self[process].job);
        self.set(process, Process::ACTIVE_IN_JOB, false, "the process has ended");
        if self[process].inserted {
            self.tell_jobs(process, &jobs, EXIT_PROCESS);
        }
        for job in jobs.into_iter().filter(|job| self.active_processes(*job) == 0).collect::<Vec<_>>() {
            self.send_job_message(job, ACTIVE_PROCESS_ZERO, None);
            if self[job].terminating {
                self.set(job, Job::TERMINATING, false, "all its processes have ended");
                self.set(
                    job,
                    Job::SIGNALED,
                    self.profile().signals_terminated_jobs,
                    "all its processes have ended",
                );
                self.wake_waiters(self[job].object);
            }
        }
    }

    /// The process object is deleted: it lets its job go.
    pub(crate) fn leave_job(&mut self, process: Id<Process>) {
        for job in self.job_chain(self[process].job) {
            self.remove(job, Job::PROCESSES, process, "the process object is deleted");
        }
        if let Some(job) = self[process].job {
            self.set(process, Process::JOB, None, "the process object is deleted");
            self.drop_deferred(self[job].object, Purpose::Job, "its last process is gone");
        }
    }

    /// The job object is deleted: it lets the job go that it is nested in, and its port.
    pub(crate) fn free_job(&mut self, job: Id<Job>) {
        if let Some(parent) = self[job].parent {
            self.set(job, Job::PARENT, None, "the job is deleted");
            self.drop_deferred(self[parent].object, Purpose::ParentJob, "its last nested job is gone");
        }
        if let Some(port) = self.take_job_port(job) {
            self.drop_deferred(port, Purpose::JobPort, "the last job that reported to it is gone");
        }
    }

    /// The port that a job reports to from now on no more; its reference is the caller's to drop.
    pub(crate) fn take_job_port(&mut self, job: Id<Job>) -> Option<Id<Object>> {
        let port = self[job].port?;
        self.set(job, Job::PORT, None, "the job reports to its port no more");
        self.set(job, Job::KEY, 0, "");
        Some(self[port].object)
    }

    /// JobObjectAssociateCompletionPortInformation: the job's messages go to this port. It hears of the processes that
    /// are in the job already.
    pub(crate) fn associate_job(&mut self, job: Id<Job>, port: Id<Port>, key: u64) {
        self.set(job, Job::PORT, Some(port), "the job reports to this port");
        self.set(job, Job::KEY, key, "the key of every message of the job");
        let members: Vec<Id<Process>> = Job::PROCESSES.of(&self[job]).collect();
        for process in members {
            if self[process].inserted && self[process].active_in_job {
                self.tell_jobs(process, &[job], NEW_PROCESS);
            }
        }
    }

    /// Sends one message on a process to each job that has a port.
    pub(crate) fn tell_jobs(&mut self, process: Id<Process>, jobs: &[Id<Job>], message: u32) {
        jobs.iter().for_each(|job| self.send_job_message(*job, message, Some(process)));
    }

    fn send_job_message(&mut self, job: Id<Job>, message: u32, process: Option<Id<Process>>) {
        let Some(port) = self[job].port else { return };
        let packet =
            Packet { process, job_message: true, ..Packet::new(self[job].key, NtStatus::SUCCESS, message) };
        self.queue_packet(port, packet, "the job tells its port what has happened");
    }

    /// PspCloseJob, at the job's last handle: its processes end if that is its limit, and it lets its port go.
    pub(crate) fn close_job(&mut self, job: Id<Job>) -> Option<Id<Object>> {
        if self[job].kill_on_close {
            self.terminate_job(job, 0);
        }
        self.take_job_port(job)
    }

    /// PspTerminateAllProcessesInJob.
    pub(crate) fn terminate_job(&mut self, job: Id<Job>, status: u32) {
        let processes: Vec<Id<Process>> = Job::PROCESSES.of(&self[job]).collect();
        if self.active_processes(job) > 0 {
            self.set(job, Job::TERMINATING, true, "the job is told to end its processes");
        }
        processes.into_iter().for_each(|process| self.terminate_process(process, status));
    }

    /// The job behind a header that was checked to be one.
    pub(crate) fn job_of(&self, object: Id<Object>) -> Id<Job> {
        match self[object].body {
            Body::Job(job) => job,
            body => unreachable!("the lookup asked for a job and gave {body:?}"),
        }
    }
}
