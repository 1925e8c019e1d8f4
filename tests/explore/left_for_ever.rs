//! What counts as left for ever at an end, and what does not.

use sim_model::explore::Verdict;

use crate::{explored, program};

const PORT: &str = "    port = CreateIoCompletionPort()\n";
const FILE: &str = "    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)\n";
const BIND: &str = "    CreateIoCompletionPort(file, port, key: 7)\n";
const READ: &str = "    r1 = ReadFile(file, 64 bytes, offset: 0) -> ERROR_IO_PENDING\n";
const CLOSE: &str = "    CloseHandle(file) -> TRUE\n";

/// How an exploration of these lines of one thread, and of what stands after them, ends.
fn found(driver: &str, lines: &[&str], rest: &str) -> Option<String> {
    let lines = lines.concat();
    let text = format!("device dev driver={driver}\nprocess app\n  thread main\n{lines}{rest}");
    match explored(&program("left.kobj", &text), 1).verdict {
        Verdict::Holds => None,
        Verdict::Fails(found) => Some(found.message),
        other => panic!("{other:?}: {text}"),
    }
}

const MESSAGE: &str = "if every process ended now, IRP of r1, port (HandleCount 0, PointerCount 1) and file \
    (HandleCount 0, PointerCount 1) would stay for ever: no device answers, and no handle is left by which to cancel \
    or close";

#[test]
fn a_request_of_a_port_whose_file_is_closed_is_left() {
    assert_eq!(found("serial", &[PORT, FILE, BIND, READ, CLOSE], "").as_deref(), Some(MESSAGE));
}

#[test]
fn it_is_left_just_so_when_its_process_has_ended() {
    let exit = "environment\n  exit process app\nfinally exited(app)\n";
    let lines = [PORT, FILE, BIND, READ, CLOSE, "    ExitThread()\n"];
    assert_eq!(found("serial", &lines, "").as_deref(), Some(MESSAGE), "the last thread ends the process");
    let message = found("serial", &lines[..5], exit).expect("some order closes the file after the read");
    assert!(
        message.contains("IRP of r1") && message.contains("file (HandleCount 0, PointerCount 1)"),
        "{message}"
    );
}

#[test]
fn what_somebody_can_still_end_is_not_left() {
    let cancel = "    CancelIoEx(file, r1) -> TRUE\n";
    let gate = "    closed = CreateEvent()\n";
    let answers = "environment\n  check open(closed)\n  device dev completes r1 with 4 bytes\n";
    let cases: [(&str, &str, &[&str], &str); 6] = [
        ("the handle is open: CancelIoEx finds the request", "serial", &[PORT, FILE, BIND, READ], ""),
        ("an open handle in a living process", "serial", &[PORT, FILE], ""),
        ("the end of the thread cancels what is on its list", "serial", &[FILE, READ, CLOSE], ""),
        ("the driver's cleanup has ended it", "queue", &[PORT, FILE, BIND, READ, CLOSE], ""),
        ("the program has cancelled it", "serial", &[PORT, FILE, BIND, READ, cancel, CLOSE], ""),
        ("the device answers", "serial", &[PORT, FILE, BIND, READ, CLOSE, gate], answers),
    ];
    for (why, driver, lines, rest) in cases {
        assert_eq!(found(driver, lines, rest), None, "{why}");
    }
}

#[test]
fn an_answer_that_comes_too_soon_ends_nothing() {
    let answers = "environment\n  device dev completes r1 with 4 bytes\n";
    assert_eq!(found("serial", &[PORT, FILE, BIND, READ, CLOSE], answers).as_deref(), Some(MESSAGE));
}

#[test]
fn the_last_handle_in_its_process_ends_it_while_another_keeps_the_file() {
    let text = "device dev driver=serial\nprocess app\n  thread main\n    port = CreateIoCompletionPort()\n    \
        file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)\n    \
        copy = DuplicateHandle(file, hTargetProcessHandle: other)\n    \
        CreateIoCompletionPort(file, port, key: 7)\n    \
        r1 = ReadFile(file, 64 bytes, offset: 0) -> ERROR_IO_PENDING\n    CloseHandle(file)\n\
        process other\n  thread idle\n";
    assert_eq!(explored(&program("duplicate.kobj", text), 1).verdict, Verdict::Holds);
}

#[test]
fn a_permanent_object_is_not_left_while_its_name_can_be_reached() {
    let create = |name: &str| format!("NtCreateEvent(name: {name}, attributes: OBJ_PERMANENT)\n");
    let reached = format!("process app\n  thread a\n    {}", create(r#""\BaseNamedObjects\e""#));
    assert_eq!(explored(&program("reached.kobj", &reached), 1).verdict, Verdict::Holds);
    let lost = format!(
        "process app\n  thread a\n    d = NtCreateDirectoryObject(name: \"\\BaseNamedObjects\\d\")\n    {}    NtClose(d)\n",
        create("\"e\", root: d")
    );
    let Verdict::Fails(found) = explored(&program("lost.kobj", &lost), 1).verdict else {
        panic!("the directory lost its name, and the event in it holds it")
    };
    assert!(found.message.contains("d (HandleCount 0, PointerCount 1)"), "{}", found.message);
}
