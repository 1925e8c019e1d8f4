//! A run as JSON Lines: one record a line, with stable field names. The schema is in the book.

use serde::Serialize;
use sim_core::Id;
use sim_core::ob::header::Object;

use crate::scenario::findings::Found;
use crate::scenario::program::{ActionKind, Program};
use crate::scenario::run::{Ending, Entry, Run, Taken};
use crate::scenario::world::World;
use crate::view::changes::{self, ShownChange};
use crate::view::failure::failures;
use crate::view::holders::{held_by, holders};
use crate::view::text::{holder_name, labelled};

/// The version of the schema.
pub const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record<'a> {
    Scenario {
        format: u32,
        file: &'a str,
        title: &'a str,
        profile: &'a str,
        arch: &'a str,
    },
    Call(CallRecord<'a>),
    Check {
        thread: Option<&'a str>,
        actor: &'a str,
        line: usize,
        text: &'a str,
        held: bool,
        expected: Option<String>,
        found: Option<String>,
    },
    Event {
        actor: &'a str,
        line: usize,
        text: &'a str,
        status: String,
        objects: Vec<ObjectRecord>,
        changes: Vec<ChangeRecord>,
    },
    Interrupted {
        actor: &'a str,
        line: usize,
        text: &'a str,
        objects: Vec<ObjectRecord>,
        changes: Vec<ChangeRecord>,
    },
    Step(StepRecord<'a>),
    Unreached {
        actor: &'a str,
        line: usize,
        text: &'a str,
    },
    Object(ObjectRecord),
    Finding(FindingRecord<'a>),
    Failure {
        message: String,
        line: Option<usize>,
        column: Option<usize>,
    },
    Verdict {
        file: &'a str,
        calls: usize,
        checks: usize,
        failed: usize,
        unreached: usize,
        held: bool,
    },
}

/// A broken rule.
#[derive(Serialize)]
struct FindingRecord<'a> {
    rule: &'static str,
    sentence: &'static str,
    severity: &'static str,
    bug_check: Option<u32>,
    parameters: Option<[u64; 4]>,
    subject: &'a str,
    actor: &'a str,
    line: usize,
    expected: bool,
}

#[derive(Serialize)]
struct CallRecord<'a> {
    thread: &'a str,
    process: Option<&'a str>,
    line: usize,
    call: &'a str,
    text: &'a str,
    /// Absent while the call has not returned.
    status: Option<String>,
    result: String,
    error: Option<String>,
    held: bool,
    objects: Vec<ObjectRecord>,
    changes: Vec<ChangeRecord>,
}

#[derive(Serialize)]
struct ObjectRecord {
    object: String,
    #[serde(rename = "type")]
    type_name: &'static str,
    handle_count: u32,
    pointer_count: u32,
    deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_by: Option<Vec<String>>,
}

#[derive(Serialize)]
struct ChangeRecord {
    object: String,
    field: &'static str,
    from: String,
    to: String,
    why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

#[derive(Serialize)]
struct StepRecord<'a> {
    thread: &'a str,
    line: usize,
    routine: &'static str,
    label: &'static str,
    does: &'static str,
    driver_line: Option<usize>,
    changes: Vec<ChangeRecord>,
}

impl From<ShownChange> for ChangeRecord {
    fn from(change: ShownChange) -> Self {
        let ShownChange { subject, field, from, to, why, by } = change;
        ChangeRecord { object: subject, field, from, to, why, by }
    }
}

/// The JSON Lines of a run; with `steps`, a record for each atomic step before its call's.
pub fn render(run: &Run<'_>, steps: bool) -> String {
    let (world, program) = (&run.world, run.world.program());
    let mut out = String::new();
    let file: &str = &program.source().file;
    let profile = program.profile.version.name();
    let (title, arch) = (program.title(), program.profile.arch.name());
    put(&mut out, &Record::Scenario { format: FORMAT_VERSION, file, title, profile, arch });
    let mut counts = Counts::of(run);
    for entry in &run.entries {
        if steps {
            entry.steps.iter().for_each(|step| put_step(&mut out, run, entry, step));
        }
        put(&mut out, &entry_record(run, entry, &mut counts));
    }
    for (actor, action) in &run.unreached {
        let actor = &program.actors[*actor];
        let action = &actor.actions[*action];
        put(&mut out, &Record::Unreached { actor: &actor.name, line: action.line, text: &action.text });
    }
    let graph = holders(world.kernel());
    for object in labelled(world) {
        let by = held_by(&graph, object).iter().map(|holder| holder_name(world, *holder)).collect();
        put(&mut out, &Record::Object(ObjectRecord { held_by: Some(by), ..object_record(world, object) }));
    }
    run.found.iter().for_each(|found| put(&mut out, &finding_record(run, found)));
    for failure in failures(run).iter() {
        let place = failure.primary.as_ref().map(|note| program.source().position(note.span.start));
        let (line, column) = (place.map(|place| place.line), place.map(|place| place.column));
        put(&mut out, &Record::Failure { message: failure.message.clone(), line, column });
    }
    put(&mut out, &counts.verdict(run, program));
    out
}

fn finding_record<'a>(run: &Run<'a>, found: &'a Found) -> Record<'a> {
    let rule = found.finding.rule;
    let program = run.world.program();
    let actor = &program.actors[found.line.0];
    Record::Finding(FindingRecord {
        rule: rule.id(),
        sentence: rule.sentence(),
        severity: rule.severity().name(),
        bug_check: rule.bug_check(),
        parameters: rule.bug_check().map(|_| found.parameters),
        subject: &found.subject,
        actor: &actor.name,
        line: actor.actions[found.line.1].line,
        expected: program.expected.iter().any(|wanted| wanted.is_met_by(&found.finding)),
    })
}

