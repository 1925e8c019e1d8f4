//! The System process: its worker, the namespace it makes, and what the system keeps once.

use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::word::{Id, word_enum};

word_enum! {
    /// What a thread is there for.
    pub enum Role {
        /// It runs a program's calls.
        Program = "program",
        /// It stands for a device's interrupts and DPCs.
        Device = "device",
        /// It is the system worker that deletes objects and runs work items.
        Worker = "worker",
    }
}

record! {
    /// What the system keeps once.
    pub struct System: System {
        /// Who holds the system-wide cancel spin lock.
        CANCEL_LOCK cancel_lock: Option<Id<Thread>> as "cancel spin lock",
        /// ObpRootDirectoryObject. The system holds it.
        ROOT root: Option<Id<Object>>,
        /// The directory of DOS devices of the system's device map. The system holds it.
        DOS_DEVICES dos_devices: Option<Id<Object>>,
        /// How many allocations have failed, where they can.
        FAILED_ALLOCATIONS failed_allocations: u32 as "failed allocations",
    }
    lists {
        /// Objects without references whose deletion a worker will run.
        REAPER reaper: Id<Object> as "deferred deletions",
        /// Requests that a file system has posted to a worker.
        POSTED posted: Id<Irp> as "work queue",
    }
}

impl Kernel {
    pub(crate) fn boot(&mut self) {
        let reaper = alloc::vec::Vec::new();
        let posted = alloc::vec::Vec::new();
        let failed_allocations = 0;
        let system =
            System { cancel_lock: None, root: None, dos_devices: None, failed_allocations, reaper, posted };
        self.create(system, "");
        self.begin_high_water();
        let process = self.create_process("System");
        self.create_thread_as(process, "worker", Role::Worker);
        self.create_namespace();
    }

    pub(crate) const fn system_id(&self) -> Id<System> {
        Id::at(0)
    }

    /// The System process.
    pub const fn system_process(&self) -> Id<Process> {
        Id::at(0)
    }

    /// The thread that stands for the system's workers, the lazy writer and the memory manager's threads.
    pub const fn worker(&self) -> Id<Thread> {
        Id::at(0)
    }

    /// Who holds the system-wide cancel spin lock.
    pub fn cancel_lock(&self) -> Option<Id<Thread>> {
        self[self.system_id()].cancel_lock
    }

    pub(crate) fn set_cancel_lock(&mut self, holder: Option<Id<Thread>>, why: &'static str) {
        self.set(self.system_id(), System::CANCEL_LOCK, holder, why);
    }
}
