//! Stacks of devices: what completion routines see and decide.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | B-20 | dlls/ntoskrnl.exe/tests/driver.c, the cancel tests |
//! | C-14 | dlls/ntoskrnl.exe/tests/driver.c, test_completion |
//!
//! IRPs that a driver makes: T-54 and T-55 are from ReactOS, modules/rostests/kmtests/ntos_io/IoIrp.c.

use sim_core::NtStatus;
use sim_core::drivers::DriverKind;
use sim_core::drivers::queue::DeviceCompletes;
use sim_core::io::invoke_on::InvokeOn;
use sim_core::io::irp::Irp;
use sim_core::io::request::IoService;
use sim_core::nt::cancel_io_file::NtCancelIoFileEx;
use sim_core::profile::Profile;
use sim_core::ps::schedule::Step;
use sim_tests::Machine;

use crate::c_io::Io;

/// A file on a serial device below these filters, from the lowest to the highest, without Driver Verifier.
fn stack(filters: &[DriverKind]) -> Io {
    let mut io = Io::on(Machine::new(Profile::default().unverified()), DriverKind::Serial, false);
    for (at, filter) in filters.iter().enumerate() {
        io.m.k.create_filter(&format!("flt{at}"), *filter, io.device);
    }
    io
}

/// The device completes the request: how many stack locations that goes up.
fn levels(io: &mut Io) -> usize {
    let (iosb, device) = (io.iosb, io.device);
    let (thread, status) = (io.m.k[device].thread, NtStatus::SUCCESS);
    io.m.k.start(thread, DeviceCompletes::Unlink { iosb, device, status, information: 17 });
    let mut levels = 0;
    while let Some(choice) = io.m.k.choice(thread).filter(|_| !io.m.k.stack(thread).is_empty()) {
        let step = Step { thread, choice };
        levels += usize::from(io.m.k.step_name(step).label == "P1");
        io.m.k.take(step);
    }
    io.m.settle();
    levels
}

#[test]
fn c_14_each_completion_routine_is_called_and_must_pass_the_pending_mark_on() {
    use DriverKind::{Filter, ForgetfulFilter};
    let stacks: [(&[DriverKind], bool); 6] = [
        (&[], true),
        (&[Filter], true),
        (&[ForgetfulFilter], false),
        (&[Filter, Filter], true),
        (&[ForgetfulFilter, Filter], false),
        (&[Filter, ForgetfulFilter], false),
    ];
    for (filters, sees_pending) in stacks {
        let mut io = stack(filters);
        let request = io.request();
        assert_eq!(io.send(IoService::Read, request), Some(NtStatus::PENDING), "{filters:?}");
        assert_eq!(levels(&mut io), filters.len(), "{filters:?}");
        let written = sees_pending.then_some((NtStatus::SUCCESS, 17));
        assert_eq!(io.seen(), (sees_pending, written), "{filters:?}");
    }
}

#[test]
fn a_filter_that_stops_the_completion_decides_when_it_goes_on() {
    use DriverKind::{Filter, WaitingFilter};
    for filters in [&[WaitingFilter][..], &[Filter, WaitingFilter], &[WaitingFilter, Filter]] {
        let mut io = stack(filters);
        let request = io.request();
        assert_eq!(io.send(IoService::Read, request), None, "{filters:?}: the dispatch routine waits");
        assert_eq!(io.complete(NtStatus::SUCCESS), Some(NtStatus::SUCCESS), "{filters:?}");
        assert_eq!(io.seen(), (true, Some((NtStatus::SUCCESS, 17))), "{filters:?}");
        assert_eq!(io.m.k.broken_invariant(), None);
    }
}

/// The routine of this filter shows that it was called: nobody finishes the request then.
#[test]
fn b_20_a_cancelled_irp_calls_routines_for_a_cancel_or_an_error() {
    for bits in 0..8 {
        let invoke_on = InvokeOn { success: bits & 1 != 0, error: bits & 2 != 0, cancel: bits & 4 != 0 };
        let mut io = stack(&[]);
        let filter = io.m.k.create_filter("flt", DriverKind::ForgetfulFilter, io.device);
        io.m.k.set_invoke_on(filter, invoke_on);
        let request = io.request();
        io.send(IoService::Read, request);
        let (file, iosb) = (io.file, io.iosb);
        io.m.call(0, NtCancelIoFileEx::of(file, Some(iosb)));
        let is_called = io.seen().1.is_none();
        assert_eq!(is_called, invoke_on.error || invoke_on.cancel, "{invoke_on:?}");
    }
}

