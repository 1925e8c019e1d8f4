//! The known differences are there: one that is no longer seen fails.

use sim_model::lang;
use sim_windows::{Known, known_differences};

use crate::both::both;

/// On a busy machine a difference can be looked for too early.
const LOOKS: usize = 3;

#[test]
fn every_known_difference_of_this_system_is_seen() {
    let gone = known_differences().filter(|known| !known.sometimes && !is_seen(known));
    let gone: Vec<&str> = gone.map(|known| known.id).collect();
    assert!(gone.is_empty(), "no longer seen: {gone:#?}");
}

/// Whether a difference is seen, if it is one of this system.
fn is_seen(known: &Known) -> bool {
    let scenario = lang::parse(known.id, known.scenario).expect("a scenario");
    (0..LOOKS).any(|_| {
        let (trace, replayed) = both(&scenario).expect("a scenario that can be performed");
        !trace.header.system.starts_with(known.system)
            || replayed.known.iter().any(|seen| seen.id == known.id)
    })
}
