//! Families F, P and E: processes, their threads and jobs, as tests that run on real Windows assert them.
//!
//! | id | public source |
//! | --- | --- |
//! | E-15 | Wine kernel32/tests/process.c, test_CompletionPort |
//! | F-12 | Wine kernel32/tests/process.c, test_dead_process; ntdll/tests/om.c, test_get_next_thread; ntdll/tests/sync.c, test_tid_alert |
//! | F-13 | Wine kernel32/tests/process.c, test_StdHandleInheritance (the part of inherited handles) |
//! | F-14 | Wine kernel32/tests/process.c, test_handle_list_attribute, test_parent_process_attribute |
//! | F-19 | Wine kernel32/tests/process.c, test_IsProcessInJob, test_TerminateJobObject, test_QueryInformationJobObject, test_KillOnJobClose |
//! | P-21 | Wine kernel32/tests/process.c, test_TerminateProcess |
//! | jobs | Wine kernel32/tests/process.c, test_WaitForJobObject, test_jobInheritance, test_BreakawayOk; Win32, Nested Jobs |

use sim_core::frame::{Frame, Returned};
use sim_core::io::port::Packet;
use sim_core::nt::alert_by_id::{NtAlertThreadByThreadId, NtWaitForAlertByThreadId};
use sim_core::nt::close::NtClose;
use sim_core::nt::create_object::{NtCreateEvent, NtCreateIoCompletion, NtCreateJobObject};
use sim_core::nt::job::{JobAction, JobService, NtAssignProcessToJobObject, NtAssociateJobPort};
use sim_core::nt::next_thread::NtGetNextThread;
use sim_core::nt::open_process::NtOpenProcess;
use sim_core::nt::query_object::NtQueryObject;
use sim_core::nt::remove_completion::NtRemoveIoCompletion;
use sim_core::nt::terminate::NtTerminate;
use sim_core::nt::wait::{NtWaitForSingleObject, Timeout};
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::handle_flags::{HANDLE_FLAG_INHERIT, NtSetInformationObject};
use sim_core::ob::header::Body;
use sim_core::ob::information::{Answered, InformationClass};
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ob::table::INHERIT;
use sim_core::profile::{Profile, Version};
use sim_core::ps::create::{Inheritance, NtCreateUserProcess};
use sim_core::ps::job::{ACTIVE_PROCESS_ZERO, EXIT_PROCESS, NEW_PROCESS};
use sim_core::win32::Win32Error;
use sim_core::{Access, Handle, Id, NtStatus};
use sim_tests::Machine;

use crate::Waits;
use crate::f::{call, duplicate, event, object, on_every_version, set, status};

const UNNAMED: ObjectAttributes = ObjectAttributes::UNNAMED;
/// GENERIC_ALL.
const ALL: Access = Access(0x1000_0000);

/// The first process makes the third, and closes the handle to its thread; what the call gave.
fn create(m: &mut Machine, inherits: Inheritance) -> Returned {
    let child = m.processes[2];
    let made =
        call(m, NtCreateUserProcess::ReferenceParent { child, parent: Handle::CURRENT_PROCESS, inherits });
    let thread = m.k.collect_thread_handle(m.threads[0]).expect("a handle to the first thread");
    assert_eq!(status(m, NtClose::of(thread)), NtStatus::SUCCESS);
    made
}

fn open(m: &mut Machine, process: usize) -> Returned {
    let object = m.k[m.processes[process]].object;
    call(m, NtOpenProcess::Lookup { object, access: ALL, attributes: 0 })
}

fn job(m: &mut Machine) -> Handle {
    call(m, NtCreateJobObject::Create { access: MAXIMUM_ALLOWED, attributes: UNNAMED }).value.handle()
}

fn assign(m: &mut Machine, job: Handle, process: Handle) -> NtStatus {
    status(m, NtAssignProcessToJobObject::ReferenceJob { job, process, asks: false })
}

fn is_in(m: &mut Machine, job: Handle, process: Handle) -> bool {
    let asked = status(m, NtAssignProcessToJobObject::ReferenceJob { job, process, asks: true });
    assert!([NtStatus::PROCESS_IN_JOB, NtStatus::PROCESS_NOT_IN_JOB].contains(&asked), "{asked}");
    asked == NtStatus::PROCESS_IN_JOB
}

