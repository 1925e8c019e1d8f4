//! Jobs: the services.

use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::nt::completion::completion_reference;
use crate::nt::duplicate_object::process_by_handle;
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::job::Job;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id, word_enum};

word_enum! {
    /// What a service does to a job.
    pub enum JobAction {
        /// NtSetInformationJobObject: JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE.
        KillOnClose = "NtSetInformationJobObject: kill on job close",
        /// NtSetInformationJobObject: no limit.
        NoLimit = "NtSetInformationJobObject: no limit",
        /// NtTerminateJobObject.
        Terminate = "NtTerminateJobObject",
    }
}

impl JobAction {
    /// JOB_OBJECT_SET_ATTRIBUTES or JOB_OBJECT_TERMINATE.
    const fn access(self) -> Access {
        match self {
            JobAction::KillOnClose | JobAction::NoLimit => Access(2),
            JobAction::Terminate => Access(8),
        }
    }
}

steps! {
    /// NtSetInformationJobObject and NtTerminateJobObject.
    ///
    /// Terminating a job tells every thread of its processes, and of those in nested jobs, to end with one exit status,
    /// and does not wait for them. Since Vista the job is signalled when they have ended. Errors: those of
    /// ObReferenceObjectByHandle. Sources: Win32, SetInformationJobObject, TerminateJobObject; Wine
    /// kernel32/tests/process.c, test_TerminateJobObject, test_WaitForJobObject.
    pub enum JobService = "NtSetInformationJobObject" {
        Reference { handle: Handle, action: JobAction, exit_status: u32 } = "enter", "reference the job by its handle";
        Act { action: JobAction, exit_status: u32 } = "set", "change the job or end its processes";
        Drop { object: Id<Object> } = "drop", "let the job go";
    }
}

impl Routine for JobService {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. } | Self::Drop { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { handle, action, exit_status } => Next::call(
                Self::Act { action, exit_status },
                job_by_handle(k, thread, handle, action.access()),
            ),
            Self::Act { action, exit_status } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let object: Id<Object> = returned.value.object();
                let job = k.job_of(object);
                match action {
                    JobAction::Terminate => k.terminate_job(job, exit_status),
                    _ => {
                        let kill = action == JobAction::KillOnClose;
                        k.set(job, Job::KILL_ON_CLOSE, kill, "the program set the job's limits");
                    }
                }
                Next::goto(Self::Drop { object })
            }
            Self::Drop { object } => {
                Next::goto(ObDereferenceObject::Drop { object, purpose: Purpose::Service })
            }
        }
    }
}

steps! {
    /// NtSetInformationJobObject(JobObjectAssociateCompletionPortInformation): the job's messages go to a completion
    /// port, with a key.
    ///
    /// The job holds the port until the job's last handle is closed; the port holds nothing. A message is a packet: its
    /// number of bytes is the message, and the id of the process stands where an OVERLAPPED would. The port hears of
    /// the processes that are in the job already. Errors: those of ObReferenceObjectByHandle; STATUS_INVALID_PARAMETER
    /// for a job that has a port. Sources: Win32, JOBOBJECT_ASSOCIATE_COMPLETION_PORT; Wine kernel32/tests/process.c,
    /// test_CompletionPort; ReactOS ps/job.c.
    pub enum NtAssociateJobPort = "NtSetInformationJobObject" {
        ReferenceJob { job: Handle, port: Handle, key: u64 } = "enter", "reference the job by its handle";
        ReferencePort { port: Handle, key: u64 } = "port", "reference the port; the job will keep this reference";
        Associate { job: Id<Object>, key: u64 } = "associate", "store port and key in the job";
        Refuse { job: Id<Object> } = "refuse", "the job has a port already";
        DropJob { job: Id<Object>, status: NtStatus } = "drop", "let the job go";
        Return { status: NtStatus } = "return", "return whether it succeeded";
    }
}

impl Routine for NtAssociateJobPort {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::ReferenceJob { .. } | Self::DropJob { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::ReferenceJob { job, port, key } => {
                let access = JobAction::NoLimit.access();
                Next::call(Self::ReferencePort { port, key }, job_by_handle(k, thread, job, access))
            }
            Self::ReferencePort { port, key } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let job = returned.value.object();
                let by_handle =
                    completion_reference(k, thread, port, ObjectType::IoCompletion, Purpose::JobPort);
                Next::call(Self::Associate { job, key }, by_handle)
            }
            Self::Associate { job: object, key } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::goto(Self::DropJob { job: object, status: returned.status });
                }
                let (port, job) = (returned.value.object(), k.job_of(object));
                if k[job].port.is_some() {
                    let drop = ObDereferenceObject::Drop { object: port, purpose: Purpose::JobPort };
                    return Next::call(Self::Refuse { job: object }, drop);
                }
                k.associate_job(job, k.port_of(port), key);
                Next::goto(Self::DropJob { job: object, status: NtStatus::SUCCESS })
            }
            Self::Refuse { job } => {
                k.forget_returned(thread);
                Next::goto(Self::DropJob { job, status: NtStatus::INVALID_PARAMETER })
            }
            Self::DropJob { job: object, status } => {
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

fn job_by_handle(
    k: &Kernel,
    thread: Id<Thread>,
    handle: Handle,
    access: Access,
) -> ObReferenceObjectByHandle {
    let (process, wanted, purpose) = (k[thread].process, Some(ObjectType::Job), Purpose::Service);
    ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose }
}

