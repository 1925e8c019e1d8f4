//! The calls of directory notification.

use crate::lang::{Binds, ParamKind, ParamSpec};
use crate::scenario::calls::{Answer, BOOLEAN, CallRow, ServiceName, may, needs, row};

use ParamKind::{Handle as H, Number as N, Text as T};

/// The changes that the model's file systems tell of.
const CHANGES: ParamKind = ParamKind::Flags(&[
    "FILE_NOTIFY_CHANGE_FILE_NAME",
    "FILE_NOTIFY_CHANGE_DIR_NAME",
    "FILE_NOTIFY_CHANGE_ATTRIBUTES",
    "FILE_NOTIFY_CHANGE_SIZE",
    "FILE_NOTIFY_CHANGE_LAST_WRITE",
]);
const FILTER: ParamSpec = needs("dwNotifyFilter", "filter", CHANGES);
const SUBTREE: ParamSpec = may("bWatchSubtree", "tree", BOOLEAN);
const CHANGE_HANDLE: ParamSpec = needs("hChangeHandle", "handle", H);

/// Their rows.
pub(super) const NOTIFY: [CallRow; 5] = [
    row(
        "ReadDirectoryChangesW",
        &[
            needs("hDirectory", "file", H),
            needs("nBufferLength", "length", N),
            FILTER,
            SUBTREE,
            may("lpBuffer", "buffer", ParamKind::Buffer),
            may("hEvent", "event", H),
            may("lpOverlapped", "overlapped", ParamKind::Operation),
        ],
        Binds::Operation,
        ServiceName::NotifyDirectory,
        Answer::Started,
        "asks to be told of changes in a directory; its label is the OVERLAPPED",
    ),
    row(
        "NtNotifyChangeDirectoryFile",
        &[
            needs("FileHandle", "file", H),
            needs("Length", "length", N),
            needs("CompletionFilter", "filter", CHANGES),
            may("WatchTree", "tree", BOOLEAN),
            may("Buffer", "buffer", ParamKind::Buffer),
            may("Event", "event", H),
            may("ApcContext", "context", BOOLEAN),
            may("IoStatusBlock", "overlapped", ParamKind::Operation),
        ],
        Binds::Operation,
        ServiceName::NotifyDirectory,
        Answer::Status,
        "asks to be told of changes in a directory; its label is the IO_STATUS_BLOCK",
    ),
    row(
        "FindFirstChangeNotification",
        &[needs("lpPathName", "path", T), FILTER, SUBTREE],
        Binds::Handle,
        ServiceName::WatchDirectory,
        Answer::HandleOrInvalid,
        "opens a directory and asks to be told of changes in it: the handle is then signalled",
    ),
    row(
        "FindNextChangeNotification",
        &[CHANGE_HANDLE],
        Binds::Nothing,
        ServiceName::NotifyDirectory,
        Answer::Started,
        "asks again; what has changed meanwhile signals the handle at once",
    ),
    row(
        "FindCloseChangeNotification",
        &[CHANGE_HANDLE],
        Binds::Nothing,
        ServiceName::Close,
        Answer::Bool,
        "closes a handle of FindFirstChangeNotification",
    ),
];
