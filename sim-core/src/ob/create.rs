//! Creating objects and handles.

use crate::fault::{Allocation, Fault};
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
use crate::ob::table::{ENTRY_ATTRIBUTES, EXCLUSIVE, Entry, INHERIT, KERNEL_HANDLE};
use crate::ps::job::Job;
use crate::ps::process::Process;
use crate::ps::thread::{Mode, Thread};
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id, word_enum};

word_enum! {
    /// Why a handle is made (OB_OPEN_REASON).
    pub enum OpenReason {
        /// For a new object.
        Create = "ObCreateHandle",
        /// For an object that is there already, by a caller whose access is checked.
        Open = "ObOpenHandle",
        /// For an object that a driver holds: kernel mode is not checked.
        OpenByDriver = "ObOpenHandle from kernel mode",
        /// As a duplicate.
        Duplicate = "ObDuplicateHandle",
        /// In a new process.
        Inherit = "ObInheritHandle",
    }
}

steps! {
    /// ObpIncrementHandleCount: counts a handle that is about to be made, then runs the type's open procedure.
    ///
    /// Errors, in this order: STATUS_INVALID_PARAMETER for OBJ_EXCLUSIVE with OBJ_INHERIT, or on an object that was not
    /// created with it; STATUS_ACCESS_DENIED for a handle that is not exclusive while a process has exclusive ones, and
    /// for an exclusive one while another process has handles; STATUS_UNSUCCESSFUL for an object whose last handle is
    /// gone and whose type counts handles and has a close procedure but no open procedure: a file must not come back
    /// after its cleanup; STATUS_ACCESS_DENIED from user mode for an open that asks for no access at all;
    /// STATUS_INSUFFICIENT_RESOURCES. Sources:
    /// ReactOS ob/obhandle.c; Wine ntdll/tests/om.c.
    pub enum ObpIncrementHandleCount = "ObpIncrementHandleCount" {
        Count { object: Id<Object>, process: Id<Process>, access: Access, attributes: u8, reason: OpenReason }
            = "HC+1", "count the handle";
        OpenProcedure { object: Id<Object>, process: Id<Process>, reason: OpenReason }
            = "open", "run the type's open procedure";
    }
}

impl Routine for ObpIncrementHandleCount {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::OpenProcedure { .. })
    }

    fn fault(self, k: &Kernel, thread: Id<Thread>) -> Option<Fault> {
        let Self::Count { object, process, access, attributes, reason } = self else { return None };
        // The first process's count is in the header.
        let is_second = Object::HANDLE_COUNTS.first(&k[object]).is_some();
        let refused = k.refuses_handle(thread, (object, process), (access, attributes), reason);
        let allocates = is_second && refused.is_none() && k.handle_count_entry(object, process).is_none();
        allocates.then_some(Fault::Allocation(Allocation::HandleCount))
    }

    fn take_fault(self, _k: &mut Kernel, _thread: Id<Thread>) -> Next {
        Next::fail(NtStatus::INSUFFICIENT_RESOURCES)
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Count { object, process, access, attributes, reason } = self else { return Next::SUCCESS };
        if let Some(status) = k.refuses_handle(thread, (object, process), (access, attributes), reason) {
            return Next::fail(status);
        }
        k.count_handle(object, process);
        if attributes & EXCLUSIVE != 0 {
            k.set(object, Object::EXCLUSIVE_PROCESS, Some(process), "only this process can have handles");
        }
        match k.type_rules(object).has_open_procedure {
            true => Next::goto(Self::OpenProcedure { object, process, reason }),
            false => Next::SUCCESS,
        }
    }
}

