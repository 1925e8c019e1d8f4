//! HandleCount and PointerCount on their way through each service.

use sim_core::drivers::queue::DeviceCompletes;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::request::{ByteOffset, IoService, Request};
use sim_core::nt::close::NtClose;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::issue::NtIssue;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::header::{Body, Object};
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::profile::{Profile, Version};
use sim_core::ps::schedule::{Progress, Step};
use sim_core::{Access, Handle, Id, NtStatus};
use sim_tests::Machine;

fn open(machine: &mut Machine, device: usize) -> (Handle, Id<Object>) {
    let open = CreateFile {
        attributes: machine.device(device),
        access: Access(0x8000_0000),
        options: OpenOptions::default(),
    };
    let handle = machine.call(0, NtCreateFile::of(open)).unwrap().value.handle();
    let object = machine.k.entry(machine.processes[0], handle).unwrap().object.unwrap();
    machine.k.watch(object);
    (handle, object)
}

fn read(file: Handle, machine: &mut Machine) -> NtIssue {
    let (iosb, offset) = (Some(machine.iosbs[0]), ByteOffset::At(0));
    let read = Request { apc_context: true, iosb, length: 8, offset, ..Request::of(file) };
    machine.k.issue(machine.threads[0], IoService::Read, read)
}

fn counts(machine: &Machine, object: Id<Object>) -> (u32, u32) {
    (machine.k[object].handle_count, machine.k[object].pointer_count)
}

fn sent(machine: &Machine, object: Id<Object>) -> (bool, bool) {
    let Body::File(file) = machine.k[object].body else { panic!("a file") };
    (machine.k[file].cleanup_sent, machine.k[file].close_sent)
}

/// The counts of an object after each step of a thread, without repetition.
fn course(machine: &mut Machine, thread: usize, object: Id<Object>) -> Vec<(u32, u32)> {
    let thread = machine.threads[thread];
    let mut course = vec![counts(machine, object)];
    while let Some(choice) = machine.k.choice(thread) {
        machine.k.take(Step { thread, choice });
        let now = counts(machine, object);
        if course.last() != Some(&now) {
            course.push(now);
        }
    }
    course
}

#[test]
fn a_read_holds_the_file_object_until_the_device_answers() {
    let mut machine = Machine::new(Profile::default());
    let (handle, object) = open(&mut machine, 0);
    assert_eq!(counts(&machine, object), (1, 1));
    let pend = read(handle, &mut machine);
    assert_eq!(machine.call(0, pend).unwrap().status, NtStatus::PENDING);
    assert_eq!(counts(&machine, object), (1, 2));
    machine.k.start(machine.threads[0], NtClose::of(handle));
    assert_eq!(course(&mut machine, 0, object), [(1, 2), (0, 2), (0, 1)], "HandleCount goes first");
    assert_eq!(sent(&machine, object), (true, false));
    let device = machine.devices[0];
    let (iosb, status) = (machine.iosbs[0], NtStatus::SUCCESS);
    let dpc = machine.k[device].thread;
    machine.k.start(dpc, DeviceCompletes::Unlink { iosb, device, status, information: 5 });
    machine.settle();
    assert_eq!((counts(&machine, object), sent(&machine, object)), ((0, 0), (true, true)));
    assert_eq!((machine.k[iosb].status, machine.k[iosb].information), (Some(NtStatus::SUCCESS), 5));
}

#[test]
fn the_same_close_ends_the_read_of_a_driver_that_cancels_at_cleanup() {
    let mut machine = Machine::new(Profile::default());
    let (handle, object) = open(&mut machine, 1);
    let pend = read(handle, &mut machine);
    machine.call(0, pend);
    assert_eq!(machine.call(0, NtClose::of(handle)).unwrap().status, NtStatus::SUCCESS);
    assert_eq!((counts(&machine, object), sent(&machine, object)), ((0, 0), (true, true)));
    assert_eq!(machine.k[machine.iosbs[0]].status, Some(NtStatus::CANCELLED));
}

