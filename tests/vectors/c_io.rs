//! Family C and the I/O rows of ReactOS's kernel tests: what a driver's status becomes for the program.
//!
//! | id | public source |
//! | --- | --- |
//! | C-05, C-07, C-08, C-12, C-13 | Wine, dlls/ntoskrnl.exe/tests/ntoskrnl.c, do_return_status and test_blocking_irp |
//! | E-05 | Wine, dlls/ntdll/tests/file.c, test_file_io_completion |
//! | T-56 to T-59, T-61, T-62 | ReactOS, modules/rostests/kmtests/ntos_io/IoReadWrite_user.c and _drv.c |

use sim_core::drivers::DriverKind;
use sim_core::drivers::immediate::Answer;
use sim_core::drivers::queue::DeviceCompletes;
use sim_core::io::buffer::Buffer;
use sim_core::io::device::Device;
use sim_core::io::iosb::Iosb;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::request::{ByteOffset, IoService, Request};
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::{Access, Handle, Id, NtStatus};
use sim_tests::Machine;

use crate::{Waits, event, machine};

/// A device of a driver, a file on it, an event that is set, a status block and a buffer.
pub(crate) struct Io {
    pub(crate) m: Machine,
    pub(crate) device: Id<Device>,
    pub(crate) file: Handle,
    pub(crate) event: Handle,
    pub(crate) iosb: Id<Iosb>,
    pub(crate) buffer: Id<Buffer>,
}

impl Io {
    pub(crate) fn new(driver: DriverKind, synchronous: bool) -> Io {
        Io::on(machine(), driver, synchronous)
    }

    pub(crate) fn on(mut m: Machine, driver: DriverKind, synchronous: bool) -> Io {
        let device = m.k.create_device("dev", driver);
        let attributes = m.named(r"\??\dev");
        let options = if synchronous { OpenOptions::SYNCHRONOUS } else { OpenOptions::default() };
        let open = CreateFile { attributes, access: Access(0xC010_0000), options };
        let file = m.call(0, NtCreateFile::of(open)).unwrap().value.handle();
        let event = event(&mut m, true);
        m.set(event);
        let (iosb, buffer) = (m.k.create_iosb(), m.k.create_buffer(32));
        Io { m, device, file, event, iosb, buffer }
    }

    pub(crate) fn answers(&mut self, status: NtStatus, returns: Option<NtStatus>) {
        let answer = Answer { status, information: Some(17), marks_pending: false, returns };
        self.m.k.set_answer(self.device, answer);
    }

    pub(crate) fn request(&self) -> Request {
        let (event, iosb, buffer) = (self.event, Some(self.iosb), Some(self.buffer));
        let offset = ByteOffset::At(0);
        Request { event, iosb, buffer, length: 32, offset, ..Request::of(self.file) }
    }

    pub(crate) fn send(&mut self, service: IoService, request: Request) -> Option<NtStatus> {
        self.m.issue(0, service, request).map(|returned| returned.status)
    }

    pub(crate) fn complete(&mut self, status: NtStatus) -> Option<NtStatus> {
        let (iosb, device) = (self.iosb, self.device);
        let thread = self.m.k[device].thread;
        self.m.k.start(thread, DeviceCompletes::Unlink { iosb, device, status, information: 17 });
        self.m.k.run(thread);
        self.m.ended(0)
    }

    /// Whether the event is set, and what the status block holds.
    pub(crate) fn seen(&self) -> (bool, Option<(NtStatus, u32)>) {
        let Iosb { status, information, .. } = self.m.k[self.iosb];
        (self.m.signaled(self.event), status.map(|status| (status, information)))
    }
}

const NO_ERRORS: [NtStatus; 6] = [
    NtStatus::SUCCESS,
    NtStatus::OBJECT_NAME_EXISTS,
    NtStatus::BUFFER_OVERFLOW,
    NtStatus::PARTIAL_COPY,
    NtStatus::DEVICE_BUSY,
    NtStatus::VERIFY_REQUIRED,
];
const ERRORS: [NtStatus; 5] = [
    NtStatus::UNSUCCESSFUL,
    NtStatus::NOT_IMPLEMENTED,
    NtStatus::ACCESS_VIOLATION,
    NtStatus::END_OF_FILE,
    NtStatus::ACCESS_DENIED,
];

#[test]
fn t_56_t_58_a_synchronous_file_and_a_driver_that_completes_at_once() {
    for status in NO_ERRORS.into_iter().chain(ERRORS) {
        let mut io = Io::new(DriverKind::Immediate, true);
        io.answers(status, None);
        let request = io.request();
        assert_eq!(io.send(IoService::Read, request), Some(status));
        let written = (!status.is_error()).then_some((status, 17));
        assert_eq!(io.seen(), (written.is_some(), written), "{status}");
    }
}

