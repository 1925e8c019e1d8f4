//! Completion ports: packets queued first in, first out; waiting threads served last in, first out.

use crate::io::iosb::Iosb;
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::Id;

record! {
    /// A completion port's queue (KQUEUE).
    pub struct Port: Port {
        /// Its header.
        OBJECT object: Id<Object>,
        /// Its last handle is closed.
        CLOSED closed: bool as "closed",
    }
    lists {
        /// Packets that wait to be removed, oldest first.
        PACKETS packets: Id<Packet> as "packets",
        /// Threads that wait for a packet; the one that came last is served first.
        WAITERS waiters: Id<Thread> as "waiters",
    }
}

record! {
    /// A completion packet: what a remover gets. It holds no reference on anything.
    pub struct Packet: Packet {
        /// The key of the file's association, or the poster's.
        KEY key: u64 as "CompletionKey",
        /// The request's ApcContext: the status block (OVERLAPPED) it was issued with.
        CONTEXT context: Option<Id<Iosb>> as "ApcContext",
        /// A poster's context.
        VALUE value: u64 as "ApcContext",
        /// How the request ended.
        STATUS status: NtStatus as "Status",
        /// Bytes transferred.
        INFORMATION information: u32 as "Information",
        /// The request's status block is written when this packet is removed.
        WRITES_IOSB writes_iosb: bool,
    }
    lists {}
}

impl Port {
    pub(crate) const fn new(object: Id<Object>) -> Port {
        Port { object, closed: false, packets: alloc::vec::Vec::new(), waiters: alloc::vec::Vec::new() }
    }
}

impl Kernel {
    /// Queues a packet, or hands it to the thread that came last to wait for one.
    pub(crate) fn queue_packet(&mut self, port: Id<Port>, packet: Packet, why: &'static str) {
        let packet = self.create(packet, why);
        let waiter = Port::WAITERS.last(&self[port]);
        match waiter {
            Some(waiter) => {
                self.remove(port, Port::WAITERS, waiter, "the thread that came last is served first");
                self.set(waiter, Thread::HANDED, Some(packet), why);
            }
            None => {
                self.push(port, Port::PACKETS, packet, why);
                self.wake_waiters(self[port].object);
            }
        }
    }

    /// What removing a packet does beside handing it over: a port-bound request's status block is written only now.
    pub(crate) fn remove_packet(&mut self, packet: Id<Packet>) {
        let Packet { context, writes_iosb, status, information, .. } = self[packet];
        if let Some(iosb) = context
            && writes_iosb
        {
            let why = "with a port, the status is written when the packet is removed";
            self.write_result(iosb, (status, information), why);
        }
    }

    /// The program is done with a packet that it removed.
    pub fn discard_packet(&mut self, packet: Id<Packet>) {
        self.destroy(packet, "");
    }
}
