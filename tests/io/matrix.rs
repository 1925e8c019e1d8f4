//! Every row of the outcome matrices: what a request returns, writes, sets and queues, against a table that knows nothing
//! of the kernel.
//!
//! Sources of the table: ReactOS kernel tests ntos_io/IoReadWrite; Wine ntoskrnl.exe/tests/ntoskrnl.c, do_return_status,
//! and ntdll/tests/file.c, test_file_io_completion, and ntdll/tests/pipe.c, test_completion; Win32 documentation, "I/O Completion Ports" and
//! "Synchronous and Asynchronous I/O".

use sim_core::drivers::DriverKind;
use sim_core::drivers::immediate::Answer;
use sim_core::drivers::queue::DeviceCompletes;
use sim_core::frame::Frame;
use sim_core::io::control_code::ControlCode;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::request::{ByteOffset, IoService, Request};
use sim_core::nt::completion::NtSetInformationFile;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::create_object::{NtCreateEvent, NtCreateIoCompletion};
use sim_core::nt::file_information::{
    FILE_SKIP_COMPLETION_PORT_ON_SUCCESS, FILE_SKIP_SET_EVENT_ON_HANDLE, NtSetNotificationModes,
};
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::header::Body;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::profile::Profile;
use sim_core::ps::apc::ApcState;
use sim_core::{Access, Handle, NtStatus};
use sim_tests::Machine;

/// Bytes that the driver says it has transferred.
const BYTES: u32 = 17;

/// When the driver completes the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// In its dispatch routine, without pending it.
    AtOnce,
    /// In its dispatch routine, after it has marked it pending.
    Marked,
    /// After its dispatch routine has returned STATUS_PENDING.
    Later,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    service: IoService,
    when: When,
    status: NtStatus,
    synchronous: bool,
    event: bool,
    apc: bool,
    port: bool,
    context: bool,
    /// FILE_SKIP_COMPLETION_PORT_ON_SUCCESS.
    skip_port: bool,
    /// FILE_SKIP_SET_EVENT_ON_HANDLE.
    skip_event: bool,
}

/// What a program can see when all is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Outcome {
    returned: NtStatus,
    iosb: Option<(NtStatus, u32)>,
    /// The event, which was set before; none was passed if `None`.
    event: Option<bool>,
    /// The file object; `None` where no source says.
    file: Option<bool>,
    apc: bool,
    packets: usize,
    /// Bytes in the program's buffer.
    data: u32,
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let statuses = [
        NtStatus::SUCCESS,
        NtStatus::OBJECT_NAME_EXISTS,
        NtStatus::BUFFER_OVERFLOW,
        NtStatus::VERIFY_REQUIRED,
        NtStatus::END_OF_FILE,
        NtStatus::ACCESS_DENIED,
    ];
    for service in [IoService::Read, IoService::Write, IoService::DeviceControl] {
        for when in [When::AtOnce, When::Marked, When::Later] {
            for status in statuses {
                for bits in 0..128_u32 {
                    let bit = |number: u32| bits >> number & 1 == 1;
                    let (synchronous, event, apc, port, context) = (bit(0), bit(1), bit(2), bit(3), bit(4));
                    let (skip_port, skip_event) = (bit(5), bit(6));
                    // A synchronous file is bound to no port, and no source says what the modes are to it.
                    if !(synchronous && (port || skip_port || skip_event)) {
                        rows.push(Row {
                            service,
                            when,
                            status,
                            synchronous,
                            event,
                            apc,
                            port,
                            context,
                            skip_port,
                            skip_event,
                        });
                    }
                }
            }
        }
    }
    rows
}

/// The table.
fn expected(row: &Row) -> Outcome {
    let Row { service, when, status, synchronous, event, apc, port, context, skip_port, skip_event } = *row;
    if apc && port {
        // Refused before anything is touched.
        return Outcome {
            returned: NtStatus::INVALID_PARAMETER,
            iosb: None,
            event: event.then_some(true),
            file: Some(!skip_event),
            apc: false,
            packets: 0,
            data: 0,
        };
    }
    let (error, warning) = (status.0 >> 30 == 3, status.0 >> 30 == 2);
    let pended = when != When::AtOnce;
    // Since Windows 8 a warning at once is said to be pending where the port is skipped on success.
    let said_to_pend = skip_port && warning && !pended && port && context;
    let reports = !error || pended && !synchronous;
    let port_alone = port && context && !event;
    let late = pended && port_alone;
    let copies = service != IoService::Write && !error && status != NtStatus::VERIFY_REQUIRED && !late;
    Outcome {
        returned: if pended && !synchronous || said_to_pend { NtStatus::PENDING } else { status },
        // With a port alone, a request that pended copies its data and writes the block when its packet is removed.
        iosb: (reports && !late).then_some((status, BYTES)),
        event: event.then_some(reports),
        file: match (synchronous, late) {
            (false, _) if skip_event => Some(false),
            (false, true) => None,
            (false, false) => Some(reports && !event),
            (true, _) => Some(reports || pended),
        },
        apc: apc && reports,
        packets: usize::from(port && context && reports && (pended || said_to_pend || !skip_port)),
        data: if copies { BYTES } else { 0 },
    }
}

