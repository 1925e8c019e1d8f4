//! From bind to close: how connections come about, and how they end.

use alloc::vec::Vec;

use crate::drivers::afd::endpoint::{Endpoint, EndpointState};
use crate::io::control_code::ControlCode;
use crate::io::device::Device;
use crate::io::file::File;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::status::NtStatus;
use crate::word::Id;

/// The socket option whose value is a time: SO_LINGER.
pub const LINGER: u32 = 1;
/// The socket option whose value is a number of bytes: SO_RCVBUF.
pub const RECEIVE_BUFFER: u32 = 2;

impl Kernel {
    /// Why a new request is refused, whatever the connections do.
    pub(super) fn refuses_socket_request(&self, irp: Id<Irp>) -> Option<NtStatus> {
        let Irp { file, other, .. } = self[irp];
        let state = self[self.socket(file)].state;
        let wrong = match self.socket_request(irp)? {
            ControlCode::AfdSuperConnect => !matches!(state, EndpointState::Bound | EndpointState::Connected),
            ControlCode::AfdSuperAccept => {
                let other = other?;
                state != EndpointState::Listening
                    || self[self.socket(other)].state != EndpointState::Created
                    || self.is_accepted_into(other)
            }
            _ => false,
        };
        wrong.then_some(NtStatus::INVALID_PARAMETER)
    }

    /// Whether an AcceptEx that waits names the socket already.
    fn is_accepted_into(&self, socket: Id<File>) -> bool {
        let accepts = |irp: Id<Irp>| {
            self[irp].other == Some(socket) && self.socket_request(irp) == Some(ControlCode::AfdSuperAccept)
        };
        self.all::<Device>().any(|(_, device)| Device::QUEUE.of(device).any(accepts))
    }

    /// The requests that are over at once.
    pub(super) fn control_socket(
        &mut self,
        irp: Id<Irp>,
        endpoint: Id<Endpoint>,
        code: ControlCode,
    ) -> NtStatus {
        let Irp { number, length, .. } = self[irp];
        match code {
            ControlCode::AfdBind => self.bind(endpoint, number),
            ControlCode::AfdStartListen => self.listen_at(endpoint, number),
            ControlCode::AfdPartialDisconnect => self.shut_down(endpoint, number),
            ControlCode::AfdSetInformation if number == LINGER => {
                self.set(endpoint, Endpoint::ABORTS, length == 0, "how its close ends the connection");
                NtStatus::SUCCESS
            }
            ControlCode::AfdSetInformation => {
                self.set(endpoint, Endpoint::ROOM, length, "how much can wait to be received");
                NtStatus::SUCCESS
            }
            _ => self.connect(endpoint, number),
        }
    }

    /// AfdBindSocket.
    fn bind(&mut self, endpoint: Id<Endpoint>, port: u32) -> NtStatus {
        let taken = |(_, other): (Id<Endpoint>, &Endpoint)| {
            other.port == port && matches!(other.state, EndpointState::Bound | EndpointState::Listening)
        };
        match self[endpoint].state {
            EndpointState::Created if self.all::<Endpoint>().any(taken) => NtStatus::SHARING_VIOLATION,
            EndpointState::Created => {
                self.set(endpoint, Endpoint::STATE, EndpointState::Bound, "the socket has a port");
                self.set(endpoint, Endpoint::PORT, port, "");
                NtStatus::SUCCESS
            }
            _ => NtStatus::ADDRESS_ALREADY_ASSOCIATED,
        }
    }

    /// AfdListenSocket.
    fn listen_at(&mut self, endpoint: Id<Endpoint>, limit: u32) -> NtStatus {
        match self[endpoint].state {
            EndpointState::Bound | EndpointState::Listening => {
                self.set(endpoint, Endpoint::STATE, EndpointState::Listening, "it takes connections");
                self.set(endpoint, Endpoint::LIMIT, limit, "");
                NtStatus::SUCCESS
            }
            EndpointState::Connected => NtStatus::CONNECTION_ACTIVE,
            _ => NtStatus::INVALID_PARAMETER,
        }
    }

