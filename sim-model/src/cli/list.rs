//! `kobj list`.

use clap::ValueEnum;
use sim_core::drivers::DriverKind;
use sim_core::finding::Rule;
use sim_core::profile::Version;

use crate::cli::{Exit, Output};
use crate::scenario::calls::ROWS;
use crate::view::layout::{Paint, Tone};

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum What {
    /// The calls that a scenario can make.
    Calls,
    /// The drivers that a device can have.
    Drivers,
    /// The rules that a step can break.
    Rules,
    /// The scenarios of the book: their files, and what each shows.
    Scenarios,
    /// The Windows versions.
    Profiles,
}

/// `FILE TITLE`, line by line.
const SCENARIOS: &str = include_str!("scenarios.txt");

/// Lists one kind of thing, or all.
pub(super) fn list(what: Option<What>, output: &mut Output) -> Exit {
    let paint = Paint(output.color);
    let kinds = what.map_or_else(|| What::value_variants().to_vec(), |what| vec![what]);
    for (at, kind) in kinds.iter().enumerate() {
        let (title, rows) = rows(*kind);
        let mut text = if at > 0 { "\n".to_owned() } else { String::new() };
        text.push_str(&format!("{}\n", paint.text(Tone::Heading, title)));
        for (name, about) in rows {
            text.push_str(&format!("  {}\n", paint.text(Tone::Call, &name)));
            text.push_str(&format!("      {}\n", paint.text(Tone::Quiet, &about)));
        }
        output.result(&text);
    }
    Exit::Held
}

/// A rule's id with what comes of breaking it, and its sentence.
fn rule_row(rule: &Rule) -> (String, String) {
    let bug_check = rule.bug_check_words().map_or_else(String::new, |words| format!(": bug check {words}"));
    (format!("{}: {}{bug_check}", rule.id(), rule.severity().name()), rule.sentence().to_owned())
}

fn rows(what: What) -> (&'static str, Vec<(String, String)>) {
    match what {
        What::Calls => {
            ("Calls", ROWS.iter().map(|row| (row.spec.usage(), row.spec.summary.to_owned())).collect())
        }
        What::Drivers => {
            let row = |driver: &DriverKind| (driver.name().to_owned(), driver.manner().summary.to_owned());
            ("Drivers", DriverKind::ALL.iter().filter(|driver| driver.can_be_declared()).map(row).collect())
        }
        What::Rules => ("Rules", Rule::ALL.iter().map(rule_row).collect()),
        What::Scenarios => {
            let row =
                |line: &str| line.split_once(' ').map(|(file, title)| (file.to_owned(), title.to_owned()));
            ("Scenarios", SCENARIOS.lines().filter_map(row).collect())
        }
        What::Profiles => {
            let row = |version: &Version| (version.name().to_owned(), version.title().to_owned());
            ("Profiles", Version::ALL.iter().map(row).collect())
        }
    }
}
