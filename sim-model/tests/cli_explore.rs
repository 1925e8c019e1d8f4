//! `kobj explore` as its users see it: verdicts, limits, graphs, and stories that `kobj run` follows.

use std::fs;
use std::path::Path;

mod folder;
use folder::Folder;

const READ_AND_CLOSE: &str = "device serial0 driver=serial\nprocess app\n  thread reader\n    \
    file = CreateFile(\"\\\\.\\serial0\", GENERIC_READ, FILE_FLAG_OVERLAPPED)\n    \
    r1 = ReadFile(file, 64 bytes, offset: 0)\n  thread closer\n    CloseHandle(file)\n";

const CLOSERS: &str = "process app\n  thread first\n    event = CreateEvent()\n    CloseHandle(event)\n  \
    thread second\n    CloseHandle(event) -> TRUE\n";

/// The explorations of the book, by name.
fn explorations() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/explorations");
    let mut files: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    files.sort();
    assert!(files.len() >= 15, "{files:?}");
    files
}

/// The saved story of a report: what stands, indented, at its end.
fn saved_story(report: &str) -> String {
    let (_, story) = report.split_once("`kobj run` follows it\n\n").expect(report);
    story
        .lines()
        .take_while(|line| line.starts_with("    "))
        .map(|line| format!("{}\n", &line[4..]))
        .collect()
}

