//! Objects that a call makes for itself.

use sim_core::delta::Change;
use sim_core::record::Kind;

use crate::scenario::run::{Ending, Entry, Run};

/// The objects that a call created and freed again, and their bodies: they have no name that a reader knows.
pub(super) fn temporary(run: &Run<'_>, entry: &Entry) -> Vec<(Kind, u32)> {
    let is_whole = !entry.resumed && entry.ending != Ending::Interrupted;
    let line = (entry.actor, entry.action);
    let of_call = |other: &&Entry| match is_whole {
        true => std::ptr::eq(*other, entry),
        false => (other.actor, other.action) == line,
    };
    let (mut came, mut went) = (Vec::new(), Vec::new());
    let steps = run.entries.iter().filter(of_call).flat_map(|entry| &entry.steps);
    for delta in steps.flat_map(|step| &step.deltas) {
        match &delta.change {
            Change::Create { kind: kind @ (Kind::Object | Kind::File), at } => came.push((*kind, *at)),
            Change::Destroy { at, record } if came.contains(&(record.kind(), *at)) => {
                went.push((record.kind(), *at));
            }
            _ => {}
        }
    }
    went
}
