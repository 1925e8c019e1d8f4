//! The calls of a program's memory, and those that ask its OVERLAPPED how a request ended.

use crate::lang::{Binds, ParamKind, ParamSpec};
use crate::scenario::calls::{Answer, BOOLEAN, CallRow, ServiceName, may, needs, row};

const FILE: ParamSpec = needs("hFile", "file", ParamKind::Handle);
const OVERLAPPED: ParamSpec = needs("lpOverlapped", "operation", ParamKind::Operation);

pub(super) const MEMORY: [CallRow; 4] = [
    row(
        "HeapAlloc",
        &[needs("dwBytes", "length", ParamKind::Number)],
        Binds::Buffer,
        ServiceName::Allocate,
        Answer::Memory,
        "allocates a buffer that a request can read or fill",
    ),
    row(
        "HeapFree",
        &[needs("lpMem", "memory", ParamKind::Memory)],
        Binds::Nothing,
        ServiceName::Free,
        Answer::Bool,
        "frees a buffer, or the OVERLAPPED or IO_STATUS_BLOCK of a request",
    ),
    row(
        "GetOverlappedResult",
        &[FILE, OVERLAPPED, may("bWait", "wait", BOOLEAN)],
        Binds::Value,
        ServiceName::OverlappedResult,
        Answer::Completed,
        "tells from the OVERLAPPED how a request ended, and waits for it if asked; its label is the number of bytes",
    ),
    row(
        "GetOverlappedResultEx",
        &[
            FILE,
            OVERLAPPED,
            needs("dwMilliseconds", "timeout", ParamKind::Number),
            may("bAlertable", "alertable", BOOLEAN),
        ],
        Binds::Value,
        ServiceName::OverlappedResult,
        Answer::Completed,
        "tells from the OVERLAPPED how a request ended, and waits that long for it; its label is the number of bytes",
    ),
];
