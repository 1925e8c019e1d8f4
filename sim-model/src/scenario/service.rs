//! From a call's arguments to the system service that performs it.

use sim_core::frame::Frame;
use sim_core::io::control_code::ControlCode;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::request::{IoService, Request};
use sim_core::nt::apc::{NtAlertThread, NtQueueApcThread};
use sim_core::nt::cancel_io_file::{NtCancelIoFile, NtCancelIoFileEx};
use sim_core::nt::close::NtClose;
use sim_core::nt::compare_objects::NtCompareObjects;
use sim_core::nt::completion::{NtRemoveIoCompletion, NtSetInformationFile, NtSetIoCompletion};
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::create_object::{
    NtCreateDirectoryObject, NtCreateEvent, NtCreateIoCompletion, NtCreateMutant, NtCreateSemaphore,
    NtCreateSymbolicLinkObject, NtCreateTimer,
};
use sim_core::nt::delay::NtDelayExecution;
use sim_core::nt::event::{NtClearEvent, NtPulseEvent, NtQueryEvent, NtSetEvent};
use sim_core::nt::mutant::{NtQueryMutant, NtReleaseMutant};
use sim_core::nt::open_object::{
    NtOpenDirectoryObject, NtOpenEvent, NtOpenIoCompletion, NtOpenMutant, NtOpenSemaphore,
    NtOpenSymbolicLinkObject, NtOpenTimer,
};
use sim_core::nt::permanence::NtSetPermanence;
use sim_core::nt::query_object::NtQueryObject;
use sim_core::nt::semaphore::{NtQuerySemaphore, NtReleaseSemaphore};
use sim_core::nt::signal_and_wait::NtSignalAndWaitForSingleObject;
use sim_core::nt::timer::{NtCancelTimer, NtQueryTimer, NtSetTimer};
use sim_core::nt::wait::{NtWaitForMultipleObjects, NtWaitForSingleObject};
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::types::ObjectType;
use sim_core::ps::apc::Apc;
use sim_core::ps::process::Process;
use sim_core::ps::thread::Thread;
use sim_core::{Access, Handle, Id};

use crate::scenario::program::{Act, HandleArg, NameArg, Service};
use crate::scenario::world::{Binding, World};

