//! A hostile environment: each allocation of each scenario fails once, and nothing breaks and nothing is left.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sim_core::fault::Allocation;
use sim_model::lang;
use sim_model::scenario::faults::{FaultKind, ask_for, run_each_fault};
use sim_model::scenario::{Program, compile};

fn files_of(folder: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |path: &PathBuf| format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
    files.iter().map(|path| (name(path), fs::read_to_string(path).unwrap().replace("\r\n", "\n"))).collect()
}

fn program(name: &str, text: &str, kinds: &[FaultKind]) -> Program {
    let mut scenario = lang::parse(name, text).unwrap_or_else(|error| panic!("{error}"));
    kinds.iter().for_each(|kind| ask_for(&mut scenario, *kind));
    compile(scenario).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn each_allocation_of_each_scenario_fails_once_and_nothing_breaks() {
    let (mut runs, mut sites) = (0, BTreeMap::<&str, usize>::new());
    let mut complaints = Vec::new();
    for (name, text) in files_of("scenarios") {
        let program = program(&name, &text, &[FaultKind::Allocations]);
        for run in run_each_fault(&program) {
            runs += 1;
            *sites.entry(run.happened.fault.name()).or_default() += 1;
            let (actor, action) = run.happened.line;
            let line = &program.actors[actor].actions[action];
            let told = |what| format!("{name}:{}: {} {} {}: {what}", line.line, line.text, run.happened.step.routine, run.happened.fault.name());
            complaints.extend(run.complaints.iter().map(told));
        }
    }
    println!("{runs} runs, {sites:#?}");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert_eq!(sites.len(), Allocation::ALL.len() - 1);
}
