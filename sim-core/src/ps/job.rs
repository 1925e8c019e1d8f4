//! Jobs: processes that end together.

use alloc::vec::Vec;

use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::reference::Purpose;
use crate::ps::process::Process;
use crate::record::record;
use crate::word::Id;

record! {
    /// EJOB. A process in it holds it until the process object is deleted.
    pub struct Job: Job {
        /// Its header.
        OBJECT object: Id<Object>,
        /// JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE.
        KILL_ON_CLOSE kill_on_close: bool as "kill on job close",
    }
    lists {}
}

impl Job {
    /// A job without limits.
    pub(crate) const fn new(object: Id<Object>) -> Job {
        Job { object, kill_on_close: false }
    }
}

impl Kernel {
    /// The processes that are in a job: running ones, and ended ones whose object still exists.
    pub fn processes_in(&self, job: Id<Job>) -> impl Iterator<Item = Id<Process>> {
        let within = move |(_, process): &(Id<Process>, &Process)| process.job == Some(job);
        self.all::<Process>().filter(within).map(|(id, _)| id)
    }

    /// ActiveProcesses of JOBOBJECT_BASIC_ACCOUNTING_INFORMATION: the job's processes that have not ended.
    pub fn active_processes(&self, job: Id<Job>) -> u32 {
        self.processes_in(job).filter(|process| !self[*process].ended).count() as u32
    }

    /// Puts a process into a job, which it holds from now on.
    pub(crate) fn join_job(&mut self, process: Id<Process>, job: Id<Job>) {
        self.set(process, Process::JOB, Some(job), "the process is in the job");
        self.reference(self[job].object, Purpose::Job);
    }

    /// The process object is deleted: it lets its job go.
    pub(crate) fn leave_job(&mut self, process: Id<Process>) {
        if let Some(job) = self[process].job {
            self.set(process, Process::JOB, None, "the process object is deleted");
            self.drop_deferred(self[job].object, Purpose::Job, "its last process is gone");
        }
    }

    /// PspCloseJob, at the job's last handle.
    pub(crate) fn close_job(&mut self, job: Id<Job>) {
        if self[job].kill_on_close {
            self.terminate_job(job);
        }
    }

    /// PspTerminateAllProcessesInJob.
    pub(crate) fn terminate_job(&mut self, job: Id<Job>) {
        let processes: Vec<Id<Process>> = self.processes_in(job).collect();
        processes.into_iter().for_each(|process| self.terminate_process(process));
    }

    /// The job behind a header that was checked to be one.
    pub(crate) fn job_of(&self, object: Id<Object>) -> Id<Job> {
        match self[object].body {
            Body::Job(job) => job,
            body => unreachable!("the lookup asked for a job and gave {body:?}"),
        }
    }
}
