//! The syntax tree of a scenario: plain data, with the place in the text of every node.
//!
//! Two trees are equal when they say the same, wherever it was written: [`Spanned`] and [`Source`]
//! take no part in comparisons. That is what the printer's round trip rests on.

use super::driver::Driver;
use super::source::Source;

/// A range of bytes of the text: from `start` up to but not including `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span of these two offsets. Texts are at most a megabyte, so that offsets always fit.
    pub(super) fn new(start: usize, end: usize) -> Span {
        let fit = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { start: fit(start), end: fit(end) }
    }

    /// From the start of this span to the end of the other.
    pub(super) fn to(self, last: Span) -> Span {
        Span { start: self.start, end: last.end }
    }
}

/// A value and where it was written. Comparison looks at the value only.
#[derive(Clone, Debug, Default)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where it was written; `0..0` in a tree that no text was parsed for.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value that stands at this place.
    pub fn new(value: T, span: Span) -> Self {
        Spanned { value, span }
    }

    /// A value that was not parsed from a text.
    pub fn bare(value: T) -> Self {
        Spanned { value, span: Span::default() }
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// A name: of a label, call, parameter, flag, status, device, process or thread.
pub type Name = Spanned<String>;

/// A whole scenario file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// The text it was parsed from; empty for a built one. Takes no part in comparisons.
    pub source: Source,
    /// `title "…"`.
    pub title: Option<Spanned<String>>,
    /// `profile win11`.
    pub profile: Option<Name>,
    /// `policy handles fifo`, `policy verifier off`: how the machine is set up.
    pub policies: Vec<Policy>,
    /// `arch x86`.
    pub arch: Option<Name>,
    /// `expect bug check 0x44`: rules that are broken.
    pub expected: Vec<Spanned<ExpectedFinding>>,
    /// `unbound a, b`: labels that are the value of no handle.
    pub unbound: Vec<Name>,
    /// `driver lazy`: drivers that the file writes itself.
    pub drivers: Vec<Driver>,
    /// `device serial0 driver=serial`, `device flt0 driver=filter over serial0`, `device ready driver=immediate with 12 bytes`.
    pub devices: Vec<Device>,
    /// Processes and environments, in the order of the file.
    pub actors: Vec<Actor>,
    /// `always`, `sometimes`, `eventually` and `finally`.
    pub properties: Vec<Property>,
    /// `schedule`: the micro-steps of one interleaving.
    pub schedule: Option<Vec<ScheduleStep>>,
}

impl Scenario {
    /// The processes, in the order of the file.
    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        self.actors.iter().filter_map(|actor| match actor {
            Actor::Process(process) => Some(process),
            Actor::Environment(_) => None,
        })
    }

    /// The environments, in the order of the file.
    pub fn environments(&self) -> impl Iterator<Item = &Environment> {
        self.actors.iter().filter_map(|actor| match actor {
            Actor::Environment(environment) => Some(environment),
            Actor::Process(_) => None,
        })
    }
}

/// A device and the name of its driver.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// The device's name.
    pub name: Name,
    /// The driver's name.
    pub driver: Name,
    /// `over serial0`: the device below a filter.
    pub over: Option<Name>,
    /// How many bytes it answers with at once.
    pub bytes: Option<Spanned<Number>>,
    /// The status it answers with at once.
    pub status: Option<Name>,
}

/// Something at file level that acts.
#[derive(Clone, Debug, PartialEq)]
pub enum Actor {
    /// A process with its threads.
    Process(Process),
    /// The world: devices, exits, terminations.
    Environment(Environment),
}

/// One line on how the machine is set up.
#[derive(Clone, Debug, PartialEq)]
pub enum Policy {
    /// `policy handles fifo`: which free value is given out next.
    Reuse(Name),
    /// `policy handles limit 3`: how many handles a process can have.
    Limit(Spanned<Number>),
    /// `policy verifier off`: whether Driver Verifier watches the drivers.
    Verifier(Name),
    /// `policy rings looks_up_handles`: what the documentation of I/O rings leaves open.
    Rings(Name),
    /// `policy faults allocations 2`: what a hostile environment does.
    Faults {
        /// Which kind.
        kind: Name,
        /// How often in one run; once, if it is not said.
        most: Option<Spanned<Number>>,
    },
}

