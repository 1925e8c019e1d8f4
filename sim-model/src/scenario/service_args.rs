//! A service of the kernel with its arguments, as a line of a program calls it.

use sim_core::NtStatus;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::pipe_parameters::PipeParameters;
use sim_core::mm::protection::Protection;
use sim_core::nt::job::JobAction;
use sim_core::nt::wait::Timeout;
use sim_core::ob::duplicate::Wanted;
use sim_core::ob::information::InformationClass;
use sim_core::ob::types::ObjectType;
use sim_core::ps::create::Inheritance;

use crate::scenario::arguments::{HandleArg, IssueArgs, LabelId, NameArg, PathAct, PathId, ProcessArg};
use crate::scenario::object_act::Act;
use crate::scenario::rings::RingCall;

/// A service with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// CreateFile.
    CreateFile {
        /// The path and DesiredAccess.
        name: NameArg,
        /// Share access; FILE_FLAG_OVERLAPPED or not.
        options: OpenOptions,
    },
    /// CreateNamedPipe, NtCreateNamedPipeFile.
    CreatePipe {
        /// The path and DesiredAccess.
        name: NameArg,
        /// Share access; FILE_FLAG_OVERLAPPED or not.
        options: OpenOptions,
        /// What the server says of the pipe.
        pipe: PipeParameters,
    },
    /// WaitNamedPipe.
    WaitPipe {
        /// The file system of pipes.
        root: NameArg,
        /// The pipe's name there.
        pipe: PathId,
        /// The wait has a limit.
        limited: bool,
    },
    /// accept.
    AcceptSocket {
        /// The socket that listens.
        listener: HandleArg,
        /// What is opened for the new one.
        name: NameArg,
    },
    /// A call that opens a path and closes it again: CreateDirectory, DeleteFile and their kin.
    OfPath {
        /// The path and DesiredAccess.
        name: NameArg,
        /// How it opens the path.
        options: OpenOptions,
        /// What it does with the file.
        act: PathAct,
    },
    /// FindFirstChangeNotification.
    WatchDirectory {
        /// The path and DesiredAccess.
        name: NameArg,
        /// Share access.
        options: OpenOptions,
        /// dwNotifyFilter.
        filter: u32,
        /// bWatchSubtree.
        watch_tree: bool,
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
        /// NumberOfConcurrentThreads of a new one.
        threads: u32,
    },
    /// NtSetInformationFile(FileCompletionInformation), or FileReplaceCompletionInformation.
    Associate {
        /// The file.
        file: HandleArg,
        /// The port.
        port: HandleArg,
        /// The key.
        key: u64,
        /// In the place of the port that it has.
        replaces: bool,
    },
    /// GetQueuedCompletionStatus, GetQueuedCompletionStatusEx.
    RemovePacket {
        /// The port.
        port: HandleArg,
        /// How many at most, of the call that removes more than one.
        count: Option<u32>,
        /// fAlertable.
        alertable: bool,
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
        /// The status.
        status: NtStatus,
    },
    /// CancelSynchronousIo.
    CancelSynchronousIo {
        /// The thread.
        thread: HandleArg,
        /// One request, or whichever it is.
        operation: Option<LabelId>,
    },
    /// HeapAlloc.
    Allocate {
        /// How many bytes.
        length: u32,
    },
    /// HeapFree.
    Free {
        /// A buffer, or a request whose status block is meant.
        memory: LabelId,
    },
    /// GetOverlappedResult, GetOverlappedResultEx.
    OverlappedResult {
        /// The file.
        file: HandleArg,
        /// The request.
        operation: LabelId,
        /// How long to wait.
        timeout: Timeout,
        /// bAlertable.
        alertable: bool,
    },
    /// The calls of I/O rings.
    Ring(RingCall),
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
    },
    /// NtCreateDirectoryObject.
    CreateDirectory(NameArg),
    /// NtCreateSection.
    CreateSection {
        /// The section's name.
        name: NameArg,
        /// MaximumSize, in bytes.
        size: u64,
        /// The file, or NULL for the paging file.
        file: HandleArg,
        /// SectionPageProtection.
        protection: Protection,
    },
    /// NtMapViewOfSection.
    MapView {
        /// The section.
        section: HandleArg,
        /// The view can be written.
        writes: bool,
    },
    /// NtUnmapViewOfSection.
    UnmapView {
        /// The view.
        view: LabelId,
    },
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
        /// uExitCode.
        exit_status: u32,
    },
    /// CreateJobObject.
    CreateJob(NameArg),
    /// SetInformationJobObject with a completion port.
    JobPort {
        /// The job.
        job: HandleArg,
        /// The port.
        port: HandleArg,
        /// The key.
        key: u64,
    },
    /// SetInformationJobObject, TerminateJobObject.
    Job {
        /// The job.
        job: HandleArg,
        /// What is done to it.
        action: JobAction,
        /// uExitCode.
        exit_status: u32,
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
    /// WaitForMultipleObjects, for [`Call::handles`](crate::scenario::program::Call::handles).
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
    /// NtGetNextThread.
    NextThread {
        /// The process.
        process: HandleArg,
        /// The thread before, or NULL.
        after: HandleArg,
        /// DesiredAccess.
        access: u32,
        /// OBJ_INHERIT.
        inherit: bool,
    },
    /// NtAlertThreadByThreadId, of the thread of this actor.
    AlertById(usize),
    /// NtWaitForAlertByThreadId.
    WaitForAlert {
        /// How long to wait.
        timeout: Timeout,
    },
    /// ExitThread.
    ExitThread {
        /// dwExitCode.
        exit_status: u32,
    },
    /// ExitProcess.
    ExitProcess {
        /// uExitCode.
        exit_status: u32,
    },
}
