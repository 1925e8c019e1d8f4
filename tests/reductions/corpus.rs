//! Scenarios made at random: two or three threads, an answering device and somebody who ends threads.

use proptest::prelude::*;

/// What is done to the handles `h0` and `h1` and the operations `r…`.
const CALLS: [&str; 30] = [
    "CloseHandle(h0)",
    "CloseHandle(h1)",
    "CloseHandle(h0) -> TRUE",
    "SetEvent(h0)",
    "SetEvent(h1) -> TRUE",
    "DuplicateHandle(h0)",
    "DuplicateHandle(h1)",
    "DuplicateHandle(h0, dwOptions: DUPLICATE_CLOSE_SOURCE)",
    "NtDuplicateObject(h1, NULL, DUPLICATE_CLOSE_SOURCE)",
    "SetHandleInformation(h0, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE)",
    "GetHandleInformation(h0) -> 0",
    "OpenProcess(app)",
    "ReadFile(h0, 8 bytes, offset: 0)",
    "ReadFile(h0, 8 bytes, offset: 0)",
    "ReadFile(h0, 8 bytes, offset: 0, event: h1)",
    "CancelIo(h0)",
    "CancelIoEx(h0, NULL)",
    "CreateEvent()",
    "PostQueuedCompletionStatus(h1, 1)",
    "GetQueuedCompletionStatusEx(h1, 2, timeout: 100, fAlertable: TRUE)",
    "GetQueuedCompletionStatus(h1, INFINITE)",
    "GetQueuedCompletionStatus(h1, timeout: 0)",
    "WaitForSingleObject(h1, timeout: 0)",
    "WaitForSingleObject(h1, timeout: 100)",
    "WaitForMultipleObjects([h1, h0], TRUE, timeout: 100)",
    "PulseEvent(h1)",
    "SignalObjectAndWait(h1, h0, timeout: 0)",
    "check h0.HandleCount == 1",
    "NtQueryObject(h0, ObjectBasicInformation)",
    "CompareObjectHandles(h0, h1)",
];

/// How the handles come to be.
const SETUPS: [&[&str]; 6] = [
    &["h0 = CreateEvent()", "h1 = CreateEvent()"],
    &["h0 = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)", "h1 = CreateEvent()"],
    &["h0 = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)", "h1 = CreateIoCompletionPort()"],
    &[
        "h1 = CreateIoCompletionPort()",
        "h0 = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)",
        "CreateIoCompletionPort(h0, h1, key: 7)",
    ],
    &["h0 = CreateFile(\"\\\\.\\dev\", GENERIC_READ)", "h1 = CreateEvent()"],
    &[
        "h0 = CreateEvent()",
        "h1 = CreateIoCompletionPort(NumberOfConcurrentThreads: 1)",
        "PostQueuedCompletionStatus(h1, 1)",
        "PostQueuedCompletionStatus(h1, 2)",
    ],
];

/// A scenario's text.
pub(crate) fn scenarios() -> impl Strategy<Value = String> {
    let calls = |most| prop::collection::vec(0..CALLS.len(), 0..=most);
    let threads = (calls(2), calls(2), calls(1));
    let world = (any::<bool>(), prop::sample::select(vec![None, None, Some("a"), Some("b")]));
    (0..SETUPS.len(), any::<bool>(), threads, world).prop_map(
        |(setup, queue, (a, b, c), (answers, ended))| {
            let driver = if queue { "queue" } else { "serial" };
            let mut text = format!("device dev driver={driver}\nprocess app\n  thread a\n");
            let mut line = |words: &str| text.push_str(&format!("    {words}\n"));
            SETUPS[setup].iter().for_each(|words| line(words));
            let reads = a.iter().filter(|call| CALLS[**call].starts_with("Read")).count();
            let mut read = 0;
            for call in a {
                if CALLS[call].starts_with("Read") {
                    line(&format!("r{read} = {}", CALLS[call]));
                    read += 1;
                } else {
                    line(CALLS[call]);
                }
            }
            for (name, calls) in [("b", b), ("c", c)] {
                // A thread without a line of its own would not wait for the handles.
                if !calls.is_empty() {
                    line(&format!("\r  thread {name}"));
                    calls.iter().for_each(|call| line(CALLS[*call]));
                }
            }
            let mut text = text.replace("    \r", "");
            if answers && reads > 0 {
                text.push_str("environment\n  device dev completes r0 with 4 bytes\n");
            }
            if let Some(thread) = ended.filter(|thread| text.contains(&format!("thread {thread}\n"))) {
                text.push_str(&format!("environment killer\n  terminate thread {thread}\n"));
            }
            text + "always \"a\": h0.PointerCount < 3\nsometimes \"s\": object(h0).PointerCount == 4\n"
        },
    )
}

