//! Threads: who executes the system's steps.

use crate::delta::Change;
use crate::frame::{Frame, Returned};
use crate::io::irp::Irp;
use crate::io::port::{Packet, Port};
use crate::ke::mutant::Mutant;
use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::reference::Purpose;
use crate::ps::apc::Apc;
use crate::ps::process::Process;
use crate::ps::system::Role;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id, Name, Title, word_enum};

word_enum! {
    /// Who asks for a service: what user mode passes is not trusted.
    pub enum Mode {
        /// A program (UserMode).
        User = "user",
        /// The system or a driver (KernelMode).
        Kernel = "kernel",
    }
}

record! {
    /// ETHREAD.
    pub struct Thread: Thread {
        /// Its header.
        OBJECT object: Id<Object>,
        /// Its process.
        PROCESS process: Id<Process>,
        /// The number of its name.
        NAME name: Title,
        /// What it is there for.
        ROLE role: Role,
        /// How many holders keep it at APC_LEVEL, where no special kernel APC is delivered.
        APC_LEVEL apc_level: u32,
        /// What the last routine returned; zero once it was read.
        RETURNED returned: Option<Returned>,
        /// The packet that a port handed it while it waited.
        HANDED handed: Option<Id<Packet>>,
        /// KTHREAD.Queue: the port that it last asked for a packet, if that limits how many of its threads run.
        QUEUE queue: Option<Id<Port>> as "Queue",
        /// The access of the handle that a duplicate was made from (OBJECT_HANDLE_INFORMATION), until it is read.
        HANDLE_INFORMATION handle_information: Access,
        /// RemainingName: what a path says beyond the device that its lookup came to, until the file object has it.
        REMAINING_NAME remaining_name: Option<Name>,
        /// IoStatus.Information of the create request of its call: what the file system did, until its program reads it.
        CREATE_ACTION create_action: u32,
        /// How its wait ended, until it takes that up (KTHREAD.WaitStatus).
        WAIT_STATUS wait_status: Option<NtStatus> as "WaitStatus",
        /// NtAlertThread was called for it and no alertable wait has seen it yet.
        ALERTED alerted: bool as "Alerted",
        /// UserApcPending: a wait inside a call was ended by a user APC, so they run when the call returns.
        USER_APC_PENDING user_apc_pending: bool,
        /// NtAlertThreadByThreadId was called for it and no NtWaitForAlertByThreadId has seen it yet.
        ALERTED_BY_ID alerted_by_id: bool as "alerted by id",
        /// It was told to end.
        TERMINATING terminating: bool,
        /// ExitStatus: what GetExitCodeThread tells once it has ended.
        EXIT_STATUS exit_status: u32 as "ExitStatus",
        /// It has ended; its object is signalled.
        ENDED ended: bool as "ended",
        /// It exists: the call that makes it has made it.
        CREATED created: bool,
        /// The attributes of the handle that a duplicate or a query is about (OBJECT_HANDLE_INFORMATION), until they are
        /// read.
        HANDLE_ATTRIBUTES handle_attributes: u8,
        /// The handle to the first thread of the process that its call made (PROCESS_INFORMATION.hThread), until its
        /// program reads it.
        THREAD_HANDLE thread_handle: Handle,
        /// The exception that its call raises in its program, until that sees it.
        EXCEPTION exception: Option<NtStatus> as "exception",
    }
    lists {
        /// Its outstanding IRPs, the newest first (ETHREAD.IrpList).
        IRPS irps: Id<Irp> as "IrpList",
        /// Completed IRPs whose special kernel APC waits for this thread.
        APCS apcs: Id<Irp> as "ApcList",
        /// IRPs that a driver's routine has dequeued under a lock and completes after it has released that.
        DEFERRED deferred: Id<Irp>,
        /// Its user APCs, the oldest first: an alertable wait runs them.
        USER_APCS user_apcs: Id<Apc> as "user ApcList",
        /// The handles of its call that are not looked up yet.
        WAIT_HANDLES wait_handles: Handle,
        /// The objects of its wait, in order; each is held by one reference.
        WAIT_BLOCKS wait_blocks: Id<Object> as "WaitBlockList",
        /// The mutants that it owns, the one acquired last at the end.
        MUTANTS mutants: Id<Mutant> as "MutantListHead",
    }
}

impl Kernel {
    /// Creates a thread that waits in user mode for its program's first call. Its id stays valid after its end.
    pub fn create_thread(&mut self, process: Id<Process>, name: &str) -> Id<Thread> {
        self.create_thread_as(process, name, Role::Program)
    }

    pub(crate) fn create_thread_as(&mut self, process: Id<Process>, name: &str, role: Role) -> Id<Thread> {
        let thread = self.declare_thread(process, name, role);
        self.begin_thread(thread);
        thread
    }

