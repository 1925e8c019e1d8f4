//! Records: the structures that the state is made of, each a row of words in an arena of its kind.
//!
//! The macro `record!` declares a structure once; reading it, changing it through deltas, showing it and encoding it
//! all follow from that one declaration.

use alloc::vec::Vec;
use core::marker::PhantomData;

use crate::encode::{Decoder, Encoder};
use crate::renaming::Rename;
use crate::word::{Id, Word, WordKind};

/// What a program of the simulator may name: the kinds of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// An object header.
    Object,
    /// An event's body.
    Event,
    /// A FILE_OBJECT.
    File,
    /// A DEVICE_OBJECT.
    Device,
    /// A completion port's body.
    Port,
    /// A process's body.
    Process,
    /// A thread's body.
    Thread,
    /// An IRP.
    Irp,
    /// A packet of a completion port.
    Packet,
    /// An IO_STATUS_BLOCK (in Win32 terms an OVERLAPPED) in user memory.
    Iosb,
    /// How many handles one process holds to one object.
    HandleCount,
    /// What the system keeps once: locks and work queues.
    System,
    /// A semaphore's body.
    Semaphore,
    /// A mutant's body.
    Mutant,
    /// A timer's body.
    Timer,
    /// A user APC.
    Apc,
    /// A directory of names.
    Directory,
    /// A symbolic link of the namespace.
    SymbolicLink,
    /// A name that a thread is looking up.
    Lookup,
    /// A job's body.
    Job,
    /// What a query answered.
    Information,
    /// What a service that sends a request was asked for.
    Request,
    /// A buffer in user memory.
    Buffer,
    /// The most objects and handles of a type that there were.
    HighWater,
    /// A pipe, by its name.
    Fcb,
    /// An instance of a pipe.
    Ccb,
    /// What waits in a queue of a pipe.
    DataEntry,
    /// An I/O ring's body.
    IoRing,
    /// An entry of an I/O ring's submission queue.
    Sqe,
    /// What the driver of sockets keeps of a socket.
    Endpoint,
    /// A file of a volume.
    Scb,
    /// A locked byte range of a file.
    FileLock,
    /// A section's body.
    Section,
    /// What all sections of one file share.
    ControlArea,
    /// A mapped view.
    View,
    /// What the cache manager keeps of a file.
    CacheMap,
    /// What a file system keeps of a directory that is watched.
    Notify,
    /// A lock or list of a driver's program.
    DriverObject,
    /// A running routine of a driver's program.
    Activation,
}

/// One field of a record, as metadata: how it is called and how its word reads.
#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    /// The field's NT name; empty for what only the simulator needs.
    pub name: &'static str,
    /// How its word reads.
    pub kind: WordKind,
    /// Its description, line by line, each with a blank in front.
    pub text: &'static str,
}

