//! Pages on broken rules: bug checks, by name or by code, and what Windows does not notice.

use sim_core::drivers::kmdf::Delivered;
use sim_core::drivers::own_irps::{OwnIrps, OwnRoutine};
use sim_core::drivers::{CompletionRoutine, DriverKind};
use sim_core::finding::Rule;

use crate::explain::calls::see_also;
use crate::explain::page::Page;
use crate::explain::prose::Prose;

/// The page on all rules of a name: a bug check of Driver Verifier's has many causes.
pub(super) fn page(name: &str) -> Option<Page> {
    let rules: Vec<Rule> = Rule::ALL.iter().copied().filter(|rule| rule.name() == name).collect();
    page_on(&rules)
}

/// The page on the rules whose bug check has that code, and that first parameter if there is one.
pub(super) fn page_of_code(code: u64, subcode: Option<u64>) -> Option<Page> {
    let has = |rule: &Rule, subcode: u64| rule.subcodes().iter().any(|known| u64::from(*known) == subcode);
    let is_it = |rule: &Rule| {
        rule.bug_check().map(u64::from) == Some(code) && subcode.is_none_or(|subcode| has(rule, subcode))
    };
    let rules: Vec<Rule> = Rule::ALL.iter().copied().filter(is_it).collect();
    page_on(&rules)
}

fn page_on(rules: &[Rule]) -> Option<Page> {
    let first = *rules.first()?;
    let kind = if first.bug_check().is_some() { "bug check" } else { "broken rule" };
    let mut page = Page::new(kind, first.name(), about(rules));
    if rules.iter().all(|rule| rule.needs_verifier()) {
        let without = "Only Driver Verifier notices. Without it (policy verifier off) the system goes on to what \
                       comes of the mistake.";
        page.about.push(without.into());
    }
    let rows = |of: fn(Rule) -> String| rules.iter().map(move |rule| (codes(*rule), of(*rule)));
    page.section("When it happens", rows(|rule| Prose::of(rule.text()).about.join(" ")));
    page.section("The rule to keep", rows(|rule| rule.sentence().to_owned()));
    page.section("Parameters", first.parameter_names().iter().map(|(number, what)| (*number, *what)));
    let drivers: Vec<DriverKind> = DriverKind::ALL
        .iter()
        .copied()
        .filter(|driver| broken_by(*driver).is_some_and(|rule| rules.contains(&rule)))
        .collect();
    let row = |driver: &DriverKind| (driver.name(), Prose::of(driver.text()).about.join(" "));
    page.section("Drivers of the model that break it", drivers.iter().map(row));
    page.section(
        "In a scenario that expects it",
        rules.iter().flat_map(|rule| expected(*rule)).map(|line| ("", line)),
    );
    let mut also: Vec<&str> = rules.iter().flat_map(|rule| routines(*rule)).copied().collect();
    also.extend(["expect", "policy"]);
    see_also(&mut page, also);
    page.section("Sources", [("", first.source())]);
    Some(page)
}

fn about(rules: &[Rule]) -> String {
    match (rules[0].bug_check(), rules) {
        (Some(code), [rule]) if !rule.subcodes().is_empty() => {
            format!("Bug check 0x{code:X} with {} as its first parameter: the system stops.", codes(*rule))
        }
        (Some(code), _) => format!("Bug check 0x{code:X}: the system stops."),
        (None, [rule, ..]) if rule.stops() => {
            "Windows does not notice; memory is corrupted, and the model stops here.".into()
        }
        (None, _) => "Windows does not notice; the run goes on, and what comes of it is shown.".into(),
    }
}

/// The first parameters of a rule's bug check: `0x3C or 0xF5`.
fn codes(rule: Rule) -> String {
    let codes: Vec<String> = rule.subcodes().iter().map(|code| format!("0x{code:02X}")).collect();
    codes.join(" or ")
}

