//! Events.

use crate::ob::header::Object;
use crate::record::record;
use crate::word::Id;

record! {
    /// KEVENT.
    pub struct Event: Event {
        /// Its header.
        OBJECT object: Id<Object>,
        /// A notification event: a wait does not reset it.
        MANUAL_RESET manual_reset: bool,
        /// Its state.
        SIGNALED signaled: bool as "signaled",
    }
    lists {}
}
