//! One worker's part of a level: takes the steps of a slice of states and keeps what looks new.

use super::limits::{Limit, Watch};
use super::system::{Marks, System};
use super::visited::{Place, SHARDS, Visited, hash_of, shard_of};

/// The number of states a worker expands at a time.
pub(super) const SLICE_STATES: usize = 128;

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
    pub(super) judging: bool,
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
    /// For each candidate, if there are rules.
    pub(super) marks: Vec<Marks>,
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
        self.marks.clear();
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

struct Successor {
    hash: u64,
    end: usize,
}

/// A thread's own working state and buffers, kept from chunk to chunk.
pub(super) struct Worker<S: System> {
    state: S::State,
    steps: Vec<S::Step>,
    successors: Vec<Successor>,
    bytes: Vec<u8>,
}

impl<S: System> Worker<S> {
    pub(super) fn new(system: &S) -> Worker<S> {
        Worker { state: system.initial(), steps: Vec::new(), successors: Vec::new(), bytes: Vec::new() }
    }

    pub(super) fn expand(&mut self, job: &Job<'_, S>, slice: &mut Slice) {
        slice.stopped = job.watch.reached();
        if slice.stopped.is_some() {
            return;
        }
        for index in slice.first..slice.past {
            self.expand_state(job, index, slice);
        }
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
        let reduced = job.proviso != Proviso::Full && system.reduce(&self.state, &mut self.steps);
        self.take_steps(job);
        if reduced && self.meets_proviso(job) {
            slice.reduced += 1;
        } else if reduced {
            self.steps.clear();
            system.enabled(&self.state, &mut self.steps);
            self.take_steps(job);
        }
        slice.transitions += self.steps.len() as u64;
        self.collect(job, index as u32, slice);
    }

    /// Writes down all successors before any is looked up, so that the look-ups, which wait for memory,
    /// do not wait for each other.
    fn take_steps(&mut self, job: &Job<'_, S>) {
        self.successors.clear();
        self.bytes.clear();
        for &step in &self.steps {
            let start = self.bytes.len();
            job.system.take(&mut self.state, step);
            if job.symmetry {
                job.system.canonical(&self.state, &mut self.bytes);
            } else {
                job.system.encode(&self.state, &mut self.bytes);
            }
            job.system.undo(&mut self.state);
            self.successors.push(Successor { hash: hash_of(&self.bytes[start..]), end: self.bytes.len() });
        }
    }

    /// Whether the ample set may stand for all steps. That depends on what was visited when the level
    /// began, never on what other threads have found in it.
    fn meets_proviso(&self, job: &Job<'_, S>) -> bool {
        let mut start = 0;
        let mut is_new = self.successors.iter().map(|successor| {
            let bytes = &self.bytes[start..successor.end];
            start = successor.end;
            job.visited.find(successor.hash, bytes).is_none_or(|place| !job.visited.is_old(place))
        });
        match job.proviso {
            Proviso::Full => false,
            Proviso::SomeNew => is_new.any(|new| new),
            Proviso::AllNew => !self.successors.is_empty() && is_new.all(|new| new),
        }
    }

    fn collect(&mut self, job: &Job<'_, S>, parent: u32, slice: &mut Slice) {
        let mut start = 0;
        for (successor, &step) in self.successors.iter().zip(&self.steps) {
            let bytes = &self.bytes[start..successor.end];
            start = successor.end;
            if job.visited.find(successor.hash, bytes).is_some() {
                continue;
            }
            slice.by_shard[shard_of(successor.hash)].push(slice.candidates.len() as u32);
            slice.bytes.extend_from_slice(bytes);
            let end = slice.bytes.len() as u32;
            slice.candidates.push(Candidate { hash: successor.hash, parent, end });
            if job.judging {
                let mut marks = Marks::default();
                job.system.take(&mut self.state, step);
                job.system.judge(&self.state, &mut marks);
                job.system.undo(&mut self.state);
                slice.marks.push(marks);
            }
        }
    }
}
