//! From a call's arguments to the system service that performs it.

use sim_core::frame::Frame;
use sim_core::io::iosb::Iosb;
use sim_core::nt::cancel_io_file::{NtCancelIoFile, NtCancelIoFileEx};
use sim_core::nt::close::NtClose;
use sim_core::nt::compare_objects::NtCompareObjects;
use sim_core::nt::completion::{NtRemoveIoCompletion, NtSetInformationFile, NtSetIoCompletion};
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::create_object::{NtCreateEvent, NtCreateIoCompletion};
use sim_core::nt::duplicate_object::NtDuplicateObject;
use sim_core::nt::event::NtSetEvent;
use sim_core::nt::query_object::NtQueryObject;
use sim_core::nt::read_file::{NtReadFile, ReadFile};
use sim_core::nt::wait::NtWaitForSingleObject;
use sim_core::ps::process::Process;
use sim_core::{Access, Handle, Id};

use crate::scenario::program::{HandleArg, Service};
use crate::scenario::world::{Binding, World};

impl World<'_> {
    /// The value that a handle argument passes.
    pub(super) fn handle(&self, arg: HandleArg) -> Handle {
        match arg {
            HandleArg::Value(handle) => handle,
            HandleArg::Label(label) => match self.binding(label) {
                Binding::Handle { handle, .. } => handle,
                _ => Handle::NULL,
            },
        }
    }

    /// The first system service of a call; none for a call that is no service.
    pub(super) fn first_service(
        &self,
        process: Id<Process>,
        service: Service,
        iosb: Option<Id<Iosb>>,
    ) -> Option<Frame> {
        Some(match service {
            Service::CreateFile { device, access, synchronous } => {
                let device = device.map(|device| self.device(device));
                NtCreateFile::of(CreateFile { device, access: Access(access), synchronous }).into()
            }
            Service::ReadFile { file, length, offset, event, apc_context } => {
                let (file, event) = (self.handle(file), self.handle(event));
                NtReadFile::of(ReadFile { file, event, apc_context, iosb: iosb?, length, offset }).into()
            }
            Service::Close(handle) => NtClose::of(self.handle(handle)).into(),
            Service::CreatePort { file, port, key } => {
                let (file, port) = (self.handle(file), self.handle(port));
                match port {
                    Handle::NULL => NtCreateIoCompletion::Create {}.into(),
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
            Service::CreateEvent { manual_reset, signaled } => {
                NtCreateEvent::Create { manual_reset, signaled }.into()
            }
            Service::SetEvent { event, signaled } => NtSetEvent::of(self.handle(event), signaled).into(),
            Service::Duplicate { source, target, inherit, close } => NtDuplicateObject::Reference {
                source: process,
                handle: self.handle(source),
                target: target.map_or(process, |target| self.process(target)),
                attributes: if inherit { sim_core::ob::table::INHERIT } else { 0 },
                close,
            }
            .into(),
            Service::Wait { handle, timeout } => {
                NtWaitForSingleObject::of(self.handle(handle), timeout).into()
            }
            Service::Query { handle, class, length } => {
                NtQueryObject::of(self.handle(handle), class, length).into()
            }
            Service::CompareObjects { first, second } => {
                NtCompareObjects::of(self.handle(first), self.handle(second)).into()
            }
            Service::ExitThread => return None,
        })
    }

    /// The service that CreateIoCompletionPort calls after it made a port for a file: bind the two.
    pub(super) fn second_service(&self, service: Service, port: Handle) -> Option<Frame> {
        let Service::CreatePort { file, port: given, key } = service else { return None };
        let (file, given) = (self.handle(file), self.handle(given));
        let binds_new = given == Handle::NULL && file != Handle::NULL && file != Handle::CURRENT_PROCESS;
        binds_new.then(|| NtSetInformationFile::of(file, port, key).into())
    }
}
