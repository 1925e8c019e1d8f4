//! Random small systems: with and without reductions, and against naive searches, the answers agree.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use sim_model::explore::{Marks, Outcome, Rule, RuleKind, Settings, Space, System, Verdict};
use sim_model::explore::{explore, explore_space};
use std::collections::{BTreeMap, BTreeSet};

const LOCALS: u8 = 4;
const SHARED: u8 = 3;
/// A part in this local state is seen by the rules.
const HOT: u8 = 0;

/// A move of a part: from one local state to another, perhaps only if the shared variable has a value,
/// perhaps setting it.
#[derive(Clone, Copy, Debug)]
struct Move {
    from: u8,
    to: u8,
    needs: Option<u8>,
    sets: Option<u8>,
}

/// Interchangeable parts that share one variable, and at most one rule.
#[derive(Clone, Debug)]
struct Parts {
    parts: usize,
    moves: Vec<Move>,
    rules: Vec<Rule>,
    /// A shared value and a number of hot parts.
    special: (u8, usize),
}

/// The shared variable and the parts' local states.
type State = (u8, Vec<u8>);
/// The part that moves and the number of its move.
type Step = (usize, usize);

impl Parts {
    fn hot(&self, state: &State) -> usize {
        state.1.iter().filter(|&&local| local == HOT).count()
    }

    fn is_special(&self, state: &State) -> bool {
        (state.0, self.hot(state)) == self.special
    }

    fn successor(&self, state: &State, (part, number): Step) -> State {
        let (mut next, step) = (state.clone(), self.moves[number]);
        next.1[part] = step.to;
        next.0 = step.sets.unwrap_or(next.0);
        next
    }

    fn steps(&self, state: &State) -> Vec<Step> {
        let mut steps = Vec::new();
        for part in 0..self.parts {
            for (number, step) in self.moves.iter().enumerate() {
                if step.from == state.1[part] && step.needs.is_none_or(|needs| needs == state.0) {
                    steps.push((part, number));
                }
            }
        }
        steps
    }

    fn marks(&self, state: &State) -> Marks {
        let mut marks = Marks::default();
        self.judge(&(state.clone(), Vec::new()), &mut marks);
        marks
    }

    fn run(&self, steps: &[Step]) -> State {
        steps.iter().fold(self.initial().0, |state, step| {
            assert!(self.steps(&state).contains(step), "{step:?} is not enabled in {state:?}");
            self.successor(&state, *step)
        })
    }
}

impl System for Parts {
    /// The state and those before it.
    type State = (State, Vec<State>);
    type Step = Step;

    fn initial(&self) -> Self::State {
        ((0, vec![1; self.parts]), Vec::new())
    }

    fn encode(&self, state: &Self::State, out: &mut Vec<u8>) {
        out.push(state.0.0);
        out.extend_from_slice(&state.0.1);
    }

    fn canonical(&self, state: &Self::State, out: &mut Vec<u8>) {
        self.encode(state, out);
        let start = out.len() - self.parts;
        out[start..].sort_unstable();
    }

    fn decode(&self, bytes: &[u8], state: &mut Self::State) {
        state.0 = (bytes[0], bytes[1..].to_vec());
    }

    fn enabled(&self, state: &Self::State, out: &mut Vec<Step>) {
        out.extend(self.steps(&state.0));
    }

    fn take(&self, state: &mut Self::State, step: Step) {
        let next = self.successor(&state.0, step);
        state.1.push(std::mem::replace(&mut state.0, next));
    }

    fn undo(&self, state: &mut Self::State, _step: Step) {
        state.0 = state.1.pop().expect("only what was taken is undone");
    }

    /// All that one part can do, if that is one step which neither looks at nor changes the shared variable, and the
    /// part stays cold.
    fn local_step(&self, state: &Self::State) -> Option<Step> {
        (0..self.parts).find_map(|part| {
            let local = state.0.1[part];
            let mut moves = (0..).zip(&self.moves).filter(|(_, step)| step.from == local);
            let is_alone = |step: &Move| step.needs.is_none() && step.sets.is_none() && step.to != HOT;
            let (number, step) = moves.next()?;
            (local != HOT && moves.next().is_none() && is_alone(step)).then_some((part, number))
        })
    }

    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn judge(&self, state: &Self::State, marks: &mut Marks) {
        match self.rules.first().map(|rule| rule.kind) {
            Some(RuleKind::Always) => marks.check(0, !self.is_special(&state.0)),
            Some(RuleKind::Sometimes) if self.is_special(&state.0) => marks.exercise(0),
            // When the shared variable is 0, some part must later be hot.
            Some(RuleKind::Eventually) => {
                if state.0.0 == 0 {
                    marks.exercise(0);
                }
                if self.hot(&state.0) == 0 {
                    marks.fail(0);
                }
            }
            _ => {}
        }
    }

