//! What was not as the scenario expects, each with its place in the file.

use crate::lang::{Diagnostic, Diagnostics};
use crate::scenario::expect::Expectation;
use crate::scenario::findings::sentence;
use crate::scenario::hresult::hresult_name;
use crate::scenario::program::{ActionKind, Call};
use crate::scenario::run::{Ending, Entry, Run};

/// Every disappointment of a run, in the order of the file.
pub fn failures(run: &Run<'_>) -> Diagnostics {
    let program = run.world.program();
    let mut diagnostics = Diagnostics::new(program.source().clone());
    for entry in run.not_held() {
        let action = &program.actors[entry.actor].actions[entry.action];
        diagnostics.push(failure(entry, &action.kind).at(action.span, note(entry)));
    }
    for (actor, action) in run.missed() {
        let span = program.actors[actor].actions[action].span;
        let message = "this line was never reached";
        let why = match run.world.actor(actor).inside {
            Some(_) => "the call before it has not returned",
            None => "its thread has ended, or waits for a label that was never bound",
        };
        diagnostics.push(Diagnostic::new(message).at(span, why));
    }
    for (at, refuted) in &run.broken {
        let property = &program.properties[*at];
        let message = format!("{} {}: {refuted}", property.kind.word(), property.name);
        diagnostics.push(Diagnostic::new(message).at(property.span, format!("found {}", refuted.found)));
    }
    run.at_end.iter().for_each(|sentence| diagnostics.push(Diagnostic::new(sentence.clone())));
    for wanted in run.awaited() {
        let message = format!("expected {}, but it did not happen", wanted.text);
        diagnostics.push(Diagnostic::new(message).at(wanted.span, "no step broke this rule"));
    }
    for found in run.unexpected() {
        let (actor, action) = found.line;
        let span = program.actors[actor].actions[action].span;
        let broken = Diagnostic::new(sentence(&found.finding));
        let broken = match found.place.and_then(|place| program.driver_line(place)) {
            Some(line) => broken.at(line.span, found.subject.clone()).and_at(span, "in this call"),
            None => broken.at(span, found.subject.clone()),
        };
        let [one, two, three, four] = found.parameters;
        diagnostics.push(match found.finding.rule.bug_check() {
            Some(_) => broken.help(format!("parameters: 0x{one:X}, 0x{two:X}, 0x{three:X}, 0x{four:X}")),
            None => broken,
        });
    }
    diagnostics
}

fn failure(entry: &Entry, kind: &ActionKind) -> Diagnostic {
    match (&entry.ending, kind) {
        (Ending::Returned { result, .. }, ActionKind::Call(call)) => {
            let status = format!("{} (0x{:08X})", result.status, result.status.0);
            Diagnostic::new(format!("{}: expected {}, found {result}", call.row.spec.name, expected(call)))
                .help(format!("the status behind it is {status}"))
        }
        (Ending::Blocked { .. }, ActionKind::Call(call)) => {
            let name = call.row.spec.name;
            Diagnostic::new(format!("{name}: expected {}, but the call never returned", expected(call)))
                .help("write `-> blocks` if that is what should happen")
        }
        (Ending::Checked(Some(refuted)), _) => Diagnostic::new(refuted.to_string()),
        _ => Diagnostic::new("this is not as expected"),
    }
}

fn note(entry: &Entry) -> String {
    match &entry.ending {
        Ending::Returned { result, .. } => format!("found {result}"),
        Ending::Blocked { .. } => "never returned".into(),
        Ending::Checked(Some(refuted)) => format!("expected {}, found {}", refuted.expected, refuted.found),
        _ => String::new(),
    }
}

fn expected(call: &Call) -> String {
    let names: Vec<String> = call.expect.iter().map(|expected| name(*expected)).collect();
    names.join(" or ")
}

fn name(expected: Expectation) -> String {
    match expected {
        Expectation::Succeeds => "TRUE".into(),
        Expectation::Fails => "FALSE".into(),
        Expectation::Signaled(0) => "WAIT_OBJECT_0".into(),
        Expectation::Signaled(place) => format!("WAIT_OBJECT_0 + {place}"),
        Expectation::Abandoned(0) => "WAIT_ABANDONED_0".into(),
        Expectation::Abandoned(place) => format!("WAIT_ABANDONED_0 + {place}"),
        Expectation::UserApc => "WAIT_IO_COMPLETION".into(),
        Expectation::WaitFails => "WAIT_FAILED".into(),
        Expectation::Raises => "an exception".into(),
        Expectation::RaisesStatus(status) => format!("the exception {status}"),
        Expectation::Blocks => "that the call blocks".into(),
        Expectation::Status(status) => format!("{status} (0x{:08X})", status.0),
        Expectation::Error(error) => format!("{error} ({})", error.0),
        Expectation::Value(value) => format!("0x{value:x}"),
        Expectation::HResult(status) => hresult_name(status).map_or_else(|| status.to_string(), Into::into),
    }
}
