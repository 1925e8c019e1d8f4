//! A hostile environment: which faults a scenario asks for, and a run for each fault that its run can have.

use sim_core::fault::{Fault, FaultPolicy};
use sim_core::frame::StepName;
use sim_core::ob::policy::Reuse;

use crate::lang::ast::{Name, Policy, Scenario};
use crate::lang::{Diagnostic, Diagnostics};
use crate::scenario::at_end;
use crate::scenario::findings::sentence;
use crate::scenario::program::Program;
use crate::scenario::run::{Ending, Run, Runner};

/// A kind of fault that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Each single allocation can fail.
    Allocations,
    /// A driver that completes requests at once can pend them.
    Pending,
    /// Every free handle value can be the next.
    Handles,
}

/// The kinds that `policy faults` knows.
pub(crate) const KINDS: [&str; 2] = ["allocations", "pending"];

/// Adds a policy line to a scenario, as if it had been written there. One of that kind that is there counts.
pub fn ask_for(scenario: &mut Scenario, kind: FaultKind) {
    let word = match kind {
        FaultKind::Allocations => KINDS[0],
        FaultKind::Pending => KINDS[1],
        FaultKind::Handles => {
            return scenario.policies.push(Policy::Reuse(Name::bare(Reuse::Any.name().into())));
        }
    };
    let is_same = |policy: &Policy| matches!(policy, Policy::Faults { kind, .. } if kind.value == word);
    if !scenario.policies.iter().any(is_same) {
        scenario.policies.push(Policy::Faults { kind: Name::bare(word.into()), most: None });
    }
}

/// The faults that the scenario asks for.
pub(super) fn fault_policy(scenario: &Scenario, diagnostics: &mut Diagnostics) -> FaultPolicy {
    let mut policy = FaultPolicy::default();
    for line in &scenario.policies {
        let Policy::Faults { kind, most } = line else { continue };
        let is_allocations = kind.value == KINDS[0];
        match (is_allocations, most) {
            (false, None) => policy.pending = true,
            (false, Some(most)) => diagnostics
                .push(Diagnostic::new("any request can pend").at(most.span, "no number can stand here")),
            (true, most) => {
                let number = most.as_ref().map_or(Ok(1), |most| u32::try_from(most.value.value()));
                match (number, most) {
                    (Ok(number @ 1..), _) => policy.allocations = number,
                    (_, Some(most)) => {
                        let message = format!("found {}, expected at least 1 allocation", most.value.value());
                        diagnostics.push(Diagnostic::new(message).at(most.span, "out of range"));
                    }
                    (_, None) => {}
                }
            }
        }
    }
    policy
}

/// A fault that happened in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Which.
    pub fault: Fault,
    /// In which step.
    pub step: StepName,
    /// The line that it happened in, as (actor, action).
    pub line: (usize, usize),
}

/// A run with one fault.
pub struct FaultyRun<'p> {
    /// The fault.
    pub happened: Happened,
    /// The run.
    pub run: Run<'p>,
    /// What is wrong with it, each as a sentence.
    pub complaints: Vec<String>,
}

impl FaultyRun<'_> {
    /// How the line ended that the fault happened in; none if it has not ended.
    pub fn ending(&self) -> Option<&Ending> {
        let line = self.happened.line;
        let own = |entry: &&crate::scenario::run::Entry| (entry.actor, entry.action) == line;
        self.run.entries.iter().rfind(own).map(|entry| &entry.ending)
    }
}

/// Runs a program once for each fault that its usual run can have, in the order of its steps, until a run has none.
///
/// Once an allocation has failed, what is expected of lines, checks and ends is not asked for: that tells of the runs in
/// which nothing fails. A program that checks a result and does not expect the one that it gets ends there. What is asked
/// for: that no driver breaks a rule, that the kernel's counts agree with who holds whom after every step, that what must
/// always hold does, and that nothing is left for ever that is not left in the usual run. A request that pends is no
/// failure: then every line counts.
///
/// ```
/// use sim_model::scenario::faults::{FaultKind, ask_for, run_each_fault};
/// use sim_model::{lang, scenario};
/// let text = "process app\n  thread main\n    e = CreateEvent()\n    CloseHandle(e)\n";
/// let mut parsed = lang::parse("event.kobj", text).unwrap();
/// ask_for(&mut parsed, FaultKind::Allocations);
/// let program = scenario::compile(parsed).unwrap();
/// let runs = run_each_fault(&program);
/// assert_eq!(runs.len(), 2, "the event and the entry of its handle");
/// assert!(runs.iter().all(|run| run.complaints.is_empty()));
/// ```
pub fn run_each_fault(program: &Program) -> Vec<FaultyRun<'_>> {
    let leaves = at_end::leaves_something(&Runner::of(program).run_to_end().world);
    (0..).map_while(|at| run_with_fault(program, at, leaves)).collect()
}

/// Runs a program with one fault: the first that its usual run can have is number 1. None if it has fewer.
pub fn run_fault(program: &Program, number: usize) -> Option<FaultyRun<'_>> {
    let leaves = at_end::leaves_something(&Runner::of(program).run_to_end().world);
    run_with_fault(program, number.checked_sub(1)?, leaves)
}

/// `leaves`: the usual run leaves something for ever too.
fn run_with_fault(program: &Program, at: usize, leaves: bool) -> Option<FaultyRun<'_>> {
    let mut runner = Runner::of(program);
    runner.fault_at = Some(at);
    let (happened, invariant, run) = runner.run_to_faulty_end();
    let mut complaints = complaints_of(&run, leaves);
    complaints.extend(invariant);
    Some(FaultyRun { happened: happened?, run, complaints })
}

fn complaints_of(run: &Run<'_>, leaves: bool) -> Vec<String> {
    let mut all: Vec<String> =
        run.unexpected().map(|found| format!("{} ({})", sentence(&found.finding), found.subject)).collect();
    let properties = &run.world.program().properties;
    all.extend(run.broken.iter().map(|(at, refuted)| format!("{}: {refuted}", properties[*at].name)));
    let lines = run.not_held().map(|entry| (entry.actor, entry.action)).chain(run.missed());
    all.extend(lines.map(|(actor, action)| not_as_expected(run, actor, action)));
    if !run.has_stopped() {
        all.extend(at_end::stuck_sentence(&run.world));
        all.extend(at_end::left_sentence(&run.world).filter(|_| !leaves));
    }
    all
}

fn not_as_expected(run: &Run<'_>, actor: usize, action: usize) -> String {
    let line = &run.world.program().actors[actor].actions[action];
    format!("line {}, `{}`, is not as expected", line.line, line.text)
}
