//! Exchanges: which actors of a program can take each other's parts without a line that tells.

use crate::lang::ast::CompareOp;
use crate::scenario::condition::{Condition, Term, TermKind};
use crate::scenario::field::{Field, PacketField};
use crate::scenario::program::{Action, ActionKind, Call, HandleArg, LabelId, Program, Service};
use crate::scenario::rings::RingCall;
use crate::scenario::service_names::Named;

/// The most exchanges that are looked for. Of more actors that are alike only the first are exchanged.
pub(super) const MOST_EXCHANGES: usize = 24;
/// The most candidates that are looked at for that.
const MOST_CANDIDATES: usize = 10_000;

/// A permutation of a program's actors, processes and labels that leaves the program as it is: each actor's lines are
/// those of the actor whose part it takes, and every property says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exchange {
    /// By actor: whose part it takes.
    pub(super) actors: Vec<usize>,
    /// By process: which it stands for.
    pub(super) processes: Vec<usize>,
    /// By label: which it stands for.
    pub(super) labels: Vec<LabelId>,
}

/// The exchanges of a program, the first of which changes nothing. Together with two of them the list holds the one
/// that does both, and with each its opposite.
pub(super) fn exchanges(program: &Program) -> Vec<Exchange> {
    let mut actors: Vec<usize> = (0..program.actors.len()).collect();
    let mut found: Vec<Exchange> = Exchange::of(program, &actors).into_iter().collect();
    let mut left = MOST_CANDIDATES;
    // All those that keep every actor from the `first`th on are a group, for any `first`.
    for first in 2..=program.actors.len() {
        let mut wider = Vec::new();
        let complete = permute(program, &mut actors, 0, first, &mut left, &mut wider);
        if !complete || wider.len() > MOST_EXCHANGES {
            break;
        }
        found = wider;
    }
    found
}

/// Appends the exchanges among the actors from `at` to `end` that go on with what `actors` holds before `at`. False if
/// there are too many to look at.
fn permute(
    program: &Program,
    actors: &mut Vec<usize>,
    at: usize,
    end: usize,
    left: &mut usize,
    found: &mut Vec<Exchange>,
) -> bool {
    if found.len() > MOST_EXCHANGES || *left == 0 {
        return false;
    }
    if at == end {
        *left -= 1;
        found.extend(Exchange::of(program, actors));
        return true;
    }
    (at..end).all(|other| {
        actors.swap(at, other);
        let alike = look_alike(program, at, actors[at]);
        let complete = !alike || permute(program, actors, at + 1, end, left, found);
        actors.swap(at, other);
        complete
    })
}

