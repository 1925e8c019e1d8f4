//! `kobj explore`.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use sim_core::profile::Profile;

use crate::cli::run::{compiled_on, complain, read};
use crate::cli::{Exit, ExploreArguments, Format, Output};
use crate::explore::{Limits, Outcome, Progress, Settings, System, Verdict, explore_space};
use crate::scenario::Program;
use crate::scenario::space::ProgramSpace;
use crate::scenario::world::Move;
use crate::view::exploration::{self, grouped};
use crate::view::exploration_json;

/// Set by Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Explores every file; the worst exit counts.
pub(super) fn explore(arguments: &ExploreArguments, output: &mut Output) -> Exit {
    // Without a handler Ctrl-C ends the process at once, which is no harm.
    let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed));
    let mut worst = Exit::Held;
    for (at, file) in arguments.files.iter().enumerate() {
        if at > 0 && arguments.format == Format::Text {
            output.result("\n");
        }
        worst = worst.max(explore_file(file, arguments, output));
    }
    worst
}

fn explore_file(file: &Path, arguments: &ExploreArguments, output: &mut Output) -> Exit {
    let profile = arguments.profile.as_deref().and_then(Profile::named);
    let program = match read(file)
        .and_then(|(name, text)| compiled_on(&name, &text, profile, arguments.arch.as_deref()))
    {
        Ok(program) => program,
        Err(diagnostics) => return complain(&diagnostics, output),
    };
    let space = ProgramSpace::new(&program, arguments.preemptions);
    let outcome = search(&program, &space, arguments);
    let text = match arguments.format {
        Format::Text => exploration::render(&program, space.rules(), &outcome, output.color),
        Format::Json => exploration_json::render(&program, space.rules(), &outcome),
    };
    output.result(&text);
    match outcome.verdict {
        Verdict::Holds => Exit::Held,
        Verdict::Fails(_) | Verdict::Unexercised(_) => Exit::Failed,
        Verdict::Limited(_) => Exit::Limited,
    }
}

fn search(program: &Program, space: &ProgramSpace<'_>, arguments: &ExploreArguments) -> Outcome<Move> {
    let settings = Settings {
        threads: arguments
            .threads
            .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from),
        partial_order: !arguments.no_partial_order,
        allow_unexercised: arguments.allow_unexercised,
        limits: Limits {
            states: arguments.max_states,
            bytes: arguments.max_memory.map(|megabytes| megabytes.saturating_mul(1 << 20)),
            depth: None,
            time: arguments.time.map(Duration::from_secs),
            cancel: Some(&INTERRUPTED),
        },
        ..Settings::default()
    };
    let bar = std::io::stderr().is_terminal().then(|| progress_bar(program));
    let start = Instant::now();
    let mut tell = |progress: &Progress| {
        if let Some(bar) = &bar {
            let rate = progress.states as f64 / start.elapsed().as_secs_f64().max(0.001);
            bar.set_message(format!(
                "depth {}, {} states, {} a second, {} to look into, {} MB",
                progress.depth,
                grouped(progress.states),
                grouped(rate as u64),
                grouped(progress.frontier),
                progress.bytes >> 20
            ));
            bar.tick();
        }
    };
    let (outcome, _) = explore_space(space, &settings, &mut tell);
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    outcome
}

fn progress_bar(program: &Program) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}: {msg}") {
        bar.set_style(style);
    }
    bar.set_prefix(program.source().file.to_string());
    bar
}
