//! Words: every value that a field of the state can hold, as a `u64` with a kind.
//!
//! A delta stores what a field was and what it became. Holding both as words keeps deltas small, undo exact
//! and the encoding canonical; the kind says how a person reads the word.

use core::fmt;
use core::marker::PhantomData;
use core::num::NonZeroU32;

use crate::record::Kind;
use crate::renaming::Rename;
use crate::status::NtStatus;

/// How a word is read.
#[derive(Clone, Copy, Debug)]
pub enum WordKind {
    /// 0 or 1.
    Bool,
    /// A number, shown in decimal.
    Number,
    /// The number of the name that a record has from the beginning for people to read, and no rule looks at.
    Title,
    /// Several values in one word.
    Packed,
    /// A mask, shown in hexadecimal.
    Mask,
    /// A handle value.
    Handle,
    /// An NTSTATUS.
    Status,
    /// Nothing (0) or an NTSTATUS (shifted up by one).
    MaybeStatus,
    /// Nothing (0) or the record of that kind at index word - 1.
    Ref(Kind),
    /// One of a few names.
    Named(fn(u64) -> &'static str),
    /// Nothing (0) or the name of that number (shifted up by one).
    Name,
}

impl WordKind {
    /// Whether such a word can name a record or a handle.
    pub const fn can_name(self) -> bool {
        matches!(self, WordKind::Ref(_) | WordKind::Handle | WordKind::Packed)
    }
}

/// A value that fits a word.
pub trait Word: Copy + Eq {
    /// How the word is read.
    const KIND: WordKind;
    /// The value as a word.
    fn to_word(self) -> u64;
    /// The value of a word that [`Word::to_word`] made.
    fn from_word(word: u64) -> Self;
    /// The word under other names for records and handles. What packs such a name into its word must say so here.
    #[inline]
    fn rename<N: Rename>(word: u64, names: &mut N) -> u64 {
        match Self::KIND {
            WordKind::Ref(kind) => names.reference(kind, word),
            WordKind::Handle => names.handle(word),
            WordKind::Packed => unreachable!("a packed word says itself what it names"),
            _ => word,
        }
    }
}

/// The place of a record: a typed index, small and `Copy`.
///
/// Two records of different kinds never share an id type, so a driver cannot be handed a port for a file.
pub struct Id<R> {
    plus_one: NonZeroU32,
    record: PhantomData<fn() -> R>,
}

impl<R> Id<R> {
    /// The id of the record at `index` of its arena.
    pub const fn at(index: u32) -> Id<R> {
        match NonZeroU32::new(index.wrapping_add(1)) {
            Some(plus_one) => Id { plus_one, record: PhantomData },
            None => panic!("an arena holds fewer than 2^32 - 1 records"),
        }
    }

    /// The index in the arena.
    pub const fn index(self) -> usize {
        (self.plus_one.get() - 1) as usize
    }
}

impl<R> Clone for Id<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Id<R> {}
impl<R> PartialEq for Id<R> {
    fn eq(&self, other: &Self) -> bool {
        self.plus_one == other.plus_one
    }
}
impl<R> Eq for Id<R> {}
impl<R> PartialOrd for Id<R> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<R> Ord for Id<R> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.plus_one.cmp(&other.plus_one)
    }
}
impl<R> core::hash::Hash for Id<R> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.plus_one.hash(state);
    }
}
impl<R> fmt::Debug for Id<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.index())
    }
}

impl<R: crate::record::Record> Word for Id<R> {
    const KIND: WordKind = WordKind::Ref(R::KIND);
    fn to_word(self) -> u64 {
        u64::from(self.plus_one.get())
    }
    fn from_word(word: u64) -> Self {
        Option::<Id<R>>::from_word(word).expect("a reference word names a record")
    }
}

impl<R: crate::record::Record> Word for Option<Id<R>> {
    const KIND: WordKind = WordKind::Ref(R::KIND);
    fn to_word(self) -> u64 {
        self.map_or(0, Word::to_word)
    }
    fn from_word(word: u64) -> Self {
        (word != 0).then(|| Id::at((word - 1) as u32))
    }
}

impl Word for bool {
    const KIND: WordKind = WordKind::Bool;
    fn to_word(self) -> u64 {
        u64::from(self)
    }
    fn from_word(word: u64) -> Self {
        word != 0
    }
}

macro_rules! number_words {
    ($($ty:ty),*) => {$(
        impl Word for $ty {
            const KIND: WordKind = WordKind::Number;
            fn to_word(self) -> u64 {
                u64::from(self)
            }
            fn from_word(word: u64) -> Self {
                word as $ty
            }
        }
    )*};
}
number_words!(u8, u32, u64);

/// A byte offset, or none given.
impl Word for Option<u64> {
    const KIND: WordKind = WordKind::Number;
    fn to_word(self) -> u64 {
        self.map_or(0, |offset| offset + 1)
    }
    fn from_word(word: u64) -> Self {
        word.checked_sub(1)
    }
}

