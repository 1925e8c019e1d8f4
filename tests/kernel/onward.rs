//! Which routines go on in which others: found by running, and compared with what the pages of `kobj explain` say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use sim_core::delta::{Change, Delta};
use sim_core::frame::Frame;
use sim_core::profile::{Profile, Version};
use sim_core::ps::thread::Thread;
use sim_core::{Id, Kernel};
use sim_model::lang;
use sim_model::scenario::{World, compile, run};
use sim_tests::Machine;

type Onward = BTreeMap<&'static str, BTreeSet<&'static str>>;

/// What the threads are in.
fn stacks(k: &Kernel) -> Vec<(Id<Thread>, Vec<Frame>)> {
    k.all::<Thread>().map(|(thread, _)| (thread, k.stack(thread).to_vec())).collect()
}

/// Notes where a step led to: a routine on top of another, or in its place.
fn note(onward: &mut Onward, before: &[(Id<Thread>, Vec<Frame>)], deltas: &[Delta], k: &Kernel) {
    for (thread, before) in before {
        let Some(top) = before.last() else { continue };
        // A Win32 call can be more than one service: what follows a return is not where the routine goes on.
        let number = thread.index() as u32;
        if deltas.iter().any(|delta| matches!(delta.change, Change::Leave { thread, .. } if thread == number))
        {
            continue;
        }
        let now = k.stack(*thread);
        let Some(next) = now.last().filter(|next| now.len() >= before.len() && !next.is_apc()) else {
            continue;
        };
        let (from, to) = (top.info().name, next.info().name);
        if from != to {
            onward.entry(from).or_default().insert(to);
        }
    }
}

/// The same numbers each time (SplitMix64).
fn numbers(seed: u64) -> impl Iterator<Item = u32> {
    (1..).map(move |at: u64| {
        let mut mixed = (seed << 32 | at).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed >> 32) as u32
    })
}

fn at_random(onward: &mut Onward) {
    for (seed, version) in (1..120).zip([Version::Xp, Version::Win7, Version::Win11].into_iter().cycle()) {
        let mut machine = Machine::new(Profile::of(version));
        for number in numbers(seed).take(1500) {
            let (before, mark) = (stacks(&machine.k), machine.k.mark());
            machine.happen(number);
            note(onward, &before, machine.k.since(mark), &machine.k);
        }
    }
}

fn in_scenarios(onward: &mut Onward) {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for folder in ["scenarios", "explorations"] {
        for entry in fs::read_dir(docs.join(folder)).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let program = compile(lang::parse("story.kobj", &text).unwrap()).unwrap();
            let mut world = World::new(&program);
            for step in run(&program).moves {
                let (before, mark) = (stacks(world.kernel()), world.mark());
                world.take(step, &mut Vec::new());
                note(onward, &before, world.since(mark), world.kernel());
            }
        }
    }
}

/// The pages say of each routine what it was seen to go on in.
#[test]
fn every_routine_that_another_goes_on_in_is_on_its_page() {
    let mut onward = Onward::new();
    at_random(&mut onward);
    in_scenarios(&mut onward);
    let missing: Vec<String> = onward
        .iter()
        .flat_map(|(from, to)| to.iter().map(move |to| (from, to)))
        .filter(|(from, to)| !sim_model::explain::goes_on_in(from).contains(*to))
        .map(|(from, to)| format!("{from} {to}"))
        .collect();
    assert!(missing.is_empty(), "lines that sim-model/src/explain/onward.txt lacks:\n{}", missing.join("\n"));
    let is_routine = |name: &str| Frame::ROUTINES.iter().any(|routine| routine.name == name);
    for (from, to) in sim_model::explain::onward() {
        assert!(is_routine(from) && is_routine(to), "onward.txt: {from} {to}");
    }
}
