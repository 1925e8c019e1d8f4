//! The textbook: drivers that a scenario writes. A correct one breaks no rule in any order; a mistake is found.

use std::fs;
use std::path::Path;

use sim_model::explore::{Settings, System, Verdict, explore_space};
use sim_model::scenario::driver_lines::unreached;
use sim_model::scenario::space::ProgramSpace;
use sim_model::view::exploration::Explored;
use sim_model::view::{exploration, exploration_json};

use crate::{explored, program};

fn textbook(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/textbook").join(format!("{name}.kobj"));
    fs::read_to_string(path).unwrap().replace("\r\n", "\n")
}

/// The correct drivers, and how many states each has.
const CORRECT: [(&str, u64); 13] = [
    ("pend-and-cancel", 95_542),
    ("csq", 30_940),
    ("context-freed-in-close", 796),
    ("remove-lock-over-the-request", 129_031),
    ("csq-context", 18_940),
    ("csq-worker", 8_691),
    ("work-item", 779),
    ("startio", 5_403),
    ("filter-skip", 3_616),
    ("filter-completion-routine", 4_490),
    ("filter-forward-and-wait", 7_163),
    ("filter-forward-synchronously", 7_320),
    ("kmdf-unmark", 5_057),
];

/// The mistakes, and what is found if the scenario does not say that it expects it.
const MISTAKES: [(&str, &str); 22] = [
    (
        "no-cancel-check",
        "rule IrpCancelField, bug check 0xC4 DRIVER_VERIFIER_DETECTED_VIOLATION: a driver that sets a cancel routine",
    ),
    ("cancel-routine-kept", "bug check 0xC9"),
    ("marked-after-queueing", "rule MarkingQueuedIrps: an IRP is marked pending before others"),
    ("pending-unmarked", "bug check 0xC9"),
    ("marked-and-returned", "bug check 0xC9"),
    ("not-completed", "rule IrpProcessingComplete, bug check 0xC9"),
    ("context-freed-in-cleanup", "FSCONTEXT_USED_AFTER_FREE"),
    ("cleanup-by-the-letter", "IRP_USED_AFTER_COMPLETION"),
    ("completed-under-a-spin-lock", "IRP_COMPLETED_UNDER_SPIN_LOCK"),
    ("cancel-lock-kept", "IRP_COMPLETED_UNDER_SPIN_LOCK"),
    (
        "lock-order-inversion",
        "bug check 0xC4 DRIVER_VERIFIER_DETECTED_VIOLATION: spin locks are acquired in one order",
    ),
    ("remove-lock-too-early", "FSCONTEXT_USED_AFTER_FREE"),
    ("timer-ignores-cancel", "IRP_USED_AFTER_COMPLETION"),
    ("work-item-and-completed", "IRP_USED_AFTER_COMPLETION"),
    ("startio-cancels-current", "IRP_USED_AFTER_COMPLETION"),
    ("filter-pending-not-propagated", "a completion routine marks an IRP pending if PendingReturned is set"),
    ("filter-touches-after-call", "IRP_USED_AFTER_IOCALLDRIVER"),
    ("filter-next-location-unset", "NEXT_STACK_LOCATION_NOT_SET_UP"),
    ("filter-passes-cancelable", "an IRP is passed on only after its cancel routine was cleared"),
    ("filter-completes-and-continues", "IRP_USED_AFTER_IOCALLDRIVER"),
    ("filter-returns-without-waiting", "EVENT_USED_AFTER_RETURN"),
    ("kmdf-ignores-unmark", "bug check 0x44"),
];

/// Mistakes that break no rule: something waits for ever.
const HANGS: [(&str, &str); 1] = [(
    "filter-waits-unconditionally",
    "reader is stuck in line 27, `r = ReadFile(file, 8 bytes, offset: 0)`",
)];

#[test]
fn every_file_of_the_textbook_is_tested() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/textbook");
    let tested = |name: &str| {
        CORRECT.iter().any(|(known, _)| *known == name)
            || MISTAKES.iter().chain(&HANGS).any(|(known, _)| *known == name)
    };
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().trim_end_matches(".kobj").to_owned();
        assert!(tested(&name), "{name}");
    }
}

