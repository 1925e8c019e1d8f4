//! The calls that ask about handles and objects and change nothing.

use crate::lang::{Binds, ParamKind};
use crate::scenario::calls::{Answer, CallRow, ServiceName, may, needs, row};

use ParamKind::{Handle as H, Number as N};

const CLASS: ParamKind =
    ParamKind::Name(&["ObjectBasicInformation", "ObjectNameInformation", "ObjectTypeInformation"]);

const PROCESS_CLASS: ParamKind =
    ParamKind::Name(&["ProcessBasicInformation", "ProcessHandleCount", "ProcessImageInformation"]);

/// The queries, Win32 names first.
pub(super) const QUERIES: [CallRow; 8] = [
    row(
        "GetExitCodeProcess",
        &[needs("hProcess", "process", H)],
        Binds::Information,
        ServiceName::ExitCodeProcess,
        Answer::Bool,
        "tells how a process has ended, 259 (STILL_ACTIVE) before that; its label is the answer",
    ),
    row(
        "GetExitCodeThread",
        &[needs("hThread", "thread", H)],
        Binds::Information,
        ServiceName::ExitCodeThread,
        Answer::Bool,
        "tells how a thread has ended, 259 (STILL_ACTIVE) before that; its label is the answer",
    ),
    row(
        "NtQueryInformationProcess",
        &[
            needs("ProcessHandle", "process", H),
            needs("ProcessInformationClass", "class", PROCESS_CLASS),
            may("ProcessInformationLength", "length", N),
        ],
        Binds::Information,
        ServiceName::QueryProcess,
        Answer::Status,
        "asks for a process's exit status, handles or image; its label is the answer",
    ),
    row(
        "NtQueryInformationThread",
        &[
            needs("ThreadHandle", "thread", H),
            needs("ThreadInformationClass", "class", ParamKind::Name(&["ThreadBasicInformation"])),
            may("ThreadInformationLength", "length", N),
        ],
        Binds::Information,
        ServiceName::ExitCodeThread,
        Answer::Status,
        "asks for a thread's exit status; its label is the answer",
    ),
    row(
        "CompareObjectHandles",
        &[needs("hFirstObjectHandle", "first", H), needs("hSecondObjectHandle", "second", H)],
        Binds::Nothing,
        ServiceName::CompareObjects,
        Answer::Bool,
        "tells whether two handles name the same object (since Windows 10)",
    ),
    row(
        "GetProcessHandleCount",
        &[needs("hProcess", "process", H)],
        Binds::Information,
        ServiceName::ProcessHandleCount,
        Answer::Bool,
        "counts the open handles of a process; its label is the answer",
    ),
    row(
        "NtQueryObject",
        &[
            needs("Handle", "handle", H),
            needs("ObjectInformationClass", "class", CLASS),
            may("ObjectInformationLength", "length", N),
        ],
        Binds::Information,
        ServiceName::QueryObject,
        Answer::Status,
        "asks for an object's counts, name or type; its label is the answer",
    ),
    row(
        "NtCompareObjects",
        &[needs("FirstObjectHandle", "first", H), needs("SecondObjectHandle", "second", H)],
        Binds::Nothing,
        ServiceName::CompareObjects,
        Answer::Status,
        "tells whether two handles name the same object (since Windows 10)",
    ),
];
