//! How much a reduction saves, on scenarios with threads that meet.

use crate::views::{findings, program};

/// Two threads close one handle.
const DOUBLE_CLOSE: &str = "process app
  thread a
    h = CreateEvent()
    CloseHandle(h)
  thread b
    CloseHandle(h)
    CreateEvent()
  thread c
    SetEvent(h)
";

/// A request is cancelled while the device answers it.
const CANCEL_RACE: &str = "device dev driver=serial
process app
  thread a
    port = CreateIoCompletionPort()
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    CreateIoCompletionPort(file, port, key: 7)
    r = ReadFile(file, 8 bytes, offset: 0)
  thread b
    CancelIoEx(file, r)
    CloseHandle(file)
environment
  device dev completes r with 4 bytes
";

/// A handle is closed and duplicated at the same time, with a request outstanding.
const CLOSE_AND_DUPLICATE: &str = "device dev driver=queue
process app
  thread a
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    r = ReadFile(file, 8 bytes, offset: 0)
    CloseHandle(file)
  thread b
    DuplicateHandle(file)
  thread c
    CancelIo(file)
";

#[test]
fn partial_order_leaves_far_fewer_states() {
    let scenarios = [
        ("double close", DOUBLE_CLOSE),
        ("cancel race", CANCEL_RACE),
        ("close and duplicate", CLOSE_AND_DUPLICATE),
    ];
    for (name, text) in scenarios {
        let program = program(text);
        let (full, all) = findings(&program, false, 400_000).expect("the scenario is small");
        let (reduced, left) = findings(&program, true, 400_000).expect("the scenario is small");
        println!("{name}: {all} states, {left} with partial order");
        assert!(full == reduced, "{name}");
        assert!(left < all, "{name}: {left} of {all}");
    }
}
