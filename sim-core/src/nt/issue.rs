//! NtReadFile, NtWriteFile, NtDeviceIoControlFile, NtFsControlFile and their kin: a request from a program to a driver.

use crate::fault::{Allocation, Fault};
use crate::finding::{About, Rule};
use crate::frame::{Next, Routine, steps};
use crate::fsrtl::notify::FILTERS;
use crate::io::driver::IofCallDriver;
use crate::io::file::File;
use crate::io::file_operation::FileOperation;
use crate::io::finish::IopCompleteRequest;
use crate::io::irp::Irp;
use crate::io::request::{ByteOffset, IoService, Request};
use crate::ke::event::Event;
use crate::kernel::Kernel;
use crate::nt::issue_end::NtIssueEnd;
use crate::ob::header::{Body, Object};
use crate::ob::reference::{ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id, Word};

/// EVENT_MODIFY_STATE.
const EVENT_MODIFY_STATE: Access = Access(2);

steps! {
    /// NtReadFile, NtWriteFile, NtDeviceIoControlFile, NtFsControlFile, NtFlushBuffersFile and
    /// NtQueryVolumeInformationFile: sends a request to the driver.
    ///
    /// From its first step the request holds a reference on the file object, until it has ended. Returns what the driver
    /// returns; on a synchronous file it waits and returns the final status. The last two wait on an asynchronous file too. Errors, in this order: those of
    /// ObReferenceObjectByHandle for the file; STATUS_INVALID_PARAMETER for an APC routine on a file with a port;
    /// STATUS_ACCESS_VIOLATION for a buffer at NULL (a write to a pipe or to a file of a volume:
    /// STATUS_INVALID_USER_BUFFER, after the event was cleared); those of ObReferenceObjectByHandle for the event;
    /// STATUS_INVALID_PARAMETER for an asynchronous file without an offset, and for FilePositionInformation of one;
    /// STATUS_INSUFFICIENT_RESOURCES, with everything that was referenced let go. Sources: ReactOS io/iomgr/iofunc.c; WDK,
    /// ZwReadFile; Wine ntdll/tests/pipe.c and file.c; ReactOS kernel tests ntos_io/IoReadWrite.
    pub enum NtIssue = "NtReadFile", by service {
        ReferenceFile { service: IoService, request: Id<Request> }
            = "N1", "reference the file object by its handle; the reference becomes the IRP's";
        ReferenceEvent { service: IoService, request: Id<Request> }
            = "N4", "check the parameters; reference the event, if one was given";
        ClearEvent { service: IoService, request: Id<Request>, file: Id<File> } = "N4", "clear the event";
        AcquireLock { service: IoService, request: Id<Request>, file: Id<File>, event: Option<Id<Object>> }
            = "N5", "a synchronous file: wait until no other call is inside; find the offset";
        FastIo {
            service: IoService, request: Id<Request>, file: Id<File>, event: Option<Id<Object>>, offset: u64,
        } = "N6", "a synchronous file: the file system, or the I/O manager, can do it at once, without an IRP";
        CreateIrp {
            service: IoService, request: Id<Request>, file: Id<File>, event: Option<Id<Object>>, offset: u64,
        } = "N8", "clear the file object's own event and allocate the IRP";
        LinkIrp { service: IoService, irp: Id<Irp>, file: Id<File> }
            = "N9", "put the IRP on its thread's list, or on the file object's if it reports to a port alone";
        CallDriver { service: IoService, irp: Id<Irp>, file: Id<File>, skips_port: bool } = "N10", "call the driver";
        Dispatched { service: IoService, irp: Id<Irp>, file: Id<File>, synchronous: bool, skips_port: bool }
            = "back", "the driver has returned: pending or finished?";
    }
}

impl NtIssue {
    const fn service(&self) -> &'static str {
        match self {
            Self::ReferenceFile { service, .. }
            | Self::ReferenceEvent { service, .. }
            | Self::ClearEvent { service, .. }
            | Self::AcquireLock { service, .. }
            | Self::FastIo { service, .. }
            | Self::CreateIrp { service, .. }
            | Self::LinkIrp { service, .. }
            | Self::CallDriver { service, .. }
            | Self::Dispatched { service, .. } => service.name(),
        }
    }
}