fn active(m: &Machine, job: Handle) -> u32 {
    let Body::Job(job) = m.k[object(m, 0, job).unwrap()].body else { panic!("a job") };
    m.k.active_processes(job)
}

/// ExitStatus of a process or thread as a query tells it.
fn exit_status(m: &mut Machine, handle: Handle, class: InformationClass) -> u64 {
    let answer = call(m, NtQueryObject::of(handle, class, None)).value.information().expect("an answer");
    match m.k.answered(answer, "ExitStatus") {
        Some(Answered::Number(status)) => status,
        other => panic!("{other:?}"),
    }
}

/// How a service that gives a handle ended, and that handle.
fn opened(m: &mut Machine, service: impl Into<Frame>) -> (NtStatus, Handle) {
    let returned = call(m, service);
    (returned.status, returned.value.handle())
}

#[test]
fn f_12_an_ended_process_can_be_asked_and_opened_while_a_handle_holds_it() {
    on_every_version(|_, m| {
        let image = |handle| NtQueryObject::of(handle, InformationClass::ProcessImage, None);
        assert_eq!(open(m, 2).status, NtStatus::INVALID_CID, "not before it exists");
        let handle = create(m, Inheritance::Nothing).value.handle();
        assert_eq!(exit_status(m, handle, InformationClass::ProcessBasic), 259);
        assert_eq!(status(m, image(handle)), NtStatus::SUCCESS);
        assert_eq!(status(m, NtTerminate::process(handle, 77)), NtStatus::SUCCESS);
        assert!(m.k[m.processes[2]].ended);
        assert_eq!(status(m, NtTerminate::process(handle, 78)), NtStatus::PROCESS_IS_TERMINATING);
        assert_eq!(exit_status(m, handle, InformationClass::ProcessBasic), 77);
        assert_eq!(status(m, image(handle)), NtStatus::PROCESS_IS_TERMINATING);
        let again = open(m, 2);
        assert_eq!(again.status, NtStatus::SUCCESS);
        for handle in [handle, again.value.handle()] {
            assert_eq!(status(m, NtClose::of(handle)), NtStatus::SUCCESS);
        }
        assert_eq!(open(m, 2).status, NtStatus::INVALID_CID, "not after its object is gone");
    });
}

#[test]
fn f_12_an_ended_thread_is_enumerated_while_a_handle_holds_it() {
    on_every_version(|_, m| {
        let own = Handle::CURRENT_PROCESS;
        let after = |thread| NtGetNextThread::ReferenceProcess {
            process: own,
            thread,
            access: Access(0x40),
            attributes: INHERIT,
        };
        let (_, first) = opened(m, after(Handle::NULL));
        assert_eq!(object(m, 0, first), Some(m.k[m.threads[0]].object), "the oldest comes first");
        let (_, second) = opened(m, after(first));
        assert_eq!(object(m, 0, second), Some(m.k[m.threads[1]].object));
        assert_eq!(m.k.entry(m.processes[0], second).unwrap().attributes, INHERIT);
        assert_eq!(opened(m, after(second)), (NtStatus::NO_MORE_ENTRIES, Handle::NULL));
        for (process, thread) in [(Handle(0xBAD0), Handle::NULL), (own, Handle(0xBAD0))] {
            let wrong =
                NtGetNextThread::ReferenceProcess { process, thread, access: Access(0x40), attributes: 0 };
            assert_eq!(opened(m, wrong), (NtStatus::INVALID_HANDLE, Handle::NULL));
        }
        let worker = m.threads[1];
        m.k.terminate_thread(worker, 5);
        m.settle();
        assert!(m.k[worker].ended);
        let (_, again) = opened(m, after(first));
        assert_eq!(object(m, 0, again), Some(m.k[worker].object), "a handle holds it");
        assert_eq!(status(m, NtClose::of(again)), NtStatus::SUCCESS);
        assert_eq!(status(m, NtClose::of(second)), NtStatus::SUCCESS);
        assert_eq!(opened(m, after(first)).0, NtStatus::NO_MORE_ENTRIES, "nothing holds it");
        let main = m.k[m.k[m.threads[0]].object].pointer_count;
        assert_eq!(main, 2, "it runs and has a handle: the enumeration holds it no more");
    });
}

