//! A program as a space of states: every order in which its threads, the devices and the system can take their steps.

use sim_core::finding::Finding;
use sim_core::part::Part;
use sim_core::renaming::Renaming;

use crate::explore::{Marks, Rule, RuleKind, System};
use crate::lang::ast::PropertyKind;
use crate::scenario::at_end;
use crate::scenario::findings::sentence;
use crate::scenario::image::Image;
use crate::scenario::program::Program;
use crate::scenario::symmetry::{Scratch, Symmetry};
use crate::scenario::world::{Event, Mark, Move, World};

/// All runs of a program.
pub struct ProgramSpace<'p> {
    program: &'p Program,
    /// The world at the beginning; what is as it was there need not be stored.
    initial: World<'p>,
    rules: Vec<Rule>,
    preemptions: Option<u32>,
    symmetry: Symmetry,
}

/// A state on the way, with what undoing the last move needs.
#[derive(Clone)]
pub struct SpaceState<'p> {
    /// The world.
    pub world: World<'p>,
    /// Where each step since the state was loaded began, for undoing it.
    before: Vec<(Mark, Turn)>,
    events: Vec<Event>,
    /// The encoding of the world that was loaded last.
    image: Image,
    /// The parts that may differ from it, in their order.
    changed: Vec<Part>,
    /// Who moved last, and how often somebody was stopped who could have gone on; only if that is bounded.
    turn: Turn,
    scratch: Scratch,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Turn {
    /// The thread's place plus one; 0 before the first move.
    last: u32,
    preemptions: u32,
}

/// The rule that the kernel's invariants hold.
pub const INVARIANTS: usize = 0;
/// The rule that every line is as expected.
pub const EXPECTATIONS: usize = 1;
/// The rule that no driver breaks a rule of the Verifier.
pub const BUG_CHECKS: usize = 2;
/// The rule that no thread is stuck at the end.
pub const STUCK: usize = 3;
/// The rule that nothing is left for ever at the end.
pub const LEFT: usize = 4;
/// The first of the scenario's own rules.
const OWN: usize = 5;

