//! Compiling: from a syntax tree to a program, every name looked up once.

use std::collections::{BTreeMap, BTreeSet};

use sim_core::NtStatus;
use sim_core::drivers::immediate::Answer;
use sim_core::drivers::program::code::DriverProgram;
use sim_core::drivers::{Dispatch, DriverKind};
use sim_core::ob::information::InformationClass;
use sim_core::profile::{Arch, Profile};

use crate::lang::ast::{self, Expected, Scenario, Span, Spanned};
use crate::lang::{Diagnostic, Diagnostics, check};
use crate::scenario::calls::{ServiceName, call_row};
use crate::scenario::catalogue::CATALOGUE;
use crate::scenario::compile_args::Args;
use crate::scenario::compile_driver::compile_drivers;
use crate::scenario::compile_handles::{handle_policy, marks};
use crate::scenario::compile_pipes::is_of_pipes;
use crate::scenario::compile_sockets::is_of_sockets;
use crate::scenario::expect::Expectation;
use crate::scenario::findings;
use crate::scenario::program::{
    Action, ActionKind, Actor, Call, DeviceDecl, Label, LabelId, Program, Property, Service,
};
use crate::scenario::rings::ring_policy;

/// Compiles a scenario.
///
/// # Errors
/// Every name that stands for nothing, and every number that does not fit its parameter, with its place.
///
/// ```
/// use sim_model::{lang, scenario};
/// let text = "process app\n  thread main\n    port = CreateIoCompletionPort()\n";
/// let program = scenario::compile(lang::parse("port.kobj", text).unwrap()).unwrap();
/// assert_eq!(program.actors[0].actions.len(), 1);
/// ```
pub fn compile(scenario: Scenario) -> Result<Program, Diagnostics> {
    compile_for(scenario, None)
}

/// Compiles a scenario for a Windows version, whichever it names itself.
///
/// # Errors
/// As [`compile`]; and a call that this version of Windows does not have.
pub fn compile_for(scenario: Scenario, profile: Option<Profile>) -> Result<Program, Diagnostics> {
    compile_all(scenario, profile, &[])
}

pub(super) fn compile_all(
    scenario: Scenario,
    profile: Option<Profile>,
    written: &[DriverProgram],
) -> Result<Program, Diagnostics> {
    let own = || scenario.profile.as_ref().and_then(|name| Profile::named(&name.value)).unwrap_or_default();
    let arch = scenario.arch.as_ref().and_then(|name| Arch::named(&name.value)).unwrap_or(Arch::X64);
    let profile = profile.unwrap_or_else(own).on(arch);
    let diagnostics = check(&scenario, &CATALOGUE);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let mut diagnostics = diagnostics;
    let handles = handle_policy(&scenario, &mut diagnostics);
    let marks = marks(&scenario, profile, &mut diagnostics);
    let expected = findings::expected(&scenario, &mut diagnostics);
    let drivers = compile_drivers(&scenario, written, &mut diagnostics);
    scenario.devices.iter().for_each(|device| check_answer(device, &mut diagnostics));
    let profile = if verifier_is_off(&scenario) { profile.unverified() } else { profile };
    let mut compiler = Compiler::of(&scenario, profile, diagnostics);
    let actors = compiler.actors(&scenario);
    let properties = scenario.properties.iter().map(|property| compiler.property(property)).collect();
    let Compiler { diagnostics, labels, paths, charges, high_water, .. } = compiler;
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    Ok(Program {
        profile: Profile {
            charges: charges || profile.charges,
            high_water: high_water || profile.high_water,
            ..profile
        },
        handles,
        rings: ring_policy(&scenario),
        marks,
        devices: scenario.devices.iter().filter_map(|declared| device(declared, &scenario)).collect(),
        drivers,
        processes: scenario.processes().map(|process| process.name.value.clone()).collect(),
        actors,
        has_pipes: paths.iter().any(|path| is_of_pipes(path)),
        has_sockets: paths.iter().any(|path| is_of_sockets(path)),
        paths,
        labels,
        expected,
        properties,
        scenario,
    })
}