impl Word for NtStatus {
    const KIND: WordKind = WordKind::Status;
    fn to_word(self) -> u64 {
        u64::from(self.0)
    }
    fn from_word(word: u64) -> Self {
        NtStatus(word as u32)
    }
}

impl Word for Option<NtStatus> {
    const KIND: WordKind = WordKind::MaybeStatus;
    fn to_word(self) -> u64 {
        self.map_or(0, |status| status.to_word() + 1)
    }
    fn from_word(word: u64) -> Self {
        (word != 0).then(|| NtStatus::from_word(word - 1))
    }
}

/// The value of a handle: what a program holds. Multiples of four; the low two bits are the program's own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Handle(pub u32);

impl Handle {
    /// No handle.
    pub const NULL: Handle = Handle(0);
    /// `NtCurrentProcess()`, also `INVALID_HANDLE_VALUE`.
    pub const CURRENT_PROCESS: Handle = Handle(-1_i32 as u32);
    /// `NtCurrentThread()`.
    pub const CURRENT_THREAD: Handle = Handle(-2_i32 as u32);

    /// The bit that a kernel handle has and an entry of a process's own table has not.
    pub const KERNEL_BIT: u32 = 0x8000_0000;

    /// The value in the System process's table, if this is a kernel handle: the top bit is set, and it is none of the
    /// pseudo handles -1 to -6.
    pub const fn kernel(self) -> Option<Handle> {
        let pseudo = self.0 >= -6_i32 as u32;
        if self.is_negative() && !pseudo { Some(Handle(self.0 & !Self::KERNEL_BIT)) } else { None }
    }

    /// Whether the sign bit is set: a pseudo handle or a kernel handle, never an entry of a process's table.
    pub const fn is_negative(self) -> bool {
        (self.0 as i32) < 0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_negative() { write!(f, "{}", self.0 as i32) } else { write!(f, "0x{:x}", self.0) }
    }
}
impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Word for Handle {
    const KIND: WordKind = WordKind::Handle;
    fn to_word(self) -> u64 {
        u64::from(self.0)
    }
    fn from_word(word: u64) -> Self {
        Handle(word as u32)
    }
}

/// The number of a name or path (see [`Kernel::path`](crate::Kernel::path)).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name(pub u32);

impl Word for Name {
    const KIND: WordKind = WordKind::Name;
    fn to_word(self) -> u64 {
        u64::from(self.0) + 1
    }
    fn from_word(word: u64) -> Self {
        // A record without this field has the first name.
        Name(word.saturating_sub(1) as u32)
    }
}

impl Word for Option<Name> {
    const KIND: WordKind = WordKind::Name;
    fn to_word(self) -> u64 {
        self.map_or(0, Word::to_word)
    }
    fn from_word(word: u64) -> Self {
        (word != 0).then(|| Name::from_word(word))
    }
}

/// The number of the name that a record has from the beginning: for people to read, never for a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Title(pub u32);

impl Word for Title {
    const KIND: WordKind = WordKind::Title;
    fn to_word(self) -> u64 {
        u64::from(self.0)
    }
    fn from_word(word: u64) -> Self {
        Title(word as u32)
    }
}

impl From<Title> for u32 {
    fn from(title: Title) -> u32 {
        title.0
    }
}

/// An access mask.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Access(pub u32);

impl Access {
    /// Whether every bit of `wanted` is granted.
    pub const fn grants(self, wanted: Access) -> bool {
        wanted.0 & !self.0 == 0
    }
}

impl Word for Access {
    const KIND: WordKind = WordKind::Mask;
    fn to_word(self) -> u64 {
        u64::from(self.0)
    }
    fn from_word(word: u64) -> Self {
        Access(word as u32)
    }
}

/// Declares an enum of names that is a [`Word`].
macro_rules! word_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum $name { $($(#[doc = $doc])* $variant,)* }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// The name a person knows it by.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// Its description, line by line, each with a blank in front.
            pub const fn text(self) -> &'static str {
                match self { $($name::$variant => concat!($($doc, "\n"),*),)* }
            }
        }

        impl $crate::word::Word for $name {
            const KIND: $crate::word::WordKind =
                $crate::word::WordKind::Named(|word| $name::ALL[word as usize].name());
            fn to_word(self) -> u64 {
                self as u64
            }
            fn from_word(word: u64) -> Self {
                $name::ALL[word as usize]
            }
        }

        impl $crate::word::Word for Option<$name> {
            const KIND: $crate::word::WordKind = $crate::word::WordKind::Named(|word| match word {
                0 => "none",
                _ => $name::ALL[word as usize - 1].name(),
            });
            fn to_word(self) -> u64 {
                self.map_or(0, |name| name as u64 + 1)
            }
            fn from_word(word: u64) -> Self {
                (word != 0).then(|| $name::ALL[word as usize - 1])
            }
        }
    };
}
pub(crate) use word_enum;
