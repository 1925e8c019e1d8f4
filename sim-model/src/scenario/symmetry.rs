//! Symmetry: states that differ only in names are one. The names are the places of records, the values of handles,
//! and which of several actors with the same lines is which.

use std::sync::{Mutex, PoisonError};

use sim_core::Handle;
use sim_core::encode::Encoder;
use sim_core::ob::policy::{HandlePolicy, Reuse};
use sim_core::record::Kind;
use sim_core::renaming::{Rename, Renaming};

use crate::lang::Binds;
use crate::lang::ast::CompareOp;
use crate::scenario::condition::{Condition, Term, TermKind, Value};
use crate::scenario::exchange::{Exchange, exchanges};
use crate::scenario::expect::Expectation;
use crate::scenario::field::Field;
use crate::scenario::observed::Observed;
use crate::scenario::program::{Action, ActionKind, Call, HandleArg, LabelId, ProcessArg, Program, Service};
use crate::scenario::service_names::Named;
use crate::scenario::world::{ActorState, Binding, Stage, World};
use crate::scenario::world_code::{
    actor_part, failed_part, label_part, observed_part, put_actor, put_binding, put_failed,
};

/// What can be renamed in the worlds of a program.
pub(super) struct Symmetry {
    ways: Vec<Way>,
    /// The processes whose tables have handles, if handles can be renamed.
    tables: Option<Vec<usize>>,
}

/// One exchange of actors, ready to use.
struct Way {
    exchange: Exchange,
    /// By actor: who takes its part. By label: which stands for it.
    actors_back: Vec<usize>,
    labels_back: Vec<LabelId>,
    /// The names that the exchange gives before the walk.
    names: Renaming,
}

/// Memory that is used again for each state. It holds nothing of a state, so that a copy is empty. Nobody ever waits for
/// the lock, which only lets states be shared.
#[derive(Default)]
pub(super) struct Scratch(Mutex<Memory>);

impl Clone for Scratch {
    fn clone(&self) -> Scratch {
        Scratch::default()
    }
}

#[derive(Default)]
struct Memory {
    names: Option<Renaming>,
    /// By actor: how far it is, without any names.
    progress: Vec<[usize; 3]>,
    bytes: Vec<u8>,
}

impl Symmetry {
    /// The symmetry of the worlds that come after `initial`.
    pub(super) fn of(initial: &World<'_>) -> Symmetry {
        let program = initial.program();
        // Who has a result tells actors apart that are alike otherwise. The first exchange leaves each as it is.
        let most = if initial.observed.is_empty() { usize::MAX } else { 1 };
        let exchanges = exchanges(program).into_iter().take(most);
        let ways = exchanges.map(|exchange| Way::of(exchange, initial)).collect();
        Symmetry { ways, tables: has_blind_handles(program).then(|| processes_with_handles(program)) }
    }

    /// Appends the smallest encoding that the world has under new names. `turn` is who moved last and how often
    /// somebody was stopped, if that is part of the state.
    pub(super) fn canonical(
        &self,
        world: &World<'_>,
        base: &World<'_>,
        turn: Option<(u32, u32)>,
        scratch: &Scratch,
        out: &mut Vec<u8>,
    ) {
        let mut memory = scratch.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Memory { names, progress, bytes } = &mut *memory;
        let names = names.get_or_insert_with(|| self.ways[0].names.clone());
        let limit = self.first_fixed_slot(world);
        let start = out.len();
        if let [way] = &self.ways[..] {
            names.restart(&way.names, world.kernel(), limit);
            return way.encode(world, base, turn, names, out);
        }
        progress.clear();
        progress.extend((0..world.program().actors.len()).map(|actor| progress_of(world, actor)));
        // Whoever is less far comes first, so that few exchanges are left to try.
        let Some(least) =
            self.ways.iter().min_by(|one, other| one.order(progress).cmp(other.order(progress)))
        else {
            return;
        };
        let first = |way: &&Way| way.order(progress).eq(least.order(progress));
        for way in self.ways.iter().filter(first) {
            bytes.clear();
            names.restart(&way.names, world.kernel(), limit);
            way.encode(world, base, turn, names, bytes);
            if out.len() == start || bytes[..] < out[start..] {
                out.truncate(start);
                out.extend_from_slice(bytes);
            }
        }
    }

