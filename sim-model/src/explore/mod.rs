//! Explores every reachable state of a system, exactly and in an order that is always the same.
//!
//! [`System`] says what a state and a step are and which rules states are judged by; [`explore`] visits
//! the states breadth first and returns an [`Outcome`]: the verdict with a shortest counterexample, what
//! was covered, and a witness for each rule. Nothing here knows what is being explored.
//!
//! # Exact and deterministic
//!
//! Visited states are compared byte by byte, so no hash collision can hide one. States are numbered in
//! canonical order: by depth, then by the number of the state they were first found from, then by the
//! order in which [`System::enabled`] lists the steps. The outcome is the same for any number of threads.
//! Only a limit on time and a cancellation depend on anything else.
//!
//! # Symmetry
//!
//! With [`Settings::symmetry`] one state stands for all that [`System::canonical`] writes alike.
//! Counterexamples and witnesses are real runs: they are rebuilt from the initial state. Fairness speaks
//! of single actors, which symmetry confuses, so a system with an `Eventually` rule is searched without.
//!
//! # Partial order
//!
//! With [`Settings::partial_order`] the engine runs through *local* steps: after each step it takes, it takes the
//! one [`System::local_step`] names, and so on, and stores only the state after the last. The system must guarantee,
//! for every state and the local step it names there:
//!
//! - **L1** The step is enabled, and on every run from the state on that does not take it, it stays enabled and is
//!   independent of all steps of that run. Two steps are independent if neither enables nor disables the other and
//!   both orders lead to the same state.
//! - **L2** The step changes no mark that [`System::judge`] makes, in any state where it is enabled.
//!
//! That is enough for rules about states. Follow any run from a stored state, all of whose steps are taken. A local
//! step that the engine takes in between is either one that the run takes later, and then may come first (L1), or one
//! that it never takes, and then can be put in (L1); either way each state of the run has a counterpart with the same
//! marks (L2), and each end is kept. As every stored state is left by all its steps, none is put off for ever; so that
//! no row of local steps goes on for ever, the engine stops after [`LOCAL_STEPS_MAX`] and stores the state.
//!
//! For `Eventually` rules it matters who is passed over, so a system with one is searched without.
//!
//! A shortest run among those that are left need not be a shortest of all. When a rule fails, the engine therefore
//! looks once more, without leaving anything out, for a shorter run, as long as that takes no more states than
//! [`Settings::shorten`] allows.
//!
//! ```
//! use sim_model::explore::{Marks, Rule, RuleKind, Settings, System, Verdict, explore};
//!
//! /// Two counters that can be raised to 3; they must never both be 2.
//! struct Counters([Rule; 1]);
//!
//! impl System for Counters {
//!     type State = [u8; 2];
//!     type Step = usize;
//!     fn initial(&self) -> [u8; 2] {
//!         [0, 0]
//!     }
//!     fn encode(&self, state: &[u8; 2], out: &mut Vec<u8>) {
//!         out.extend_from_slice(state);
//!     }
//!     fn decode(&self, bytes: &[u8], state: &mut [u8; 2]) {
//!         state.copy_from_slice(bytes);
//!     }
//!     fn enabled(&self, state: &[u8; 2], out: &mut Vec<usize>) {
//!         out.extend((0..2).filter(|&counter| state[counter] < 3));
//!     }
//!     fn take(&self, state: &mut [u8; 2], counter: usize) {
//!         state[counter] += 1;
//!     }
//!     fn undo(&self, state: &mut [u8; 2], counter: usize) {
//!         state[counter] -= 1;
//!     }
//!     fn rules(&self) -> &[Rule] {
//!         &self.0
//!     }
//!     fn judge(&self, state: &[u8; 2], marks: &mut Marks) {
//!         marks.check(0, *state != [2, 2]);
//!     }
//! }
//!
//! let system = Counters([Rule::new(RuleKind::Always, "never both 2")]);
//! let Verdict::Fails(counterexample) = explore(&system, &Settings::default()).verdict else { panic!() };
//! assert_eq!(counterexample.steps, [0, 0, 1, 1]);
//! ```

mod eventually;
mod graph;
mod ledger;
mod limits;
mod outcome;
mod path;
mod search;
mod system;
mod visited;
mod worker;

pub use graph::{Space, Transition};
pub use limits::{Limit, Limits};
pub use outcome::{Counterexample, Counts, Coverage, Outcome, Progress, Verdict};
pub use system::{Marks, Rule, RuleKind, System};
pub use worker::LOCAL_STEPS_MAX;

/// How to search.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// The number of threads; the outcome does not depend on it. 0 is taken as 1.
    pub threads: usize,
    /// Store one state for all that are symmetric to it, as [`System::canonical`] says.
    pub symmetry: bool,
    /// Run through local steps, as [`System::local_step`] says.
    pub partial_order: bool,
    /// How many states to look through, without leaving out any, for a run that is shorter than the one found with
    /// local steps run through.
    pub shorten: usize,
    /// Accept rules that no state exercises.
    pub allow_unexercised: bool,
    /// How far to go.
    pub limits: Limits<'a>,
}

impl Default for Settings<'_> {
    /// One thread, no reductions, no limits.
    fn default() -> Self {
        Settings {
            threads: 1,
            symmetry: false,
            partial_order: false,
            shorten: 1 << 20,
            allow_unexercised: false,
            limits: Limits::default(),
        }
    }
}

/// Visits the reachable states until a rule fails, a limit is reached or none are left.
///
/// # Panics
///
/// If the system has more than [`Marks::MAX_RULES`] rules, or does not keep to what [`System`] asks.
pub fn explore<S: System>(system: &S, settings: &Settings<'_>) -> Outcome<S::Step> {
    explore_space(system, settings, &mut |_| {}).0
}

/// Like [`explore`], and also returns the states that were stored, and reports progress.
///
/// `progress` is called by this thread, at the end of each level and within a level at most every tenth
/// of a second.
///
/// # Panics
///
/// As [`explore`].
pub fn explore_space<'s, S: System>(
    system: &'s S,
    settings: &Settings<'s>,
    progress: &mut dyn FnMut(&Progress),
) -> (Outcome<S::Step>, Space<'s, S>) {
    let (mut outcome, space) = search::Search::new(system, *settings).run(progress);
    if let Verdict::Fails(found) = &mut outcome.verdict
        && !found.shortest
        && found.cycle.is_empty()
    {
        shorten(system, settings, found);
    }
    (outcome, space)
}

/// Replaces a run that was found with local steps run through by a shortest of all runs, if the search for it stays
/// within [`Settings::shorten`] and the other limits.
fn shorten<S: System>(system: &S, settings: &Settings<'_>, found: &mut Counterexample<S::Step>) {
    let Some(depth) = found.steps.len().checked_sub(1) else {
        found.shortest = true;
        return;
    };
    let states = settings.limits.states.map_or(settings.shorten, |states| states.min(settings.shorten));
    let limits = Limits { states: Some(states), depth: Some(depth), ..settings.limits };
    let again = Settings { partial_order: false, limits, ..*settings };
    match search::Search::new(system, again).run(&mut |_| {}).0.verdict {
        Verdict::Fails(shorter) => *found = shorter,
        Verdict::Limited(limit) => found.shortest = limit == Limit::Depth,
        Verdict::Holds | Verdict::Unexercised(_) => found.shortest = true,
    }
}
