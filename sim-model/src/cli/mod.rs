//! The command `kobj`: its arguments, and what each command prints.
//!
//! stdout carries the result, stderr what went wrong with the input. Exit codes: 0 all held; 1 an expectation, rule or
//! comparison failed; 2 bad usage or bad input; 3 a limit was reached before a verdict.

mod explain;
mod explore;
mod graph;
mod list;
mod output;
mod record;
mod replay;
mod replay_trace;
mod run;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

pub use output::{Exit, Output};

use crate::scenario::faults::FaultKind;

/// How long NT kernel objects live, and why: run scenarios on a simulated kernel, step by step.
#[derive(Debug, Parser)]
#[command(name = "kobj", bin_name = "kobj", version, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// When to colour the output.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// Print only what is not as expected, and a last line.
    #[arg(long, short, global = true)]
    quiet: bool,
}

const AFTER_HELP: &str = "Without a command, kobj runs the story that started it: a handle is closed while a read is \
pending.\n\nExit codes: 0 all as expected, 1 something was not, 2 bad usage or input, 3 a limit was reached.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios and check every expectation in them.
    Run(RunArguments),
    /// Take the steps of all threads, devices and the system in every order: a counterexample, or none.
    Explore(ExploreArguments),
    /// Hold a recording against the model: a trace, a Windows Security event log as JSON Lines, or the output of
    /// !obtrace.
    Replay(ReplayArguments),
    /// Make a scenario's calls on real Windows and record what they did; elsewhere: an error.
    Record(RecordArguments),
    /// Show who holds whom at a step of a scenario's run, and why an object is still alive.
    Graph(GraphArguments),
    /// List what there is: calls, drivers, rules, scenarios or profiles.
    List {
        /// What to list; everything, if nothing is named.
        #[arg(value_enum)]
        what: Option<list::What>,
    },
    /// Explain one thing that has a name: a rule, a call, a routine, a step, a status, a field, a profile.
    Explain(ExplainArguments),
}

#[derive(Debug, clap::Args)]
struct GraphArguments {
    /// The scenario file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// After this step of the run; without it, at the end.
    #[arg(long, value_name = "STEP", value_parser = explain::number, conflicts_with = "line")]
    at: Option<u64>,
    /// After the last step of this line of the file.
    #[arg(long, value_name = "LINE", value_parser = explain::number)]
    line: Option<u64>,
    /// Tell every way in which this object is kept alive: a label, or a name that the graph shows.
    #[arg(long, value_name = "OBJECT")]
    why: Option<String>,
    /// The form of the output.
    #[arg(long, value_enum, default_value_t = GraphFormat::Text)]
    format: GraphFormat,
    /// The Windows version to run as; without it, the one that the file names, or win11.
    #[arg(long, value_parser = PROFILES)]
    profile: Option<String>,
    /// The architecture to run on; without it, the one that the file names, or x64.
    #[arg(long, value_parser = ARCHES)]
    arch: Option<String>,
}

/// The form of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GraphFormat {
    /// For people.
    Text,
    /// For Graphviz.
    Dot,
    /// For Mermaid.
    Mermaid,
    /// A picture.
    Svg,
    /// JSON Lines: one record a line.
    Json,
}

#[derive(Debug, clap::Args)]
struct ExplainArguments {
    /// The name, or a code such as 0xC9/0x23D; without one, everything that has a page is listed.
    name: Option<String>,
    /// With PointerCount: the number that a debugger shows; with a bug check's code: its first parameter. Decimal or 0x….
    #[arg(value_parser = explain::number)]
    number: Option<u64>,
    /// With a number: the HandleCount that stands beside it.
    #[arg(long, value_name = "N", value_parser = explain::number)]
    handles: Option<u64>,
    /// With a number: the Windows version where it was read.
    #[arg(long, value_parser = PROFILES, default_value = "win11")]
    profile: String,
    /// With a number: the architecture where it was read.
    #[arg(long, value_parser = ARCHES, default_value = "x64")]
    arch: String,
    /// The form of the output.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// The scenario files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Show every atomic step and what it changed.
    #[arg(long)]
    steps: bool,
    /// Run once for each fault of these kinds that can happen, with that one, until a run has none.
    #[arg(long, value_name = "KINDS", value_enum, value_delimiter = ',', conflicts_with = "format")]
    faults: Vec<RunFault>,
    /// With --faults: only the run with this fault, as a run is shown.
    #[arg(long, value_name = "N", requires = "faults", value_parser = at_least_one)]
    fault: Option<usize>,
    /// The form of the output.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The Windows version to run as; without it, the one that the file names, or win11.
    #[arg(long, value_parser = PROFILES)]
    profile: Option<String>,
    /// The architecture to run on; without it, the one that the file names, or x64.
    #[arg(long, value_parser = ARCHES)]
    arch: Option<String>,
}

