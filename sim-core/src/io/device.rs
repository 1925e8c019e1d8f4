//! Device objects and the driver behind each.

use alloc::format;
use alloc::string::String;

use crate::drivers::DriverKind;
use crate::drivers::program::code::ObjectKind;
use crate::io::file::File;
use crate::io::invoke_on::InvokeOn;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::reference::Purpose;
use crate::ps::system::Role;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::{Id, Name, Title};

record! {
    /// DEVICE_OBJECT. What changes comes first, as in [`Irp`].
    pub struct Device: Device {
        /// Its header.
        OBJECT object: Id<Object>,
        /// The number of its name.
        NAME name: Title,
        /// The driver that serves it.
        DRIVER driver: DriverKind,
        /// Open files and requests, as the I/O manager counts them (not the header's PointerCount).
        REFERENCE_COUNT reference_count: u32 as "ReferenceCount",
        /// Who holds the driver's queue lock.
        LOCK lock: Option<Id<Thread>>,
        /// AttachedDevice: the device on top of it, which gets its requests first.
        ATTACHED attached: Option<Id<Device>>,
        /// Of a filter: the device that it passes requests to.
        LOWER lower: Option<Id<Device>>,
        /// StackSize: the stack locations that a request to it needs.
        STACK_SIZE stack_size: u32,
        /// Of a filter: the outcomes that it sets its completion routine for.
        INVOKE_ON invoke_on: InvokeOn,
        /// What it answers at once: the status.
        ANSWER_STATUS answer_status: NtStatus,
        /// What it answers at once: the number of bytes; as many as were asked for if none.
        ANSWER_INFORMATION answer_information: Option<u64>,
        /// Before it answers at once it marks the IRP pending.
        ANSWER_MARKS answer_marks: bool,
        /// What its dispatch routine returns beside the answer.
        ANSWER_RETURNS answer_returns: Option<NtStatus>,
        /// IO_DRIVER_CANCEL_TIMEOUT is in the system's error log for it: a thread ended without one of its requests.
        TIMEOUT_LOGGED timeout_logged: bool as "IO_DRIVER_CANCEL_TIMEOUT logged",
        /// The thread that stands for the device's interrupts and DPCs.
        THREAD thread: Id<Thread>,
        /// Of a driver of the framework: the request that was delivered to it.
        DELIVERED delivered: Option<Id<Irp>> as "delivered",
        /// Of such a driver: how many requests it has, or is about to get.
        DRIVER_IO_COUNT driver_io_count: u32 as "DriverIoCount",
        /// Of a driver that is a program: which.
        PROGRAM program: u32,
        /// CurrentIrp: of a driver with a StartIo routine, the request that the device is busy with.
        CURRENT_IRP current_irp: Option<Id<Irp>> as "CurrentIrp",
    }
    lists {
        /// The driver's queue of pending IRPs, oldest first.
        QUEUE queue: Id<Irp> as "queue",
    }
}

impl Device {
    /// The driver has the IRP: in its queue, or delivered to it.
    pub(crate) fn has(&self, irp: Id<Irp>) -> bool {
        Device::QUEUE.holds(self, irp) || self.delivered == Some(irp) || self.current_irp == Some(irp)
    }
}

impl Kernel {
    /// Creates a device, as a driver does at load: its object is held while the driver is loaded. Its name is
    /// `\Device\NAME`, permanent, and the link `\??\NAME` leads to it (IoCreateDevice, IoCreateSymbolicLink).
    pub fn create_device(&mut self, name: &str, driver: DriverKind) -> Id<Device> {
        self.create_linked_device(name, Some(name), driver)
    }

    /// The device of the named pipe file system: `\Device\NamedPipe`, and the link `\??\PIPE`.
    pub fn create_pipe_device(&mut self) -> Id<Device> {
        self.create_linked_device("NamedPipe", Some("PIPE"), DriverKind::NamedPipes)
    }

    /// The device of the driver of sockets: `\Device\Afd`, which no link leads to.
    pub fn create_socket_device(&mut self) -> Id<Device> {
        self.create_linked_device("Afd", None, DriverKind::Sockets)
    }

    /// Creates the device of a filter over the stack that `target` is in.
    ///
    /// IoAttachDeviceToDeviceStack puts it on top and counts its StackSize. The driver `uncounted_filter` has only a pointer to
    /// the device (IoGetDeviceObjectPointer) and leaves its own StackSize as IoCreateDevice has set it. Source: WDK,
    /// IoAttachDeviceToDeviceStack, DEVICE_OBJECT.
    pub fn create_filter(&mut self, name: &str, driver: DriverKind, target: Id<Device>) -> Id<Device> {
        let filter = self.create_device(name, driver);
        self.stand_over(filter, target);
        filter
    }

