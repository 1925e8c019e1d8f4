//! The engine against stateright, both over the simulator's own kernel: every state of one program.
//!
//! `cargo bench -p sim-bench --bench kernel`. The figures are unique states a second, on one thread; the line before
//! them says how many bytes the engine stores for a state.
#![allow(missing_docs, reason = "criterion's macros write undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_bench::kernel::{STATES, program};
use sim_model::explore::{Counts, Marks, Settings, System, Verdict, explore};
use sim_model::scenario::Program;
use sim_model::scenario::space::ProgramSpace;
use sim_model::scenario::world::{Move, World};
use stateright::{Checker, Model, Property};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::Duration;

/// The program in the peer's terms: a state is a world of its own, a step copies it and moves the copy.
struct Peer(&'static ProgramSpace<'static>);

/// A state that the peer can copy, compare and hash.
#[derive(Clone)]
struct PeerState(World<'static>, &'static ProgramSpace<'static>);

impl PeerState {
    fn encoded(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256);
        self.0.encode(self.1.initial_world(), &mut bytes);
        bytes
    }
}

/// The canonical encoding is shorter than the fields that a derived hash would visit.
impl Hash for PeerState {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write(&self.encoded());
    }
}

impl PartialEq for PeerState {
    fn eq(&self, other: &Self) -> bool {
        self.encoded() == other.encoded()
    }
}

impl Eq for PeerState {}

impl fmt::Debug for PeerState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.encoded())
    }
}

impl Model for Peer {
    type State = PeerState;
    type Action = Move;

    fn init_states(&self) -> Vec<PeerState> {
        vec![PeerState(self.0.initial_world().clone(), self.0)]
    }

    fn actions(&self, state: &PeerState, actions: &mut Vec<Move>) {
        state.0.enabled(actions);
    }

    fn next_state(&self, state: &PeerState, action: Move) -> Option<PeerState> {
        let mut next = state.clone();
        next.0.take(action, &mut Vec::new());
        next.0.forget();
        Some(next)
    }

    /// All rules about states in one property, so that the peer judges a state once, as the engine does.
    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("no rule is broken", |model: &Peer, state: &PeerState| {
            let mut marks = Marks::default();
            model.0.judge_world(&state.0, &mut marks);
            (0..model.0.rules().len()).all(|rule| !marks.has_failed(rule))
        })]
    }
}

fn peer(space: &'static ProgramSpace<'static>) {
    let checker = Peer(space).checker().threads(1).spawn_bfs().join();
    assert_eq!(checker.unique_state_count() as u64, STATES);
    checker.assert_properties();
}

fn ours(space: &ProgramSpace<'_>) -> Counts {
    let outcome = explore(space, &Settings::default());
    assert_eq!(outcome.verdict, Verdict::Holds);
    assert_eq!(outcome.counts.states, STATES);
    outcome.counts
}

fn kernel(criterion: &mut Criterion) {
    // The peer wants a model that lives as long as any thread might.
    let program: &'static Program = Box::leak(Box::new(program()));
    let space: &'static ProgramSpace<'static> = Box::leak(Box::new(ProgramSpace::new(program, None)));
    eprintln!("bytes a state: {}", ours(space).bytes / STATES);
    let mut group = criterion.benchmark_group("kernel");
    group.sample_size(10).measurement_time(Duration::from_secs(10)).throughput(Throughput::Elements(STATES));
    group.bench_function("peer, threads 1", |bencher| bencher.iter(|| peer(space)));
    group.bench_function("ours, threads 1", |bencher| bencher.iter(|| ours(space)));
    group.finish();
}

criterion_group!(benches, kernel);
criterion_main!(benches);
