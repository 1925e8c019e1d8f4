//! `kobj replay`.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::cli::{Exit, Format, Output, RecordingKind, ReplayArguments};
use crate::replay::{self, Report};

/// Replays every recording; the worst exit counts.
pub(super) fn replay(arguments: &ReplayArguments, output: &mut Output) -> Exit {
    let mut worst = Exit::Held;
    for file in &arguments.files {
        let exit = match read(file, arguments.kind) {
            Ok(report) => show(&report, arguments.format, output),
            Err(complaint) => {
                output.complain(&format!("error: {complaint}\n"));
                Exit::BadInput
            }
        };
        worst = worst.max(exit);
    }
    worst
}

fn read(path: &Path, kind: Option<RecordingKind>) -> Result<Report, String> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no file `{name}`"),
        _ => format!("cannot read `{name}`: {error}"),
    })?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    if kind.is_none() {
        // What cannot be read at all is told by the reader below, with its place.
        let start = reader.fill_buf().unwrap_or_default();
        let scenario = path.extension().is_some_and(|ending| ending == "kobj");
        if scenario && !replay::looks_like_event_log(start) {
            return Err(format!(
                "`{name}` is a scenario: found `.kobj`, expected an event log; try `kobj run {name}`"
            ));
        }
    }
    replay::read(reader, &name).map_err(|error| error.to_string())
}

fn show(report: &Report, format: Format, output: &mut Output) -> Exit {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = match format {
        Format::Json => report.render_json(&mut text),
        Format::Text if output.quiet => report.render_quiet(&mut text, output.color),
        Format::Text => report.render_text(&mut text, output.color),
    };
    if format == Format::Text && !output.quiet {
        output.separate();
    }
    output.result(&text);
    if report.held() { Exit::Held } else { Exit::Failed }
}
