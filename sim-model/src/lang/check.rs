//! Names: whether each one stands for something, and for the right thing.

use std::collections::BTreeMap;

use sim_core::NtStatus;
use sim_core::profile::Arch;

use super::action::RAISES;
use super::ast::{
    Action, ActionKind, Actor, Device, Expected, ExpectedFinding, Name, Number, Policy, Scenario, Span,
    Spanned,
};
use super::catalogue::{Binds, Catalogue};
use super::diagnostic::{Diagnostic, Diagnostics, MAX_QUOTED, quoted};
use super::nearest::nearest;

/// The most bytes that a request transfers.
const MOST_BYTES: i128 = u32::MAX as i128;

/// So few names are all told, if none is near to an unknown one.
const MOST_LISTED: usize = 40;

/// Looks up every name of a scenario. No error means that a run can rely on all of them.
pub fn check(scenario: &Scenario, catalogue: &Catalogue) -> Diagnostics {
    let mut checker = Checker {
        catalogue,
        labels: BTreeMap::new(),
        devices: Declared::new("device"),
        processes: Declared::new("process"),
        threads: Declared::new("thread"),
        diagnostics: Diagnostics::new(scenario.source.clone()),
    };
    checker.declare(scenario);
    checker.file_level(scenario);
    for (thread, actions) in sequences(scenario).enumerate() {
        for (action, Spanned { value, .. }) in actions.iter().enumerate() {
            checker.action(value, Some(Place { thread, action }));
        }
    }
    for property in &scenario.properties {
        checker.expr(&property.expr, None);
    }
    checker.diagnostics
}

/// The action lists of a scenario, in the order of the file.
fn sequences(scenario: &Scenario) -> impl Iterator<Item = &[Action]> {
    scenario.actors.iter().flat_map(|actor| match actor {
        Actor::Process(process) => process.threads.iter().map(|thread| &thread.actions[..]).collect(),
        Actor::Environment(environment) => vec![&environment.actions[..]],
    })
}

/// Where an action stands: in which list of actions, and at which place in it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    thread: usize,
    action: usize,
}

/// What is known of a label.
struct Binding {
    span: Span,
    /// Where it is bound; `None` if it is declared `unbound`.
    place: Option<Place>,
    /// What it names; `None` if that is not known, and then it fits everywhere.
    binds: Option<Binds>,
}

/// The declared names of one kind, and where they are declared.
struct Declared<'a> {
    kind: &'static str,
    names: BTreeMap<&'a str, Span>,
}

impl<'a> Declared<'a> {
    fn new(kind: &'static str) -> Self {
        Declared { kind, names: BTreeMap::new() }
    }

    fn declare(&mut self, name: &'a Name, diagnostics: &mut Diagnostics) {
        if let Some(&first) = self.names.get(&*name.value) {
            let (kind, shown) = (self.kind, quoted(&name.value));
            diagnostics.push_with(name.span.start, || {
                Diagnostic::new(format!("the {kind} {shown} is declared twice"))
                    .at(name.span, "declared again")
                    .and_at(first, "declared first")
                    .help(format!("the name of a {kind} is unique in the whole file"))
            });
        } else {
            self.names.insert(&name.value, name.span);
        }
    }
}

pub(super) struct Checker<'a> {
    pub(super) catalogue: &'a Catalogue,
    labels: BTreeMap<&'a str, Binding>,
    devices: Declared<'a>,
    processes: Declared<'a>,
    threads: Declared<'a>,
    pub(super) diagnostics: Diagnostics,
}

impl<'a> Checker<'a> {
    fn declare(&mut self, scenario: &'a Scenario) {
        let mut drivers = Declared::new("driver");
        for driver in &scenario.drivers {
            drivers.declare(&driver.name, &mut self.diagnostics);
        }
        for device in &scenario.devices {
            self.devices.declare(&device.name, &mut self.diagnostics);
        }
        for process in scenario.processes() {
            self.processes.declare(&process.name, &mut self.diagnostics);
            for thread in &process.threads {
                self.threads.declare(&thread.name, &mut self.diagnostics);
            }
        }
        for label in &scenario.unbound {
            self.bind(label, Binding { span: label.span, place: None, binds: None });
        }
        for (thread, actions) in sequences(scenario).enumerate() {
            for (action, Spanned { value, .. }) in actions.iter().enumerate() {
                let ActionKind::Call { label, second, call, .. } = value else { continue };
                let binds = self.catalogue.call(&call.name.value).map(|spec| spec.binds);
                let place = Some(Place { thread, action });
                for label in label.iter().chain(second) {
                    self.bind(label, Binding { span: label.span, place, binds });
                }
            }
        }
    }

