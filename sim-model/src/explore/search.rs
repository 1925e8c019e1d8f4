//! The search, level by level: expand a chunk of the level, let the shards drop what is known, then
//! commit what is left in canonical order.
//!
//! The sizes of chunks and slices and the number of shards do not depend on the number of threads, which
//! only share them out. What is found is put in order by (state, step) before anything is counted,
//! numbered or reported. So nothing depends on the number of threads or on which of them is faster.

use super::Settings;
use super::graph::Space;
use super::ledger::Ledger;
use super::limits::{Limit, Watch};
use super::outcome::{Counterexample, Counts, Coverage, Outcome, Progress, Verdict};
use super::system::{Marks, System};
use super::visited::{Fresh, NO_PARENT, Place, Visited, hash_of, shard_of};
use super::worker::{Job, Slice, Worker, run_through};
use super::{eventually, path};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The stored bytes of the states expanded before their successors are stored: so many that a shard's
/// table stays in the cache while its share of small states is looked up, so few that the successors take
/// little memory themselves, and that progress is seen where states are large and steps slow.
const CHUNK_BYTES: usize = 1 << 19;
const CHUNK_STATES_MIN: usize = 4096;
/// The parts a chunk is cut into for workers to take.
const CHUNK_SLICES: usize = 64;
const SLICE_STATES_MIN: usize = 128;
/// With fewer candidates than this, one thread stores them sooner than others can be woken.
const SHARED_CANDIDATES_MIN: usize = 2048;
const PROGRESS_PERIOD: Duration = Duration::from_millis(100);

pub(super) struct Search<'s, S: System> {
    system: &'s S,
    settings: Settings<'s>,
    symmetry: bool,
    partial_order: bool,
    visited: Visited,
    /// The states in the order they were found; a state's position is its number.
    order: Vec<Place>,
    /// The number of the first state of each level; the last level is the one being found.
    levels: Vec<usize>,
    /// How many states were expanded.
    expanded: usize,
    /// How many of those have steps that were not taken, as only ends were looked for.
    unexpanded: u64,
    workers: Vec<Worker<S>>,
    slices: Vec<Slice>,
    /// What the chunk added, in canonical order.
    fresh: Vec<Fresh>,
    counts: Counts,
    ledger: Ledger,
}

