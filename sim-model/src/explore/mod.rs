//! mod
pub use graph::{Space, Transition};
pub use limits::{Limit, Limits};
pub use outcome::{Counterexample, Counts, Coverage, Outcome, Progress, Verdict};
pub use system::{Marks, Rule, RuleKind, System};

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

/// Searches all reachable states.
pub fn explore<S: System>(system: &S, settings: &Settings<'_>) -> Outcome<S::Step> {
    explore_space(system, settings, &mut |_| {}).0
}

/// Like [`explore`].
pub fn explore_space<'s, S: System>(
    system: &'s S,
    settings: &Settings<'s>,
    progress: &mut dyn FnMut(&Progress),
) -> (Outcome<S::Step>, Space<'s, S>) {
    search::Search::new(system, *settings).run(progress)
}
