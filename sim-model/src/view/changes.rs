//! What a line changed, as a person wants to know it: net, by object, with the reason.

use sim_core::delta::{Change, Delta};
use sim_core::finding::Finding;
use sim_core::io::port::Packet;
use sim_core::kernel::AnyRecord;
use sim_core::ob::handle_flags::flags_of;
use sim_core::ob::header::Object;
use sim_core::ob::information::{Answered, Information};
use sim_core::ps::job::{ACTIVE_PROCESS_ZERO, EXIT_PROCESS, NEW_PROCESS};
use sim_core::ps::system::Role;
use sim_core::record::Kind;
use sim_core::word::WordKind;
use sim_core::{Handle, Id, Kernel};

use std::collections::BTreeMap;

use sim_core::ob::reference::Purpose;

use crate::scenario::run::{Entry, Run, Taken};
use crate::scenario::world::World;
use crate::view::rings;
use crate::view::subject::{subject, waited_for, word};
use crate::view::temporary::temporary;
use crate::view::{files, irps};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownChange {
    /// What it happened to.
    pub subject: String,
    /// The field, by its NT name.
    pub field: &'static str,
    /// What it was; empty where only the event counts.
    pub from: String,
    /// What it became.
    pub to: String,
    /// Why.
    pub why: &'static str,
    /// Who did it, if it was not the caller.
    pub by: Option<String>,
}

impl ShownChange {
    /// The change in a few words: `PointerCount 2 → 1`, `IRP_MJ_CLEANUP sent`.
    pub fn what(&self) -> String {
        match (&*self.from, &*self.to) {
            ("", "") => self.field.to_owned(),
            ("", to) => format!("{} {to}", self.field),
            (from, to) => format!("{:<12} {from} → {to}", self.field),
        }
    }
}

/// Where a change is: kind of record, place, field.
type Place = (Kind, u32, u8);

struct Net {
    place: Place,
    /// The final status, of an IRP that was completed.
    ending: String,
    subject: String,
    from: u64,
    to: u64,
    why: &'static str,
    by: Option<String>,
    order: usize,
}