/// The lines that expect a broken rule.
pub(super) fn expected(rule: Rule) -> Vec<String> {
    match (rule.bug_check(), rule.subcodes()) {
        (Some(code), []) => vec![format!("expect bug check 0x{code:X}")],
        (Some(code), subcodes) => {
            subcodes.iter().map(|subcode| format!("expect bug check 0x{code:X} 0x{subcode:02X}")).collect()
        }
        (None, _) => vec![format!("expect {}", rule.name())],
    }
}

/// The rule that a faulty driver breaks.
pub(super) fn broken_by(driver: DriverKind) -> Option<Rule> {
    let manner = driver.manner();
    Some(match () {
        () if manner.own_irps == OwnIrps::Allocated(OwnRoutine::Unset) => Rule::OwnIrpCompleted,
        () if manner.own_irps == OwnIrps::Allocated(OwnRoutine::FreesAndGoesOn) => Rule::IrpUsedAfterFree,
        () if manner.own_irps == OwnIrps::Allocated(OwnRoutine::FreesRequest) => Rule::FreedThreadIrp,
        () if manner.own_irps == OwnIrps::Associated && manner.sets_cancel_routine && !manner.cancels_own => {
            Rule::IrpUsedAfterFree
        }
        () if !manner.marks_pending => Rule::PendingNotMarked,
        () if !manner.returns_pending => Rule::MarkedNotPending,
        () if manner.delivered == Some(Delivered::IgnoresUnmark) => Rule::MultipleIrpCompleteRequests,
        () if manner.completes_twice => Rule::MultipleIrpCompleteRequests,
        () if !manner.clears_cancel_routine => Rule::CompletedWithCancelRoutine,
        () if !manner.sets_cancel_routine => Rule::CancelledNotCompleted,
        () if manner.routine == CompletionRoutine::Forgets => Rule::PendingNotPropagated,
        () if !manner.attaches => Rule::NoMoreIrpStackLocations,
        () => return None,
    })
}

/// The routines in which the rule is watched.
const fn routines(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::ReferenceByPointer => &["ObDereferenceObject", "PointerCount"],
        Rule::InvalidKernelHandle => &["NtClose"],
        Rule::VerifierDetectedViolation => &["ObReferenceObjectByHandle"],
        Rule::NoMoreIrpStackLocations => &["IofCallDriver", "CurrentLocation"],
        Rule::CancelStateInCompletedIrp | Rule::CancelledNotCompleted => &["IoCancelIrp", "CancelRoutine"],
        Rule::CompletedWithCancelRoutine => &["IofCompleteRequest", "CancelRoutine"],
        Rule::MultipleIrpCompleteRequests
        | Rule::CompletedAsPending
        | Rule::PendingNotMarked
        | Rule::MarkedNotPending
        | Rule::PendingNotPropagated
        | Rule::IrpUsedAfterFree => &["IofCompleteRequest", "IRP"],
        Rule::OwnIrpCompleted
        | Rule::IrpUsedAfterCompletion
        | Rule::ReturnedWithoutCompleting
        | Rule::CompletedUnderSpinLock => &["IofCompleteRequest", "IRP"],
        Rule::NullPointerUsed
        | Rule::ContextUsedAfterFree
        | Rule::SpinLockAlreadyOwned
        | Rule::SpinLockNotOwned
        | Rule::SpinLockNotReleased
        | Rule::SpinLockDeadlock
        | Rule::RemoveLockNotHeld
        | Rule::RoutineNeverEnds
        | Rule::NextLocationNotSetUp
        | Rule::IrpUsedAfterCallDriver
        | Rule::ForwardedWithCancelRoutine
        | Rule::EventUsedAfterReturn
        | Rule::CorruptListEntry => &["driver routine"],
        Rule::FreedThreadIrp => &["IRP"],
        Rule::FreedWhileInUse | Rule::ReusedWhileInUse | Rule::WriteToFreedMemory => {
            &["HeapFree", "IO_STATUS_BLOCK", "GetOverlappedResult"]
        }
    }
}
