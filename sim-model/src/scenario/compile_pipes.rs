//! Compiling the calls of named pipes.

use sim_core::Handle;
use sim_core::io::control_code::ControlCode;
use sim_core::io::open_options::{FILE_SHARE_READ, FILE_SHARE_WRITE, OpenOptions};
use sim_core::io::pipe_modes::PipeModes;
use sim_core::io::pipe_parameters::PipeParameters;
use sim_core::io::request::IoService;
use sim_core::nt::wait::Timeout;

use crate::lang::Diagnostic;
use crate::scenario::calls::{Answer, ServiceName};
use crate::scenario::compile::access_bit;
use crate::scenario::compile_args::Args;
use crate::scenario::compile_io::share_bit;
use crate::scenario::program::{HandleArg, IssueArgs, NameArg, Service};

/// SYNCHRONIZE, which CreateNamedPipe adds. Source: Win32, Named Pipe Security and Access Rights.
const WIN32_ACCESS: u32 = 0x0010_0000;
/// The room for each way when a call does not say it.
const DEFAULT_QUOTA: u32 = 4096;
/// What stands before the data that a peek gives.
const PEEK_HEADER: u32 = 16;
/// Where all pipes are, as Win32 paths say it.
const PIPE_PREFIX: &str = r"\\.\pipe\";

/// Whether a path leads to the file system of pipes.
pub(super) fn is_of_pipes(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let below = [r"\??\pipe", r"\device\namedpipe"].into_iter().find_map(|root| path.strip_prefix(root));
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}