    /// AfdStreamSocketConnect: the connection is there at once, and waits at the listener until it is accepted.
    fn connect(&mut self, endpoint: Id<Endpoint>, port: u32) -> NtStatus {
        match self[endpoint].state {
            EndpointState::Connected => return NtStatus::CONNECTION_ACTIVE,
            EndpointState::Listening => return NtStatus::INVALID_PARAMETER,
            _ => {}
        }
        let takes = |record: &Endpoint| {
            record.state == EndpointState::Listening
                && record.port == port
                && Endpoint::BACKLOG.of(record).len() < record.limit as usize
        };
        let listener = self.all::<Endpoint>().find(|(_, record)| takes(record)).map(|(id, _)| id);
        let Some(listener) = listener else { return NtStatus::CONNECTION_REFUSED };
        let room = self[listener].room;
        let server = Endpoint { peer: Some(endpoint), port, room, ..Endpoint::new(EndpointState::Connected) };
        let server = self.create(server, "the server's end of a new connection");
        self.push(listener, Endpoint::BACKLOG, server, "the connection waits until it is accepted");
        self.set(endpoint, Endpoint::STATE, EndpointState::Connected, "the socket is connected");
        self.set(endpoint, Endpoint::PEER, Some(server), "");
        NtStatus::SUCCESS
    }

    /// AfdAccept, as AcceptEx has it: the socket becomes the server's end of the oldest connection that waits, and the
    /// request goes on to wait for the first bytes if it has room for any.
    pub(super) fn accept(
        &mut self,
        listener: Id<Endpoint>,
        socket: Id<Endpoint>,
        length: u32,
    ) -> Option<(NtStatus, u32)> {
        if self[socket].state != EndpointState::Connected {
            let server = Endpoint::BACKLOG.first(&self[listener])?;
            self.remove(listener, Endpoint::BACKLOG, server, "the connection is accepted");
            self.become_end(socket, server);
        }
        if length == 0 { Some((NtStatus::SUCCESS, 0)) } else { self.receive(socket, length) }
    }

    /// A socket takes the place of the server's end of a connection.
    fn become_end(&mut self, socket: Id<Endpoint>, server: Id<Endpoint>) {
        let Endpoint { peer, port, received, room, ended, reset, .. } = self[server];
        self.set(
            socket,
            Endpoint::STATE,
            EndpointState::Connected,
            "it is the server's end of the connection",
        );
        self.set(socket, Endpoint::PORT, port, "");
        self.set(socket, Endpoint::PEER, peer, "");
        self.set(socket, Endpoint::RECEIVED, received, "");
        self.set(socket, Endpoint::ROOM, room, "");
        self.set(socket, Endpoint::ENDED, ended, "");
        self.set(socket, Endpoint::RESET, reset, "");
        if let Some(peer) = peer {
            self.set(peer, Endpoint::PEER, Some(socket), "");
        }
        self.destroy(server, "the accepted socket has taken its place");
    }

    /// AfdCleanupSocket: the last handle is closed. The requests that wait for it find out when the lock is released.
    pub(super) fn close_socket(&mut self, file: Id<File>) -> Option<(NtStatus, u32)> {
        let endpoint = self.socket(file);
        let waiting: Vec<Id<Endpoint>> = Endpoint::BACKLOG.of(&self[endpoint]).collect();
        for server in waiting {
            self.remove(endpoint, Endpoint::BACKLOG, server, "nobody will accept the connection");
            self.leave_connection(server, true);
            self.destroy(server, "nobody will accept the connection");
        }
        let aborts = self[endpoint].aborts;
        self.leave_connection(endpoint, aborts);
        self.set(endpoint, Endpoint::STATE, EndpointState::Closed, "the last handle is closed");
        Some((NtStatus::SUCCESS, 0))
    }

    /// An end goes. The other sees the end of the stream, or a reset.
    fn leave_connection(&mut self, endpoint: Id<Endpoint>, aborts: bool) {
        let Some(peer) = self[endpoint].peer else { return };
        self.set(endpoint, Endpoint::PEER, None, "");
        if aborts {
            return self.reset_end(peer, "the other end was closed with a reset");
        }
        self.set(peer, Endpoint::PEER, None, "");
        self.set(peer, Endpoint::ENDED, true, "the other end is closed");
    }
}
