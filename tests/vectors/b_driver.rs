//! Family B, its vectors from a driver: cancellation as a driver sees it.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | B-18 | dlls/ntoskrnl.exe/tests/ntoskrnl.c, test_cancel_irp |
//! | B-19 | dlls/ntoskrnl.exe/tests/driver.c, the cancel tests |

use sim_core::drivers::DriverKind;
use sim_core::io::irp::Irp;
use sim_core::io::request::{IoService, Request};
use sim_core::nt::cancel_io_file::{NtCancelIoFile, NtCancelIoFileEx};
use sim_core::{Id, NtStatus};

use crate::c_io::Io;

/// Two requests pending; the status block of the second.
fn two(driver: DriverKind) -> (Io, Id<sim_core::io::iosb::Iosb>) {
    let mut io = Io::new(driver, false);
    let second = io.m.k.create_iosb();
    let request = io.request();
    assert_eq!(io.send(IoService::Read, request), Some(NtStatus::PENDING));
    let request = Request { iosb: Some(second), ..io.request() };
    assert_eq!(io.send(IoService::Read, request), Some(NtStatus::PENDING));
    (io, second)
}

/// How many of the cancel routine's steps that complete an IRP a call takes.
fn routines_run(io: &mut Io, call: impl Into<sim_core::frame::Frame>) -> usize {
    let thread = io.m.threads[0];
    io.m.k.start(thread, call);
    let mut run = 0;
    while let Some(choice) = io.m.k.choice(thread).filter(|_| !io.m.k.stack(thread).is_empty()) {
        let step = sim_core::ps::schedule::Step { thread, choice };
        run += usize::from(io.m.k.step_name(step).label == "X3");
        io.m.k.take(step);
    }
    run
}

#[test]
fn b_18_cancel_io_runs_both_cancel_routines_and_cancel_io_ex_the_one_it_names() {
    let (mut io, second) = two(DriverKind::Serial);
    let file = io.file;
    assert_eq!(routines_run(&mut io, NtCancelIoFile::of(file)), 2);
    assert_eq!(io.m.k[second].status, Some(NtStatus::CANCELLED));
    let (mut io, second) = two(DriverKind::Serial);
    let (file, first) = (io.file, io.iosb);
    assert_eq!(routines_run(&mut io, NtCancelIoFileEx::of(file, Some(first))), 1);
    assert_eq!((io.m.k[first].status, io.m.k[second].status), (Some(NtStatus::CANCELLED), None));
    assert_eq!(routines_run(&mut io, NtCancelIoFileEx::of(file, Some(second))), 1);
    assert_eq!(io.m.k[second].status, Some(NtStatus::CANCELLED));
}

#[test]
fn b_19_without_a_cancel_routine_the_irp_is_only_marked() {
    let mut io = Io::new(DriverKind::NeverCancels, false);
    let request = io.request();
    io.send(IoService::Read, request);
    let (file, iosb) = (io.file, io.iosb);
    assert_eq!(routines_run(&mut io, NtCancelIoFileEx::of(file, Some(iosb))), 0);
    let irp = io.m.k.irp_of(iosb).expect("it is pending");
    let Irp { cancel, completed, .. } = io.m.k[irp];
    assert!(cancel && !completed);
    assert_eq!(routines_run(&mut io, NtCancelIoFileEx::of(file, Some(iosb))), 0, "again nothing");
}
