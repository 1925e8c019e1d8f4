//! The outcomes against a second way to find them: every run is walked, what the lines give is written down beside the
//! world, and two states are one only if both are the same.

use sim_model::scenario::facts::Fact;
use sim_model::scenario::world::{Event, Move};

use super::*;

/// What each line gave, by actor and action, as a run shows it.
type Told = BTreeMap<(usize, usize), String>;

/// What the lines gave at each end.
fn ends(program: &Program) -> BTreeSet<Told> {
    let start = World::new(program);
    let mut seen: BTreeSet<(Vec<u8>, Told)> = BTreeSet::new();
    let mut ends = BTreeSet::new();
    let mut left: Vec<(World<'_>, Told)> = vec![(start.clone(), Told::new())];
    while let Some((world, told)) = left.pop() {
        let mut bytes = Vec::new();
        world.encode(&start, &mut bytes);
        if !seen.insert((bytes, told.clone())) {
            continue;
        }
        let mut moves: Vec<Move> = Vec::new();
        world.enabled(&mut moves);
        if moves.is_empty() {
            ends.insert(told);
            continue;
        }
        for step in moves {
            let (mut next, mut told, mut events) = (world.clone(), told.clone(), Vec::new());
            next.take(step, &mut events);
            next.forget();
            for event in &events {
                match event {
                    Event::Returned { actor, action, result, .. } => {
                        told.insert((*actor, *action), without_value(&result.to_string()));
                    }
                    Event::Checked { actor, action, refuted } => {
                        told.insert((*actor, *action), refuted.is_none().to_string());
                    }
                    Event::Done { .. } => {}
                }
            }
            left.push((next, told));
        }
    }
    ends
}

/// A result without the number of a handle.
fn without_value(result: &str) -> String {
    match result.strip_prefix("handle 0x") {
        Some(rest) => format!(
            "a handle{}",
            rest.split_once(',').map_or(String::new(), |(_, error)| format!(",{error}"))
        ),
        None => result.to_owned(),
    }
}

#[test]
fn the_results_of_the_outcomes_are_those_of_every_run() {
    let small = races().into_iter().filter(|(_, program)| {
        let (_, states, _) = enumerated(program, &usual());
        states < 250
    });
    let mut compared = 0;
    for (name, program) in small {
        let of_threads = |told: Told| -> Told {
            let is_of_thread = |actor: usize| program.actors[actor].process.is_some();
            told.into_iter().filter(|((actor, _), _)| is_of_thread(*actor)).collect()
        };
        let wanted: BTreeSet<Told> = ends(&program).into_iter().map(of_threads).collect();
        let (outcomes, ..) = enumerated(&program, &usual());
        let silent = ["does not return", "not reached", "waits for ever", "the system stops"];
        let told = |values: &[String]| -> Told {
            let lines = outcomes.facts.iter().zip(values).filter_map(|(fact, value)| match *fact {
                Fact::Line { actor, action } => Some(((actor, action), value.clone())),
                _ => None,
            });
            lines.filter(|(_, value)| !silent.contains(&&**value)).collect()
        };
        let found: BTreeSet<Told> = outcomes.all.iter().map(|outcome| told(&outcome.values)).collect();
        assert_eq!(found, wanted, "{name}");
        compared += 1;
    }
    assert!(compared >= 10, "{compared}");
}
