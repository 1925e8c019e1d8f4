//! IOCTL_AFD_POLL: waiting for something to happen on a socket.

use crate::drivers::afd::endpoint::{Endpoint, EndpointState};
use crate::frame::{Next, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::control_code::ControlCode;
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::profile::Arch;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

/// The events of a poll, each with its documented name.
pub const EVENTS: [(u32, &str); 7] = [
    (RECEIVE, "AFD_POLL_RECEIVE"),
    (SEND, "AFD_POLL_SEND"),
    (DISCONNECT, "AFD_POLL_DISCONNECT"),
    (ABORT, "AFD_POLL_ABORT"),
    (LOCAL_CLOSE, "AFD_POLL_LOCAL_CLOSE"),
    (CONNECT, "AFD_POLL_CONNECT"),
    (ACCEPT, "AFD_POLL_ACCEPT"),
];

const RECEIVE: u32 = 0x01;
const SEND: u32 = 0x04;
const DISCONNECT: u32 = 0x08;
const ABORT: u32 = 0x10;
const LOCAL_CLOSE: u32 = 0x20;
const CONNECT: u32 = 0x40;
const ACCEPT: u32 = 0x80;

/// What stands before the first socket in AFD_POLL_INFO.
const POLL_HEADER: u32 = 16;

steps! {
    /// SelectTimeout: the time of a poll runs out.
    ///
    /// One of the driver's own threads stands for the timers of all polls; their times run out in the order in which they
    /// began. The poll ends with STATUS_TIMEOUT and tells of no socket, whether the socket that it was issued through is
    /// closed or not. Sources: ReactOS drivers/network/afd/afd/select.c; Wine ws2_32/tests/afd.c, test_poll,
    /// test_poll_completion_port.
    pub enum SelectTimeout = "SelectTimeout" {
        Wait { device: Id<Device> } = "timer", "wait for the time of the next poll with a time limit";
        Expire { device: Id<Device> }
            = "due", "take the poll out, and exchange its cancel routine with NULL: non-NULL means ours";
    }
}

impl Routine for SelectTimeout {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Wait { device } => k.limited_poll(device).is_none(),
            Self::Expire { device } => k[device].lock.is_none(),
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Wait { .. } => {
                k.forget_returned(thread);
                Next::Dismiss
            }
            Self::Expire { device } => {
                let wait = Self::Wait { device };
                let Some(irp) = k.limited_poll(device) else { return Next::goto(wait) };
                k.remove(device, Device::QUEUE, irp, "its time has run out");
                if !k[irp].cancel_routine {
                    return Next::goto(wait);
                }
                k.take_cancel_routine(irp, "the driver owns the IRP now");
                k.set(irp, Irp::NUMBER, 0, "nothing has happened");
                k.let_other_go(irp);
                let (status, information) = (NtStatus::TIMEOUT, POLL_HEADER);
                Next::call(wait, IofCompleteRequest::Complete { irp, status, information })
            }
        }
    }

    fn time_out(self) -> Option<Next> {
        match self {
            Self::Wait { device } => Some(Next::goto(Self::Expire { device })),
            Self::Expire { .. } => None,
        }
    }
}

impl Kernel {
    fn limited_poll(&self, device: Id<Device>) -> Option<Id<Irp>> {
        Device::QUEUE.of(&self[device]).find(|irp| self[*irp].limited)
    }

    /// KeSetTimer for a poll that waits, if it has a time limit.
    pub(super) fn start_poll_timer(&mut self, device: Id<Device>) {
        let thread = self[device].thread;
        if self.limited_poll(device).is_some() && self.stack(thread).is_empty() {
            self.enter(thread, SelectTimeout::Wait { device }.into());
        }
    }

    /// A poll ends when one of its events is there; that the socket was closed it is told in any case.
    pub(super) fn poll(&mut self, irp: Id<Irp>) -> Option<(NtStatus, u32)> {
        let Irp { other, number, .. } = self[irp];
        let there = self.poll_events(self.socket(other?)) & (number | LOCAL_CLOSE);
        if there == 0 {
            return None;
        }
        self.set(irp, Irp::NUMBER, there, "what has happened");
        Some((NtStatus::SUCCESS, POLL_HEADER + self.poll_entry()))
    }

    /// A poll whose time limit is zero does not wait: it succeeds and tells of no socket.
    pub(super) fn poll_at_once(&mut self, irp: Id<Irp>) -> Option<(NtStatus, u32)> {
        if self.socket_request(irp) != Some(ControlCode::AfdPoll) || !self[irp].at_once {
            return None;
        }
        self.set(irp, Irp::NUMBER, 0, "nothing has happened");
        Some((NtStatus::SUCCESS, POLL_HEADER))
    }

    /// The size of AFD_POLL_HANDLE_INFO: a handle, the events and a status.
    fn poll_entry(&self) -> u32 {
        match self.profile().arch {
            Arch::X64 => 16,
            Arch::X86 => 12,
        }
    }

    /// What there is to tell of a socket.
    fn poll_events(&self, endpoint: Id<Endpoint>) -> u32 {
        let record = &self[endpoint];
        let mut events = 0;
        let mut add = |is: bool, event: u32| events |= if is { event } else { 0 };
        match record.state {
            EndpointState::Closed => add(true, LOCAL_CLOSE),
            EndpointState::Listening => add(Endpoint::BACKLOG.first(record).is_some(), ACCEPT),
            EndpointState::Connected => {
                let full = |peer: Id<Endpoint>| self[peer].received >= self[peer].room;
                add(true, CONNECT);
                add(!record.peer.is_some_and(full), SEND);
                add(record.received > 0, RECEIVE);
                add(record.ended && !record.reset, DISCONNECT);
                add(record.reset, ABORT);
            }
            EndpointState::Created | EndpointState::Bound => {}
        }
        events
    }
}
