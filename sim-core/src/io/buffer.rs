//! Buffers: a program's memory that a request reads or fills.

use crate::finding::{About, Memory, Rule};
use crate::io::iosb::Iosb;
use crate::io::irp::Irp;
use crate::io::port::{Packet, Port};
use crate::kernel::Kernel;
use crate::record::record;
use crate::word::{Id, Word};

record! {
    /// A buffer in user memory. Of what is in it only the number of bytes is modelled.
    pub struct Buffer: Buffer {
        /// Its length.
        LENGTH length: u32 as "Length",
        /// How many bytes the last request that finished in it has put there.
        FILLED filled: u32 as "bytes written",
        /// The program has freed it.
        FREED freed: bool as "freed",
    }
    lists {}
}

impl Kernel {
    /// A buffer that the program allocates.
    pub fn create_buffer(&mut self, length: u32) -> Id<Buffer> {
        self.create(Buffer { length, filled: 0, freed: false }, "the program allocates memory")
    }

    /// The program frees a buffer. A finding if a request still uses it: the memory is then the kernel's to write.
    ///
    /// It is the program's again with the result in its status block, before the event is set and the IRP is gone, or
    /// when the packet is removed.
    pub fn free_buffer(&mut self, buffer: Id<Buffer>) {
        let irp = self.all::<Irp>().find(|(_, irp)| irp.buffer == Some(buffer) && !irp.written);
        let packet = self.all::<Packet>().find(|(_, packet)| packet.buffer == Some(buffer));
        let owner = match (irp, packet) {
            (Some((irp, _)), _) => Some(self.request_of(irp)),
            (None, Some((_, packet))) => packet.context.map(About::Request),
            (None, None) => None,
        };
        if let Some(owner) = owner {
            self.report(Rule::FreedWhileInUse, owner, Memory::Buffer(buffer).to_word());
        }
        self.set(buffer, Buffer::FREED, true, "the program frees it");
    }

    /// The program frees a status block (an OVERLAPPED). A finding if a request will still write it: one that is
    /// outstanding, or whose packet nobody has removed from its port; and another one if a packet only points to it.
    pub fn free_iosb(&mut self, iosb: Id<Iosb>) {
        let is_written = self.report_if_in_use(iosb, Rule::FreedWhileInUse);
        let points = |packet: Id<Packet>| self[packet].context == Some(iosb);
        if !is_written && self.all::<Port>().any(|(_, port)| Port::PACKETS.of(port).any(points)) {
            self.report(Rule::PacketCount, About::Request(iosb), Memory::StatusBlock(iosb).to_word());
        }
        self.set(iosb, Iosb::FREED, true, "the program frees it");
    }

    /// The program passes a status block to a new request. A finding if another one will still write it.
    pub fn reuse_iosb(&mut self, iosb: Id<Iosb>) {
        self.report_if_in_use(iosb, Rule::ReusedWhileInUse);
    }

    /// Whether a request will still write a status block: that is a finding.
    fn report_if_in_use(&mut self, iosb: Id<Iosb>, rule: Rule) -> bool {
        let writes = |packet: &Packet| packet.writes_iosb && packet.context == Some(iosb);
        let outstanding = self.irp_of(iosb).is_some_and(|irp| !self[irp].written);
        let in_use = outstanding || self.all::<Packet>().any(|(_, packet)| writes(packet));
        if in_use {
            self.report(rule, About::Request(iosb), Memory::StatusBlock(iosb).to_word());
        }
        in_use
    }

    /// The request of an IRP.
    pub(crate) fn request_of(&self, irp: Id<Irp>) -> About {
        self[irp].iosb.map_or(About::Irp(irp), About::Request)
    }

    /// The system puts a request's data into the program's buffer.
    pub(crate) fn fill_buffer(&mut self, buffer: Id<Buffer>, bytes: u32, request: About) {
        if self[buffer].freed {
            self.report(Rule::WriteToFreedMemory, request, Memory::Buffer(buffer).to_word());
        }
        self.set(buffer, Buffer::FILLED, bytes, "the request's data is copied into the program's buffer");
    }
}
