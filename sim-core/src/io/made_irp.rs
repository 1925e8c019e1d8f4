//! IRPs that a driver makes: IoAllocateIrp, IoMakeAssociatedIrp, IoFreeIrp.

use crate::finding::{About, Rule};
use crate::frame::Next;
use crate::io::complete::IofCompleteRequest;
use crate::io::device::Device;
use crate::io::iosb::Iosb;
use crate::io::irp::{Irp, Link};
use crate::kernel::Kernel;
use crate::word::Id;

impl Kernel {
    /// IoAllocateIrp: an IRP of as many stack locations, which belongs to no thread and no file object, for a driver to
    /// send to the device below its own. What it asks for is what `request` does.
    ///
    /// CurrentLocation is one past the last location, since no driver has it yet. ChargeQuota makes no difference here.
    /// Sources: WDK, IoAllocateIrp; ReactOS kernel tests ntos_io/IoIrp.
    pub fn allocate_irp(&mut self, maker: Id<Device>, request: Id<Irp>, stack_size: u32) -> Id<Irp> {
        let new = Irp { context: Some(request), ..self.blank_irp(maker, request, stack_size) };
        self.create(new, "IoAllocateIrp: it belongs to no thread")
    }

    /// IoMakeAssociatedIrp: an IRP for a part of what `master` asks for. It belongs to no thread.
    ///
    /// Its driver counts it in the master IRP's AssociatedIrp.IrpCount. Source: WDK, IoMakeAssociatedIrp.
    pub fn make_associated_irp(&mut self, maker: Id<Device>, master: Id<Irp>, stack_size: u32) -> Id<Irp> {
        let new = Irp { master: Some(master), ..self.blank_irp(maker, master, stack_size) };
        let associated = self.create(new, "IoMakeAssociatedIrp: it belongs to no thread");
        let count = self[master].irp_count + 1;
        self.set(master, Irp::IRP_COUNT, count, "it has one associated IRP more");
        associated
    }

    fn blank_irp(&self, maker: Id<Device>, request: Id<Irp>, stack_size: u32) -> Irp {
        let Irp { major, file, length, offset, .. } = self[request];
        let (maker, current_location) = (Some(maker), stack_size + 1);
        Irp { maker, current_location, length, offset, ..Irp::new(major, file, None, stack_size) }
    }

    /// IoFreeIrp. A finding if a thread still has the IRP on its list: that one is the I/O manager's to free.
    ///
    /// `used`: somebody goes on with the IRP, so it is kept, marked as freed, and its next use is noticed. Source: WDK,
    /// IoFreeIrp.
    pub(crate) fn io_free_irp(&mut self, irp: Id<Irp>, used: bool, why: &'static str) {
        if self[irp].link == Some(Link::Thread) {
            self.report(Rule::FreedThreadIrp, About::Irp(irp), 0);
            if self.has_stopped() {
                return;
            }
        }
        match used {
            true => self.set(irp, Irp::FREED, true, why),
            false => self.destroy(irp, why),
        }
    }

    /// The I/O manager frees an associated IRP. The last one completes the master IRP, with what its driver has left there.
    pub(crate) fn end_associated(&mut self, irp: Id<Irp>) -> Next {
        let master = self[irp].master.expect("an associated IRP has a master IRP");
        self.destroy(irp, "the associated IRP has ended");
        let Irp { status, information, irp_count, .. } = self[master];
        let left = irp_count - 1;
        self.set(master, Irp::IRP_COUNT, left, "an associated IRP has ended");
        match left {
            0 => Next::goto(IofCompleteRequest::Complete { irp: master, status, information }),
            _ => Next::SUCCESS,
        }
    }

    /// The IRPs that a driver has made for a request and that are still there.
    pub fn made_for(&self, request: Id<Irp>) -> impl Iterator<Item = (Id<Irp>, &Irp)> {
        self.all::<Irp>().filter(move |(_, irp)| irp.made_for() == Some(request))
    }

    /// The status block of the request that an IRP serves: of one that a driver has made, that of the request it is for.
    pub fn iosb_of(&self, mut irp: Id<Irp>) -> Option<Id<Iosb>> {
        while let Some(request) = self[irp].made_for() {
            irp = request;
        }
        self[irp].iosb
    }
}