impl World<'_> {
    /// The value that a handle argument passes.
    pub(super) fn handle(&self, arg: HandleArg) -> Handle {
        match arg {
            HandleArg::Value(handle) => handle,
            HandleArg::Label(label) => match self.binding(label) {
                Binding::Handle { handle, .. } => handle,
                Binding::Value(Some(value)) => Handle(value as u32),
                _ => Handle::NULL,
            },
        }
    }

    /// OBJECT_ATTRIBUTES as a call passes them.
    fn attributes(&self, name: NameArg) -> ObjectAttributes {
        let NameArg { root, path, flags } = name;
        ObjectAttributes { root: self.handle(root), name: path.map(|path| self.path(path)), flags }
    }

    /// The services that create or open an object by its name, and those of names.
    fn name_service(&self, service: Service) -> Option<Frame> {
        Some(match service {
            Service::Open { wanted, name, access } => self.open_service(wanted, name, Access(access)),
            Service::CreateDirectory(name) => {
                NtCreateDirectoryObject::Create { attributes: self.attributes(name) }.into()
            }
            Service::CreateSymbolicLink { name, target } => {
                let (attributes, link_target) = (self.attributes(name), self.path(target));
                NtCreateSymbolicLinkObject::Create { attributes, link_target }.into()
            }
            Service::CreateEvent { name, manual_reset, signaled } => {
                let attributes = self.attributes(name);
                NtCreateEvent::Create { attributes, manual_reset, signaled }.into()
            }
            Service::CreateSemaphore { name, initial, limit } => {
                NtCreateSemaphore::Create { attributes: self.attributes(name), initial, limit }.into()
            }
            Service::CreateMutant { name, owned } => {
                NtCreateMutant::Create { attributes: self.attributes(name), owned }.into()
            }
            Service::CreateTimer { name, manual_reset } => {
                NtCreateTimer::Create { attributes: self.attributes(name), manual_reset }.into()
            }
            Service::SetPermanence { handle, permanent } => {
                NtSetPermanence::Reference { handle: self.handle(handle), permanent }.into()
            }
            _ => return None,
        })
    }

    fn open_service(&self, wanted: ObjectType, name: NameArg, access: Access) -> Frame {
        let attributes = self.attributes(name);
        match wanted {
            ObjectType::IoCompletion => NtOpenIoCompletion::Open { attributes, access }.into(),
            ObjectType::Semaphore => NtOpenSemaphore::Open { attributes, access }.into(),
            ObjectType::Mutant => NtOpenMutant::Open { attributes, access }.into(),
            ObjectType::Timer => NtOpenTimer::Open { attributes, access }.into(),
            ObjectType::Directory => NtOpenDirectoryObject::Open { attributes, access }.into(),
            ObjectType::SymbolicLink => NtOpenSymbolicLinkObject::Open { attributes, access }.into(),
            _ => NtOpenEvent::Open { attributes, access }.into(),
        }
    }

    /// The first system service of a call; none for a call that is no service.
    pub(super) fn first_service(
        &self,
        process: Id<Process>,
        service: Service,
        apc: Option<Id<Apc>>,
    ) -> Option<Frame> {
        Some(match service {
            Service::CreateFile { name, access, options } => {
                let attributes = self.attributes(name);
                NtCreateFile::of(CreateFile { attributes, access: Access(access), options }).into()
            }
            Service::CreatePipe { name, access, options, pipe } => {
                let attributes = self.attributes(name);
                let call = CreateFile { attributes, access: Access(access), options };
                NtCreateFile::named_pipe(call, pipe).into()
            }
            Service::WaitPipe { root, .. } => {
                let (attributes, options) = (self.attributes(root), OpenOptions::SYNCHRONOUS);
                NtCreateFile::of(CreateFile { attributes, access: Access(0x0010_0080), options }).into()
            }
            Service::Close(handle) => NtClose::of(self.handle(handle)).into(),
            Service::CreatePort { file, port, key, name } => {
                let (file, port) = (self.handle(file), self.handle(port));
                match port {
                    Handle::NULL => NtCreateIoCompletion::Create { attributes: self.attributes(name) }.into(),
                    port => NtSetInformationFile::of(file, port, key).into(),
                }
            }
            Service::Associate { file, port, key } => {
                NtSetInformationFile::of(self.handle(file), self.handle(port), key).into()
            }
            Service::RemovePacket { port, timeout } => {
                NtRemoveIoCompletion::of(self.handle(port), timeout).into()
            }
            Service::Post { port, key, value, bytes } => {
                NtSetIoCompletion::of(self.handle(port), key, value, bytes).into()
            }
            Service::CancelIo(file) => NtCancelIoFile::of(self.handle(file)).into(),
            Service::CancelIoEx { file, operation } => {
                let operation = operation.map(|label| match self.binding(label) {
                    Binding::Operation(iosb) => iosb,
                    _ => self.nobodys_iosb(),
                });
                NtCancelIoFileEx::of(self.handle(file), operation).into()
            }
            Service::SetEvent { event, signaled } => NtSetEvent::of(self.handle(event), signaled).into(),
            Service::Act { handle, act } => act_on(self.handle(handle), act),
            Service::QueueApc(thread) => NtQueueApcThread::of(self.handle(thread), apc?).into(),
            other => {
                let found = self.wait_service(other).or_else(|| self.name_service(other));
                return found.or_else(|| self.handle_service(process, other));
            }
        })
    }

    fn wait_service(&self, service: Service) -> Option<Frame> {
        Some(match service {
            Service::Wait { handle, timeout, alertable } => {
                NtWaitForSingleObject::Reference { handle: self.handle(handle), alertable, timeout }.into()
            }
            Service::WaitMultiple { all, timeout, alertable } => {
                NtWaitForMultipleObjects::of(all, alertable, timeout).into()
            }
            Service::SignalAndWait { signal, wait, timeout, alertable } => {
                let (signal, wait) = (self.handle(signal), self.handle(wait));
                NtSignalAndWaitForSingleObject::ReferenceSignal { signal, wait, alertable, timeout }.into()
            }
            Service::Sleep { timeout, alertable } => NtDelayExecution::Delay { alertable, timeout }.into(),
            Service::Query { handle, class, length } => {
                NtQueryObject::of(self.handle(handle), class, length).into()
            }
            Service::CompareObjects { first, second } => {
                NtCompareObjects::of(self.handle(first), self.handle(second)).into()
            }
            _ => return None,
        })
    }

    /// The service that a call goes on with when its first has made a handle: CreateIoCompletionPort binds a file to
    /// the new port, WaitNamedPipe asks the file system of pipes.
    pub(super) fn second_service(
        &mut self,
        thread: Id<Thread>,
        service: Service,
        port: Handle,
    ) -> Option<Frame> {
        if let Service::WaitPipe { pipe, limited, .. } = service {
            let (name, code) = (Some(self.path(pipe)), Some(ControlCode::PipeWait));
            let request = Request { name, limited, code, ..Request::of(port) };
            return Some(self.kernel.issue(thread, IoService::FsControl, request).into());
        }
        let Service::CreatePort { file, port: given, key, .. } = service else { return None };
        let (file, given) = (self.handle(file), self.handle(given));
        let binds_new = given == Handle::NULL && file != Handle::NULL && file != Handle::CURRENT_PROCESS;
        binds_new.then(|| NtSetInformationFile::of(file, port, key).into())
    }
}

fn act_on(handle: Handle, act: Act) -> Frame {
    match act {
        Act::ClearEvent => NtClearEvent::of(handle).into(),
        Act::PulseEvent => NtPulseEvent::of(handle).into(),
        Act::QueryEvent => NtQueryEvent::of(handle).into(),
        Act::ReleaseSemaphore { release } => NtReleaseSemaphore::of(handle, release).into(),
        Act::QuerySemaphore => NtQuerySemaphore::of(handle).into(),
        Act::ReleaseMutant => NtReleaseMutant::of(handle).into(),
        Act::QueryMutant => NtQueryMutant::of(handle).into(),
        Act::SetTimer { due_at_once, periodic } => NtSetTimer::of(handle, due_at_once, periodic).into(),
        Act::CancelTimer => NtCancelTimer::of(handle).into(),
        Act::QueryTimer => NtQueryTimer::of(handle).into(),
        Act::AlertThread => NtAlertThread::of(handle).into(),
    }
}
