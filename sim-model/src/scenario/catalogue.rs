//! What a scenario can name: calls, drivers, results, fields and functions.

use sim_core::drivers::DriverKind;
use sim_core::drivers::afd::poll::EVENTS;
use sim_core::drivers::npfs::ccb::PipeState;
use sim_core::finding::Rule;
use sim_core::nt::wait::MAXIMUM_WAIT_OBJECTS;
use sim_core::ob::policy::Reuse;
use sim_core::win32::Win32Error;

use crate::lang::{Binds, CallSpec, Catalogue, FunctionSpec, Subject};
use crate::scenario::calls::ROWS;
use crate::scenario::faults::KINDS;
use crate::scenario::rings::POLICIES;

const CALLS: [CallSpec; ROWS.len()] = {
    let mut calls = [ROWS[0].spec; ROWS.len()];
    let mut at = 0;
    while at < ROWS.len() {
        calls[at] = ROWS[at].spec;
        at += 1;
    }
    calls
};

/// Whether a scenario can name the driver; of `filters`, whether it is one.
const fn is_listed(driver: DriverKind, filters: bool) -> bool {
    driver.can_be_declared() && (driver.is_filter() || !filters)
}

const fn count(filters: bool) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < DriverKind::ALL.len() {
        count += is_listed(DriverKind::ALL[at], filters) as usize;
        at += 1;
    }
    count
}

const fn drivers<const COUNT: usize>(filters: bool) -> [&'static str; COUNT] {
    let mut names = [""; COUNT];
    let (mut next, mut at) = (0, 0);
    while at < DriverKind::ALL.len() {
        if is_listed(DriverKind::ALL[at], filters) {
            names[next] = DriverKind::ALL[at].name();
            next += 1;
        }
        at += 1;
    }
    names
}

const DRIVERS: [&str; count(false)] = drivers(false);

const FILTERS: [&str; count(true)] = drivers(true);

const STATES: [&str; PipeState::ALL.len() + EVENTS.len()] = {
    let mut names = [""; PipeState::ALL.len() + EVENTS.len()];
    let mut at = 0;
    while at < names.len() {
        let event = at.checked_sub(PipeState::ALL.len());
        names[at] = match event {
            None => PipeState::ALL[at].name(),
            Some(event) => EVENTS[event].1,
        };
        at += 1;
    }
    names
};

const REUSES: [&str; Reuse::ALL.len()] = {
    let mut names = [""; Reuse::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Reuse::ALL[at].name();
        at += 1;
    }
    names
};

/// The rules by their ids, and then by the names of their bug checks.
const RULES: [&str; 2 * Rule::ALL.len()] = {
    let mut names = [""; 2 * Rule::ALL.len()];
    let mut at = 0;
    while at < Rule::ALL.len() {
        names[at] = Rule::ALL[at].id();
        names[Rule::ALL.len() + at] = Rule::ALL[at].name();
        at += 1;
    }
    names
};

const ERRORS: [&str; Win32Error::ALL.len()] = {
    let mut names = [""; Win32Error::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Win32Error::ALL[at].1;
        at += 1;
    }
    names
};

const fn function(name: &'static str, subject: Subject, gives: Option<&'static str>) -> FunctionSpec {
    FunctionSpec { name, subject, gives }
}

const HANDLE: Subject = Subject::Label(&[Binds::Handle]);
const APC: Subject = Subject::Label(&[Binds::Apc, Binds::Operation]);
const PACKET: Subject = Subject::Label(&[Binds::Packet]);
const OPERATION: Subject = Subject::Label(&[Binds::Operation]);
const C: &str = "CurrentCount";
const M: &str = "MaximumCount";
const STATE: &str = "NamedPipeState";
const READABLE: &str = "ReadDataAvailable";
const WRITABLE: &str = "WriteQuotaAvailable";
const INSTANCES: &str = "CurrentInstances";
const CHARGED: &str = "ChargedPointerCount";
/// The last place of an object in a wait for several.
const LAST: u64 = MAXIMUM_WAIT_OBJECTS as u64 - 1;

