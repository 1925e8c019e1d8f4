//! The explorer on scenarios: exact counts, verdicts, and stories that a run can follow.

use std::fs;
use std::path::Path;

use sim_model::explore::{Outcome, Settings, System, Verdict, explore};
use sim_model::lang;
use sim_model::scenario::space::ProgramSpace;
use sim_model::scenario::world::Move;
use sim_model::scenario::{Program, compile, run_moves, run_schedule};
use sim_model::view::exploration::Explored;
use sim_model::view::{exploration, exploration_json};

mod dot;
mod left_for_ever;
mod rules;
mod textbook;

fn program(name: &str, text: &str) -> Program {
    let scenario = lang::parse(name, text).unwrap_or_else(|error| panic!("{error}"));
    compile(scenario).unwrap_or_else(|error| panic!("{error}"))
}

fn exploration(name: &str) -> Program {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/explorations").join(name);
    program(name, &fs::read_to_string(path).unwrap().replace("\r\n", "\n"))
}

fn explored(program: &Program, threads: usize) -> Outcome<Move> {
    explore(&ProgramSpace::new(program, None), &Settings { threads, ..Settings::default() })
}

fn report(program: &Program, outcome: &Outcome<Move>) -> String {
    let space = ProgramSpace::new(program, None);
    let explored = Explored { program, rules: space.rules(), outcome, limited: None, unreached: &[] };
    exploration::render(explored, exploration::Options::default())
}

const RACES: &[(&str, u64, u64, u64)] = &[
    ("close-against-read.kobj", 452, 799, 3),
    ("cancel-against-completion.kobj", 374, 595, 2),
    ("two-closers.kobj", 77, 123, 1),
    ("recycled-handle.kobj", 268, 452, 4),
    ("cancel-against-thread-exit.kobj", 1_411, 2_642, 1),
    ("auto-reset-race.kobj", 671, 1_587, 2),
    ("terminate-against-cancel.kobj", 2_184, 4_628, 2),
    ("timeout-against-packet.kobj", 223, 337, 3),
    ("exit-against-duplicate.kobj", 426, 787, 2),
    ("open-or-create.kobj", 3_906, 7_240, 12),
    ("inherit-against-close.kobj", 10_163, 26_366, 4),
    ("duplicate-against-close.kobj", 632, 1_143, 2),
    ("any-free-value.kobj", 72, 71, 3),
    ("port-close-against-packet.kobj", 940, 2_265, 2),
    ("cancel-synchronous-against-next-read.kobj", 9_206, 21_054, 10),
    ("thread-exit-against-completion.kobj", 2_446, 5_654, 2),
    ("pipe-close-against-write.kobj", 3_794, 7_267, 3),
    ("pipe-cancel-against-connect.kobj", 13_171, 25_195, 14),
    ("socket-accept-against-close.kobj", 18_079, 34_691, 8),
    ("splitter-cancel-against-completion.kobj", 1_960, 3_269, 4),
    ("requester-exit-against-completion.kobj", 3_615, 8_565, 2),
    ("kmdf-cancel-against-completion.kobj", 1_105, 1_928, 3),
    ("kmdf-unmark-ignored.kobj", 796, 1_293, 31),
    ("ring-cancel-against-completion.kobj", 418, 584, 4),
    ("lock-cancel-against-close.kobj", 25_529, 49_605, 8),
    ("trim-against-map.kobj", 725, 1_251, 2),
    ("watch-close-against-change.kobj", 12_813, 24_601, 9),
];

#[test]
fn the_first_races_hold_with_exact_counts() {
    for &(name, states, transitions, ends) in RACES {
        let outcome = explored(&exploration(name), 1);
        assert_eq!(outcome.verdict, Verdict::Holds, "{name}");
        let counts = &outcome.counts;
        assert_eq!((counts.states, counts.transitions, counts.ends), (states, transitions, ends), "{name}");
    }
}

#[test]
fn a_request_can_come_after_the_cleanup() {
    let outcome = explored(&exploration("request-after-cleanup.kobj"), 1);
    assert!(matches!(outcome.verdict, Verdict::Fails(_)));
    assert_eq!(outcome.counts.states, AFTER_CLEANUP.1);
}

/// The race that some order loses, and the states that are seen until then.
const AFTER_CLEANUP: (&str, u64) = ("request-after-cleanup.kobj", 732);

#[test]
fn the_page_tells_the_counts_that_the_explorer_gives() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/RACES.md")).unwrap();
    for (name, states) in RACES.iter().map(|(name, states, ..)| (*name, *states)).chain([AFTER_CLEANUP]) {
        let row = format!("| `{}` | {} |", name.trim_end_matches(".kobj"), exploration::grouped(states));
        assert!(page.contains(&row), "{row}");
    }
}

