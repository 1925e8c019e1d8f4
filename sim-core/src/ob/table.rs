//! Handle tables: from a process's handle values to objects.
//!
//! Values are multiples of four; the low two bits belong to the program and are ignored. The first entry of every
//! page of 256 is reserved, so no value is a multiple of 0x400. Sources: ReactOS ntoskrnl/ex/handle.c (shape);
//! 52,380 handle values in audit logs of real machines, none a multiple of 0x400 (OTRF Security-Datasets);
//! reuse of the value freed last: Wine kernel32/tests/process.c, test_DuplicateHandle.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::delta::Change;
use crate::encode::{Decoder, Encoder, long, short};
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ps::process::Process;
use crate::renaming::Rename;
use crate::word::{Access, Handle, Id, Word};

/// Entries in one page of a 64-bit table.
pub(crate) const PAGE: u32 = 256;
/// Entries that are stored together; few, as most processes of a scenario have few handles.
const CHUNK: u32 = 16;
/// The most handles a process can have.
pub(crate) const MOST_HANDLES: u32 = 1 << 24;

/// OBJ_INHERIT.
pub const INHERIT: u8 = 2;
/// HANDLE_FLAG_PROTECT_FROM_CLOSE.
pub const PROTECT_FROM_CLOSE: u8 = 1;
/// OBJ_AUDIT_OBJECT_CLOSE: the close of the handle is audited.
pub const AUDIT: u8 = 4;
/// OBJ_KERNEL_HANDLE, as a request: the handle goes to the System process's table and its value has the top bit. No
/// entry keeps it.
pub const KERNEL_HANDLE: u8 = 8;
/// OBJ_EXCLUSIVE, as a request: only this process can have handles. No entry keeps it.
pub const EXCLUSIVE: u8 = 32;
/// What an entry keeps.
pub(crate) const ENTRY_ATTRIBUTES: u8 = INHERIT | PROTECT_FROM_CLOSE | AUDIT;

/// One entry of a handle table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The object; `None` in a free entry.
    pub object: Option<Id<Object>>,
    /// The access that was granted when the handle was opened.
    pub access: Access,
    /// [`INHERIT`], [`PROTECT_FROM_CLOSE`] and [`AUDIT`].
    pub attributes: u8,
    /// A thread works on the entry; others wait.
    pub locked: bool,
    /// RefCnt: references to the object that the entry took in advance and has not given to a use yet. Only with
    /// [`Profile::charges`](crate::profile::Profile::charges).
    pub ref_cnt: u32,
}

impl Entry {
    /// An entry that can be given out.
    pub const FREE: Entry =
        Entry { object: None, access: Access(0), attributes: 0, locked: false, ref_cnt: 0 };
}

/// The entries of one process, by slot, in chunks that exist only where a slot was ever used.
#[derive(Clone, Debug, Default)]
pub struct HandleTable {
    chunks: Vec<Option<Box<[Entry; CHUNK as usize]>>>,
    /// Slots from here on were never used.
    used: u32,
}

impl PartialEq for HandleTable {
    /// Which chunks exist says nothing of the state.
    fn eq(&self, other: &HandleTable) -> bool {
        self.used == other.used && self.open().eq(other.open())
    }
}

impl HandleTable {
    /// The entry in a slot; a free one if the slot was never used.
    pub fn entry(&self, slot: u32) -> Entry {
        let chunk = self.chunks.get((slot / CHUNK) as usize).and_then(Option::as_ref);
        chunk.map_or(Entry::FREE, |chunk| chunk[(slot % CHUNK) as usize])
    }

    /// The open handles, in ascending order of value.
    pub fn open(&self) -> impl Iterator<Item = (Handle, &Entry)> {
        let chunks =
            self.chunks.iter().enumerate().filter_map(|(at, chunk)| chunk.as_ref().map(|chunk| (at, chunk)));
        chunks.flat_map(|(at, chunk)| {
            let first = at as u32 * CHUNK;
            let open = chunk.iter().enumerate().filter(|(_, entry)| entry.object.is_some());
            open.map(move |(slot, entry)| (Handle((first + slot as u32) * 4), entry))
        })
    }

    /// How many handles are open, if so many of the slots that were used are free.
    pub(crate) const fn handles(&self, free: usize) -> u32 {
        self.used - self.used.div_ceil(PAGE) - free as u32
    }

    pub(crate) const fn next_unused(&self) -> u32 {
        if self.used.is_multiple_of(PAGE) { self.used + 1 } else { self.used }
    }

