//! Requests: what NtReadFile and its kin were asked for, on the caller's stack until the IRP has it.

use crate::io::buffer::Buffer;
use crate::io::control_code::ControlCode;
use crate::io::file::File;
use crate::io::file_operation::FileOperation;
use crate::io::iosb::Iosb;
use crate::io::irp::Major;
use crate::io::pipe_modes::PipeModes;
use crate::io::ring::IoRing;
use crate::kernel::Kernel;
use crate::nt::issue::NtIssue;
use crate::ps::apc::Apc;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::word::{Access, Handle, Id, Name, Word, WordKind, word_enum};

/// FILE_READ_DATA.
pub const FILE_READ_DATA: Access = Access(0x0001);
/// FILE_WRITE_DATA.
pub const FILE_WRITE_DATA: Access = Access(0x0002);
/// FILE_WRITE_ATTRIBUTES.
const FILE_WRITE_ATTRIBUTES: Access = Access(0x0100);
/// DELETE.
const DELETE: Access = Access(0x0001_0000);
/// FILE_APPEND_DATA.
pub const FILE_APPEND_DATA: Access = Access(0x0004);

word_enum! {
    /// The services that send a request to a driver.
    pub enum IoService {
        /// Read.
        Read = "NtReadFile",
        /// Write.
        Write = "NtWriteFile",
        /// A control code for a device.
        DeviceControl = "NtDeviceIoControlFile",
        /// A control code for a file system.
        FsControl = "NtFsControlFile",
        /// Write out what is buffered.
        Flush = "NtFlushBuffersFile",
        /// Ask for what a file system knows of its volume.
        QueryVolume = "NtQueryVolumeInformationFile",
        /// Be told of changes in a directory.
        NotifyDirectory = "NtNotifyChangeDirectoryFile",
        /// Change what a file system knows of the file.
        SetInformation = "NtSetInformationFile",
        /// Lock a byte range of the file.
        Lock = "NtLockFile",
        /// Unlock a byte range of the file.
        Unlock = "NtUnlockFile",
    }
}

impl IoService {
    /// The major function of its IRP.
    pub const fn major(self) -> Major {
        match self {
            IoService::Read => Major::Read,
            IoService::Write => Major::Write,
            IoService::DeviceControl => Major::DeviceControl,
            IoService::FsControl => Major::FileSystemControl,
            IoService::Flush => Major::FlushBuffers,
            IoService::QueryVolume => Major::QueryVolumeInformation,
            IoService::SetInformation => Major::SetInformation,
            IoService::Lock | IoService::Unlock => Major::LockControl,
            IoService::NotifyDirectory => Major::DirectoryControl,
        }
    }

    /// It has no asynchronous form: it waits on an asynchronous file too.
    pub const fn always_waits(self) -> bool {
        matches!(
            self,
            IoService::Flush | IoService::QueryVolume | IoService::SetInformation | IoService::Unlock
        )
    }

    /// Whether it reads or writes at a place in the file.
    pub const fn has_offset(self) -> bool {
        matches!(self, IoService::Read | IoService::Write)
    }

    /// Whether it concerns a byte range of the file.
    pub const fn has_range(self) -> bool {
        matches!(self, IoService::Lock | IoService::Unlock)
    }

    /// The accesses of which the handle must grant one; all will do if there are none.
    pub const fn access(self, code: Option<ControlCode>, operation: FileOperation) -> &'static [Access] {
        match (self, code) {
            (IoService::Lock | IoService::Unlock, _) => &[FILE_READ_DATA, FILE_WRITE_DATA],
            (IoService::SetInformation, _) => match operation {
                FileOperation::EndOfFile(_) => &[FILE_WRITE_DATA],
                FileOperation::Disposition(_) | FileOperation::DispositionEx(_) => &[DELETE],
                FileOperation::Position(_) => &[],
                _ => &[FILE_WRITE_ATTRIBUTES],
            },
            // FILE_LIST_DIRECTORY is the same bit.
            (IoService::Read | IoService::NotifyDirectory, _) => &[FILE_READ_DATA],
            (IoService::Write | IoService::Flush, _) => &[FILE_WRITE_DATA, FILE_APPEND_DATA],
            (_, Some(code)) => code.access(),
            _ => &[],
        }
    }
}

/// ByteOffset: where in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ByteOffset {
    /// None was given: at the file's position, if it keeps one.
    #[default]
    None,
    /// FILE_WRITE_TO_END_OF_FILE (-1).
    EndOfFile,
    /// FILE_USE_FILE_POINTER_POSITION (-2).
    FilePointer,
    /// Another negative number.
    Negative,
    /// This many bytes from the beginning.
    At(u64),
}

impl ByteOffset {
    const SPECIAL: [ByteOffset; 4] =
        [ByteOffset::None, ByteOffset::EndOfFile, ByteOffset::FilePointer, ByteOffset::Negative];

