//! How much a reduction saves, on scenarios with threads that meet.

use crate::meetings::ALL;
use crate::views::{NONE, PARTIAL_ORDER, findings, program};

#[test]
#[expect(clippy::print_stdout, reason = "the numbers are what a person runs this test for")]
fn partial_order_leaves_fewer_states() {
    for (name, text) in ALL {
        let program = program(text);
        let (full, all) = findings(&program, NONE, 400_000).expect("the scenario is small");
        let (reduced, left) = findings(&program, PARTIAL_ORDER, 400_000).expect("the scenario is small");
        println!("{name}: {all} states, {left} with partial order");
        assert!(full.exact() == reduced.exact(), "{name}");
        assert!(left < all, "{name}: {left} of {all}");
    }
}
