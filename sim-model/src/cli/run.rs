//! `kobj run`, and `kobj` alone.

use std::path::Path;

use sim_core::profile::Profile;

use crate::cli::{Exit, Format, Output, RunArguments};
use crate::lang::ast::Name;
use crate::lang::{self, Diagnostics, Source};
use crate::scenario::faults::{FaultKind, ask_for, run_each_fault, run_fault};
use crate::scenario::{self, Program};
use crate::view::{self, json, text};

const HEADLINE_FILE: &str = "docs/scenarios/close-does-not-cancel.kobj";
const HEADLINE: &str = include_str!("../../../docs/scenarios/close-does-not-cancel.kobj");

const WHAT_NEXT: &str = "
What to try next
  kobj run --steps FILE.kobj       the same, atomic step by atomic step
  kobj explore FILE.kobj           every order of the steps of all threads
  kobj graph FILE.kobj --why NAME  who keeps an object alive
  kobj explain NAME                one page on a call, a step, a status, a field
  kobj list                        the calls, drivers and profiles that a scenario can use
  kobj replay LOG.jsonl            drive the handle tables with a recording of a real machine
  docs/FIRST-SCENARIO.md           write a scenario of your own
";

/// The story that started it all.
pub(super) fn headline(output: &mut Output) -> Exit {
    let exit = match compiled(HEADLINE_FILE, HEADLINE, None) {
        Ok(program) => show(&program, false, Format::Text, output),
        Err(diagnostics) => return complain(&diagnostics, output),
    };
    if !output.quiet {
        output.result(WHAT_NEXT);
    }
    exit
}

/// Runs every file; the worst exit counts.
pub(super) fn run(arguments: &RunArguments, output: &mut Output) -> Exit {
    let mut worst = Exit::Held;
    for file in &arguments.files {
        worst = worst.max(run_file(file, arguments, output));
    }
    worst
}

fn run_file(file: &Path, arguments: &RunArguments, output: &mut Output) -> Exit {
    let profile = arguments.profile.as_deref().and_then(Profile::named);
    let faults: Vec<FaultKind> = arguments.faults.iter().map(|fault| (*fault).into()).collect();
    let compiled = read(file)
        .and_then(|(name, text)| compiled_on(&name, &text, profile, arguments.arch.as_deref(), &faults));
    match compiled {
        Ok(program) if !faults.is_empty() => show_faults(&program, arguments, output),
        Ok(program) => show(&program, arguments.steps, arguments.format, output),
        Err(diagnostics) => complain(&diagnostics, output),
    }
}

/// The name and the text of a scenario file.
pub(super) fn read(file: &Path) -> Result<(String, String), Diagnostics> {
    let name = file.display().to_string();
    match lang::read_scenario(file) {
        Ok(text) => Ok((name, text)),
        Err(diagnostic) => {
            let mut diagnostics = Diagnostics::new(Source::new(&name, ""));
            diagnostics.push(diagnostic);
            Err(diagnostics)
        }
    }
}

/// The program of a scenario text.
pub(super) fn compiled(name: &str, text: &str, profile: Option<Profile>) -> Result<Program, Diagnostics> {
    scenario::compile_for(lang::parse(name, text)?, profile)
}

/// The program of a scenario text on an architecture, whichever it names itself, and with these faults.
pub(super) fn compiled_on(
    name: &str,
    text: &str,
    profile: Option<Profile>,
    arch: Option<&str>,
    faults: &[FaultKind],
) -> Result<Program, Diagnostics> {
    let mut scenario = lang::parse(name, text)?;
    scenario.arch = arch.map(|arch| Name::bare(arch.into())).or(scenario.arch);
    faults.iter().for_each(|kind| ask_for(&mut scenario, *kind));
    scenario::compile_for(scenario, profile)
}

/// Says what is wrong with a scenario.
pub(super) fn complain(diagnostics: &Diagnostics, output: &Output) -> Exit {
    output.complain(&diagnostics.render(output.color_errors));
    Exit::BadInput
}

/// One run for each fault, or the run with one of them.
fn show_faults(program: &Program, arguments: &RunArguments, output: &mut Output) -> Exit {
    let color = output.color;
    let (shown, held) = match arguments.fault {
        None => {
            let runs = run_each_fault(program);
            let options = view::faults::Options { color, quiet: output.quiet };
            let held = runs.iter().all(|run| run.complaints.is_empty());
            (view::faults::render(program, &runs, options), held)
        }
        Some(number) => {
            let Some(faulty) = run_fault(program, number) else {
                output.complain(&format!("error: the run has fewer than {number} faults\n"));
                return Exit::BadInput;
            };
            let options = text::Options { color, steps: arguments.steps, quiet: output.quiet };
            (text::render(&faulty.run, options), faulty.complaints.is_empty())
        }
    };
    if !output.quiet {
        output.separate();
    }
    output.result(&shown);
    if held { Exit::Held } else { Exit::Failed }
}

fn show(program: &Program, steps: bool, format: Format, output: &mut Output) -> Exit {
    let run = match program.scenario.schedule {
        None => scenario::run(program),
        Some(_) => match scenario::run_schedule(program) {
            Ok(run) => run,
            Err(diagnostics) => return complain(&diagnostics, output),
        },
    };
    let shown = match format {
        Format::Text => text::render(&run, text::Options { color: output.color, steps, quiet: output.quiet }),
        Format::Json => json::render(&run, steps),
    };
    if format == Format::Text && !output.quiet {
        output.separate();
    }
    output.result(&shown);
    if run.held() { Exit::Held } else { Exit::Failed }
}