fn put(out: &mut String, record: &Record<'_>) {
    // Plain data with string keys always serialises.
    out.push_str(&serde_json::to_string(record).expect("a record is plain data"));
    out.push('\n');
}

fn put_step(out: &mut String, run: &Run<'_>, entry: &Entry, step: &Taken) {
    let (Some(thread), Some(name)) = (changes::taker(&run.world, step), step.name) else { return };
    let changes = step.deltas.iter().filter_map(|delta| changes::of_delta(&run.world, step, delta));
    let program = run.world.program();
    put(
        out,
        &Record::Step(StepRecord {
            thread,
            line: program.actors[entry.actor].actions[entry.action].line,
            routine: name.routine,
            label: name.label,
            does: name.does,
            driver_line: step.place.and_then(|place| program.driver_line(place)).map(|line| line.number),
            changes: changes.map(Into::into).collect(),
        }),
    );
}

/// The counts of the objects after each line, replayed from the deltas.
struct Counts {
    calls: usize,
    checks: usize,
    after: Vec<(Id<Object>, u32, u32, bool)>,
}

impl Counts {
    fn of(run: &Run<'_>) -> Counts {
        let start = World::new(run.world.program());
        let objects = start.kernel().all::<Object>();
        let after = objects
            .map(|(object, header)| (object, header.handle_count, header.pointer_count, false))
            .collect();
        Counts { calls: 0, checks: 0, after }
    }

    fn note(&mut self, entry: &Entry) {
        use sim_core::delta::Change;
        use sim_core::record::Kind;
        for delta in entry.steps.iter().flat_map(|step| &step.deltas) {
            let Change::Field { kind: Kind::Object, at, field, to, .. } = delta.change else { continue };
            let object = Id::at(at);
            let at = self.after.iter().position(|row| row.0 == object).unwrap_or_else(|| {
                self.after.push((object, 0, 0, false));
                self.after.len() - 1
            });
            let row = &mut self.after[at];
            match sim_core::Kernel::fields(Kind::Object)[field as usize].name {
                "HandleCount" => row.1 = to as u32,
                "PointerCount" => row.2 = to as u32,
                "deleted" => row.3 = to != 0,
                _ => {}
            }
        }
    }

    fn verdict<'a>(&self, run: &Run<'_>, program: &'a Program) -> Record<'a> {
        let failed = run.not_held().count()
            + run.broken.len()
            + run.at_end.len()
            + run.awaited().count()
            + run.unexpected().count();
        Record::Verdict {
            file: &program.source().file,
            calls: self.calls,
            checks: self.checks,
            failed,
            unreached: run.missed().count(),
            held: run.held(),
        }
    }
}

fn object_record(world: &World<'_>, object: Id<Object>) -> ObjectRecord {
    let header = &world.kernel()[object];
    ObjectRecord {
        object: world.names().object(object),
        type_name: header.body.object_type().name(),
        handle_count: header.handle_count,
        pointer_count: header.pointer_count,
        deleted: header.deleted,
        held_by: None,
    }
}

fn entry_record<'a>(run: &'a Run<'a>, entry: &'a Entry, counts: &mut Counts) -> Record<'a> {
    let (world, program) = (&run.world, run.world.program());
    let actor = &program.actors[entry.actor];
    let action = &actor.actions[entry.action];
    let (line, text) = (action.line, &*action.text);
    let process = actor.process.map(|process| &*program.processes[process]);
    counts.note(entry);
    let objects =
        changes::touched(run, entry).into_iter().map(|object| at_the_time(world, object, counts)).collect();
    let changes = changes::of_entry(run, entry).into_iter().map(Into::into).collect();
    match (&entry.ending, &action.kind) {
        (Ending::Checked(refuted), _) => {
            counts.checks += 1;
            let (expected, found) =
                (refuted.as_ref().map(|r| r.expected.clone()), refuted.as_ref().map(|r| r.found.clone()));
            let thread = process.map(|_| &*actor.name);
            Record::Check { thread, actor: &actor.name, line, text, held: refuted.is_none(), expected, found }
        }
        (Ending::Interrupted, _) => Record::Interrupted { actor: &actor.name, line, text, objects, changes },
        (ending, ActionKind::Call(call)) => {
            counts.calls += 1;
            let (status, result, error) = match ending {
                Ending::Returned { result, .. } => (
                    Some(result.status.to_string()),
                    result.to_string(),
                    result.tells_error().then(|| result.error.to_string()),
                ),
                Ending::Done(status) => (Some(status.to_string()), status.to_string(), None),
                _ => (None, "does not return".into(), None),
            };
            let (thread, call, held) = (&*actor.name, call.row.spec.name, entry.held());
            Record::Call(CallRecord {
                thread,
                process,
                line,
                call,
                text,
                status,
                result,
                error,
                held,
                objects,
                changes,
            })
        }
        (ending, _) => {
            let status = match ending {
                Ending::Done(status) => status.to_string(),
                _ => "not done".into(),
            };
            Record::Event { actor: &actor.name, line, text, status, objects, changes }
        }
    }
}

/// An object as it was after the line whose deltas `counts` has seen last.
fn at_the_time(world: &World<'_>, object: Id<Object>, counts: &Counts) -> ObjectRecord {
    let header = world.kernel().get(object);
    let row = counts.after.iter().find(|row| row.0 == object).copied().unwrap_or((object, 0, 0, false));
    ObjectRecord {
        object: world.names().object(object),
        type_name: header.map_or("", |header| header.body.object_type().name()),
        handle_count: row.1,
        pointer_count: row.2,
        deleted: row.3,
        held_by: None,
    }
}
