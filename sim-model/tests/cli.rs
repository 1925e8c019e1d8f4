//! The command as its users see it: what it prints where, and what it exits with.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

mod folder;
use folder::Folder;

/// The most that bad input may make the command print.
const MOST_PRINTED: usize = 20_000;
const GOOD: &str = "process app\n  thread main\n    e = CreateEvent()\n    CloseHandle(e) -> TRUE\n";
const LINES: &str = "process app\n  thread main\n";
const EVENT: &str = r#"{"EventID":4656,"ProcessId":8,"HandleId":"0x90"}"#;

impl Folder {
    /// Asserts that this file is refused, with these texts in the message.
    fn refuses(&self, command: &str, file: &str, texts: &[&str]) {
        let ended = self.kobj(&[command, file]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{command} {file}: {}", ended.stderr);
        assert!(ended.stderr.len() < MOST_PRINTED, "{command} {file}: {} bytes", ended.stderr.len());
        for text in [&[file], texts].concat() {
            assert!(ended.stderr.contains(text), "{command} {file}: no {text:?} in: {}", ended.stderr);
        }
    }
}

fn scenarios() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scenarios");
    let files: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    assert!(files.len() >= 12, "{files:?}");
    files
}

fn in_thread(lines: &str) -> String {
    format!("{LINES}    {lines}\n")
}

#[test]
fn files_that_cannot_be_read_are_refused() {
    let folder = Folder::new("unreadable").with("empty.kobj", "").with("empty.json", "");
    fs::create_dir_all(folder.0.join("folder")).unwrap();
    for command in ["run", "replay"] {
        folder.refuses(command, "missing.kobj", &["there is no file"]);
        folder.refuses(command, "folder", &["error: "]);
    }
    folder.refuses("run", "empty.kobj", &["holds no scenario"]);
    folder.refuses("replay", "empty.json", &["found an empty file; expected a Windows event log"]);
}

#[test]
fn files_of_the_wrong_kind_are_refused() {
    let folder = Folder::new("wrong-kind")
        .with("latin.kobj", b"title \"a\"\n# gr\xF6\xDFe\n")
        .with("latin.json", b"{\"EventID\":4656,\"a\":\"\xF6\"}\n")
        .with("log.json", EVENT)
        .with("story.kobj", GOOD)
        .with("story.txt", GOOD);
    folder.refuses("run", "latin.kobj", &["is not UTF-8 text: line 2"]);
    folder.refuses("replay", "latin.json", &["latin.json:1:22: found bytes that are not UTF-8"]);
    folder.refuses("run", "log.json", &["log.json:1:1"]);
    folder.refuses("replay", "story.kobj", &["is a scenario", "try `kobj run story.kobj`"]);
    folder.refuses("replay", "story.txt", &["story.txt:1:1: found text that is not JSON"]);
}

#[test]
fn a_file_of_a_hundred_megabytes_is_refused() {
    let folder = Folder::new("large");
    for (command, file, text) in
        [("run", "large.kobj", "104,857,600 bytes; a scenario"), ("replay", "large.json", "binary data")]
    {
        File::create(folder.0.join(file)).unwrap().set_len(100 << 20).unwrap();
        folder.refuses(command, file, &[text]);
        fs::remove_file(folder.0.join(file)).unwrap();
    }
}

#[test]
fn of_ten_thousand_errors_a_few_are_shown() {
    let calls: String = (0..10_000).map(|n| format!("    l{n} = CreatFile(k{n})\n")).collect();
    let folder = Folder::new("many")
        .with("forms.kobj", format!("{LINES}{}", "    ???\n".repeat(10_000)))
        .with("names.kobj", format!("{LINES}{calls}"))
        .with("many.json", "oops\n".repeat(10_000))
        .with("damaged.json", format!("{EVENT}\n{}", "oops\n".repeat(10_000)));
    folder.refuses("run", "forms.kobj", &["forms.kobj:3:5", "and 9,980 more errors"]);
    folder.refuses("run", "names.kobj", &["names.kobj:3:10", "and 9,980 more errors"]);
    folder.refuses("replay", "many.json", &["many.json:1:1: found text that is not JSON"]);
    // A log with one event is a log: what cannot be read of it is a part of the report.
    let report = folder.kobj(&["replay", "damaged.json"]);
    assert_eq!(report.code, Some(0), "{report:?}");
    assert!(report.stdout.contains("Not read: 10,000 of 10,001 lines"), "{report:?}");
    assert!(report.stdout.len() < MOST_PRINTED, "{}", report.stdout.len());
}