/// A broken rule that a scenario expects.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectedFinding {
    /// `expect bug check 0xC9 0x07`.
    BugCheck {
        /// The bug check code.
        code: Spanned<Number>,
        /// Its first parameter.
        subcode: Option<Spanned<Number>>,
    },
    /// `expect MEMORY_FREED_WHILE_IN_USE`.
    Rule(Name),
}

/// A process.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Process {
    /// Its name.
    pub name: Name,
    /// What is said of it: `debugged`, `strict`.
    pub marks: Vec<Name>,
    /// Its threads, in the order of the file.
    pub threads: Vec<Thread>,
}

/// A thread.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thread {
    /// Its name, unique in the file.
    pub name: Name,
    /// What it does, line by line.
    pub actions: Vec<Action>,
}

/// An actor outside all processes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Environment {
    /// Its name, if it has one.
    pub name: Option<Name>,
    /// What it does, line by line.
    pub actions: Vec<Action>,
}

/// One line of a thread or an environment. The span is the statement's, without its comment.
pub type Action = Spanned<ActionKind>;

/// What one line does.
#[derive(Clone, Debug, PartialEq)]
pub enum ActionKind {
    /// `r1 = ReadFile(file, 64 bytes) -> ERROR_IO_PENDING`
    Call {
        /// What the result is called afterwards.
        label: Option<Name>,
        /// What a second result is called, of a call that has two: `process, thread = CreateProcess(tool)`.
        second: Option<Name>,
        /// The call itself.
        call: Call,
        /// The accepted results; empty when any will do.
        expect: Vec<Spanned<Expected>>,
    },
    /// `check file.HandleCount == 1`
    Check(Expr),
    /// `device serial0 completes r1 with 12 bytes and STATUS_SUCCESS`
    DeviceCompletes {
        /// The device.
        device: Name,
        /// The label of the operation.
        label: Name,
        /// How many bytes were transferred.
        bytes: Option<Spanned<Number>>,
        /// The final status.
        status: Option<Name>,
    },
    /// `device serial0 fails r1 with STATUS_IO_TIMEOUT`
    DeviceFails {
        /// The device.
        device: Name,
        /// The label of the operation.
        label: Name,
        /// The final status.
        status: Name,
    },
    /// `system writes file`
    System {
        /// What the system does.
        act: SystemAct,
        /// The label of the file.
        label: Name,
    },
    /// `device dev calls OnInterrupt with 12 bytes and STATUS_SUCCESS`
    DeviceCalls {
        /// The device.
        device: Name,
        /// The routine of its driver's program.
        routine: Name,
        /// How many bytes it is told.
        bytes: Option<Spanned<Number>>,
        /// The status it is told.
        status: Option<Name>,
    },
    /// `exit process app`
    ExitProcess(Name),
    /// `terminate process app`
    TerminateProcess(Name),
    /// `terminate thread main`
    TerminateThread(Name),
}

/// What the system does to a file by itself, sooner or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemAct {
    /// The lazy writer writes what is dirty in the cache.
    Writes,
    /// The memory manager trims what nobody maps.
    Trims,
}

impl SystemAct {
    /// Every act.
    pub const ALL: [SystemAct; 2] = [SystemAct::Writes, SystemAct::Trims];

    /// Its verb.
    pub const fn verb(self) -> &'static str {
        match self {
            SystemAct::Writes => "writes",
            SystemAct::Trims => "trims",
        }
    }
}

/// A call with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The name of the call.
    pub name: Name,
    /// Arguments by position first, then by name.
    pub args: Vec<Arg>,
}

/// One argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// The parameter, if given by name.
    pub name: Option<Name>,
    /// What is passed.
    pub value: Spanned<Value>,
}

