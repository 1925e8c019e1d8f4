//! A program: a scenario whose names are looked up, ready to happen.

use sim_core::NtStatus;
use sim_core::drivers::DriverKind;
use sim_core::drivers::immediate::Answer as Answered;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::pipe_parameters::PipeParameters;
use sim_core::nt::job::JobAction;
use sim_core::nt::wait::Timeout;
use sim_core::ob::duplicate::Wanted;
use sim_core::ob::information::InformationClass;
use sim_core::ob::policy::HandlePolicy;
use sim_core::ob::types::ObjectType;
use sim_core::profile::Profile;
use sim_core::ps::create::Inheritance;

use crate::lang::Source;
use crate::lang::ast::{PropertyKind, Scenario, Span};
pub use crate::scenario::arguments::{HandleArg, IssueArgs, LabelId, NameArg, PathId, ProcessArg};
use crate::scenario::calls::{Answer, CallRow};
use crate::scenario::condition::Condition;
use crate::scenario::expect::Expectation;

/// A scenario, compiled.
#[derive(Clone, Debug)]
pub struct Program {
    /// What it was compiled from.
    pub scenario: Scenario,
    /// The Windows version it runs on.
    pub profile: Profile,
    /// Its devices.
    pub devices: Vec<DeviceDecl>,
    /// How handle tables behave.
    pub handles: HandlePolicy,
    /// What is said of its processes, in the same order.
    pub marks: Vec<Marks>,
    /// Its processes, by name.
    pub processes: Vec<String>,
    /// Who acts, in the order of the file.
    pub actors: Vec<Actor>,
    /// A path leads to the file system of pipes, so that its device is there.
    pub has_pipes: bool,
    /// Every path that a call names an object by.
    pub paths: Vec<String>,
    /// Its labels.
    pub labels: Vec<Label>,
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
    /// What its result may be; anything if empty.
    pub expect: Vec<Expectation>,
}

impl Call {
    /// How the call answers.
    pub const fn answer(&self) -> Answer {
        self.row.answer
    }
}