    fn bind(&mut self, label: &'a Name, binding: Binding) {
        let shown = quoted(&label.value);
        if self.catalogue.constants().any(|constant| constant == label.value) {
            self.diagnostics.push_with(label.span.start, || {
                Diagnostic::new(format!("{shown} is a constant and cannot be a label"))
                    .at(label.span, "choose another name")
            });
        }
        let Some(first) = self.labels.get(&*label.value) else {
            self.labels.insert(&label.value, binding);
            return;
        };
        let note = if first.place.is_some() { "bound first" } else { "declared `unbound`" };
        let first = first.span;
        self.diagnostics.push_with(label.span.start, || {
            Diagnostic::new(format!("the label {shown} is bound twice"))
                .at(label.span, "bound again")
                .and_at(first, note)
                .help("a label names one thing in the whole file")
        });
    }

    fn file_level(&mut self, scenario: &Scenario) {
        let catalogue = self.catalogue;
        if let Some(profile) = &scenario.profile {
            self.one_of("profile", profile, || catalogue.profiles.iter().copied());
        }
        for policy in &scenario.policies {
            match policy {
                Policy::Reuse(name) => {
                    self.one_of("policy of handles", name, || {
                        catalogue.reuses.iter().copied().chain(["limit"])
                    });
                }
                Policy::Verifier(name) => {
                    self.one_of("policy of the verifier", name, || ["on", "off"].into_iter());
                }
                Policy::Rings(name) => {
                    self.one_of("policy of rings", name, || catalogue.ring_policies.iter().copied());
                }
                Policy::Limit(_) => {}
            }
        }
        for expected in &scenario.expected {
            if let ExpectedFinding::Rule(name) = &expected.value {
                self.one_of("rule", name, || catalogue.rules.iter().copied());
            }
        }
        for mark in scenario.processes().flat_map(|process| &process.marks) {
            self.one_of("mark of a process", mark, || catalogue.marks.iter().copied());
        }
        if let Some(arch) = &scenario.arch {
            self.one_of("arch", arch, || Arch::ALL.iter().map(|arch| arch.name()));
        }
        for device in &scenario.devices {
            self.one_of("driver", &device.driver, || {
                let own = scenario.drivers.iter().map(|driver| &*driver.name.value);
                catalogue.drivers.iter().copied().chain(own)
            });
            self.outcome(device.bytes.as_ref(), device.status.as_ref());
        }
        self.stacks(&scenario.devices, &scenario.drivers);
        for action in scenario.environments().flat_map(|environment| &environment.actions) {
            if let ActionKind::Call { call, .. } = &action.value {
                self.diagnostics.push_with(call.name.span.start, || {
                    Diagnostic::new("an environment makes no calls")
                        .at(call.name.span, "a call")
                        .help("calls stand below a `thread`")
                });
            }
        }
    }

    /// A filter, and no other driver, stands over a device, which is declared before it.
    fn stacks(&mut self, devices: &[Device], drivers: &[super::driver::Driver]) {
        let mut below = Declared::new("earlier device");
        for Device { name, driver, over, .. } in devices {
            let is_filter = self.catalogue.filters.iter().any(|filter| *filter == driver.value);
            // A driver that the file writes may stand over another device or not.
            let is_own = drivers.iter().any(|known| known.name.value == driver.value);
            match over {
                Some(over) if !is_filter && !is_own => self.diagnostics.push_with(over.span.start, || {
                    let message =
                        format!("the driver {} passes no request to another device", quoted(&driver.value));
                    let filters = self.catalogue.filters.join("`, `");
                    Diagnostic::new(message)
                        .at(over.span, "a device below")
                        .help(format!("the drivers that stand over another device: `{filters}`"))
                }),
                Some(over) => unknown(&mut self.diagnostics, &below, over),
                None if is_filter => self.diagnostics.push_with(driver.span.start, || {
                    Diagnostic::new(format!("the driver {} needs a device below it", quoted(&driver.value)))
                        .at(driver.span, "expected `over` and the name of a device")
                        .help(format!("write `driver={} over NAME`", driver.value))
                }),
                None => {}
            }
            below.names.entry(&name.value).or_insert(name.span);
        }
    }