impl<'s, S: System> Search<'s, S> {
    pub(super) fn new(system: &'s S, settings: Settings<'s>) -> Search<'s, S> {
        let ledger = Ledger::new(system.rules());
        let runs_matter = ledger.has_eventually_rules();
        Search {
            system,
            // Symmetric states differ in which actor is owed a step, so fairness needs all of them.
            symmetry: settings.symmetry && !runs_matter,
            // Whom local steps pass over matters to fairness.
            partial_order: settings.partial_order && !runs_matter,
            visited: Visited::new(),
            order: Vec::new(),
            levels: vec![0],
            expanded: 0,
            unexpanded: 0,
            workers: (0..settings.threads.max(1)).map(|_| Worker::new(system)).collect(),
            slices: Vec::new(),
            fresh: Vec::new(),
            counts: Counts::default(),
            ledger,
            settings,
        }
    }

    pub(super) fn run(mut self, progress: &mut dyn FnMut(&Progress)) -> (Outcome<S::Step>, Space<'s, S>) {
        self.insert_initial();
        let limit = self.run_levels(progress).err();
        self.finish(limit)
    }

    fn insert_initial(&mut self) {
        let (mut state, mut bytes, mut marks) = (self.system.initial(), Vec::new(), Marks::default());
        if self.partial_order {
            run_through(self.system, &mut state, &mut Vec::new());
        }
        if self.symmetry {
            self.system.canonical(&state, &mut bytes);
        } else {
            self.system.encode(&state, &mut bytes);
        }
        let hash = hash_of(&bytes);
        self.order.extend(self.visited.shards[shard_of(hash)].insert(hash, &bytes, NO_PARENT));
        self.system.judge(&state, &mut marks);
        self.ledger.note(0, marks);
    }

    fn run_levels(&mut self, progress: &mut dyn FnMut(&Progress)) -> Result<(), Limit> {
        let watch = Watch::new(&self.settings.limits);
        let mut last_report = Instant::now();
        while self.expanded < self.order.len() && self.ledger.failure.is_none() {
            let (depth, level_end) = (self.levels.len() - 1, self.order.len());
            self.levels.push(level_end);
            while self.expanded < level_end && !self.is_decided(level_end) {
                // After a failure one step deeper, only an end at this depth could still be shorter.
                let ends_only = self.ledger.failure.is_some() || self.settings.limits.depth == Some(depth);
                self.run_chunk(level_end, ends_only, watch)?;
                if self.expanded == level_end || last_report.elapsed() >= PROGRESS_PERIOD {
                    progress(&self.progress(depth));
                    last_report = Instant::now();
                }
            }
            if self.unexpanded > 0 && self.ledger.failure.is_none() {
                return Err(Limit::Depth);
            }
        }
        Ok(())
    }

    /// Whether a failure was found that states before `level_end` can no longer undercut.
    fn is_decided(&self, level_end: usize) -> bool {
        let at_end = self.ledger.has_end_rules() && self.expanded < level_end;
        self.ledger.failure.is_some_and(|failure| !at_end || failure.index < level_end)
    }

    /// Expands the next chunk of the level and commits it, or leaves everything as it was before it.
    fn run_chunk(&mut self, level_end: usize, ends_only: bool, watch: Watch<'_>) -> Result<(), Limit> {
        let state_bytes = self.visited.arena_bytes() / self.order.len();
        let chunk_states = (CHUNK_BYTES / state_bytes).max(CHUNK_STATES_MIN);
        let chunk_end = level_end.min(self.expanded + chunk_states);
        let slice_states = (chunk_end - self.expanded).div_ceil(CHUNK_SLICES).max(SLICE_STATES_MIN);
        let used = (chunk_end - self.expanded).div_ceil(slice_states);
        self.slices.resize_with(used.max(self.slices.len()), Slice::default);
        let firsts = (self.expanded..chunk_end).step_by(slice_states);
        for (slice, first) in self.slices.iter_mut().zip(firsts) {
            slice.restart(first, chunk_end.min(first + slice_states));
        }
        let job = Job {
            system: self.system,
            visited: &self.visited,
            order: &self.order,
            symmetry: self.symmetry,
            partial_order: self.partial_order,
            judging: self.ledger.has_rules(),
            ends_only,
            watch,
        };
        let slices = &mut self.slices[..used];
        share_out(&mut self.workers, slices.iter_mut(), |worker, slice| worker.expand(&job, slice));
        if let Some(limit) = slices.iter().find_map(|slice| slice.stopped) {
            return Err(limit);
        }
        self.store_candidates(used);
        self.expanded = chunk_end;
        self.commit(used)
    }

    fn store_candidates(&mut self, used: usize) {
        let slices = &self.slices[..used];
        let candidates: usize = slices.iter().map(|slice| slice.candidates as usize).sum();
        let threads = if candidates < SHARED_CANDIDATES_MIN { 1 } else { self.workers.len() };
        share_out(&mut self.workers[..threads], self.visited.shards.iter_mut(), |_, shard| {
            shard.fresh.clear();
            for (number, slice) in slices.iter().enumerate() {
                shard.insert_part(&slice.parts[shard.number()], number as u32);
            }
        });
        self.fresh.clear();
        self.fresh.extend(self.visited.shards.iter().flat_map(|shard| &shard.fresh));
        // Each shard has them in order already; the stable sort merges such runs.
        self.fresh.sort_by_key(|fresh| fresh.position);
    }

    /// Counts what was done, and numbers what is new in canonical order.
    fn commit(&mut self, used: usize) -> Result<(), Limit> {
        let states_max = self.settings.limits.states.unwrap_or(usize::MAX).clamp(1, NO_PARENT as usize);
        let bytes_max = self.settings.limits.bytes.unwrap_or(u64::MAX);
        let mut limit = None;
        for slice in &self.slices[..used] {
            self.counts.transitions += slice.transitions;
            self.counts.local_steps += slice.local_steps;
            self.counts.ends += slice.ends.len() as u64;
            self.unexpanded += slice.unexpanded;
            for &(index, marks) in &slice.ends {
                self.ledger.note_end(index as usize, marks);
            }
        }
        for fresh in &self.fresh {
            if self.order.len() >= states_max {
                limit = Some(Limit::States);
                break;
            }
            self.ledger.note(self.order.len(), fresh.marks);
            self.order.push(fresh.place);
        }
        if self.visited.is_full() || self.visited.accounted_bytes(self.order.len()) > bytes_max {
            limit = limit.or(Some(Limit::Bytes));
        }
        limit.map_or(Ok(()), Err)
    }

    fn progress(&self, depth: usize) -> Progress {
        Progress {
            depth,
            states: self.order.len() as u64,
            transitions: self.counts.transitions,
            frontier: (self.order.len() - self.expanded) as u64,
            bytes: self.visited.accounted_bytes(self.order.len()),
        }
    }

    fn finish(mut self, limit: Option<Limit>) -> (Outcome<S::Step>, Space<'s, S>) {
        if self.levels.len() > 1 && self.levels.last() == Some(&self.order.len()) {
            self.levels.pop();
        }
        let mut counts = self.counts;
        counts.states = self.order.len() as u64;
        counts.frontier = (self.order.len() - self.expanded) as u64 + self.unexpanded;
        counts.bytes = self.visited.accounted_bytes(self.order.len());
        let ends = self.levels.iter().copied().skip(1).chain([self.order.len()]);
        counts.levels = self.levels.iter().zip(ends).map(|(start, end)| (end - start) as u64).collect();
        counts.max_frontier = counts.levels.iter().copied().max().unwrap_or(0);
        let space = Space {
            system: self.system,
            visited: self.visited,
            order: self.order,
            levels: self.levels,
            symmetry: self.symmetry,
            partial_order: self.partial_order,
        };
        let verdict = verdict(&space, &self.ledger, limit, self.settings.allow_unexercised);
        let coverage = self.ledger.tallies.iter().map(|tally| Coverage {
            states: tally.states,
            witness: tally.first.map(|index| path::run_to(&space, index).0),
        });
        (Outcome { verdict, counts, coverage: coverage.collect() }, space)
    }
}