/// Everything a scenario can name.
pub const CATALOGUE: Catalogue = Catalogue {
    calls: &CALLS,
    drivers: &DRIVERS,
    filters: &FILTERS,
    profiles: &["xp", "win7", "win8", "win81", "win10", "win11"],
    win32_errors: &ERRORS,
    results: &[
        "TRUE",
        "FALSE",
        "WAIT_OBJECT_0",
        "WAIT_ABANDONED_0",
        "WAIT_ABANDONED",
        "WAIT_IO_COMPLETION",
        "WAIT_FAILED",
        "STATUS_WAIT_0",
        "SOCKET_ERROR",
        "INVALID_SOCKET",
        "raises",
        "blocks",
        "S_OK",
        "S_FALSE",
        "E_INVALID_HANDLE",
        "E_INVALIDARG",
        "IORING_E_SUBMISSION_QUEUE_FULL",
        "IORING_E_SUBMISSION_QUEUE_TOO_BIG",
        "IORING_E_COMPLETION_QUEUE_TOO_BIG",
        "IORING_E_SUBMIT_IN_PROGRESS",
        "IORING_E_COMPLETION_QUEUE_TOO_FULL",
        "IORING_E_WAIT_TIMEOUT",
    ],
    reuses: &REUSES,
    ring_policies: &POLICIES,
    faults: &KINDS,
    rules: &RULES,
    marks: &["debugged", "strict"],
    sums: &[
        ("WAIT_OBJECT_0", LAST),
        ("WAIT_ABANDONED_0", LAST),
        ("STATUS_WAIT_0", LAST),
        ("STATUS_ABANDONED_WAIT_0", LAST),
    ],
    handles: &["NULL", "INVALID_HANDLE_VALUE", "GetCurrentProcess()", "GetCurrentThread()"],
    numbers: &["INFINITE"],
    states: &STATES,
    fields: &[
        (
            "handle",
            &[
                "HandleCount",
                "PointerCount",
                CHARGED,
                "Value",
                "GrantedAccess",
                "CurrentByteOffset",
                "Name",
                C,
                M,
                "OwnerThread",
                "ActiveProcesses",
                STATE,
                READABLE,
                WRITABLE,
                INSTANCES,
            ],
        ),
        (
            "object",
            &[
                "HandleCount",
                "PointerCount",
                CHARGED,
                "Name",
                C,
                M,
                "OwnerThread",
                "ActiveProcesses",
                STATE,
                READABLE,
                WRITABLE,
                INSTANCES,
            ],
        ),
        (
            "information",
            &[
                "Attributes",
                "GrantedAccess",
                "HandleCount",
                "PointerCount",
                "Name",
                "TypeName",
                "TotalNumberOfObjects",
                "TotalNumberOfHandles",
                "ExitStatus",
                "HighWaterNumberOfObjects",
                "HighWaterNumberOfHandles",
                "ReturnLength",
                "EndOfFile",
                "DeletePending",
                "Directory",
                "Flags",
                "SubmissionQueueSize",
                "CompletionQueueSize",
            ],
        ),
        ("buffer", &["Length", "BytesWritten"]),
        ("operation", &["Status", "Internal", "Information", "InternalHigh", "PollEvents"]),
        ("packet", &["key", "overlapped", "status", "bytes"]),
        ("completion", &["UserData", "ResultCode", "Information"]),
    ],
    functions: &[
        function("object", HANDLE, Some("object")),
        function("cleanup", HANDLE, None),
        function("close", HANDLE, None),
        function("mapped", Subject::Label(&[Binds::View]), None),
        function("cached", HANDLE, None),
        function("dirty", HANDLE, None),
        function("open", HANDLE, None),
        function("deleted", HANDLE, None),
        function("signaled", HANDLE, None),
        function("named", HANDLE, None),
        function("permanent", HANDLE, None),
        function("packets", HANDLE, None),
        function("waiters", HANDLE, None),
        function("abandoned", HANDLE, None),
        function("inherit", HANDLE, None),
        function("protected", HANDLE, None),
        function("queued", APC, None),
        function("delivered", APC, None),
        function("CurrentByteOffset", HANDLE, None),
        function("removed", PACKET, None),
        function("second", PACKET, Some("packet")),
        function("third", PACKET, Some("packet")),
        function("last", PACKET, Some("packet")),
        function("pending", OPERATION, None),
        function("HasOverlappedIoCompleted", OPERATION, None),
        function("freed", Subject::Label(&[Binds::Buffer, Binds::Operation]), None),
        function("ended", Subject::Thread, None),
        function("exited", Subject::Process, None),
    ],
};
