//! The calls of sockets.

use crate::lang::{Binds, ParamKind, ParamSpec};
use crate::scenario::calls::{Answer, BOOLEAN, CallRow, ServiceName, may, needs, row};
use ParamKind::{Handle as H, Number as N};

const S: ParamSpec = needs("s", "socket", H);
const NAME: ParamSpec = needs("name", "port", N);
const LEN: ParamSpec = needs("len", "length", N);
const AF: ParamSpec = may("af", "", ParamKind::Name(&["AF_INET"]));
const TYPE: ParamSpec = may("type", "", ParamKind::Name(&["SOCK_STREAM"]));
const PROTOCOL: ParamSpec = may("protocol", "", ParamKind::Name(&["IPPROTO_TCP"]));
const H_EVENT: ParamSpec = may("hEvent", "event", H);
/// The low-order bit of hEvent is set: the port gets no packet.
const LOW_BIT: ParamSpec = may("LowBit", "low_bit", BOOLEAN);
const LP_BUFFERS: ParamSpec = may("lpBuffers", "buffer", ParamKind::Buffer);
const LP_OVERLAPPED: ParamSpec = may("lpOverlapped", "overlapped", ParamKind::Operation);

/// A call of Winsock that makes nothing and answers 0 or SOCKET_ERROR.
const fn plain(
    name: &'static str,
    params: &'static [ParamSpec],
    service: ServiceName,
    summary: &'static str,
) -> CallRow {
    row(name, params, Binds::Nothing, service, Answer::Socket, summary)
}

pub(super) const SOCKETS: [CallRow; 15] = [
    row(
        "socket",
        &[AF, TYPE, PROTOCOL],
        Binds::Handle,
        ServiceName::CreateSocket,
        Answer::SocketHandle,
        "creates a socket for overlapped requests",
    ),
    row(
        "WSASocket",
        &[AF, TYPE, PROTOCOL, may("dwFlags", "flags", ParamKind::Flags(&["WSA_FLAG_OVERLAPPED"]))],
        Binds::Handle,
        ServiceName::CreateSocket,
        Answer::SocketHandle,
        "creates a socket; without WSA_FLAG_OVERLAPPED its requests run one after the other, and each call waits",
    ),
    plain("bind", &[S, NAME], ServiceName::BindSocket, "gives a socket a loopback port"),
    plain(
        "listen",
        &[S, may("backlog", "", N)],
        ServiceName::ListenSocket,
        "takes connections; without another number up to 200 of them wait",
    ),
    plain("connect", &[S, NAME], ServiceName::ConnectSocket, "connects to who listens at a port"),
    row(
        "accept",
        &[S],
        Binds::Handle,
        ServiceName::AcceptSocket,
        Answer::SocketHandle,
        "waits for a connection; its label is a new socket, the server's end",
    ),
    row(
        "AcceptEx",
        &[
            needs("sListenSocket", "listener", H),
            needs("sAcceptSocket", "acceptor", H),
            may("dwReceiveDataLength", "length", N),
            H_EVENT,
            LP_OVERLAPPED,
            LOW_BIT,
        ],
        Binds::Operation,
        ServiceName::AcceptEx,
        Answer::SocketBool,
        "makes a socket the server's end of the next connection, and waits for its first bytes if there is room for \
         any; its label is the OVERLAPPED",
    ),
    row(
        "ConnectEx",
        &[S, NAME, H_EVENT, LP_OVERLAPPED, LOW_BIT],
        Binds::Operation,
        ServiceName::ConnectEx,
        Answer::SocketBool,
        "connects a bound socket; its label is the OVERLAPPED",
    ),
    row(
        "WSARecv",
        &[S, LEN, H_EVENT, LP_BUFFERS, LP_OVERLAPPED, LOW_BIT],
        Binds::Operation,
        ServiceName::ReceiveSocket,
        Answer::Socket,
        "receives; its label is the OVERLAPPED, and without one it waits",
    ),
    row(
        "WSASend",
        &[S, LEN, H_EVENT, LP_BUFFERS, LP_OVERLAPPED, LOW_BIT],
        Binds::Operation,
        ServiceName::SendSocket,
        Answer::Socket,
        "sends; its label is the OVERLAPPED, and without one it waits",
    ),
    row(
        "recv",
        &[S, LEN, may("buf", "buffer", ParamKind::Buffer)],
        Binds::Nothing,
        ServiceName::ReceiveSocket,
        Answer::Transferred,
        "waits for bytes and receives them",
    ),
    row(
        "send",
        &[S, LEN, may("buf", "buffer", ParamKind::Buffer)],
        Binds::Nothing,
        ServiceName::SendSocket,
        Answer::Transferred,
        "sends bytes, and waits while there is no room for any",
    ),
    plain(
        "shutdown",
        &[S, needs("how", "", ParamKind::Name(&["SD_RECEIVE", "SD_SEND", "SD_BOTH"]))],
        ServiceName::ShutDownSocket,
        "ends one way of a connection, or both",
    ),
    plain(
        "setsockopt",
        &[
            S,
            needs("optname", "option", ParamKind::Name(&["SO_LINGER", "SO_RCVBUF"])),
            needs("optval", "value", N),
        ],
        ServiceName::SetSocket,
        "SO_LINGER: with a time of 0, closing the socket resets its connection; SO_RCVBUF: how many bytes can wait",
    ),
    plain("closesocket", &[S], ServiceName::CloseSocket, "closes a socket's handle"),
];
