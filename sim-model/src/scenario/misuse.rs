//! What a program does wrong with what it passes to a call: rules that nobody but the model watches.

use sim_core::nt::wait::Timeout;
use sim_core::ob::header::Object;
use sim_core::ps::process::Process;
use sim_core::ps::thread::Thread;
use sim_core::{Handle, Id, NtStatus};

use crate::scenario::program::{ActionKind, Call, HandleArg, Service};
use crate::scenario::service_names::Named;
use crate::scenario::world::{Binding, World};

impl World<'_> {
    /// The findings of a call that begins.
    pub(super) fn note_misuse(&mut self, actor: usize, thread: Id<Thread>, call: &Call) {
        let process = self.kernel[thread].process;
        for handle in self.stale_handles(process, call) {
            self.kernel.note_stale_handle(handle);
        }
        match call.service {
            Service::CancelIo(file) => {
                if let Some(object) = self.object_now(process, file)
                    && !self.has_issued_on(actor, process, object)
                {
                    self.kernel.note_cancel_of_others(thread, object);
                }
            }
            Service::Wait { handle, .. } => self.note_wait_for(process, handle),
            Service::WaitMultiple { .. } => {
                call.handles.iter().for_each(|handle| self.note_wait_for(process, *handle));
            }
            Service::OverlappedResult { file, operation, timeout, .. } => {
                let waits = timeout != Timeout::Zero && self.overlapped(operation).0 == NtStatus::PENDING;
                if waits && self.kernel[self.iosb_of(operation)].event == Handle::NULL {
                    self.note_wait_for(process, file);
                }
            }
            _ => {}
        }
    }

    /// The handles among a call's arguments whose label named another object than their value does now.
    fn stale_handles(&self, process: Id<Process>, call: &Call) -> Vec<Handle> {
        let mut passed = call.handles.clone();
        let mut service = call.service;
        service.each_named(&mut |named| match named {
            Named::Handle(handle) => passed.push(*handle),
            Named::Operation(_) | Named::Process(_) | Named::Thread(_) => {}
        });
        // A duplicate can be made from the handle of another process.
        let any_process = matches!(call.service, Service::Duplicate { .. });
        let stale = |arg: HandleArg| {
            let HandleArg::Label(label) = arg else { return None };
            let Binding::Handle { process: owner, handle, object: Some(object) } = self.binding(label) else {
                return None;
            };
            let now = self.kernel.entry(owner, handle).and_then(|entry| entry.object)?;
            (now != object && (owner == process || any_process)).then_some(handle)
        };
        passed.into_iter().filter_map(stale).collect()
    }

    fn note_wait_for(&mut self, process: Id<Process>, handle: HandleArg) {
        if let Some(object) = self.object_now(process, handle) {
            self.kernel.note_wait(object);
        }
    }

    /// What a handle names in a process now.
    fn object_now(&self, process: Id<Process>, handle: HandleArg) -> Option<Id<Object>> {
        self.kernel.entry(process, self.handle(handle)).and_then(|entry| entry.object)
    }

    /// Whether an actor has called for a request on the file object before.
    fn has_issued_on(&self, actor: usize, process: Id<Process>, object: Id<Object>) -> bool {
        let named = |handle: HandleArg| match handle {
            HandleArg::Label(label) => match self.binding(label) {
                Binding::Handle { object, .. } => object,
                _ => None,
            },
            HandleArg::Value(_) => self.object_now(process, handle),
        };
        let issues = |kind: &ActionKind| match kind {
            ActionKind::Call(Call { service: Service::Issue(args), .. }) => named(args.file) == Some(object),
            _ => false,
        };
        let before = &self.program.actors[actor].actions[..self.actors[actor].next];
        before.iter().any(|action| issues(&action.kind))
    }
}
