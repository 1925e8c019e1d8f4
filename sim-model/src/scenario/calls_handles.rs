//! The calls of handles, processes and jobs.

use crate::lang::{Binds, ParamKind, ParamSpec};
use crate::scenario::calls::{Answer, BOOLEAN, CallRow, ServiceName, may, needs, row};
use crate::scenario::calls_names::{FLAGS as ATTRIBUTES, NAME, ROOT, WIN32_NAME};

use ParamKind::{Handle as H, Handles, Number as N, Process as P, ProcessOrHandle, Thread as T};

/// Access rights of the objects that these calls give handles to.
const RIGHTS: ParamKind = ParamKind::Flags(&[
    "GENERIC_READ",
    "GENERIC_WRITE",
    "GENERIC_ALL",
    "SYNCHRONIZE",
    "EVENT_QUERY_STATE",
    "EVENT_MODIFY_STATE",
    "PROCESS_TERMINATE",
    "PROCESS_DUP_HANDLE",
    "PROCESS_CREATE_PROCESS",
    "PROCESS_ALL_ACCESS",
    "THREAD_TERMINATE",
    "THREAD_ALL_ACCESS",
]);
const DUPLICATE: ParamKind =
    ParamKind::Flags(&["DUPLICATE_SAME_ACCESS", "DUPLICATE_CLOSE_SOURCE", "DUPLICATE_SAME_ATTRIBUTES"]);
/// The variable that a call writes to: it is there, unless a scenario says that it cannot be written.
const MEMORY: ParamKind = ParamKind::Name(&["unwritable"]);
const HANDLE_FLAGS: ParamKind = ParamKind::Flags(&["HANDLE_FLAG_INHERIT", "HANDLE_FLAG_PROTECT_FROM_CLOSE"]);
const LIMITS: ParamKind = ParamKind::Flags(&["JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE"]);

