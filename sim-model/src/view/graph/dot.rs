//! The graph for Graphviz.

use petgraph::visit::EdgeRef;

use crate::view::graph::{Graph, NodeKind};

/// The graph in the DOT language.
pub fn render_dot(graph: &Graph) -> String {
    let mut text = format!(
        "digraph holders {{\n  rankdir=LR;\n  label=\"{}\\n{}\";\n  node [shape=box, style=rounded, fontname=sans];\n  \
         edge [fontname=sans, fontsize=10];\n",
        quoted(&graph.moment.title),
        quoted(&graph.moment.when)
    );
    for (at, node) in graph.numbered() {
        let subtitle = node.subtitle();
        let second = if subtitle.is_empty() { String::new() } else { format!("\\n{}", quoted(&subtitle)) };
        let shape = match node.kind {
            NodeKind::Handle => ", shape=plain",
            NodeKind::Irp | NodeKind::Packet => ", style=\"rounded,dashed\"",
            _ => "",
        };
        let lost = if node.lost > 0 { ", color=red, fontcolor=red" } else { "" };
        text.push_str(&format!("  n{at} [label=\"{}{second}\"{shape}{lost}];\n", quoted(&node.title)));
    }
    for edge in graph.nodes.edge_references() {
        let (from, to) = (edge.source().index(), edge.target().index());
        let style = if edge.weight().reference { "" } else { ", style=dashed" };
        text.push_str(&format!("  n{from} -> n{to} [label=\"{}\"{style}];\n", quoted(&edge.weight().text())));
    }
    text + "}\n"
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
