//! Pages on calls and on the kernel's routines.

use sim_core::frame::{Frame, RoutineInfo};
use sim_core::profile::{Profile, Version};

use crate::explain::onward::goes_on_in;
use crate::explain::page::Page;
use crate::explain::prose::{Prose, mentions};
use crate::lang::{Binds, ParamKind};
use crate::scenario::calls::{Answer, CallRow, ROWS, ServiceName};
use crate::scenario::catalogue::CATALOGUE;

/// The routines of services that have another name than their call.
const OTHERS: &[(ServiceName, &str)] = &[
    (ServiceName::CreateFile, "NtCreateFile"),
    (ServiceName::WriteFile, "NtReadFile"),
    (ServiceName::ReadFileEx, "NtReadFile"),
    (ServiceName::WriteFileEx, "NtReadFile"),
    (ServiceName::DeviceControl, "NtReadFile"),
    (ServiceName::FsControl, "NtReadFile"),
    (ServiceName::FlushFile, "NtReadFile"),
    (ServiceName::QueryVolume, "NtReadFile"),
    (ServiceName::OverlappedResult, "NtWaitForSingleObject"),
    (ServiceName::CreatePipe, "NtCreateFile"),
    (ServiceName::ConnectPipe, "NpListen"),
    (ServiceName::DisconnectPipe, "NpDisconnect"),
    (ServiceName::PeekPipe, "NpCommonRead"),
    (ServiceName::TransactPipe, "NpCommonWrite"),
    (ServiceName::SetPipe, "NpCommonRead"),
    (ServiceName::WaitPipe, "NpWaitForNamedPipe"),
    (ServiceName::CreateSocket, "NtCreateFile"),
    (ServiceName::AcceptSocket, "NtCreateFile"),
    (ServiceName::AcceptSocket, "AfdDispatch"),
    (ServiceName::AcceptEx, "AfdDispatch"),
    (ServiceName::ConnectEx, "AfdDispatch"),
    (ServiceName::BindSocket, "AfdDispatch"),
    (ServiceName::ListenSocket, "AfdDispatch"),
    (ServiceName::ConnectSocket, "AfdDispatch"),
    (ServiceName::ReceiveSocket, "AfdDispatch"),
    (ServiceName::SendSocket, "AfdDispatch"),
    (ServiceName::ShutDownSocket, "AfdDispatch"),
    (ServiceName::SetSocket, "AfdDispatch"),
    (ServiceName::CloseSocket, "NtClose"),
    (ServiceName::NotifyDirectory, "NtReadFile"),
    (ServiceName::NotifyDirectory, "FsRtlNotifyFullChangeDirectory"),
    (ServiceName::WatchDirectory, "NtCreateFile"),
    (ServiceName::WatchDirectory, "FsRtlNotifyFullChangeDirectory"),
    (ServiceName::CreatePort, "NtSetInformationFile"),
    (ServiceName::RemovePackets, "NtRemoveIoCompletion"),
    (ServiceName::SetModes, "NtSetInformationFile"),
    (ServiceName::ResetEvent, "NtSetEvent"),
    (ServiceName::ProcessHandleCount, "NtQueryObject"),
    (ServiceName::MakeTemporary, "NtSetPermanence"),
    (ServiceName::MakePermanent, "NtSetPermanence"),
    (ServiceName::ExitThread, "PspExitThread"),
    (ServiceName::ExitProcess, "PspExitThread"),
    (ServiceName::ExitCodeProcess, "NtQueryObject"),
    (ServiceName::ExitCodeThread, "NtQueryObject"),
    (ServiceName::QueryProcess, "NtQueryObject"),
    (ServiceName::OpenProcess, "NtOpenProcess"),
    (ServiceName::OpenThread, "NtOpenProcess"),
    (ServiceName::TerminateProcess, "NtTerminate"),
    (ServiceName::TerminateThread, "NtTerminate"),
    (ServiceName::CreateJob, "NtCreateJobObject"),
    (ServiceName::SetJob, "NtSetInformationJobObject"),
    (ServiceName::TerminateJob, "NtSetInformationJobObject"),
    (ServiceName::AsksJob, "NtSetInformationJobObject"),
    (ServiceName::AssignJob, "NtAssignProcessToJobObject"),
    (ServiceName::CreateProcess, "NtCreateUserProcess"),
    (ServiceName::SetHandle, "NtSetInformationObject"),
    (ServiceName::GetHandle, "NtQueryObject"),
    (ServiceName::CreateRing, "NtCreateIoRing"),
    (ServiceName::BuildEntry, "IopProcessIoRingEntry"),
    (ServiceName::SubmitRing, "NtSubmitIoRing"),
    (ServiceName::SetRingEvent, "NtSetInformationIoRing"),
    (ServiceName::CloseRing, "NtClose"),
    (ServiceName::QueryFile, "NtQueryObject"),
    (ServiceName::FileSize, "NtQueryObject"),
    (ServiceName::SetEndOfFile, "NtfsCommonSetInformation"),
    (ServiceName::SetPosition, "NtReadFile"),
    (ServiceName::MakeDirectory, "NtfsFsdCreate"),
    (ServiceName::RemoveDirectory, "NtfsCommonSetInformation"),
    (ServiceName::DeleteFile, "NtfsCommonSetInformation"),
    (ServiceName::QueryAttributes, "NtfsFsdCreate"),
    (ServiceName::LockFile, "NtfsCommonLockControl"),
    (ServiceName::UnlockFile, "NtfsCommonLockControl"),
];

