//! A scenario performed call by call: what real Windows is to do, and what the model says of it.

use std::collections::BTreeMap;
use std::fmt;

use sim_core::Id;
use sim_core::drivers::DriverKind;
use sim_core::profile::Arch;
use sim_core::ps::process::Process;
use sim_windows::script::{self, Arg, Deed, Script, Step, Thread};
use sim_windows::trace::{FORMAT, Header, Outcome, Record, Returned, Trace};

use crate::lang::ast;
use crate::scenario::program::{ActionKind, LabelId, Marks};
use crate::scenario::result::CallResult;
use crate::scenario::world::{Binding, Event, Move};
use crate::scenario::{Program, World};
use crate::trace::{arguments, facts};

/// A scenario's calls in the order in which they begin, for another machine, and the model's own trace of them.
///
/// Each call goes on to its end, with everything that it sets going, before the next one begins: so that what can be seen
/// between two calls is the same for whoever looks, at whatever pace the threads go.
///
/// ```
/// use sim_model::trace::Performance;
/// use sim_model::{lang, scenario};
/// let text = "process app\n  thread main\n    e = CreateEvent()\n    CloseHandle(e)\n    CloseHandle(e)\n";
/// let program = scenario::compile(lang::parse("twice.kobj", text).unwrap()).unwrap();
/// let performance = Performance::of(&program).unwrap();
/// let outcomes: Vec<String> = performance.trace.records.iter().map(|record| record.outcome.to_string()).collect();
/// assert_eq!(outcomes, ["handle", "TRUE", "FALSE, ERROR_INVALID_HANDLE"]);
/// assert_eq!(performance.trace.records[0].observed["e"]["HandleCount"].to_string(), "1");
/// ```
#[derive(Clone, Debug)]
pub struct Performance {
    /// What is to be done.
    pub script: Script,
    /// What the model says of it.
    pub trace: Trace,
    /// The first line that passes on the value of a closed handle, after another handle was made, or of a handle that
    /// another process alone has. Which value a new handle gets is the system's choice: what such a value names, another system may answer
    /// otherwise.
    pub recycles: Option<usize>,
}

/// Why real Windows cannot perform a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unperformable {
    /// The place in the scenario.
    pub span: ast::Span,
    /// What is there.
    pub found: String,
    /// Why it is the model's alone.
    pub why: &'static str,
}

impl fmt::Display for Unperformable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.found, self.why)
    }
}

impl std::error::Error for Unperformable {}

impl Performance {
    /// Performs a program on the model.
    ///
    /// # Errors
    /// The first thing in it that exists in the model alone.
    pub fn of(program: &Program) -> Result<Performance, Unperformable> {
        real_alone(program)?;
        let mut performer = Performer {
            world: World::new(program),
            inside: BTreeMap::new(),
            steps: Vec::new(),
            closed: BTreeMap::new(),
            made: 0,
            recycles: None,
        };
        while performer.next() {}
        let records = performer.steps.iter().flat_map(|step| step.expected.clone()).collect();
        let made_by_call = program.marks.iter().map(|marks| marks.made_by_call);
        let processes = program.processes.iter().cloned().zip(made_by_call);
        let threads = program.actors.iter().filter_map(|actor| Some((actor.name.clone(), actor.process?)));
        Ok(Performance {
            recycles: performer.recycles,
            script: Script {
                processes: processes
                    .map(|(name, made_by_call)| script::Process { name, made_by_call })
                    .collect(),
                threads: threads.map(|(name, process)| Thread { name, process }).collect(),
                volumes: program.devices.iter().map(|device| device.name.clone()).collect(),
                steps: performer.steps,
            },
            trace: Trace {
                header: Header {
                    kobj_trace: FORMAT,
                    recorded_by: concat!("kobj ", env!("CARGO_PKG_VERSION")).into(),
                    system: "model".into(),
                    profile: program.profile.version.name().into(),
                    scenario: program.source().text.to_string(),
                },
                records,
            },
        })
    }
}

/// Whether everything in a program exists on real Windows.
fn real_alone(program: &Program) -> Result<(), Unperformable> {
    let refuse = |span, found: String, why| Err(Unperformable { span, found, why });
    let is_volume = |device: &&ast::Device| device.driver.value == DriverKind::Ntfs.name();
    if let Some(device) = program.scenario.devices.iter().find(|device| !is_volume(device)) {
        let found = format!("device {}", device.name.value);
        return refuse(device.name.span, found, "its driver exists in the model alone");
    }
    if program.profile.arch != Arch::X64 {
        let span = program.scenario.arch.as_ref().map_or_else(ast::Span::default, |arch| arch.span);
        return refuse(span, "arch x86".into(), "a recorder's processes have 64 bits");
    }
    let limit = program.scenario.policies.iter().find_map(|policy| match policy {
        ast::Policy::Limit(number) => Some(number.span),
        _ => None,
    });
    if let Some(span) = limit {
        return refuse(span, "a limit of handles".into(), "it can be set in the model alone");
    }
    for (process, marks) in program.scenario.processes().zip(&program.marks) {
        if *marks != (Marks { made_by_call: marks.made_by_call, ..Marks::default() }) {
            let found = format!("process {}", process.name.value);
            return refuse(process.name.span, found, "a recorder cannot debug it, nor set its handle checks");
        }
    }
    Ok(())
}

