//! What a move of an actor does: it begins a line, and its line ends when the thread is back in user mode.

use sim_core::drivers::queue::DeviceCompletes;
use sim_core::frame::{Frame, Returned};
use sim_core::io::port::Packet;
use sim_core::nt::close::NtClose;
use sim_core::ob::information::Information;
use sim_core::ps::thread::Thread;
use sim_core::word::Word;
use sim_core::{Handle, Id, NtStatus};

use crate::lang::Binds;
use crate::scenario::calls::Answer;
use crate::scenario::program::{ActionKind, Call, Service};
use crate::scenario::result::CallResult;
use crate::scenario::world::{ActorState, Binding, Event, Stage, World};

impl World<'_> {
    pub(super) fn begin(&mut self, actor: usize, events: &mut Vec<Event>) {
        let program = self.program;
        let state = self.actors[actor];
        let past = ActorState { next: state.next + 1, ..state };
        match &program.actors[actor].actions[state.next].kind {
            ActionKind::Call(call) => self.begin_call(actor, call, events),
            ActionKind::Check(condition) => {
                let refuted = condition.refuted(self);
                self.set_actor(actor, past);
                events.push(Event::Checked { actor, action: state.next, refuted });
            }
            ActionKind::Complete { device, operation, status, bytes } => {
                let iosb = match self.labels[*operation] {
                    Binding::Operation(iosb) => iosb,
                    _ => self.nobodys_iosb,
                };
                let device = self.devices[*device];
                let thread = self.kernel[device].thread;
                let completes =
                    DeviceCompletes::Unlink { iosb, device, status: *status, information: *bytes };
                self.kernel.start(thread, completes);
                self.set_actor(actor, ActorState { inside: Some(thread), ..state });
            }
            ActionKind::EndProcess(process) => {
                self.kernel.terminate_process(self.processes[*process]);
                self.set_actor(actor, past);
                events.push(Event::Done { actor, action: state.next, status: NtStatus::SUCCESS });
            }
            ActionKind::EndThread(thread) => {
                if let Some(thread) = self.threads[*thread] {
                    self.kernel.terminate_thread(thread);
                }
                self.set_actor(actor, past);
                events.push(Event::Done { actor, action: state.next, status: NtStatus::SUCCESS });
            }
        }
    }

    fn begin_call(&mut self, actor: usize, call: &Call, events: &mut Vec<Event>) {
        let state = self.actors[actor];
        let Some(thread) = self.threads[actor] else { return };
        let process = self.kernel[thread].process;
        let mut iosb = None;
        if let Service::ReadFile { apc_context, .. } = call.service {
            let block = self.kernel.create_iosb();
            iosb = Some(block);
            if call.answer() != Answer::Status && apc_context {
                let why = "ReadFile marks the OVERLAPPED";
                self.kernel.write_iosb(block, NtStatus::PENDING, 0, why);
            }
            if let Some(label) = call.label {
                self.bind(label, Binding::Operation(block));
            }
        }
        match self.first_service(process, call.service, iosb) {
            Some(frame) => {
                self.kernel.start(thread, frame);
                self.set_actor(actor, ActorState { inside: Some(thread), ..state });
            }
            None => {
                self.kernel.terminate_thread(thread);
                self.set_actor(actor, ActorState { next: state.next + 1, ..state });
                events.push(Event::Done { actor, action: state.next, status: NtStatus::SUCCESS });
            }
        }
    }

    pub(super) fn finish_if_back(&mut self, thread: Id<Thread>, events: &mut Vec<Event>) {
        let Some(actor) = self.actors.iter().position(|state| state.inside == Some(thread)) else { return };
        if !self.kernel.stack(thread).is_empty() {
            return;
        }
        let Some(returned) = self.kernel.collect(thread) else { return };
        if self.kernel[thread].terminating {
            // A thread that was told to end never comes back to its program.
            let state = self.actors[actor];
            let past = ActorState { next: state.next + 1, inside: None, stage: Stage::First };
            return self.set_actor(actor, past);
        }
        let program = self.program;
        let state = self.actors[actor];
        let action = state.next;
        let past = ActorState { next: action + 1, inside: None, stage: Stage::First };
        let ActionKind::Call(call) = &program.actors[actor].actions[action].kind else {
            self.set_actor(actor, past);
            events.push(Event::Done { actor, action, status: returned.status });
            return;
        };
        let Some((status, value)) = self.next_stage(actor, thread, call, returned) else { return };
        self.set_actor(actor, past);
        let result = self.result(thread, call, status, value);
        let met = call.expect.is_empty() || call.expect.iter().any(|expected| expected.met_by(&result));
        events.push(Event::Returned { actor, action, result, met });
    }

    /// Starts the next service of a call that is more than one; what the call returns if there is none.
    fn next_stage(
        &mut self,
        actor: usize,
        thread: Id<Thread>,
        call: &Call,
        returned: Returned,
    ) -> Option<(NtStatus, u32)> {
        let Returned { status, value } = returned;
        let state = self.actors[actor];
        let (service, stage): (Frame, Stage) = match state.stage {
            Stage::First if status.is_success() => match self.second_service(call.service, Handle(value)) {
                Some(service) => (service, Stage::Binding(Handle(value))),
                None => return Some((status, value)),
            },
            Stage::First => return Some((status, value)),
            Stage::Binding(port) if status.is_error() => (NtClose::of(port).into(), Stage::Closing(status)),
            Stage::Binding(port) => return Some((status, port.0)),
            Stage::Closing(why) => return Some((why, 0)),
        };
        self.kernel.start(thread, service);
        self.set_actor(actor, ActorState { stage, ..state });
        None
    }

    /// What the call returns to the program; binds its label.
    fn result(&mut self, thread: Id<Thread>, call: &Call, status: NtStatus, value: u32) -> CallResult {
        let answer = call.answer();
        if let Service::RemovePacket { .. } = call.service {
            return self.removed(call, status, value);
        }
        if let Service::Query { .. } = call.service {
            return self.answered_call(call, status, value);
        }
        let returns_handle = call.row.spec.binds == Binds::Handle;
        let made = match call.service {
            Service::CreatePort { port, .. } if value == 0 => self.handle(port),
            _ => Handle(value),
        };
        if returns_handle && let Some(label) = call.label {
            let process = match call.service {
                Service::Duplicate { target: Some(target), .. } => self.processes[target],
                _ => self.kernel[thread].process,
            };
            let failed =
                if answer == Answer::HandleOrInvalid { Handle::CURRENT_PROCESS } else { Handle::NULL };
            let handle = if status.is_success() { made } else { failed };
            let object = self.kernel.entry(process, handle).and_then(|entry| entry.object);
            self.bind(label, Binding::Handle { process, handle, object });
        }
        CallResult::new(answer, status, returns_handle.then_some(u64::from(made.0)))
    }

    fn answered_call(&mut self, call: &Call, status: NtStatus, value: u32) -> CallResult {
        let answer: Option<Id<Information>> = status.is_success().then(|| Id::from_word(u64::from(value)));
        match call.label {
            Some(label) => self.bind(label, Binding::Information(answer)),
            None => answer.into_iter().for_each(|answer| self.kernel.discard_information(answer)),
        }
        CallResult::new(call.answer(), status, None)
    }

    fn removed(&mut self, call: &Call, status: NtStatus, value: u32) -> CallResult {
        let removed = status == NtStatus::SUCCESS;
        let packet: Option<Id<Packet>> = removed.then(|| Id::from_word(u64::from(value)));
        let shown = match (call.answer(), packet) {
            (Answer::Bool, Some(packet)) => self.kernel[packet].status,
            _ => status,
        };
        match call.label {
            Some(label) => self.bind(label, Binding::Packet(packet)),
            None => packet.into_iter().for_each(|packet| self.kernel.discard_packet(packet)),
        }
        CallResult::new(call.answer(), shown, None)
    }
}