/// The routines of the calls that open by name, which all are one service.
const OPENS: &[(&str, &str)] = &[
    ("OpenEvent", "NtOpenEvent"),
    ("OpenSemaphore", "NtOpenSemaphore"),
    ("OpenMutex", "NtOpenMutant"),
    ("OpenWaitableTimer", "NtOpenTimer"),
    ("OpenJobObject", "NtOpenJobObject"),
    ("OpenFileMapping", "NtOpenSection"),
];

/// The routines of that name: one service can be more than one.
pub(super) fn routines(name: &str) -> impl Iterator<Item = &'static RoutineInfo> {
    Frame::ROUTINES.iter().filter(move |routine| routine.name == name)
}

/// The routines that perform a call, the first one first.
pub(super) fn routines_of(row: &CallRow) -> Vec<&'static RoutineInfo> {
    let service = row.service;
    if service == ServiceName::Open {
        let of = OPENS.iter().find(|open| open.0 == row.spec.name).map_or(row.spec.name, |open| open.1);
        return routines(of).collect();
    }
    let own = ROWS.iter().filter(|row| row.service == service).map(|row| row.spec.name);
    let others = OTHERS.iter().filter(|other| other.0 == service).map(|other| other.1);
    let mut found: Vec<&'static RoutineInfo> = Vec::new();
    for routine in own.chain(others).flat_map(routines) {
        // One service can be listed under its own name too; several can share a name.
        if found.iter().all(|known| !std::ptr::eq(known.text, routine.text)) {
            found.push(routine);
        }
    }
    found
}

/// The page on a call.
pub(super) fn call_page(row: &'static CallRow) -> Page {
    let spec = &row.spec;
    let mut page = Page::new("call", spec.name, format!("{} {}.", spec.name, spec.summary));
    let params = spec.params.iter().map(|param| {
        let must = if param.required { "" } else { ", optional" };
        let short = if param.short.is_empty() { String::new() } else { format!(", short {}", param.short) };
        (param.name, format!("{}{short}{must}", passed(param.kind)))
    });
    page.section("In a scenario", [("", spec.usage())]);
    page.section("Parameters", params);
    page.section("Answers with", [("", answer(row.answer))]);
    let fields = CATALOGUE.fields.iter().filter(|fields| fields.0 == spec.binds.word());
    let fields: Vec<&str> = fields.flat_map(|fields| fields.1.iter().copied()).collect();
    if spec.binds != Binds::Nothing && !fields.is_empty() {
        page.section("Fields of its label", [("", fields.join(", "))]);
    }
    let missing = Version::ALL.iter().filter(|version| !has(&Profile::of(**version), row.service));
    let missing: Vec<&str> = missing.map(|version| version.name()).collect();
    page.section("Not on", (!missing.is_empty()).then(|| ("", missing.join(", "))));
    let routines = routines_of(row);
    let in_user_mode =
        routines.is_empty().then_some(("", "none in the kernel: it changes the program's own memory"));
    page.section("Steps", in_user_mode);
    for routine in &routines {
        add_routine(&mut page, routine, routine.name != spec.name);
    }
    add_onward(&mut page, &routines);
    let first = |row: &CallRow| routines_of(row).first().map(|routine| routine.name);
    let own = first(row);
    let is_twin = |other: &&CallRow| {
        other.service == row.service && first(other) == own && other.spec.name != spec.name
    };
    let twins = ROWS.iter().filter(is_twin);
    let mut also: Vec<&str> = twins.map(|other| other.spec.name).collect();
    also.extend(routines.iter().flat_map(|routine| named_in(routine)));
    see_also(&mut page, also);
    page
}

