//! The graph for Mermaid.

use petgraph::visit::EdgeRef;

use crate::view::graph::{Graph, NodeKind};

/// The graph as a Mermaid flowchart.
pub fn render_mermaid(graph: &Graph) -> String {
    let mut text = String::from("flowchart LR\n");
    for (at, node) in graph.numbered() {
        let subtitle = node.subtitle();
        let second = if subtitle.is_empty() { String::new() } else { format!("<br/>{}", quoted(&subtitle)) };
        let (open, close) = match node.kind {
            NodeKind::Handle => ("([", "])"),
            NodeKind::Irp | NodeKind::Packet => ("[/", "/]"),
            _ => ("[", "]"),
        };
        text.push_str(&format!("  n{at}{open}\"{}{second}\"{close}\n", quoted(&node.title)));
    }
    for edge in graph.nodes.edge_references() {
        let arrow = if edge.weight().reference { "-->" } else { "-.->" };
        let (from, to) = (edge.source().index(), edge.target().index());
        text.push_str(&format!("  n{from} {arrow}|\"{}\"| n{to}\n", quoted(&edge.weight().text())));
    }
    for (at, node) in graph.numbered() {
        if node.lost > 0 {
            text.push_str(&format!("  style n{at} stroke:#c00,color:#c00\n"));
        }
    }
    text
}

fn quoted(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}
