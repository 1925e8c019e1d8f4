//! Pages on drivers: what each does with a request, put together from its manner.

use sim_core::drivers::kmdf::Delivered;
use sim_core::drivers::{AtCleanup, CompletionRoutine, Dispatch, DriverKind};
use sim_core::io::irp::Major;

use crate::explain::calls::{routines, see_also};
use crate::explain::page::Page;
use crate::explain::prose::Prose;
use crate::explain::rules::{broken_by, expected};

/// What npfs does with what, and the routine that says so.
const PIPES: [(&str, &str); 10] = [
    ("pends reads, writes and flushes", "NpAddDataQueueEntry"),
    ("pends listens and waits", "NpQueueIrp"),
    ("cancels", "NpCancelIrp"),
    ("cleans up", "NpFsdCleanup"),
    ("disconnects", "NpDisconnect"),
    ("completes what it has dequeued", "NpCompleteDeferredIrps"),
    ("opens, and creates instances", "NpFsdCreate"),
    ("listens", "NpListen"),
    ("reads, peeks and flushes", "NpCommonRead"),
    ("writes and transceives", "NpCommonWrite"),
];

/// What afd does with what, and the routine that says so.
const SOCKETS: [(&str, &str); 4] = [
    ("serves a request, and cleans up", "AfdDispatch"),
    ("ends what waits", "UnlockAndMaybeComplete"),
    ("cancels", "AfdCancelHandler"),
    ("ends a poll whose time runs out", "SelectTimeout"),
];

/// What ntfs does with what, and the routine that says so.
const FILES: [(&str, &str); 10] = [
    ("opens and creates files", "NtfsFsdCreate"),
    ("reads and writes", "NtfsCommonRead"),
    ("sets sizes, and deletes", "NtfsCommonSetInformation"),
    ("locks and unlocks", "NtfsCommonLockControl"),
    ("grants oplocks", "FsRtlOplockFsctrl"),
    ("waits for changes in a directory", "FsRtlNotifyFullChangeDirectory"),
    ("tells of a change", "FsRtlNotifyFullReportChange"),
    ("ends what waits", "NtfsCompleteQueued"),
    ("cleans up", "NtfsFsdCleanup"),
    ("closes", "NtfsFsdClose"),
];

/// What it does besides if it caches.
const CACHE: [(&str, &str); 2] =
    [("reads and writes through the cache", "FsdReadWrite"), ("writes later", "CcWorkerThread")];

/// The page on a driver.
pub(super) fn page(driver: DriverKind) -> Page {
    let manner = driver.manner();
    let mut page = Page::new("driver", driver.name(), Prose::of(driver.text()).about.join(" "));
    let mut also: Vec<&str> = Vec::new();
    match manner.dispatch {
        Dispatch::Pipes => add_pipes(&mut page, &mut also),
        Dispatch::Sockets => add_sockets(&mut page, &mut also),
        Dispatch::Files => add_files(&mut page, manner.caches, &mut also),
        _ => add_manner(&mut page, driver, &mut also),
    }
    if let Some(rule) = broken_by(driver) {
        page.section("The rule that it breaks", [(rule.name(), rule.sentence())]);
        page.section("In a scenario that expects it", expected(rule).into_iter().map(|line| ("", line)));
        also.push(rule.name());
    }
    page.section("In a scenario", [("", declared(driver))]);
    let shown = match manner.dispatch {
        Dispatch::Pipes => "docs/scenarios/pipe-teardown.kobj: who closes decides how a pending read ends",
        Dispatch::Sockets => "docs/scenarios/socket-close.kobj: closing a socket ends what waits on it",
        _ => "",
    };
    page.section("To see it", (!shown.is_empty()).then_some(("", shown)));
    also.extend(["IRP", "IRP_MJ_CLEANUP", "device"]);
    see_also(&mut page, also);
    let sources = match manner.dispatch {
        Dispatch::Pipes => sources_of(&PIPES, "Wine kernel32/tests/pipe.c, test_exit_process_async"),
        Dispatch::Sockets => sources_of(&SOCKETS, "Wine ws2_32/tests/afd.c, test_async_thread_termination"),
        Dispatch::Files => sources_of(&FILES, "MS-FSA"),
        Dispatch::Pend if manner.delivered.is_some() => {
            "WDK, Synchronizing Cancel and Completion Code; WdfRequestUnmarkCancelable; EVT_WDF_FILE_CLEANUP; \
             microsoft/Windows-Driver-Frameworks, fxioqueue.cpp, fxpkggeneral.cpp; microsoft/msquic pull request 938"
                .into()
        }
        Dispatch::Complete if manner.is_null => "ReactOS drivers/base/null/null.c".into(),
        Dispatch::PassDown => "WDK, Passing IRPs Down the Driver Stack; IoCompletion Routines".into(),
        _ => "WDK, Synchronizing IRP Cancellation; DispatchCleanup Routines; Completing IRPs".into(),
    };
    page.section("Sources", [("", sources)]);
    page
}

