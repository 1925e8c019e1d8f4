//! A pointer to a file's context that a routine of a driver keeps, and the remove lock in that context.

use sim_model::lang;
use sim_model::scenario::{compile, run};
use sim_model::view::text;

use crate::PLAIN;
use crate::drivers::{refused, with_driver};

fn routine(lines: &str) -> String {
    format!(
        "  dispatch IRP_MJ_CREATE\n    ExAllocatePool2(irp.FsContext)\n    IoCompleteRequest(irp, STATUS_SUCCESS)\n    \
        return STATUS_SUCCESS\n  dispatch IRP_MJ_READ\n    context = irp.FsContext\n    {lines}\n    \
        IoCompleteRequest(irp, STATUS_SUCCESS)\n    return STATUS_SUCCESS"
    )
}

#[test]
fn a_kept_context_stands_for_a_context_alone() {
    for (lines, says) in [
        ("IoMarkIrpPending(context)", "`context` is no IRP"),
        ("other = irp.FsContext", "one variable for what FsContext points to"),
        ("ExAllocatePool2(context)", "expected what the file object of an IRP points to"),
        ("UseFsContext(contxt)", "expected what the file object of an IRP points to"),
        ("IoReleaseRemoveLock(contxt)", "there is no remove lock `contxt`"),
        ("context = IoSetCancelRoutine(irp, NULL)", "`context` names something else already"),
    ] {
        let shown = refused(&routine(lines), "");
        assert!(shown.contains(says), "{lines}: {shown}");
    }
}

#[test]
fn a_kept_context_and_its_remove_lock_are_those_of_the_file() {
    let freed = "expect FSCONTEXT_USED_AFTER_FREE\n";
    for (lines, expects) in [
        ("UseFsContext(context)", ""),
        ("if context == NULL\n      ExFreePool(context)\n    UseFsContext(context)", ""),
        ("ExFreePool(irp.FsContext)\n    UseFsContext(context)", freed),
        ("ExFreePool(context)\n    UseFsContext(irp.FsContext)", freed),
        ("ExFreePool(context)\n    entered = IoAcquireRemoveLock(irp.FsContext)", freed),
        ("IoReleaseRemoveLock(context)", "expect REMOVE_LOCK_NOT_HELD\n"),
        (
            "IoAcquireRemoveLock(context)\n    IoReleaseRemoveLockAndWait(irp.FsContext)\n    \
             entered = IoAcquireRemoveLock(context)\n    if entered != STATUS_DELETE_PENDING\n      \
             ExFreePool(context)\n    UseFsContext(context)",
            "",
        ),
    ] {
        let then = format!("    r = ReadFile(f, 8 bytes, offset: 0)\n{expects}");
        let scenario = lang::parse("kept.kobj", &with_driver(&routine(lines), &then)).unwrap();
        let program = compile(scenario).unwrap_or_else(|error| panic!("{error}"));
        let run = run(&program);
        assert!(run.held(), "{lines}: {}", text::render(&run, PLAIN));
    }
}