impl Routine for NtIssue {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::AcquireLock { file, .. } => {
                !k[file].synchronous || k[file].lock.is_none() || k.is_alerted_in(thread, file)
            }
            _ => true,
        }
    }

    fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::ReferenceFile { request, .. } => k[request].registered.is_none(),
            Self::CallDriver { .. } => true,
            Self::ReferenceEvent { request, .. } => k.was_successful(thread) && k[request].apc.is_none(),
            Self::AcquireLock { file, .. } => !k[file].synchronous,
            _ => false,
        }
    }

    fn fault(self, _k: &Kernel, _thread: Id<Thread>) -> Option<Fault> {
        matches!(self, Self::CreateIrp { .. }).then_some(Fault::Allocation(Allocation::Irp))
    }

    fn take_fault(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::CreateIrp { service, request, file, event, .. } = self else {
            unreachable!("only the step that makes the IRP allocates")
        };
        k.clear_file_signal(service, file);
        if k[file].synchronous {
            k.set(file, File::LOCK, None, "the call is over");
            k.dereference(k[file].object, Purpose::Lock);
        }
        k.refuse(service, request, file, event, NtStatus::INSUFFICIENT_RESOURCES)
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::ReferenceFile { service, request } => {
                let Request { file, code, registered, operation, .. } = k[request];
                if let Some(file) = registered {
                    k.reference(k[file].object, Purpose::Irp);
                    return Next::goto(Self::AcquireLock { service, request, file, event: None });
                }
                let access = k.needed_access(thread, file, service.access(code, operation));
                let by_handle = k.by_handle(thread, file, ObjectType::File, access, Purpose::Irp);
                Next::call(Self::ReferenceEvent { service, request }, by_handle)
            }
            Self::ReferenceEvent { service, request } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    k.forget_request(request, returned.status);
                    return Next::Return(returned);
                }
                let file = k.file_of(returned.value.object());
                if let Some(status) = k.refused(request, file, service) {
                    return k.refuse(service, request, file, None, status);
                }
                let event = k[request].event;
                if event == Handle::NULL {
                    return Next::goto(Self::AcquireLock { service, request, file, event: None });
                }
                let by_handle =
                    k.by_handle(thread, event, ObjectType::Event, EVENT_MODIFY_STATE, Purpose::IrpEvent);
                Next::call(Self::ClearEvent { service, request, file }, by_handle)
            }
            Self::ClearEvent { service, request, file } => k.clear_event(thread, service, request, file),
            Self::AcquireLock { service, request, file, event } => {
                k.acquire_file_lock(thread, service, request, (file, event))
            }
            Self::FastIo { service, request, file, event, offset } => {
                k.fast_io(thread, service, request, (file, event, offset))
            }
            Self::CreateIrp { service, request, file, event, offset } => {
                let irp = k.create_irp(thread, service, request, (file, event, offset));
                Next::goto(Self::LinkIrp { service, irp, file })
            }
            Self::LinkIrp { service, irp, file } => {
                k.link_irp(irp);
                Next::goto(Self::CallDriver { service, irp, file, skips_port: k.skips_port(irp) })
            }
            Self::CallDriver { service, irp, file, skips_port } => {
                // Once the driver has the IRP, a file object without a lock may be gone any moment.
                let synchronous = k[file].synchronous;
                let resume = Self::Dispatched { service, irp, file, synchronous, skips_port };
                Next::call(resume, IofCallDriver::Dispatch { irp })
            }
            Self::Dispatched { service, irp, file, synchronous, skips_port } => {
                let status = k.take_returned(thread).status;
                let finishes = status != NtStatus::PENDING && service.major().defers_completion();
                if finishes && !k.is_issuers(irp, thread) {
                    k.report(Rule::IrpUsedAfterFree, About::Irp(irp), status.to_word());
                    return Next::fail(status);
                }
                let told = if k.says_pending(status, skips_port) { NtStatus::PENDING } else { status };
                let waits = k.is_issuers(irp, thread) && k[irp].synchronous_api;
                k.dispatched(service, irp, (file, synchronous, waits), (status, told))
            }
        }
    }
}

impl Kernel {
    /// The event of a request was looked up.
    fn clear_event(
        &mut self,
        thread: Id<Thread>,
        service: IoService,
        request: Id<Request>,
        file: Id<File>,
    ) -> Next {
        let returned = self.take_returned(thread);
        if returned.status.is_error() {
            return self.refuse(service, request, file, None, returned.status);
        }
        let event: Id<Object> = returned.value.object();
        if let Body::Event(body) = self[event].body {
            self.set(body, Event::SIGNALED, false, "a request clears its event when it starts");
        }
        Next::goto(NtIssue::AcquireLock { service, request, file, event: Some(event) })
    }

