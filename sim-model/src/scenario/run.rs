//! Running a scenario: one call after another, with the system's own work done between calls.

use std::collections::BTreeMap;

use sim_core::delta::Delta;
use sim_core::drivers::program::place::DriverPlace;
use sim_core::finding::Finding;
use sim_core::frame::StepName;
use sim_core::io::irp::Irp;
use sim_core::io::port::Packet;
use sim_core::ps::schedule::{Choice, Step};
use sim_core::ps::thread::Thread;
use sim_core::{Id, NtStatus};

use crate::lang::ast::{PropertyKind, Span};
use crate::lang::{Diagnostic, Diagnostics};
use crate::scenario::at_end;
use crate::scenario::condition::{Condition, Refuted};
use crate::scenario::expect::Expectation;
use crate::scenario::faults::Happened;
use crate::scenario::files_mentioned::FilesMentioned;
use crate::scenario::findings::Found;
use crate::scenario::mentioned::mentioned;
use crate::scenario::program::{ActionKind, Program};
use crate::scenario::result::CallResult;
use crate::scenario::world::{Event, Move, World};

/// What happened, line by line.
pub struct Run<'p> {
    /// The world at the end.
    pub world: World<'p>,
    /// The lines that happened, in order of their beginning.
    pub entries: Vec<Entry>,
    /// Lines that never began, as (actor, action).
    pub unreached: Vec<(usize, usize)>,
    /// Properties of the scenario that this run breaks, each with the reason.
    pub broken: Vec<(usize, Refuted)>,
    /// It was stopped while something could still happen, as a schedule may be: then what was not reached says nothing.
    pub partial: bool,
    /// What else an exploration finds wrong with an end, if a schedule led to one; each as a sentence.
    pub at_end: Vec<String>,
    /// The rules that were broken.
    pub found: Vec<Found>,
    /// Every step in the order in which it was taken, as (entry, step of the entry).
    pub order: Vec<(usize, usize)>,
    /// The move of every step, in the same order.
    pub moves: Vec<Move>,
}

/// One line that happened.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who.
    pub actor: usize,
    /// Which of its actions.
    pub action: usize,
    /// The steps taken for it, and by the system in its wake.
    pub steps: Vec<Taken>,
    /// How it ended.
    pub ending: Ending,
    /// It goes on with a call that began in an earlier entry: something else happened in between.
    pub resumed: bool,
}

/// One step that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Who took it.
    pub thread: Option<Id<Thread>>,
    /// Its name; none for what the program did itself.
    pub name: Option<StepName>,
    /// The operation that it performs, if it is one of a driver that the scenario writes.
    pub place: Option<DriverPlace>,
    /// What it changed.
    pub deltas: Vec<Delta>,
    /// The IRPs that it speaks of, by place: a place is used again.
    pub irps: Vec<(Id<Irp>, Irp)>,
    /// The packets that it speaks of, by place.
    pub packets: Vec<(Id<Packet>, Packet)>,
    /// The files of a volume that it speaks of.
    pub files: FilesMentioned,
    /// The rules that it broke, and what with.
    pub found: Vec<(Finding, String)>,
}

impl Taken {
    /// Whether it is that a timer became due, which no thread does.
    pub fn is_timer_due(&self) -> bool {
        self.name.is_some_and(|name| name.routine == "KiTimerExpiration")
    }
}

/// How a line ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The call went on later, in another entry.
    Interrupted,
    /// The call has not returned.
    Blocked {
        /// Whether that was expected.
        met: bool,
    },
    /// The call returned.
    Returned {
        /// What.
        result: CallResult,
        /// Whether that was expected.
        met: bool,
    },
    /// The check holds, or why it does not.
    Checked(Option<Refuted>),
    /// The world's own action is done.
    Done(NtStatus),
}

impl Entry {
    /// Whether it is as the scenario expects.
    pub const fn held(&self) -> bool {
        match &self.ending {
            Ending::Blocked { met } | Ending::Returned { met, .. } => *met,
            Ending::Checked(refuted) => refuted.is_none(),
            Ending::Done(_) | Ending::Interrupted => true,
        }
    }
}