    /// Appends the encoding of the world under other names: those of the `number`th exchange, then those that `ask`
    /// asks for, then those of the walk.
    pub(super) fn renamed(
        &self,
        world: &World<'_>,
        base: &World<'_>,
        number: usize,
        ask: &mut dyn FnMut(&mut Renaming),
        out: &mut Vec<u8>,
    ) {
        let way = &self.ways[number % self.ways.len()];
        let mut names = way.names.clone();
        names.restart(&way.names, world.kernel(), self.first_fixed_slot(world));
        ask(&mut names);
        way.encode(world, base, None, &mut names, out);
    }

    /// Slots from here on keep their names: the next handle of a process gets the first slot that was never used, and
    /// a handle's value is looked up in any of the tables.
    fn first_fixed_slot(&self, world: &World<'_>) -> u32 {
        let used = |process: &usize| world.kernel().table(world.process(*process)).used();
        self.tables.iter().flatten().map(used).min().unwrap_or(0)
    }
}

fn progress_of(world: &World<'_>, actor: usize) -> [usize; 3] {
    let (state, kernel) = (world.actor(actor), world.kernel());
    let depth = world.thread(actor).map_or(0, |thread| kernel.stack(thread).len());
    [state.next, usize::from(state.inside.is_some()), depth]
}

impl Way {
    fn of(exchange: Exchange, initial: &World<'_>) -> Way {
        let back = |forth: &[usize]| {
            let mut back = vec![0; forth.len()];
            forth.iter().enumerate().for_each(|(from, to)| back[*to] = from);
            back
        };
        let process = |process: usize| initial.process(process);
        let processes: Vec<_> =
            exchange.processes.iter().enumerate().map(|(from, to)| (process(from), process(*to))).collect();
        let threads: Vec<_> = (exchange.actors.iter().enumerate())
            .filter_map(|(from, to)| initial.thread(from).zip(initial.thread(*to)))
            .collect();
        Way {
            actors_back: back(&exchange.actors),
            labels_back: back(&exchange.labels),
            names: Renaming::new(initial.kernel(), &processes, &threads),
            exchange,
        }
    }

    /// How far each actor is after the exchange.
    fn order<'a>(&'a self, progress: &'a [[usize; 3]]) -> impl Iterator<Item = [usize; 3]> + 'a {
        self.actors_back.iter().map(|actor| progress[*actor])
    }

    /// Appends the world under the names that a walk gives after the exchange.
    fn encode(
        &self,
        world: &World<'_>,
        base: &World<'_>,
        turn: Option<(u32, u32)>,
        names: &mut Renaming,
        out: &mut Vec<u8>,
    ) {
        let kernel = world.kernel();
        kernel.name_roots(names);
        for label in &self.labels_back {
            renamed_binding(world.binding(*label), names);
        }
        for actor in &self.actors_back {
            renamed_actor(world.actor(*actor), names);
        }
        for observed in world.observed.iter().flatten() {
            renamed_observed(observed, names);
        }
        kernel.name_rest(names);
        if let Some((last, preemptions)) = turn {
            out.extend((names.reference(Kind::Thread, u64::from(last)) as u32).to_le_bytes());
            out.extend(preemptions.to_le_bytes());
        }
        kernel.encode_renamed(base.kernel(), names, out);
        let encoder = &mut Encoder::new(out);
        for (new, actor) in self.actors_back.iter().enumerate() {
            let state = renamed_actor(world.actor(*actor), names);
            if state != base.actor(new) {
                actor_part(new).put(encoder);
                put_actor(encoder, state);
            }
        }
        for (new, label) in self.labels_back.iter().enumerate() {
            let binding = renamed_binding(world.binding(*label), names);
            if binding != base.binding(new) {
                label_part(new).put(encoder);
                put_binding(encoder, binding);
            }
        }
        if world.failed() != base.failed() {
            failed_part().put(encoder);
            let failed = world.failed().map(|(actor, action)| (self.exchange.actors[actor], action));
            put_failed(encoder, failed);
        }
        for (line, observed) in world.observed.iter().enumerate() {
            if let Some(observed) = observed {
                observed_part(line).put(encoder);
                renamed_observed(observed, names).put(encoder);
            }
        }
    }
}

