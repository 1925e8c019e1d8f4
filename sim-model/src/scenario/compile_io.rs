//! Compiling the calls that open a file or send a request to a driver.

use sim_core::io::control_code::ControlCode;
use sim_core::io::open_options::{
    CreateDisposition, FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, OpenOptions,
};
use sim_core::io::request::{ByteOffset, IoService};

use sim_core::nt::wait::Timeout;

use crate::lang::Diagnostic;
use crate::lang::ast::{Spanned, Value as Written};
use crate::scenario::arguments::HandleArg;
use crate::scenario::calls::{Answer, ServiceName};
use crate::scenario::compile_args::Args;
use crate::scenario::program::{IssueArgs, Service};

/// DELETE.
const DELETE: u32 = 0x0001_0000;

impl Args<'_> {
    pub(super) fn create_file(&mut self) -> Service {
        let native = self.row.answer == Answer::Status;
        let options = if native { self.native_options() } else { self.win32_options() };
        // Win32's CreateFile adds SYNCHRONIZE and FILE_READ_ATTRIBUTES to every request, and DELETE if it is to delete.
        let deletes = if options.delete_on_close && !native { DELETE } else { 0 };
        let access = self.desired_access() | 0x0010_0080 | deletes;
        let name = if native { self.name() } else { self.device_path(access) };
        Service::CreateFile { name, options }
    }

    fn native_options(&self) -> OpenOptions {
        let has = |flag: &str| self.flags("options").contains(&flag);
        let alertable = has("FILE_SYNCHRONOUS_IO_ALERT");
        OpenOptions {
            share: self.share(),
            synchronous: alertable || has("FILE_SYNCHRONOUS_IO_NONALERT"),
            alertable,
            disposition: self.disposition(),
            directory: has("FILE_DIRECTORY_FILE"),
            non_directory: has("FILE_NON_DIRECTORY_FILE"),
            delete_on_close: has("FILE_DELETE_ON_CLOSE"),
            read_only: self.flags("attributes").contains(&"FILE_ATTRIBUTE_READONLY"),
        }
    }

    fn win32_options(&self) -> OpenOptions {
        let has = |flag: &str| self.flags("flags").contains(&flag);
        OpenOptions {
            share: self.share(),
            synchronous: !has("FILE_FLAG_OVERLAPPED"),
            alertable: false,
            disposition: self.disposition(),
            directory: false,
            non_directory: !has("FILE_FLAG_BACKUP_SEMANTICS"),
            delete_on_close: has("FILE_FLAG_DELETE_ON_CLOSE"),
            read_only: has("FILE_ATTRIBUTE_READONLY"),
        }
    }

    fn share(&self) -> u8 {
        self.flags("share").into_iter().map(share_bit).fold(0, |mask, bit| mask | bit)
    }

    /// CreateDisposition; a file that is not there is created if it is left out.
    fn disposition(&self) -> CreateDisposition {
        match self.flags("disposition").first() {
            Some(&("CREATE_NEW" | "FILE_CREATE")) => CreateDisposition::Create,
            Some(&("CREATE_ALWAYS" | "FILE_OVERWRITE_IF")) => CreateDisposition::OverwriteIf,
            Some(&("OPEN_EXISTING" | "FILE_OPEN")) => CreateDisposition::Open,
            Some(&("TRUNCATE_EXISTING" | "FILE_OVERWRITE")) => CreateDisposition::Overwrite,
            _ => CreateDisposition::OpenIf,
        }
    }

    /// A call that sends a request. A Win32 call passes an OVERLAPPED if it has an offset or, where there is none to
    /// give, a label.
    pub(super) fn issue(&mut self, labelled: bool) -> Service {
        let (service, has_routine) = service_of(self.row.service);
        let (file, event) = (self.handle("file"), self.handle("event"));
        let (buffer, overlapped) = (self.labelled("buffer"), self.labelled("overlapped"));
        let null_buffer = self.raw("buffer").is_some() && buffer.is_none();
        let offset = self.byte_offset();
        let native = self.row.answer == Answer::Status;
        let has_overlapped = match service.has_offset() {
            true => {
                let given = offset != ByteOffset::None || overlapped.is_some();
                // An event is passed in an OVERLAPPED.
                given || has_routine || event != HandleArg::Value(sim_core::Handle::NULL)
            }
            false => labelled && !service.always_waits(),
        };
        let apc = has_routine || self.is_true("apc");
        let apc_context = match native {
            true => {
                self.given("context").is_none() && labelled && !service.always_waits()
                    || self.is_true("context")
            }
            // The way to tell Win32 that no packet is wanted: it passes no ApcContext.
            false => has_overlapped && !self.is_true("low_bit"),
        };
        let length = if service.has_offset() { self.narrow("length") } else { self.narrow("output") };
        let code = self.flags("code").first().and_then(|name| ControlCode::named(name));
        let input_length = self.narrow("input");
        let marks = !native && has_overlapped;
        // An OVERLAPPED always says where: at the beginning, if nothing else is said.
        let from_start = marks && service.has_offset() && offset == ByteOffset::None;
        let offset = if from_start { ByteOffset::At(0) } else { offset };
        let pipe = self.text("name").map(|name| self.path(name));
        let limited = self.given("timeout").is_some() && self.timeout() != Timeout::Infinite;
        Service::Issue(IssueArgs {
            pipe,
            limited,
            event,
            apc,
            apc_context,
            marks,
            buffer,
            null_buffer,
            overlapped,
            length,
            input_length,
            offset,
            code,
            ..IssueArgs::of(service, file)
        })
    }

    fn byte_offset(&mut self) -> ByteOffset {
        self.literal("offset");
        let (number, span) = match self.given("offset") {
            Some(Spanned { value: Written::Number(number), span }) => (number.value(), *span),
            _ => return ByteOffset::None,
        };
        match i64::try_from(number) {
            Ok(number) => ByteOffset::of(number),
            Err(_) => {
                let message = format!("the number {number} does not fit: expected -2^63 to 2^63 - 1");
                self.complain(Diagnostic::new(message).at(span, "out of range"));
                ByteOffset::None
            }
        }
    }
}

/// The service of a call, and whether the call always has a completion routine.
const fn service_of(name: ServiceName) -> (IoService, bool) {
    match name {
        ServiceName::WriteFile => (IoService::Write, false),
        ServiceName::ReadFileEx => (IoService::Read, true),
        ServiceName::WriteFileEx => (IoService::Write, true),
        ServiceName::DeviceControl => (IoService::DeviceControl, false),
        ServiceName::FsControl => (IoService::FsControl, false),
        ServiceName::FlushFile => (IoService::Flush, false),
        ServiceName::QueryVolume => (IoService::QueryVolume, false),
        _ => (IoService::Read, false),
    }
}

pub(super) fn share_bit(name: &str) -> u8 {
    match name {
        "FILE_SHARE_READ" => FILE_SHARE_READ,
        "FILE_SHARE_WRITE" => FILE_SHARE_WRITE,
        "FILE_SHARE_DELETE" => FILE_SHARE_DELETE,
        _ => 0,
    }
}
