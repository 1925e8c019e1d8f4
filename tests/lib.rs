//! What the tests share: a kernel with two processes, and random things happening on it.

#[path = "random/files.rs"]
mod files;
#[path = "random/mapped.rs"]
mod mapped;
#[path = "random/pipes.rs"]
mod pipes;
#[path = "random/waits.rs"]
mod waits;

use sim_core::drivers::DriverKind;
use sim_core::frame::Frame;
use sim_core::io::device::Device;
use sim_core::io::iosb::Iosb;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::request::{ByteOffset, IoService, Request};
use sim_core::nt::alert_by_id::{NtAlertThreadByThreadId, NtWaitForAlertByThreadId};
use sim_core::nt::cancel_io_file::{NtCancelIoFile, NtCancelIoFileEx};
use sim_core::nt::cancel_synchronous_io::NtCancelSynchronousIoFile;
use sim_core::nt::close::NtClose;
use sim_core::nt::compare_objects::NtCompareObjects;
use sim_core::nt::completion::{NtQueryIoCompletion, NtSetInformationFile, NtSetIoCompletion};
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::create_object::{
    NtCreateDirectoryObject, NtCreateEvent, NtCreateIoCompletion, NtCreateJobObject,
    NtCreateSymbolicLinkObject,
};
use sim_core::nt::duplicate_object::NtDuplicateObject;
use sim_core::nt::event::NtSetEvent;
use sim_core::nt::file_information::NtSetNotificationModes;
use sim_core::nt::job::{JobAction, JobService, NtAssignProcessToJobObject, NtAssociateJobPort};
use sim_core::nt::next_thread::NtGetNextThread;
use sim_core::nt::open_object::{NtOpenDirectoryObject, NtOpenEvent, NtOpenSymbolicLinkObject};
use sim_core::nt::open_process::NtOpenProcess;
use sim_core::nt::permanence::NtSetPermanence;
use sim_core::nt::query_object::NtQueryObject;
use sim_core::nt::remove_completion::NtRemoveIoCompletion;
use sim_core::nt::terminate::NtTerminate;
use sim_core::nt::wait::{NtWaitForSingleObject, Timeout};
use sim_core::ob::attributes::{
    OBJ_CASE_INSENSITIVE, OBJ_EXCLUSIVE, OBJ_OPENIF, OBJ_PERMANENT, ObjectAttributes,
};
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::handle_flags::{NtQueryHandleInformation, NtSetInformationObject};
use sim_core::ob::header::Object;
use sim_core::ob::information::InformationClass;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ob::table::INHERIT;
use sim_core::ps::create::{Inheritance, NtCreateUserProcess};
use sim_core::ps::process::Process;
use sim_core::ps::schedule::{Progress, Step};
use sim_core::ps::system::Role;
use sim_core::ps::thread::Thread;
use sim_core::{Access, Handle, Id, Kernel, Name, NtStatus};

/// A kernel with two devices, three processes and four threads, of which a call makes the last of each.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The kernel.
    pub k: Kernel,
    /// Two processes, and one that a call can make.
    pub processes: Vec<Id<Process>>,
    /// Two threads of the first process, one of the second, and one of the third.
    pub threads: Vec<Id<Thread>>,
    /// A serial-like device and a queueing one.
    pub devices: Vec<Id<Device>>,
    /// Status blocks of the programs.
    pub iosbs: Vec<Id<Iosb>>,
    /// Paths to the devices, to nothing, and to what the programs create.
    pub paths: Vec<Name>,
    /// The path of a pipe, and its name, if the file system of pipes is there.
    pub pipe: Option<(Name, Name)>,
    /// The paths of a volume, if there is one.
    pub files: Vec<Name>,
    /// Programs map and watch what is on the volume, and the system writes and trims it.
    pub maps: bool,
}