#[test]
fn long_lines_are_cut() {
    let folder = Folder::new("long")
        .with("word.kobj", "x".repeat(1_000_000))
        .with("label.kobj", in_thread(&format!("CloseHandle({})", "x".repeat(1_000_000))))
        .with("line.json", "x".repeat(1_000_000));
    folder.refuses("run", "word.kobj", &["word.kobj:1:1"]);
    folder.refuses("run", "label.kobj", &["label.kobj:3:17", "nothing in the file binds the label `xxx"]);
    folder.refuses("replay", "line.json", &["line.json:1:1: found text that is not JSON"]);
}

#[test]
fn deep_nesting_is_refused() {
    let (open, close) = ("(".repeat(100_000), ")".repeat(100_000));
    let folder = Folder::new("deep")
        .with("parentheses.kobj", in_thread(&format!("check {open}a{close}")))
        .with("not.kobj", in_thread(&format!("check {}a", "not ".repeat(100_000))))
        .with("parentheses.json", &open)
        .with("not.json", "not ".repeat(100_000))
        .with("arrays.json", "[".repeat(100_000))
        .with("objects.json", "{\"a\":".repeat(100_000));
    for (file, place) in [("parentheses.kobj", ":3:75"), ("not.kobj", ":3:267")] {
        folder.refuses("run", file, &[&format!("{file}{place}"), "nests deeper than 64 levels"]);
    }
    folder.refuses("replay", "parentheses.json", &["parentheses.json:1:1: "]);
    folder.refuses("replay", "not.json", &["not.json:1:"]);
    folder.refuses("replay", "arrays.json", &["a JSON array without objects"]);
    folder.refuses("replay", "objects.json", &["objects.json:1:636: ", "recursion limit"]);
}

#[test]
fn misspelt_names_are_told_with_the_nearest_name() {
    let port = "p = CreateIoCompletionPort()\n    ";
    let event = "event = CreateEvent()\n    ";
    let cases = [
        ("call", format!("{event}ClosHandle(event)"), "4:5", "there is no call `ClosHandle`", "CloseHandle"),
        (
            "parameter",
            format!("{port}GetQueuedCompletionStatus(p, tiemout: 0)"),
            "4:34",
            "has no parameter `tiemout`",
            "timeout",
        ),
        (
            "status",
            format!("{event}CloseHandle(event) -> STATUS_INVALID_HANDEL"),
            "4:27",
            "there is no result `STATUS_INVALID_HANDEL`",
            "STATUS_INVALID_HANDLE",
        ),
        ("label", format!("{event}CloseHandle(evnt)"), "4:17", "binds the label `evnt`", "event"),
    ];
    for (name, lines, place, message, nearest) in cases {
        let file = format!("{name}.kobj");
        let folder = Folder::new("misspelt").with(&file, in_thread(&lines));
        let (place, help) = (format!("{file}:{place}\n"), format!("did you mean `{nearest}`?"));
        folder.refuses("run", &file, &[&place, message, &help]);
        folder.refuses("replay", &file, &["is a scenario"]);
    }
}

#[test]
fn a_rule_is_known_by_the_beginning_of_its_name() {
    let folder = Folder::new("rule")
        .with("r.kobj", format!("expect MEMORY_FREED\n{}", in_thread("e = CreateEvent()")));
    let help = "did you mean `MEMORY_FREED_WHILE_IN_USE`?";
    folder.refuses("run", "r.kobj", &["r.kobj:1:8", "there is no rule `MEMORY_FREED`", help]);
}

#[test]
fn a_label_bound_twice_is_shown_at_both_places() {
    let lines = "e = CreateEvent()\n    e = CreateEvent()";
    let folder = Folder::new("twice").with("twice.kobj", in_thread(lines));
    folder.refuses("run", "twice.kobj", &["`e` is bound twice", "twice.kobj:4:5", "twice.kobj:3:5"]);
}

#[test]
fn bad_usage_exits_with_2() {
    let folder = Folder::new("usage").with("good.kobj", GOOD).with("log.json", EVENT);
    let cases: &[(&[&str], &str)] = &[
        (&["frobnicate"], "'frobnicate'"),
        (&["run"], "<FILE>"),
        (&["replay"], "<FILE>"),
        (&["run", "--frobnicate", "good.kobj"], "'--frobnicate'"),
        (&["replay", "--frobnicate", "log.json"], "'--frobnicate'"),
        (&["run", "--profile", "vista", "good.kobj"], "'vista'"),
        (&["run", "--format", "xml", "good.kobj"], "'xml'"),
        (&["replay", "--kind", "movie", "log.json"], "'movie'"),
        (&["list", "everything"], "'everything'"),
        (&["--color", "pink"], "'pink'"),
    ];
    for (arguments, text) in cases {
        let ended = folder.kobj(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(text), "{arguments:?}: {ended:?}");
    }
}

