//! `kobj replay`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::cli::replay_trace::replay_trace;
use crate::cli::{Exit, Format, Output, RecordingKind, ReplayArguments};
use crate::replay::obtrace::{self, LONGEST, looks_like_obtrace};
use crate::replay::{self, Report};
use crate::trace::looks_like_trace;

/// Replays every recording; the worst exit counts.
pub(super) fn replay(arguments: &ReplayArguments, output: &mut Output) -> Exit {
    let mut worst = Exit::Held;
    for file in &arguments.files {
        let exit = match arguments.kind.or_else(|| kind_of(file)) {
            Some(RecordingKind::Obtrace) => replay_ledger(file, arguments.format, output),
            Some(RecordingKind::Trace) => replay_trace(file, arguments.format, output),
            kind => match read(file, kind) {
                Ok(report) => show(&report, arguments.format, output),
                Err(complaint) => {
                    output.complain(&format!("error: {complaint}\n"));
                    Exit::BadInput
                }
            },
        };
        worst = worst.max(exit);
    }
    worst
}

/// What a file is by its beginning; none if it may be an event log.
fn kind_of(path: &Path) -> Option<RecordingKind> {
    // A pipe gives its bytes once.
    if !path.metadata().is_ok_and(|file| file.is_file()) {
        return None;
    }
    let mut start = Vec::new();
    // What cannot be read is told by the reader of the kind that is tried.
    File::open(path).and_then(|file| file.take(4096).read_to_end(&mut start)).ok()?;
    match start {
        start if looks_like_trace(&start) => Some(RecordingKind::Trace),
        start if looks_like_obtrace(&start) => Some(RecordingKind::Obtrace),
        _ => None,
    }
}

fn replay_ledger(path: &Path, format: Format, output: &mut Output) -> Exit {
    let name = path.display().to_string();
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text));
    let ledger = match read {
        Err(error) => Err(format!("cannot read `{name}`: {error}")),
        Ok(bytes) if bytes as u64 > LONGEST => {
            Err(format!("{name}: found more than {LONGEST} bytes, expected the output of !obtrace"))
        }
        Ok(_) => obtrace::read(&text, &name).map_err(|error| error.to_string()),
    };
    let ledger = match ledger {
        Ok(ledger) => ledger,
        Err(complaint) => {
            output.complain(&format!("error: {complaint}\n"));
            return Exit::BadInput;
        }
    };
    if format == Format::Text && !output.quiet {
        output.separate();
    }
    output.result(&match format {
        Format::Text => ledger.render_text(output.color, output.quiet),
        Format::Json => ledger.render_json(),
    });
    if ledger.held() { Exit::Held } else { Exit::Failed }
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
