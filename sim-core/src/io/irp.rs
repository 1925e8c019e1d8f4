//! IRPs: one request on its way through a driver.

use crate::drivers::program::pass_on::NextLocation;
use crate::frame::Frame;
use crate::io::buffer::Buffer;
use crate::io::control_code::ControlCode;
use crate::io::device::Device;
use crate::io::file::File;
use crate::io::file_operation::FileOperation;
use crate::io::iosb::Iosb;
use crate::io::open_options::OpenOptions;
use crate::io::pipe_modes::PipeModes;
use crate::io::pipe_parameters::PipeParameters;
use crate::io::ring::IoRing;
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ps::apc::Apc;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id, Name, word_enum};

word_enum! {
    /// IRP_MJ codes.
    pub enum Major {
        /// Open.
        Create = "IRP_MJ_CREATE",
        /// The last reference to the file object is gone.
        Close = "IRP_MJ_CLOSE",
        /// Read.
        Read = "IRP_MJ_READ",
        /// Write.
        Write = "IRP_MJ_WRITE",
        /// A control code for a device.
        DeviceControl = "IRP_MJ_DEVICE_CONTROL",
        /// A control code for a file system.
        FileSystemControl = "IRP_MJ_FILE_SYSTEM_CONTROL",
        /// Write out what is buffered.
        FlushBuffers = "IRP_MJ_FLUSH_BUFFERS",
        /// What a file system knows of its volume.
        QueryVolumeInformation = "IRP_MJ_QUERY_VOLUME_INFORMATION",
        /// What is in a directory, or changes there.
        DirectoryControl = "IRP_MJ_DIRECTORY_CONTROL",
        /// Change what a file system knows of the file.
        SetInformation = "IRP_MJ_SET_INFORMATION",
        /// The last handle to the file object is gone.
        Cleanup = "IRP_MJ_CLEANUP",
        /// Lock or unlock a byte range of the file.
        LockControl = "IRP_MJ_LOCK_CONTROL",
    }
}

impl Major {
    /// It opens or closes the file object itself, and holds no reference on it.
    pub const fn opens_or_closes(self) -> bool {
        matches!(self, Major::Create | Major::Cleanup | Major::Close)
    }

    /// It moves a file's data.
    pub const fn has_data(self) -> bool {
        matches!(self, Major::Read | Major::Write)
    }

    /// Its result is data for the program's buffer.
    pub const fn fills_buffer(self) -> bool {
        matches!(
            self,
            Major::Read
                | Major::DeviceControl
                | Major::FileSystemControl
                | Major::QueryVolumeInformation
                | Major::DirectoryControl
        )
    }

    /// IRP_DEFER_IO_COMPLETION: a request that is over when the driver returns is finished by its issuer itself.
    pub const fn defers_completion(self) -> bool {
        !matches!(self, Major::DeviceControl)
    }
}

word_enum! {
    /// Which list an outstanding IRP is on: the one decides when it is cancelled for its issuer's sake.
    pub enum Link {
        /// The issuing thread's: cancelled when the thread ends.
        Thread = "thread",
        /// The file object's: cancelled when the issuing process closes its last handle to the file.
        File = "file object",
    }
}

