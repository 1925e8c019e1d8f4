//! The exact set of visited states: their bytes in arenas, found by hash, compared byte by byte.
//!
//! Each shard owns the states whose hash selects it, so that shards can be filled by different threads.
//! A record in the arena of a shard is the parent's number (4 bytes), the length (1 byte if below 128),
//! the state, and padding to a multiple of four. The table of a shard holds only where records start;
//! when it grows it hashes the records anew.

use super::system::Marks;
use super::worker::{Candidate, Part};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::hash::{BuildHasher, Hasher};

/// A fixed number, so that nothing depends on how many threads there are.
pub(super) const SHARDS: usize = 16;
const SHARD_BITS: u32 = SHARDS.trailing_zeros();
/// Records start at multiples of this, so that 28 bits address a gigabyte in each shard.
const UNIT: usize = 4;
/// Leaves a sixteenth of the addresses for what one chunk of work can add to a shard.
const SHARD_BYTES_MAX: usize = (UNIT << (32 - SHARD_BITS)) / 16 * 15;
const HASH_SEED: u64 = 0x6b6f_626a;

/// The number of the state that has no parent.
pub(super) const NO_PARENT: u32 = u32::MAX;

/// Where a state is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place(u32);

impl Place {
    #[inline]
    fn new(shard: usize, unit: u32) -> Place {
        assert!(unit >> (u32::BITS - SHARD_BITS) == 0, "one chunk of work filled a shard");
        Place(unit << SHARD_BITS | shard as u32)
    }

    #[inline]
    fn shard(self) -> usize {
        self.0 as usize % SHARDS
    }

    #[inline]
    fn unit(self) -> u32 {
        self.0 >> SHARD_BITS
    }
}

