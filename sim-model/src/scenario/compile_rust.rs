//! Scenarios with drivers that are written in Rust.

use sim_core::drivers::program::code::{DriverProgram, DriverRoutine, Entry};

use crate::lang::Diagnostics;
use crate::lang::ast::{Scenario, Spanned};
use crate::lang::driver::{self, Driver};
use crate::scenario::compile::compile_all;
use crate::scenario::program::Program;

/// As [`crate::scenario::compile()`], with drivers that were written in Rust (`sim_core::drivers::program::builder`): a
/// device of the scenario names its driver as it would name one that the file writes.
///
/// ```
/// use sim_core::NtStatus;
/// use sim_core::drivers::program::builder::{Driver, IRP, holds, is_null, status};
/// use sim_core::drivers::program::code::Operand;
/// use sim_core::io::irp::Major;
/// use sim_model::explore::{Settings, Verdict, explore};
/// use sim_model::scenario::{compile_with_drivers, space::ProgramSpace};
///
/// // The cancel routine is set, and Irp->Cancel is looked at or not.
/// let driver = |looks: bool| {
///     let mut driver = Driver::new("mine");
///     let (lock, waiting) = (driver.spin_lock("lock"), driver.list("waiting"));
///     let on_cancel = driver.cancel("OnCancel", |body| {
///         body.io_release_cancel_spin_lock();
///         body.ke_acquire_spin_lock(lock);
///         body.remove_entry_list(IRP);
///         body.ke_release_spin_lock(lock);
///         body.io_complete_request(IRP, status(NtStatus::CANCELLED), Operand::Null);
///     });
///     driver.dispatch(&[Major::Read], |body| {
///         body.io_mark_irp_pending(IRP);
///         body.ke_acquire_spin_lock(lock);
///         body.insert_tail_list(waiting, IRP);
///         body.io_set_cancel_routine(IRP, Some(on_cancel));
///         if looks {
///             body.when(holds(Operand::Cancel(IRP)), |body| {
///                 let mine = body.io_set_cancel_routine(IRP, None);
///                 body.unless(is_null(mine), |body| {
///                     body.remove_entry_list(IRP);
///                     body.ke_release_spin_lock(lock);
///                     body.io_complete_request(IRP, status(NtStatus::CANCELLED), Operand::Null);
///                     body.returns(status(NtStatus::PENDING));
///                 });
///             });
///         }
///         body.ke_release_spin_lock(lock);
///         body.returns(status(NtStatus::PENDING));
///     });
///     driver.build()
/// };
/// let text = r#"
/// device dev driver=mine
/// process app
///   thread reader
///     file = CreateFile("\\.\dev", GENERIC_READ, FILE_FLAG_OVERLAPPED)
///     r = ReadFile(file, 8 bytes, offset: 0)
///   thread canceller
///     CancelIoEx(file)
/// "#;
/// let verdict = |looks| {
///     let scenario = sim_model::lang::parse("mine.kobj", text).unwrap();
///     let program = compile_with_drivers(scenario, &[driver(looks)]).unwrap();
///     explore(&ProgramSpace::new(&program, None), &Settings::default()).verdict
/// };
/// assert_eq!(verdict(true), Verdict::Holds);
/// assert!(matches!(verdict(false), Verdict::Fails(_)));
/// ```
///
/// # Errors
/// As [`crate::scenario::compile()`].
pub fn compile_with_drivers(
    mut scenario: Scenario,
    drivers: &[DriverProgram],
) -> Result<Program, Diagnostics> {
    scenario.drivers.extend(drivers.iter().map(outline));
    compile_all(scenario, None, drivers)
}

/// A driver that was written in Rust as the scenario sees it: its name, and its routines without their lines.
fn outline(program: &DriverProgram) -> Driver {
    let routine = |routine: &DriverRoutine| {
        let (kind, names) = match routine.entries[..] {
            [Entry::Cancel, ..] => ("cancel", vec![&*routine.name]),
            [Entry::Dpc, ..] => ("dpc", vec![&*routine.name]),
            [Entry::Worker, ..] => ("worker", vec![&*routine.name]),
            [Entry::StartIo, ..] => ("startio", vec![&*routine.name]),
            [Entry::Completion, ..] => ("completion", vec![&*routine.name]),
            ref entries => {
                let major = |entry: &Entry| match entry {
                    Entry::Dispatch(major) => Some(major.name()),
                    _ => None,
                };
                ("dispatch", entries.iter().filter_map(major).collect())
            }
        };
        let names = names.into_iter().map(|name| Spanned::bare(name.to_owned())).collect();
        driver::DriverRoutine { kind: Spanned::bare(kind.to_owned()), names, body: Vec::new() }
    };
    Driver {
        name: Spanned::bare(program.name.clone()),
        objects: Vec::new(),
        routines: program.routines.iter().map(routine).collect(),
    }
}
