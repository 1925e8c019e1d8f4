//! The outcomes of a program: every way in which it can end that it can tell from the others.

use std::collections::BTreeMap;

use crate::explore::{Space, System};
use crate::scenario::facts::{Fact, facts};
use crate::scenario::space::ProgramSpace;
use crate::scenario::world::Move;

/// All outcomes among the states of a search, in an order that depends on nothing but what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// What there is to tell of each outcome, in the order of [`Outcome::values`].
    pub facts: Vec<Fact>,
    /// The outcomes, no two of which have the same values.
    pub all: Vec<Outcome>,
}

/// One way in which a program can end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it is with each fact.
    pub values: Vec<String>,
    /// A run that ends so.
    pub moves: Vec<Move>,
}

impl Outcomes {
    /// The outcomes of the ends that a search of [`ProgramSpace::of_outcomes`] stored.
    pub fn of(space: &Space<'_, ProgramSpace<'_>>, system: &ProgramSpace<'_>) -> Outcomes {
        let facts = facts(system.initial_world().program());
        let mut first: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        let mut moves = Vec::new();
        space.for_each_state(|index, state| {
            moves.clear();
            system.enabled(state, &mut moves);
            if moves.is_empty() {
                let values = facts.iter().map(|fact| state.world.fact(fact)).collect();
                first.entry(values).or_insert(index);
            }
        });
        let outcome = |(values, index)| Outcome { values, moves: space.run_to(index) };
        let mut outcomes = Outcomes { facts, all: first.into_iter().map(outcome).collect() };
        outcomes.leave_out_what_is_usual();
        outcomes
    }

    /// Whether an outcome differs from another in this fact.
    pub fn differ_in(&self, fact: usize) -> bool {
        self.all.iter().any(|outcome| outcome.values[fact] != self.all[0].values[fact])
    }

    /// Drops the facts that are nothing worth telling in any outcome: that a thread has not ended, that no rule was broken.
    fn leave_out_what_is_usual(&mut self) {
        let told: Vec<bool> = (0..self.facts.len())
            .map(|at| self.all.iter().any(|outcome| !self.facts[at].is_usual(&outcome.values[at])))
            .collect();
        let mut keep = told.iter();
        self.facts.retain(|_| keep.next() == Some(&true));
        for outcome in &mut self.all {
            let mut keep = told.iter();
            outcome.values.retain(|_| keep.next() == Some(&true));
        }
    }
}