/// A service with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// CreateFile.
    CreateFile {
        /// The path.
        name: NameArg,
        /// DesiredAccess.
        access: u32,
        /// Share access; FILE_FLAG_OVERLAPPED or not.
        options: OpenOptions,
    },
    /// CreateNamedPipe.
    CreatePipe {
        /// The path.
        name: NameArg,
        /// DesiredAccess.
        access: u32,
        /// Share access; FILE_FLAG_OVERLAPPED or not.
        options: OpenOptions,
        /// What it says of the pipe.
        pipe: PipeParameters,
    },
    /// WaitNamedPipe.
    WaitPipe {
        /// The path of the file system's root.
        root: NameArg,
        /// The pipe's name.
        pipe: PathId,
        /// The wait has a time limit.
        limited: bool,
    },
    /// ReadFile, WriteFile, DeviceIoControl and what else sends a request.
    Issue(IssueArgs),
    /// CloseHandle.
    Close(HandleArg),
    /// CreateIoCompletionPort.
    CreatePort {
        /// The file to bind, or NULL.
        file: HandleArg,
        /// The port to bind it to, or NULL for a new one.
        port: HandleArg,
        /// The name of a new one.
        name: NameArg,
        /// The key.
        key: u64,
    },
    /// NtSetInformationFile(FileCompletionInformation).
    Associate {
        /// The file.
        file: HandleArg,
        /// The port.
        port: HandleArg,
        /// The key.
        key: u64,
    },
    /// GetQueuedCompletionStatus.
    RemovePacket {
        /// The port.
        port: HandleArg,
        /// How long to wait.
        timeout: Timeout,
    },
    /// PostQueuedCompletionStatus.
    Post {
        /// The port.
        port: HandleArg,
        /// The key.
        key: u64,
        /// The value in place of an OVERLAPPED.
        value: u64,
        /// The number of bytes.
        bytes: u32,
    },
    /// CancelIo.
    CancelIo(HandleArg),
    /// CancelIoEx.
    CancelIoEx {
        /// The file.
        file: HandleArg,
        /// One request, or all.
        operation: Option<LabelId>,
    },
    /// CreateEvent.
    CreateEvent {
        /// Its name.
        name: NameArg,
        /// bManualReset.
        manual_reset: bool,
        /// bInitialState.
        signaled: bool,
    },
    /// NtOpenXxx.
    Open {
        /// The type of object.
        wanted: ObjectType,
        /// Its name.
        name: NameArg,
        /// DesiredAccess.
        access: u32,
    },
    /// NtCreateDirectoryObject.
    CreateDirectory(NameArg),
    /// NtCreateSymbolicLinkObject.
    CreateSymbolicLink {
        /// The link's name.
        name: NameArg,
        /// LinkTarget.
        target: PathId,
    },
    /// NtMakeTemporaryObject, NtMakePermanentObject.
    SetPermanence {
        /// The object.
        handle: HandleArg,
        /// Whether it becomes permanent.
        permanent: bool,
    },
    /// SetEvent, ResetEvent.
    SetEvent {
        /// The event.
        event: HandleArg,
        /// Its new state.
        signaled: bool,
    },
    /// DuplicateHandle.
    Duplicate {
        /// The handle.
        source: HandleArg,
        /// The process that it is a handle of.
        from: ProcessArg,
        /// The process that gets the new one.
        target: ProcessArg,
        /// Access, attributes and options.
        wanted: Wanted,
    },
    /// SetHandleInformation.
    SetHandle {
        /// The handle.
        handle: HandleArg,
        /// Which flags to set.
        mask: u8,
        /// To what.
        flags: u8,
    },
    /// GetHandleInformation.
    GetHandle(HandleArg),
    /// CreateProcess.
    CreateProcess {
        /// The process that begins.
        child: usize,
        /// The handle to its parent.
        parent: HandleArg,
        /// What it inherits.
        inherits: Inheritance,
    },
    /// OpenProcess.
    OpenProcess {
        /// The process.
        process: usize,
        /// DesiredAccess.
        access: u32,
        /// bInheritHandle.
        inherit: bool,
    },
    /// OpenThread.
    OpenThread {
        /// The thread, by its actor.
        thread: usize,
        /// DesiredAccess.
        access: u32,
        /// bInheritHandle.
        inherit: bool,
    },
    /// TerminateProcess, TerminateThread.
    Terminate {
        /// The handle.
        handle: HandleArg,
        /// Which of the two.
        wanted: ObjectType,
    },
    /// CreateJobObject.
    CreateJob,
    /// SetInformationJobObject, TerminateJobObject.
    Job {
        /// The job.
        job: HandleArg,
        /// What is done to it.
        action: JobAction,
    },
    /// AssignProcessToJobObject, NtIsProcessInJob.
    JobProcess {
        /// The job.
        job: HandleArg,
        /// The process.
        process: HandleArg,
        /// It only asks.
        asks: bool,
    },
    /// A service that does one thing to one object.
    Act {
        /// The object.
        handle: HandleArg,
        /// What is done.
        act: Act,
    },
    /// CreateSemaphore.
    CreateSemaphore {
        /// Its name, if it has one.
        name: NameArg,
        /// lInitialCount.
        initial: u32,
        /// lMaximumCount.
        limit: u32,
    },
    /// CreateMutex.
    CreateMutant {
        /// Its name, if it has one.
        name: NameArg,
        /// bInitialOwner.
        owned: bool,
    },
    /// CreateWaitableTimer.
    CreateTimer {
        /// Its name, if it has one.
        name: NameArg,
        /// bManualReset.
        manual_reset: bool,
    },
    /// QueueUserAPC.
    QueueApc(HandleArg),
    /// WaitForSingleObject.
    Wait {
        /// The object.
        handle: HandleArg,
        /// How long to wait.
        timeout: Timeout,
        /// bAlertable.
        alertable: bool,
    },
    /// WaitForMultipleObjects, for [`Call::handles`].
    WaitMultiple {
        /// bWaitAll.
        all: bool,
        /// How long to wait.
        timeout: Timeout,
        /// bAlertable.
        alertable: bool,
    },
    /// SignalObjectAndWait.
    SignalAndWait {
        /// hObjectToSignal.
        signal: HandleArg,
        /// hObjectToWaitOn.
        wait: HandleArg,
        /// How long to wait.
        timeout: Timeout,
        /// bAlertable.
        alertable: bool,
    },
    /// SleepEx.
    Sleep {
        /// How long.
        timeout: Timeout,
        /// bAlertable.
        alertable: bool,
    },
    /// NtQueryObject, GetProcessHandleCount.
    Query {
        /// The handle.
        handle: HandleArg,
        /// What is asked.
        class: InformationClass,
        /// The length of the buffer; that of the answer if none is given.
        length: Option<u64>,
    },
    /// CompareObjectHandles.
    CompareObjects {
        /// One handle.
        first: HandleArg,
        /// The other.
        second: HandleArg,
    },
    /// ExitThread.
    ExitThread,
}

/// What a service does to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// NtClearEvent.
    ClearEvent,
    /// NtPulseEvent.
    PulseEvent,
    /// NtQueryEvent.
    QueryEvent,
    /// NtReleaseSemaphore.
    ReleaseSemaphore {
        /// lReleaseCount.
        release: u32,
    },
    /// NtQuerySemaphore.
    QuerySemaphore,
    /// NtReleaseMutant.
    ReleaseMutant,
    /// NtQueryMutant.
    QueryMutant,
    /// NtSetTimer.
    SetTimer {
        /// The due time is now.
        due_at_once: bool,
        /// A period was given.
        periodic: bool,
    },
    /// NtCancelTimer.
    CancelTimer,
    /// NtQueryTimer.
    QueryTimer,
    /// NtAlertThread.
    AlertThread,
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

    /// The text it was compiled from.
    pub const fn source(&self) -> &Source {
        &self.scenario.source
    }
}