#[test]
fn without_arguments_the_story_is_told() {
    let ended = Folder::new("story").kobj(&[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    for text in ["Closing the handle does not cancel the read", "all as expected", "What to try next"] {
        assert!(ended.stdout.contains(text), "{text}: {}", ended.stdout);
    }
}

#[test]
fn every_scenario_of_the_book_runs() {
    let folder = Folder::new("book");
    let files = scenarios();
    for file in &files {
        let ended = folder.kobj(&["run", file]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{file}: {}", ended.stdout);
        assert!(ended.stdout.ends_with(": all as expected\n"), "{file}: {}", ended.stdout);
    }
    let all: Vec<&str> = ["run", "-q"].into_iter().chain(files.iter().map(String::as_str)).collect();
    assert_eq!(folder.kobj(&all).stdout.lines().count(), files.len(), "one line for each");
}

#[test]
fn a_bad_file_leaves_no_trace_in_the_result_of_the_others() {
    let folder = Folder::new("several")
        .with("a.kobj", GOOD)
        .with("b.kobj", GOOD)
        .with("bad.kobj", "processs\n")
        .with("a.json", EVENT)
        .with("b.json", EVENT)
        .with("bad.json", "oops");
    for (command, ending) in [("run", "kobj"), ("replay", "json")] {
        let [a, b, bad] = ["a", "b", "bad"].map(|name| format!("{name}.{ending}"));
        let good = folder.kobj(&[command, &a, &b]);
        assert_eq!((good.code, good.stderr.as_str()), (Some(0), ""), "{good:?}");
        assert!(good.stdout.contains(&a) && good.stdout.contains(&b), "{good:?}");
        for files in [[&bad, &a, &b], [&a, &bad, &b], [&a, &b, &bad]] {
            let mixed = folder.kobj(&[command, files[0], files[1], files[2]]);
            assert_eq!((mixed.code, &mixed.stdout), (Some(2), &good.stdout), "{files:?}");
            assert!(mixed.stderr.contains(&bad), "{mixed:?}");
        }
    }
}

#[test]
fn a_failed_expectation_names_object_expected_found_and_place() {
    let lines = "event = CreateEvent()\n    check event.PointerCount == 7";
    let folder = Folder::new("failed").with("failed.kobj", in_thread(lines)).with("bad.kobj", "?\n");
    let ended = folder.kobj(&["run", "failed.kobj"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""), "{ended:?}");
    for text in ["event.PointerCount: expected 7, found 1", "--> failed.kobj:4:5\n"] {
        assert!(ended.stdout.contains(text), "{text}: {}", ended.stdout);
    }
    let worst = folder.kobj(&["run", "bad.kobj", "failed.kobj"]);
    assert_eq!(worst.code, Some(2), "bad input is worse than a failure");
}

#[test]
fn a_log_that_breaks_a_rule_exits_with_1() {
    let folder = Folder::new("rule").with("rule.json", EVENT.replace("0x90", "0x91"));
    for quiet in [false, true] {
        let arguments: &[&str] =
            if quiet { &["replay", "rule.json", "-q"] } else { &["replay", "rule.json"] };
        let ended = folder.kobj(arguments);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stdout.contains("broken: a handle value is a multiple of 4"), "{ended:?}");
        assert_eq!(ended.stdout.contains("Summary"), !quiet, "{ended:?}");
    }
}

#[test]
fn json_is_one_record_a_line() {
    let folder = Folder::new("json").with("log.json", EVENT).with("good.kobj", GOOD);
    let cases: [(&[&str], &str); 3] = [
        (&["run", "--format", "json", "good.kobj", "good.kobj"], "verdict"),
        (&["run", "--format", "json", "--steps", "--color", "always", "good.kobj"], "verdict"),
        (&["replay", "--format", "json", "log.json", "log.json"], "process"),
    ];
    for (arguments, wanted) in cases {
        let ended = folder.kobj(arguments);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let record = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect(line);
        let kinds: Vec<String> = ended
            .stdout
            .lines()
            .map(|line| record(line)["record"].as_str().expect(line).to_owned())
            .collect();
        let files = arguments.iter().filter(|name| name.contains('.')).count();
        assert_eq!(kinds.iter().filter(|kind| *kind == wanted).count(), files, "{kinds:?}");
    }
}

#[test]
fn quiet_leaves_the_last_line() {
    let folder = Folder::new("quiet").with("good.kobj", GOOD).with("log.json", EVENT);
    let run = folder.kobj(&["run", "good.kobj", "--quiet"]);
    assert_eq!(run.stdout, "good.kobj: 2 calls, 0 checks: all as expected\n");
    let replay = folder.kobj(&["replay", "log.json", "--quiet"]);
    assert_eq!(replay.stdout, "log.json: 1 event, 0 lines not read: the model agrees\n");
    assert_eq!(folder.kobj(&["--quiet"]).stdout.lines().count(), 1);
}

#[test]
fn color_is_for_terminals_or_on_request() {
    let folder = Folder::new("color").with("bad.kobj", "?\n").with("log.json", EVENT);
    let commands: [&[&str]; 4] = [&[], &["run", "bad.kobj"], &["replay", "log.json"], &["list"]];
    for command in commands {
        let escapes = |color: &[&str]| {
            let ended = folder.kobj(&[command, color].concat());
            format!("{}{}", ended.stdout, ended.stderr).contains('\u{1B}')
        };
        assert!(escapes(&["--color", "always"]), "{command:?}");
        assert!(!escapes(&["--color", "never"]), "{command:?}");
        assert!(!escapes(&["--color", "auto"]) && !escapes(&[]), "{command:?}: a pipe is no terminal");
        let request =
            folder.command(&[command, &["--color", "always"]].concat()).env("NO_COLOR", "1").output();
        let request = request.unwrap();
        assert!([request.stdout, request.stderr].concat().contains(&0x1B), "{command:?}: a request wins");
    }
}

#[test]
fn the_profile_changes_what_is_found() {
    let folder =
        Folder::new("profile").with("pseudo.kobj", in_thread("CloseHandle(INVALID_HANDLE_VALUE) -> TRUE"));
    assert_eq!(folder.kobj(&["run", "pseudo.kobj"]).code, Some(0));
    let old = folder.kobj(&["run", "pseudo.kobj", "--profile", "xp"]);
    assert_eq!(old.code, Some(1), "{old:?}");
    assert!(old.stdout.contains("profile xp") && old.stdout.contains("found FALSE"), "{old:?}");
}

#[test]
fn what_there_is_can_be_listed() {
    let folder = Folder::new("list");
    let cases = [("calls", "CloseHandle(hObject)"), ("drivers", "serial"), ("profiles", "win11")];
    let all = folder.kobj(&["list"]);
    for (what, name) in cases {
        let ended = folder.kobj(&["list", what]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
        assert!(ended.stdout.contains(&format!("\n  {name}\n")), "{ended:?}");
        assert!(all.stdout.contains(&ended.stdout), "{what}: {all:?}");
    }
}

/// The result is longer than any pipe holds, so that it cannot be written to its end.
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new("pipe").with("good.kobj", GOOD);
    let mut arguments = vec!["run", "--steps"];
    arguments.resize(2000, "good.kobj");
    let mut child = folder.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(first, "good.kobj\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn help_and_version_are_shown() {
    let folder = Folder::new("help");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for command in ["", "run", "replay", "list", "explain", "graph"] {
        let arguments: Vec<&str> = [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let ended = folder.kobj(&arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
        let name = format!("help-{command}");
        settings.bind(|| insta::assert_snapshot!(name.trim_end_matches('-'), ended.stdout));
    }
    let version = folder.kobj(&["--version"]);
    assert_eq!((version.code, version.stdout), (Some(0), format!("kobj {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_graph_is_drawn_at_any_step() {
    let lines = "event = CreateEvent()\n    CloseHandle(event)";
    let folder = Folder::new("graph").with("a.kobj", in_thread(lines)).with("bad.kobj", "?\n");
    let at = |arguments: &[&str]| folder.kobj(&[&["graph", "a.kobj"], arguments].concat());
    assert!(at(&[]).stdout.contains("at the end, after "));
    assert!(at(&["--at", "0"]).stdout.contains("before the first of "));
    assert!(
        at(&["--line", "3"]).stdout.contains("holds handle 0x4 (label event)"),
        "{:?}",
        at(&["--line", "3"])
    );
    assert!(at(&["--why", "event"]).stdout.contains("event is freed"));
    assert!(
        at(&["--line", "3", "--why", "event"]).stdout.contains("process app holds handle 0x4 (label event)")
    );
    for format in ["text", "dot", "mermaid", "svg", "json"] {
        let drawn = at(&["--format", format]);
        assert_eq!((drawn.code, drawn.stderr.as_str()), (Some(0), ""), "{drawn:?}");
    }
    let wrong: [(&[&str], &str); 4] = [
        (&["--at", "9999"], "--at: found 9999, expected a step from 0 to "),
        (&["--line", "1"], "--line: found 1"),
        (&["--why", "evnt"], "--why: found `evnt`, expected event"),
        (&["--why", "process app", "--format", "svg"], "text or json"),
    ];
    for (arguments, text) in wrong {
        let ended = at(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(text), "{arguments:?}: {ended:?}");
    }
    folder.refuses("graph", "bad.kobj", &["bad.kobj:1:1"]);
    folder.refuses("graph", "missing.kobj", &["there is no file"]);
}

#[test]
fn the_architecture_changes_what_a_query_says() {
    let lines =
        "e = CreateEvent()\n    q = NtQueryObject(e, ObjectBasicInformation)\n    check q.PointerCount == 33";
    let folder = Folder::new("arch")
        .with("q.kobj", in_thread(lines))
        .with("bad.kobj", format!("arch x68\n{}", in_thread(lines)));
    assert_eq!(folder.kobj(&["run", "q.kobj", "--profile", "win81", "--arch", "x86"]).code, Some(0));
    let wide = folder.kobj(&["run", "q.kobj"]);
    assert!(wide.stdout.contains("q.PointerCount: expected 33, found 32769"), "{wide:?}");
    folder.refuses("run", "bad.kobj", &["bad.kobj:1:6", "there is no arch `x68`", "did you mean `x64`?"]);
}

#[test]
fn a_wrong_device_is_told_what_there_is() {
    let folder = Folder::new("device")
        .with("pipes.kobj", "device p driver=sockets\n")
        .with("waits.kobj", "device d driver=serial with 12 bytes\nprocess app\n")
        .with("null.kobj", "device n driver=null with 12 bytes\nprocess app\n");
    let what = ["pipes.kobj:1:17", "there is no driver `sockets`", "there is serial, queue, immediate"];
    folder.refuses("run", "pipes.kobj", &what);
    let what = ["waits.kobj:1:17", "`serial` does not answer at once", "`device d completes LABEL with …`"];
    folder.refuses("run", "waits.kobj", &what);
    folder.refuses("run", "null.kobj", &["null.kobj:1:17", "the driver `null` has its own answers"]);
}

#[test]
fn what_a_call_makes_for_itself_is_not_shown_under_a_later_name() {
    let text = r#"
process app
  thread main
    s = CreateNamedPipe("\\.\pipe\a", PIPE_ACCESS_DUPLEX)
    c = CreateFile("\\.\pipe\a", GENERIC_READ)
    WaitNamedPipe("\\.\pipe\a", INFINITE) -> TRUE
    check s.NamedPipeState == FILE_PIPE_CONNECTED_STATE
    d = CreateFile("\\.\pipe\a", GENERIC_READ)
  thread other
    t = CreateNamedPipe("\\.\pipe\a", PIPE_ACCESS_DUPLEX)
"#;
    let run = Folder::new("temporary").with("waits.kobj", text).kobj(&["run", "waits.kobj"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let (_, waits) = run.stdout.split_once("WaitNamedPipe").expect("the call is shown");
    let (before, after) = waits.split_once("d = CreateFile").expect("so is the next one");
    assert!(!before.contains("   d  ") && !before.contains("IRP_MJ_CLEANUP"), "{before}");
    assert!(after.contains("PointerCount 0 → 1"), "{after}");
}

#[test]
fn a_ledger_of_references_is_recognised() {
    let lines = "Object: 1 Image: a.exe\n 1 +1 T nt!ObpCreateHandle+1\n 2 +1 L d!Leak+1\n 3 -1 T nt!ObpCloseHandle+1\n";
    let folder =
        Folder::new("ledger").with("leak.txt", lines).with("cut.txt", "Object: 1 Image: a.exe\n???\n");
    let leak = folder.kobj(&["replay", "leak.txt"]);
    assert_eq!((leak.code, leak.stderr.as_str()), (Some(1), ""), "{leak:?}");
    assert!(leak.stdout.contains("1 left after the last handle was closed: a leak"), "{leak:?}");
    assert_eq!(folder.kobj(&["replay", "leak.txt", "--kind", "event-log"]).code, Some(2));
    folder.refuses("replay", "cut.txt", &["cut.txt:2:1: found `???`"]);
}
