//! The calls a scenario can make: documented names and parameters, and which system service each one is.

use crate::lang::{Binds, CallSpec, ParamKind, ParamSpec};
use crate::scenario::calls_handles::HANDLES;
use crate::scenario::calls_io::IO;
use crate::scenario::calls_names::{FLAGS, NAME, NAMED, ROOT};
use crate::scenario::calls_pipes::PIPES;
use crate::scenario::calls_queries::QUERIES;
use crate::scenario::calls_waits::WAITS;

/// Which service a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceName {
    /// NtCreateFile.
    CreateFile,
    /// NtReadFile.
    ReadFile,
    /// NtWriteFile.
    WriteFile,
    /// NtReadFile with an APC routine.
    ReadFileEx,
    /// NtWriteFile with an APC routine.
    WriteFileEx,
    /// NtDeviceIoControlFile.
    DeviceControl,
    /// NtFsControlFile.
    FsControl,
    /// NtFlushBuffersFile.
    FlushFile,
    /// NtQueryVolumeInformationFile.
    QueryVolume,
    /// NtCreateNamedPipeFile.
    CreatePipe,
    /// NtFsControlFile(FSCTL_PIPE_LISTEN).
    ConnectPipe,
    /// NtFsControlFile(FSCTL_PIPE_DISCONNECT).
    DisconnectPipe,
    /// NtFsControlFile(FSCTL_PIPE_PEEK).
    PeekPipe,
    /// NtFsControlFile(FSCTL_PIPE_TRANSCEIVE).
    TransactPipe,
    /// NtSetInformationFile(FilePipeInformation).
    SetPipe,
    /// NtCreateFile, NtFsControlFile(FSCTL_PIPE_WAIT) and NtClose.
    WaitPipe,
    /// NtClose.
    Close,
    /// CreateIoCompletionPort, which is up to two services.
    CreatePort,
    /// NtSetInformationFile(FileCompletionInformation).
    Associate,
    /// NtRemoveIoCompletion.
    RemovePacket,
    /// NtSetIoCompletion.
    Post,
    /// NtCancelIoFile.
    CancelIo,
    /// NtCancelIoFileEx.
    CancelIoEx,
    /// NtCreateEvent.
    CreateEvent,
    /// NtOpenEvent and the other services that open by name.
    Open,
    /// NtCreateDirectoryObject.
    CreateDirectory,
    /// NtCreateSymbolicLinkObject.
    CreateSymbolicLink,
    /// NtMakeTemporaryObject.
    MakeTemporary,
    /// NtMakePermanentObject.
    MakePermanent,
    /// NtSetEvent.
    SetEvent,
    /// NtResetEvent.
    ResetEvent,
    /// NtDuplicateObject.
    Duplicate,
    /// NtSetInformationObject.
    SetHandle,
    /// NtQueryObject(ObjectHandleFlagInformation).
    GetHandle,
    /// NtCreateUserProcess.
    CreateProcess,
    /// NtOpenProcess.
    OpenProcess,
    /// NtOpenThread.
    OpenThread,
    /// NtTerminateProcess.
    TerminateProcess,
    /// NtTerminateThread.
    TerminateThread,
    /// NtCreateJobObject.
    CreateJob,
    /// NtSetInformationJobObject.
    SetJob,
    /// NtAssignProcessToJobObject.
    AssignJob,
    /// NtIsProcessInJob.
    AsksJob,
    /// NtTerminateJobObject.
    TerminateJob,
    /// NtClearEvent.
    ClearEvent,
    /// NtPulseEvent.
    PulseEvent,
    /// NtQueryEvent.
    QueryEvent,
    /// NtCreateSemaphore.
    CreateSemaphore,
    /// NtReleaseSemaphore.
    ReleaseSemaphore,
    /// NtQuerySemaphore.
    QuerySemaphore,
    /// NtCreateMutant.
    CreateMutant,
    /// NtReleaseMutant.
    ReleaseMutant,
    /// NtQueryMutant.
    QueryMutant,
    /// NtCreateTimer.
    CreateTimer,
    /// NtSetTimer.
    SetTimer,
    /// NtCancelTimer.
    CancelTimer,
    /// NtQueryTimer.
    QueryTimer,
    /// NtQueueApcThread.
    QueueApc,
    /// NtAlertThread.
    AlertThread,
    /// NtWaitForSingleObject.
    Wait,
    /// NtWaitForMultipleObjects.
    WaitMultiple,
    /// NtSignalAndWaitForSingleObject.
    SignalAndWait,
    /// NtDelayExecution.
    Sleep,
    /// NtQueryObject.
    QueryObject,
    /// NtQueryInformationProcess(ProcessHandleCount).
    ProcessHandleCount,
    /// NtCompareObjects.
    CompareObjects,
    /// NtTerminateThread on the caller.
    ExitThread,
}

