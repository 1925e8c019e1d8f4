//! How far a search may go. Reaching a limit is a result, not an error.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How far a search may go; `None` is no limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits<'a> {
    /// The greatest number of states to store. The search stops at the same state for any thread count.
    pub states: Option<usize>,
    /// The greatest number of bytes to store, as [`Counts::bytes`](super::Counts::bytes) counts them.
    pub bytes: Option<u64>,
    /// The greatest number of steps in a run.
    pub depth: Option<usize>,
    /// The longest time to search.
    pub time: Option<Duration>,
    /// Set by another thread or a signal handler to end the search.
    pub cancel: Option<&'a AtomicBool>,
}

/// The limit that ended a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// One more state than [`Limits::states`] was found.
    States,
    /// More than [`Limits::bytes`] were stored, or all that the store can address.
    Bytes,
    /// A run of [`Limits::depth`] steps can go on.
    Depth,
    /// [`Limits::time`] is over.
    Time,
    /// [`Limits::cancel`] was set.
    Cancelled,
}

/// What worker threads watch between slices of work: the only place where a clock is read.
#[derive(Clone, Copy)]
pub(super) struct Watch<'a> {
    deadline: Option<Instant>,
    cancel: Option<&'a AtomicBool>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(limits: &Limits<'a>) -> Watch<'a> {
        let deadline = limits.time.and_then(|time| Instant::now().checked_add(time));
        Watch { deadline, cancel: limits.cancel }
    }

    pub(super) fn reached(&self) -> Option<Limit> {
        if self.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            return Some(Limit::Cancelled);
        }
        self.deadline.filter(|deadline| Instant::now() >= *deadline).map(|_| Limit::Time)
    }
}
