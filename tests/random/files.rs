//! Random services of files of a volume.

use sim_core::frame::Frame;
use sim_core::io::control_code::ControlCode;
use sim_core::io::file_operation::FileOperation;
use sim_core::io::open_options::{CreateDisposition, OpenOptions};
use sim_core::io::request::{ByteOffset, IoService, Request};
use sim_core::nt::cancel_io_file::NtCancelIoFileEx;
use sim_core::nt::close::NtClose;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::query_object::NtQueryObject;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::header::{Body, Object};
use sim_core::ob::information::InformationClass;
use sim_core::ps::thread::Thread;
use sim_core::{Access, Handle, Id};

use crate::Machine;

impl Machine {
    /// A random service of a volume: a file, a directory and a file in it, opened in every way.
    pub(crate) fn file_service(&mut self, thread: Id<Thread>, pick: usize) -> Frame {
        let is_file = |object: Id<Object>| matches!(self.k[object].body, Body::File(file) if self.k[file].scb.is_some());
        let open = self.k.table(self.k[thread].process).open();
        let files: Vec<Handle> =
            open.filter(|(_, entry)| entry.object.is_some_and(is_file)).map(|(handle, _)| handle).collect();
        let (kind, flags) = (pick % 16, pick / 16);
        if files.is_empty() || kind < 4 {
            return self.open_file(flags).into();
        }
        let file = files[flags % files.len()];
        if self.maps && kind % 2 == 0 {
            return self.mapped_service(thread, file, flags / 8);
        }
        let iosb = Some(self.iosbs[flags / 8 % self.iosbs.len()]);
        let (length, offset) = ((flags / 32 % 4) as u32, ByteOffset::At((flags / 128 % 3) as u64));
        let request = Request { iosb, length, offset, ..Request::of(file) };
        let operate = |operation| Request { operation, ..request.clone() };
        let control = |code| Request { code: Some(code), ..request.clone() };
        let (exclusive, fail_immediately) = (flags / 512 % 2 == 0, flags / 1024 % 4 == 0);
        let (service, request) = match kind {
            4 => (IoService::Read, request),
            5 => (IoService::Write, request),
            6 | 7 => (IoService::Lock, operate(FileOperation::Lock { exclusive, fail_immediately })),
            8 => (IoService::Unlock, operate(FileOperation::Unlock)),
            9 => (IoService::SetInformation, operate(FileOperation::Disposition(exclusive))),
            10 => (
                IoService::SetInformation,
                operate(FileOperation::DispositionEx([3, 3, 0, 9, 8, 1][flags / 512 % 6])),
            ),
            11 => (IoService::SetInformation, operate(FileOperation::EndOfFile(offset))),
            12 => (IoService::FsControl, control(ControlCode::RequestBatchOplock)),
            13 => (IoService::FsControl, control(ControlCode::AcknowledgeOplockBreak)),
            14 => return NtCancelIoFileEx::of(file, iosb.filter(|_| exclusive)).into(),
            _ if exclusive => return NtQueryObject::of(file, InformationClass::FileStandard, None).into(),
            _ => return NtClose::of(file).into(),
        };
        self.k.issue(thread, service, request).into()
    }

    fn open_file(&self, flags: usize) -> NtCreateFile {
        let bit = |bit: usize| flags >> bit & 1 == 1;
        let dispositions = CreateDisposition::ALL;
        let options = OpenOptions {
            share: if flags.is_multiple_of(8) { (flags / 8 % 8) as u8 } else { 7 },
            synchronous: bit(4),
            alertable: false,
            disposition: dispositions[flags / 32 % dispositions.len()],
            directory: bit(8),
            non_directory: bit(9) && bit(10),
            delete_on_close: bit(11) && bit(12),
            read_only: bit(13) && bit(14),
        };
        let access = Access([0xC011_0000, 0x8000_0000, 0x0001_0000, 0x0010_0080][flags / 4 % 4]);
        let attributes = ObjectAttributes::named(self.files[flags / 7 % self.files.len()]);
        NtCreateFile::of(CreateFile { attributes, access, options })
    }
}
