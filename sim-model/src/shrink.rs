//! Shrinking: the fewest lines of a scenario that still show what was found.

use std::collections::BTreeSet;

use crate::lang::ast::{
    ActionKind, Actor, Arg, Expr, ExprKind, Name, Operand, Process, Scenario, Thread, Value,
};

/// Removes lines from a scenario as long as `fails` says that what is left still fails.
///
/// It removes many lines at once first, then fewer, and ends when no single line can go. A label that nothing binds any
/// more is declared `unbound`: every part of a well-formed scenario is well-formed. The result is the same on every run if
/// `fails` answers the same.
///
/// ```
/// use sim_model::shrink::shrink;
/// use sim_model::{lang, scenario};
/// let text = "process app\n  thread main\n    a = CreateEvent()\n    b = CreateEvent()\n    CloseHandle(a)\n    CloseHandle(b)\n    CloseHandle(b)\n";
/// let fails = |scenario: &lang::ast::Scenario| {
///     let program = scenario::compile(scenario.clone()).unwrap();
///     let run = scenario::run(&program);
///     // What fails: a close of a handle that is closed.
///     run.entries.iter().any(|entry| format!("{:?}", entry.ending).contains("INVALID_HANDLE"))
/// };
/// let least = shrink(&lang::parse("twice.kobj", text).unwrap(), fails);
/// assert_eq!(lang::print(&least), "unbound b\nprocess app\n  thread main\n    CloseHandle(b)\n");
/// ```
pub fn shrink(scenario: &Scenario, mut fails: impl FnMut(&Scenario) -> bool) -> Scenario {
    let mut least = scenario.clone();
    let mut size = lines(&least).next_power_of_two().max(1);
    loop {
        let mut removed = false;
        let mut start = 0;
        while start < lines(&least) {
            let tried = without(&least, start, size);
            if has_lines(&tried) && fails(&tried) {
                least = tried;
                removed = true;
            } else {
                start += size;
            }
        }
        match (size, removed) {
            (1, false) => return least,
            (1, true) => {}
            _ => size /= 2,
        }
    }
}

/// Every line that does something, in the order of the file.
fn threads_mut(scenario: &mut Scenario) -> impl Iterator<Item = &mut Vec<crate::lang::ast::Action>> {
    scenario.actors.iter_mut().flat_map(|actor| match actor {
        Actor::Process(process) => {
            process.threads.iter_mut().map(|thread| &mut thread.actions).collect::<Vec<_>>()
        }
        Actor::Environment(environment) => vec![&mut environment.actions],
    })
}

fn lines(scenario: &Scenario) -> usize {
    let of_process = |process: &Process| process.threads.iter().map(|thread| thread.actions.len()).sum();
    scenario
        .actors
        .iter()
        .map(|actor| match actor {
            Actor::Process(process) => of_process(process),
            Actor::Environment(environment) => environment.actions.len(),
        })
        .sum()
}

fn has_lines(scenario: &Scenario) -> bool {
    scenario.processes().any(|process| process.threads.iter().any(|thread| !thread.actions.is_empty()))
}

/// The scenario without so many lines from the given one on.
fn without(scenario: &Scenario, start: usize, count: usize) -> Scenario {
    let mut tried = scenario.clone();
    let mut at = 0;
    for actions in threads_mut(&mut tried) {
        actions.retain(|_| {
            at += 1;
            !(start + 1..=start + count).contains(&at)
        });
    }
    let named = names_used(&tried);
    for actor in &mut tried.actors {
        if let Actor::Process(process) = actor {
            process
                .threads
                .retain(|thread: &Thread| !thread.actions.is_empty() || named.contains(&thread.name.value));
        }
    }
    let names = named;
    tried.actors.retain(|actor| match actor {
        Actor::Process(process) => !process.threads.is_empty() || names.contains(&process.name.value),
        Actor::Environment(environment) => !environment.actions.is_empty(),
    });
    declare_unbound(scenario, &mut tried);
    tried
}

/// The names that the lines and properties speak of: labels, threads, processes.
fn names_used(scenario: &Scenario) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    each_action(scenario, |action| match action {
        ActionKind::ExitProcess(name)
        | ActionKind::TerminateProcess(name)
        | ActionKind::TerminateThread(name) => {
            named.insert(name.value.clone());
        }
        ActionKind::Call { call, .. } => call.args.iter().for_each(|arg| named.extend(names_in(arg))),
        ActionKind::Check(expr) => names_of(expr, &mut named),
        ActionKind::DeviceCalls { .. } => {}
        ActionKind::DeviceCompletes { label, .. }
        | ActionKind::DeviceFails { label, .. }
        | ActionKind::System { label, .. } => {
            named.insert(label.value.clone());
        }
    });
    scenario.properties.iter().for_each(|property| names_of(&property.expr, &mut named));
    named
}

fn each_action(scenario: &Scenario, mut each: impl FnMut(&ActionKind)) {
    for actor in &scenario.actors {
        match actor {
            Actor::Process(process) => {
                process
                    .threads
                    .iter()
                    .flat_map(|thread| &thread.actions)
                    .for_each(|action| each(&action.value));
            }
            Actor::Environment(environment) => {
                environment.actions.iter().for_each(|action| each(&action.value));
            }
        }
    }
}

fn names_in(arg: &Arg) -> Vec<String> {
    match &arg.value.value {
        Value::Name(name) => vec![name.clone()],
        Value::List(list) => list
            .iter()
            .filter_map(|item| match &item.value {
                Value::Name(name) => Some(name.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// What an expression speaks of.
fn names_of(expr: &Expr, named: &mut BTreeSet<String>) {
    let mut of = |operand: &Operand| match operand {
        Operand::Name(name) => drop(named.insert(name.clone())),
        Operand::Field { label, .. } => drop(named.insert(label.value.clone())),
        Operand::Function { argument, .. } => drop(named.insert(argument.value.clone())),
        Operand::Number(_) | Operand::Text(_) => {}
    };
    match &expr.value {
        ExprKind::Operand(operand) => of(operand),
        ExprKind::Compare { left, right, .. } => {
            of(&left.value);
            of(&right.value);
        }
        ExprKind::Not(part) => names_of(part, named),
        ExprKind::Or(parts) | ExprKind::And(parts) => parts.iter().for_each(|part| names_of(part, named)),
    }
}

fn bound(scenario: &Scenario) -> BTreeSet<String> {
    let mut bound = BTreeSet::new();
    each_action(scenario, |action| {
        if let ActionKind::Call { label, second, .. } = action {
            bound.extend(label.iter().chain(second).map(|name| name.value.clone()));
        }
    });
    bound
}

/// Declares the labels that lost their line and are still used.
fn declare_unbound(before: &Scenario, tried: &mut Scenario) {
    let now = bound(tried);
    let used = names_used(tried);
    let mut lost: Vec<String> = bound(before).into_iter().filter(|label| !now.contains(label)).collect();
    lost.extend(before.unbound.iter().map(|name| name.value.clone()));
    lost.retain(|label| used.contains(label));
    lost.sort();
    lost.dedup();
    tried.unbound = lost.into_iter().map(Name::bare).collect();
}
