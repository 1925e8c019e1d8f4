//! A trace of real Windows, held against the model.

use sim_core::profile::Profile;
use sim_windows::trace::Trace;
use sim_windows::{Difference, Known, differences, explanation};

use crate::lang::{self, Diagnostics};
use crate::scenario;
use crate::trace::{Performance, Unperformable};

/// What came of a replay.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// How many calls the trace has.
    pub calls: usize,
    /// The first difference that nobody has explained.
    pub difference: Option<Difference>,
    /// The known differences that were seen, each once.
    pub known: Vec<&'static Known>,
}

impl Replayed {
    /// Whether the trace says what the model says, or known differences are all that parts them.
    pub const fn held(&self) -> bool {
        self.difference.is_none()
    }

    /// Compares the model's trace with another.
    pub fn of(model: &Trace, real: &Trace) -> Replayed {
        let mut known: Vec<&'static Known> = Vec::new();
        let mut unexplained = None;
        for difference in differences(&model.records, &real.records) {
            let Some(reason) = explanation(&difference, &real.header.system) else {
                unexplained = Some(difference);
                break;
            };
            if known.iter().all(|other| other.id != reason.id) {
                known.push(reason);
            }
            if reason.ends_the_comparison() {
                break;
            }
        }
        let calls = real.records.iter().filter(|record| record.call.is_some()).count();
        Replayed { calls, difference: unexplained, known }
    }
}

/// Why a trace could not be replayed.
#[derive(Debug)]
pub enum ReplayFailure {
    /// Its header names no Windows version that the model knows.
    Profile,
    /// Its scenario is none, or not of this version of Windows.
    Scenario(Diagnostics),
    /// Its scenario holds what exists in the model alone.
    Unperformable(Unperformable),
}

/// Holds a trace against the model, with the Windows version that its header names.
///
/// ```
/// use sim_model::trace::{Trace, replay};
/// let text = concat!(
///     r#"{"kobj_trace":1,"recorded_by":"kobj","system":"Wine 8.0","profile":"win11","#,
///     r#""scenario":"process app\n  thread main\n    CloseHandle(NULL)\n"}"#, "\n",
///     r#"{"line":3,"thread":"main","outcome":{"returned":{"result":"FALSE","error":"ERROR_INVALID_HANDLE"}}}"#, "\n",
/// );
/// let replayed = replay(&Trace::read(text, "null.trace").unwrap(), "null.trace").unwrap();
/// assert!(replayed.held());
/// ```
///
/// # Errors
/// A scenario that cannot be compiled or performed.
pub fn replay(trace: &Trace, file: &str) -> Result<Replayed, ReplayFailure> {
    let scenario = lang::parse(file, &trace.header.scenario).map_err(ReplayFailure::Scenario)?;
    let profile = Profile::named(&trace.header.profile).ok_or(ReplayFailure::Profile)?;
    let program = scenario::compile_for(scenario, Some(profile)).map_err(ReplayFailure::Scenario)?;
    let performance = Performance::of(&program).map_err(ReplayFailure::Unperformable)?;
    Ok(Replayed::of(&performance.trace, trace))
}
