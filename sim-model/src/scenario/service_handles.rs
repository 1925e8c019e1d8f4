//! The services of handles, processes and jobs, and what they are given.

use sim_core::frame::Frame;
use sim_core::nt::alert_by_id::NtAlertThreadByThreadId;
use sim_core::nt::create_object::NtCreateJobObject;
use sim_core::nt::duplicate_object::NtDuplicateObject;
use sim_core::nt::job::{JobService, NtAssignProcessToJobObject, NtAssociateJobPort};
use sim_core::nt::next_thread::NtGetNextThread;
use sim_core::nt::open_process::NtOpenProcess;
use sim_core::nt::terminate::NtTerminate;
use sim_core::ob::duplicate::ObDuplicateObject;
use sim_core::ob::handle_flags::{NtQueryHandleInformation, NtSetInformationObject};
use sim_core::ob::header::Body;
use sim_core::ob::table::INHERIT;
use sim_core::ps::create::NtCreateUserProcess;
use sim_core::ps::process::Process;
use sim_core::{Access, Handle, Id};

use crate::scenario::program::{HandleArg, ProcessArg, Service};
use crate::scenario::world::{Binding, World};

impl World<'_> {
    pub(super) fn handle_service(&self, own: Id<Process>, service: Service) -> Option<Frame> {
        Some(match service {
            Service::Duplicate { source, from, target, wanted } => {
                let handle = self.handle(source);
                let by_handle = |arg| matches!(arg, ProcessArg::Handle(_));
                if by_handle(from) || by_handle(target) || from == ProcessArg::None {
                    let (source, target) = (self.process_handle(from)?, self.process_handle(target)?);
                    return Some(
                        NtDuplicateObject::ReferenceSource { source, handle, target, wanted }.into(),
                    );
                }
                let (source, target) = (self.process_meant(from, own)?, self.process_meant(target, own));
                ObDuplicateObject::Reference { source, handle, target, wanted }.into()
            }
            Service::SetHandle { handle, mask, flags } => {
                NtSetInformationObject::Set { handle: self.handle(handle), mask, flags }.into()
            }
            Service::GetHandle(handle) => {
                NtQueryHandleInformation::Reference { handle: self.handle(handle) }.into()
            }
            Service::CreateProcess { child, parent, inherits } => {
                let (child, parent) = (self.process(child), self.handle(parent));
                NtCreateUserProcess::ReferenceParent { child, parent, inherits }.into()
            }
            Service::OpenProcess { process, access, inherit } => {
                let object = self.kernel()[self.process(process)].object;
                let attributes = if inherit { INHERIT } else { 0 };
                NtOpenProcess::Lookup { object, access: Access(access), attributes }.into()
            }
            Service::OpenThread { thread, access, inherit } => {
                let object = self.kernel()[self.thread(thread)?].object;
                let attributes = if inherit { INHERIT } else { 0 };
                NtOpenProcess::Lookup { object, access: Access(access), attributes }.into()
            }
            Service::Terminate { handle, wanted, exit_status } => {
                NtTerminate::Reference { handle: self.handle(handle), wanted, exit_status }.into()
            }
            Service::NextThread { process, after, access, inherit } => {
                let (process, thread) = (self.handle(process), self.handle(after));
                let attributes = if inherit { INHERIT } else { 0 };
                let access = Access(access);
                NtGetNextThread::ReferenceProcess { process, thread, access, attributes }.into()
            }
            Service::AlertById(thread) => {
                let object = self.kernel()[self.thread(thread)?].object;
                NtAlertThreadByThreadId::Lookup { object }.into()
            }
            Service::CreateJob(name) => {
                let (attributes, access) = self.named(name);
                NtCreateJobObject::Create { attributes, access }.into()
            }
            Service::Job { job, action, exit_status } => {
                JobService::Reference { handle: self.handle(job), action, exit_status }.into()
            }
            Service::JobPort { job, port, key } => {
                let (job, port) = (self.handle(job), self.handle(port));
                NtAssociateJobPort::ReferenceJob { job, port, key }.into()
            }
            Service::JobProcess { job, process, asks } => {
                let (job, process) = (self.handle(job), self.handle(process));
                NtAssignProcessToJobObject::ReferenceJob { job, process, asks }.into()
            }
            _ => return None,
        })
    }

    /// The process in whose table a duplicate is made.
    pub(super) fn process_meant(&self, arg: ProcessArg, own: Id<Process>) -> Option<Id<Process>> {
        match arg {
            ProcessArg::Own | ProcessArg::Handle(HandleArg::Value(_)) => Some(own),
            ProcessArg::None => None,
            ProcessArg::Named(process) => Some(self.process(process)),
            ProcessArg::Handle(HandleArg::Label(label)) => match self.binding(label) {
                Binding::Handle { object: Some(object), .. } => match self.kernel().get(object)?.body {
                    Body::Process(process) => Some(process),
                    _ => None,
                },
                _ => None,
            },
        }
    }

    /// The handle that stands for a process where the other one is given by handle.
    fn process_handle(&self, arg: ProcessArg) -> Option<Handle> {
        match arg {
            ProcessArg::Own => Some(Handle::CURRENT_PROCESS),
            ProcessArg::None => Some(Handle::NULL),
            ProcessArg::Handle(handle) => Some(self.handle(handle)),
            ProcessArg::Named(_) => None,
        }
    }
}
