//! What a scenario can and cannot say of handles, processes and jobs.

use sim_core::profile::{Profile, Version};
use sim_model::lang;
use sim_model::scenario::{compile_for, run};

/// The errors of a scenario's text on a version of Windows.
fn errors(text: &str, version: Version) -> String {
    let scenario = lang::parse("handles.kobj", text).unwrap_or_else(|error| panic!("{error}"));
    match compile_for(scenario, Some(Profile::of(version))) {
        Ok(_) => String::new(),
        Err(diagnostics) => diagnostics.to_string(),
    }
}

fn in_thread(lines: &str) -> String {
    format!("process app\n  thread main\n    e = CreateEvent()\n{lines}process tool\n  thread worker\n")
}

#[test]
fn a_process_is_made_once() {
    let twice = "    CreateProcess(tool)\n    NtCreateUserProcess(tool)\n";
    let found = errors(&in_thread(twice), Version::Win11);
    assert!(found.contains("the process `tool` is made twice"), "{found}");
    assert!(found.contains("made first") && found.contains("handles.kobj:5:25"), "{found}");
}

#[test]
fn a_second_label_stands_only_before_a_call_with_two_results() {
    let fine = "    p, t = CreateProcess(tool)\n    CloseHandle(t)\n";
    assert_eq!(errors(&in_thread(fine), Version::Win11), "");
    let found = errors(&in_thread("    a, b = CreateEvent()\n"), Version::Win11);
    assert!(found.contains("`CreateEvent` has one result, and no second"), "{found}");
    let found = errors(&in_thread("    p, p = CreateProcess(tool)\n"), Version::Win11);
    assert!(found.contains("the label `p` is bound twice"), "{found}");
    let threadless = "process app\n  thread main\n    p, t = NtCreateUserProcess(tool)\nprocess tool\n";
    let found = errors(threadless, Version::Win11);
    assert!(found.contains("the process `tool` has no thread that `t` could name"), "{found}");
}

#[test]
fn names_and_handles_of_processes_do_not_mix() {
    let mixed = "    p = OpenProcess(tool)\n    DuplicateHandle(e, p, from: tool)\n";
    let found = errors(&in_thread(mixed), Version::Win11);
    assert!(found.contains("give both by name, or both by handle"), "{found}");
    for fine in [
        "    p = OpenProcess(tool)\n    DuplicateHandle(e, p)\n",
        "    DuplicateHandle(e, tool, from: app)\n",
        "    p = OpenProcess(tool)\n    DuplicateHandle(e, NULL, DUPLICATE_CLOSE_SOURCE, from: p)\n",
    ] {
        assert_eq!(errors(&in_thread(fine), Version::Win11), "");
    }
}

#[test]
fn what_is_out_of_range_or_unknown_is_refused_with_its_place() {
    let cases = [
        ("policy handles random\n", "there is no policy of handles `random`"),
        ("policy handles limit 16711681\n", "expected 0 to 16711680 handles"),
        ("policy handles limit -1\n", "expected 0 to 16711680 handles"),
        ("process watched debuged\n", "there is no mark of a process `debuged`"),
    ];
    for (line, expected) in cases {
        let found = errors(&format!("{line}{}", in_thread("")), Version::Win11);
        assert!(found.contains(expected) && found.contains("handles.kobj:1:"), "{found}");
    }
    let numbered = "    SetHandleInformation(e, HANDLE_FLAG_INHERIT, 1)\n";
    let found = errors(&in_thread(numbered), Version::Win11);
    assert!(found.contains("expected flags by name, or 0"), "{found}");
    let maximum = "    DuplicateHandle(e, access: 0x02000000)\n";
    assert!(
        errors(&in_thread(maximum), Version::Win11).contains("has MAXIMUM_ALLOWED, which is not modelled")
    );
    let raises = "    CloseHandle(e) -> raises STATUS_NO_SUCH\n";
    assert!(errors(&in_thread(raises), Version::Win11).contains("there is no status `STATUS_NO_SUCH`"));
}

#[test]
fn a_job_is_given_limits_or_a_port() {
    let job = |rest: &str| format!("    j = CreateJobObject()\n    SetInformationJobObject(j{rest})\n");
    for fine in [", 0", ", JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE", ", CompletionPort: e, CompletionKey: 1"] {
        assert_eq!(errors(&in_thread(&job(fine)), Version::Win11), "");
    }
    for wrong in ["", ", 0, CompletionPort: e"] {
        let found = errors(&in_thread(&job(wrong)), Version::Win11);
        assert!(found.contains("either `LimitFlags` or `CompletionPort`"), "{found}");
    }
}

#[test]
fn alerts_by_id_and_the_enumeration_of_threads_came_later() {
    let alert = in_thread("    NtAlertThreadByThreadId(main)\n    NtWaitForAlertByThreadId()\n");
    assert_eq!(errors(&alert, Version::Win8), "");
    assert!(errors(&alert, Version::Win7).contains("it came with Windows 8"));
    let next = in_thread("    NtGetNextThread(GetCurrentProcess(), NULL)\n");
    assert_eq!(errors(&next, Version::Win7), "");
    assert!(errors(&next, Version::Xp).contains("it came with Windows Vista"));
}

#[test]
fn a_section_of_a_file_and_an_access_of_more_than_32_bits_are_refused() {
    for (line, expected) in [
        ("    CreateFileMapping(NULL, 4096)\n", "takes a file, or INVALID_HANDLE_VALUE"),
        ("    NtCreateEvent(access: 99999999999)\n", "expected 0 to 4294967295"),
        ("    NtClose(\"x\")\n", "expected the label of a handle, or a value"),
    ] {
        let found = errors(&in_thread(line), Version::Win11);
        assert!(found.contains(expected), "{found}");
    }
    assert_eq!(errors(&in_thread("    CreateFileMapping(INVALID_HANDLE_VALUE, 1)\n"), Version::Win11), "");
}

#[test]
fn the_strict_policy_came_with_windows_8() {
    let text = "process app strict\n  thread main\n    CloseHandle(NULL) -> raises\n";
    assert_eq!(errors(text, Version::Win8), "");
    let found = errors(text, Version::Win7);
    assert!(found.contains("does not exist on win7") && found.contains("handles.kobj:1:13"), "{found}");
}

#[test]
fn an_exception_is_no_result() {
    for (expected, held) in [("raises", true), ("raises STATUS_INVALID_HANDLE", true), ("FALSE", false)] {
        let text = format!("process app debugged\n  thread main\n    CloseHandle(NULL) -> {expected}\n");
        let scenario = lang::parse("raise.kobj", &text).unwrap();
        let program = compile_for(scenario, None).unwrap();
        assert_eq!(run(&program).held(), held, "{expected}");
    }
}

/// A process that no call makes in the end has lines that are never reached, and no thread is stuck in it.
#[test]
fn a_process_that_was_not_made_never_runs() {
    let text = "unbound nobody\nprocess app\n  thread main\n    \
        CreateProcess(tool, parent: nobody) -> ERROR_INVALID_HANDLE\n    check not exited(tool)\n    \
        OpenProcess(tool) -> ERROR_INVALID_PARAMETER\nprocess tool\n  thread worker\n    e = CreateEvent()\n";
    let program = compile_for(lang::parse("never.kobj", text).unwrap(), None).unwrap();
    let run = run(&program);
    assert!(run.held());
    assert_eq!(run.unreached.len(), 1);
}
