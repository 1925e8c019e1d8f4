//! `kobj explore` looks into one of the states that differ only in names. What it prints is a run of the program all
//! the same.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Two threads with the same lines, one of which comes too late.
const TWINS: &str = "expect StaleHandle
device dev driver=serial
process app
  thread main
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
  thread first
    e1 = CreateEvent()
    r1 = ReadFile(file, 8 bytes, offset: 0, event: e1) -> ERROR_IO_PENDING
    CloseHandle(file)
  thread second
    e2 = CreateEvent()
    r2 = ReadFile(file, 8 bytes, offset: 0, event: e2) -> ERROR_IO_PENDING
    CloseHandle(file)
";

fn kobj(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    Command::new(env!("CARGO_BIN_EXE_kobj")).args(arguments).current_dir(folder).output().unwrap()
}

fn explored(flags: &[&str]) -> String {
    let output = kobj(&[&["explore", "twins.kobj"], flags].concat());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// How many steps the story has that the report shows.
fn length(report: &str) -> usize {
    let line = report.lines().find(|line| line.contains("story: ")).expect("a story is shown");
    line.split(' ').find_map(|word| word.parse().ok()).expect("the story's length is told")
}

#[test]
fn a_run_follows_the_story_that_was_found_under_symmetry() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::write(folder.join("twins.kobj"), TWINS).unwrap();
    let plain = explored(&["--no-partial-order", "--no-symmetry", "--threads", "1"]);
    let shortest = explored(&["--no-partial-order", "--threads", "1"]);
    assert_eq!(length(&plain), length(&shortest), "{shortest}");
    for flags in [&["--no-partial-order"][..], &[]] {
        let report = explored(&[flags, &["--threads", "1"]].concat());
        for threads in ["2", "8"] {
            assert_eq!(explored(&[flags, &["--threads", threads]].concat()), report, "{threads} threads");
        }
        let start = report.find("\n    expect StaleHandle").expect("the story is also a scenario") + 1;
        let scenario = report[start..].lines().take_while(|line| line.is_empty() || line.starts_with("    "));
        let scenario: Vec<&str> = scenario.map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
        fs::write(folder.join("story.kobj"), scenario.join("\n") + "\n").unwrap();
        let run = kobj(&["run", "story.kobj"]);
        let (text, complaint) =
            (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
        assert_eq!(run.status.code(), Some(1), "{text}{complaint}");
        assert!((text + &complaint).contains("expected ERROR_IO_PENDING"), "{complaint}");
    }
}
