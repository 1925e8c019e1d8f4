//! A search that a limit ended: what multiplied the states, and what to change.

use serde::Serialize;

use crate::explore::{Counts, Limit};
use crate::scenario::places::Multipliers;
use crate::scenario::program::{ActionKind, Program, Service};
use crate::view::exploration::grouped;

/// The bounds that a search was given, in the words of its flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// `--max-states`.
    pub states: Option<usize>,
    /// `--max-memory`.
    pub megabytes: Option<u64>,
    /// `--time`.
    pub seconds: Option<u64>,
    /// `--preemptions`.
    pub preemptions: Option<u32>,
    /// `--no-partial-order`.
    pub no_partial_order: bool,
}

/// What a search that a limit ended says beside its counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limited {
    /// The bounds it was given.
    pub bounds: Bounds,
    /// What multiplied the states.
    pub multipliers: Multipliers,
}

/// One thing that can be changed, and what that does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// What to change: a flag with its value, or where to change something.
    pub change: String,
    /// What that does.
    pub effect: String,
}

impl Advice {
    fn new(change: impl Into<String>, effect: impl Into<String>) -> Advice {
        Advice { change: change.into(), effect: effect.into() }
    }
}

impl Bounds {
    /// The flag and the value that ended the search, if it was one.
    pub fn reached(&self, limit: Limit) -> Option<String> {
        match limit {
            Limit::States => self.states.map(|states| format!("--max-states {states}")),
            Limit::Bytes => self.megabytes.map(|megabytes| format!("--max-memory {megabytes}")),
            Limit::Time => self.seconds.map(|seconds| format!("--time {seconds}")),
            Limit::Depth | Limit::Cancelled => None,
        }
    }
}

impl Limited {
    /// What to change, the nearest first.
    pub fn advice(&self, limit: Limit, counts: &Counts, program: &Program) -> Vec<Advice> {
        let mut advice: Vec<Advice> = self.further(limit, counts).into_iter().collect();
        match self.bounds.preemptions {
            None => advice.push(Advice::new(
                "--preemptions 2",
                "only orders that stop somebody at most twice: far fewer; the verdict speaks of these",
            )),
            Some(0) => {}
            Some(most) => advice.push(Advice::new(
                format!("--preemptions {}", most - 1),
                "fewer orders; the verdict speaks of these",
            )),
        }
        if self.bounds.no_partial_order {
            advice.push(Advice::new(
                "without --no-partial-order",
                "orders that differ only in steps that nobody else can see are searched once",
            ));
        }
        let named = |name: &str| program.actors.iter().any(|actor| actor.name == name);
        let most = self.multipliers.who.iter().find(|one| named(&one.who));
        let lines = most.map(|one| format!("fewer lines for {}, which multiplies most", one.who));
        let requests = requests(program);
        let requests = (requests > 1).then(|| format!("fewer requests than its {requests}"));
        let effect: Vec<String> = lines.into_iter().chain(requests).collect();
        if !effect.is_empty() {
            advice.push(Advice::new("the scenario", effect.join(", or ")));
        }
        advice
    }

    /// The next value of the flag that ended the search.
    fn further(&self, limit: Limit, counts: &Counts) -> Option<Advice> {
        let each = (counts.bytes / counts.states.max(1)).max(1);
        let (flag, value, effect) = match limit {
            Limit::States => {
                let states = (self.bounds.states? as u64).max(1).saturating_mul(10);
                let megabytes = (states.saturating_mul(each) >> 20).max(1);
                let effect = format!("ten times as many; they take about {} MB", grouped(megabytes));
                ("--max-states", states, effect)
            }
            Limit::Bytes => {
                let megabytes = self.bounds.megabytes?.max(1).saturating_mul(4);
                let states = megabytes.saturating_mul(1 << 20) / each;
                let effect = format!("four times as much; room for about {} states", grouped(states));
                ("--max-memory", megabytes, effect)
            }
            Limit::Time => {
                let seconds = self.bounds.seconds?.max(1).saturating_mul(10);
                ("--time", seconds, "ten times as long".to_owned())
            }
            Limit::Cancelled => {
                return Some(Advice::new(
                    "the same again",
                    "a search cannot be taken up where it was interrupted; it begins anew",
                ));
            }
            Limit::Depth => return None,
        };
        Some(Advice::new(format!("{flag} {value}"), effect))
    }
}

fn requests(program: &Program) -> usize {
    let calls = program.actors.iter().flat_map(|actor| &actor.actions);
    calls
        .filter(|action| match &action.kind {
            ActionKind::Call(call) => matches!(call.service, Service::Issue(_)),
            _ => false,
        })
        .count()
}