fn assert_snapshot(name: &str, shown: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

#[test]
fn limits_graphs_and_help_are_shown_as_before() {
    let folder = Folder::new("explore-shown").with("race.kobj", READ_AND_CLOSE).with("closers.kobj", CLOSERS);
    let limited = folder.kobj(&["explore", "race.kobj", "--max-states", "100", "--threads", "1"]);
    assert_snapshot("explore-limit", &limited.stdout);
    assert!(limited.stdout.lines().all(|line| line.chars().count() <= 100), "{}", limited.stdout);
    let limited = folder.kobj(&["explore", "race.kobj", "--max-states", "100", "--format", "json"]);
    assert_snapshot("explore-limit-json", &limited.stdout);
    assert_snapshot("explore-dot", &folder.kobj(&["explore", "closers.kobj", "--format", "dot"]).stdout);
    assert_snapshot("help-explore", &folder.kobj(&["explore", "--help"]).stdout);
}

#[test]
fn each_exploration_of_the_book_has_the_verdict_that_it_names() {
    let folder = Folder::new("explore-book");
    for file in explorations() {
        let text = fs::read_to_string(&file).unwrap();
        let holds = text.contains("# No order breaks a rule.\n");
        assert_ne!(holds, text.contains("# Some order breaks a rule.\n"), "{file} names one verdict");
        let mut ended = folder.kobj(&["explore", &file, "--max-states", "20000"]);
        if ended.code == Some(3) {
            ended = folder.kobj(&["explore", &file, "--preemptions", "0"]);
        }
        assert_eq!((ended.code, &*ended.stderr), (Some(i32::from(!holds)), ""), "{file}: {}", ended.stdout);
        assert_eq!(ended.stdout.contains("\n  no order of steps breaks a rule\n"), holds, "{file}");
        assert_eq!(
            ended.stdout.ends_with(", complete\n") || ended.stdout.ends_with("\ncomplete\n"),
            holds,
            "{file}: {}",
            ended.stdout
        );
    }
}

#[test]
fn the_output_is_the_same_for_any_number_of_threads() {
    let folder = Folder::new("explore-threads");
    for file in explorations() {
        for format in ["text", "json", "dot"] {
            let explored = |threads| {
                let states = if format == "dot" { "2000" } else { "5000" };
                let arguments = ["explore", &file, "--format", format, "--max-states", states];
                folder.kobj(&[&arguments[..], &["--threads", threads]].concat())
            };
            let one = explored("1");
            assert!(!one.stdout.is_empty() && one.stderr.is_empty(), "{file}: {one:?}");
            for threads in ["2", "8"] {
                let more = explored(threads);
                assert_eq!((more.code, &more.stdout), (one.code, &one.stdout), "{file}, {format}, {threads}");
            }
        }
    }
}

#[test]
fn a_limit_exits_with_3_and_says_what_to_change() {
    let folder = Folder::new("explore-limits").with("race.kobj", READ_AND_CLOSE);
    let cases: [(&[&str], &[&str]); 4] = [
        (
            &["--max-states", "100"],
            &["the limit on states was reached (--max-states 100)", "--max-states 1000 ", "100 states, "],
        ),
        (&["--max-memory", "0"], &["the limit on memory was reached (--max-memory 0)", "--max-memory 4 "]),
        (&["--time", "0"], &["the time was over (--time 0)", "--time 10 ", "1 state, 0 steps"]),
        (
            &["--max-states", "100", "--preemptions", "3", "--no-partial-order"],
            &["--preemptions 2 ", "without --no-partial-order", "fewer lines for "],
        ),
    ];
    for (flags, texts) in cases {
        let ended = folder.kobj(&[&["explore", "race.kobj"], flags].concat());
        assert_eq!((ended.code, &*ended.stderr), (Some(3), ""), "{flags:?}: {ended:?}");
        let always = ["no verdict: ", "What multiplied the states", "What to change", " not looked into"];
        for text in [&always[..], texts].concat() {
            assert!(ended.stdout.contains(text), "{flags:?}: no {text:?} in {}", ended.stdout);
        }
    }
    let unlimited = folder.kobj(&["explore", "race.kobj", "--max-states", "1000000"]);
    assert_eq!(unlimited.code, Some(0), "a limit that is not reached is none: {unlimited:?}");
    assert!(!unlimited.stdout.contains("What to change"), "{unlimited:?}");
}

/// One thread's place changes by itself until the file exists, then both change: the numbers are countable by hand.
#[test]
fn quiet_leaves_what_fails_and_the_last_line() {
    let folder = Folder::new("explore-quiet").with("good.kobj", READ_AND_CLOSE).with("bad.kobj", CLOSERS);
    let ended = folder.kobj(&["explore", "--quiet", "good.kobj", "bad.kobj", "good.kobj", "--threads", "1"]);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let [first, sentence, .., bad, last] = lines[..] else { panic!("{ended:?}") };
    assert!(first.starts_with("good.kobj: ") && first.ends_with(", complete"), "{ended:?}");
    assert!(sentence.starts_with("  line 6, `CloseHandle(event)`, is not as expected: "), "{ended:?}");
    assert!(bad.starts_with("bad.kobj: "), "{ended:?}");
    assert_eq!((ended.code, last), (Some(1), first));
}

#[test]
fn what_multiplied_the_states_is_exact() {
    let text = "process app\n  thread a\n    CloseHandle(NULL)\n  thread b\n    CloseHandle(NULL)\n";
    let folder = Folder::new("explore-multipliers").with("two.kobj", text);
    let all = folder.kobj(&["explore", "two.kobj", "--no-partial-order", "--no-symmetry"]);
    let states: u64 = {
        let (_, counts) = all.stdout.rsplit_once("two.kobj: ").expect(&all.stdout);
        counts.split(' ').next().unwrap().parse().unwrap()
    };
    let places = states.isqrt();
    assert_eq!(places * places, states, "each place of the one meets each of the other: {}", all.stdout);
    let most = (states - 1).to_string();
    let limited = folder.kobj(&[
        "explore",
        "two.kobj",
        "--no-partial-order",
        "--no-symmetry",
        "--max-states",
        &most,
        "--format",
        "json",
    ]);
    assert_eq!(limited.code, Some(3), "{limited:?}");
    let multiplier = format!(
        "{{\"record\":\"multiplier\",\"who\":\"a\",\"places\":{places},\"combinations\":{most},\
         \"combinations_of_others\":{places}}}"
    );
    assert!(limited.stdout.contains(&multiplier), "{multiplier}: {}", limited.stdout);
    assert!(limited.stdout.contains(&format!("\"bound\":\"--max-states {most}\"")), "{}", limited.stdout);
}

#[test]
fn a_saved_story_fails_in_the_same_way_when_it_is_run() {
    let broken = READ_AND_CLOSE.replace("CloseHandle(file)", "CloseHandle(file) -> ERROR_INVALID_HANDLE");
    let cases = [
        ("line", broken.clone(), "CloseHandle: expected ERROR_INVALID_HANDLE"),
        (
            "stuck",
            "process app\n  thread a\n    e = CreateEvent()\n    WaitForSingleObject(e, INFINITE)\n".into(),
            "a is stuck in line 4, `WaitForSingleObject(e, INFINITE)`: nothing can happen that ends the call",
        ),
        (
            "always",
            format!("{READ_AND_CLOSE}always not close(file)\n"),
            "close(file): expected false, found true",
        ),
        (
            "finally",
            format!("{READ_AND_CLOSE}finally pending(r1)\n"),
            "pending(r1): expected true, found false",
        ),
        (
            "eventually",
            format!("{READ_AND_CLOSE}eventually pending(r1)\n"),
            "pending(r1): expected true, found false",
        ),
    ];
    for (name, text, message) in cases {
        let file = format!("{name}.kobj");
        let folder = Folder::new("explore-saved").with(&file, text);
        let found = folder.kobj(&["explore", &file]);
        assert_eq!(found.code, Some(1), "{name}: {found:?}");
        let told = found.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(message), "{name}: {}", found.stdout);
        let folder = folder.with("saved.kobj", saved_story(&found.stdout));
        let run = folder.kobj(&["run", "saved.kobj"]);
        assert_eq!((run.code, &*run.stderr), (Some(1), ""), "{name}: {run:?}");
        assert!(run.stdout.contains(message), "{name}: no {message:?} in {}", run.stdout);
        assert!(run.stdout.contains(": 1 not as expected"), "{name}: nothing else fails: {}", run.stdout);
    }
}

