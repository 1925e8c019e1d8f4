//! The graph as JSON Lines.

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use serde::Serialize;

use crate::view::graph::{Graph, Node, NodeKind};
use crate::view::json::FORMAT_VERSION;

#[derive(Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record<'a> {
    Graph {
        format: u32,
        title: &'a str,
        place: &'a str,
        when: &'a str,
        step: usize,
        steps: usize,
    },
    Node {
        id: usize,
        kind: NodeKind,
        name: &'a str,
        #[serde(rename = "type", skip_serializing_if = "str::is_empty")]
        type_name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        handle_count: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pointer_count: Option<u32>,
        runs: bool,
        leaked: u32,
    },
    Edge {
        from: usize,
        to: usize,
        does: &'a str,
        reference: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<&'a str>,
    },
    Leak {
        sentence: &'a str,
    },
    Path {
        sentence: String,
        nodes: Vec<usize>,
    },
}

fn put(out: &mut String, record: &Record<'_>) {
    // Numbers, words and lists of numbers always can be written.
    out.push_str(&serde_json::to_string(record).unwrap_or_default());
    out.push('\n');
}

fn put_nodes(graph: &Graph, out: &mut String) {
    let moment = &graph.moment;
    let (title, place, when) = (&*moment.title, &*moment.place, &*moment.when);
    let (step, steps) = (moment.step, moment.steps);
    put(out, &Record::Graph { format: FORMAT_VERSION, title, place, when, step, steps });
    for (id, node) in graph.numbered() {
        let Node { kind, title: name, type_name, counts, runs, lost: leaked, .. } = node;
        put(
            out,
            &Record::Node {
                id,
                kind: *kind,
                name,
                type_name,
                handle_count: counts.map(|counts| counts.0),
                pointer_count: counts.map(|counts| counts.1),
                runs: *runs,
                leaked: *leaked,
            },
        );
    }
    for edge in graph.nodes.edge_references() {
        let (from, to, link) = (edge.source().index(), edge.target().index(), edge.weight());
        put(out, &Record::Edge { from, to, does: link.verb, reference: link.reference, by: link.by });
    }
    graph.leaks.iter().for_each(|sentence| put(out, &Record::Leak { sentence }));
}

/// The graph as JSON Lines: the moment, nodes, edges, leaks.
pub fn render_json(graph: &Graph) -> String {
    let mut out = String::new();
    put_nodes(graph, &mut out);
    out
}

/// The same with the ways to a node.
pub fn render_why_json(graph: &Graph, to: NodeIndex) -> String {
    let mut out = String::new();
    put_nodes(graph, &mut out);
    for path in graph.paths(to).0 {
        let nodes = path.iter().map(|node| node.index()).collect();
        put(&mut out, &Record::Path { sentence: graph.sentence(&path), nodes });
    }
    out
}