/// Whether the scenario has Driver Verifier switched off.
fn verifier_is_off(scenario: &Scenario) -> bool {
    let off = |policy: &ast::Policy| matches!(policy, ast::Policy::Verifier(name) if name.value == "off");
    scenario.policies.iter().rfind(|policy| matches!(policy, ast::Policy::Verifier(_))).is_some_and(off)
}

fn bound_labels(scenario: &Scenario) -> BTreeSet<String> {
    let threads = scenario.processes().flat_map(|process| &process.threads);
    let bound = threads.flat_map(|thread| &thread.actions).flat_map(|action| match &action.value {
        ast::ActionKind::Call { label, second, .. } => label.iter().chain(second),
        _ => None.iter().chain(&None),
    });
    scenario.unbound.iter().chain(bound).map(|name| name.value.clone()).collect()
}

/// Only a driver that completes requests at once can be told what with.
fn check_answer(device: &ast::Device, diagnostics: &mut Diagnostics) {
    let name = &device.driver;
    let manner = DriverKind::named(&name.value).map(DriverKind::manner);
    let is_told = device.bytes.is_some() || device.status.is_some();
    if manner.is_some_and(|manner| manner.is_null) && is_told {
        diagnostics.push(
            Diagnostic::new(format!("the driver `{}` has its own answers", name.value))
                .at(name.span, "nothing can stand after it"),
        );
    }
    if manner.is_some_and(|manner| manner.dispatch == Dispatch::Pend) && is_told {
        diagnostics.push(
            Diagnostic::new(format!("the driver `{}` does not answer at once", name.value))
                .at(name.span, "nothing can stand after it")
                .help(format!(
                    "below an `environment`: `device {} completes LABEL with …`",
                    device.name.value
                )),
        );
    }
}

fn device(device: &ast::Device, scenario: &Scenario) -> Option<DeviceDecl> {
    let devices = &scenario.devices;
    let program = scenario.drivers.iter().position(|driver| driver.name.value == device.driver.value);
    let driver = match program {
        Some(_) => DriverKind::Program,
        None => DriverKind::named(&device.driver.value)?,
    };
    let status = device.status.as_ref().and_then(|status| NtStatus::from_name(&status.value));
    let information = device.bytes.as_ref().map(|bytes| bytes.value.magnitude as u32);
    let answer = Answer { status: status.unwrap_or_default(), information, ..Answer::default() };
    let below = |over: &ast::Name| devices.iter().position(|device| device.name.value == over.value);
    let over = device.over.as_ref().and_then(below);
    Some(DeviceDecl { name: device.name.value.clone(), driver, program, over, answer })
}

pub(super) struct Compiler {
    pub(super) profile: Profile,
    /// Something asks for the charged PointerCount.
    pub(super) charges: bool,
    /// Something asks for the high-water marks of a type.
    pub(super) high_water: bool,
    pub(super) diagnostics: Diagnostics,
    pub(super) paths: Vec<String>,
    labels: Vec<Label>,
    label_ids: BTreeMap<String, LabelId>,
    devices: Vec<String>,
    pub(super) processes: Vec<String>,
    threads: BTreeMap<String, usize>,
    /// The labels that some line binds, and those declared `unbound`.
    pub(super) bound: BTreeSet<String>,
}

impl Compiler {
    fn of(scenario: &Scenario, profile: Profile, diagnostics: Diagnostics) -> Compiler {
        let mut compiler = Compiler {
            profile,
            charges: false,
            high_water: false,
            diagnostics,
            paths: Vec::new(),
            labels: Vec::new(),
            label_ids: BTreeMap::new(),
            devices: scenario.devices.iter().map(|device| device.name.value.clone()).collect(),
            processes: scenario.processes().map(|process| process.name.value.clone()).collect(),
            threads: BTreeMap::new(),
            bound: bound_labels(scenario),
        };
        for name in &scenario.unbound {
            compiler.label(&name.value, true);
        }
        let mut number = 0;
        for actor in &scenario.actors {
            let ast::Actor::Process(process) = actor else {
                number += 1;
                continue;
            };
            for thread in &process.threads {
                compiler.threads.insert(thread.name.value.clone(), number);
                number += 1;
            }
        }
        compiler
    }

