//! The known differences are there: one that is no longer seen fails.

use sim_model::lang;
use sim_windows::known_differences;

use crate::both::both;

#[test]
fn every_known_difference_of_this_system_is_seen() {
    let mut gone = Vec::new();
    for known in known_differences() {
        let scenario = lang::parse(known.id, known.scenario).expect("a scenario");
        let (trace, replayed) = both(&scenario).expect("a scenario that can be performed");
        if trace.header.system.starts_with(known.system) {
            let seen: Vec<&str> = replayed.known.iter().map(|known| known.id).collect();
            if !known.sometimes && !seen.contains(&known.id) {
                gone.push(format!("{} is no longer seen, only {seen:?}", known.id));
            }
        }
    }
    assert!(gone.is_empty(), "{gone:#?}");
}
