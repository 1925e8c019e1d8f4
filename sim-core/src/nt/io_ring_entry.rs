//! What the system does with one entry of a ring's submission queue, and with a ring that is deleted.

use crate::frame::{Next, Routine, Value, steps};
use crate::io::buffer::Buffer;
use crate::io::cancel::IopCancelIrps;
use crate::io::file::File;
use crate::io::request::{ByteOffset, IoService, Request};
use crate::io::ring::{IoRing, RingOp, Sqe};
use crate::kernel::Kernel;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

steps! {
    /// Performs one entry of a submission queue, which a program has built in its own memory.
    ///
    /// A read or a write is a request as NtReadFile sends it; its end is an entry of the completion queue, whenever it
    /// comes. A registration takes the place of the one before completely. A cancel asks for the end of an operation and
    /// does not wait for that. Errors, each told by the completion: those of NtReadFile and of ObReferenceObjectByHandle;
    /// STATUS_INVALID_PARAMETER for an index that names nothing; STATUS_NOT_FOUND for a cancel of what is not outstanding.
    /// The call that builds the entry fails only with STATUS_IORING_SUBMISSION_QUEUE_FULL. Sources: Win32, BuildIoRingReadFile, BuildIoRingRegisterFileHandles,
    /// BuildIoRingRegisterBuffers, BuildIoRingCancelRequest, SubmitIoRing.
    pub enum IopProcessIoRingEntry = "IopProcessIoRingEntry" {
        Start { ring: Id<IoRing>, sqe: Id<Sqe> } = "R1", "what does the entry ask for?";
        ReferenceFile { ring: Id<IoRing>, sqe: Id<Sqe> } = "R2", "a registration: reference the next file by its handle";
        Referenced { ring: Id<IoRing>, sqe: Id<Sqe> } = "R2", "the registration will keep this reference";
        Replace { ring: Id<IoRing>, sqe: Id<Sqe> } = "R3", "put what is registered in the place of what was";
        LetFilesGo { ring: Id<IoRing>, sqe: Id<Sqe>, status: NtStatus }
            = "R4", "let the files go that are not registered any more; then the registration is complete";
        Cancel { ring: Id<IoRing>, sqe: Id<Sqe> } = "R5", "a cancel: look for the operation among the file's requests";
        Cancelled { ring: Id<IoRing>, sqe: Id<Sqe>, file: Id<File> }
            = "R6", "it was asked to end, or is not outstanding: the cancel is complete; let the file go";
    }
}

