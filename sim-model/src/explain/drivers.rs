//! Pages on drivers: what each does with a request, put together from its manner.

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

/// The page on a driver.
pub(super) fn page(driver: DriverKind) -> Page {
    let manner = driver.manner();
    let mut page = Page::new("driver", driver.name(), Prose::of(driver.text()).about.join(" "));
    let mut also: Vec<&str> = Vec::new();
    match manner.dispatch {
        Dispatch::Pipes => add_pipes(&mut page, &mut also),
        _ => add_manner(&mut page, driver, &mut also),
    }
    if let Some(rule) = broken_by(driver) {
        page.section("The rule that it breaks", [(rule.name(), rule.sentence())]);
        page.section("In a scenario that expects it", expected(rule).into_iter().map(|line| ("", line)));
        also.push(rule.name());
    }
    page.section("In a scenario", [("", declared(driver))]);
    if manner.dispatch == Dispatch::Pipes {
        let shown = "docs/scenarios/pipe-teardown.kobj: who closes decides how a pending read ends";
        page.section("To see it", [("", shown)]);
    }
    also.extend(["IRP", "IRP_MJ_CLEANUP", "device"]);
    see_also(&mut page, also);
    let sources = match manner.dispatch {
        Dispatch::Pipes => pipe_sources(),
        Dispatch::PassDown => "WDK, Passing IRPs Down the Driver Stack; IoCompletion Routines".into(),
        _ => "WDK, Synchronizing IRP Cancellation; DispatchCleanup Routines; Completing IRPs".into(),
    };
    page.section("Sources", [("", sources)]);
    page
}

/// What a driver does with a request, in words.
pub(super) fn does(driver: DriverKind, major: Major) -> &'static str {
    let manner = driver.manner();
    let at_once = match major {
        Major::Create if manner.shares => "succeeds if share access allows it",
        Major::Cleanup if manner.shares => "takes the file out of share access and succeeds",
        _ => "succeeds at once",
    };
    match manner.dispatch {
        Dispatch::PassDown => "passes it to the device below",
        Dispatch::Pipes => "see its page",
        Dispatch::Program => "what its routine for it does",
        _ if major == Major::Cleanup && manner.at_cleanup == AtCleanup::CancelQueued => {
            "ends what is queued for the file object with STATUS_CANCELLED, and succeeds"
        }
        _ if major.opens_or_closes() || manner.is_plain && major == Major::FlushBuffers => at_once,
        _ if manner.refuses(major) => "refuses it with STATUS_INVALID_DEVICE_REQUEST",
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
                        CompletionRoutine::Stops => "returns STATUS_MORE_PROCESSING_REQUIRED",
                    },
                ),
            ],
        ),
        Dispatch::Complete | Dispatch::Pipes | Dispatch::Program => {}
    }
    also.extend(match manner.dispatch {
        Dispatch::Pend => &["DispatchRead", "CancelRoutine", "DispatchCleanup", "DpcForIsr"][..],
        Dispatch::Complete => &["DispatchRequest"],
        Dispatch::PassDown => &["DispatchPassDown", "CurrentLocation"],
        Dispatch::Pipes | Dispatch::Program => &[],
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

fn add_pipes(page: &mut Page, also: &mut Vec<&str>) {
    let ends = "A request that waits ends with STATUS_CANCELLED only if it is cancelled: by CancelIo and its kin, or by the \
                end of its thread. Closing an end ends it with STATUS_PIPE_BROKEN, disconnecting the instance with \
                STATUS_PIPE_DISCONNECTED.";
    page.about.push(ends.into());
    for (what, routine) in PIPES {
        let about = routines(routine).flat_map(|routine| Prose::of(routine.text).about);
        page.section(format!("How it {what}"), about.map(|paragraph| ("", paragraph)));
        also.push(routine);
    }
    also.extend(["FCB", "CCB", "NamedPipeState", "STATUS_PIPE_BROKEN", "STATUS_PIPE_DISCONNECTED"]);
}

/// The sources of those routines, each once.
fn pipe_sources() -> String {
    let mut all: Vec<String> = vec!["Wine kernel32/tests/pipe.c, test_exit_process_async".into()];
    for routine in PIPES.iter().flat_map(|row| routines(row.1)) {
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
        () if !driver.can_be_declared() => {
            r"it is not declared: its device is there if a path of the scenario leads to it, as \\.\pipe\NAME does".into()
        }
        () if driver.is_filter() => format!("device NAME driver={name} over OTHER"),
        () => format!("device NAME driver={name}"),
    }
}
