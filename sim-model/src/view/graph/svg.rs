//! The graph as a picture.

use petgraph::visit::EdgeRef;

use crate::view::graph::layers::{Placed, Plan};
use crate::view::graph::{Graph, Node, NodeKind};
use crate::view::layout::{columns, wrap};

const MARGIN: f64 = 28.0;
const TITLE: f64 = 62.0;
/// Columns of text of one line of a leak.
const LEAK_WIDTH: usize = 90;
/// How deep a link that closes a circle goes below the nodes it leads from and to.
const BELOW: f64 = 40.0;
/// The widest characters of the fonts that browsers take for sans-serif, on average.
const BOLD_14: f64 = 8.3;
const PLAIN_12: f64 = 6.7;
const PLAIN_11: f64 = 6.2;

/// What a link says that has no words.
const HOLDS: &str = "holds";
const LEGEND: &str =
    "An arrow means: holds. Solid: a reference, counted in PointerCount. Dashed: no reference.";

/// The graph as SVG.
pub fn render_svg(graph: &Graph) -> String {
    let sizes = graph.nodes.node_weights().map(size).collect();
    let links = graph.nodes.edge_references().map(|edge| (edge.source().index(), edge.target().index()));
    let plan = Plan { sizes, links: links.collect() };
    let placed = plan.place();
    let leaks: Vec<String> =
        graph.leaks.iter().flat_map(|leak| wrap(&format!("Leak: {leak}."), LEAK_WIDTH)).collect();
    let texts = [graph.moment.title.as_str(), &when(graph)];
    let legend = columns(LEGEND) as f64 * PLAIN_11;
    let head = texts.iter().map(|text| columns(text) as f64 * BOLD_14).fold(0.0, f64::max);
    let foot = leaks.iter().map(|line| columns(line) as f64 * PLAIN_12).fold(0.0, f64::max);
    let width = placed.size.0.max(head).max(foot).max(legend) + 2.0 * MARGIN;
    let room = if placed.back.contains(&true) { BELOW } else { 0.0 };
    let bottom = placed.size.1 + room + TITLE + MARGIN;
    let height = bottom + MARGIN + 20.0 * (leaks.len() + 1) as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"Helvetica, Arial, sans-serif\">\n\
         <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto\"><path d=\"M0,0.5 L8,4 L0,7.5 Z\" fill=\"#475569\"/></marker></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    text(
        &mut svg,
        (MARGIN, MARGIN + 8.0),
        "font-size=\"16\" font-weight=\"bold\" fill=\"#0f172a\"",
        texts[0],
    );
    text(&mut svg, (MARGIN, MARGIN + 28.0), "font-size=\"12\" fill=\"#64748b\"", texts[1]);
    links_of(graph, &plan, &placed, &mut svg);
    for (at, node) in graph.numbered() {
        let (x, y) = placed.nodes[at];
        draw_node(&mut svg, node, (x + MARGIN, y + MARGIN + TITLE), plan.sizes[at]);
    }
    for (at, line) in leaks.iter().enumerate() {
        let y = bottom + 26.0 + 20.0 * at as f64;
        text(&mut svg, (MARGIN, y), "font-size=\"12\" fill=\"#b91c1c\"", line);
    }
    let below = bottom + 26.0 + 20.0 * leaks.len() as f64;
    text(&mut svg, (MARGIN, below), "font-size=\"11\" fill=\"#64748b\"", LEGEND);
    svg + "</svg>\n"
}

fn when(graph: &Graph) -> String {
    format!("{}: {}", graph.moment.place, graph.moment.when)
}

fn size(node: &Node) -> (f64, f64) {
    let subtitle = node.subtitle();
    let width = (columns(&node.title) as f64 * BOLD_14).max(columns(&subtitle) as f64 * PLAIN_12);
    (width + 28.0, if subtitle.is_empty() { 32.0 } else { 48.0 })
}

/// Fill and outline.
const fn colors(node: &Node) -> (&'static str, &'static str) {
    if node.lost > 0 {
        return ("#fee2e2", "#dc2626");
    }
    match node.kind {
        NodeKind::Process => ("#dbeafe", "#1d4ed8"),
        NodeKind::Thread => ("#e0e7ff", "#4338ca"),
        NodeKind::Device => ("#fef3c7", "#b45309"),
        NodeKind::Object => ("#dcfce7", "#15803d"),
        NodeKind::Handle => ("#f1f5f9", "#64748b"),
        NodeKind::Irp => ("#fae8ff", "#a21caf"),
        NodeKind::Packet => ("#ffedd5", "#c2410c"),
        NodeKind::Memory => ("#ccfbf1", "#0f766e"),
    }
}

fn draw_node(svg: &mut String, node: &Node, (x, y): (f64, f64), (width, height): (f64, f64)) {
    let (fill, stroke) = colors(node);
    let round = if node.kind == NodeKind::Handle { height / 2.0 } else { 7.0 };
    svg.push_str(&format!(
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{round:.1}\" fill=\"{fill}\" \
         stroke=\"{stroke}\" stroke-width=\"1.5\"/>\n"
    ));
    let middle = x + width / 2.0;
    let subtitle = node.subtitle();
    let first = if subtitle.is_empty() { y + height / 2.0 + 5.0 } else { y + 20.0 };
    let bold = "font-size=\"14\" font-weight=\"bold\" text-anchor=\"middle\" fill=\"#0f172a\"";
    text(svg, (middle, first), bold, &node.title);
    if !subtitle.is_empty() {
        let plain = "font-size=\"12\" text-anchor=\"middle\" fill=\"#334155\"";
        text(svg, (middle, y + 38.0), plain, &subtitle);
    }
}

