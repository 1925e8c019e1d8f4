//! The canonical encoding: a state as bytes, equal exactly when the states are equal.
//!
//! Numbers are LEB128. A record is the set of its fields that differ from those of the record in its place in a base
//! state, then their words; so a state costs about as many bytes as it differs from the base in facts. Nothing that only grows (journal, time, history) is part of it.

use alloc::vec::Vec;

use crate::record::Record;
use crate::word::Word;

/// Writes words.
pub struct Encoder<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Encoder<'a> {
    /// An encoder that appends to `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Encoder { out }
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
    pub fn word<T: Word>(&mut self, value: T) {
        self.number(value.to_word());
    }

    /// Appends a list: how many items, then the items.
    pub(crate) fn list(&mut self, items: &[u32]) {
        self.number(items.len() as u64);
        items.iter().for_each(|item| self.number(u64::from(*item)));
    }

    /// Appends a record as what differs from `base`, or its absence.
    pub(crate) fn record<R: Record>(&mut self, record: Option<&R>, base: Option<&R>) {
        match record {
            Some(record) => record.put(base, self),
            None => self.number(0),
        }
    }
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

    /// The next number.
    #[inline]
    pub fn number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let (byte, rest) = self.bytes.split_first().expect("an encoding ends where its last number ends");
            self.bytes = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return number;
            }
            shift += 7;
        }
    }

    /// The next word.
    pub fn word<T: Word>(&mut self) -> T {
        T::from_word(self.number())
    }

    /// The next list.
    pub(crate) fn list(&mut self) -> Vec<u32> {
        (0..self.number()).map(|_| self.number() as u32).collect()
    }

    /// The next record, or its absence; `base` as it was when the record was written.
    pub(crate) fn record<R: Record>(&mut self, base: Option<&R>) -> Option<R> {
        let changed = self.number().checked_sub(1)?;
        Some(R::get(changed, base, self))
    }
}