    /// The offset that a LARGE_INTEGER says.
    pub const fn of(number: i64) -> ByteOffset {
        match number {
            -1 => ByteOffset::EndOfFile,
            -2 => ByteOffset::FilePointer,
            number if number < 0 => ByteOffset::Negative,
            number => ByteOffset::At(number as u64),
        }
    }
}

impl Word for ByteOffset {
    const KIND: WordKind = WordKind::Number;
    fn to_word(self) -> u64 {
        match self {
            ByteOffset::At(offset) => offset + Self::SPECIAL.len() as u64,
            special => Self::SPECIAL.iter().position(|known| *known == special).unwrap_or(0) as u64,
        }
    }
    fn from_word(word: u64) -> Self {
        let special = Self::SPECIAL.get(word as usize).copied();
        special.unwrap_or(ByteOffset::At(word.wrapping_sub(Self::SPECIAL.len() as u64)))
    }
}

record! {
    /// The parameters of a service that sends a request. A plain one reads nothing from file [`Handle::NULL`]: name the
    /// file, and what else matters, and pass it to [`Kernel::issue`].
    pub struct Request: Request {
        /// The file.
        FILE file: Handle,
        /// The event to signal; [`Handle::NULL`] for none.
        EVENT event: Handle,
        /// The user APC to queue (ApcRoutine).
        APC apc: Option<Id<Apc>>,
        /// ApcContext is not null (Win32 passes the OVERLAPPED), so that a port gets a packet.
        APC_CONTEXT apc_context: bool,
        /// Where the result goes; none for a service whose status block the program does not look at.
        IOSB iosb: Option<Id<Iosb>>,
        /// The program's buffer; none for one that nothing is asked of.
        BUFFER buffer: Option<Id<Buffer>>,
        /// The buffer's address is NULL.
        NULL_BUFFER null_buffer: bool,
        /// Bytes to transfer; of a control code, the length of its output.
        LENGTH length: u32,
        /// The length of a control code's input.
        INPUT_LENGTH input_length: u32,
        /// Where in the file.
        OFFSET offset: ByteOffset,
        /// The control code.
        CODE code: Option<ControlCode>,
        /// The modes that an end of a pipe gets.
        MODES modes: Option<PipeModes>,
        /// The name of the pipe to wait for.
        NAME name: Option<Name>,
        /// The wait has a time limit.
        LIMITED limited: bool,
        /// The I/O ring that it came by, which is told of its end.
        RING ring: Option<Id<IoRing>>,
        /// The file, one that the ring holds.
        REGISTERED registered: Option<Id<File>>,
        /// It uses what was registered with the ring.
        BY_INDEX by_index: bool,
        /// The time limit is zero.
        AT_ONCE at_once: bool,
        /// The second socket that a request of a socket names.
        SOCKET socket: Handle,
        /// A port, a number of connections, an option or events of a socket.
        NUMBER number: u32,
        /// The caller waits with an event of its own, as Winsock does where it passes no OVERLAPPED.
        WAITS waits: bool,
        /// What is asked of a file beyond an offset and a length.
        OPERATION operation: FileOperation,
        /// CompletionFilter.
        FILTER filter: u32,
        /// WatchTree.
        WATCH_TREE watch_tree: bool,
    }
    lists {}
}

impl Request {
    /// A request for a file, with nothing else to say.
    ///
    /// ```
    /// use sim_core::io::request::{ByteOffset, Request};
    /// use sim_core::Handle;
    /// let read = Request { length: 64, offset: ByteOffset::At(0), ..Request::of(Handle(4)) };
    /// assert_eq!((read.file, read.event), (Handle(4), Handle::NULL));
    /// ```
    pub const fn of(file: Handle) -> Request {
        Request {
            file,
            event: Handle::NULL,
            apc: None,
            apc_context: false,
            iosb: None,
            buffer: None,
            null_buffer: false,
            length: 0,
            input_length: 0,
            offset: ByteOffset::None,
            code: None,
            modes: None,
            name: None,
            limited: false,
            ring: None,
            registered: None,
            by_index: false,
            at_once: false,
            socket: Handle::NULL,
            number: 0,
            waits: false,
            operation: FileOperation::None,
            filter: 0,
            watch_tree: false,
        }
    }
}

impl Kernel {
    /// A call of the service with these parameters, to [`Kernel::start`] on that thread. The parameters are kept, in the
    /// thread's place, until the call has taken them; so a call that is made must be started.
    pub fn issue(&mut self, thread: Id<Thread>, service: IoService, parameters: Request) -> NtIssue {
        let request = Id::at(thread.index() as u32);
        self.create_at(request, parameters, "");
        NtIssue::ReferenceFile { service, request }
    }
}