    fn action(&mut self, action: &ActionKind, place: Option<Place>) {
        match action {
            ActionKind::Call { label, second, call, expect } => {
                self.call(label.as_ref(), second.as_ref(), call, place);
                for expected in expect {
                    match &expected.value {
                        Expected::Name(name) => self.expectation(name, expected.span),
                        Expected::Sum(name, added) => self.sum(name, *added, expected.span),
                        Expected::Number(_) => {}
                    }
                }
            }
            ActionKind::Check(expr) => self.expr(expr, place),
            ActionKind::DeviceCompletes { device, label, bytes, status } => {
                self.device_action(device, label, place);
                self.outcome(bytes.as_ref(), status.as_ref());
            }
            ActionKind::DeviceCalls { device, bytes, status, .. } => {
                self.device(device);
                self.outcome(bytes.as_ref(), status.as_ref());
            }
            ActionKind::DeviceFails { device, label, status } => {
                self.device_action(device, label, place);
                self.outcome(None, Some(status));
            }
            ActionKind::System { label, .. } => {
                self.label_of(&label.value, label.span, place, &[Binds::Handle], &[]);
            }
            ActionKind::ExitProcess(name) | ActionKind::TerminateProcess(name) => self.process(name),
            ActionKind::TerminateThread(name) => self.thread(name),
        }
    }

    fn device_action(&mut self, device: &Name, label: &Name, place: Option<Place>) {
        self.device(device);
        self.label_of(&label.value, label.span, place, &[Binds::Operation], &[]);
    }

    /// How a request ends: a number of bytes, a status, or both.
    fn outcome(&mut self, bytes: Option<&Spanned<Number>>, status: Option<&Name>) {
        if let Some(bytes) = bytes.filter(|bytes| bytes.value.value() < 0 || bytes.value.value() > MOST_BYTES)
        {
            let (found, span) = (bytes.value.value(), bytes.span);
            let message = format!("the number {found} does not fit: expected 0 to {MOST_BYTES} bytes");
            self.diagnostics.push(Diagnostic::new(message).at(span, "out of range"));
        }
        if let Some(status) = status {
            self.one_of("status", status, || NtStatus::ALL.iter().map(|row| row.1));
        }
    }

    fn expectation(&mut self, name: &str, span: Span) {
        let catalogue = self.catalogue;
        if let Some(status) = name.strip_prefix(RAISES).and_then(|rest| rest.strip_prefix(' ')) {
            let status = Spanned::new(status.to_owned(), span);
            return self.one_of("status", &status, || NtStatus::ALL.iter().map(|row| row.1));
        }
        self.one_of("result", &Spanned::new(name.to_owned(), span), || catalogue.expectations());
    }

    /// A result of a wait for several objects: the first one's, and which object it is.
    fn sum(&mut self, name: &str, added: u64, span: Span) {
        let sums = self.catalogue.sums;
        self.one_of("result of a wait", &Spanned::new(name.to_owned(), span), || {
            sums.iter().map(|(name, _)| *name)
        });
        let most = sums.iter().find(|(known, _)| *known == name).map(|(_, most)| *most);
        if let Some(most) = most.filter(|most| added > *most) {
            self.diagnostics.push_with(span.start, || {
                Diagnostic::new(format!("found {name} + {added}, expected at most {name} + {most}"))
                    .at(span, "no wait is for so many objects")
            });
        }
    }

    pub(super) fn device(&mut self, name: &Name) {
        unknown(&mut self.diagnostics, &self.devices, name);
    }

