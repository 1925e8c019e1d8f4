//! What the tests share: a kernel with two processes, and random things happening on it.

use sim_core::drivers::DriverKind;
use sim_core::frame::Frame;
use sim_core::io::device::Device;
use sim_core::io::iosb::Iosb;
use sim_core::nt::cancel_io_file::{NtCancelIoFile, NtCancelIoFileEx};
use sim_core::nt::close::NtClose;
use sim_core::nt::compare_objects::NtCompareObjects;
use sim_core::nt::completion::{NtRemoveIoCompletion, NtSetInformationFile, NtSetIoCompletion};
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::create_object::{NtCreateEvent, NtCreateIoCompletion};
use sim_core::nt::duplicate_object::NtDuplicateObject;
use sim_core::nt::event::NtSetEvent;
use sim_core::nt::query_object::NtQueryObject;
use sim_core::nt::read_file::{NtReadFile, ReadFile};
use sim_core::nt::wait::{NtWaitForSingleObject, Timeout};
use sim_core::ob::information::InformationClass;
use sim_core::ps::process::Process;
use sim_core::ps::schedule::{Progress, Step};
use sim_core::ps::thread::Thread;
use sim_core::{Access, Handle, Id, Kernel, NtStatus};

/// A kernel with two devices, two processes and three threads.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The kernel.
    pub k: Kernel,
    /// Two processes.
    pub processes: Vec<Id<Process>>,
    /// Two threads of the first process, one of the second.
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
        let processes = vec![k.create_process("app"), k.create_process("other")];
        let threads = vec![
            k.create_thread(processes[0], "main"),
            k.create_thread(processes[0], "worker"),
            k.create_thread(processes[1], "stranger"),
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
        if idle && !self.k[thread].terminating {
            let service = self.service(thread, pick / 3);
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
                NtDuplicateObject::Reference { source, handle, target, attributes: 0, close: pick & 64 == 0 }
                    .into()
            }
            _ if pick & 512 == 0 => self.query(handle, second, pick),
            _ if pick & 256 == 0 => NtSetEvent::of(handle, true).into(),
            _ => NtWaitForSingleObject::of(handle, Timeout::Finite).into(),
        }
    }
}
