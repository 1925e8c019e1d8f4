//! Vectors that are told as scenarios: every line of them must be as it expects, and as real Windows does it.

use sim_core::profile::{Profile, Version};
use sim_model::scenario::{Program, compile_for, run};
use sim_model::{lang, view::text};

use crate::real::same_on_windows;

/// The scenario holds on every version of Windows.
pub(super) fn holds_always(story: &str) {
    holds_since(Version::Xp, story);
}

/// The scenario holds on every version from this one on.
pub(super) fn holds_since(first: Version, story: &str) {
    for version in Version::ALL.iter().filter(|version| **version >= first) {
        holds_on(*version, story);
    }
}

/// The scenario holds on today's Windows.
pub(super) fn holds(story: &str) {
    holds_on(Version::Win11, story);
}

/// The scenario holds on this version. Its lines are those of the files in docs/scenarios.
pub(super) fn holds_on(version: Version, story: &str) {
    let program = holding(version, story);
    same_on_windows(&program);
}

/// The same of what exists on the model alone: a device, a debugger, which value a handle gets.
pub(super) fn model_holds_on(version: Version, story: &str) {
    holding(version, story);
}

/// The same on every version from this one on.
pub(super) fn model_holds_since(first: Version, story: &str) {
    for version in Version::ALL.iter().filter(|version| **version >= first) {
        model_holds_on(*version, story);
    }
}

/// These lines of one thread hold on every version.
pub(super) fn lines_hold(lines: &str) {
    lines_hold_since(Version::Xp, lines);
}

/// These lines of one thread hold on every version from this one on.
pub(super) fn lines_hold_since(first: Version, lines: &str) {
    holds_since(first, &format!("process app\n  thread main\n{lines}"));
}

/// The program of a scenario that holds on this version.
fn holding(version: Version, story: &str) -> Program {
    let scenario = lang::parse("vector.kobj", story).unwrap_or_else(|error| panic!("{error}"));
    let program = compile_for(scenario, Some(Profile::of(version))).unwrap_or_else(|error| panic!("{error}"));
    let run = run(&program);
    let options = text::Options { color: false, steps: false, quiet: false };
    assert!(run.held(), "{}\n{}", version.name(), text::render(&run, options));
    program
}
