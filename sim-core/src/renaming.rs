//! Renaming: the same state under other names for records and handles, as no rule can tell names apart.

use alloc::vec::Vec;

use crate::kernel::Kernel;
use crate::ob::table::PAGE;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::record::Kind;
use crate::word::{Id, Word};

/// What gives names to records and handles.
pub trait Rename: Sized {
    /// Whether a name can change.
    const CHANGES: bool = true;

    /// The word that names a record of that kind, under its new name.
    fn reference(&mut self, kind: Kind, word: u64) -> u64;

    /// The word of a handle's value, under its new name.
    fn handle(&mut self, word: u64) -> u64;

    /// A word under new names.
    fn word<T: Word>(&mut self, word: u64) -> u64 {
        T::rename(word, self)
    }

    /// A value under new names.
    fn value<T: Word>(&mut self, value: T) -> T {
        T::from_word(self.word::<T>(value.to_word()))
    }
}

/// Everything keeps its name.
pub(crate) struct Same;

impl Rename for Same {
    const CHANGES: bool = false;

    fn reference(&mut self, _kind: Kind, word: u64) -> u64 {
        word
    }
    fn handle(&mut self, word: u64) -> u64 {
        word
    }
    #[inline]
    fn word<T: Word>(&mut self, word: u64) -> u64 {
        word
    }
    #[inline]
    fn value<T: Word>(&mut self, value: T) -> T {
        value
    }
}

impl Kind {
    /// Whether a rule looks at the places of its records: a cancellation scans a process's threads in their order.
    /// The others of these are there from the beginning, so that their places need not change.
    const fn keeps_places(self) -> bool {
        match self {
            Kind::Device
            | Kind::DriverObject
            | Kind::Process
            | Kind::Thread
            | Kind::System
            | Kind::Request
            | Kind::HighWater => true,
            Kind::Object
            | Kind::Event
            | Kind::File
            | Kind::Port
            | Kind::Irp
            | Kind::Packet
            | Kind::Iosb
            | Kind::HandleCount
            | Kind::Semaphore
            | Kind::Mutant
            | Kind::Timer
            | Kind::Apc
            | Kind::Directory
            | Kind::SymbolicLink
            | Kind::Lookup
            | Kind::Job
            | Kind::Information
            | Kind::Buffer
            | Kind::Fcb
            | Kind::Ccb
            | Kind::DataEntry
            | Kind::IoRing
            | Kind::Sqe
            | Kind::Endpoint
            | Kind::Section
            | Kind::ControlArea
            | Kind::View
            | Kind::CacheMap
            | Kind::Notify
            | Kind::Scb
            | Kind::FileLock
            | Kind::Activation => false,
        }
    }
}

/// The word of a record that is gone, which no arena has a place for. A routine that is about to return may still hold
/// such a word; nobody looks at it.
const GONE: u32 = (1 << 28) - 1;

/// New places for the records of one kind: a permutation of all places, as far as it was decided.
#[derive(Clone, Debug, Default)]
struct Places {
    /// By old place: the word of the new place, 0 while it has none.
    new: Vec<u32>,
    /// By new place: the old place.
    old: Vec<u32>,
}

impl Places {
    /// Gives `old` the next new place.
    fn name(&mut self, old: u32) -> u32 {
        self.old.push(old);
        self.new[old as usize] = self.old.len() as u32;
        self.old.len() as u32
    }

    fn reset_to(&mut self, other: &Places) {
        self.new.clone_from(&other.new);
        self.old.clone_from(&other.old);
    }
}

/// New names, given in the order in which they are asked for.
///
/// Records take new places from the lowest on. The records of the first state, and those whose places a rule looks
/// at, have their names from the beginning. Handles take new slots likewise, the same in all tables; from a limit on
/// slots keep their names, and so do the reserved ones and what is no slot.
#[derive(Clone, Debug)]
pub struct Renaming {
    places: [Places; Kind::COUNT],
    /// By old slot: the new slot, 0 while it has none.
    slots: Vec<u32>,
    /// The old slots that have names, in the order of their new ones.
    old_slots: Vec<u32>,
    /// The records that got their names by being asked for.
    queue: Vec<(Kind, u32)>,
    /// How many of those [`Renaming::next_named`] has given.
    taken: usize,
}

