//! What is to be performed: the calls of a scenario, one after the other, as the model begins them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::trace::Record;

/// A scenario as a list of calls, ready for another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Its processes; the first ones exist from the beginning, a call makes those that are marked so.
    pub processes: Vec<Process>,
    /// Its threads, in the order of the file.
    pub threads: Vec<Thread>,
    /// Its volumes, by name: paths that lead to one are led into a directory of its own.
    pub volumes: Vec<String>,
    /// What is done, in this order.
    pub steps: Vec<Step>,
}

/// A process of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its name.
    pub name: String,
    /// A call makes it.
    pub made_by_call: bool,
}

/// A thread of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Its name.
    pub name: String,
    /// Its process, by place.
    pub process: usize,
}

/// One line that is performed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The line in the file.
    pub line: usize,
    /// What it does.
    pub deed: Deed,
    /// What the model says of it. A recorder waits until it sees the same, for a while, and records what it sees.
    pub expected: Vec<Record>,
}

/// What a line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A thread makes a call.
    Call {
        /// The thread, by place.
        thread: usize,
        /// The call.
        call: Call,
    },
    /// Every thread of a process is told to end, by another process.
    EndProcess(usize),
    /// A thread is told to end.
    EndThread(usize),
}

/// A call with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its documented name.
    pub name: String,
    /// What its result is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What its second result is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// What is passed, by the documented name of the parameter. One that is left out is not there.
    #[serde(default)]
    pub args: BTreeMap<String, Arg>,
}

/// What is passed to a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arg {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
    /// Constants, one or several joined.
    Flags(Vec<String>),
    /// The value of a label.
    Label(String),
    /// A constant where a handle is wanted: `NULL`, `GetCurrentProcess()`.
    Constant(String),
    /// A process or thread by its name.
    Named(String),
    /// Several handles.
    List(Vec<Arg>),
}
