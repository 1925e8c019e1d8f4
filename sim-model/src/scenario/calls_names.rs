//! The calls of the namespace: what opens an object by name, makes directories and links, and decides how long a name
//! lives.

use crate::lang::{Binds, ParamKind, ParamSpec};
use crate::scenario::calls::{Answer, BOOLEAN, CallRow, ServiceName, may, needs, row};

use ParamKind::{Handle as H, Text as T};

/// The bits of OBJECT_ATTRIBUTES.Attributes.
pub(super) const ATTRIBUTES: ParamKind = ParamKind::Flags(&[
    "OBJ_INHERIT",
    "OBJ_PERMANENT",
    "OBJ_EXCLUSIVE",
    "OBJ_CASE_INSENSITIVE",
    "OBJ_OPENIF",
]);

pub(super) const EVENT_ACCESS: ParamKind =
    ParamKind::Flags(&["EVENT_ALL_ACCESS", "EVENT_MODIFY_STATE", "SYNCHRONIZE", "DELETE"]);
pub(super) const SEMAPHORE_ACCESS: ParamKind =
    ParamKind::Flags(&["SEMAPHORE_ALL_ACCESS", "SEMAPHORE_MODIFY_STATE", "SYNCHRONIZE", "DELETE"]);
const MUTEX_ACCESS: ParamKind =
    ParamKind::Flags(&["MUTEX_ALL_ACCESS", "MUTEX_MODIFY_STATE", "SYNCHRONIZE", "DELETE"]);
pub(super) const MUTANT_ACCESS: ParamKind =
    ParamKind::Flags(&["MUTANT_ALL_ACCESS", "MUTANT_QUERY_STATE", "SYNCHRONIZE", "DELETE"]);
pub(super) const TIMER_ACCESS: ParamKind = ParamKind::Flags(&[
    "TIMER_ALL_ACCESS",
    "TIMER_QUERY_STATE",
    "TIMER_MODIFY_STATE",
    "SYNCHRONIZE",
    "DELETE",
]);
pub(super) const PORT_ACCESS: ParamKind =
    ParamKind::Flags(&["IO_COMPLETION_ALL_ACCESS", "IO_COMPLETION_MODIFY_STATE", "SYNCHRONIZE", "DELETE"]);
const JOB_ACCESS: ParamKind = ParamKind::Flags(&[
    "JOB_OBJECT_ALL_ACCESS",
    "JOB_OBJECT_ASSIGN_PROCESS",
    "JOB_OBJECT_SET_ATTRIBUTES",
    "JOB_OBJECT_QUERY",
    "JOB_OBJECT_TERMINATE",
    "SYNCHRONIZE",
    "DELETE",
]);
const DIRECTORY_ACCESS: ParamKind = ParamKind::Flags(&["DIRECTORY_ALL_ACCESS", "DIRECTORY_QUERY", "DELETE"]);
pub(super) const SECTION_ACCESS: ParamKind = ParamKind::Flags(&[
    "SECTION_ALL_ACCESS",
    "SECTION_QUERY",
    "SECTION_MAP_READ",
    "SECTION_MAP_WRITE",
    "DELETE",
]);
pub(super) const MAP_ACCESS: ParamKind =
    ParamKind::Flags(&["FILE_MAP_ALL_ACCESS", "FILE_MAP_READ", "FILE_MAP_WRITE", "DELETE"]);
const LINK_ACCESS: ParamKind =
    ParamKind::Flags(&["SYMBOLIC_LINK_ALL_ACCESS", "SYMBOLIC_LINK_QUERY", "DELETE"]);

/// OBJECT_ATTRIBUTES, member by member, where a name can be left out.
pub(super) const NAME: ParamSpec = may("ObjectName", "name", T);
pub(super) const ROOT: ParamSpec = may("RootDirectory", "root", H);
pub(super) const FLAGS: ParamSpec = may("Attributes", "attributes", ATTRIBUTES);

/// lpName of a Win32 call that creates.
pub(super) const WIN32_NAME: ParamSpec = may("lpName", "name", T);
const INHERIT: ParamSpec = needs("bInheritHandle", "inherit", BOOLEAN);

const fn win32_open(name: &'static str, params: &'static [ParamSpec], summary: &'static str) -> CallRow {
    row(name, params, Binds::Handle, ServiceName::Open, Answer::HandleOrNull, summary)
}

const fn open(name: &'static str, params: &'static [ParamSpec], summary: &'static str) -> CallRow {
    row(name, params, Binds::Handle, ServiceName::Open, Answer::Status, summary)
}

