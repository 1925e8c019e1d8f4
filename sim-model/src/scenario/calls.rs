//! The calls a scenario can make: documented names and parameters, and which system service each one is.

use sim_core::drivers::DriverKind;
use sim_core::win32::Win32Error;

use crate::lang::{Binds, CallSpec, Catalogue, FunctionSpec, ParamKind, ParamSpec, Subject};
use crate::scenario::calls_queries::QUERIES;

/// Which service a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceName {
    /// NtCreateFile.
    CreateFile,
    /// NtReadFile.
    ReadFile,
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
    /// NtSetEvent.
    SetEvent,
    /// NtResetEvent.
    ResetEvent,
    /// NtDuplicateObject.
    Duplicate,
    /// NtWaitForSingleObject.
    Wait,
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
    /// A handle, or NULL and GetLastError.
    HandleOrNull,
    /// A handle, or INVALID_HANDLE_VALUE and GetLastError.
    HandleOrInvalid,
    /// WAIT_OBJECT_0, WAIT_TIMEOUT, or WAIT_FAILED and GetLastError.
    Wait,
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

const BOOLEAN: ParamKind = ParamKind::Name(&["TRUE", "FALSE"]);
const ACCESS: ParamKind =
    ParamKind::Flags(&["GENERIC_READ", "GENERIC_WRITE", "GENERIC_ALL", "FILE_READ_DATA", "SYNCHRONIZE"]);
const FILE_FLAGS: ParamKind = ParamKind::Flags(&["FILE_FLAG_OVERLAPPED", "FILE_ATTRIBUTE_NORMAL"]);
const DUPLICATE: ParamKind = ParamKind::Flags(&["DUPLICATE_SAME_ACCESS", "DUPLICATE_CLOSE_SOURCE"]);
use ParamKind::{Handle as H, Number as N, Operation as O, Process as P, Text as T};

const EVENT_PARAMS: &[ParamSpec] =
    &[may("bManualReset", "manual", BOOLEAN), may("bInitialState", "initial", BOOLEAN)];

/// Every call.
pub const ROWS: [CallRow; BASE.len() + QUERIES.len()] = {
    let mut rows = [BASE[0]; BASE.len() + QUERIES.len()];
    let mut at = 0;
    while at < rows.len() {
        rows[at] = if at < BASE.len() { BASE[at] } else { QUERIES[at - BASE.len()] };
        at += 1;
    }
    rows
};