impl Run<'_> {
    /// Whether everything was as the scenario expects, and everything was reached.
    pub fn held(&self) -> bool {
        self.not_held().next().is_none()
            && self.missed().next().is_none()
            && self.broken.is_empty()
            && self.at_end.is_empty()
            && self.unexpected().next().is_none()
            && self.awaited().next().is_none()
    }

    /// Whether the system has stopped: then what was not reached, and a call that has not returned, say nothing.
    pub fn has_stopped(&self) -> bool {
        self.world.kernel().has_stopped()
    }

    /// Whether what is expected of lines, checks and ends counts: it tells of runs in which no allocation fails.
    pub fn counts_lines(&self) -> bool {
        self.world.kernel().failed_allocations() == 0
    }

    /// The lines that are not as expected.
    pub fn not_held(&self) -> impl Iterator<Item = &Entry> {
        let counts = self.counts_lines();
        self.entries.iter().filter(move |entry| counts && !entry.held())
    }

    /// The lines that never happened although they expect or check something.
    pub fn missed(&self) -> impl Iterator<Item = (usize, usize)> {
        let says_nothing = self.partial || self.has_stopped() || !self.counts_lines();
        let unreached = if says_nothing { &[][..] } else { &self.unreached[..] };
        unreached.iter().copied().filter(|(actor, action)| {
            match &self.world.program().actors[*actor].actions[*action].kind {
                ActionKind::Check(_) => true,
                ActionKind::Call(call) => !call.expect.is_empty(),
                _ => false,
            }
        })
    }
}

/// Runs a program: the first actor in the file that can go on does, one action at a time.
///
/// A timer becomes due, and a wait with a time limit runs out, only when nothing else can happen.
///
/// ```
/// use sim_model::{lang, scenario};
/// let text = "process app\n  thread main\n    CloseHandle(NULL) -> ERROR_INVALID_HANDLE\n";
/// let program = scenario::compile(lang::parse("null.kobj", text).unwrap()).unwrap();
/// assert!(scenario::run(&program).held());
/// ```
pub fn run(program: &Program) -> Run<'_> {
    Runner::of(program).run_to_end()
}

/// Runs a program along given moves, as an exploration found them, and no further.
///
/// # Panics
/// If a move cannot be made: the moves are not those of a run of this program.
pub fn run_moves<'p>(program: &'p Program, moves: &[Move]) -> Run<'p> {
    let mut runner = Runner::of(program);
    moves.iter().for_each(|step| runner.take(*step));
    runner.end()
}

/// Runs a program along the schedule that its scenario gives, and no further.
///
/// # Errors
/// A line of the schedule that names no move that can be made there, with its place and the moves that can.
pub fn run_schedule(program: &Program) -> Result<Run<'_>, Diagnostics> {
    let mut runner = Runner::of(program);
    for line in program.scenario.schedule.iter().flatten() {
        let mut moves = Vec::new();
        runner.world.enabled(&mut moves);
        let names = |step: &Move| runner.world.move_name(*step);
        let wanted = |step: &&Move| names(step) == (&*line.actor.value, line.text.value.clone());
        let Some(step) = moves.iter().find(wanted) else {
            let possible: Vec<String> =
                moves.iter().map(names).map(|(actor, text)| format!("{actor}: {text}")).collect();
            let mut diagnostics = Diagnostics::new(program.source().clone());
            let message = format!("{} cannot take the step `{}` here", line.actor.value, line.text.value);
            let span = Span { start: line.actor.span.start, end: line.text.span.end };
            diagnostics.push(
                Diagnostic::new(message)
                    .at(span, "the schedule does not fit the scenario from here on")
                    .help(format!("what can be done here: {}", possible.join("; "))),
            );
            return Err(diagnostics);
        };
        let step = *step;
        runner.take(step);
    }
    let mut run = runner.end();
    if !run.partial && run.world.failed().is_none() && !run.has_stopped() {
        judge_end(&mut run);
    }
    Ok(run)
}

/// Judges the end of a schedule as an exploration judges an end, so that a story that it found fails here too.
fn judge_end(run: &mut Run<'_>) {
    let sentences = [at_end::stuck_sentence(&run.world), at_end::left_sentence(&run.world)];
    run.at_end.extend(sentences.into_iter().flatten());
    run.broken.extend(broken_now(&run.world, PropertyKind::Eventually));
}

fn blocks_as_expected(program: &Program, actor: usize, action: usize) -> bool {
    match &program.actors[actor].actions[action].kind {
        ActionKind::Call(call) => call.expect.is_empty() || call.expect.contains(&Expectation::Blocks),
        _ => true,
    }
}

/// The scenario's properties of a kind that do not hold now. What speaks of a label that is not bound yet says nothing.
fn broken_now(world: &World<'_>, kind: PropertyKind) -> Vec<(usize, Refuted)> {
    let properties = world.program().properties.iter().enumerate();
    let of_ends = matches!(kind, PropertyKind::Finally | PropertyKind::Eventually);
    let known = |condition: &Condition| of_ends || condition.is_known(world);
    properties
        .filter(|(_, property)| property.kind == kind && known(&property.condition))
        .filter_map(|(at, property)| property.condition.refuted(world).map(|refuted| (at, refuted)))
        .collect()
}

