//! Pages on the major functions of IRPs.

use sim_core::drivers::DriverKind;
use sim_core::frame::Frame;
use sim_core::io::irp::Major;
use sim_core::io::request::IoService;

use crate::explain::calls::{naming, see_also};
use crate::explain::drivers::{does, grouped};
use crate::explain::page::Page;
use crate::explain::prose::mentions;

/// What a driver does with a request that can wait.
const PENDS: &str = "Complete it at once; or mark it pending, queue it, set a cancel routine, look whether it was \
                     cancelled meanwhile, and return STATUS_PENDING.";
/// What a driver does with a request that asks for something it knows.
const ANSWERS: &str = "Complete it at once. The service waits for it, on an asynchronous file too.";

/// What a major function is.
struct Function {
    /// What it asks for.
    what: &'static str,
    /// When it is sent.
    when: &'static str,
    /// What its driver does.
    driver: &'static str,
    /// What a program does about it.
    program: &'static str,
}

const fn function(major: Major) -> Function {
    let (what, when, driver, program) = match major {
        Major::Create => (
            "A file object is opened. The driver sees the name beyond its device, the access and the share access.",
            "Once for each file object, in the opening thread, before there is a handle.",
            "Complete it. If it fails, the driver hears no more of the file object.",
            "Nothing: CreateFile gives a handle, or the error.",
        ),
        Major::Cleanup => (
            "The last handle to the file object is closed. Requests may still be outstanding.",
            "When HandleCount goes from 1 to 0, in the thread that closes the handle; at the end of a process in its \
             last thread. A duplicate or inherited handle anywhere keeps it from being sent.",
            "End what is queued for the file object, if the driver queues requests; the WDK's page for file systems does \
             not ask for it. A request can arrive later all the same.",
            "Do not rely on it to end a request: cancel, wait for the end, then close.",
        ),
        Major::Close => (
            "The last reference to the file object is gone: no handle, no request, nobody.",
            "When PointerCount goes from 1 to 0: after IRP_MJ_CLEANUP, at once or much later, for each outstanding \
             request holds a reference. Where a completion drops the last one, a system worker sends it.",
            "Free what belongs to the file object. No request for it follows.",
            "Let its requests end. kobj graph FILE --why LABEL tells who holds a file object.",
        ),
        Major::Read => (
            "Bytes are asked for.",
            "When a program reads.",
            PENDS,
            "Keep the buffer and the OVERLAPPED until the request has ended.",
        ),
        Major::Write => (
            "Bytes are given.",
            "When a program writes.",
            PENDS,
            "Keep the buffer and the OVERLAPPED until the request has ended.",
        ),
        Major::DeviceControl => (
            "A control code for a device, with input and output.",
            "When a program sends one: DeviceIoControl.",
            PENDS,
            "Keep the output buffer and the OVERLAPPED until the request has ended.",
        ),
        Major::FileSystemControl => (
            "A control code for a file system, with input and output; pipes listen, disconnect, peek and transceive by it.",
            "When a program sends one: NtFsControlFile, and the calls for pipes.",
            PENDS,
            "Keep the output buffer and the OVERLAPPED until the request has ended.",
        ),
        Major::FlushBuffers => (
            "What was written before is to be taken: of a pipe, read by the other end.",
            "When a program flushes: FlushFileBuffers.",
            PENDS,
            "Expect that it waits, on an asynchronous file too; CancelSynchronousIo ends it.",
        ),
        Major::QueryVolumeInformation
        | Major::SetInformation
        | Major::LockControl
        | Major::DirectoryControl => return of_files(major),
    };
    Function { what, when, driver, program }
}

