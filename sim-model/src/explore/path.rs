//! Turns stored states back into runs.

use super::graph::Space;
use super::system::System;
use super::visited::NO_PARENT;
use super::worker::run_through;

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
    if space.partial_order {
        run_through(system, &mut state, &mut run);
    }
    let (mut enabled, mut bytes) = (Vec::new(), Vec::new());
    for &place in chain.iter().rev() {
        enabled.clear();
        system.enabled(&state, &mut enabled);
        let is_way = |&step: &S::Step| {
            let start = run.len();
            space.take(&mut state, step, &mut run);
            space.encode(&state, &mut bytes);
            let is_way = bytes == space.visited.bytes(place);
            if !is_way {
                run.drain(start..).rev().for_each(|step| system.undo(&mut state, step));
            }
            is_way
        };
        assert!(enabled.iter().any(is_way), "a stored state is a successor of its parent");
    }
    (run, state)
}