fn verdict<S: System>(
    space: &Space<'_, S>,
    ledger: &Ledger,
    limit: Option<Limit>,
    allow_unexercised: bool,
) -> Verdict<S::Step> {
    if let Some(failure) = ledger.failure {
        let (steps, state) = path::run_to(space, failure.index);
        let message = space.system.explain(&state, failure.rule);
        return Verdict::Fails(Counterexample {
            rule: failure.rule,
            message,
            steps,
            cycle: Vec::new(),
            shortest: !space.partial_order,
        });
    }
    if let Some(limit) = limit {
        return Verdict::Limited(limit);
    }
    let lasso = if ledger.has_eventually_rules() { eventually::find_lasso(space) } else { None };
    if let Some(counterexample) = lasso {
        return Verdict::Fails(counterexample);
    }
    let unexercised = ledger.unexercised();
    if unexercised.is_empty() || allow_unexercised {
        Verdict::Holds
    } else {
        Verdict::Unexercised(unexercised)
    }
}

/// Does the work on every item, on as many threads as there are workers (this thread is the first).
fn share_out<W: Send, T: Send>(
    workers: &mut [W],
    items: impl ExactSizeIterator<Item = T> + Send,
    work: impl Fn(&mut W, T) + Sync,
) {
    let threads = workers.len().min(items.len());
    let Some((first, others)) = workers[..threads].split_first_mut() else { return };
    if others.is_empty() {
        items.for_each(|item| work(first, item));
        return;
    }
    let queue = Mutex::new(items);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let drain = |worker: &mut W| {
        while let Some(item) = next() {
            work(worker, item);
        }
    };
    std::thread::scope(|scope| {
        for worker in others {
            scope.spawn(|| drain(worker));
        }
        drain(first);
    });
}