/// The recycled handle, with an expectation that some order breaks.
fn broken() -> Program {
    let text = "process app\n  thread main\n    mine = CreateEvent()\n    CloseHandle(mine) -> TRUE\n    \
        theirs = CreateEvent()\n  thread late\n    SetEvent(mine) -> ERROR_INVALID_HANDLE\n    \
        check not signaled(theirs)\n";
    program("broken.kobj", text)
}

#[test]
fn the_outcome_is_the_same_for_any_number_of_threads_and_any_run() {
    for program in [broken(), exploration("close-against-read.kobj")] {
        let first = report(&program, &explored(&program, 1));
        for threads in [1, 2, 8] {
            assert_eq!(report(&program, &explored(&program, threads)), first, "{threads} threads");
        }
    }
}

#[test]
fn the_shortest_story_is_a_scenario_that_a_run_follows_to_the_same_failure() {
    let program = broken();
    let Verdict::Fails(found) = explored(&program, 2).verdict else {
        panic!("an order breaks the expectation")
    };
    let text = exploration::scenario_text(&program, &found.steps);
    let again = self::program("broken.kobj", &text);
    let run = run_schedule(&again).unwrap_or_else(|error| panic!("{error}"));
    assert!(!run.held());
    assert_eq!(run.world.failed(), run_moves(&program, &found.steps).world.failed());
    assert_eq!(run.order.len(), found.steps.len());
}

#[test]
fn a_timer_becomes_due_by_a_step_of_the_clock_in_any_order_with_others() {
    let text = "process app\n  thread main\n    t = CreateWaitableTimer()\n    u = CreateWaitableTimer()\n    \
        SetWaitableTimer(t, 10)\n    SetWaitableTimer(u, 20)\n    \
        WaitForMultipleObjects([t, u], FALSE, INFINITE) -> WAIT_OBJECT_0\n    CancelWaitableTimer(t)\n";
    let program = program("timers.kobj", text);
    let Verdict::Fails(found) = explored(&program, 1).verdict else { panic!("either timer can be first") };
    let story = exploration::scenario_text(&program, &found.steps);
    assert!(story.contains("clock: KiTimerExpiration u"), "{story}");
    let again = self::program("timers.kobj", &story);
    let run = run_schedule(&again).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(run.world.failed(), run_moves(&program, &found.steps).world.failed());
    let either = text.replace("-> WAIT_OBJECT_0", "-> WAIT_OBJECT_0 or WAIT_OBJECT_0 + 1");
    assert_eq!(explored(&self::program("either.kobj", &either), 1).verdict, Verdict::Holds);
}

#[test]
fn a_schedule_that_does_not_fit_is_refused_with_its_place() {
    let text =
        "process app\n  thread main\n    e = CreateEvent()\nschedule\n  main: begin\n  main: NtClose C1\n";
    let program = program("odd.kobj", text);
    let Err(error) = run_schedule(&program) else { panic!("the thread is not in NtClose") };
    let error = error.to_string();
    assert!(error.contains("odd.kobj:6:3") && error.contains("NtCreateEvent create"), "{error}");
}

#[test]
fn a_thread_that_waits_for_ever_is_stuck() {
    let text = "process app\n  thread a\n    e = CreateEvent()\n    WaitForSingleObject(e, INFINITE)\n";
    let program = program("stuck.kobj", text);
    let Verdict::Fails(found) = explored(&program, 1).verdict else { panic!("nobody sets the event") };
    assert!(found.message.contains("stuck in line 4"), "{}", found.message);
    let expected = text.replace("INFINITE)", "INFINITE) -> blocks");
    assert_eq!(explored(&self::program("blocks.kobj", &expected), 1).verdict, Verdict::Holds);
}

#[test]
fn a_rule_that_is_never_exercised_is_a_failure() {
    let text = "process app\n  thread a\n    e = CreateEvent()\nsometimes \"never\": e.HandleCount == 2\n";
    let program = program("never.kobj", text);
    assert!(matches!(explored(&program, 1).verdict, Verdict::Unexercised(_)));
}

#[test]
fn fewer_preemptions_reach_fewer_states() {
    let program = exploration("close-against-read.kobj");
    let states = |preemptions| explore(&ProgramSpace::new(&program, preemptions), &Settings::default());
    let ends = |preemptions| states(preemptions).counts.ends;
    assert!(ends(Some(0)) < ends(Some(3)));
    let Verdict::Holds = states(Some(3)).verdict else { panic!("three preemptions reach every outcome") };
}

#[test]
fn a_counterexample_is_shown_as_before() {
    let program = broken();
    let space = ProgramSpace::new(&program, None);
    let outcome = explored(&program, 1);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        let shown = report(&program, &outcome);
        assert!(shown.lines().all(|line| line.chars().count() <= 110), "{shown}");
        insta::assert_snapshot!("explore-broken", shown);
        insta::assert_snapshot!(
            "explore-broken-json",
            exploration_json::render(Explored {
                program: &program,
                rules: space.rules(),
                outcome: &outcome,
                limited: None,
                unreached: &[],
            })
        );
    });
}
