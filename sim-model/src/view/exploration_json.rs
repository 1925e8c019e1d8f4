//! An exploration as JSON Lines.

use serde::Serialize;
use sim_core::finding::Finding;

use crate::explore::{Limit, Verdict};
use crate::scenario::driver_lines::Unreached;
use crate::scenario::places::Multipliers;
use crate::scenario::space::BUG_CHECKS;
use crate::scenario::world::{Move, World};
use crate::view::exploration::{Explored, limit_sentence, scenario_text};
use crate::view::exploration_limit::{Advice, Limited};
use crate::view::json::FORMAT_VERSION;

#[derive(Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record<'a> {
    Exploration {
        format: u32,
        file: &'a str,
        title: &'a str,
        profile: &'a str,
    },
    Rule {
        rule: &'a str,
        states: u64,
        first_after: Option<usize>,
    },
    Counterexample {
        rule: &'a str,
        id: Option<&'static str>,
        message: &'a str,
        steps: usize,
        cycle: usize,
        scenario: String,
    },
    Multiplier {
        who: &'a str,
        places: u64,
        combinations: u64,
        combinations_of_others: u64,
    },
    Advice(Advice),
    DriverUnreached {
        driver: &'a str,
        routine: &'a str,
        lines: Vec<usize>,
    },
    Verdict(VerdictRecord<'a>),
}

#[derive(Serialize)]
struct VerdictRecord<'a> {
    file: &'a str,
    verdict: &'static str,
    limit: Option<&'static str>,
    bound: Option<String>,
    states: u64,
    transitions: u64,
    ends: u64,
    depth: usize,
    frontier: u64,
    bytes: u64,
}

/// The JSON Lines of an exploration.
pub fn render(explored: Explored<'_>) -> String {
    let Explored { program, rules, outcome, limited, unreached } = explored;
    let file: &str = &program.source().file;
    let profile = program.profile.version.name();
    let mut records =
        vec![Record::Exploration { format: FORMAT_VERSION, file, title: program.title(), profile }];
    for (rule, coverage) in rules.iter().zip(&outcome.coverage) {
        let first_after = coverage.witness.as_ref().map(Vec::len);
        records.push(Record::Rule { rule: &rule.name, states: coverage.states, first_after });
    }
    let mut bound = None;
    let (verdict, limit) = match &outcome.verdict {
        Verdict::Holds => ("holds", None),
        Verdict::Fails(counterexample) => {
            let moves: Vec<Move> =
                counterexample.steps.iter().chain(&counterexample.cycle).copied().collect();
            records.push(Record::Counterexample {
                rule: &rules[counterexample.rule].name,
                id: broken_id(explored, counterexample.rule, &moves),
                message: &counterexample.message,
                steps: counterexample.steps.len(),
                cycle: counterexample.cycle.len(),
                scenario: scenario_text(program, &moves),
            });
            ("fails", None)
        }
        Verdict::Unexercised(_) => ("unexercised", None),
        Verdict::Limited(limit) => {
            if let Some(limited) = limited {
                bound = limited.bounds.reached(*limit);
                append_limited(&mut records, *limit, limited, explored);
            }
            ("limited", Some(limit_sentence(*limit)))
        }
    };
    records.extend(unreached.iter().map(|Unreached { driver, routine, lines }| Record::DriverUnreached {
        driver,
        routine,
        lines: lines.iter().map(|line| line.number).collect(),
    }));
    let counts = &outcome.counts;
    records.push(Record::Verdict(VerdictRecord {
        file,
        verdict,
        limit,
        bound,
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

/// The id of the rule of the catalogue that a run breaks in its last step, if that is what it shows.
fn broken_id(explored: Explored<'_>, rule: usize, moves: &[Move]) -> Option<&'static str> {
    let mut world = World::new(explored.program);
    moves.iter().for_each(|step| world.take(*step, &mut Vec::new()));
    let found = world.kernel().findings();
    let unexpected =
        |finding: &&Finding| !explored.program.expected.iter().any(|wanted| wanted.is_met_by(finding));
    found.iter().find(unexpected).filter(|_| rule == BUG_CHECKS).map(|finding| finding.rule.id())
}

fn append_limited<'a>(
    records: &mut Vec<Record<'a>>,
    limit: Limit,
    limited: &'a Limited,
    explored: Explored<'a>,
) {
    let Multipliers { combinations, who, .. } = &limited.multipliers;
    records.extend(who.iter().map(|one| Record::Multiplier {
        who: &one.who,
        places: one.places,
        combinations: *combinations,
        combinations_of_others: one.others,
    }));
    let advice = limited.advice(limit, &explored.outcome.counts, explored.program);
    records.extend(advice.into_iter().map(Record::Advice));
}
