//! Processes.

use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::reference::Purpose;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::word::{Handle, Id};

record! {
    /// EPROCESS.
    pub struct Process: Process {
        /// Its header.
        OBJECT object: Id<Object>,
        /// The number of its name.
        NAME name: u32,
        /// Its last thread is on its way out: the handle table is being closed.
        EXITING exiting: bool,
        /// It has ended; its object is signalled.
        ENDED ended: bool as "ended",
    }
    lists {
        /// Handle values that were closed, the one closed last at the end.
        FREED freed: Handle,
    }
}

impl Kernel {
    /// Creates a running process without threads or handles.
    pub fn create_process(&mut self, name: &str) -> Id<Process> {
        let name = self.intern(name);
        let at = self.processes.lowest_free();
        let object = self.create(Object::new(Body::Process(at)), "the process is created");
        self.set(object, Object::POINTER_COUNT, 1, Purpose::Running.name());
        let freed = alloc::vec::Vec::new();
        self.create(Process { object, name, exiting: false, ended: false, freed }, "")
    }

    /// The threads of a process that have not ended, in order of creation.
    pub fn threads_of(&self, process: Id<Process>) -> impl Iterator<Item = Id<Thread>> {
        self.all::<Thread>()
            .filter(move |(_, thread)| thread.process == process && !thread.ended)
            .map(|(id, _)| id)
    }
}
