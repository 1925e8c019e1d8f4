//! Creating objects and handles.

use crate::frame::{Next, Returned, Routine, steps};
use crate::io::file::File;
use crate::io::port::Port;
use crate::ke::event::Event;
use crate::ke::mutant::Mutant;
use crate::ke::semaphore::Semaphore;
use crate::ke::timer::Timer;
use crate::kernel::Kernel;
use crate::ob::close::ObpDecrementHandleCount;
use crate::ob::header::{Body, HandleCount, Object};
use crate::ob::reference::Purpose;
use crate::ob::table::{ENTRY_ATTRIBUTES, Entry, KERNEL_HANDLE};
use crate::ps::job::Job;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

steps! {
    /// ObpIncrementHandleCount: counts a handle that is about to be made.
    ///
    /// STATUS_UNSUCCESSFUL for an object whose last handle is gone and whose type has a close procedure and counts
    /// handles: a file must not come back after its cleanup. Source: ReactOS ob/obhandle.c.
    pub enum ObpIncrementHandleCount = "ObpIncrementHandleCount" {
        Count { object: Id<Object>, process: Id<Process> } = "HC+1", "count the handle";
    }
}

impl Routine for ObpIncrementHandleCount {
    fn step(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::Count { object, process } = self;
        let rules = k.object_type(object).rules();
        let resurrected = k[object].handle_count == 0 && !k[object].new;
        if resurrected && rules.maintains_handle_count && rules.has_close_procedure {
            return Next::fail(NtStatus::UNSUCCESSFUL);
        }
        k.count_handle(object, process);
        Next::SUCCESS
    }
}

steps! {
    /// ObpCreateHandle: counts a handle and puts it into a table.
    ///
    /// The caller holds a reference, which becomes the handle's. Returns the handle's value. With
    /// [`KERNEL_HANDLE`] the table is the System process's and the value has the top bit. Errors: those of
    /// [`ObpIncrementHandleCount`]; STATUS_INSUFFICIENT_RESOURCES for a full table. The caller keeps its reference
    /// then. Source: ReactOS ob/obhandle.c.
    pub enum ObpCreateHandle = "ObpCreateHandle" {
        Count { object: Id<Object>, process: Id<Process>, access: Access, attributes: u8 }
            = "count", "count the handle";
        Counted { object: Id<Object>, process: Id<Process>, access: Access, attributes: u8 }
            = "counted", "was the handle counted?";
        Insert { object: Id<Object>, process: Id<Process>, access: Access, attributes: u8 }
            = "insert", "put the handle into the process's table";
        Fail { status: NtStatus } = "undo", "the table is full: the handle is not counted any more";
    }
}

impl ObpCreateHandle {
    /// The process whose table gets the handle, if the next step puts it there.
    pub(crate) fn inserts_into(self, k: &Kernel, thread: Id<Thread>) -> Option<Id<Process>> {
        match self {
            Self::Counted { process, .. } => k.was_successful(thread).then_some(process),
            Self::Insert { process, .. } => Some(process),
            Self::Count { .. } | Self::Fail { .. } => None,
        }
    }
}

impl Routine for ObpCreateHandle {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Count { .. } | Self::Fail { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Count { object, process, access, attributes } => {
                let kernel = attributes & KERNEL_HANDLE != 0;
                let process = if kernel { k.system_process() } else { process };
                Next::call(
                    Self::Counted { object, process, access, attributes },
                    ObpIncrementHandleCount::Count { object, process },
                )
            }
            Self::Counted { object, process, access, attributes } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                k.insert_handle(object, process, access, attributes)
            }
            Self::Insert { object, process, access, attributes } => {
                k.insert_handle(object, process, access, attributes)
            }
            Self::Fail { status } => {
                k.forget_returned(thread);
                Next::fail(status)
            }
        }
    }
}