#[test]
fn f_12_a_thread_is_alerted_by_its_id_also_when_it_has_ended() {
    let later = [Version::Win8, Version::Win81, Version::Win10, Version::Win11];
    for mut machine in later.map(|version| Machine::new(Profile::of(version))) {
        let m = &mut machine;
        let alert = |m: &Machine, thread: usize| NtAlertThreadByThreadId::Lookup {
            object: m.k[m.threads[thread]].object,
        };
        let poll = NtWaitForAlertByThreadId::Wait { timeout: Timeout::Zero };
        assert_eq!(status(m, poll), NtStatus::TIMEOUT);
        assert_eq!(status(m, alert(m, 3)), NtStatus::INVALID_CID, "nobody has this id");
        assert_eq!(status(m, alert(m, 2)), NtStatus::ACCESS_DENIED, "a thread of another process");
        for _ in 0..2 {
            assert_eq!(status(m, alert(m, 0)), NtStatus::SUCCESS);
        }
        assert_eq!(status(m, poll), NtStatus::ALERTED);
        assert_eq!(status(m, poll), NtStatus::TIMEOUT, "two alerts were one");
        let forever = NtWaitForAlertByThreadId::Wait { timeout: Timeout::Infinite };
        assert_eq!(m.call(1, forever), None, "it waits");
        assert_eq!(status(m, alert(m, 1)), NtStatus::SUCCESS);
        assert_eq!(m.ended(1), Some(NtStatus::ALERTED));
        let object = m.k[m.threads[1]].object;
        let handle = call(m, NtOpenProcess::Lookup { object, access: ALL, attributes: 0 }).value.handle();
        m.k.terminate_thread(m.threads[1], 0);
        m.settle();
        assert_eq!(status(m, alert(m, 1)), NtStatus::SUCCESS, "it has ended and is still referenced");
        assert_eq!(status(m, NtClose::of(handle)), NtStatus::SUCCESS);
        assert_eq!(status(m, alert(m, 1)), NtStatus::INVALID_CID);
    }
}

#[test]
fn f_13_an_inherited_handle_has_the_same_value_and_the_others_are_absent() {
    on_every_version(|_, m| {
        let (private, shared) = (event(m), event(m));
        set(m, shared, HANDLE_FLAG_INHERIT);
        create(m, Inheritance::All);
        assert_eq!(object(m, 2, shared), object(m, 0, shared));
        assert_eq!(m.k.entry(m.processes[2], shared).unwrap().attributes, INHERIT);
        assert_eq!(object(m, 2, private), None);
        let mut other = Machine::new(*m.k.profile());
        let shared = event(&mut other);
        set(&mut other, shared, HANDLE_FLAG_INHERIT);
        create(&mut other, Inheritance::Nothing);
        assert_eq!(object(&other, 2, shared), None, "bInheritHandles is FALSE");
    });
}

#[test]
fn f_14_a_handle_list_chooses_among_the_inheritable_handles() {
    on_every_version(|_, m| {
        let (listed, unlisted, private) = (event(m), event(m), event(m));
        set(m, listed, HANDLE_FLAG_INHERIT);
        set(m, unlisted, HANDLE_FLAG_INHERIT);
        m.k.list_handles(m.processes[2], &[listed]);
        create(m, Inheritance::Listed);
        assert_eq!(m.k.entry(m.processes[2], listed).unwrap().attributes, INHERIT);
        assert_eq!((object(m, 2, unlisted), object(m, 2, private)), (None, None));
    });
}