/// The page on a routine.
pub(super) fn routine_page(routine: &'static RoutineInfo) -> Page {
    let mut page = Page { kind: "routine", name: routine.name.into(), ..Page::default() };
    add_routine(&mut page, routine, false);
    page.about = Prose::of(routine.text).about;
    let next = goes_on_in(routine.name);
    page.section("Goes on in", (!next.is_empty()).then(|| ("", next.join(", "))));
    let calls = ROWS.iter().filter(|row| routines_of(row).iter().any(|of| of.name == routine.name));
    let mut also: Vec<&str> = calls.map(|row| row.spec.name).collect();
    also.extend(named_in(routine));
    also.extend(naming(routine.name));
    see_also(&mut page, also);
    page
}

/// Adds what a routine is, its steps, errors and sources.
fn add_routine(page: &mut Page, routine: &'static RoutineInfo, named: bool) {
    let prose = Prose::of(routine.text);
    let title = |what: &str| if named { format!("{what} of {}", routine.name) } else { what.to_owned() };
    if page.kind == "call" {
        page.about.extend(prose.about.iter().cloned());
    }
    page.section(title("Steps"), routine.steps.iter().map(|step| (step.label, step.does)));
    page.section(title("Errors"), prose.statuses());
    page.section(title("Sources"), sources(routine).map(|sources| ("", sources)));
}

/// Where a routine is known from; one that leaves all to another is known from where that is.
fn sources(routine: &RoutineInfo) -> Option<String> {
    let own = Prose::of(routine.text).sources;
    let next = goes_on_in(routine.name);
    match next[..] {
        [next] if own.is_empty() => routines(next).find_map(sources),
        _ => (!own.is_empty()).then_some(own),
    }
}

