//! Handle tables: from a process's handle values to objects.
//!
//! Values are multiples of four; the low two bits belong to the program and are ignored. The first entry of every
//! page of 256 is reserved, so no value is a multiple of 0x400. Sources: ReactOS ntoskrnl/ex/handle.c (shape);
//! 52,380 handle values in audit logs of real machines, none a multiple of 0x400 (OTRF Security-Datasets);
//! reuse of the value freed last: Wine kernel32/tests/process.c, test_DuplicateHandle.

use alloc::vec::Vec;

use crate::delta::Change;
use crate::encode::{Decoder, Encoder};
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ps::process::Process;
use crate::word::{Access, Handle, Id, Word};

/// Entries in one page of a 64-bit table.
const PAGE: u32 = 256;
/// The most handles a process can have.
const MOST_HANDLES: u32 = 1 << 24;

/// OBJ_INHERIT.
pub const INHERIT: u8 = 2;
/// HANDLE_FLAG_PROTECT_FROM_CLOSE.
pub const PROTECT_FROM_CLOSE: u8 = 1;

/// One entry of a handle table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The object; `None` in a free entry.
    pub object: Option<Id<Object>>,
    /// The access that was granted when the handle was opened.
    pub access: Access,
    /// [`INHERIT`] and [`PROTECT_FROM_CLOSE`].
    pub attributes: u8,
    /// A thread works on the entry; others wait.
    pub locked: bool,
}

impl Entry {
    /// An entry that can be given out.
    pub const FREE: Entry = Entry { object: None, access: Access(0), attributes: 0, locked: false };
}

/// The entries of one process, by slot. Slots beyond the end were never used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HandleTable {
    entries: Vec<Entry>,
}

impl HandleTable {
    /// The entry in a slot that was used at least once.
    pub fn entry(&self, slot: u32) -> Option<&Entry> {
        self.entries.get(slot as usize)
    }

    /// The open handles, in ascending order of value.
    pub fn open(&self) -> impl Iterator<Item = (Handle, &Entry)> {
        self.entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.object.is_some())
            .map(|(slot, entry)| (Handle(slot as u32 * 4), entry))
    }

    fn next_unused(&self) -> u32 {
        let next = self.entries.len() as u32;
        if next.is_multiple_of(PAGE) { next + 1 } else { next }
    }

    pub(crate) fn put(&mut self, slot: u32, entry: Option<Entry>) {
        let slot = slot as usize;
        match entry {
            Some(entry) if slot < self.entries.len() => self.entries[slot] = entry,
            Some(entry) => {
                self.entries.resize(slot, Entry::FREE);
                self.entries.push(entry);
            }
            None => {
                let reserved = (slot - 1).is_multiple_of(PAGE as usize);
                self.entries.truncate(if reserved { slot - 1 } else { slot });
            }
        }
    }

    pub(crate) fn put_entries(&self, encoder: &mut Encoder<'_>) {
        encoder.number(self.entries.len() as u64);
        for entry in &self.entries {
            encoder.word(entry.object);
            if entry.object.is_some() {
                encoder.number(
                    u64::from(entry.access.0) << 4
                        | u64::from(entry.attributes) << 1
                        | u64::from(entry.locked),
                );
            }
        }
    }

    pub(crate) fn get_entries(&mut self, decoder: &mut Decoder<'_>) {
        self.entries.clear();
        for _ in 0..decoder.number() {
            let object: Option<Id<Object>> = decoder.word();
            let bits = if object.is_some() { decoder.number() } else { 0 };
            let (access, attributes) = (Access((bits >> 4) as u32), (bits >> 1 & 7) as u8);
            self.entries.push(Entry { object, access, attributes, locked: bits & 1 == 1 });
        }
    }
}

impl Kernel {
    /// The handle table of a process.
    pub fn table(&self, process: Id<Process>) -> &HandleTable {
        self.tables.row(process.index())
    }

    /// The entry a handle value names in a process's table, if it is open.
    pub fn entry(&self, process: Id<Process>, handle: Handle) -> Option<Entry> {
        if handle.is_negative() {
            return None;
        }
        self.table(process).entry(handle.0 / 4).copied().filter(|entry| entry.object.is_some())
    }

    pub(crate) fn set_entry(&mut self, process: Id<Process>, handle: Handle, to: Entry, why: &'static str) {
        let slot = handle.0 / 4;
        let table = self.tables.row_mut(process.index());
        let from = table.entry(slot).copied();
        table.put(slot, Some(to));
        let process = process.index() as u32;
        self.record_change(Change::Entry { process, slot, from, to }, why);
    }

    /// Puts an entry into the slot that the next handle gets: the one freed last, else the first never used.
    /// `None` when the process has as many handles as a table can hold.
    pub(crate) fn insert_entry(
        &mut self,
        process: Id<Process>,
        entry: Entry,
        why: &'static str,
    ) -> Option<Handle> {
        let freed = self.pop(process, Process::FREED, "");
        let handle = freed.unwrap_or_else(|| Handle(self.table(process).next_unused() * 4));
        if handle.0 / 4 >= MOST_HANDLES {
            return None;
        }
        self.set_entry(process, handle, entry, why);
        Some(handle)
    }

    /// Frees an entry; from here on its value can be given out again.
    pub(crate) fn free_entry(&mut self, process: Id<Process>, handle: Handle, why: &'static str) {
        let handle = Handle::from_word(u64::from(handle.0 & !3));
        self.set_entry(process, handle, Entry::FREE, why);
        self.push(process, Process::FREED, handle, "");
    }
}
