//! The graph of who holds whom, in each of its forms.

use std::path::Path;

use sim_model::lang;
use sim_model::scenario::{Program, compile, run, run_moves};
use sim_model::view::graph::{
    Graph, Moment, Target, named, render_dot, render_json, render_mermaid, render_svg, render_text,
    render_why, render_why_json,
};

const SHARED: &str = r#"title "Two processes share a file that reports to a port"
device serial0 driver=serial
device queue0 driver=queue
process app
  thread main
    port = CreateIoCompletionPort()
    file = CreateFile("\\.\serial0", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    CreateIoCompletionPort(file, port, key: 7)
    event = CreateEvent()
    other = CreateFile("\\.\queue0", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    r2 = ReadFile(other, 64 bytes, offset: 0, event: event)
    twin = DuplicateHandle(file, friend)
    gone = CreateEvent()
    CloseHandle(gone)
    PostQueuedCompletionStatus(port, key: 3)
    CloseHandle(file)
  thread worker
    WaitForSingleObject(event, INFINITE)
process friend
  thread helper
    r3 = ReadFile(twin, 4, offset: 0)
"#;

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

fn program() -> Program {
    compile(lang::parse("shared.kobj", SHARED).unwrap()).unwrap()
}

fn moment() -> Moment {
    let (title, place, when) = ("Shared".into(), "shared.kobj, profile win11".into(), "at the end".into());
    Moment { title, place, when, step: 9, steps: 9 }
}

/// The ways in which something is kept alive at the end.
fn why(name: &str) -> Vec<String> {
    let program = program();
    let run = run(&program);
    let graph = Graph::of(&run.world, moment());
    match named(&run.world, &graph, name) {
        Some(Target::Node(node)) => graph.why(node).0,
        Some(Target::Gone(sentence)) => vec![sentence],
        None => Vec::new(),
    }
}

#[test]
fn why_tells_every_way_shortest_first() {
    assert_eq!(
        why("event"),
        [
            "thread worker is in WaitForSingleObject and waits for the event event",
            "device queue0 has not completed the IRP of r2, which holds as its event the event event",
            "process app holds handle 0xc (label event), which holds the event event",
        ]
    );
    assert_eq!(
        why("port"),
        [
            "process app holds handle 0x4 (label port), which holds the completion port port",
            "device serial0 has not completed the IRP of r3, which holds the file object file, which holds as its port the \
         completion port port",
            "process friend holds handle 0x4 (label twin), which holds the file object file, which holds as its port the \
         completion port port",
        ]
    );
    assert_eq!(why("r2"), ["device queue0 has not completed the IRP of r2"]);
    assert_eq!(why("gone"), ["gone is freed: no reference is left"]);
    assert_eq!(
        why("process app"),
        [
            "process app is held while it runs",
            "thread main holds process app",
            "thread worker holds process app"
        ]
    );
    assert_eq!(why("device serial0")[0], "device serial0 is held while its driver is loaded");
    assert!(why("nobody").is_empty());
}

#[test]
fn an_ended_process_is_held_by_its_ended_thread() {
    let text = "process app\n  thread main\n    p, t = CreateProcess(tool)\n    WaitForSingleObject(t, INFINITE)\n    \
                CloseHandle(p)\nprocess tool\n  thread worker\n    ExitThread()\n";
    let program = compile(lang::parse("ended.kobj", text).unwrap()).unwrap();
    let run = run(&program);
    let graph = Graph::of(&run.world, moment());
    let Some(Target::Node(node)) = named(&run.world, &graph, "p") else { panic!("the process is there") };
    let way = "process app holds handle 0x8 (label t), which holds the ended thread worker, which holds the ended \
               process tool";
    assert_eq!(graph.why(node).0, [way]);
}

/// Each reference that PointerCount counts is an arrow of the graph, at every step of every scenario of the book.
#[test]
fn arrows_are_references_at_every_step() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scenarios");
    let mut moments = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_circle = path.ends_with("circle-of-names.kobj");
        let text = std::fs::read_to_string(path).unwrap();
        let program = compile(lang::parse("story.kobj", &text).unwrap()).unwrap();
        let moves = run(&program).moves;
        for step in 0..=moves.len() {
            let run = run_moves(&program, &moves[..step]);
            let graph = Graph::of(&run.world, moment());
            assert!(graph.leaks.len() <= usize::from(is_circle), "step {step}: {:?}", graph.leaks);
            for node in graph.nodes.node_indices() {
                let Some((_, pointers)) = graph.nodes[node].counts else { continue };
                let into = graph.nodes.edges_directed(node, petgraph::Incoming);
                let held = into.filter(|edge| edge.weight().reference).count() as u32;
                let runs = u32::from(graph.nodes[node].runs);
                assert_eq!(held + runs, pointers, "step {step}: {:?}", graph.nodes[node]);
            }
            for text in
                [render_text(&graph, false), render_svg(&graph), render_dot(&graph), render_mermaid(&graph)]
            {
                assert!(!text.is_empty());
            }
            moments += 1;
        }
    }
    assert!(moments > 1000, "{moments}");
}

/// A permanent object and its directory, whose name is gone: each holds the other, and nothing leads to them.
#[test]
fn a_circle_that_can_never_die_is_a_leak() {
    let text = include_str!("../../docs/scenarios/circle-of-names.kobj");
    let program = compile(lang::parse("circle-of-names.kobj", text).unwrap()).unwrap();
    let run = run(&program);
    let graph = Graph::of(&run.world, moment());
    let Some(Target::Node(object)) = named(&run.world, &graph, "box") else { panic!("it is there") };
    let told = render_why(&graph, object, false).replace('\n', " ");
    assert!(told.contains("Nothing that lives by itself leads to it."), "{told}");
    let leak = "leak: the directory dir and the event box hold each other and nothing else holds them: they will \
         never be freed";
    assert!(told.contains(leak), "{told}");
    let dir = graph.nodes.node_weights().find(|node| node.title == "dir").expect("it is there");
    assert_eq!((dir.counts, dir.lost), (Some((0, 1)), 1));
}

#[test]
fn every_form_is_shown_as_before() {
    let program = program();
    let run = run(&program);
    let graph = Graph::of(&run.world, moment());
    let Some(Target::Node(port)) = named(&run.world, &graph, "port") else { panic!("the port is there") };
    for line in (render_json(&graph) + &render_why_json(&graph, port)).lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(record["record"].is_string(), "{line}");
    }
    settings().bind(|| {
        insta::assert_snapshot!("graph-text", render_text(&graph, false));
        insta::assert_snapshot!("graph-why", render_why(&graph, port, false));
        insta::assert_snapshot!("graph-dot", render_dot(&graph));
        insta::assert_snapshot!("graph-mermaid", render_mermaid(&graph));
        insta::assert_snapshot!("graph-svg", render_svg(&graph));
        insta::assert_snapshot!("graph-json", render_why_json(&graph, port));
    });
}

#[test]
fn words_that_svg_and_dot_give_a_meaning_to_are_escaped() {
    let program = program();
    let run = run(&program);
    let hostile = Moment { title: r#"<a> & "b" \c"#.into(), ..moment() };
    let graph = Graph::of(&run.world, hostile);
    assert!(render_svg(&graph).contains(r#"&lt;a&gt; &amp; "b" \c</text>"#));
    assert!(render_dot(&graph).contains(r#"<a> & \"b\" \\c"#));
}
