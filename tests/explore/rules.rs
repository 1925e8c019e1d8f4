//! The catalogue of rules: each has a program that breaks it, and a corrected twin that keeps every rule.

use std::fs;
use std::path::Path;

use sim_core::finding::Rule;
use sim_model::explain::{PAIRS, Story, pages, pair};
use sim_model::explore::Verdict;
use sim_model::scenario::findings::sentence;
use sim_model::scenario::space::{BUG_CHECKS, STUCK};
use sim_model::scenario::world::World;

use crate::{explored, program};

/// What no driver of a scenario can do.
const WITHOUT: [Rule; 3] =
    [Rule::ReferenceByPointer, Rule::InvalidKernelHandle, Rule::VerifierDetectedViolation];

fn book(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    fs::read_to_string(path).unwrap().replace("\r\n", "\n")
}

#[test]
fn every_rule_has_a_pair_or_cannot_be_broken_by_a_scenario() {
    for rule in Rule::ALL {
        assert_eq!(pair(*rule).is_none(), WITHOUT.contains(rule), "{}", rule.id());
    }
    let mut ids: Vec<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), Rule::ALL.len(), "an id is one rule's");
}

#[test]
fn every_file_of_a_pair_is_in_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules");
    for entry in fs::read_dir(folder).unwrap() {
        let path = format!("docs/rules/{}", entry.unwrap().file_name().to_string_lossy());
        let is_known = |story: &Story| story.path == path;
        let paired = PAIRS.iter().any(|pair| is_known(&pair.broken) || is_known(&pair.fixed));
        assert!(paired || path.ends_with("packet-that-never-comes.kobj"), "{path}");
    }
}