/// What [`Machine::paths`] are, in order: the devices', then those of named objects.
const PATHS: [&str; 10] = [
    r"\??\serial0",
    r"\Device\queue0",
    r"\??\nothing",
    r"\BaseNamedObjects\a",
    r"\BaseNamedObjects\A",
    r"\BaseNamedObjects\Local\dir",
    r"\BaseNamedObjects\dir\a",
    r"a",
    r"\BaseNamedObjects\loop\a",
    r"\BaseNamedObjects\loop",
];

impl Machine {
    /// A machine of that Windows version.
    pub fn new(profile: sim_core::profile::Profile) -> Machine {
        let mut k = Kernel::new(profile);
        let devices = vec![
            k.create_device("serial0", DriverKind::Serial),
            k.create_device("queue0", DriverKind::Queue),
        ];
        let processes = vec![k.create_process("app"), k.create_process("other"), k.declare_process("child")];
        let threads = vec![
            k.create_thread(processes[0], "main"),
            k.create_thread(processes[0], "worker"),
            k.create_thread(processes[1], "stranger"),
            k.declare_thread(processes[2], "born", Role::Program),
        ];
        let iosbs = (0..4).map(|_| k.create_iosb()).collect();
        let paths = PATHS.iter().map(|path| k.path(path)).collect();
        k.forget();
        Machine { k, processes, threads, devices, iosbs, paths, pipe: None, files: Vec::new(), maps: false }
    }

    /// The same with the file system of named pipes.
    pub fn with_pipes(profile: sim_core::profile::Profile) -> Machine {
        let mut machine = Machine::new(profile);
        machine.k.create_pipe_device();
        machine.pipe = Some((machine.k.path(r"\Device\NamedPipe\p"), machine.k.path("p")));
        machine.k.path(r"\Device\NamedPipe");
        machine.k.forget();
        machine
    }

    /// The same with a volume.
    pub fn with_files(profile: sim_core::profile::Profile) -> Machine {
        Machine::with_volume(profile, DriverKind::Ntfs)
    }

    /// The same with a volume that caches, and programs that map and watch what is on it.
    pub fn with_mapped_files(profile: sim_core::profile::Profile) -> Machine {
        Machine { maps: true, ..Machine::with_volume(profile, DriverKind::CachedNtfs) }
    }

