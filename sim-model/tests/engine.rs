//! What the engine promises, on graphs written out by hand.

use sim_model::explore::{Counterexample, Limit, Limits, Marks, Outcome, Rule, RuleKind, Settings, System};
use sim_model::explore::{Transition, Verdict, explore, explore_space};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// More states than the engine expands at a time, so that a level of them is expanded in parts.
const MANY: u32 = 80_000;

/// A graph: for each state its successors. A step is the position of the successor, and its own actor.
#[derive(Default)]
struct Graph {
    successors: Vec<Vec<u32>>,
    rules: Vec<Rule>,
    /// Which state exercises which rule.
    exercised: Vec<(u32, usize)>,
    /// Which state fails which rule, in the state or at the end.
    failed: Vec<(u32, usize)>,
    /// States whose first step is local.
    local: std::ops::Range<u32>,
}

impl Graph {
    fn new(successors: Vec<Vec<u32>>) -> Graph {
        Graph { successors, ..Graph::default() }
    }

    /// State 0 leads to 1, 2, …, `MANY`, all of which lead to what `next` says.
    fn fan(next: impl Fn(u32) -> Vec<u32>, more: u32) -> Graph {
        let root = (1..=MANY).collect();
        let rest = (1..=MANY + more).map(|state| if state <= MANY { next(state) } else { Vec::new() });
        Graph::new(std::iter::once(root).chain(rest).collect())
    }

    fn rule(mut self, kind: RuleKind, exercised: &[u32], failed: &[u32]) -> Graph {
        let rule = self.rules.len();
        self.rules.push(Rule::new(kind, format!("rule {rule}")));
        self.exercised.extend(exercised.iter().map(|&state| (state, rule)));
        self.failed.extend(failed.iter().map(|&state| (state, rule)));
        self
    }

    fn mark(&self, state: u32, marks: &mut Marks, at_end: bool) {
        let is_due = |rule: usize| at_end == (self.rules[rule].kind == RuleKind::AtEnd);
        for &(_, rule) in self.exercised.iter().filter(|(of, rule)| *of == state && is_due(*rule)) {
            marks.exercise(rule);
        }
        for &(_, rule) in self.failed.iter().filter(|(of, rule)| *of == state && is_due(*rule)) {
            marks.fail(rule);
        }
    }
}

impl System for Graph {
    /// The state and those before it.
    type State = (u32, Vec<u32>);
    type Step = usize;

    fn initial(&self) -> Self::State {
        (0, Vec::new())
    }

    fn encode(&self, state: &Self::State, out: &mut Vec<u8>) {
        out.extend_from_slice(&state.0.to_le_bytes());
    }

    fn decode(&self, bytes: &[u8], state: &mut Self::State) {
        state.0 = u32::from_le_bytes(bytes.try_into().expect("four bytes"));
    }

    fn enabled(&self, state: &Self::State, out: &mut Vec<usize>) {
        out.extend(0..self.successors[state.0 as usize].len());
    }

    fn take(&self, state: &mut Self::State, step: usize) {
        state.1.push(state.0);
        state.0 = self.successors[state.0 as usize][step];
    }

    fn undo(&self, state: &mut Self::State, _step: usize) {
        state.0 = state.1.pop().expect("only what was taken is undone");
    }

    fn local_step(&self, state: &Self::State) -> Option<usize> {
        self.local.contains(&state.0).then_some(0)
    }

    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn judge(&self, state: &Self::State, marks: &mut Marks) {
        self.mark(state.0, marks, false);
    }

    fn judge_end(&self, state: &Self::State, marks: &mut Marks) {
        self.mark(state.0, marks, true);
    }

    fn explain(&self, state: &Self::State, rule: usize) -> String {
        format!("state {} breaks {}", state.0, self.rules[rule].name)
    }

    fn actor(&self, step: usize) -> usize {
        step
    }
}

/// The outcome, which must be the same for 1, 2 and 8 threads.
fn outcome(graph: &Graph, settings: Settings<'_>) -> Outcome<usize> {
    let one = explore(graph, &settings);
    for threads in [2, 8] {
        assert_eq!(explore(graph, &Settings { threads, ..settings }), one, "{threads} threads");
    }
    one
}

