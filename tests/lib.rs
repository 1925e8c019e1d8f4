//! What the tests share: a kernel with two processes, and random things happening on it.

use sim_core::drivers::DriverKind;
use sim_core::frame::Frame;
use sim_core::io::control_code::ControlCode;
use sim_core::io::device::Device;
use sim_core::io::iosb::Iosb;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::pipe_modes::PipeModes;
use sim_core::io::pipe_parameters::PipeParameters;
use sim_core::io::request::{ByteOffset, IoService, Request};
use sim_core::nt::apc::{NtAlertThread, NtQueueApcThread};
use sim_core::nt::cancel_io_file::{NtCancelIoFile, NtCancelIoFileEx};
use sim_core::nt::close::NtClose;
use sim_core::nt::compare_objects::NtCompareObjects;
use sim_core::nt::completion::{NtRemoveIoCompletion, NtSetInformationFile, NtSetIoCompletion};
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::create_object::{
    NtCreateDirectoryObject, NtCreateEvent, NtCreateIoCompletion, NtCreateJobObject, NtCreateMutant,
    NtCreateSemaphore, NtCreateSymbolicLinkObject, NtCreateTimer,
};
use sim_core::nt::delay::NtDelayExecution;
use sim_core::nt::duplicate_object::NtDuplicateObject;
use sim_core::nt::event::{NtPulseEvent, NtSetEvent};
use sim_core::nt::job::{JobAction, JobService, NtAssignProcessToJobObject};
use sim_core::nt::mutant::{NtQueryMutant, NtReleaseMutant};
use sim_core::nt::open_object::{NtOpenDirectoryObject, NtOpenEvent, NtOpenSymbolicLinkObject};
use sim_core::nt::open_process::NtOpenProcess;
use sim_core::nt::permanence::NtSetPermanence;
use sim_core::nt::query_object::NtQueryObject;
use sim_core::nt::semaphore::NtReleaseSemaphore;
use sim_core::nt::signal_and_wait::NtSignalAndWaitForSingleObject;
use sim_core::nt::terminate::NtTerminate;
use sim_core::nt::timer::{NtCancelTimer, NtSetTimer};
use sim_core::nt::wait::{NtWaitForMultipleObjects, NtWaitForSingleObject, Timeout};
use sim_core::ob::attributes::{OBJ_CASE_INSENSITIVE, OBJ_OPENIF, OBJ_PERMANENT, ObjectAttributes};
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::handle_flags::{NtQueryHandleInformation, NtSetInformationObject};
use sim_core::ob::header::{Body, Object};
use sim_core::ob::information::InformationClass;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ob::table::INHERIT;
use sim_core::ob::types::ObjectType;
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
        Machine { k, processes, threads, devices, iosbs, paths, pipe: None }
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
            return self.k.terminate_thread(self.threads[pick / 8 % self.threads.len()]);
        }
        if number & 0xff > 240 {
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
            _ => self.other_service(thread, pick / 5),
        }
    }

    /// A random service of the namespace.
    fn name_service(&self, pick: usize) -> Frame {
        let handle = Handle((pick as u32 / 8 % 7) * 4);
        let flags = [0, OBJ_OPENIF, OBJ_OPENIF | OBJ_PERMANENT, OBJ_CASE_INSENSITIVE][pick / 56 % 4];
        let name = Some(self.paths[pick / 224 % self.paths.len()]);
        let root = if (pick / 4480).is_multiple_of(4) { handle } else { Handle::NULL };
        let (attributes, access) = (ObjectAttributes { root, name, flags }, MAXIMUM_ALLOWED);
        match pick % 8 {
            0 => NtCreateEvent::Create { attributes, manual_reset: true, signaled: false }.into(),
            1 => NtOpenEvent::Open { attributes, access }.into(),
            2 => NtCreateDirectoryObject::Create { attributes }.into(),
            3 => NtOpenDirectoryObject::Open { attributes, access }.into(),
            4 => {
                let link_target = self.paths[pick / 2240 % 2 + 8];
                NtCreateSymbolicLinkObject::Create { attributes, link_target }.into()
            }
            5 => NtSetPermanence::temporary(handle).into(),
            6 => NtOpenSymbolicLinkObject::Open { attributes, access }.into(),
            _ => NtCreateIoCompletion::Create { attributes }.into(),
        }
    }

    /// A random service of named pipes: both ends, small quotas, so that reads and writes wait.
    fn pipe_service(&mut self, thread: Id<Thread>, pick: usize, (path, name): (Name, Name)) -> Frame {
        let is_end = |object: Id<Object>| matches!(self.k[object].body, Body::File(file) if self.k.pipe_end(file).is_some());
        let open = self.k.table(self.k[thread].process).open();
        let ends: Vec<Handle> =
            open.filter(|(_, entry)| entry.object.is_some_and(is_end)).map(|(handle, _)| handle).collect();
        let modes = PipeModes { message: pick & 1 << 12 != 0, nowait: (pick >> 13).is_multiple_of(8) };
        let (kind, size) = (pick % 16, (pick / 16 % 8) as u32);
        let options =
            OpenOptions { share: 3, synchronous: pick & 1 << 10 == 0, alertable: pick & 1 << 11 == 0 };
        let attributes = ObjectAttributes::named(path);
        let access = Access(0xC010_0000);
        if ends.is_empty() && kind < 12 || kind < 2 {
            let pipe = PipeParameters {
                message_type: pick & 1 << 9 == 0,
                modes: PipeModes { message: modes.message && pick & 1 << 9 == 0, ..modes },
                first_instance: false,
                max_instances: 2,
                inbound_quota: 4,
                outbound_quota: 3,
            };
            let call = CreateFile { attributes, access, options };
            return if kind & 1 == 0 { NtCreateFile::named_pipe(call, pipe) } else { NtCreateFile::of(call) }
                .into();
        }
        let root = self.k.path(r"\Device\NamedPipe");
        let file = ends.get(pick / 128 % ends.len().max(1)).copied().unwrap_or(Handle(4));
        let iosb = Some(self.iosbs[pick / 256 % self.iosbs.len()]);
        let request = Request { iosb, length: size, apc_context: pick & 1 << 14 == 0, ..Request::of(file) };
        let control = |code| Request { code: Some(code), ..request.clone() };
        let (service, request) = match kind {
            2 | 3 => (IoService::Read, request),
            4 | 5 => (IoService::Write, request),
            6 => (IoService::FsControl, control(ControlCode::PipeListen)),
            7 => (IoService::FsControl, control(ControlCode::PipeDisconnect)),
            8 => (IoService::FsControl, Request { length: 16 + size, ..control(ControlCode::PipePeek) }),
            9 => {
                let transceive = control(ControlCode::PipeTransceive);
                (IoService::FsControl, Request { input_length: size, length: 9, ..transceive })
            }
            10 => (IoService::Flush, request),
            11 => (IoService::SetInformation, Request { modes: Some(modes), ..request }),
            12 => return NtClose::of(file).into(),
            13 => return NtCancelIoFileEx::of(file, iosb.filter(|_| pick & 1 << 15 == 0)).into(),
            14 => {
                let (attributes, access) = (ObjectAttributes::named(root), Access(0x0010_0000));
                return NtCreateFile::of(CreateFile { attributes, access, options }).into();
            }
            _ => {
                let is_root = |object: Id<Object>| matches!(self.k[object].body, Body::File(file) if self.k[file].name.is_none());
                let file = self.handle_to(thread, is_root).unwrap_or(file);
                let (name, limited, code) = (Some(name), pick & 1 << 10 == 0, Some(ControlCode::PipeWait));
                (IoService::FsControl, Request { file, name, limited, code, ..request })
            }
        };
        self.k.issue(thread, service, request).into()
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
                    share: 0,
                    synchronous: pick & 0xC0 == 0,
                    alertable: pick & 0x100 == 0,
                },
            })
            .into(),
            2 => NtCreateIoCompletion::Create { attributes }.into(),
            3 => NtCreateEvent::Create { attributes, manual_reset: pick & 16 == 0, signaled: false }.into(),
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
            11 => NtSetIoCompletion::of(handle, 1, 2, 3).into(),
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
        match pick % 12 {
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
            7 if bits % 4 == 0 => NtTerminate::Reference { handle, wanted: ObjectType::Thread }.into(),
            8 if bits % 4 == 0 => NtTerminate::process(handle).into(),
            7 | 8 => NtCreateJobObject::Create { attributes: ObjectAttributes::UNNAMED }.into(),
            9 => JobService::Reference { handle, action: JobAction::ALL[usize::from(bits) % 2] }.into(),
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

    /// A handle of the thread's process to an object of which this is true.
    fn handle_to(&self, thread: Id<Thread>, wanted: impl Fn(Id<Object>) -> bool) -> Option<Handle> {
        let mut open = self.k.table(self.k[thread].process).open();
        open.find(|(_, entry)| entry.object.is_some_and(&wanted)).map(|(handle, _)| handle)
    }

    /// Whether a wait for the object would last, and somebody else's doing could end it.
    fn is_worth_a_wait(&self, object: Id<Object>) -> bool {
        let body = self.k[object].body;
        let waitable = matches!(body, Body::Event(_) | Body::Semaphore(_) | Body::Mutant(_) | Body::Timer(_));
        waitable && !self.k.is_signaled(object)
    }

    fn is_thread_that_waits(&self, object: Id<Object>) -> bool {
        matches!(self.k[object].body, Body::Thread(other) if self.k.is_waiting(other))
    }

    /// A service that may end the waits for an object, or the wait of a thread.
    fn signal(&mut self, thread: Id<Thread>, handle: Handle, pick: usize) -> Frame {
        let waiting = self.handle_to(thread, |object| self.is_thread_that_waits(object));
        match (waiting, pick % 5) {
            (Some(waiting), 0) => return NtAlertThread::of(waiting).into(),
            (Some(waiting), 1) => return NtQueueApcThread::of(waiting, self.k.create_apc(false)).into(),
            (_, 2) => return NtClose::of(handle).into(),
            _ => {}
        }
        let entry = self.k.entry(self.k[thread].process, handle).and_then(|entry| entry.object);
        match entry.map(|object| self.k[object].body) {
            Some(Body::Semaphore(_)) => NtReleaseSemaphore::of(handle, 1 + pick as u32 % 2).into(),
            Some(Body::Mutant(_)) => NtReleaseMutant::of(handle).into(),
            Some(Body::Timer(_)) => NtSetTimer::of(handle, pick.is_multiple_of(2), false).into(),
            _ if pick.is_multiple_of(2) => NtPulseEvent::of(handle).into(),
            _ => NtSetEvent::of(handle, true).into(),
        }
    }

    /// A service of what can be waited for, or a wait.
    fn wait_service(&mut self, thread: Id<Thread>, handle: Handle, second: Handle, pick: usize) -> Frame {
        let (odd, alertable) = (pick & 32 != 0, pick & 64 != 0);
        let timeout = Timeout::ALL[pick / 128 % Timeout::ALL.len()];
        let waiting = self.handle_to(thread, |object| self.is_thread_that_waits(object)).unwrap_or(handle);
        let lasting = self.handle_to(thread, |object| self.is_worth_a_wait(object));
        let handle = lasting.filter(|_| alertable != odd).unwrap_or(handle);
        match pick % 20 {
            0 if odd => NtCreateEvent::Create {
                attributes: ObjectAttributes::UNNAMED,
                manual_reset: alertable,
                signaled: false,
            }
            .into(),
            0 => NtCreateSemaphore::Create { attributes: ObjectAttributes::UNNAMED, initial: 0, limit: 2 }
                .into(),
            1 => NtReleaseSemaphore::of(handle, 1).into(),
            2 | 3 => NtCreateMutant::Create { attributes: ObjectAttributes::UNNAMED, owned: odd }.into(),
            4 => NtReleaseMutant::of(handle).into(),
            5 => NtCreateTimer::Create { attributes: ObjectAttributes::UNNAMED, manual_reset: odd }.into(),
            6 => NtSetTimer::of(handle, false, odd).into(),
            7 if odd => NtCancelTimer::of(handle).into(),
            7 => NtQueryMutant::of(handle).into(),
            8 => NtPulseEvent::of(handle).into(),
            9 => {
                let apc = self.k.create_apc(false);
                NtQueueApcThread::of(if odd { Handle::CURRENT_THREAD } else { handle }, apc).into()
            }
            10 => NtAlertThread::of(waiting).into(),
            11 => NtDelayExecution::Delay { alertable, timeout }.into(),
            12 => NtSignalAndWaitForSingleObject::ReferenceSignal {
                signal: handle,
                wait: second,
                alertable,
                timeout,
            }
            .into(),
            13 => ObDuplicateObject::Reference {
                source: self.k[thread].process,
                handle: Handle::CURRENT_THREAD,
                target: Some(self.processes[0]),
                wanted: Wanted::same_access(0, false),
            }
            .into(),
            14 => NtSetEvent::of(handle, true).into(),
            15 => NtQueueApcThread::of(waiting, self.k.create_apc(false)).into(),
            16 => NtWaitForSingleObject::Reference { handle, alertable, timeout }.into(),
            _ => {
                let handles = [handle, second, handle];
                self.k.pass_handles(thread, &handles[..2 + usize::from(!odd)]);
                NtWaitForMultipleObjects::of(odd, alertable, timeout).into()
            }
        }
    }
}