const BASE: [CallRow; 27] = [
    row(
        "CreateFile",
        &[
            needs("lpFileName", "path", T),
            needs("dwDesiredAccess", "access", ACCESS),
            may("dwFlagsAndAttributes", "flags", FILE_FLAGS),
        ],
        Binds::Handle,
        ServiceName::CreateFile,
        Answer::HandleOrInvalid,
        "opens a device",
    ),
    row(
        "ReadFile",
        &[
            needs("hFile", "file", H),
            needs("nNumberOfBytesToRead", "length", N),
            may("Offset", "offset", N),
            may("hEvent", "event", H),
        ],
        Binds::Operation,
        ServiceName::ReadFile,
        Answer::Bool,
        "reads; its label is the OVERLAPPED",
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
        EVENT_PARAMS,
        Binds::Handle,
        ServiceName::CreateEvent,
        Answer::HandleOrNull,
        "creates an event",
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
        "DuplicateHandle",
        &[
            needs("hSourceHandle", "source", H),
            may("hTargetProcessHandle", "target", P),
            may("dwOptions", "options", DUPLICATE),
            may("bInheritHandle", "inherit", BOOLEAN),
        ],
        Binds::Handle,
        ServiceName::Duplicate,
        Answer::Bool,
        "makes a second handle to the same object, here or in another process",
    ),
    row(
        "WaitForSingleObject",
        &[needs("hHandle", "handle", H), needs("dwMilliseconds", "timeout", N)],
        Binds::Nothing,
        ServiceName::Wait,
        Answer::Wait,
        "waits until an object is signalled",
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
        "NtClose",
        &[needs("Handle", "handle", H)],
        Binds::Nothing,
        ServiceName::Close,
        Answer::Status,
        "closes a handle",
    ),
    row(
        "NtReadFile",
        &[
            needs("FileHandle", "file", H),
            needs("Length", "length", N),
            may("ByteOffset", "offset", N),
            may("Event", "event", H),
            may("ApcContext", "context", BOOLEAN),
        ],
        Binds::Operation,
        ServiceName::ReadFile,
        Answer::Status,
        "reads; its label is the IO_STATUS_BLOCK",
    ),
    row(
        "NtCreateIoCompletion",
        &[],
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
        EVENT_PARAMS,
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
    row(
        "NtDuplicateObject",
        &[
            needs("SourceHandle", "source", H),
            may("TargetProcessHandle", "target", P),
            may("Options", "options", DUPLICATE),
            may("HandleAttributes", "inherit", BOOLEAN),
        ],
        Binds::Handle,
        ServiceName::Duplicate,
        Answer::Status,
        "makes a second handle to the same object",
    ),
    row(
        "NtWaitForSingleObject",
        &[needs("Handle", "handle", H), needs("Timeout", "timeout", N)],
        Binds::Nothing,
        ServiceName::Wait,
        Answer::Status,
        "waits until an object is signalled",
    ),
];

const CALLS: [CallSpec; ROWS.len()] = {
    let mut calls = [ROWS[0].spec; ROWS.len()];
    let mut at = 0;
    while at < ROWS.len() {
        calls[at] = ROWS[at].spec;
        at += 1;
    }
    calls
};

const DRIVERS: [&str; DriverKind::ALL.len()] = {
    let mut names = [""; DriverKind::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = DriverKind::ALL[at].name();
        at += 1;
    }
    names
};

const ERRORS: [&str; Win32Error::ALL.len()] = {
    let mut names = [""; Win32Error::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Win32Error::ALL[at].1;
        at += 1;
    }
    names
};

const fn function(name: &'static str, subject: Subject, gives: Option<&'static str>) -> FunctionSpec {
    FunctionSpec { name, subject, gives }
}

const HANDLE: Subject = Subject::Label(&[Binds::Handle]);

/// Everything a scenario can name.
pub const CATALOGUE: Catalogue = Catalogue {
    calls: &CALLS,
    drivers: &DRIVERS,
    profiles: &["xp", "win7", "win8", "win81", "win10", "win11"],
    win32_errors: &ERRORS,
    results: &["TRUE", "FALSE", "WAIT_OBJECT_0", "WAIT_FAILED", "blocks"],
    handles: &["NULL", "INVALID_HANDLE_VALUE", "GetCurrentProcess()", "GetCurrentThread()"],
    numbers: &["INFINITE"],
    fields: &[
        ("handle", &["HandleCount", "PointerCount", "ChargedPointerCount", "Value", "CurrentByteOffset"]),
        ("object", &["HandleCount", "PointerCount", "ChargedPointerCount"]),
        (
            "information",
            &[
                "Attributes",
                "GrantedAccess",
                "HandleCount",
                "PointerCount",
                "Name",
                "TypeName",
                "TotalNumberOfObjects",
                "TotalNumberOfHandles",
                "ReturnLength",
            ],
        ),
        ("operation", &["Status", "Internal", "Information", "InternalHigh"]),
        ("packet", &["key", "overlapped", "status", "bytes"]),
    ],
    functions: &[
        function("object", HANDLE, Some("object")),
        function("cleanup", HANDLE, None),
        function("close", HANDLE, None),
        function("open", HANDLE, None),
        function("deleted", HANDLE, None),
        function("signaled", HANDLE, None),
        function("packets", HANDLE, None),
        function("CurrentByteOffset", HANDLE, None),
        function("pending", Subject::Label(&[Binds::Operation]), None),
        function("ended", Subject::Thread, None),
        function("exited", Subject::Process, None),
    ],
};

/// The call of this name.
pub fn call_row(name: &str) -> Option<&'static CallRow> {
    ROWS.iter().find(|row| row.spec.name == name)
}
