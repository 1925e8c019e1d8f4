//! The scenarios of the book: each says something true, and each number in it matters.

mod drivers;
mod handles;
mod kept_context;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use sim_core::profile::{Profile, Version};
use sim_model::lang;
use sim_model::scenario::calls::ROWS;
use sim_model::scenario::{Program, compile, run};
use sim_model::view::{json, text};

fn scenarios() -> Vec<(String, String)> {
    files_of("scenarios")
}

fn files_of(folder: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |path: &PathBuf| format!("docs/{folder}/{}", path.file_name().unwrap().to_string_lossy());
    files.iter().map(|path| (name(path), fs::read_to_string(path).unwrap().replace("\r\n", "\n"))).collect()
}

fn program(name: &str, text: &str) -> Program {
    let scenario = lang::parse(name, text).unwrap_or_else(|error| panic!("{error}"));
    compile(scenario).unwrap_or_else(|error| panic!("{error}"))
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

const PLAIN: text::Options = text::Options { color: false, steps: false, quiet: false };

#[test]
fn every_scenario_holds() {
    let scenarios = scenarios();
    assert!(scenarios.len() >= 12);
    for (name, text) in scenarios {
        let program = program(&name, &text);
        let run = run(&program);
        assert!(run.held(), "{}", text::render(&run, PLAIN));
    }
}

/// Whoever asks what a call does finds a scenario in which it matters.
#[test]
fn every_call_is_in_a_scenario_or_an_exploration() {
    let mut called = HashSet::new();
    for (name, text) in scenarios().into_iter().chain(files_of("explorations")) {
        let lines = text.lines().map(|line| line.split(" #").next().unwrap_or_default());
        for line in lines.filter(|line| !line.starts_with('#')) {
            let words =
                line.split('(').map(|before| before.rsplit([' ', '(', ',']).next().unwrap_or_default());
            called.extend(words.map(String::from));
        }
        assert!(text.contains("title "), "{name} has no title");
    }
    let missing: Vec<&str> =
        ROWS.iter().map(|row| row.spec.name).filter(|name| !called.contains(*name)).collect();
    assert!(missing.is_empty(), "in no file of docs/scenarios or docs/explorations: {missing:?}");
}

#[test]
fn every_scenario_is_shown_as_before() {
    settings().bind(|| {
        for (name, text) in scenarios() {
            let program = program(&name, &text);
            let stem = Path::new(&name).file_stem().unwrap().to_string_lossy().into_owned();
            let shown = text::render(&run(&program), PLAIN);
            for line in shown.lines() {
                assert!(line.chars().count() <= 100, "{name}: {line}");
            }
            insta::assert_snapshot!(format!("run-{stem}"), shown);
        }
    });
}

#[test]
fn the_headline_is_shown_step_by_step_and_as_json() {
    let (name, text) =
        scenarios().into_iter().find(|(name, _)| name.contains("close-does-not-cancel")).unwrap();
    let program = program(&name, &text);
    let run = run(&program);
    settings().bind(|| {
        let steps = text::render(&run, text::Options { steps: true, ..PLAIN });
        assert!(steps.lines().all(|line| line.chars().count() <= 100), "{steps}");
        insta::assert_snapshot!("steps-close-does-not-cancel", steps);
        insta::assert_snapshot!("json-close-does-not-cancel", json::render(&run, false));
    });
}

#[test]
fn json_records_carry_the_counts_of_every_touched_object() {
    for (name, text) in scenarios() {
        let program = program(&name, &text);
        for line in json::render(&run(&program), true).lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            if record["record"] == "call" {
                assert!(record["thread"].is_string() && record["call"].is_string(), "{line}");
                let returned = record["result"] != "does not return";
                let status = record["status"].as_str();
                assert_eq!(status.is_some_and(|status| status.starts_with("STATUS_")), returned, "{line}");
                for object in record["objects"].as_array().unwrap() {
                    assert!(object["handle_count"].is_u64() && object["pointer_count"].is_u64(), "{line}");
                }
            }
        }
    }
}

/// The places of the numbers in the lines that expect or check something.
fn expected_numbers(text: &str) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default();
        let expects = code.find("==").filter(|_| code.trim_start().starts_with("check"));
        if let Some(first) = expects {
            let bytes = code.as_bytes();
            let mut at = first;
            while at < bytes.len() {
                let end = (at..bytes.len()).find(|end| !bytes[*end].is_ascii_digit()).unwrap_or(bytes.len());
                let within = bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_';
                let alone = !within && bytes.get(end) != Some(&b'x');
                if end > at && alone {
                    places.push((start + at, start + end));
                }
                at = end.max(at + 1);
            }
        }
        start += line.len();
    }
    places
}

#[test]
fn no_expected_number_can_be_changed_without_notice() {
    let mut changed = 0;
    for (name, text) in scenarios() {
        for (from, to) in expected_numbers(&text) {
            let wrong =
                format!("{}{}{}", &text[..from], text[from..to].parse::<u64>().unwrap() + 1, &text[to..]);
            let program = program(&name, &wrong);
            let run = run(&program);
            let shown = text::render(&run, text::Options { quiet: true, ..PLAIN });
            assert!(!run.held() && shown.contains("expected") && shown.contains("found"), "{wrong}\n{shown}");
            changed += 1;
        }
    }
    assert!(changed > 30, "{changed}");
}