/// What a driver does with a request, in words.
pub(super) fn does(driver: DriverKind, major: Major) -> &'static str {
    let manner = driver.manner();
    match manner.dispatch {
        Dispatch::PassDown => "passes it to the device below",
        Dispatch::Pipes | Dispatch::Sockets | Dispatch::Files => "see its page",
        Dispatch::Program => "what its routine for it does",
        _ if major == Major::Cleanup && manner.delivered.is_some() => {
            "EvtFileCleanup, then ends with STATUS_CANCELLED what waits in the framework's queue for the file object; what \
             was delivered stays; succeeds"
        }
        _ if major == Major::Cleanup && manner.at_cleanup == AtCleanup::CancelQueued => {
            "ends what is queued for the file object with STATUS_CANCELLED, and succeeds"
        }
        _ if major.opens_or_closes() || manner.succeeds_at(major) => "succeeds at once",
        _ if manner.refuses(major) => "refuses it with STATUS_INVALID_DEVICE_REQUEST",
        _ if manner.is_null && major == Major::Read => "completes it at once with STATUS_END_OF_FILE",
        _ if manner.is_null => "completes it at once, with as many bytes as were given",
        Dispatch::Pend if manner.delivered.is_some() => {
            "queues it until the framework delivers it, and then until the device answers"
        }
        Dispatch::Complete => "completes it at once with the device's answer",
        Dispatch::Pend if !manner.sets_cancel_routine => "queues it without a cancel routine",
        Dispatch::Pend => "queues it until the device answers or it is cancelled",
    }
}

fn add_manner(page: &mut Page, driver: DriverKind, also: &mut Vec<&str>) {
    let manner = driver.manner();
    let majors = Major::ALL.iter().map(|major| (major.name(), does(driver, *major)));
    page.section("What it does with a request", grouped(majors));
    let yes = |is: bool| if is { "yes" } else { "no" };
    if let Some(delivered) = manner.delivered {
        page.section(
            "What it does with a request that was delivered",
            [
                ("calls WdfRequestMarkCancelable", yes(delivered != Delivered::Uncancelable)),
                (
                    "leaves it alone if WdfRequestUnmarkCancelable says STATUS_CANCELLED",
                    match delivered {
                        Delivered::Cancelable => "yes",
                        Delivered::IgnoresUnmark => "no",
                        Delivered::Uncancelable => "it has nothing to unmark",
                    },
                ),
            ],
        );
    }
    match manner.dispatch {
        Dispatch::Pend => page.section(
            "How it pends one",
            [
                ("calls IoMarkIrpPending", yes(manner.marks_pending)),
                ("sets a cancel routine", yes(manner.sets_cancel_routine)),
                ("returns STATUS_PENDING", yes(manner.returns_pending)),
                ("clears the cancel routine before it completes", yes(manner.clears_cancel_routine)),
                ("completes it once", yes(!manner.completes_twice)),
            ],
        ),
        Dispatch::PassDown => page.section(
            "How it passes one down",
            [
                ("attaches its device, so that StackSize counts those below", yes(manner.attaches)),
                (
                    "its completion routine",
                    match manner.routine {
                        CompletionRoutine::MarksPending => {
                            "marks the IRP pending if PendingReturned is set, and goes on"
                        }
                        CompletionRoutine::Forgets => "does not mark the IRP pending, and goes on",
                        CompletionRoutine::Stops if !manner.waits_below => {
                            "returns STATUS_MORE_PROCESSING_REQUIRED, and the filter does not wait for it"
                        }
                        CompletionRoutine::Stops => "returns STATUS_MORE_PROCESSING_REQUIRED",
                    },
                ),
            ],
        ),
        Dispatch::Complete | Dispatch::Pipes | Dispatch::Sockets | Dispatch::Files | Dispatch::Program => {}
    }
    also.extend(match manner.dispatch {
        Dispatch::Pend if manner.delivered.is_some() => {
            &["DispatchRead", "DispatchEvents", "EvtRequestCancel", "EvtInterruptDpc", "OnCleanup"][..]
        }
        Dispatch::Pend => &["DispatchRead", "CancelRoutine", "DispatchCleanup", "DpcForIsr"],
        Dispatch::Complete => &["DispatchRequest"],
        Dispatch::PassDown => &["DispatchPassDown", "CurrentLocation"],
        Dispatch::Pipes | Dispatch::Sockets | Dispatch::Files | Dispatch::Program => &[],
    });
}