/// A structure of the state.
pub trait Record: Clone + PartialEq + Sized {
    /// Which arena it lives in.
    const KIND: Kind;
    /// Its fields, in order.
    const FIELDS: &'static [FieldInfo];
    /// Its lists, in order.
    const LISTS: &'static [FieldInfo];
    /// The word of one field.
    fn word(&self, field: u8) -> u64;
    /// Replaces the word of one field.
    fn set_word(&mut self, field: u8, word: u64);
    /// The items of one list.
    fn list(&self, list: u8) -> &Vec<u32>;
    /// The items of one list, to change.
    fn list_mut(&mut self, list: u8) -> &mut Vec<u32>;
    /// Appends what differs from `base`: the set of lists and fields that do, then what they hold. Without a base,
    /// what is not as usual: in most fields zero, in lists empty. Nothing, and false, if nothing differs. All words
    /// under new names, except the record's own title, which it takes from the base.
    fn put<N: Rename>(&self, base: Option<&Self>, encoder: &mut Encoder<'_>, names: &mut N) -> bool;
    /// Asks for the names of all that it names, in order.
    fn visit<N: Rename>(&self, names: &mut N);
    /// The record that differs from `base` in the fields and lists of `changed`; reads what they hold. Its lists take
    /// the memory of `old`.
    fn get(changed: u64, base: Option<&Self>, old: Option<Self>, decoder: &mut Decoder<'_>) -> Self;
}

/// A field of `R` that holds a `T`.
pub struct Field<R, T> {
    pub(crate) index: u8,
    types: PhantomData<fn() -> (R, T)>,
}
impl<R, T> Field<R, T> {
    pub(crate) const fn new(index: u8) -> Self {
        Field { index, types: PhantomData }
    }

    /// Its number among the record's fields, as deltas give it.
    pub const fn number(self) -> u8 {
        self.index
    }
}
impl<R, T> Clone for Field<R, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R, T> Copy for Field<R, T> {}

/// A list of `R` whose items are `T`.
pub struct List<R, T> {
    pub(crate) index: u8,
    types: PhantomData<fn() -> (R, T)>,
}
impl<R, T> List<R, T> {
    pub(crate) const fn new(index: u8) -> Self {
        List { index, types: PhantomData }
    }
}
impl<R, T> Clone for List<R, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R, T> Copy for List<R, T> {}

impl<R: Record, T: Word> List<R, T> {
    /// The items of the list in `record`, first to last.
    pub fn of<'a>(self, record: &'a R) -> impl DoubleEndedIterator<Item = T> + ExactSizeIterator + 'a
    where
        T: 'a,
    {
        record.list(self.index).iter().map(|item| T::from_word(u64::from(*item)))
    }

    /// The first item.
    pub fn first(self, record: &R) -> Option<T> {
        record.list(self.index).first().map(|item| T::from_word(u64::from(*item)))
    }

    /// The last item.
    pub fn last(self, record: &R) -> Option<T> {
        record.list(self.index).last().map(|item| T::from_word(u64::from(*item)))
    }

    /// Whether the list in `record` holds `item`.
    pub fn holds(self, record: &R, item: T) -> bool {
        record.list(self.index).contains(&(item.to_word() as u32))
    }
}

/// Declares a record: its fields with their NT names, and its lists.
///
/// After `=` stands what a field usually holds, if that is not zero; it must not be a name.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident: $kind:ident {
            $($(#[doc = $fdoc:literal])* $konst:ident $field:ident: $ty:ty $(as $text:literal)? $(= $usual:expr)?,)*
        }
        lists {
            $($(#[doc = $ldoc:literal])* $lkonst:ident $list:ident: $lty:ty $(as $ltext:literal)?,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $($(#[doc = $fdoc])* pub $field: $ty,)*
            $($(#[doc = $ldoc])* pub(crate) $list: alloc::vec::Vec<u32>,)*
        }

        const _: () = {
            #[allow(unused_imports, reason = "a record may have no list")]
            use $crate::record::{Field, FieldInfo, Kind, List, Record};
            use $crate::encode::{Decoder, Encoder};
            use $crate::renaming::Rename;
            use $crate::word::{Word, WordKind};
            use alloc::vec::Vec;

            #[allow(non_camel_case_types, clippy::upper_case_acronyms, dead_code, reason = "an index, not a type")]
            enum Index { $($konst,)* }
            #[allow(non_camel_case_types, clippy::upper_case_acronyms, dead_code, reason = "an index, not a type")]
            enum ListIndex { $($lkonst,)* }

            impl $name {
                $($(#[doc = $fdoc])* pub const $konst: Field<$name, $ty> = Field::new(Index::$konst as u8);)*
                $($(#[doc = $ldoc])* pub const $lkonst: List<$name, $lty> = List::new(ListIndex::$lkonst as u8);)*
            }

            #[allow(unused_variables, unused_assignments, unused_mut, unreachable_code, reason = "a record may have no list")]
            impl Record for $name {
                const KIND: Kind = Kind::$kind;
                const FIELDS: &'static [FieldInfo] =
                    &[$(FieldInfo {
                        name: concat!($($text)?),
                        kind: <$ty as Word>::KIND,
                        text: concat!($($fdoc, "\n"),*),
                    },)*];
                const LISTS: &'static [FieldInfo] =
                    &[$(FieldInfo {
                        name: concat!($($ltext)?),
                        kind: <$lty as Word>::KIND,
                        text: concat!($($ldoc, "\n"),*),
                    },)*];

                fn word(&self, field: u8) -> u64 {
                    $(if field == Index::$konst as u8 { return self.$field.to_word(); })*
                    unreachable!("a record has the field it is asked for")
                }
                fn set_word(&mut self, field: u8, word: u64) {
                    $(if field == Index::$konst as u8 { self.$field = <$ty>::from_word(word); return; })*
                    unreachable!("a record has the field it is asked for")
                }
                fn list(&self, list: u8) -> &Vec<u32> {
                    $(if list == ListIndex::$lkonst as u8 { return &self.$list; })*
                    unreachable!("a record has the list it is asked for")
                }
                fn list_mut(&mut self, list: u8) -> &mut Vec<u32> {
                    $(if list == ListIndex::$lkonst as u8 { return &mut self.$list; })*
                    unreachable!("a record has the list it is asked for")
                }
                fn put<N: Rename>(
                    &self,
                    base: Option<&Self>,
                    encoder: &mut Encoder<'_>,
                    names: &mut N,
                ) -> bool {
                    let mut changed = 0u64;
                    // The lists come first in the set: they differ more often than most fields.
                    let mut bit = 1 << Self::LISTS.len();
                    $(
                        let usual = 0 $(+ <$ty as Word>::to_word($usual))?;
                        let was = base.map_or(usual, |base| base.$field.to_word());
                        let keeps = N::CHANGES && base.is_some() && matches!(<$ty as Word>::KIND, WordKind::Title);
                        let same = keeps || names.word::<$ty>(self.$field.to_word()) == was;
                        changed |= if same { 0 } else { bit };
                        bit <<= 1;
                    )*
                    let mut bit = 1;
                    $(
                        let was = base.map_or(&[][..], |base| &base.$list);
                        // Most lists are empty, and comparing lengths first spares a call.
                        let same = self.$list.len() == was.len()
                            && self.$list.iter().zip(was).all(|(item, was)| {
                                names.word::<$lty>(u64::from(*item)) == u64::from(*was)
                            });
                        changed |= if same { 0 } else { bit };
                        bit <<= 1;
                    )*
                    if changed == 0 && base.is_some() {
                        return false;
                    }
                    encoder.number(changed + 1);
                    let mut rest = changed >> Self::LISTS.len();
                    $(
                        // A flag that differs is what the base's is not.
                        if rest & 1 == 1 && !matches!(<$ty as Word>::KIND, WordKind::Bool) {
                            encoder.word(names.value(self.$field));
                        }
                        rest >>= 1;
                    )*
                    let mut rest = changed;
                    $(
                        if rest & 1 == 1 {
                            encoder.list::<$lty, N>(&self.$list, names);
                        }
                        rest >>= 1;
                    )*
                    true
                }
                fn visit<N: Rename>(&self, names: &mut N) {
                    $(if <$ty as Word>::KIND.can_name() { names.word::<$ty>(self.$field.to_word()); })*
                    $(for item in &self.$list { names.word::<$lty>(u64::from(*item)); })*
                }
                fn get(
                    changed: u64,
                    base: Option<&Self>,
                    mut old: Option<Self>,
                    decoder: &mut Decoder<'_>,
                ) -> Self {
                    // The fields of a struct expression are evaluated in the order they are written: lists come last.
                    let mut rest = changed >> Self::LISTS.len() | changed << Self::FIELDS.len();
                    let mut next = || {
                        let bit = rest & 1;
                        rest >>= 1;
                        bit == 1
                    };
                    $name {
                        $($field: {
                            let usual = 0 $(+ <$ty as Word>::to_word($usual))?;
                            match (next(), base) {
                                (true, base) if matches!(<$ty as Word>::KIND, WordKind::Bool) => {
                                    Word::from_word(1 - base.map_or(usual, |base| base.$field.to_word()))
                                }
                                (true, _) => decoder.word(),
                                (false, Some(base)) => base.$field,
                                (false, None) => Word::from_word(usual),
                            }
                        },)*
                        $($list: {
                            let mut items = old.as_mut().map_or_else(Vec::new, |old| core::mem::take(&mut old.$list));
                            match (next(), base) {
                                (true, _) => decoder.list(&mut items),
                                (false, Some(base)) => items.clone_from(&base.$list),
                                (false, None) => items.clear(),
                            }
                            items
                        },)*
                    }
                }
            }
        };
    };
}
pub(crate) use record;

/// The records of one kind. A new record takes the lowest free place, so places say nothing of history.
#[derive(Clone, Debug)]
pub(crate) struct Arena<R> {
    slots: Vec<Option<R>>,
    /// No place below this one is free. Only a hint: it is not part of the state.
    first_free: usize,
}

impl<R> Arena<R> {
    pub(crate) const fn new() -> Self {
        Arena { slots: Vec::new(), first_free: 0 }
    }

    pub(crate) fn get(&self, id: Id<R>) -> Option<&R> {
        self.slots.get(id.index()).and_then(Option::as_ref)
    }

    pub(crate) fn get_mut(&mut self, id: Id<R>) -> Option<&mut R> {
        self.slots.get_mut(id.index()).and_then(Option::as_mut)
    }

    pub(crate) fn lowest_free(&mut self) -> Id<R> {
        let used = |slot: &Option<R>| slot.is_some();
        while self.slots.get(self.first_free).is_some_and(used) {
            self.first_free += 1;
        }
        Id::at(self.first_free as u32)
    }

    pub(crate) fn put(&mut self, id: Id<R>, record: R) {
        while self.slots.len() <= id.index() {
            self.slots.push(None);
        }
        self.slots[id.index()] = Some(record);
    }

    pub(crate) fn take(&mut self, id: Id<R>) -> Option<R> {
        let taken = self.slots.get_mut(id.index()).and_then(Option::take);
        self.first_free = self.first_free.min(id.index());
        while matches!(self.slots.last(), Some(None)) {
            self.slots.pop();
        }
        taken
    }

    /// Makes the records those of `base`, in the memory that is there.
    pub(crate) fn reset_to(&mut self, base: &Self)
    where
        R: Clone,
    {
        self.slots.clone_from(&base.slots);
        self.first_free = 0;
    }

    pub(crate) fn places(&self) -> usize {
        self.slots.len()
    }
}

impl<R: PartialEq> PartialEq for Arena<R> {
    fn eq(&self, other: &Self) -> bool {
        self.slots == other.slots
    }
}
