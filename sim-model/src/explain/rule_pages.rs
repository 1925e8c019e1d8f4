//! Pages on rules, by their ids: each with a program that breaks the rule and one that keeps it.

use sim_core::drivers::DriverKind;
use sim_core::finding::Rule;
use sim_core::rule::Severity;

use crate::explain::calls::see_also;
use crate::explain::page::Page;
use crate::explain::prose::Prose;
use crate::explain::rule_pairs::pair;
use crate::explain::rules::{broken_by, expected, parameters, routines};

/// The page on a rule.
pub(super) fn page(id: &str) -> Option<Page> {
    let rule = Rule::ALL.iter().copied().find(|rule| rule.id() == id)?;
    let mut page = Page::new("rule", id, first_capital(rule.sentence()));
    page.section("Broken when", [("", Prose::of(rule.text()).about.join(" "))]);
    page.section("What is watched, and when", [("", first_capital(rule.watched()))]);
    page.section("Severity", [(rule.severity().name(), Prose::of(rule.severity().text()).about.join(" "))]);
    page.section("Bug check", bug_check(rule));
    page.section("Parameters", parameters(rule));
    add_pair(&mut page, rule);
    let mut lines = vec![format!("expect {id}")];
    lines.extend(expected(rule).into_iter().filter(|line| *line != format!("expect {id}")));
    page.section("In a scenario that expects it", lines.into_iter().map(|line| ("", line)));
    let drivers = DriverKind::ALL.iter().filter(|driver| broken_by(**driver) == Some(rule));
    let row = |driver: &DriverKind| (driver.name(), Prose::of(driver.text()).about.join(" "));
    page.section("Drivers of the model that break it", drivers.map(row));
    let mut also: Vec<&str> = routines(rule).to_vec();
    also.extend((rule.name() != id).then_some(rule.name()));
    also.push("expect");
    if rule.severity() == Severity::DriverVerifier {
        also.push("policy");
    }
    see_also(&mut page, also);
    page.section("Sources", [("", rule.source())]);
    Some(page)
}

fn bug_check(rule: Rule) -> Vec<(String, String)> {
    match rule.bug_check() {
        Some(code) => vec![(format!("0x{code:X}"), rule.name().to_owned())],
        None => vec![(String::new(), "none: Windows does not notice".to_owned())],
    }
}

fn add_pair(page: &mut Page, rule: Rule) {
    match pair(rule) {
        Some(pair) => {
            page.listing(format!("A program that breaks it: {}", pair.broken.path), pair.broken.text);
            page.listing(format!("The same, corrected: {}", pair.fixed.path), pair.fixed.text);
        }
        None => page.section(
            "A program that breaks it",
            [("", "none: what a driver of a scenario can call does not break it; the kernel's own tests do")],
        ),
    }
}

fn first_capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map_or_else(String::new, |first| first.to_uppercase().collect());
    format!("{first}{}.", chars.as_str())
}
