//! From a call's arguments to the system service that performs it.

use sim_core::frame::Frame;
use sim_core::io::control_code::ControlCode;
use sim_core::io::iosb::Iosb;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::request::{IoService, Request};
use sim_core::nt::alert_by_id::NtWaitForAlertByThreadId;
use sim_core::nt::apc::{NtAlertThread, NtQueueApcThread};
use sim_core::nt::cancel_io_file::{NtCancelIoFile, NtCancelIoFileEx};
use sim_core::nt::cancel_synchronous_io::NtCancelSynchronousIoFile;
use sim_core::nt::close::NtClose;
use sim_core::nt::compare_objects::NtCompareObjects;
use sim_core::nt::completion::{NtQueryIoCompletion, NtSetInformationFile, NtSetIoCompletion};
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::create_object::{
    NtCreateDirectoryObject, NtCreateEvent, NtCreateIoCompletion, NtCreateMutant, NtCreateSemaphore,
    NtCreateSymbolicLinkObject, NtCreateTimer,
};
use sim_core::nt::delay::NtDelayExecution;
use sim_core::nt::event::{NtClearEvent, NtPulseEvent, NtQueryEvent, NtSetEvent};
use sim_core::nt::file_information::NtSetNotificationModes;
use sim_core::nt::mutant::{NtQueryMutant, NtReleaseMutant};
use sim_core::nt::open_object::{
    NtOpenDirectoryObject, NtOpenEvent, NtOpenIoCompletion, NtOpenJobObject, NtOpenMutant, NtOpenSection,
    NtOpenSemaphore, NtOpenSymbolicLinkObject, NtOpenTimer,
};
use sim_core::nt::permanence::NtSetPermanence;
use sim_core::nt::query_object::NtQueryObject;
use sim_core::nt::remove_completion::NtRemoveIoCompletion;
use sim_core::nt::section::NtCreateSection;
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

