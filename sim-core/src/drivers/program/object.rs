//! What a driver's program keeps in the extension of a device.

use alloc::format;
use alloc::string::String;

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
    }
    lists {
        /// Of a list or queue: its IRPs, the oldest first.
        IRPS irps: Id<Irp> as "list",
    }
}

impl DriverObject {
    pub(crate) const fn new(device: Id<Device>, number: u8) -> DriverObject {
        DriverObject { device, number, holder: None, count: 0, removed: false, irps: alloc::vec::Vec::new() }
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

    /// The list that an IRP is in, of those of the driver's programs.
    pub(crate) fn list_with(&self, irp: Id<Irp>) -> Option<Id<DriverObject>> {
        self.all::<DriverObject>().find(|(_, object)| DriverObject::IRPS.holds(object, irp)).map(|(id, _)| id)
    }
}