    /// The driver has returned `status`, and the caller gets `told`. A request that it has not pended is finished by its
    /// issuer, except a control request, which an APC has finished by now.
    fn dispatched(
        &self,
        service: IoService,
        irp: Id<Irp>,
        (file, synchronous, waits): (Id<File>, bool, bool),
        (status, told): (NtStatus, NtStatus),
    ) -> Next {
        match (status == NtStatus::PENDING, synchronous) {
            (true, true) => Next::goto(NtIssueEnd::WaitForFile { service, file }),
            (true, false) if waits => Next::goto(NtIssueEnd::WaitForIrp { service, irp, file }),
            (true, false) => Next::fail(NtStatus::PENDING),
            (false, _) if waits || service.major().defers_completion() => Next::call(
                NtIssueEnd::Unlock { service, file, status: told },
                IopCompleteRequest::WriteStatusBlock { irp, inline: true },
            ),
            (false, _) => Next::goto(NtIssueEnd::Unlock { service, file, status: told }),
        }
    }

    pub(crate) fn by_handle(
        &self,
        thread: Id<Thread>,
        handle: Handle,
        wanted: ObjectType,
        access: Access,
        purpose: Purpose,
    ) -> ObReferenceObjectByHandle {
        let process = self[thread].process;
        ObReferenceObjectByHandle::LockEntry { process, handle, wanted: Some(wanted), access, purpose }
    }

    /// Of several accesses that will do, the one that the handle grants; the first if it grants none.
    fn needed_access(&self, thread: Id<Thread>, file: Handle, any: &[Access]) -> Access {
        let granted = self.entry(self[thread].process, file).map_or(Access(0), |entry| entry.access);
        let found = any.iter().find(|access| granted.grants(**access)).or(any.first());
        found.copied().unwrap_or_default()
    }

    /// Why a request is refused before its event is looked at, if it is.
    fn refused(&self, request: Id<Request>, file: Id<File>, service: IoService) -> Option<NtStatus> {
        let Request { apc, null_buffer, length, operation, filter, .. } = self[request];
        let bad_filter = filter == 0 || filter & !FILTERS != 0;
        let no_position = matches!(operation, FileOperation::Position(_)) && !self[file].synchronous;
        if service == IoService::NotifyDirectory && bad_filter || no_position {
            return Some(NtStatus::INVALID_PARAMETER);
        }
        if apc.is_some() && self[file].port.is_some() {
            return Some(NtStatus::INVALID_PARAMETER);
        }
        let bad_buffer = null_buffer && length > 0 && service.has_offset();
        (bad_buffer && !self.leaves_buffer(file, service)).then_some(NtStatus::ACCESS_VIOLATION)
    }

    /// Whether a buffer to write from is first looked at after the event was cleared: where the file system does it.
    fn leaves_buffer(&self, file: Id<File>, service: IoService) -> bool {
        service == IoService::Write && (self.is_stream(file) || self[file].scb.is_some())
    }

    /// The request does not begin: lets go of what was referenced for it.
    fn refuse(
        &mut self,
        service: IoService,
        request: Id<Request>,
        file: Id<File>,
        event: Option<Id<Object>>,
        status: NtStatus,
    ) -> Next {
        self.forget_request(request, status);
        Next::goto(match event {
            Some(event) => NtIssueEnd::LetEventGo { service, file, event, status },
            None => NtIssueEnd::Fail { service, file, status },
        })
    }

    /// The parameters of a call that sends no request, because of `status`.
    fn forget_request(&mut self, request: Id<Request>, status: NtStatus) {
        if let Some(ring) = self[request].ring {
            self.post_completion_entry(ring, self[request].iosb, (status, 0));
        }
        if let Some(apc) = self[request].apc {
            self.finish_apc(apc, crate::ps::apc::ApcState::Idle, "");
        }
        self.destroy(request, "");
    }

    /// Whether an alert or a user APC ends the thread's waits inside a call on this file.
    pub(crate) fn is_alerted_in(&self, thread: Id<Thread>, file: Id<File>) -> bool {
        let record = &self[thread];
        self[file].alertable && (record.alerted || Thread::USER_APCS.first(record).is_some())
    }

