//! `kobj record`.

use std::fs;
use std::path::Path;

use sim_core::profile::Profile;
use sim_windows::trace::Trace;
use sim_windows::{RecordError, Recording};

use crate::cli::run::{compiled, complain, read};
use crate::cli::{Exit, Output, RecordArguments};
use crate::lang::{Diagnostic, Diagnostics};
use crate::scenario::Program;
use crate::trace::{Performance, Unperformable};

/// Performs a scenario on real Windows and writes what was seen.
pub(super) fn record(arguments: &RecordArguments, output: &mut Output) -> Exit {
    let profile = arguments.profile.as_deref().and_then(Profile::named);
    let program = read(&arguments.file).and_then(|(name, text)| compiled(&name, &text, profile));
    let program = match program {
        Ok(program) => program,
        Err(diagnostics) => return complain(&diagnostics, output),
    };
    let performance = match Performance::of(&program) {
        Ok(performance) => performance,
        Err(reason) => return complain(&unperformable(&program, &reason), output),
    };
    let trace = match recorded(performance) {
        Ok(trace) => trace,
        Err(error) => {
            output.complain(&format!("error: {error}\n"));
            return Exit::BadInput;
        }
    };
    if let Err(error) = write(&arguments.output, &trace.write()) {
        output.complain(&format!("error: cannot write `{}`: {error}\n", arguments.output.display()));
        return Exit::BadInput;
    }
    if !output.quiet {
        let (shown, system) = (arguments.output.display(), &trace.header.system);
        let calls = trace.records.iter().filter(|record| record.call.is_some()).count();
        output.result(&format!("{shown}: {calls} calls on {system}; `kobj replay {shown}` compares\n"));
    }
    Exit::Held
}

fn recorded(performance: Performance) -> Result<Trace, RecordError> {
    let program = std::env::current_exe().map_err(|error| RecordError::Failed(error.to_string()))?;
    let Recording { system, records } = sim_windows::record(&performance.script, &program)?;
    let mut trace = Trace { records, ..performance.trace };
    trace.header.system = system;
    trace.header.recorded_by = concat!("kobj record ", env!("CARGO_PKG_VERSION")).into();
    Ok(trace)
}

/// What of a scenario cannot be performed, at its place.
pub(super) fn unperformable(program: &Program, reason: &Unperformable) -> Diagnostics {
    let mut diagnostics = Diagnostics::new(program.source().clone());
    let message = format!("real Windows cannot perform this scenario: {}", reason.found);
    diagnostics.push(Diagnostic::new(message).at(reason.span, reason.why));
    diagnostics
}

/// Writes a file whole or not at all.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    fs::write(&beside, text)?;
    fs::rename(&beside, path)
}