/// A thread of the script, by place.
type ThreadPlace = usize;

struct Performer<'p> {
    world: World<'p>,
    /// The call that a thread is inside, as its actor's action.
    inside: BTreeMap<ThreadPlace, usize>,
    steps: Vec<Step>,
    /// The labels whose handle is closed, each with how many handles had been made when it was.
    closed: BTreeMap<LabelId, usize>,
    /// How many handles were made.
    made: usize,
    recycles: Option<usize>,
}

impl Performer<'_> {
    /// The next line, and everything that it sets going. False if nothing can happen any more.
    fn next(&mut self) -> bool {
        let actors = 0..self.world.program().actors.len();
        let next = actors.into_iter().find(|actor| self.world.can_begin(*actor)).map(Move::Begin);
        let Some(step) = next.or_else(|| self.world.next_in_time().map(Move::Step)) else { return false };
        let begun = match step {
            Move::Begin(actor) => Some((actor, self.world.actor(actor).next)),
            Move::Step(_) => None,
        };
        if let Some((actor, action)) = begun {
            self.begin(actor, action);
        }
        let mut events = Vec::new();
        self.world.take(step, &mut events);
        while let Some(step) = self.quiet_step() {
            self.world.take(step, &mut events);
        }
        self.world.forget();
        self.note_handles(&events);
        self.note(begun, &events);
        true
    }

    /// A step inside a call that has begun, or of the system.
    fn quiet_step(&self) -> Option<Move> {
        let actors = 0..self.world.program().actors.len();
        let own = actors.into_iter().find_map(|actor| self.world.own_step(actor));
        own.or_else(|| self.world.kernel().system_step()).map(Move::Step)
    }

    fn begin(&mut self, actor: usize, action: usize) {
        let program = self.world.program();
        let line = &program.actors[actor].actions[action];
        let deed = match &line.kind {
            ActionKind::Call(_) => {
                let thread = self.place(actor);
                self.inside.insert(thread, action);
                let call = call_of(program, actor, action);
                let own = self.world.thread(actor).map(|thread| self.world.kernel()[thread].process);
                // A duplicate says whose its source is.
                let from = ["hSourceProcessHandle", "SourceProcessHandle"];
                let says = from.iter().any(|name| call.args.contains_key(*name));
                let whose = |name: &str| (!says || !name.ends_with("SourceHandle")).then_some(own).flatten();
                if call.args.iter().any(|(name, arg)| self.is_recycled(arg, whose(name))) {
                    self.recycles = self.recycles.or(Some(line.line));
                }
                Deed::Call { thread, call }
            }
            ActionKind::EndProcess(process) => Deed::EndProcess(*process),
            ActionKind::EndThread(thread) => Deed::EndThread(self.place(*thread)),
            // A check asks the model; a device is not real.
            // When the system writes and trims, nobody outside can say.
            ActionKind::Check(_)
            | ActionKind::Complete { .. }
            | ActionKind::Calls { .. }
            | ActionKind::System { .. } => return,
        };
        self.steps.push(Step { line: line.line, deed, expected: Vec::new() });
    }

    /// Whether what is passed is the value of a closed handle, and another handle was made since; or one that means
    /// something to another process, if it is passed in this one.
    fn is_recycled(&self, arg: &Arg, own: Option<Id<Process>>) -> bool {
        match arg {
            Arg::Label(label) => {
                let label = self.world.program().labels.iter().position(|known| known.name == *label);
                // A value of another process may be anything here, unless the handle was inherited.
                let foreign = label.zip(own).is_some_and(|(label, own)| match self.world.binding(label) {
                    Binding::Handle { process, handle, object: Some(object) } if process != own => {
                        let entry = self.world.kernel().entry(own, handle);
                        entry.is_none_or(|entry| entry.object != Some(object))
                    }
                    _ => false,
                });
                let closed = label.and_then(|label| self.closed.get(&label));
                foreign || closed.is_some_and(|made| self.made > *made)
            }
            Arg::List(list) => list.iter().any(|arg| self.is_recycled(arg, own)),
            _ => false,
        }
    }

    /// Looks which handles were made and closed.
    fn note_handles(&mut self, events: &[Event]) {
        let made = |event: &&Event| matches!(event, Event::Returned { result, .. } if result.value.is_some());
        for (at, _) in self.world.program().labels.iter().enumerate() {
            let Binding::Handle { process, handle, object: Some(object) } = self.world.binding(at) else {
                continue;
            };
            let entry = self.world.kernel().entry(process, handle);
            // Another handle to the same object may get the value; it is not this one.
            if entry.is_none_or(|entry| entry.object != Some(object)) {
                self.closed.entry(at).or_insert(self.made);
            }
        }
        self.made += events.iter().filter(made).count();
    }

    /// The place of an actor among the threads.
    fn place(&self, actor: usize) -> ThreadPlace {
        self.world.program().actors[..actor].iter().filter(|actor| actor.process.is_some()).count()
    }

    /// Writes what came of a line: who returned, in the order of the threads, and what can be seen now.
    fn note(&mut self, begun: Option<(usize, usize)>, events: &[Event]) {
        let program = self.world.program();
        let mut records: BTreeMap<ThreadPlace, Record> = BTreeMap::new();
        for event in events {
            let Event::Returned { actor, action, result, .. } = event else { continue };
            let thread = self.place(*actor);
            self.inside.remove(&thread);
            records.insert(thread, self.record(*actor, *action, Outcome::Returned(returned(result))));
        }
        let mut alone = None;
        if let Some((actor, action)) = begun {
            match &program.actors[actor].actions[action].kind {
                ActionKind::Check(_)
                | ActionKind::Complete { .. }
                | ActionKind::Calls { .. }
                | ActionKind::System { .. } => return,
                ActionKind::Call(_) => {
                    let thread = self.place(actor);
                    let outcome = if self.inside.contains_key(&thread) && !self.is_over(actor) {
                        Outcome::Blocked
                    } else {
                        self.inside.remove(&thread);
                        Outcome::Done
                    };
                    records.entry(thread).or_insert_with(|| self.record(actor, action, outcome));
                }
                ActionKind::EndProcess(_) | ActionKind::EndThread(_) => {
                    alone = Some(self.record(actor, action, Outcome::Done));
                }
            }
        }
        let mut records: Vec<Record> = records.into_values().chain(alone).collect();
        if let Some(last) = records.last_mut() {
            last.observed = facts::seen(&self.world);
        }
        if let Some(step) = self.steps.last_mut() {
            // What the passing of time brings belongs to the line before it.
            step.expected.append(&mut records);
        }
    }

    /// Whether the actor is no longer inside a call.
    fn is_over(&self, actor: usize) -> bool {
        self.world.actor(actor).inside.is_none()
    }

    fn record(&self, actor: usize, action: usize, outcome: Outcome) -> Record {
        let program = self.world.program();
        let who = &program.actors[actor];
        let is_call = matches!(who.actions[action].kind, ActionKind::Call(_));
        Record {
            line: who.actions[action].line,
            thread: is_call.then(|| who.name.clone()),
            call: is_call.then(|| call_of(program, actor, action)),
            outcome,
            observed: BTreeMap::new(),
        }
    }
}

