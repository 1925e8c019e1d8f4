//! The states a search stored, and the transitions between them.

use super::system::System;
use super::visited::{NO_PARENT, Place, Visited, hash_of};
use super::worker::Proviso;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// The states a search stored, numbered in the order it found them, from 0, the initial state.
///
/// Under symmetry a state stands for all that are symmetric to it.
pub struct Space<'s, S: System> {
    pub(super) system: &'s S,
    pub(super) visited: Visited,
    pub(super) order: Vec<Place>,
    pub(super) levels: Vec<usize>,
    pub(super) symmetry: bool,
    pub(super) proviso: Proviso,
}

/// A transition between two stored states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transition<Step> {
    /// The state it leaves.
    pub from: usize,
    /// The step it takes.
    pub step: Step,
    /// The state it enters.
    pub to: usize,
}

impl<S: System> Space<'_, S> {
    /// The number of states.
    #[expect(clippy::len_without_is_empty, reason = "the initial state is always there")]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// The exact encoding of a state.
    pub fn encoded(&self, index: usize) -> &[u8] {
        self.visited.bytes(self.order[index])
    }

    /// A working copy of a state.
    pub fn state(&self, index: usize) -> S::State {
        let mut state = self.system.initial();
        self.system.decode(self.encoded(index), &mut state);
        state
    }

    /// Shows every state in order; `each` is given its number and a working copy that is used again.
    pub fn for_each_state(&self, mut each: impl FnMut(usize, &S::State)) {
        let mut state = self.system.initial();
        for index in 0..self.len() {
            self.system.decode(self.encoded(index), &mut state);
            each(index, &state);
        }
    }

    /// The length of the shortest run to a state.
    pub fn depth(&self, index: usize) -> usize {
        self.levels.partition_point(|&start| start <= index) - 1
    }

    /// The state from which a state was found; none for the initial state.
    pub fn parent(&self, index: usize) -> Option<usize> {
        let parent = self.visited.parent(self.order[index]);
        (parent != NO_PARENT).then_some(parent as usize)
    }

    /// The run that found a state.
    pub fn run_to(&self, index: usize) -> Vec<S::Step> {
        super::path::run_to(self, index).0
    }

    /// All transitions between stored states that the search takes, in order of state and step.
    ///
    /// They are not stored but found again, which takes as long as the search did on one thread.
    pub fn transitions(&self) -> Vec<Transition<S::Step>> {
        self.transitions_and_open().0
    }

    /// The [transitions](Space::transitions), and the states from which a step leads to a state that was not stored:
    /// there the search was stopped.
    pub fn transitions_and_open(&self) -> (Vec<Transition<S::Step>>, Vec<usize>) {
        let mut open = Vec::new();
        let numbers = (0..).zip(&self.order).map(|(index, place)| (*place, index));
        let hashes = FixedState::with_seed(0);
        let mut numbers_by_place: HashMap<Place, usize, FixedState> = HashMap::with_hasher(hashes);
        numbers_by_place.extend(numbers);
        let mut transitions = Vec::new();
        let (mut state, mut steps) = (self.system.initial(), Vec::new());
        for from in 0..self.len() {
            self.system.decode(self.encoded(from), &mut state);
            steps.clear();
            self.system.enabled(&state, &mut steps);
            let start = transitions.len();
            if self.proviso != Proviso::Full && self.system.reduce(&state, &mut steps) {
                self.append_transitions(&mut state, from, &steps, &numbers_by_place, &mut transitions);
                if self.meets_proviso(from, &transitions[start..]) {
                    continue;
                }
                transitions.truncate(start);
                steps.clear();
                self.system.enabled(&state, &mut steps);
            }
            self.append_transitions(&mut state, from, &steps, &numbers_by_place, &mut transitions);
            if transitions.len() - start < steps.len() {
                open.push(from);
            }
        }
        (transitions, open)
    }

    /// The same answer as in the search: what was new then is now a level deeper.
    fn meets_proviso(&self, from: usize, reduced: &[Transition<S::Step>]) -> bool {
        let mut is_new = reduced.iter().map(|transition| self.depth(transition.to) > self.depth(from));
        match self.proviso {
            Proviso::Full => false,
            Proviso::SomeNew => is_new.any(|new| new),
            Proviso::AllNew => !reduced.is_empty() && is_new.all(|new| new),
        }
    }

    fn append_transitions(
        &self,
        state: &mut S::State,
        from: usize,
        steps: &[S::Step],
        numbers: &HashMap<Place, usize, FixedState>,
        transitions: &mut Vec<Transition<S::Step>>,
    ) {
        let mut bytes = Vec::new();
        for &step in steps {
            self.system.take(state, step);
            self.encode(state, &mut bytes);
            self.system.undo(state, step);
            let place = self.visited.find(hash_of(&bytes), &bytes);
            if let Some(&to) = place.and_then(|place| numbers.get(&place)) {
                transitions.push(Transition { from, step, to });
            }
        }
    }

    /// Writes the bytes by which the search knows a state.
    pub(super) fn encode(&self, state: &S::State, bytes: &mut Vec<u8>) {
        bytes.clear();
        if self.symmetry {
            self.system.canonical(state, bytes);
        } else {
            self.system.encode(state, bytes);
        }
    }
}
