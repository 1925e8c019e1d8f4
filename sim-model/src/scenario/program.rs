//! A program: a scenario whose names are looked up, ready to happen.

use sim_core::NtStatus;
use sim_core::drivers::DriverKind;
use sim_core::drivers::immediate::Answer as Answered;
use sim_core::drivers::program::code::DriverProgram;
use sim_core::fault::FaultPolicy;
use sim_core::io::ring::RingPolicy;
use sim_core::ob::policy::HandlePolicy;
use sim_core::profile::Profile;

use crate::lang::Source;
use crate::lang::ast::{PropertyKind, Scenario, Span, SystemAct};
pub use crate::scenario::arguments::{HandleArg, IssueArgs, LabelId, NameArg, PathId, ProcessArg};
use crate::scenario::calls::{Answer, CallRow};
use crate::scenario::condition::Condition;
use crate::scenario::driver_lines::DriverLines;
use crate::scenario::expect::Expectation;
use crate::scenario::findings::ExpectedFinding;
pub use crate::scenario::object_act::Act;
pub use crate::scenario::service_args::Service;

/// A scenario, compiled.
#[derive(Clone, Debug)]
pub struct Program {
    /// What it was compiled from.
    pub scenario: Scenario,
    /// The Windows version it runs on.
    pub profile: Profile,
    /// The drivers that it writes itself.
    pub drivers: Vec<DriverProgram>,
    /// Where the operations of each of them stand.
    pub driver_lines: Vec<DriverLines>,
    /// Its devices.
    pub devices: Vec<DeviceDecl>,
    /// How handle tables behave.
    pub handles: HandlePolicy,
    /// What the documentation of I/O rings leaves open.
    pub rings: RingPolicy,
    /// What a hostile environment does.
    pub faults: FaultPolicy,
    /// What is said of its processes, in the same order.
    pub marks: Vec<Marks>,
    /// Its processes, by name.
    pub processes: Vec<String>,
    /// Who acts, in the order of the file.
    pub actors: Vec<Actor>,
    /// A path leads to the file system of pipes, so that its device is there.
    pub has_pipes: bool,
    /// A path of it leads to the driver of sockets.
    pub has_sockets: bool,
    /// Every path that a call names an object by.
    pub paths: Vec<String>,
    /// Its labels.
    pub labels: Vec<Label>,
    /// The rules that it expects to be broken.
    pub expected: Vec<ExpectedFinding>,
    /// What must hold in all runs.
    pub properties: Vec<Property>,
}

/// What is said of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// A debugger is attached.
    pub debugged: bool,
    /// It has the strict handle check policy.
    pub strict: bool,
    /// A call of the scenario makes it.
    pub made_by_call: bool,
}

/// A device and its driver.
#[derive(Clone, Debug)]
pub struct DeviceDecl {
    /// The device's name.
    pub name: String,
    /// Its driver.
    pub driver: DriverKind,
    /// Which of the scenario's own drivers, if it is one of them.
    pub program: Option<usize>,
    /// The device below, by its place among the declared ones; none unless the driver is a filter.
    pub over: Option<usize>,
    /// What it answers, if its driver completes each request at once.
    pub answer: Answered,
}

/// Who performs actions.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Its name.
    pub name: String,
    /// The process of a thread; none for an environment.
    pub process: Option<usize>,
    /// What it does.
    pub actions: Vec<Action>,
}

/// A label.
#[derive(Clone, Debug)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// It is declared as the value of no handle.
    pub unbound: bool,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Action {
    /// Where it stands.
    pub span: Span,
    /// Its line in the file.
    pub line: usize,
    /// Its text without the expectation.
    pub text: String,
    /// Labels that must be bound before it can begin.
    pub needs: Vec<LabelId>,
    /// What it does.
    pub kind: ActionKind,
}

/// What a line does.
#[derive(Clone, Debug)]
pub enum ActionKind {
    /// It makes a call.
    Call(Call),
    /// It checks something.
    Check(Condition),
    /// A device answers a request.
    Complete {
        /// The device.
        device: usize,
        /// The request.
        operation: LabelId,
        /// How it ends.
        status: NtStatus,
        /// Bytes transferred.
        bytes: u32,
    },
    /// The system writes or trims a file.
    System {
        /// Which of the two.
        act: SystemAct,
        /// The file.
        file: LabelId,
    },
    /// A device calls a routine of its driver's program.
    Calls {
        /// The device.
        device: usize,
        /// The routine.
        routine: u8,
        /// What it is told: how it ended.
        status: NtStatus,
        /// What it is told: bytes transferred.
        bytes: u32,
    },
    /// Every thread of a process is told to end.
    EndProcess(usize),
    /// A thread is told to end.
    EndThread(usize),
}

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which call.
    pub row: &'static CallRow,
    /// Its arguments.
    pub service: Service,
    /// The handles of a list argument.
    pub handles: Vec<HandleArg>,
    /// The label of its result.
    pub label: Option<LabelId>,
    /// The label of its second result.
    pub second: Option<LabelId>,
    /// What its result may be; anything if empty.
    pub expect: Vec<Expectation>,
}

impl Call {
    /// How the call answers.
    pub const fn answer(&self) -> Answer {
        self.row.answer
    }
}

/// A property of all runs.
#[derive(Clone, Debug)]
pub struct Property {
    /// When it must hold.
    pub kind: PropertyKind,
    /// Its name, or its text.
    pub name: String,
    /// What must hold.
    pub condition: Condition,
    /// Where it stands.
    pub span: Span,
}

impl Program {
    /// Its title, or else the name of its file.
    pub fn title(&self) -> &str {
        self.scenario.title.as_ref().map_or(&*self.scenario.source.file, |title| &title.value)
    }

    /// What the driver of a device is called: one that the scenario writes by its own name.
    pub fn driver_name(&self, device: &DeviceDecl) -> &str {
        device.program.map_or(device.driver.name(), |own| &self.drivers[own].name)
    }

    /// The text it was compiled from.
    pub const fn source(&self) -> &Source {
        &self.scenario.source
    }
}
