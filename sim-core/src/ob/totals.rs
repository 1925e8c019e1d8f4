//! How many objects and handles of a type there are.

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

impl Kernel {
    /// The totals of a type, counted.
    pub fn type_totals(&self, object_type: ObjectType) -> TypeTotals {
        let own = |header: &&Object| !header.deleted && header.body.object_type() == object_type;
        let mut totals = TypeTotals::default();
        for header in self.all::<Object>().map(|(_, header)| header).filter(own) {
            totals.objects += 1;
            totals.handles += header.handle_count;
        }
        totals
    }
}