fn renamed_actor(state: ActorState, names: &mut Renaming) -> ActorState {
    let stage = match state.stage {
        Stage::First => Stage::First,
        Stage::Binding(port) => Stage::Binding(names.value(port)),
        Stage::Closing(status) => Stage::Closing(status),
        Stage::Own(iosb) => Stage::Own(names.value(iosb)),
    };
    ActorState { inside: names.value(state.inside), stage, ..state }
}

fn renamed_observed(observed: &Observed, names: &mut Renaming) -> Observed {
    match observed {
        Observed::Made(object) => Observed::Made(names.value(*object)),
        Observed::Checked(_) | Observed::Returned(_) => observed.clone(),
    }
}

fn renamed_binding(binding: Binding, names: &mut Renaming) -> Binding {
    match binding {
        Binding::Unbound => Binding::Unbound,
        Binding::Handle { process, handle, object } => Binding::Handle {
            process: names.value(process),
            handle: names.value(handle),
            object: names.value(object),
        },
        Binding::Operation(iosb) => Binding::Operation(names.value(iosb)),
        Binding::Buffer(buffer) => Binding::Buffer(names.value(buffer)),
        Binding::View(view) => Binding::View(names.value(view)),
        Binding::Packet(packet) => Binding::Packet(names.value(packet)),
        Binding::Value(value) => Binding::Value(value),
        Binding::Apc(apc) => Binding::Apc(names.value(apc)),
        Binding::Information(answer) => Binding::Information(names.value(answer)),
    }
}

/// The processes that a call looks a handle up in or makes one for: all, if a duplicate names one by a handle.
fn processes_with_handles(program: &Program) -> Vec<usize> {
    let mut named = Vec::new();
    for action in actions(program) {
        let ActionKind::Call(Call { service: Service::Duplicate { from, target, .. }, .. }) = action.kind
        else {
            continue;
        };
        for process in [from, target] {
            match process {
                ProcessArg::Named(process) => named.push(process),
                ProcessArg::Handle(_) => named.extend(0..program.processes.len()),
                ProcessArg::Own | ProcessArg::None => {}
            }
        }
    }
    program.actors.iter().filter_map(|actor| actor.process).chain(named).collect()
}

fn actions(program: &Program) -> impl Iterator<Item = &Action> {
    program.actors.iter().flat_map(|actor| &actor.actions)
}

/// Whether nothing in the program can tell the values of handles apart: no table is closed in the order of its values,
/// none is inherited, the order of closing alone decides which value comes next, no line expects a value, and no
/// condition says more of values than that two are the same.
fn has_blind_handles(program: &Program) -> bool {
    let expects_value = |action: &Action| match &action.kind {
        ActionKind::Call(call) => {
            call.expect.iter().any(|expected| matches!(expected, Expectation::Value(_)))
        }
        _ => false,
    };
    let checks = actions(program).filter_map(|action| match &action.kind {
        ActionKind::Check(condition) => Some(condition),
        _ => None,
    });
    let mut conditions = checks.chain(program.properties.iter().map(|property| &property.condition));
    let (Reuse::Lifo | Reuse::Fifo) = program.handles.reuse else { return false };
    program.handles.most_handles == HandlePolicy::default().most_handles
        && !(0..program.processes.len()).any(|process| may_end(program, process))
        && !actions(program).any(walks_a_table)
        && !actions(program).any(expects_value)
        && !actions(program).any(|action| passes_number(program, action))
        && conditions.all(|condition| is_blind(program, condition))
}

