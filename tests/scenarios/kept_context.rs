//! A pointer to a file's context that a routine of a driver keeps.

use sim_model::lang;
use sim_model::scenario::{compile, run};
use sim_model::view::text;

use crate::PLAIN;
use crate::drivers::{refused, with_driver};

fn routine(lines: &str) -> String {
    format!(
        "  dispatch IRP_MJ_CREATE\n    ExAllocatePool2(irp.FsContext)\n    IoCompleteRequest(irp, STATUS_SUCCESS)\n    \
        return STATUS_SUCCESS\n  dispatch IRP_MJ_READ\n    context = UseFsContext(irp.FsContext)\n    {lines}\n    \
        IoCompleteRequest(irp, STATUS_SUCCESS)\n    return STATUS_SUCCESS"
    )
}

#[test]
fn a_kept_context_is_used_and_nothing_else() {
    for (lines, says) in [
        ("IoMarkIrpPending(context)", "`context` is no IRP"),
        ("other = UseFsContext(irp.FsContext)", "one variable for what FsContext points to"),
        ("if context == NULL\n      return STATUS_SUCCESS", "is only used, with UseFsContext"),
        ("ExFreePool(context)", "expected what the file object of an IRP points to"),
        ("UseFsContext(contxt)", "expected what the file object of an IRP points to"),
        ("context = IoSetCancelRoutine(irp, NULL)", "`context` names something else already"),
    ] {
        let shown = refused(&routine(lines), "");
        assert!(shown.contains(says), "{lines}: {shown}");
    }
}

#[test]
fn a_kept_context_is_used_after_it_was_freed() {
    for (lines, expects) in [
        ("UseFsContext(context)", ""),
        ("ExFreePool(irp.FsContext)\n    UseFsContext(context)", "expect FSCONTEXT_USED_AFTER_FREE\n"),
    ] {
        let then = format!("    r = ReadFile(f, 8 bytes, offset: 0)\n{expects}");
        let scenario = lang::parse("kept.kobj", &with_driver(&routine(lines), &then)).unwrap();
        let program = compile(scenario).unwrap_or_else(|error| panic!("{error}"));
        let run = run(&program);
        assert!(run.held(), "{lines}: {}", text::render(&run, PLAIN));
    }
}
