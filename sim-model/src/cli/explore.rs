//! `kobj explore`.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use sim_core::profile::Profile;

use crate::cli::run::{compiled_on, complain, read};
use crate::cli::{Exit, ExploreArguments, ExploreFormat, Output};
use crate::explore::{Limits, Outcome, Progress, Settings, Space, System, Verdict, explore_space};
use crate::scenario::Program;
use crate::scenario::driver_lines::unreached;
use crate::scenario::faults::FaultKind;
use crate::scenario::outcomes::Outcomes;
use crate::scenario::places::Multipliers;
use crate::scenario::space::ProgramSpace;
use crate::scenario::world::Move;
use crate::view::exploration::{self, Explored, grouped};
use crate::view::exploration_limit::{Bounds, Limited};
use crate::view::outcomes::{self as outcomes_text, Enumerated};
use crate::view::{exploration_dot, exploration_json, outcomes_json};

/// Set by Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Explores every file, up to the one at which it is interrupted; the worst exit counts.
pub(super) fn explore(arguments: &ExploreArguments, output: &mut Output) -> Exit {
    // Without a handler Ctrl-C ends the process at once, which is no harm.
    let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed));
    let mut worst = Exit::Held;
    for file in &arguments.files {
        let exit = explore_file(file, arguments, output);
        worst = worst.max(exit);
        if exit == Exit::Limited && INTERRUPTED.load(Ordering::Relaxed) {
            break;
        }
    }
    worst
}

fn explore_file(file: &Path, arguments: &ExploreArguments, output: &mut Output) -> Exit {
    let profile = arguments.profile.as_deref().and_then(Profile::named);
    let faults: Vec<FaultKind> = arguments.faults.iter().map(|fault| (*fault).into()).collect();
    let program = match read(file)
        .and_then(|(name, text)| compiled_on(&name, &text, profile, arguments.arch.as_deref(), &faults))
    {
        Ok(program) => program,
        Err(diagnostics) => return complain(&diagnostics, output),
    };
    if arguments.outcomes {
        return show_outcomes(&program, arguments, output);
    }
    let system = ProgramSpace::new(&program, arguments.preemptions);
    let (outcome, space) = search(&program, &system, arguments);
    let bounds = bounds(arguments);
    let limited = matches!(outcome.verdict, Verdict::Limited(_))
        .then(|| Limited { bounds, multipliers: Multipliers::of(&space) });
    let complete = matches!(outcome.verdict, Verdict::Holds | Verdict::Unexercised(_));
    let unreached = if complete { unreached(&space, &program) } else { Vec::new() };
    let explored = Explored {
        program: &program,
        rules: system.rules(),
        outcome: &outcome,
        limited: limited.as_ref(),
        unreached: &unreached,
    };
    let shown = match arguments.format {
        ExploreFormat::Text => {
            let options = exploration::Options { color: output.color, quiet: output.quiet };
            exploration::render(explored, options)
        }
        ExploreFormat::Json => exploration_json::render(explored),
        ExploreFormat::Dot => match exploration_dot::too_large(explored, &bounds) {
            Some(diagnostics) => {
                output.complain(&diagnostics.render(output.color_errors));
                return Exit::Limited;
            }
            None => exploration_dot::render(explored, &space, &system),
        },
    };
    if arguments.format == ExploreFormat::Text && !output.quiet {
        output.separate();
    }
    output.result(&shown);
    match outcome.verdict {
        Verdict::Holds => Exit::Held,
        Verdict::Fails(_) | Verdict::Unexercised(_) => Exit::Failed,
        Verdict::Limited(_) => Exit::Limited,
    }
}

/// Shows every outcome, or the way to one.
fn show_outcomes(program: &Program, arguments: &ExploreArguments, output: &mut Output) -> Exit {
    let system = ProgramSpace::of_outcomes(program, arguments.preemptions);
    let (search, space) = search(program, &system, arguments);
    let outcomes = Outcomes::of(&space, &system);
    let enumerated = Enumerated { program, search: &search, outcomes: &outcomes, bounds: bounds(arguments) };
    let shown = match (arguments.outcome, arguments.format) {
        (Some(number), _) => match outcomes.all.get(number - 1) {
            Some(outcome) => exploration::scenario_text(program, &outcome.moves),
            None => {
                let found = outcomes.all.len();
                output.complain(&format!("error: there is no outcome {number}: {found} were found\n"));
                return Exit::BadInput;
            }
        },
        (None, ExploreFormat::Text) => outcomes_text::render(enumerated, output.color, output.quiet),
        (None, ExploreFormat::Json) => outcomes_json::render(enumerated),
        (None, ExploreFormat::Dot) => {
            output.complain("error: outcomes are no graph: --format text or json\n");
            return Exit::BadInput;
        }
    };
    if arguments.format == ExploreFormat::Text && !output.quiet {
        output.separate();
    }
    output.result(&shown);
    if matches!(search.verdict, Verdict::Limited(_)) { Exit::Limited } else { Exit::Held }
}

const fn bounds(arguments: &ExploreArguments) -> Bounds {
    Bounds {
        states: arguments.max_states,
        megabytes: arguments.max_memory,
        seconds: arguments.time,
        preemptions: arguments.preemptions,
        no_partial_order: arguments.no_partial_order,
    }
}

fn search<'s, 'p>(
    program: &Program,
    system: &'s ProgramSpace<'p>,
    arguments: &ExploreArguments,
) -> (Outcome<Move>, Space<'s, ProgramSpace<'p>>) {
    let settings = Settings {
        threads: arguments
            .threads
            .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from),
        symmetry: !arguments.no_symmetry && arguments.format != ExploreFormat::Dot,
        // A graph shows each step that can be taken.
        partial_order: !arguments.no_partial_order && arguments.format != ExploreFormat::Dot,
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
    let found = explore_space(system, &settings, &mut tell);
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    found
}

fn progress_bar(program: &Program) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}: {msg}") {
        bar.set_style(style);
    }
    bar.set_prefix(program.source().file.to_string());
    bar
}