record! {
    /// IRP. What most requests have comes first: a state holds the set of fields that are not as usual up to the last of them.
    pub struct Irp: Irp {
        /// What is asked for.
        MAJOR major: Major,
        /// The file object it is for. Those that open or close it hold no reference on it.
        FILE file: Id<File>,
        /// Tail.Overlay.Thread: the thread that issued it. One that a driver has made belongs to none.
        THREAD thread: Option<Id<Thread>>,
        /// Which list it is on.
        LINK link: Option<Link>,
        /// The caller's IO_STATUS_BLOCK.
        IOSB iosb: Option<Id<Iosb>>,
        /// The request's ApcContext is not null, so a port gets a packet.
        APC_CONTEXT apc_context: bool,
        /// Bytes to transfer; of a control code, the length of its output.
        LENGTH length: u32,
        /// IoMarkIrpPending was called in the current stack location.
        PENDING pending: bool as "pending",
        /// Irp->CancelRoutine is set.
        CANCEL_ROUTINE cancel_routine: bool as "CancelRoutine",
        /// Irp->Cancel.
        CANCEL cancel: bool as "Cancel",
        /// IoCompleteRequest was called.
        COMPLETED completed: bool as "completed",
        /// Irp->IoStatus.Status.
        STATUS status: NtStatus as "IoStatus.Status",
        /// Where in the file.
        OFFSET offset: u64,
        /// StackCount: how many drivers it can be passed to.
        STACK_COUNT stack_count: u32 = 1,
        /// CurrentLocation: that of the driver that has it. It goes down with each call, and up with each completion.
        CURRENT_LOCATION current_location: u32 as "CurrentLocation" = 1,
        /// IRP_SYNCHRONOUS_API: the service waits for it with an event of its own.
        SYNCHRONOUS_API synchronous_api: bool,
        /// Of such a request: that event is set.
        EVENT_SET event_set: bool,
        /// Of a create request: the access that is asked for.
        ACCESS access: Access,
        /// The event to signal; the IRP holds a reference on it.
        EVENT event: Option<Id<Object>>,
        /// Irp->IoStatus.Information.
        INFORMATION information: u32 as "IoStatus.Information",
        /// A canceller found it on a list and keeps it from being freed until it has asked for the cancel routine; or its
        /// cancel routine cancels the IRPs that the driver has made for it.
        HELD_BY held_by: Option<Id<Thread>>,
        /// The control code.
        CODE code: Option<ControlCode>,
        /// The user APC to queue.
        APC apc: Option<Id<Apc>>,
        /// The program's buffer.
        BUFFER buffer: Option<Id<Buffer>>,
        /// Of a create request: ShareAccess, CreateOptions and CreateDisposition.
        OPTIONS options: OpenOptions,
        /// The length of a control code's input.
        INPUT_LENGTH input_length: u32,
        /// Of a request that creates an instance of a pipe: what the server says of it.
        PIPE pipe: Option<PipeParameters>,
        /// Of a request that sets an end's modes: which.
        MODES modes: Option<PipeModes>,
        /// Of a request that waits for an instance of a pipe: the pipe's name.
        NAME name: Option<Name>,
        /// The wait has a time limit.
        LIMITED limited: bool,
        /// Its thread has ended without it: whoever completes it frees it, and nobody hears of it.
        DISASSOCIATED disassociated: bool as "disassociated",
        /// The I/O manager has finished and freed it while its driver, or an APC, still had it.
        FREED freed: bool as "freed",
        /// The device whose driver has made it.
        MAKER maker: Option<Id<Device>>,
        /// AssociatedIrp.MasterIrp: the IRP that it does a part of.
        MASTER master: Option<Id<Irp>> as "AssociatedIrp.MasterIrp",
        /// AssociatedIrp.IrpCount: of a master IRP, how many associated IRPs have not ended.
        IRP_COUNT irp_count: u32 as "AssociatedIrp.IrpCount",
        /// Of one from IoAllocateIrp: the IRP that it was made for, the Context of its completion routine.
        CONTEXT context: Option<Id<Irp>>,
        /// The I/O ring that is told of its end; the IRP holds it.
        RING ring: Option<Id<IoRing>>,
        /// It uses what was registered with the ring.
        REGISTERED registered: bool,
        /// Of a request of a socket that names a second one, as AcceptEx and a poll do: its handle.
        SOCKET socket: Handle,
        /// That second socket; the request holds a reference on it.
        OTHER other: Option<Id<File>> as "second socket",
        /// Of a request of a socket: a port, a number of connections, an option, or the events of a poll.
        NUMBER number: u32,
        /// The wait has a time limit of zero: there is none.
        AT_ONCE at_once: bool,
        /// What is asked of a file beyond an offset and a length.
        OPERATION operation: FileOperation,
        /// IRP_PAGING_IO, with IRP_NOCACHE: the cache or memory manager moves pages. It holds no reference on the file object.
        PAGING_IO paging_io: bool as "IRP_PAGING_IO",
        /// Of a request to be told of changes in a directory: CompletionFilter.
        FILTER filter: u32,
        /// Of such a request: directories below count too.
        WATCH_TREE watch_tree: bool,
        /// Of such a request: it has no buffer.
        NULL_BUFFER null_buffer: bool,
        /// The program's memory has the result, and is not written again.
        WRITTEN written: bool,
        /// Which routine of its driver's program its cancel routine is.
        ROUTINE routine: u8,
        /// What a driver's program has made of the next stack location.
        NEXT next: NextLocation,
    }
    lists {}
}

impl Irp {
    /// IoInitializeIrp: of as many stack locations, with its first driver.
    pub(crate) const fn new(
        major: Major,
        file: Id<File>,
        thread: Option<Id<Thread>>,
        stack_count: u32,
    ) -> Irp {
        Irp {
            major,
            file,
            thread,
            link: None,
            code: None,
            iosb: None,
            event: None,
            apc_context: false,
            apc: None,
            buffer: None,
            length: 0,
            input_length: 0,
            offset: 0,
            access: Access(0),
            options: OpenOptions::ASYNCHRONOUS,
            pipe: None,
            modes: None,
            name: None,
            limited: false,
            synchronous_api: major.opens_or_closes(),
            event_set: false,
            stack_count,
            current_location: stack_count,
            pending: false,
            cancel: false,
            cancel_routine: false,
            disassociated: false,
            completed: false,
            freed: false,
            status: NtStatus::SUCCESS,
            information: 0,
            held_by: None,
            maker: None,
            master: None,
            irp_count: 0,
            context: None,
            ring: None,
            registered: false,
            socket: Handle::NULL,
            other: None,
            number: 0,
            at_once: false,
            operation: FileOperation::None,
            paging_io: false,
            filter: 0,
            watch_tree: false,
            null_buffer: false,
            written: false,
            routine: 0,
            next: NextLocation::Unset,
        }
    }

