//! Tests of the language: the errors as people see them, the round trip, hostile input, files.

mod errors;
mod files;
mod hostile;
mod round_trip;

use super::catalogue::{Binds, CallSpec, Catalogue, FunctionSpec, ParamKind, ParamSpec, Subject};
use super::{Diagnostics, check, parse};

/// The story of the project in the language.
const STORY: &str = r#"title "Closing the handle does not cancel the read"
profile win11
device serial0 driver=serial            # a comment
device flt0 driver=filter over serial0
process app
  thread main
    port = CreateIoCompletionPort()
    file = CreateFile("\\.\serial0", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
    CreateIoCompletionPort(file, port, key: 7)
    r1 = ReadFile(file, 64 bytes, offset: 0)          -> TRUE or ERROR_IO_PENDING

    check file.HandleCount == 1 and file.PointerCount == 2
    CloseHandle(file)                                 -> TRUE
    check object(file).HandleCount == 0 and not (cleanup(file) or
      close(file))
    packet = GetQueuedCompletionStatus(port, timeout: 0) -> WAIT_TIMEOUT
environment world
  device serial0 completes r1 with 12 bytes and STATUS_SUCCESS
  exit process app
always "the port lives": port.HandleCount >= 1
schedule
  main: NtReadFile, looks the handle up # a comment
  world: "a # in quotes"
"#;

const fn param(name: &'static str, kind: ParamKind, required: bool) -> ParamSpec {
    ParamSpec { name, short: "", kind, required }
}

const fn call(name: &'static str, params: &'static [ParamSpec], binds: Binds) -> CallSpec {
    CallSpec { name, params, binds, second: "", summary: "" }
}

/// A few calls, enough to test every kind of parameter.
const CATALOGUE: Catalogue = Catalogue {
    ring_policies: &["looks_up_handles"],
    faults: &["allocations", "pending"],
    calls: &[
        call(
            "CreateFile",
            &[
                param("lpFileName", ParamKind::Text, true),
                param("dwDesiredAccess", ParamKind::Flags(&["GENERIC_READ", "GENERIC_WRITE"]), true),
                param("dwFlagsAndAttributes", ParamKind::Flags(&["FILE_FLAG_OVERLAPPED"]), false),
            ],
            Binds::Handle,
        ),
        call("CloseHandle", &[param("hObject", ParamKind::Handle, true)], Binds::Nothing),
        call(
            "ReadFile",
            &[
                param("hFile", ParamKind::Handle, true),
                param("nNumberOfBytesToRead", ParamKind::Number, true),
                param("offset", ParamKind::Number, false),
                param("event", ParamKind::Handle, false),
            ],
            Binds::Operation,
        ),
        call(
            "CreateIoCompletionPort",
            &[
                param("FileHandle", ParamKind::Handle, false),
                param("ExistingCompletionPort", ParamKind::Handle, false),
                param("key", ParamKind::Number, false),
            ],
            Binds::Handle,
        ),
        call(
            "GetQueuedCompletionStatus",
            &[param("CompletionPort", ParamKind::Handle, true), param("timeout", ParamKind::Number, false)],
            Binds::Packet,
        ),
        call(
            "WaitForMultipleObjects",
            &[
                param("lpHandles", ParamKind::Handles, true),
                param("bWaitAll", ParamKind::Name(&["TRUE", "FALSE"]), false),
            ],
            Binds::Nothing,
        ),
        call("CancelIo", &[param("hFile", ParamKind::Handle, true)], Binds::Nothing),
        call(
            "CancelIoEx",
            &[param("hFile", ParamKind::Handle, true), param("lpOverlapped", ParamKind::Operation, false)],
            Binds::Nothing,
        ),
        call(
            "SetHandleInformation",
            &[
                param("hObject", ParamKind::Handle, true),
                param("bProtect", ParamKind::Name(&["TRUE", "FALSE"]), true),
                param("status", ParamKind::Status, false),
                param("what", ParamKind::Label, false),
            ],
            Binds::Nothing,
        ),
    ],
    drivers: &["serial", "npfs", "disk", "filter"],
    filters: &["filter"],
    profiles: &["xp", "win7", "win8", "win81", "win10", "win11"],
    win32_errors: &["ERROR_IO_PENDING", "ERROR_OPERATION_ABORTED", "ERROR_NOT_FOUND"],
    results: &["TRUE", "FALSE", "WAIT_TIMEOUT", "WAIT_OBJECT_0", "blocks"],
    rules: &["WRITE_TO_FREED_MEMORY"],
    reuses: &["lifo", "fifo"],
    marks: &["debugged"],
    sums: &[("WAIT_OBJECT_0", 63)],
    handles: &["NULL", "INVALID_HANDLE_VALUE", "GetCurrentProcess()"],
    numbers: &["INFINITE"],
    states: &[],
    fields: &[
        ("handle", &["HandleCount", "PointerCount"]),
        ("operation", &["Status", "Information"]),
        ("packet", &["Key"]),
        ("object", &["HandleCount", "PointerCount"]),
    ],
    functions: &[
        FunctionSpec { name: "object", subject: Subject::Label(&[Binds::Handle]), gives: Some("object") },
        FunctionSpec { name: "cleanup", subject: Subject::Label(&[Binds::Handle]), gives: None },
        FunctionSpec { name: "close", subject: Subject::Label(&[Binds::Handle]), gives: None },
        FunctionSpec { name: "exited", subject: Subject::Process, gives: None },
        FunctionSpec { name: "ended", subject: Subject::Thread, gives: None },
        FunctionSpec { name: "idle", subject: Subject::Device, gives: None },
    ],
};

/// All errors of a text: of its form, or else of its names.
fn diagnose(text: &str) -> Diagnostics {
    match parse("test.kobj", text) {
        Ok(scenario) => check(&scenario, &CATALOGUE),
        Err(diagnostics) => diagnostics,
    }
}

/// A thread with these lines in it.
fn in_thread(lines: &str) -> String {
    let mut text = "process app\n  thread main\n".to_owned();
    for line in lines.lines() {
        text.push_str("    ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

#[test]
fn the_story_has_no_error() {
    assert_eq!(diagnose(STORY).to_string(), "");
}

#[test]
fn arguments_are_found_by_position_and_by_name() {
    let scenario = parse("test.kobj", &in_thread("ReadFile(f, 64, event: e)")).unwrap();
    let super::ast::ActionKind::Call { call, .. } =
        &scenario.processes().next().unwrap().threads[0].actions[0].value
    else {
        panic!("a call was written");
    };
    let spec = CATALOGUE.call("ReadFile").unwrap();
    let shown = |name| spec.argument(call, name).map(|value| format!("{:?}", value.value));
    assert_eq!(shown("hFile").as_deref(), Some("Name(\"f\")"));
    assert_eq!(shown("event").as_deref(), Some("Name(\"e\")"));
    assert_eq!(shown("offset"), None);
}

#[test]
fn the_examples_of_the_grammar_parse() {
    let page = include_str!("../../../../docs/LANGUAGE.md");
    let mut examples = 0;
    for block in page.split("```").skip(1).step_by(2).filter(|block| !block.starts_with("ebnf")) {
        let whole = parse("whole.kobj", block);
        let lines = parse("lines.kobj", &in_thread(block));
        assert!(whole.is_ok() || lines.is_ok(), "{block}\n{whole:?}\n{lines:?}");
        examples += 1;
    }
    assert!(examples > 8, "{examples} examples were found");
}

#[test]
fn a_statement_goes_on_inside_parentheses() {
    let lines =
        "a = CreateIoCompletionPort( # a port\n  NULL,\n\n  # no other port\n  key: 1\n)\nCloseHandle(\n  a)";
    let one_line = in_thread("a = CreateIoCompletionPort(NULL, key: 1)\nCloseHandle(a)");
    assert_eq!(parse("a", &in_thread(lines)).unwrap(), parse("b", &one_line).unwrap());
}

#[test]
fn a_label_of_another_thread_may_be_used_at_any_place() {
    let text = "process app\n  thread a\n    CloseHandle(h)\n  thread b\n    h = CreateIoCompletionPort()\n";
    assert_eq!(diagnose(text).to_string(), "");
}
