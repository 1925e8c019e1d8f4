//! The graph as text: what lives by itself, and under each what it holds.

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use crate::view::graph::{Graph, Link, NodeKind};
use crate::view::layout::{Paint, Tone, WIDTH, columns, wrap};

/// Where an object's type and counts stand, if its name leaves room.
const COUNTS: usize = 58;

/// The graph as text.
pub fn render_text(graph: &Graph, color: bool) -> String {
    let paint = Paint(color);
    let mut page = Page { graph, paint, text: heading(graph, paint), seen: Vec::new(), roots: Vec::new() };
    let mut roots = graph.roots();
    roots.sort_by_key(|node| (order(graph.nodes[*node].kind), *node));
    page.roots.clone_from(&roots);
    for root in roots {
        page.text.push('\n');
        page.node(root, None, 0);
    }
    // Of a circle nothing is a root.
    for node in graph.nodes.node_indices() {
        if !page.seen.contains(&node) {
            page.text.push('\n');
            page.node(node, None, 0);
        }
    }
    page.leaks();
    page.text
}

fn heading(graph: &Graph, paint: Paint) -> String {
    let moment = &graph.moment;
    let mut text = format!("{}\n", paint.text(Tone::Heading, &moment.title));
    for line in wrap(&format!("{}: {}", moment.place, moment.when), WIDTH) {
        text.push_str(&format!("{}\n", paint.text(Tone::Quiet, &line)));
    }
    text
}

const fn order(kind: NodeKind) -> u8 {
    match kind {
        NodeKind::Process => 0,
        NodeKind::Thread => 1,
        NodeKind::Device => 2,
        _ => 3,
    }
}

struct Page<'g> {
    graph: &'g Graph,
    paint: Paint,
    text: String,
    seen: Vec<NodeIndex>,
    /// They stand for themselves, so what holds them only names them.
    roots: Vec<NodeIndex>,
}

impl Page<'_> {
    fn node(&mut self, at: NodeIndex, link: Option<Link>, depth: usize) {
        let node = &self.graph.nodes[at];
        let lead = match link {
            None => String::new(),
            Some(link) => format!("{}{} ", "  ".repeat(depth), link.text()),
        };
        let again = self.seen.contains(&at) || link.is_some() && self.roots.contains(&at);
        let running = if link.is_none() { node.kept() } else { "" };
        let head = format!("{lead}{}{running}", node.name);
        let state = match again {
            true if self.seen.contains(&at) => "(above)".to_owned(),
            true => "(below)".to_owned(),
            false => node.subtitle(),
        };
        let tone = if node.lost > 0 { Tone::Bad } else { Tone::Plain };
        let blanks = " ".repeat(COUNTS.saturating_sub(columns(&head)).max(2));
        let name = self.paint.text(tone, &format!("{}{running}", node.name));
        let line = format!("{lead}{name}{blanks}{}", self.paint.text(Tone::Change, &state));
        self.text.push_str(line.trim_end());
        self.text.push('\n');
        if again {
            return;
        }
        self.seen.push(at);
        let mut links: Vec<(NodeIndex, Link)> =
            self.graph.nodes.edges(at).map(|edge| (edge.target(), *edge.weight())).collect();
        links.sort_by_key(|(to, _)| *to);
        for (to, link) in links {
            self.node(to, Some(link), depth + 1);
        }
    }

    fn leaks(&mut self) {
        for leak in &self.graph.leaks {
            for (at, line) in wrap(&format!("leak: {leak}"), WIDTH).iter().enumerate() {
                let before = if at == 0 { "\n" } else { "" };
                self.text.push_str(&format!("{before}{}\n", self.paint.text(Tone::Bad, line)));
            }
        }
    }
}

/// Why a node is alive, as text.
pub fn render_why(graph: &Graph, to: NodeIndex, color: bool) -> String {
    let paint = Paint(color);
    let node = &graph.nodes[to];
    let (ways, more) = graph.why(to);
    let mut text = heading(graph, paint);
    let subtitle = node.subtitle();
    let comma = if subtitle.is_empty() { "" } else { ": " };
    text.push_str(&format!("\n{}{comma}{subtitle}\n", paint.text(Tone::Call, &node.name)));
    for (at, way) in ways.iter().enumerate() {
        for (row, line) in wrap(&format!("{way}."), WIDTH - 6).iter().enumerate() {
            let number = if row == 0 { format!("{:>4}  ", at + 1) } else { " ".repeat(6) };
            text.push_str(&format!("{number}{line}\n"));
        }
    }
    if more {
        text.push_str("      There are more ways than these.\n");
    }
    if ways.is_empty() {
        text.push_str("      Nothing that lives by itself leads to it.\n");
    }
    for leak in &graph.leaks {
        wrap(&format!("leak: {leak}"), WIDTH).iter().for_each(|line| text.push_str(&format!("{line}\n")));
    }
    text
}
