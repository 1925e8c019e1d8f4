//! The states a search stored, and the transitions between them.

use super::system::System;
use super::visited::{NO_PARENT, Place, Visited, hash_of};
use super::worker::run_through;
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
    pub(super) partial_order: bool,
}

/// A transition between two stored states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transition<Step> {
    /// The state it leaves.
    pub from: usize,
    /// The step it takes; local steps may follow on the way.
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
            self.append_transitions(&mut state, from, &steps, &numbers_by_place, &mut transitions);
            if transitions.len() - start < steps.len() {
                open.push(from);
            }
        }
        (transitions, open)
    }

    fn append_transitions(
        &self,
        state: &mut S::State,
        from: usize,
        steps: &[S::Step],
        numbers: &HashMap<Place, usize, FixedState>,
        transitions: &mut Vec<Transition<S::Step>>,
    ) {
        let (mut bytes, mut taken) = (Vec::new(), Vec::new());
        for &step in steps {
            self.take(state, step, &mut taken);
            self.encode(state, &mut bytes);
            taken.drain(..).rev().for_each(|step| self.system.undo(state, step));
            let place = self.visited.find(hash_of(&bytes), &bytes);
            if let Some(&to) = place.and_then(|place| numbers.get(&place)) {
                transitions.push(Transition { from, step, to });
            }
        }
    }

    /// Takes a step from a stored state to the next, and appends it and the local steps on the way to `taken`.
    pub(super) fn take(&self, state: &mut S::State, step: S::Step, taken: &mut Vec<S::Step>) {
        self.system.take(state, step);
        taken.push(step);
        if self.partial_order {
            run_through(self.system, state, taken);
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
