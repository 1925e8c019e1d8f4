//! Why an object is alive: every way from something that lives by itself to the object.

use petgraph::algo::all_simple_paths;
use petgraph::graph::NodeIndex;

use crate::scenario::world::{Binding, World};
use crate::view::graph::{Graph, Link, NodeKind};

/// The most ways that are told.
const MOST_PATHS: usize = 100;

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
        let ways = roots.iter().flat_map(|from| match *from == to {
            true => vec![vec![to]],
            false => all_simple_paths::<Vec<_>, _, std::hash::RandomState>(&self.nodes, *from, to, 0, None)
                .take(MOST_PATHS + 1)
                .collect(),
        });
        // What leads through something that lives by itself adds nothing to the way that begins there.
        let begins = |path: &Vec<NodeIndex>| path[1..].iter().all(|node| !roots.contains(node));
        let mut paths: Vec<Vec<NodeIndex>> = ways.filter(begins).collect();
        paths.sort_by_key(|path| (path.len(), path.clone()));
        let more = paths.len() > MOST_PATHS;
        paths.truncate(MOST_PATHS);
        (paths, more)
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