impl<'p> ProgramSpace<'p> {
    /// The runs of a program, with at most so many preemptions.
    pub fn new(program: &'p Program, preemptions: Option<u32>) -> ProgramSpace<'p> {
        let mut rules = vec![
            Rule::new(RuleKind::Always, "the kernel's counts agree with who holds whom"),
            Rule::new(RuleKind::Always, "every line is as expected"),
            Rule::new(RuleKind::Always, "no driver breaks a rule of Driver Verifier"),
            Rule::new(RuleKind::AtEnd, "every thread comes to the end of its lines"),
            Rule::new(RuleKind::AtEnd, "nothing is left that no cancel, close or exit can release"),
        ];
        rules.extend(program.properties.iter().map(|property| {
            let kind = match property.kind {
                PropertyKind::Always => RuleKind::Always,
                PropertyKind::Sometimes => RuleKind::Sometimes,
                PropertyKind::Eventually => RuleKind::Eventually,
                PropertyKind::Finally => RuleKind::AtEnd,
            };
            Rule::new(kind, property.name.clone())
        }));
        let expected = program.expected.iter();
        rules.extend(expected.map(|wanted| Rule::new(RuleKind::Sometimes, wanted.text.clone())));
        ProgramSpace::of(World::new(program), rules, preemptions)
    }

    /// The same, but a state also says what each line has given, and no rule ends a run or the search: every way in
    /// which the program can end is an end of this space.
    pub fn of_outcomes(program: &'p Program, preemptions: Option<u32>) -> ProgramSpace<'p> {
        ProgramSpace::of(World::observing(program), Vec::new(), preemptions)
    }

    fn of(initial: World<'p>, rules: Vec<Rule>, preemptions: Option<u32>) -> ProgramSpace<'p> {
        let symmetry = Symmetry::of(&initial);
        ProgramSpace { program: initial.program(), initial, rules, preemptions, symmetry }
    }

    /// Marks what holds and fails in a world, whether or not its run goes on.
    pub fn judge_world(&self, world: &World<'p>, marks: &mut Marks) {
        marks.check(INVARIANTS, world.kernel().broken_invariant().is_none());
        self.judge_lines(world, marks);
    }

    fn judge_lines(&self, world: &World<'p>, marks: &mut Marks) {
        marks.check(EXPECTATIONS, world.failed().is_none());
        let found = world.kernel().findings();
        marks.check(BUG_CHECKS, found.iter().all(|finding| self.expects(finding)));
        let first = OWN + self.program.properties.len();
        for (at, wanted) in self.program.expected.iter().enumerate() {
            if found.iter().any(|finding| wanted.is_met_by(finding)) {
                marks.exercise(first + at);
            }
        }
        for (at, property) in self.program.properties.iter().enumerate() {
            let holds = property.condition.holds(world);
            match property.kind {
                PropertyKind::Always => marks.check(OWN + at, holds || !property.condition.is_known(world)),
                PropertyKind::Sometimes if holds => marks.exercise(OWN + at),
                PropertyKind::Eventually => {
                    marks.check(OWN + at, holds || world.kernel().failed_allocations() > 0);
                }
                _ => {}
            }
        }
    }

    fn expects(&self, finding: &Finding) -> bool {
        self.program.expected.iter().any(|wanted| wanted.is_met_by(finding))
    }

    /// The world at the beginning, which encodings are relative to.
    pub const fn initial_world(&self) -> &World<'p> {
        &self.initial
    }

    /// Appends the encoding of a state that is symmetric to this one: with other names, first those of one of the
    /// exchanges of actors, then those that `ask` asks for. For tests of what [`System::canonical`] is taken for.
    #[doc(hidden)]
    pub fn put_renamed(
        &self,
        state: &SpaceState<'p>,
        exchange: usize,
        ask: &mut dyn FnMut(&mut Renaming),
        out: &mut Vec<u8>,
    ) {
        self.symmetry.renamed(&state.world, &self.initial, exchange, ask, out);
    }
}

impl<'p> System for ProgramSpace<'p> {
    type State = SpaceState<'p>;
    type Step = Move;

    fn initial(&self) -> SpaceState<'p> {
        SpaceState {
            world: self.initial.clone(),
            before: Vec::new(),
            events: Vec::new(),
            image: Image::default(),
            changed: Vec::new(),
            turn: Turn::default(),
            scratch: Scratch::default(),
        }
    }

    fn encode(&self, state: &SpaceState<'p>, out: &mut Vec<u8>) {
        if self.preemptions.is_some() {
            out.extend(state.turn.last.to_le_bytes());
            out.extend(state.turn.preemptions.to_le_bytes());
        }
        state.image.put(&state.world, &self.initial, &state.changed, out);
    }

    fn canonical(&self, state: &SpaceState<'p>, out: &mut Vec<u8>) {
        let turn = self.preemptions.map(|_| (state.turn.last, state.turn.preemptions));
        self.symmetry.canonical(&state.world, &self.initial, turn, &state.scratch, out);
    }

    fn decode(&self, bytes: &[u8], state: &mut SpaceState<'p>) {
        let mut bytes = bytes;
        if self.preemptions.is_some() {
            let number = |at: usize| bytes[at..at + 4].try_into().map_or(0, u32::from_le_bytes);
            state.turn = Turn { last: number(0), preemptions: number(4) };
            bytes = &bytes[8..];
        }
        state.image.load(bytes, &mut state.world, &self.initial);
        state.changed.clear();
        state.before.clear();
    }

    fn enabled(&self, state: &SpaceState<'p>, out: &mut Vec<Move>) {
        // A line that is not as expected ends the run: what comes after it says nothing.
        if state.world.failed().is_some() {
            return;
        }
        state.world.enabled(out);
        if self.preemptions.is_some_and(|most| state.turn.preemptions >= most) {
            let own = |step: &Move| state.world.mover(*step).index() as u32 + 1 == state.turn.last;
            if out.iter().any(own) {
                out.retain(own);
            }
        }
    }

    fn take(&self, state: &mut SpaceState<'p>, step: Move) {
        state.before.push((state.world.mark(), state.turn));
        if self.preemptions.is_some() {
            let mover = state.world.mover(step).index() as u32 + 1;
            let mut moves = Vec::new();
            state.world.enabled(&mut moves);
            let could_go_on =
                moves.iter().any(|other| state.world.mover(*other).index() as u32 + 1 == state.turn.last);
            state.turn.preemptions += u32::from(mover != state.turn.last && could_go_on);
            state.turn.last = mover;
        }
        state.events.clear();
        state.world.take(step, &mut state.events);
        state.find_changed();
    }

    fn undo(&self, state: &mut SpaceState<'p>, _step: Move) {
        if let Some((mark, turn)) = state.before.pop() {
            state.world.undo_to(mark);
            state.turn = turn;
            state.find_changed();
        }
    }

    /// A step that is its thread's own affair. A call that returns, and all that a rule, a check or a label speaks of,
    /// is never part of such a step. A line that is not as expected ends the run and so bars it too, but that line
    /// fails just as well after it, in a state that differs only in where the thread is inside its call.
    ///
    /// With a bound on preemptions each step depends on who moved before it, and there is none.
    fn local_step(&self, state: &SpaceState<'p>) -> Option<Move> {
        if self.preemptions.is_some() || state.world.failed().is_some() {
            return None;
        }
        state.world.kernel().local_step().map(Move::Step)
    }

    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn judge(&self, state: &SpaceState<'p>, marks: &mut Marks) {
        if self.rules.is_empty() {
            return;
        }
        let loaded = Mark::default();
        // The state that was loaded was judged when it was found.
        if state.world.mark() != loaded && !state.world.kernel().may_have_broken(0) {
            marks.check(INVARIANTS, true);
        } else {
            marks.check(INVARIANTS, state.world.kernel().broken_invariant().is_none());
        }
        self.judge_lines(&state.world, marks);
    }

    fn judge_end(&self, state: &SpaceState<'p>, marks: &mut Marks) {
        let world = &state.world;
        if world.failed().is_some() || self.rules.is_empty() {
            return;
        }
        // What a stopped system leaves undone says nothing.
        let stopped = world.kernel().has_stopped();
        marks.check(STUCK, stopped || at_end::stuck(world).is_none());
        marks.check(LEFT, stopped || !at_end::leaves_something(world));
        // What a scenario says of ends it says of the runs in which nothing fails.
        let stopped = stopped || world.kernel().failed_allocations() > 0;
        for (at, property) in self.program.properties.iter().enumerate() {
            if property.kind == PropertyKind::Finally {
                marks.check(OWN + at, stopped || property.condition.holds(world));
            }
        }
    }

    fn explain(&self, state: &SpaceState<'p>, rule: usize) -> String {
        let world = &state.world;
        match rule {
            INVARIANTS => {
                world.kernel().broken_invariant().map(|broken| format!("{}: {}", broken.rule, broken.found))
            }
            EXPECTATIONS => world.failed().map(|(actor, action)| {
                let line = &self.program.actors[actor].actions[action];
                format!("line {}, `{}`, is not as expected", line.line, line.text)
            }),
            BUG_CHECKS => world
                .kernel()
                .findings()
                .iter()
                .find(|finding| !self.expects(finding))
                .map(|finding| format!("{} ({})", sentence(finding), world.subject_of(finding))),
            STUCK => at_end::stuck_sentence(world),
            LEFT => at_end::left_sentence(world),
            own => self
                .program
                .properties
                .get(own - OWN)
                .and_then(|property| property.condition.refuted(world).map(|refuted| refuted.to_string())),
        }
        .unwrap_or_else(|| self.rules[rule].name.clone())
    }

    fn actor(&self, step: Move) -> usize {
        // Fairness is owed to each thread; a scenario has far fewer than 64.
        match step {
            Move::Begin(actor) => 32 + actor % 32,
            Move::Step(step) => step.thread.index() % 32,
        }
    }
}

impl SpaceState<'_> {
    fn find_changed(&mut self) {
        self.changed.clear();
        self.world.changed_parts(&mut self.changed);
        self.changed.sort_unstable();
        self.changed.dedup();
    }
}
