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

/// The first difference, or none.
///
/// Handle values are free and are in no trace. Of what was seen, only what the recording has is compared: a recorder that
/// cannot see something says nothing of it.
///
/// ```
/// use sim_windows::compare;
/// use sim_windows::trace::{Outcome, Record, Returned};
/// let record = |result: &str| Record {
///     line: 4,
///     thread: Some("main".into()),
///     call: None,
///     outcome: Outcome::Returned(Returned { result: result.into(), error: None }),
///     observed: Default::default(),
/// };
/// assert_eq!(compare(&[record("TRUE")], &[record("TRUE")]), None);
/// let difference = compare(&[record("TRUE")], &[record("FALSE")]).unwrap();
/// assert_eq!(difference.to_string(), "line 4: the model says TRUE, the recording FALSE");
/// ```
pub fn compare(model: &[Record], real: &[Record]) -> Option<Difference> {
    for (at, ours) in model.iter().enumerate() {
        let call = ours.call.as_ref().map(|call| call.name.clone());
        let outcome = |real: Option<String>| Difference {
            line: ours.line,
            call: call.clone(),
            what: "outcome".into(),
            of: None,
            model: Some(ours.outcome.to_string()),
            real,
        };
        let Some(theirs) = real.get(at) else { return Some(outcome(None)) };
        if (ours.line, &ours.thread) != (theirs.line, &theirs.thread) {
            let other = format!("goes on in line {}, {}", theirs.line, theirs.outcome);
            return Some(outcome(Some(other)));
        }
        if ours.outcome != theirs.outcome {
            return Some(outcome(Some(theirs.outcome.to_string())));
        }
        if let Some((of, what, model, real)) = disagreement(&ours.observed, &theirs.observed) {
            return Some(Difference { line: ours.line, call, what, of: Some(of), model, real });
        }
    }
    real.get(model.len()).map(|theirs| Difference {
        line: theirs.line,
        call: theirs.call.as_ref().map(|call| call.name.clone()),
        what: "outcome".into(),
        of: None,
        model: None,
        real: Some(theirs.outcome.to_string()),
    })
}

/// The first fact that was seen and is other than the model says, as (whose, which, the model's, the seen one).
pub(crate) fn disagreement(
    model: &BTreeMap<String, Facts>,
    seen: &BTreeMap<String, Facts>,
) -> Option<(String, String, Option<String>, Option<String>)> {
    let shown = |value: Option<&Value>| value.map(ToString::to_string);
    seen.iter().find_map(|(of, facts)| {
        facts.iter().find_map(|(what, value)| {
            let ours = model.get(of).and_then(|facts| facts.get(what));
            // Since Windows 8 each look at PointerCount changes it: the model says it only for what came before.
            let free = what == "PointerCount" && ours.is_none();
            (ours != Some(value) && !free)
                .then(|| (of.clone(), what.clone(), shown(ours), Some(value.to_string())))
        })
    })
}
