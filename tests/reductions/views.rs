//! What a search must find with and without a reduction.

use std::collections::BTreeSet;

use sim_model::explore::{Marks, RuleKind, Settings, System, explore_space};
use sim_model::scenario::Program;
use sim_model::scenario::condition::{Term, TermKind};
use sim_model::scenario::field::{Field, Nth, PacketField};
use sim_model::scenario::space::{ProgramSpace, SpaceState};
use sim_model::scenario::world::{Move, World};
use sim_model::{lang, scenario};

/// The program of a scenario's text.
pub(crate) fn program(text: &str) -> Program {
    let parsed = lang::parse("random.kobj", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    scenario::compile(parsed).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A program's runs without its rules: a search of it goes on after a state that breaks one.
pub(crate) struct Unjudged<'p>(pub(crate) ProgramSpace<'p>);

impl<'p> System for Unjudged<'p> {
    type State = SpaceState<'p>;
    type Step = Move;

    fn initial(&self) -> SpaceState<'p> {
        self.0.initial()
    }
    fn encode(&self, state: &SpaceState<'p>, out: &mut Vec<u8>) {
        self.0.encode(state, out);
    }
    fn canonical(&self, state: &SpaceState<'p>, out: &mut Vec<u8>) {
        self.0.canonical(state, out);
    }
    fn decode(&self, bytes: &[u8], state: &mut SpaceState<'p>) {
        self.0.decode(bytes, state);
    }
    fn enabled(&self, state: &SpaceState<'p>, out: &mut Vec<Move>) {
        self.0.enabled(state, out);
    }
    fn take(&self, state: &mut SpaceState<'p>, step: Move) {
        self.0.take(state, step);
    }
    fn undo(&self, state: &mut SpaceState<'p>, step: Move) {
        self.0.undo(state, step);
    }
    fn local_step(&self, state: &SpaceState<'p>) -> Option<Move> {
        self.0.local_step(state)
    }
}

/// What all states together show.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// The rules that some state breaks, by their number.
    pub(crate) broken: BTreeSet<usize>,
    /// The `sometimes` lines that some state meets.
    pub(crate) met: BTreeSet<usize>,
    /// The ends at which every line so far was as expected, exactly.
    pub(crate) ends: BTreeSet<Vec<u8>>,
    /// What a program sees at the other ends.
    pub(crate) failed_ends: BTreeSet<String>,
    /// All ends, up to symmetry.
    pub(crate) orbits: BTreeSet<Vec<u8>>,
    /// Those at which every line was as expected, up to symmetry.
    pub(crate) good_orbits: BTreeSet<Vec<u8>>,
}

impl Findings {
    /// What is exactly the same whichever of the orders that differ only in local steps are taken.
    pub(crate) fn exact(&self) -> impl PartialEq + std::fmt::Debug + '_ {
        (&self.broken, &self.met, &self.ends, &self.failed_ends)
    }
}

/// Which states a search may leave out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reductions {
    pub(crate) symmetry: bool,
    pub(crate) partial_order: bool,
}

/// Every state.
pub(crate) const NONE: Reductions = Reductions { symmetry: false, partial_order: false };
/// One of the orders that differ only in local steps.
pub(crate) const PARTIAL_ORDER: Reductions = Reductions { symmetry: false, partial_order: true };
/// One of the states that differ only in names.
pub(crate) const SYMMETRY: Reductions = Reductions { symmetry: true, partial_order: false };
/// Both.
pub(crate) const BOTH: Reductions = Reductions { symmetry: true, partial_order: true };

/// What all states show, and how many there are; none if there are more than `most`.
pub(crate) fn findings(program: &Program, reductions: Reductions, most: usize) -> Option<(Findings, usize)> {
    let Reductions { symmetry, partial_order } = reductions;
    let system = Unjudged(ProgramSpace::new(program, None));
    let limits = sim_model::explore::Limits { states: Some(most), ..Default::default() };
    let settings = Settings { symmetry, partial_order, limits, ..Settings::default() };
    let (_, space) = explore_space(&system, &settings, &mut |_| {});
    if space.len() >= most {
        return None;
    }
    let mut found = Findings::default();
    let (mut state, mut steps) = (system.initial(), Vec::new());
    for index in 0..space.len() {
        system.decode(space.encoded(index), &mut state);
        let mut marks = Marks::default();
        system.0.judge(&state, &mut marks);
        steps.clear();
        system.enabled(&state, &mut steps);
        if steps.is_empty() {
            system.0.judge_end(&state, &mut marks);
            let mut orbit = Vec::new();
            system.canonical(&state, &mut orbit);
            if state.world.failed().is_none() {
                found.good_orbits.insert(orbit.clone());
            }
            found.orbits.insert(orbit);
            match state.world.failed() {
                None => found.ends.insert(space.encoded(index).to_vec()),
                Some(_) => found.failed_ends.insert(seen(&state.world)),
            };
        }
        for (rule, described) in system.0.rules().iter().enumerate() {
            if marks.has_failed(rule) {
                found.broken.insert(rule);
            }
            if described.kind == RuleKind::Sometimes && marks.is_exercised(rule) {
                found.met.insert(rule);
            }
        }
    }
    Some((found, space.len()))
}

/// How far each actor is and what each label has to say.
fn seen(world: &World<'_>) -> String {
    use Field as F;
    let actors = (0..world.program().actors.len()).map(|actor| {
        let state = world.actor(actor);
        let ended = world.value(&Term { text: String::new(), kind: TermKind::Ended(actor) });
        format!("{} {} {ended};", state.next, state.inside.is_some())
    });
    let fields = [
        F::Value,
        F::Open,
        F::HandleCount,
        F::PointerCount,
        F::ObjectHandleCount,
        F::ObjectPointerCount,
        F::Cleanup,
        F::Close,
        F::Deleted,
        F::Signaled,
        F::Packets,
        F::Pending,
        F::Status,
        F::Information,
        F::Packet(Nth::After(0), PacketField::Key),
        F::Packet(Nth::After(0), PacketField::Overlapped),
        F::Packet(Nth::After(0), PacketField::Status),
        F::Packet(Nth::After(0), PacketField::Bytes),
        F::Packet(Nth::Last, PacketField::Key),
        F::Removed,
    ];
    let labels = (0..world.program().labels.len()).flat_map(|label| fields.map(|field| (label, field)));
    let values = labels.map(|(label, field)| {
        let kind = TermKind::Field(label, field);
        format!("{}.{field:?}={:?};", label, world.value(&Term { text: String::new(), kind }))
    });
    format!("{:?} ", world.failed()) + &actors.chain(values).collect::<String>()
}
