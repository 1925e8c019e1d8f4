//! Why an event could not be matched, and which rule it breaks.

use serde::Serialize;

/// Why an event has no counterpart in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A handle was used or closed that has no open, in a process that ran before the recording began.
    OpenedBeforeRecording,
    /// A handle was used or closed that has no open, although the recording covers the process from its start or
    /// had the value open before.
    OpenNotLogged,
    /// A handle was duplicated whose open is not in the log, neither before nor after.
    SourceNotLogged,
    /// A value was opened while it was open; the close between is missing.
    OpenedTwice,
    /// A duplicate went to a value that was open; the close between is missing.
    DuplicatedTwice,
    /// The process exited with the handle open, and no close was logged for it.
    SweptAtExit,
    /// The process id was given to a new process while the old one, whose exit is not in the log, had the handle.
    ProcessReplaced,
}

impl Reason {
    /// The reason as the JSON report names it.
    pub const fn name(self) -> &'static str {
        match self {
            Reason::OpenedBeforeRecording => "opened_before_recording",
            Reason::OpenNotLogged => "open_not_logged",
            Reason::SourceNotLogged => "source_not_logged",
            Reason::OpenedTwice => "opened_twice",
            Reason::DuplicatedTwice => "duplicated_twice",
            Reason::SweptAtExit => "swept_at_exit",
            Reason::ProcessReplaced => "process_replaced",
        }
    }

    /// What it means, for a person.
    pub const fn explanation(self) -> &'static str {
        match self {
            Reason::OpenedBeforeRecording => "used or closed, but opened before the recording began",
            Reason::OpenNotLogged => "used or closed, but its open, within the recording, was not logged",
            Reason::SourceNotLogged => "duplicated, but the open of the source is not in the log",
            Reason::OpenedTwice => "opened while open: the close between is missing",
            Reason::DuplicatedTwice => "duplicated to a value that is open: the close between is missing",
            Reason::SweptAtExit => "still open when the process exited; closed with its table, not logged",
            Reason::ProcessReplaced => {
                "open when another process got the process id; the exit is not in the log"
            }
        }
    }
}

/// A rule of handle tables that a recording can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A value is not given out while it is open.
    FreeWhenGivenOut,
    /// A value is a multiple of 4, no multiple of 0x400, and within the largest table.
    PossibleValue,
    /// An access lies within what was granted when the handle was opened.
    WithinGranted,
}

impl Rule {
    /// The rule as the JSON report names it.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::FreeWhenGivenOut => "free_when_given_out",
            Rule::PossibleValue => "possible_value",
            Rule::WithinGranted => "within_granted",
        }
    }

    /// The rule as a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Rule::FreeWhenGivenOut => "a handle value is free when it is given out",
            Rule::PossibleValue => "a handle value is a multiple of 4, but not of 0x400, and below 0x4000000",
            Rule::WithinGranted => "an access lies within the access that was granted at the open",
        }
    }
}
