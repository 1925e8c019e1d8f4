//! Compiling the calls of files of a volume.

use sim_core::Handle;
use sim_core::io::file_operation::{
    FILE_DISPOSITION_DELETE, FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE, FILE_DISPOSITION_ON_CLOSE,
    FILE_DISPOSITION_POSIX_SEMANTICS, FileOperation,
};
use sim_core::io::open_options::{
    CreateDisposition, FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, OpenOptions,
};
use sim_core::io::request::{ByteOffset, IoService};
use sim_core::ob::attributes::OBJ_CASE_INSENSITIVE;
use sim_core::ob::information::InformationClass;

use crate::lang::Diagnostic;
use crate::scenario::arguments::PathAct;
use crate::scenario::calls::{Answer, ServiceName};
use crate::scenario::compile_args::Args;
use crate::scenario::program::{HandleArg, IssueArgs, NameArg, Service};

/// FILE_READ_ATTRIBUTES and SYNCHRONIZE.
const ATTRIBUTES: u32 = 0x0010_0080;
/// DELETE.
const DELETE: u32 = 0x0001_0000;
/// FILE_LIST_DIRECTORY.
const LIST: u32 = 1;
const SHARE_ALL: u8 = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

impl Args<'_> {
    /// A call of a file, if it is one.
    pub(super) fn file_service(&mut self) -> Option<Service> {
        let file = |args: &mut Self| args.handle("file");
        Some(match self.row.service {
            ServiceName::FileSize => self.query_of("file", InformationClass::FileStandard),
            ServiceName::QueryFile => self.query_file(),
            ServiceName::SetEndOfFile => set(file(self), FileOperation::EndOfFile(ByteOffset::FilePointer)),
            ServiceName::SetPosition => {
                let position = self.wide("distance").unwrap_or(0);
                set(file(self), FileOperation::Position(position))
            }
            ServiceName::MakeDirectory => {
                let options = OpenOptions { disposition: CreateDisposition::Create, ..directory() };
                self.of_path(LIST | ATTRIBUTES, options, PathAct::Nothing)
            }
            ServiceName::RemoveDirectory => self.of_path(
                DELETE | ATTRIBUTES,
                directory(),
                PathAct::Delete(FileOperation::Disposition(true)),
            ),
            ServiceName::DeleteFile => {
                let options = OpenOptions { non_directory: true, ..existing() };
                let posix = FILE_DISPOSITION_DELETE | FILE_DISPOSITION_POSIX_SEMANTICS;
                let delete = match self.compiler.profile.has_posix_delete {
                    true => FileOperation::DispositionEx(posix),
                    false => FileOperation::Disposition(true),
                };
                self.of_path(DELETE | ATTRIBUTES, options, PathAct::Delete(delete))
            }
            ServiceName::QueryAttributes => self.of_path(ATTRIBUTES, existing(), PathAct::Nothing),
            ServiceName::LockFile => self.lock_file(),
            ServiceName::UnlockFile => {
                let (file, length, offset) = (file(self), self.narrow("length"), self.range_start());
                let operation = FileOperation::Unlock;
                Service::Issue(IssueArgs {
                    length,
                    offset,
                    operation,
                    ..IssueArgs::of(IoService::Unlock, file)
                })
            }
            _ => return None,
        })
    }

    /// NtSetInformationFile of a class that a file system serves.
    pub(super) fn set_file(&mut self, class: &str) -> Option<Service> {
        let file = self.handle("file");
        let offset = |number: Option<u64>| number.map_or(ByteOffset::At(0), ByteOffset::At);
        let operation = match class {
            "FileEndOfFileInformation" => FileOperation::EndOfFile(offset(self.wide("end"))),
            "FilePositionInformation" => FileOperation::Position(self.wide("position").unwrap_or(0)),
            "FileDispositionInformation" => FileOperation::Disposition(self.is_true("delete")),
            "FileDispositionInformationEx" => {
                let flags = self.flags("flags").into_iter().map(disposition_flag);
                FileOperation::DispositionEx(flags.fold(0, |mask, flag| mask | flag))
            }
            _ => return None,
        };
        Some(set(file, operation))
    }

    fn query_file(&mut self) -> Service {
        let modes = self.flags("class") == ["FileIoCompletionNotificationInformation"];
        if modes && !self.compiler.profile.has_vista_io {
            let version = self.compiler.profile.version.name();
            let message = format!("FileIoCompletionNotificationInformation does not exist on {version}");
            let span = self.given("class").map_or(self.call.name.span, |class| class.span);
            self.complain(Diagnostic::new(message).at(span, "it came with Windows Vista"));
        }
        let class = if modes { InformationClass::FileModes } else { InformationClass::FileStandard };
        self.query_of("file", class)
    }

    /// A call that opens a path, perhaps does something to the file, and closes it.
    fn of_path(&mut self, access: u32, options: OpenOptions, act: PathAct) -> Service {
        let name = match self.row.answer {
            Answer::Status => {
                let path = self.text("name").map(|name| self.path(name));
                NameArg { root: HandleArg::Value(Handle::NULL), path, flags: OBJ_CASE_INSENSITIVE, access }
            }
            _ => self.device_path(access),
        };
        Service::OfPath { name, options, act }
    }

    fn lock_file(&mut self) -> Service {
        let (file, event) = (self.handle("file"), self.handle("event"));
        let (length, offset) = (self.narrow("length"), self.range_start());
        let flags = self.flags("flags");
        let operation = FileOperation::Lock {
            exclusive: flags.contains(&"LOCKFILE_EXCLUSIVE_LOCK") || self.is_true("exclusive"),
            fail_immediately: flags.contains(&"LOCKFILE_FAIL_IMMEDIATELY") || self.is_true("fail"),
        };
        let native = self.row.answer == Answer::Status;
        Service::Issue(IssueArgs {
            event,
            apc: self.is_true("apc"),
            apc_context: !native || self.given("context").is_none() || self.is_true("context"),
            marks: !native,
            length,
            offset,
            operation,
            ..IssueArgs::of(IoService::Lock, file)
        })
    }

    fn range_start(&mut self) -> ByteOffset {
        ByteOffset::At(self.wide("offset").unwrap_or(0))
    }
}

fn set(file: HandleArg, operation: FileOperation) -> Service {
    Service::Issue(IssueArgs { operation, ..IssueArgs::of(IoService::SetInformation, file) })
}

fn existing() -> OpenOptions {
    OpenOptions { share: SHARE_ALL, disposition: CreateDisposition::Open, ..OpenOptions::SYNCHRONOUS }
}

fn directory() -> OpenOptions {
    OpenOptions { directory: true, ..existing() }
}

fn disposition_flag(name: &str) -> u8 {
    match name {
        "FILE_DISPOSITION_DELETE" => FILE_DISPOSITION_DELETE,
        "FILE_DISPOSITION_POSIX_SEMANTICS" => FILE_DISPOSITION_POSIX_SEMANTICS,
        "FILE_DISPOSITION_ON_CLOSE" => FILE_DISPOSITION_ON_CLOSE,
        "FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE" => FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE,
        _ => 0,
    }
}
