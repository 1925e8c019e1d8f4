//! `kobj replay` of a trace of real Windows.

use std::path::Path;

use crate::cli::record::unperformable;
use crate::cli::run::complain;
use crate::cli::{Exit, Format, Output, PROFILES};
use crate::lang;
use crate::scenario;
use crate::trace::{ReplayFailure, Replayed, Trace, replay};

/// Holds a trace against the model, and tells where they part.
pub(super) fn replay_trace(path: &Path, format: Format, output: &mut Output) -> Exit {
    let name = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            output.complain(&format!("error: cannot read `{name}`: {error}\n"));
            return Exit::BadInput;
        }
    };
    let trace = match Trace::read(&text, &name) {
        Ok(trace) => trace,
        Err(error) => {
            output.complain(&format!("error: {error}\n"));
            return Exit::BadInput;
        }
    };
    let replayed = match replay(&trace, &name) {
        Ok(replayed) => replayed,
        Err(ReplayFailure::Profile) => {
            let (found, known) = (&trace.header.profile, PROFILES.join(", "));
            output.complain(&format!(
                "error: {name}:1:1: found the profile `{found}`, expected one of {known}\n"
            ));
            return Exit::BadInput;
        }
        Err(ReplayFailure::Scenario(diagnostics)) => return complain(&diagnostics, output),
        Err(ReplayFailure::Unperformable(reason)) => {
            let program = lang::parse(&name, &trace.header.scenario).and_then(scenario::compile);
            return match program {
                Ok(program) => complain(&unperformable(&program, &reason), output),
                Err(diagnostics) => complain(&diagnostics, output),
            };
        }
    };
    let held = replayed.held();
    match format {
        Format::Text if output.quiet && held => {}
        Format::Text => {
            output.separate();
            output.result(&told(&trace, &replayed, &name));
        }
        Format::Json => output.result(&json(&trace, &replayed, &name)),
    }
    if held { Exit::Held } else { Exit::Failed }
}

fn told(trace: &Trace, replayed: &Replayed, name: &str) -> String {
    let Replayed { calls, difference, known } = replayed;
    let mut text =
        format!("{name}: {calls} calls on {}, profile {}\n", trace.header.system, trace.header.profile);
    match difference {
        None => text.push_str("         as the model says\n"),
        Some(difference) => {
            let line =
                trace.header.scenario.lines().nth(difference.line.saturating_sub(1)).unwrap_or_default();
            text.push_str(&format!("{:>7}  {}\n         {difference}\n", difference.line, line.trim()));
        }
    }
    for known in known {
        text.push_str(&format!(
            "  known  {}: {}\n         source: {}\n",
            known.id, known.reason, known.source
        ));
    }
    text
}

fn json(trace: &Trace, replayed: &Replayed, name: &str) -> String {
    let difference = replayed.difference.as_ref().map(|difference| {
        serde_json::json!({
            "line": difference.line,
            "call": difference.call,
            "what": difference.what,
            "of": difference.of,
            "model": difference.model,
            "recording": difference.real,
        })
    });
    let record = serde_json::json!({
        "record": "trace",
        "file": name,
        "system": trace.header.system,
        "profile": trace.header.profile,
        "calls": replayed.calls,
        "held": replayed.held(),
        "difference": difference,
        "known": replayed.known.iter().map(|known| known.id).collect::<Vec<_>>(),
    });
    format!("{record}\n")
}
