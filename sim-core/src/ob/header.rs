//! The object header: the two counts that decide how long an object lives.

use crate::io::device::Device;
use crate::io::file::File;
use crate::io::port::Port;
use crate::ke::event::Event;
use crate::kernel::Kernel;
use crate::ob::types::ObjectType;
use crate::ps::job::Job;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::word::{Id, Word, WordKind};

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
        WATCHERS watchers: u32,
        /// The delete procedure has run.
        DELETED deleted: bool as "deleted",
    }
    lists {
        /// Handles by process, for types that maintain a handle count.
        HANDLE_COUNTS handle_counts: Id<HandleCount>,
    }
}

record! {
    /// How many handles one process holds to one object (OBJECT_HANDLE_COUNT_ENTRY).
    pub struct HandleCount: HandleCount {
        /// The process.
        PROCESS process: Id<Process>,
        /// Its handles.
        COUNT count: u32,
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
    /// A job.
    Job(Id<Job>),
    /// An object of a recording, whose type has the name of that number.
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
            Body::Job(_) => ObjectType::Job,
            Body::Opaque(_) => ObjectType::Opaque,
        }
    }
}

impl Word for Body {
    const KIND: WordKind = WordKind::Number;
    fn to_word(self) -> u64 {
        let place = match self {
            Body::Event(id) => id.to_word(),
            Body::File(id) => id.to_word(),
            Body::Device(id) => id.to_word(),
            Body::Port(id) => id.to_word(),
            Body::Process(id) => id.to_word(),
            Body::Thread(id) => id.to_word(),
            Body::Job(id) => id.to_word(),
            Body::Opaque(name) => u64::from(name),
        };
        place << 4 | self.object_type() as u64
    }
    fn from_word(word: u64) -> Self {
        let place = word >> 4;
        match ObjectType::from_word(word & 15) {
            ObjectType::Event => Body::Event(Id::from_word(place)),
            ObjectType::File => Body::File(Id::from_word(place)),
            ObjectType::Device => Body::Device(Id::from_word(place)),
            ObjectType::IoCompletion => Body::Port(Id::from_word(place)),
            ObjectType::Process => Body::Process(Id::from_word(place)),
            ObjectType::Thread => Body::Thread(Id::from_word(place)),
            ObjectType::Job => Body::Job(Id::from_word(place)),
            ObjectType::Opaque => Body::Opaque(place as u32),
        }
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
            handle_counts: alloc::vec::Vec::new(),
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
