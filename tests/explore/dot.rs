//! The state graph of an exploration: what is drawn, and that it is Graphviz's language.

use std::collections::{BTreeMap, BTreeSet};

use sim_model::explore::{Limits, Settings, System, explore_space};
use sim_model::scenario::Program;
use sim_model::scenario::space::ProgramSpace;
use sim_model::view::exploration::Explored;
use sim_model::view::exploration_dot;

use crate::{exploration, program};

/// A graph as it is read back: the attributes of each node, and the edges.
#[derive(Debug, Default)]
struct Drawn {
    nodes: BTreeMap<String, BTreeMap<String, String>>,
    edges: Vec<(String, String, BTreeMap<String, String>)>,
}

fn drawn(program: &Program, settings: Settings<'_>) -> Drawn {
    let system = ProgramSpace::new(program, None);
    let (outcome, space) = explore_space(&system, &settings, &mut |_| {});
    let explored =
        Explored { program, rules: system.rules(), outcome: &outcome, limited: None, unreached: &[] };
    read(&exploration_dot::render(explored, &space, &system))
}

/// Reads the part of Graphviz's language that is written: one statement a line, each with a list of attributes.
fn read(text: &str) -> Drawn {
    let mut drawn = Drawn::default();
    let body = text.strip_prefix("digraph states {\n").and_then(|text| text.strip_suffix("}\n")).expect(text);
    for line in body.lines() {
        let statement = line.strip_prefix("  ").and_then(|line| line.strip_suffix("];")).expect(line);
        let (name, attributes) = statement.split_once(" [").expect(line);
        let attributes = attributes_of(attributes);
        match name.split_once(" -> ") {
            Some((from, to)) => drawn.edges.push((from.into(), to.into(), attributes)),
            None => assert!(drawn.nodes.insert(name.into(), attributes).is_none(), "{name} stands twice"),
        }
    }
    for kind in ["graph", "node", "edge"] {
        drawn.nodes.remove(kind).expect(kind);
    }
    drawn
}

/// `name=value` or `name="a text in which \" and \\ are escaped"`, with commas between.
fn attributes_of(mut text: &str) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::new();
    while !text.is_empty() {
        let (name, rest) = text.split_once('=').expect(text);
        assert!(name.chars().all(|letter| letter.is_ascii_lowercase()), "{name}");
        let (value, rest) = if let Some(quoted) = rest.strip_prefix('"') {
            let mut escaped = false;
            let end = quoted.find(|letter| {
                let ends = letter == '"' && !escaped;
                escaped = letter == '\\' && !escaped;
                ends
            });
            let end = end.expect("a quoted text ends");
            (&quoted[..end], &quoted[end + 1..])
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            assert!(rest[..end].chars().all(|letter| letter.is_ascii_alphanumeric()), "{rest}");
            (&rest[..end], &rest[end..])
        };
        attributes.insert(name.to_owned(), value.to_owned());
        text = rest.strip_prefix(", ").unwrap_or_else(|| {
            assert!(rest.is_empty(), "{rest}");
            rest
        });
    }
    attributes
}

impl Drawn {
    /// The nodes that have this value of this attribute.
    fn having(&self, name: &str, value: &str) -> Vec<&str> {
        let nodes =
            self.nodes.iter().filter(|(_, attributes)| attributes.get(name).is_some_and(|is| is == value));
        nodes.map(|(node, _)| &**node).collect()
    }

    /// The number of steps that an edge stands for.
    fn steps(label: &str) -> usize {
        let more =
            label.split("… ").nth(1).map_or(0, |more| more.split(' ').next().unwrap().parse().unwrap());
        let lines = label.matches("\\l").count() - 1;
        if more > 0 { lines - 1 + more } else { lines }
    }
}

#[test]
fn every_state_and_step_is_in_the_graph() {
    for file in ["two-closers.kobj", "recycled-handle.kobj", "close-against-read.kobj"] {
        let program = exploration(file);
        let outcome = crate::explored(&program, 1);
        let drawn = drawn(&program, Settings::default());
        let steps: Vec<usize> =
            drawn.edges.iter().map(|(_, _, attributes)| Drawn::steps(&attributes["label"])).collect();
        let inside: usize = steps.iter().map(|steps| steps - 1).sum();
        assert_eq!(steps.iter().sum::<usize>() as u64, outcome.counts.transitions, "{file}");
        assert_eq!((drawn.nodes.len() + inside) as u64, outcome.counts.states, "{file}");
        assert_eq!(drawn.having("shape", "doublecircle").len() as u64, outcome.counts.ends, "{file}");
        assert_eq!(drawn.having("shape", "box"), ["s0"], "{file}: the start");
        let known: BTreeSet<&str> = drawn.nodes.keys().map(|node| &**node).collect();
        for (from, to, _) in &drawn.edges {
            assert!(known.contains(&**from) && known.contains(&**to), "{file}: {from} -> {to}");
        }
        for kind in ["octagon", "dashed"] {
            assert!(
                drawn.having("shape", kind).is_empty() && drawn.having("style", kind).is_empty(),
                "{file}"
            );
        }
    }
}

#[test]
fn a_state_that_breaks_a_rule_and_the_way_to_it_stand_out() {
    let drawn = drawn(&exploration("race.kobj"), Settings::default());
    let [broken] = drawn.having("shape", "octagon")[..] else { panic!("{drawn:?}") };
    let label = &drawn.nodes[broken]["label"];
    assert!(label.contains("line 10, `r1 = ReadFile(file"), "{label}");
    let mut at = "s0";
    while at != broken {
        let is_next =
            |edge: &&(String, String, BTreeMap<String, String>)| edge.0 == at && edge.2.contains_key("color");
        let next: Vec<_> = drawn.edges.iter().filter(is_next).collect();
        assert_eq!(next.len(), 1, "one way leads on from {at}");
        at = &next[0].1;
    }
    assert!(!drawn.having("style", "dashed").is_empty(), "the search ends there");
}

#[test]
fn an_end_that_breaks_a_rule_is_told_with_the_rule() {
    let text = "process app\n  thread a\n    e = CreateEvent()\nfinally \"it is set\": signaled(e)\n";
    let drawn = drawn(&program("end.kobj", text), Settings::default());
    let [broken] = drawn.having("shape", "octagon")[..] else { panic!("{drawn:?}") };
    assert!(drawn.nodes[broken]["label"].contains("signaled(e): expected true"), "{drawn:?}");
    assert_eq!(drawn.edges.len(), 1, "the steps of one thread are one edge");
}

#[test]
fn states_that_were_not_looked_into_are_dashed() {
    let limits = Limits { states: Some(40), ..Limits::default() };
    let drawn = drawn(&exploration("two-closers.kobj"), Settings { limits, ..Settings::default() });
    let dashed = drawn.having("style", "dashed");
    assert!(!dashed.is_empty() && drawn.having("shape", "doublecircle").is_empty(), "{drawn:?}");
    assert!(dashed.iter().all(|node| drawn.nodes[*node]["label"].ends_with("…")), "{drawn:?}");
}

#[test]
fn quotes_and_backslashes_are_escaped() {
    let drawn = drawn(&exploration("close-against-read.kobj"), Settings::default());
    let path = "CreateFile(\\\"\\\\\\\\.\\\\serial0\\\"";
    assert!(drawn.edges.iter().any(|edge| edge.2["label"].contains(path)), "{drawn:?}");
}
