//! NtRemoveIoCompletion and NtRemoveIoCompletionEx: taking packets out of a completion port.

use crate::frame::{Next, Returned, Routine, steps};
use crate::io::port::{Packet, Port};
use crate::kernel::Kernel;
use crate::nt::completion::completion_reference;
use crate::nt::wait::Timeout;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Handle, Id};

/// How a remover waits, and how much it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Remover {
    port: Id<Port>,
    count: Option<u64>,
    alertable: bool,
    timeout: Timeout,
}

steps! {
    /// NtRemoveIoCompletion (GetQueuedCompletionStatus) and NtRemoveIoCompletionEx (GetQueuedCompletionStatusEx): removes
    /// the oldest packet, or waits for one; the second removes up to Count at a time.
    ///
    /// Returns the packet, the first of a chain. Threads that wait are served last in, first out. A port with a concurrency
    /// value gives no packet away while as many of its threads run; one that waits for anything does not count.
    /// STATUS_TIMEOUT when the time ran out; STATUS_ABANDONED_WAIT_0 when the port's last handle was closed meanwhile;
    /// STATUS_USER_APC and STATUS_ALERTED if alertable. A thread that waits holds the port. A packet goes before a user APC,
    /// and a special kernel APC sends the thread to the end of the line. Errors: those of ObReferenceObjectByHandle;
    /// STATUS_INVALID_PARAMETER for a Count of 0. Sources: Win32 documentation, "I/O Completion Ports",
    /// GetQueuedCompletionStatusEx; ReactOS ke/queue.c; Wine ntdll/tests/sync.c, test_completion_port_scheduling.
    pub enum NtRemoveIoCompletion = "NtRemoveIoCompletion", by service {
        Reference { port: Handle, count: Option<u64>, alertable: bool, timeout: Timeout }
            = "enter", "reference the port by its handle";
        Take { count: Option<u64>, alertable: bool, timeout: Timeout }
            = "take", "is a packet there? else join the waiting threads";
        Look { port: Id<Port>, count: Option<u64>, alertable: bool, timeout: Timeout }
            = "look", "an APC has interrupted the wait: is a packet there? else join the waiting threads again";
        Wait { port: Id<Port>, count: Option<u64>, alertable: bool, timeout: Timeout } = "wait", "wait for a packet";
        Removed { port: Id<Port>, packet: Id<Packet>, count: Option<u64> } = "removed", "the packet is this thread's";
        Drop { port: Id<Port>, count: Option<u64>, returned: Option<Returned> } = "drop", "let the port go";
        Return { count: Option<u64>, returned: Option<Returned> } = "return", "return";
        Deliver { count: Option<u64> } = "user APC", "on the way back to the program: run its oldest user APC";
    }
}

impl NtRemoveIoCompletion {
    /// NtRemoveIoCompletion.
    pub const fn of(port: Handle, timeout: Timeout) -> NtRemoveIoCompletion {
        NtRemoveIoCompletion::Reference { port, count: None, alertable: false, timeout }
    }

    /// NtRemoveIoCompletionEx.
    pub const fn many(port: Handle, count: u32, alertable: bool, timeout: Timeout) -> NtRemoveIoCompletion {
        NtRemoveIoCompletion::Reference { port, count: Some(count as u64), alertable, timeout }
    }

    const fn service(&self) -> &'static str {
        let count = match self {
            Self::Reference { count, .. }
            | Self::Take { count, .. }
            | Self::Look { count, .. }
            | Self::Wait { count, .. }
            | Self::Removed { count, .. }
            | Self::Drop { count, .. }
            | Self::Return { count, .. }
            | Self::Deliver { count } => count,
        };
        if count.is_some() { "NtRemoveIoCompletionEx" } else { "NtRemoveIoCompletion" }
    }
}