/// What these go on in: the steps of the next routines, and the names of those after them.
fn add_onward(page: &mut Page, routines: &[&'static RoutineInfo]) {
    let mut known: Vec<&str> = routines.iter().map(|routine| routine.name).collect();
    let beyond = |known: &mut Vec<&str>, from: &[&'static str]| {
        let mut next: Vec<&'static str> = Vec::new();
        for name in from.iter().flat_map(|name| goes_on_in(name)) {
            if !known.contains(&name) {
                known.push(name);
                next.push(name);
            }
        }
        next
    };
    let own: Vec<&'static str> = routines.iter().map(|routine| routine.name).collect();
    let mut next = beyond(&mut known, &own);
    // What one other routine does all of goes on where that goes on.
    if next.len() == 1 {
        add_steps(page, &next);
        next = beyond(&mut known, &next);
    }
    add_steps(page, &next);
    let (mut further, mut from) = (Vec::new(), next);
    while !from.is_empty() {
        from = beyond(&mut known, &from);
        further.extend(from.iter().copied());
    }
    page.section("And from there in", (!further.is_empty()).then(|| ("", further.join(", "))));
}

fn add_steps(page: &mut Page, names: &[&'static str]) {
    for name in names {
        let steps = routines(name).flat_map(|routine| routine.steps);
        page.section(format!("It goes on in {name}"), steps.map(|step| (step.label, step.does)));
    }
}

/// The routines that a routine's description or steps name.
fn named_in(routine: &'static RoutineInfo) -> Vec<&'static str> {
    let steps = || routine.steps.iter().map(|step| step.does);
    let named = |name: &str| mentions(routine.text, name) || steps().any(|does| mentions(does, name));
    Frame::ROUTINES
        .iter()
        .map(|other| other.name)
        .filter(|name| *name != routine.name && named(name))
        .collect()
}

/// The routines whose descriptions name something.
pub(super) fn naming(name: &str) -> Vec<&'static str> {
    let naming = |routine: &&RoutineInfo| routine.name != name && mentions(routine.text, name);
    Frame::ROUTINES.iter().filter(naming).map(|routine| routine.name).collect()
}

/// Adds the names of other pages, each once.
pub(super) fn see_also(page: &mut Page, also: Vec<&str>) {
    let mut names: Vec<&str> = Vec::new();
    for name in also {
        if name != page.name && !names.contains(&name) {
            names.push(name);
        }
    }
    page.section("See also", (!names.is_empty()).then(|| ("", names.join(", "))));
}

const fn has(profile: &Profile, service: ServiceName) -> bool {
    match service {
        ServiceName::CancelIoEx => profile.has_cancel_io_ex,
        ServiceName::CancelSynchronousIo | ServiceName::RemovePackets | ServiceName::SetModes => {
            profile.has_vista_io
        }
        ServiceName::CompareObjects => profile.has_compare_objects,
        ServiceName::AlertById | ServiceName::WaitForAlert => profile.has_alert_by_id,
        ServiceName::NextThread => profile.has_limited_rights,
        ServiceName::CreateRing
        | ServiceName::BuildEntry
        | ServiceName::SubmitRing
        | ServiceName::RingInfo
        | ServiceName::PopCompletion
        | ServiceName::SetRingEvent
        | ServiceName::CloseRing => profile.has_io_rings,
        _ => true,
    }
}

fn passed(kind: ParamKind) -> String {
    match kind {
        ParamKind::Handle => "a handle".into(),
        ParamKind::Handles => "a list of handles".into(),
        ParamKind::Operation => "the label of an operation".into(),
        ParamKind::Buffer => "the label of a buffer, or NULL".into(),
        ParamKind::Memory => "the label of a buffer or an operation".into(),
        ParamKind::BufferOrIndex => "the label of a buffer, or the index of a registered one".into(),
        ParamKind::Buffers => "a list of buffers, NULL for none".into(),
        ParamKind::View => "the label of a view".into(),
        ParamKind::Number => "a number".into(),
        ParamKind::Text => "a text".into(),
        ParamKind::Flags(names) => format!("a number, or {} joined by |", names.join(", ")),
        ParamKind::Name(names) => names.join(" or "),
        ParamKind::Status => "a status".into(),
        ParamKind::Label => "a label".into(),
        ParamKind::Process => "the name of a process".into(),
        ParamKind::ProcessOrHandle => "the name of a process, or a handle to one".into(),
        ParamKind::Thread => "the name of a thread".into(),
    }
}

const fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::Bool => "TRUE, or FALSE and an ERROR_…",
        Answer::Started => "TRUE, also while the request is pending, or FALSE and an ERROR_…",
        Answer::HandleOrNull => "a handle, or NULL and an ERROR_…",
        Answer::HandleOrInvalid => "a handle, or INVALID_HANDLE_VALUE and an ERROR_…",
        Answer::Wait => {
            "WAIT_OBJECT_0 + n, WAIT_ABANDONED_0 + n, WAIT_IO_COMPLETION, WAIT_TIMEOUT, or WAIT_FAILED and an ERROR_…"
        }
        Answer::Flags => "HANDLE_FLAG_… bits, or FALSE and an ERROR_…",
        Answer::Sleep => "0, or WAIT_IO_COMPLETION",
        Answer::Memory => "a buffer",
        Answer::View => "a view, or NULL and an ERROR_…",
        Answer::Completed => {
            "TRUE, or FALSE and how the request ended, ERROR_IO_INCOMPLETE, WAIT_TIMEOUT or WAIT_IO_COMPLETION"
        }
        Answer::Status => "an NTSTATUS",
        Answer::HResult => "an HRESULT: S_OK, S_FALSE, E_… or IORING_E_…, or the NTSTATUS that it stands for",
        Answer::Socket => "0, or SOCKET_ERROR and a WSAE…",
        Answer::Transferred => "the number of bytes, or SOCKET_ERROR and a WSAE…",
        Answer::SocketHandle => "a socket, or INVALID_SOCKET and a WSAE…",
        Answer::SocketBool => "TRUE, or FALSE and a WSAE…",
    }
}
