//! How many objects and handles of a type there are, and were at most.

use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ob::types::ObjectType;

/// TotalNumberOfObjects and TotalNumberOfHandles of OBJECT_TYPE_INFORMATION.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TypeTotals {
    /// Objects that are not deleted.
    pub objects: u32,
    /// Handles to them, in all processes.
    pub handles: u32,
}

/// HighWaterNumberOfObjects and HighWaterNumberOfHandles: what [`TypeTotals`] were at most.
///
/// They belong to a run, not to a state: two runs that come to the same state can have different ones.
///
/// ```
/// use sim_core::Kernel;
/// use sim_core::ob::totals::HighWater;
/// use sim_core::ob::types::ObjectType;
///
/// let mut k = Kernel::new(Default::default());
/// let mut most = HighWater::of(&k, ObjectType::Process);
/// k.create_process("app");
/// most.note(&k);
/// assert_eq!((most.most().objects, k.type_totals(ObjectType::Process).objects), (2, 2));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HighWater {
    object_type: ObjectType,
    most: TypeTotals,
}

impl HighWater {
    /// Marks that begin with what there is now.
    pub fn of(k: &Kernel, object_type: ObjectType) -> HighWater {
        HighWater { object_type, most: k.type_totals(object_type) }
    }

    /// Looks again; called after every step, it misses nothing.
    pub fn note(&mut self, k: &Kernel) {
        let now = k.type_totals(self.object_type);
        self.most.objects = self.most.objects.max(now.objects);
        self.most.handles = self.most.handles.max(now.handles);
    }

    /// The most there were at any time that was looked at.
    pub const fn most(&self) -> TypeTotals {
        self.most
    }
}

impl Kernel {
    /// The totals of a type, counted.
    pub fn type_totals(&self, object_type: ObjectType) -> TypeTotals {
        let own = |header: &&Object| !header.deleted && header.body.object_type() == object_type;
        let mut totals = TypeTotals::default();
        self.all::<Object>().map(|(_, header)| header).filter(own).for_each(|header| {
            totals.objects += 1;
            totals.handles += header.handle_count;
        });
        totals
    }
}
