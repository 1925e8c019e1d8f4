//! I/O rings: a submission queue and a completion queue that a program shares with the system.

use crate::io::buffer::Buffer;
use crate::io::file::File;
use crate::io::iosb::Iosb;
use crate::io::irp::Irp;
use crate::io::port::Packet;
use crate::ke::event::Event;
use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::information::{Information, InformationClass};
use crate::ob::types::ObjectType;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::{Handle, Id, Word, word_enum};

word_enum! {
    /// IORING_OP_CODE: what an entry of the submission queue asks for.
    pub enum RingOp {
        /// Read from a file.
        Read = "IORING_OP_READ",
        /// Write to a file.
        Write = "IORING_OP_WRITE",
        /// Register file handles.
        RegisterFiles = "IORING_OP_REGISTER_FILES",
        /// Register buffers.
        RegisterBuffers = "IORING_OP_REGISTER_BUFFERS",
        /// Cancel an operation.
        Cancel = "IORING_OP_CANCEL",
    }
}

/// What the documentation leaves open about registered files. A setting, not part of the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RingPolicy {
    /// A registration keeps the handles and looks them up at each use; else it references the file objects.
    pub looks_up_handles: bool,
    /// A registration waits until no operation on what was registered before is in flight; else it replaces that at once.
    pub waits_for_operations: bool,
}

record! {
    /// The body of an I/O ring.
    pub struct IoRing: IoRing {
        /// Its header.
        OBJECT object: Id<Object>,
        /// SubmissionQueueSize: a power of two.
        SUBMISSION_QUEUE_SIZE submission_queue_size: u32 as "SubmissionQueueSize",
        /// CompletionQueueSize: a power of two, and at least twice the other.
        COMPLETION_QUEUE_SIZE completion_queue_size: u32 as "CompletionQueueSize",
        /// The thread that submits entries now.
        SUBMITTER submitter: Option<Id<Thread>>,
        /// The event that is set when the completion queue is not empty any more; the ring holds it.
        EVENT event: Option<Id<Object>> as "completion event",
    }
    lists {
        /// What was built and not submitted, oldest first.
        SUBMISSION submission: Id<Sqe> as "submission queue",
        /// What has completed and was not popped, oldest first. An entry (IORING_CQE) is kept as a packet.
        COMPLETION completion: Id<Packet> as "completion queue",
        /// The registered files; the ring holds each.
        FILES files: Id<File> as "registered files",
        /// The registered handles, where the policy is to look them up at each use.
        HANDLES handles: Handle as "registered handles",
        /// The registered buffers; none for a sparse entry.
        BUFFERS buffers: Option<Id<Buffer>> as "registered buffers",
    }
}

record! {
    /// An entry of a submission queue (IORING_SQE).
    pub struct Sqe: Sqe {
        /// What it asks for.
        OPERATION operation: RingOp as "OpCode",
        /// UserData: what names the operation in its completion.
        USER_DATA user_data: Id<Iosb> as "UserData",
        /// The file, by its handle.
        FILE file: Handle,
        /// The file, by its index among the registered ones.
        FILE_INDEX file_index: Option<u64>,
        /// The buffer, by its address.
        BUFFER buffer: Option<Id<Buffer>>,
        /// The buffer, by its index among the registered ones.
        BUFFER_INDEX buffer_index: Option<u64>,
        /// Bytes to transfer.
        LENGTH length: u32,
        /// Where in the file.
        OFFSET offset: u64,
        /// The operation to cancel.
        TARGET target: Option<Id<Iosb>>,
    }
    lists {
        /// Handles to register.
        HANDLES handles: Handle,
        /// Files that are referenced already, to register them.
        FILES files: Id<File>,
        /// Buffers to register.
        BUFFERS buffers: Option<Id<Buffer>>,
    }
}

impl Sqe {
    /// An entry with nothing else to say.
    pub const fn of(operation: RingOp, user_data: Id<Iosb>) -> Sqe {
        Sqe {
            operation,
            user_data,
            file: Handle::NULL,
            file_index: None,
            buffer: None,
            buffer_index: None,
            length: 0,
            offset: 0,
            target: None,
            handles: alloc::vec::Vec::new(),
            files: alloc::vec::Vec::new(),
            buffers: alloc::vec::Vec::new(),
        }
    }

    /// Appends a handle to register.
    pub fn push_handle(&mut self, handle: Handle) {
        self.handles.push(handle.to_word() as u32);
    }

    /// Appends a buffer to register, or a sparse entry.
    pub fn push_buffer(&mut self, buffer: Option<Id<Buffer>>) {
        self.buffers.push(buffer.to_word() as u32);
    }
}

/// The largest submission queue; the completion queue can be twice as large. Windows tells by QueryIoRingCapabilities.
const LARGEST_SUBMISSION_QUEUE: u32 = 0x1_0000;