    fn with_volume(profile: sim_core::profile::Profile, driver: DriverKind) -> Machine {
        let mut machine = Machine::new(profile);
        machine.k.create_device("vol", driver);
        let paths =
            [r"\Device\vol\d", r"\Device\vol\d\a", r"\Device\vol\b", r"\Device\vol\B", r"\Device\vol\"];
        machine.files = paths.iter().map(|path| machine.k.path(path)).collect();
        machine.k.forget();
        machine
    }

    /// The attributes of an open of one of the devices.
    pub fn device(&self, device: usize) -> ObjectAttributes {
        ObjectAttributes::named(self.paths[device])
    }

    /// The attributes of an absolute name.
    pub fn named(&mut self, path: &str) -> ObjectAttributes {
        ObjectAttributes::named(self.k.path(path))
    }

    /// The object behind a handle of the first process.
    pub fn object(&self, handle: Handle) -> Id<Object> {
        self.k.entry(self.processes[0], handle).and_then(|entry| entry.object).expect("an open handle")
    }

    /// Starts a service on a thread and takes its steps, and the system's, until nothing is left to do.
    pub fn call(&mut self, thread: usize, service: impl Into<Frame>) -> Option<sim_core::frame::Returned> {
        let thread = self.threads[thread];
        self.k.start(thread, service);
        let progress = self.k.run(thread);
        self.settle();
        match progress {
            Progress::Idle(returned) => returned,
            _ => None,
        }
    }

    /// A call that sends a request.
    pub fn issue(
        &mut self,
        thread: usize,
        service: IoService,
        request: Request,
    ) -> Option<sim_core::frame::Returned> {
        let call = self.k.issue(self.threads[thread], service, request);
        self.call(thread, call)
    }

    /// Takes the system's own steps until none is left.
    pub fn settle(&mut self) {
        while let Some(step) = self.k.system_step() {
            self.k.take(step);
        }
    }

    /// Ends every process, and takes the steps that follow from it.
    pub fn end_every_process(&mut self) {
        // A call that was under way may make the last process.
        for _ in 0..2 {
            for process in self.processes.clone() {
                self.k.terminate_process(process, 0);
            }
            for _ in 0..100_000 {
                let Some(step) = self.k.steps().next() else { break };
                self.k.take(step);
            }
        }
    }

    /// What a random number makes happen: a call of an idle thread, a device's answer, the end of a thread, or one
    /// of the steps that can be taken.
    pub fn happen(&mut self, number: u32) {
        let steps: Vec<Step> = self.k.steps().collect();
        let pick = (number >> 8) as usize;
        if !steps.is_empty() && number & 0xff < 200 {
            self.k.take(steps[pick % steps.len()]);
            return;
        }
        if number & 0xff == 255 && pick.is_multiple_of(8) {
            return self.k.terminate_thread(self.threads[pick / 8 % self.threads.len()], 0);
        }
        if number & 0xff > 240 {
            if self.maps {
                return self.system_act(pick);
            }
            return self.answer(pick);
        }
        let thread = self.threads[pick % self.threads.len()];
        let idle = matches!(self.k.progress(thread), Progress::Idle(_)) && self.k.stack(thread).is_empty();
        if idle && self.k[thread].created && !self.k[thread].terminating {
            let service = match pick / 4 % 4 {
                0 => self.handle_service(pick / 16),
                _ => self.service(thread, pick / 16),
            };
            self.k.start(thread, service);
        }
    }

    fn answer(&mut self, pick: usize) {
        let device = self.devices[pick % 2];
        let thread = self.k[device].thread;
        if self.k.stack(thread).is_empty() {
            let iosb = self.iosbs[pick / 2 % self.iosbs.len()];
            let status = if pick & 8 == 0 { NtStatus::SUCCESS } else { NtStatus::DEVICE_BUSY };
            let completes =
                sim_core::drivers::queue::DeviceCompletes::Unlink { iosb, device, status, information: 9 };
            self.k.start(thread, completes);
        }
    }

    fn query(&self, handle: Handle, second: Handle, pick: usize) -> Frame {
        let class = InformationClass::ALL[pick / 1024 % InformationClass::ALL.len()];
        match pick & 256 {
            0 => NtCompareObjects::of(handle, second).into(),
            _ => NtQueryObject::of(handle, class, (pick & 4096 == 0).then_some(56)).into(),
        }
    }

    fn service(&mut self, thread: Id<Thread>, pick: usize) -> Frame {
        match (pick % 5, self.pipe) {
            (0, _) => self.name_service(pick / 5),
            (1..4, Some(pipe)) => self.pipe_service(thread, pick / 5, pipe),
            (1..4, None) if !self.files.is_empty() => self.file_service(thread, pick / 5),
            _ => self.other_service(thread, pick / 5),
        }
    }

    /// A random service of the namespace.
    fn name_service(&self, pick: usize) -> Frame {
        let handle = Handle((pick as u32 / 8 % 7) * 4);
        let flags = [0, OBJ_OPENIF, OBJ_OPENIF | OBJ_PERMANENT, OBJ_CASE_INSENSITIVE][pick / 56 % 4];
        let flags = flags | if (pick / 13).is_multiple_of(4) { OBJ_EXCLUSIVE } else { 0 };
        let name = Some(self.paths[pick / 224 % self.paths.len()]);
        let root = if (pick / 4480).is_multiple_of(4) { handle } else { Handle::NULL };
        let access = if (pick / 17).is_multiple_of(8) { Access(0) } else { MAXIMUM_ALLOWED };
        let attributes = ObjectAttributes { root, name, flags };
        match pick % 8 {
            0 => NtCreateEvent::Create { access, attributes, manual_reset: true, signaled: false }.into(),
            1 => NtOpenEvent::Open { attributes, access }.into(),
            2 => NtCreateDirectoryObject::Create { access, attributes }.into(),
            3 => NtOpenDirectoryObject::Open { attributes, access }.into(),
            4 => {
                let link_target = self.paths[pick / 2240 % 2 + 8];
                NtCreateSymbolicLinkObject::Create { access, attributes, link_target }.into()
            }
            5 => NtSetPermanence::temporary(handle).into(),
            6 => NtOpenSymbolicLinkObject::Open { attributes, access }.into(),
            _ => NtCreateIoCompletion::Create { access, attributes, concurrency: 0 }.into(),
        }
    }

    fn other_service(&mut self, thread: Id<Thread>, pick: usize) -> Frame {
        let handle = Handle((pick as u32 / 16 % 7) * 4);
        let second = Handle((pick as u32 / 112 % 7) * 4);
        let iosb = self.iosbs[pick / 16 % self.iosbs.len()];
        let (source, target) = (self.k[thread].process, self.processes[pick / 32 % 2]);
        let has_waiters = |object: Id<Object>| Object::WAITERS.first(&self.k[object]).is_some();
        if let Some(awaited) = self.handle_to(thread, has_waiters).filter(|_| pick % 64 < 40) {
            return self.signal(thread, awaited, pick / 64);
        }
        if pick % 32 >= 16 {
            return self.wait_service(thread, handle, second, pick / 16);
        }
        let attributes = ObjectAttributes::UNNAMED;
        let request = Request { iosb: Some(iosb), length: 8, ..Request::of(handle) };
        match pick % 16 {
            0 | 1 => NtCreateFile::of(CreateFile {
                attributes: self.device(pick / 16 % 3),
                access: Access(0x8010_0000),
                options: OpenOptions {
                    synchronous: pick & 0xC0 == 0,
                    alertable: pick & 0x100 == 0,
                    ..OpenOptions::default()
                },
            })
            .into(),
            2 => NtCreateIoCompletion::Create {
                access: MAXIMUM_ALLOWED,
                attributes,
                concurrency: pick as u32 / 64 % 2,
            }
            .into(),
            3 => NtCreateEvent::Create {
                access: MAXIMUM_ALLOWED,
                attributes,
                manual_reset: pick & 16 == 0,
                signaled: false,
            }
            .into(),
            4 | 5 => {
                let offset = if pick & 6 != 0 { ByteOffset::At(64) } else { ByteOffset::None };
                let read = Request { event: second, apc_context: pick & 4 == 0, offset, ..request };
                self.k.issue(thread, IoService::ALL[pick / 32 % IoService::ALL.len()], read).into()
            }
            6 => {
                let apc = (pick & 32 != 0).then(|| self.k.create_apc(false));
                let read = Request { apc_context: true, apc, offset: ByteOffset::At(0), ..request };
                self.k.issue(thread, IoService::Read, read).into()
            }
            7 | 8 => NtClose::of(handle).into(),
            9 => NtSetInformationFile::of(handle, second, 7).into(),
            10 => NtRemoveIoCompletion::of(handle, Timeout::Finite).into(),
            11 => NtSetIoCompletion::of(handle, 1, 2, (NtStatus::SUCCESS, 3)).into(),
            12 => NtCancelIoFile::of(handle).into(),
            13 => NtCancelIoFileEx::of(handle, (pick & 8 == 0).then_some(iosb)).into(),
            14 => {
                let wanted = Wanted::same_access(0, pick & 64 == 0);
                ObDuplicateObject::Reference { source, handle, target: Some(target), wanted }.into()
            }
            _ if pick & 512 == 0 => self.query(handle, second, pick),
            _ if pick & 256 == 0 => NtSetEvent::of(handle, true).into(),
            _ => NtWaitForSingleObject::of(handle, Timeout::Finite).into(),
        }
    }

    /// A random service of handles, processes and jobs.
    fn handle_service(&mut self, pick: usize) -> Frame {
        let handle = Handle((pick as u32 / 16 % 7) * 4);
        let pseudo = if pick & 1 << 9 == 0 { handle } else { Handle::CURRENT_PROCESS };
        let (bits, child) = ((pick >> 10) as u8, self.processes[2]);
        match pick % 15 {
            0 | 1 => NtSetInformationObject::Set { handle, mask: bits, flags: bits >> 2 | 1 }.into(),
            2 => NtQueryHandleInformation::Reference { handle }.into(),
            3 | 4 => {
                let inherits = Inheritance::ALL[usize::from(bits) % 3];
                NtCreateUserProcess::ReferenceParent { child, parent: pseudo, inherits }.into()
            }
            5 => {
                let object = self.k[self.processes[usize::from(bits) % 3]].object;
                NtOpenProcess::Lookup { object, access: Access(0x1F_0FFF), attributes: INHERIT }.into()
            }
            6 => {
                let object = self.k[self.threads[usize::from(bits) % 4]].object;
                NtOpenProcess::Lookup { object, access: Access(0x1F_03FF), attributes: 0 }.into()
            }
            7 if bits % 4 == 2 => self.port_service(handle, pseudo, pick >> 10),
            7 if bits % 4 == 0 => NtTerminate::thread(handle, 1).into(),
            8 if bits % 4 == 0 => NtTerminate::process(handle, 0).into(),
            7 | 8 => {
                NtCreateJobObject::Create { access: MAXIMUM_ALLOWED, attributes: ObjectAttributes::UNNAMED }
                    .into()
            }
            9 => {
                let action = JobAction::ALL[usize::from(bits) % JobAction::ALL.len()];
                JobService::Reference { handle, action, exit_status: 2 }.into()
            }
            12 => {
                let port = Handle((pick as u32 / 112 % 7) * 4);
                NtAssociateJobPort::ReferenceJob { job: handle, port, key: 7 }.into()
            }
            13 => {
                let (access, attributes) = (Access(0x1F_03FF), INHERIT);
                NtGetNextThread::ReferenceProcess { process: pseudo, thread: handle, access, attributes }
                    .into()
            }
            14 if bits & 1 == 0 => {
                NtWaitForAlertByThreadId::Wait { timeout: Timeout::ALL[usize::from(bits) % 3] }.into()
            }
            14 => {
                let object = self.k[self.threads[usize::from(bits) / 2 % 4]].object;
                NtAlertThreadByThreadId::Lookup { object }.into()
            }
            10 => {
                let asks = bits & 1 == 0;
                NtAssignProcessToJobObject::ReferenceJob { job: handle, process: pseudo, asks }.into()
            }
            _ => {
                let wanted = Wanted { access: Access(2), attributes: INHERIT, options: bits & 7 };
                NtDuplicateObject::ReferenceSource { source: pseudo, handle, target: pseudo, wanted }.into()
            }
        }
    }

    /// A random service of ports, or of what a thread waits for.
    fn port_service(&self, handle: Handle, thread: Handle, pick: usize) -> Frame {
        let second = Handle((pick as u32 / 8 % 7) * 4);
        let iosb = self.iosbs[pick / 64 % self.iosbs.len()];
        match pick % 8 {
            0 | 1 => {
                let (count, alertable) = (1 + pick as u32 / 8 % 3, pick & 64 == 0);
                NtRemoveIoCompletion::many(handle, count, alertable, Timeout::Finite).into()
            }
            2 => NtSetInformationFile::replacing(handle, second, 9).into(),
            3 => NtQueryIoCompletion::of(handle).into(),
            4 => NtSetNotificationModes::of(handle, (pick / 8 % 9) as u8).into(),
            5 => NtQueryObject::of(handle, InformationClass::FileModes, None).into(),
            6 => {
                let attributes = ObjectAttributes::UNNAMED;
                NtCreateIoCompletion::Create {
                    access: MAXIMUM_ALLOWED,
                    attributes,
                    concurrency: 1 + pick as u32 / 8 % 2,
                }
                .into()
            }
            _ => NtCancelSynchronousIoFile::of(thread, None, (pick & 8 == 0).then_some(iosb)).into(),
        }
    }
}
