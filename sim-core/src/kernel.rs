//! The kernel: the whole state, changed only through deltas, every one of which can be undone.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Index;

use crate::delta::{Change, Delta};
use crate::drivers::program::code::DriverProgram;
use crate::encode::{Decoder, Encoder};
use crate::fault::FaultPolicy;
use crate::finding::Finding;
use crate::frame::Frame;
use crate::io::ring::RingPolicy;
use crate::ob::policy::HandlePolicy;
use crate::ob::table::HandleTable;
use crate::ob::types::TypeRules;
use crate::profile::Profile;
use crate::record::{Arena, Field, Kind, List, Record};
use crate::renaming::Rename;
use crate::rows::Rows;
use crate::word::{Id, Name, Word};

/// A record that the kernel keeps an arena for.
pub trait Stored: Record {
    /// Where its records are.
    #[doc(hidden)]
    fn find(kernel: &Kernel, id: Id<Self>) -> Option<&Self>;
    /// How many places the arena has, free ones among them.
    #[doc(hidden)]
    fn places(kernel: &Kernel) -> usize;
    #[doc(hidden)]
    fn into_any(self) -> AnyRecord;
}

trait StoredMut: Stored {
    fn arena_mut(kernel: &mut Kernel) -> &mut Arena<Self>;
}