#[test]
fn every_story_of_the_book_can_be_saved_and_run() {
    let folder = Folder::new("explore-book-saved");
    for file in explorations() {
        if fs::read_to_string(&file).unwrap().contains("# Some order breaks a rule.\n") {
            let found = folder.kobj(&["explore", &file]);
            fs::write(folder.0.join("saved.kobj"), saved_story(&found.stdout)).unwrap();
            let run = folder.kobj(&["run", "--quiet", "saved.kobj"]);
            assert_eq!((run.code, &*run.stderr), (Some(1), ""), "{file}: {run:?}");
        }
    }
}

#[test]
fn a_graph_that_nobody_can_read_is_refused() {
    let text = READ_AND_CLOSE
        .replace("  thread closer", "    r2 = ReadFile(file, 64 bytes, offset: 0)\n  thread closer");
    let folder = Folder::new("explore-large-graph")
        .with("large.kobj", format!("{text}environment\n  device serial0 completes r1\n"));
    let arguments = ["explore", "--format", "dot", "large.kobj", "--max-states", "2001"];
    for (flags, help) in [
        (&[][..], "bound the orders with `--preemptions 1`"),
        (&["--preemptions", "9"], "bound the orders with `--preemptions 8`"),
    ] {
        let ended = folder.kobj(&[&arguments[..], flags].concat());
        assert_eq!((ended.code, &*ended.stdout), (Some(3), ""), "{ended:?}");
        assert!(
            ended.stderr.contains("the state graph of large.kobj has at least 2,001 states; at most 2,000")
        );
        assert!(ended.stderr.contains(help), "{ended:?}");
    }
    let bounded = folder.kobj(&["explore", "--format", "dot", "large.kobj", "--preemptions", "0"]);
    assert_eq!(bounded.code, Some(0), "{bounded:?}");
    assert!(bounded.stdout.starts_with("digraph states {\n"), "{bounded:?}");
}

