//! The known differences are there: one that is no longer seen fails.

use sim_model::lang;
use sim_windows::KNOWN;

use crate::both::both;

#[test]
fn every_known_difference_of_this_system_is_seen() {
    for known in KNOWN {
        let scenario = lang::parse(known.id, known.scenario).expect("a scenario");
        let both = both(&scenario).expect("a scenario that can be performed");
        if both.trace.header.system.starts_with(known.system) {
            let seen = both.known.map(|known| known.id);
            assert_eq!(
                seen,
                Some(known.id),
                "{}: found {:?}",
                known.id,
                both.difference.map(|found| found.to_string())
            );
        }
    }
}