/// The call of an action, as it is written.
fn call_of(program: &Program, actor: usize, action: usize) -> sim_windows::script::Call {
    let ActionKind::Call(compiled) = &program.actors[actor].actions[action].kind else { return nothing() };
    let Some(ast::ActionKind::Call { label, second, call, .. }) = written(program, actor, action) else {
        return nothing();
    };
    let name = |name: &Option<ast::Name>| name.as_ref().map(|name| name.value.clone());
    let (label, second) = (name(label), name(second));
    arguments::call(program, &compiled.row.spec, call, label.as_deref(), second.as_deref())
}

fn nothing() -> sim_windows::script::Call {
    sim_windows::script::Call { name: String::new(), label: None, second: None, args: BTreeMap::new() }
}

/// The action as it stands in the tree: actors and their actions are in the same order there.
fn written(program: &Program, actor: usize, action: usize) -> Option<&ast::ActionKind> {
    let actors = program.scenario.actors.iter().flat_map(|actor| match actor {
        ast::Actor::Process(process) => {
            process.threads.iter().map(|thread| &thread.actions).collect::<Vec<_>>()
        }
        ast::Actor::Environment(environment) => vec![&environment.actions],
    });
    actors.into_iter().nth(actor)?.get(action).map(|action| &action.value)
}

/// A result without what is free on another machine.
fn returned(result: &CallResult) -> Returned {
    let text = result.to_string();
    let (result, error) =
        text.split_once(", ").map_or((&*text, None), |(result, error)| (result, Some(error)));
    let result = if result.starts_with("handle ") { "handle" } else { result };
    Returned { result: result.to_owned(), error: error.map(str::to_owned) }
}
