//! What a person sees for each kind of mistake.

use super::{diagnose, in_thread};

/// The errors of each text, one after another, as a snapshot file.
fn snapshot(name: &str, texts: &[String]) {
    let mut shown = String::new();
    for text in texts {
        let diagnostics = diagnose(text);
        assert!(!diagnostics.is_empty(), "no error in {text:?}");
        shown.push_str(&diagnostics.to_string());
        shown.push_str("────────\n");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(format!("lang_{name}"), shown));
}

fn threads(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| in_thread(line)).collect()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn tokens() {
    snapshot(
        "tokens",
        &threads(&[
            "CloseHandle(a) ; CloseHandle(b)",
            "f = CreateFile('a', GENERIC_READ)",
            "f = CreateFile(\"a, GENERIC_READ)",
            "ReadFile(f, 64bytes)",
            "ReadFile(f, 0x)",
            "ReadFile(f, 18_446_744_073_709_551_616)",
            "ReadFile(f, - 5)",
            "check a && b",
            "check !a",
            "CloseHandle(a\nCloseHandle(b)\nCloseHandle(c",
            "CloseHandle(a) # bell \u{7}",
            "CloseHandle(\u{0})",
            "CloseHandle(a)\rCloseHandle(b)",
            "CloseHandle(größe)",
        ]),
    );
}

/// The text with a driver whose only routine has these lines.
fn in_routine(lines: &str) -> String {
    format!(
        "driver d\n  dispatch IRP_MJ_READ\n{lines}\ndevice dev driver=d\nprocess app\n  thread main\n    CloseHandle(a)\nunbound a\n"
    )
}

#[test]
fn drivers() {
    let nested: String = (0..18).map(|depth| format!("{}if irp.Cancel\n", "  ".repeat(depth + 2))).collect();
    snapshot(
        "drivers",
        &[
            in_routine("    IoMarkIrpPending irp"),
            in_routine("    else\n      return STATUS_SUCCESS"),
            in_routine("    if\n      return STATUS_SUCCESS"),
            in_routine("    while irp.Cancel = 1\n      return STATUS_SUCCESS"),
            in_routine("    return STATUS_SUCCESS STATUS_SUCCESS"),
            in_routine(&nested),
            "driver d\n  spinloc lock\n  dispatch\n  dpc a b\n".into(),
            "driver d\ndriver d\ndevice dev driver=e\n".into(),
        ],
    );
}

#[test]
fn structure() {
    snapshot(
        "structure",
        &texts(&[
            "",
            "\u{FEFF}# only a comment\r\n\r\n",
            "  title \"indented\"\n",
            "process app\n  thread main\n    CloseHandle(a)\n      CloseHandle(b)\n   CloseHandle(c)\n",
            "process app\n\tthread main\n",
            "proces app\n  thread main\n    CloseHandle(a b)\n",
            "titel \"x\"\n",
            "CloseHandle(a)\n",
            "thread main\n  CloseHandle(a)\n",
            "process app\n  CloseHandle(a)\n",
            "process\n  thread\n    exit proces app\n",
            "process and\n",
            "title one\ntitle \"two\" three\n",
            "title \"a\"\nprofile win11\ntitle \"b\"\nprofile xp\n",
            "device serial0 drivr=serial\ndevice serial1 driver serial\n",
            "unbound a b\nunbound\n",
            "always name: a == b\n",
            "schedule now\n  main:\n  : text\n  main text\n",
            "title \"a\" extra\n",
            "lorem ipsum\n  dolor\n",
        ]),
    );
}

#[test]
fn actions() {
    snapshot(
        "actions",
        &threads(&[
            "CloseHandle",
            "chek a == b",
            "check = CreateFile(\"a\", 0)",
            "a, b CreateProcess(tool)",
            "a, = CreateProcess(tool)",
            "a, b, c = CreateProcess(tool)",
            "CloseHandle(a) CloseHandle(b)",
            "ReadFile(f 64)",
            "ReadFile(f, , 3)",
            "ReadFile(CreateFile(\"a\", 0), 64)",
            "CreateFile(\"a\", GENERIC_READ |)",
            "CloseHandle(a) -> ",
            "CloseHandle(a) -> TRUE or",
            "device serial0 complete r1",
            "device serial0 fails r1",
            "device serial0 completes r1 with 12 bytes and 13 bytes",
            "terminate app",
            "exit thread main",
        ]),
    );
}

#[test]
fn expressions() {
    let nested = format!("check {}a{}", "(".repeat(65), ")".repeat(65));
    let negated = format!("check {}a", "not ".repeat(65));
    snapshot(
        "expressions",
        &threads(&[
            "check",
            "check a == ",
            "check a = b",
            "check a == b == c",
            "check a or",
            "check (a and b",
            "check a and b)",
            "check a.",
            "check object(a",
            "check not and",
            "check 64 bytes bytes",
            &nested,
            &negated,
        ]),
    );
}