/// Whether the action may copy a table in the order of its values, or end a process that it names by a handle, at once
/// or when a job is closed.
fn walks_a_table(action: &Action) -> bool {
    let ActionKind::Call(call) = &action.kind else { return false };
    matches!(
        call.service,
        Service::CreateProcess { .. }
            | Service::Terminate { .. }
            | Service::CreateJob(_)
            | Service::JobPort { .. }
            | Service::Job { .. }
            | Service::JobProcess { .. }
    )
}

/// Whether the action passes a number as a handle, which then names a slot without having been given it.
fn passes_number(program: &Program, action: &Action) -> bool {
    let ActionKind::Call(call) = &action.kind else { return false };
    let is_number = |handle: HandleArg| match handle {
        // What no call gives is the value of no slot.
        HandleArg::Label(label) => !program.labels[label].unbound && !binds(program, label, Binds::Handle),
        HandleArg::Value(handle) => handle != Handle::NULL && !handle.is_negative(),
    };
    let mut passes = call.handles.iter().any(|handle| is_number(*handle));
    let mut service = call.service;
    service.each_named(&mut |named| {
        if let Named::Handle(handle) = named {
            passes |= is_number(*handle);
        }
    });
    passes
}

/// Whether some call gives the label such a result.
fn binds(program: &Program, label: LabelId, result: Binds) -> bool {
    let binds = |action: &Action| match &action.kind {
        ActionKind::Call(call) => {
            [call.label, call.second].contains(&Some(label)) && call.row.spec.binds == result
        }
        _ => false,
    };
    actions(program).any(binds)
}

/// Whether all threads of a process can be told to end.
fn may_end(program: &Program, process: usize) -> bool {
    let is_told = |actor: usize| {
        let own = program.actors[actor].actions.iter();
        own.map(|action| &action.kind)
            .any(|kind| matches!(kind, ActionKind::Call(Call { service: Service::ExitThread { .. }, .. })))
            || actions(program).any(|action| match action.kind {
                ActionKind::EndThread(thread) => thread == actor,
                ActionKind::EndProcess(ended) => ended == process,
                _ => false,
            })
    };
    let mut own =
        (0..program.actors.len()).filter(|actor| program.actors[*actor].process == Some(process)).peekable();
    let exits = |actor: &crate::scenario::program::Actor| {
        let is_exit = |action: &Action| {
            matches!(action.kind, ActionKind::Call(Call { service: Service::ExitProcess { .. }, .. }))
        };
        actor.process == Some(process) && actor.actions.iter().any(is_exit)
    };
    program.actors.iter().any(exits) || own.peek().is_some() && own.all(is_told)
}

fn is_blind(program: &Program, condition: &Condition) -> bool {
    match condition {
        Condition::Or(parts) | Condition::And(parts) => parts.iter().all(|part| is_blind(program, part)),
        Condition::Not(part) => is_blind(program, part),
        // No handle is zero.
        Condition::Is(_) => true,
        Condition::Compare { left, op, right } => {
            let equality = matches!(op, CompareOp::Equal | CompareOp::NotEqual);
            let value = |term| is_handle_value(program, term);
            let fixed = |term| value(term) || is_no_slot(term);
            !value(left) && !value(right) || equality && fixed(left) && fixed(right)
        }
    }
}

/// Whether the term can be the value of a handle.
fn is_handle_value(program: &Program, term: &Term) -> bool {
    let (TermKind::Label(label) | TermKind::Field(label, Field::Value)) = &term.kind else { return false };
    program.labels[*label].unbound || binds(program, *label, Binds::Handle)
}

/// Whether the term is a number that is the value of no entry of a table.
fn is_no_slot(term: &Term) -> bool {
    match &term.kind {
        TermKind::Number(number) | TermKind::Constant(Value::Number(number)) => {
            *number <= 0 || number % 4 != 0 || *number > i128::from(i32::MAX)
        }
        TermKind::Constant(Value::Operation(None)) => true,
        _ => false,
    }
}