/// What is passed to a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `64 bytes`
    Number(Number),
    /// `"\\.\serial0"`: holds neither a quote nor a line break.
    Text(String),
    /// A label or a constant.
    Name(String),
    /// `GENERIC_READ | GENERIC_WRITE`: two or more.
    Flags(Vec<Name>),
    /// `GetCurrentProcess()`: the name of a call that returns a constant.
    Pseudo(String),
    /// `[first, second]`: handles, each a [`Value::Name`] or a [`Value::Pseudo`].
    List(Vec<Spanned<Value>>),
}

/// A whole number, with what is needed to print it as it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Number {
    /// The digits.
    pub magnitude: u64,
    /// Whether a minus stands in front.
    pub negative: bool,
    /// Whether it is written in base 16.
    pub hex: bool,
    /// Whether the word `bytes` follows.
    pub bytes: bool,
}

impl Number {
    /// The number with its sign.
    pub fn value(self) -> i128 {
        if self.negative { -i128::from(self.magnitude) } else { i128::from(self.magnitude) }
    }
}

/// One accepted result of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// A status, a Win32 error, `TRUE`, `blocks`, ….
    Name(String),
    /// `WAIT_OBJECT_0 + 1`: a name and what is added to it.
    Sum(String, u64),
    /// A number.
    Number(Number),
}

/// An expression that is true or false.
pub type Expr = Spanned<ExprKind>;

/// The forms of an expression. `and` and `or` hold any number of parts, so that a long chain is
/// wide and not deep: no text can make a tree that is too deep to walk.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `a or b or c`: two or more.
    Or(Vec<Expr>),
    /// `a and b and c`: two or more.
    And(Vec<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `a == b`
    Compare {
        /// The left side.
        left: Spanned<Operand>,
        /// The operator.
        op: CompareOp,
        /// The right side.
        right: Spanned<Operand>,
    },
    /// A side alone, true or false by itself: `cleanup(file)`.
    Operand(Operand),
}

/// How two operands are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl CompareOp {
    /// Every operator.
    pub const ALL: [CompareOp; 6] = [
        CompareOp::Equal,
        CompareOp::NotEqual,
        CompareOp::Less,
        CompareOp::LessOrEqual,
        CompareOp::Greater,
        CompareOp::GreaterOrEqual,
    ];

    /// How it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            CompareOp::Equal => "==",
            CompareOp::NotEqual => "!=",
            CompareOp::Less => "<",
            CompareOp::LessOrEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterOrEqual => ">=",
        }
    }
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// `64 bytes`
    Number(Number),
    /// `"text"`
    Text(String),
    /// A label or a constant.
    Name(String),
    /// `file.HandleCount`
    Field {
        /// The label.
        label: Name,
        /// The field.
        field: Name,
    },
    /// `cleanup(file)` or `object(file).HandleCount`
    Function {
        /// The function.
        name: Name,
        /// Its argument: a label, or the name of a device, process or thread.
        argument: Name,
        /// The field of what the function gives.
        field: Option<Name>,
    },
}

/// When a property must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    /// In every state.
    Always,
    /// In at least one state.
    Sometimes,
    /// At some time in every run.
    Eventually,
    /// In the last state of every run.
    Finally,
}

impl PropertyKind {
    /// Every kind.
    pub const ALL: [PropertyKind; 4] =
        [PropertyKind::Always, PropertyKind::Sometimes, PropertyKind::Eventually, PropertyKind::Finally];

    /// How it is written.
    pub fn word(self) -> &'static str {
        match self {
            PropertyKind::Always => "always",
            PropertyKind::Sometimes => "sometimes",
            PropertyKind::Eventually => "eventually",
            PropertyKind::Finally => "finally",
        }
    }
}

/// A property of all runs of the scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// When it must hold.
    pub kind: PropertyKind,
    /// What it is called, if it has a name.
    pub name: Option<Spanned<String>>,
    /// What must hold.
    pub expr: Expr,
}

/// One micro-step of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduleStep {
    /// Who acts.
    pub actor: Name,
    /// What it does: free text, one line, without blanks at its ends.
    pub text: Spanned<String>,
}
