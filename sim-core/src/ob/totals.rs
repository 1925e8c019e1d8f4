//! How many objects and handles of a type there are, and were at most.

use alloc::vec::Vec;

use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::types::ObjectType;
use crate::record::record;
use crate::word::Id;

/// TotalNumberOfObjects and TotalNumberOfHandles of OBJECT_TYPE_INFORMATION.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TypeTotals {
    /// Objects that are not deleted.
    pub objects: u32,
    /// Handles to them, in all processes.
    pub handles: u32,
}

record! {
    /// What the totals of one type were at most. Only with [`Profile::high_water`](crate::profile::Profile::high_water).
    ///
    /// ```
    /// use sim_core::Kernel;
    /// use sim_core::ob::types::ObjectType;
    /// use sim_core::profile::Profile;
    ///
    /// let mut k = Kernel::new(Profile::default().remembering_most());
    /// k.create_process("app");
    /// assert_eq!(k.high_water(ObjectType::Process).map(|most| most.objects), Some(2));
    /// assert_eq!(Kernel::new(Profile::default()).high_water(ObjectType::Process), None);
    /// ```
    pub struct HighWater: HighWater {
        /// The type.
        OBJECT_TYPE object_type: ObjectType,
        /// The most objects there were.
        OBJECTS objects: u32 as "HighWaterNumberOfObjects",
        /// The most handles to them there were.
        HANDLES handles: u32 as "HighWaterNumberOfHandles",
    }
    lists {}
}

impl Kernel {
    /// Begins a mark for each type, if marks are kept.
    pub(crate) fn begin_high_water(&mut self) {
        let types = ObjectType::ALL.iter().filter(|_| self.profile().high_water);
        for object_type in types.copied().collect::<Vec<_>>() {
            self.create(HighWater { object_type, objects: 0, handles: 0 }, "");
        }
    }

    fn mark_of(&self, object_type: ObjectType) -> Option<Id<HighWater>> {
        self.all::<HighWater>().find(|(_, mark)| mark.object_type == object_type).map(|(id, _)| id)
    }

    /// Looks whether there are more objects or handles of this object's type than ever; nothing if no marks are kept.
    pub(crate) fn note_high_water(&mut self, object: Id<Object>) {
        let object_type = self.object_type(object);
        let Some(mark) = self.mark_of(object_type) else { return };
        let (now, most) = (self.type_totals(object_type), self[mark].clone());
        self.set(mark, HighWater::OBJECTS, most.objects.max(now.objects), "");
        self.set(mark, HighWater::HANDLES, most.handles.max(now.handles), "");
    }

    /// The most objects and handles of a type that there were; none if no marks are kept.
    pub fn high_water(&self, object_type: ObjectType) -> Option<TypeTotals> {
        let mark = &self[self.mark_of(object_type)?];
        Some(TypeTotals { objects: mark.objects, handles: mark.handles })
    }

    /// Whether it was created: a process that a call makes, and its threads, are declared before it.
    fn exists(&self, body: Body) -> bool {
        match body {
            Body::Process(process) => self.get(process).is_some_and(|process| process.created),
            Body::Thread(thread) => self.get(thread).is_some_and(|thread| thread.created),
            _ => true,
        }
    }

    /// The totals of a type, counted.
    pub fn type_totals(&self, object_type: ObjectType) -> TypeTotals {
        let own = |header: &&Object| {
            !header.deleted && header.body.object_type() == object_type && self.exists(header.body)
        };
        let mut totals = TypeTotals::default();
        self.all::<Object>().map(|(_, header)| header).filter(own).for_each(|header| {
            totals.objects += 1;
            totals.handles += header.handle_count;
        });
        totals
    }
}
