//! scratch
use sim_bench::reference::Reference;
use sim_model::explore::*;
use std::time::Instant;
fn main() {
    let system = Reference::new();
    for (threads, symmetry) in [(1, false), (1, false), (2, false),(2,false), (1, true)] {
        let t = Instant::now();
        let o = explore(&system, &Settings { threads, symmetry, ..Settings::default() });
        let e = t.elapsed();
        eprintln!("{threads} {symmetry} {e:?} {} {} {:?} {:?} bytes/state {}", o.counts.states, o.counts.transitions, o.verdict, o.counts.levels, o.counts.bytes / o.counts.states);
    }
}
