//! What the engine asks of the system it explores, and what the system says about its states.

use std::fmt::Debug;

/// A transition system the engine can explore: states as bytes, steps that can be taken and undone.
///
/// The engine holds one working state for each worker thread, loads it with [`decode`](System::decode),
/// and looks at each successor by [`take`](System::take), [`encode`](System::encode),
/// [`undo`](System::undo). Every method must be a function of its arguments alone: a clock, a random
/// number or the iteration order of a hash map in any of them would make results differ between runs.
pub trait System: Sync {
    /// A working state; what [`encode`](System::encode) leaves out of it must not change behaviour.
    type State: Send;
    /// One atomic step, as small as an index or a pair of them.
    type Step: Copy + Eq + Ord + Debug + Send + Sync;

    /// The state every run starts in.
    fn initial(&self) -> Self::State;

    /// Appends the exact encoding of the state: equal bytes if and only if equal states.
    fn encode(&self, state: &Self::State, out: &mut Vec<u8>);

    /// Appends the encoding of one representative of all states that differ only by a symmetry.
    ///
    /// The same bytes for symmetric states, always the encoding of a state symmetric to this one.
    /// Symmetric means: a renaming maps one state to the other, and maps the enabled steps, the
    /// successors and the judgements of one to those of the other. The order in which
    /// [`enabled`](System::enabled) lists steps need not agree.
    fn canonical(&self, state: &Self::State, out: &mut Vec<u8>) {
        self.encode(state, out);
    }

    /// Loads a state from bytes written by [`encode`](System::encode) or [`canonical`](System::canonical),
    /// and forgets what could have been undone.
    fn decode(&self, bytes: &[u8], state: &mut Self::State);

    /// Appends the steps possible in this state, in an order that depends on the state only.
    ///
    /// Among the shortest counterexamples the engine shows the one that is first in this order.
    fn enabled(&self, state: &Self::State, out: &mut Vec<Self::Step>);

    /// Takes an enabled step.
    fn take(&self, state: &mut Self::State, step: Self::Step);

    /// Undoes the last [`take`](System::take) that is not undone, which took this step. Nothing before the last
    /// [`decode`](System::decode) is ever undone. In a system without [local steps](System::local_step) it is never
    /// called twice without a `take` between, so remembering one state is enough.
    fn undo(&self, state: &mut Self::State, step: Self::Step);

    /// An enabled step whose place among the steps of others makes no difference that a rule sees, if there is one;
    /// see [partial order](crate::explore#partial-order) for what that asks.
    fn local_step(&self, _state: &Self::State) -> Option<Self::Step> {
        None
    }

    /// The rules the states are judged by; at most [`Marks::MAX_RULES`]. A rule is named by its position.
    fn rules(&self) -> &[Rule] {
        &[]
    }

    /// Marks what holds and fails in a state: called for each new state at least once, whether or not it is
    /// an end.
    fn judge(&self, _state: &Self::State, _marks: &mut Marks) {}

    /// Marks what holds and fails in a state without enabled steps, where [`RuleKind::AtEnd`] rules apply.
    fn judge_end(&self, _state: &Self::State, _marks: &mut Marks) {}

    /// Says in one sentence how the state breaks the rule. Called once, for the state that is reported.
    fn explain(&self, _state: &Self::State, rule: usize) -> String {
        self.rules()[rule].name.clone()
    }

    /// The actor (thread, device, …) that takes the step, below 64: who weak fairness is owed to.
    fn actor(&self, _step: Self::Step) -> usize {
        0
    }
}

/// A rule: its name and when it applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The name that results show.
    pub name: String,
    /// When the rule applies, and what breaks it.
    pub kind: RuleKind,
}

impl Rule {
    /// A rule of this kind and name.
    pub fn new(kind: RuleKind, name: impl Into<String>) -> Rule {
        Rule { name: name.into(), kind }
    }
}

/// When a rule applies, and what breaks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// No reachable state may be marked failed.
    Always,
    /// No reachable state without enabled steps may be marked failed.
    AtEnd,
    /// Some reachable state must be marked exercised; it becomes the witness.
    Sometimes,
    /// After each state marked exercised comes, on every run fair to all actors, one not marked failed
    /// (or it is one itself). Decided after the search, on the graph of all states.
    Eventually,
}

/// What was found about one state, as two sets of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub(super) exercised: u64,
    pub(super) failed: u64,
}

impl Marks {
    /// The greatest number of rules a system can have.
    pub const MAX_RULES: usize = 64;

    /// Marks that the premise of the rule held here, so that the rule said something about this state.
    pub fn exercise(&mut self, rule: usize) {
        self.exercised |= 1 << rule;
    }

    /// Marks that the state does not meet the rule.
    pub fn fail(&mut self, rule: usize) {
        self.failed |= 1 << rule;
    }

    /// Whether the rule is marked failed.
    pub fn has_failed(&self, rule: usize) -> bool {
        self.failed >> rule & 1 == 1
    }

    /// Whether the rule is marked exercised.
    pub fn is_exercised(&self, rule: usize) -> bool {
        self.exercised >> rule & 1 == 1
    }

    /// Marks the premise of the rule as exercised, and the rule as failed unless `met`.
    pub fn check(&mut self, rule: usize, met: bool) {
        self.exercise(rule);
        if !met {
            self.fail(rule);
        }
    }
}