fn call(m: &mut Machine, service: impl Into<Frame>) -> Handle {
    let returned = m.call(0, service).expect("it returns");
    assert!(returned.status.is_success(), "{returned:?}");
    returned.value.handle()
}

fn observed(row: &Row) -> Outcome {
    let Row { service, when, status, synchronous, event, apc, port, context, skip_port, skip_event } = *row;
    let mut m = Machine::new(Profile::default());
    let driver = if when == When::Later { DriverKind::Serial } else { DriverKind::Immediate };
    let device = m.k.create_device("dev", driver);
    let marks_pending = when == When::Marked;
    m.k.set_answer(device, Answer { status, information: Some(BYTES), marks_pending, returns: None });
    let attributes = m.named(r"\??\dev");
    let options = if synchronous { OpenOptions::SYNCHRONOUS } else { OpenOptions::default() };
    let file =
        call(&mut m, NtCreateFile::of(CreateFile { attributes, access: Access(0xC010_0000), options }));
    let attributes = ObjectAttributes::UNNAMED;
    let event = event.then(|| {
        call(
            &mut m,
            NtCreateEvent::Create { access: MAXIMUM_ALLOWED, attributes, manual_reset: true, signaled: true },
        )
    });
    let port = port.then(|| {
        let port = call(
            &mut m,
            NtCreateIoCompletion::Create { access: MAXIMUM_ALLOWED, attributes, concurrency: 0 },
        );
        call(&mut m, NtSetInformationFile::of(file, port, 7));
        port
    });
    let mode = |is_set, mode| if is_set { mode } else { 0 };
    let modes = mode(skip_port, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS)
        | mode(skip_event, FILE_SKIP_SET_EVENT_ON_HANDLE);
    call(&mut m, NtSetNotificationModes::of(file, modes));
    let (iosb, buffer) = (m.k.create_iosb(), m.k.create_buffer(32));
    let apc = apc.then(|| m.k.create_apc(true));
    let request = Request {
        event: event.unwrap_or(Handle::NULL),
        apc,
        apc_context: context,
        iosb: Some(iosb),
        buffer: Some(buffer),
        length: 32,
        offset: ByteOffset::At(0),
        code: (service == IoService::DeviceControl).then_some(ControlCode::ALL[0]),
        ..Request::of(file)
    };
    let issue = m.k.issue(m.threads[0], service, request);
    let mut returned = m.call(0, issue);
    if when == When::Later && returned.is_none_or(|returned| returned.status == NtStatus::PENDING) {
        let thread = m.k[device].thread;
        m.k.start(thread, DeviceCompletes::Unlink { iosb, device, status, information: BYTES });
        m.k.run(thread);
        m.k.run(m.threads[0]);
        returned = returned.or_else(|| m.k.collect(m.threads[0]));
    }
    let (block, signaled) = (m.k[iosb].clone(), |handle| m.k.is_signaled(m.object(handle)));
    let packets = port.map_or(0, |port| match m.k[m.object(port)].body {
        Body::Port(port) => m.k.packets(port),
        _ => 0,
    });
    assert!(m.k.findings().is_empty() && m.k.broken_invariant().is_none(), "{row:?}");
    Outcome {
        returned: returned.expect("the call returns").status,
        iosb: block.status.map(|status| (status, block.information)),
        event: event.map(signaled),
        file: Some(signaled(file)),
        apc: apc.is_some_and(|apc| m.k.get(apc).is_some_and(|apc| apc.state == ApcState::Queued)),
        packets,
        data: m.k[buffer].filled,
    }
}

#[test]
fn every_row_of_the_outcome_matrices() {
    let rows = rows();
    assert_eq!(rows.len(), 3 * 3 * 6 * (8 + 16 * 4));
    for row in rows {
        let (expected, mut observed) = (expected(&row), observed(&row));
        observed.file = observed.file.filter(|_| expected.file.is_some());
        assert_eq!(observed, expected, "{row:?}");
    }
}
