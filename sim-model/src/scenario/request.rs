//! Beginning a call that sends a request: its status block, its APC, its parameters.

use sim_core::frame::Frame;
use sim_core::io::request::Request;
use sim_core::ps::thread::Thread;
use sim_core::{Id, NtStatus};

use crate::scenario::program::{Call, IssueArgs};
use crate::scenario::world::{Binding, World};

impl World<'_> {
    /// The call's status block gets its label before the call begins: a device may answer before it returns.
    pub(super) fn begin_request(&mut self, thread: Id<Thread>, call: &Call, args: IssueArgs) -> Frame {
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
        let IssueArgs { modes, pipe, limited, .. } = args;
        let (file, event) = (self.handle(args.file), self.handle(args.event));
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
            name: pipe.map(|pipe| self.path(pipe)),
            ..Request::of(file)
        };
        self.kernel.issue(thread, service, request).into()
    }
}
