//! Leaks: references that nobody holds, and objects that keep each other alive while nothing else does.

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, Reversed};

use sim_core::ob::header::Object;
use sim_core::ps::thread::Thread;
use sim_core::{Id, Kernel};

use crate::view::holders::{Hold, Holder, holders, under_way};

/// Something that will never be freed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leak {
    /// An object has more references than holders, and no call is under way that could hold them.
    Unheld {
        /// The object.
        object: Id<Object>,
        /// How many references nobody holds.
        references: u32,
    },
    /// Objects hold each other in a circle, and nothing else holds any of them.
    Circle(Vec<Id<Object>>),
}

/// Every leak of a kernel, references first, each kind in order of place.
///
/// ```
/// use sim_core::Kernel;
/// assert!(sim_model::view::leaks::leaks(&Kernel::new(Default::default())).is_empty());
/// ```
pub fn leaks(k: &Kernel) -> Vec<Leak> {
    let graph = holders(k);
    // A call under way can hold references that no record tells of.
    let idle = k.all::<Thread>().all(|(thread, _)| k.stack(thread).is_empty());
    let unheld = k.all::<Object>().filter(|_| idle).filter_map(|(object, _)| {
        let references = under_way(k, &graph, object);
        (references > 0).then_some(Leak::Unheld { object, references })
    });
    // Nor does a circle last that a call is about to take apart, as a close does with an object and its directory.
    let lasts = |circle: &Vec<Id<Object>>| circle.iter().all(|object| under_way(k, &graph, *object) == 0);
    unheld.chain(circles(&graph).into_iter().filter(lasts).map(Leak::Circle)).collect()
}

/// The circles of objects that nothing outside them holds, not even through others.
pub fn circles(graph: &DiGraph<Holder, Hold>) -> Vec<Vec<Id<Object>>> {
    let object = |node: NodeIndex| match graph[node] {
        Holder::Object(object) => Some(object),
        _ => None,
    };
    let lost = |node: NodeIndex| {
        let mut search = Dfs::new(Reversed(graph), node);
        std::iter::from_fn(|| search.next(Reversed(graph))).all(|holder| {
            // An object that nothing holds is about to go.
            object(holder).is_some() && graph.neighbors_directed(holder, petgraph::Incoming).next().is_some()
        })
    };
    let mut circles: Vec<Vec<Id<Object>>> = tarjan_scc(graph)
        .into_iter()
        .filter(|nodes| nodes.len() > 1 || graph.contains_edge(nodes[0], nodes[0]))
        .filter(|nodes| lost(nodes[0]))
        .map(|nodes| nodes.into_iter().filter_map(object).collect())
        .collect();
    circles.iter_mut().for_each(|circle| circle.sort_unstable());
    circles.sort_unstable();
    circles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_lost_only_if_nothing_else_holds_it() {
        let mut graph = DiGraph::new();
        let [a, b, c] = [0, 1, 2].map(|at| graph.add_node(Holder::Object(Id::at(at))));
        graph.add_edge(a, b, Hold::Port);
        graph.add_edge(b, a, Hold::Port);
        graph.add_edge(b, c, Hold::Port);
        assert_eq!(circles(&graph), [[Id::at(0), Id::at(1)]], "what a circle holds is in no circle");
        let running = graph.add_node(Holder::Running);
        graph.add_edge(running, c, Hold::Running);
        assert_eq!(circles(&graph).len(), 1, "who holds a held object does not live by that");
        graph.add_edge(running, b, Hold::Running);
        assert!(circles(&graph).is_empty());
    }
}
