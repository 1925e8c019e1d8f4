//! Traces: what was called, what it returned, and what could be seen after it. One form for real Windows and the model.
//!
//! A trace is JSON Lines: a [`Header`], then [`Record`]s in the order of return. A call that does not return at once has a
//! record that says so, and another when it returns. What a recorder cannot see is absent, not guessed.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::script::Call;

/// The format of the traces that this crate writes, and the only one that it reads.
pub const FORMAT: u32 = 1;

/// The first line of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub kobj_trace: u32,
    /// What recorded it: `kobj record 0.1.0`, or `model`.
    pub recorded_by: String,
    /// The system: `Windows 10.0.26100`, `Wine 8.0`, or `model`.
    pub system: String,
    /// The Windows version that the model takes.
    pub profile: String,
    /// The text of the scenario.
    pub scenario: String,
}

/// What was seen of a label, process or thread, by the name of what was seen.
pub type Facts = BTreeMap<String, Value>;

/// One line after the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The line of the scenario.
    pub line: usize,
    /// Who; none for what nobody in the scenario does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// The call with its arguments; none for a line that is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen after it, by label, process or thread. None in all records of a moment but the last.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub observed: BTreeMap<String, Facts>,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It returned.
    Returned(Returned),
    /// It has not returned yet.
    Blocked,
    /// It is done, and returns nothing: a thread that ends itself, what nobody in the scenario does.
    Done,
}

/// What a call returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// `TRUE`, `FALSE`, `handle`, `NULL`, `INVALID_HANDLE_VALUE`, `WAIT_OBJECT_0`, or the name of an NTSTATUS. A handle's
    /// value is free, so it is not told.
    pub result: String,
    /// What GetLastError gives, if the program has a reason to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Returned(Returned { result, error: None }) => f.write_str(result),
            Outcome::Returned(Returned { result, error: Some(error) }) => write!(f, "{result}, {error}"),
            Outcome::Blocked => f.write_str("blocks"),
            Outcome::Done => f.write_str("done"),
        }
    }
}

/// Something that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    Truth(bool),
    /// A number.
    Number(i64),
    /// The name of a status or state, a text, or the label of an OVERLAPPED.
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Truth(truth) => write!(f, "{truth}"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) => f.write_str(text),
        }
    }
}

/// A recording of one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Where it comes from.
    pub header: Header,
    /// What happened.
    pub records: Vec<Record>,
}

/// Why a text is no trace, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceError {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// What was found, and what was expected.
    pub message: String,
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for TraceError {}

/// Whether a text begins as a trace does.
pub fn looks_like_trace(start: &[u8]) -> bool {
    start.trim_ascii_start().starts_with(b"{\"kobj_trace\"")
}

impl Trace {
    /// Reads a trace.
    ///
    /// ```
    /// use sim_windows::trace::Trace;
    /// let text = r#"{"kobj_trace":1,"recorded_by":"kobj record","system":"Wine 8.0","profile":"win11","scenario":""}
    /// {"line":3,"thread":"main","outcome":{"returned":{"result":"FALSE","error":"ERROR_INVALID_HANDLE"}}}
    /// "#;
    /// let trace = Trace::read(text, "null.trace").unwrap();
    /// assert_eq!(trace.records[0].outcome.to_string(), "FALSE, ERROR_INVALID_HANDLE");
    /// assert_eq!(Trace::read("", "e").unwrap_err().to_string(), "e:1:1: found nothing, expected the header of a trace");
    /// ```
    ///
    /// # Errors
    /// The first line that is not what it should be.
    pub fn read(text: &str, file: &str) -> Result<Trace, TraceError> {
        let at = |line: usize, column: usize, message: String| TraceError {
            file: file.to_owned(),
            line,
            column: column.max(1),
            message,
        };
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let Some((number, first)) = lines.next() else {
            return Err(at(1, 1, "found nothing, expected the header of a trace".into()));
        };
        let header: Header = serde_json::from_str(first).map_err(|error| {
            at(number + 1, error.column(), format!("no header of a trace: {}", bare(&error)))
        })?;
        if header.kobj_trace != FORMAT {
            let found = header.kobj_trace;
            let message = format!("found a trace of format {found}, expected one of format {FORMAT}");
            return Err(at(number + 1, 1, message));
        }
        let mut records = Vec::new();
        for (number, line) in lines {
            records.push(serde_json::from_str(line).map_err(|error| {
                at(number + 1, error.column(), format!("no record of a trace: {}", bare(&error)))
            })?);
        }
        Ok(Trace { header, records })
    }

    /// The trace as text.
    pub fn write(&self) -> String {
        let mut text = line(&self.header);
        self.records.iter().for_each(|record| text.push_str(&line(record)));
        text
    }
}

/// An error's own words, without the place in the line.
fn bare(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(words, _)| words.to_owned())
}

fn line(value: &impl Serialize) -> String {
    // These types have no map with keys that are no strings, and a string takes every write.
    serde_json::to_string(value).map(|line| line + "\n").unwrap_or_default()
}