/// How a call tells its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// TRUE, or FALSE and GetLastError.
    Bool,
    /// TRUE also while the request is pending, or FALSE and GetLastError.
    Started,
    /// A handle, or NULL and GetLastError.
    HandleOrNull,
    /// A handle, or INVALID_HANDLE_VALUE and GetLastError.
    HandleOrInvalid,
    /// WAIT_OBJECT_0 + n, WAIT_ABANDONED_0 + n, WAIT_IO_COMPLETION, WAIT_TIMEOUT, or WAIT_FAILED and GetLastError.
    Wait,
    /// HANDLE_FLAG_ bits, or FALSE and GetLastError.
    Flags,
    /// 0, or WAIT_IO_COMPLETION.
    Sleep,
    /// An NTSTATUS.
    Status,
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct CallRow {
    /// Its name, parameters and summary.
    pub spec: CallSpec,
    /// What it does.
    pub service: ServiceName,
    /// How it answers.
    pub answer: Answer,
}

pub(super) const fn needs(name: &'static str, short: &'static str, kind: ParamKind) -> ParamSpec {
    ParamSpec { name, short, kind, required: true }
}

pub(super) const fn may(name: &'static str, short: &'static str, kind: ParamKind) -> ParamSpec {
    ParamSpec { name, short, kind, required: false }
}

pub(super) const fn row(
    name: &'static str,
    params: &'static [ParamSpec],
    binds: Binds,
    service: ServiceName,
    answer: Answer,
    summary: &'static str,
) -> CallRow {
    CallRow { spec: CallSpec { name, params, binds, summary }, service, answer }
}

pub(super) const BOOLEAN: ParamKind = ParamKind::Name(&["TRUE", "FALSE"]);
pub(super) const ACCESS: ParamKind =
    ParamKind::Flags(&["GENERIC_READ", "GENERIC_WRITE", "GENERIC_ALL", "FILE_READ_DATA", "SYNCHRONIZE"]);
pub(super) const SHARE: ParamKind =
    ParamKind::Flags(&["FILE_SHARE_READ", "FILE_SHARE_WRITE", "FILE_SHARE_DELETE"]);
pub(super) const CREATE_OPTIONS: ParamKind =
    ParamKind::Flags(&["FILE_SYNCHRONOUS_IO_NONALERT", "FILE_SYNCHRONOUS_IO_ALERT"]);
const FILE_FLAGS: ParamKind = ParamKind::Flags(&["FILE_FLAG_OVERLAPPED", "FILE_ATTRIBUTE_NORMAL"]);
use ParamKind::{Handle as H, Number as N, Operation as O, Text as T};

const MANUAL: ParamSpec = may("bManualReset", "manual", BOOLEAN);
const INITIAL: ParamSpec = may("bInitialState", "initial", BOOLEAN);

