//! NtCreateUserProcess: how a process comes to be.

use alloc::vec::Vec;

use crate::fault::{Allocation, Fault};
use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::nt::duplicate_object::process_by_handle;
use crate::ob::close::ObpCloseHandle;
use crate::ob::create::{ObpCreateHandle, OpenReason};
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ps::exit::PspExitProcess;
use crate::ps::inherit::ObInitProcess;
use crate::ps::job::NEW_PROCESS;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id, word_enum};

/// PROCESS_CREATE_PROCESS.
const PROCESS_CREATE_PROCESS: Access = Access(0x80);

word_enum! {
    /// What a new process inherits.
    pub enum Inheritance {
        /// Nothing: bInheritHandles is FALSE.
        Nothing = "nothing",
        /// Every inheritable handle.
        All = "all",
        /// Inheritable handles of PROC_THREAD_ATTRIBUTE_HANDLE_LIST, as [`Kernel::list_handles`] gave them.
        Listed = "listed",
    }
}

steps! {
    /// NtCreateUserProcess: makes a declared process, with the threads declared in it, and returns a handle to it and
    /// one to its first thread, in this order.
    ///
    /// It inherits the handles, and the job, of `parent`: the caller ([`Handle::CURRENT_PROCESS`]) or the process of
    /// PROC_THREAD_ATTRIBUTE_PARENT_PROCESS. No thread of it runs before both handles are made; without the second the
    /// process ends before it began. Errors: STATUS_INVALID_HANDLE,
    /// STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED for the parent's handle; STATUS_PROCESS_IS_TERMINATING;
    /// STATUS_INSUFFICIENT_RESOURCES; STATUS_INVALID_PARAMETER for a process that was made already. Sources: ReactOS
    /// ps/process.c; Win32, CreateProcess, UpdateProcThreadAttribute; Wine kernel32/tests/process.c,
    /// test_parent_process_attribute.
    ///
    /// ```
    /// use sim_core::nt::create_object::NtCreateEvent;
    /// use sim_core::ob::attributes::ObjectAttributes;
    /// use sim_core::ob::handle_flags::{HANDLE_FLAG_INHERIT, NtSetInformationObject};
    /// use sim_core::ob::open::MAXIMUM_ALLOWED;
    /// use sim_core::ps::create::{Inheritance, NtCreateUserProcess};
    /// use sim_core::{Handle, Kernel};
    ///
    /// let mut k = Kernel::new(Default::default());
    /// let app = k.create_process("app");
    /// let main = k.create_thread(app, "main");
    /// let child = k.declare_process("tool");
    /// k.start(main, NtCreateEvent::Create { attributes: ObjectAttributes::UNNAMED, access: MAXIMUM_ALLOWED, manual_reset: true, signaled: false });
    /// k.run(main);
    /// let (event, flag) = (Handle(4), HANDLE_FLAG_INHERIT);
    /// k.start(main, NtSetInformationObject::Set { handle: event, mask: flag, flags: flag });
    /// k.run(main);
    /// let (parent, inherits) = (Handle::CURRENT_PROCESS, Inheritance::All);
    /// k.start(main, NtCreateUserProcess::ReferenceParent { child, parent, inherits });
    /// k.run(main);
    /// assert_eq!(k.entry(child, event).unwrap().object, k.entry(app, event).unwrap().object);
    /// ```
    pub enum NtCreateUserProcess = "NtCreateUserProcess" {
        ReferenceParent { child: Id<Process>, parent: Handle, inherits: Inheritance }
            = "enter", "reference the parent by its handle";
        Create { child: Id<Process>, inherits: Inheritance }
            = "create", "create the process, which nobody can find yet";
        Inherited { child: Id<Process>, parent: Id<Object> }
            = "inherited", "its handle table is ready: create a handle to it";
        InsertThread { child: Id<Process>, parent: Id<Object>, first: Option<Id<Thread>> }
            = "thread", "its handle is made: create a handle to its first thread";
        Start { child: Id<Process>, parent: Id<Object>, process: Handle, first: Id<Thread> }
            = "start", "its id can be found and its threads run";
        DropThread { child: Id<Process>, parent: Id<Object>, first: Option<Id<Thread>>, returned: Returned }
            = "drop thread", "not both handles could be made: let the thread go";
        Abandon { child: Id<Process>, parent: Id<Object>, returned: Returned }
            = "abandon", "the process ends before it began";
        DropParent { parent: Id<Object>, returned: Returned } = "drop", "let the parent go";
        Return { returned: Returned } = "return", "return the handle";
    }
}