fn lenient(limits: Limits<'_>) -> Settings<'_> {
    Settings { limits, allow_unexercised: true, ..Settings::default() }
}

fn failure(graph: &Graph) -> Counterexample<usize> {
    match outcome(graph, lenient(Limits::default())).verdict {
        Verdict::Fails(counterexample) => counterexample,
        verdict => panic!("{verdict:?}"),
    }
}

#[test]
fn of_the_shortest_runs_the_first_in_step_order_is_shown() {
    let graph = Graph::new(vec![vec![1, 2], vec![3], vec![4, 3], vec![5], vec![5], vec![]]);
    let found = failure(&graph.rule(RuleKind::Always, &[], &[5]));
    assert_eq!((found.steps, found.cycle), (vec![0, 0, 0], vec![]));
    assert_eq!((found.rule, found.message.as_str()), (0, "state 5 breaks rule 0"));
}

#[test]
fn the_initial_state_is_judged() {
    let graph = Graph::new(vec![vec![0]]).rule(RuleKind::Always, &[], &[0]);
    assert!(failure(&graph).steps.is_empty());
}

#[test]
fn of_two_rules_that_fail_at_once_the_first_is_shown() {
    let graph = Graph::new(vec![vec![1], vec![]]);
    let found = failure(&graph.rule(RuleKind::Always, &[], &[1]).rule(RuleKind::Always, &[], &[1]));
    assert_eq!(found.rule, 0);
}

#[test]
fn an_end_is_a_failure_only_where_an_end_rule_says_so() {
    let graph = || Graph::new(vec![vec![1, 2], vec![], vec![3], vec![]]);
    assert_eq!(outcome(&graph(), Settings::default()).counts.ends, 2);
    assert_eq!(failure(&graph().rule(RuleKind::AtEnd, &[], &[3])).steps, [1, 0]);
    let not_an_end = graph().rule(RuleKind::AtEnd, &[], &[2]);
    assert_eq!(outcome(&not_an_end, lenient(Limits::default())).verdict, Verdict::Holds);
}

#[test]
fn an_end_is_preferred_to_a_deeper_failure_that_is_found_first() {
    let graph = Graph::fan(|state| if state == MANY { vec![] } else { vec![MANY + 1] }, 1);
    let found = failure(&graph.rule(RuleKind::Always, &[], &[MANY + 1]).rule(RuleKind::AtEnd, &[], &[MANY]));
    assert_eq!((found.rule, found.steps), (1, vec![MANY as usize - 1]));
}

#[test]
fn a_wide_level_is_numbered_in_canonical_order() {
    let graph = Graph::fan(|state| vec![MANY + 1 + MANY - state], MANY);
    let (_, space) = explore_space(&graph, &Settings { threads: 8, ..Settings::default() }, &mut |_| {});
    let found: Vec<u32> = (0..space.len()).map(|index| space.state(index).0).collect();
    let expected: Vec<u32> = (0..=MANY).chain((MANY + 1..=2 * MANY).rev()).collect();
    assert_eq!(found, expected);
    assert_eq!(space.parent(0), None);
    assert_eq!(space.parent(MANY as usize + 1), Some(1));
    assert_eq!(space.depth(2 * MANY as usize), 2);
}

/// From 0 to 1; from there local steps lead to 3, and 3 is left in two ways.
#[test]
fn local_steps_are_run_through() {
    let mut graph = Graph::new(vec![vec![1], vec![2], vec![3], vec![4, 5], vec![], vec![]]);
    graph.local = 1..3;
    let (outcome, space) =
        explore_space(&graph, &Settings { partial_order: true, ..Settings::default() }, &mut |_| {});
    let stored: Vec<u32> = (0..space.len()).map(|index| space.state(index).0).collect();
    assert_eq!(stored, [0, 3, 4, 5]);
    assert_eq!((outcome.counts.transitions, outcome.counts.local_steps), (3, 2));
    assert_eq!(space.run_to(3), [0, 0, 0, 1]);
    let transitions = space.transitions();
    assert_eq!(transitions[0], Transition { from: 0, step: 0, to: 1 });
}

/// Local steps that lead round in a circle hide nothing that lies beside it.
#[test]
fn local_steps_do_not_go_on_for_ever() {
    let mut graph = Graph::new(vec![vec![1], vec![0, 2], vec![]]).rule(RuleKind::Always, &[], &[2]);
    graph.local = 0..2;
    let settings = Settings { partial_order: true, ..Settings::default() };
    let Verdict::Fails(found) = outcome(&graph, settings).verdict else { panic!("state 2 breaks the rule") };
    assert_eq!((found.steps, found.shortest), (vec![0, 1], true));
}

/// The run that is shortest among those left is longer than another.
#[test]
fn a_run_through_local_steps_is_shortened() {
    let mut graph =
        Graph::new(vec![vec![1], vec![2], vec![3], vec![4], vec![]]).rule(RuleKind::Always, &[], &[1, 4]);
    graph.local = 1..4;
    let settings = Settings { partial_order: true, ..Settings::default() };
    let Verdict::Fails(found) = outcome(&graph, settings).verdict else { panic!("state 4 breaks the rule") };
    assert_eq!((found.steps, found.shortest), (vec![0], true));
    let Verdict::Fails(found) = outcome(&graph, Settings { shorten: 1, ..settings }).verdict else {
        panic!("state 4 breaks the rule")
    };
    assert_eq!((found.steps, found.shortest), (vec![0, 0, 0, 0], false));
}

#[test]
fn a_rule_that_nothing_exercises_is_reported() {
    let graph = Graph::new(vec![vec![1], vec![2], vec![1]]);
    let graph = graph.rule(RuleKind::Always, &[1, 2], &[]).rule(RuleKind::Sometimes, &[], &[]);
    let strict = outcome(&graph, Settings::default());
    assert_eq!(strict.verdict, Verdict::Unexercised(vec![1]));
    assert_eq!(strict.coverage[0].states, 2);
    assert_eq!(strict.coverage[0].witness, Some(vec![0]));
    assert_eq!((strict.coverage[1].states, &strict.coverage[1].witness), (0, &None));
    assert_eq!(outcome(&graph, lenient(Limits::default())).verdict, Verdict::Holds);
}

#[test]
fn a_limit_on_states_stops_at_the_same_state_for_any_number_of_threads() {
    let graph = Graph::fan(|state| vec![MANY + state, state], MANY);
    for states in [1, 2, 777, MANY as usize + 5] {
        let limits = Limits { states: Some(states), ..Limits::default() };
        let outcome = outcome(&graph, lenient(limits));
        assert_eq!(outcome.verdict, Verdict::Limited(Limit::States));
        assert_eq!(outcome.counts.states, states as u64);
    }
    let limits = Limits { states: Some(2 * MANY as usize + 1), ..Limits::default() };
    assert_eq!(outcome(&graph, lenient(limits)).verdict, Verdict::Holds, "a limit that is just enough");
}

#[test]
fn a_failure_beyond_the_last_state_is_not_reported() {
    let graph = Graph::fan(|_| vec![], 0).rule(RuleKind::Always, &[], &[9]);
    let with_limit = |states| lenient(Limits { states: Some(states), ..Limits::default() });
    assert_eq!(outcome(&graph, with_limit(9)).verdict, Verdict::Limited(Limit::States));
    assert!(matches!(outcome(&graph, with_limit(10)).verdict, Verdict::Fails(_)));
}

#[test]
fn a_limit_on_bytes_is_a_result() {
    let graph = Graph::fan(|state| vec![MANY + state], MANY);
    let outcome = outcome(&graph, lenient(Limits { bytes: Some(400_000), ..Limits::default() }));
    assert_eq!(outcome.verdict, Verdict::Limited(Limit::Bytes));
    assert!(outcome.counts.bytes > 400_000);
    assert_eq!(outcome.counts.frontier, u64::from(MANY));
}

#[test]
fn a_limit_on_depth_tells_ends_from_runs_that_go_on() {
    let graph = Graph::new(vec![vec![1, 2], vec![], vec![3], vec![]]);
    let at_depth = |depth| outcome(&graph, lenient(Limits { depth: Some(depth), ..Limits::default() }));
    let cut = at_depth(1);
    assert_eq!(cut.verdict, Verdict::Limited(Limit::Depth));
    assert_eq!((cut.counts.depth(), cut.counts.states, cut.counts.frontier), (1, 3, 1));
    assert_eq!((cut.counts.ends, cut.counts.transitions), (1, 2));
    assert_eq!(at_depth(2).verdict, Verdict::Holds);
}

#[test]
fn time_and_cancellation_end_the_search() {
    let graph = Graph::new(vec![vec![1], vec![]]);
    let limits = Limits { time: Some(Duration::ZERO), ..Limits::default() };
    let late = outcome(&graph, lenient(limits));
    assert_eq!((late.verdict, late.counts.states), (Verdict::Limited(Limit::Time), 1));
    let cancel = AtomicBool::new(true);
    let limits = Limits { cancel: Some(&cancel), ..Limits::default() };
    assert_eq!(outcome(&graph, lenient(limits)).verdict, Verdict::Limited(Limit::Cancelled));
}

#[test]
fn progress_is_reported_at_the_end_of_each_level() {
    let graph = Graph::new(vec![vec![1, 2], vec![3], vec![3], vec![]]);
    let mut reports = Vec::new();
    let (outcome, _) = explore_space(&graph, &Settings::default(), &mut |progress| {
        reports.push((progress.depth, progress.states, progress.transitions, progress.frontier));
    });
    assert_eq!(reports, [(0, 3, 2, 2), (1, 4, 4, 1), (2, 4, 4, 0)]);
    assert_eq!(outcome.counts.levels, [1, 2, 1]);
    assert_eq!(outcome.counts.max_frontier, 2);
}

/// 0 → 1 → 2 → 1 by actor 0; actor 1 can always leave the cycle.
#[test]
fn an_unfair_cycle_breaks_no_promise() {
    let graph = |unmet: &[u32]| {
        Graph::new(vec![vec![1], vec![2, 3], vec![1, 3], vec![]]).rule(RuleKind::Eventually, &[0], unmet)
    };
    assert_eq!(outcome(&graph(&[0, 1, 2]), Settings::default()).verdict, Verdict::Holds);
    let found = failure(&graph(&[0, 1, 2, 3]));
    assert_eq!((found.steps, found.cycle), (vec![0, 1], vec![]), "the run ends without meeting the rule");
}

#[test]
fn a_fair_cycle_that_never_meets_the_rule_is_shown() {
    let graph = Graph::new(vec![vec![1], vec![2, 3], vec![3], vec![1, 4], vec![0]]);
    let found = failure(&graph.rule(RuleKind::Eventually, &[0], &[0, 1, 2, 3]));
    assert_eq!((found.steps, found.cycle), (vec![0], vec![0, 0, 0]));
    assert_eq!(found.message, "state 1 breaks rule 0");
}

/// What is owed since state 1 is met in state 2; state 3 owes nothing new.
#[test]
fn a_promise_kept_once_is_kept() {
    let graph = Graph::new(vec![vec![1], vec![2], vec![3], vec![3]]);
    let graph = graph.rule(RuleKind::Eventually, &[1], &[0, 1, 3]);
    assert_eq!(outcome(&graph, Settings::default()).verdict, Verdict::Holds);
}

#[test]
fn transitions_of_the_space_are_those_of_the_graph() {
    let graph = Graph::new(vec![vec![2, 1], vec![1], vec![0]]);
    let (_, space) = explore_space(&graph, &Settings::default(), &mut |_| {});
    let transitions: Vec<_> =
        space.transitions().iter().map(|edge| (edge.from, edge.step, edge.to)).collect();
    assert_eq!(transitions, [(0, 0, 1), (0, 1, 2), (1, 0, 0), (2, 0, 2)]);
    assert_eq!((space.run_to(2), space.encoded(2)), (vec![1], &[1, 0, 0, 0][..]));
}
