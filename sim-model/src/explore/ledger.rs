//! What the states judged so far add up to: which rule fails first, and how often each was exercised.

use super::system::{Marks, Rule, RuleKind};

/// A state that breaks a rule. The least is the first in canonical order, and so one of the shallowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Failure {
    pub(super) index: usize,
    pub(super) rule: usize,
}

/// How often a rule was exercised, and in which state first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) states: u64,
    pub(super) first: Option<usize>,
}

/// The account of all judgements.
pub(super) struct Ledger {
    always: u64,
    at_end: u64,
    eventually: u64,
    pub(super) tallies: Vec<Tally>,
    pub(super) failure: Option<Failure>,
}

impl Ledger {
    pub(super) fn new(rules: &[Rule]) -> Ledger {
        assert!(rules.len() <= Marks::MAX_RULES, "a system has at most {} rules", Marks::MAX_RULES);
        let of_kind = |kind| {
            let numbered = rules.iter().enumerate().filter(|(_, rule)| rule.kind == kind);
            numbered.fold(0, |mask, (number, _)| mask | 1 << number)
        };
        Ledger {
            always: of_kind(RuleKind::Always),
            at_end: of_kind(RuleKind::AtEnd),
            eventually: of_kind(RuleKind::Eventually),
            tallies: vec![Tally::default(); rules.len()],
            failure: None,
        }
    }

    pub(super) fn has_rules(&self) -> bool {
        !self.tallies.is_empty()
    }

    pub(super) fn has_end_rules(&self) -> bool {
        self.at_end != 0
    }

    pub(super) fn has_eventually_rules(&self) -> bool {
        self.eventually != 0
    }

    /// Enters the judgement of a new state.
    pub(super) fn note(&mut self, index: usize, marks: Marks) {
        self.enter(index, marks, self.always);
    }

    /// Enters the judgement of a state without enabled steps.
    pub(super) fn note_end(&mut self, index: usize, marks: Marks) {
        self.enter(index, marks, self.always | self.at_end);
    }

    fn enter(&mut self, index: usize, marks: Marks, failing: u64) {
        let mut exercised = marks.exercised;
        while exercised != 0 {
            let tally = &mut self.tallies[exercised.trailing_zeros() as usize];
            tally.states += 1;
            tally.first = Some(tally.first.map_or(index, |first| first.min(index)));
            exercised &= exercised - 1;
        }
        let failed = marks.failed & failing;
        if failed != 0 {
            let failure = Failure { index, rule: failed.trailing_zeros() as usize };
            self.failure = Some(self.failure.map_or(failure, |first| first.min(failure)));
        }
    }

    pub(super) fn unexercised(&self) -> Vec<usize> {
        (0..self.tallies.len()).filter(|&rule| self.tallies[rule].states == 0).collect()
    }
}
