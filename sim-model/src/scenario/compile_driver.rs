//! Compiling a driver that the scenario writes: its names looked up, its lines as operations with jumps.

use std::collections::BTreeMap;

use sim_core::drivers::program::code::{
    Declared, Deed, DriverProgram, DriverRoutine, Entry, IrpSlot, ObjectKind, Op, Operand, Slot, ValueSlot,
};
use sim_core::drivers::program::primitive::Primitive;
use sim_core::io::irp::Major;

use crate::lang::ast::{self, Name, Scenario, Span, Spanned};
use crate::lang::driver::{self, Driver, Statement, StatementKind};
use crate::lang::{Diagnostic, Diagnostics, near};
use crate::scenario::compile;
use crate::scenario::driver_lines::DriverLines;
use crate::scenario::primitives::{self, Gives, signature};

/// The most locks and lists, and routines, of a driver.
const MOST: usize = 64;

/// As many names are told where none of them is near.
const MOST_LISTED: usize = 8;

/// The drivers of a scenario, those that are given in Rust and those that it writes; and where their operations stand, which is
/// nowhere for one that is given.
pub(super) fn compile_drivers(
    scenario: &Scenario,
    written: &[DriverProgram],
    diagnostics: &mut Diagnostics,
) -> (Vec<DriverProgram>, Vec<DriverLines>) {
    let given = |driver: &Driver| {
        let given = written.iter().find(|given| given.name == driver.name.value)?;
        Some((given.clone(), DriverLines::default()))
    };
    let drivers = scenario.drivers.iter();
    drivers.map(|driver| given(driver).unwrap_or_else(|| compile_driver(driver, diagnostics))).unzip()
}

/// Compiles a driver. Errors go to `diagnostics`; then the program is not to be run. Tells also where each operation stands.
fn compile_driver(driver: &Driver, diagnostics: &mut Diagnostics) -> (DriverProgram, DriverLines) {
    let mut names: BTreeMap<&str, Span> = BTreeMap::new();
    let mut objects = Vec::new();
    for object in &driver.objects {
        declare(&mut names, &object.name, diagnostics);
        let kind = match &*object.kind.value {
            "spinlock" => ObjectKind::SpinLock,
            "list" => ObjectKind::List,
            "csq" => ObjectKind::Csq,
            "csqcontext" => ObjectKind::CsqContext,
            "event" => ObjectKind::Event,
            "workitem" => ObjectKind::WorkItem,
            "timer" => ObjectKind::Timer,
            _ => ObjectKind::RemoveLock,
        };
        objects.push(Declared { name: object.name.value.clone(), kind });
    }
    for routine in &driver.routines {
        routine.names.iter().for_each(|name| declare(&mut names, name, diagnostics));
    }
    let mut start_io = driver.routines.iter().filter(|routine| routine.kind.value == "startio");
    if let (Some(first), Some(second)) = (start_io.next(), start_io.next()) {
        let error = Diagnostic::new("a driver has one StartIo routine");
        diagnostics.push(error.at(second.kind.span, "a second one").and_at(first.kind.span, "the first"));
    }
    if objects.len() > MOST || driver.routines.len() > MOST {
        let message = format!("a driver has at most {MOST} locks and lists, and {MOST} routines");
        diagnostics.push(Diagnostic::new(message).at(driver.name.span, "this driver"));
        let program = DriverProgram { name: driver.name.value.clone(), objects, routines: Vec::new() };
        return (program, DriverLines::default());
    }
    let mut lines = DriverLines::default();
    let routines = driver
        .routines
        .iter()
        .map(|routine| {
            let entries = entries(&routine.kind.value, &routine.names, diagnostics);
            let returns = matches!(&*routine.kind.value, "dispatch" | "completion");
            let mut compiler = Compiler {
                driver,
                objects: &objects,
                variables: variables(&routine.kind.value, driver),
                kind: &routine.kind.value,
                event: None,
                code: Vec::new(),
                lines: Vec::new(),
                line: Span::default(),
                diagnostics,
            };
            compiler.block(&routine.body);
            if returns && !ends(&routine.body) {
                let place = routine.body.last().map_or(routine.kind.span, |last| last.span);
                let kind = &routine.kind.value;
                let message = format!("a {kind} routine returns a status, whichever way it goes");
                compiler.error(message, place, "it can end after this line");
            }
            compiler.line = Span::default();
            compiler.push(Op::Return(Operand::Null));
            let code = compiler.code;
            lines.routines.push(compiler.lines);
            let name = routine.names.first().map_or_else(String::new, |name| name.value.clone());
            DriverRoutine { name, entries, code }
        })
        .collect();
    (DriverProgram { name: driver.name.value.clone(), objects, routines }, lines)
}

