//! The calls of completion ports, of how files report to them, and of cancellation.

use crate::lang::{Binds, ParamKind};
use crate::scenario::calls::{Answer, BOOLEAN, CallRow, ServiceName, may, needs, row};
use crate::scenario::calls_names::{FLAGS, NAME, PORT_ACCESS, ROOT};
use ParamKind::{Handle as H, Number as N, Operation as O};

const MODES: ParamKind = ParamKind::Flags(&[
    "FILE_SKIP_COMPLETION_PORT_ON_SUCCESS",
    "FILE_SKIP_SET_EVENT_ON_HANDLE",
    "FILE_SKIP_SET_USER_EVENT_ON_FAST_IO",
]);
const SET_CLASSES: ParamKind = ParamKind::Name(&[
    "FileCompletionInformation",
    "FileReplaceCompletionInformation",
    "FileIoCompletionNotificationInformation",
    "FileEndOfFileInformation",
    "FilePositionInformation",
    "FileDispositionInformation",
    "FileDispositionInformationEx",
]);
const SET_FLAGS: ParamKind = ParamKind::Flags(&[
    "FILE_SKIP_COMPLETION_PORT_ON_SUCCESS",
    "FILE_SKIP_SET_EVENT_ON_HANDLE",
    "FILE_SKIP_SET_USER_EVENT_ON_FAST_IO",
    "FILE_DISPOSITION_DELETE",
    "FILE_DISPOSITION_POSIX_SEMANTICS",
    "FILE_DISPOSITION_ON_CLOSE",
    "FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE",
]);
const QUERY_CLASSES: ParamKind =
    ParamKind::Name(&["FileStandardInformation", "FileIoCompletionNotificationInformation"]);

/// Their rows, Win32 names first.
pub(super) const PORTS: [CallRow; 18] = [
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
        "GetQueuedCompletionStatusEx",
        &[
            needs("CompletionPort", "port", H),
            needs("ulCount", "count", N),
            needs("dwMilliseconds", "timeout", N),
            may("fAlertable", "alertable", BOOLEAN),
        ],
        Binds::Packet,
        ServiceName::RemovePackets,
        Answer::Bool,
        "removes up to so many packets; its label is the first, and second, third and last name others",
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
        "SetFileCompletionNotificationModes",
        &[needs("FileHandle", "file", H), needs("Flags", "flags", MODES)],
        Binds::Nothing,
        ServiceName::SetModes,
        Answer::Bool,
        "lets a file report less of how its requests end; it cannot be taken back",
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
        "CancelSynchronousIo",
        &[needs("hThread", "thread", H)],
        Binds::Nothing,
        ServiceName::CancelSynchronousIo,
        Answer::Bool,
        "cancels the request that a thread waits for",
    ),
    row(
        "NtCreateIoCompletion",
        &[NAME, ROOT, FLAGS, may("Count", "threads", N), may("DesiredAccess", "access", PORT_ACCESS)],
        Binds::Handle,
        ServiceName::CreatePort,
        Answer::Status,
        "creates a completion port",
    ),
    row(
        "NtSetInformationFile",
        &[
            needs("FileHandle", "file", H),
            may("Port", "port", H),
            may("Key", "key", N),
            may("FileInformationClass", "class", SET_CLASSES),
            may("Flags", "flags", SET_FLAGS),
            may("EndOfFile", "end", N),
            may("CurrentByteOffset", "position", N),
            may("DeleteFile", "delete", BOOLEAN),
        ],
        Binds::Nothing,
        ServiceName::Associate,
        Answer::Status,
        "binds a file to a port, or what else the class says",
    ),
    row(
        "NtQueryInformationFile",
        &[needs("FileHandle", "file", H), needs("FileInformationClass", "class", QUERY_CLASSES)],
        Binds::Information,
        ServiceName::QueryFile,
        Answer::Status,
        "asks for a file's size and deletion, or for its FILE_SKIP_ modes; its label is the answer",
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
        "NtRemoveIoCompletionEx",
        &[
            needs("IoCompletionHandle", "port", H),
            needs("Count", "count", N),
            needs("Timeout", "timeout", N),
            may("Alertable", "alertable", BOOLEAN),
        ],
        Binds::Packet,
        ServiceName::RemovePackets,
        Answer::Status,
        "removes up to so many packets; its label is the first, and second, third and last name others",
    ),
    row(
        "NtSetIoCompletion",
        &[
            needs("IoCompletionHandle", "port", H),
            may("IoStatusInformation", "transferred", N),
            may("KeyContext", "key", N),
            may("ApcContext", "value", N),
            may("IoStatus", "status", ParamKind::Status),
        ],
        Binds::Nothing,
        ServiceName::Post,
        Answer::Status,
        "queues a packet of the program's own",
    ),
    row(
        "NtQueryIoCompletion",
        &[needs("IoCompletionHandle", "port", H)],
        Binds::Value,
        ServiceName::QueryPort,
        Answer::Status,
        "its label is Depth, the number of packets that wait",
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
        "NtCancelSynchronousIoFile",
        &[needs("ThreadHandle", "thread", H), may("IoRequestToCancel", "operation", O)],
        Binds::Operation,
        ServiceName::CancelSynchronousIo,
        Answer::Status,
        "cancels the request that a thread waits for; its label is the caller's own IO_STATUS_BLOCK",
    ),
];
