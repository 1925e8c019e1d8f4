//! Fast I/O: what a call on a synchronous file does without an IRP.

use crate::finding::About;
use crate::io::file::File;
use crate::io::file_operation::FileOperation;
use crate::io::request::{IoService, Request};
use crate::ke::event::Event;
use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::reference::Purpose;
use crate::ps::process::Process;
use crate::status::NtStatus;
use crate::word::Id;

impl Kernel {
    /// Whether a request of a synchronous file is tried without an IRP: a read of a file of a volume, which is cached,
    /// (where the driver says when: from the file object's first cached request on), and FilePositionInformation, which is the I/O manager's own.
    pub(super) fn has_fast_io(&self, request: Id<Request>, file: Id<File>, service: IoService) -> bool {
        let position = matches!(self[request].operation, FileOperation::Position(_));
        let File { synchronous, scb, device, private_cache_map, .. } = self[file];
        let says_when = device.is_some_and(|device| self[device].driver.manner().caches);
        let is_cached = scb.is_some() && (private_cache_map || !says_when);
        synchronous && (position || service == IoService::Read && is_cached)
    }

    /// FastIoRead (FsRtlCopyRead), or setting the position: how it ends; none if only an IRP can do it.
    ///
    /// The end of the file is an answer, too. A locked range is left to the IRP. Sources: WDK, FsRtlCopyRead; ReactOS
    /// io/iomgr/iofunc.c; ReactOS kernel tests ntos_io/IoReadWrite; Wine ntdll/tests/file.c, read_file_test.
    pub(super) fn try_fast_io(
        &mut self,
        request: Id<Request>,
        (file, process): (Id<File>, Id<Process>),
        offset: u64,
    ) -> Option<(NtStatus, u32)> {
        let Request { length, operation, .. } = self[request];
        if let FileOperation::Position(position) = operation {
            self.set(file, File::CURRENT_BYTE_OFFSET, position, "the program sets the position");
            return Some((NtStatus::SUCCESS, 0));
        }
        let (status, information) = self.read_of((file, process), self[file].scb?, offset, length);
        let answers = matches!(status, NtStatus::SUCCESS | NtStatus::END_OF_FILE);
        if status == NtStatus::SUCCESS {
            let position = offset + u64::from(information);
            self.set(file, File::CURRENT_BYTE_OFFSET, position, "a synchronous file keeps its position");
        }
        answers.then_some((status, information))
    }

    /// Writes the caller's status block, sets its event and lets the next call on the file in. There is no APC.
    pub(super) fn end_fast_io(
        &mut self,
        request: Id<Request>,
        (file, event): (Id<File>, Option<Id<Object>>),
        (status, information): (NtStatus, u32),
    ) {
        let why = "fast I/O has answered";
        if let Some(iosb) = self[request].iosb {
            if let (Some(buffer), false) = (self[request].buffer, status.is_error()) {
                self.fill_buffer(buffer, information, About::Request(iosb));
            }
            self.write_result(iosb, (status, information), why);
        }
        if let Some(object) = event
            && let Body::Event(event) = self[object].body
            && !self[file].skip_user_event
        {
            self.set(event, Event::SIGNALED, true, why);
            self.wake_waiters(object);
        }
        self.set(file, File::LOCK, None, "the call is over");
        self.dereference(self[file].object, Purpose::Lock);
    }
}