    /// The number of a label.
    pub(super) fn label(&mut self, name: &str, unbound: bool) -> LabelId {
        if let Some(id) = self.label_ids.get(name) {
            return *id;
        }
        self.labels.push(Label { name: name.into(), unbound });
        self.label_ids.insert(name.into(), self.labels.len() - 1);
        self.labels.len() - 1
    }

    pub(super) fn thread(&self, name: &str) -> usize {
        self.threads.get(name).copied().unwrap_or_default()
    }

    pub(super) fn process(&self, name: &str) -> usize {
        self.processes.iter().position(|process| process == name).unwrap_or_default()
    }

    fn actors(&mut self, scenario: &Scenario) -> Vec<Actor> {
        let mut actors = Vec::new();
        let mut processes = 0;
        for actor in &scenario.actors {
            match actor {
                ast::Actor::Process(process) => {
                    for thread in &process.threads {
                        let actions = self.actions(scenario, &thread.actions);
                        actors.push(Actor {
                            name: thread.name.value.clone(),
                            process: Some(processes),
                            actions,
                        });
                    }
                    processes += 1;
                }
                ast::Actor::Environment(environment) => {
                    let name = environment.name.as_ref().map_or("environment", |name| &name.value).into();
                    actors.push(Actor {
                        name,
                        process: None,
                        actions: self.actions(scenario, &environment.actions),
                    });
                }
            }
        }
        actors
    }

    fn actions(&mut self, scenario: &Scenario, actions: &[ast::Action]) -> Vec<Action> {
        actions.iter().map(|action| self.action(scenario, action)).collect()
    }

    fn action(&mut self, scenario: &Scenario, action: &ast::Action) -> Action {
        let Spanned { value, span } = action;
        let (kind, needs) = match value {
            ast::ActionKind::Call { label, second, call, expect } => {
                self.call(label.as_ref(), second.as_ref(), call, expect)
            }
            ast::ActionKind::Check(expr) => {
                let condition = self.condition(expr);
                let mut needs = Vec::new();
                self.labels_of(&condition, &mut needs);
                (ActionKind::Check(condition), needs)
            }
            ast::ActionKind::DeviceCompletes { device, label, bytes, status } => {
                let status = status.as_ref().and_then(|status| NtStatus::from_name(&status.value));
                let bytes = bytes.as_ref().map_or(0, |bytes| self.number(bytes.value.value(), bytes.span));
                self.complete(scenario, (device, label), status.unwrap_or(NtStatus::SUCCESS), bytes)
            }
            ast::ActionKind::DeviceCalls { device, routine, bytes, status } => {
                let status = status.as_ref().and_then(|status| NtStatus::from_name(&status.value));
                let bytes = bytes.as_ref().map_or(0, |bytes| self.number(bytes.value.value(), bytes.span));
                let routine = self.driver_routine(scenario, device, routine);
                let device = self.devices.iter().position(|name| *name == device.value).unwrap_or_default();
                let status = status.unwrap_or(NtStatus::SUCCESS);
                (ActionKind::Calls { device, routine, status, bytes }, Vec::new())
            }
            ast::ActionKind::DeviceFails { device, label, status } => {
                let status = NtStatus::from_name(&status.value).unwrap_or(NtStatus::UNSUCCESSFUL);
                self.complete(scenario, (device, label), status, 0)
            }
            ast::ActionKind::System { act, label } => {
                let file = self.label(&label.value, false);
                (ActionKind::System { act: *act, file }, vec![file])
            }
            ast::ActionKind::ExitProcess(name) | ast::ActionKind::TerminateProcess(name) => {
                (ActionKind::EndProcess(self.process(&name.value)), Vec::new())
            }
            ast::ActionKind::TerminateThread(name) => {
                (ActionKind::EndThread(self.thread(&name.value)), Vec::new())
            }
        };
        let source = &scenario.source;
        let line = source.position(span.start).line;
        let text = source.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let text =
            text.split(" -> ").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let text = text.replace("( ", "(").replace(" )", ")");
        Action { span: *span, line, text, needs, kind }
    }

