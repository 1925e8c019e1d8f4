//! Completion ports: packets queued first in, first out; waiting threads served last in, first out.

use crate::finding::About;
use crate::io::buffer::Buffer;
use crate::io::iosb::Iosb;
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ps::process::Process;
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
        /// NumberOfConcurrentThreads (KQUEUE.MaximumCount): no packet is handed out while so many of its threads run; 0
        /// for no limit.
        CONCURRENCY concurrency: u32 as "MaximumCount",
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
        /// The process that a job's message is about; its id stands where an OVERLAPPED would.
        PROCESS process: Option<Id<Process>> as "ApcContext",
        /// A job sent it: its number of bytes is a message.
        JOB_MESSAGE job_message: bool,
        /// How the request ended.
        STATUS status: NtStatus as "Status",
        /// Bytes transferred.
        INFORMATION information: u32 as "Information",
        /// The request's status block is written when this packet is removed.
        WRITES_IOSB writes_iosb: bool,
        /// The packet after it among those that one call removed.
        NEXT next: Option<Id<Packet>>,
        /// The program's buffer, which the request's data are copied into when this packet is removed.
        BUFFER buffer: Option<Id<Buffer>>,
    }
    lists {}
}

impl Port {
    pub(crate) const fn new(object: Id<Object>, concurrency: u32) -> Port {
        Port {
            object,
            closed: false,
            concurrency,
            packets: alloc::vec::Vec::new(),
            waiters: alloc::vec::Vec::new(),
        }
    }
}

impl Packet {
    pub(crate) const fn new(key: u64, status: NtStatus, information: u32) -> Packet {
        Packet {
            key,
            context: None,
            value: 0,
            process: None,
            job_message: false,
            status,
            information,
            writes_iosb: false,
            next: None,
            buffer: None,
        }
    }
}

impl Kernel {
    /// KeInsertQueue: queues a packet, or hands it to the thread that came last to wait for one, if a thread more may run.
    pub(crate) fn queue_packet(&mut self, port: Id<Port>, packet: Packet, why: &'static str) {
        let packet = self.create(packet, why);
        match Port::WAITERS.last(&self[port]).filter(|_| self.has_slot(port, None)) {
            Some(waiter) => self.hand_over(port, packet, waiter, why),
            None => {
                self.push(port, Port::PACKETS, packet, why);
                self.wake_waiters(self[port].object);
            }
        }
    }

    fn hand_over(&mut self, port: Id<Port>, packet: Id<Packet>, waiter: Id<Thread>, why: &'static str) {
        self.remove(port, Port::WAITERS, waiter, "the thread that came last is served first");
        self.set(waiter, Thread::HANDED, Some(packet), why);
    }

    /// Whether the port lets a thread more run; `asking` does not count.
    ///
    /// A thread belongs to the port that it last asked for a packet (KTHREAD.Queue), and runs unless it waits for
    /// something. How many run (KQUEUE.CurrentCount) is counted, not kept.
    pub(crate) fn has_slot(&self, port: Id<Port>, asking: Option<Id<Thread>>) -> bool {
        let most = self[port].concurrency as usize;
        let runs = |thread: &Id<Thread>| {
            let record = &self[*thread];
            let belongs = record.queue == Some(port) && !record.ended && asking != Some(*thread);
            belongs && (self.stack(*thread).is_empty() || self.choice(*thread).is_some())
        };
        most == 0 || self.all::<Thread>().map(|(thread, _)| thread).filter(runs).count() < most
    }

    /// KiActivateWaiterQueue: a thread that waits for something else leaves its place to one that waits for a packet.
    pub(crate) fn activate_queues(&mut self) {
        let limited = self.all::<Port>().filter(|(_, port)| port.concurrency > 0);
        let limited: alloc::vec::Vec<Id<Port>> = limited.map(|(port, _)| port).collect();
        for port in limited {
            while self.withholds_packets(port) {
                let (packets, waiters) = (Port::PACKETS.first(&self[port]), Port::WAITERS.last(&self[port]));
                let (Some(packet), Some(waiter)) = (packets, waiters) else { break };
                self.remove(port, Port::PACKETS, packet, "the oldest packet is removed first");
                let why = "a thread of the port waits: another may run in its place";
                self.hand_over(port, packet, waiter, why);
            }
        }
    }

    /// The port's last handle is closed: who waits for a packet, or for the port itself, is woken.
    pub(crate) fn abandon_port(&mut self, port: Id<Port>) {
        let why = "the port's last handle is closed: threads that wait on it wake";
        self.set(port, Port::CLOSED, true, why);
        while let Some(waiter) = Port::WAITERS.last(&self[port]) {
            self.end_wait(waiter, NtStatus::ABANDONED_WAIT_0, "the port's last handle is closed");
        }
        self.wake_waiters(self[port].object);
    }

    /// Whether a thread waits for a packet that it could have.
    pub(crate) fn withholds_packets(&self, port: Id<Port>) -> bool {
        let record = &self[port];
        let both = Port::PACKETS.first(record).is_some() && Port::WAITERS.first(record).is_some();
        both && self.has_slot(port, None) && !self.has_stopped()
    }

    /// What removing a packet does beside handing it over: a port-bound request's data are copied and its status block is
    /// written only now.
    pub(crate) fn remove_packet(&mut self, packet: Id<Packet>) {
        let Packet { context, writes_iosb, status, information, buffer, .. } = self[packet];
        if let Some(iosb) = context
            && writes_iosb
        {
            if let Some(buffer) = buffer {
                self.fill_buffer(buffer, information, About::Request(iosb));
                self.set(packet, Packet::BUFFER, None, "");
            }
            let why = "with a port, the status is written when the packet is removed";
            self.write_result(iosb, (status, information), why);
            self.set(packet, Packet::WRITES_IOSB, false, "");
        }
    }

    /// The packets that one call removed, the oldest first.
    pub fn removed_packets(&self, first: Id<Packet>) -> impl Iterator<Item = Id<Packet>> {
        core::iter::successors(Some(first), |packet| self[*packet].next)
    }

    /// The program is done with what one call removed.
    pub fn discard_packets(&mut self, first: Id<Packet>) {
        let removed: alloc::vec::Vec<Id<Packet>> = self.removed_packets(first).collect();
        removed.into_iter().for_each(|packet| self.destroy(packet, ""));
    }
}