#[test]
fn a_disappointment_names_object_expected_and_found() {
    let text = "device d driver=serial\nprocess app\n  thread main\n    \
        f = CreateFile(\"\\\\.\\d\", GENERIC_READ, FILE_FLAG_OVERLAPPED)\n    \
        r = ReadFile(f, 4, offset: 0) -> TRUE\n    \
        check f.HandleCount == 1 and f.PointerCount == 3\n    \
        CloseHandle(NULL) -> TRUE or STATUS_PENDING\n    \
        WaitForSingleObject(f, INFINITE) -> WAIT_OBJECT_0\n    \
        CloseHandle(f) -> TRUE\n";
    let program = program("wrong.kobj", text);
    let run = run(&program);
    assert!(!run.held());
    settings().bind(|| insta::assert_snapshot!("run-disappointed", text::render(&run, PLAIN)));
}

#[test]
fn a_profile_changes_what_happens() {
    let text = "process app\n  thread main\n    CloseHandle(INVALID_HANDLE_VALUE) -> TRUE\n";
    let mut program = program("pseudo.kobj", text);
    assert!(run(&program).held());
    program.profile = Profile::of(Version::Win7);
    assert!(!run(&program).held());
}

#[test]
fn threads_run_in_file_order_and_wait_for_labels() {
    let text = "process app\n  thread first\n    check e.HandleCount == 1\n    SetEvent(e)\n  thread second\n    \
        e = CreateEvent()\n    WaitForSingleObject(e, INFINITE) -> WAIT_OBJECT_0\n";
    let program = program("labels.kobj", text);
    let run = run(&program);
    assert!(run.held(), "{}", text::render(&run, PLAIN));
}

/// The README shows real output: every line of its first output block is in the headline story.
#[test]
fn the_readme_shows_real_output() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = fs::read_to_string(root.join("README.md")).unwrap().replace("\r\n", "\n");
    let (name, text) =
        scenarios().into_iter().find(|(name, _)| name.contains("close-does-not-cancel")).unwrap();
    let program = program(&name, &text);
    let shown = text::render(&run(&program), PLAIN);
    let block = readme.split("```").find(|block| block.contains("At the end")).unwrap();
    assert!(block.lines().count() > 15);
    for line in block.lines() {
        assert!(
            shown.lines().any(|other| other == line),
            "the README shows a line that kobj does not: {line}"
        );
    }
}

/// Every example of the language page compiles, after a prelude that declares what the examples speak of.
#[test]
fn every_example_of_the_language_page_compiles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/LANGUAGE.md")).unwrap().replace("\r\n", "\n");
    let blocks = page.split("```").skip(1).step_by(2).filter(|block| !block.starts_with("ebnf"));
    let words = [
        "title",
        "profile",
        "device serial0 driver",
        "driver",
        "policy",
        "expect",
        "unbound",
        "process",
        "environment",
        "always",
        "schedule",
    ];
    let mut compiled = 0;
    for block in blocks.map(str::trim_start) {
        let whole = block.lines().any(|line| line == "process app");
        let at_file_level = words.iter().any(|word| block.starts_with(word));
        let mut text = String::new();
        if !block.contains("device serial0 driver") {
            text.push_str("device serial0 driver=serial\n");
        }
        if !whole {
            text.push_str("process app\n  thread setup\n    port = CreateIoCompletionPort()\n");
            text.push_str("    file = CreateFile(\"\\\\.\\serial0\", GENERIC_READ, FILE_FLAG_OVERLAPPED)\n");
            text.push_str("    r1 = ReadFile(file, 4, offset: 0)\n    r2 = ReadFile(file, 4, offset: 0)\n  thread worker\n");
        }
        let indent = if at_file_level { "" } else { "    " };
        block.lines().for_each(|line| text.push_str(&format!("{indent}{line}\n")));
        program("LANGUAGE.md", &text);
        compiled += 1;
    }
    assert!(compiled >= 12, "{compiled}");
}

/// High-water marks would tell apart states that no program can: they are kept only where a line asks for them.
#[test]
fn high_water_marks_are_kept_only_if_a_line_asks_for_them() {
    let kept = |field: &str| {
        let text = format!(
            "process app\n  thread main\n    e = CreateEvent()\n    t = NtQueryObject(e, ObjectTypeInformation)\n    check t.{field} == 1\n"
        );
        program("asks.kobj", &text).profile.high_water
    };
    assert!(!kept("TotalNumberOfObjects") && !kept("TotalNumberOfHandles"));
    assert!(kept("HighWaterNumberOfObjects") && kept("HighWaterNumberOfHandles"));
}

/// References taken in advance would make more states of each: they are kept only where a line asks for them.
#[test]
fn references_in_advance_are_kept_only_if_a_line_asks_for_them() {
    let kept = |line: &str| {
        let text =
            format!("process app\n  thread main\n    e = CreateEvent()\n    SetEvent(e)\n    {line}\n");
        program("asks.kobj", &text).profile.charges
    };
    for line in [
        "check e.PointerCount == 1",
        "t = NtQueryObject(e, ObjectTypeInformation)",
        "CompareObjectHandles(e, e)",
    ] {
        assert!(!kept(line), "{line}");
    }
    for line in [
        "check e.ChargedPointerCount == 1",
        "check object(e).ChargedPointerCount < 9",
        "NtQueryObject(e, ObjectBasicInformation)",
    ] {
        assert!(kept(line), "{line}");
    }
}