#[test]
fn labels() {
    let mut all = threads(&[
        "file = CreateFile(\"a\", 0)\nCloseHandle(fiel)",
        "CloseHandle(file)\nfile = CreateFile(\"a\", 0)",
        "file = CreateFile(\"a\", 0)\nfile = CreateFile(\"b\", 0)",
        "r1 = ReadFile(r1, 64)",
        "a = CloseHandle(NULL)",
        "NULL = CreateFile(\"a\", 0)",
        "p = CreateIoCompletionPort()\nCancelIoEx(p, p)\nr = ReadFile(p, 1)\nCloseHandle(r)",
        "p = CreateIoCompletionPort()\ndevice serial0 completes p",
    ]);
    all.push(format!("unbound a, a, file\n{}", in_thread("file = CreateFile(\"a\", 0)")));
    snapshot("labels", &all);
}

#[test]
fn names() {
    snapshot(
        "names",
        &texts(&[
            "profile win1l\n",
            "device a driver=seriel\ndevice a driver=npfs\n",
            "device a driver=filter over b\ndevice b driver=serial over a\ndevice c driver=filter\ndevice d driver=filter over d\n",
            "process a\n  thread t\nprocess a\n  thread t\n",
            "process app\n  thread main\nenvironment\n  exit process ap\n  terminate thread mian\n  CloseHandle(NULL)\n",
            "device serial0 driver=serial\nunbound r\nenvironment\n  device serial1 completes r with -1 bytes and STATUS_SUCESS\n",
            "unbound r\nenvironment\n  device d fails r with ERROR_IO_PENDING\n",
            "unbound f\nalways f.HandleCont == 1 or objct(f).HandleCount == 1 or object(f).Handles == 2\n",
            "unbound f\nalways cleanup(f).HandleCount == 0 and exited(ap) and ended(t) and idle(d)\n",
            "unbound f\nalways f == STATUS_PENDNG or f == nothing\n",
        ]),
    );
}

#[test]
fn arguments() {
    let lines = threads(&[
        "ClosHandle(f)",
        "CloseHandle(f) -> TRU",
        "CloseHandle(f) -> STATUS_INVALID_HANDEL or 3",
        "CloseHandle(f, f)",
        "ReadFile()",
        "ReadFile(f, 64, ofset: 0)",
        "ReadFile(hFile: f, 64)",
        "ReadFile(f, 64, hFile: f)",
        "ReadFile(f, \"64\")",
        "ReadFile(\"64\", 64)",
        "ReadFile(f, INFINIT)",
        "CreateFile(f, GENERIC_REED, FILE_FLAG_OVERLAPED | GENERIC_READ)",
        "CloseHandle(GetCurrentProces())",
        "CloseHandle(INVALID_HANDLE_VALU)",
        "SetHandleInformation(f, MAYBE, STATUS_PENDIN, 7)",
    ]);
    let texts: Vec<String> = lines.iter().map(|text| format!("unbound f\n{text}")).collect();
    snapshot("arguments", &texts);
}

#[test]
fn long_lines_are_shown_around_the_caret() {
    let list = "ä, ".repeat(1000).replace('ä', "a");
    snapshot(
        "long_lines",
        &threads(&[
            &format!("check \"{}\" == {}", "ä".repeat(300), "b".repeat(300)),
            &format!("Call({list} b c, {list} d)"),
            &format!("{} {}", "x".repeat(5000), "y".repeat(5000)),
        ]),
    );
}

#[test]
fn many_errors_are_counted() {
    let diagnostics = diagnose(&in_thread(&"CloseHandle(\n".repeat(10_000)));
    let shown = diagnostics.to_string();
    assert_eq!((diagnostics.total(), diagnostics.iter().count()), (10_000, 20));
    assert!(shown.ends_with("\n… and 9,980 more errors\n"), "{shown}");
    let first_lines: Vec<u32> =
        diagnostics.iter().filter_map(|d| d.primary.as_ref()).map(|n| n.span.start).collect();
    assert!(first_lines.is_sorted());
    let again = diagnostics.render(true);
    assert!(again.contains("\u{1b}["), "colours are on");
}

#[test]
fn lists_and_sums() {
    snapshot(
        "lists",
        &threads(&[
            "WaitForMultipleObjects([a, b)",
            "WaitForMultipleObjects([a b])",
            "WaitForMultipleObjects([\n  a,\n  [b]])",
            "WaitForMultipleObjects([a])",
            "p = CreateIoCompletionPort()\nWaitForMultipleObjects([p, NUL, GetCurrentThrad()], TRUE)",
            "p = CreateIoCompletionPort()\nWaitForMultipleObjects(p, bWaitAll: [p])",
            "p = CreateIoCompletionPort()\nr = ReadFile(p, 4)\nWaitForMultipleObjects([r])",
            "p = CreateIoCompletionPort()\nWaitForMultipleObjects([p]) -> WAIT_OBJECT_0 + 64",
            "p = CreateIoCompletionPort()\nWaitForMultipleObjects([p]) -> WAIT_OBJECT_0 + -1 or TRUE",
            "p = CreateIoCompletionPort()\nWaitForMultipleObjects([p]) -> WAIT_OBJECT_0 +",
            "p = CreateIoCompletionPort()\nWaitForMultipleObjects([p]) -> WAIT_OBJECT_O + 1 or TRUE + 1",
            "p = CreateIoCompletionPort()\nWaitForMultipleObjects([p]) -> WAIT_OBJECT_0 + 1 bytes",
        ]),
    );
}
