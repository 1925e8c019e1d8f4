//! Turns stored states back into runs.

use super::graph::Space;
use super::system::System;
use super::visited::NO_PARENT;

/// The run to a stored state, and the state it ends in.
///
/// The run is rebuilt forwards from the initial state: under symmetry the stored states are
/// representatives, and only the choice of a step whose successor has the stored representative makes
/// them one run. Where several steps do, the first is taken.
pub(super) fn run_to<S: System>(space: &Space<'_, S>, index: usize) -> (Vec<S::Step>, S::State) {
    let mut chain = Vec::new();
    let mut place = space.order[index];
    while space.visited.parent(place) != NO_PARENT {
        chain.push(place);
        place = space.order[space.visited.parent(place) as usize];
    }
    let system = space.system;
    let (mut state, mut run) = (system.initial(), Vec::with_capacity(chain.len()));
    let (mut enabled, mut bytes) = (Vec::new(), Vec::new());
    for &place in chain.iter().rev() {
        enabled.clear();
        system.enabled(&state, &mut enabled);
        let step = enabled.iter().copied().find(|&step| {
            system.take(&mut state, step);
            space.encode(&state, &mut bytes);
            system.undo(&mut state, step);
            bytes == space.visited.bytes(place)
        });
        let step = step.expect("a stored state is a successor of its parent");
        system.take(&mut state, step);
        run.push(step);
    }
    (run, state)
}