#[test]
fn f_14b_the_substituted_parents_handles_are_inherited() {
    on_every_version(|_, m| {
        // The stranger of the second process has an inheritable event; the first process makes the child.
        let create_event = NtCreateEvent::Create {
            access: MAXIMUM_ALLOWED,
            attributes: UNNAMED,
            manual_reset: true,
            signaled: false,
        };
        for _ in 0..3 {
            m.call(2, create_event);
        }
        let theirs = Handle(12);
        m.call(2, NtSetInformationObject::Set { handle: theirs, mask: 1, flags: 1 });
        let mine = event(m);
        set(m, mine, HANDLE_FLAG_INHERIT);
        let (child, inherits, other) = (m.processes[2], Inheritance::All, m.k[m.processes[1]].object);
        let with = |parent| NtCreateUserProcess::ReferenceParent { child, parent, inherits };
        for garbage in [Handle::NULL, Handle(0xBAD0)] {
            assert_eq!(status(m, with(garbage)), NtStatus::INVALID_HANDLE);
        }
        let weak = NtOpenProcess::Lookup { object: other, access: Access(1), attributes: 0 };
        let weak = call(m, weak).value.handle();
        assert_eq!(status(m, with(weak)), NtStatus::ACCESS_DENIED);
        let strong = NtOpenProcess::Lookup { object: other, access: Access(0x80), attributes: 0 };
        let strong = call(m, strong).value.handle();
        assert_eq!(status(m, with(strong)), NtStatus::SUCCESS);
        assert_eq!(object(m, 2, theirs), object(m, 1, theirs));
        assert_eq!(object(m, 2, mine), None);
    });
}

#[test]
fn f_19_an_ended_process_stays_in_its_job_and_cannot_be_put_into_one() {
    on_every_version(|_, m| {
        let jobs = [(); 2].map(|()| job(m));
        let child = create(m, Inheritance::Nothing).value.handle();
        assert_eq!(assign(m, jobs[0], child), NtStatus::SUCCESS);
        assert_eq!(active(m, jobs[0]), 1);
        assert_eq!(status(m, NtTerminate::process(child, 0)), NtStatus::SUCCESS);
        assert_eq!(active(m, jobs[0]), 0);
        assert!(is_in(m, jobs[0], child) && !is_in(m, jobs[1], child));
        assert_eq!(Win32Error::of(assign(m, jobs[1], child)), Win32Error::ACCESS_DENIED);
    });
}

#[test]
fn f_19_the_last_handle_of_a_job_kills_its_processes() {
    on_every_version(|_, m| {
        let job = job(m);
        let child = create(m, Inheritance::Nothing).value.handle();
        assert_eq!(
            status(m, JobService::Reference { handle: job, action: JobAction::KillOnClose, exit_status: 0 }),
            NtStatus::SUCCESS
        );
        assert_eq!(assign(m, job, child), NtStatus::SUCCESS);
        let copy = duplicate(m, job, Wanted::same_access(0, false)).value.handle();
        assert_eq!(status(m, NtClose::of(job)), NtStatus::SUCCESS);
        assert!(!m.k[m.processes[2]].ended, "a handle is left");
        assert_eq!(status(m, NtClose::of(copy)), NtStatus::SUCCESS);
        assert!(m.k[m.processes[2]].ended);
    });
}

#[test]
fn the_exit_status_that_each_was_told_first_counts() {
    on_every_version(|_, m| {
        let other = open(m, 1).value.handle();
        let object = m.k[m.threads[2]].object;
        let thread = call(m, NtOpenProcess::Lookup { object, access: ALL, attributes: 0 }).value.handle();
        m.k.terminate_thread(m.threads[2], 3);
        for status in [7, 8] {
            m.k.terminate_process(m.processes[1], status);
        }
        m.settle();
        assert_eq!(exit_status(m, thread, InformationClass::ThreadBasic), 3);
        assert_eq!(exit_status(m, other, InformationClass::ProcessBasic), 7, "not that of its last thread");
    });
}

