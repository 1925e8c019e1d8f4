//! The canonical encoding: a state as bytes, equal exactly when the states are equal.
//!
//! Numbers are LEB128. A record is the set of its fields that are not zero, then their words; so a state costs
//! about as many bytes as it has facts. Nothing that only grows (journal, time, history) is part of it.

use alloc::vec::Vec;

use crate::record::Record;
use crate::word::Word;

/// More fields than any record has.
const MOST_FIELDS: usize = 32;

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

    /// Appends a record, or its absence.
    pub(crate) fn record<R: Record>(&mut self, record: Option<&R>) {
        let Some(record) = record else { return self.number(0) };
        let fields = R::FIELDS.len();
        let mut mask = 0u64;
        for field in 0..fields {
            mask |= u64::from(record.word(field as u8) != 0) << field;
        }
        for list in 0..R::LISTS.len() {
            mask |= u64::from(!record.list(list as u8).is_empty()) << (fields + list);
        }
        self.number(mask + 1);
        for field in 0..fields {
            let word = record.word(field as u8);
            if word != 0 {
                self.number(word);
            }
        }
        for list in 0..R::LISTS.len() {
            let items = record.list(list as u8);
            if !items.is_empty() {
                self.number(items.len() as u64);
                items.iter().for_each(|item| self.number(u64::from(*item)));
            }
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
    pub fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..).step_by(7) {
            let (byte, rest) = self.bytes.split_first().expect("an encoding ends where its last number ends");
            self.bytes = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        number
    }

    /// The next word.
    pub fn word<T: Word>(&mut self) -> T {
        T::from_word(self.number())
    }

    /// The next record, or its absence.
    pub(crate) fn record<R: Record>(&mut self) -> Option<R> {
        let mask = self.number().checked_sub(1)?;
        let fields = R::FIELDS.len();
        let mut words = [0u64; MOST_FIELDS];
        for (field, word) in words.iter_mut().enumerate().take(fields) {
            if mask >> field & 1 == 1 {
                *word = self.number();
            }
        }
        let mut lists = (0..R::LISTS.len()).map(|list| {
            let count = if mask >> (fields + list) & 1 == 1 { self.number() } else { 0 };
            (0..count).map(|_| self.number() as u32).collect::<Vec<u32>>()
        });
        Some(R::from_words(&words, &mut lists))
    }
}