    fn complete(
        &mut self,
        scenario: &Scenario,
        (device, label): (&ast::Name, &ast::Name),
        status: NtStatus,
        bytes: u32,
    ) -> (ActionKind, Vec<LabelId>) {
        if status == NtStatus::PENDING {
            let message = "a request cannot complete with STATUS_PENDING: it means that it has not completed";
            self.diagnostics.push(Diagnostic::new(message).at(label.span, "this request"));
        }
        self.answers_by_itself(scenario, device);
        let device = self.devices.iter().position(|name| *name == device.value).unwrap_or_default();
        let operation = self.label(&label.value, false);
        (ActionKind::Complete { device, operation, status, bytes }, vec![operation])
    }

    /// A number that fits 32 bits.
    pub(super) fn number(&mut self, number: i128, span: Span) -> u32 {
        u32::try_from(number).unwrap_or_else(|_| {
            let message = format!("the number {number} does not fit: expected 0 to 4294967295");
            self.diagnostics.push(Diagnostic::new(message).at(span, "out of range"));
            0
        })
    }

    fn call(
        &mut self,
        label: Option<&ast::Name>,
        second: Option<&ast::Name>,
        call: &ast::Call,
        expect: &[Spanned<Expected>],
    ) -> (ActionKind, Vec<LabelId>) {
        // `check` has made sure that the call exists.
        let Some(row) = call_row(&call.name.value) else { unreachable!("a checked call exists") };
        if let Some(came) = self.missing(row.service) {
            let message = format!("{} does not exist on {}", row.spec.name, self.profile.version.name());
            self.diagnostics.push(Diagnostic::new(message).at(call.name.span, came));
        }
        let mut args = Args { compiler: self, row, call, needs: Vec::new() };
        let service = args.service(label.is_some());
        let handles = args.handles();
        let needs = args.needs;
        let label = label.map(|label| self.label(&label.value, false));
        let second = second.map(|label| self.label(&label.value, false));
        let expect = expect
            .iter()
            .filter_map(|expected| match &expected.value {
                Expected::Name(name) => Expectation::named(name),
                Expected::Sum(name, added) => Expectation::sum(name, *added as u32),
                Expected::Number(number) => Some(Expectation::Value(number.magnitude)),
            })
            .collect();
        (ActionKind::Call(Call { row, service, handles, label, second, expect }), needs)
    }

    /// If this version of Windows does not have a service: when it came.
    const fn missing(&self, service: ServiceName) -> Option<&'static str> {
        match service {
            ServiceName::CancelIoEx if !self.profile.has_cancel_io_ex => Some("it came with Windows Vista"),
            ServiceName::CancelSynchronousIo | ServiceName::RemovePackets | ServiceName::SetModes
                if !self.profile.has_vista_io =>
            {
                Some("it came with Windows Vista")
            }
            ServiceName::CompareObjects if !self.profile.has_compare_objects => {
                Some("it came with Windows 10")
            }
            ServiceName::AlertById | ServiceName::WaitForAlert if !self.profile.has_alert_by_id => {
                Some("it came with Windows 8")
            }
            ServiceName::NextThread if !self.profile.has_limited_rights => Some("it came with Windows Vista"),
            ServiceName::CreateRing
            | ServiceName::BuildEntry
            | ServiceName::SubmitRing
            | ServiceName::RingInfo
            | ServiceName::PopCompletion
            | ServiceName::SetRingEvent
            | ServiceName::CloseRing
                if !self.profile.has_io_rings =>
            {
                Some("it came with Windows 11")
            }
            _ => None,
        }
    }

    fn property(&mut self, property: &ast::Property) -> Property {
        let condition = self.condition(&property.expr);
        let name = property.name.as_ref().map_or_else(|| condition.to_string(), |name| name.value.clone());
        Property { kind: property.kind, name, condition, span: property.expr.span }
    }
}

