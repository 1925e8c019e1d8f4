//! One worker's part of a level: takes the steps of a slice of states and keeps what looks new.

use super::limits::{Limit, Watch};
use super::system::{Marks, System};
use super::visited::{Place, SHARDS, Visited, hash_of, shard_of};
use std::ops::Range;

/// The number of states a worker expands at a time.
pub(super) const SLICE_STATES: usize = 128;
/// How many recent successors a worker can recognise.
const RECENT: usize = 2048;
const NONE: u32 = u32::MAX;

/// When an ample set may stand for all enabled steps, so that no step is put off for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proviso {
    /// Never: all steps are taken.
    Full,
    /// If one of its steps leads to the next level: enough for properties of states.
    SomeNew,
    /// If all of its steps lead to the next level: needed for properties of runs.
    AllNew,
}

/// What all workers share while states are expanded; nothing here changes meanwhile.
pub(super) struct Job<'a, S: System> {
    pub(super) system: &'a S,
    pub(super) visited: &'a Visited,
    /// The states in the order they were found.
    pub(super) order: &'a [Place],
    pub(super) symmetry: bool,
    pub(super) proviso: Proviso,
    /// Look only for states without enabled steps.
    pub(super) ends_only: bool,
    pub(super) watch: Watch<'a>,
}

/// A successor that was not known when the chunk of work began.
pub(super) struct Candidate {
    pub(super) hash: u64,
    pub(super) parent: u32,
    /// Where its bytes end in the slice; they start where those of the candidate before it end.
    end: u32,
}

/// A run of states to expand, and what was found there, in the order of the states and their steps.
#[derive(Default)]
pub(super) struct Slice {
    first: usize,
    past: usize,
    pub(super) candidates: Vec<Candidate>,
    bytes: Vec<u8>,
    /// For each shard, its candidates.
    pub(super) by_shard: [Vec<u32>; SHARDS],
    /// The states without enabled steps.
    pub(super) ends: Vec<(u32, Marks)>,
    pub(super) transitions: u64,
    pub(super) reduced: u64,
    /// States that have steps which were not taken, as only ends were looked for.
    pub(super) unexpanded: u64,
    /// Why the slice was not finished.
    pub(super) stopped: Option<Limit>,
    /// The number of the first candidate within the chunk.
    pub(super) base: usize,
}

impl Slice {
    pub(super) fn restart(&mut self, first: usize, past: usize) {
        (self.first, self.past) = (first, past);
        self.candidates.clear();
        self.bytes.clear();
        self.by_shard.iter_mut().for_each(Vec::clear);
        self.ends.clear();
        (self.transitions, self.reduced, self.unexpanded) = (0, 0, 0);
        self.stopped = None;
    }

    pub(super) fn candidate_bytes(&self, number: usize) -> &[u8] {
        let start = if number == 0 { 0 } else { self.candidates[number - 1].end as usize };
        &self.bytes[start..self.candidates[number].end as usize]
    }
}

/// A successor of a state in the slice; the slice has no equal one before it, unless that was forgotten.
struct Successor {
    hash: u64,
    parent: u32,
    start: u32,
    end: u32,
}

impl Successor {
    fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A thread's own working state and buffers, kept from chunk to chunk.
pub(super) struct Worker<S: System> {
    state: S::State,
    steps: Vec<S::Step>,
    successors: Vec<Successor>,
    bytes: Vec<u8>,
    guesses: Vec<Place>,
    /// For the last bits of a hash, the last successor in the slice that has them.
    recent: Vec<u32>,
}

impl<S: System> Worker<S> {
    pub(super) fn new(system: &S) -> Worker<S> {
        Worker {
            state: system.initial(),
            steps: Vec::new(),
            successors: Vec::new(),
            bytes: Vec::new(),
            guesses: Vec::new(),
            recent: vec![NONE; RECENT],
        }
    }

    /// Expands the states of the slice.
    pub(super) fn expand(&mut self, job: &Job<'_, S>, slice: &mut Slice) {
        slice.stopped = job.watch.reached();
        if slice.stopped.is_some() {
            return;
        }
        self.successors.clear();
        self.bytes.clear();
        self.recent.fill(NONE);
        for index in slice.first..slice.past {
            self.expand_state(job, index, slice);
        }
        self.collect_candidates(job.visited, slice);
    }

