//! The protocols of docs/protocols: how a program cancels, waits, frees and closes.

use crate::verdicts::Wrong::{Expected, Found, Nothing};
use crate::verdicts::{Row, all_are_there, are_as_told};

const FREED: &str = "MEMORY_FREED_WHILE_IN_USE";

const PROTOCOLS: [Row; 20] = [
    ("close-then-free", 238, Expected(FREED)),
    ("cancel-then-free", 451, Expected(FREED)),
    ("cancel-wait-free", 388, Nothing),
    ("cancel-twice", 5_082, Nothing),
    ("cancel-twice-reused", 1_787, Found("nobody has cancelled the next read")),
    ("cancel-twice-reused-fixed", 2_893, Nothing),
    ("shared-overlapped", 945, Expected("MEMORY_REUSED_WHILE_IN_USE")),
    ("shared-overlapped-fixed", 978, Nothing),
    ("foreign-packet", 965, Expected(FREED)),
    ("foreign-packet-fixed", 890, Nothing),
    ("runtime-drop", 305, Expected(FREED)),
    ("runtime-drop-cancels", 450, Expected(FREED)),
    ("runtime-drop-fixed", 572, Nothing),
    ("recycled-cancel", 1_234, Found("nobody has cancelled the other file's read")),
    ("recycled-cancel-fixed", 338, Nothing),
    ("pool-thread-exit", 659, Found("found FALSE, ERROR_OPERATION_ABORTED")),
    ("pool-thread-exit-event", 1_332, Found("found FALSE, ERROR_OPERATION_ABORTED")),
    ("pool-thread-exit-fixed", 709, Nothing),
    ("cancel-synchronous", 3_151, Found("nobody has cancelled the next read")),
    ("cancel-synchronous-fixed", 3_740, Nothing),
];

#[test]
fn every_protocol_has_its_verdict() {
    are_as_told("protocols", "PROTOCOLS.md", &PROTOCOLS);
    all_are_there("protocols", &PROTOCOLS);
}