impl Args<'_> {
    fn service(&mut self, labelled: bool) -> Service {
        match self.row.service {
            _ if self.row.answer.is_of_winsock() => self.socket_service(labelled),
            ServiceName::CreateFile => self.create_file(),
            ServiceName::ReadFile
            | ServiceName::WriteFile
            | ServiceName::ReadFileEx
            | ServiceName::WriteFileEx
            | ServiceName::DeviceControl
            | ServiceName::FsControl
            | ServiceName::FlushFile
            | ServiceName::QueryVolume => self.issue(labelled),
            ServiceName::CreatePipe
            | ServiceName::WaitPipe
            | ServiceName::ConnectPipe
            | ServiceName::DisconnectPipe
            | ServiceName::PeekPipe
            | ServiceName::TransactPipe
            | ServiceName::SetPipe => self.pipe_service(labelled),
            ServiceName::Close => Service::Close(self.handle("handle")),
            ServiceName::CreateEvent => Service::CreateEvent {
                name: self.name(),
                manual_reset: self.is_true("manual"),
                signaled: self.is_true("initial"),
            },
            ServiceName::Open => self.open(),
            ServiceName::CreateSection | ServiceName::MapView | ServiceName::UnmapView => {
                self.section_service()
            }
            ServiceName::NotifyDirectory | ServiceName::WatchDirectory => self.notify_service(labelled),
            ServiceName::CreateDirectory => Service::CreateDirectory(self.name()),
            ServiceName::CreateSymbolicLink => {
                let target = self.text("target").unwrap_or_default();
                Service::CreateSymbolicLink { name: self.name(), target: self.path(target) }
            }
            ServiceName::MakeTemporary | ServiceName::MakePermanent => {
                let permanent = self.row.service == ServiceName::MakePermanent;
                Service::SetPermanence { handle: self.handle("handle"), permanent }
            }
            ServiceName::SetEvent => Service::SetEvent { event: self.handle("event"), signaled: true },
            ServiceName::ResetEvent => Service::SetEvent { event: self.handle("event"), signaled: false },
            ServiceName::QueryObject => self.query(),
            ServiceName::ProcessHandleCount => self.query_of("process", InformationClass::ProcessHandleCount),
            ServiceName::ExitCodeProcess => self.query_of("process", InformationClass::ProcessBasic),
            ServiceName::ExitCodeThread => self.query_of("thread", InformationClass::ThreadBasic),
            ServiceName::QueryProcess => {
                let class = match self.flags("class")[..] {
                    ["ProcessHandleCount"] => InformationClass::ProcessHandleCount,
                    ["ProcessImageInformation"] => InformationClass::ProcessImage,
                    _ => InformationClass::ProcessBasic,
                };
                self.query_of("process", class)
            }
            ServiceName::CompareObjects => {
                Service::CompareObjects { first: self.handle("first"), second: self.handle("second") }
            }
            ServiceName::Allocate | ServiceName::Free | ServiceName::OverlappedResult => {
                self.memory_service()
            }
            ServiceName::ExitThread => Service::ExitThread { exit_status: self.narrow("code") },
            ServiceName::ExitProcess => Service::ExitProcess { exit_status: self.narrow("code") },
            other => {
                let found =
                    self.port_service().or_else(|| self.ring_service()).or_else(|| self.file_service());
                found.unwrap_or_else(|| self.wait_service(other))
            }
        }
    }

    /// A query of a process, thread or file.
    pub(super) fn query_of(&mut self, parameter: &str, class: InformationClass) -> Service {
        Service::Query { handle: self.handle(parameter), class, length: self.wide("length") }
    }

    fn query(&mut self) -> Service {
        let class = match self.flags("class")[..] {
            ["ObjectNameInformation"] => InformationClass::Name,
            ["ObjectTypeInformation"] => InformationClass::Type,
            _ => InformationClass::Basic,
        };
        // What is never asked for is never kept: the books of references taken in advance make more states.
        self.compiler.charges |= class == InformationClass::Basic;
        Service::Query { handle: self.handle("handle"), class, length: self.wide("length") }
    }
}

pub(super) fn access_bit(name: &str) -> u32 {
    match name {
        "GENERIC_READ" => 0x8000_0000,
        "GENERIC_WRITE" => 0x4000_0000,
        "GENERIC_ALL" => 0x1000_0000,
        "FILE_READ_DATA" => 0x0000_0001,
        "FILE_WRITE_DATA" => 0x0000_0002,
        "FILE_APPEND_DATA" => 0x0000_0004,
        "FILE_READ_ATTRIBUTES" => 0x0000_0080,
        "FILE_WRITE_ATTRIBUTES" => 0x0000_0100,
        "SYNCHRONIZE" => 0x0010_0000,
        _ => 0,
    }
}
