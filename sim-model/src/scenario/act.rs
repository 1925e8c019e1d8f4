//! What a move of an actor does: it begins a line, and its line ends when the thread is back in user mode.

use sim_core::drivers::queue::DeviceCompletes;
use sim_core::frame::{Frame, Returned, Value};
use sim_core::io::iosb::Iosb;
use sim_core::io::request::IoService;
use sim_core::nt::close::NtClose;
use sim_core::ob::header::Object;
use sim_core::ps::apc::Apc;
use sim_core::ps::thread::Thread;
use sim_core::{Handle, Id, NtStatus};

use crate::lang::Binds;
use crate::scenario::calls::{Answer, ServiceName};
use crate::scenario::program::{ActionKind, Call, Service};
use crate::scenario::result::CallResult;
use crate::scenario::rings::RingCall;
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
                let iosb = self.iosb_of(*operation);
                let device = self.devices[*device];
                let thread = self.kernel[device].thread;
                let completes =
                    DeviceCompletes::Unlink { iosb, device, status: *status, information: *bytes };
                self.kernel.start(thread, completes);
                self.set_actor(actor, ActorState { inside: Some(thread), ..state });
            }
            ActionKind::System { act, file } => self.begin_system(actor, (*act, *file), events),
            ActionKind::Calls { device, routine, status, bytes } => {
                let device = self.devices[*device];
                let thread = self.kernel[device].thread;
                let frame = self.kernel.call_driver_routine(device, *routine, *status, *bytes);
                self.kernel.start(thread, frame);
                self.set_actor(actor, ActorState { inside: Some(thread), ..state });
            }
            ActionKind::EndProcess(process) => {
                self.kernel.terminate_process(self.processes[*process], 0);
                self.set_actor(actor, past);
                events.push(Event::Done { actor, action: state.next, status: NtStatus::SUCCESS });
            }
            ActionKind::EndThread(thread) => {
                if let Some(thread) = self.threads[*thread] {
                    self.kernel.terminate_thread(thread, 0);
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
        self.note_misuse(actor, thread, call);
        if self.winsock_refuses(thread, call) {
            return self.conclude(actor, thread, call, (NtStatus::INVALID_HANDLE, Value::NONE), events);
        }
        if let Service::Issue(args) = call.service {
            let (frame, stage) = self.begin_request(thread, call, args);
            self.kernel.start(thread, frame);
            return self.set_actor(actor, ActorState { inside: Some(thread), stage, ..state });
        }
        let ring = match call.service {
            Service::Ring(ring) => self.ring_in_user_mode(process, call, ring),
            _ => None,
        };
        if let Some((status, value)) = ring.or_else(|| self.answered_in_user_mode(call)) {
            return self.conclude(actor, thread, call, (status, value), events);
        }
        if let Some(frame) = self.begin_view(process, call) {
            self.kernel.start(thread, frame);
            return self.set_actor(actor, ActorState { inside: Some(thread), ..state });
        }
        let apc = self.begin_apc(call);
        self.pass_handles(thread, call);
        let own = self.begin_block(call);
        match self.first_service(process, call.service, apc, own) {
            Some(frame) => {
                self.kernel.start(thread, frame);
                self.set_actor(actor, ActorState { inside: Some(thread), ..state });
            }
            None => {
                match call.service {
                    Service::ExitProcess { exit_status } => {
                        self.kernel.terminate_process(process, exit_status);
                    }
                    Service::ExitThread { exit_status } => {
                        self.kernel.terminate_thread(thread, exit_status);
                    }
                    _ => {}
                }
                self.set_actor(actor, ActorState { next: state.next + 1, ..state });
                events.push(Event::Done { actor, action: state.next, status: NtStatus::SUCCESS });
            }
        }
    }

    /// The APC that a call queues. Its label names it from now on: it may run before the call returns.
    fn begin_apc(&mut self, call: &Call) -> Option<Id<Apc>> {
        let Service::QueueApc(_) = call.service else { return None };
        let apc = self.kernel.create_apc(call.label.is_some());
        if let Some(label) = call.label {
            self.bind(label, Binding::Apc(apc));
        }
        Some(apc)
    }

    /// The status block that a call writes for itself, under its label.
    fn begin_block(&mut self, call: &Call) -> Option<Id<Iosb>> {
        let (Service::CancelSynchronousIo { .. }, Some(label)) = (call.service, call.label) else {
            return None;
        };
        let own = self.kernel.create_iosb();
        self.bind(label, Binding::Operation(own));
        Some(own)
    }

    /// The handles of a list wait in the thread that waits for them, or in the process that will inherit them.
    fn pass_handles(&mut self, thread: Id<Thread>, call: &Call) {
        let handles: Vec<Handle> = call.handles.iter().map(|handle| self.handle(*handle)).collect();
        match call.service {
            Service::WaitMultiple { .. } => self.kernel.pass_handles(thread, &handles),
            Service::CreateProcess { child, .. } => {
                self.kernel.list_handles(self.processes[child], &handles);
            }
            _ => {}
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
        self.conclude(actor, thread, call, (status, value), events);
    }

    /// A call is over: the actor goes on to its next line.
    fn conclude(
        &mut self,
        actor: usize,
        thread: Id<Thread>,
        call: &Call,
        (status, value): (NtStatus, Value),
        events: &mut Vec<Event>,
    ) {
        let action = self.actors[actor].next;
        self.set_actor(actor, ActorState { next: action + 1, inside: None, stage: Stage::First });
        let raised = self.kernel.collect_exception(thread);
        let made = self.made(actor, action);
        let result = CallResult { raised, ..self.result(thread, call, (status, value), made) };
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
    ) -> Option<(NtStatus, Value)> {
        let Returned { status, value } = returned;
        let state = self.actors[actor];
        // Win32 waits again when only an alert has ended the wait.
        let again = status == NtStatus::ALERTED
            && matches!(call.answer(), Answer::Wait | Answer::Sleep | Answer::Completed);
        if again && !self.kernel[thread].terminating {
            self.pass_handles(thread, call);
            let process = self.kernel[thread].process;
            let service = self.first_service(process, call.service, None, None)?;
            self.kernel.start(thread, service);
            return None;
        }
        if let Some(result) = self.result_after_wait(call.service, status) {
            return Some(result);
        }
        if let Stage::Own(iosb) = state.stage {
            let Some(wait) = self.wait_for_own(call.service, status) else {
                return Some(self.own_result(iosb, (status, value)));
            };
            self.kernel.start(thread, wait);
            return None;
        }
        let closes = matches!(call.service, Service::WaitPipe { .. } | Service::OfPath { .. });
        let (service, stage): (Frame, Stage) = match state.stage {
            Stage::First if status.is_success() => {
                match self.second_service(thread, call.service, value.handle()) {
                    Some(service) => (service, Stage::Binding(value.handle())),
                    None if closes => (NtClose::of(value.handle()).into(), Stage::Closing(status)),
                    None => return Some((status, value)),
                }
            }
            Stage::First => return Some((status, value)),
            Stage::Binding(port) if status.is_error() || closes => {
                (NtClose::of(port).into(), Stage::Closing(status))
            }
            // The request of FindFirstChangeNotification is pending, and the call over.
            Stage::Binding(port) if status == NtStatus::PENDING => {
                return Some((NtStatus::SUCCESS, Value::Handle(port)));
            }
            Stage::Binding(port) => return Some((status, Value::Handle(port))),
            Stage::Closing(why) => return Some((why, Value::NONE)),
            Stage::Own(_) => return Some((status, value)),
        };
        self.kernel.start(thread, service);
        self.set_actor(actor, ActorState { stage, ..state });
        None
    }

    /// What the call returns to the program; binds its label, to `made_object` if that is known.
    fn result(
        &mut self,
        thread: Id<Thread>,
        call: &Call,
        (status, value): (NtStatus, Value),
        made_object: Option<Id<Object>>,
    ) -> CallResult {
        let answer = call.answer();
        if let Service::RemovePacket { count, .. } = call.service {
            return self.removed(call, status, value, count.is_some());
        }
        if let Service::Ring(RingCall::Pop { .. }) = call.service {
            return self.removed(call, status, value, true);
        }
        if let Service::Query { .. } | Service::Ring(RingCall::Info { .. }) = call.service {
            return self.answered_call(call, status, value);
        }
        if is_no_error(call, status) {
            return CallResult::new(answer, NtStatus::SUCCESS, None);
        }
        if call.row.spec.binds == Binds::Value
            && let Some(label) = call.label
        {
            let number = match value {
                Value::Number(number) => Some(number as i32),
                _ => None,
            };
            self.bind(
                label,
                Binding::Value(number.filter(|_| status.is_success() || answer == Answer::Completed)),
            );
        }
        let returns_handle = call.row.spec.binds == Binds::Handle;
        let made = match call.service {
            Service::CreatePort { port, .. } if value == Value::NONE => self.handle(port),
            _ => value.handle(),
        };
        if returns_handle && let Some(label) = call.label {
            let handle = status.is_success().then_some(made);
            self.bind_handle(thread, (call, label), handle, made_object);
        }
        if let Service::CreateProcess { .. } = call.service {
            self.bind_thread(thread, call.second);
        }
        let number = match answer {
            Answer::Flags | Answer::Transferred => Some(u64::from(value.number())),
            Answer::Socket => Some(0),
            Answer::Sleep if status == NtStatus::SUCCESS => Some(0),
            _ => returns_handle.then_some(u64::from(made.0)),
        };
        let action = self.kernel.collect_create_action(thread);
        let result = CallResult::new(answer, status, number);
        match call.service {
            Service::CreateFile { options, .. } => result.of_create_file(options.disposition, action),
            _ => result,
        }
    }

    /// Binds the label of a call that returns a handle: to the one it has made, or to what it returns if it has failed.
    fn bind_handle(
        &mut self,
        thread: Id<Thread>,
        (call, label): (&Call, usize),
        made: Option<Handle>,
        made_object: Option<Id<Object>>,
    ) {
        let own = self.kernel[thread].process;
        let process = match call.service {
            Service::Duplicate { target, .. } => self.process_meant(target, own).unwrap_or(own),
            _ => own,
        };
        let failed = match call.answer() {
            Answer::HandleOrInvalid | Answer::SocketHandle => Handle::CURRENT_PROCESS,
            _ => Handle::NULL,
        };
        let handle = made.unwrap_or(failed);
        let now = || self.kernel.entry(process, handle).and_then(|entry| entry.object);
        let object = made_object.filter(|_| made.is_some()).or_else(now);
        self.bind(label, Binding::Handle { process, handle, object });
    }

    /// PROCESS_INFORMATION.hThread. It is passed over, but not closed, if no label names it.
    fn bind_thread(&mut self, thread: Id<Thread>, label: Option<usize>) {
        let process = self.kernel[thread].process;
        let handle = self.kernel.collect_thread_handle(thread).unwrap_or(Handle::NULL);
        let object = self.kernel.entry(process, handle).and_then(|entry| entry.object);
        if let Some(label) = label {
            self.bind(label, Binding::Handle { process, handle, object });
        }
    }

    fn answered_call(&mut self, call: &Call, status: NtStatus, value: Value) -> CallResult {
        let answer = value.information();
        match call.label {
            Some(label) => self.bind(label, Binding::Information(answer)),
            None => answer.into_iter().for_each(|answer| self.kernel.discard_information(answer)),
        }
        CallResult::new(call.answer(), status, None)
    }

    /// GetQueuedCompletionStatus tells how the packet's request ended, if that was no success of any kind; the call that
    /// removes many does not.
    fn removed(&mut self, call: &Call, status: NtStatus, value: Value, many: bool) -> CallResult {
        let packet = value.packet();
        let shown = match (call.answer(), packet) {
            (Answer::Bool, Some(packet)) if !many => self.kernel[packet].status,
            _ => status,
        };
        let shown = if packet.is_some() && shown.is_success() { NtStatus::SUCCESS } else { shown };
        match call.label {
            Some(label) => self.bind(label, Binding::Packet(packet)),
            None => packet.into_iter().for_each(|packet| self.kernel.discard_packets(packet)),
        }
        CallResult::new(call.answer(), shown, None)
    }
}

/// Whether a Win32 function makes no error of a status. PeekNamedPipe of what did not fit: it waits for its own request;
/// ReadFile without an OVERLAPPED of the end of a file: nothing was read. Sources: Win32, PeekNamedPipe, ReadFile; Wine
/// ntdll/tests/file.c, test_read_write.
fn is_no_error(call: &Call, status: NtStatus) -> bool {
    match (status, &call.service) {
        (NtStatus::BUFFER_OVERFLOW | NtStatus::PENDING, _) => call.row.service == ServiceName::PeekPipe,
        (NtStatus::END_OF_FILE, Service::Issue(issue)) => {
            issue.service == IoService::Read && call.answer() == Answer::Bool && !issue.marks
        }
        _ => false,
    }
}