pub(super) struct Runner<'p> {
    world: World<'p>,
    entries: Vec<Entry>,
    order: Vec<(usize, usize)>,
    moves: Vec<Move>,
    broken: Vec<(usize, Refuted)>,
    found: Vec<Found>,
    /// The last operation of a driver's program that each thread performed.
    places: BTreeMap<Id<Thread>, DriverPlace>,
    events: Vec<Event>,
    /// Which of the faults that can happen does, the first being 0.
    pub(super) fault_at: Option<usize>,
    /// How many could have happened so far.
    faults: usize,
    happened: Option<Happened>,
    /// The first invariant that did not hold, as a sentence; looked for if a fault is to happen.
    invariant: Option<String>,
}

impl<'p> Runner<'p> {
    pub(super) fn of(program: &'p Program) -> Runner<'p> {
        Runner {
            world: World::new(program),
            entries: Vec::new(),
            order: Vec::new(),
            moves: Vec::new(),
            broken: Vec::new(),
            found: Vec::new(),
            places: BTreeMap::new(),
            events: Vec::new(),
            fault_at: None,
            faults: 0,
            happened: None,
            invariant: None,
        }
    }

    /// Runs until nothing can happen any more.
    pub(super) fn run_to_end(mut self) -> Run<'p> {
        while self.next_action() || self.time_out() {}
        self.end()
    }

    /// The same, with the fault that happened and the invariant that did not hold.
    pub(super) fn run_to_faulty_end(mut self) -> (Option<Happened>, Option<String>, Run<'p>) {
        while self.next_action() || self.time_out() {}
        (self.happened.take(), self.invariant.take(), self.end())
    }

    /// The step, with the fault that is to happen there.
    fn with_fault(&mut self, step: Move, owner: usize) -> Move {
        let (Some(wanted), Move::Step(Step { thread, choice: Choice::Run })) = (self.fault_at, step) else {
            return step;
        };
        let Some(fault) = self.world.kernel().fault_of(thread) else { return step };
        self.faults += 1;
        if self.faults - 1 != wanted {
            return step;
        }
        let faulty = Step { thread, choice: Choice::Fault };
        let line = self.entries.get(owner).map_or((0, 0), |entry| (entry.actor, entry.action));
        let usual = self.world.kernel().step_name(Step { thread, choice: Choice::Run });
        self.happened = Some(Happened { fault, step: usual, line });
        Move::Step(faulty)
    }

