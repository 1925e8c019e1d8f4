//! The calls a scenario can make: documented names and parameters, and which system service each one is.

use crate::lang::{Binds, CallSpec, ParamKind, ParamSpec};
use crate::scenario::calls_basic::BASIC;
use crate::scenario::calls_files::FILES;
use crate::scenario::calls_handles::HANDLES;
use crate::scenario::calls_io::IO;
use crate::scenario::calls_memory::MEMORY;
use crate::scenario::calls_names::NAMED;
use crate::scenario::calls_notify::NOTIFY;
use crate::scenario::calls_pipes::PIPES;
use crate::scenario::calls_ports::PORTS;
use crate::scenario::calls_queries::QUERIES;
use crate::scenario::calls_rings::RINGS;
use crate::scenario::calls_sections::SECTIONS;
use crate::scenario::calls_sockets::SOCKETS;
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
    /// NtCreateFile of the driver of sockets.
    CreateSocket,
    /// NtDeviceIoControlFile(IOCTL_AFD_BIND).
    BindSocket,
    /// NtDeviceIoControlFile(IOCTL_AFD_START_LISTEN).
    ListenSocket,
    /// NtDeviceIoControlFile(IOCTL_AFD_CONNECT).
    ConnectSocket,
    /// NtCreateFile and NtDeviceIoControlFile(IOCTL_AFD_SUPER_ACCEPT).
    AcceptSocket,
    /// NtDeviceIoControlFile(IOCTL_AFD_SUPER_ACCEPT).
    AcceptEx,
    /// NtDeviceIoControlFile(IOCTL_AFD_SUPER_CONNECT).
    ConnectEx,
    /// NtDeviceIoControlFile(IOCTL_AFD_RECEIVE).
    ReceiveSocket,
    /// NtDeviceIoControlFile(IOCTL_AFD_SEND).
    SendSocket,
    /// NtDeviceIoControlFile(IOCTL_AFD_PARTIAL_DISCONNECT).
    ShutDownSocket,
    /// NtDeviceIoControlFile(IOCTL_AFD_SET_INFORMATION).
    SetSocket,
    /// NtClose of a socket.
    CloseSocket,
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
    /// NtCancelSynchronousIoFile.
    CancelSynchronousIo,
    /// NtRemoveIoCompletionEx.
    RemovePackets,
    /// NtQueryIoCompletion.
    QueryPort,
    /// NtSetInformationFile(FileIoCompletionNotificationInformation).
    SetModes,
    /// NtQueryInformationFile.
    QueryFile,
    /// NtQueryInformationFile(FileStandardInformation).
    FileSize,
    /// NtSetInformationFile(FileEndOfFileInformation).
    SetEndOfFile,
    /// NtSetInformationFile(FilePositionInformation).
    SetPosition,
    /// NtCreateFile(FILE_DIRECTORY_FILE) and NtClose.
    MakeDirectory,
    /// NtCreateFile(FILE_DIRECTORY_FILE), NtSetInformationFile(FileDispositionInformation) and NtClose.
    RemoveDirectory,
    /// NtCreateFile, NtSetInformationFile(FileDispositionInformation) and NtClose.
    DeleteFile,
    /// NtCreateFile and NtClose.
    QueryAttributes,
    /// NtLockFile.
    LockFile,
    /// NtUnlockFile.
    UnlockFile,
    /// HeapAlloc.
    Allocate,
    /// HeapFree.
    Free,
    /// GetOverlappedResult.
    OverlappedResult,
    /// NtCreateEvent.
    CreateEvent,
    /// NtOpenEvent and the other services that open by name.
    Open,
    /// NtCreateDirectoryObject.
    CreateDirectory,
    /// NtCreateSection.
    CreateSection,
    /// NtMapViewOfSection.
    MapView,
    /// NtUnmapViewOfSection.
    UnmapView,
    /// NtNotifyChangeDirectoryFile.
    NotifyDirectory,
    /// NtCreateFile and NtNotifyChangeDirectoryFile.
    WatchDirectory,
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
    /// NtQueryInformationProcess(ProcessBasicInformation).
    ExitCodeProcess,
    /// NtQueryInformationThread(ThreadBasicInformation).
    ExitCodeThread,
    /// NtQueryInformationProcess.
    QueryProcess,
    /// NtGetNextThread.
    NextThread,
    /// NtAlertThreadByThreadId.
    AlertById,
    /// NtWaitForAlertByThreadId.
    WaitForAlert,
    /// NtTerminateThread on the caller.
    ExitThread,
    /// NtTerminateProcess on the caller's process.
    ExitProcess,
    /// NtCreateIoRing.
    CreateRing,
    /// An entry of a ring's submission queue.
    BuildEntry,
    /// NtSubmitIoRing.
    SubmitRing,
    /// GetIoRingInfo.
    RingInfo,
    /// An entry of a ring's completion queue.
    PopCompletion,
    /// NtSetInformationIoRing.
    SetRingEvent,
    /// NtClose of a ring.
    CloseRing,
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
    /// A buffer.
    Memory,
    /// The address of a view, or NULL and GetLastError.
    View,
    /// TRUE, or FALSE and how the request ended, ERROR_IO_INCOMPLETE, WAIT_TIMEOUT or WAIT_IO_COMPLETION.
    Completed,
    /// An NTSTATUS.
    Status,
    /// An HRESULT.
    HResult,
    /// 0, or SOCKET_ERROR and WSAGetLastError.
    Socket,
    /// The number of bytes, or SOCKET_ERROR and WSAGetLastError.
    Transferred,
    /// A socket, or INVALID_SOCKET and WSAGetLastError.
    SocketHandle,
    /// TRUE, or FALSE and WSAGetLastError.
    SocketBool,
}

