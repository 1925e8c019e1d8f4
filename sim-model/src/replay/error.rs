//! Why a file cannot be replayed.

use std::fmt;

/// What is wrong with the input: where, what was found there, what was expected.
///
/// ```
/// use sim_model::replay;
///
/// let error = replay::read(&b"hello\n"[..], "notes.txt").unwrap_err();
/// assert_eq!((error.line, error.column), (Some(1), Some(1)));
/// assert!(error.to_string().starts_with("notes.txt:1:1: found "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayError {
    /// The file.
    pub name: String,
    /// The line, from 1; `None` when it is about the file as a whole.
    pub line: Option<u64>,
    /// The byte in the line, from 1.
    pub column: Option<u64>,
    /// What is there.
    pub found: String,
    /// What should be there.
    pub expected: String,
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        write!(f, ": found {}; expected {}", self.found, self.expected)
    }
}

impl std::error::Error for ReplayError {}

/// What every message expects in the end.
pub(super) const AN_EVENT_LOG: &str = "a Windows event log as JSON Lines, one event a line";

impl ReplayError {
    pub(super) fn of_file(name: &str, found: impl Into<String>, expected: &str) -> ReplayError {
        ReplayError {
            name: name.into(),
            line: None,
            column: None,
            found: found.into(),
            expected: expected.into(),
        }
    }

    pub(super) fn of_read(name: &str, error: &std::io::Error) -> ReplayError {
        let found = match error.kind() {
            std::io::ErrorKind::IsADirectory => "a directory".to_owned(),
            _ => format!("an error while reading ({error})"),
        };
        ReplayError::of_file(name, found, AN_EVENT_LOG)
    }
}