impl Routine for IopProcessIoRingEntry {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Replace { ring, .. } => {
                let waits = k.ring_policy().waits_for_operations;
                !waits || !k.in_flight(ring).any(|irp| irp.registered)
            }
            _ => true,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Start { ring, sqe } => match k[sqe].operation {
                RingOp::Read => k.begin_ring_request(thread, ring, sqe, IoService::Read),
                RingOp::Write => k.begin_ring_request(thread, ring, sqe, IoService::Write),
                RingOp::RegisterBuffers => Next::goto(Self::Replace { ring, sqe }),
                RingOp::RegisterFiles if k.ring_policy().looks_up_handles => {
                    Next::goto(Self::Replace { ring, sqe })
                }
                RingOp::RegisterFiles => Next::goto(Self::ReferenceFile { ring, sqe }),
                RingOp::Cancel => match k.file_of_entry(ring, sqe) {
                    Ok(FileRef::Handle(file)) => {
                        let by_handle =
                            k.by_handle(thread, file, ObjectType::File, Access(0), Purpose::Service);
                        Next::call(Self::Cancel { ring, sqe }, by_handle)
                    }
                    Ok(FileRef::Registered(file)) => {
                        k.reference(k[file].object, Purpose::Service);
                        k.cancel_operation(thread, ring, sqe, file)
                    }
                    Err(status) => k.end_entry(ring, sqe, status),
                },
            },
            Self::ReferenceFile { ring, sqe } => {
                let done = Sqe::FILES.of(&k[sqe]).len();
                let Some(handle) = Sqe::HANDLES.of(&k[sqe]).nth(done) else {
                    return Next::goto(Self::Replace { ring, sqe });
                };
                let purpose = Purpose::Registration;
                let by_handle = k.by_handle(thread, handle, ObjectType::File, Access(0), purpose);
                Next::call(Self::Referenced { ring, sqe }, by_handle)
            }
            Self::Referenced { ring, sqe } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::goto(Self::LetFilesGo { ring, sqe, status: returned.status });
                }
                let file = k.file_of(returned.value.object());
                k.push(sqe, Sqe::FILES, file, "it will be registered");
                Next::goto(Self::ReferenceFile { ring, sqe })
            }
            Self::Replace { ring, sqe } => {
                k.replace_registration(ring, sqe);
                Next::goto(Self::LetFilesGo { ring, sqe, status: NtStatus::SUCCESS })
            }
            Self::LetFilesGo { ring, sqe, status } => {
                k.forget_returned(thread);
                match k.pop(sqe, Sqe::FILES, "it is not registered any more") {
                    Some(file) => Next::call(self, k.unregister(file)),
                    None => k.end_entry(ring, sqe, status),
                }
            }
            Self::Cancel { ring, sqe } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return k.end_entry(ring, sqe, returned.status);
                }
                let file = k.file_of(returned.value.object());
                k.cancel_operation(thread, ring, sqe, file)
            }
            Self::Cancelled { ring, sqe, file } => {
                let found = k.take_returned(thread).value != Value::Number(0);
                let status = if found { NtStatus::SUCCESS } else { NtStatus::NOT_FOUND };
                k.end_entry(ring, sqe, status);
                Next::goto(ObDereferenceObject::Drop { object: k[file].object, purpose: Purpose::Service })
            }
        }
    }
}

/// The file that an entry means.
enum FileRef {
    /// By a handle.
    Handle(Handle),
    /// One that the ring holds.
    Registered(Id<File>),
}

impl Kernel {
    /// The entry itself is over: its completion is there at once.
    fn end_entry(&mut self, ring: Id<IoRing>, sqe: Id<Sqe>, status: NtStatus) -> Next {
        self.post_completion_entry(ring, Some(self[sqe].user_data), (status, 0));
        self.destroy(sqe, "the entry was performed");
        Next::SUCCESS
    }

    fn file_of_entry(&self, ring: Id<IoRing>, sqe: Id<Sqe>) -> Result<FileRef, NtStatus> {
        let Some(index) = self[sqe].file_index else { return Ok(FileRef::Handle(self[sqe].file)) };
        let registered = match self.ring_policy().looks_up_handles {
            true => IoRing::HANDLES.of(&self[ring]).nth(index as usize).map(FileRef::Handle),
            false => IoRing::FILES.of(&self[ring]).nth(index as usize).map(FileRef::Registered),
        };
        registered.ok_or(NtStatus::INVALID_PARAMETER)
    }

    fn buffer_of_entry(&self, ring: Id<IoRing>, sqe: Id<Sqe>) -> Result<Option<Id<Buffer>>, NtStatus> {
        let Some(index) = self[sqe].buffer_index else { return Ok(self[sqe].buffer) };
        let registered = IoRing::BUFFERS.of(&self[ring]).nth(index as usize).flatten();
        registered.map(Some).ok_or(NtStatus::INVALID_PARAMETER)
    }

    /// A read or a write goes the way of every request.
    fn begin_ring_request(
        &mut self,
        thread: Id<Thread>,
        ring: Id<IoRing>,
        sqe: Id<Sqe>,
        service: IoService,
    ) -> Next {
        let found =
            self.file_of_entry(ring, sqe).and_then(|file| Ok((file, self.buffer_of_entry(ring, sqe)?)));
        let (file, buffer) = match found {
            Ok(found) => found,
            Err(status) => return self.end_entry(ring, sqe, status),
        };
        let (file, registered) = match file {
            FileRef::Handle(file) => (file, None),
            FileRef::Registered(file) => (Handle::NULL, Some(file)),
        };
        let Sqe { user_data, length, offset, file_index, buffer_index, .. } = self[sqe];
        let request = Request {
            iosb: Some(user_data),
            buffer,
            length,
            offset: ByteOffset::At(offset),
            ring: Some(ring),
            registered,
            by_index: file_index.is_some() || buffer_index.is_some(),
            ..Request::of(file)
        };
        self.destroy(sqe, "the entry becomes a request");
        Next::goto(self.issue(thread, service, request))
    }