/// The net changes of a line, in the order in which they were complete.
pub fn of_entry(run: &Run<'_>, entry: &Entry) -> Vec<ShownChange> {
    let world = &run.world;
    let temporary = temporary(run, entry);
    let is_temporary = |kind, at: u32| temporary.contains(&(kind, at));
    let mut nets: Vec<Net> = Vec::new();
    let mut events: Vec<(usize, ShownChange)> = Vec::new();
    let mut counts: Vec<(usize, Count, &'static str, Option<String>)> = Vec::new();
    let mut order = 0;
    for step in &entry.steps {
        let by = by(world, entry, step);
        for delta in &step.deltas {
            order += 1;
            match &delta.change {
                Change::Field { kind, at, .. } if is_temporary(*kind, *at) => {}
                Change::Entry { from, .. }
                    if from
                        .object
                        .is_some_and(|object| is_temporary(Kind::Object, object.index() as u32)) => {}
                Change::Field { kind: Kind::Object, at, field, from, to }
                    if [Object::HANDLE_COUNT.number(), Object::POINTER_COUNT.number()].contains(field) =>
                {
                    let count = Count { at: *at, field: *field, from: *from, to: *to };
                    counts.push((order, count, delta.why, by.clone()));
                }
                Change::Create { kind: Kind::Information, at } if is_discarded(entry, *at) => {}
                Change::Field { kind, at, field, from, to } => {
                    if is_news(step, *kind, *at, *field, *to) {
                        let (place, subject) = ((*kind, *at, *field), subject(world, step, *kind, *at));
                        let (from, to, why, by) = (*from, *to, delta.why, by.clone());
                        let ending =
                            irps::irp(step, *at).map(|irp| irp.status.to_string()).unwrap_or_default();
                        note(&mut nets, Net { place, ending, subject, from, to, why, by, order });
                    }
                }
                change => events
                    .extend(event(world, step, change, delta.why, by.as_ref()).map(|shown| (order, shown))),
            }
        }
    }
    events.extend(
        nets.into_iter().filter(|net| net.from != net.to).map(|net| (net.order, shown(world, entry, net))),
    );
    events.extend(shown_counts(world, counts));
    events.sort_by_key(|(order, _)| *order);
    events.into_iter().map(|(_, shown)| shown).collect()
}

/// Whether a line lets the answer of its query go, because no label names it: its place may be another's by now.
fn is_discarded(entry: &Entry, place: u32) -> bool {
    let mut changes = entry.steps.iter().flat_map(|step| &step.deltas).map(|delta| &delta.change);
    changes.any(|change| match change {
        Change::Destroy { at, record } => *at == place && matches!(**record, AnyRecord::Information(_)),
        _ => false,
    })
}

/// A change of HandleCount or PointerCount.
#[derive(Clone, Copy)]
struct Count {
    at: u32,
    field: u8,
    from: u64,
    to: u64,
}

/// The counts' changes, without the references that a line took and dropped again for the same purpose.
fn shown_counts(
    world: &World<'_>,
    mut counts: Vec<(usize, Count, &'static str, Option<String>)>,
) -> Vec<(usize, ShownChange)> {
    let mut value: BTreeMap<(u32, u8), u64> = BTreeMap::new();
    for (_, count, ..) in &counts {
        value.entry((count.at, count.field)).or_insert(count.from);
    }
    let mut at = 0;
    while at < counts.len() {
        let (_, count, why, _) = &counts[at];
        let taken =
            Purpose::ALL.iter().find(|purpose| purpose.dropped() == *why).map(|purpose| purpose.name());
        let same = |other: &Count| (other.at, other.field) == (count.at, count.field);
        match counts[..at].iter().rposition(|(_, other, why, _)| same(other) && Some(*why) == taken) {
            Some(pair) => {
                counts.remove(at);
                counts.remove(pair);
                at -= 1;
            }
            None => at += 1,
        }
    }
    let shown = |(order, count, why, by): (usize, Count, &'static str, Option<String>)| {
        let name = Kernel::fields(Kind::Object)[count.field as usize].name;
        let from = value.get_mut(&(count.at, count.field)).filter(|_| !name.is_empty())?;
        let to = (*from + count.to).wrapping_sub(count.from);
        let (from, to) = (std::mem::replace(from, to).to_string(), to.to_string());
        let subject = world.names().object(Id::at(count.at));
        Some((order, ShownChange { subject, field: name, from, to, why, by }))
    };
    counts.into_iter().filter_map(shown).collect()
}

/// The name of who took a step: a thread, or the clock.
pub fn taker<'w>(world: &'w World<'_>, step: &Taken) -> Option<&'w str> {
    if step.is_timer_due() {
        return Some("clock");
    }
    step.thread.map(|thread| world.names().thread(thread))
}

/// Who did a step, if it was not the thread whose line it is.
fn by(world: &World<'_>, entry: &Entry, step: &Taken) -> Option<String> {
    if step.is_timer_due() {
        return Some("clock".into());
    }
    let thread = step.thread.filter(|thread| Some(*thread) != world.thread(entry.actor))?;
    let k = world.kernel();
    Some(match k[thread].role {
        Role::Worker => "system worker".into(),
        Role::Device => format!("device {}", world.names().thread(thread)),
        Role::Program => format!("thread {}", world.names().thread(thread)),
    })
}

/// What a reader of a run wants to know; the rest is for those who look at the steps.
fn is_news(step: &Taken, kind: Kind, at: u32, field: u8, to: u64) -> bool {
    let name = Kernel::fields(kind)[field as usize].name;
    match kind {
        Kind::Object => !name.is_empty(),
        Kind::File => matches!(name, "cleanup sent" | "close sent") || name.starts_with("FO_SKIP_"),
        Kind::Device => name.ends_with(" logged"),
        Kind::Irp => irps::is_news(step, at, name, to),
        // That the thread has seen how its wait ended is no news.
        Kind::Thread if matches!(name, "WaitStatus" | "Queue") => to != 0,
        Kind::Process if name == "active in its job" => to == 0,
        Kind::Ccb => name == "NamedPipeState",
        Kind::System => name == "failed allocations",
        Kind::Endpoint => matches!(name, "State" | "end of stream" | "reset"),
        Kind::Scb => !name.is_empty(),
        Kind::ControlArea | Kind::View | Kind::CacheMap | Kind::Notify => !name.is_empty(),
        Kind::Event | Kind::Process | Kind::Thread | Kind::Iosb | Kind::Port => !name.is_empty(),
        Kind::Semaphore | Kind::Mutant | Kind::Timer | Kind::Apc | Kind::Job | Kind::Buffer => {
            !name.is_empty()
        }
        _ => false,
    }
}

fn note(nets: &mut Vec<Net>, new: Net) {
    let known = nets.iter_mut().find(|net| net.place == new.place && net.subject == new.subject);
    let Some(net) = known else { return nets.push(new) };
    // Of a number that went up and down again, what took it up is no reason for its being lower, and the reverse.
    let (kind, _, field) = net.place;
    let is_number = matches!(Kernel::fields(kind)[field as usize].kind, WordKind::Number);
    let same_direction = (new.to > net.from) == (new.to > new.from);
    net.to = new.to;
    if same_direction || !is_number {
        (net.why, net.by, net.order) = (new.why, new.by, new.order);
    }
}

fn shown(world: &World<'_>, entry: &Entry, net: Net) -> ShownChange {
    let Net { place: (kind, _, field), ending, subject, from, to, why, by, .. } = net;
    let info = Kernel::fields(kind)[field as usize];
    let read =
        |word| entry.steps.last().map_or_else(String::new, |step| self::word(world, step, info.kind, word));
    let only = |field| (field, String::new(), String::new());
    let (field, from, to) = match (kind, info.name) {
        (Kind::File, "cleanup sent") => only("IRP_MJ_CLEANUP sent"),
        (Kind::File, "close sent") => only("IRP_MJ_CLOSE sent"),
        (Kind::Object, "deleted") => only("freed"),
        (Kind::Object, "Name") if to == 0 => only("name removed"),
        (Kind::Object, name) => (name, String::new(), read(to)),
        (Kind::System, _) => only(why),
        (Kind::Iosb | Kind::Buffer, "freed") => only("freed"),
        (Kind::Irp, "Cancel") => only("Cancel set"),
        (Kind::Irp, "completed") => ("completed", String::new(), ending),
        (Kind::Thread, "WaitStatus") => only("wait ends"),
        (Kind::Thread, "Queue") => only("joins a port"),
        (Kind::Irp, "CurrentLocation" | "AssociatedIrp.IrpCount") => (info.name, read(from), read(to)),
        (Kind::Scb, "deleted") => only("deleted"),
        (Kind::Ccb, _) => ("state", pipe_state(&read(from)), pipe_state(&read(to))),
        (Kind::Endpoint, "State") => ("state", socket_state(&read(from)), socket_state(&read(to))),
        (Kind::Endpoint, name) => only(name),
        (Kind::Process, "active in its job") => only("active no more in its job"),
        (Kind::Process, name @ "ActiveThreads") => (name, read(from), read(to)),
        (Kind::Thread | Kind::Process, name @ ("ExitStatus" | "job")) => (name, String::new(), read(to)),
        (Kind::Irp | Kind::Thread | Kind::Process | Kind::Device, name) => only(name),
        (_, name) => (name, read(from), read(to)),
    };
    let why = if field == why { "" } else { why };
    ShownChange { subject, field, from, to, why, by }
}

/// The state of a pipe in a word: `FILE_PIPE_CONNECTED_STATE` is long.
fn pipe_state(name: &str) -> String {
    name.trim_start_matches("FILE_PIPE_").trim_end_matches("_STATE").to_lowercase()
}

/// The same of a socket.
fn socket_state(name: &str) -> String {
    name.trim_start_matches("SOCKET_STATE_").to_lowercase()
}

/// Changes that are events: packets, and records that end.
fn event(
    world: &World<'_>,
    step: &Taken,
    change: &Change,
    why: &'static str,
    by: Option<&String>,
) -> Option<ShownChange> {
    let shown =
        |subject, field, to| ShownChange { subject, field, from: String::new(), to, why, by: by.cloned() };
    match change {
        Change::Insert { kind: Kind::Port, at, list, item, .. }
            if list_name(Kind::Port, *list) == "packets" =>
        {
            let to = packet(world, step, *item);
            Some(shown(subject(world, step, Kind::Port, *at), "packet queued", to))
        }
        Change::Remove { kind: Kind::Port, at, list, item, .. }
            if list_name(Kind::Port, *list) == "packets" =>
        {
            let to = packet(world, step, *item);
            Some(shown(subject(world, step, Kind::Port, *at), "packet removed", to))
        }
        Change::Insert { kind: Kind::IoRing, at, .. } | Change::Remove { kind: Kind::IoRing, at, .. } => {
            let (field, to) = rings::event(world, step, change)?;
            Some(shown(subject(world, step, Kind::IoRing, *at), field, to))
        }
        Change::Create { kind: Kind::Information, at } => {
            let at = Id::at(*at);
            Some(shown(world.names().information(at), "says", values(world, at)?))
        }
        Change::Entry { process, slot, to, from, .. }
            if to.object.is_some() && to.ref_cnt != from.ref_cnt =>
        {
            let process = world.names().process(Id::at(*process));
            let subject = format!("{process} {}", Handle(slot * 4));
            Some(shown(subject, "RefCnt", format!("{} → {}", from.ref_cnt, to.ref_cnt)))
        }
        Change::Entry { process, slot, to, from, .. } if to.object.is_none() && from.object.is_some() => {
            let handle = Handle(slot * 4);
            let process = world.names().process(Id::at(*process));
            Some(shown(format!("{process} {handle}"), "handle freed", String::new()))
        }
        Change::Entry { process, slot, to, from, .. } if to.object.is_some() && from.object == to.object => {
            let (from, to) = (flags_of(from.attributes), flags_of(to.attributes));
            let handle = Handle(slot * 4);
            let process = world.names().process(Id::at(*process));
            let subject = format!("{process} {handle}");
            let (from, to) = (from.to_string(), to.to_string());
            let shown = ShownChange { subject, field: "flags", from, to, why, by: by.cloned() };
            (shown.from != shown.to).then_some(shown)
        }
        Change::Found(finding) => {
            let (subject, about) = broken_rule(step, finding);
            Some(shown(subject, finding.rule.name(), about))
        }
        change => {
            if let Some((subject, what, to)) = files::event(step, change) {
                return Some(shown(subject, what, to));
            }
            let (at, what) = irps::event(step, change)?;
            Some(shown(irps::name(world.names(), step, at), what, String::new()))
        }
    }
}

/// What the answer of a query says.
fn values(world: &World<'_>, at: Id<Information>) -> Option<String> {
    let answer = world.kernel().get(at)?;
    let value = |field: &&str| {
        Some(match world.kernel().answered(at, field)? {
            Answered::Number(number) if *field == "GrantedAccess" => format!("{field} 0x{number:x}"),
            Answered::Number(number) => format!("{field} {number}"),
            Answered::Text(text) => format!("{field} \"{text}\""),
        })
    };
    Some(answer.class.fields().iter().filter_map(value).collect::<Vec<_>>().join(", "))
}

/// What a broken rule is called, and what it is about.
fn broken_rule(step: &Taken, finding: &Finding) -> (String, String) {
    let subject = step.found.iter().find(|(other, _)| other == finding).map_or("", |pair| &pair.1);
    let called = match finding.rule.bug_check() {
        Some(code) => {
            let first = finding.subcode().map_or(String::new(), |first| format!(" 0x{first:02X}"));
            format!("bug check 0x{code:X}{first}")
        }
        None => "rule broken".into(),
    };
    (called, format!("({subject})"))
}

fn packet(world: &World<'_>, step: &Taken, item: u32) -> String {
    let packet: Option<&Packet> =
        step.packets.iter().find(|(id, _)| id.index() as u32 + 1 == item).map(|pair| &pair.1);
    packet.map(|packet| packet_in_words(world, packet)).unwrap_or_default()
}

/// A packet's key, and its status or what a job tells with it.
pub fn packet_in_words(world: &World<'_>, packet: &Packet) -> String {
    let message = JOB_MESSAGES.iter().find(|message| packet.job_message && message.0 == packet.information);
    match (message, packet.process) {
        (Some((_, message)), Some(process)) => {
            format!("(key {}, {message} {})", packet.key, world.names().process(process))
        }
        (Some((_, message)), None) => format!("(key {}, {message})", packet.key),
        (None, _) => format!("(key {}, {})", packet.key, packet.status),
    }
}

/// The messages of jobs by their documented names.
const JOB_MESSAGES: [(u32, &str); 3] = [
    (ACTIVE_PROCESS_ZERO, "JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO"),
    (NEW_PROCESS, "JOB_OBJECT_MSG_NEW_PROCESS"),
    (EXIT_PROCESS, "JOB_OBJECT_MSG_EXIT_PROCESS"),
];

/// The name of a list.
pub fn list_name(kind: Kind, list: u8) -> &'static str {
    Kernel::lists(kind)[list as usize].name
}

/// One delta of a step in a few words, for those who look at the steps; none for the simulator's bookkeeping.
pub fn of_delta(world: &World<'_>, step: &Taken, delta: &Delta) -> Option<ShownChange> {
    let shown = |subject, field, from, to| ShownChange { subject, field, from, to, why: delta.why, by: None };
    match &delta.change {
        Change::Field { kind, at, field, from, to } => {
            let info = Kernel::fields(*kind)[*field as usize];
            let read = |word| self::word(world, step, info.kind, word);
            (!info.name.is_empty())
                .then(|| shown(subject(world, step, *kind, *at), info.name, read(*from), read(*to)))
        }
        Change::Insert { kind, at, list, item, .. } | Change::Remove { kind, at, list, item, .. } => {
            let info = Kernel::lists(*kind)[*list as usize];
            let sign = if matches!(delta.change, Change::Insert { .. }) { '+' } else { '−' };
            let item = self::word(world, step, info.kind, u64::from(*item));
            let subject = subject(world, step, *kind, *at);
            (!info.name.is_empty())
                .then(|| shown(subject, info.name, String::new(), format!("{sign} {item}")))
        }
        change => event(world, step, change, delta.why, None),
    }
}

/// The objects that a line touched, each once, in order of first touch.
pub fn touched(run: &Run<'_>, entry: &Entry) -> Vec<Id<Object>> {
    let k = run.world.kernel();
    let temporary = temporary(run, entry);
    let mut objects = Vec::new();
    for delta in entry.steps.iter().flat_map(|step| &step.deltas) {
        let object = match delta.change {
            Change::Field { kind: Kind::Object, at, .. } => Some(Id::at(at)),
            Change::Field { kind: Kind::File, at, .. } => {
                k.get(Id::<sim_core::io::file::File>::at(at)).map(|file| file.object)
            }
            Change::Field { kind: Kind::Event, at, .. } => {
                k.get(Id::<sim_core::ke::event::Event>::at(at)).map(|event| event.object)
            }
            Change::Insert { kind: Kind::Port, at, .. } | Change::Remove { kind: Kind::Port, at, .. } => {
                k.get(Id::<sim_core::io::port::Port>::at(at)).map(|port| port.object)
            }
            Change::Field { kind, at, .. } => waited_for(k, kind, at),
            _ => None,
        };
        let is_new = |object: &Id<Object>| {
            !objects.contains(object) && !temporary.contains(&(Kind::Object, object.index() as u32))
        };
        if let Some(object) = object.filter(is_new) {
            objects.push(object);
        }
    }
    objects
}
