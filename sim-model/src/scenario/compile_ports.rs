//! Compiling the calls of completion ports and of cancellation.

use sim_core::NtStatus;
use sim_core::nt::file_information::{
    FILE_SKIP_COMPLETION_PORT_ON_SUCCESS, FILE_SKIP_SET_EVENT_ON_HANDLE, FILE_SKIP_SET_USER_EVENT_ON_FAST_IO,
};

use crate::lang::Diagnostic;
use crate::lang::ast::{Spanned, Value as Written};
use crate::scenario::calls::ServiceName;
use crate::scenario::compile_args::Args;
use crate::scenario::program::{Act, Service};

impl Args<'_> {
    /// A service of a port, or one that cancels, if it is that.
    pub(super) fn port_service(&mut self) -> Option<Service> {
        Some(match self.row.service {
            ServiceName::CreatePort => {
                let (file, port, threads) =
                    (self.handle("file"), self.handle("port"), self.narrow("threads"));
                let name = self.name();
                Service::CreatePort { file, port, name, key: self.wide("key").unwrap_or(0), threads }
            }
            ServiceName::Associate => self.set_file_information(),
            ServiceName::RemovePacket | ServiceName::RemovePackets => {
                let many = self.row.service == ServiceName::RemovePackets;
                let count = if many { Some(self.narrow("count")) } else { None };
                let (alertable, timeout) = (self.is_true("alertable"), self.timeout());
                Service::RemovePacket { port: self.handle("port"), count, alertable, timeout }
            }
            ServiceName::Post => {
                let (port, bytes) = (self.handle("port"), self.narrow("transferred"));
                let (key, value) = (self.wide("key").unwrap_or(0), self.wide("value").unwrap_or(0));
                let status = self.flags("status").first().and_then(|name| NtStatus::from_name(name));
                Service::Post { port, key, value, bytes, status: status.unwrap_or_default() }
            }
            ServiceName::SetModes => self.set_modes(),
            ServiceName::QueryPort => Service::Act { handle: self.handle("port"), act: Act::QueryPort },
            ServiceName::CancelIo => Service::CancelIo(self.handle("file")),
            ServiceName::CancelIoEx => {
                let file = self.handle("file");
                Service::CancelIoEx { file, operation: self.labelled("operation") }
            }
            ServiceName::CancelSynchronousIo => {
                let thread = self.handle("thread");
                Service::CancelSynchronousIo { thread, operation: self.labelled("operation") }
            }
            _ => return None,
        })
    }

    /// NtSetInformationFile, whichever the class.
    fn set_file_information(&mut self) -> Service {
        let replaces = match self.flags("class")[..] {
            ["FileIoCompletionNotificationInformation"] => return self.set_modes(),
            ["FileReplaceCompletionInformation"] => true,
            _ => false,
        };
        let class = self.flags("class").first().map_or_else(String::new, ToString::to_string);
        if let Some(service) = self.set_file(&class) {
            return service;
        }
        if replaces && !self.compiler.profile.has_replace_completion {
            let version = self.compiler.profile.version.name();
            let message = format!("FileReplaceCompletionInformation does not exist on {version}");
            let span = self.given("class").map_or(self.call.name.span, |class| class.span);
            self.complain(Diagnostic::new(message).at(span, "it came with Windows 8.1"));
        }
        let (file, port) = (self.handle("file"), self.handle("port"));
        Service::Associate { file, port, key: self.wide("key").unwrap_or(0), replaces }
    }

    fn set_modes(&mut self) -> Service {
        let modes = match self.given("flags") {
            Some(Spanned { value: Written::Number(number), span }) => {
                let (number, span) = (number.value(), *span);
                u8::try_from(self.compiler.number(number, span)).unwrap_or(u8::MAX)
            }
            _ => self.flags("flags").into_iter().map(mode).fold(0, |modes, mode| modes | mode),
        };
        Service::Act { handle: self.handle("file"), act: Act::SetModes { modes } }
    }
}

fn mode(name: &str) -> u8 {
    match name {
        "FILE_SKIP_COMPLETION_PORT_ON_SUCCESS" => FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
        "FILE_SKIP_SET_EVENT_ON_HANDLE" => FILE_SKIP_SET_EVENT_ON_HANDLE,
        _ => FILE_SKIP_SET_USER_EVENT_ON_FAST_IO,
    }
}
