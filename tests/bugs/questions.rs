//! The open questions of docs/questions, each answered within its bound.

use crate::verdicts::Wrong::{Expected, Found, Nothing};
use crate::verdicts::{Row, are_as_told};

const CONTEXT: &str = "FSCONTEXT_USED_AFTER_FREE";

const QUESTIONS: [Row; 31] = [
    ("cancel-sample", 5_968, Nothing),
    ("cancel-sample-two-reads", 8_818, Nothing),
    ("cancel-sample-exit", 2_039, Nothing),
    ("cancel-sample-polls-with-context", 6_184, Nothing),
    ("cancel-sample-late", 6_972, Expected(CONTEXT)),
    ("cancel-sample-no-wait", 5_207, Expected(CONTEXT)),
    ("close-filter", 4_161, Nothing),
    ("close-thread-exit", 2_666, Nothing),
    ("close-process-exit", 920, Nothing),
    ("close-synchronous-pipe", 8_680, Nothing),
    ("close-own-irp", 5_040, Nothing),
    ("close-hasty-splitter", 111, Expected("IRP_USED_AFTER_FREE")),
    ("pipe-cancel", 1_839, Nothing),
    ("pipe-cancel-port", 1_317, Nothing),
    ("pipe-cancel-message", 1_839, Nothing),
    ("pipe-cancel-synchronous", 16_414, Nothing),
    ("pipe-cancel-thread-exit", 1_313, Nothing),
    ("pipe-cancel-ignored", 2_758, Found("the second read has the bytes")),
    ("pipe-cancel-write", 850, Nothing),
    ("port-any-order", 18_336, Nothing),
    ("port-first", 1_406, Nothing),
    ("port-last", 1_372, Nothing),
    ("port-duplicate", 1_088, Nothing),
    ("port-cancel", 548, Nothing),
    ("signalled-thread-request", 5_362, Nothing),
    ("signalled-file-request", 6_699, Nothing),
    ("signalled-file-request-queue", 7_247, Nothing),
    ("signalled-shared-file", 5_240, Nothing),
    ("signalled-ring", 5_416, Nothing),
    ("signalled-never-cancels", 3_218, Nothing),
    ("signalled-never-cancels-xp", 8_740, Nothing),
];

#[test]
fn every_question_has_its_answer() {
    are_as_told("questions", "QUESTIONS.md", &QUESTIONS);
}