    fn judge_end(&self, state: &Self::State, marks: &mut Marks) {
        if self.rules.first().is_some_and(|rule| rule.kind == RuleKind::AtEnd) {
            marks.check(0, state.0.0 != self.special.0);
        }
    }

    fn actor(&self, step: Step) -> usize {
        step.0
    }
}

/// What a search that is too simple to be wrong finds: the depth of each state.
fn naive_depths(system: &Parts) -> BTreeMap<State, usize> {
    let (mut depths, mut level) = (BTreeMap::new(), BTreeSet::from([system.initial().0]));
    for depth in 0.. {
        level.retain(|state| !depths.contains_key(state));
        if level.is_empty() {
            break;
        }
        depths.extend(level.iter().map(|state| (state.clone(), depth)));
        let mut next = BTreeSet::new();
        for state in &level {
            next.extend(system.steps(state).into_iter().map(|step| system.successor(state, step)));
        }
        level = next;
    }
    depths
}

/// The depth of the shallowest of those states.
fn shallowest(depths: &BTreeMap<State, usize>, is_wanted: impl Fn(&State) -> bool) -> Option<usize> {
    depths.iter().filter(|(state, _)| is_wanted(state)).map(|(_, depth)| *depth).min()
}

/// The states from which some fair run never meets rule 0: the greatest set of states that do not meet
/// it in which, from each state, the run can end or every actor can be done justice once more.
fn naive_owed_for_ever(system: &Parts, depths: &BTreeMap<State, usize>) -> BTreeSet<State> {
    let is_unmet = |state: &&State| system.marks(state).has_failed(0);
    let mut set: BTreeSet<State> = depths.keys().filter(is_unmet).cloned().collect();
    loop {
        let before = set.len();
        for actor in 0..system.parts {
            set = naive_just(system, &set, actor);
        }
        if set.len() == before {
            return set;
        }
    }
}

/// The states from which a run within the set can end, or comes to a step of the actor that leads to the
/// set, or to a state where the actor is disabled and some step leads to the set.
fn naive_just(system: &Parts, set: &BTreeSet<State>, actor: usize) -> BTreeSet<State> {
    let mut just: BTreeSet<State> = BTreeSet::new();
    loop {
        let mut grown = just.clone();
        for state in set {
            let steps = system.steps(state);
            let disabled = steps.iter().all(|step| step.0 != actor);
            let goes_on = steps.iter().any(|&step| {
                let next = system.successor(state, step);
                set.contains(&next) && (disabled || step.0 == actor || just.contains(&next))
            });
            if steps.is_empty() || goes_on {
                grown.insert(state.clone());
            }
        }
        if grown == just {
            return just;
        }
        just = grown;
    }
}

/// Symmetry and partial order.
const REDUCTIONS: [(bool, bool); 4] = [(false, false), (true, false), (false, true), (true, true)];

fn settings(threads: usize, (symmetry, partial_order): (bool, bool)) -> Settings<'static> {
    Settings { threads, symmetry, partial_order, ..Settings::default() }
}

fn search(system: &Parts, reductions: (bool, bool)) -> (Outcome<Step>, Space<'_, Parts>) {
    explore_space(system, &settings(2, reductions), &mut |_| {})
}

/// The states without enabled steps, up to symmetry.
fn ends(system: &Parts, space: &Space<'_, Parts>) -> BTreeSet<Vec<u8>> {
    let states = (0..space.len()).map(|index| space.state(index));
    let canonical = |state| {
        let mut bytes = Vec::new();
        system.canonical(&state, &mut bytes);
        bytes
    };
    states.filter(|state| system.steps(&state.0).is_empty()).map(canonical).collect()
}

fn a_move() -> impl Strategy<Value = Move> {
    let shared = || prop_oneof![3 => Just(None), 1 => (0..SHARED).prop_map(Some)];
    (0..LOCALS, 0..LOCALS, shared(), shared()).prop_map(|(from, to, needs, sets)| Move {
        from,
        to,
        needs,
        sets,
    })
}

fn systems(kind: Option<RuleKind>) -> impl Strategy<Value = Parts> {
    let rules: Vec<Rule> = kind.into_iter().map(|kind| Rule::new(kind, "the rule")).collect();
    (1..=3usize, prop::collection::vec(a_move(), 1..10), (0..SHARED, 0..3usize))
        .prop_map(move |(parts, moves, special)| Parts { parts, moves, rules: rules.clone(), special })
}

/// Every search fails exactly if there is a shortest run to a failure, with one that is real.
fn check_failure(system: &Parts, shortest: Option<usize>, fails: impl Fn(&State) -> bool) -> TestCaseResult {
    for reductions in REDUCTIONS {
        let outcome = explore(system, &settings(1, reductions));
        prop_assert_eq!(&outcome, &explore(system, &settings(3, reductions)));
        let Verdict::Fails(found) = outcome.verdict else {
            prop_assert_eq!(shortest, None, "(symmetry, partial order): {:?}", reductions);
            continue;
        };
        prop_assert!(fails(&system.run(&found.steps)));
        prop_assert!(found.shortest);
        prop_assert_eq!(Some(found.steps.len()), shortest);
    }
    Ok(())
}