    /// Judges a state that was stored.
    pub(super) fn judge(&mut self, system: &S, encoded: &[u8]) -> Marks {
        let mut marks = Marks::default();
        system.decode(encoded, &mut self.state);
        system.judge(&self.state, &mut marks);
        marks
    }

    fn expand_state(&mut self, job: &Job<'_, S>, index: usize, slice: &mut Slice) {
        let system = job.system;
        system.decode(job.visited.bytes(job.order[index]), &mut self.state);
        self.steps.clear();
        system.enabled(&self.state, &mut self.steps);
        if self.steps.is_empty() {
            let mut marks = Marks::default();
            system.judge_end(&self.state, &mut marks);
            slice.ends.push((index as u32, marks));
            return;
        }
        if job.ends_only {
            slice.unexpanded += 1;
            return;
        }
        if job.proviso != Proviso::Full && system.reduce(&self.state, &mut self.steps) {
            if self.meets_proviso(job) {
                slice.reduced += 1;
            } else {
                self.steps.clear();
                system.enabled(&self.state, &mut self.steps);
            }
        }
        slice.transitions += self.steps.len() as u64;
        for number in 0..self.steps.len() {
            let start = self.take(job, self.steps[number]);
            self.keep_successor(start, index as u32);
        }
    }

    /// Appends the encoding of the successor to the bytes; returns where it starts.
    fn take(&mut self, job: &Job<'_, S>, step: S::Step) -> usize {
        let start = self.bytes.len();
        job.system.take(&mut self.state, step);
        if job.symmetry {
            job.system.canonical(&self.state, &mut self.bytes);
        } else {
            job.system.encode(&self.state, &mut self.bytes);
        }
        job.system.undo(&mut self.state, step);
        start
    }

    /// Keeps the successor whose encoding starts there, unless an equal one was seen a moment ago.
    /// Neighbours in a level have many successors in common, and to see that here is cheap.
    fn keep_successor(&mut self, start: usize, parent: u32) {
        let bytes = &self.bytes[start..];
        let hash = hash_of(bytes);
        let recent = &mut self.recent[hash as usize % RECENT];
        let earlier = self.successors.get(*recent as usize).filter(|earlier| earlier.hash == hash);
        if earlier.is_some_and(|earlier| self.bytes[earlier.range()] == *bytes) {
            self.bytes.truncate(start);
            return;
        }
        *recent = self.successors.len() as u32;
        self.successors.push(Successor { hash, parent, start: start as u32, end: self.bytes.len() as u32 });
    }

    /// Whether the ample set may stand for all steps. That depends on what was visited when the level
    /// began, never on what other threads have found in it.
    fn meets_proviso(&mut self, job: &Job<'_, S>) -> bool {
        let mut new = 0;
        for number in 0..self.steps.len() {
            let start = self.take(job, self.steps[number]);
            let bytes = &self.bytes[start..];
            let place = job.visited.find(hash_of(bytes), bytes);
            new += usize::from(place.is_none_or(|place| !job.visited.is_old(place)));
            self.bytes.truncate(start);
        }
        match job.proviso {
            Proviso::Full => false,
            Proviso::SomeNew => new > 0,
            Proviso::AllNew => new > 0 && new == self.steps.len(),
        }
    }

    /// Keeps those successors that were not visited when the chunk began. Each look-up waits for memory
    /// twice, so all first waits are taken together, and then all second ones.
    fn collect_candidates(&mut self, visited: &Visited, slice: &mut Slice) {
        self.guesses.clear();
        self.guesses.extend(self.successors.iter().map(|successor| visited.guess(successor.hash)));
        for (successor, &guess) in self.successors.iter().zip(&self.guesses) {
            let (hash, bytes) = (successor.hash, &self.bytes[successor.range()]);
            if visited.find_guessed(guess, hash, bytes).is_none() {
                slice.by_shard[shard_of(hash)].push(slice.candidates.len() as u32);
                slice.bytes.extend_from_slice(bytes);
                slice.candidates.push(Candidate {
                    hash,
                    parent: successor.parent,
                    end: slice.bytes.len() as u32,
                });
            }
        }
    }
}
