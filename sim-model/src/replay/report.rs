//! What a replay found, as plain data.

use std::collections::BTreeMap;

use serde::Serialize;

use super::reason::{Reason, Rule};

/// Everything that a replay found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The file.
    pub name: String,
    /// What there is how often.
    pub counts: Counts,
    /// The machines, by name; an event without one counts as of a machine without name.
    pub machines: Vec<String>,
    /// The time of the first handle or process event.
    pub first: Option<String>,
    /// The time of the last one.
    pub last: Option<String>,
    /// Events about anything else: how many, by channel and event number.
    pub passed_over: BTreeMap<String, u64>,
    /// The processes that have handle events, by machine, process id and time; at most
    /// [`MOST_PROCESSES`](Report::MOST_PROCESSES).
    pub processes: Vec<ProcessReport>,
    /// Handles that were open at the end, in processes that had not exited.
    pub left_open: Vec<OpenHandle>,
    /// Events without a counterpart, by reason.
    pub unmatched: BTreeMap<Reason, Group>,
    /// Rules of handle tables that the recording breaks.
    pub violations: BTreeMap<Rule, Group>,
    /// Lines that could not be read: the first ones.
    pub damaged: Vec<Damage>,
    /// The first event that came later than the reordering window is wide.
    pub first_late: Option<u64>,
}

impl Report {
    /// The most processes that are listed one by one; the counts include all.
    pub const MOST_PROCESSES: usize = 10_000;
    /// The most examples that a group keeps.
    pub const MOST_EXAMPLES: usize = 5;
    /// The most damaged lines that are listed.
    pub const MOST_DAMAGED: usize = 5;

    /// Whether the recording broke no rule of handle tables.
    pub fn held(&self) -> bool {
        self.violations.is_empty()
    }
}

/// How often what was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Lines of the file (elements, if it is a JSON array) that are not blank.
    pub lines: u64,
    /// Of these, Windows events.
    pub events: u64,
    /// Of these, events that could not be read or are none.
    pub damaged: u64,
    /// Handle and process events whose time could not be read; each stays behind the event before it in the file.
    pub without_time: u64,
    /// Handle and process events that came later than the reordering window is wide.
    pub late: u64,
    /// Process lives with handle events. A process id that is used again is another life.
    pub processes: u64,
    /// 4688: process starts.
    pub started: u64,
    /// 4689: process exits.
    pub exited: u64,
    /// 4656 of kernel objects that gave a handle.
    pub opens: u64,
    /// Of these, on a value that was open already.
    pub opens_while_open: u64,
    /// 4656 of objects of user-mode servers; their "handles" are pointers.
    pub user_mode_opens: u64,
    /// 4690 that gave a handle.
    pub duplicates: u64,
    /// Of these, to a value that was open already.
    pub duplicates_while_open: u64,
    /// Of these, to the System process.
    pub duplicates_to_system: u64,
    /// Of these, logged before the 4656 of their source.
    pub duplicates_before_open: u64,
    /// 4658 that found its handle in the table of the process it names.
    pub closes_own: u64,
    /// 4658 under the id of a calling process that found its handle in System's table.
    pub closes_system: u64,
    /// 4658 of objects of user-mode servers.
    pub closes_user_mode: u64,
    /// 4658 that found no open handle.
    pub closes_unmatched: u64,
    /// 4658 that found its handle after the process's exit was logged; counted in `closes_own` too.
    pub closes_after_exit: u64,
    /// 4663 of kernel objects through a handle.
    pub accesses: u64,
    /// Of these, through a handle that was open.
    pub accesses_matched: u64,
    /// Of these, within the granted mask.
    pub accesses_within: u64,
    /// Of those matched, the ones that cannot be compared: the log does not tell what was granted or used.
    pub accesses_unknown: u64,
    /// 4663 of objects of user-mode servers.
    pub accesses_user_mode: u64,
    /// Events of refused accesses (audit failures): they change no table.
    pub refused: u64,
    /// Handle events whose handle is 0: none was given.
    pub without_handle: u64,
    /// Opens and duplicates that got a value which was open and closed before in the same process.
    pub reused: u64,
    /// The most handles that were open at the same time.
    pub most_open: u64,
    /// Handles open at the end, in processes that had not exited.
    pub left_open: u64,
    /// Handles that went with an exited process, without a 4658.
    pub swept: u64,
    /// Handle values that no table gives out, by mention.
    pub impossible_values: u64,
}

/// One life of a process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProcessReport {
    /// The machine.
    pub machine: String,
    /// Its id, as `0x27cc`.
    pub pid: String,
    /// The path of its program, if an event gives it.
    pub program: Option<String>,
    /// When it started, if the log says so.
    pub started: Option<String>,
    /// When it exited, if the log says so.
    pub exited: Option<String>,
    /// Handles opened (4656).
    pub opens: u64,
    /// Handles received as duplicates (4690).
    pub duplicates: u64,
    /// Its handles that were closed (4658), under its own id or another's.
    pub closes: u64,
    /// Accesses (4663) through its handles.
    pub accesses: u64,
    /// Values given out again.
    pub reused: u64,
    /// The most handles open at the same time.
    pub most_open: u64,
    /// Handles open at the end, or when it exited and never logged as closed.
    pub left_open: u64,
    /// Closes and accesses that found no open handle.
    pub unmatched: u64,
}

/// A handle that was open at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenHandle {
    /// The machine.
    pub machine: String,
    /// The process, as `netsh.exe (0x27cc)`.
    pub process: String,
    /// The value.
    pub handle: String,
    /// The object's type.
    pub object_type: Option<String>,
    /// The object's name.
    pub object: Option<String>,
    /// The line that opened it.
    pub line: u64,
    /// When.
    pub time: Option<String>,
}

/// Events of one kind: how many, and the first few.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Group {
    /// How many.
    pub count: u64,
    /// The first ones.
    pub examples: Vec<Example>,
}

impl Group {
    pub(super) fn add(&mut self, example: impl FnOnce() -> Example) {
        self.count += 1;
        if self.examples.len() < Report::MOST_EXAMPLES {
            self.examples.push(example());
        }
    }
}

/// One event of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Its line in the file.
    pub line: u64,
    /// When it was logged.
    pub time: Option<String>,
    /// The event number.
    pub event: u32,
    /// The machine.
    pub machine: String,
    /// The process, as `netsh.exe (0x27cc)`.
    pub process: String,
    /// The handle value.
    pub handle: String,
    /// What else there is to say.
    pub note: Option<String>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The line, from 1.
    pub line: u64,
    /// The byte in the line, from 1.
    pub column: u64,
    /// What is there.
    pub found: String,
    /// What should be there.
    pub expected: String,
}
