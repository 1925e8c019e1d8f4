//! The real bugs of docs/bugs: each shows by the rule or the outcome that is named here, and its corrected twin does not.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sim_model::explore::{Outcome, Settings, System, Verdict, explore};
use sim_model::lang;
use sim_model::scenario::space::ProgramSpace;
use sim_model::scenario::world::Move;
use sim_model::scenario::{Program, compile, run};
use sim_model::view::exploration::{self, Explored};
use sim_model::view::text;

mod protocols;
mod questions;
mod verdicts;
mod wrappers;

/// How a bug shows.
enum Shows {
    /// In the run; the error says this.
    Run(&'static str),
    /// In an order that the explorer finds after so many states; its verdict says this.
    Explore(u64, &'static str),
}
use Shows::{Explore, Run};

/// A bug's name, how it shows, and the states of its twin, of which no order breaks a rule; none if one does.
type Pair = (&'static str, Shows, Option<u64>);

const PAIRS: [Pair; 13] = [
    ("a-named_pipe-5", Run("MEMORY_FREED_WHILE_IN_USE"), Some(135)),
    ("b-mio-2004", Run("references.CurrentCount: expected 1, found 0"), Some(674)),
    (
        "c-go-28477",
        Run("ReadFile: expected ERROR_OPERATION_ABORTED (995), but the call never returned"),
        None,
    ),
    ("d-hidapi-133", Run("MEMORY_FREED_WHILE_IN_USE"), Some(703)),
    ("e-dotnet-72612", Explore(194, "reader is stuck in line 10"), Some(330)),
    ("f-TikTokLive-86", Run("CancelIoEx: expected TRUE, found FALSE, ERROR_INVALID_HANDLE"), Some(91)),
    ("g-compio-229", Explore(451, "rule StaleHandle"), Some(415)),
    (
        "h-swift-560",
        Run("ReadFile: expected ERROR_BROKEN_PIPE (109), but the call never returned"),
        Some(5_132),
    ),
    ("i-go-21172", Run("packet.overlapped: expected own, found users"), Some(2_903)),
    ("j-libuv-1273", Run("SetNamedPipeHandleState: expected TRUE, but the call never returned"), Some(538)),
    ("k-rust-81357", Run("MEMORY_FREED_WHILE_IN_USE"), Some(114_728)),
    ("l-sar-145", Run("bug check 0x44 MULTIPLE_IRP_COMPLETE_REQUESTS"), Some(129)),
    (
        "m-sar-59",
        Run("WaitForSingleObject: expected WAIT_OBJECT_0, but the call never returned"),
        Some(2_664),
    ),
];

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn page(name: &str) -> String {
    fs::read_to_string(docs().join(name)).unwrap().replace("\r\n", "\n")
}

fn program(file: &str) -> Program {
    program_of(file, &page(file))
}

fn program_of(file: &str, text: &str) -> Program {
    let scenario = lang::parse(&format!("docs/{file}"), text).unwrap_or_else(|error| panic!("{error}"));
    compile(scenario).unwrap_or_else(|error| panic!("{error}"))
}

/// As `kobj explore` does it without flags, but in one thread.
fn explored(program: &Program) -> Outcome<Move> {
    let settings = Settings { threads: 1, symmetry: true, partial_order: true, ..Settings::default() };
    explore(&ProgramSpace::new(program, None), &settings)
}

fn report(program: &Program, outcome: &Outcome<Move>) -> String {
    let space = ProgramSpace::new(program, None);
    let explored = Explored { program, rules: space.rules(), outcome, limited: None, unreached: &[] };
    exploration::render(explored, exploration::Options::default())
}

/// What `kobj run -q` prints of a run.
fn shown(program: &Program) -> (bool, String) {
    let run = run(program);
    (run.held(), text::render(&run, text::Options { color: false, steps: false, quiet: true }))
}

fn snapshot(name: &str, shown: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name.to_owned(), shown));
}

#[test]
fn every_bug_shows() {
    for (name, shows, _) in PAIRS {
        let program = program(&format!("bugs/{name}.kobj"));
        let shown = match shows {
            Run(says) => {
                let (held, shown) = shown(&program);
                assert!(!held && shown.contains(says), "{name}: {shown}");
                shown
            }
            Explore(states, says) => {
                let outcome = explored(&program);
                let shown = report(&program, &outcome);
                assert!(matches!(outcome.verdict, Verdict::Fails(_)) && shown.contains(says), "{shown}");
                assert_eq!(outcome.counts.states, states, "{name}");
                shown
            }
        };
        snapshot(&format!("bug-{name}"), &shown);
    }
}

#[test]
fn no_twin_shows_it() {
    for (name, _, states) in PAIRS {
        let twin = program(&format!("bugs/{name}-fixed.kobj"));
        let (held, shown) = shown(&twin);
        assert!(held, "{shown}");
        if let Some(states) = states {
            let outcome = explored(&twin);
            assert_eq!((outcome.verdict, outcome.counts.states), (Verdict::Holds, states), "{name}");
        }
    }
}

/// A cancel that comes before the read finds nothing: what the twin of the third bug lacks is the subject of the fifth.
#[test]
fn a_close_that_cancels_once_can_come_too_early() {
    let twin = program("bugs/c-go-28477-fixed.kobj");
    let outcome = explored(&twin);
    assert!(matches!(outcome.verdict, Verdict::Fails(_)));
    assert!(report(&twin, &outcome).contains("reader is stuck in line 8"));
}

#[test]
fn the_page_and_the_files_name_the_same_threads_and_states() {
    let page = page("BUGS.md");
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(docs().join("bugs")).unwrap() {
        files.insert(entry.unwrap().file_name().into_string().unwrap());
    }
    for (name, shows, states) in PAIRS {
        let (bug, twin) = (format!("{name}.kobj"), format!("{name}-fixed.kobj"));
        let text = self::page(&format!("bugs/{bug}"));
        let link = text.split_whitespace().find(|word| word.starts_with("https://github.com/")).unwrap();
        assert!(page.contains(link), "{link}");
        let command = if matches!(shows, Run(_)) { "run" } else { "explore" };
        assert!(page.contains(&format!("kobj {command} docs/bugs/{bug}")), "{name}");
        let states = states.map_or("lost in some order".to_owned(), exploration::grouped);
        let row = format!("| `{name}` | `kobj {command}` | {states} |");
        assert!(page.contains(&row), "{row}");
        assert!(files.remove(&bug) && files.remove(&twin), "{name}");
    }
    assert!(files.is_empty(), "{files:?}");
}
