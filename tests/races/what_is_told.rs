//! What makes two ends two outcomes, and what does not.

use sim_model::explore::Limits;
use sim_model::scenario::facts::Fact;

use super::*;

/// The values of a fact over all outcomes, told under this heading in this line of the file (0: under no line).
fn told(text: &str, line: usize, heading: &str) -> Vec<String> {
    let program = program("told.kobj", text);
    let (outcomes, ..) = enumerated(&program, &usual());
    let is_wanted = |fact: &Fact| {
        let of = match *fact {
            Fact::Line { actor, action } => program.actors[actor].actions[action].line,
            _ => 0,
        };
        of == line && fact.heading(&program) == heading
    };
    let at = outcomes
        .facts
        .iter()
        .position(is_wanted)
        .unwrap_or_else(|| panic!("{heading}: {:?}", outcomes.facts));
    outcomes.all.iter().map(|outcome| outcome.values[at].clone()).collect()
}

fn how_many(text: &str) -> usize {
    enumerated(&program("many.kobj", text), &usual()).0.all.len()
}

#[test]
fn a_result_without_a_label_tells_two_ends_apart() {
    // The event is reset in both ends, and only the waiter's result says whether it was set before.
    let text = "process app\n  thread a\n    e = CreateEvent(manual: TRUE)\n    SetEvent(e)\n    ResetEvent(e)\n  \
                thread b\n    WaitForSingleObject(e, 0)\n";
    assert_eq!(told(text, 7, "WaitForSingleObject"), ["WAIT_OBJECT_0", "WAIT_TIMEOUT"]);
}

#[test]
fn what_a_check_has_seen_tells_two_ends_apart() {
    let text = "process app\n  thread a\n    e = CreateEvent(manual: TRUE)\n    SetEvent(e)\n  \
                thread b\n    check signaled(e)\n";
    assert_eq!(told(text, 6, "check"), ["false", "true"]);
}

#[test]
fn threads_with_the_same_lines_are_two_threads() {
    let waiter = |name| format!("  thread {name}\n    WaitForSingleObject(e, INFINITE)\n");
    let text = format!(
        "process app\n  thread a\n    e = CreateEvent(initial: TRUE)\n{}{}",
        waiter("b"),
        waiter("c")
    );
    assert_eq!(told(&text, 5, "WaitForSingleObject"), ["WAIT_OBJECT_0", "waits for ever"]);
    assert_eq!(told(&text, 7, "WaitForSingleObject"), ["waits for ever", "WAIT_OBJECT_0"]);
}

#[test]
fn the_order_of_lines_that_have_nothing_to_do_with_each_other_is_no_outcome() {
    let text = "process app\n  thread a\n    e = CreateEvent()\n    SetEvent(e)\n  \
                thread b\n    f = CreateSemaphore(0, 2)\n    ReleaseSemaphore(f, 2)\n";
    assert_eq!(how_many(text), 1);
}

#[test]
fn an_expectation_ends_no_run_and_hides_no_outcome() {
    let text = "process app\n  thread a\n    e = CreateEvent()\n    CloseHandle(e)\n  \
                thread b\n    SetEvent(e)\n    check FALSE == TRUE\n";
    let expected = text.replace("SetEvent(e)", "SetEvent(e) -> ERROR_INVALID_HANDLE");
    for text in [text, &expected] {
        assert_eq!(told(text, 6, "SetEvent"), ["FALSE, ERROR_INVALID_HANDLE", "TRUE"]);
        assert_eq!(told(text, 7, "check"), ["false", "false"]);
    }
}

#[test]
fn a_handle_that_was_closed_before_its_call_was_back_is_closed() {
    let text = "process app\n  thread a\n    e = CreateEvent()\n    CloseHandle(e)\n    f = CreateEvent()\n  \
                thread b\n    CloseHandle(e)\n";
    assert_eq!(how_many(text), 3);
    assert_eq!(told(text, 0, "object(f)").iter().filter(|value| *value == "gone").count(), 1);
}

#[test]
fn a_bug_check_is_an_outcome() {
    let text = "device d driver=pends_unmarked\nprocess app\n  thread a\n    \
                f = CreateFile(\"\\\\.\\d\", GENERIC_READ, FILE_FLAG_OVERLAPPED)\n    r = ReadFile(f, 8 bytes, offset: 0)\n";
    assert_eq!(told(text, 0, "broken rules"), ["bug check 0xC9 DRIVER_VERIFIER_IOMANAGER_VIOLATION"]);
    assert_eq!(told(text, 5, "ReadFile"), ["the system stops"]);
}

#[test]
fn a_search_with_a_limit_says_that_there_may_be_others() {
    let text =
        "process app\n  thread a\n    e = CreateEvent()\n    SetEvent(e)\n  thread b\n    SetEvent(e)\n";
    let program = program("limited.kobj", text);
    let system = ProgramSpace::of_outcomes(&program, None);
    let limits = Limits { states: Some(5), ..Default::default() };
    let (search, space) = explore_space(&system, &Settings { limits, ..usual() }, &mut |_| {});
    let outcomes = Outcomes::of(&space, &system);
    let bounds = Bounds { states: Some(5), ..Bounds::default() };
    let shown =
        render(Enumerated { program: &program, search: &search, outcomes: &outcomes, bounds }, false, false);
    assert!(
        shown.contains("at least 0 outcomes: the limit on states was reached (--max-states 5)"),
        "{shown}"
    );
}
