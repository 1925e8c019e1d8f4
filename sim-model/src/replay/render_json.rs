//! The report as JSON Lines: one record a process, a handle left open, a group of findings; the summary last.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::reason::{Reason, Rule};
use super::report::{Counts, Damage, Group, OpenHandle, ProcessReport, Report};

#[derive(Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record<'a> {
    Process(&'a ProcessReport),
    LeftOpen(&'a OpenHandle),
    Unmatched {
        reason: Reason,
        explanation: &'a str,
        #[serde(flatten)]
        group: &'a Group,
    },
    Violation {
        rule: Rule,
        sentence: &'a str,
        #[serde(flatten)]
        group: &'a Group,
    },
    DamagedLine(&'a Damage),
    Summary {
        file: &'a str,
        machines: &'a [String],
        first: &'a Option<String>,
        last: &'a Option<String>,
        first_late_line: Option<u64>,
        held: bool,
        #[serde(flatten)]
        counts: &'a Counts,
        passed_over: &'a BTreeMap<String, u64>,
    },
}

impl Report {
    /// Writes the report as JSON Lines. The field `record` says what a line is: `process`, `left_open`, `unmatched`,
    /// `violation`, `damaged_line` or, on the last line, `summary`.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn render_json(&self, out: &mut impl fmt::Write) -> fmt::Result {
        let unmatched = self.unmatched.iter().map(|(reason, group)| Record::Unmatched {
            reason: *reason,
            explanation: reason.explanation(),
            group,
        });
        let violations = self.violations.iter().map(|(rule, group)| Record::Violation {
            rule: *rule,
            sentence: rule.sentence(),
            group,
        });
        let summary = Record::Summary {
            file: &self.name,
            machines: &self.machines,
            first: &self.first,
            last: &self.last,
            first_late_line: self.first_late,
            held: self.held(),
            counts: &self.counts,
            passed_over: &self.passed_over,
        };
        let records = (self.processes.iter().map(Record::Process))
            .chain(self.left_open.iter().map(Record::LeftOpen))
            .chain(unmatched)
            .chain(violations)
            .chain(self.damaged.iter().map(Record::DamagedLine))
            .chain([summary]);
        for record in records {
            let line = serde_json::to_string(&record).map_err(|_| fmt::Error)?;
            writeln!(out, "{line}")?;
        }
        Ok(())
    }
}
