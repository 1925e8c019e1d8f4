//! Recording a script on real Windows.

use std::fmt;

use crate::script::Script;
use crate::trace::Record;

/// Why nothing could be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// This is no Windows.
    NeedsWindows,
    /// A call that the recorder cannot make, or not with these arguments, or that the system lacks.
    Refused(String),
    /// The recorder itself failed: what it tried, and why that failed.
    Failed(String),
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordError::NeedsWindows => f.write_str(
                "recording needs Windows: the calls of a scenario are made there (Wine will do); a trace can be replayed anywhere",
            ),
            RecordError::Refused(what) => f.write_str(what),
            RecordError::Failed(why) => write!(f, "the recorder failed: {why}"),
        }
    }
}

impl std::error::Error for RecordError {}

/// What was seen where a script was performed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The system: `Windows 10.0.26100`, `Wine 8.0`.
    pub system: String,
    /// What happened.
    pub records: Vec<Record>,
}

/// Performs a script with the real calls. `host` is a program that calls [`host_main`](crate::host_main) when it is
/// started with the arguments that it is given; each process of the script is one of it.
///
/// # Errors
/// [`RecordError::NeedsWindows`] on another system; [`RecordError::Failed`] if a process cannot be started.
#[cfg(not(windows))]
pub fn record(_script: &Script, _host: &std::path::Path) -> Result<Recording, RecordError> {
    Err(RecordError::NeedsWindows)
}

/// Performs a script with the real calls. `host` is a program that calls [`host_main`](crate::host_main) when it is
/// started with the arguments that it is given; each process of the script is one of it.
///
/// # Errors
/// [`RecordError::Failed`] if a process cannot be started.
#[cfg(windows)]
pub fn record(script: &Script, host: &std::path::Path) -> Result<Recording, RecordError> {
    crate::real::perform(script, host)
}
