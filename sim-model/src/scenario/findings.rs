//! Broken rules: those that a scenario expects, and how one is told to a person.

use sim_core::NtStatus;
use sim_core::drivers::program::place::DriverPlace;
use sim_core::finding::{About, Finding, Memory, Rule};
use sim_core::word::Word;

use crate::lang::ast::{self, Scenario, Span};
use crate::lang::{Diagnostic, Diagnostics};
use crate::scenario::run::Run;
use crate::scenario::world::World;

/// A broken rule that a scenario expects.
#[derive(Clone, Debug)]
pub struct ExpectedFinding {
    /// As it was written.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    wanted: Wanted,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    BugCheck { code: u64, subcode: Option<u64> },
    Rule(String),
}

impl ExpectedFinding {
    /// Whether it is this one.
    pub fn is_met_by(&self, finding: &Finding) -> bool {
        match &self.wanted {
            Wanted::BugCheck { code, subcode } => {
                finding.rule.bug_check().map(u64::from) == Some(*code)
                    && subcode.is_none_or(|subcode| finding.subcode() == Some(subcode))
            }
            Wanted::Rule(name) => finding.rule.name() == name || finding.rule.id() == name,
        }
    }
}

/// The broken rules that a scenario expects.
pub(super) fn expected(scenario: &Scenario, diagnostics: &mut Diagnostics) -> Vec<ExpectedFinding> {
    let mut all = Vec::new();
    for line in &scenario.expected {
        let (text, wanted) = match &line.value {
            ast::ExpectedFinding::Rule(name) => (name.value.clone(), Wanted::Rule(name.value.clone())),
            ast::ExpectedFinding::BugCheck { code, subcode } => {
                let code = code.value.magnitude;
                let subcode = subcode.as_ref().map(|number| number.value.magnitude);
                if !Rule::ALL.iter().any(|rule| can_raise(*rule, code, subcode)) {
                    diagnostics.push(no_such(code, subcode, line.span));
                }
                let shown = subcode.map_or(String::new(), |subcode| format!(" 0x{subcode:02X}"));
                (format!("bug check 0x{code:X}{shown}"), Wanted::BugCheck { code, subcode })
            }
        };
        all.push(ExpectedFinding { text, span: line.span, wanted });
    }
    all
}

fn can_raise(rule: Rule, code: u64, subcode: Option<u64>) -> bool {
    let has = |subcode: u64| rule.subcodes().iter().any(|known| u64::from(*known) == subcode);
    rule.bug_check().map(u64::from) == Some(code) && subcode.is_none_or(has)
}

fn no_such(code: u64, subcode: Option<u64>, span: Span) -> Diagnostic {
    let mut codes: Vec<String> = Vec::new();
    for rule in Rule::ALL {
        let Some(known) = rule.bug_check() else { continue };
        match rule.subcodes() {
            [] => codes.push(format!("0x{known:X}")),
            subcodes => codes.extend(subcodes.iter().map(|first| format!("0x{known:X} 0x{first:02X}"))),
        }
    }
    let first = subcode.map_or(String::new(), |subcode| format!(" with the first parameter 0x{subcode:X}"));
    Diagnostic::new(format!("the model raises no bug check 0x{code:X}{first}"))
        .at(span, "unknown bug check")
        .help(format!("it raises {}", codes.join(", ")))
}

/// A broken rule as one line: `rule DoubleCompletion, bug check 0x44 MULTIPLE_IRP_COMPLETE_REQUESTS: an IRP is completed
/// exactly once`.
pub fn sentence(finding: &Finding) -> String {
    let rule = finding.rule;
    match rule.name() == rule.id() {
        true => format!("rule {}: {}", rule.id(), rule.sentence()),
        false => format!("rule {}, {}: {}", rule.id(), rule.title(), rule.sentence()),
    }
}

impl World<'_> {
    /// What a rule was broken with, as long as it is there: `the IRP of r1 still owns buf`.
    pub fn subject_of(&self, finding: &Finding) -> String {
        let names = self.names();
        let owner = match finding.about {
            About::Irp(irp) => match self.kernel().get(irp) {
                Some(irp) => format!("the {}", names.irp(irp)),
                None => "an IRP that is gone".into(),
            },
            About::Request(iosb) => format!("the request {}", names.iosb(iosb)),
            About::Object(object) => names.object(object),
            About::Handle(handle) => format!("handle {handle}"),
        };
        match (finding.rule, finding.memory()) {
            (Rule::PacketCount, Some(memory)) => {
                format!("a packet of {owner} still points to {}", self.memory(memory))
            }
            (Rule::WriteToFreedMemory, Some(memory)) => format!("{owner} writes {}", self.memory(memory)),
            (_, Some(memory)) => format!("{owner} still writes {}", self.memory(memory)),
            (Rule::MultipleIrpCompleteRequests, None) => {
                format!("{owner}, now with {}", NtStatus::from_word(finding.number))
            }
            _ => owner,
        }
    }

    fn memory(&self, memory: Memory) -> String {
        match memory {
            Memory::Buffer(buffer) => self.names().buffer(buffer),
            Memory::StatusBlock(_) => "its status block".into(),
        }
    }
}

/// A rule that was broken.
#[derive(Clone, Debug)]
pub struct Found {
    /// Which, and with what.
    pub finding: Finding,
    /// The line that it happened in, as (actor, action).
    pub line: (usize, usize),
    /// The operation of a driver that the scenario writes, if it happened there.
    pub place: Option<DriverPlace>,
    /// What it is about, as it was called then.
    pub subject: String,
    /// The parameters of the bug check.
    pub parameters: [u64; 4],
}

impl Found {
    /// What the last step has found, with the names that things have now.
    pub(super) fn now(
        world: &World<'_>,
        finding: &Finding,
        line: (usize, usize),
        place: Option<DriverPlace>,
    ) -> Found {
        let parameters = finding.parameters(world.kernel());
        Found { finding: *finding, line, place, subject: world.subject_of(finding), parameters }
    }
}

impl Run<'_> {
    /// The rules that were broken although the scenario does not expect it.
    pub fn unexpected(&self) -> impl Iterator<Item = &Found> {
        let expected = &self.world.program().expected;
        self.found.iter().filter(|found| !expected.iter().any(|wanted| wanted.is_met_by(&found.finding)))
    }

    /// The rules that the scenario expects to be broken and that were not.
    pub fn awaited(&self) -> impl Iterator<Item = &ExpectedFinding> {
        let met = |wanted: &&ExpectedFinding| self.found.iter().any(|found| wanted.is_met_by(&found.finding));
        let says_nothing = self.partial || !self.counts_lines();
        self.world.program().expected.iter().filter(move |wanted| !says_nothing && !met(wanted))
    }
}
