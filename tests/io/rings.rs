//! I/O rings: what the documentation says of them, and what each policy makes of what it leaves open. Sources: Win32,
//! SubmitIoRing, CreateIoRing, BuildIoRingRegisterFileHandles, CloseIoRing.

use sim_core::profile::{Profile, Version};
use sim_model::explore::{Settings, Verdict, explore};
use sim_model::lang;
use sim_model::scenario::space::ProgramSpace;
use sim_model::scenario::{Program, compile, compile_for, run};
use sim_model::trace::Performance;
use sim_windows::trace::Value;

const HEAD: &str = "device slow driver=serial
device fast driver=immediate
process app
  thread main
    ring = CreateIoRing(submissionQueueSize: 2)
    file = CreateFile(\"\\\\.\\slow\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    quick = CreateFile(\"\\\\.\\fast\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    data = HeapAlloc(64 bytes)
";

fn program(text: &str) -> Program {
    let scenario = lang::parse("ring.kobj", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    compile(scenario).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Whether every line of the program is as expected in the usual order.
fn holds(policy: &str, lines: &str, world: &str) -> bool {
    run(&program(&format!("{policy}{HEAD}{lines}{world}"))).held()
}

#[test]
fn only_windows_11_has_rings() {
    let text = format!("{HEAD}    SubmitIoRing(ring)\n");
    for version in Version::ALL {
        let scenario = lang::parse("ring.kobj", &text).unwrap();
        let compiled = compile_for(scenario, Some(Profile::of(*version)));
        match version {
            Version::Win11 => assert!(compiled.is_ok()),
            _ => {
                let error = compiled.unwrap_err().to_string();
                assert!(error.contains("CreateIoRing does not exist on"), "{error}");
                assert!(error.contains("it came with Windows 11"), "{error}");
            }
        }
    }
}

#[test]
fn sizes_are_powers_of_two_and_the_completion_queue_is_twice_as_large() {
    for (asked, given) in
        [((0, 0), (1, 2)), ((5, 9), (8, 16)), ((4, 17), (4, 32)), ((65_536, 0), (65_536, 131_072))]
    {
        let ((submission, completion), (first, second)) = (asked, given);
        let lines = format!(
            "    r = CreateIoRing({submission}, {completion})\n    \
             info = GetIoRingInfo(r)\n    \
             check info.SubmissionQueueSize == {first} and info.CompletionQueueSize == {second}\n"
        );
        assert!(holds("", &lines, ""), "{lines}");
    }
}

#[test]
fn a_wait_that_runs_out_has_submitted_everything() {
    let lines = "    r1 = BuildIoRingReadFile(ring, file, data, 64 bytes, 0)
    submitted = SubmitIoRing(ring, 1, 10) -> IORING_E_WAIT_TIMEOUT
    check submitted == 1 and pending(r1)
    SubmitIoRing(ring, 1, 0) -> IORING_E_WAIT_TIMEOUT
";
    assert!(holds("", lines, ""));
}

/// Four completions fit; a fifth operation might not find room for its own.
#[test]
fn an_error_of_the_call_leaves_the_entries_where_they_are() {
    let build =
        |label| format!("    {label} = BuildIoRingReadFile(ring, quick, data, 64 bytes, 0) -> S_OK\n");
    let submit = "    SubmitIoRing(ring) -> S_OK\n";
    let mut lines: String = ["r1", "r2"].map(build).concat() + submit;
    lines += &(["r3", "r4"].map(build).concat() + submit + &build("r5"));
    lines += "    SubmitIoRing(ring) -> IORING_E_COMPLETION_QUEUE_TOO_FULL
    check packets(ring) == 4
    first = PopIoRingCompletion(ring)
    check first.UserData == r1
    SubmitIoRing(ring) -> S_OK
    check packets(ring) == 4
";
    assert!(holds("", &lines, ""));
}

/// One thread submits while another does: whoever is second is told so, or finds nothing to do.
#[test]
fn two_threads_cannot_submit_at_a_time() {
    let lines = "    r1 = BuildIoRingReadFile(ring, file, data, 64 bytes, 0)
    SubmitIoRing(ring) -> S_OK or IORING_E_SUBMIT_IN_PROGRESS
  thread second
    SubmitIoRing(ring) -> S_OK or IORING_E_SUBMIT_IN_PROGRESS
    only = CreateEvent()
";
    let space = |expected: &str| {
        let text = format!("{HEAD}{}", lines.replacen("S_OK or IORING_E_SUBMIT_IN_PROGRESS", expected, 1));
        let program = program(&text);
        explore(&ProgramSpace::new(&program, None), &Settings::default()).verdict
    };
    assert_eq!(space("S_OK or IORING_E_SUBMIT_IN_PROGRESS"), Verdict::Holds);
    assert!(matches!(space("S_OK"), Verdict::Fails(_)), "in some order the first thread is told");
}

const REGISTER: &str = "    files = BuildIoRingRegisterFileHandles(ring, [file])
    SubmitIoRing(ring, 1, INFINITE) -> S_OK
    PopIoRingCompletion(ring) -> S_OK
";
const READ: &str =
    "    r1 = BuildIoRingReadFile(ring, fileRef: 0, dataRef: data, numberOfBytesToRead: 64, fileOffset: 0)\n";

#[test]
fn each_policy_decides_whether_a_registration_holds_the_file() {
    let lines = |closed| format!("{REGISTER}    CloseHandle(file)\n    check {closed}close(file)\n");
    assert!(holds("policy rings references_files\n", &lines("not "), ""));
    assert!(holds("policy rings looks_up_handles\n", &lines(""), ""));
    assert!(holds("", &lines("not "), ""));
}

#[test]
fn each_policy_decides_what_a_registration_does_to_operations_in_flight() {
    let lines = format!(
        "{REGISTER}{READ}    SubmitIoRing(ring) -> S_OK
    again = BuildIoRingRegisterFileHandles(ring, [quick])
    SubmitIoRing(ring) -> EXPECTED
"
    );
    let lines = |expected| lines.replace("EXPECTED", expected);
    assert!(holds("policy rings replaces_at_once\n", &lines("S_OK"), ""));
    assert!(holds("policy rings waits_for_operations\n", &lines("blocks"), ""));
    let answers = "environment\n  device slow completes r1 with 12 bytes\n";
    assert!(holds("policy rings waits_for_operations\n", &lines("S_OK"), answers));
}

/// What cannot be registered leaves the registration as it was.
#[test]
fn a_registration_with_a_bad_handle_changes_nothing() {
    let lines = format!(
        "{REGISTER}    bad = BuildIoRingRegisterFileHandles(ring, [quick, data2])
    SubmitIoRing(ring, 1, INFINITE) -> S_OK
    failed = PopIoRingCompletion(ring) -> S_OK
    check failed.UserData == bad and failed.ResultCode == STATUS_INVALID_HANDLE
    check quick.PointerCount == 1 and file.PointerCount == 2
"
    );
    assert!(holds("unbound data2\n", &lines, ""));
}

/// An operation is its thread's: the end of the process cancels it, and the ring goes with it.
#[test]
fn operations_end_with_their_thread() {
    let lines = "    r1 = BuildIoRingReadFile(ring, file, data, 64 bytes, 0)
    SubmitIoRing(ring) -> S_OK
    ExitThread()
process other
  thread watcher
    check exited(app) and deleted(ring) and deleted(file) and not pending(r1)
";
    assert!(holds("", lines, ""));
}

/// What a recorder can make and see of a ring on real Windows: the calls, and what a completion says. The handle behind an
/// HIORING it cannot see.
#[test]
fn a_ring_over_a_pipe_can_be_recorded() {
    let text = include_str!("../../docs/scenarios/ring-pipe.kobj");
    let performance = Performance::of(&program(text)).unwrap_or_else(|error| panic!("{error}"));
    let records = &performance.trace.records;
    let seen = |label: &str, fact: &str| {
        records.iter().find_map(|record| record.observed.get(label)?.get(fact)).cloned()
    };
    assert_eq!(seen("done", "overlapped"), Some(Value::Text("r1".into())));
    assert_eq!(seen("done", "status"), Some(Value::Text("STATUS_SUCCESS".into())));
    assert_eq!(seen("done", "bytes"), Some(Value::Number(5)));
    assert_eq!(seen("ring", "HandleCount"), None);
    assert_eq!(seen("server", "HandleCount"), Some(Value::Number(1)));
}

#[test]
fn the_event_is_set_only_when_the_queue_was_empty() {
    let read = |label| {
        format!("    {label} = BuildIoRingReadFile(ring, quick, data, 8 bytes, 0)\n    SubmitIoRing(ring)\n")
    };
    let mut lines = String::from(
        "    event = CreateEvent(TRUE, FALSE)\n    SetIoRingCompletionEvent(ring, event) -> S_OK\n",
    );
    lines += &(read("r1") + "    check signaled(event)\n    ResetEvent(event)\n");
    lines += &(read("r2") + "    check packets(ring) == 2 and not signaled(event)\n");
    lines += "    PopIoRingCompletion(ring)\n    PopIoRingCompletion(ring)\n    check not signaled(event)\n";
    lines += &(read("r3") + "    check signaled(event)\n");
    assert!(holds("", &lines, ""));
}