/// The calls of files, ports and events, Win32 names first.
const BASIC: [CallRow; 22] = [
    row(
        "CreateFile",
        &[
            needs("lpFileName", "path", T),
            needs("dwDesiredAccess", "access", ACCESS),
            may("dwFlagsAndAttributes", "flags", FILE_FLAGS),
            may("dwShareMode", "share", SHARE),
        ],
        Binds::Handle,
        ServiceName::CreateFile,
        Answer::HandleOrInvalid,
        "opens a device",
    ),
    row(
        "CloseHandle",
        &[needs("hObject", "handle", H)],
        Binds::Nothing,
        ServiceName::Close,
        Answer::Bool,
        "closes a handle",
    ),
    row(
        "CreateIoCompletionPort",
        &[
            may("FileHandle", "file", H),
            may("ExistingCompletionPort", "port", H),
            may("CompletionKey", "key", N),
            may("NumberOfConcurrentThreads", "threads", N),
        ],
        Binds::Handle,
        ServiceName::CreatePort,
        Answer::HandleOrNull,
        "creates a completion port, binds a file to one, or both",
    ),
    row(
        "GetQueuedCompletionStatus",
        &[needs("CompletionPort", "port", H), needs("dwMilliseconds", "timeout", N)],
        Binds::Packet,
        ServiceName::RemovePacket,
        Answer::Bool,
        "removes a packet; its label is the packet",
    ),
    row(
        "PostQueuedCompletionStatus",
        &[
            needs("CompletionPort", "port", H),
            may("dwNumberOfBytesTransferred", "transferred", N),
            may("dwCompletionKey", "key", N),
            may("lpOverlapped", "value", N),
        ],
        Binds::Nothing,
        ServiceName::Post,
        Answer::Bool,
        "queues a packet of the program's own",
    ),
    row(
        "CancelIo",
        &[needs("hFile", "file", H)],
        Binds::Nothing,
        ServiceName::CancelIo,
        Answer::Bool,
        "cancels the calling thread's requests on a file",
    ),
    row(
        "CancelIoEx",
        &[needs("hFile", "file", H), may("lpOverlapped", "operation", O)],
        Binds::Nothing,
        ServiceName::CancelIoEx,
        Answer::Bool,
        "cancels the process's requests on a file, one or all",
    ),
    row(
        "CreateEvent",
        &[MANUAL, INITIAL, may("lpName", "name", T)],
        Binds::Handle,
        ServiceName::CreateEvent,
        Answer::HandleOrNull,
        "creates an event, or opens the one that has the name",
    ),
    row(
        "SetEvent",
        &[needs("hEvent", "event", H)],
        Binds::Nothing,
        ServiceName::SetEvent,
        Answer::Bool,
        "sets an event",
    ),
    row(
        "ResetEvent",
        &[needs("hEvent", "event", H)],
        Binds::Nothing,
        ServiceName::ResetEvent,
        Answer::Bool,
        "resets an event",
    ),
    row(
        "ExitThread",
        &[],
        Binds::Nothing,
        ServiceName::ExitThread,
        Answer::Status,
        "ends the calling thread",
    ),
    row(
        "NtCreateFile",
        &[
            needs("ObjectName", "name", T),
            needs("DesiredAccess", "access", ACCESS),
            may("CreateOptions", "options", CREATE_OPTIONS),
            may("ShareAccess", "share", SHARE),
        ],
        Binds::Handle,
        ServiceName::CreateFile,
        Answer::Status,
        "opens a device",
    ),
    row(
        "NtClose",
        &[needs("Handle", "handle", H)],
        Binds::Nothing,
        ServiceName::Close,
        Answer::Status,
        "closes a handle",
    ),
    row(
        "NtCreateIoCompletion",
        &[NAME, ROOT, FLAGS],
        Binds::Handle,
        ServiceName::CreatePort,
        Answer::Status,
        "creates a completion port",
    ),
    row(
        "NtSetInformationFile",
        &[needs("FileHandle", "file", H), needs("Port", "port", H), may("Key", "key", N)],
        Binds::Nothing,
        ServiceName::Associate,
        Answer::Status,
        "FileCompletionInformation: binds a file to a port",
    ),
    row(
        "NtRemoveIoCompletion",
        &[needs("IoCompletionHandle", "port", H), needs("Timeout", "timeout", N)],
        Binds::Packet,
        ServiceName::RemovePacket,
        Answer::Status,
        "removes a packet; its label is the packet",
    ),
    row(
        "NtSetIoCompletion",
        &[
            needs("IoCompletionHandle", "port", H),
            may("IoStatusInformation", "transferred", N),
            may("KeyContext", "key", N),
            may("ApcContext", "value", N),
        ],
        Binds::Nothing,
        ServiceName::Post,
        Answer::Status,
        "queues a packet of the program's own",
    ),
    row(
        "NtCancelIoFile",
        &[needs("FileHandle", "file", H)],
        Binds::Nothing,
        ServiceName::CancelIo,
        Answer::Status,
        "cancels the calling thread's requests on a file",
    ),
    row(
        "NtCancelIoFileEx",
        &[needs("FileHandle", "file", H), may("IoRequestToCancel", "operation", O)],
        Binds::Nothing,
        ServiceName::CancelIoEx,
        Answer::Status,
        "cancels the process's requests on a file, one or all",
    ),
    row(
        "NtCreateEvent",
        &[MANUAL, INITIAL, NAME, ROOT, FLAGS],
        Binds::Handle,
        ServiceName::CreateEvent,
        Answer::Status,
        "creates an event",
    ),
    row(
        "NtSetEvent",
        &[needs("EventHandle", "event", H)],
        Binds::Nothing,
        ServiceName::SetEvent,
        Answer::Status,
        "sets an event",
    ),
    row(
        "NtResetEvent",
        &[needs("EventHandle", "event", H)],
        Binds::Nothing,
        ServiceName::ResetEvent,
        Answer::Status,
        "resets an event",
    ),
];

const ROW_COUNT: usize =
    BASIC.len() + IO.len() + PIPES.len() + NAMED.len() + WAITS.len() + HANDLES.len() + QUERIES.len();

/// Every call.
pub const ROWS: [CallRow; ROW_COUNT] = {
    let groups: [&[CallRow]; 7] = [&BASIC, &IO, &PIPES, &NAMED, &WAITS, &HANDLES, &QUERIES];
    let mut rows = [BASIC[0]; ROW_COUNT];
    let (mut row, mut group, mut at) = (0, 0, 0);
    while row < rows.len() {
        if at == groups[group].len() {
            (group, at) = (group + 1, 0);
        }
        rows[row] = groups[group][at];
        (row, at) = (row + 1, at + 1);
    }
    rows
};

/// The call of this name.
pub fn call_row(name: &str) -> Option<&'static CallRow> {
    ROWS.iter().find(|row| row.spec.name == name)
}
