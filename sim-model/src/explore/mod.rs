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
//! With [`Settings::partial_order`] the engine takes only the ample set [`System::reduce`] leaves. The
//! system must guarantee, for every state and the ample set it leaves there:
//!
//! - **C0** The ample set is empty only if no step is enabled.
//! - **C1** On every run from the state on, no step that depends on a step of the ample set comes before
//!   the first step of the ample set. Two steps are independent if neither enables nor disables the other
//!   and both orders lead to the same state.
//! - **C2** If the ample set leaves out any step, then none of its steps changes a mark that
//!   [`System::judge`] makes in any state where it is enabled. If there are `Eventually` rules, the ample
//!   set is all that one actor can do, and none of its steps changes whether another actor is enabled.
//!
//! The engine sees to **C3**, that no step is put off for ever. An ample set is taken only if one of its
//! steps leads to a state that was not visited when the level began; otherwise all steps are taken.
//!
//! For rules about states that is enough: were a step put off in a state for ever, follow from each state
//! the ample step that leads to the next level. The step stays enabled (C1), and as the search ends, this
//! walk comes to a state all of whose steps are taken, or that has none, which C1 excludes. Taking the
//! step there is a run that differs from the original one only in the order of independent steps and in
//! ample steps that change no mark (C2). C0 and C1 alone keep all ends.
//!
//! For `Eventually` rules, cycles matter. There *every* step of the ample set must lead to such a new
//! state. Then each cycle contains a state all of whose steps are taken, as depth cannot grow all the way
//! round. Runs are kept up to the order of independent steps, and the second half of C2 keeps them fair.
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

/// How to search.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// The number of threads; the outcome does not depend on it. 0 is taken as 1.
    pub threads: usize,
    /// Store one state for all that are symmetric to it, as [`System::canonical`] says.
    pub symmetry: bool,
    /// Take only ample sets of steps where that is enough, as [`System::reduce`] says.
    pub partial_order: bool,
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
    search::Search::new(system, *settings).run(progress)
}