#[test]
fn a_correct_driver_breaks_no_rule_in_any_order() {
    for (name, states) in CORRECT {
        let program = program(name, &textbook(name));
        let system = ProgramSpace::new(&program, None);
        let (outcome, space) =
            explore_space(&system, &Settings { threads: 1, ..Settings::default() }, &mut |_| ());
        assert_eq!(outcome.verdict, Verdict::Holds, "{name}");
        assert_eq!(outcome.counts.states, states, "{name}");
        // The check is the documentation's; in the model StartIo is only called for the current request.
        let meant = if name == "startio" { &["IoReleaseCancelSpinLock()", "return"][..] } else { &[] };
        let unreached = unreached(&space, &program);
        let lines: Vec<&str> =
            unreached.iter().flat_map(|routine| &routine.lines).map(|line| &*line.text).collect();
        assert_eq!(lines, meant, "{name}: what no order comes to is not shown to be correct");
    }
}

#[test]
fn a_mistake_is_found_and_is_the_only_one() {
    for (name, found) in MISTAKES {
        let text = textbook(name);
        assert_eq!(
            explored(&program(name, &text), 1).verdict,
            Verdict::Holds,
            "{name}, which expects its mistake"
        );
        let unexpected: String = text
            .lines()
            .filter(|line| !line.starts_with("expect "))
            .map(|line| format!("{line}\n"))
            .collect();
        let program = program(name, &unexpected);
        let outcome = explored(&program, 1);
        let report = crate::report(&program, &outcome);
        assert!(matches!(outcome.verdict, Verdict::Fails(_)), "{name}: {report}");
        let report = report.replace("\n  ", " ");
        assert!(report.contains(found), "{name}, expected {found}: {report}");
    }
}

/// What no order comes to is not correct, only unseen.
#[test]
fn lines_that_no_order_comes_to_are_listed() {
    let text = textbook("pend-and-cancel").replace(
        "    CancelIoEx(file)                         -> TRUE or ERROR_NOT_FOUND or ERROR_INVALID_HANDLE\n",
        "",
    );
    let program = program("unseen.kobj", &text);
    let system = ProgramSpace::new(&program, None);
    let (outcome, space) =
        explore_space(&system, &Settings { threads: 1, ..Settings::default() }, &mut |_| ());
    let unreached = unreached(&space, &program);
    let explored = Explored {
        program: &program,
        rules: system.rules(),
        outcome: &outcome,
        limited: None,
        unreached: &unreached,
    };
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::assert_snapshot!(
            "explore-unreached",
            exploration::render(explored, exploration::Options::default())
        );
        insta::assert_snapshot!("explore-unreached-json", exploration_json::render(explored));
    });
}

#[test]
fn a_driver_that_waits_for_ever_is_told() {
    for (name, found) in HANGS {
        let program = program(name, &textbook(name));
        let outcome = explored(&program, 1);
        let report = crate::report(&program, &outcome).replace("\n  ", " ");
        assert!(matches!(outcome.verdict, Verdict::Fails(_)), "{name}: {report}");
        assert!(report.contains(found), "{name}: {report}");
    }
}

/// Drivers that come with the model, and their twins in the textbook: other steps, and the same ends.
#[test]
fn a_driver_of_the_model_ends_its_stories_as_its_twin_in_the_textbook_does() {
    let twins = [
        ("pend-and-cancel", "driver textbook", "driver=textbook", "driver=queue", 11_954),
        ("filter-completion-routine", "driver watching", "driver=watching", "driver=filter", 3_210),
        ("filter-forward-synchronously", "driver reading", "driver=reading", "driver=waiting_filter", 6_324),
    ];
    for (name, block, own, built_in, states) in twins {
        let text = textbook(name);
        let twin = explored(&program(name, &text), 1);
        let (before, after) = text.split_once(block).unwrap();
        let (_, after) = after.split_once("\n\n").unwrap();
        let text =
            format!("{before}{after}").replace(own, built_in).replace("calls OnInterrupt", "completes r");
        let outcome = explored(&program(name, &text), 1);
        assert_eq!((&outcome.verdict, outcome.counts.ends), (&Verdict::Holds, twin.counts.ends), "{name}");
        assert_eq!(outcome.counts.states, states, "{name}");
    }
}

/// A completion routine without a Context that uses it.
#[test]
fn a_context_that_was_not_given_is_null() {
    let text = textbook("filter-forward-and-wait");
    let text = text.replace("OnComplete, done, TRUE", "OnComplete, NULL, TRUE");
    let program = program("null", &text);
    let report = crate::report(&program, &explored(&program, 1));
    assert!(report.contains("NULL_POINTER_USED"), "{report}");
}