/// What each of the threads with the same lines does. `$` is its own letter.
const TWIN_CALLS: [&str; 24] = [
    "e$ = CreateEvent()",
    "e$ = CreateEvent()",
    "d$ = DuplicateHandle(h0)",
    "CloseHandle(h0)",
    "CloseHandle(h0) -> TRUE",
    "r$ = ReadFile(h0, 8 bytes, offset: 0)",
    "r$ = ReadFile(h0, 8 bytes, offset: 0)",
    "ReadFile(h0, 8 bytes, offset: 0)",
    "CreateEvent()",
    "f$ = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)",
    "SetEvent(h1)",
    "WaitForSingleObject(h1, timeout: 0)",
    "p$ = GetQueuedCompletionStatus(h1, timeout: 0)",
    "p$ = GetQueuedCompletionStatus(h1, timeout: 100)",
    "p$ = GetQueuedCompletionStatus(h1, INFINITE)",
    "p$ = GetQueuedCompletionStatusEx(h1, 2, timeout: 100, fAlertable: TRUE)",
    "CancelIo(h0)",
    "CancelIoEx(h0, NULL)",
    "ExitThread()",
    "n$ = NtGetNextThread(GetCurrentProcess(), NULL)",
    "NtAlertThreadByThreadId(a)",
    "NtWaitForAlertByThreadId(100)",
    "ExitProcess(2)",
    "check h0.HandleCount == 1",
];

/// A line that tells the threads apart, or not, or that looks at the values of handles.
const TELLING: [&str; 9] = [
    "",
    "",
    "environment\n  terminate thread b\n",
    "environment\n  terminate process app\n",
    "environment x\n  terminate thread b\nenvironment y\n  terminate thread c\n",
    "sometimes \"t\": ended(b)\n",
    "always \"v\": h0.Value < h1.Value\n",
    "always \"v\": h0 != h1 and h0 != NULL\n",
    "always \"v\": h0 == 4 or h1 == 4\n",
];

/// A scenario's text, two or three of whose threads have the same lines.
pub(crate) fn twins() -> impl Strategy<Value = String> {
    let calls = prop::collection::vec(0..TWIN_CALLS.len(), 1..=2);
    let apart = (any::<bool>(), any::<bool>(), 0..TELLING.len(), 0_u32..6);
    (0..SETUPS.len(), any::<bool>(), calls, apart).prop_map(
        |(setup, queue, calls, (answers, close, telling, kind))| {
            let driver = if queue { "queue" } else { "serial" };
            let mut text = format!("device dev driver={driver}\nprocess app\n  thread a\n");
            let mut setup: Vec<&str> = SETUPS[setup].to_vec();
            if close {
                setup.push("CloseHandle(h1)");
            }
            setup.iter().for_each(|line| text.push_str(&format!("    {line}\n")));
            let names: &[&str] = if kind == 0 && calls.len() == 1 { &["b", "c", "d"] } else { &["b", "c"] };
            for name in names {
                // Sometimes each is in a process of its own, where a handle of the first is a mistake.
                if kind == 1 {
                    text.push_str(&format!("process app{name}\n"));
                }
                text.push_str(&format!("  thread {name}\n"));
                for (at, call) in calls.iter().enumerate() {
                    text.push_str(&format!(
                        "    {}\n",
                        TWIN_CALLS[*call].replacen('$', &format!("{at}{name}"), 1)
                    ));
                }
            }
            let read = calls.iter().position(|call| TWIN_CALLS[*call].starts_with("r$"));
            if let (true, Some(at)) = (answers, read) {
                text.push_str(&format!("environment world\n  device dev completes r{at}b with 4 bytes\n"));
            }
            text + TELLING[telling] + "sometimes \"s\": object(h0).PointerCount == 4\n"
        },
    )
}
