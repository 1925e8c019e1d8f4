//! The object header: the two counts that decide how long an object lives.

use crate::io::device::Device;
use crate::io::file::File;
use crate::io::port::Port;
use crate::io::ring::IoRing;
use crate::ke::event::Event;
use crate::ke::mutant::Mutant;
use crate::ke::semaphore::Semaphore;
use crate::ke::timer::Timer;
use crate::kernel::Kernel;
use crate::mm::section::Section;
use crate::ob::directory::Directory;
use crate::ob::symbolic_link::SymbolicLink;
use crate::ob::types::ObjectType;
use crate::ps::job::Job;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::record::{Kind, record};
use crate::renaming::Rename;
use crate::word::{Id, Name, Word, WordKind};

record! {
    /// OBJECT_HEADER: what the object manager knows of every object, whatever its type.
    pub struct Object: Object {
        /// The body behind the header.
        BODY body: Body,
        /// Open handles, in every process together. At zero the object's name goes and the type's close
        /// procedure has run for the last time.
        HANDLE_COUNT handle_count: u32 as "HandleCount",
        /// References, one of them for each handle. At zero the object is deleted.
        POINTER_COUNT pointer_count: u32 as "PointerCount",
        /// No handle was created yet.
        NEW new: bool,
        /// Labels of a program or test that speak of this object; its header is kept for them after its deletion.
        WATCHERS watchers: u32 = 1,
        /// The delete procedure has run.
        DELETED deleted: bool as "deleted",
        /// Its name, while that is in a directory (OBJECT_HEADER_NAME_INFO).
        NAME name: Option<Name> as "Name",
        /// The directory that has the name. The directory holds the object, and the object the directory.
        DIRECTORY directory: Option<Id<Directory>>,
        /// OB_FLAG_PERMANENT: the name stays without a handle.
        PERMANENT permanent: bool as "Permanent",
        /// OB_FLAG_EXCLUSIVE: only one process can have handles.
        EXCLUSIVE exclusive: bool as "Exclusive",
        /// The process that has exclusive handles.
        EXCLUSIVE_PROCESS exclusive_process: Option<Id<Process>> as "ExclusiveProcess",
        /// The type's okay-to-close procedure refuses, as win32k's does for a desktop in use.
        REFUSES_CLOSE refuses_close: bool,
    }
    lists {
        /// Handles by process, for types that maintain a handle count.
        HANDLE_COUNTS handle_counts: Id<HandleCount>,
        /// Threads that wait for the object, the one that came first in front (DISPATCHER_HEADER.WaitListHead).
        WAITERS waiters: Id<Thread> as "WaitListHead",
    }
}

record! {
    /// How many handles one process holds to one object (OBJECT_HANDLE_COUNT_ENTRY).
    pub struct HandleCount: HandleCount {
        /// The process.
        PROCESS process: Id<Process>,
        /// Its handles.
        COUNT count: u32 = 1,
    }
    lists {}
}

/// The body of an object: which structure follows the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// An event.
    Event(Id<Event>),
    /// A file object.
    File(Id<File>),
    /// A device object.
    Device(Id<Device>),
    /// A completion port.
    Port(Id<Port>),
    /// A process.
    Process(Id<Process>),
    /// A thread.
    Thread(Id<Thread>),
    /// A semaphore.
    Semaphore(Id<Semaphore>),
    /// A mutant.
    Mutant(Id<Mutant>),
    /// A timer.
    Timer(Id<Timer>),
    /// A directory.
    Directory(Id<Directory>),
    /// A symbolic link.
    SymbolicLink(Id<SymbolicLink>),
    /// A job.
    Job(Id<Job>),
    /// An I/O ring.
    IoRing(Id<IoRing>),
    /// A section.
    Section(Id<Section>),
    /// An object of a type of which the model knows the header alone.
    Bare(ObjectType),
    /// An object of a type that is known by its name, which has that number.
    Opaque(u32),
}

impl Body {
    /// The object's type.
    pub const fn object_type(self) -> ObjectType {
        match self {
            Body::Event(_) => ObjectType::Event,
            Body::File(_) => ObjectType::File,
            Body::Device(_) => ObjectType::Device,
            Body::Port(_) => ObjectType::IoCompletion,
            Body::Process(_) => ObjectType::Process,
            Body::Thread(_) => ObjectType::Thread,
            Body::Semaphore(_) => ObjectType::Semaphore,
            Body::Mutant(_) => ObjectType::Mutant,
            Body::Timer(_) => ObjectType::Timer,
            Body::Directory(_) => ObjectType::Directory,
            Body::SymbolicLink(_) => ObjectType::SymbolicLink,
            Body::Job(_) => ObjectType::Job,
            Body::IoRing(_) => ObjectType::IoRing,
            Body::Section(_) => ObjectType::Section,
            Body::Bare(object_type) => object_type,
            Body::Opaque(_) => ObjectType::Opaque,
        }
    }
}

