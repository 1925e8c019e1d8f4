//! The first difference between what a real system did and what the model does.

use std::collections::BTreeMap;
use std::fmt;

use crate::trace::{Facts, Record, Value};

/// Where two recordings of one scenario part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The line of the scenario.
    pub line: usize,
    /// The call, if the line is one.
    pub call: Option<String>,
    /// What differs: `outcome`, or the name of a fact.
    pub what: String,
    /// Whose fact it is: a label, process or thread.
    pub of: Option<String>,
    /// What the model says; none if it says nothing of it.
    pub model: Option<String>,
    /// What the real system says; none if it ends before.
    pub real: Option<String>,
    /// It is about a request whose packet waits in a port: see [`LATE`].
    pub late: bool,
    /// The calls that were made until then, by their names; the last is the one that it is seen after.
    pub until: Vec<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".into());
        let (model, real) = (side(&self.model), side(&self.real));
        match (&self.call, &self.of) {
            (Some(call), None) => {
                write!(f, "line {}: {call}: the model says {model}, the recording {real}", self.line)
            }
            (call, Some(of)) => {
                let after = call.as_ref().map_or(String::new(), |call| format!(" after {call}"));
                write!(
                    f,
                    "line {}:{after} {of}.{}: the model says {model}, the recording {real}",
                    self.line, self.what
                )
            }
            (None, None) => write!(f, "line {}: the model says {model}, the recording {real}", self.line),
        }
    }
}

/// Every difference up to the first call that returns at another time. After one that returns something else, what comes
/// says something only if that is known to change nothing.
///
/// Handle values are free and are in no trace. Of what was seen, only what the recording has is compared: a recorder that
/// cannot see something says nothing of it.
///
/// ```
/// use sim_windows::differences;
/// use sim_windows::trace::{Outcome, Record, Returned};
/// let record = |result: &str| Record {
///     line: 4,
///     thread: Some("main".into()),
///     call: None,
///     outcome: Outcome::Returned(Returned { result: result.into(), error: None }),
///     observed: Default::default(),
/// };
/// assert_eq!(differences(&[record("TRUE")], &[record("TRUE")]), []);
/// let found = differences(&[record("TRUE")], &[record("FALSE")]);
/// assert_eq!(found[0].to_string(), "line 4: the model says TRUE, the recording FALSE");
/// ```
pub fn differences(model: &[Record], real: &[Record]) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut until = Vec::new();
    for (at, ours) in model.iter().enumerate() {
        until.extend(ours.call.as_ref().map(|call| call.name.clone()));
        let theirs = match real.get(at) {
            Some(theirs) if (ours.line, &ours.thread) != (theirs.line, &theirs.thread) => {
                Err(Some(format!("goes on in line {}, {}", theirs.line, theirs.outcome)))
            }
            Some(theirs) => Ok(theirs),
            None => Err(None),
        };
        match theirs {
            Ok(theirs) => {
                if ours.outcome != theirs.outcome {
                    let sides = (ours.outcome.to_string(), theirs.outcome.to_string());
                    found.push(Difference::of(ours, Some(sides.0), Some(sides.1), &until));
                }
                found.extend(unlike(ours, &theirs.observed, &until));
            }
            Err(other) => {
                found.push(Difference::of(ours, Some(ours.outcome.to_string()), other, &until));
                return found;
            }
        }
    }
    found.extend(
        real.get(model.len())
            .map(|theirs| Difference::of(theirs, None, Some(theirs.outcome.to_string()), &until)),
    );
    found
}

impl Difference {
    fn of(record: &Record, model: Option<String>, real: Option<String>, until: &[String]) -> Difference {
        let (line, call) = (record.line, record.call.as_ref().map(|call| call.name.clone()));
        let (what, until) = ("outcome".into(), until.to_vec());
        Difference { line, call, what, of: None, model, real, late: false, until }
    }
}

/// What was seen after a record and is other than the model says; `until`: the calls that were made until then.
pub(crate) fn unlike(model: &Record, seen: &BTreeMap<String, Facts>, until: &[String]) -> Vec<Difference> {
    let shown = |value: Option<&Value>| value.map(ToString::to_string);
    let mut found = Vec::new();
    for (of, facts) in seen {
        let ours = model.observed.get(of);
        let is_late = ours.is_some_and(|facts| facts.get(LATE) == Some(&Value::Truth(true)));
        for (what, value) in facts {
            let own = ours.and_then(|facts| facts.get(what));
            // Since Windows 8 each look at PointerCount changes it: the model says it only for what came before.
            if own == Some(value) || what == "PointerCount" && own.is_none() {
                continue;
            }
            found.push(Difference {
                what: what.clone(),
                of: Some(of.clone()),
                late: is_late,
                ..Difference::of(model, shown(own), Some(value.to_string()), until)
            });
        }
    }
    found
}

/// A fact of the model alone: the request is completed, and its status block is written when its packet is removed.
pub const LATE: &str = "packet queued";
