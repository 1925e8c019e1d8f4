//! What Wine 8 is known to do differently.

mod io;
mod objects;
mod ports;

use crate::known::Known;

/// What is the same in most.
const WINE: Known = Known {
    id: "",
    system: "Wine 8",
    calls: &[],
    what: "outcome",
    model: None,
    real: None,
    late: false,
    last: false,
    reason: "",
    source: "",
    scenario: "",
};

/// Every known difference. Only Wine 8.0 has been recorded so far.
pub fn known_differences() -> impl Iterator<Item = &'static Known> {
    [io::KNOWN, ports::KNOWN, objects::KNOWN].into_iter().flatten()
}