impl Routine for NtRemoveIoCompletion {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        let record = &k[thread];
        match self {
            Self::Wait { .. } => {
                record.handed.is_some() || record.wait_status.is_some() || record.terminating
            }
            _ => true,
        }
    }

    fn time_out(self) -> Option<Next> {
        match self {
            Self::Wait { port, count, timeout: Timeout::Finite, .. } => {
                let returned = Some(Returned::status(NtStatus::TIMEOUT));
                Some(Next::goto(Self::Drop { port, count, returned }))
            }
            _ => None,
        }
    }

    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. } | Self::Drop { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { count: Some(0), .. } => Next::fail(NtStatus::INVALID_PARAMETER),
            Self::Reference { port, count, alertable, timeout } => Next::call(
                Self::Take { count, alertable, timeout },
                completion_reference(k, thread, port, ObjectType::IoCompletion, Purpose::Service),
            ),
            Self::Take { count, alertable, timeout } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let port = k.port_of(returned.value.object());
                let queue = Some(port).filter(|port| k[*port].concurrency > 0);
                k.set(thread, Thread::QUEUE, queue, "the thread counts as one of the port's");
                k.look_for_packet(thread, Remover { port, count, alertable, timeout })
            }
            Self::Look { port, count, alertable, timeout } => {
                k.look_for_packet(thread, Remover { port, count, alertable, timeout })
            }
            Self::Wait { port, count, .. } => k.end_port_wait(thread, port, count),
            Self::Removed { port, packet, count } => {
                k.remove_packets(port, packet, count);
                Next::goto(Self::Drop { port, count, returned: Some(Returned::packet(packet)) })
            }
            Self::Drop { port, count, returned } => {
                let object = k[port].object;
                Next::call(
                    Self::Return { count, returned },
                    ObDereferenceObject::Drop { object, purpose: Purpose::Service },
                )
            }
            Self::Return { count, returned } => {
                k.forget_returned(thread);
                let returned = returned.unwrap_or(Returned::status(NtStatus::UNSUCCESSFUL));
                match returned.status {
                    NtStatus::USER_APC => Next::goto(Self::Deliver { count }),
                    _ => Next::Return(returned),
                }
            }
            Self::Deliver { .. } => {
                k.run_user_apc(thread);
                match Thread::USER_APCS.first(&k[thread]) {
                    Some(_) => Next::goto(self),
                    None => Next::fail(NtStatus::USER_APC),
                }
            }
        }
    }
}

impl Kernel {
    /// KeRemoveQueue: a packet, or what else ends the call at once; if nothing does, the thread joins those that wait.
    fn look_for_packet(&mut self, thread: Id<Thread>, remover: Remover) -> Next {
        let Remover { port, count, alertable, timeout } = remover;
        let over = |status| {
            let returned = Some(Returned::status(status));
            Next::goto(NtRemoveIoCompletion::Drop { port, count, returned })
        };
        let packet = Port::PACKETS.first(&self[port]);
        if let Some(packet) = packet.filter(|_| self.has_slot(port, Some(thread))) {
            self.remove(port, Port::PACKETS, packet, "the oldest packet is removed first");
            return Next::goto(NtRemoveIoCompletion::Removed { port, packet, count });
        }
        if self[port].closed {
            return over(NtStatus::ABANDONED_WAIT_0);
        }
        if alertable && self[thread].alerted {
            self.set(thread, Thread::ALERTED, false, "the wait is alertable and sees the alert");
            return over(NtStatus::ALERTED);
        }
        if alertable && Thread::USER_APCS.first(&self[thread]).is_some() {
            return over(NtStatus::USER_APC);
        }
        if timeout == Timeout::Zero {
            return over(NtStatus::TIMEOUT);
        }
        self.push(port, Port::WAITERS, thread, "the thread waits for a packet");
        Next::goto(NtRemoveIoCompletion::Wait { port, count, alertable, timeout })
    }

    /// The wait is over: whichever came first counts, and a packet that was handed over is never lost.
    fn end_port_wait(&mut self, thread: Id<Thread>, port: Id<Port>, count: Option<u64>) -> Next {
        let (handed, ended) = (self[thread].handed, self[thread].wait_status);
        self.set(thread, Thread::HANDED, None, "");
        self.set(thread, Thread::WAIT_STATUS, None, "");
        self.leave_wait_lists(thread);
        if let Some(packet) = handed {
            return Next::goto(NtRemoveIoCompletion::Removed { port, packet, count });
        }
        let status = ended.unwrap_or(NtStatus::THREAD_IS_TERMINATING);
        Next::goto(NtRemoveIoCompletion::Drop { port, count, returned: Some(Returned::status(status)) })
    }

    /// The thread has the packet, and takes as many of those behind it as it asked for.
    fn remove_packets(&mut self, port: Id<Port>, first: Id<Packet>, count: Option<u64>) {
        self.remove_packet(first);
        let mut last = first;
        for _ in 1..count.unwrap_or(1) {
            let Some(packet) = Port::PACKETS.first(&self[port]) else { return };
            self.remove(port, Port::PACKETS, packet, "the call asked for more than one");
            self.remove_packet(packet);
            self.set(last, Packet::NEXT, Some(packet), "");
            last = packet;
        }
    }
}
