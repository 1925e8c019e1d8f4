//! Replays of Windows Security event logs: two recordings of real machines where they are at hand, their synthetic
//! twin always.

use std::path::{Path, PathBuf};

use sim_model::replay::{self, Counts, Report, Rule};

/// Recordings of real machines (OTRF Security-Datasets, MIT), relative to the root of the repository. They are no
/// part of it; the tests do without them where they are absent.
const RECORDINGS: &str = "../shared/data/recordings";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn corpus(file: &str) -> Report {
    let text = std::fs::read(root().join("tests/corpus/replay").join(file)).expect("a file of the corpus");
    replay::read(&text[..], file).expect("an event log")
}

/// The replay of a recording; if it is not here, its twin is replayed instead.
fn recording(file: &str) -> Option<Report> {
    let path = root().join(RECORDINGS).join(file);
    let Ok(text) = std::fs::read(&path) else {
        eprintln!("{} is absent: its synthetic twin is replayed instead", path.display());
        let twin = corpus("twin.json");
        assert!(twin.held(), "{:?}", twin.violations);
        return None;
    };
    Some(replay::read(&text[..], file).expect("an event log"))
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    report.render_text(&mut text, false).expect("a string takes all");
    text
}

fn json(report: &Report) -> String {
    let mut text = String::new();
    report.render_json(&mut text).expect("a string takes all");
    text
}

#[test]
fn netsh_has_the_figures_of_an_independent_count() {
    let Some(report) = recording("netsh.json") else { return };
    let expected = Counts {
        lines: 2366,
        events: 2366,
        processes: 6,
        started: 3,
        exited: 2,
        opens: 337,
        user_mode_opens: 2,
        duplicates: 337,
        duplicates_to_system: 337,
        duplicates_before_open: 337,
        closes_own: 337,
        closes_system: 337,
        closes_user_mode: 2,
        accesses: 337,
        accesses_matched: 337,
        accesses_within: 337,
        reused: report.counts.reused,
        most_open: report.counts.most_open,
        ..Counts::default()
    };
    assert_eq!(report.counts, expected);
    assert!(report.held() && report.unmatched.is_empty() && report.left_open.is_empty());
}

#[test]
fn seatbelt_has_the_figures_of_an_independent_count() {
    let Some(report) = recording("seatbelt.json") else { return };
    let expected = Counts {
        lines: 451,
        events: 451,
        processes: 5,
        started: 2,
        exited: 1,
        opens: 19,
        duplicates: 19,
        duplicates_to_system: 19,
        duplicates_before_open: 19,
        closes_own: 18,
        closes_system: 19,
        closes_after_exit: 1,
        accesses: 8,
        accesses_matched: 8,
        accesses_within: 8,
        left_open: 1,
        reused: report.counts.reused,
        most_open: report.counts.most_open,
        ..Counts::default()
    };
    assert_eq!(report.counts, expected);
    assert!(report.held() && report.unmatched.is_empty());
    assert_eq!(report.left_open[0].process, "Sysmon.exe (0xd18)");
    assert_eq!(report.left_open[0].handle, "0x153c");
}

#[test]
fn the_twin_shows_every_oddity_of_the_recordings() {
    let report = corpus("twin.json");
    assert!(report.held());
    snapshot("replay_twin_text", &text(&report));
    snapshot("replay_twin_json", &json(&report));
}

#[test]
fn a_recording_that_breaks_the_rules_of_handle_tables_is_told_so() {
    let report = corpus("faults.json");
    assert!(!report.held());
    let broken: Vec<(Rule, u64)> =
        report.violations.iter().map(|(rule, group)| (*rule, group.count)).collect();
    let expected = [(Rule::FreeWhenGivenOut, 2), (Rule::PossibleValue, 3), (Rule::WithinGranted, 1)];
    assert_eq!(broken, expected);
    snapshot("replay_faults_text", &text(&report));
    snapshot("replay_faults_json", &json(&report));
}

#[test]
fn no_line_of_the_report_is_wider_than_a_hundred_columns() {
    for file in ["twin.json", "faults.json"] {
        for line in text(&corpus(file)).lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}
