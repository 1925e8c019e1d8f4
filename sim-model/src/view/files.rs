//! What a run shows of files of a volume: their byte-range locks.

use sim_core::delta::Change;
use sim_core::record::Kind;
use sim_core::{Id, Kernel};

use crate::scenario::run::Taken;

/// A change that is an event of a file: whose, what, and which range.
pub(super) fn event(step: &Taken, change: &Change) -> Option<(String, &'static str, String)> {
    let (at, list, item, what) = match change {
        Change::Insert { kind: Kind::Scb, at, list, item, .. } => (*at, *list, *item, "range locked"),
        Change::Remove { kind: Kind::Scb, at, list, item, .. } => (*at, *list, *item, "range unlocked"),
        _ => return None,
    };
    let is_lock = Kernel::lists(Kind::Scb)[list as usize].name == "FileLock";
    is_lock.then(|| (step.files.name(Id::at(at)), what, step.files.range(Id::at(item - 1))))
}
