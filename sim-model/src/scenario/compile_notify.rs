//! Compiling the calls of directory notification.

use sim_core::Handle;
use sim_core::fsrtl::notify::Change;
use sim_core::io::open_options::{CreateDisposition, OpenOptions};
use sim_core::io::request::IoService;

use crate::scenario::arguments::{HandleArg, IssueArgs};
use crate::scenario::calls::{Answer, ServiceName};
use crate::scenario::compile_args::Args;
use crate::scenario::program::Service;

/// FILE_LIST_DIRECTORY and SYNCHRONIZE.
const LIST: u32 = 0x0010_0001;
/// FILE_SHARE_READ, FILE_SHARE_WRITE and FILE_SHARE_DELETE.
const EVERY_SHARE: u8 = 7;

impl Args<'_> {
    pub(super) fn notify_service(&mut self, labelled: bool) -> Service {
        let (filter, watch_tree) = (self.filter(), self.is_true("tree"));
        if self.row.service == ServiceName::WatchDirectory {
            let options = OpenOptions {
                share: EVERY_SHARE,
                disposition: CreateDisposition::Open,
                directory: true,
                ..OpenOptions::default()
            };
            let name = self.device_path(LIST);
            return Service::WatchDirectory { name, options, filter, watch_tree };
        }
        let again = self.row.spec.params.iter().any(|param| param.name == "hChangeHandle");
        if again {
            // What is asked for is passed over: the first request counts.
            let file = self.handle("handle");
            let request = IssueArgs::of(IoService::NotifyDirectory, file);
            return Service::Issue(IssueArgs { null_buffer: true, filter: Change::Size.bit(), ..request });
        }
        let (file, event) = (self.handle("file"), self.handle("event"));
        let (buffer, overlapped) = (self.labelled("buffer"), self.labelled("overlapped"));
        let null_buffer = self.raw("buffer").is_some() && buffer.is_none();
        let native = self.row.answer == Answer::Status;
        let passes = labelled || overlapped.is_some() || event != HandleArg::Value(Handle::NULL);
        let apc_context = match native {
            true => self.given("context").is_none() && labelled || self.is_true("context"),
            false => passes,
        };
        Service::Issue(IssueArgs {
            event,
            apc_context,
            marks: !native && passes,
            buffer,
            null_buffer,
            overlapped,
            length: self.narrow("length"),
            filter,
            watch_tree,
            ..IssueArgs::of(IoService::NotifyDirectory, file)
        })
    }

    /// CompletionFilter.
    fn filter(&mut self) -> u32 {
        if let Some(crate::lang::ast::Value::Number(_)) = self.given("filter").map(|value| &value.value) {
            return self.narrow("filter");
        }
        let names = self.flags("filter");
        let bit = |change: &Change| if names.contains(&change.name()) { change.bit() } else { 0 };
        Change::ALL.iter().map(bit).fold(0, |mask, bit| mask | bit)
    }
}
