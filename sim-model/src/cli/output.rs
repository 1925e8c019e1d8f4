//! Where results and complaints go, and what the process ends with.

use std::io::{self, IsTerminal, Write};

/// What the process ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All held.
    Held = 0,
    /// An expectation, rule or comparison failed.
    Failed = 1,
    /// Bad usage or bad input.
    BadInput = 2,
    /// A limit was reached before a verdict.
    Limited = 3,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// stdout and stderr of the command.
#[derive(Debug)]
pub struct Output {
    /// Whether results are coloured.
    pub color: bool,
    /// Whether complaints are coloured.
    pub color_errors: bool,
    /// Whether only failures and the last line are wanted.
    pub quiet: bool,
    written: bool,
    failed: Option<io::Error>,
}

impl Output {
    /// The process's stdout and stderr.
    pub fn new(when: When, quiet: bool) -> Output {
        let wanted = |terminal: bool| match when {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        let (color, color_errors) = (wanted(io::stdout().is_terminal()), wanted(io::stderr().is_terminal()));
        Output { color, color_errors, quiet, written: false, failed: None }
    }

    /// Writes an empty line if there is a result above it.
    pub fn separate(&mut self) {
        if self.written {
            self.result("\n");
        }
    }

    /// Writes a part of the result.
    pub fn result(&mut self, text: &str) {
        self.written = true;
        if self.failed.is_none() {
            let mut stdout = io::stdout().lock();
            self.failed = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).err();
        }
    }

    /// Writes what is wrong with the input.
    pub fn complain(&self, text: &str) {
        // Nobody can be told that nobody can be told.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// The exit code: that of the command, unless the result could not be written. A reader that went away
    /// (`kobj … | head`) is no error.
    pub fn finish(&self, exit: Exit) -> Exit {
        match &self.failed {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                self.complain(&format!("error: cannot write the result: {error}\n"));
                exit.max(Exit::BadInput)
            }
            _ => exit,
        }
    }
}
