//! An exploration as JSON Lines.

use serde::Serialize;

use crate::explore::{Outcome, Rule, Verdict};
use crate::scenario::program::Program;
use crate::scenario::world::Move;
use crate::view::exploration::{limit_sentence, scenario_text};
use crate::view::json::FORMAT_VERSION;

#[derive(Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record<'a> {
    Exploration { format: u32, file: &'a str, title: &'a str, profile: &'a str },
    Rule { rule: &'a str, states: u64, first_after: Option<usize> },
    Counterexample { rule: &'a str, message: &'a str, steps: usize, cycle: usize, scenario: String },
    Verdict(VerdictRecord<'a>),
}

#[derive(Serialize)]
struct VerdictRecord<'a> {
    file: &'a str,
    verdict: &'static str,
    limit: Option<&'static str>,
    states: u64,
    transitions: u64,
    ends: u64,
    depth: usize,
    frontier: u64,
    bytes: u64,
}

/// The JSON Lines of an exploration.
pub fn render(program: &Program, rules: &[Rule], outcome: &Outcome<Move>) -> String {
    let file: &str = &program.source().file;
    let profile = program.profile.version.name();
    let mut records =
        vec![Record::Exploration { format: FORMAT_VERSION, file, title: program.title(), profile }];
    for (rule, coverage) in rules.iter().zip(&outcome.coverage) {
        let first_after = coverage.witness.as_ref().map(Vec::len);
        records.push(Record::Rule { rule: &rule.name, states: coverage.states, first_after });
    }
    let (verdict, limit) = match &outcome.verdict {
        Verdict::Holds => ("holds", None),
        Verdict::Fails(counterexample) => {
            let moves: Vec<Move> =
                counterexample.steps.iter().chain(&counterexample.cycle).copied().collect();
            records.push(Record::Counterexample {
                rule: &rules[counterexample.rule].name,
                message: &counterexample.message,
                steps: counterexample.steps.len(),
                cycle: counterexample.cycle.len(),
                scenario: scenario_text(program, &moves),
            });
            ("fails", None)
        }
        Verdict::Unexercised(_) => ("unexercised", None),
        Verdict::Limited(limit) => ("limited", Some(limit_sentence(*limit))),
    };
    let counts = &outcome.counts;
    records.push(Record::Verdict(VerdictRecord {
        file,
        verdict,
        limit,
        states: counts.states,
        transitions: counts.transitions,
        ends: counts.ends,
        depth: counts.depth(),
        frontier: counts.frontier,
        bytes: counts.bytes,
    }));
    let mut out = String::new();
    for record in &records {
        // Plain data with string keys always serialises.
        out.push_str(&serde_json::to_string(record).expect("a record is plain data"));
        out.push('\n');
    }
    out
}
