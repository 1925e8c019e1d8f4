//! The catalogue of races: every outcome of each, complete, and the same however it is searched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sim_model::explore::{Settings, Verdict, explore_space};
use sim_model::lang;
use sim_model::scenario::outcomes::Outcomes;
use sim_model::scenario::space::ProgramSpace;
use sim_model::scenario::{Program, World, compile, run_schedule};
use sim_model::view::exploration::{grouped, scenario_text};
use sim_model::view::exploration_limit::Bounds;
use sim_model::view::outcomes::{Enumerated, render};

mod reference;
mod what_is_told;

fn program(name: &str, text: &str) -> Program {
    let scenario = lang::parse(name, text).unwrap_or_else(|error| panic!("{error}"));
    compile(scenario).unwrap_or_else(|error| panic!("{error}"))
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// The races of the catalogue, by name.
fn races() -> Vec<(String, Program)> {
    let files = fs::read_dir(docs().join("races")).unwrap();
    let mut races: Vec<(String, Program)> = files
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
            let program = program(&format!("{name}.kobj"), &text);
            (name, program)
        })
        .collect();
    races.sort_by(|(one, _), (other, _)| one.cmp(other));
    races
}

/// Both reductions and one thread.
fn usual() -> Settings<'static> {
    Settings { symmetry: true, partial_order: true, ..Settings::default() }
}

/// The outcomes, the states that were stored, and how that is shown.
fn enumerated(program: &Program, settings: &Settings<'_>) -> (Outcomes, u64, String) {
    let system = ProgramSpace::of_outcomes(program, None);
    let (search, space) = explore_space(&system, settings, &mut |_| {});
    assert_eq!(search.verdict, Verdict::Holds, "complete");
    let outcomes = Outcomes::of(&space, &system);
    let shown = Enumerated { program, search: &search, outcomes: &outcomes, bounds: Bounds::default() };
    let shown = render(shown, false, false);
    (outcomes, search.counts.states, shown)
}

/// What the outcomes are, without the ways to them.
fn values(outcomes: &Outcomes) -> Vec<&Vec<String>> {
    outcomes.all.iter().map(|outcome| &outcome.values).collect()
}

#[test]
fn each_race_has_the_outcomes_that_it_had() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (name, program) in races() {
        let (.., shown) = enumerated(&program, &usual());
        assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
        settings.bind(|| insta::assert_snapshot!(format!("race-{name}"), shown));
    }
}

#[test]
fn the_outcomes_are_the_same_for_any_number_of_threads_and_without_reductions() {
    for (name, program) in races() {
        let (first, states, shown) = enumerated(&program, &usual());
        let (_, _, by_two) = enumerated(&program, &Settings { threads: 2, ..usual() });
        assert_eq!(by_two, shown, "{name}, with two threads");
        let reductions: &[(bool, bool)] = match states {
            0..500 => &[(false, false), (true, false), (false, true)],
            500..3_000 => &[(false, false)],
            _ => &[],
        };
        for &(symmetry, partial_order) in reductions {
            let settings = Settings { symmetry, partial_order, ..Settings::default() };
            let (outcomes, ..) = enumerated(&program, &settings);
            assert_eq!(outcomes.facts, first.facts, "{name}");
            assert_eq!(values(&outcomes), values(&first), "{name}, {symmetry} {partial_order}");
        }
    }
}

#[test]
fn each_outcome_comes_of_the_run_that_leads_to_it() {
    for (name, program) in races() {
        let (outcomes, ..) = enumerated(&program, &usual());
        for outcome in &outcomes.all {
            let mut world = World::observing(&program);
            outcome.moves.iter().for_each(|step| world.take(*step, &mut Vec::new()));
            let found: Vec<String> = outcomes.facts.iter().map(|fact| world.fact(fact)).collect();
            assert_eq!(found, outcome.values, "{name}");
            let saved = self::program(&name, &scenario_text(&program, &outcome.moves));
            let run = run_schedule(&saved).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(run.moves, outcome.moves, "{name}");
            assert!(!run.partial, "{name}: an outcome is an end");
        }
    }
}

#[test]
fn every_race_of_the_catalogue_has_a_program_and_a_row_in_the_page() {
    let page = fs::read_to_string(docs().join("RACES.md")).unwrap().replace("\r\n", "\n");
    let races = races();
    let numbers: BTreeSet<&str> = races.iter().map(|(name, _)| &name[..3]).collect();
    let all: Vec<String> = (1..=19).map(|number| format!("r{number:02}")).collect();
    assert!(numbers.iter().eq(all.iter()), "{numbers:?}");
    for (name, program) in &races {
        let (outcomes, states, shown) = enumerated(program, &usual());
        let is_table = |part: &&str| part.starts_with("    ");
        let tables: Vec<&str> = shown.split("\n\n").filter(is_table).collect();
        assert!(page.contains(&tables.join("\n\n")), "{name}: the page does not show\n{shown}");
        let row = format!("| `{name}` | {} | {} |", outcomes.all.len(), grouped(states));
        assert!(page.contains(&row), "{row}");
    }
    for number in 1..=19 {
        assert_eq!(page.matches(&format!("\n### R{number}. ")).count(), 1, "R{number}");
    }
}

#[test]
fn the_page_on_exploring_shows_outcomes_as_they_are() {
    let page = fs::read_to_string(docs().join("EXPLORING.md")).unwrap().replace("\r\n", "\n");
    let (_, program) = races().into_iter().find(|(name, _)| name.starts_with("r17")).unwrap();
    let (.., shown) = enumerated(&program, &usual());
    let (report, _) = shown.rsplit_once("\n\n").unwrap();
    assert!(page.contains(report), "{report}");
}
