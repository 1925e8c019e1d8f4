//! What a driver's program keeps in the extension of a device.

use alloc::format;
use alloc::string::String;

use crate::drivers::program::code::ObjectKind;
use crate::drivers::program::event::EventState;
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::word::Id;

record! {
    /// A lock or list in the extension of a device whose driver is a program.
    pub struct DriverObject: DriverObject {
        /// The device.
        DEVICE device: Id<Device>,
        /// Its place among those that the driver declares.
        NUMBER number: u8,
        /// Of a spin lock: who holds it.
        HOLDER holder: Option<Id<Thread>> as "holder",
        /// Of a remove lock: how often it is acquired.
        COUNT count: u32 as "IoCount",
        /// Of a remove lock: IoReleaseRemoveLockAndWait was called.
        REMOVED removed: bool as "Removed",
        /// Of an event: whether it is signalled.
        STATE state: EventState as "SignalState",
        /// Of a work item or a timer: the routine that will be called, counted from one.
        QUEUED queued: u8 as "queued",
    }
    lists {
        /// Of a list or queue: its IRPs, the oldest first. Of what stands for an IRP: that one.
        IRPS irps: Id<Irp> as "list",
    }
}

impl DriverObject {
    pub(crate) const fn new(device: Id<Device>, number: u8) -> DriverObject {
        DriverObject {
            device,
            number,
            holder: None,
            count: 0,
            removed: false,
            state: EventState::NotInitialized,
            queued: 0,
            irps: alloc::vec::Vec::new(),
        }
    }
}

impl Kernel {
    /// What a lock or list is called: its name in the driver, and the device.
    pub fn driver_object_name(&self, object: Id<DriverObject>) -> String {
        let DriverObject { device, number, .. } = self[object];
        let declared = &self.programs[self[device].program as usize].objects[number as usize];
        format!("{} of {}", declared.name, self.name(self[device].name))
    }

    /// The lock or list of that number in a device's extension.
    pub(crate) fn driver_object(&self, device: Id<Device>, number: u8) -> Id<DriverObject> {
        self.all::<DriverObject>()
            .find(|(_, object)| object.device == device && object.number == number)
            .map(|(id, _)| id)
            .expect("a device has all that its driver declares")
    }

    /// What a device has of a kind that its driver declares once.
    pub(crate) fn object_of(&self, device: Id<Device>, kind: ObjectKind) -> Option<Id<DriverObject>> {
        let number = self.programs[self[device].program as usize].object_of(kind)?;
        Some(self.driver_object(device, number))
    }

    /// What an object of a driver's program is.
    pub(crate) fn kind_of(&self, object: &DriverObject) -> ObjectKind {
        self.programs[self[object.device].program as usize].objects[object.number as usize].kind
    }

    /// The list that an IRP is in, of those of the driver's programs.
    pub(crate) fn list_with(&self, irp: Id<Irp>) -> Option<Id<DriverObject>> {
        self.objects_with(irp).find(|(_, kind)| kind.is_queue()).map(|(id, _)| id)
    }

    /// Everything of the drivers' programs that names an IRP.
    pub(crate) fn objects_with(&self, irp: Id<Irp>) -> impl Iterator<Item = (Id<DriverObject>, ObjectKind)> {
        self.all::<DriverObject>()
            .filter(move |(_, object)| DriverObject::IRPS.holds(object, irp))
            .map(|(id, object)| (id, self.kind_of(object)))
    }

    /// What the drivers' programs keep of one kind and name for an IRP goes, if `kind` says so.
    pub(crate) fn drop_from(
        &mut self,
        irp: Id<Irp>,
        device: Option<Id<Device>>,
        kind: fn(ObjectKind) -> bool,
    ) {
        let is_it = |object: Id<DriverObject>| device.is_none_or(|device| self[object].device == device);
        let found: alloc::vec::Vec<Id<DriverObject>> = self
            .objects_with(irp)
            .filter(|(object, known)| kind(*known) && is_it(*object))
            .map(|(object, _)| object)
            .collect();
        for object in found {
            self.remove(object, DriverObject::IRPS, irp, "");
        }
    }
}