/// The counterexample of an `Eventually` rule ends unmet, or repeats a fair cycle of unmet states.
fn check_lasso(system: &Parts, outcome: &Outcome<Step>) -> TestCaseResult {
    let Verdict::Fails(found) = &outcome.verdict else { return Ok(()) };
    let start = system.run(&found.steps);
    prop_assert!(system.marks(&start).has_failed(0));
    prop_assert!(found.cycle.is_empty() == system.steps(&start).is_empty());
    let mut state = start.clone();
    let mut wronged: BTreeSet<usize> = system.steps(&start).iter().map(|step| step.0).collect();
    for &step in &found.cycle {
        let steps = system.steps(&state);
        prop_assert!(steps.contains(&step) && system.marks(&state).has_failed(0));
        wronged.retain(|&actor| actor != step.0 && steps.iter().any(|step| step.0 == actor));
        state = system.successor(&state, step);
    }
    prop_assert_eq!(state, start);
    prop_assert!(wronged.is_empty(), "never done justice: {:?}", wronged);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_and_depths_are_those_of_a_naive_search(system in systems(None)) {
        let depths = naive_depths(&system);
        let (outcome, space) = search(&system, (false, false));
        prop_assert_eq!(outcome.verdict, Verdict::Holds);
        prop_assert_eq!(outcome.counts.states as usize, depths.len());
        let transitions: usize = depths.keys().map(|state| system.steps(state).len()).sum();
        prop_assert_eq!(outcome.counts.transitions as usize, transitions);
        prop_assert_eq!(space.transitions().len(), transitions);
        for index in 0..space.len() {
            prop_assert_eq!(depths.get(&space.state(index).0).copied(), Some(space.depth(index)));
            prop_assert_eq!(system.run(&space.run_to(index)), space.state(index).0);
        }
    }

    #[test]
    fn symmetry_keeps_one_state_of_each_orbit(system in systems(None)) {
        let mut orbits = BTreeSet::new();
        for (shared, mut locals) in naive_depths(&system).into_keys() {
            locals.sort_unstable();
            orbits.insert((shared, locals));
        }
        prop_assert_eq!(search(&system, (true, false)).0.counts.states as usize, orbits.len());
    }

    #[test]
    fn reductions_keep_all_ends(system in systems(None)) {
        let full = ends(&system, &search(&system, (false, false)).1);
        for reductions in REDUCTIONS {
            let (outcome, space) = search(&system, reductions);
            prop_assert_eq!(&ends(&system, &space), &full, "(symmetry, partial order): {:?}", reductions);
            prop_assert_eq!(space.transitions().len(), outcome.counts.transitions as usize);
        }
    }

    #[test]
    fn always_fails_with_the_shortest_run(system in systems(Some(RuleKind::Always))) {
        let fails = |state: &State| system.is_special(state);
        check_failure(&system, shallowest(&naive_depths(&system), fails), fails)?;
    }

    #[test]
    fn at_end_fails_with_the_shortest_run(system in systems(Some(RuleKind::AtEnd))) {
        let fails = |state: &State| system.steps(state).is_empty() && state.0 == system.special.0;
        check_failure(&system, shallowest(&naive_depths(&system), fails), fails)?;
    }

    #[test]
    fn sometimes_has_the_shortest_witness(system in systems(Some(RuleKind::Sometimes))) {
        let shortest = shallowest(&naive_depths(&system), |state| system.is_special(state));
        for reductions in REDUCTIONS {
            let outcome = explore(&system, &settings(1, reductions));
            let Some(witness) = &outcome.coverage[0].witness else {
                prop_assert_eq!(shortest, None);
                prop_assert_eq!(outcome.verdict, Verdict::Unexercised(vec![0]));
                continue;
            };
            prop_assert_eq!(outcome.verdict, Verdict::Holds);
            prop_assert!(system.is_special(&system.run(witness)));
            prop_assert!(reductions.1 || Some(witness.len()) == shortest);
        }
    }

    #[test]
    fn eventually_agrees_with_a_fixed_point(system in systems(Some(RuleKind::Eventually))) {
        let owed = naive_owed_for_ever(&system, &naive_depths(&system));
        let fails = owed.iter().any(|state| system.marks(state).is_exercised(0));
        for reductions in REDUCTIONS {
            let outcome = explore(&system, &settings(2, reductions));
            let found = matches!(outcome.verdict, Verdict::Fails(_));
            prop_assert_eq!(found, fails, "(symmetry, partial order): {:?}", reductions);
            check_lasso(&system, &outcome)?;
        }
    }
}
