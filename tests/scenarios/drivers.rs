//! Drivers that a scenario writes: what is refused, and what a run shows.

use sim_model::lang;
use sim_model::scenario::{compile, run};
use sim_model::view::text;

use crate::{PLAIN, settings};

pub(crate) fn with_driver(lines: &str, then: &str) -> String {
    format!(
        "driver d\n{lines}\ndevice dev driver=d\nprocess app\n  thread main\n    f = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)\n{then}"
    )
}

/// What is said of a driver whose names do not stand for what is needed.
pub(crate) fn refused(lines: &str, then: &str) -> String {
    let scenario =
        lang::parse("driver.kobj", &with_driver(lines, then)).unwrap_or_else(|error| panic!("{error}"));
    compile(scenario).map(|_| ()).expect_err("a mistake").to_string()
}

#[test]
fn mistakes_in_a_driver_are_told_with_their_place() {
    let routine = |line: &str| {
        format!(
            "  spinlock lock\n  list waiting\n  dispatch IRP_MJ_READ\n    {line}\n    return STATUS_PENDING"
        )
    };
    let lines = [
        "IoMarkIrpPendin(irp)",
        "IoMarkIrpPending(irp, irp)",
        "IoMarkIrpPending(lock)",
        "KeAcquireSpinLock(waiting)",
        "next = IoMarkIrpPending(irp)",
        "next = RemoveHeadList(waiting, irp)",
        "IoSetCancelRoutine(irp, OnCancel)",
        "IoCompleteRequest(irp, STATUS_SUCCES)",
        "IoCompleteRequest(irp, STATUS_SUCCESS, 4294967296)",
        "IoCompleteRequest(next, STATUS_SUCCESS)",
        "lock = RemoveHeadList(waiting)\n    lock = IoSetCancelRoutine(irp, NULL)",
        "irp = RemoveHeadList(waiting)",
        "a = RemoveHeadList(waiting)\n    b = RemoveHeadList(waiting)\n    c = RemoveHeadList(waiting)\n    e = RemoveHeadList(waiting)",
        "if irp.Cancl\n      return STATUS_PENDING",
        "if irp.Length < 3\n      return STATUS_PENDING",
        "return",
    ];
    let mut shown = String::new();
    for line in lines {
        shown += &refused(&routine(line), "");
        shown += "────────\n";
    }
    shown += &refused("  dispatch IRP_MJ_REED\n    return STATUS_SUCCESS", "");
    shown += "────────\n";
    shown += &refused(
        "  list a\n  dispatch IRP_MJ_READ\n    if irp.Cancel\n      return STATUS_SUCCESS\n  cancel a\n    return",
        "",
    );
    shown += "────────\n";
    let pends = "  dpc OnDpc\n    return";
    shown +=
        &refused(pends, "    r = ReadFile(f, 8 bytes, offset: 0)\nenvironment\n  device dev completes r\n");
    shown += "────────\n";
    shown += &refused(pends, "environment\n  device dev calls OnDpx\n");
    settings().bind(|| insta::assert_snapshot!("driver-mistakes", shown));
}

#[test]
fn a_routine_that_never_ends_is_a_finding() {
    let lines = "  dispatch IRP_MJ_READ\n    while TRUE\n      UseFsContext(irp.FsContext)\n    return STATUS_SUCCESS\n  dispatch IRP_MJ_CREATE\n    ExAllocatePool2(irp.FsContext)\n    IoCompleteRequest(irp, STATUS_SUCCESS)\n    return STATUS_SUCCESS";
    let text = with_driver(lines, "    r = ReadFile(f, 8 bytes, offset: 0)\nexpect bug check 0x133\n");
    let program = compile(lang::parse("loop.kobj", &text).unwrap()).unwrap();
    let run = run(&program);
    assert!(run.held(), "{}", text::render(&run, PLAIN));
}

/// The story that a person reads when a driver of the scenario serves a request.
#[test]
fn a_run_shows_what_the_driver_does() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/textbook/pend-and-cancel.kobj");
    let source = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    let program = compile(lang::parse("pend-and-cancel.kobj", &source).unwrap()).unwrap();
    let run = run(&program);
    let steps = text::Options { steps: true, ..PLAIN };
    settings().bind(|| insta::assert_snapshot!("driver-steps", text::render(&run, steps)));
}

/// What somebody writes who knows the WDK and not this language.
#[test]
fn what_is_written_as_in_c_is_answered() {
    let lines = [
        "KeAcquireSpinLock(&lock, &irql)",
        "KeAcquireSpinLock(lock, irql);",
        "irp->IoStatus.Status = STATUS_SUCCESS",
        "if irp->Cancel\n      return STATUS_CANCELLED",
        "NTSTATUS status = STATUS_SUCCESS",
        "IoCompleteRequest(irp)",
        "IoCompleteRequest(Irp, IO_NO_INCREMENT)",
        "old = InterlockedExchangePointer(irp, NULL)",
        "if IoSetCancelRoutine(irp, NULL) == NULL\n      return STATUS_PENDING",
        "if IoAcquireRemoveLock(lock) == STATUS_SUCCESS\n      return STATUS_PENDING",
        "irp.Cancel = TRUE",
        "irp.IoStatus.Status = STATUS_SUCESS",
        "x = irp.PendingReturned",
        "KeInitializeSpinLock(lock)",
        "WdfRequestComplete(request, STATUS_SUCCESS)",
        "IoAllocateMdl(irp)",
        "IoStartPacket(DeviceObject, irp, NULL, NULL)",
        "IoStartPacket(irp, NULL)",
        "IoCallDriver(NextDriver, irp)",
        "IoSetCompletionRoutine(irp, OnComplete)",
        "IoSetCompletionRoutine(irp, OnComplete, NULL, TRUE, TRUE, TRUE)",
        "IoSetCompletionRoutine(irp, NULL, NULL, 1, TRUE, TRUE)",
        "KeSetEvent(done, IO_NO_INCREMENT, FALSE)",
        "KeInitializeEvent(done, Notification, FALSE)",
        "KeWaitForSingleObject(lock, UserRequest)",
        "KeInitializeEvent(a, NotificationEvent, FALSE)\n    KeInitializeEvent(b, NotificationEvent, FALSE)",
        "IoCsqInsertIrp(waiting, irp, context)",
        "IoQueueWorkItem(item, Work, DelayedWorkQueue, irp)",
        "return KeReleaseSpinLock(lock)",
    ];
    let mut shown = String::new();
    for line in lines {
        let driver = format!(
            "  spinlock lock\n  list waiting\n  dispatch IRP_MJ_READ\n    {line}\n    return STATUS_PENDING"
        );
        let text = with_driver(&driver, "");
        let error = match lang::parse("driver.kobj", &text) {
            Ok(scenario) => compile(scenario).map(|_| ()).expect_err(line),
            Err(error) => error,
        };
        shown += &format!("{error}────────\n");
    }
    let two = "  startio First\n    return\n  startio Second\n    return";
    shown += &refused(two, "");
    settings().bind(|| insta::assert_snapshot!("driver-as-in-c", shown));
}

/// A device of a driver of the scenario over another one, and a completion on its way up.
#[test]
fn a_run_shows_what_a_filter_does() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs/textbook/filter-forward-and-wait.kobj");
    let source = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    let program = compile(lang::parse("filter-forward-and-wait.kobj", &source).unwrap()).unwrap();
    let run = run(&program);
    let steps = text::Options { steps: true, ..PLAIN };
    settings().bind(|| insta::assert_snapshot!("driver-filter-steps", text::render(&run, steps)));
}