/// What only file systems know.
const fn of_files(major: Major) -> Function {
    let (what, when, driver, program) = match major {
        Major::QueryVolumeInformation => (
            "A file system is asked what it knows of its volume.",
            "When a program asks.",
            ANSWERS,
            "Nothing: the call gives the answer.",
        ),
        Major::LockControl => (
            "A byte range of a file is locked or unlocked for a file object.",
            "When a program asks: LockFileEx, UnlockFileEx.",
            PENDS,
            "Keep the OVERLAPPED until the request has ended. The locks go with the last handle to the file object.",
        ),
        Major::DirectoryControl => (
            "A program wants to be told when something changes in a directory.",
            "When it asks: ReadDirectoryChangesW, FindFirstChangeNotification, FindNextChangeNotification.",
            "FsRtlNotifyFullChangeDirectory: pend it until a change, and end it at cleanup with STATUS_NOTIFY_CLEANUP.",
            "Ask again after each answer: what changes meanwhile is remembered. STATUS_NOTIFY_ENUM_DIR means that the \
             directory has to be read.",
        ),
        _ => (
            "What the file system knows of the file is changed: where it ends, whether it is to be deleted; of a pipe, \
             how an end reads and whether it waits.",
            "When a program sets it: SetEndOfFile, DeleteFile, SetNamedPipeHandleState.",
            ANSWERS,
            "Nothing: the call gives the answer.",
        ),
    };
    Function { what, when, driver, program }
}

/// The page on a major function.
pub(super) fn page(major: Major) -> Page {
    let Function { what, when, driver, program } = function(major);
    let mut page = Page::new("major function", major.name(), what);
    page.section("When it is sent", [("", when)]);
    let services =
        IoService::ALL.iter().filter(|service| service.major() == major).map(|service| service.name());
    let senders: Vec<&str> = services.chain(sending(major)).collect();
    page.section("Sent by", [("", senders.join(", "))]);
    page.section("What to do", [("a driver", driver), ("a program", program)]);
    page.section("How it ends", ends(major).into_iter().map(|text| ("", text)));
    let drivers = DriverKind::ALL.iter().map(|driver| (driver.name(), does(*driver, major)));
    page.section("What the drivers of the model do", grouped(drivers));
    let mut also = senders;
    also.extend(["IRP", "FILE_OBJECT", "IofCallDriver", "IofCompleteRequest"]);
    also.extend(match major {
        Major::Create | Major::Cleanup | Major::Close => {
            &["IRP_MJ_CREATE", "IRP_MJ_CLEANUP", "IRP_MJ_CLOSE"][..]
        }
        _ => &["CancelRoutine", "CancelIoEx", "OVERLAPPED"],
    });
    also.extend(naming(major.name()));
    see_also(&mut page, also);
    page.section("Sources", [("", format!("WDK, {}", major.name()))]);
    page
}

/// The routines in which a step sends the request that opens or closes a file.
fn sending(major: Major) -> impl Iterator<Item = &'static str> {
    let sends = move |does: &str| match major {
        Major::Create => mentions(does, "create request"),
        _ => does.starts_with("send") && mentions(does, major.name()),
    };
    let routines = Frame::ROUTINES.iter();
    routines
        .filter(move |routine| routine.steps.iter().any(|step| sends(step.does)))
        .map(|routine| routine.name)
}

/// What the I/O manager does when it is over.
fn ends(major: Major) -> Vec<&'static str> {
    let mut rows = Vec::new();
    if major.opens_or_closes() {
        rows.push("It holds no reference on the file object, and whoever sends it waits for it.");
        return rows;
    }
    rows.push("It holds a reference on the file object until it has ended.");
    if major.fills_buffer() {
        rows.push("Its result is data for the program's buffer, put there unless it fails.");
    }
    if IoService::ALL.iter().any(|service| service.major() == major && service.always_waits()) {
        rows.push("Its service waits for it, on an asynchronous file too, and finishes it.");
        return rows;
    }
    rows.push(match major.defers_completion() {
        true => {
            "If it is over when the driver returns, its issuer finishes it. One that was pended is finished by an APC in \
             the issuing thread, or, if it reports to a port alone, by whoever completes it (since Vista)."
        }
        false => {
            "It is finished, pended or not, by an APC in the issuing thread, or, if it pended and reports to a port \
             alone, by whoever completes it (since Vista)."
        }
    });
    rows
}