/// What a driver's author may mean by a name that the language has in another way.
fn meant_by(name: &str) -> Option<&'static str> {
    Some(match name {
        "InterlockedExchangePointer" => {
            "the cancel routine is exchanged by `IoSetCancelRoutine(irp, ROUTINE)`"
        }
        "KeInitializeSpinLock" => "a line `spinlock NAME` in the driver declares and initialises one",
        "InitializeListHead" => "a line `list NAME` in the driver declares and initialises one",
        "IoInitializeRemoveLock" => "a line `removelock NAME` in the driver declares and initialises one",
        "IoCsqInitialize" => "a line `csq NAME` in the driver declares and initialises one",
        "IoAllocateWorkItem" | "IoFreeWorkItem" => "a line `workitem NAME` in the driver declares one",
        "KeInitializeTimer" | "KeInitializeDpc" => "a line `timer NAME` in the driver declares one",
        "IoGetCurrentIrpStackLocation" | "IoGetNextIrpStackLocation" => {
            "the fields of a stack location are read by the IRP: `irp.Length`, `irp.FileObject`"
        }
        name if name.starts_with("Wdf") => {
            "the drivers `kmdf`, `kmdf_uncancelable` and `kmdf_ignores_unmark` are drivers of the framework"
        }
        _ => return None,
    })
}

fn declare<'a>(names: &mut BTreeMap<&'a str, Span>, name: &'a Name, diagnostics: &mut Diagnostics) {
    if let Some(first) = names.get(&*name.value) {
        diagnostics.push(
            Diagnostic::new(format!("`{}` is declared twice", name.value))
                .at(name.span, "declared again")
                .and_at(*first, "declared first"),
        );
        return;
    }
    names.insert(&name.value, name.span);
}

fn entries(kind: &str, names: &[Name], diagnostics: &mut Diagnostics) -> Vec<Entry> {
    match kind {
        "cancel" => vec![Entry::Cancel],
        "dpc" => vec![Entry::Dpc],
        "worker" => vec![Entry::Worker],
        "startio" => vec![Entry::StartIo],
        "completion" => vec![Entry::Completion],
        _ => names
            .iter()
            .filter_map(|name| {
                let found = Major::ALL.iter().copied().find(|major| major.name() == name.value);
                if found.is_none() {
                    let known = Major::ALL.iter().map(|major| major.name());
                    diagnostics.push(unknown("major function", name, known));
                }
                found.map(Entry::Dispatch)
            })
            .collect(),
    }
}

pub(super) fn unknown<'a>(what: &str, name: &Name, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let error = Diagnostic::new(format!("there is no {what} `{}`", name.value))
        .at(name.span, format!("unknown {what}"));
    match near(&name.value, known.iter().copied()).first() {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None if !known.is_empty() && known.len() <= MOST_LISTED => {
            error.help(format!("there are: `{}`", known.join("`, `")))
        }
        None => error,
    }
}

/// What a routine is called with. In a driver with a StartIo routine a DPC is called for the request that the device is busy
/// with, in one with a work item a worker for the Context of that.
fn variables(kind: &str, driver: &Driver) -> BTreeMap<String, Slot> {
    let irp = ("irp", Slot::Irp(IrpSlot(0)));
    let answer = [("status", Slot::Value(ValueSlot(0))), ("information", Slot::Value(ValueSlot(1)))];
    let has_start_io = driver.routines.iter().any(|routine| routine.kind.value == "startio");
    let has_work_item = driver.objects.iter().any(|object| object.kind.value == "workitem");
    let given = match kind {
        "dispatch" | "cancel" | "startio" | "completion" => vec![irp],
        "dpc" if !has_start_io => answer.to_vec(),
        "worker" if !has_work_item => answer.to_vec(),
        _ => vec![irp, answer[0], answer[1]],
    };
    given.into_iter().map(|(name, slot)| (name.to_owned(), slot)).collect()
}

