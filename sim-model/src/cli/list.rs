//! `kobj list`.

use clap::ValueEnum;
use sim_core::drivers::DriverKind;
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
    /// The Windows versions.
    Profiles,
}

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
            text.push_str(&format!("      {}\n", paint.text(Tone::Quiet, about)));
        }
        output.result(&text);
    }
    Exit::Held
}

fn rows(what: What) -> (&'static str, Vec<(String, &'static str)>) {
    match what {
        What::Calls => ("Calls", ROWS.iter().map(|row| (row.spec.usage(), row.spec.summary)).collect()),
        What::Drivers => {
            let row = |driver: &DriverKind| (driver.name().to_owned(), driver.manner().summary);
            ("Drivers", DriverKind::ALL.iter().filter(|driver| driver.can_be_declared()).map(row).collect())
        }
        What::Profiles => {
            let row = |version: &Version| (version.name().to_owned(), version.title());
            ("Profiles", Version::ALL.iter().map(row).collect())
        }
    }
}