steps! {
    /// ObpCreateHandle: counts a handle and puts it into a table.
    ///
    /// The caller holds a reference, which becomes the handle's. Returns the handle's value. With
    /// [`KERNEL_HANDLE`] the table is the System process's and the value has the top bit. Errors: those of
    /// [`ObpIncrementHandleCount`]; STATUS_INSUFFICIENT_RESOURCES for a full table and for one that cannot grow. The caller keeps its reference
    /// then. Source: ReactOS ob/obhandle.c.
    pub enum ObpCreateHandle = "ObpCreateHandle" {
        Count { object: Id<Object>, process: Id<Process>, access: Access, attributes: u8, reason: OpenReason }
            = "count", "count the handle";
        Counted { object: Id<Object>, process: Id<Process>, access: Access, attributes: u8 }
            = "counted", "was the handle counted?";
        Insert { object: Id<Object>, process: Id<Process>, access: Access, attributes: u8 }
            = "insert", "put the handle into the process's table";
        Fail { status: NtStatus } = "undo", "there is no entry for it: the handle is not counted any more";
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

    fn fault(self, k: &Kernel, thread: Id<Thread>) -> Option<Fault> {
        self.inserts_into(k, thread).map(|_| Fault::Allocation(Allocation::HandleTableEntry))
    }

    fn take_fault(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        k.forget_returned(thread);
        let (Self::Counted { object, process, .. } | Self::Insert { object, process, .. }) = self else {
            unreachable!("only a step that makes an entry can lack the memory for it")
        };
        undo_count(object, process)
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Count { object, process, access, attributes, reason } => {
                let kernel = attributes & KERNEL_HANDLE != 0;
                let process = if kernel { k.system_process() } else { process };
                Next::call(
                    Self::Counted { object, process, access, attributes },
                    ObpIncrementHandleCount::Count { object, process, access, attributes, reason },
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

/// The handle that was counted gets no entry.
fn undo_count(object: Id<Object>, process: Id<Process>) -> Next {
    Next::call(
        ObpCreateHandle::Fail { status: NtStatus::INSUFFICIENT_RESOURCES },
        ObpDecrementHandleCount::Decrement { object, process },
    )
}

impl Kernel {
    /// Why a handle cannot be counted.
    fn refuses_handle(
        &self,
        thread: Id<Thread>,
        (object, process): (Id<Object>, Id<Process>),
        (access, attributes): (Access, u8),
        reason: OpenReason,
    ) -> Option<NtStatus> {
        if let Some(status) = self.refuses_exclusivity(object, process, attributes) {
            return Some(status);
        }
        let rules = self.type_rules(object);
        let resurrected = self[object].handle_count == 0 && !self[object].new;
        let unaware = rules.has_close_procedure && !rules.has_open_procedure;
        if resurrected && rules.maintains_handle_count && unaware {
            return Some(NtStatus::UNSUCCESSFUL);
        }
        let asks_for_nothing = reason == OpenReason::Open && access == Access(0);
        (asks_for_nothing && self.previous_mode(thread) == Mode::User).then_some(NtStatus::ACCESS_DENIED)
    }

    /// Why a handle cannot be made beside the exclusive ones that there are, or be exclusive itself.
    fn refuses_exclusivity(
        &self,
        object: Id<Object>,
        process: Id<Process>,
        attributes: u8,
    ) -> Option<NtStatus> {
        let header = &self[object];
        if attributes & EXCLUSIVE == 0 {
            return header.exclusive_process.map(|_| NtStatus::ACCESS_DENIED);
        }
        if attributes & INHERIT != 0 || !header.exclusive {
            return Some(NtStatus::INVALID_PARAMETER);
        }
        let others = match header.exclusive_process {
            Some(owner) => owner != process,
            None => header.handle_count > 0,
        };
        others.then_some(NtStatus::ACCESS_DENIED)
    }

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
            None => undo_count(object, process),
        }
    }

    pub(crate) fn count_handle(&mut self, object: Id<Object>, process: Id<Process>) {
        let count = self[object].handle_count + 1;
        self.set(object, Object::NEW, false, "");
        self.set(object, Object::HANDLE_COUNT, count, "a handle to the object exists");
        if let Body::Port(port) = self[object].body {
            self.set(port, Port::CLOSED, false, "a handle to the port exists again");
        }
        self.note_high_water(object);
        if !self.type_rules(object).maintains_handle_count {
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
        self.note_high_water(object);
        object
    }
}
