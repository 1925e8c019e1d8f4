//! One scenario on both sides.

use std::path::Path;

use sim_model::lang::ast::Scenario;
use sim_model::scenario;
use sim_model::trace::{Performance, Replayed, Trace};
use sim_windows::{RecordError, record};

/// Performs a scenario on both sides: the trace of the real side, and how it compares. None if it cannot be performed, or
/// if its answer depends on which value the system gives to the next handle.
pub(crate) fn both(scenario: &Scenario) -> Option<(Trace, Replayed)> {
    let program = scenario::compile(scenario.clone()).ok()?;
    let performance = Performance::of(&program).ok().filter(|performance| performance.recycles.is_none())?;
    let recording = match record(&performance.script, Path::new(env!("CARGO_BIN_EXE_host"))) {
        Ok(recording) => recording,
        Err(RecordError::Refused(_)) => return None,
        Err(error) => panic!("{error}\n{}", sim_model::lang::print(scenario)),
    };
    let mut trace = Trace { records: recording.records, header: performance.trace.header.clone() };
    trace.header.system = recording.system;
    let replayed = Replayed::of(&performance.trace, &trace);
    Some((trace, replayed))
}