impl Args<'_> {
    pub(super) fn pipe_service(&mut self, labelled: bool) -> Service {
        match self.row.service {
            ServiceName::CreatePipe => self.create_pipe(),
            ServiceName::WaitPipe => self.wait_pipe(),
            _ => self.pipe_request(labelled),
        }
    }

    fn create_pipe(&mut self) -> Service {
        let native = self.row.answer == Answer::Status;
        let (name, options) = if native { self.native_open() } else { self.win32_open() };
        let has = |args: &Args<'_>, parameter: &str, flag: &str| args.flags(parameter).contains(&flag);
        let pipe = PipeParameters {
            message_type: has(self, "mode", "PIPE_TYPE_MESSAGE")
                || has(self, "type", "FILE_PIPE_MESSAGE_TYPE"),
            modes: PipeModes {
                message: has(self, "mode", "PIPE_READMODE_MESSAGE")
                    || has(self, "mode", "FILE_PIPE_MESSAGE_MODE"),
                nowait: has(self, "mode", "PIPE_NOWAIT")
                    || has(self, "completion", "FILE_PIPE_COMPLETE_OPERATION"),
            },
            first_instance: has(self, "open", "FILE_FLAG_FIRST_PIPE_INSTANCE"),
            max_instances: self
                .within("instances", 1, u32::from(PipeParameters::UNLIMITED_INSTANCES))
                .map_or(PipeParameters::UNLIMITED_INSTANCES, |number| number as u8),
            inbound_quota: self.within("in", 0, PipeParameters::MOST_QUOTA).unwrap_or(DEFAULT_QUOTA),
            outbound_quota: self.within("out", 0, PipeParameters::MOST_QUOTA).unwrap_or(DEFAULT_QUOTA),
        };
        Service::CreatePipe { name, options, pipe }
    }

    fn native_open(&mut self) -> (NameArg, OpenOptions) {
        let share = self.flags("share").into_iter().map(share_bit).fold(0, |mask, bit| mask | bit);
        let (synchronous, alertable) =
            (!self.flags("options").is_empty(), self.flags("options").contains(&"FILE_SYNCHRONOUS_IO_ALERT"));
        (self.name(), OpenOptions { share, synchronous, alertable, ..OpenOptions::default() })
    }

    /// What CreateNamedPipe makes of dwOpenMode: the server reads what comes in, and shares that its client writes it.
    fn win32_open(&mut self) -> (NameArg, OpenOptions) {
        let flags = self.flags("open");
        let (inbound, outbound) =
            (flags.contains(&"PIPE_ACCESS_INBOUND"), flags.contains(&"PIPE_ACCESS_OUTBOUND"));
        let synchronous = !flags.contains(&"FILE_FLAG_OVERLAPPED");
        let (read, write) = (access_bit("GENERIC_READ"), access_bit("GENERIC_WRITE"));
        let (access, share) = match (inbound, outbound) {
            (true, false) => (read, FILE_SHARE_WRITE),
            (false, true) => (write, FILE_SHARE_READ),
            _ => (read | write, FILE_SHARE_READ | FILE_SHARE_WRITE),
        };
        let options = OpenOptions { share, synchronous, ..OpenOptions::default() };
        (self.device_path(access | WIN32_ACCESS), options)
    }

    /// A number that must lie between two others; none if it is left out.
    fn within(&mut self, parameter: &str, least: u32, most: u32) -> Option<u32> {
        let span = self.given(parameter)?.span;
        let number = self.narrow(parameter);
        if !(least..=most).contains(&number) {
            let message = format!("the number {number} does not fit: expected {least} to {most}");
            self.complain(Diagnostic::new(message).at(span, "out of range"));
        }
        Some(number.clamp(least, most))
    }

    /// A call that sends a request to an end of a pipe.
    fn pipe_request(&mut self, labelled: bool) -> Service {
        let (file, event) = (self.handle("pipe"), self.handle("event"));
        // An event can only be passed in an OVERLAPPED.
        let passes = labelled || self.given("event").is_some();
        let (code, overlapped) = match self.row.service {
            ServiceName::ConnectPipe => (Some(ControlCode::PipeListen), passes),
            ServiceName::DisconnectPipe => (Some(ControlCode::PipeDisconnect), false),
            ServiceName::PeekPipe => (Some(ControlCode::PipePeek), false),
            ServiceName::TransactPipe => (Some(ControlCode::PipeTransceive), passes),
            _ => (None, false),
        };
        let length = match code {
            Some(ControlCode::PipePeek) => PEEK_HEADER.saturating_add(self.narrow("length")),
            _ => self.narrow("output"),
        };
        let flags = self.flags("mode");
        let modes = PipeModes {
            message: flags.contains(&"PIPE_READMODE_MESSAGE"),
            nowait: flags.contains(&"PIPE_NOWAIT"),
        };
        let modes = code.is_none().then_some(modes);
        let service = if code.is_some() { IoService::FsControl } else { IoService::SetInformation };
        let input_length = self.narrow("input");
        Service::Issue(IssueArgs {
            event,
            apc_context: overlapped,
            marks: overlapped,
            length,
            input_length,
            code,
            modes,
            ..IssueArgs::of(service, file)
        })
    }

    fn wait_pipe(&mut self) -> Service {
        let text = self.text("path").unwrap_or_default();
        let prefix = text.get(..PIPE_PREFIX.len()).filter(|start| start.eq_ignore_ascii_case(PIPE_PREFIX));
        if let (None, Some(given)) = (prefix, self.given("path")) {
            let message = format!(r"found the path {text:?}, expected \\.\pipe\ and the name of a pipe");
            let diagnostic = Diagnostic::new(message).at(given.span, "no pipe has this path");
            self.complain(diagnostic);
        }
        let pipe = text.get(PIPE_PREFIX.len()..).unwrap_or_default().to_owned();
        let (root, pipe) = (self.path(r"\??\PIPE".into()), self.path(pipe));
        let root = NameArg {
            root: HandleArg::Value(Handle::NULL),
            path: Some(root),
            flags: 0,
            access: WIN32_ACCESS,
        };
        Service::WaitPipe { root, pipe, limited: self.timeout() != Timeout::Infinite }
    }
}