impl Body {
    /// The record that it is.
    pub(crate) const fn record(self) -> Option<(Kind, u32)> {
        let (kind, at) = match self {
            Body::Event(id) => (Kind::Event, id.index()),
            Body::File(id) => (Kind::File, id.index()),
            Body::Device(id) => (Kind::Device, id.index()),
            Body::Port(id) => (Kind::Port, id.index()),
            Body::Process(id) => (Kind::Process, id.index()),
            Body::Thread(id) => (Kind::Thread, id.index()),
            Body::Semaphore(id) => (Kind::Semaphore, id.index()),
            Body::Mutant(id) => (Kind::Mutant, id.index()),
            Body::Timer(id) => (Kind::Timer, id.index()),
            Body::Directory(id) => (Kind::Directory, id.index()),
            Body::SymbolicLink(id) => (Kind::SymbolicLink, id.index()),
            Body::Job(id) => (Kind::Job, id.index()),
            Body::IoRing(id) => (Kind::IoRing, id.index()),
            Body::Section(id) => (Kind::Section, id.index()),
            Body::Bare(_) | Body::Opaque(_) => return None,
        };
        Some((kind, at as u32))
    }
}

impl Word for Body {
    const KIND: WordKind = WordKind::Packed;
    fn to_word(self) -> u64 {
        let place = match self {
            Body::Event(id) => id.to_word(),
            Body::File(id) => id.to_word(),
            Body::Device(id) => id.to_word(),
            Body::Port(id) => id.to_word(),
            Body::Process(id) => id.to_word(),
            Body::Thread(id) => id.to_word(),
            Body::Semaphore(id) => id.to_word(),
            Body::Mutant(id) => id.to_word(),
            Body::Timer(id) => id.to_word(),
            Body::Directory(id) => id.to_word(),
            Body::SymbolicLink(id) => id.to_word(),
            Body::Job(id) => id.to_word(),
            Body::IoRing(id) => id.to_word(),
            Body::Section(id) => id.to_word(),
            Body::Bare(_) => 0,
            Body::Opaque(name) => u64::from(name),
        };
        place << 5 | self.object_type() as u64
    }
    fn from_word(word: u64) -> Self {
        let place = word >> 5;
        match ObjectType::from_word(word & 31) {
            ObjectType::Event => Body::Event(Id::from_word(place)),
            ObjectType::File => Body::File(Id::from_word(place)),
            ObjectType::Device => Body::Device(Id::from_word(place)),
            ObjectType::IoCompletion => Body::Port(Id::from_word(place)),
            ObjectType::Process => Body::Process(Id::from_word(place)),
            ObjectType::Thread => Body::Thread(Id::from_word(place)),
            ObjectType::Semaphore => Body::Semaphore(Id::from_word(place)),
            ObjectType::Mutant => Body::Mutant(Id::from_word(place)),
            ObjectType::Timer => Body::Timer(Id::from_word(place)),
            ObjectType::Directory => Body::Directory(Id::from_word(place)),
            ObjectType::SymbolicLink => Body::SymbolicLink(Id::from_word(place)),
            ObjectType::Job => Body::Job(Id::from_word(place)),
            ObjectType::IoRing => Body::IoRing(Id::from_word(place)),
            ObjectType::Section => Body::Section(Id::from_word(place)),
            bare @ (ObjectType::Driver | ObjectType::Token) => Body::Bare(bare),
            ObjectType::Opaque => Body::Opaque(place as u32),
        }
    }

    fn rename<N: Rename>(word: u64, names: &mut N) -> u64 {
        let renamed = match Body::from_word(word) {
            Body::Event(id) => Body::Event(names.value(id)),
            Body::File(id) => Body::File(names.value(id)),
            Body::Device(id) => Body::Device(names.value(id)),
            Body::Port(id) => Body::Port(names.value(id)),
            Body::Process(id) => Body::Process(names.value(id)),
            Body::Thread(id) => Body::Thread(names.value(id)),
            Body::Semaphore(id) => Body::Semaphore(names.value(id)),
            Body::Mutant(id) => Body::Mutant(names.value(id)),
            Body::Timer(id) => Body::Timer(names.value(id)),
            Body::Directory(id) => Body::Directory(names.value(id)),
            Body::SymbolicLink(id) => Body::SymbolicLink(names.value(id)),
            Body::Job(id) => Body::Job(names.value(id)),
            Body::IoRing(id) => Body::IoRing(names.value(id)),
            Body::Section(id) => Body::Section(names.value(id)),
            same @ (Body::Bare(_) | Body::Opaque(_)) => same,
        };
        renamed.to_word()
    }
}

impl Object {
    /// A new header with neither handle nor reference.
    pub(crate) const fn new(body: Body) -> Object {
        Object {
            body,
            handle_count: 0,
            pointer_count: 0,
            new: true,
            watchers: 0,
            deleted: false,
            name: None,
            directory: None,
            permanent: false,
            exclusive: false,
            exclusive_process: None,
            refuses_close: false,
            handle_counts: alloc::vec::Vec::new(),
            waiters: alloc::vec::Vec::new(),
        }
    }
}

impl Kernel {
    /// The type of an object.
    pub fn object_type(&self, object: Id<Object>) -> ObjectType {
        self[object].body.object_type()
    }

    /// Keeps what is known of an object after its deletion, for a label that speaks of it.
    pub fn watch(&mut self, object: Id<Object>) {
        let watchers = self[object].watchers + 1;
        self.set(object, Object::WATCHERS, watchers, "");
    }

    /// The entry that counts `process`'s handles to `object`.
    pub(crate) fn handle_count_entry(
        &self,
        object: Id<Object>,
        process: Id<Process>,
    ) -> Option<Id<HandleCount>> {
        Object::HANDLE_COUNTS.of(&self[object]).find(|entry| self[*entry].process == process)
    }
}
