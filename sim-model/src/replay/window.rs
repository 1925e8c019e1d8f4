//! The order of events: by time; within a millisecond as in the file.
//!
//! Shippers deliver nearly in order, so a bounded number of events is held back and the earliest of them let go.
//! The window is far wider than what recordings need: in those tested the handle events are in order already.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::event::Event;

/// How many events of one machine are held back.
pub(super) const WIDTH: usize = 65_536;

/// Time, then the record number if the log has no fractions of a second, then the order in the file.
type Key = (i64, u64, u64);

struct Held {
    key: Key,
    event: Event,
}

impl PartialEq for Held {
    fn eq(&self, other: &Held) -> bool {
        self.key == other.key
    }
}
impl Eq for Held {}
impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Held) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Held {
    fn cmp(&self, other: &Held) -> Ordering {
        self.key.cmp(&other.key)
    }
}

/// An event that is let go.
pub(super) struct Released {
    /// When it was logged.
    pub(super) millisecond: Option<i64>,
    /// It should have come before an event that was let go already.
    pub(super) late: bool,
    /// The event.
    pub(super) event: Event,
}

/// The events of one machine that are held back.
#[derive(Default)]
pub(super) struct Window {
    held: BinaryHeap<Reverse<Held>>,
    arrived: u64,
    last_arrived: i64,
    last_released: Option<Key>,
}

impl Window {
    /// Takes an event in; lets the earliest go if too many are held.
    ///
    /// An event whose time cannot be read stays behind the one it follows in the file.
    pub(super) fn push(&mut self, event: Event) -> Option<Released> {
        self.last_arrived = event.time.map_or(self.last_arrived, |time| time.millisecond);
        let by_record = event.time.is_some_and(|time| time.coarse);
        let record = event.record.filter(|_| by_record).unwrap_or(0);
        let key = (self.last_arrived, record, self.arrived);
        self.arrived += 1;
        self.held.push(Reverse(Held { key, event }));
        if self.held.len() > WIDTH { self.pop() } else { None }
    }

    /// Lets the earliest go.
    pub(super) fn pop(&mut self) -> Option<Released> {
        let Reverse(Held { key, event }) = self.held.pop()?;
        let late = self.last_released.is_some_and(|last| key < last);
        self.last_released = self.last_released.max(Some(key));
        let millisecond = event.time.map(|time| time.millisecond);
        Some(Released { millisecond, late, event })
    }
}
