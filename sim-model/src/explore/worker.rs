//! One worker's part of a level: takes the steps of a slice of states and sorts the successors by shard.

use super::limits::{Limit, Watch};
use super::system::{Marks, System};
use super::visited::{Place, SHARDS, Visited, hash_of, shard_of};

/// How many recent successors a worker can recognise.
const RECENT: usize = 16_384;

/// After so many local steps in a row the state is stored, should they go round in a circle.
pub const LOCAL_STEPS_MAX: usize = 256;

/// What all workers share while states are expanded; nothing here changes meanwhile.
pub(super) struct Job<'a, S: System> {
    pub(super) system: &'a S,
    pub(super) visited: &'a Visited,
    /// The states in the order they were found.
    pub(super) order: &'a [Place],
    pub(super) symmetry: bool,
    pub(super) partial_order: bool,
    /// Whether there are rules.
    pub(super) judging: bool,
    /// Look only for states without enabled steps.
    pub(super) ends_only: bool,
    pub(super) watch: Watch<'a>,
}

/// A successor that may be new. The slice has no equal one before it, unless that was forgotten.
pub(super) struct Candidate {
    pub(super) hash: u64,
    pub(super) parent: u32,
    /// Its position among the candidates of the slice, in order of states and steps.
    pub(super) number: u32,
    start: u32,
    end: u32,
}

/// The candidates of a slice that belong to one shard, and their encodings.
#[derive(Default)]
pub(super) struct Part {
    pub(super) candidates: Vec<Candidate>,
    /// What holds and fails in each; empty if there are no rules.
    pub(super) marks: Vec<Marks>,
    bytes: Vec<u8>,
}

impl Part {
    #[inline]
    pub(super) fn encoded(&self, candidate: &Candidate) -> &[u8] {
        &self.bytes[candidate.start as usize..candidate.end as usize]
    }

    #[inline]
    fn push(&mut self, hash: u64, encoded: &[u8], parent: u32, number: u32) {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(encoded);
        self.candidates.push(Candidate { hash, parent, number, start, end: self.bytes.len() as u32 });
    }
}

/// A run of states to expand, and what was found there.
#[derive(Default)]
#[repr(align(128))]
pub(super) struct Slice {
    first: usize,
    past: usize,
    /// The successors, by shard.
    pub(super) parts: [Part; SHARDS],
    pub(super) candidates: u32,
    /// The states without enabled steps.
    pub(super) ends: Vec<(u32, Marks)>,
    pub(super) transitions: u64,
    pub(super) local_steps: u64,
    /// States that have steps which were not taken, as only ends were looked for.
    pub(super) unexpanded: u64,
    /// Why the slice was not finished.
    pub(super) stopped: Option<Limit>,
}

impl Slice {
    pub(super) fn restart(&mut self, first: usize, past: usize) {
        (self.first, self.past) = (first, past);
        for part in &mut self.parts {
            part.candidates.clear();
            part.marks.clear();
            part.bytes.clear();
        }
        self.ends.clear();
        (self.candidates, self.transitions, self.local_steps, self.unexpanded) = (0, 0, 0, 0);
        self.stopped = None;
    }
}

/// A thread's own working state and buffers, kept from chunk to chunk.
///
/// Aligned, as are the slices, so that no two threads write to one cache line or to a pair of them.
#[repr(align(128))]
pub(super) struct Worker<S: System> {
    state: S::State,
    steps: Vec<S::Step>,
    /// The local steps taken after the last enabled one.
    local: Vec<S::Step>,
    /// The encoding of the last successor.
    bytes: Vec<u8>,
    /// For the last bits of a hash, the position in its part of the last candidate that had them; perhaps one of an
    /// earlier slice, so that what is found there is only a guess.
    recent: Vec<u32>,
}

impl<S: System> Worker<S> {
    pub(super) fn new(system: &S) -> Worker<S> {
        Worker {
            state: system.initial(),
            steps: Vec::new(),
            local: Vec::new(),
            bytes: Vec::new(),
            recent: vec![0; RECENT],
        }
    }

    /// Expands the states of the slice.
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
        slice.transitions += self.steps.len() as u64;
        for number in 0..self.steps.len() {
            self.take(job, self.steps[number]);
            self.keep_successor(job, index as u32, slice);
            slice.local_steps += self.local.len() as u64;
            while let Some(local) = self.local.pop() {
                system.undo(&mut self.state, local);
            }
            system.undo(&mut self.state, self.steps[number]);
        }
    }

    /// Takes a step, runs through local steps and leaves the encoding of where that leads in `bytes`.
    fn take(&mut self, job: &Job<'_, S>, step: S::Step) {
        job.system.take(&mut self.state, step);
        if job.partial_order {
            run_through(job.system, &mut self.state, &mut self.local);
        }
        self.bytes.clear();
        if job.symmetry {
            job.system.canonical(&self.state, &mut self.bytes);
        } else {
            job.system.encode(&self.state, &mut self.bytes);
        }
    }

    /// Judges and keeps the successor, unless an equal one was seen a moment ago. Neighbours in a level have
    /// many successors in common, and to see that here is cheap.
    ///
    /// Some states are judged more than once, as what others find meanwhile is not known here. That costs less
    /// than to load each new state again.
    fn keep_successor(&mut self, job: &Job<'_, S>, parent: u32, slice: &mut Slice) {
        let hash = hash_of(&self.bytes);
        let part = &mut slice.parts[shard_of(hash)];
        let recent = &mut self.recent[hash as usize % RECENT];
        let earlier = part.candidates.get(*recent as usize).filter(|earlier| earlier.hash == hash);
        if earlier.is_some_and(|earlier| part.encoded(earlier) == self.bytes) {
            return;
        }
        *recent = part.candidates.len() as u32;
        part.push(hash, &self.bytes, parent, slice.candidates);
        if job.judging {
            let mut marks = Marks::default();
            job.system.judge(&self.state, &mut marks);
            part.marks.push(marks);
        }
        slice.candidates += 1;
    }
}

/// Takes local steps as long as there are any, and appends them to `taken`.
pub(super) fn run_through<S: System>(system: &S, state: &mut S::State, taken: &mut Vec<S::Step>) {
    for _ in 0..LOCAL_STEPS_MAX {
        let Some(step) = system.local_step(state) else { return };
        system.take(state, step);
        taken.push(step);
    }
}
