//! One scenario on both sides.

use std::path::Path;

use sim_model::lang::ast::Scenario;
use sim_model::trace::{Performance, Replayed, Trace};
use sim_model::{lang, scenario};
use sim_windows::{RecordError, record};

/// A busy machine may fail to start a process; so often it is tried.
const TRIES: usize = 5;

/// Performs a scenario on both sides: the trace of the real side, and how it compares. None if it cannot be performed, or
/// if its answer depends on which value the system gives to the next handle.
pub(crate) fn both(scenario: &Scenario) -> Option<(Trace, Replayed)> {
    // What was shrunk has its lines elsewhere than its text says.
    let text = lang::print(scenario);
    let program = scenario::compile(lang::parse(&scenario.source.file, &text).ok()?).ok()?;
    let performance = Performance::of(&program).ok().filter(|performance| performance.recycles.is_none())?;
    let host = Path::new(env!("CARGO_BIN_EXE_host"));
    let mut tries = std::iter::repeat_with(|| record(&performance.script, host)).take(TRIES);
    let last = tries.find(|tried| !matches!(tried, Err(RecordError::Failed(_))));
    let recording = match last {
        Some(Ok(recording)) => recording,
        Some(Err(RecordError::Refused(_))) => return None,
        Some(Err(error)) => panic!("{error}\n{text}"),
        None => panic!("the recorder failed {TRIES} times\n{text}"),
    };
    let mut trace = Trace { records: recording.records, header: performance.trace.header.clone() };
    trace.header.system = recording.system;
    let replayed = Replayed::of(&performance.trace, &trace);
    Some((trace, replayed))
}