#[test]
fn p_21_a_process_that_has_a_handle_to_itself_ends_as_any_other() {
    on_every_version(|_, m| {
        let handle = create(m, Inheritance::Nothing).value.handle();
        let (own, child) = (m.processes[0], m.processes[2]);
        let wanted = Wanted::same_access(0, false);
        let to_child = ObDuplicateObject::Reference { source: own, handle, target: Some(child), wanted };
        let theirs = call(m, to_child).value.handle();
        assert_eq!(object(m, 2, theirs), Some(m.k[child].object));
        assert_eq!(status(m, NtTerminate::process(handle, 9)), NtStatus::SUCCESS);
        assert_eq!(m.k[m.k[child].object].handle_count, 1, "its own handle went with its table");
        assert_eq!(exit_status(m, handle, InformationClass::ProcessBasic), 9);
        let to_dead = ObDuplicateObject::Reference { source: own, handle, target: Some(child), wanted };
        assert_eq!(status(m, to_dead), NtStatus::PROCESS_IS_TERMINATING);
        assert_eq!(status(m, NtClose::of(handle)), NtStatus::SUCCESS);
        assert!(m.k[m.k[child].object].deleted);
    });
}

/// The packets of a port until it is empty.
fn packets(m: &mut Machine, port: Handle) -> Vec<(u32, u64, Option<Id<sim_core::ps::process::Process>>)> {
    let mut found = Vec::new();
    while let Some(packet) = call(m, NtRemoveIoCompletion::of(port, Timeout::Zero)).value.packet() {
        let Packet { information, key, process, .. } = m.k[packet];
        found.push((information, key, process));
        m.k.discard_packets(packet);
    }
    found
}

#[test]
fn e_15_a_job_tells_its_port_who_comes_and_who_ends() {
    on_every_version(|_, m| {
        let (job, port) = (
            job(m),
            call(
                m,
                NtCreateIoCompletion::Create { access: MAXIMUM_ALLOWED, attributes: UNNAMED, concurrency: 0 },
            ),
        );
        let port = port.value.handle();
        let (child, other) = (m.processes[2], m.processes[1]);
        let early = create(m, Inheritance::Nothing).value.handle();
        assert_eq!(assign(m, job, early), NtStatus::SUCCESS);
        let associate = |key| NtAssociateJobPort::ReferenceJob { job, port, key };
        assert_eq!(status(m, associate(7)), NtStatus::SUCCESS);
        assert_eq!(status(m, associate(8)), NtStatus::INVALID_PARAMETER, "it has a port");
        let held = |m: &Machine| m.k[object(m, 0, port).unwrap()].pointer_count;
        assert_eq!(held(m), 2, "its handle and the job");
        let late = open(m, 1).value.handle();
        assert_eq!(assign(m, job, late), NtStatus::SUCCESS);
        assert_eq!(packets(m, port), [(NEW_PROCESS, 7, Some(child)), (NEW_PROCESS, 7, Some(other))]);
        for (process, handle) in [(child, early), (other, late)] {
            assert_eq!(status(m, NtTerminate::process(handle, 0)), NtStatus::SUCCESS);
            let mut expected = vec![(EXIT_PROCESS, 7, Some(process))];
            if process == other {
                expected.push((ACTIVE_PROCESS_ZERO, 7, None));
            }
            assert_eq!(packets(m, port), expected);
        }
        assert_eq!(status(m, NtClose::of(job)), NtStatus::SUCCESS);
        assert_eq!(held(m), 1, "the job reports no more");
    });
}

#[test]
fn a_nested_job_and_the_job_around_it_are_told_of_the_same_process() {
    let mut machine = Machine::new(Profile::default());
    let m = &mut machine;
    let (outer, inner) = (job(m), job(m));
    let port = call(
        m,
        NtCreateIoCompletion::Create { access: MAXIMUM_ALLOWED, attributes: UNNAMED, concurrency: 0 },
    )
    .value
    .handle();
    for (job, key) in [(outer, 1), (inner, 2)] {
        assert_eq!(status(m, NtAssociateJobPort::ReferenceJob { job, port, key }), NtStatus::SUCCESS);
    }
    let child = m.processes[2];
    let handle = create(m, Inheritance::Nothing).value.handle();
    assert_eq!(assign(m, outer, handle), NtStatus::SUCCESS);
    assert_eq!(assign(m, inner, handle), NtStatus::SUCCESS);
    assert_eq!(packets(m, port), [(NEW_PROCESS, 1, Some(child)), (NEW_PROCESS, 2, Some(child))]);
    assert_eq!(status(m, NtTerminate::process(handle, 0)), NtStatus::SUCCESS);
    let all = [
        (EXIT_PROCESS, 2, Some(child)),
        (EXIT_PROCESS, 1, Some(child)),
        (ACTIVE_PROCESS_ZERO, 2, None),
        (ACTIVE_PROCESS_ZERO, 1, None),
    ];
    assert_eq!(packets(m, port), all, "the innermost job is told first");
}

