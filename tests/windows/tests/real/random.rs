//! Scenarios made at random, on both sides.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sim_model::lang::ast::Scenario;
use sim_model::shrink::shrink;
use sim_model::trace::{Replayed, Trace};
use sim_model::{lang, strategy};

use crate::both::both;

/// A number from the environment.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The scenario of a seed.
fn scenario_of(seed: u64, most: usize) -> Scenario {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let tree = strategy::scenarios(&format!("kobj{seed}"), most).new_tree(&mut runner).expect("a scenario");
    lang::parse(&format!("random-{seed}.kobj"), &tree.current()).expect("a scenario")
}

/// Where found differences are kept: each as a scenario and the trace of the real side.
fn findings() -> PathBuf {
    let folder = std::env::var_os("KOBJ_FINDINGS")
        .map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).into(), PathBuf::from);
    std::fs::create_dir_all(&folder).expect("a folder for what is found");
    folder
}

/// The least scenario that shows the same, with what both sides say.
fn least(scenario: &Scenario, found: &Replayed) -> (Scenario, (Trace, Replayed)) {
    let what = found.difference.as_ref().map(|difference| difference.what.clone());
    let least = shrink(scenario, |tried| {
        both(tried).is_some_and(|(_, tried)| tried.difference.map(|difference| difference.what) == what)
    });
    match both(&least) {
        Some(again) if !again.1.held() => (least, again),
        // It comes and goes: the scenario as it was found.
        _ => (scenario.clone(), both(scenario).expect("it was performed before")),
    }
}

#[test]
fn random_scenarios_do_the_same_on_both_sides() {
    let (cases, first) = (setting("KOBJ_CASES", 100), setting("KOBJ_SEED", 1));
    let (most, enough) = (setting("KOBJ_CALLS", 30) as usize, setting("KOBJ_ENOUGH", 3));
    let (mut performed, mut calls, mut facts) = (0, 0, 0);
    let mut explained: BTreeMap<&str, u64> = BTreeMap::new();
    let mut unexplained = String::new();
    let mut differences = 0;
    let mut unsteady = Vec::new();
    for seed in first..first + cases {
        let scenario = scenario_of(seed, most);
        let Some((trace, replayed)) = both(&scenario) else { continue };
        performed += 1;
        calls += trace.records.len();
        let seen = trace.records.iter().flat_map(|record| record.observed.values());
        facts += seen.map(BTreeMap::len).sum::<usize>();
        for known in &replayed.known {
            *explained.entry(known.id).or_default() += 1;
        }
        if replayed.held() {
            continue;
        }
        if both(&scenario).is_some_and(|(_, again)| again.held()) {
            // On a busy machine something took longer than it may.
            unsteady.push(seed);
            continue;
        }
        let (scenario, (trace, replayed)) = least(&scenario, &replayed);
        let text = lang::print(&scenario);
        let folder = findings();
        std::fs::write(folder.join(format!("random-{seed}.kobj")), &text).expect("written");
        std::fs::write(folder.join(format!("random-{seed}.trace")), trace.write()).expect("written");
        let difference =
            replayed.difference.map_or("it comes and goes".into(), |difference| difference.to_string());
        // Writing to a string does not fail.
        let _ = writeln!(unexplained, "seed {seed}, {difference}\n{text}");
        differences += 1;
        if differences == enough {
            break;
        }
    }
    println!(
        "{performed} scenarios, {calls} records, {facts} facts; known differences: {explained:?}; not the same twice: {unsteady:?}"
    );
    assert!(unexplained.is_empty(), "{unexplained}");
    assert!(performed * 4 > cases, "most scenarios can be performed");
}