#[cfg(unix)]
mod interrupted {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};

    use super::{Folder, READ_AND_CLOSE};

    /// The report on the first file is the sign that Ctrl-C is listened to; the second file is too large to be done
    /// with before it comes. The limit on memory is there only in case that it never comes.
    #[test]
    fn ctrl_c_gives_what_was_found_so_far() {
        let reads = "    ReadFile(file, 64 bytes, offset: 0)\n".repeat(4);
        let thread = |name| format!("  thread {name}\n{reads}    CloseHandle(file)\n");
        let large = format!("{READ_AND_CLOSE}{}{}{}", thread("a"), thread("b"), thread("c"));
        let folder =
            Folder::new("explore-interrupted").with("small.kobj", READ_AND_CLOSE).with("large.kobj", large);
        let files = ["small.kobj", "large.kobj", "small.kobj"];
        let arguments = [&["explore", "--max-memory", "400"][..], &files[..]].concat();
        let mut child =
            folder.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        output.read_line(&mut first).unwrap();
        assert_eq!(first, "small.kobj\n");
        let signalled = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(signalled.success());
        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(3), "{rest}");
        for text in ["no verdict: the search was interrupted", "What to change", "large.kobj: "] {
            assert!(rest.contains(text), "{text}: {rest}");
        }
        let words = rest.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(" not looked into"), "{rest}");
        assert_eq!(rest.matches("small.kobj: ").count(), 1, "what was not begun is not begun: {rest}");
    }
}

#[test]
fn outcomes_are_shown_as_before() {
    let folder =
        Folder::new("explore-outcomes").with("race.kobj", READ_AND_CLOSE).with("closers.kobj", CLOSERS);
    let shown = folder.kobj(&["explore", "--outcomes", "race.kobj"]);
    assert_eq!((shown.code, &*shown.stderr), (Some(0), ""));
    assert_snapshot("outcomes", &shown.stdout);
    let shown = folder.kobj(&["explore", "--outcomes", "closers.kobj", "--format", "json"]);
    assert_eq!((shown.code, &*shown.stderr), (Some(0), ""));
    assert_snapshot("outcomes-json", &shown.stdout);
    let quiet = folder.kobj(&["explore", "--outcomes", "race.kobj", "closers.kobj", "-q"]).stdout;
    assert_eq!(quiet.matches(", complete").count(), 2, "{quiet}");
    assert!(!quiet.contains("outcome"), "{quiet}");
}

#[test]
fn the_way_to_an_outcome_is_a_scenario_that_run_follows() {
    let folder = Folder::new("explore-outcome").with("race.kobj", READ_AND_CLOSE);
    let way = folder.kobj(&["explore", "race.kobj", "--outcomes", "--outcome", "1"]).stdout;
    assert!(way.contains("\nschedule\n"), "{way}");
    let folder = Folder::new("explore-outcome-run").with("way.kobj", &way);
    let run = folder.kobj(&["run", "way.kobj"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("FALSE, ERROR_INVALID_HANDLE"), "{}", run.stdout);
}

#[test]
fn outcomes_that_cannot_be_shown_are_refused() {
    let folder = Folder::new("explore-outcomes-refused").with("race.kobj", READ_AND_CLOSE);
    let cases: [(&[&str], i32, &str); 4] = [
        (&["--outcomes", "--format", "dot"], 2, "error: outcomes are no graph: --format text or json\n"),
        (&["--outcomes", "--outcome", "9"], 2, "error: there is no outcome 9: 2 were found\n"),
        (&["--outcome", "1"], 2, "--outcomes"),
        (&["--outcomes", "--max-states", "20"], 3, ""),
    ];
    for (flags, code, complaint) in cases {
        let ended = folder.kobj(&[&["explore", "race.kobj"], flags].concat());
        assert_eq!(ended.code, Some(code), "{flags:?}: {ended:?}");
        assert!(ended.stderr.contains(complaint), "{flags:?}: {}", ended.stderr);
        assert_eq!(ended.stdout.is_empty(), code == 2, "{flags:?}: {}", ended.stdout);
    }
}