/// JOB_OBJECT_ASSIGN_PROCESS.
const ASSIGN_PROCESS: Access = Access(1);
/// JOB_OBJECT_QUERY.
const QUERY: Access = Access(4);
/// PROCESS_SET_QUOTA and PROCESS_TERMINATE.
const SET_QUOTA_AND_TERMINATE: Access = Access(0x101);
/// PROCESS_QUERY_INFORMATION.
const QUERY_INFORMATION: Access = Access(0x400);

steps! {
    /// NtAssignProcessToJobObject; with `asks`, NtIsProcessInJob.
    ///
    /// A process that has ended cannot be put into a job: STATUS_PROCESS_IS_TERMINATING, ERROR_ACCESS_DENIED to Win32.
    /// A process that is in a job already: STATUS_ACCESS_DENIED before Windows 8; since then the other job must be empty
    /// or nested in that one, else STATUS_ACCESS_DENIED too. STATUS_INVALID_PARAMETER for a job that is being
    /// terminated. The question is answered by STATUS_PROCESS_IN_JOB or STATUS_PROCESS_NOT_IN_JOB, also of a process that
    /// has ended. Errors: those of ObReferenceObjectByHandle, and STATUS_PROCESS_IS_TERMINATING, STATUS_ACCESS_DENIED,
    /// STATUS_INVALID_PARAMETER. Sources: Win32, AssignProcessToJobObject, Nested Jobs; Wine kernel32/tests/process.c,
    /// test_IsProcessInJob, test_TerminateJobObject, test_BreakawayOk; ReactOS ps/job.c.
    pub enum NtAssignProcessToJobObject = "NtAssignProcessToJobObject" {
        ReferenceJob { job: Handle, process: Handle, asks: bool } = "enter", "reference the job by its handle";
        ReferenceProcess { process: Handle, asks: bool } = "process", "reference the process by its handle";
        Act { job: Id<Object>, asks: bool } = "assign", "put the process into the job, or look whether it is in it";
        DropJob { job: Id<Object>, returned: Returned } = "drop", "let the job go";
        Return { returned: Returned } = "return", "return whether it succeeded";
    }
}

impl Routine for NtAssignProcessToJobObject {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::ReferenceJob { .. } | Self::DropJob { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::ReferenceJob { job, process, asks } => {
                let access = if asks { QUERY } else { ASSIGN_PROCESS };
                Next::call(Self::ReferenceProcess { process, asks }, job_by_handle(k, thread, job, access))
            }
            Self::ReferenceProcess { process, asks } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let job = returned.value.object();
                let access = if asks { QUERY_INFORMATION } else { SET_QUOTA_AND_TERMINATE };
                Next::call(Self::Act { job, asks }, process_by_handle(k, thread, process, access))
            }
            Self::Act { job, asks } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::goto(Self::DropJob { job, returned });
                }
                let object: Id<Object> = returned.value.object();
                let status = if asks { k.is_in_job(object, job) } else { k.assign(object, job) };
                Next::call(
                    Self::DropJob { job, returned: Returned::status(status) },
                    ObDereferenceObject::Drop { object, purpose: Purpose::Service },
                )
            }
            Self::DropJob { job: object, returned } => {
                k.forget_returned(thread);
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Service };
                Next::call(Self::Return { returned }, drop)
            }
            Self::Return { returned } => {
                k.forget_returned(thread);
                Next::Return(returned)
            }
        }
    }
}

impl Kernel {
    fn is_in_job(&self, process: Id<Object>, job: Id<Object>) -> NtStatus {
        match self.is_process_in_job(self.process_of(process), self.job_of(job)) {
            true => NtStatus::PROCESS_IN_JOB,
            false => NtStatus::PROCESS_NOT_IN_JOB,
        }
    }

    fn assign(&mut self, process: Id<Object>, job: Id<Object>) -> NtStatus {
        let (process, job) = (self.process_of(process), self.job_of(job));
        if self[process].exiting || self[process].active_threads == 0 {
            return NtStatus::PROCESS_IS_TERMINATING;
        }
        self.assign_process(process, job)
    }
}
