//! Stories of pipes: what the families that speak of pipes share.

use crate::story::holds;

/// The story of a pipe with two ends, both asynchronous: `server` and `client`.
fn pair(mode: &str, story: &str) -> String {
    let head = r#"process app
  thread main
    server = CreateNamedPipe("\\.\pipe\p", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, MODE)
    client = CreateFile("\\.\pipe\p", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
"#;
    format!("{}{}", head.replace("MODE", mode), story.trim_start_matches('\n'))
}

/// The story holds on a pipe of bytes with two ends.
pub(super) fn on_bytes(story: &str) {
    holds(&pair("PIPE_TYPE_BYTE", story));
}

/// The story holds on a pipe of messages whose two ends read messages.
pub(super) fn on_messages(story: &str) {
    let set = "    SetNamedPipeHandleState(client, PIPE_READMODE_MESSAGE) -> TRUE\n";
    holds(&pair(
        "PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE",
        &format!("{set}{}", story.trim_start_matches('\n')),
    ));
}