/// Whether every way through these lines ends with a return.
fn ends(body: &[Statement]) -> bool {
    match body.last().map(|last| &last.value) {
        Some(StatementKind::Return(_) | StatementKind::ReturnCall { .. }) => true,
        Some(StatementKind::If { then, otherwise, .. }) => ends(then) && ends(otherwise),
        _ => false,
    }
}

impl compile::Compiler {
    /// The routine of its driver's program that a device calls.
    pub(super) fn driver_routine(&mut self, scenario: &Scenario, device: &Name, routine: &Name) -> u8 {
        let Some(driver) = own_driver(scenario, device) else {
            let message = format!("the driver of `{}` is not written in the scenario", device.value);
            let help = format!("write `device {} completes LABEL with …`", device.value);
            self.diagnostics
                .push(Diagnostic::new(message).at(routine.span, "it has no such routine").help(help));
            return 0;
        };
        let called = |routine: &&driver::DriverRoutine| matches!(&*routine.kind.value, "dpc" | "worker");
        let is_it = |known: &driver::DriverRoutine| {
            called(&known) && known.names.iter().any(|name| name.value == routine.value)
        };
        let found = driver.routines.iter().position(is_it);
        if found.is_none() {
            let known = driver.routines.iter().filter(called).flat_map(|routine| &routine.names);
            self.diagnostics.push(unknown("dpc or worker", routine, known.map(|name| &*name.value)));
        }
        found.unwrap_or_default() as u8
    }

    /// A driver that the scenario writes looks for the request itself.
    pub(super) fn answers_by_itself(&mut self, scenario: &Scenario, device: &Name) {
        if let Some(driver) = own_driver(scenario, device) {
            let message =
                format!("the driver `{}` chooses itself which request it completes", driver.name.value);
            let help = format!("write `device {} calls ROUTINE with …`", device.value);
            self.diagnostics.push(Diagnostic::new(message).at(device.span, "its device").help(help));
        }
    }
}

/// The driver of a device, if the scenario writes it.
fn own_driver<'a>(scenario: &'a Scenario, device: &Name) -> Option<&'a Driver> {
    let device = scenario.devices.iter().find(|known| known.name.value == device.value)?;
    scenario.drivers.iter().find(|driver| driver.name.value == device.driver.value)
}

/// Where the result of a call goes.
#[derive(Clone, Copy)]
enum Target<'a> {
    Nothing,
    Label(&'a Name),
    Returned,
}

/// What a routine returns that a call gives: its device answers nothing.
const RETURNED: ValueSlot = ValueSlot(0);

/// A routine that is being compiled.
pub(super) struct Compiler<'a, 'd> {
    pub(super) driver: &'a Driver,
    pub(super) objects: &'a [Declared],
    pub(super) variables: BTreeMap<String, Slot>,
    /// `dispatch` and its kin.
    pub(super) kind: &'a str,
    /// The event in its own variables.
    pub(super) event: Option<String>,
    code: Vec<Op>,
    /// Where each operation stands.
    lines: Vec<Span>,
    /// The line that is being compiled.
    line: Span,
    pub(super) diagnostics: &'d mut Diagnostics,
}

