//! Beginning a call that sends a request: its status block, its APC, its parameters.

use sim_core::frame::{Frame, Value};
use sim_core::io::iosb::Iosb;
use sim_core::io::request::Request;
use sim_core::nt::wait::{NtWaitForSingleObject, Timeout};
use sim_core::ob::header::{Body, Object};
use sim_core::ps::thread::Thread;
use sim_core::{Handle, Id, NtStatus};

use crate::lang::Binds;
use crate::scenario::calls::Answer;
use crate::scenario::program::{Call, IssueArgs, Service};
use crate::scenario::world::{Binding, Stage, World};

impl World<'_> {
    /// The call's status block gets its label before the call begins: a device may answer before it returns.
    pub(super) fn begin_request(
        &mut self,
        thread: Id<Thread>,
        call: &Call,
        args: IssueArgs,
    ) -> (Frame, Stage) {
        let IssueArgs {
            service,
            apc,
            apc_context,
            marks,
            null_buffer,
            length,
            input_length,
            offset,
            code,
            ..
        } = args;
        let IssueArgs { modes, pipe, limited, at_once, number, waits, operation, filter, watch_tree, .. } =
            args;
        let (file, event) = (self.handle(args.file), self.handle(args.event));
        let socket = self.handle(args.socket);
        let iosb = match args.overlapped {
            Some(request) => self.iosb_of(request),
            None => self.kernel.create_iosb(),
        };
        if args.overlapped.is_some() {
            self.kernel.reuse_iosb(iosb);
        }
        let buffer = args.buffer.and_then(|label| match self.binding(label) {
            Binding::Buffer(buffer) => Some(buffer),
            _ => None,
        });
        let apc = apc.then(|| self.kernel.create_apc(call.label.is_some()));
        self.kernel.prepare_iosb(iosb, event, apc);
        if marks {
            self.kernel.write_iosb(iosb, NtStatus::PENDING, 0, "the call marks the OVERLAPPED");
        }
        if let Some(label) = call.label {
            self.bind(label, Binding::Operation(iosb));
        }
        let request = Request {
            event,
            apc,
            apc_context,
            iosb: Some(iosb),
            buffer,
            null_buffer,
            length,
            input_length,
            offset,
            code,
            modes,
            limited,
            at_once,
            socket,
            number,
            waits,
            operation,
            filter,
            watch_tree,
            name: pipe.map(|pipe| self.path(pipe)),
            ..Request::of(file)
        };
        let waits_for_file = call.answer() == Answer::Bool && !marks && service.has_offset();
        let own = waits || waits_for_file && self.is_asynchronous(thread, file);
        let stage = if own { Stage::Own(iosb) } else { Stage::First };
        (self.kernel.issue(thread, service, request).into(), stage)
    }

    /// Winsock itself refuses an open handle that is no socket; the label of such a call names a request that never was.
    pub(super) fn winsock_refuses(&mut self, thread: Id<Thread>, call: &Call) -> bool {
        let socket = match call.service {
            Service::Issue(args) => args.file,
            Service::AcceptSocket { listener, .. } => listener,
            Service::Close(handle) => handle,
            _ => return false,
        };
        let k = &self.kernel;
        let named = k.entry(k[thread].process, self.handle(socket)).and_then(|entry| entry.object);
        let is_socket =
            |object: Id<Object>| matches!(k[object].body, Body::File(file) if k.endpoint_of(file).is_some());
        let refuses = call.answer().is_of_winsock() && named.is_some_and(|object| !is_socket(object));
        if let Some(label) = call.label.filter(|_| refuses && call.row.spec.binds == Binds::Operation) {
            let nobodys = self.kernel.create_iosb();
            self.bind(label, Binding::Operation(nobodys));
        }
        refuses
    }

    fn is_asynchronous(&self, thread: Id<Thread>, file: Handle) -> bool {
        let k = &self.kernel;
        let object = k.entry(k[thread].process, file).and_then(|entry| entry.object);
        object.is_some_and(|object| matches!(k[object].body, Body::File(file) if !k[file].synchronous))
    }

    /// The wait of a call without an OVERLAPPED for a request that is pending: for the file, as Win32 does it. Another
    /// request's end may signal that.
    pub(super) fn wait_for_own(&self, service: Service, status: NtStatus) -> Option<Frame> {
        let Service::Issue(args) = service else { return None };
        let (handle, timeout) = (self.handle(args.file), Timeout::Infinite);
        (status == NtStatus::PENDING).then(|| NtWaitForSingleObject::of(handle, timeout).into())
    }

    /// What such a call returns after its service, or after its wait: what its status block says, if somebody wrote it.
    pub(super) fn own_result(&self, iosb: Id<Iosb>, (status, value): (NtStatus, Value)) -> (NtStatus, Value) {
        let Iosb { status: written, information, .. } = self.kernel[iosb];
        match status {
            NtStatus::SUCCESS => (written.unwrap_or(NtStatus::PENDING), Value::Number(information)),
            _ => (status, value),
        }
    }
}
