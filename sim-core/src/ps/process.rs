//! Processes.

use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::reference::Purpose;
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
    }
    lists {
        /// Handle values that were closed, the one closed last at the end.
        FREED freed: Handle,
    }
}

impl Kernel {
    /// Creates a running process without threads or handles. Its id stays valid after its end.
    pub fn create_process(&mut self, name: &str) -> Id<Process> {
        let name = Title(self.intern(name));
        let at = self.processes.lowest_free();
        let object = self.create(Object::new(Body::Process(at)), "the process is created");
        self.set(object, Object::POINTER_COUNT, 1, Purpose::Running.name());
        self.watch(object);
        let freed = alloc::vec::Vec::new();
        self.create(
            Process { object, name, active_threads: 0, exiting: false, users: 0, ended: false, freed },
            "",
        )
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
            .filter(move |(_, thread)| thread.process == process && !thread.ended)
            .map(|(id, _)| id)
    }
}