    /// Puts a device over the stack that `target` is in.
    pub(crate) fn stand_over(&mut self, filter: Id<Device>, target: Id<Device>) {
        let lower = self.top_of_stack(target);
        self.set(filter, Device::LOWER, Some(lower), "the filter passes requests to it");
        if self[filter].driver.manner().attaches {
            self.set(lower, Device::ATTACHED, Some(filter), "the filter is attached");
            self.set(filter, Device::STACK_SIZE, self[lower].stack_size + 1, "one location more");
        }
    }

    /// The outcomes that a filter sets its completion routine for, from now on.
    pub fn set_invoke_on(&mut self, filter: Id<Device>, invoke_on: InvokeOn) {
        self.set(filter, Device::INVOKE_ON, invoke_on, "");
    }

    fn top_of_stack(&self, mut device: Id<Device>) -> Id<Device> {
        while let Some(attached) = self[device].attached {
            device = attached;
        }
        device
    }

    /// IoGetRelatedDeviceObject: the top of the stack of the device that the file was opened on.
    pub(crate) fn related_device(&self, file: Id<File>) -> Id<Device> {
        self.top_of_stack(self[file].device.expect("an IRP is only sent to a file that was opened"))
    }

    /// The device of an IRP's current stack location; of one that is back with the driver that made it, that driver's.
    pub fn device_of(&self, irp: Id<Irp>) -> Id<Device> {
        let Irp { file, maker, current_location, .. } = self[irp];
        let below = |device: Id<Device>, _| self[device].lower.expect("there is a location for each device");
        let top = maker.unwrap_or_else(|| self.related_device(file));
        let on_the_way = (current_location..self[irp].top_location()).fold(top, below);
        let skipped = self.objects_with(irp).filter(|(_, kind)| *kind == ObjectKind::Skipped).count();
        (0..skipped as u32).fold(on_the_way, below)
    }

    fn create_linked_device(&mut self, name: &str, link: Option<&str>, driver: DriverKind) -> Id<Device> {
        let thread = self.create_thread_as(self.system_process(), name, Role::Device);
        let name = Title(self.intern(name));
        let at = self.devices.lowest_free();
        let object = self.create(Object::new(Body::Device(at)), "the driver creates its device");
        self.set(object, Object::POINTER_COUNT, 1, Purpose::Running.name());
        self.note_high_water(object);
        let queue = alloc::vec::Vec::new();
        let new = Device {
            object,
            name,
            driver,
            attached: None,
            lower: None,
            stack_size: 1,
            invoke_on: InvokeOn::ALWAYS,
            reference_count: 0,
            answer_status: NtStatus::SUCCESS,
            answer_information: None,
            answer_marks: false,
            answer_returns: None,
            timeout_logged: false,
            lock: None,
            program: 0,
            current_irp: None,
            thread,
            delivered: None,
            driver_io_count: 0,
            queue,
        };
        let device = self.create(new, "");
        self.name_device(object, name.0, link);
        device
    }

    fn name_device(&mut self, object: Id<Object>, name: u32, link: Option<&str>) {
        let (name, devices) = (String::from(self.name(name)), self.intern("Device"));
        let root = self.directory_of(self.root_directory());
        let directory = root.and_then(|root| self.entry_of(root, Name(devices), true));
        if let Some(directory) = directory {
            self.install(object, directory, &name);
            if let Some(link) = link {
                self.install_link(self.dos_devices(), link, &format!(r"\Device\{name}"));
            }
        }
    }

    /// KeAcquireSpinLock on the driver's queue lock: no APC interrupts its holder.
    pub(crate) fn acquire_queue_lock(&mut self, device: Id<Device>, thread: Id<Thread>) {
        self.set(device, Device::LOCK, Some(thread), "");
        self.raise(thread);
    }

    /// KeReleaseSpinLock on the driver's queue lock.
    pub(crate) fn release_queue_lock(&mut self, device: Id<Device>, thread: Id<Thread>) {
        self.set(device, Device::LOCK, None, "");
        self.lower(thread);
    }

    /// The device of that name; letter case does not count.
    pub fn device_named(&self, name: &str) -> Option<Id<Device>> {
        self.all::<Device>()
            .find(|(_, device)| self.name(device.name).eq_ignore_ascii_case(name))
            .map(|(id, _)| id)
    }
}
