//! The catalogue of rules as its users see it: the lists, a page, and what a run and an exploration say of a broken one.

mod folder;
use std::fs;
use std::path::{Path, PathBuf};

use folder::Folder;

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

const TWICE: &str = r#"driver twice
  dispatch IRP_MJ_READ
    IoCompleteRequest(irp, STATUS_SUCCESS)
    IoCompleteRequest(irp, STATUS_SUCCESS)
    return STATUS_SUCCESS
device dev driver=twice
process app
  thread main
    file = CreateFile("\\.\dev", GENERIC_READ)
    ReadFile(file, 8 bytes)
"#;

#[test]
fn the_rules_are_listed_and_explained() {
    let folder = Folder::new("rules");
    let rules = folder.kobj(&["list", "rules"]);
    assert_eq!((rules.code, rules.stderr.as_str()), (Some(0), ""), "{rules:?}");
    settings().bind(|| insta::assert_snapshot!("list-rules", rules.stdout));
    let page = folder.kobj(&["explain", "PendedCompletedRequest"]);
    assert_eq!((page.code, page.stderr.as_str()), (Some(0), ""), "{page:?}");
    settings().bind(|| insta::assert_snapshot!("explain-rule", page.stdout));
}

#[test]
fn a_broken_rule_is_told_by_its_id() {
    let folder = Folder::new("broken").with("a.kobj", TWICE);
    for (command, words) in
        [("run", "error: rule DoubleCompletion, bug check 0x44"), ("explore", "rule DoubleCompletion,")]
    {
        let ended = folder.kobj(&[command, "a.kobj"]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(format!("{}{}", ended.stdout, ended.stderr).contains(words), "{ended:?}");
    }
    let record = |command: &str, kind: &str| -> serde_json::Value {
        let lines = folder.kobj(&[command, "a.kobj", "--format", "json"]).stdout;
        let records = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        records.into_iter().find(|record| record["record"] == kind).unwrap()
    };
    let finding = record("run", "finding");
    assert_eq!((&finding["rule"], &finding["bug_check"]), (&"DoubleCompletion".into(), &0x44.into()));
    assert_eq!((&finding["line"], &finding["expected"]), (&10.into(), &false.into()), "{finding}");
    assert_eq!(record("explore", "counterexample")["id"], "DoubleCompletion");
    let expected = Folder::new("expected").with("a.kobj", format!("expect DoubleCompletion\n{TWICE}"));
    assert_eq!(expected.kobj(&["run", "a.kobj"]).code, Some(0));
    assert_eq!(expected.kobj(&["explore", "a.kobj"]).code, Some(0));
    let other = Folder::new("other").with("a.kobj", format!("expect DoubleCompletions\n{TWICE}"));
    let ended = other.kobj(&["run", "a.kobj"]);
    assert!(ended.code == Some(2) && ended.stderr.contains("`DoubleCompletion`"), "{ended:?}");
}

fn scenarios(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => scenarios(&path, out),
            false if path.extension().is_some_and(|ending| ending == "kobj") => out.push(path),
            false => {}
        }
    }
}

/// `kobj list scenarios` is a list of its own, since the book is not in the binary.
#[test]
fn every_scenario_of_the_book_is_listed_with_its_title() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    scenarios(&root.join("docs"), &mut files);
    let mut lines: Vec<String> = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let title = text.lines().find_map(|line| line.trim_end().strip_prefix("title \"")?.strip_suffix('"'));
        let path = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        lines.push(format!("{path} {}\n", title.unwrap()));
    }
    lines.sort();
    let listed = include_str!("../src/cli/scenarios.txt").replace("\r\n", "\n");
    assert_eq!(listed, lines.concat(), "sim-model/src/cli/scenarios.txt should be the right side");
    let shown = Folder::new("scenarios").kobj(&["list", "scenarios"]);
    assert_eq!((shown.code, shown.stdout.lines().count()), (Some(0), 1 + 2 * lines.len()), "{shown:?}");
}