    fn put(&mut self, slot: u32, entry: Entry) {
        let chunk = (slot / CHUNK) as usize;
        if self.chunks.len() <= chunk {
            self.chunks.resize(chunk + 1, None);
        }
        let entries = self.chunks[chunk].get_or_insert_with(|| Box::new([Entry::FREE; CHUNK as usize]));
        entries[(slot % CHUNK) as usize] = entry;
        self.used = self.used.max(slot + 1);
    }

    /// Undoes a change: the entry is what it was, and only the first `used` slots were ever used.
    pub(crate) fn restore(&mut self, slot: u32, entry: Entry, used: u32) {
        self.put(slot, entry);
        self.used = used;
        self.chunks.truncate(used.div_ceil(CHUNK) as usize);
    }

    /// Makes every slot one that was never used.
    fn clear(&mut self) {
        self.chunks.iter_mut().flatten().for_each(|chunk| chunk.fill(Entry::FREE));
        self.used = 0;
    }

    /// How many slots were ever used.
    pub const fn used(&self) -> u32 {
        self.used
    }

    /// Appends the entries under new names, and true; nothing, and false, if they are those of `base`.
    pub(crate) fn put_entries<N: Rename>(
        &self,
        base: &HandleTable,
        encoder: &mut Encoder<'_>,
        names: &mut N,
    ) -> bool {
        if self == base {
            return false;
        }
        encoder.number(u64::from(self.used));
        let mut next = 0;
        let mut put = |Handle(value): Handle, entry: &Entry, names: &mut N| {
            let access = short(u64::from(entry.access.0));
            let charged = entry.ref_cnt > 0;
            encoder.number((u64::from(value / 4 - next) << 1 | u64::from(charged)) + 1);
            encoder.word(names.value(entry.object));
            encoder.number(access << 4 | u64::from(entry.attributes) << 1 | u64::from(entry.locked));
            if charged {
                encoder.number(u64::from(entry.ref_cnt));
            }
            next = value / 4 + 1;
        };
        if N::CHANGES {
            let mut entries: Vec<_> =
                self.open().map(|(handle, entry)| (names.value(handle), entry)).collect();
            entries.sort_unstable_by_key(|(handle, _)| *handle);
            entries.into_iter().for_each(|(handle, entry)| put(handle, entry, names));
        } else {
            self.open().for_each(|(handle, entry)| put(handle, entry, names));
        }
        encoder.number(0);
        true
    }

    pub(crate) fn get_entries(&mut self, decoder: &mut Decoder<'_>) {
        self.clear();
        let used = decoder.number() as u32;
        let mut next = 0;
        while let Some(skipped) = decoder.number().checked_sub(1) {
            let slot = next + (skipped >> 1) as u32;
            let object: Option<Id<Object>> = decoder.word();
            let bits = decoder.number();
            let (access, attributes) = (Access(long(bits >> 4) as u32), (bits >> 1 & 7) as u8);
            let ref_cnt = if skipped & 1 == 1 { decoder.number() as u32 } else { 0 };
            self.put(slot, Entry { object, access, attributes, locked: bits & 1 == 1, ref_cnt });
            next = slot + 1;
        }
        self.used = used;
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
        Some(self.table(process).entry(handle.0 / 4)).filter(|entry| entry.object.is_some())
    }

    pub(crate) fn set_entry(&mut self, process: Id<Process>, handle: Handle, to: Entry, why: &'static str) {
        let slot = handle.0 / 4;
        let table = self.tables.row_mut(process.index());
        let (from, used) = (table.entry(slot), table.used);
        table.put(slot, to);
        let process = process.index() as u32;
        self.record_change(Change::Entry { process, slot, from, to, used }, why);
    }

    /// Puts an entry into the slot that was chosen or else that the policy chooses. `None` when the process has as many
    /// handles as it can have.
    pub(crate) fn insert_entry(
        &mut self,
        process: Id<Process>,
        entry: Entry,
        why: &'static str,
    ) -> Option<Handle> {
        let handle = match self[process].chosen {
            Handle::NULL => self.next_value(process)?,
            chosen => chosen,
        };
        self.set(process, Process::CHOSEN, Handle::NULL, "");
        if Process::FREED.last(&self[process]) == Some(handle) {
            self.pop(process, Process::FREED, "");
        } else {
            self.remove(process, Process::FREED, handle, "");
        }
        self.set_entry(process, handle, entry, why);
        Some(handle)
    }

    /// Frees an entry; from here on its value can be given out again.
    pub(crate) fn free_entry(&mut self, process: Id<Process>, handle: Handle, why: &'static str) {
        let handle = Handle::from_word(u64::from(handle.0 & !3));
        self.set_entry(process, handle, Entry::FREE, why);
        self.note_free(process, handle);
    }
}