    fn acquire_file_lock(
        &mut self,
        thread: Id<Thread>,
        service: IoService,
        request: Id<Request>,
        (file, event): (Id<File>, Option<Id<Object>>),
    ) -> Next {
        if self[file].synchronous && self[file].lock.is_some() {
            let status = self.take_alert(thread);
            return self.refuse(service, request, file, event, status);
        }
        let Request { null_buffer, length, .. } = self[request];
        if null_buffer && length > 0 && self.leaves_buffer(file, service) {
            return self.refuse(service, request, file, event, NtStatus::INVALID_USER_BUFFER);
        }
        let offset = match self.start_of(file, service, self[request].offset) {
            Ok(offset) => offset,
            Err(status) => return self.refuse(service, request, file, event, status),
        };
        if self[file].synchronous {
            let why = "calls on a synchronous file run one after the other";
            self.set(file, File::LOCK, Some(thread), why);
            self.reference(self[file].object, Purpose::Lock);
        }
        Next::goto(match self.has_fast_io(request, file, service) {
            true => NtIssue::FastIo { service, request, file, event, offset },
            false => NtIssue::CreateIrp { service, request, file, event, offset },
        })
    }

    /// Where in the file a request starts.
    ///
    /// A file opened for asynchronous I/O keeps no position and must be told, except a pipe, which has none.
    fn start_of(&self, file: Id<File>, service: IoService, offset: ByteOffset) -> Result<u64, NtStatus> {
        if let (true, ByteOffset::At(offset)) = (service.has_range(), offset) {
            return Ok(offset);
        }
        if !service.has_offset() || self.is_stream(file) {
            return Ok(0);
        }
        let File { synchronous, current_byte_offset, .. } = self[file];
        match offset {
            ByteOffset::At(offset) => Ok(offset),
            ByteOffset::None | ByteOffset::FilePointer if synchronous => Ok(current_byte_offset),
            ByteOffset::EndOfFile if service == IoService::Write => Ok(self.end_of_file(file)),
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }

    /// What fast I/O cannot do needs an IRP.
    fn fast_io(
        &mut self,
        thread: Id<Thread>,
        service: IoService,
        request: Id<Request>,
        (file, event, offset): (Id<File>, Option<Id<Object>>, u64),
    ) -> Next {
        let Some((status, information)) = self.try_fast_io(request, (file, self[thread].process), offset)
        else {
            return Next::goto(NtIssue::CreateIrp { service, request, file, event, offset });
        };
        self.end_fast_io(request, (file, event), (status, information));
        self.refuse(service, request, file, event, status)
    }

    /// A request clears the file object; NtSetInformationFile leaves that of an asynchronous file alone.
    fn clear_file_signal(&mut self, service: IoService, file: Id<File>) {
        if service != IoService::SetInformation || self[file].synchronous {
            self.set(file, File::SIGNALED, false, "a request clears the file object when it starts");
        }
    }

    fn create_irp(
        &mut self,
        thread: Id<Thread>,
        service: IoService,
        request: Id<Request>,
        (file, event, offset): (Id<File>, Option<Id<Object>>, u64),
    ) -> Id<Irp> {
        self.clear_file_signal(service, file);
        let waits = service.always_waits() || self[request].waits;
        let synchronous_api = waits && !self[file].synchronous;
        let Request { iosb, apc, apc_context, buffer, length, input_length, code, modes, name, .. } =
            self[request];
        let Request { limited, ring, by_index: registered, at_once, socket, number, .. } = self[request];
        let Request { operation, filter, watch_tree, null_buffer, .. } = self[request];
        let new = self.new_irp(service.major(), file, thread);
        let new = Irp {
            iosb,
            event,
            apc,
            apc_context,
            buffer,
            length,
            input_length,
            code,
            offset,
            modes,
            name,
            limited,
            ring,
            registered,
            at_once,
            socket,
            number,
            operation,
            filter,
            watch_tree,
            null_buffer: null_buffer && service == IoService::NotifyDirectory,
            ..new
        };
        let irp = self
            .create(Irp { synchronous_api, ..new }, "the IRP takes over the reference on the file object");
        if let Some(ring) = ring {
            self.reference(self[ring].object, Purpose::Ring);
        }
        self.destroy(request, "");
        irp
    }
}