/// Whether a ring can be that large.
pub(crate) const fn check_ring(submission: u32, completion: u32) -> Result<(), NtStatus> {
    if submission > LARGEST_SUBMISSION_QUEUE {
        Err(NtStatus::IORING_SUBMISSION_QUEUE_TOO_BIG)
    } else if completion > 2 * LARGEST_SUBMISSION_QUEUE {
        Err(NtStatus::IORING_COMPLETION_QUEUE_TOO_BIG)
    } else {
        Ok(())
    }
}

/// What a program does with a ring in its own memory: it builds entries and pops completions.
impl Kernel {
    /// What the documentation leaves open, as it is decided here.
    pub const fn ring_policy(&self) -> RingPolicy {
        self.rings
    }

    /// Decides what the documentation leaves open. To be called before the first step.
    pub fn set_ring_policy(&mut self, policy: RingPolicy) {
        self.rings = policy;
    }

    /// The ring of a handle.
    pub fn ring_of(&self, process: Id<Process>, handle: Handle) -> Option<Id<IoRing>> {
        match self[self.entry(process, handle)?.object?].body {
            Body::IoRing(ring) => Some(ring),
            _ => None,
        }
    }

    /// BuildIoRingReadFile and its kin: appends an entry to the submission queue.
    pub fn build_entry(&mut self, ring: Id<IoRing>, entry: Sqe) -> NtStatus {
        let built = IoRing::SUBMISSION.of(&self[ring]).len() as u32;
        if built >= self[ring].submission_queue_size {
            return NtStatus::IORING_SUBMISSION_QUEUE_FULL;
        }
        let entry = self.create(entry, "the program builds an entry");
        self.push(ring, IoRing::SUBMISSION, entry, "it waits to be submitted");
        NtStatus::SUCCESS
    }

    /// GetIoRingInfo: the sizes of the ring's queues.
    pub fn ring_info(&mut self, ring: Id<IoRing>) -> Id<Information> {
        self.create(self.ring_sizes(ring), "the program asks for the sizes")
    }

    pub(crate) fn ring_sizes(&self, ring: Id<IoRing>) -> Information {
        let IoRing { submission_queue_size, completion_queue_size, .. } = self[ring];
        let plain = Information::of(InformationClass::IoRing, ObjectType::IoRing);
        Information { submission_queue_size, completion_queue_size, ..plain }
    }

    /// PopIoRingCompletion: takes the oldest entry out of the completion queue.
    pub fn pop_completion(&mut self, ring: Id<IoRing>) -> Option<Id<Packet>> {
        let oldest = IoRing::COMPLETION.first(&self[ring])?;
        self.remove(ring, IoRing::COMPLETION, oldest, "the oldest completion is popped first");
        Some(oldest)
    }
}

impl Kernel {
    /// ObCreateObject for a ring of at least that size.
    pub(crate) fn create_ring_object(&mut self, submission: u32, completion: u32) -> Id<Object> {
        let at = self.io_rings.lowest_free();
        let object = self.create_header(Body::IoRing(at));
        let submission_queue_size = submission.max(1).next_power_of_two();
        let completion_queue_size = completion.max(2 * submission_queue_size).next_power_of_two();
        let lists = || alloc::vec::Vec::new();
        let ring = IoRing {
            object,
            submission_queue_size,
            completion_queue_size,
            submitter: None,
            event: None,
            submission: lists(),
            completion: lists(),
            files: lists(),
            handles: lists(),
            buffers: lists(),
        };
        self.create(ring, "");
        object
    }

    /// The operations of a ring that are in flight.
    pub(crate) fn in_flight(&self, ring: Id<IoRing>) -> impl Iterator<Item = &Irp> {
        self.all::<Irp>().map(|(_, irp)| irp).filter(move |irp| irp.ring == Some(ring) && !irp.freed)
    }

    /// How many entries are in a ring's completion queue.
    pub fn completions(&self, ring: Id<IoRing>) -> usize {
        IoRing::COMPLETION.of(&self[ring]).len()
    }

    /// How many operations of a ring have been submitted and have not completed.
    pub fn operations_in_flight(&self, ring: Id<IoRing>) -> usize {
        self.in_flight(ring).count()
    }

    /// Puts the end of an operation into the completion queue. The event is set when the queue was empty.
    pub(crate) fn post_completion_entry(
        &mut self,
        ring: Id<IoRing>,
        user_data: Option<Id<Iosb>>,
        (status, information): (NtStatus, u32),
    ) {
        let was_empty = IoRing::COMPLETION.first(&self[ring]).is_none();
        let entry = Packet { context: user_data, ..Packet::new(0, status, information) };
        let why = "the operation's end is an entry of the ring's completion queue";
        let entry = self.create(entry, why);
        self.push(ring, IoRing::COMPLETION, entry, why);
        if let Some(object) = self[ring].event.filter(|_| was_empty)
            && let Body::Event(event) = self[object].body
        {
            self.set(event, Event::SIGNALED, true, "the completion queue is not empty any more");
            self.wake_waiters(object);
        }
    }
}