macro_rules! kernel {
    ($($kind:ident $field:ident: $record:ty,)*) => {
        /// A simulated NT kernel.
        ///
        /// Read it by indexing with an id (`kernel[irp].cancel`); change it by starting a system service on a
        /// thread and taking steps.
        #[derive(Clone, Debug)]
        pub struct Kernel {
            profile: Profile,
            pub(crate) policy: HandlePolicy,
            pub(crate) rings: RingPolicy,
            pub(crate) faults: FaultPolicy,
            pub(crate) names: Vec<String>,
            /// The types that drivers registered, by name. They are part of the setting, as names are.
            pub(crate) types: Vec<(Name, TypeRules)>,
            /// The drivers that are programs. They are part of the setting, as names are.
            pub(crate) programs: Vec<Arc<DriverProgram>>,
            $(pub(crate) $field: Arena<$record>,)*
            pub(crate) tables: Rows<HandleTable>,
            pub(crate) stacks: Rows<Vec<Frame>>,
            pub(crate) findings: Vec<Finding>,
            journal: Vec<Delta>,
        }

        impl Kind {
            /// Every kind, in order.
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];
            /// How many kinds there are.
            pub const COUNT: usize = Kind::ALL.len();
        }
        impl AnyRecord {
            /// Its kind.
            pub const fn kind(&self) -> Kind {
                match self { $(AnyRecord::$kind(_) => Kind::$kind,)* }
            }
        }

        $(const _: () = assert!(Kind::ALL[Kind::$kind as usize] as u8 == Kind::$kind as u8);)*

        /// A record of any kind.
        #[derive(Clone, Debug, PartialEq)]
        pub enum AnyRecord { $(
            #[doc = concat!("A record of kind ", stringify!($kind), ".")]
            $kind($record),
        )* }

        $(
            impl Stored for $record {
                fn find(kernel: &Kernel, id: Id<Self>) -> Option<&Self> {
                    kernel.$field.get(id)
                }
                fn places(kernel: &Kernel) -> usize {
                    kernel.$field.places()
                }
                fn into_any(self) -> AnyRecord {
                    AnyRecord::$kind(self)
                }
            }
            impl StoredMut for $record {
                fn arena_mut(kernel: &mut Kernel) -> &mut Arena<Self> {
                    &mut kernel.$field
                }
            }
        )*

        impl PartialEq for Kernel {
            /// Whether the two states are the same; how they came about does not count.
            fn eq(&self, other: &Kernel) -> bool {
                self.profile == other.profile && self.policy == other.policy && self.rings == other.rings
                    && self.faults == other.faults && self.names == other.names && self.types == other.types
                    && self.programs == other.programs && self.findings == other.findings
                    $(&& self.$field == other.$field)*
                    && self.tables == other.tables && self.stacks == other.stacks
            }
        }

        impl Kernel {
            fn empty(profile: Profile) -> Kernel {
                Kernel {
                    profile,
                    policy: HandlePolicy::default(),
                    rings: RingPolicy::default(),
                    faults: FaultPolicy::default(),
                    names: Vec::new(),
                    types: Vec::new(),
                    programs: Vec::new(),
                    $($field: Arena::new(),)*
                    tables: Rows::new(),
                    stacks: Rows::new(),
                    findings: Vec::new(),
                    journal: Vec::new(),
                }
            }

            fn with_record(&mut self, kind: Kind, at: u32, change: impl FnOnce(&mut dyn Changing)) {
                match kind { $(
                    Kind::$kind => change(self.$field.get_mut(Id::at(at)).expect("a delta names a record that is there")),
                )* }
            }

            fn drop_record(&mut self, kind: Kind, at: u32) {
                match kind { $(Kind::$kind => { self.$field.take(Id::at(at)); })* }
            }

            fn restore_record(&mut self, at: u32, record: AnyRecord) {
                match record { $(AnyRecord::$kind(record) => self.$field.put(Id::at(at), record),)* }
            }

            /// Appends the record at `from`, that has the place `at` under its new name.
            pub(crate) fn put_record<N: Rename>(
                &self,
                base: &Kernel,
                kind: Kind,
                (from, at): (u32, u32),
                encoder: &mut Encoder<'_>,
                names: &mut N,
            ) -> bool {
                match kind { $(
                    Kind::$kind => encoder.record(self.$field.get(Id::at(from)), base.$field.get(Id::at(at)), names),
                )* }
            }

            /// Asks for the names of all that a record names, if it is there.
            pub(crate) fn visit_record<N: Rename>(&self, kind: Kind, at: u32, names: &mut N) {
                match kind { $(
                    Kind::$kind => self.$field.get(Id::at(at)).into_iter().for_each(|record| record.visit(names)),
                )* }
            }

            pub(crate) fn has_record(&self, kind: Kind, at: u32) -> bool {
                match kind { $(Kind::$kind => self.$field.get(Id::at(at)).is_some(),)* }
            }

            /// The words of a record that name nothing.
            pub(crate) fn plain_words(&self, kind: Kind, at: u32) -> Vec<u64> {
                match kind { $(Kind::$kind => {
                    let fields = (0_u8..).zip(<$record as Record>::FIELDS).filter(|(_, field)| !field.kind.can_name());
                    let record = self.$field.get(Id::at(at));
                    record.map_or_else(Vec::new, |record| fields.map(|(field, _)| record.word(field)).collect())
                })* }
            }

            pub(crate) fn get_record(&mut self, base: &Kernel, kind: Kind, at: u32, decoder: &mut Decoder<'_>) {
                let changed = decoder.number().checked_sub(1);
                match kind { $(Kind::$kind => {
                    let (id, base) = (Id::at(at), base.$field.get(Id::at(at)));
                    let old = self.$field.take(id);
                    if let Some(changed) = changed {
                        self.$field.put(id, Record::get(changed, base, old, decoder));
                    }
                })* }
            }

            pub(crate) fn reset_record(&mut self, base: &Kernel, kind: Kind, at: u32) {
                match kind { $(Kind::$kind => match base.$field.get(Id::at(at)) {
                    Some(record) => self.$field.put(Id::at(at), record.clone()),
                    None => drop(self.$field.take(Id::at(at))),
                })* }
            }

            pub(crate) fn reset_records(&mut self, base: &Kernel) {
                $(self.$field.reset_to(&base.$field);)*
            }

            pub(crate) fn places(&self, kind: Kind) -> usize {
                match kind { $(Kind::$kind => self.$field.places(),)* }
            }

            /// The field names and kinds of a kind of record, in order.
            pub const fn fields(kind: Kind) -> &'static [crate::record::FieldInfo] {
                match kind { $(Kind::$kind => <$record as Record>::FIELDS,)* }
            }

            /// The list names and kinds of a kind of record, in order.
            pub const fn lists(kind: Kind) -> &'static [crate::record::FieldInfo] {
                match kind { $(Kind::$kind => <$record as Record>::LISTS,)* }
            }
        }
    };
}

