//! What Wine 8 is known to do differently.

mod files;
mod io;
mod objects;
mod ports;
mod sockets;

use crate::known::Known;

/// What is the same in most.
const WINE: Known = Known {
    id: "",
    system: "Wine 8",
    calls: &[],
    after: &[],
    what: "outcome",
    model: None,
    real: None,
    late: false,
    last: false,
    harmless: false,
    sometimes: false,
    reason: "",
    source: "",
    scenario: "",
};

/// Every known difference. Only Wine 8.0 has been recorded so far.
pub fn known_differences() -> impl Iterator<Item = &'static Known> {
    [io::KNOWN, ports::KNOWN, objects::KNOWN, files::KNOWN, sockets::KNOWN].into_iter().flatten()
}