    fn end(self) -> Run<'p> {
        let Runner { mut world, mut entries, order, moves, mut broken, found, .. } = self;
        let stopped = world.kernel().has_stopped();
        let program = world.program();
        world.forget();
        let mut possible = Vec::new();
        world.enabled(&mut possible);
        let partial = !possible.is_empty();
        for entry in &mut entries {
            if let Ending::Blocked { met } = &mut entry.ending {
                *met = partial || stopped || blocks_as_expected(program, entry.actor, entry.action);
            }
        }
        if !partial && !stopped && world.kernel().failed_allocations() == 0 {
            broken.extend(broken_now(&world, PropertyKind::Finally));
        }
        let begun = |actor: usize| {
            let state = world.actor(actor);
            state.next + usize::from(state.inside.is_some())
        };
        let unreached = (0..program.actors.len())
            .flat_map(|actor| {
                (begun(actor)..program.actors[actor].actions.len()).map(move |action| (actor, action))
            })
            .collect();
        Run { world, entries, unreached, broken, partial, at_end: Vec::new(), found, order, moves }
    }

    /// One action of the first actor that can go on, to its end or until it waits. False if none can.
    fn next_action(&mut self) -> bool {
        for actor in 0..self.world.program().actors.len() {
            if self.world.can_begin(actor) {
                self.take(Move::Begin(actor));
                self.go_on(actor);
                self.settle();
                return true;
            }
            if self.world.own_step(actor).is_some() {
                self.go_on(actor);
                self.settle();
                return true;
            }
        }
        self.settle()
    }

    fn go_on(&mut self, actor: usize) {
        while let Some(step) = self.world.own_step(actor) {
            self.take(Move::Step(step));
        }
    }

    /// Lets the system do its own work. False if there was none.
    fn settle(&mut self) -> bool {
        let mut worked = false;
        while let Some(step) = self.world.kernel().system_step() {
            self.take(Move::Step(step));
            worked = true;
        }
        worked
    }

    /// Lets time pass. False if nothing waits for time.
    fn time_out(&mut self) -> bool {
        let Some(step) = self.world.next_in_time() else { return false };
        self.take(Move::Step(step));
        true
    }

    fn take(&mut self, step: Move) {
        let thread = match step {
            Move::Begin(actor) => self.world.thread(actor),
            Move::Step(step) => Some(step.thread),
        };
        if let Move::Begin(actor) = step {
            let action = self.world.actor(actor).next;
            self.entries.push(Entry {
                actor,
                action,
                steps: Vec::new(),
                ending: Ending::Blocked { met: true },
                resumed: false,
            });
        }
        let owner = match step {
            Move::Begin(_) => self.entries.len() - 1,
            Move::Step(_) => self.resumed(thread),
        };
        let step = self.with_fault(step, owner);
        let place = self.place(step);
        let name = match step {
            Move::Begin(_) => None,
            Move::Step(step) => Some(self.world.kernel().step_name(step)),
        };
        self.moves.push(step);
        let mark = self.world.mark();
        self.world.take(step, &mut self.events);
        let deltas = self.world.since(mark).to_vec();
        let (irps, packets) = mentioned(self.world.kernel(), &deltas);
        let files = FilesMentioned::of(self.world.kernel(), &deltas);
        let line = self.entries.get(owner).map_or((0, 0), |entry| (entry.actor, entry.action));
        let new = self.world.kernel().findings().iter().skip(self.found.len());
        let at = place.or_else(|| self.place_of_caller(thread?));
        let new: Vec<Found> = new.map(|finding| Found::now(&self.world, finding, line, at)).collect();
        let found = new.iter().map(|found| (found.finding, found.subject.clone())).collect();
        self.found.extend(new);
        if let Some(entry) = self.entries.get_mut(owner) {
            self.order.push((owner, entry.steps.len()));
            entry.steps.push(Taken { thread, name, place, deltas, irps, packets, files, found });
        }
        for event in std::mem::take(&mut self.events) {
            self.note(event);
        }
        if self.fault_at.is_some() && self.invariant.is_none() {
            let broken = self.world.kernel().broken_invariant();
            self.invariant = broken.map(|broken| format!("{}: {}", broken.rule, broken.found));
        }
        for (at, refuted) in broken_now(&self.world, PropertyKind::Always) {
            if self.broken.iter().all(|(known, _)| *known != at) {
                self.broken.push((at, refuted));
            }
        }
    }

    /// The operation of a driver's program that a step will perform.
    fn place(&mut self, step: Move) -> Option<DriverPlace> {
        let Move::Step(step) = step else { return None };
        let place = self.world.kernel().driver_place(step.thread).filter(|_| step.choice == Choice::Run)?;
        self.places.insert(step.thread, place);
        Some(place)
    }

    /// The operation of a driver's program that has led the thread to where it is.
    fn place_of_caller(&self, thread: Id<Thread>) -> Option<DriverPlace> {
        let place = self.places.get(&thread)?;
        self.world.kernel().is_in_driver_program(thread).then_some(*place)
    }

    /// The entry that a step belongs to. If something else happened since the last step of its line, a new one: so
    /// that entries stand in the order in which things happened.
    fn resumed(&mut self, thread: Option<Id<Thread>>) -> usize {
        let owner = self.owner(thread);
        let last = self.entries.len().saturating_sub(1);
        if owner == last {
            return owner;
        }
        let (actor, action) = (self.entries[owner].actor, self.entries[owner].action);
        self.entries[owner].ending = Ending::Interrupted;
        let ending = Ending::Blocked { met: true };
        self.entries.push(Entry { actor, action, steps: Vec::new(), ending, resumed: true });
        last + 1
    }

    /// The entry that a step belongs to: the unfinished one of its thread, else the latest.
    fn owner(&self, thread: Option<Id<Thread>>) -> usize {
        let own = |entry: &Entry| {
            matches!(entry.ending, Ending::Blocked { .. })
                && thread.is_some()
                && self.world.actor(entry.actor).inside == thread
        };
        self.entries.iter().rposition(own).unwrap_or(self.entries.len().saturating_sub(1))
    }

    fn note(&mut self, event: Event) {
        let (actor, action, ending) = match event {
            Event::Returned { actor, action, result, met } => {
                (actor, action, Ending::Returned { result, met })
            }
            Event::Checked { actor, action, refuted } => (actor, action, Ending::Checked(refuted)),
            Event::Done { actor, action, status } => (actor, action, Ending::Done(status)),
        };
        if let Some(entry) =
            self.entries.iter_mut().rfind(|entry| (entry.actor, entry.action) == (actor, action))
        {
            entry.ending = ending;
        }
    }
}
