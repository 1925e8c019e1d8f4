//! The scenarios of the book, on both sides.

use std::path::{Path, PathBuf};

use sim_core::profile::Version;
use sim_model::{lang, scenario};

use crate::both::both;

#[test]
fn every_scenario_of_the_book_does_the_same_on_both_sides() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenarios");
    let mut files: Vec<PathBuf> =
        folder.read_dir().expect("the scenarios").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let (mut performed, mut calls) = (0, 0);
    let mut unlike = String::new();
    for file in &files {
        let name = file.file_name().expect("a name").to_string_lossy();
        let text = std::fs::read_to_string(file).expect("a text");
        let parsed = lang::parse(&name, &text).unwrap_or_else(|error| panic!("{error}"));
        let program = scenario::compile(parsed.clone()).unwrap_or_else(|error| panic!("{error}"));
        // Another version of Windows does otherwise.
        if program.profile.version != Version::Win11 {
            continue;
        }
        let Some((trace, replayed)) = both(&parsed) else { continue };
        performed += 1;
        calls += trace.records.len();
        let known: Vec<&str> = replayed.known.iter().map(|known| known.id).collect();
        println!("{name}: {known:?}");
        // Looked at twice: on a busy machine something can take longer than it may.
        let differs = replayed.difference.filter(|_| both(&parsed).is_none_or(|(_, again)| !again.held()));
        if let Some(difference) = differs {
            unlike += &format!("{name}, {difference}\n");
        }
    }
    println!("{performed} of {} scenarios, {calls} records", files.len());
    assert!(unlike.is_empty(), "\n{unlike}");
    assert!(performed > 35, "whatever has no device can be performed");
}
