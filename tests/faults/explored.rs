//! The scenarios of docs/faults, explored: exact counts, verdicts, and pairs of which one is ready for the fault.

use std::fs;
use std::path::Path;

use sim_model::explore::{Outcome, Settings, Verdict, explore};
use sim_model::lang;
use sim_model::scenario::faults::{FaultKind, ask_for};
use sim_model::scenario::space::{EXPECTATIONS, ProgramSpace, STUCK};
use sim_model::scenario::world::Move;
use sim_model::scenario::{Program, compile, run_schedule};
use sim_model::view::exploration;

/// The states of each file: all, with partial order, with symmetry, with both.
const COUNTS: &[(&str, [u64; 4])] = &[
    ("all-at-once", [39_639, 18_563, 39_469, 18_509]),
    ("create-fails-after-its-name", [724, 415, 642, 355]),
    ("done-only", [380, 209, 380, 209]),
    ("done-or-pending", [224, 149, 224, 149]),
    ("force-pending", [3_112, 1_586, 3_112, 1_586]),
    ("force-pending-not-awaited", [645, 294, 645, 294]),
    ("force-pending-not-propagated", [151, 95, 151, 95]),
    ("pool-checked", [957, 444, 823, 392]),
    ("pool-not-checked", [1_254, 537, 1_080, 473]),
    ("post-fails", [313, 184, 313, 184]),
    ("splitter-out-of-memory", [2_132, 1_207, 2_132, 1_207]),
];

/// The one that some order breaks, and the states that are seen until then.
const UNHEARD: (&str, u64) = ("post-fails-unheard", 253);

fn text_of(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/faults/{name}.kobj"));
    fs::read_to_string(path).unwrap().replace("\r\n", "\n")
}

fn program(text: &str) -> Program {
    compile(lang::parse("fault.kobj", text).unwrap_or_else(|error| panic!("{error}")))
        .unwrap_or_else(|error| panic!("{error}"))
}

fn explored(program: &Program, symmetry: bool, partial_order: bool) -> Outcome<Move> {
    let settings = Settings { symmetry, partial_order, ..Settings::default() };
    explore(&ProgramSpace::new(program, None), &settings)
}

const REDUCTIONS: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

#[test]
fn every_scenario_of_the_folder_holds_with_exact_counts() {
    for (name, states) in COUNTS {
        let program = program(&text_of(name));
        let found = REDUCTIONS.map(|(symmetry, partial_order)| {
            let outcome = explored(&program, symmetry, partial_order);
            assert_eq!(outcome.verdict, Verdict::Holds, "{name}");
            outcome.counts.states
        });
        assert_eq!(found, *states, "{name}");
    }
}

#[test]
fn no_scenario_of_the_folder_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/faults");
    let page = fs::read_to_string(folder.join("../FAULTS.md")).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.trim_end_matches(".kobj");
        let counts = COUNTS.iter().map(|(name, states)| (*name, states[0])).chain([UNHEARD]);
        let (_, states) =
            counts.clone().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name}"));
        let row = format!("| `{name}` | {} |", exploration::grouped(states));
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn a_worker_that_waits_for_ever_never_hears_of_a_post_that_failed() {
    let program = program(&text_of(UNHEARD.0));
    let outcome = explored(&program, false, false);
    let Verdict::Fails(found) = outcome.verdict else { panic!("the post can fail") };
    assert_eq!((found.rule, outcome.counts.states), (STUCK, UNHEARD.1));
    let story = exploration::scenario_text(&program, &found.steps);
    assert!(story.contains("main: NtSetIoCompletion fails\n"), "{story}");
    let again = self::program(&story);
    let run = run_schedule(&again).unwrap_or_else(|error| panic!("{error}"));
    assert!(!run.held() && run.at_end.iter().any(|sentence| sentence.contains("is stuck in line")));
}

/// Without its policy each of the faulty ones is right in every order: that is why nobody has noticed.
#[test]
fn without_the_fault_nobody_notices_the_mistake() {
    for (name, ..) in COUNTS.iter().chain([&(UNHEARD.0, [0; 4])]) {
        let usual =
            |line: &&str| !["policy", "expect", "sometimes"].iter().any(|word| line.starts_with(word));
        let text: String = text_of(name).lines().filter(usual).map(|line| format!("{line}\n")).collect();
        assert_eq!(explored(&program(&text), true, true).verdict, Verdict::Holds, "{name}");
    }
}

/// A line says what its program is ready for; a program that is not ends where an allocation has failed.
#[test]
fn a_program_ends_at_the_first_result_that_it_does_not_expect() {
    let text = "policy faults allocations\nprocess app\n  thread main\n    e = CreateEvent() RESULT\n    \
        f = CreateEvent()\nsometimes \"it goes on with nothing\": e.Value == NULL and f.HandleCount == 1\n";
    let outcome = |result| explored(&program(&text.replace("RESULT", result)), false, false).verdict;
    assert!(matches!(outcome("-> TRUE"), Verdict::Unexercised(_)));
    for ready in ["", "-> TRUE or ERROR_NO_SYSTEM_RESOURCES"] {
        assert_eq!(outcome(ready), Verdict::Holds, "{ready}");
    }
}

#[test]
fn a_flag_asks_for_the_same_faults_as_a_line() {
    let text = "device quick driver=immediate\nprocess app\n  thread main\n    \
        file = CreateFile(\"\\\\.\\quick\", GENERIC_READ, FILE_FLAG_OVERLAPPED)\n    \
        r = ReadFile(file, 8 bytes, offset: 0) -> TRUE\n";
    let explored = |kinds: &[FaultKind]| {
        let mut scenario = lang::parse("flag.kobj", text).unwrap();
        kinds.iter().for_each(|kind| ask_for(&mut scenario, *kind));
        explored(&compile(scenario).unwrap(), false, false)
    };
    assert_eq!(explored(&[]).verdict, Verdict::Holds);
    assert_eq!(explored(&[FaultKind::Allocations, FaultKind::Handles]).verdict, Verdict::Holds);
    let Verdict::Fails(found) = explored(&[FaultKind::Pending]).verdict else { panic!("the read can pend") };
    assert_eq!(found.rule, EXPECTATIONS);
}

#[test]
fn two_allocations_fail_where_the_policy_says_so() {
    let text = "policy faults allocations 2\nprocess app\n  thread main\n    e = CreateEvent()\n    f = CreateEvent()\n\
        sometimes \"neither is there\": e.Value == NULL and f.Value == NULL\n";
    assert_eq!(explored(&program(text), false, false).verdict, Verdict::Holds);
    let once = text.replace(" 2\n", "\n");
    assert!(matches!(explored(&program(&once), false, false).verdict, Verdict::Unexercised(_)));
}