/// The parameters of a call in its Win32 and its NT form; the short names are the same.
type Params = [&'static [ParamSpec]; 2];

const DUPLICATION: Params = [
    &[
        needs("hSourceHandle", "source", H),
        may("hTargetProcessHandle", "target", ProcessOrHandle),
        may("dwOptions", "options", DUPLICATE),
        may("bInheritHandle", "inherit", BOOLEAN),
        may("dwDesiredAccess", "access", RIGHTS),
        may("hSourceProcessHandle", "from", ProcessOrHandle),
        may("lpTargetHandle", "out", MEMORY),
    ],
    &[
        needs("SourceHandle", "source", H),
        may("TargetProcessHandle", "target", ProcessOrHandle),
        may("Options", "options", DUPLICATE),
        may("HandleAttributes", "inherit", BOOLEAN),
        may("DesiredAccess", "access", RIGHTS),
        may("SourceProcessHandle", "from", ProcessOrHandle),
        may("TargetHandle", "out", MEMORY),
    ],
];
const CREATION: Params = [
    &[
        needs("lpApplicationName", "process", P),
        may("bInheritHandles", "inherit", BOOLEAN),
        may("PROC_THREAD_ATTRIBUTE_HANDLE_LIST", "handles", Handles),
        may("PROC_THREAD_ATTRIBUTE_PARENT_PROCESS", "parent", H),
    ],
    &[
        needs("ImagePathName", "process", P),
        may("InheritHandles", "inherit", BOOLEAN),
        may("PS_ATTRIBUTE_HANDLE_LIST", "handles", Handles),
        may("PS_ATTRIBUTE_PARENT_PROCESS", "parent", H),
    ],
];
const OPEN_PROCESS: Params = [
    &[
        needs("dwProcessId", "process", P),
        may("dwDesiredAccess", "access", RIGHTS),
        may("bInheritHandle", "inherit", BOOLEAN),
    ],
    &[
        needs("ClientId", "process", P),
        may("DesiredAccess", "access", RIGHTS),
        may("HandleAttributes", "inherit", BOOLEAN),
    ],
];
const OPEN_THREAD: Params = [
    &[
        needs("dwThreadId", "thread", T),
        may("dwDesiredAccess", "access", RIGHTS),
        may("bInheritHandle", "inherit", BOOLEAN),
    ],
    &[
        needs("ClientId", "thread", T),
        may("DesiredAccess", "access", RIGHTS),
        may("HandleAttributes", "inherit", BOOLEAN),
    ],
];
const FLAGS: Params = [
    &[
        needs("hObject", "handle", H),
        needs("dwMask", "mask", HANDLE_FLAGS),
        needs("dwFlags", "flags", HANDLE_FLAGS),
    ],
    &[
        needs("Handle", "handle", H),
        needs("Mask", "mask", HANDLE_FLAGS),
        needs("ObjectHandleFlagInformation", "flags", HANDLE_FLAGS),
    ],
];
const JOB_LIMITS: Params = [
    &[
        needs("hJob", "job", H),
        may("LimitFlags", "limits", LIMITS),
        may("CompletionPort", "port", H),
        may("CompletionKey", "key", N),
    ],
    &[
        needs("JobHandle", "job", H),
        may("LimitFlags", "limits", LIMITS),
        may("CompletionPort", "port", H),
        may("CompletionKey", "key", N),
    ],
];
const JOB_AND_PROCESS: Params = [
    &[needs("hJob", "job", H), needs("hProcess", "process", H)],
    &[needs("JobHandle", "job", H), needs("ProcessHandle", "process", H)],
];
const NEXT_THREAD: &[ParamSpec] = &[
    needs("ProcessHandle", "process", H),
    may("ThreadHandle", "after", H),
    may("DesiredAccess", "access", RIGHTS),
    may("HandleAttributes", "inherit", BOOLEAN),
];
const HANDLE: &[ParamSpec] = &[needs("hObject", "handle", H)];
const JOB_NAME: Params = [&[WIN32_NAME], &[NAME, ROOT, ATTRIBUTES]];
const CODE: ParamSpec = may("uExitCode", "code", N);
const STATUS: ParamSpec = may("ExitStatus", "code", N);
const JOB: Params = [&[needs("hJob", "job", H), CODE], &[needs("JobHandle", "job", H), STATUS]];
const PROCESS: Params =
    [&[needs("hProcess", "handle", H), CODE], &[needs("ProcessHandle", "handle", H), STATUS]];
const THREAD: Params = [
    &[needs("hThread", "handle", H), may("dwExitCode", "code", N)],
    &[needs("ThreadHandle", "handle", H), STATUS],
];

/// A call in its Win32 and its NT form: the same parameters, another answer.
const fn both(
    names: [&'static str; 2],
    params: Params,
    binds: Binds,
    service: ServiceName,
    win32: Answer,
    summary: &'static str,
) -> [CallRow; 2] {
    [
        row(names[0], params[0], binds, service, win32, summary),
        row(names[1], params[1], binds, service, Answer::Status, summary),
    ]
}

/// The same call with a second result of this name in its Win32 and its NT form.
const fn with_second(mut rows: [CallRow; 2], names: [&'static str; 2]) -> [CallRow; 2] {
    rows[0].spec.second = names[0];
    rows[1].spec.second = names[1];
    rows
}

use Answer::{Bool, HandleOrNull};
use Binds::Nothing;

const PAIRS: [[CallRow; 2]; 11] = [
    both(
        ["DuplicateHandle", "NtDuplicateObject"],
        DUPLICATION,
        Binds::Handle,
        ServiceName::Duplicate,
        Bool,
        "makes a second handle to the same object, here or in another process",
    ),
    both(
        ["SetHandleInformation", "NtSetInformationObject"],
        FLAGS,
        Nothing,
        ServiceName::SetHandle,
        Bool,
        "makes a handle inheritable, or protects it from close",
    ),
    with_second(
        both(
            ["CreateProcess", "NtCreateUserProcess"],
            CREATION,
            Binds::Handle,
            ServiceName::CreateProcess,
            Bool,
            "begins a process of the file; its labels are the handles to it and to its first thread",
        ),
        ["hThread", "ThreadHandle"],
    ),
    both(
        ["OpenProcess", "NtOpenProcess"],
        OPEN_PROCESS,
        Binds::Handle,
        ServiceName::OpenProcess,
        HandleOrNull,
        "opens a process; its name stands for its id",
    ),
    both(
        ["OpenThread", "NtOpenThread"],
        OPEN_THREAD,
        Binds::Handle,
        ServiceName::OpenThread,
        HandleOrNull,
        "opens a thread; its name stands for its id",
    ),
    both(
        ["TerminateProcess", "NtTerminateProcess"],
        PROCESS,
        Nothing,
        ServiceName::TerminateProcess,
        Bool,
        "tells every thread of a process to end",
    ),
    both(
        ["TerminateThread", "NtTerminateThread"],
        THREAD,
        Nothing,
        ServiceName::TerminateThread,
        Bool,
        "tells a thread to end",
    ),
    both(
        ["CreateJobObject", "NtCreateJobObject"],
        JOB_NAME,
        Binds::Handle,
        ServiceName::CreateJob,
        HandleOrNull,
        "creates a job, or opens the one that has the name",
    ),
    both(
        ["SetInformationJobObject", "NtSetInformationJobObject"],
        JOB_LIMITS,
        Nothing,
        ServiceName::SetJob,
        Bool,
        "sets the limits of a job, 0 is none; or the port that it reports to",
    ),
    both(
        ["AssignProcessToJobObject", "NtAssignProcessToJobObject"],
        JOB_AND_PROCESS,
        Nothing,
        ServiceName::AssignJob,
        Bool,
        "puts a process into a job",
    ),
    both(
        ["TerminateJobObject", "NtTerminateJobObject"],
        JOB,
        Nothing,
        ServiceName::TerminateJob,
        Bool,
        "tells every thread of a job's processes to end",
    ),
];

/// The rows, the Win32 form of each before its NT form.
pub(super) const HANDLES: [CallRow; 2 * PAIRS.len() + 3] = {
    let mut rows = [PAIRS[0][0]; 2 * PAIRS.len() + 3];
    let mut at = 0;
    while at < 2 * PAIRS.len() {
        rows[at] = PAIRS[at / 2][at % 2];
        at += 1;
    }
    rows[at] = row(
        "GetHandleInformation",
        HANDLE,
        Nothing,
        ServiceName::GetHandle,
        Answer::Flags,
        "returns the HANDLE_FLAG_ bits of a handle",
    );
    rows[at + 1] = row(
        "NtIsProcessInJob",
        JOB_AND_PROCESS[1],
        Nothing,
        ServiceName::AsksJob,
        Answer::Status,
        "asks whether a process is in a job",
    );
    rows[at + 2] = row(
        "NtGetNextThread",
        NEXT_THREAD,
        Binds::Handle,
        ServiceName::NextThread,
        Answer::Status,
        "opens the thread of a process that was created next after another, or first",
    );
    rows
};
