//! Leaving out orders of local steps changes no verdict and no end.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sim_core::delta::Change;
use sim_core::ps::schedule::{Choice, Step};
use sim_core::ps::thread::Thread;
use sim_core::record::Kind;
use sim_core::{Id, Kernel};
use sim_model::explore::{Settings, System, Verdict, explore, explore_space};
use sim_model::scenario::space::ProgramSpace;
use sim_model::scenario::{Program, run_moves, run_schedule};
use sim_model::view::exploration::scenario_text;
use sim_tests::Machine;

use crate::corpus::scenarios;
use crate::meetings::ALL;
use crate::views::{NONE, PARTIAL_ORDER, Reductions, Unjudged, findings, program};

pub(crate) const MOST_STATES: usize = 12_000;

pub(crate) fn runner(cases: u32) -> TestRunner {
    let config =
        Config { cases, failure_persistence: None, max_global_rejects: 100_000, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// The rule that a search finds broken, after checking that the run that it shows breaks it.
pub(crate) fn verdict(program: &Program, reductions: Reductions) -> Option<usize> {
    let Reductions { symmetry, partial_order } = reductions;
    let space = ProgramSpace::new(program, None);
    let settings = Settings { symmetry, partial_order, allow_unexercised: true, ..Settings::default() };
    let Verdict::Fails(found) = explore(&space, &settings).verdict else { return None };
    let mut state = space.initial();
    for step in &found.steps {
        let mut enabled = Vec::new();
        space.enabled(&state, &mut enabled);
        assert!(enabled.contains(step), "{step:?}");
        space.take(&mut state, *step);
    }
    let mut marks = sim_model::explore::Marks::default();
    space.judge(&state, &mut marks);
    space.judge_end(&state, &mut marks);
    assert!(marks.has_failed(found.rule));
    let run = run_moves(program, &found.steps);
    assert_eq!(run.world.failed(), state.world.failed());
    // And it is a scenario that `kobj run` follows.
    let printed = self::program(&scenario_text(program, &found.steps));
    let again = run_schedule(&printed).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.order.len(), found.steps.len());
    assert_eq!(again.world.failed(), state.world.failed());
    Some(found.rule)
}

#[test]
fn verdicts_and_ends_are_the_same() {
    let mut runner = runner(160);
    let (compared, failing) = (Cell::new(0), Cell::new(0));
    let result = runner.run(&scenarios(), |text| {
        let program = program(&text);
        let Some((full, states)) = findings(&program, NONE, MOST_STATES) else { return Ok(()) };
        let (reduced, left) =
            findings(&program, PARTIAL_ORDER, MOST_STATES).expect("a reduction leaves fewer states");
        prop_assert!(left <= states, "{}", text);
        prop_assert_eq!(full.exact(), reduced.exact(), "{}", text);
        let (rule, again) = (verdict(&program, NONE), verdict(&program, PARTIAL_ORDER));
        prop_assert_eq!(rule.is_some(), again.is_some(), "{}", text);
        // Where several rules can be broken, the search shows the one that it comes to first.
        prop_assert!(rule == again || full.broken.len() > 1, "{}", text);
        compared.set(compared.get() + 1);
        failing.set(failing.get() + u32::from(rule.is_some()));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    let (compared, failing) = (compared.get(), failing.get());
    assert!(
        compared >= 80 && failing >= 20 && compared - failing >= 10,
        "{compared} compared, {failing} fail"
    );
}

/// A local step changes its own thread's stack and what the last routine returned, and nothing else; and every step
/// of another thread that can be taken beside it can still be taken after it, and the other way round, and both
/// orders come to the same state, once the thread has taken the APCs that the other step may have queued to it.
#[test]
fn local_steps_are_independent_of_all_others() {
    let local_steps = Cell::new(0);
    let result = runner(192).run(&prop::collection::vec(any::<u32>(), 0..400), |numbers| {
        let mut machine = Machine::new(sim_core::profile::Profile::default());
        for number in numbers {
            machine.happen(number);
            let mut steps = Vec::new();
            steps.extend(machine.k.steps());
            for local in steps.iter().filter(|step| machine.k.is_local(**step)) {
                local_steps.set(local_steps.get() + 1);
                check_private(&machine.k, *local)?;
                for other in steps.iter().filter(|other| other.thread != local.thread) {
                    check_independent(&machine.k, *local, *other)?;
                }
            }
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(local_steps.get() > 10_000, "{}", local_steps.get());
}

#[test]
fn local_steps_are_independent_wherever_threads_meet() {
    for (name, text) in ALL {
        let program = program(text);
        let system = Unjudged(ProgramSpace::new(&program, None));
        let (_, space) = explore_space(&system, &Settings::default(), &mut |_| {});
        let (mut local_states, mut steps) = (0, Vec::new());
        for index in 0..space.len() {
            let state = space.state(index);
            let kernel = state.world.kernel();
            steps.clear();
            steps.extend(kernel.steps());
            let local: Vec<Step> = steps.iter().copied().filter(|step| kernel.is_local(*step)).collect();
            local_states += usize::from(!local.is_empty());
            for local in local {
                check_private(kernel, local).unwrap_or_else(|error| panic!("{name}: {error}"));
                for other in steps.iter().filter(|other| other.thread != local.thread) {
                    let result = check_independent(kernel, local, *other);
                    result.unwrap_or_else(|error| panic!("{name}: {error}"));
                }
            }
        }
        assert!(local_states > 0, "{name}");
    }
    assert!(INTERRUPTED.load(Ordering::Relaxed) > 0);
}

fn check_private(before: &Kernel, local: Step) -> Result<(), TestCaseError> {
    let mut kernel = before.clone();
    let own = local.thread.index() as u32;
    for delta in kernel.take(local) {
        let private = match &delta.change {
            Change::Enter { thread, .. } | Change::Goto { thread, .. } | Change::Leave { thread, .. } => {
                *thread == own
            }
            Change::Field { kind: Kind::Thread, at, field, .. } => {
                *at == own && *field == Thread::RETURNED.number()
            }
            _ => false,
        };
        prop_assert!(private, "{:?}: {:?}", before.step_name(local), delta);
    }
    prop_assert!(!kernel.stack(local.thread).is_empty(), "{:?}", before.step_name(local));
    Ok(())
}

fn check_independent(before: &Kernel, local: Step, other: Step) -> Result<(), TestCaseError> {
    let enabled = |kernel: &Kernel, step: Step| {
        let mut steps = Vec::new();
        steps.extend(kernel.steps());
        steps.contains(&step)
    };
    let names = || (before.step_name(local), before.step_name(other));
    let (mut first, mut last) = (before.clone(), before.clone());
    first.take(local);
    prop_assert!(enabled(&first, other), "{:?}", names());
    first.take(other);
    let interrupted = take_apcs(&mut first, local.thread);
    last.take(other);
    prop_assert_eq!(take_apcs(&mut last, local.thread), interrupted, "{:?}", names());
    prop_assert!(enabled(&last, local) && last.is_local(local), "{:?}", names());
    last.take(local);
    prop_assert!(first == last, "{:?}", names());
    INTERRUPTED.fetch_add(usize::from(interrupted), Ordering::Relaxed);
    Ok(())
}

/// How often a step was compared that an APC came before.
static INTERRUPTED: AtomicUsize = AtomicUsize::new(0);

/// Lets the thread take the APCs that wait for it, and says whether there were any.
fn take_apcs(kernel: &mut Kernel, thread: Id<Thread>) -> bool {
    let depth = kernel.stack(thread).len();
    let apc = Step { thread, choice: Choice::DeliverApc };
    let mut taken = false;
    while kernel.choice(thread) == Some(Choice::DeliverApc) {
        taken = true;
        kernel.take(apc);
        while kernel.stack(thread).len() > depth {
            kernel.take(Step { thread, choice: Choice::Run });
        }
    }
    taken
}