impl Answer {
    /// Whether a call of Winsock answers so: its errors are other ones.
    pub const fn is_of_winsock(self) -> bool {
        matches!(self, Answer::Socket | Answer::Transferred | Answer::SocketHandle | Answer::SocketBool)
    }
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
    CallRow { spec: CallSpec { name, params, binds, second: "", summary }, service, answer }
}

pub(super) const BOOLEAN: ParamKind = ParamKind::Name(&["TRUE", "FALSE"]);
pub(super) const ACCESS: ParamKind = ParamKind::Flags(&[
    "GENERIC_READ",
    "GENERIC_WRITE",
    "GENERIC_ALL",
    "FILE_READ_DATA",
    "FILE_WRITE_DATA",
    "FILE_APPEND_DATA",
    "FILE_READ_ATTRIBUTES",
    "FILE_WRITE_ATTRIBUTES",
    "DELETE",
    "SYNCHRONIZE",
]);
pub(super) const SHARE: ParamKind =
    ParamKind::Flags(&["FILE_SHARE_READ", "FILE_SHARE_WRITE", "FILE_SHARE_DELETE"]);
pub(super) const CREATE_OPTIONS: ParamKind =
    ParamKind::Flags(&["FILE_SYNCHRONOUS_IO_NONALERT", "FILE_SYNCHRONOUS_IO_ALERT"]);

const ROW_COUNT: usize = BASIC.len()
    + IO.len()
    + PIPES.len()
    + PORTS.len()
    + MEMORY.len()
    + NAMED.len()
    + SECTIONS.len()
    + NOTIFY.len()
    + WAITS.len()
    + HANDLES.len()
    + QUERIES.len()
    + RINGS.len()
    + SOCKETS.len()
    + FILES.len();

/// Every call.
pub const ROWS: [CallRow; ROW_COUNT] = {
    let groups: [&[CallRow]; 14] = [
        &BASIC, &IO, &PIPES, &PORTS, &MEMORY, &NAMED, &SECTIONS, &NOTIFY, &WAITS, &HANDLES, &QUERIES, &RINGS,
        &SOCKETS, &FILES,
    ];
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
