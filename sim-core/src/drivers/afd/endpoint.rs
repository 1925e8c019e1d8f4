//! Endpoints: what the driver keeps of each socket.

use crate::io::file::File;
use crate::kernel::Kernel;
use crate::record::record;
use crate::word::{Id, word_enum};

word_enum! {
    /// What a socket is used for.
    pub enum EndpointState {
        /// Nothing yet.
        Created = "SOCKET_STATE_CREATED",
        /// It has a port.
        Bound = "SOCKET_STATE_BOUND",
        /// It takes connections.
        Listening = "SOCKET_STATE_LISTENING",
        /// It is an end of a connection, or was one.
        Connected = "SOCKET_STATE_CONNECTED",
        /// Its last handle is closed.
        Closed = "SOCKET_STATE_CLOSED",
    }
}

record! {
    /// AFD_FCB: a socket, or the server's end of a connection that nobody has accepted yet.
    pub struct Endpoint: Endpoint {
        /// SOCKET_STATE.
        STATE state: EndpointState as "State",
        /// The loopback port that it is bound to.
        PORT port: u32 as "port",
        /// The other end of its connection; none when that is closed.
        PEER peer: Option<Id<Endpoint>> as "peer",
        /// Bytes that have come and that nobody has received.
        RECEIVED received: u32 as "received bytes",
        /// A send to it waits while so many bytes, or more, have come.
        ROOM room: u32 as "room" = 65_536,
        /// Of one that listens: how many connections can wait.
        LIMIT limit: u32 as "backlog",
        /// It is told to send no more (SD_SEND).
        SEND_SHUT send_shut: bool as "send shut down",
        /// It is told to receive no more (SD_RECEIVE).
        RECEIVE_SHUT receive_shut: bool as "receive shut down",
        /// The other end sends no more: what has come is all.
        ENDED ended: bool as "end of stream",
        /// The connection was reset.
        RESET reset: bool as "reset",
        /// SO_LINGER with a time of zero: its close resets the connection.
        ABORTS aborts: bool as "SO_LINGER 0",
    }
    lists {
        /// Connections that nobody has accepted, the oldest first.
        BACKLOG backlog: Id<Endpoint> as "PendingConnections",
    }
}

impl Endpoint {
    /// The usual room for bytes that nobody has received.
    pub const ROOM_SIZE: u32 = 65_536;

    pub(super) const fn new(state: EndpointState) -> Endpoint {
        Endpoint {
            state,
            port: 0,
            peer: None,
            received: 0,
            room: Endpoint::ROOM_SIZE,
            limit: 0,
            send_shut: false,
            receive_shut: false,
            ended: false,
            reset: false,
            aborts: false,
            backlog: alloc::vec::Vec::new(),
        }
    }
}

impl Kernel {
    /// The endpoint of a file object; none if it is no socket.
    pub fn endpoint_of(&self, file: Id<File>) -> Option<Id<Endpoint>> {
        self[file].endpoint
    }

    /// The endpoint of a file object, where the driver has made sure that there is one.
    pub(super) fn socket(&self, file: Id<File>) -> Id<Endpoint> {
        self[file].endpoint.unwrap_or_else(|| unreachable!("file {file:?} is a socket until IRP_MJ_CLOSE"))
    }
}
