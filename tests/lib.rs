//! What the tests share: a kernel with two processes, and random things happening on it.

use sim_core::drivers::DriverKind;
use sim_core::frame::Frame;
use sim_core::io::device::Device;
use sim_core::io::iosb::Iosb;
use sim_core::nt::cancel_io_file::{NtCancelIoFile, NtCancelIoFileEx};
use sim_core::nt::close::NtClose;
use sim_core::nt::completion::{NtRemoveIoCompletion, NtSetInformationFile, NtSetIoCompletion};
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::create_object::{NtCreateEvent, NtCreateIoCompletion};
use sim_core::nt::duplicate_object::NtDuplicateObject;
use sim_core::nt::event::NtSetEvent;
use sim_core::nt::job::{JobAction, JobService, NtAssignProcessToJobObject, NtCreateJobObject};
use sim_core::nt::open_process::NtOpenProcess;
use sim_core::nt::read_file::{NtReadFile, ReadFile};
use sim_core::nt::terminate::NtTerminate;
use sim_core::nt::wait::{NtWaitForSingleObject, Timeout};
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::information::{NtQueryHandleInformation, NtSetInformationObject};
use sim_core::ob::table::INHERIT;
use sim_core::ob::types::ObjectType;
use sim_core::ps::create::{Inheritance, NtCreateUserProcess};
use sim_core::ps::process::Process;
use sim_core::ps::schedule::{Progress, Step};
use sim_core::ps::system::Role;
use sim_core::ps::thread::Thread;
use sim_core::{Access, Handle, Id, Kernel, NtStatus};

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
}

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
        k.forget();
        Machine { k, processes, threads, devices, iosbs }
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

    fn service(&self, thread: Id<Thread>, pick: usize) -> Frame {
        let handle = Handle((pick as u32 / 16 % 7) * 4);
        let second = Handle((pick as u32 / 112 % 7) * 4);
        let iosb = self.iosbs[pick / 16 % self.iosbs.len()];
        let device = Some(self.devices[pick / 16 % 2]);
        let (source, target) = (self.k[thread].process, self.processes[pick / 32 % 2]);
        match pick % 16 {
            0 | 1 => NtCreateFile::of(CreateFile {
                device,
                access: Access(0x8010_0000),
                synchronous: pick & 0xC0 == 0,
            })
            .into(),
            2 => NtCreateIoCompletion::Create {}.into(),
            3 => NtCreateEvent::Create { manual_reset: pick & 16 == 0, signaled: false }.into(),
            4 | 5 => {
                let (event, offset) = (second, (pick & 6 != 0).then_some(64));
                NtReadFile::of(ReadFile {
                    file: handle,
                    event,
                    apc_context: pick & 4 == 0,
                    iosb,
                    length: 8,
                    offset,
                })
                .into()
            }
            6 => {
                let read = ReadFile {
                    file: handle,
                    event: Handle::NULL,
                    apc_context: true,
                    iosb,
                    length: 8,
                    offset: Some(0),
                };
                NtReadFile::of(read).into()
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
            7 | 8 => NtCreateJobObject::Create {}.into(),
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
}
