//! The state graph of a small exploration, in Graphviz's language.
//!
//! States have their numbers in the order of the search. A run of steps of one thread through states that nothing else
//! enters or leaves is drawn as one edge.

use crate::explore::{Marks, RuleKind, Space, System, Transition, Verdict};
use crate::lang::{Diagnostic, Diagnostics};
use crate::scenario::space::{ProgramSpace, SpaceState};
use crate::scenario::world::{Move, World};
use crate::view::exploration::{Explored, counted, grouped};
use crate::view::exploration_limit::Bounds;
use crate::view::layout::{cut, wrap};

/// The most states that are drawn: more nobody can read.
pub const MOST_STATES: usize = 2_000;
/// The widest text in a picture, in characters.
const LABEL_WIDTH: usize = 44;
/// The most steps of an edge that are all named.
const MOST_NAMED: usize = 4;

/// Why a graph is not drawn, if it has too many states: how many, and what to do.
pub fn too_large(explored: Explored<'_>, bounds: &Bounds) -> Option<Diagnostics> {
    let states = explored.outcome.counts.states;
    if states <= MOST_STATES as u64 {
        return None;
    }
    let least = if matches!(explored.outcome.verdict, Verdict::Limited(_)) { "at least " } else { "" };
    let source = explored.program.source();
    let message = format!(
        "the state graph of {} has {least}{} states; at most {} are drawn",
        source.file,
        grouped(states),
        grouped(MOST_STATES as u64)
    );
    let help = match bounds.preemptions {
        None => "bound the orders with `--preemptions 1`, or make the scenario smaller".to_owned(),
        Some(0) => "make the scenario smaller: fewer threads, lines or requests".to_owned(),
        Some(most) => {
            format!("bound the orders with `--preemptions {}`, or make the scenario smaller", most - 1)
        }
    };
    let mut diagnostics = Diagnostics::new(source.clone());
    diagnostics.push(Diagnostic::new(message).help(help));
    Some(diagnostics)
}

/// The graph of the states that a search stored.
pub fn render(
    explored: Explored<'_>,
    space: &Space<'_, ProgramSpace<'_>>,
    system: &ProgramSpace<'_>,
) -> String {
    let graph = Graph::of(explored, space, system);
    let counts = &explored.outcome.counts;
    let title = format!(
        "{}\n{}, {}",
        cut(explored.program.title(), LABEL_WIDTH * 2),
        counted(counts.states, "state"),
        counted(counts.transitions, "step")
    );
    let mut text = String::from("digraph states {\n");
    text.push_str(&format!("  graph [label={}, labelloc=t, fontname=Helvetica];\n", quoted(&title)));
    text.push_str("  node [shape=circle, fontname=Helvetica, fontsize=10];\n");
    text.push_str("  edge [fontname=Helvetica, fontsize=9];\n");
    for index in (0..graph.states.len()).filter(|index| graph.is_drawn(*index)) {
        graph.append_state(index, &mut text);
        graph.append_edges(index, &mut text);
    }
    text.push_str("}\n");
    text
}

/// What is drawn of a state.
#[derive(Default)]
struct State {
    /// How it breaks a rule, if it does.
    broken: Option<String>,
    /// It has steps whose states were not stored: the search was stopped here.
    open: bool,
    /// How many transitions enter it.
    entering: usize,
    /// The state that the last of these leaves.
    before: usize,
    /// The edges that leave it.
    edges: Vec<Edge>,
}

struct Edge {
    to: usize,
    who: String,
    what: String,
    /// It is a part of the run that breaks a rule.
    breaking: bool,
}

struct Graph {
    states: Vec<State>,
}

impl Graph {
    fn of(explored: Explored<'_>, space: &Space<'_, ProgramSpace<'_>>, system: &ProgramSpace<'_>) -> Graph {
        let (transitions, open) = space.transitions_and_open();
        let breaking = breaking(explored, &transitions);
        let mut states: Vec<State> = Vec::new();
        states.resize_with(space.len(), State::default);
        for index in open {
            states[index].open = true;
        }
        for transition in &transitions {
            states[transition.to].entering += 1;
            states[transition.to].before = transition.from;
        }
        space.for_each_state(|index, state| {
            let start = transitions.partition_point(|transition| transition.from < index);
            let leaving = transitions[start..].iter().take_while(|transition| transition.from == index);
            states[index].edges = leaving
                .map(|transition| {
                    let (who, what) = step_text(&state.world, transition.step);
                    let breaking = breaking.contains(&(index, transition.step));
                    Edge { to: transition.to, who, what, breaking }
                })
                .collect();
            let is_end = states[index].edges.is_empty() && !states[index].open;
            states[index].broken = broken(system, state, is_end);
        });
        Graph { states }
    }