kernel! {
    Object objects: crate::ob::header::Object,
    Event events: crate::ke::event::Event,
    File files: crate::io::file::File,
    Device devices: crate::io::device::Device,
    Port ports: crate::io::port::Port,
    Process processes: crate::ps::process::Process,
    Thread threads: crate::ps::thread::Thread,
    Irp irps: crate::io::irp::Irp,
    Packet packets: crate::io::port::Packet,
    Iosb iosbs: crate::io::iosb::Iosb,
    HandleCount handle_counts: crate::ob::header::HandleCount,
    System system: crate::ps::system::System,
    Semaphore semaphores: crate::ke::semaphore::Semaphore,
    Mutant mutants: crate::ke::mutant::Mutant,
    Timer timers: crate::ke::timer::Timer,
    Apc apcs: crate::ps::apc::Apc,
    Directory directories: crate::ob::directory::Directory,
    SymbolicLink symbolic_links: crate::ob::symbolic_link::SymbolicLink,
    Lookup lookups: crate::ob::namespace::Lookup,
    Job jobs: crate::ps::job::Job,
    Information informations: crate::ob::information::Information,
    Request requests: crate::io::request::Request,
    Buffer buffers: crate::io::buffer::Buffer,
    HighWater high_waters: crate::ob::totals::HighWater,
    Fcb fcbs: crate::drivers::npfs::fcb::Fcb,
    Ccb ccbs: crate::drivers::npfs::ccb::Ccb,
    DataEntry data_entries: crate::drivers::npfs::data_entry::DataEntry,
    IoRing io_rings: crate::io::ring::IoRing,
    Sqe sqes: crate::io::ring::Sqe,
    Endpoint endpoints: crate::drivers::afd::endpoint::Endpoint,
    Scb scbs: crate::drivers::ntfs::scb::Scb,
    FileLock file_locks: crate::drivers::ntfs::lock::FileLock,
    Section sections: crate::mm::section::Section,
    ControlArea control_areas: crate::mm::control_area::ControlArea,
    View views: crate::mm::view::View,
    CacheMap cache_maps: crate::cc::cache_map::CacheMap,
    Notify notifies: crate::fsrtl::notify::Notify,
    DriverObject driver_objects: crate::drivers::program::object::DriverObject,
    Activation activations: crate::drivers::program::activation::Activation,
}

/// A record as undo sees it.
trait Changing {
    fn set(&mut self, field: u8, word: u64);
    fn items(&mut self, list: u8) -> &mut Vec<u32>;
}

impl<R: Record> Changing for R {
    fn set(&mut self, field: u8, word: u64) {
        self.set_word(field, word);
    }
    fn items(&mut self, list: u8) -> &mut Vec<u32> {
        self.list_mut(list)
    }
}

impl<R: Stored> Index<Id<R>> for Kernel {
    type Output = R;

    /// The record at `id`.
    ///
    /// # Panics
    /// If the record is gone: the simulator itself kept an id for too long.
    fn index(&self, id: Id<R>) -> &R {
        R::find(self, id)
            .unwrap_or_else(|| panic!("{:?} {id:?} is gone: its id was kept for too long", R::KIND))
    }
}

impl Kernel {
    /// A kernel of that Windows version with its System process and no devices.
    pub fn new(profile: Profile) -> Kernel {
        let mut kernel = Kernel::empty(profile);
        kernel.boot();
        kernel.journal.clear();
        kernel
    }

    /// The Windows version it behaves as.
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The record at `id`, if it is still there.
    pub fn get<R: Stored>(&self, id: Id<R>) -> Option<&R> {
        R::find(self, id)
    }

    /// Every record of one kind, in order of place.
    pub fn all<'a, R: Stored + 'a>(&'a self) -> impl Iterator<Item = (Id<R>, &'a R)> {
        (0..R::places(self)).filter_map(|at| {
            let id = Id::at(at as u32);
            R::find(self, id).map(|record| (id, record))
        })
    }

    /// The rules that were broken so far.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The changes since [`Kernel::mark`] gave `mark`.
    pub fn since(&self, mark: usize) -> &[Delta] {
        &self.journal[mark..]
    }

    /// A mark to undo to.
    pub const fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Forgets how the state came about; nothing before this point can be undone.
    pub fn forget(&mut self) {
        self.journal.clear();
    }

    /// Takes back every change since `mark`, last first.
    pub fn undo_to(&mut self, mark: usize) {
        while self.journal.len() > mark {
            if let Some(delta) = self.journal.pop() {
                self.undo(delta.change);
            }
        }
    }

    fn undo(&mut self, change: Change) {
        match change {
            Change::Field { kind, at, field, from, .. } => {
                self.with_record(kind, at, |record| record.set(field, from));
            }
            Change::Insert { kind, at, list, position, .. } => {
                self.with_record(kind, at, |record| {
                    record.items(list).remove(position as usize);
                });
            }
            Change::Remove { kind, at, list, position, item } => {
                self.with_record(kind, at, |record| record.items(list).insert(position as usize, item));
            }
            Change::Create { kind, at } => self.drop_record(kind, at),
            Change::Destroy { at, record } => self.restore_record(at, *record),
            Change::Entry { process, slot, from, used, .. } => {
                self.tables.row_mut(process as usize).restore(slot, from, used);
            }
            Change::Enter { thread, .. } => drop(self.stacks.row_mut(thread as usize).pop()),
            Change::Goto { thread, from, .. } => {
                if let Some(top) = self.stacks.row_mut(thread as usize).last_mut() {
                    *top = from;
                }
            }
            Change::Leave { thread, frame } => self.stacks.row_mut(thread as usize).push(frame),
            Change::Found(_) => drop(self.findings.pop()),
        }
    }