/// Where the links of a node begin or end: side by side along its edge, in the order of what they lead to.
fn ports(graph: &Graph, placed: &Placed, plan: &Plan, at: usize, outgoing: bool) -> Vec<usize> {
    let mut links: Vec<usize> = (0..plan.links.len())
        .filter(|link| !placed.back[*link])
        .filter(|link| if outgoing { plan.links[*link].0 == at } else { plan.links[*link].1 == at })
        .collect();
    let far = |link: &usize| {
        let bends = &placed.bends[*link];
        let bend = if outgoing { bends.first() } else { bends.last() };
        let (from, to) = plan.links[*link];
        let other = if outgoing { to } else { from };
        bend.map_or(placed.nodes[other].1 + plan.sizes[other].1 / 2.0, |bend| bend.1)
    };
    links.sort_by(|left, right| far(left).total_cmp(&far(right)));
    debug_assert!(graph.nodes.edge_count() == plan.links.len());
    links
}

fn links_of(graph: &Graph, plan: &Plan, placed: &Placed, svg: &mut String) {
    let mut labels = String::new();
    let place = |at: usize, link: usize, outgoing: bool| {
        let links = ports(graph, placed, plan, at, outgoing);
        let own = links.iter().position(|other| *other == link).unwrap_or(0);
        let (x, y) = placed.nodes[at];
        let (width, height) = plan.sizes[at];
        let side = if outgoing { x + width } else { x };
        let share = (own + 1) as f64 / (links.len() + 1) as f64;
        (side + MARGIN, y + height * (0.1 + 0.8 * share) + MARGIN + TITLE)
    };
    for (link, edge) in graph.nodes.edge_references().enumerate() {
        let (from, to) = plan.links[link];
        let (path, middle) = if placed.back[link] {
            let under = |at: usize| {
                let ((x, y), (width, height)) = (placed.nodes[at], plan.sizes[at]);
                (x + width / 2.0 + MARGIN, y + height + MARGIN + TITLE)
            };
            back(under(from), under(to))
        } else {
            let (start, end) = (place(from, link, true), place(to, link, false));
            let mut points = vec![start];
            points.extend(placed.bends[link].iter().map(|(x, y)| (x + MARGIN, y + MARGIN + TITLE)));
            points.push((end.0 - 1.0, end.1));
            forth(&points)
        };
        let dashes = if edge.weight().reference { "" } else { " stroke-dasharray=\"5 4\"" };
        svg.push_str(&format!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"#475569\" stroke-width=\"1.4\"{dashes} \
             marker-end=\"url(#arrow)\"/>\n"
        ));
        if edge.weight().verb == HOLDS {
            continue;
        }
        let words = edge.weight().verb;
        let (x, y) = (middle.0, middle.1 + 3.5);
        let width = columns(words) as f64 * PLAIN_11 + 6.0;
        labels.push_str(&format!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"14\" fill=\"#ffffff\" opacity=\"0.9\"/>\n",
            x - width / 2.0,
            y - 11.0
        ));
        text(&mut labels, (x, y), "font-size=\"11\" text-anchor=\"middle\" fill=\"#475569\"", words);
    }
    svg.push_str(&labels);
}

/// A way through these points, and the middle of its last gap, where links to different nodes are apart.
fn forth(points: &[(f64, f64)]) -> (String, (f64, f64)) {
    let mut path = format!("M{:.1},{:.1}", points[0].0, points[0].1);
    for (at, pair) in points.windows(2).enumerate() {
        let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
        // Every second piece goes straight through a column.
        if at % 2 == 1 {
            path.push_str(&format!(" L{x2:.1},{y2:.1}"));
            continue;
        }
        let pull = ((x2 - x1).abs() / 2.0).max(30.0);
        path.push_str(&format!(" C{:.1},{y1:.1} {:.1},{y2:.1} {x2:.1},{y2:.1}", x1 + pull, x2 - pull));
    }
    let ((x1, y1), (x2, y2)) = (points[points.len() - 2], points[points.len() - 1]);
    (path, ((x1 + x2) / 2.0, (y1 + y2) / 2.0))
}

/// A way that closes a circle: out of the one's lower side, below both, and into the other's; and its lowest point.
fn back(from: (f64, f64), to: (f64, f64)) -> (String, (f64, f64)) {
    let lowest = from.1.max(to.1) + BELOW * 0.75;
    let ((x1, y1), (x2, y2)) = (from, to);
    let middle = (x1 + x2) / 2.0;
    let path = format!(
        "M{x1:.1},{y1:.1} C{x1:.1},{lowest:.1} {x1:.1},{lowest:.1} {middle:.1},{lowest:.1} \
         C{x2:.1},{lowest:.1} {x2:.1},{lowest:.1} {x2:.1},{:.1}",
        y2 + 1.0
    );
    (path, (middle, lowest))
}

fn text(svg: &mut String, (x, y): (f64, f64), attributes: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    svg.push_str(&format!("<text x=\"{x:.1}\" y=\"{y:.1}\" {attributes}>{words}</text>\n"));
}