/// Their rows.
pub(super) const NAMED: [CallRow; 19] = [
    win32_open(
        "OpenEvent",
        &[needs("dwDesiredAccess", "access", EVENT_ACCESS), INHERIT, needs("lpName", "name", T)],
        "opens an event by its name",
    ),
    win32_open(
        "OpenSemaphore",
        &[needs("dwDesiredAccess", "access", SEMAPHORE_ACCESS), INHERIT, needs("lpName", "name", T)],
        "opens a semaphore by its name",
    ),
    win32_open(
        "OpenMutex",
        &[needs("dwDesiredAccess", "access", MUTEX_ACCESS), INHERIT, needs("lpName", "name", T)],
        "opens a mutex by its name",
    ),
    win32_open(
        "OpenWaitableTimer",
        &[needs("dwDesiredAccess", "access", TIMER_ACCESS), INHERIT, needs("lpTimerName", "name", T)],
        "opens a timer by its name",
    ),
    win32_open(
        "OpenJobObject",
        &[needs("dwDesiredAccess", "access", JOB_ACCESS), INHERIT, needs("lpName", "name", T)],
        "opens a job by its name",
    ),
    open(
        "NtOpenJobObject",
        &[needs("ObjectName", "name", T), may("DesiredAccess", "access", JOB_ACCESS), ROOT, FLAGS],
        "opens a job by its name",
    ),
    win32_open(
        "OpenFileMapping",
        &[needs("dwDesiredAccess", "access", MAP_ACCESS), INHERIT, needs("lpName", "name", T)],
        "opens a section by its name",
    ),
    open(
        "NtOpenSection",
        &[needs("ObjectName", "name", T), may("DesiredAccess", "access", SECTION_ACCESS), ROOT, FLAGS],
        "opens a section by its name",
    ),
    open(
        "NtOpenEvent",
        &[needs("ObjectName", "name", T), may("DesiredAccess", "access", EVENT_ACCESS), ROOT, FLAGS],
        "opens an event by its name",
    ),
    open(
        "NtOpenSemaphore",
        &[needs("ObjectName", "name", T), may("DesiredAccess", "access", SEMAPHORE_ACCESS), ROOT, FLAGS],
        "opens a semaphore by its name",
    ),
    open(
        "NtOpenMutant",
        &[needs("ObjectName", "name", T), may("DesiredAccess", "access", MUTANT_ACCESS), ROOT, FLAGS],
        "opens a mutant by its name",
    ),
    open(
        "NtOpenTimer",
        &[needs("ObjectName", "name", T), may("DesiredAccess", "access", TIMER_ACCESS), ROOT, FLAGS],
        "opens a timer by its name",
    ),
    open(
        "NtOpenIoCompletion",
        &[needs("ObjectName", "name", T), may("DesiredAccess", "access", PORT_ACCESS), ROOT, FLAGS],
        "opens a completion port by its name",
    ),
    row(
        "NtCreateDirectoryObject",
        &[NAME, ROOT, FLAGS, may("DesiredAccess", "access", DIRECTORY_ACCESS)],
        Binds::Handle,
        ServiceName::CreateDirectory,
        Answer::Status,
        "creates a directory of the namespace",
    ),
    open(
        "NtOpenDirectoryObject",
        &[needs("ObjectName", "name", T), may("DesiredAccess", "access", DIRECTORY_ACCESS), ROOT, FLAGS],
        "opens a directory of the namespace",
    ),
    row(
        "NtCreateSymbolicLinkObject",
        &[needs("LinkTarget", "target", T), NAME, ROOT, FLAGS, may("DesiredAccess", "access", LINK_ACCESS)],
        Binds::Handle,
        ServiceName::CreateSymbolicLink,
        Answer::Status,
        "creates a symbolic link of the namespace",
    ),
    open(
        "NtOpenSymbolicLinkObject",
        &[needs("ObjectName", "name", T), may("DesiredAccess", "access", LINK_ACCESS), ROOT, FLAGS],
        "opens a symbolic link, not what it leads to",
    ),
    row(
        "NtMakeTemporaryObject",
        &[needs("Handle", "handle", H)],
        Binds::Nothing,
        ServiceName::MakeTemporary,
        Answer::Status,
        "lets an object's name go with its last handle",
    ),
    row(
        "NtMakePermanentObject",
        &[needs("Handle", "handle", H)],
        Binds::Nothing,
        ServiceName::MakePermanent,
        Answer::Status,
        "keeps an object's name without a handle",
    ),
];

/// The access right of that name; none for one of another family.
pub(super) fn access_bit(name: &str) -> Option<u32> {
    Some(match name {
        "EVENT_ALL_ACCESS" | "IO_COMPLETION_ALL_ACCESS" | "SEMAPHORE_ALL_ACCESS" | "TIMER_ALL_ACCESS" => {
            0x001F_0003
        }
        "JOB_OBJECT_ALL_ACCESS" => 0x001F_001F,
        "JOB_OBJECT_ASSIGN_PROCESS" => 0x0001,
        "JOB_OBJECT_SET_ATTRIBUTES" => 0x0002,
        "JOB_OBJECT_QUERY" => 0x0004,
        "JOB_OBJECT_TERMINATE" => 0x0008,
        "MUTEX_ALL_ACCESS" | "MUTANT_ALL_ACCESS" => 0x001F_0001,
        "EVENT_MODIFY_STATE"
        | "IO_COMPLETION_MODIFY_STATE"
        | "SEMAPHORE_MODIFY_STATE"
        | "TIMER_MODIFY_STATE" => 0x0002,
        "MUTEX_MODIFY_STATE" | "MUTANT_QUERY_STATE" | "TIMER_QUERY_STATE" => 0x0001,
        "SECTION_ALL_ACCESS" | "FILE_MAP_ALL_ACCESS" => 0x000F_001F,
        "SECTION_QUERY" => 0x0001,
        "SECTION_MAP_WRITE" | "FILE_MAP_WRITE" => 0x0002,
        "SECTION_MAP_READ" | "FILE_MAP_READ" => 0x0004,
        "DIRECTORY_ALL_ACCESS" => 0x000F_000F,
        "SYMBOLIC_LINK_ALL_ACCESS" => 0x000F_0001,
        "DIRECTORY_QUERY" | "SYMBOLIC_LINK_QUERY" => 0x0001,
        "DELETE" => 0x0001_0000,
        _ => return None,
    })
}