/// Rows of what is the same, each with the names for which it is.
pub(super) fn grouped<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    let mut groups: Vec<(String, String)> = Vec::new();
    for (name, text) in rows {
        match groups.iter_mut().find(|group| group.1 == text) {
            Some(group) => group.0 = format!("{}, {name}", group.0),
            None => groups.push((name.to_owned(), text.to_owned())),
        }
    }
    groups.into_iter().map(|(names, text)| (String::new(), format!("{names}: {text}"))).collect()
}

fn add_files(page: &mut Page, caches: bool, also: &mut Vec<&str>) {
    page.about.push(
        "What a file holds is only as long as it is: reads and writes move no bytes. Closing a file ends no read and no \
         write that is on its way."
            .into(),
    );
    add_routines(&FILES, page, also);
    if caches {
        add_routines(&CACHE, page, also);
        also.push("SHARED_CACHE_MAP");
    }
    also.extend(["SCB", "CreateFile"]);
}

fn add_routines(rows: &[(&'static str, &'static str)], page: &mut Page, also: &mut Vec<&str>) {
    for (what, routine) in rows {
        let about = routines(routine).flat_map(|routine| Prose::of(routine.text).about);
        page.section(format!("How it {what}"), about.map(|paragraph| ("", paragraph)));
        also.push(routine);
    }
}

fn add_pipes(page: &mut Page, also: &mut Vec<&str>) {
    let ends = "A request that waits ends with STATUS_CANCELLED only if it is cancelled: by CancelIo and its kin, or by the \
                end of its thread. Closing an end ends it with STATUS_PIPE_BROKEN, disconnecting the instance with \
                STATUS_PIPE_DISCONNECTED.";
    page.about.push(ends.into());
    add_routines(&PIPES, page, also);
    also.extend(["FCB", "CCB", "NamedPipeState", "STATUS_PIPE_BROKEN", "STATUS_PIPE_DISCONNECTED"]);
}

fn add_sockets(page: &mut Page, also: &mut Vec<&str>) {
    let ends = "Closing the last handle to a socket ends what waits on it with STATUS_CANCELLED. A poll of another socket \
                that was issued through it goes on to its own end. A receive whose other end is reset ends with \
                STATUS_CONNECTION_RESET, which a program that asks the port reads as ERROR_NETNAME_DELETED.";
    page.about.push(ends.into());
    add_routines(&SOCKETS, page, also);
    also.extend(["AFD_ENDPOINT", "AcceptEx", "WSARecv", "STATUS_CONNECTION_RESET", "AFD_POLL_LOCAL_CLOSE"]);
}

/// The sources of those routines, each once, after a first.
fn sources_of(rows: &[(&'static str, &'static str)], first: &str) -> String {
    let mut all: Vec<String> = vec![first.into()];
    for routine in rows.iter().flat_map(|row| routines(row.1)) {
        for source in Prose::of(routine.text).sources.split("; ") {
            if !all.iter().any(|known| known == source) {
                all.push(source.to_owned());
            }
        }
    }
    all.join("; ")
}

fn declared(driver: DriverKind) -> String {
    let name = driver.name();
    match () {
        () if driver.manner().dispatch == Dispatch::Sockets => {
            "it is not declared: its device is there if the scenario makes a socket".into()
        }
        () if driver == DriverKind::Program => "driver NAME, with its routines below it; device OTHER driver=NAME".into(),
        () if !driver.can_be_declared() => {
            r"it is not declared: its device is there if a path of the scenario leads to it, as \\.\pipe\NAME does".into()
        }
        () if driver.is_filter() => format!("device NAME driver={name} over OTHER"),
        () => format!("device NAME driver={name}"),
    }
}
