//! The open questions of docs/questions, each answered within its bound.

use crate::verdicts::Wrong::{Expected, Found, Nothing};
use crate::verdicts::{Row, all_are_there, are_as_told};

const CONTEXT: &str = "FSCONTEXT_USED_AFTER_FREE";

const SAMPLE: [Row; 7] = [
    ("cancel-sample", 5_654, Nothing),
    ("cancel-sample-two-reads", 8_290, Nothing),
    ("cancel-sample-two-files", 12_158, Nothing),
    ("cancel-sample-exit", 1_975, Nothing),
    ("cancel-sample-polls-with-context", 5_845, Nothing),
    ("cancel-sample-late", 6_604, Expected(CONTEXT)),
    ("cancel-sample-no-wait", 4_372, Expected(CONTEXT)),
];

const CLOSE: [Row; 6] = [
    ("close-filter", 4_161, Nothing),
    ("close-thread-exit", 2_666, Nothing),
    ("close-process-exit", 920, Nothing),
    ("close-synchronous-pipe", 8_680, Nothing),
    ("close-own-irp", 5_040, Nothing),
    ("close-hasty-splitter", 111, Expected("IRP_USED_AFTER_FREE")),
];

const PIPE: [Row; 7] = [
    ("pipe-cancel", 1_839, Nothing),
    ("pipe-cancel-port", 1_317, Nothing),
    ("pipe-cancel-message", 1_839, Nothing),
    ("pipe-cancel-synchronous", 16_414, Nothing),
    ("pipe-cancel-thread-exit", 1_313, Nothing),
    ("pipe-cancel-ignored", 2_758, Found("the second read has the bytes")),
    ("pipe-cancel-write", 850, Nothing),
];

const PORT: [Row; 5] = [
    ("port-any-order", 18_336, Nothing),
    ("port-first", 1_406, Nothing),
    ("port-last", 1_372, Nothing),
    ("port-duplicate", 1_088, Nothing),
    ("port-cancel", 548, Nothing),
];

const SIGNALLED: [Row; 8] = [
    ("signalled-thread-request", 5_362, Nothing),
    ("signalled-file-request", 6_699, Nothing),
    ("signalled-file-request-queue", 7_247, Nothing),
    ("signalled-shared-file", 5_240, Nothing),
    ("signalled-any-moment", 498, Nothing),
    ("signalled-ring", 5_416, Nothing),
    ("signalled-never-cancels", 3_218, Nothing),
    ("signalled-never-cancels-xp", 8_740, Nothing),
];

#[test]
fn the_cancel_sample_does_not_use_its_freed_context() {
    are_as_told("questions", "QUESTIONS.md", &SAMPLE);
}

#[test]
fn no_close_precedes_the_last_request() {
    are_as_told("questions", "QUESTIONS.md", &CLOSE);
}

#[test]
fn no_cancelled_read_of_a_pipe_loses_data() {
    are_as_told("questions", "QUESTIONS.md", &PIPE);
}

#[test]
fn a_packet_is_lost_with_the_last_handle_to_its_port() {
    are_as_told("questions", "QUESTIONS.md", &PORT);
}

#[test]
fn a_process_can_be_signalled_while_a_request_of_a_file_object_lives() {
    are_as_told("questions", "QUESTIONS.md", &SIGNALLED);
}

#[test]
fn every_file_has_a_row() {
    let rows = [&SAMPLE[..], &CLOSE, &PIPE, &PORT, &SIGNALLED];
    all_are_there("questions", &rows.concat());
}