    pub(super) fn process(&mut self, name: &Name) {
        unknown(&mut self.diagnostics, &self.processes, name);
    }

    pub(super) fn thread(&mut self, name: &Name) {
        unknown(&mut self.diagnostics, &self.threads, name);
    }

    /// A name that must be one of those that `known` lists.
    pub(super) fn one_of<'n, I>(&mut self, kind: &str, name: &Name, known: impl Fn() -> I)
    where
        I: Iterator<Item = &'n str>,
    {
        if !known().any(|other| other == name.value) {
            self.diagnostics.push_with(name.span.start, || {
                let diagnostic = Diagnostic::new(format!("there is no {kind} {}", quoted(&name.value)))
                    .at(name.span, format!("unknown {kind}"));
                let near = nearest(&name.value, known());
                match known().collect::<Vec<_>>() {
                    few if near.is_none() && few.len() <= MOST_LISTED => {
                        diagnostic.help(format!("there is {}", few.join(", ")))
                    }
                    _ => diagnostic.suggest(near),
                }
            });
        }
    }

    pub(super) fn is_label(&self, name: &str) -> bool {
        self.labels.contains_key(name)
    }

    /// A label that must be bound, before this place, to one of `wanted` (to anything if there are
    /// none). `constants` could have stood here as well; they are only suggested. What it names, if
    /// there is no error and it is known.
    pub(super) fn label_of(
        &mut self,
        name: &str,
        span: Span,
        place: Option<Place>,
        wanted: &[Binds],
        constants: &[&str],
    ) -> Option<Binds> {
        let shown = quoted(name);
        let Some(binding) = self.labels.get(name) else {
            let labels = &self.labels;
            self.diagnostics.push_with(span.start, || {
                let candidates = labels.keys().copied().chain(constants.iter().copied());
                let diagnostic = Diagnostic::new(format!("nothing in the file binds the label {shown}"))
                    .at(span, "unknown label")
                    .suggest(nearest(name, candidates));
                match name.len() <= MAX_QUOTED {
                    true => {
                        diagnostic.help(format!("declare `unbound {name}` to use the value of no handle"))
                    }
                    false => diagnostic,
                }
            });
            return None;
        };
        if let (Some(bound), Some(used)) = (binding.place, place)
            && bound.thread == used.thread
            && used.action <= bound.action
        {
            let bound = binding.span;
            self.diagnostics.push_with(span.start, || {
                Diagnostic::new(format!("the label {shown} is used before it is bound"))
                    .at(span, "used here")
                    .and_at(bound, "bound here")
            });
            return None;
        }
        let binds = binding.binds?;
        if wanted.is_empty() || binds == Binds::Nothing || binds == Binds::Value || wanted.contains(&binds) {
            return Some(binds);
        }
        let bound = binding.span;
        let words: Vec<&str> = wanted.iter().map(|wanted| with_article(*wanted)).collect();
        self.diagnostics.push_with(span.start, || {
            let wanted = words.join(" or ");
            Diagnostic::new(format!("{shown} is the label of {}, expected {wanted}", with_article(binds)))
                .at(span, format!("expected {wanted}"))
                .and_at(bound, "bound here")
        });
        None
    }
}

fn with_article(binds: Binds) -> &'static str {
    match binds {
        Binds::Nothing => "nothing",
        Binds::Handle => "a handle",
        Binds::Operation => "an operation",
        Binds::Packet => "a packet",
        Binds::Completion => "a completion",
        Binds::Apc => "a user APC",
        Binds::Buffer => "a buffer",
        Binds::View => "a view",
        Binds::Information => "the answer of a query",
        Binds::Value => "a value",
    }
}

fn unknown(diagnostics: &mut Diagnostics, declared: &Declared<'_>, name: &Name) {
    if !declared.names.contains_key(&*name.value) {
        diagnostics.push_with(name.span.start, || {
            Diagnostic::new(format!("there is no {} {}", declared.kind, quoted(&name.value)))
                .at(name.span, format!("unknown {}", declared.kind))
                .suggest(nearest(&name.value, declared.names.keys().copied()))
        });
    }
}
