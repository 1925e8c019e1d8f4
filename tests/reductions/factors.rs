//! How much a reduction saves, on scenarios with threads that meet.

use crate::meetings::ALL;
use crate::views::{findings, program};

#[test]
#[expect(clippy::print_stdout, reason = "the numbers are what a person runs this test for")]
fn partial_order_leaves_fewer_states() {
    for (name, text) in ALL {
        let program = program(text);
        let (full, all) = findings(&program, false, 400_000).expect("the scenario is small");
        let (reduced, left) = findings(&program, true, 400_000).expect("the scenario is small");
        println!("{name}: {all} states, {left} with partial order");
        assert!(full == reduced, "{name}");
        assert!(left < all, "{name}: {left} of {all}");
    }
}