/// The hash of an encoded state.
#[inline]
pub(super) fn hash_of(bytes: &[u8]) -> u64 {
    let mut hasher = FixedState::with_seed(HASH_SEED).build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// The shard of a hash, from bits that the table of the shard uses neither for position nor for tags.
#[inline]
pub(super) fn shard_of(hash: u64) -> usize {
    (hash >> 50) as usize % SHARDS
}

/// The set of visited states.
pub(super) struct Visited {
    pub(super) shards: Vec<Shard>,
}

impl Visited {
    pub(super) fn new() -> Visited {
        Visited { shards: (0..SHARDS).map(Shard::new).collect() }
    }

    #[inline]
    pub(super) fn find(&self, hash: u64, bytes: &[u8]) -> Option<Place> {
        self.shards[shard_of(hash)].find(hash, bytes)
    }

    #[inline]
    pub(super) fn bytes(&self, place: Place) -> &[u8] {
        record_bytes(&self.shards[place.shard()].arena, place.unit())
    }

    pub(super) fn parent(&self, place: Place) -> u32 {
        let start = place.unit() as usize * UNIT;
        let arena = &self.shards[place.shard()].arena;
        u32::from_le_bytes([arena[start], arena[start + 1], arena[start + 2], arena[start + 3]])
    }

    pub(super) fn is_full(&self) -> bool {
        self.shards.iter().any(|shard| shard.arena.len() > SHARD_BYTES_MAX)
    }

    pub(super) fn arena_bytes(&self) -> usize {
        self.shards.iter().map(|shard| shard.arena.len()).sum()
    }

    /// The bytes that `states` stored states take. The tables are counted as one table would be, since
    /// how states spread over shards is the hash function's affair and may differ between machines.
    pub(super) fn accounted_bytes(&self, states: usize) -> u64 {
        let buckets = (states * 8 / 7).next_power_of_two();
        (self.arena_bytes() + states * size_of::<Place>() + buckets * (size_of::<u32>() + 1)) as u64
    }
}

/// A state that was just stored.
#[derive(Clone, Copy)]
pub(super) struct Fresh {
    /// Its position in the chunk of work: the slice, and in the lower half its number there.
    pub(super) position: u64,
    pub(super) place: Place,
    pub(super) marks: Marks,
}

/// The states whose hash selects one shard; aligned so that threads do not share cache lines.
#[repr(align(128))]
pub(super) struct Shard {
    number: usize,
    table: HashTable<u32>,
    arena: Vec<u8>,
    /// What the last chunk of work added.
    pub(super) fresh: Vec<Fresh>,
    guesses: Vec<Option<u32>>,
}

impl Shard {
    fn new(number: usize) -> Shard {
        Shard { number, table: HashTable::new(), arena: Vec::new(), fresh: Vec::new(), guesses: Vec::new() }
    }

    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Stores those candidates that are not known.
    ///
    /// Each look-up waits for memory twice, for the table and for the state. So all first waits are taken
    /// together: the guess is the state in the table that looks like the candidate and nearly always is.
    pub(super) fn insert_part(&mut self, part: &Part, slice: u32) {
        self.guesses.clear();
        let guess = |candidate: &Candidate| self.table.find(candidate.hash, |_| true).copied();
        self.guesses.extend(part.candidates.iter().map(guess));
        for (number, candidate) in part.candidates.iter().enumerate() {
            let encoded = part.encoded(candidate);
            if self.guesses[number].is_some_and(|unit| record_bytes(&self.arena, unit) == encoded) {
                continue;
            }
            if let Some(place) = self.insert(candidate.hash, encoded, candidate.parent) {
                let position = u64::from(slice) << 32 | u64::from(candidate.number);
                let marks = part.marks.get(number).copied().unwrap_or_default();
                self.fresh.push(Fresh { position, place, marks });
            }
        }
    }

    fn end_unit(&self) -> u32 {
        (self.arena.len() / UNIT) as u32
    }

    #[inline]
    fn find(&self, hash: u64, bytes: &[u8]) -> Option<Place> {
        let unit = self.table.find(hash, |&unit| record_bytes(&self.arena, unit) == bytes)?;
        Some(Place::new(self.number, *unit))
    }

    /// Stores the state, unless it is known.
    pub(super) fn insert(&mut self, hash: u64, bytes: &[u8], parent: u32) -> Option<Place> {
        let unit = self.end_unit();
        let arena = &self.arena;
        let same = |&unit: &u32| record_bytes(arena, unit) == bytes;
        match self.table.entry(hash, same, |&unit| hash_of(record_bytes(arena, unit))) {
            Entry::Occupied(_) => return None,
            Entry::Vacant(entry) => entry.insert(unit),
        };
        append_record(&mut self.arena, bytes, parent);
        Some(Place::new(self.number, unit))
    }
}

fn append_record(arena: &mut Vec<u8>, bytes: &[u8], parent: u32) {
    arena.extend_from_slice(&parent.to_le_bytes());
    let mut length = bytes.len();
    while length >= 0x80 {
        arena.push(length as u8 | 0x80);
        length >>= 7;
    }
    arena.push(length as u8);
    arena.extend_from_slice(bytes);
    arena.resize(arena.len().next_multiple_of(UNIT), 0);
}

#[inline]
fn record_bytes(arena: &[u8], unit: u32) -> &[u8] {
    let record = &arena[unit as usize * UNIT + size_of::<u32>()..];
    let mut length = usize::from(record[0]);
    let mut start = 1;
    if length >= 0x80 {
        length &= 0x7f;
        loop {
            let byte = usize::from(record[start]);
            length |= (byte & 0x7f) << (7 * start);
            start += 1;
            if byte < 0x80 {
                break;
            }
        }
    }
    &record[start..start + length]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_every_length_come_back() {
        let mut shard = Shard::new(3);
        let states: Vec<Vec<u8>> = [0, 1, 3, 127, 128, 129, 16_383, 16_384, 70_000]
            .iter()
            .map(|&length| (0..length).map(|n: usize| (n * 7) as u8).collect())
            .collect();
        let places: Vec<Place> =
            states.iter().map(|bytes| shard.insert(hash_of(bytes), bytes, 9).expect("is new")).collect();
        for (bytes, place) in states.iter().zip(places) {
            assert_eq!(shard.insert(hash_of(bytes), bytes, 9), None);
            assert_eq!(shard.find(hash_of(bytes), bytes), Some(place));
            assert_eq!(record_bytes(&shard.arena, place.unit()), &bytes[..]);
        }
    }

    #[test]
    fn equal_hashes_do_not_hide_a_state() {
        let mut shard = Shard::new(0);
        assert!(shard.insert(5, b"one", 0).is_some());
        assert!(shard.insert(5, b"two", 0).is_some());
        assert_eq!(shard.find(5, b"three"), None);
    }
}
