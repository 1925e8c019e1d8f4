//! The canonical encoding: a state as bytes, equal exactly when the states are equal.
//!
//! Numbers are LEB128. A record is the set of its fields that differ from those of the record in its place in a base
//! state, or else from what they usually hold, then their words; so a state costs about as many bytes as it differs from
//! the base in facts. Nothing that only grows (journal, time, history) is part of it.

use alloc::vec::Vec;

use crate::record::Record;
use crate::renaming::Rename;
use crate::word::{Word, WordKind};

/// Writes words.
pub struct Encoder<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Encoder<'a> {
    /// An encoder that appends to `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Encoder { out }
    }

    /// How many bytes were written, to return to with [`Encoder::truncate`].
    pub fn mark(&self) -> usize {
        self.out.len()
    }

    /// Takes back what was written since [`Encoder::mark`].
    pub fn truncate(&mut self, mark: usize) {
        self.out.truncate(mark);
    }

    #[inline]
    pub(crate) fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    /// Appends a number.
    #[inline]
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.out.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.out.push(number as u8);
    }

    /// Appends a word.
    #[inline]
    pub fn word<T: Word>(&mut self, value: T) {
        let word = value.to_word();
        self.number(match T::KIND {
            WordKind::Status => u64::from(turned(word)),
            WordKind::MaybeStatus => word.checked_sub(1).map_or(0, |status| u64::from(turned(status)) + 1),
            WordKind::Mask => short(word),
            _ => word,
        });
    }

    /// Appends a list: how many items, then the items under new names.
    pub(crate) fn list<T: Word, N: Rename>(&mut self, items: &[u32], names: &mut N) {
        self.number(items.len() as u64);
        items.iter().for_each(|item| self.number(names.word::<T>(u64::from(*item))));
    }

    /// Appends a record as what differs from `base`, or its absence. Says whether it differs at all.
    pub(crate) fn record<R: Record, N: Rename>(
        &mut self,
        record: Option<&R>,
        base: Option<&R>,
        names: &mut N,
    ) -> bool {
        match (record, base) {
            (Some(record), base) => record.put(base, self, names),
            (None, Some(_)) => {
                self.number(0);
                true
            }
            (None, None) => false,
        }
    }
}

/// A status with its severity, the four bits that make it large, at the low end.
const fn turned(status: u64) -> u32 {
    (status as u32).rotate_left(4)
}

const fn turned_back(number: u64) -> u64 {
    (number as u32).rotate_right(4) as u64
}

/// The masks that most handles have: nothing, and the accesses of `GENERIC_READ`, `GENERIC_WRITE`, both and
/// `GENERIC_ALL` for a file and of all for an event, a mutant and a job.
const USUAL_MASKS: [u64; 8] =
    [0, 0x0012_0089, 0x0012_0116, 0x0012_019F, 0x001F_01FF, 0x001F_0003, 0x001F_0001, 0x001F_001F];

/// A mask as a number that is small for a usual one.
pub(crate) fn short(mask: u64) -> u64 {
    let usual = USUAL_MASKS.iter().position(|usual| *usual == mask);
    usual.map_or_else(|| mask + USUAL_MASKS.len() as u64, |usual| usual as u64)
}

/// The mask that [`short`] has made a number of.
pub(crate) fn long(number: u64) -> u64 {
    let usual = USUAL_MASKS.get(number as usize).copied();
    usual.unwrap_or_else(|| number - USUAL_MASKS.len() as u64)
}

/// Reads what [`Encoder`] wrote. Reading anything else is the simulator's own mistake and panics.
pub struct Decoder<'a> {
    bytes: &'a [u8],
}

impl<'a> Decoder<'a> {
    /// A decoder of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Decoder { bytes }
    }

    /// Whether all was read.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How many bytes are left.
    pub const fn left(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let (byte, rest) = self.bytes.split_first().expect("an encoding ends where its last number ends");
        self.bytes = rest;
        *byte
    }

    /// The next number.
    #[inline]
    pub fn number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return number;
            }
            shift += 7;
        }
    }

    /// The next word.
    #[inline]
    pub fn word<T: Word>(&mut self) -> T {
        let number = self.number();
        T::from_word(match T::KIND {
            WordKind::Status => turned_back(number),
            WordKind::MaybeStatus => number.checked_sub(1).map_or(0, |status| turned_back(status) + 1),
            WordKind::Mask => long(number),
            _ => number,
        })
    }

    /// Makes `items` the next list.
    pub(crate) fn list(&mut self, items: &mut Vec<u32>) {
        items.clear();
        items.extend((0..self.number()).map(|_| self.number() as u32));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mask_comes_back_and_a_usual_one_is_short() {
        let others = [1, 7, 8, 9, 0x0012_0088, u64::from(u32::MAX)];
        for mask in USUAL_MASKS.into_iter().chain(others) {
            assert_eq!(long(short(mask)), mask);
        }
        assert!(
            USUAL_MASKS.iter().all(|mask| short(*mask) < 8),
            "beside its flags it fits a byte of an entry"
        );
    }
}