#[test]
fn a_process_comes_into_a_second_job_only_where_jobs_nest() {
    on_every_version(|version, m| {
        let nests = version >= Version::Win8;
        let [outer, inner, stranger] = [(); 3].map(|()| job(m));
        let (one, two) = (create(m, Inheritance::Nothing).value.handle(), open(m, 1).value.handle());
        assert_eq!(assign(m, outer, one), NtStatus::SUCCESS);
        let denied = NtStatus::ACCESS_DENIED;
        let expected = if nests { NtStatus::SUCCESS } else { denied };
        assert_eq!(assign(m, inner, one), expected);
        assert_eq!((is_in(m, outer, one), is_in(m, inner, one)), (true, nests));
        if !nests {
            return;
        }
        assert_eq!(assign(m, inner, two), denied, "it is not in the outer job");
        assert_eq!(assign(m, stranger, two), NtStatus::SUCCESS);
        assert_eq!(assign(m, outer, two), denied, "neither job could hold all the other's processes");
        assert_eq!((active(m, outer), active(m, inner), active(m, stranger)), (1, 1, 1));
        // The outer job lives by the inner one, and that by its process.
        let objects = [outer, inner].map(|job| object(m, 0, job).unwrap());
        objects.into_iter().for_each(|object| m.k.watch(object));
        for handle in [outer, inner] {
            assert_eq!(status(m, NtClose::of(handle)), NtStatus::SUCCESS);
        }
        assert!(objects.iter().all(|object| m.k[*object].pointer_count == 1));
        assert_eq!(status(m, NtTerminate::process(one, 0)), NtStatus::SUCCESS);
        assert_eq!(status(m, NtClose::of(one)), NtStatus::SUCCESS);
        m.settle();
        assert!(objects.iter().all(|object| m.k[*object].deleted));
        assert!(m.k.broken_invariant().is_none() && m.k.findings().is_empty());
    });
}

#[test]
fn a_terminated_job_is_signalled_when_its_processes_have_ended() {
    on_every_version(|version, m| {
        let job = job(m);
        let child = create(m, Inheritance::Nothing).value.handle();
        assert_eq!(assign(m, job, child), NtStatus::SUCCESS);
        let poll = NtWaitForSingleObject::of(job, Timeout::Zero);
        assert_eq!(status(m, poll), NtStatus::TIMEOUT);
        let terminate = JobService::Reference { handle: job, action: JobAction::Terminate, exit_status: 123 };
        assert_eq!(status(m, terminate), NtStatus::SUCCESS);
        assert_eq!(exit_status(m, child, InformationClass::ProcessBasic), 123);
        let expected = if version == Version::Xp { NtStatus::TIMEOUT } else { NtStatus::SUCCESS };
        assert_eq!(status(m, poll), expected, "{version:?}");
        // A process that comes later does not take the signal back.
        let other = open(m, 1).value.handle();
        assert_eq!(assign(m, job, other), NtStatus::SUCCESS);
        assert_eq!((status(m, poll), active(m, job)), (expected, 1));
    });
}

#[test]
fn a_job_whose_processes_end_by_themselves_is_not_signalled_and_children_are_in_it() {
    on_every_version(|_, m| {
        let job = job(m);
        assert_eq!(assign(m, job, Handle::CURRENT_PROCESS), NtStatus::SUCCESS);
        let child = create(m, Inheritance::Nothing).value.handle();
        assert!(is_in(m, job, child));
        assert_eq!(active(m, job), 2);
        assert_eq!(status(m, NtTerminate::process(child, 0)), NtStatus::SUCCESS);
        assert_eq!((active(m, job), is_in(m, job, child)), (1, true));
        assert_eq!(status(m, NtWaitForSingleObject::of(job, Timeout::Zero)), NtStatus::TIMEOUT);
    });
}
