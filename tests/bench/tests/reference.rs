//! The reference system has known counts; every way to search it must give them.

use sim_bench::reference::Reference;
use sim_model::explore::{Outcome, Settings, Verdict, explore};

fn outcome(threads: usize, symmetry: bool) -> Outcome<sim_bench::reference::Step> {
    explore(&Reference::new(), &Settings { threads, symmetry, ..Settings::default() })
}

#[test]
fn counts_are_exact_for_any_number_of_threads() {
    let one = outcome(1, false);
    assert_eq!(one.verdict, Verdict::Holds);
    assert_eq!(one.counts.states, 640_000);
    assert_eq!(one.counts.transitions, 9_084_593);
    assert_eq!(one.counts.depth(), 17);
    assert_eq!(one.counts.ends, 0);
    assert_eq!(one.coverage[0].states, 640_000);
    for threads in [2, 8] {
        assert_eq!(outcome(threads, false), one, "{threads} threads");
    }
}

/// Up to renaming a state is how many handles and pending requests each file has, in no order of files,
/// and how many requests are completed: 790 of them.
#[test]
fn symmetry_keeps_one_state_of_each_orbit() {
    let one = outcome(1, true);
    assert_eq!(one.verdict, Verdict::Holds);
    assert_eq!(one.counts.states, 790);
    assert_eq!(one.counts.transitions, 10_105);
    for threads in [2, 8] {
        assert_eq!(outcome(threads, true), one, "{threads} threads");
    }
}

#[test]
fn a_state_costs_at_most_twenty_bytes_over_its_own() {
    let counts = outcome(1, false).counts;
    let own = 3 * counts.states;
    assert!(counts.bytes - own <= 20 * counts.states, "{} bytes for {} states", counts.bytes, counts.states);
}