#[test]
fn t_57_t_59_a_synchronous_file_and_a_driver_that_pends() {
    for status in NO_ERRORS.into_iter().chain(ERRORS) {
        let mut io = Io::new(DriverKind::Serial, true);
        let request = io.request();
        assert_eq!(io.send(IoService::Read, request), None, "it waits");
        assert_eq!(io.complete(status), Some(status));
        let written = (!status.is_error()).then_some((status, 17));
        assert_eq!(io.seen(), (written.is_some(), written), "{status}");
    }
}

#[test]
fn c_12_t_61_data_is_copied_back_for_a_warning_but_not_for_an_error_or_verify_required() {
    for status in NO_ERRORS.into_iter().chain(ERRORS) {
        let mut io = Io::new(DriverKind::Immediate, false);
        io.answers(status, None);
        let request = io.request();
        io.send(IoService::Read, request);
        let copied = !status.is_error() && status != NtStatus::VERIFY_REQUIRED;
        assert_eq!(io.m.k[io.buffer].filled, if copied { 17 } else { 0 }, "{status}");
    }
}

#[test]
fn t_62_a_buffer_at_null_is_refused_before_the_event_is_cleared() {
    for service in [IoService::Read, IoService::Write] {
        let mut io = Io::new(DriverKind::Immediate, true);
        let request = Request { null_buffer: true, buffer: None, ..io.request() };
        assert_eq!(io.send(service, request), Some(NtStatus::ACCESS_VIOLATION));
        assert_eq!(io.seen(), (true, None));
    }
}

/// The test's driver has no buffer to copy to, fails the request and returns another status.
#[test]
fn c_05_t_62b_the_dispatch_routines_status_is_returned_and_the_irps_decides_the_rest() {
    let mut io = Io::new(DriverKind::Immediate, true);
    io.answers(NtStatus::ACCESS_VIOLATION, Some(NtStatus::BUFFER_OVERFLOW));
    let request = Request { null_buffer: true, buffer: None, length: 0, ..io.request() };
    assert_eq!(io.send(IoService::Read, request), Some(NtStatus::BUFFER_OVERFLOW));
    assert_eq!(io.seen(), (false, None));
}

#[test]
fn t_62c_pended_the_irps_status_is_returned() {
    let mut io = Io::new(DriverKind::Serial, true);
    let request = Request { null_buffer: true, buffer: None, length: 0, ..io.request() };
    assert_eq!(io.send(IoService::Read, request), None);
    assert_eq!(io.complete(NtStatus::ACCESS_VIOLATION), Some(NtStatus::ACCESS_VIOLATION));
    assert_eq!(io.seen(), (false, None));
}

#[test]
fn c_07_c_08_an_asynchronous_file_and_a_driver_that_completes_at_once() {
    for status in NO_ERRORS.into_iter().chain(ERRORS) {
        let mut io = Io::new(DriverKind::Immediate, false);
        io.answers(status, None);
        let request = io.request();
        assert_eq!(io.send(IoService::Write, request), Some(status));
        let written = (!status.is_error()).then_some((status, 17));
        assert_eq!(io.seen(), (written.is_some(), written), "{status}");
        assert!(!io.m.signaled(io.file), "the event is set instead");
    }
}

#[test]
fn c_13_without_an_asynchronous_form_both_files_wait_and_only_the_asynchronous_ones_block_is_written() {
    for (synchronous, written) in [(true, None), (false, Some((NtStatus::DEVICE_BUSY, 17)))] {
        let mut io = Io::new(DriverKind::Queue, synchronous);
        let request = Request { event: Handle::NULL, buffer: None, ..io.request() };
        assert_eq!(io.send(IoService::QueryVolume, request), None, "it waits");
        let status = if synchronous { NtStatus::ACCESS_DENIED } else { NtStatus::DEVICE_BUSY };
        assert_eq!(io.complete(status), Some(status));
        assert_eq!(io.seen().1, written);
    }
    let mut io = Io::new(DriverKind::Queue, false);
    let request = Request { event: Handle::NULL, buffer: None, ..io.request() };
    io.send(IoService::QueryVolume, request);
    assert_eq!(io.complete(NtStatus::ACCESS_DENIED), Some(NtStatus::ACCESS_DENIED));
    assert_eq!(io.seen().1, Some((NtStatus::ACCESS_DENIED, 17)), "an error too");
}