use crate::scenario::arguments::PathAct;
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

    /// OBJECT_ATTRIBUTES and DesiredAccess as a call passes them.
    pub(super) fn named(&self, name: NameArg) -> (ObjectAttributes, Access) {
        let NameArg { root, path, flags, access } = name;
        let name = path.map(|path| self.path(path));
        (ObjectAttributes { root: self.handle(root), name, flags }, Access(access))
    }

    /// The services that create or open an object by its name, and those of names.
    fn name_service(&self, service: Service) -> Option<Frame> {
        Some(match service {
            Service::Open { wanted, name } => self.open_service(wanted, name),
            Service::CreateDirectory(name) => {
                let (attributes, access) = self.named(name);
                NtCreateDirectoryObject::Create { attributes, access }.into()
            }
            Service::CreateSymbolicLink { name, target } => {
                let ((attributes, access), link_target) = (self.named(name), self.path(target));
                NtCreateSymbolicLinkObject::Create { attributes, access, link_target }.into()
            }
            Service::CreateSection { name, size, file, protection } => {
                let ((attributes, access), file) = (self.named(name), self.handle(file));
                NtCreateSection::Create { attributes, access, size, file, protection }.into()
            }
            Service::CreateEvent { name, manual_reset, signaled } => {
                let (attributes, access) = self.named(name);
                NtCreateEvent::Create { attributes, access, manual_reset, signaled }.into()
            }
            Service::CreateSemaphore { name, initial, limit } => {
                let (attributes, access) = self.named(name);
                NtCreateSemaphore::Create { attributes, access, initial, limit }.into()
            }
            Service::CreateMutant { name, owned } => {
                let (attributes, access) = self.named(name);
                NtCreateMutant::Create { attributes, access, owned }.into()
            }
            Service::CreateTimer { name, manual_reset } => {
                let (attributes, access) = self.named(name);
                NtCreateTimer::Create { attributes, access, manual_reset }.into()
            }
            Service::SetPermanence { handle, permanent } => {
                NtSetPermanence::Reference { handle: self.handle(handle), permanent }.into()
            }
            _ => return None,
        })
    }

    fn open_service(&self, wanted: ObjectType, name: NameArg) -> Frame {
        let (attributes, access) = self.named(name);
        match wanted {
            ObjectType::IoCompletion => NtOpenIoCompletion::Open { attributes, access }.into(),
            ObjectType::Semaphore => NtOpenSemaphore::Open { attributes, access }.into(),
            ObjectType::Mutant => NtOpenMutant::Open { attributes, access }.into(),
            ObjectType::Timer => NtOpenTimer::Open { attributes, access }.into(),
            ObjectType::Directory => NtOpenDirectoryObject::Open { attributes, access }.into(),
            ObjectType::SymbolicLink => NtOpenSymbolicLinkObject::Open { attributes, access }.into(),
            ObjectType::Job => NtOpenJobObject::Open { attributes, access }.into(),
            ObjectType::Section => NtOpenSection::Open { attributes, access }.into(),
            _ => NtOpenEvent::Open { attributes, access }.into(),
        }
    }

    /// The first system service of a call; none for a call that is no service. `own` is a status block that it writes for
    /// itself.
    pub(super) fn first_service(
        &self,
        process: Id<Process>,
        service: Service,
        apc: Option<Id<Apc>>,
        own: Option<Id<Iosb>>,
    ) -> Option<Frame> {
        Some(match service {
            Service::CreateFile { name, options } | Service::WatchDirectory { name, options, .. } => {
                let (attributes, access) = self.named(name);
                NtCreateFile::of(CreateFile { attributes, access, options }).into()
            }
            Service::CreatePipe { name, options, pipe } => {
                let (attributes, access) = self.named(name);
                let call = CreateFile { attributes, access, options };
                NtCreateFile::named_pipe(call, pipe).into()
            }
            Service::AcceptSocket { name, .. } => {
                let ((attributes, access), options) = (self.named(name), OpenOptions::default());
                NtCreateFile::of(CreateFile { attributes, access, options }).into()
            }
            Service::WaitPipe { root, .. } => {
                let ((attributes, access), options) = (self.named(root), OpenOptions::SYNCHRONOUS);
                NtCreateFile::of(CreateFile { attributes, access, options }).into()
            }
            Service::OfPath { name, options, .. } => {
                let (attributes, access) = self.named(name);
                NtCreateFile::of(CreateFile { attributes, access, options }).into()
            }
            Service::Close(handle) => NtClose::of(self.handle(handle)).into(),
            Service::SetEvent { event, signaled } => NtSetEvent::of(self.handle(event), signaled).into(),
            Service::Act { handle, act } => act_on(self.handle(handle), act),
            Service::Ring(call) => return self.ring_frame(call),
            Service::QueueApc(thread) => NtQueueApcThread::of(self.handle(thread), apc?).into(),
            other => {
                let found = self.port_service(other, own).or_else(|| self.wait_service(other));
                let found = found.or_else(|| self.name_service(other));
                let found = found.or_else(|| self.wait_for_result(other));
                return found.or_else(|| self.handle_service(process, other));
            }
        })
    }

    fn port_service(&self, service: Service, own: Option<Id<Iosb>>) -> Option<Frame> {
        Some(match service {
            Service::CreatePort { file, port, key, name, threads } => {
                let (file, port, (attributes, access)) =
                    (self.handle(file), self.handle(port), self.named(name));
                let concurrency = threads;
                match port {
                    Handle::NULL => NtCreateIoCompletion::Create { attributes, access, concurrency }.into(),
                    port => NtSetInformationFile::of(file, port, key).into(),
                }
            }
            Service::Associate { file, port, key, replaces } => {
                let (file, port) = (self.handle(file), self.handle(port));
                NtSetInformationFile::ReferenceFile { file, port, key, replaces }.into()
            }
            Service::RemovePacket { port, count, alertable, timeout } => {
                let (port, count) = (self.handle(port), count.map(u64::from));
                NtRemoveIoCompletion::Reference { port, count, alertable, timeout }.into()
            }
            Service::Post { port, key, value, bytes, status } => {
                NtSetIoCompletion::of(self.handle(port), key, value, (status, bytes)).into()
            }
            Service::CancelIo(file) => NtCancelIoFile::of(self.handle(file)).into(),
            Service::CancelIoEx { file, operation } => {
                NtCancelIoFileEx::of(self.handle(file), operation.map(|label| self.iosb_of(label))).into()
            }
            Service::CancelSynchronousIo { thread, operation } => {
                let request = operation.map(|label| self.iosb_of(label));
                NtCancelSynchronousIoFile::of(self.handle(thread), request, own).into()
            }
            _ => return None,
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
            Service::WaitForAlert { timeout } => NtWaitForAlertByThreadId::Wait { timeout }.into(),
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
    /// the new port, WaitNamedPipe asks the file system of pipes, accept waits for a connection, DeleteFile marks the file.
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
        if let Service::AcceptSocket { listener, .. } = service {
            let (socket, code) = (port, Some(ControlCode::AfdSuperAccept));
            let request = Request { socket, code, waits: true, ..Request::of(self.handle(listener)) };
            return Some(self.kernel.issue(thread, IoService::DeviceControl, request).into());
        }
        if let Service::OfPath { act, .. } = service {
            let PathAct::Delete(operation) = act else { return None };
            let request = Request { operation, ..Request::of(port) };
            return Some(self.kernel.issue(thread, IoService::SetInformation, request).into());
        }
        if let Service::WatchDirectory { filter, watch_tree, .. } = service {
            let (iosb, null_buffer) = (Some(self.kernel.create_iosb()), true);
            let request = Request { iosb, filter, watch_tree, null_buffer, ..Request::of(port) };
            return Some(self.kernel.issue(thread, IoService::NotifyDirectory, request).into());
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
        Act::SetModes { modes } => NtSetNotificationModes::of(handle, modes).into(),
        Act::QueryPort => NtQueryIoCompletion::of(handle).into(),
    }
}