    /// A thread that does not exist yet: it begins with the declared process that it is in.
    pub fn declare_thread(&mut self, process: Id<Process>, name: &str, role: Role) -> Id<Thread> {
        let name = Title(self.intern(name));
        let at = self.threads.lowest_free();
        let object = self.create(Object::new(Body::Thread(at)), "");
        self.watch(object);
        let thread = Thread {
            object,
            process,
            name,
            role,
            created: false,
            apc_level: 0,
            returned: None,
            handed: None,
            queue: None,
            handle_information: Access(0),
            handle_attributes: 0,
            remaining_name: None,
            create_action: 0,
            thread_handle: Handle::NULL,
            exception: None,
            wait_status: None,
            alerted: false,
            user_apc_pending: false,
            alerted_by_id: false,
            terminating: false,
            exit_status: 0,
            ended: false,
            irps: alloc::vec::Vec::new(),
            apcs: alloc::vec::Vec::new(),
            deferred: alloc::vec::Vec::new(),
            user_apcs: alloc::vec::Vec::new(),
            wait_handles: alloc::vec::Vec::new(),
            wait_blocks: alloc::vec::Vec::new(),
            mutants: alloc::vec::Vec::new(),
        };
        self.create(thread, "")
    }

    /// The declared thread exists from now on.
    pub(crate) fn begin_thread(&mut self, thread: Id<Thread>) {
        let process = self[self[thread].process].object;
        self.run_thread(thread);
        self.reference(process, Purpose::ThreadOfProcess);
    }

    /// A thread whose object exists, and holds its process, begins.
    pub(crate) fn run_thread(&mut self, thread: Id<Thread>) {
        let (object, process) = (self[thread].object, self[thread].process);
        self.set(thread, Thread::CREATED, true, "the thread is created");
        self.reference(object, Purpose::Running);
        self.note_high_water(object);
        let active = self[process].active_threads + 1;
        self.set(process, Process::ACTIVE_THREADS, active, "a thread has begun");
    }

    /// A thread whose process has ended already ends without having run.
    pub(crate) fn end_unborn(&mut self, thread: Id<Thread>) {
        let why = "its process has ended before it ran";
        self.set(thread, Thread::CREATED, true, why);
        self.set(thread, Thread::TERMINATING, true, why);
        self.set(thread, Thread::ENDED, true, why);
        self.discard_user_apcs(thread);
        self.wake_waiters(self[thread].object);
    }

    /// ExGetPreviousMode: who asks for what the thread does.
    pub fn previous_mode(&self, thread: Id<Thread>) -> Mode {
        match self[thread].role {
            Role::Program => Mode::User,
            Role::Device | Role::Worker => Mode::Kernel,
        }
    }

    /// KeRaiseUserException: when the service returns, the program gets an exception.
    pub(crate) fn raise_exception(&mut self, thread: Id<Thread>, status: NtStatus) {
        self.set(thread, Thread::EXCEPTION, Some(status), "the call raises an exception in its program");
    }

    /// The exception that the last call of a thread has raised, read once.
    pub fn collect_exception(&mut self, thread: Id<Thread>) -> Option<NtStatus> {
        let exception = self[thread].exception;
        self.set(thread, Thread::EXCEPTION, None, "");
        exception
    }

    /// The routines a thread is in, outermost first.
    pub fn stack(&self, thread: Id<Thread>) -> &[Frame] {
        self.stacks.row(thread.index())
    }

    pub(crate) fn enter(&mut self, thread: Id<Thread>, frame: Frame) {
        self.stacks.row_mut(thread.index()).push(frame);
        self.record_change(Change::Enter { thread: thread.index() as u32, frame }, "");
    }

    pub(crate) fn go_to(&mut self, thread: Id<Thread>, to: Frame) {
        if let Some(top) = self.stacks.row_mut(thread.index()).last_mut() {
            let from = core::mem::replace(top, to);
            self.record_change(Change::Goto { thread: thread.index() as u32, from, to }, "");
        }
    }

    pub(crate) fn leave(&mut self, thread: Id<Thread>, returned: Option<Returned>) {
        if let Some(frame) = self.stacks.row_mut(thread.index()).pop() {
            self.record_change(Change::Leave { thread: thread.index() as u32, frame }, "");
        }
        self.set(thread, Thread::RETURNED, returned, "");
    }

    /// What the routine that was called last returned. A routine reads it once, in the step after the call.
    pub(crate) fn take_returned(&mut self, thread: Id<Thread>) -> Returned {
        let returned = self[thread].returned.expect("a called routine has returned");
        self.set(thread, Thread::RETURNED, None, "");
        returned
    }

    /// Whether the routine that was called last has succeeded.
    pub(crate) fn was_successful(&self, thread: Id<Thread>) -> bool {
        self[thread].returned.is_some_and(|returned| !returned.status.is_error())
    }

    /// Passes over what the routine that was called last returned, if one was.
    pub(crate) fn forget_returned(&mut self, thread: Id<Thread>) {
        self.set(thread, Thread::RETURNED, None, "");
    }

    /// Raises the thread to APC_LEVEL.
    pub(crate) fn raise(&mut self, thread: Id<Thread>) {
        let level = self[thread].apc_level + 1;
        self.set(thread, Thread::APC_LEVEL, level, "");
    }

    /// Lowers the thread again.
    pub(crate) fn lower(&mut self, thread: Id<Thread>) {
        let level = self[thread].apc_level - 1;
        self.set(thread, Thread::APC_LEVEL, level, "");
    }
}
