//! Stories of pipes as scenarios: what the families that speak of pipes share.

use sim_core::profile::Profile;
use sim_model::lang;
use sim_model::scenario::{compile_for, run};
use sim_model::view::text;

use crate::real::same_on_windows;

/// The scenario holds on that version of Windows.
pub(super) fn holds_on(profile: &str, story: &str) {
    let scenario = lang::parse("vector.kobj", story).unwrap_or_else(|error| panic!("{error}"));
    let profile = Profile::named(profile).expect("a profile");
    let program = compile_for(scenario, Some(profile)).unwrap_or_else(|error| panic!("{error}"));
    let run = run(&program);
    let plain = text::Options { color: false, steps: false, quiet: false };
    assert!(run.held(), "{}", text::render(&run, plain));
    same_on_windows(&program);
}

/// The scenario holds.
pub(super) fn holds(story: &str) {
    holds_on("win11", story);
}

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
