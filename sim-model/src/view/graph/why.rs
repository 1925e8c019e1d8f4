//! Why an object is alive: every way from something that lives by itself to the object.

use std::collections::{HashSet, VecDeque};

use petgraph::graph::NodeIndex;
use petgraph::visit::{Dfs, Reversed};

use crate::scenario::world::{Binding, World};
use crate::view::graph::{Graph, Link, NodeKind};

/// The most ways that are told.
const MOST_PATHS: usize = 100;

/// The most beginnings of ways that are looked at.
const MOST_BEGUN: usize = 20_000;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A node of the graph.
    Node(NodeIndex),
    /// An object that is freed, or never came to be: the sentence that says so.
    Gone(String),
}

/// What a name stands for in a world: a label, or a node's title. None for a name that nothing has.
pub fn named(world: &World<'_>, graph: &Graph, name: &str) -> Option<Target> {
    let of_title = || {
        let mut nodes = graph.nodes.node_indices();
        nodes.find(|node| graph.nodes[*node].title == name || graph.nodes[*node].name == name)
    };
    let Some(label) = world.program().labels.iter().position(|label| label.name == name) else {
        return of_title().map(Target::Node);
    };
    let gone = |text: String| Some(Target::Gone(text));
    match world.binding(label) {
        Binding::Handle { object: Some(object), .. } => {
            let node = graph.nodes.node_indices().find(|node| graph.nodes[*node].object == Some(object));
            node.map(Target::Node).or_else(|| gone(format!("{name} is freed: no reference is left")))
        }
        Binding::Operation(iosb) => {
            let title = format!("IRP of {}", world.names().iosb(iosb));
            let node = graph.nodes.node_indices().find(|node| graph.nodes[*node].title == title);
            node.map(Target::Node).or_else(|| gone(format!("{name} has ended: its IRP is gone")))
        }
        Binding::Unbound => gone(format!("{name} names nothing yet")),
        _ => gone(format!("{name} names no object")),
    }
}

impl Graph {
    /// Every way to a node from one that lives by itself, shortest first, and whether there were more.
    pub(super) fn paths(&self, to: NodeIndex) -> (Vec<Vec<NodeIndex>>, bool) {
        let roots = self.roots();
        let leads = self.leading(to);
        let mut found: Vec<Vec<NodeIndex>> = Vec::new();
        let mut begun: VecDeque<Vec<NodeIndex>> = roots.iter().map(|root| vec![*root]).collect();
        let mut taken = 0;
        while let Some(path) = begun.pop_front() {
            taken += 1;
            if found.len() > MOST_PATHS || taken > MOST_BEGUN {
                found.truncate(MOST_PATHS);
                return (found, true);
            }
            let last = path[path.len() - 1];
            if last == to {
                found.push(path.clone());
            }
            if last == to && path.len() > 1 {
                continue;
            }
            // What leads through something that lives by itself adds nothing to the way that begins there.
            let mut next: Vec<NodeIndex> = self.nodes.neighbors(last).collect();
            next.retain(|node| {
                *node == to || leads.contains(node) && !roots.contains(node) && !path.contains(node)
            });
            next.sort_unstable();
            next.dedup();
            begun.extend(next.into_iter().map(|node| [&*path, &[node]].concat()));
        }
        found.sort_by_key(|path| (path.len(), path.clone()));
        (found, false)
    }

    /// The nodes from which an arrow, or a chain of them, leads to a node.
    fn leading(&self, to: NodeIndex) -> HashSet<NodeIndex> {
        let mut search = Dfs::new(Reversed(&self.nodes), to);
        std::iter::from_fn(|| search.next(Reversed(&self.nodes))).collect()
    }

    /// A way as a sentence.
    pub(super) fn sentence(&self, path: &[NodeIndex]) -> String {
        let mut text = String::new();
        for (at, node) in path.iter().enumerate() {
            let name = &self.nodes[*node].name;
            match at.checked_sub(1).and_then(|before| self.link(path[before], *node)) {
                None if path.len() == 1 && self.nodes[*node].runs => {
                    let kept = match self.nodes[*node].kind {
                        NodeKind::Object => "belongs to the system",
                        NodeKind::Device => "is held while its driver is loaded",
                        _ => "is held while it runs",
                    };
                    text = format!("{name} {kept}");
                }
                None if path.len() == 1 => text = format!("nothing holds {name}"),
                None => text.clone_from(name),
                Some(link) => {
                    let which = if at == 1 { " " } else { ", which " };
                    text.push_str(&format!("{which}{} {name}", link.text()));
                }
            }
        }
        if let [.., from, to] = path {
            let times =
                self.nodes.edges_connecting(*from, *to).filter(|edge| edge.weight().reference).count();
            if times > 1 {
                text.push_str(&format!(" with {times} references"));
            }
        }
        text
    }

    fn link(&self, from: NodeIndex, to: NodeIndex) -> Option<Link> {
        self.nodes.find_edge(from, to).map(|edge| self.nodes[edge])
    }

    /// Ways to a node as sentences, shortest first, and whether there are more.
    pub fn why(&self, to: NodeIndex) -> (Vec<String>, bool) {
        let (paths, more) = self.paths(to);
        (paths.iter().map(|path| self.sentence(path)).collect(), more)
    }
}