#[test]
fn a_moved_handle_never_takes_handle_count_to_zero() {
    let mut machine = Machine::new(Profile::default());
    let (handle, object) = open(&mut machine, 0);
    let (source, target) = (machine.processes[0], machine.processes[1]);
    let wanted = Wanted::same_access(0, true);
    let duplicate = ObDuplicateObject::Reference { source, handle, target: Some(target), wanted };
    machine.k.start(machine.threads[0], duplicate);
    let course = course(&mut machine, 0, object);
    assert_eq!(course, [(1, 1), (1, 2), (2, 2), (1, 2), (1, 1)]);
    assert_eq!(sent(&machine, object), (false, false));
}

#[test]
fn the_last_handle_in_a_process_cancels_only_what_reports_to_a_port_alone() {
    use sim_core::nt::completion::NtSetInformationFile;
    use sim_core::nt::create_object::NtCreateIoCompletion;
    for (apc_context, ends) in [(true, true), (false, false)] {
        let mut machine = Machine::new(Profile::default());
        let (file, object) = open(&mut machine, 0);
        let port = machine
            .call(
                0,
                NtCreateIoCompletion::Create {
                    access: MAXIMUM_ALLOWED,
                    attributes: ObjectAttributes::UNNAMED,
                    concurrency: 0,
                },
            )
            .unwrap()
            .value
            .handle();
        machine.call(0, NtSetInformationFile::of(file, port, 0));
        let (iosb, offset) = (machine.iosbs[0], ByteOffset::At(0));
        let read = Request { apc_context, iosb: Some(iosb), length: 8, offset, ..Request::of(file) };
        machine.issue(0, IoService::Read, read);
        let (source, target) = (machine.processes[0], machine.processes[1]);
        machine.call(
            0,
            ObDuplicateObject::Reference {
                source,
                handle: file,
                target: Some(target),
                wanted: Wanted::same_access(0, false),
            },
        );
        machine.call(0, NtClose::of(file));
        assert_eq!(sent(&machine, object), (false, false), "the other process still has a handle");
        assert_eq!(machine.k.irp_of(iosb).is_none(), ends, "ApcContext given: {apc_context}");
        assert_eq!(machine.k[iosb].status, None, "the status block is written when the packet is removed");
    }
}

#[test]
fn a_failed_create_leaves_nothing() {
    let mut machine = Machine::new(Profile::default());
    let before = machine.k.clone();
    let attributes = machine.device(2);
    let open = CreateFile { attributes, access: Access(0x8000_0000), options: OpenOptions::default() };
    let failed = machine.call(0, NtCreateFile::of(open)).unwrap();
    assert_eq!(failed.status, NtStatus::OBJECT_NAME_NOT_FOUND);
    machine.k.collect(machine.threads[0]);
    assert!(machine.k == before);
}

#[test]
fn a_thread_that_ends_takes_its_own_requests_with_it_and_no_others() {
    use sim_core::nt::completion::NtSetInformationFile;
    use sim_core::nt::create_object::NtCreateIoCompletion;
    // Since Vista a request that reports to a port alone survives its thread; on NT 5 it does not.
    for (version, with_port, survives) in
        [(Version::Win11, false, false), (Version::Win11, true, true), (Version::Xp, true, false)]
    {
        let mut machine = Machine::new(Profile::of(version));
        let (file, _) = open(&mut machine, 0);
        let port = machine
            .call(
                0,
                NtCreateIoCompletion::Create {
                    access: MAXIMUM_ALLOWED,
                    attributes: ObjectAttributes::UNNAMED,
                    concurrency: 0,
                },
            )
            .unwrap()
            .value
            .handle();
        if with_port {
            machine.call(0, NtSetInformationFile::of(file, port, 0));
        }
        let pend = read(file, &mut machine);
        machine.call(1, pend);
        machine.k.terminate_thread(machine.threads[1], 0);
        machine.settle();
        assert_eq!(machine.k.progress(machine.threads[1]), Progress::Ended);
        let left = machine.k.irp_of(machine.iosbs[0]).is_some();
        assert_eq!(left, survives, "{version:?}, port: {with_port}");
    }
}