#[test]
fn t_54_t_55_an_irp_that_a_driver_makes_is_one_past_its_last_location_and_on_no_list() {
    let mut io = stack(&[]);
    let request = io.request();
    io.send(IoService::Read, request);
    let (request, device) = (io.m.k.irp_of(io.iosb).unwrap(), io.device);
    for stack_size in [5, 2] {
        let allocated = io.m.k.allocate_irp(device, request, stack_size);
        let associated = io.m.k.make_associated_irp(device, request, stack_size);
        for made in [allocated, associated] {
            let Irp { stack_count, current_location, thread, link, .. } = io.m.k[made];
            assert_eq!((stack_count, current_location), (stack_size, stack_size + 1));
            assert_eq!((thread, link), (None, None));
        }
    }
    assert_eq!(io.m.k[request].irp_count, 2);
}

/// A read of 32 bytes by drivers that make IRPs for it, one over the other.
#[test]
fn what_a_drivers_own_irps_bring_is_the_result_of_the_request() {
    use DriverKind::{Filter, Requester, Splitter};
    let stacks: [(&[DriverKind], usize); 6] = [
        (&[Requester], 1),
        (&[Splitter], 2),
        (&[Filter, Splitter], 2),
        (&[Requester, Splitter], 2),
        (&[Splitter, Requester], 2),
        (&[Splitter, Splitter], 4),
    ];
    for (filters, parts) in stacks {
        let mut io = stack(filters);
        let request = io.request();
        assert_eq!(io.send(IoService::Read, request), Some(NtStatus::PENDING), "{filters:?}");
        for _ in 0..parts {
            assert_eq!(io.seen(), (false, None), "{filters:?}");
            io.complete(NtStatus::SUCCESS);
        }
        assert_eq!(io.seen(), (true, Some((NtStatus::SUCCESS, 17 * parts as u32))), "{filters:?}");
        assert_eq!((io.m.k.all::<Irp>().count(), io.m.k.broken_invariant()), (0, None), "{filters:?}");
    }
}

#[test]
fn the_error_of_an_associated_irp_is_the_master_irps() {
    for statuses in [[NtStatus::SUCCESS, NtStatus::UNSUCCESSFUL], [NtStatus::UNSUCCESSFUL, NtStatus::SUCCESS]]
    {
        let mut io = stack(&[DriverKind::Splitter]);
        let request = io.request();
        io.send(IoService::Read, request);
        for status in statuses {
            io.complete(status);
        }
        assert_eq!(io.seen(), (true, Some((NtStatus::UNSUCCESSFUL, 34))));
    }
}

/// The device below has no cancel routine: what the driver's cancel routine has asked for ends when the device answers.
#[test]
fn a_cancel_routine_does_not_wait_for_the_irps_that_it_cancels() {
    let machine = Machine::new(Profile::default().unverified());
    for driver in [DriverKind::Requester, DriverKind::Splitter] {
        let mut io = Io::on(machine.clone(), DriverKind::NeverCancels, false);
        io.m.k.create_filter("flt", driver, io.device);
        let request = io.request();
        io.send(IoService::Read, request);
        let (file, iosb) = (io.file, io.iosb);
        io.m.call(0, NtCancelIoFileEx::of(file, Some(iosb)));
        assert_eq!(io.seen(), (false, None), "{driver:?}");
        assert!(io.m.k.all::<Irp>().all(|(_, irp)| irp.cancel), "{driver:?}");
        while io.m.k.irp_of(iosb).is_some() {
            io.complete(NtStatus::SUCCESS);
        }
        assert!(io.seen().0, "{driver:?}");
        assert_eq!((io.m.k.all::<Irp>().count(), io.m.k.broken_invariant()), (0, None), "{driver:?}");
    }
}