/// The text without the lines that expect this rule.
fn unexpected(text: &str, rule: Rule) -> String {
    let is_of_rule = |line: &str| {
        line.strip_prefix("expect ").is_some_and(|rest| match rest.strip_prefix("bug check 0x") {
            Some(code) => {
                let code = code.split(' ').next().unwrap_or_default();
                u32::from_str_radix(code, 16).ok() == rule.bug_check()
            }
            None => rest == rule.id() || rest == rule.name(),
        })
    };
    text.lines().filter(|line| !is_of_rule(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_broken_program_of_a_rule_breaks_that_rule_and_no_other() {
    for pair in PAIRS {
        let (id, path) = (pair.rule.id(), pair.broken.path);
        let whole = program(path, pair.broken.text);
        assert_eq!(explored(&whole, 1).verdict, Verdict::Holds, "{path}, which expects {id}");
        let text = unexpected(pair.broken.text, pair.rule);
        let program = program(path, &text);
        let Verdict::Fails(story) = explored(&program, 1).verdict else {
            panic!("{path}: {id} is not found")
        };
        assert_eq!(story.rule, BUG_CHECKS, "{path}: {}", story.message);
        let mut world = World::new(&program);
        story.steps.iter().for_each(|step| world.take(*step, &mut Vec::new()));
        let found = world.kernel().findings().last().unwrap();
        assert_eq!(found.rule.id(), id, "{path}: {}", story.message);
        assert!(sentence(found).starts_with(&format!("rule {id}")), "{path}: {}", sentence(found));
    }
}

#[test]
fn the_corrected_twin_keeps_every_rule_in_every_order() {
    for pair in PAIRS {
        let program = program(pair.fixed.path, pair.fixed.text);
        assert_eq!(explored(&program, 1).verdict, Verdict::Holds, "{}", pair.fixed.path);
    }
}

/// A page stands on its own: what the rule says, what is watched, the bug check with its parameters, both programs.
#[test]
fn the_page_of_a_rule_says_everything_and_shows_both_programs() {
    for rule in Rule::ALL {
        let found = pages(rule.id());
        let page = found.iter().find(|page| page.kind == "rule").unwrap();
        let has = |title: &str| page.sections.iter().any(|section| section.title.starts_with(title));
        for title in ["Broken when", "What is watched", "Severity", "Bug check", "A program", "Sources"] {
            assert!(has(title), "{}: {title}", rule.id());
        }
        assert_eq!(has("Parameters"), rule.bug_check().is_some(), "{}", rule.id());
        let listed = page.sections.iter().filter(|section| !section.lines.is_empty()).count();
        assert_eq!(listed, if WITHOUT.contains(rule) { 0 } else { 2 }, "{}", rule.id());
    }
}

/// A program with a file that reports to a port, and one read.
fn with_port(device: &str, lines: &str, rest: &str) -> String {
    format!(
        "device dev driver={device}
process app
  thread main
    port = CreateIoCompletionPort()
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    CreateIoCompletionPort(file, port, key: 7)
{lines}{rest}"
    )
}

#[test]
fn a_request_that_returned_pending_queues_exactly_one_packet_however_it_ends() {
    let read = "    r = ReadFile(file, 8 bytes, offset: 0) -> ERROR_IO_PENDING\n";
    let answer = "environment\n  device dev completes r with 8 bytes\n";
    let fails = "environment\n  device dev fails r with STATUS_IO_TIMEOUT\n";
    let cancel = "  thread canceller\n    CancelIoEx(file)\n";
    let ends = "  thread issuer\n    ReadFile(file, 8 bytes, offset: 0)\n    ExitThread(0)\n";
    let one =
        "always packets(port) < 2\nfinally packets(port) == 1 or pending(r)\nsometimes packets(port) == 1\n";
    let two = "always packets(port) < 3\nsometimes packets(port) == 2\n";
    for rest in [answer, fails, cancel, &format!("{cancel}{answer}")] {
        let text = with_port("serial", read, &format!("{rest}{one}"));
        assert_eq!(explored(&program("pending", &text), 1).verdict, Verdict::Holds, "{text}");
    }
    let text = with_port("serial", read, &format!("{ends}{cancel}{two}"));
    assert_eq!(explored(&program("two", &text), 1).verdict, Verdict::Holds, "{text}");
}

#[test]
fn a_request_that_ends_at_once_queues_one_packet_or_none() {
    let skips = "    SetFileCompletionNotificationModes(file, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS)\n";
    let read = "    r = ReadFile(file, 8 bytes, offset: 0)\n";
    let success = "immediate with 8 bytes";
    let failure = "immediate with STATUS_IO_TIMEOUT";
    for (device, lines, packets) in
        [(success, read.to_owned(), 1), (success, format!("{skips}{read}"), 0), (failure, read.to_owned(), 0)]
    {
        let text = with_port(device, &lines, &format!("finally packets(port) == {packets}\n"));
        assert_eq!(explored(&program("at-once", &text), 1).verdict, Verdict::Holds, "{text}");
    }
}

#[test]
fn a_wait_for_a_packet_that_is_skipped_is_found() {
    let text = book("rules/packet-that-never-comes.kobj");
    assert_eq!(explored(&program("skipped", &text), 1).verdict, Verdict::Holds);
    let program = program("skipped", &text.replace("-> blocks", ""));
    let Verdict::Fails(story) = explored(&program, 1).verdict else { panic!("the wait is not found") };
    assert_eq!(story.rule, STUCK, "{}", story.message);
}

/// A row of the table of docs/RULES.md.
fn row(rule: Rule) -> String {
    let bug_check = rule.bug_check_words().unwrap_or_else(|| "none".into());
    let files = pair(rule).map_or("none".into(), |pair| {
        let short =
            |story: &Story| story.path.trim_start_matches("docs/").trim_end_matches(".kobj").to_owned();
        format!("`{}`, `{}`", short(&pair.broken), short(&pair.fixed))
    });
    format!(
        "| `{}` | {} | {} | {bug_check} | {files} |\n",
        rule.id(),
        rule.sentence(),
        rule.severity().name()
    )
}

#[test]
fn the_chapter_has_every_rule_as_the_code_has_it() {
    let chapter = book("RULES.md");
    let rows = |of_users: bool| -> String {
        Rule::ALL.iter().copied().filter(|rule| rule.is_of_user_mode() == of_users).map(row).collect()
    };
    let (drivers, users) = (rows(false), rows(true));
    let has_both = chapter.contains(&drivers) && chapter.contains(&users);
    assert!(has_both, "docs/RULES.md should have:\n{drivers}\n{users}");
}
