//! Conditions: what a `check` line or a property says, and whether it holds in a world.

use std::fmt;

use sim_core::drivers::npfs::ccb::PipeState;
use sim_core::io::iosb::Iosb;
use sim_core::win32::Win32Error;
use sim_core::{Handle, Id, NtStatus};

use crate::lang::ast::CompareOp;
use crate::scenario::program::LabelId;
use crate::scenario::world::World;

/// A condition whose names are looked up.
#[derive(Clone, Debug)]
pub enum Condition {
    /// One of these holds.
    Or(Vec<Condition>),
    /// All of these hold.
    And(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// The two sides compare so.
    Compare {
        /// The left side.
        left: Term,
        /// How.
        op: CompareOp,
        /// The right side.
        right: Term,
    },
    /// The term is true.
    Is(Term),
}

/// One side of a comparison, with its text.
#[derive(Clone, Debug)]
pub struct Term {
    /// As it was written.
    pub text: String,
    /// What it stands for.
    pub kind: TermKind,
}

/// What a term stands for.
#[derive(Clone, Debug)]
pub enum TermKind {
    /// A number.
    Number(i128),
    /// The name of a status or error, TRUE, FALSE or NULL.
    Constant(Value),
    /// A label itself.
    Label(LabelId),
    /// A field of a label.
    Field(LabelId, Field),
    /// A fact about a thread: it has ended.
    Ended(usize),
    /// A fact about a process: it has ended.
    Exited(usize),
}

/// What can be asked of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// HandleCount of the object that the handle names now.
    HandleCount,
    /// PointerCount of the object that the handle names now.
    PointerCount,
    /// The handle's value.
    Value,
    /// HandleCount of the object that the label was bound to.
    ObjectHandleCount,
    /// PointerCount of the object that the label was bound to.
    ObjectPointerCount,
    /// PointerCount of the object that the handle names now, with the references taken in advance.
    ChargedPointerCount,
    /// PointerCount of the object that the label was bound to, with the references taken in advance.
    ObjectChargedPointerCount,
    /// The attributes of a queried handle.
    Attributes,
    /// The access that a handle grants, or granted when it was queried.
    GrantedAccess,
    /// The name of a queried object's type.
    TypeName,
    /// Objects of a queried object's type.
    TotalNumberOfObjects,
    /// Handles to objects of a queried object's type.
    TotalNumberOfHandles,
    /// How many bytes an answer takes.
    ReturnLength,
    /// IRP_MJ_CLEANUP was sent.
    Cleanup,
    /// IRP_MJ_CLOSE was sent.
    Close,
    /// The handle's value is open in its process.
    Open,
    /// The object is deleted.
    Deleted,
    /// A wait on the object would be satisfied.
    Signaled,
    /// The handle can be inherited.
    Inherit,
    /// The handle is protected from close.
    Protected,
    /// Processes of the job that have not ended.
    ActiveProcesses,
    /// The object's name is in the namespace.
    Named,
    /// The object is permanent.
    Permanent,
    /// The full name of the object that the handle names now.
    Name,
    /// The full name of the object that the label was bound to.
    ObjectName,
    /// Packets in the port.
    Packets,
    /// CurrentByteOffset of a file object.
    CurrentByteOffset,
    /// The state of a pipe's instance.
    NamedPipeState,
    /// Bytes that an end of a pipe can read.
    ReadDataAvailable,
    /// Bytes that an end of a pipe can write without waiting.
    WriteQuotaAvailable,
    /// Instances of a pipe.
    CurrentInstances,
    /// CurrentCount of a semaphore or mutant.
    CurrentCount,
    /// MaximumCount of a semaphore.
    MaximumCount,
    /// The thread that owns a mutant.
    OwnerThread,
    /// The mutant was abandoned and nobody has acquired it since.
    Abandoned,
    /// Threads that wait for the object.
    Waiters,
    /// The user APC waits for its thread.
    Queued,
    /// The user APC has run.
    Delivered,
    /// The request is outstanding.
    Pending,
    /// The status field of the status block.
    Status,
    /// The information field of the status block.
    Information,
    /// A packet's key.
    PacketKey,
    /// A packet's OVERLAPPED.
    PacketOverlapped,
    /// A packet's status.
    PacketStatus,
    /// A packet's number of bytes.
    PacketBytes,
}

/// What a term is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number or a truth value.
    Number(i128),
    /// A status, a Win32 error of that status, or none written yet.
    Status(Option<NtStatus>),
    /// A Win32 error.
    Error(Win32Error),
    /// A text: the name of a thread or an object.
    Text(String),
    /// The state of a pipe's instance.
    State(PipeState),
    /// A status block.
    Operation(Option<Id<Iosb>>),
    /// No value: why.
    Missing(&'static str),
}

impl Value {
    /// The constant of that name.
    pub fn constant(name: &str) -> Option<Value> {
        Some(match name {
            "TRUE" => Value::Number(1),
            "FALSE" => Value::Number(0),
            "NULL" => Value::Operation(None),
            "INVALID_HANDLE_VALUE" => Value::Number(i128::from(Handle::CURRENT_PROCESS.0)),
            _ => {
                let state = PipeState::ALL.iter().find(|state| state.name() == name);
                let state = state.map(|state| Value::State(*state));
                let status = NtStatus::from_name(name).map(|status| Value::Status(Some(status)));
                state.or(status).or_else(|| Win32Error::from_name(name).map(Value::Error))?
            }
        })
    }