    pub(crate) fn record_change(&mut self, change: Change, why: &'static str) {
        self.journal.push(Delta { change, why });
    }

    fn arena_mut<R: StoredMut>(&mut self) -> &mut Arena<R> {
        R::arena_mut(self)
    }
}

/// Changing the state: for the routines of the system only.
#[allow(private_bounds, reason = "only the kernel's own records are stored")]
impl Kernel {
    pub(crate) fn create<R: StoredMut>(&mut self, record: R, why: &'static str) -> Id<R> {
        let id = self.arena_mut::<R>().lowest_free();
        self.create_at(id, record, why);
        id
    }

    /// Creates a record in a place that is its own.
    pub(crate) fn create_at<R: StoredMut>(&mut self, id: Id<R>, record: R, why: &'static str) {
        self.arena_mut::<R>().put(id, record);
        self.record_change(Change::Create { kind: R::KIND, at: id.index() as u32 }, why);
    }

    pub(crate) fn destroy<R: StoredMut>(&mut self, id: Id<R>, why: &'static str) {
        if let Some(record) = self.arena_mut::<R>().take(id) {
            let record = Box::new(record.into_any());
            self.record_change(Change::Destroy { at: id.index() as u32, record }, why);
        }
    }

    pub(crate) fn set<R: StoredMut, T: Word>(
        &mut self,
        id: Id<R>,
        field: Field<R, T>,
        value: T,
        why: &'static str,
    ) {
        let (field, to) = (field.index, value.to_word());
        let from = self[id].word(field);
        if from == to {
            return;
        }
        if let Some(record) = self.arena_mut::<R>().get_mut(id) {
            record.set_word(field, to);
        }
        self.record_change(Change::Field { kind: R::KIND, at: id.index() as u32, field, from, to }, why);
    }

    pub(crate) fn push<R: StoredMut, T: Word>(
        &mut self,
        id: Id<R>,
        list: List<R, T>,
        item: T,
        why: &'static str,
    ) {
        let position = self[id].list(list.index).len();
        self.insert(id, list, position, item, why);
    }

    pub(crate) fn insert<R: StoredMut, T: Word>(
        &mut self,
        id: Id<R>,
        list: List<R, T>,
        position: usize,
        item: T,
        why: &'static str,
    ) {
        let (list, item) = (list.index, item.to_word() as u32);
        if let Some(record) = self.arena_mut::<R>().get_mut(id) {
            record.list_mut(list).insert(position, item);
        }
        let at = id.index() as u32;
        self.record_change(Change::Insert { kind: R::KIND, at, list, position: position as u32, item }, why);
    }

    /// Takes `item` out of the list; false if it was not there.
    pub(crate) fn remove<R: StoredMut, T: Word>(
        &mut self,
        id: Id<R>,
        list: List<R, T>,
        item: T,
        why: &'static str,
    ) -> bool {
        let (list, item) = (list.index, item.to_word() as u32);
        let Some(position) = self[id].list(list).iter().position(|at| *at == item) else { return false };
        if let Some(record) = self.arena_mut::<R>().get_mut(id) {
            record.list_mut(list).remove(position);
        }
        let at = id.index() as u32;
        self.record_change(Change::Remove { kind: R::KIND, at, list, position: position as u32, item }, why);
        true
    }

    /// Takes the last item out of the list.
    pub(crate) fn pop<R: StoredMut, T: Word>(
        &mut self,
        id: Id<R>,
        list: List<R, T>,
        why: &'static str,
    ) -> Option<T> {
        let list = list.index;
        let item = self.arena_mut::<R>().get_mut(id).and_then(|record| record.list_mut(list).pop())?;
        let (at, position) = (id.index() as u32, self[id].list(list).len() as u32);
        self.record_change(Change::Remove { kind: R::KIND, at, list, position, item }, why);
        Some(T::from_word(u64::from(item)))
    }

    pub(crate) fn note_finding(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.record_change(Change::Found(finding), finding.rule.sentence());
    }
}
