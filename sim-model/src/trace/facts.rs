//! What can be seen from user mode, in a world of the model: the same facts, by the same names, as a recorder sees.

use std::collections::BTreeMap;

use sim_core::io::iosb::Iosb;
use sim_core::io::port::Packet;
use sim_core::ob::header::Body;
use sim_core::ob::information::{Answered, Information};
use sim_core::profile::Version;
use sim_core::{Id, NtStatus};
use sim_windows::LATE;
use sim_windows::trace::{Facts, Value};

use crate::scenario::World;
use crate::scenario::condition::Value as Worth;
use crate::scenario::field::{Field, Nth, PacketField};
use crate::scenario::program::LabelId;
use crate::scenario::world::Binding;

/// What a status field holds before anybody has written it.
const NOT_WRITTEN: &str = "not written";

/// Everything that can be seen now, by label, process or thread.
pub(super) fn seen(world: &World<'_>) -> BTreeMap<String, Facts> {
    let program = world.program();
    let mut seen: BTreeMap<String, Facts> = BTreeMap::new();
    let mut add = |name: &str, facts: Facts| {
        if !facts.is_empty() {
            seen.entry(name.to_owned()).or_default().extend(facts);
        }
    };
    for (at, label) in program.labels.iter().enumerate() {
        add(&label.name, of_label(world, at));
    }
    for (at, name) in program.processes.iter().enumerate() {
        let process = &world.kernel()[world.process(at)];
        if process.created {
            add(name, Facts::from([("exited".into(), Value::Truth(process.ended))]));
        }
    }
    for (at, actor) in program.actors.iter().enumerate() {
        let Some(thread) = world.thread(at).map(|thread| &world.kernel()[thread]) else { continue };
        if thread.created {
            add(&actor.name, Facts::from([("ended".into(), Value::Truth(thread.ended))]));
        }
    }
    seen
}

fn of_label(world: &World<'_>, label: LabelId) -> Facts {
    let mut facts = Facts::new();
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            facts.insert(name.to_owned(), value);
        }
    };
    let number = |field| value(world.field(label, field));
    match world.binding(label) {
        Binding::Handle { process, handle, object: Some(object) }
            if world.kernel().entry(process, handle).is_some_and(|entry| entry.object == Some(object)) =>
        {
            if let Body::IoRing(_) = world.kernel()[object].body {
                // An HIORING tells nothing of the handle behind it.
                return facts;
            }
            for (name, field) in HANDLE {
                add(name, number(*field));
            }
            for (name, field) in TRUTHS {
                add(name, truth(&world.field(label, *field)));
            }
            if world.kernel().profile().version < Version::Win8 {
                // The query holds one reference itself.
                add("PointerCount", number(Field::PointerCount).map(|count| one_more(&count)));
            }
            match world.kernel()[object].body {
                Body::File(_) => add("FileObject.Event", truth(&world.field(label, Field::Signaled))),
                Body::Event(_) | Body::Timer(_) | Body::Process(_) | Body::Thread(_) => {
                    add("signaled", truth(&world.field(label, Field::Signaled)));
                }
                _ => {}
            }
        }
        Binding::Operation(iosb) => of_operation(world, label, iosb, &mut add),
        Binding::Apc(_) => add("delivered", truth(&world.field(label, Field::Delivered))),
        Binding::Value(Some(number)) => add("value", Some(Value::Number(number.into()))),
        Binding::Packet(_) => {
            add("removed", number(Field::Removed));
            for (name, field) in PACKET {
                add(name, shown(world, world.field(label, Field::Packet(Nth::After(0), *field))));
            }
        }
        Binding::Information(Some(answer)) => {
            let counts = world.kernel().profile().version < Version::Win8;
            for name in world.kernel()[answer].class.fields() {
                if *name == "PointerCount" && !counts {
                    continue;
                }
                add(name, answered(world, answer, name));
            }
        }
        _ => {}
    }
    facts
}

fn of_operation(world: &World<'_>, label: LabelId, iosb: Id<Iosb>, add: &mut dyn FnMut(&str, Option<Value>)) {
    let status = world.kernel()[iosb].status;
    let shown = status.map_or(NOT_WRITTEN.into(), |status| status.to_string());
    add("Status", Some(Value::Text(shown)));
    let mut packets = world.kernel().all::<Packet>().map(|(_, packet)| packet);
    let waits = packets.any(|packet| packet.context == Some(iosb) && packet.writes_iosb);
    // A packet that went with its port has been removed by nobody.
    let lost = status == Some(NtStatus::PENDING) && world.kernel().irp_of(iosb).is_none();
    if waits || lost {
        add(LATE, Some(Value::Truth(true)));
    }
    if status.is_some_and(|status| status != NtStatus::PENDING) {
        add("Information", value(world.field(label, Field::Information)));
    }
    add("delivered", truth(&world.field(label, Field::Delivered)).filter(|told| *told == Value::Truth(true)));
}

const HANDLE: &[(&str, Field)] = &[
    ("HandleCount", Field::HandleCount),
    ("GrantedAccess", Field::GrantedAccess),
    ("CurrentCount", Field::CurrentCount),
    ("packets", Field::Packets),
    ("ActiveProcesses", Field::ActiveProcesses),
    ("NamedPipeState", Field::NamedPipeState),
    ("ReadDataAvailable", Field::ReadDataAvailable),
    ("WriteQuotaAvailable", Field::WriteQuotaAvailable),
    ("CurrentInstances", Field::CurrentInstances),
];

const TRUTHS: &[(&str, Field)] =
    &[("inherit", Field::Inherit), ("protected", Field::Protected), ("abandoned", Field::Abandoned)];

const PACKET: &[(&str, PacketField)] = &[
    ("key", PacketField::Key),
    ("overlapped", PacketField::Overlapped),
    ("status", PacketField::Status),
    ("bytes", PacketField::Bytes),
];

fn value(worth: Worth) -> Option<Value> {
    Some(match worth {
        Worth::Number(number) => Value::Number(number as i64),
        Worth::Status(Some(status)) => Value::Text(status.to_string()),
        Worth::State(state) => Value::Text(state.name().into()),
        Worth::Text(text) => Value::Text(text),
        _ => return None,
    })
}

fn shown(world: &World<'_>, worth: Worth) -> Option<Value> {
    match worth {
        Worth::Operation(Some(iosb)) => Some(Value::Text(world.names().iosb(iosb))),
        Worth::Operation(None) => Some(Value::Number(0)),
        worth => value(worth),
    }
}

fn truth(worth: &Worth) -> Option<Value> {
    match worth {
        Worth::Number(number) => Some(Value::Truth(*number != 0)),
        _ => None,
    }
}

fn one_more(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(number + 1),
        other => other.clone(),
    }
}

fn answered(world: &World<'_>, answer: sim_core::Id<Information>, name: &str) -> Option<Value> {
    Some(match world.kernel().answered(answer, name)? {
        Answered::Number(number) => Value::Number(number as i64),
        Answered::Text(text) => Value::Text(text),
    })
}
