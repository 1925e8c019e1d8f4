//! Faulty drivers, with Driver Verifier, without it, and corrected. Sources: WDK, Bug Check 0x44, 0x48, 0xC4, 0xC9.

use std::fs;
use std::path::Path;

use sim_core::finding::Rule;
use sim_model::explore::{Outcome, Settings, Verdict, explore};
use sim_model::lang;
use sim_model::scenario::space::{BUG_CHECKS, ProgramSpace};
use sim_model::scenario::world::Move;
use sim_model::scenario::{Program, compile, run};

/// The stories of docs/scenarios in which a driver is faulty, that driver, and a correct one.
const FAULTY: [(&str, &str, &str); 12] = [
    ("verifier-pending-not-marked", "pends_unmarked", "serial"),
    ("verifier-marked-not-pending", "marks_and_returns", "serial"),
    ("verifier-cancel-routine-kept", "keeps_cancel_routine", "serial"),
    ("verifier-completed-as-pending", "immediate with STATUS_PENDING", "serial"),
    ("verifier-cancel-ignored", "never_cancels", "serial"),
    ("irp-completed-twice", "completes_twice", "serial"),
    ("verifier-pending-not-propagated", "forgetful_filter", "filter"),
    ("no-more-stack-locations", "uncounted_filter", "filter"),
    ("verifier-threads-irp-freed", "misfreeing_requester", "requester"),
    ("own-irp-without-routine", "forgetful_requester", "requester"),
    ("own-irp-freed-too-early", "unstopped_requester", "requester"),
    ("master-irp-completed-alone", "hasty_splitter", "splitter"),
];

fn text_of(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scenarios");
    fs::read_to_string(folder.join(format!("{name}.kobj"))).unwrap()
}

fn program(text: &str) -> Program {
    let scenario = lang::parse("test.kobj", text).unwrap_or_else(|error| panic!("{error}"));
    compile(scenario).unwrap_or_else(|error| panic!("{error}"))
}

fn explored(text: &str) -> Outcome<Move> {
    let program = program(text);
    explore(&ProgramSpace::new(&program, None), &Settings::default())
}

fn without(text: &str, what: &str) -> String {
    text.lines().filter(|line| !line.starts_with(what)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn each_mistake_is_found_in_every_order_and_is_no_other_mistake() {
    for (name, ..) in FAULTY.iter().filter(|(name, ..)| name.starts_with("verifier")) {
        let text = text_of(name);
        assert_eq!(explored(&text).verdict, Verdict::Holds, "{name}");
        let Verdict::Fails(found) = explored(&without(&text, "expect")).verdict else { panic!("{name}") };
        assert_eq!(found.rule, BUG_CHECKS, "{name}: {}", found.message);
    }
}

/// What the lines expect of the faulty driver may not hold of a correct one; that no rule is broken does.
#[test]
fn the_corrected_driver_breaks_no_rule() {
    for (name, driver, correct) in FAULTY {
        let correct = format!("driver={correct}");
        let text = without(&text_of(name), "expect").replace(&format!("driver={driver}"), &correct);
        let text = without(&text, "    check");
        assert!(text.contains(&correct), "{name}");
        assert_eq!(explored(&text).verdict, Verdict::Holds, "{name}");
    }
}

#[test]
fn a_bug_check_that_does_not_come_fails_the_scenario() {
    for (name, driver, correct) in FAULTY {
        let correct = format!("driver={correct}");
        let text = text_of(name).replace(&format!("driver={driver}"), &correct);
        let text = without(&text, "    check");
        let program = program(&text);
        let run = run(&program);
        assert!(!run.held() && run.awaited().count() == 1 && run.found.is_empty(), "{name}");
        assert!(matches!(explored(&text).verdict, Verdict::Unexercised(_)), "{name}");
    }
}

/// The rules that a scenario breaks in some order.
fn broken(text: &str) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut text = text.to_owned();
    while let Verdict::Fails(found) = explored(&text).verdict {
        assert_eq!(found.rule, BUG_CHECKS, "{}", found.message);
        let rule =
            Rule::ALL.iter().find(|rule| found.message.contains(&format!("rule {}, ", rule.id()))).unwrap();
        assert!(!rules.contains(rule), "{}", found.message);
        rules.push(*rule);
        text = format!("expect {}\n{text}", rule.id());
    }
    rules
}

#[test]
fn without_the_verifier_a_cancel_routine_that_was_kept_is_called_for_a_completed_irp() {
    let text = r#"
policy verifier off
device dev driver=keeps_cancel_routine
process app
  thread main
    file = CreateFile("\\.\dev", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    r1 = ReadFile(file, 64 bytes, offset: 0)
    CancelIoEx(file, r1)
environment
  device dev completes r1 with 12 bytes
"#;
    let mut rules = broken(text);
    rules.sort_by_key(|rule| rule.bug_check());
    // The routine ran before the completion, and completes the IRP a second time, in time or too late; or after it.
    let expected =
        [Rule::IrpUsedAfterFree, Rule::MultipleIrpCompleteRequests, Rule::CancelStateInCompletedIrp];
    assert_eq!(rules, expected);
}

#[test]
fn without_the_verifier_an_irp_that_is_marked_and_returned_is_finished_twice() {
    let text = r#"
policy verifier off
device dev driver=marks_and_returns
process app
  thread main
    file = CreateFile("\\.\dev", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    r1 = ReadFile(file, 64 bytes, offset: 0)
    CancelIoEx(file, NULL)
  thread other
    r2 = ReadFile(file, 64 bytes, offset: 0)
environment
  device dev completes r1 with 12 bytes
"#;
    assert_eq!(broken(text), [Rule::IrpUsedAfterFree]);
}

#[test]
fn without_the_verifier_two_completions_meet_or_the_second_comes_too_late() {
    let text = r#"
policy verifier off
device dev driver=completes_twice
process app
  thread main
    file = CreateFile("\\.\dev", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    r1 = ReadFile(file, 64 bytes, offset: 0)
    r2 = ReadFile(file, 64 bytes, offset: 0)
environment
  device dev completes r1 with 12 bytes
"#;
    let mut rules = broken(text);
    rules.sort_by_key(|rule| rule.bug_check());
    assert_eq!(rules, [Rule::IrpUsedAfterFree, Rule::MultipleIrpCompleteRequests]);
}

#[test]
fn an_ignored_cancel_is_no_finding_without_the_verifier() {
    let text = without(&text_of("verifier-cancel-ignored"), "expect");
    let text = format!("policy verifier off\n{text}");
    assert!(run(&program(&text)).held());
}

/// The cancel routine completes the master IRP, and the last associated IRP does so once more, in time or too late.
#[test]
fn a_master_irp_that_is_completed_while_it_has_associated_irps_is_completed_twice() {
    let text = r#"
device dev driver=immediate
device half driver=hasty_splitter over dev
process app
  thread main
    file = CreateFile("\\.\dev", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    r1 = ReadFile(file, 64 bytes, offset: 0)
  thread other
    CancelIoEx(file, NULL)
"#;
    let mut rules = broken(text);
    rules.sort_by_key(|rule| rule.bug_check());
    assert_eq!(rules, [Rule::IrpUsedAfterFree, Rule::MultipleIrpCompleteRequests]);
    assert_eq!(explored(&text.replace("hasty_splitter", "splitter")).verdict, Verdict::Holds);
}