impl Compiler<'_, '_> {
    pub(super) fn error(&mut self, message: impl Into<String>, span: Span, note: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(message).at(span, note));
    }

    fn here(&self) -> u32 {
        self.code.len() as u32
    }

    fn push(&mut self, op: Op) {
        self.code.push(op);
        self.lines.push(self.line);
    }

    fn block(&mut self, body: &[Statement]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        self.line = statement.span;
        match &statement.value {
            StatementKind::Call { label, name, args } => {
                let target = label.as_ref().map_or(Target::Nothing, Target::Label);
                self.call(name, args, target);
            }
            StatementKind::Return(value) => {
                let value = value.as_ref().map(|value| self.value(value));
                if matches!(self.kind, "dispatch" | "completion") && value.is_none() {
                    self.error(
                        "found `return`, expected a status after it",
                        statement.span,
                        "returns nothing",
                    );
                }
                self.push(Op::Return(value.unwrap_or(Operand::Null)));
            }
            StatementKind::ReturnCall { name, args } => {
                self.call(name, args, Target::Returned);
                self.push(Op::Return(Operand::Value(RETURNED)));
            }
            StatementKind::Let { label, value } => {
                let operand = self.value(value);
                let held = self.variables.get(&label.value);
                let gives = match (operand, held) {
                    (Operand::Irp(_) | Operand::CurrentIrp, _) => Gives::Irp,
                    (Operand::Null, Some(Slot::Irp(_))) => Gives::Irp,
                    (Operand::FsContext(_) | Operand::KeptContext, _) => Gives::Context,
                    _ => Gives::Value,
                };
                if let Some(slot) = self.bind(label, gives) {
                    self.push(Op::Let(slot, operand));
                }
            }
            StatementKind::Set { label, field, value } => self.set(label, field, value),
            StatementKind::If { condition, then, otherwise } => {
                let test = self.test(condition);
                let at = self.code.len();
                self.push(Op::Unless(test, 0));
                self.block(then);
                if otherwise.is_empty() {
                    self.land(at);
                    return;
                }
                let over = self.code.len();
                self.push(Op::Jump(0));
                self.land(at);
                self.block(otherwise);
                self.land(over);
            }
            StatementKind::While { condition, body } => {
                let start = self.here();
                let test = self.test(condition);
                let at = self.code.len();
                self.push(Op::Unless(test, 0));
                self.block(body);
                self.push(Op::Jump(start));
                self.land(at);
            }
        }
    }

    /// The jump at that place leads to what comes next.
    fn land(&mut self, at: usize) {
        let here = self.here();
        if let Op::Unless(_, to) | Op::Jump(to) = &mut self.code[at] {
            *to = here;
        }
    }

    /// A call of a primitive.
    fn call(&mut self, name: &Name, args: &[Spanned<ast::Operand>], target: Target<'_>) {
        let Some(primitive) = primitives::primitive(&name.value) else {
            let known: Vec<&str> = primitives::callable().map(Primitive::name).collect();
            let error = unknown("primitive", name, known.iter().copied());
            self.diagnostics.push(match meant_by(&name.value) {
                Some(meant) => error.help(meant),
                None => error.help(format!("the primitives: `{}`", known.join("`, `"))),
            });
            return;
        };
        let signature = signature(primitive);
        if args.len() < signature.needed || args.len() > signature.args.len() {
            let expected = signature.usage(primitive);
            let message = format!("found {} arguments, expected {expected}", args.len());
            return self.error(message, name.span, "the wrong number of arguments");
        }
        let mut deed = Deed::new(primitive);
        for (arg, kind) in args.iter().zip(signature.args) {
            self.argument(&mut deed, arg, *kind);
        }
        self.check_startio(primitive, name);
        deed.result = match (target, signature.gives) {
            (Target::Nothing, _) => None,
            (Target::Label(label), Gives::Nothing) => {
                self.error(format!("{} gives nothing", primitive.name()), label.span, "a name for it");
                None
            }
            (Target::Label(label), gives) => self.bind(label, gives),
            (Target::Returned, Gives::Value) => Some(Slot::Value(RETURNED)),
            (Target::Returned, _) => {
                self.error(format!("{} gives no status", primitive.name()), name.span, "it is returned");
                None
            }
        };
        self.push(Op::Do(deed));
    }

    /// Only a driver with a StartIo routine has a device queue.
    fn check_startio(&mut self, primitive: Primitive, name: &Name) {
        let needs = matches!(
            primitive,
            Primitive::IoStartPacket | Primitive::IoStartNextPacket | Primitive::KeRemoveEntryDeviceQueue
        );
        if needs && !self.driver.routines.iter().any(|routine| routine.kind.value == "startio") {
            let message = format!("{} is for a driver with a StartIo routine", primitive.name());
            self.diagnostics.push(
                Diagnostic::new(message)
                    .at(name.span, "the driver has none")
                    .help("such a routine begins with `startio NAME`"),
            );
        }
    }

    /// `irp.IoStatus.Status = STATUS_SUCCESS`
    fn set(&mut self, label: &Name, field: &Name, value: &Spanned<ast::Operand>) {
        let irp = self.irp(&label.value, label.span);
        let value = Some(self.value(value));
        let deed = match &*field.value {
            "IoStatus.Status" => Deed { irp, status: value, ..Deed::new(Primitive::SetIoStatusStatus) },
            "IoStatus.Information" => {
                Deed { irp, information: value, ..Deed::new(Primitive::SetIoStatusInformation) }
            }
            _ => {
                let known = ["IoStatus.Status", "IoStatus.Information"];
                return self.diagnostics.push(unknown("field that a driver sets", field, known.into_iter()));
            }
        };
        self.push(Op::Do(deed));
    }
}
