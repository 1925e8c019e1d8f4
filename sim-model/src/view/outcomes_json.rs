//! The outcomes of a program as JSON Lines.

use serde::Serialize;

use crate::explore::Verdict;
use crate::scenario::facts::Fact;
use crate::view::exploration::{limit_sentence, scenario_text};
use crate::view::json::FORMAT_VERSION;
use crate::view::outcomes::Enumerated;

#[derive(Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record<'a> {
    Exploration {
        format: u32,
        file: &'a str,
        title: &'a str,
        profile: &'a str,
    },
    Outcome {
        number: usize,
        facts: Vec<FactRecord<'a>>,
        scenario: String,
    },
    Outcomes {
        file: &'a str,
        outcomes: usize,
        complete: bool,
        limit: Option<&'static str>,
        bound: Option<String>,
        states: u64,
        transitions: u64,
        ends: u64,
        depth: usize,
        frontier: u64,
        bytes: u64,
    },
}

#[derive(Serialize)]
struct FactRecord<'a> {
    fact: String,
    thread: Option<&'a str>,
    line: Option<usize>,
    text: Option<&'a str>,
    value: &'a str,
    differs: bool,
}

/// The JSON Lines of the outcomes.
pub fn render(enumerated: Enumerated<'_>) -> String {
    let Enumerated { program, search, outcomes, bounds } = enumerated;
    let file: &str = &program.source().file;
    let profile = program.profile.version.name();
    let mut records =
        vec![Record::Exploration { format: FORMAT_VERSION, file, title: program.title(), profile }];
    for (at, outcome) in outcomes.all.iter().enumerate() {
        let facts = outcomes.facts.iter().zip(&outcome.values).enumerate().map(|(at, (fact, value))| {
            let line = match *fact {
                Fact::Line { actor, action } => {
                    let actor = &program.actors[actor];
                    Some((&*actor.name, &actor.actions[action]))
                }
                _ => None,
            };
            FactRecord {
                fact: fact.heading(program),
                thread: line.map(|(thread, _)| thread),
                line: line.map(|(_, action)| action.line),
                text: line.map(|(_, action)| &*action.text),
                value,
                differs: outcomes.differ_in(at),
            }
        });
        records.push(Record::Outcome {
            number: at + 1,
            facts: facts.collect(),
            scenario: scenario_text(program, &outcome.moves),
        });
    }
    let limit = match search.verdict {
        Verdict::Limited(limit) => Some(limit),
        _ => None,
    };
    let counts = &search.counts;
    records.push(Record::Outcomes {
        file,
        outcomes: outcomes.all.len(),
        complete: limit.is_none() && bounds.preemptions.is_none(),
        limit: limit.map(limit_sentence),
        bound: limit.and_then(|limit| bounds.reached(limit)),
        states: counts.states,
        transitions: counts.transitions,
        ends: counts.ends,
        depth: counts.depth(),
        frontier: counts.frontier,
        bytes: counts.bytes,
    });
    // Plain data with string keys always serialises.
    let line = |record| serde_json::to_string(record).expect("a record is plain data") + "\n";
    records.iter().map(line).collect()
}
