//! Deltas: the only way the state changes, each with what it was, what it became and why.

use alloc::boxed::Box;

use crate::finding::Finding;
use crate::frame::Frame;
use crate::kernel::AnyRecord;
use crate::ob::table::Entry;
use crate::record::Kind;

/// One change of state, with the reason a person can read.
#[derive(Clone, Debug, PartialEq)]
pub struct Delta {
    /// What changed.
    pub change: Change,
    /// Why it changed; empty where the change is bookkeeping of the simulator.
    pub why: &'static str,
}

/// What a delta changed. Each variant holds enough to be undone exactly.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A field of a record went from one word to another.
    Field {
        /// The kind of record.
        kind: Kind,
        /// Its place.
        at: u32,
        /// Which field.
        field: u8,
        /// Its word before.
        from: u64,
        /// Its word after.
        to: u64,
    },
    /// An item entered a list of a record.
    Insert {
        /// The kind of record.
        kind: Kind,
        /// Its place.
        at: u32,
        /// Which list.
        list: u8,
        /// Where in the list.
        position: u32,
        /// The item's word.
        item: u32,
    },
    /// An item left a list of a record.
    Remove {
        /// The kind of record.
        kind: Kind,
        /// Its place.
        at: u32,
        /// Which list.
        list: u8,
        /// Where in the list it was.
        position: u32,
        /// The item's word.
        item: u32,
    },
    /// A record came to be.
    Create {
        /// The kind of record.
        kind: Kind,
        /// Its place.
        at: u32,
    },
    /// A record ceased to be.
    Destroy {
        /// Its place.
        at: u32,
        /// What it was.
        record: Box<AnyRecord>,
    },
    /// An entry of a handle table changed.
    Entry {
        /// The process whose table it is.
        process: u32,
        /// The slot.
        slot: u32,
        /// The entry before.
        from: Entry,
        /// The entry after.
        to: Entry,
        /// How many slots had been used before.
        used: u32,
    },
    /// A thread entered a routine.
    Enter {
        /// The thread.
        thread: u32,
        /// The routine at its first step.
        frame: Frame,
    },
    /// A thread went from one step of a routine to another.
    Goto {
        /// The thread.
        thread: u32,
        /// The step it was at.
        from: Frame,
        /// The step it is at.
        to: Frame,
    },
    /// A thread left a routine.
    Leave {
        /// The thread.
        thread: u32,
        /// The routine at its last step.
        frame: Frame,
    },
    /// A rule was broken.
    Found(Finding),
}
