//! Recorded traces, held against the model on any system.

use std::path::PathBuf;

use sim_model::trace::{ReplayFailure, Trace, replay};
use sim_windows::known_differences;
use sim_windows::trace::{Outcome, Returned, Value};

fn corpus() -> Vec<(String, Trace)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/traces"));
    let mut files: Vec<PathBuf> =
        folder.read_dir().expect("the corpus").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a text");
        let trace = Trace::read(&text, &name).unwrap_or_else(|error| panic!("{error}"));
        (name, trace)
    };
    files.into_iter().map(read).collect()
}

#[test]
fn every_recorded_trace_says_what_the_model_says() {
    let corpus = corpus();
    assert!(corpus.len() >= 10, "there is a corpus");
    for (name, trace) in corpus {
        let replayed = replay(&trace, &name).expect("a scenario that can be performed");
        assert!(replayed.held(), "{name}: {}", replayed.difference.expect("a difference"));
        assert!(
            trace.header.recorded_by.starts_with("kobj record") && trace.header.system != "model",
            "{name}"
        );
    }
}

/// A comparison that cannot fail would say nothing: another outcome and another fact are found, in each trace, wherever no
/// known difference has ended the comparison before.
#[test]
fn what_a_trace_says_otherwise_is_found() {
    let mut found = 0;
    for (name, trace) in corpus() {
        let mut other = trace.clone();
        let first = other.records.first_mut().expect("a record");
        first.outcome = Outcome::Returned(Returned { result: "something else".into(), error: None });
        let line = first.line;
        let replayed = replay(&other, &name).expect("a scenario");
        assert_eq!(replayed.difference.expect("a difference").line, line, "{name}");

        let mut other = trace.clone();
        for record in &mut other.records {
            for facts in record.observed.values_mut() {
                if let Some(Value::Number(count)) = facts.get_mut("HandleCount") {
                    *count += 1;
                    found += 1;
                }
            }
        }
        let counts = trace.records.iter().flat_map(|record| record.observed.values());
        if counts.into_iter().any(|facts| facts.contains_key("HandleCount")) {
            let replayed = replay(&other, &name).expect("a scenario");
            assert_eq!(replayed.difference.expect("a difference").what, "HandleCount", "{name}");
        }
    }
    assert!(found > 20, "the corpus has counts");
}

#[test]
fn a_version_of_windows_that_the_model_does_not_know_is_refused() {
    let (name, mut trace) = corpus().swap_remove(0);
    trace.header.profile = "win12".into();
    assert!(matches!(replay(&trace, &name), Err(ReplayFailure::Profile)));
}

/// The known differences are told where people look for them.
#[test]
fn every_known_difference_stands_in_the_fidelity_page() {
    let page = include_str!("../../../docs/FIDELITY.md");
    for known in known_differences() {
        let row = format!("| {} | {} |", known.id, known.reason);
        assert!(page.contains(&row), "docs/FIDELITY.md has no row\n{row} {} |", known.source);
    }
}
