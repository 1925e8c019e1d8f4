//! Decides `Eventually` rules on the graph of all stored states.
//!
//! A rule is broken by a run that owes it something for ever: from some state on, its premise having
//! held, no state meets it. In a finite graph such a run either ends, or can be made to settle in a
//! strongly connected component of the states that do not meet the rule. It counts only if it is weakly
//! fair: no actor is enabled from some state on and yet never takes a step again. A component has a fair
//! cycle exactly if each actor takes a step within it or is disabled somewhere in it; then a cycle
//! through all of it is fair, and a fair cycle in a part of it makes the whole of it pass the test too.

use super::graph::{Space, Transition};
use super::outcome::Counterexample;
use super::system::{Marks, RuleKind, System};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::VecDeque;

/// The shortest way into a run that breaks an `Eventually` rule, for the first rule that can be broken.
pub(super) fn find_lasso<S: System>(space: &Space<'_, S>) -> Option<Counterexample<S::Step>> {
    let runs = Runs::new(space);
    let rules = space.system.rules().iter().enumerate();
    rules.filter(|(_, rule)| rule.kind == RuleKind::Eventually).find_map(|(rule, _)| {
        let components = runs.fair_components(rule);
        let (stem, last) = runs.stem(rule, &components)?;
        let cycle = components[last].map_or(Vec::new(), |component| runs.cycle(last, component, &components));
        let message = space.system.explain(&space.state(last), rule);
        Some(Counterexample { rule, message, steps: stem, cycle, shortest: false })
    })
}

/// The states and transitions, and what is known of each state.
struct Runs<'a, S: System> {
    system: &'a S,
    transitions: Vec<Transition<S::Step>>,
    /// Where the transitions of each state start, and at last where they end.
    starts: Vec<usize>,
    marks: Vec<Marks>,
    /// The actors enabled in each state, one bit each.
    enabled: Vec<u64>,
}

