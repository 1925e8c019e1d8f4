//! Compiling the calls of sockets: each is a device control, but for those that make a handle or close one.

use sim_core::Handle;
use sim_core::drivers::afd::connect::{LINGER, RECEIVE_BUFFER};
use sim_core::drivers::afd::poll::EVENTS;
use sim_core::drivers::afd::transfer::{RECEIVE, SEND};
use sim_core::io::control_code::ControlCode;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::request::IoService;

use crate::lang::Diagnostic;
use crate::scenario::calls::{Answer, ServiceName};
use crate::scenario::compile_args::Args;
use crate::scenario::program::{HandleArg, IssueArgs, NameArg, Service};

/// FILE_GENERIC_READ | FILE_GENERIC_WRITE | WRITE_DAC, by their generic names. Source: Wine ws2_32/tests/afd.c,
/// test_open_device.
const SOCKET_ACCESS: u32 = 0xC014_0000;
/// What Winsock opens for a new socket.
const ENDPOINT: &str = r"\Device\Afd\Endpoint";
/// SOMAXCONN's backlog for TCP.
const BACKLOG: u32 = 200;

/// Whether a path leads to the driver of sockets.
pub(super) fn is_of_sockets(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.strip_prefix(r"\device\afd").is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}

impl Args<'_> {
    pub(super) fn socket_service(&mut self, labelled: bool) -> Service {
        match self.row.service {
            ServiceName::CreateSocket => {
                let overlapped = self.row.spec.name == "socket" || !self.flags("dwFlags").is_empty();
                let options = OpenOptions { synchronous: !overlapped, ..OpenOptions::default() };
                Service::CreateFile { name: self.socket_name(), options }
            }
            ServiceName::AcceptSocket => {
                Service::AcceptSocket { listener: self.handle("s"), name: self.socket_name() }
            }
            ServiceName::CloseSocket => Service::Close(self.handle("s")),
            ServiceName::AcceptEx
            | ServiceName::ConnectEx
            | ServiceName::ReceiveSocket
            | ServiceName::SendSocket => self.socket_request(labelled),
            _ => self.socket_control(),
        }
    }

    fn socket_name(&mut self) -> NameArg {
        let path = Some(self.path(ENDPOINT.into()));
        NameArg { root: HandleArg::Value(Handle::NULL), path, flags: 0, access: SOCKET_ACCESS }
    }

    /// A call that is over at once, or waits: it passes no OVERLAPPED.
    fn socket_control(&mut self) -> Service {
        let (code, number, length) = match self.row.service {
            ServiceName::BindSocket => (ControlCode::AfdBind, self.port(), 0),
            ServiceName::ListenSocket => {
                let given = self.given("backlog").is_some();
                let backlog = self.narrow("backlog");
                (ControlCode::AfdStartListen, if given { backlog.max(1) } else { BACKLOG }, 0)
            }
            ServiceName::ShutDownSocket => {
                let how = match self.flags("how")[..] {
                    ["SD_SEND"] => SEND,
                    ["SD_RECEIVE"] => RECEIVE,
                    _ => SEND | RECEIVE,
                };
                (ControlCode::AfdPartialDisconnect, how, 0)
            }
            ServiceName::SetSocket => {
                let value = self.narrow("optval");
                match self.flags("optname")[..] {
                    ["SO_LINGER"] => (ControlCode::AfdSetInformation, LINGER, value),
                    _ => (ControlCode::AfdSetInformation, RECEIVE_BUFFER, value.max(1)),
                }
            }
            _ => (ControlCode::AfdConnect, self.port(), 0),
        };
        let args = IssueArgs::of(IoService::DeviceControl, self.handle("s"));
        Service::Issue(IssueArgs { code: Some(code), number, length, waits: true, ..args })
    }

    /// A call that passes an OVERLAPPED if it has a label, an event or one of its own; AcceptEx and ConnectEx always do.
    fn socket_request(&mut self, labelled: bool) -> Service {
        let (code, socket) = match self.row.service {
            ServiceName::AcceptEx => (ControlCode::AfdSuperAccept, "sListenSocket"),
            ServiceName::ConnectEx => (ControlCode::AfdSuperConnect, "s"),
            ServiceName::SendSocket => (ControlCode::AfdSend, "s"),
            _ => (ControlCode::AfdReceive, "s"),
        };
        let (file, event) = (self.handle(socket), self.handle("event"));
        let other = self.handle("sAcceptSocket");
        let (buffer, overlapped) = (self.labelled("buffer"), self.labelled("overlapped"));
        let always = self.row.answer == Answer::SocketBool;
        let passes = always || labelled || overlapped.is_some() || self.given("event").is_some();
        let length = self.narrow("length");
        let number = if code == ControlCode::AfdSuperConnect { self.port() } else { 0 };
        Service::Issue(IssueArgs {
            event,
            // The way to say that no packet is wanted: no ApcContext.
            apc_context: passes && !self.is_true("low_bit"),
            marks: passes,
            waits: !passes,
            buffer,
            overlapped,
            length,
            code: Some(code),
            socket: other,
            number,
            ..IssueArgs::of(IoService::DeviceControl, file)
        })
    }

    /// The port of an address.
    fn port(&mut self) -> u32 {
        let number = self.narrow("name");
        if let Some(given) = self.given("name")
            && !(1..=u32::from(u16::MAX)).contains(&number)
        {
            let message = format!("the port {number} does not fit: expected 1 to 65535");
            let diagnostic = Diagnostic::new(message).at(given.span, "out of range");
            self.complain(diagnostic);
        }
        number
    }

    /// PollEvents of a poll.
    pub(super) fn poll_events(&self) -> u32 {
        let bit = |name: &str| EVENTS.iter().find(|event| event.1 == name).map_or(0, |event| event.0);
        self.flags("PollEvents").into_iter().map(bit).fold(0, |mask, bit| mask | bit)
    }
}