#[derive(Debug, clap::Args)]
struct ExploreArguments {
    /// The scenario files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only orders in which somebody who could go on is stopped at most so often.
    #[arg(long, value_name = "N")]
    preemptions: Option<u32>,
    /// Stop after so many states.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    max_states: Option<usize>,
    /// Stop when the states take so many megabytes.
    #[arg(long, value_name = "MEGABYTES")]
    max_memory: Option<u64>,
    /// Stop after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    time: Option<u64>,
    /// Search with so many threads; the result is the same for any number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Make the environment hostile: one allocation of a run fails, drivers that complete at once pend, any free handle
    /// value is the next.
    #[arg(long, value_name = "KINDS", value_enum, value_delimiter = ',')]
    faults: Vec<ExploreFault>,
    /// Accept rules and `sometimes` lines that no state exercises.
    #[arg(long)]
    allow_unexercised: bool,
    /// Take also those orders that differ only in steps that no other thread and no rule can notice.
    ///
    /// The verdict is the same, the search longer; a story that breaks a rule is then a shortest one.
    #[arg(long)]
    no_partial_order: bool,
    /// Look also into each of the states that differ only in what no rule can tell apart: which of several records,
    /// handles, or threads with the same lines is which.
    #[arg(long)]
    no_symmetry: bool,
    /// Show every way in which the program can end: what its calls give and what is left. What the scenario expects makes
    /// no difference.
    #[arg(long, conflicts_with_all = ["allow_unexercised"])]
    outcomes: bool,
    /// Print the scenario with a schedule that leads to the outcome of this number; `kobj run` follows it.
    #[arg(long, value_name = "N", requires = "outcomes", value_parser = at_least_one)]
    outcome: Option<usize>,
    /// The form of the output.
    #[arg(long, value_enum, default_value_t = ExploreFormat::Text)]
    format: ExploreFormat,
    /// The Windows version to run as; without it, the one that the file names, or win11.
    #[arg(long, value_parser = PROFILES)]
    profile: Option<String>,
    /// The architecture to run on; without it, the one that the file names, or x64.
    #[arg(long, value_parser = ARCHES)]
    arch: Option<String>,
}

#[derive(Debug, clap::Args)]
struct ReplayArguments {
    /// The recordings.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the files are, if it should not be recognised.
    #[arg(long, value_enum)]
    kind: Option<RecordingKind>,
    /// The form of the output.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, clap::Args)]
struct RecordArguments {
    /// The scenario file.
    #[arg(value_name = "SCENARIO")]
    file: PathBuf,
    /// Where the trace goes.
    #[arg(long, short, value_name = "TRACE")]
    output: PathBuf,
    /// The Windows version that the model takes; without it, the one that the file names, or win11.
    #[arg(long, value_parser = PROFILES)]
    profile: Option<String>,
}

/// The Windows versions, as `--profile` takes them.
const PROFILES: [&str; 6] = ["xp", "win7", "win8", "win81", "win10", "win11"];
/// The architectures, as `--arch` takes them.
const ARCHES: [&str; 2] = ["x64", "x86"];

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// JSON Lines: one record a line.
    Json,
}

/// The form of the output of an exploration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExploreFormat {
    /// For people.
    Text,
    /// JSON Lines: one record a line.
    Json,
    /// The graph of at most 2,000 states, for Graphviz.
    Dot,
}

/// A kind of fault of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RunFault {
    /// An allocation fails.
    Allocations,
    /// A driver that completes requests at once pends one.
    Pending,
}

/// A kind of fault of an exploration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExploreFault {
    /// One allocation of a run fails.
    Allocations,
    /// Drivers that complete requests at once can pend them.
    Pending,
    /// Any free handle value can be the next.
    Handles,
}

impl From<RunFault> for FaultKind {
    fn from(fault: RunFault) -> Self {
        match fault {
            RunFault::Allocations => FaultKind::Allocations,
            RunFault::Pending => FaultKind::Pending,
        }
    }
}

impl From<ExploreFault> for FaultKind {
    fn from(fault: ExploreFault) -> Self {
        match fault {
            ExploreFault::Allocations => FaultKind::Allocations,
            ExploreFault::Pending => FaultKind::Pending,
            ExploreFault::Handles => FaultKind::Handles,
        }
    }
}

/// A kind of recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RecordingKind {
    /// What kobj record wrote: the calls of a scenario on real Windows.
    Trace,
    /// A Windows Security event log as JSON Lines.
    EventLog,
    /// What WinDbg's !obtrace prints: the references of one object, each with its stack.
    Obtrace,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Runs the command with the arguments of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut output = Output::new(arguments.color.into(), arguments.quiet);
    let exit = match &arguments.command {
        None => run::headline(&mut output),
        Some(Command::Run(arguments)) => run::run(arguments, &mut output),
        Some(Command::Explore(arguments)) => explore::explore(arguments, &mut output),
        Some(Command::Replay(arguments)) => replay::replay(arguments, &mut output),
        Some(Command::Record(arguments)) => record::record(arguments, &mut output),
        Some(Command::Explain(arguments)) => explain::explain(arguments, &mut output),
        Some(Command::Graph(arguments)) => graph::graph(arguments, &mut output),
        Some(Command::List { what }) => list::list(*what, &mut output),
    };
    ExitCode::from(output.finish(exit) as u8)
}

impl From<Color> for output::When {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => output::When::Auto,
            Color::Always => output::When::Always,
            Color::Never => output::When::Never,
        }
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("the first state is always seen: expected at least 1".into()),
        Ok(number) => Ok(number),
        Err(_) => Err("expected a whole number".into()),
    }
}
