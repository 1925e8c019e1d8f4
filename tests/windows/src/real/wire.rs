//! What the conductor and the hosts say to each other: one line of JSON each.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::trace::{Facts, Returned};

/// The argument that makes a program a host, before the port and the place of its process.
pub(crate) const HOST_ARGUMENT: &str = "--kobj-host";

/// The argument after those of a host that has inherited handles.
pub(crate) const INHERITS: &str = "inherits";

/// What the conductor tells a host.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// Start these threads, by their places in the script.
    Begin { threads: Vec<usize> },
    /// Let a thread make a call.
    Perform(Box<Task>),
    /// Look at the handles, by label, and at all memory. `quiet`: no thread of the script is inside a call.
    Observe { handles: Vec<(String, u64)>, quiet: bool },
    /// A thread of the process, or of another, by its id, is told to end.
    EndThread { id: u32 },
}

/// A call for a thread.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    /// The thread, by its place in the script.
    pub(crate) thread: usize,
    /// The call.
    pub(crate) call: String,
    /// What its result is called.
    pub(crate) label: Option<String>,
    /// What is passed.
    pub(crate) args: Vec<(String, Given)>,
}

/// What is passed to a parameter, with the labels of handles replaced by their values.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Given {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
    /// Constants.
    Flags(Vec<String>),
    /// A handle.
    Handle(u64),
    /// Several.
    Handles(Vec<u64>),
    /// The memory of a request, or a buffer, by its label.
    Memory(String),
    /// A process: its place in the script, and its id if it exists.
    Process { place: usize, id: Option<u32> },
    /// A thread, by its id.
    Thread { id: u32 },
}

/// What a host tells the conductor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Report {
    /// A host has begun.
    Hello { place: usize, id: u32 },
    /// Its threads exist, with these ids.
    Ready { threads: Vec<(usize, u32)> },
    /// A call returned. The handles are those that its labels name. `owner`: the process that they belong to, if it is
    /// another, by its id.
    Returned {
        thread: usize,
        returned: Returned,
        handle: Option<u64>,
        second: Option<u64>,
        owner: Option<u32>,
    },
    /// What the host saw.
    Observed { facts: BTreeMap<String, Facts> },
    /// The host cannot make this call.
    Unknown { thread: usize, why: String },
}

/// Sends one line.
pub(crate) fn send(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}

/// Receives one line; none at the end.
pub(crate) fn receive<M: DeserializeOwned>(from: &mut impl BufRead) -> io::Result<Option<M>> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(&line)?))
}
