//! The calls of files of a volume: sizes, deletion, byte-range locks.

use crate::lang::{Binds, ParamKind, ParamSpec};
use crate::scenario::calls::{Answer, BOOLEAN, CallRow, ServiceName, may, needs, row};
use ParamKind::{Handle as H, Number as N, Text as T};

const FILE: ParamSpec = needs("hFile", "file", H);
const PATH: ParamSpec = needs("lpFileName", "path", T);
const PATH_NAME: ParamSpec = needs("lpPathName", "path", T);
const OFFSET: ParamSpec = may("Offset", "offset", N);
const FILE_HANDLE: ParamSpec = needs("FileHandle", "file", H);
const BYTE_OFFSET: ParamSpec = needs("ByteOffset", "offset", N);
const LENGTH: ParamSpec = needs("Length", "length", N);
const LOCK_FLAGS: ParamKind = ParamKind::Flags(&["LOCKFILE_EXCLUSIVE_LOCK", "LOCKFILE_FAIL_IMMEDIATELY"]);

/// Their rows, Win32 names first.
pub(super) const FILES: [CallRow; 11] = [
    row(
        "GetFileSizeEx",
        &[FILE],
        Binds::Information,
        ServiceName::FileSize,
        Answer::Bool,
        "tells how long a file is; its label is the answer, with EndOfFile",
    ),
    row(
        "SetEndOfFile",
        &[FILE],
        Binds::Nothing,
        ServiceName::SetEndOfFile,
        Answer::Bool,
        "makes a file end at the file object's position",
    ),
    row(
        "SetFilePointerEx",
        &[FILE, needs("liDistanceToMove", "distance", N)],
        Binds::Nothing,
        ServiceName::SetPosition,
        Answer::Bool,
        "sets the position of a synchronous file, from its beginning (FILE_BEGIN)",
    ),
    row(
        "CreateDirectory",
        &[PATH_NAME],
        Binds::Nothing,
        ServiceName::MakeDirectory,
        Answer::Bool,
        "creates a directory of a volume, and closes it",
    ),
    row(
        "RemoveDirectory",
        &[PATH_NAME],
        Binds::Nothing,
        ServiceName::RemoveDirectory,
        Answer::Bool,
        "opens a directory, marks it for deletion and closes it",
    ),
    row(
        "DeleteFile",
        &[PATH],
        Binds::Nothing,
        ServiceName::DeleteFile,
        Answer::Bool,
        "opens a file, marks it for deletion and closes it",
    ),
    row(
        "LockFileEx",
        &[
            FILE,
            needs("nNumberOfBytesToLockLow", "length", N),
            may("dwFlags", "flags", LOCK_FLAGS),
            OFFSET,
            may("hEvent", "event", H),
        ],
        Binds::Operation,
        ServiceName::LockFile,
        Answer::Bool,
        "locks a byte range for a file object; its label is the OVERLAPPED",
    ),
    row(
        "UnlockFileEx",
        &[FILE, needs("nNumberOfBytesToUnlockLow", "length", N), OFFSET],
        Binds::Operation,
        ServiceName::UnlockFile,
        Answer::Bool,
        "unlocks a byte range; its label is the OVERLAPPED",
    ),
    row(
        "NtLockFile",
        &[
            FILE_HANDLE,
            BYTE_OFFSET,
            LENGTH,
            needs("FailImmediately", "fail", BOOLEAN),
            needs("ExclusiveLock", "exclusive", BOOLEAN),
            may("Event", "event", H),
            may("ApcContext", "context", BOOLEAN),
            may("ApcRoutine", "apc", BOOLEAN),
        ],
        Binds::Operation,
        ServiceName::LockFile,
        Answer::Status,
        "locks a byte range for a file object; its label is the IO_STATUS_BLOCK",
    ),
    row(
        "NtUnlockFile",
        &[FILE_HANDLE, BYTE_OFFSET, LENGTH],
        Binds::Operation,
        ServiceName::UnlockFile,
        Answer::Status,
        "unlocks a byte range; its label is the IO_STATUS_BLOCK",
    ),
    row(
        "NtQueryAttributesFile",
        &[needs("ObjectName", "name", T)],
        Binds::Nothing,
        ServiceName::QueryAttributes,
        Answer::Status,
        "opens a file for its attributes and closes it: tells whether it is there",
    ),
];
