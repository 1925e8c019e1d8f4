//! Conditions: what a `check` line or a property says, and whether it holds in a world.

use std::fmt;

use sim_core::drivers::afd::poll::EVENTS;
use sim_core::drivers::npfs::ccb::PipeState;
use sim_core::io::iosb::Iosb;
use sim_core::win32::Win32Error;
use sim_core::{Handle, Id, NtStatus};

use crate::lang::ast::CompareOp;
use crate::scenario::field::Field;
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
                let event = EVENTS.iter().find(|event| event.1 == name);
                if let Some(event) = event {
                    return Some(Value::Number(event.0.into()));
                }
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