impl Renaming {
    /// Names that exchange threads and processes with each other: each first takes the place of its second, and with
    /// it of the second's object. Everything else in `base` keeps its place.
    pub fn new(
        base: &Kernel,
        processes: &[(Id<Process>, Id<Process>)],
        threads: &[(Id<Thread>, Id<Thread>)],
    ) -> Renaming {
        let mut new: [Vec<u32>; Kind::COUNT] = core::array::from_fn(|_| Vec::new());
        for kind in Kind::ALL {
            new[*kind as usize].extend(0..base.places(*kind) as u32);
        }
        for (from, to) in processes {
            new[Kind::Process as usize][from.index()] = to.index() as u32;
            new[Kind::Object as usize][base[*from].object.index()] = base[*to].object.index() as u32;
        }
        for (from, to) in threads {
            new[Kind::Thread as usize][from.index()] = to.index() as u32;
            new[Kind::Object as usize][base[*from].object.index()] = base[*to].object.index() as u32;
        }
        // The parameters of a thread's call have its place.
        new[Kind::Request as usize] = new[Kind::Thread as usize].clone();
        let places = new.map(|new| {
            let mut old = alloc::vec![0; new.len()];
            (0..).zip(&new).for_each(|(from, to)| old[*to as usize] = from);
            Places { new: new.iter().map(|to| to + 1).collect(), old }
        });
        Renaming { places, slots: Vec::new(), old_slots: Vec::new(), queue: Vec::new(), taken: 0 }
    }

    /// Makes these the names that `first` gives at the beginning, for a state of that kernel; slots below `limit` can
    /// take new names.
    pub fn restart(&mut self, first: &Renaming, kernel: &Kernel, limit: u32) {
        for kind in Kind::ALL {
            let places = &mut self.places[*kind as usize];
            places.reset_to(&first.places[*kind as usize]);
            let there = places.new.len() as u32..kernel.places(*kind) as u32;
            places.new.extend(there.clone().map(|at| if kernel.has_record(*kind, at) { 0 } else { GONE }));
            if kind.keeps_places() {
                there.for_each(|place| _ = places.name(place));
            }
        }
        self.slots.clear();
        self.slots.resize(limit as usize, 0);
        self.old_slots.clear();
        self.queue.clear();
        self.taken = 0;
    }

    /// How many new places have a record or had one.
    pub(crate) fn places(&self, kind: Kind) -> usize {
        self.places[kind as usize].old.len()
    }

    /// The old place of what has that new place.
    pub(crate) fn old(&self, kind: Kind, new: usize) -> u32 {
        self.places[kind as usize].old[new]
    }

    /// The new place of what has a name.
    pub(crate) fn new_place(&self, kind: Kind, old: u32) -> u32 {
        self.places[kind as usize].new[old as usize] - 1
    }

    /// Whether the record that is there has a name.
    pub(crate) fn is_named(&self, kind: Kind, old: u32) -> bool {
        self.places[kind as usize].new[old as usize] > 0
    }

    /// A record that got its name by being asked for, in that order, each once.
    pub(crate) fn next_named(&mut self) -> Option<(Kind, u32)> {
        let next = self.queue.get(self.taken).copied();
        self.taken += usize::from(next.is_some());
        next
    }

    /// Whether every record that got a name was taken by [`Renaming::next_named`].
    pub(crate) fn is_done(&self) -> bool {
        self.taken == self.queue.len()
    }

    pub(crate) fn moves_slot(&self, slot: u32) -> bool {
        (slot as usize) < self.slots.len() && !slot.is_multiple_of(PAGE)
    }

    pub(crate) fn is_slot_named(&self, slot: u32) -> bool {
        !self.moves_slot(slot) || self.slots[slot as usize] > 0
    }

    /// The old slot that was the `number`th to get a name.
    pub(crate) fn named_slot(&self, number: usize) -> Option<u32> {
        self.old_slots.get(number).copied()
    }

    /// A slot under its new name.
    pub(crate) fn slot(&mut self, slot: u32) -> u32 {
        if !self.moves_slot(slot) {
            return slot;
        }
        if self.slots[slot as usize] == 0 {
            let last = self.old_slots.last().map_or(0, |last| self.slots[*last as usize]);
            let next = last + 1;
            self.slots[slot as usize] = if next.is_multiple_of(PAGE) { next + 1 } else { next };
            self.old_slots.push(slot);
        }
        self.slots[slot as usize]
    }
}

impl Rename for Renaming {
    fn reference(&mut self, kind: Kind, word: u64) -> u64 {
        let Some(old) = word.checked_sub(1) else { return word };
        let places = &mut self.places[kind as usize];
        match places.new.get(old as usize) {
            None => u64::from(GONE),
            Some(0) => {
                self.queue.push((kind, old as u32));
                u64::from(places.name(old as u32))
            }
            Some(new) => u64::from(*new),
        }
    }

    fn handle(&mut self, word: u64) -> u64 {
        let value = word as u32;
        u64::from((self.slot(value / 4) * 4) | (value & 3))
    }
}
