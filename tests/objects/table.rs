//! The second reading of a handle table.

use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) object: usize,
    pub(crate) access: u32,
    pub(crate) attributes: u8,
    /// References that were taken in advance and not used yet.
    pub(crate) credit: u32,
}

/// Stands for a value that nobody promises, before it is known.
const UNKNOWN: u32 = 0x7FFF_FFF4;

#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    entries: BTreeMap<u32, Entry>,
    /// Values that were freed, the last one at the end.
    freed: Vec<u32>,
    /// The highest value that was given out.
    highest: u32,
    /// Which values this table gives out first is not promised: it began with inherited handles.
    any: bool,
}

impl Table {
    pub(crate) fn inherited(entries: BTreeMap<u32, Entry>) -> Table {
        let entries =
            entries.into_iter().map(|(handle, entry)| (handle, Entry { credit: 0, ..entry })).collect();
        Table { entries, any: true, ..Table::default() }
    }

    /// The two low bits belong to the program.
    pub(crate) fn entry(&mut self, handle: u32) -> Option<&mut Entry> {
        self.entries.get_mut(&(handle & !3))
    }

    pub(crate) fn open(&self) -> impl Iterator<Item = (u32, Entry)> + '_ {
        self.entries.iter().map(|(handle, entry)| (*handle, *entry))
    }

    /// What all entries of an object have in advance.
    pub(crate) fn credit(&self, object: usize) -> u64 {
        let entries = self.entries.values().filter(|entry| entry.object == object);
        entries.map(|entry| u64::from(entry.credit)).sum()
    }

    /// The value freed last, or the next; where nobody promises one, the value that was given out.
    pub(crate) fn add(&mut self, entry: Entry, new: Option<u32>) -> u32 {
        let handle = match (self.freed.pop(), self.any) {
            (Some(freed), _) => freed,
            (None, true) => new.unwrap_or(UNKNOWN),
            (None, false) => {
                self.highest += if (self.highest + 4).is_multiple_of(0x400) { 8 } else { 4 };
                self.highest
            }
        };
        let before = self.entries.insert(handle, entry);
        assert!(
            before.is_none() && handle % 4 == 0 && handle % 0x400 != 0,
            "{handle:#x} cannot be given out"
        );
        handle
    }

    pub(crate) fn remove(&mut self, handle: u32) -> Entry {
        self.freed.push(handle & !3);
        self.entries.remove(&(handle & !3)).expect("an open handle")
    }
}