    /// Puts what an entry registers into the ring, and what was registered into the entry.
    fn replace_registration(&mut self, ring: Id<IoRing>, sqe: Id<Sqe>) {
        let why = "a registration takes the place of the one before completely";
        if self[sqe].operation == RingOp::RegisterBuffers {
            while self.pop(ring, IoRing::BUFFERS, why).is_some() {}
            let new: alloc::vec::Vec<_> = Sqe::BUFFERS.of(&self[sqe]).collect();
            return new.into_iter().for_each(|buffer| self.push(ring, IoRing::BUFFERS, buffer, why));
        }
        let new: alloc::vec::Vec<_> = Sqe::FILES.of(&self[sqe]).collect();
        let old: alloc::vec::Vec<_> = IoRing::FILES.of(&self[ring]).collect();
        while self.pop(sqe, Sqe::FILES, why).is_some() {}
        while self.pop(ring, IoRing::FILES, why).is_some() {}
        new.into_iter().for_each(|file| self.push(ring, IoRing::FILES, file, why));
        old.into_iter().for_each(|file| self.push(sqe, Sqe::FILES, file, ""));
        if self.ring_policy().looks_up_handles {
            while self.pop(ring, IoRing::HANDLES, why).is_some() {}
            let handles: alloc::vec::Vec<_> = Sqe::HANDLES.of(&self[sqe]).collect();
            handles.into_iter().for_each(|handle| self.push(ring, IoRing::HANDLES, handle, why));
        }
    }

    fn unregister(&self, file: Id<File>) -> ObDereferenceObject {
        ObDereferenceObject::Drop { object: self[file].object, purpose: Purpose::Registration }
    }

    /// Looks for the operation that a cancel names, on a file that is held for it.
    fn cancel_operation(
        &mut self,
        thread: Id<Thread>,
        ring: Id<IoRing>,
        sqe: Id<Sqe>,
        file: Id<File>,
    ) -> Next {
        let process = self[thread].process;
        let at = self.threads_of(process).next();
        let scan = IopCancelIrps::of_process(process, at, file, self[sqe].target);
        Next::call(IopProcessIoRingEntry::Cancelled { ring, sqe, file }, scan)
    }
}

steps! {
    /// The delete procedure of the IoRing type: nobody submits or pops any more.
    ///
    /// What was built and not submitted, and what was not popped, goes with the ring; so does its hold on the registered
    /// files and on its event. Operations that are in flight hold the ring until they have ended. Source: Win32,
    /// CloseIoRing.
    pub enum IopDeleteIoRing = "IopDeleteIoRing" {
        Toss { ring: Id<IoRing> } = "toss", "the entries of both queues go with the ring";
        LetFilesGo { ring: Id<IoRing> } = "files", "let the registered files and the event go, one after the other";
    }
}

impl Routine for IopDeleteIoRing {
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Toss { ring } => {
                while let Some(sqe) = k.pop(ring, IoRing::SUBMISSION, "it was never submitted") {
                    k.destroy(sqe, "it was never submitted");
                }
                while let Some(entry) = k.pop(ring, IoRing::COMPLETION, "nobody will pop it") {
                    k.destroy(entry, "nobody will pop it");
                }
                Next::goto(Self::LetFilesGo { ring })
            }
            Self::LetFilesGo { ring } => {
                k.forget_returned(thread);
                if let Some(file) = k.pop(ring, IoRing::FILES, "the ring is deleted") {
                    return Next::call(self, k.unregister(file));
                }
                match k[ring].event {
                    Some(object) => {
                        k.set(ring, IoRing::EVENT, None, "the ring is deleted");
                        Next::call(self, ObDereferenceObject::Drop { object, purpose: Purpose::RingEvent })
                    }
                    None => Next::SUCCESS,
                }
            }
        }
    }
}