impl Routine for NtCreateUserProcess {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::DropParent { .. })
    }

    fn fault(self, k: &Kernel, thread: Id<Thread>) -> Option<Fault> {
        let Self::Create { child, .. } = self else { return None };
        let allocates = k.was_successful(thread) && !k[child].created;
        allocates.then_some(Fault::Allocation(Allocation::Object))
    }

    fn take_fault(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let parent = k.take_returned(thread).value.object();
        let returned = Returned::status(NtStatus::INSUFFICIENT_RESOURCES);
        Next::goto(Self::DropParent { parent, returned })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::ReferenceParent { child, parent, inherits } => Next::call(
                Self::Create { child, inherits },
                process_by_handle(k, thread, parent, PROCESS_CREATE_PROCESS),
            ),
            Self::Create { child, inherits } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                k.create_child(returned.value.object(), child, inherits)
            }
            Self::Inherited { child, parent } => {
                k.forget_returned(thread);
                k.release_rundown(k.process_of(parent));
                let (object, process) = (k[child].object, k[thread].process);
                k.reference(object, Purpose::Handle);
                let first = k.declared_threads(child).next();
                if let Some(first) = first {
                    k.reference(k[first].object, Purpose::Creation);
                    k.reference(object, Purpose::ThreadOfProcess);
                }
                let access = k.valid_access(object);
                let reason = OpenReason::Create;
                let count = ObpCreateHandle::Count { object, process, access, attributes: 0, reason };
                Next::call(Self::InsertThread { child, parent, first }, count)
            }
            Self::InsertThread { child, parent, first } => k.insert_thread(thread, child, parent, first),
            Self::Start { child, parent, process, first } => {
                let returned = k.take_returned(thread);
                let object = k[first].object;
                if returned.status.is_error() {
                    k.dereference(object, Purpose::Handle);
                    let first = Some(first);
                    let owner = k[thread].process;
                    let close = ObpCloseHandle::LockEntry { process: owner, handle: process, forced: true };
                    return Next::call(Self::DropThread { child, parent, first, returned }, close);
                }
                k.start_child(child, Some(first));
                k.set(thread, Thread::THREAD_HANDLE, returned.value.handle(), "");
                Next::call(
                    Self::DropParent { parent, returned: Returned::handle(process) },
                    ObDereferenceObject::Drop { object, purpose: Purpose::Creation },
                )
            }
            Self::DropThread { child, parent, first, returned } => {
                k.forget_returned(thread);
                let abandon = Self::Abandon { child, parent, returned };
                let Some(first) = first else { return Next::goto(abandon) };
                let object = k[first].object;
                Next::call(abandon, ObDereferenceObject::Drop { object, purpose: Purpose::Creation })
            }
            Self::Abandon { child, parent, returned } => {
                k.forget_returned(thread);
                let end = PspExitProcess::CloseTable { process: child };
                Next::call(Self::DropParent { parent, returned }, end)
            }
            Self::DropParent { parent: object, returned } => {
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
    fn create_child(&mut self, parent: Id<Object>, child: Id<Process>, inherits: Inheritance) -> Next {
        let process = self.process_of(parent);
        let refuse = |status| {
            let returned = Returned::status(status);
            Next::goto(NtCreateUserProcess::DropParent { parent, returned })
        };
        if self[child].created {
            return refuse(NtStatus::INVALID_PARAMETER);
        }
        if !self.acquire_rundown(process) {
            return refuse(NtStatus::PROCESS_IS_TERMINATING);
        }
        self.begin_process(child);
        if let Some(job) = self[process].job {
            self.join_job(child, job);
        }
        let resume = NtCreateUserProcess::Inherited { child, parent };
        let listed = inherits == Inheritance::Listed;
        match inherits {
            Inheritance::Nothing => Next::goto(resume),
            _ => Next::call(
                resume,
                ObInitProcess::Reference { parent: process, child, after: Handle::NULL, listed },
            ),
        }
    }

    fn insert_thread(
        &mut self,
        caller: Id<Thread>,
        child: Id<Process>,
        parent: Id<Object>,
        first: Option<Id<Thread>>,
    ) -> Next {
        let returned = self.take_returned(caller);
        if returned.status.is_error() {
            self.dereference(self[child].object, Purpose::Handle);
            return Next::goto(NtCreateUserProcess::DropThread { child, parent, first, returned });
        }
        let Some(first) = first else {
            self.start_child(child, None);
            return Next::goto(NtCreateUserProcess::DropParent { parent, returned });
        };
        let object = self[first].object;
        self.reference(object, Purpose::Handle);
        let (process, access) = (self[caller].process, self.valid_access(object));
        let resume = NtCreateUserProcess::Start { child, parent, process: returned.value.handle(), first };
        let reason = OpenReason::Create;
        Next::call(resume, ObpCreateHandle::Count { object, process, access, attributes: 0, reason })
    }

    /// The threads that a process will begin with, in the order of their declaration.
    fn declared_threads(&self, process: Id<Process>) -> impl Iterator<Item = Id<Thread>> {
        let declared =
            move |(_, thread): &(Id<Thread>, &Thread)| thread.process == process && !thread.created;
        self.all::<Thread>().filter(declared).map(|(id, _)| id)
    }

    /// The handle to the first thread of the process that the last call of a thread made, read once; none if that call
    /// made none.
    pub fn collect_thread_handle(&mut self, thread: Id<Thread>) -> Option<Handle> {
        let handle = self[thread].thread_handle;
        self.set(thread, Thread::THREAD_HANDLE, Handle::NULL, "");
        (handle != Handle::NULL).then_some(handle)
    }

    fn start_child(&mut self, child: Id<Process>, first: Option<Id<Thread>>) {
        while self.pop(child, Process::HANDLE_LIST, "").is_some() {}
        self.set(child, Process::INSERTED, true, "the process can be found by its id");
        if self[child].active_in_job {
            let jobs = self.job_chain(self[child].job);
            self.tell_jobs(child, &jobs, NEW_PROCESS);
        }
        if self[child].exiting {
            first.into_iter().for_each(|first| self.end_unborn(first));
            return;
        }
        first.into_iter().for_each(|first| self.run_thread(first));
        let threads: Vec<Id<Thread>> = self.declared_threads(child).collect();
        threads.into_iter().for_each(|thread| self.begin_thread(thread));
    }
}
