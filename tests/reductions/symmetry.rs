//! Leaving out states that differ only in names changes no verdict and no end.

use std::cell::Cell;

use proptest::prelude::*;
use sim_core::record::Kind;
use sim_core::renaming::{Rename, Renaming};
use sim_model::explore::{Limits, Marks, Settings, System, explore_space};
use sim_model::scenario::space::{ProgramSpace, SpaceState};

use crate::corpus::{scenarios, twins};
use crate::meetings::ALL;
use crate::partial_order::{MOST_STATES, runner, verdict};
use crate::views::{BOTH, NONE, SYMMETRY, Unjudged, findings, program};

fn corpus() -> impl Strategy<Value = String> {
    prop_oneof![scenarios(), twins(), twins()]
}

#[test]
fn verdicts_and_ends_are_the_same() {
    let (compared, failing, smaller) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let result = runner(160).run(&corpus(), |text| {
        let program = program(&text);
        let Some((full, states)) = findings(&program, NONE, MOST_STATES) else { return Ok(()) };
        let rule = verdict(&program, NONE);
        for reductions in [SYMMETRY, BOTH] {
            let (reduced, left) = findings(&program, reductions, MOST_STATES).expect("fewer states");
            prop_assert!(left <= states, "{}", text);
            prop_assert_eq!(&full.broken, &reduced.broken, "{:?}\n{}", reductions, text);
            prop_assert_eq!(&full.met, &reduced.met, "{:?}\n{}", reductions, text);
            prop_assert!(full.good_orbits == reduced.good_orbits, "{:?}\n{}", reductions, text);
            if !reductions.partial_order {
                prop_assert!(full.orbits == reduced.orbits, "{}", text);
                smaller.set(smaller.get() + u32::from(left * 4 < states * 3));
            }
            let again = verdict(&program, reductions);
            prop_assert_eq!(rule.is_some(), again.is_some(), "{}", text);
            prop_assert!(rule == again || full.broken.len() > 1, "{}", text);
        }
        compared.set(compared.get() + 1);
        failing.set(failing.get() + u32::from(rule.is_some()));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    let (compared, failing, smaller) = (compared.get(), failing.get(), smaller.get());
    assert!(
        compared >= 80 && failing >= 20 && compared - failing >= 20 && smaller >= 20,
        "{compared} compared, {failing} fail, {smaller} have less than three quarters of the states"
    );
}

/// Asks for the names of records and handles in an order that the numbers give.
fn ask(numbers: &[u32], names: &mut Renaming) {
    for number in numbers {
        let (kind, rest) = (number % (Kind::COUNT as u32 + 4), number / 64);
        match Kind::ALL.get(kind as usize) {
            // Devices, processes, threads and the system keep their places.
            Some(Kind::Device | Kind::Process | Kind::Thread | Kind::System) => {}
            Some(kind) => _ = names.reference(*kind, u64::from(rest % 12) + 1),
            None => _ = names.handle(u64::from(rest % 8) * 4),
        }
    }
}

fn canonical(system: &ProgramSpace<'_>, state: &SpaceState<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    system.canonical(state, &mut bytes);
    bytes
}

/// What a state says of itself and of what comes after it, up to symmetry.
fn view<'p>(system: &ProgramSpace<'p>, state: &mut SpaceState<'p>) -> (Marks, Vec<Vec<u8>>) {
    let (mut marks, mut steps) = (Marks::default(), Vec::new());
    system.judge(state, &mut marks);
    system.enabled(state, &mut steps);
    if steps.is_empty() {
        system.judge_end(state, &mut marks);
    }
    let after = steps.into_iter().map(|step| {
        system.take(state, step);
        let bytes = canonical(system, state);
        system.undo(state, step);
        bytes
    });
    let mut after: Vec<_> = after.collect();
    after.sort_unstable();
    (marks, after)
}

/// A state under other names has the same canonical form, judgements and successors: what the search takes for granted.
fn check_renamed(text: &str, stride: usize, numbers: &[u32], most: usize) -> Result<usize, TestCaseError> {
    let program = program(text);
    let system = Unjudged(ProgramSpace::new(&program, None));
    let limits = Limits { states: Some(most), ..Limits::default() };
    let settings = Settings { symmetry: true, limits, ..Settings::default() };
    let (_, space) = explore_space(&system, &settings, &mut |_| {});
    let system = &system.0;
    let (mut state, mut other) = (system.initial(), system.initial());
    let mut renamed = 0;
    for index in (0..space.len()).step_by(stride) {
        system.decode(space.encoded(index), &mut state);
        let mut bytes = Vec::new();
        system.put_renamed(&state, index, &mut |names| ask(numbers, names), &mut bytes);
        renamed += usize::from(bytes != space.encoded(index));
        system.decode(&bytes, &mut other);
        let (mut again, mut twice) = (Vec::new(), Vec::new());
        system.encode(&other, &mut again);
        prop_assert_eq!(&again, &bytes, "state {} of\n{}", index, text);
        let first = canonical(system, &state);
        prop_assert_eq!(&first, &canonical(system, &other), "state {} of\n{}", index, text);
        system.decode(&first, &mut other);
        system.encode(&other, &mut twice);
        prop_assert_eq!(&first, &twice, "state {} of\n{}", index, text);
        prop_assert_eq!(&first, &canonical(system, &other), "state {} of\n{}", index, text);
        system.decode(&bytes, &mut other);
        prop_assert_eq!(view(system, &mut state), view(system, &mut other), "state {} of\n{}", index, text);
    }
    Ok(renamed)
}

#[test]
fn a_state_under_other_names_goes_on_alike() {
    let renamed = Cell::new(0);
    let inputs = (corpus(), 1_usize..9, prop::collection::vec(any::<u32>(), 0..64));
    let result = runner(128).run(&inputs, |(text, stride, numbers)| {
        renamed.set(renamed.get() + check_renamed(&text, stride, &numbers, 1_500)?);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(renamed.get() > 10_000, "{}", renamed.get());
}

#[test]
fn a_state_under_other_names_goes_on_alike_wherever_threads_meet() {
    let numbers: Vec<u32> = (0..200_u32).map(|number| number.wrapping_mul(2_654_435_761) >> 3).collect();
    for (name, text) in ALL {
        check_renamed(text, 1, &numbers, 100_000).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}
