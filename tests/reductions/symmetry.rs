//! Leaving out states that differ only in names changes no verdict and no end.

use std::cell::Cell;

use proptest::prelude::*;
use sim_core::record::Kind;
use sim_core::renaming::{Rename, Renaming};
use sim_model::explore::{Limits, Marks, Outcome, Settings, System, Verdict, explore, explore_space};
use sim_model::scenario::space::{ProgramSpace, SpaceState};
use sim_model::scenario::world::Move;

use crate::corpus::{scenarios, twins};
use crate::meetings::ALL;
use crate::partial_order::{MOST_STATES, runner, verdict};
use crate::views::{BOTH, NONE, SYMMETRY, Unjudged, findings, program};

/// A process uses the values of another's handles, which may be those of its own.
const STRANGERS: &str = "process app
  thread a
    x = CreateEvent()
    y = CreateEvent()
process other
  thread b
    SetEvent(x)
    SetEvent(y)
  thread c
    CreateEvent()
";

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

/// With a bound on preemptions who moved last is part of the state, and is renamed with it.
#[test]
fn verdicts_are_the_same_with_few_preemptions() {
    let (compared, smaller) = (Cell::new(0), Cell::new(0));
    let result = runner(64).run(&twins(), |text| {
        let program = program(&text);
        let space = ProgramSpace::new(&program, Some(1));
        let limits = Limits { states: Some(MOST_STATES), ..Limits::default() };
        let [full, reduced] = [false, true].map(|symmetry| {
            explore(&space, &Settings { symmetry, limits, allow_unexercised: true, ..Settings::default() })
        });
        let rule = |outcome: &Outcome<Move>| match &outcome.verdict {
            Verdict::Fails(found) => Some((found.rule, found.steps.len())),
            _ => None,
        };
        if matches!(full.verdict, Verdict::Limited(_)) {
            return Ok(());
        }
        prop_assert_eq!(rule(&full), rule(&reduced), "{}", text);
        let exercised = |outcome: &Outcome<Move>| -> Vec<bool> {
            outcome.coverage.iter().map(|coverage| coverage.witness.is_some()).collect()
        };
        if rule(&full).is_none() {
            prop_assert_eq!(exercised(&full), exercised(&reduced), "{}", text);
        }
        compared.set(compared.get() + 1);
        smaller.set(smaller.get() + u32::from(reduced.counts.states * 4 < full.counts.states * 3));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(
        compared.get() >= 40 && smaller.get() >= 10,
        "{} compared, {} smaller",
        compared.get(),
        smaller.get()
    );
}

/// Asks for the names of records and handles in an order that the numbers give.
fn ask(numbers: &[u32], names: &mut Renaming) {
    // Devices, processes, threads with the parameters of their calls, and the system keep their places.
    let keeps_places = |kind: &Kind| {
        matches!(
            kind,
            Kind::Device | Kind::Process | Kind::Thread | Kind::Request | Kind::System | Kind::HighWater
        )
    };
    let kinds: Vec<Kind> = Kind::ALL.iter().copied().filter(|kind| !keeps_places(kind)).collect();
    for number in numbers {
        let (kind, rest) = (*number as usize % (kinds.len() + 4), number / 64);
        match kinds.get(kind) {
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
/// Whether its encoding is another.
fn check_renamed<'p>(
    system: &ProgramSpace<'p>,
    state: &mut SpaceState<'p>,
    exchange: usize,
    numbers: &[u32],
) -> Result<bool, TestCaseError> {
    let (mut other, mut plain, mut bytes, mut again) = (system.initial(), Vec::new(), Vec::new(), Vec::new());
    system.encode(state, &mut plain);
    system.put_renamed(state, exchange, &mut |names| ask(numbers, names), &mut bytes);
    system.decode(&bytes, &mut other);
    system.encode(&other, &mut again);
    prop_assert_eq!(&again, &bytes);
    prop_assert_eq!(canonical(system, state), canonical(system, &other));
    prop_assert_eq!(view(system, state), view(system, &mut other));
    Ok(plain != bytes)
}

/// Takes a step to the canonical form of the state that it leads to, which must be a state's encoding and its own
/// canonical form.
fn go_on<'p>(system: &ProgramSpace<'p>, state: &mut SpaceState<'p>, step: Move) -> Result<(), TestCaseError> {
    system.take(state, step);
    let (bytes, mut again) = (canonical(system, state), Vec::new());
    system.undo(state, step);
    system.decode(&bytes, state);
    system.encode(state, &mut again);
    prop_assert_eq!(&bytes, &again);
    prop_assert_eq!(&bytes, &canonical(system, state));
    Ok(())
}

#[test]
fn a_state_under_other_names_goes_on_alike() {
    let (renamed, states) = (Cell::new(0), Cell::new(0));
    let numbers = |least, most| prop::collection::vec(any::<u32>(), least..most);
    let result = runner(256).run(&(corpus(), numbers(100, 400), numbers(0, 64)), |(text, walk, numbers)| {
        let program = program(&text);
        let system = ProgramSpace::new(&program, None);
        let mut state = system.initial();
        for number in walk {
            let mut steps = Vec::new();
            system.enabled(&state, &mut steps);
            let Some(step) = steps.get(number as usize % steps.len().max(1)) else { break };
            go_on(&system, &mut state, *step)?;
            let other = check_renamed(&system, &mut state, number as usize / 64, &numbers)
                .map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            renamed.set(renamed.get() + usize::from(other));
            states.set(states.get() + 1);
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(renamed.get() > 3_500, "{} of {} states renamed", renamed.get(), states.get());
}

#[test]
fn a_state_under_other_names_goes_on_alike_wherever_threads_meet() {
    let numbers: Vec<u32> = (0..200_u32).map(|number| number.wrapping_mul(2_654_435_761) >> 3).collect();
    for (name, text) in ALL.into_iter().chain([("strangers", STRANGERS)]) {
        let program = program(text);
        let system = Unjudged(ProgramSpace::new(&program, None));
        let settings = Settings { symmetry: true, ..Settings::default() };
        let (_, space) = explore_space(&system, &settings, &mut |_| {});
        let mut state = system.initial();
        for index in 0..space.len() {
            system.decode(space.encoded(index), &mut state);
            let checked = check_renamed(&system.0, &mut state, index, &numbers);
            checked.unwrap_or_else(|error| panic!("{name}, state {index}: {error}"));
        }
    }
}

/// Two threads that are not alike each make a handle: which of them gets which value is all that the order decides.
fn two_makers(head: &str, line: &str, more: &str) -> String {
    format!(
        "{head}device dev driver=serial\nprocess app\n  thread a\n    x = CreateEvent()\n  thread b\n    \
         y = CreateMutex()\n    {line}\n{more}"
    )
}

/// Whether in some state of a run two orders of asking give two handles different names.
fn renames_handles(text: &str) -> bool {
    let program = program(text);
    let system = ProgramSpace::new(&program, None);
    let mut state = system.initial();
    let mut steps = Vec::new();
    loop {
        let [one, other] = [[4, 8], [8, 4]].map(|values: [u64; 2]| {
            let mut bytes = Vec::new();
            let ask =
                &mut |names: &mut Renaming| values.into_iter().for_each(|value| _ = names.handle(value));
            system.put_renamed(&state, 0, ask, &mut bytes);
            bytes
        });
        steps.clear();
        system.enabled(&state, &mut steps);
        match steps.first() {
            _ if one != other => return true,
            None => return false,
            Some(step) => system.take(&mut state, *step),
        }
    }
}

/// The values of handles are names only where nothing looks at their order or size: everything that does turns it off.
#[test]
fn handles_keep_their_values_where_something_depends_on_them() {
    for (head, line, more) in [
        ("", "SleepEx(0)", ""),
        ("policy handles fifo\n", "SleepEx(0)", ""),
        ("", "CloseHandle(x)", ""),
        ("", "check x != y", ""),
        ("", "SetEvent(NULL)", ""),
        // The other thread goes on, so no table is closed.
        ("", "ExitThread()", ""),
    ] {
        let text = two_makers(head, line, more);
        assert!(renames_handles(&text), "nothing depends on values\n{text}");
    }
    let tool = "process tool\n  thread t\n    SleepEx(0)\n";
    for (head, line, more) in [
        ("", "SleepEx(0)", "environment world\n  exit process app\n"),
        ("policy handles lowest\n", "SleepEx(0)", ""),
        ("policy handles any\n", "SleepEx(0)", ""),
        ("policy handles limit 3\n", "SleepEx(0)", ""),
        ("", "CreateProcess(tool)", tool),
        ("", "TerminateProcess(GetCurrentProcess())", ""),
        ("", "j = CreateJobObject()", ""),
        ("", "check x < y", ""),
        ("", "check y == 8", ""),
        ("", "SetEvent(n)", "  thread c\n    n = ReleaseSemaphore(x)\n"),
    ] {
        let text = two_makers(head, line, more);
        assert!(!renames_handles(&text), "{text}");
    }
}
