//! One scenario on both sides.

use std::path::Path;

use sim_model::lang::ast::Scenario;
use sim_model::scenario;
use sim_model::trace::{Performance, Trace};
use sim_windows::{Difference, KNOWN, Known, compare, record};

/// What came of it.
pub(crate) struct Both {
    /// The trace of the real side.
    pub(crate) trace: Trace,
    /// The first difference.
    pub(crate) difference: Option<Difference>,
    /// The known difference that it is.
    pub(crate) known: Option<&'static Known>,
}

impl Both {
    /// A difference that nobody has explained.
    pub(crate) fn unexplained(&self) -> Option<&Difference> {
        self.difference.as_ref().filter(|_| self.known.is_none())
    }
}

/// Performs a scenario on both sides. None if it cannot be performed, or if its answer depends on which value the system
/// gives to the next handle.
pub(crate) fn both(scenario: &Scenario) -> Option<Both> {
    let program = scenario::compile(scenario.clone()).ok()?;
    let performance = Performance::of(&program).ok().filter(|performance| performance.recycles.is_none())?;
    let recording =
        record(&performance.script, Path::new(env!("CARGO_BIN_EXE_host"))).unwrap_or_else(|error| {
            panic!("{error}\n{}", sim_model::lang::print(scenario));
        });
    let difference = compare(&performance.trace.records, &recording.records);
    let known = difference
        .as_ref()
        .and_then(|found| KNOWN.iter().find(|known| known.explains(found, &recording.system)));
    let mut trace = Trace { records: recording.records, ..performance.trace };
    trace.header.system = recording.system;
    Some(Both { trace, difference, known })
}