    /// Whether a state is more than a stop on one thread's way.
    fn is_drawn(&self, index: usize) -> bool {
        let state = &self.states[index];
        let [out] = &state.edges[..] else { return true };
        if index == 0 || state.open || state.broken.is_some() || state.entering != 1 {
            return true;
        }
        let entering = self.states[state.before].edges.iter().find(|edge| edge.to == index);
        entering.is_none_or(|entering| entering.who != out.who || entering.breaking != out.breaking)
    }

    fn append_state(&self, index: usize, text: &mut String) {
        let state = &self.states[index];
        let mut label = index.to_string();
        let mut attributes = Vec::new();
        if index == 0 {
            label.push_str("\nstart");
            attributes.push("shape=box, penwidth=2");
        }
        if let Some(sentence) = &state.broken {
            label.push('\n');
            label.push_str(&wrap(sentence, LABEL_WIDTH).join("\n"));
            attributes.push("shape=octagon, style=filled, fillcolor=\"#f7c6c6\", color=\"#b00020\"");
        } else if state.open {
            label.push_str("\n…");
            attributes.push("style=dashed");
        } else if state.edges.is_empty() {
            attributes.push("shape=doublecircle");
        }
        let attributes: String = attributes.iter().map(|attribute| format!(", {attribute}")).collect();
        text.push_str(&format!("  s{index} [label={}{attributes}];\n", quoted(&label)));
    }

    fn append_edges(&self, index: usize, text: &mut String) {
        for edge in &self.states[index].edges {
            let (mut last, mut steps) = (edge, vec![&*edge.what]);
            while !self.is_drawn(last.to) {
                last = &self.states[last.to].edges[0];
                steps.push(&last.what);
            }
            let lines = [vec![edge.who.clone()], named(&steps)].concat();
            let label: String = lines.iter().map(|line| format!("  {}\\l", escaped(line))).collect();
            let colour = if edge.breaking { ", color=\"#b00020\", penwidth=2" } else { "" };
            text.push_str(&format!("  s{index} -> s{} [label=\"{}\"{colour}];\n", last.to, label));
        }
    }
}

/// The steps of the run that breaks a rule, each with the state it leaves.
fn breaking(explored: Explored<'_>, transitions: &[Transition<Move>]) -> Vec<(usize, Move)> {
    let Verdict::Fails(counterexample) = &explored.outcome.verdict else { return Vec::new() };
    let (mut at, mut run) = (0, Vec::new());
    for step in counterexample.steps.iter().chain(&counterexample.cycle) {
        run.push((at, *step));
        let taken = transitions.iter().find(|transition| (transition.from, transition.step) == (at, *step));
        at = taken.map_or(at, |transition| transition.to);
    }
    run
}

/// How a state breaks the first of the rules that hold of states.
fn broken(system: &ProgramSpace<'_>, state: &SpaceState<'_>, is_end: bool) -> Option<String> {
    let (mut marks, mut at_end) = (Marks::default(), Marks::default());
    system.judge(state, &mut marks);
    if is_end {
        system.judge_end(state, &mut at_end);
    }
    let failed = |(number, kind)| match kind {
        RuleKind::Always => marks.has_failed(number),
        RuleKind::AtEnd => at_end.has_failed(number),
        RuleKind::Sometimes | RuleKind::Eventually => false,
    };
    let rule = system.rules().iter().map(|rule| rule.kind).enumerate().position(failed)?;
    Some(system.explain(state, rule))
}

/// Who takes a step, and its name; for a line that begins, the line.
fn step_text(world: &World<'_>, step: Move) -> (String, String) {
    let (who, name) = world.move_name(step);
    let what = match step {
        Move::Begin(actor) => {
            let line = &world.program().actors[actor].actions[world.actor(actor).next];
            cut(&format!("line {}: {}", line.line, line.text), LABEL_WIDTH)
        }
        Move::Step(_) => name,
    };
    (who.to_owned(), what)
}

/// The steps of an edge; of many the first and the last.
fn named(steps: &[&str]) -> Vec<String> {
    let own = |steps: &[&str]| steps.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>();
    match steps {
        [first, second, between @ .., last] if steps.len() > MOST_NAMED => {
            let more = format!("… {} more …", between.len());
            own(&[first, second, &more, last])
        }
        _ => own(steps),
    }
}

/// A text as a quoted string of Graphviz's language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