    fn is_true(&self) -> bool {
        matches!(self, Value::Number(number) if *number != 0)
    }

    fn equals(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Missing(_), _) | (_, Value::Missing(_)) => false,
            (Value::Status(Some(status)), Value::Error(error))
            | (Value::Error(error), Value::Status(Some(status))) => Win32Error::of(*status) == *error,
            (Value::Number(0), Value::Operation(None)) | (Value::Operation(None), Value::Number(0)) => true,
            _ => self == other,
        }
    }

    /// How the value is called in this world.
    pub fn shown(&self, world: &World<'_>) -> String {
        match self {
            Value::Operation(Some(iosb)) => world.names().iosb(*iosb),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => write!(f, "{number}"),
            Value::Status(Some(status)) => write!(f, "{status}"),
            Value::Status(None) => f.write_str("not written yet"),
            Value::Error(error) => write!(f, "{error}"),
            Value::Text(text) => write!(f, "\"{text}\""),
            Value::State(state) => f.write_str(state.name()),
            Value::Operation(_) => f.write_str("NULL"),
            Value::Missing(why) => f.write_str(why),
        }
    }
}

/// Why a condition does not hold: its smallest part that decides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refuted {
    /// The part, as a person reads it.
    pub part: String,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Refuted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}", self.part, self.expected, self.found)
    }
}

impl Condition {
    /// Whether it holds.
    pub fn holds(&self, world: &World<'_>) -> bool {
        match self {
            Condition::Or(parts) => parts.iter().any(|part| part.holds(world)),
            Condition::And(parts) => parts.iter().all(|part| part.holds(world)),
            Condition::Not(part) => part.is_known(world) && !part.holds(world),
            Condition::Is(term) => world.value(term).is_true(),
            Condition::Compare { left, op, right } => {
                let (left, right) = (world.value(left), world.value(right));
                match (op, &left, &right) {
                    (CompareOp::Equal, ..) => left.equals(&right),
                    (_, Value::Missing(_), _) | (_, _, Value::Missing(_)) => false,
                    (CompareOp::NotEqual, ..) => !left.equals(&right),
                    (CompareOp::Less, Value::Number(left), Value::Number(right)) => left < right,
                    (CompareOp::LessOrEqual, Value::Number(left), Value::Number(right)) => left <= right,
                    (CompareOp::Greater, Value::Number(left), Value::Number(right)) => left > right,
                    (CompareOp::GreaterOrEqual, Value::Number(left), Value::Number(right)) => left >= right,
                    _ => false,
                }
            }
        }
    }

    /// Whether every term has a value: what has none makes a condition false, and its negation too.
    pub(super) fn is_known(&self, world: &World<'_>) -> bool {
        let known = |term: &Term| !matches!(world.value(term), Value::Missing(_));
        match self {
            Condition::Or(parts) | Condition::And(parts) => parts.iter().all(|part| part.is_known(world)),
            Condition::Not(part) => part.is_known(world),
            Condition::Is(term) => known(term),
            Condition::Compare { left, right, .. } => known(left) && known(right),
        }
    }

    /// If it does not hold: why.
    pub fn refuted(&self, world: &World<'_>) -> Option<Refuted> {
        if self.holds(world) {
            return None;
        }
        Some(match self {
            Condition::And(parts) => parts.iter().find_map(|part| part.refuted(world))?,
            Condition::Or(parts) => {
                let each: Vec<Refuted> = parts.iter().filter_map(|part| part.refuted(world)).collect();
                Refuted {
                    part: "none of the alternatives holds".into(),
                    expected: each
                        .iter()
                        .map(|part| format!("{} {}", part.part, part.expected))
                        .collect::<Vec<_>>()
                        .join(" or "),
                    found: each.iter().map(|part| part.found.clone()).collect::<Vec<_>>().join(" and "),
                }
            }
            Condition::Not(part) => {
                let found = if part.is_known(world) { "true" } else { "no value" };
                Refuted { part: part.to_string(), expected: "false".into(), found: found.into() }
            }
            Condition::Is(term) => {
                let value = world.value(term);
                let found = if value == Value::Number(0) { "false".into() } else { value.shown(world) };
                Refuted { part: term.text.clone(), expected: "true".into(), found }
            }
            Condition::Compare { left, op, right } => {
                let symbol =
                    if *op == CompareOp::Equal { String::new() } else { format!("{} ", op.symbol()) };
                let expected = match world.value(right) {
                    value @ Value::Missing(_) => format!("{symbol}{} ({value})", right.text),
                    _ => format!("{symbol}{}", right.text),
                };
                Refuted { part: left.text.clone(), expected, found: world.value(left).shown(world) }
            }
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |f: &mut fmt::Formatter<'_>, parts: &[Condition], word: &str| {
            let texts: Vec<String> = parts.iter().map(ToString::to_string).collect();
            write!(f, "({})", texts.join(word))
        };
        match self {
            Condition::Or(parts) => join(f, parts, " or "),
            Condition::And(parts) => join(f, parts, " and "),
            Condition::Not(part) => write!(f, "not {part}"),
            Condition::Compare { left, op, right } => {
                write!(f, "{} {} {}", left.text, op.symbol(), right.text)
            }
            Condition::Is(term) => f.write_str(&term.text),
        }
    }
}