impl Kernel {
    fn insert_handle(
        &mut self,
        object: Id<Object>,
        process: Id<Process>,
        access: Access,
        attributes: u8,
    ) -> Next {
        let kernel = if attributes & KERNEL_HANDLE != 0 { Handle::KERNEL_BIT } else { 0 };
        let attributes = attributes & ENTRY_ATTRIBUTES;
        let entry = Entry { object: Some(object), access, attributes, locked: false, ref_cnt: 0 };
        match self.insert_entry(process, entry, "the handle names the object from now on") {
            Some(handle) => Next::Return(Returned::handle(Handle(handle.0 | kernel))),
            None => Next::call(
                ObpCreateHandle::Fail { status: NtStatus::INSUFFICIENT_RESOURCES },
                ObpDecrementHandleCount::Decrement { object, process },
            ),
        }
    }

    pub(crate) fn count_handle(&mut self, object: Id<Object>, process: Id<Process>) {
        let count = self[object].handle_count + 1;
        self.set(object, Object::NEW, false, "");
        self.set(object, Object::HANDLE_COUNT, count, "a handle to the object exists");
        if let Body::Port(port) = self[object].body {
            self.set(port, Port::CLOSED, false, "a handle to the port exists again");
        }
        if !self.object_type(object).rules().maintains_handle_count {
            return;
        }
        match self.handle_count_entry(object, process) {
            Some(entry) => {
                let count = self[entry].count + 1;
                self.set(entry, HandleCount::COUNT, count, "");
            }
            None => {
                let entry = self.create(HandleCount { process, count: 1 }, "");
                self.push(object, Object::HANDLE_COUNTS, entry, "");
            }
        }
    }

    /// ObCreateObject for an event: PointerCount 1 (the creator's), HandleCount 0.
    pub(crate) fn create_event_object(&mut self, manual_reset: bool, signaled: bool) -> Id<Object> {
        let at = self.events.lowest_free();
        let object = self.create_header(Body::Event(at));
        self.create(Event { object, manual_reset, signaled }, "");
        object
    }

    /// ObCreateObject for a semaphore.
    pub(crate) fn create_semaphore_object(&mut self, current_count: u32, limit: u32) -> Id<Object> {
        let at = self.semaphores.lowest_free();
        let object = self.create_header(Body::Semaphore(at));
        self.create(Semaphore { object, current_count, limit }, "");
        object
    }

    /// ObCreateObject for a mutant; `owner` has acquired it once.
    pub(crate) fn create_mutant_object(&mut self, owner: Option<Id<Thread>>) -> Id<Object> {
        let at = self.mutants.lowest_free();
        let object = self.create_header(Body::Mutant(at));
        let mutant = self.create(Mutant { object, owner: None, acquired: 0, abandoned: false }, "");
        if let Some(owner) = owner {
            self.acquire_mutant(mutant, owner, "its creator owns it from the beginning");
        }
        object
    }

    /// ObCreateObject for a timer that is not set.
    pub(crate) fn create_timer_object(&mut self, manual_reset: bool) -> Id<Object> {
        let at = self.timers.lowest_free();
        let object = self.create_header(Body::Timer(at));
        self.create(Timer { object, manual_reset, set: false, periodic: false, signaled: false }, "");
        object
    }

    /// ObCreateObject for a completion port.
    pub(crate) fn create_port_object(&mut self, concurrency: u32) -> Id<Object> {
        let at = self.ports.lowest_free();
        let object = self.create_header(Body::Port(at));
        self.create(Port::new(object, concurrency), "");
        object
    }

    /// ObCreateObject for a job.
    pub(crate) fn create_job_object(&mut self) -> Id<Object> {
        let at = self.jobs.lowest_free();
        let object = self.create_header(Body::Job(at));
        self.create(Job::new(object), "");
        object
    }

    /// ObCreateObject for a file object.
    pub(crate) fn create_file_object(&mut self, file: impl FnOnce(Id<Object>) -> File) -> Id<Object> {
        let at = self.files.lowest_free();
        let object = self.create_header(Body::File(at));
        self.create(file(object), "");
        object
    }

    pub(crate) fn create_header(&mut self, body: Body) -> Id<Object> {
        let object = self.create(Object::new(body), "the object is created");
        self.set(object, Object::POINTER_COUNT, 1, Purpose::Creation.name());
        object
    }
}
