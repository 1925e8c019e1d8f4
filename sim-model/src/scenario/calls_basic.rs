//! The calls of files and events, and those that end a thread or a process.

use ParamKind::{Handle as H, Number as N, Text as T};

use crate::lang::{Binds, ParamKind, ParamSpec};
use crate::scenario::calls::{ACCESS, Answer, BOOLEAN, CallRow, SHARE, ServiceName, may, needs, row};
use crate::scenario::calls_names::{EVENT_ACCESS, FLAGS, NAME, ROOT};

const FILE_OPTIONS: ParamKind = ParamKind::Flags(&[
    "FILE_SYNCHRONOUS_IO_NONALERT",
    "FILE_SYNCHRONOUS_IO_ALERT",
    "FILE_DIRECTORY_FILE",
    "FILE_NON_DIRECTORY_FILE",
    "FILE_DELETE_ON_CLOSE",
]);
const FILE_DISPOSITIONS: ParamKind =
    ParamKind::Name(&["FILE_OPEN", "FILE_CREATE", "FILE_OPEN_IF", "FILE_OVERWRITE", "FILE_OVERWRITE_IF"]);
const FILE_ATTRIBUTES: ParamKind = ParamKind::Flags(&["FILE_ATTRIBUTE_NORMAL", "FILE_ATTRIBUTE_READONLY"]);
const FILE_FLAGS: ParamKind = ParamKind::Flags(&[
    "FILE_FLAG_OVERLAPPED",
    "FILE_FLAG_BACKUP_SEMANTICS",
    "FILE_FLAG_DELETE_ON_CLOSE",
    "FILE_ATTRIBUTE_NORMAL",
    "FILE_ATTRIBUTE_READONLY",
]);
const DISPOSITIONS: ParamKind =
    ParamKind::Name(&["CREATE_NEW", "CREATE_ALWAYS", "OPEN_EXISTING", "OPEN_ALWAYS", "TRUNCATE_EXISTING"]);
const MANUAL: ParamSpec = may("bManualReset", "manual", BOOLEAN);
const INITIAL: ParamSpec = may("bInitialState", "initial", BOOLEAN);

/// The calls of files and events, Win32 names first.
pub(super) const BASIC: [CallRow; 12] = [
    row(
        "CreateFile",
        &[
            needs("lpFileName", "path", T),
            needs("dwDesiredAccess", "access", ACCESS),
            may("dwFlagsAndAttributes", "flags", FILE_FLAGS),
            may("dwShareMode", "share", SHARE),
            may("dwCreationDisposition", "disposition", DISPOSITIONS),
        ],
        Binds::Handle,
        ServiceName::CreateFile,
        Answer::HandleOrInvalid,
        "opens a device, or opens or creates a file of a volume",
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
        &[may("dwExitCode", "code", N)],
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
            may("CreateOptions", "options", FILE_OPTIONS),
            may("ShareAccess", "share", SHARE),
            may("CreateDisposition", "disposition", FILE_DISPOSITIONS),
            may("FileAttributes", "attributes", FILE_ATTRIBUTES),
        ],
        Binds::Handle,
        ServiceName::CreateFile,
        Answer::Status,
        "opens a device, or opens or creates a file or directory of a volume",
    ),
    row(
        "ExitProcess",
        &[may("uExitCode", "code", N)],
        Binds::Nothing,
        ServiceName::ExitProcess,
        Answer::Status,
        "ends every thread of the calling process",
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
        "NtCreateEvent",
        &[MANUAL, INITIAL, NAME, ROOT, FLAGS, may("DesiredAccess", "access", EVENT_ACCESS)],
        Binds::Handle,
        ServiceName::CreateEvent,
        Answer::Status,
        "creates an event",
    ),
    row(
        "NtSetEvent",
        &[needs("EventHandle", "event", H)],
        Binds::Value,
        ServiceName::SetEvent,
        Answer::Status,
        "sets an event; its label is the state before",
    ),
    row(
        "NtResetEvent",
        &[needs("EventHandle", "event", H)],
        Binds::Value,
        ServiceName::ResetEvent,
        Answer::Status,
        "resets an event; its label is the state before",
    ),
];
