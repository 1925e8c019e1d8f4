//! The facts by which an end of a program is told: what its calls gave, and what has become of what its labels name.

use sim_core::finding::Finding;
use sim_core::io::iosb::Iosb;
use sim_core::io::port::Packet;
use sim_core::ob::header::Object;
use sim_core::ob::information::{Answered, Information};
use sim_core::ps::apc::{Apc, ApcState};
use sim_core::ps::process::Process;
use sim_core::{Handle, Id, NtStatus};

use crate::lang::Binds;
use crate::scenario::calls::Answer;
use crate::scenario::catalogue::CATALOGUE;
use crate::scenario::observed::Observed;
use crate::scenario::program::{ActionKind, LabelId, Program};
use crate::scenario::result::CallResult;
use crate::scenario::world::{Binding, World};

/// Something to tell of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// What a line of a thread gave.
    Line {
        /// Which thread.
        actor: usize,
        /// Which of its lines.
        action: usize,
    },
    /// What has become of what a label names: of a handle, its value.
    Label(LabelId),
    /// What has become of the object that a label was bound to.
    Object(LabelId),
    /// Whether a thread has ended.
    Thread(usize),
    /// Whether a process has ended.
    Process(usize),
    /// Which rules were broken.
    Rules,
}

/// What is said of a thread or process that has not ended, and of an end at which no rule is broken.
const USUAL: &str = "no";
/// What is said of an object that is told of under another label, or that never was.
pub(super) const NOTHING: &str = "-";

impl Fact {
    /// Whether it says nothing worth telling.
    pub(super) fn is_usual(self, value: &str) -> bool {
        match self {
            Fact::Thread(_) | Fact::Process(_) | Fact::Rules => value == USUAL,
            Fact::Object(_) => value == NOTHING,
            Fact::Line { .. } | Fact::Label(_) => false,
        }
    }

    /// What it is told under, as a condition would write it; for a line, the name of its call.
    pub fn heading(self, program: &Program) -> String {
        let label = |label: LabelId| &program.labels[label].name;
        match self {
            Fact::Line { actor, action } => match &program.actors[actor].actions[action].kind {
                ActionKind::Call(call) => call.row.spec.name.into(),
                _ => "check".into(),
            },
            Fact::Label(at) => label(at).clone(),
            Fact::Object(at) => format!("object({})", label(at)),
            Fact::Thread(actor) => format!("ended({})", program.actors[actor].name),
            Fact::Process(process) => format!("exited({})", program.processes[process]),
            Fact::Rules => "broken rules".into(),
        }
    }
}

/// Everything that there is to tell of the ends of a program.
pub(super) fn facts(program: &Program) -> Vec<Fact> {
    let threads = || (0..program.actors.len()).filter(|actor| program.actors[*actor].process.is_some());
    let lines = threads().flat_map(|actor| {
        (0..program.actors[actor].actions.len()).map(move |action| Fact::Line { actor, action })
    });
    let labels =
        (0..program.labels.len()).filter(|label| !program.labels[*label].unbound).flat_map(|label| {
            let object = binds_handle(program, label).then_some(Fact::Object(label));
            [Fact::Label(label)].into_iter().chain(object)
        });
    let threads = threads().map(Fact::Thread);
    let processes = (0..program.processes.len()).map(Fact::Process);
    lines.chain(labels).chain(threads).chain(processes).chain([Fact::Rules]).collect()
}

/// Whether a call gives the label a handle. A second label always names one.
fn binds_handle(program: &Program, label: LabelId) -> bool {
    let actions = program.actors.iter().flat_map(|actor| &actor.actions);
    actions.into_iter().any(|action| match &action.kind {
        ActionKind::Call(call) => {
            call.second == Some(label) || call.label == Some(label) && call.row.spec.binds == Binds::Handle
        }
        _ => false,
    })
}

