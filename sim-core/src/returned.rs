//! What a routine returns to the one that called it.

use crate::io::port::Packet;
use crate::ob::header::Object;
use crate::ob::information::Information;
use crate::renaming::Rename;
use crate::status::NtStatus;
use crate::word::{Handle, Id, Word, WordKind};

/// What a routine returns: a status and, with it, a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Returned {
    /// The status.
    pub status: NtStatus,
    /// The value; the number 0 where there is none.
    pub value: Value,
}

/// The value that a routine returns beside its status. It says what it names, so that a renaming can follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value {
    /// A flag or a number.
    Number(u32),
    /// A handle's value.
    Handle(Handle),
    /// An object that was referenced.
    Object(Id<Object>),
    /// A packet that was removed.
    Packet(Id<Packet>),
    /// The answer of a query.
    Information(Id<Information>),
}

impl Value {
    /// No value.
    pub const NONE: Value = Value::Number(0);

    /// The number; 0 if it is none.
    pub const fn number(self) -> u32 {
        match self {
            Value::Number(number) => number,
            _ => 0,
        }
    }

    /// The handle; [`Handle::NULL`] if it is none.
    pub const fn handle(self) -> Handle {
        match self {
            Value::Handle(handle) => handle,
            _ => Handle::NULL,
        }
    }

    /// The packet, if it is one.
    pub const fn packet(self) -> Option<Id<Packet>> {
        match self {
            Value::Packet(packet) => Some(packet),
            _ => None,
        }
    }

    /// The answer of a query, if it is one.
    pub const fn information(self) -> Option<Id<Information>> {
        match self {
            Value::Information(answer) => Some(answer),
            _ => None,
        }
    }

    /// The object that a routine has referenced.
    pub(crate) fn object(self) -> Id<Object> {
        match self {
            Value::Object(object) => object,
            other => unreachable!("the routine that was called returns an object: {other:?}"),
        }
    }
}

impl Returned {
    /// Only a status.
    pub const fn status(status: NtStatus) -> Returned {
        Returned { status, value: Value::NONE }
    }

    /// Success with a number.
    pub const fn number(number: u32) -> Returned {
        Returned { status: NtStatus::SUCCESS, value: Value::Number(number) }
    }

    /// Success with a new handle.
    pub const fn handle(handle: Handle) -> Returned {
        Returned { status: NtStatus::SUCCESS, value: Value::Handle(handle) }
    }

    /// Success with a referenced object.
    pub const fn object(object: Id<Object>) -> Returned {
        Returned { status: NtStatus::SUCCESS, value: Value::Object(object) }
    }

    /// Success with a removed packet.
    pub const fn packet(packet: Id<Packet>) -> Returned {
        Returned { status: NtStatus::SUCCESS, value: Value::Packet(packet) }
    }

    /// Success with the answer of a query.
    pub const fn information(answer: Id<Information>) -> Returned {
        Returned { status: NtStatus::SUCCESS, value: Value::Information(answer) }
    }
}

/// A value's word: a number of 32 bits above a 0, or a name of 31 bits above [`NAME_BITS`] that say what it names.
const VALUE_BITS: u32 = 34;
/// The bits below a name: a 1, and above it two that say what it names.
const NAME_BITS: u32 = 3;
/// The place of no record is as large as this, nor is a quarter of a handle's value.
const MOST_NAMED: u64 = 1 << (VALUE_BITS - NAME_BITS);

/// A status in 30 bits, its severity at the low end: the customer bit and the reserved one are never set in a status of
/// Microsoft's.
fn packed(status: NtStatus) -> u64 {
    debug_assert!(status.0 & 0x3000_0000 == 0, "a routine returns a status of Microsoft's");
    u64::from(status.0.rotate_left(4) >> 2)
}

const fn unpacked(word: u64) -> NtStatus {
    NtStatus(((word as u32) << 2).rotate_right(4))
}

impl Word for Value {
    const KIND: WordKind = WordKind::Packed;
    fn to_word(self) -> u64 {
        let (tag, word) = match self {
            Value::Number(number) => return u64::from(number) << 1,
            // A new handle has no tag bits.
            Value::Handle(handle) => (0, handle.to_word() >> 2),
            Value::Object(object) => (1, object.to_word()),
            Value::Packet(packet) => (2, packet.to_word()),
            Value::Information(answer) => (3, answer.to_word()),
        };
        debug_assert!(word < MOST_NAMED, "a record's place fits into 31 bits");
        word << NAME_BITS | tag << 1 | 1
    }
    fn from_word(word: u64) -> Self {
        let rest = word >> NAME_BITS;
        match word & ((1 << NAME_BITS) - 1) {
            0b001 => Value::Handle(Handle::from_word(rest << 2)),
            0b011 => Value::Object(Id::from_word(rest)),
            0b101 => Value::Packet(Id::from_word(rest)),
            0b111 => Value::Information(Id::from_word(rest)),
            _ => Value::Number((word >> 1) as u32),
        }
    }
    fn rename<N: Rename>(word: u64, names: &mut N) -> u64 {
        match Value::from_word(word) {
            Value::Number(_) => word,
            Value::Handle(handle) => Value::Handle(names.value(handle)).to_word(),
            Value::Object(object) => Value::Object(names.value(object)).to_word(),
            Value::Packet(packet) => Value::Packet(names.value(packet)).to_word(),
            Value::Information(answer) => Value::Information(names.value(answer)).to_word(),
        }
    }
}

impl Word for Returned {
    const KIND: WordKind = WordKind::Packed;
    fn to_word(self) -> u64 {
        Some(self).to_word()
    }
    fn from_word(word: u64) -> Self {
        Option::<Returned>::from_word(word).expect("a word that holds what was returned")
    }
    fn rename<N: Rename>(word: u64, names: &mut N) -> u64 {
        Option::<Returned>::rename(word, names)
    }
}

impl Word for Option<Returned> {
    const KIND: WordKind = WordKind::Packed;
    fn to_word(self) -> u64 {
        self.map_or(0, |returned| (packed(returned.status) << VALUE_BITS | returned.value.to_word()) + 1)
    }
    fn from_word(word: u64) -> Self {
        let word = word.checked_sub(1)?;
        let value = Value::from_word(word & ((1 << VALUE_BITS) - 1));
        Some(Returned { status: unpacked(word >> VALUE_BITS), value })
    }
    fn rename<N: Rename>(word: u64, names: &mut N) -> u64 {
        let renamed = |returned: Returned| Returned { value: names.value(returned.value), ..returned };
        Option::<Returned>::from_word(word).map(renamed).to_word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_returned_comes_back() {
        let values = [
            Value::NONE,
            Value::Number(u32::MAX),
            Value::Handle(Handle(0x3FF_FFFC)),
            Value::Handle(Handle(0x8000_0004)),
            Value::Object(Id::at(7)),
            Value::Packet(Id::at(0)),
            Value::Information(Id::at(3)),
        ];
        for status in [NtStatus::SUCCESS, NtStatus::PENDING, NtStatus::CANCELLED, NtStatus::DEVICE_BUSY] {
            for returned in values.map(|value| Returned { status, value }) {
                assert_eq!(Returned::from_word(returned.to_word()), returned);
            }
        }
    }
}
