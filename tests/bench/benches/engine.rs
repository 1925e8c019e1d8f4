//! The engine against stateright, on the reference system: every state, and the time to the verdict.
//!
//! `cargo bench -p sim-bench --bench engine`. The figures are unique states a second; with symmetry
//! read the time instead, since fewer states are needed for the same verdict.
#![allow(missing_docs, reason = "criterion's macros write undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_bench::reference::{Reference, Step, Tables};
use sim_model::explore::{Settings, Verdict, explore};
use stateright::{Checker, Model, Property};
use std::hint::black_box;
use std::time::Duration;

const STATES: u64 = 640_000;

/// The reference system in the peer's terms: plain arrays, derived hash.
struct Peer;

impl Model for Peer {
    type State = Tables;
    type Action = Step;

    fn init_states(&self) -> Vec<Tables> {
        vec![Tables::EMPTY]
    }

    fn actions(&self, state: &Tables, actions: &mut Vec<Step>) {
        state.for_each_step(|step| actions.push(step));
    }

    fn next_state(&self, state: &Tables, action: Step) -> Option<Tables> {
        let mut next = *state;
        next.take(action);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("references are accounted for", |_, state: &Tables| state.is_accounted_for())]
    }
}

fn peer(threads: usize) {
    let checker = Peer.checker().threads(threads).spawn_bfs().join();
    assert_eq!(checker.unique_state_count() as u64, STATES);
    checker.assert_properties();
}

fn ours(threads: usize, symmetry: bool) -> u64 {
    let settings = Settings { threads, symmetry, ..Settings::default() };
    let outcome = explore(&Reference::new(), &settings);
    assert_eq!(outcome.verdict, Verdict::Holds);
    outcome.counts.states
}

fn engine(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    group.sample_size(10).measurement_time(Duration::from_secs(10)).throughput(Throughput::Elements(STATES));
    for threads in [1, 2] {
        group.bench_function(format!("peer, threads {threads}"), |bencher| bencher.iter(|| peer(threads)));
        group.bench_function(format!("ours, threads {threads}"), |bencher| {
            bencher.iter(|| assert_eq!(ours(threads, false), STATES));
        });
    }
    group.bench_function("ours, threads 1, symmetry", |bencher| {
        bencher.iter(|| assert!(black_box(ours(1, true)) < STATES));
    });
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
