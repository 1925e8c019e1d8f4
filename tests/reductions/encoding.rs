//! States are encoded and loaded by what tells them from a state at hand. What comes out must not depend on which.

use proptest::prelude::*;
use sim_model::explore::{Limits, Settings, System, explore_space};
use sim_model::lang::parse;
use sim_model::scenario::compile;
use sim_model::scenario::space::ProgramSpace;

use crate::corpus::scenarios;

/// Enough to meet every kind of part; the rest of a large space repeats them.
const MOST_STATES: usize = 2_000;

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_encoding_does_not_depend_on_the_state_that_was_loaded_before(text in scenarios(), stride in 1_usize..997) {
        let program = parse("random.kobj", &text).and_then(compile).expect("the text is a scenario");
        let system = ProgramSpace::new(&program, None);
        let limits = Limits { states: Some(MOST_STATES), ..Limits::default() };
        let (_, space) = explore_space(&system, &Settings { limits, ..Settings::default() }, &mut |_| {});
        let (mut state, mut steps) = (system.initial(), Vec::new());
        // From state to state by a stride, so that neighbours and strangers follow each other.
        for index in (0..space.len()).map(|number| number * stride % space.len()) {
            system.decode(space.encoded(index), &mut state);
            let whole = |world: &sim_model::scenario::World<'_>| {
                let mut bytes = Vec::new();
                world.encode(system.initial_world(), &mut bytes);
                bytes
            };
            prop_assert_eq!(&whole(&state.world), space.encoded(index), "state {}", index);
            steps.clear();
            system.enabled(&state, &mut steps);
            for &step in &steps {
                let mut found = Vec::new();
                system.take(&mut state, step);
                system.encode(&state, &mut found);
                prop_assert_eq!(whole(&state.world), found, "after {:?} in state {}", step, index);
                system.undo(&mut state, step);
            }
            prop_assert_eq!(&whole(&state.world), space.encoded(index), "state {} after undo", index);
        }
    }
}
