//! A hostile environment: each allocation of each scenario of the book fails once, and each request pends once.

mod explored;
mod random;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use sim_core::Id;
use sim_core::Kernel;
use sim_core::ob::header::Object;
use sim_model::lang;
use sim_model::scenario::faults::{FaultKind, FaultyRun, ask_for, run_each_fault};
use sim_model::scenario::world::{Event, Move};
use sim_model::scenario::{Program, World, compile};

const FOLDERS: [&str; 4] = ["scenarios", "explorations", "textbook", "bugs"];

fn files_of(folder: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |path: &PathBuf| format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
    files.iter().map(|path| (name(path), fs::read_to_string(path).unwrap().replace("\r\n", "\n"))).collect()
}

fn program(name: &str, text: &str, kind: FaultKind) -> Program {
    let mut scenario = lang::parse(name, text).unwrap_or_else(|error| panic!("{error}"));
    ask_for(&mut scenario, kind);
    compile(scenario).unwrap_or_else(|error| panic!("{error}"))
}

/// What is wrong with the runs of every file, and what `look` finds, one line each, below the number of runs.
fn swept(kind: FaultKind, look: impl Fn(&FaultyRun<'_>) -> Vec<String>) -> String {
    let mut told = String::new();
    for folder in FOLDERS {
        let (mut runs, mut stuck, mut lines) = (0, 0, String::new());
        for (name, text) in files_of(folder) {
            let program = program(&name, &text, kind);
            for run in run_each_fault(&program) {
                runs += 1;
                let (actor, action) = run.happened.line;
                let line = program.actors[actor].actions[action].line;
                for found in run.complaints.iter().cloned().chain(look(&run)) {
                    if found.contains(" is stuck in line ") {
                        stuck += 1;
                        continue;
                    }
                    let _ = writeln!(lines, "{name}:{line} {}: {found}", run.happened.fault.name());
                }
            }
        }
        let _ = writeln!(told, "{folder}: {runs} runs, a thread waits for ever in {stuck}\n{lines}");
    }
    told
}

/// HandleCount and PointerCount of each object that somebody holds.
fn counts(kernel: &Kernel) -> Vec<(Id<Object>, u32, u32)> {
    let held = kernel.all::<Object>().filter(|(_, object)| object.pointer_count > 0);
    held.map(|(id, object)| (id, object.handle_count, object.pointer_count)).collect()
}

/// The counts that a call has changed although it failed, because an allocation did.
fn counts_left_changed(run: &FaultyRun<'_>) -> Vec<String> {
    let (line, program) = (run.happened.line, run.run.world.program());
    let (mut world, mut before, mut events) = (World::new(program), Vec::new(), Vec::new());
    for step in &run.run.moves {
        if matches!(step, Move::Begin(actor) if (*actor, world.actor(*actor).next) == line) {
            before = counts(world.kernel());
        }
        world.take(*step, &mut events);
        let returned = events.drain(..).find_map(|event| match event {
            Event::Returned { actor, action, result, .. } if (actor, action) == line => Some(result),
            _ => None,
        });
        if let Some(result) = returned {
            let changed = counts(world.kernel()).into_iter().filter(|now| !before.contains(now));
            let told = |(object, handles, pointers)| {
                let was = before.iter().find(|(known, ..)| *known == object);
                let was = was.map_or((0, 0), |(_, handles, pointers)| (*handles, *pointers));
                format!("{} was {was:?}, is {:?}", world.names().object(object), (handles, pointers))
            };
            return if result.status.is_error() { changed.map(told).collect() } else { Vec::new() };
        }
    }
    Vec::new()
}

fn in_the_book() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn each_allocation_fails_once_and_what_was_done_is_taken_back() {
    let swept = swept(FaultKind::Allocations, counts_left_changed);
    in_the_book().bind(|| insta::assert_snapshot!("faults_of_allocations", swept));
}

#[test]
fn each_request_that_is_completed_at_once_pends_once() {
    let swept = swept(FaultKind::Pending, |_| Vec::new());
    in_the_book().bind(|| insta::assert_snapshot!("faults_of_pending", swept));
}
