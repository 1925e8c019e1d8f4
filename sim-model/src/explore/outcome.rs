//! What a search found.

use super::limits::Limit;

/// What a search found: the verdict, and how much it is based on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<Step> {
    /// Whether the rules hold.
    pub verdict: Verdict<Step>,
    /// What was covered, also when a limit was reached.
    pub counts: Counts,
    /// For each rule, in the system's order, how it was exercised.
    pub coverage: Vec<Coverage<Step>>,
}

/// Whether the rules hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<Step> {
    /// Every reachable state was seen, every rule holds and was exercised.
    Holds,
    /// A rule fails; no shorter run breaks an `Always` or `AtEnd` rule, unless partial order was on or a
    /// limit ended the search before the states of this depth were all seen.
    Fails(Counterexample<Step>),
    /// Every reachable state was seen and no rule fails, but these rules were never exercised: they hold
    /// of nothing, or what they ask for sometimes never happens.
    Unexercised(Vec<usize>),
    /// A limit was reached first; no rule fails in what was covered.
    Limited(Limit),
}

/// A run that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample<Step> {
    /// The rule that fails.
    pub rule: usize,
    /// How the last state of `steps` breaks it, in the system's words.
    pub message: String,
    /// The steps from the initial state.
    pub steps: Vec<Step>,
    /// For an `Eventually` rule, the steps that then repeat for ever; empty if the run ends.
    pub cycle: Vec<Step>,
    /// Whether no shorter run breaks a rule. False if that is not known.
    pub shortest: bool,
}

/// How a rule was exercised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage<Step> {
    /// The number of states that exercise it.
    pub states: u64,
    /// The shortest run to such a state.
    pub witness: Option<Vec<Step>>,
}

/// How much was covered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// States stored, all different.
    pub states: u64,
    /// Steps taken from stored states, also those that led to known states.
    pub transitions: u64,
    /// States without enabled steps.
    pub ends: u64,
    /// Local steps that were run through, each between two stored states.
    pub local_steps: u64,
    /// States stored whose steps were not taken.
    pub frontier: u64,
    /// The most states at one depth.
    pub max_frontier: u64,
    /// The number of states at each depth, from 0.
    pub levels: Vec<u64>,
    /// The bytes stored: encoded states, links and tables, the same on every machine. What threads hold
    /// in their buffers for the moment is not counted.
    pub bytes: u64,
}

impl Counts {
    /// The length of the longest run that was needed to reach a state.
    pub fn depth(&self) -> usize {
        self.levels.len().saturating_sub(1)
    }
}

/// How far a search has come; the argument of the progress callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The depth whose states are being expanded.
    pub depth: usize,
    /// States stored.
    pub states: u64,
    /// Steps taken.
    pub transitions: u64,
    /// States stored whose steps were not taken yet.
    pub frontier: u64,
    /// Bytes stored.
    pub bytes: u64,
}