impl<'a, S: System> Runs<'a, S> {
    fn new(space: &Space<'a, S>) -> Runs<'a, S> {
        let transitions = space.transitions();
        let starts = (0..=space.len()).map(|from| transitions.partition_point(|edge| edge.from < from));
        let mut runs = Runs {
            system: space.system,
            starts: starts.collect(),
            transitions,
            marks: vec![Marks::default(); space.len()],
            enabled: vec![0; space.len()],
        };
        let (mut state, mut steps) = (space.system.initial(), Vec::new());
        for index in 0..space.len() {
            space.system.decode(space.encoded(index), &mut state);
            space.system.judge(&state, &mut runs.marks[index]);
            steps.clear();
            space.system.enabled(&state, &mut steps);
            runs.enabled[index] = steps.iter().fold(0, |actors, &step| actors | runs.actor(step));
        }
        runs
    }

    fn actor(&self, step: S::Step) -> u64 {
        1 << self.system.actor(step)
    }

    fn leaving(&self, index: usize) -> &[Transition<S::Step>] {
        &self.transitions[self.starts[index]..self.starts[index + 1]]
    }

    fn meets(&self, index: usize, rule: usize) -> bool {
        !self.marks[index].has_failed(rule)
    }

    /// For each state, its component among the states that do not meet the rule, if that has a fair cycle.
    fn fair_components(&self, rule: usize) -> Vec<Option<usize>> {
        let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(self.marks.len(), self.transitions.len());
        for _ in &self.marks {
            graph.add_node(());
        }
        for edge in &self.transitions {
            if !self.meets(edge.from, rule) && !self.meets(edge.to, rule) {
                graph.add_edge(NodeIndex::new(edge.from), NodeIndex::new(edge.to), ());
            }
        }
        let components = kosaraju_scc(&graph);
        let mut component_of = vec![None; self.marks.len()];
        for (number, component) in components.iter().enumerate() {
            for node in component.iter().filter(|node| !self.meets(node.index(), rule)) {
                component_of[node.index()] = Some(number);
            }
        }
        let mut always_enabled = vec![u64::MAX; components.len()];
        let mut acting = vec![0; components.len()];
        for (index, component) in component_of.iter().enumerate() {
            let Some(component) = *component else { continue };
            always_enabled[component] &= self.enabled[index];
            for edge in self.leaving(index).iter().filter(|edge| component_of[edge.to] == Some(component)) {
                acting[component] |= self.actor(edge.step);
            }
        }
        let is_fair = |component: &usize| {
            acting[*component] != 0 && always_enabled[*component] & !acting[*component] == 0
        };
        component_of.into_iter().map(|component| component.filter(is_fair)).collect()
    }

    /// The shortest run to a state where something is owed and from then on may be owed for ever, since
    /// the run ends there or can stay in a fair component.
    fn stem(&self, rule: usize, components: &[Option<usize>]) -> Option<(Vec<S::Step>, usize)> {
        let owes = |index: usize, owed: bool| {
            !self.meets(index, rule) && (owed || self.marks[index].is_exercised(rule))
        };
        // A node is a state, and whether something is owed there.
        let mut found_by: Vec<[Option<FoundBy>; 2]> = vec![[None; 2]; self.marks.len()];
        let mut queue = VecDeque::from([(0, owes(0, false), None)]);
        while let Some((index, owed, edge)) = queue.pop_front() {
            let known = &mut found_by[index][usize::from(owed)];
            if known.is_some() {
                continue;
            }
            *known = Some(edge);
            if owed && (self.leaving(index).is_empty() || components[index].is_some()) {
                return Some((self.steps_to(index, &found_by), index));
            }
            for (offset, next) in self.leaving(index).iter().enumerate() {
                let edge = Some((self.starts[index] + offset, owed));
                queue.push_back((next.to, owes(next.to, owed), edge));
            }
        }
        None
    }

    fn steps_to(&self, last: usize, found_by: &[[Option<FoundBy>; 2]]) -> Vec<S::Step> {
        let (mut steps, mut node) = (Vec::new(), (last, true));
        while let Some(Some((edge, owed))) = found_by[node.0][usize::from(node.1)] {
            steps.push(self.transitions[edge].step);
            node = (self.transitions[edge].from, owed);
        }
        steps.reverse();
        steps
    }

    /// A fair cycle from the state through its component: to the next state or step that does an actor
    /// justice, until none is left, and back.
    fn cycle(&self, start: usize, component: usize, components: &[Option<usize>]) -> Vec<S::Step> {
        let (mut steps, mut last, mut wronged) = (Vec::new(), start, self.enabled[start]);
        while wronged != 0 {
            let does_justice =
                |edge: &Transition<S::Step>| (self.actor(edge.step) | !self.enabled[edge.to]) & wronged != 0;
            for edge in self.walk(last, component, components, does_justice) {
                wronged &= self.enabled[edge.to] & !self.actor(edge.step);
                steps.push(edge.step);
                last = edge.to;
            }
        }
        if steps.is_empty() || last != start {
            let back = self.walk(last, component, components, |edge| edge.to == start);
            steps.extend(back.iter().map(|edge| edge.step));
        }
        steps
    }

    /// The shortest walk within the component whose last transition is wanted.
    fn walk(
        &self,
        from: usize,
        component: usize,
        components: &[Option<usize>],
        is_wanted: impl Fn(&Transition<S::Step>) -> bool,
    ) -> Vec<Transition<S::Step>> {
        let mut found_by: Vec<Option<usize>> = vec![None; self.marks.len()];
        let mut queue = VecDeque::from([from]);
        while let Some(index) = queue.pop_front() {
            for (offset, edge) in self.leaving(index).iter().enumerate() {
                if components[edge.to] != Some(component) {
                    continue;
                }
                if is_wanted(edge) {
                    let (mut walk, mut first) = (vec![*edge], index);
                    while first != from {
                        let edge = self.transitions[found_by[first].expect("was found")];
                        walk.push(edge);
                        first = edge.from;
                    }
                    walk.reverse();
                    return walk;
                }
                if edge.to != from && found_by[edge.to].is_none() {
                    found_by[edge.to] = Some(self.starts[index] + offset);
                    queue.push_back(edge.to);
                }
            }
        }
        unreachable!("a strongly connected component leads everywhere within it")
    }
}

/// The transition by which a node was found and whether something was owed before; none for the first.
type FoundBy = Option<(usize, bool)>;