impl World<'_> {
    /// How it is with a fact.
    pub fn fact(&self, fact: &Fact) -> String {
        let yes_or_no = |yes: bool| String::from(if yes { "yes" } else { USUAL });
        match *fact {
            Fact::Line { actor, action } => self.line_fact(actor, action),
            Fact::Label(label) => self.label_fact(label),
            Fact::Object(label) => self.object_fact(label),
            Fact::Thread(actor) => {
                yes_or_no(self.thread(actor).is_some_and(|thread| self.kernel()[thread].ended))
            }
            Fact::Process(process) => yes_or_no(self.kernel()[self.process(process)].ended),
            Fact::Rules => {
                // A warning about the program is nothing that the program can see.
                let told =
                    |finding: &&Finding| finding.rule.is_of_memory() || !finding.rule.is_of_user_mode();
                let found = self.kernel().findings();
                let mut titles: Vec<String> =
                    found.iter().filter(told).map(|finding| finding.rule.title()).collect();
                titles.sort();
                titles.dedup();
                if titles.is_empty() { USUAL.into() } else { titles.join(", ") }
            }
        }
    }

    fn line_fact(&self, actor: usize, action: usize) -> String {
        let state = self.actor(actor);
        let stopped = self.kernel().has_stopped();
        let ended = self.thread(actor).is_some_and(|thread| self.kernel()[thread].ended);
        match self.observed(actor, action) {
            Some(Observed::Checked(true)) => "true".into(),
            Some(Observed::Checked(false)) => "false".into(),
            Some(Observed::Returned(result)) => shown(result),
            // Nobody can say how far a thread was that has ended.
            _ if ended || state.next > action => "does not return".into(),
            _ if state.next < action || state.inside.is_none() => "not reached".into(),
            _ if stopped => "the system stops".into(),
            _ => "waits for ever".into(),
        }
    }

    fn label_fact(&self, label: LabelId) -> String {
        match self.binding(label) {
            Binding::Unbound => "not there".into(),
            Binding::Handle { object: None, .. } => "no handle".into(),
            Binding::Handle { process, handle, object: Some(object) } => {
                self.handle_fact(label, process, handle, object)
            }
            Binding::Operation(iosb) => self.request_fact(iosb),
            Binding::Buffer(buffer) => {
                let buffer = &self.kernel()[buffer];
                format!("{} bytes{}", buffer.filled, if buffer.freed { ", freed" } else { "" })
            }
            Binding::Packet(None) => "none".into(),
            Binding::Packet(Some(first)) => {
                let packets = self.kernel().removed_packets(first);
                packets.map(|packet| self.packet_fact(packet)).collect::<Vec<_>>().join("; ")
            }
            Binding::Value(value) => value.map_or("no value".into(), |value| value.to_string()),
            Binding::Apc(apc) => self.apc_fact(apc).into(),
            Binding::View(view) if self.kernel()[view].control_area.is_some() => "mapped".into(),
            Binding::View(_) => "not mapped".into(),
            Binding::Information(None) => "no answer".into(),
            Binding::Information(Some(answer)) => self.information_fact(answer),
        }
    }

    /// What the value of a handle leads to now.
    fn handle_fact(
        &self,
        label: LabelId,
        process: Id<Process>,
        handle: Handle,
        object: Id<Object>,
    ) -> String {
        let now = self.kernel().entry(process, handle).and_then(|entry| entry.object);
        if let Some(other) = now.filter(|now| *now != object) {
            return match self.label_of_object(other) {
                Some(other) => format!("names {other}"),
                None => "names another object".into(),
            };
        }
        let state = if now.is_some() { "open" } else { "closed" };
        // That an open handle has the value of one to another object is told of that one.
        let earlier = (0..label).find(|earlier| match self.binding(*earlier) {
            Binding::Handle { process: p, handle: h, object: o } => {
                (p, h) == (process, handle) && (now.is_none() || o == Some(object))
            }
            _ => false,
        });
        match earlier {
            Some(earlier) => format!("{state}, value of {}", self.program().labels[earlier].name),
            None => state.into(),
        }
    }

    fn label_of_object(&self, wanted: Id<Object>) -> Option<&str> {
        let is_wanted = |label: &LabelId| matches!(self.binding(*label), Binding::Handle { object: Some(object), .. } if object == wanted);
        let label = (0..self.program().labels.len()).find(is_wanted)?;
        Some(&self.program().labels[label].name)
    }

    fn request_fact(&self, iosb: Id<Iosb>) -> String {
        let block = &self.kernel()[iosb];
        let mut text = match (self.kernel().irp_of(iosb), block.status) {
            (Some(_), Some(NtStatus::PENDING) | None) => "pending".into(),
            (Some(_), Some(status)) => format!("pending, says {status}"),
            (None, None) => "over, nothing written".into(),
            (None, Some(NtStatus::PENDING)) => "over, says STATUS_PENDING".into(),
            (None, Some(status)) => format!("{status}, {} bytes", block.information),
        };
        if let Some(apc) = block.apc {
            text.push_str(&format!(", routine {}", self.apc_fact(apc)));
        }
        if block.events > 0 {
            text.push_str(&format!(", events 0x{:x}", block.events));
        }
        if block.freed {
            text.push_str(", freed");
        }
        text
    }

    fn packet_fact(&self, packet: Id<Packet>) -> String {
        let packet = &self.kernel()[packet];
        let request = |iosb| {
            let is_it = |label: &LabelId| self.binding(*label) == Binding::Operation(iosb);
            let label = (0..self.program().labels.len()).find(is_it);
            label.map_or("a request", |label| &*self.program().labels[label].name)
        };
        let of = match (packet.context, packet.process) {
            (Some(iosb), _) => request(iosb).to_owned(),
            (None, Some(process)) => self.names().process(process).to_owned(),
            (None, None) => format!("value {}", packet.value),
        };
        format!("{of}, key {}, {}, {} bytes", packet.key, packet.status, packet.information)
    }

    fn apc_fact(&self, apc: Id<Apc>) -> &'static str {
        match self.kernel().get(apc).map(|apc| apc.state) {
            Some(ApcState::Queued) => "queued",
            Some(ApcState::Delivered) => "run",
            _ => "not run",
        }
    }

    fn information_fact(&self, answer: Id<Information>) -> String {
        let names = CATALOGUE.fields.iter().find(|(of, _)| *of == Binds::Information.word());
        let names = names.map_or(&[][..], |(_, names)| names);
        let said = names.iter().filter_map(|name| {
            let value = match self.kernel().answered(answer, name)? {
                Answered::Number(number) => number.to_string(),
                Answered::Text(text) => text,
            };
            (*name != "ReturnLength").then(|| format!("{name} {value}"))
        });
        said.collect::<Vec<_>>().join(", ")
    }
}

/// A result without the value of a handle.
fn shown(result: &CallResult) -> String {
    let handle =
        matches!(result.answer, Answer::HandleOrNull | Answer::HandleOrInvalid | Answer::SocketHandle);
    match (handle && result.succeeded && result.raised.is_none(), result.tells_error()) {
        (true, true) => format!("a handle, {}", result.error),
        (true, false) => "a handle".into(),
        (false, _) => result.to_string(),
    }
}
