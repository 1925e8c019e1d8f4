//! scratch
use sim_bench::reference::Reference;
use sim_model::explore::*;
use std::time::Instant;
fn main() {
    let system = Reference::new();
    let threads: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    for _ in 0..8 {
        let t = Instant::now();
        let o = explore(&system, &Settings { threads, ..Settings::default() });
        let e = t.elapsed();
        eprintln!("{threads} {e:?} {} {}", o.counts.states, o.counts.transitions);
    }
}
