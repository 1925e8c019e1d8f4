//! `kobj graph`.

use sim_core::profile::Profile;

use crate::cli::run::{compiled_on, complain, read};
use crate::cli::{Exit, GraphArguments, GraphFormat, Output};
use crate::lang::near;
use crate::scenario::{self, Program, run::Run};
use crate::view::graph::{
    Graph, Moment, Target, named, render_dot, render_json, render_mermaid, render_svg, render_text,
    render_why, render_why_json,
};

/// The longest unknown name that is repeated.
const MOST_SHOWN: usize = 60;

/// Shows who holds whom.
pub(super) fn graph(arguments: &GraphArguments, output: &mut Output) -> Exit {
    let profile = arguments.profile.as_deref().and_then(Profile::named);
    let program = read(&arguments.file)
        .and_then(|(name, text)| compiled_on(&name, &text, profile, arguments.arch.as_deref(), &[]));
    let program = match program {
        Ok(program) => program,
        Err(diagnostics) => return complain(&diagnostics, output),
    };
    let whole = match program.scenario.schedule {
        None => scenario::run(&program),
        Some(_) => match scenario::run_schedule(&program) {
            Ok(run) => run,
            Err(diagnostics) => return complain(&diagnostics, output),
        },
    };
    let steps = whole.moves.len();
    let step = match step_of(arguments, &program, &whole) {
        Ok(step) => step,
        Err(complaint) => {
            output.complain(&format!("error: {complaint}\n"));
            return Exit::BadInput;
        }
    };
    let run = scenario::run_moves(&program, &whole.moves[..step]);
    let place = format!("{}, profile {}", program.source().file, program.profile.version.name());
    let when = when(&program, &run, steps);
    let graph = Graph::of(&run.world, Moment { title: program.title().into(), place, when, step, steps });
    match &arguments.why {
        None => show(&graph, arguments, output),
        Some(name) => why(name, &run, &graph, arguments, output),
    }
}

/// The step that is asked for: the last one, or that of `--at` or `--line`.
fn step_of(arguments: &GraphArguments, program: &Program, run: &Run<'_>) -> Result<usize, String> {
    let steps = run.moves.len();
    if let Some(step) = arguments.at {
        return match usize::try_from(step).ok().filter(|step| *step <= steps) {
            Some(step) => Ok(step),
            None => Err(format!("--at: found {step}, expected a step from 0 to {steps}, which is the last")),
        };
    }
    let Some(line) = arguments.line else { return Ok(steps) };
    let of_line = |(entry, _): &(usize, usize)| {
        let entry = &run.entries[*entry];
        program.actors[entry.actor].actions[entry.action].line as u64 == line
    };
    match run.order.iter().rposition(of_line) {
        Some(last) => Ok(last + 1),
        None => Err(format!("--line: found {line}, expected the number of a line that happens in this run")),
    }
}

/// When that is, in words.
fn when(program: &Program, run: &Run<'_>, steps: usize) -> String {
    let step = run.moves.len();
    let Some((entry, taken)) = run.order.last() else { return format!("before the first of {steps} steps") };
    let entry = &run.entries[*entry];
    let action = &program.actors[entry.actor].actions[entry.action];
    let name = entry.steps[*taken].name;
    let name = name.map_or_else(|| "begin".to_owned(), |name| format!("{} {}", name.routine, name.label));
    match step == steps {
        true => format!("at the end, after {steps} steps"),
        false => format!("after step {step} of {steps}, {name} in line {}", action.line),
    }
}

fn show(graph: &Graph, arguments: &GraphArguments, output: &mut Output) -> Exit {
    let text = match arguments.format {
        GraphFormat::Text => render_text(graph, output.color),
        GraphFormat::Dot => render_dot(graph),
        GraphFormat::Mermaid => render_mermaid(graph),
        GraphFormat::Svg => render_svg(graph),
        GraphFormat::Json => render_json(graph),
    };
    output.result(&text);
    if graph.leaks.is_empty() { Exit::Held } else { Exit::Failed }
}

fn why(name: &str, run: &Run<'_>, graph: &Graph, arguments: &GraphArguments, output: &mut Output) -> Exit {
    let node = match named(&run.world, graph, name) {
        Some(Target::Node(node)) => node,
        Some(Target::Gone(sentence)) => {
            output.result(&format!("{sentence}: {}\n", graph.moment.when));
            return Exit::Held;
        }
        None => {
            let labels = run.world.program().labels.iter().map(|label| &*label.name);
            let titles = graph.nodes.node_weights().map(|node| &*node.title);
            let near = near(name, labels.chain(titles));
            let help = if near.is_empty() {
                "a label, or a name that the graph shows".into()
            } else {
                near.join(", ")
            };
            let shown: String = name.chars().take(MOST_SHOWN).collect();
            output.complain(&format!("error: --why: found `{shown}`, expected {help}\n"));
            return Exit::BadInput;
        }
    };
    let text = match arguments.format {
        GraphFormat::Text => render_why(graph, node, output.color),
        GraphFormat::Json => render_why_json(graph, node),
        _ => {
            output.complain("error: --why is answered as text or json\n");
            return Exit::BadInput;
        }
    };
    output.result(&text);
    if graph.leaks.is_empty() { Exit::Held } else { Exit::Failed }
}