    /// It holds a reference on its file object.
    pub const fn holds_file(&self) -> bool {
        !self.major.opens_or_closes() && !self.freed && !self.paging_io && self.maker.is_none()
    }

    /// The IRP that its driver has made it for.
    pub fn made_for(&self) -> Option<Id<Irp>> {
        self.master.or(self.context)
    }

    /// CurrentLocation when the completion has come to whoever made it.
    pub const fn top_location(&self) -> u32 {
        // The call that takes an IRP of the I/O manager's to its first driver is not modelled: it starts there.
        if self.maker.is_some() { self.stack_count + 1 } else { self.stack_count }
    }
}

impl Kernel {
    /// IoAllocateIrp: as many stack locations as the device on top of the file's stack asks for.
    ///
    /// The first is that of the top device's driver; the call that takes the IRP there is the I/O manager's.
    pub(crate) fn new_irp(&self, major: Major, file: Id<File>, thread: Id<Thread>) -> Irp {
        Irp::new(major, file, Some(thread), self[self.related_device(file)].stack_size)
    }

    /// The outstanding IRP that reports into `iosb`.
    pub fn irp_of(&self, iosb: Id<Iosb>) -> Option<Id<Irp>> {
        self.all::<Irp>().find(|(_, irp)| irp.iosb == Some(iosb) && !irp.freed).map(|(id, _)| id)
    }

    /// A request that reports to a port and to nothing else belongs to its file object; any other to its thread.
    pub(crate) fn link_irp(&mut self, irp: Id<Irp>) {
        let Irp { file, event, apc_context, synchronous_api, .. } = self[irp];
        let port_alone = self[file].port.is_some() && apc_context && event.is_none() && !synchronous_api;
        if port_alone && self.profile().thread_agnostic_io {
            self.set(irp, Irp::LINK, Some(Link::File), "");
            let why = "it reports to the port alone, so it does not depend on its thread";
            self.insert(file, File::IRPS, 0, irp, why);
        } else {
            let thread = self.issuer(irp);
            self.set(irp, Irp::LINK, Some(Link::Thread), "");
            self.insert(thread, Thread::IRPS, 0, irp, "the request belongs to the thread that issued it");
        }
    }

    /// Frees a finished IRP. What a faulty driver, or an APC, still has is kept, marked as freed, so that its next use
    /// is noticed.
    ///
    /// `inline`: its issuer finishes it, as if it had not pended.
    pub(crate) fn free_irp(&mut self, irp: Id<Irp>, inline: bool, why: &'static str) {
        self.forget_marks(irp);
        let Irp { completed, pending, synchronous_api, .. } = self[irp];
        let is_queued = |(_, device): (_, &Device)| device.has(irp);
        let used = !completed
            || inline && pending && !synchronous_api
            || Thread::APCS.holds(&self[self.issuer(irp)], irp)
            || self.all::<Device>().any(is_queued)
            || self.made_for(irp).next().is_some()
            || self.is_in_driver(irp)
            || self.is_named_by_program(irp);
        match used {
            true => self.set(irp, Irp::FREED, true, why),
            false => self.destroy(irp, why),
        }
    }

    /// A cancel routine, a DPC or a filter that waits for the drivers below it has the IRP.
    fn is_in_driver(&self, irp: Id<Irp>) -> bool {
        let is_routine = |frame: &Frame| match frame {
            Frame::CancelRoutine(routine) => routine.irp() == irp,
            Frame::EvtRequestCancel(routine) => routine.irp() == irp,
            Frame::EvtInterruptDpc(routine) => routine.completes(irp),
            Frame::PassDown(routine) => routine.waits_for(irp),
            _ => false,
        };
        self.all::<Thread>().any(|(thread, _)| self.stack(thread).iter().any(is_routine))
    }

    /// Whether the IRP that a thread has issued is still there for it to finish. One that was finished already may have
    /// left its place to another thread's.
    pub(crate) fn is_issuers(&self, irp: Id<Irp>, thread: Id<Thread>) -> bool {
        self.get(irp).is_some_and(|irp| irp.thread == Some(thread) && !irp.freed)
    }

    /// The thread that issued an IRP of the I/O manager's.
    pub(crate) fn issuer(&self, irp: Id<Irp>) -> Id<Thread> {
        self[irp].thread.expect("an IRP of the I/O manager's belongs to the thread that issued it")
    }

    /// Takes an IRP off the list it is on.
    pub(crate) fn unlink_irp(&mut self, irp: Id<Irp>) {
        let (link, file) = (self[irp].link, self[irp].file);
        match link {
            Some(Link::Thread) => self.remove(
                self.issuer(irp),
                Thread::IRPS,
                irp,
                "the thread has one request less outstanding",
            ),
            Some(Link::File) => {
                self.remove(file, File::IRPS, irp, "the file object has one request less outstanding")
            }
            None => false,
        };
        self.set(irp, Irp::LINK, None, "");
    }
}