/// Whether two actors have as many lines, and lines of the same kinds.
fn look_alike(program: &Program, one: usize, other: usize) -> bool {
    let (one, other) = (&program.actors[one], &program.actors[other]);
    let kinds = |(one, other): (&Action, &Action)| match (&one.kind, &other.kind) {
        (ActionKind::Call(one), ActionKind::Call(other)) => one.row.spec.name == other.row.spec.name,
        (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
    };
    one.process.is_some() == other.process.is_some()
        && one.actions.len() == other.actions.len()
        && one.actions.iter().zip(&other.actions).all(kinds)
}

/// Part of a permutation: what stands for what, as far as that is known.
struct Pairs(Vec<Option<usize>>);

impl Pairs {
    fn add(&mut self, from: usize, to: usize) -> bool {
        *self.0[from].get_or_insert(to) == to
    }

    /// The permutation that leaves alone what is not known; none if two would stand for one.
    fn finish(self) -> Option<Vec<usize>> {
        let all: Vec<usize> = self.0.iter().enumerate().map(|(from, to)| to.unwrap_or(from)).collect();
        let mut sorted = all.clone();
        sorted.sort_unstable();
        sorted.iter().copied().eq(0..all.len()).then_some(all)
    }
}

impl Exchange {
    /// The exchange of these actors, if it leaves the program as it is.
    fn of(program: &Program, actors: &[usize]) -> Option<Exchange> {
        let (mut processes, mut labels) =
            (Pairs(vec![None; program.processes.len()]), Pairs(vec![None; program.labels.len()]));
        for (actor, other) in program.actors.iter().zip(actors) {
            let other = &program.actors[*other];
            let process = actor.process.zip(other.process);
            if process.is_some_and(|(from, to)| !processes.add(from, to)) {
                return None;
            }
            for (action, other) in actor.actions.iter().zip(&other.actions) {
                if !pair_labels(action, other, &mut labels) {
                    return None;
                }
            }
        }
        let exchange =
            Exchange { actors: actors.to_vec(), processes: processes.finish()?, labels: labels.finish()? };
        exchange.keeps(program).then_some(exchange)
    }

    fn keeps(&self, program: &Program) -> bool {
        let lines = program.actors.iter().zip(&self.actors).all(|(actor, other)| {
            let others = &program.actors[*other].actions;
            actor.actions.iter().zip(others).all(|(action, other)| self.maps_action(action, other))
        });
        let labels = program.labels.iter().zip(&self.labels);
        let unbound =
            labels.into_iter().all(|(label, other)| label.unbound == program.labels[*other].unbound);
        let properties = program.properties.iter().all(|property| {
            let condition = &property.condition;
            self.maps_condition(condition, condition)
        });
        let marks = self.processes.iter().zip(&program.marks);
        let marks = marks.into_iter().all(|(other, marks)| *marks == program.marks[*other]);
        lines && unbound && marks && properties && self.keeps_scans(program)
    }

    /// CancelIoEx, and a cancel of an I/O ring, looks at the threads of its process one after the other, as NtGetNextThread does of any, and
    /// CreateProcess gives a handle to the first.
    /// So they must keep their order.
    fn keeps_scans(&self, program: &Program) -> bool {
        let scans = |action: &Action| {
            let scans = |service| {
                matches!(service, Service::CancelIoEx { .. } | Service::Ring(RingCall::Submit { .. }))
            };
            matches!(&action.kind, ActionKind::Call(call) if scans(call.service))
        };
        let makes = |action: &Action, process: usize| match &action.kind {
            ActionKind::Call(Call { service: Service::CreateProcess { child, .. }, .. }) => *child == process,
            _ => false,
        };
        let enumerates = |action: &Action| {
            matches!(&action.kind, ActionKind::Call(Call { service: Service::NextThread { .. }, .. }))
        };
        let all = || program.actors.iter().flat_map(|actor| &actor.actions);
        (0..program.processes.len()).all(|process| {
            let own = || (0..program.actors.len()).filter(|at| program.actors[*at].process == Some(process));
            let scanned = own().any(|actor| program.actors[actor].actions.iter().any(scans))
                || all().any(|action| makes(action, process) || enumerates(action));
            !scanned || own().map(|actor| self.actors[actor]).is_sorted()
        })
    }

    fn maps_action(&self, action: &Action, other: &Action) -> bool {
        match (&action.kind, &other.kind) {
            (ActionKind::Call(call), ActionKind::Call(other)) => {
                call.row.spec.name == other.row.spec.name
                    && call.expect == other.expect
                    && call.label.map(|label| self.labels[label]) == other.label
                    && call.second.map(|label| self.labels[label]) == other.second
                    && self.service(call.service) == other.service
                    && call
                        .handles
                        .iter()
                        .map(|handle| self.handle(*handle))
                        .eq(other.handles.iter().copied())
            }
            (ActionKind::Check(condition), ActionKind::Check(other)) => self.maps_condition(condition, other),
            (
                ActionKind::Complete { device, operation, status, bytes },
                ActionKind::Complete {
                    device: device2,
                    operation: operation2,
                    status: status2,
                    bytes: bytes2,
                },
            ) => {
                (device, status, bytes) == (device2, status2, bytes2)
                    && self.labels[*operation] == *operation2
            }
            (ActionKind::System { act, file }, ActionKind::System { act: other, file: file2 }) => {
                act == other && self.labels[*file] == *file2
            }
            (
                ActionKind::Calls { device, routine, status, bytes },
                ActionKind::Calls { device: device2, routine: routine2, status: status2, bytes: bytes2 },
            ) => (device, routine, status, bytes) == (device2, routine2, status2, bytes2),
            (ActionKind::EndProcess(process), ActionKind::EndProcess(other)) => {
                self.processes[*process] == *other
            }
            (ActionKind::EndThread(thread), ActionKind::EndThread(other)) => self.actors[*thread] == *other,
            _ => false,
        }
    }

    fn handle(&self, arg: HandleArg) -> HandleArg {
        match arg {
            HandleArg::Label(label) => HandleArg::Label(self.labels[label]),
            HandleArg::Value(value) => HandleArg::Value(value),
        }
    }

    /// The service that the other actor calls.
    fn service(&self, mut service: Service) -> Service {
        service.each_named(&mut |named| match named {
            Named::Handle(handle) => *handle = self.handle(*handle),
            Named::Operation(label) => *label = self.labels[*label],
            Named::Process(process) => *process = self.processes[*process],
            Named::Thread(thread) => *thread = self.actors[*thread],
        });
        service
    }

    /// Whether the condition, with everything exchanged, says what the other says; the parts of `and` and `or`, and
    /// the sides of `==` and `!=`, in any order.
    fn maps_condition(&self, condition: &Condition, other: &Condition) -> bool {
        self.words(condition) == self.plain().words(other)
    }

    /// An exchange of as many that changes nothing.
    fn plain(&self) -> Exchange {
        let same = |all: &[usize]| (0..all.len()).collect();
        Exchange { actors: same(&self.actors), processes: same(&self.processes), labels: same(&self.labels) }
    }

    /// The condition in words that are the same for conditions that say the same after the exchange.
    fn words(&self, condition: &Condition) -> String {
        let sorted = |mut words: Vec<String>| {
            words.sort_unstable();
            words
        };
        let all = |parts: &[Condition]| sorted(parts.iter().map(|part| self.words(part)).collect());
        match condition {
            Condition::Or(parts) => format!("or {:?}", all(parts)),
            Condition::And(parts) => format!("and {:?}", all(parts)),
            Condition::Not(part) => format!("not {:?}", self.words(part)),
            Condition::Is(term) => format!("is {:?}", self.term(term)),
            Condition::Compare { left, op, right } => {
                let sides = vec![self.term(left), self.term(right)];
                let ordered = !matches!(op, CompareOp::Equal | CompareOp::NotEqual);
                format!("{op:?} {:?}", if ordered { sides } else { sorted(sides) })
            }
        }
    }

    fn term(&self, term: &Term) -> String {
        match &term.kind {
            TermKind::Number(number) => format!("{number}"),
            TermKind::Constant(value) => format!("{value:?}"),
            TermKind::Label(label) => format!("label {}", self.labels[*label]),
            // Its value may be the name of a process.
            TermKind::Field(label, Field::Packet(nth, PacketField::Overlapped)) => {
                format!("label {} overlapped {nth:?} {:?}", self.labels[*label], self.processes)
            }
            // Its value is the name of a thread, so only exchanges that leave the threads alone keep it.
            TermKind::Field(label, Field::OwnerThread) => {
                format!("label {} owned {:?}", self.labels[*label], self.actors)
            }
            TermKind::Field(label, field) => format!("label {} {field:?}", self.labels[*label]),
            TermKind::Ended(actor) => format!("ended {}", self.actors[*actor]),
            TermKind::Exited(process) => format!("exited {}", self.processes[*process]),
        }
    }
}

/// Notes which label stands for which, if `action` does what `other` does; conditions tell nothing new.
fn pair_labels(action: &Action, other: &Action, labels: &mut Pairs) -> bool {
    let bound = match (&action.kind, &other.kind) {
        (ActionKind::Check(_), ActionKind::Check(_)) => return true,
        (ActionKind::Call(call), ActionKind::Call(other)) => {
            [call.label.zip(other.label), call.second.zip(other.second)]
        }
        _ => [None, None],
    };
    action.needs.len() == other.needs.len()
        && action
            .needs
            .iter()
            .zip(&other.needs)
            .chain(bound.iter().flatten().map(|(one, other)| (one, other)))
            .all(|(label, other)| labels.add(*label, *other))
}
