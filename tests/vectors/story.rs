//! Vectors that are told as scenarios: every line of them must be as it expects.

use sim_core::profile::{Profile, Version};
use sim_model::scenario::{compile_for, run};
use sim_model::{lang, view::text};

/// The scenario holds on every version from this one on.
pub(super) fn holds_since(first: Version, story: &str) {
    for version in Version::ALL.iter().filter(|version| **version >= first) {
        holds_on(*version, story);
    }
}

/// The scenario holds on this version. Its lines are those of the files in docs/scenarios.
pub(super) fn holds_on(version: Version, story: &str) {
    let scenario = lang::parse("vector.kobj", story).unwrap_or_else(|error| panic!("{error}"));
    let program = compile_for(scenario, Some(Profile::of(version))).unwrap_or_else(|error| panic!("{error}"));
    let run = run(&program);
    let options = text::Options { color: false, steps: false, quiet: false };
    assert!(run.held(), "{}\n{}", version.name(), text::render(&run, options));
}
