//! Processes.

use alloc::vec::Vec;

use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::reference::Purpose;
use crate::ps::job::Job;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::word::{Handle, Id, Title};

record! {
    /// EPROCESS.
    pub struct Process: Process {
        /// Its header.
        OBJECT object: Id<Object>,
        /// The number of its name.
        NAME name: Title,
        /// Threads that have not begun to end.
        ACTIVE_THREADS active_threads: u32 as "ActiveThreads",
        /// Its last thread is on its way out: the handle table is being closed.
        EXITING exiting: bool,
        /// Services of other processes that work on its handle table; its end waits for them (rundown protection).
        USERS users: u32,
        /// It has ended; its object is signalled.
        ENDED ended: bool as "ended",
        /// It exists: the call that makes it has made it.
        CREATED created: bool,
        /// It can be found by its id.
        INSERTED inserted: bool,
        /// A debugger is attached.
        DEBUGGED debugged: bool,
        /// The strict handle check policy: each use of a handle that is none raises an exception.
        STRICT strict: bool,
        /// The value that the next handle gets, while a step that chose it is under way.
        CHOSEN chosen: Handle,
        /// The job that it is in; of nested ones the innermost.
        JOB job: Option<Id<Job>> as "job",
        /// It is one of the ActiveProcesses of its jobs.
        ACTIVE_IN_JOB active_in_job: bool as "active in its job",
        /// ExitStatus: what GetExitCodeProcess tells once it has ended.
        EXIT_STATUS exit_status: u32 as "ExitStatus",
        /// It was told to end as a whole, with this exit status; else its last thread gives it its own.
        TOLD told: bool,
    }
    lists {
        /// Free handle values, in the order of closing, or of value if the policy goes by it.
        FREED freed: Handle,
        /// PROC_THREAD_ATTRIBUTE_HANDLE_LIST, until the process is made.
        HANDLE_LIST handle_list: Handle,
    }
}

impl Kernel {
    /// Creates a running process without threads or handles. Its id stays valid after its end.
    pub fn create_process(&mut self, name: &str) -> Id<Process> {
        let process = self.declare_process(name);
        self.begin_process(process);
        self.set(process, Process::INSERTED, true, "");
        process
    }

    /// A process that does not exist yet: a service makes it, with the threads that are declared in it.
    pub fn declare_process(&mut self, name: &str) -> Id<Process> {
        let name = Title(self.intern(name));
        let at = self.processes.lowest_free();
        let object = self.create(Object::new(Body::Process(at)), "");
        self.watch(object);
        let process = Process {
            object,
            name,
            created: false,
            inserted: false,
            active_threads: 0,
            exiting: false,
            users: 0,
            debugged: false,
            strict: false,
            chosen: Handle::NULL,
            job: None,
            active_in_job: false,
            exit_status: 0,
            told: false,
            ended: false,
            freed: Vec::new(),
            handle_list: Vec::new(),
        };
        self.create(process, "")
    }

    /// The declared process exists from now on.
    pub(crate) fn begin_process(&mut self, process: Id<Process>) {
        let object = self[process].object;
        self.set(process, Process::CREATED, true, "the process is created");
        self.set(object, Object::POINTER_COUNT, 1, Purpose::Running.name());
        self.note_high_water(object);
    }

    /// A debugger is attached to a process, or it has the strict handle check policy, from the beginning.
    pub fn observe(&mut self, process: Id<Process>, debugged: bool, strict: bool) {
        self.set(process, Process::DEBUGGED, debugged, "");
        self.set(process, Process::STRICT, strict, "");
    }

    /// PROC_THREAD_ATTRIBUTE_HANDLE_LIST: the handles that a declared process will inherit.
    pub fn list_handles(&mut self, process: Id<Process>, handles: &[Handle]) {
        handles.iter().for_each(|handle| self.push(process, Process::HANDLE_LIST, *handle, ""));
    }

    /// ExAcquireRundownProtection: keeps a process's handle table from being closed; false if that has begun.
    pub(crate) fn acquire_rundown(&mut self, process: Id<Process>) -> bool {
        if self[process].exiting {
            return false;
        }
        let users = self[process].users + 1;
        self.set(process, Process::USERS, users, "");
        true
    }

    /// ExReleaseRundownProtection.
    pub(crate) fn release_rundown(&mut self, process: Id<Process>) {
        let users = self[process].users - 1;
        self.set(process, Process::USERS, users, "");
    }

    /// The threads of a process that have not ended, in order of creation.
    pub fn threads_of(&self, process: Id<Process>) -> impl Iterator<Item = Id<Thread>> {
        self.all::<Thread>()
            .filter(move |(_, thread)| thread.process == process && thread.created && !thread.ended)
            .map(|(id, _)| id)
    }
}
