//! One life of a process, as far as the log shows it.

use std::collections::{BTreeMap, BTreeSet};

use sim_core::Id;
use sim_core::ps::process::Process;

use super::report::{Example, ProcessReport};
use super::time;

/// Which event of the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    /// Its line.
    pub(super) line: u64,
    /// When it was logged.
    pub(super) millisecond: Option<i64>,
    /// Its number.
    pub(super) event: u32,
}

impl At {
    /// The time, as a person reads it.
    pub(super) fn time(self) -> Option<String> {
        self.millisecond.map(time::show)
    }
}

/// A place in a handle table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The id of the process whose table it is.
    pub(super) pid: u64,
    /// The value.
    pub(super) handle: u32,
}

/// How the log shows that a handle is open.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin {
    /// It was opened.
    Opened,
    /// It is a duplicate of the handle at this place, if that was a handle at all.
    Duplicated(Option<Place>),
    /// It was the source of so many duplicates, but its own open has not been logged (yet).
    Announced(u64),
}

/// What the log says of an open handle.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) at: At,
    pub(super) origin: Origin,
    /// The granted mask, if the log tells it.
    pub(super) granted: Option<u32>,
    pub(super) object_type: Option<Box<str>>,
    pub(super) object: Option<Box<str>>,
}

impl Note {
    /// Whether all that is known of the handle is that it was duplicated.
    pub(super) const fn is_announced(&self) -> bool {
        matches!(self.origin, Origin::Announced(_))
    }
}

/// One life of a process.
#[derive(Default)]
pub(super) struct Life {
    /// The simulated process; there is none before it needs a handle table, and none after its end.
    pub(super) process: Option<Id<Process>>,
    /// The open handles. Where the handle table of the simulated process has an entry there is a note, and the
    /// other way round.
    pub(super) notes: BTreeMap<u32, Note>,
    /// The values that were open and are closed, or were so once.
    pub(super) used: BTreeSet<u32>,
    /// The log has its start.
    pub(super) started: bool,
    /// The log has its exit. Closes may still follow.
    pub(super) exited: bool,
    /// Handles open now, but for those that are only announced.
    pub(super) open: u64,
    pub(super) report: ProcessReport,
}

impl Life {
    pub(super) fn new(machine: &str, pid: u64) -> Life {
        let program = (pid == super::event::SYSTEM).then(|| "System".to_owned());
        let pid = format!("{pid:#x}");
        let report = ProcessReport { machine: machine.into(), pid, program, ..ProcessReport::default() };
        Life { report, ..Life::default() }
    }

    /// Takes the path of its program from an event, unless an earlier one gave it.
    pub(super) fn learn(&mut self, program: Option<&str>) {
        let known = self.report.program.take();
        self.report.program = known.or_else(|| program.map(Into::into));
    }

    /// The process, as `netsh.exe (0x27cc)`.
    pub(super) fn label(&self) -> String {
        self.report.label()
    }

    /// Whether any event was about its handles.
    pub(super) const fn is_active(&self) -> bool {
        let report = &self.report;
        report.opens + report.duplicates + report.closes + report.accesses + report.unmatched > 0
    }

    pub(super) fn example(&self, at: At, handle: u64, note: Option<String>) -> Example {
        Example {
            line: at.line,
            time: at.time(),
            event: at.event,
            machine: self.report.machine.clone(),
            process: self.label(),
            handle: format!("{handle:#x}"),
            note,
        }
    }
}

impl ProcessReport {
    /// The process, as `netsh.exe (0x27cc)`.
    pub fn label(&self) -> String {
        let program = self.program.as_deref().unwrap_or("process");
        let file = program.rsplit(['\\', '/']).next().unwrap_or(program);
        format!("{file} ({})", self.pid)
    }
}
