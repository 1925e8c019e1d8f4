//! What an event says about handles.

use super::fields::{Field, Fields};
use super::mask;
use super::time::{self, Logged};

/// Handle requested.
pub(super) const OPEN: u32 = 4656;
/// Handle closed.
pub(super) const CLOSE: u32 = 4658;
/// Object accessed through a handle.
pub(super) const ACCESS: u32 = 4663;
/// Process started.
pub(super) const START: u32 = 4688;
/// Process exited.
pub(super) const EXIT: u32 = 4689;
/// Handle duplicated.
pub(super) const DUPLICATE: u32 = 4690;

/// The process id of System.
pub(super) const SYSTEM: u64 = 4;

/// A handle value of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// The process's id.
    pub(super) pid: u64,
    /// The value as logged.
    pub(super) handle: u64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// 4656.
    Open { slot: Slot, object_type: Option<Box<str>>, object: Option<Box<str>>, granted: Option<u32> },
    /// 4663.
    Access { slot: Slot, mask: Option<u32> },
    /// 4658.
    Close { slot: Slot },
    /// 4690.
    Duplicate { source: Slot, target: Slot },
    /// 4688.
    Start { pid: u64 },
    /// 4689.
    Exit { pid: u64 },
}

impl What {
    /// The number of the event.
    pub(super) const fn id(&self) -> u32 {
        match self {
            What::Open { .. } => OPEN,
            What::Access { .. } => ACCESS,
            What::Close { .. } => CLOSE,
            What::Duplicate { .. } => DUPLICATE,
            What::Start { .. } => START,
            What::Exit { .. } => EXIT,
        }
    }
}

/// One event of the handle tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// Its line in the file.
    pub(super) line: u64,
    /// When it was logged.
    pub(super) time: Option<Logged>,
    /// Its number in the machine's log.
    pub(super) record: Option<u64>,
    /// The path of the process it names, if it gives one.
    pub(super) program: Option<Box<str>>,
    /// What happened.
    pub(super) what: What,
}

/// Why an event that is about handles says nothing of a kernel handle table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aside {
    /// The access was refused.
    Refused,
    /// The handle is 0: none was given.
    NoHandle,
    /// A user-mode server's object was opened.
    UserModeOpen,
    /// A user-mode server's object was closed.
    UserModeClose,
    /// A user-mode server's object was accessed.
    UserModeAccess,
}

/// How an event is taken.
pub(super) enum Reading {
    /// It changes or uses a handle table of that machine.
    Handles(Box<str>, Event),
    /// It is about handles, but of no kernel handle table.
    Aside(Aside),
    /// It is about something else.
    Other { channel: String, id: u32 },
    /// It is about handles, but a field is missing or cannot be read.
    Broken { id: u32, field: &'static str, found: String },
    /// It is no event.
    NoEvent,
}

/// Makes sense of an event's fields.
pub(super) fn read(fields: &Fields, line: u64) -> Reading {
    let Some(id) = fields.get(Field::EventId).and_then(|id| id.parse().ok()) else { return Reading::NoEvent };
    if !is_audit(fields) || !matches!(id, OPEN | CLOSE | ACCESS | START | EXIT | DUPLICATE) {
        let channel = fields.get(Field::Channel).or_else(|| fields.get(Field::Provider));
        return Reading::Other { channel: channel.unwrap_or("(no channel)").into(), id };
    }
    if fields.failure {
        return Reading::Aside(Aside::Refused);
    }
    match what(fields, id) {
        Ok(Ok(what)) => {
            let program = match id {
                START => fields.get(Field::NewProcessName),
                DUPLICATE => None,
                _ => fields.get(Field::ProcessName),
            };
            let event = Event {
                line,
                time: fields.get(Field::Time).and_then(time::parse),
                record: fields.get(Field::Record).and_then(|record| record.parse().ok()),
                program: program.map(Into::into),
                what,
            };
            Reading::Handles(fields.get(Field::Host).unwrap_or_default().to_ascii_uppercase().into(), event)
        }
        Ok(Err(aside)) => Reading::Aside(aside),
        Err((field, found)) => Reading::Broken { id, field, found },
    }
}

/// Whether the kernel's security audit logged it.
fn is_audit(fields: &Fields) -> bool {
    match (fields.get(Field::Provider), fields.get(Field::Channel)) {
        (Some(provider), _) => provider.eq_ignore_ascii_case("Microsoft-Windows-Security-Auditing"),
        (None, Some(channel)) => channel.eq_ignore_ascii_case("Security"),
        (None, None) => true,
    }
}

type Missing = (&'static str, String);

fn what(fields: &Fields, id: u32) -> Result<Result<What, Aside>, Missing> {
    let number = |field, name| number(fields, field, name);
    let slot = |process, process_name, handle, handle_name| -> Result<Slot, Missing> {
        Ok(Slot { pid: number(process, process_name)?, handle: number(handle, handle_name)? })
    };
    let what = match id {
        START => What::Start { pid: number(Field::NewProcessId, "NewProcessId")? },
        EXIT => What::Exit { pid: number(Field::ProcessId, "ProcessId")? },
        DUPLICATE => {
            let source =
                slot(Field::SourceProcessId, "SourceProcessId", Field::SourceHandleId, "SourceHandleId")?;
            let target =
                slot(Field::TargetProcessId, "TargetProcessId", Field::TargetHandleId, "TargetHandleId")?;
            if source.handle == 0 || target.handle == 0 {
                return Ok(Err(Aside::NoHandle));
            }
            What::Duplicate { source, target }
        }
        _ => {
            let server = fields.get(Field::ObjectServer);
            if server.is_some_and(|server| !server.eq_ignore_ascii_case("Security")) {
                return Ok(Err(match id {
                    OPEN => Aside::UserModeOpen,
                    CLOSE => Aside::UserModeClose,
                    _ => Aside::UserModeAccess,
                }));
            }
            let slot = slot(Field::ProcessId, "ProcessId", Field::HandleId, "HandleId")?;
            if slot.handle == 0 {
                return Ok(Err(Aside::NoHandle));
            }
            let text = |field| fields.get(field).map(Into::into);
            match id {
                OPEN => What::Open {
                    slot,
                    object_type: text(Field::ObjectType),
                    object: text(Field::ObjectName),
                    granted: mask::of(fields),
                },
                CLOSE => What::Close { slot },
                _ => What::Access { slot, mask: mask::of(fields) },
            }
        }
    };
    Ok(Ok(what))
}

/// A process id or handle value: hexadecimal after `0x`, else decimal. A negative number is a value of 64 bits.
fn number(fields: &Fields, field: Field, name: &'static str) -> Result<u64, Missing> {
    let Some(text) = fields.get(field) else { return Err((name, "nothing".into())) };
    parse(text).ok_or_else(|| (name, format!("{:?}", text.chars().take(40).collect::<String>())))
}

/// Reads a number as the log writes them.
pub(super) fn parse(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse::<u64>().ok().or_else(|| text.parse::<i64>().ok().map(|number| number as u64)),
    }
}
