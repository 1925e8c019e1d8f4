//! NTSTATUS values: the names, numbers and severities of the documented status codes.
//!
//! Source: MS-ERREF section 2.3 (NTSTATUS values).

use core::fmt;

/// An NTSTATUS: what an NT system service returns.
///
/// ```
/// use sim_core::NtStatus;
/// assert_eq!(NtStatus::PENDING.name(), "STATUS_PENDING");
/// assert_eq!(NtStatus::from_name("STATUS_CANCELLED"), Some(NtStatus::CANCELLED));
/// assert!(NtStatus::CANCELLED.is_error() && !NtStatus::PENDING.is_error());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NtStatus(pub u32);

macro_rules! statuses {
    ($($name:ident = $value:literal, $text:literal;)*) => {
        impl NtStatus {
            $(#[doc = concat!("`STATUS_", stringify!($name), "`: ", $text)]
            pub const $name: NtStatus = NtStatus($value);)*

            /// Every status the model knows, with its name and meaning, by number.
            pub const ALL: &[(NtStatus, &str, &str)] =
                &[$((NtStatus($value), concat!("STATUS_", stringify!($name)), $text),)*];
        }
    };
}

statuses! {
    SUCCESS = 0x0000_0000, "the operation completed";
    WAIT_1 = 0x0000_0001, "the second object of the wait was signalled";
    WAIT_2 = 0x0000_0002, "the third object of the wait was signalled";
    WAIT_3 = 0x0000_0003, "the fourth object of the wait was signalled";
    WAIT_63 = 0x0000_003F, "the last of sixty-four objects of the wait was signalled";
    ABANDONED_WAIT_0 = 0x0000_0080, "a wait ended because its object was abandoned";
    ABANDONED_WAIT_63 = 0x0000_00BF, "the last of sixty-four objects of the wait is an abandoned mutant";
    USER_APC = 0x0000_00C0, "a user APC ended the wait";
    ALERTED = 0x0000_0101, "the thread was alerted";
    TIMEOUT = 0x0000_0102, "the time of the wait ran out";
    PENDING = 0x0000_0103, "the operation is in progress and will complete later";
    NOTIFY_CLEANUP = 0x0000_010B, "a directory-change request ended because its handle was closed";
    NOTIFY_ENUM_DIR = 0x0000_010C, "changes were too many for the buffer: enumerate the directory";
    PROCESS_NOT_IN_JOB = 0x0000_0123, "the process is not in the job";
    PROCESS_IN_JOB = 0x0000_0124, "the process is in the job";
    OPLOCK_HANDLE_CLOSED = 0x0000_0216, "the oplock was released because its handle was closed";
    OBJECT_NAME_EXISTS = 0x4000_0000, "the object existed already and was opened";
    DATATYPE_MISALIGNMENT = 0x8000_0002, "an access was not aligned";
    BUFFER_OVERFLOW = 0x8000_0005, "the data was larger than the buffer";
    PARTIAL_COPY = 0x8000_000D, "only a part was copied";
    DEVICE_BUSY = 0x8000_0011, "the device is busy";
    VERIFY_REQUIRED = 0x8000_0016, "the medium must be verified first";
    NO_MORE_ENTRIES = 0x8000_001A, "there are no more entries";
    HANDLES_CLOSED = 0x8000_000A, "the handles to the object were closed";
    UNSUCCESSFUL = 0xC000_0001, "the operation failed";
    NOT_IMPLEMENTED = 0xC000_0002, "the operation is not implemented";
    INVALID_INFO_CLASS = 0xC000_0003, "the information class is not valid here";
    INFO_LENGTH_MISMATCH = 0xC000_0004, "the information has another length than the class asks for";
    ACCESS_VIOLATION = 0xC000_0005, "the address cannot be accessed";
    IN_PAGE_ERROR = 0xC000_0006, "a page could not be read in";
    INVALID_HANDLE = 0xC000_0008, "no open handle has this value";
    INVALID_CID = 0xC000_000B, "no process or thread has this id";
    INVALID_PARAMETER = 0xC000_000D, "a parameter is not valid";
    INVALID_DEVICE_REQUEST = 0xC000_0010, "the device does not know this request";
    MORE_PROCESSING_REQUIRED = 0xC000_0016, "the completion routine keeps the request for its driver";
    END_OF_FILE = 0xC000_0011, "the end of the file was reached";
    NO_MEMORY = 0xC000_0017, "there is not enough memory";
    NOT_MAPPED_VIEW = 0xC000_0019, "no view is mapped at the address";
    INVALID_FILE_FOR_SECTION = 0xC000_0020, "no section can be made of the file";
    ACCESS_DENIED = 0xC000_0022, "the handle or caller was not granted this access";
    OBJECT_TYPE_MISMATCH = 0xC000_0024, "the object is of another type";
    INVALID_PARAMETER_MIX = 0xC000_0030, "the parameters do not go together";
    OBJECT_NAME_INVALID = 0xC000_0033, "the name is not well formed";
    OBJECT_NAME_NOT_FOUND = 0xC000_0034, "no object has this name";
    OBJECT_NAME_COLLISION = 0xC000_0035, "an object of this name exists already";
    OBJECT_PATH_INVALID = 0xC000_0039, "the path does not lead to a directory";
    OBJECT_PATH_NOT_FOUND = 0xC000_003A, "a directory of the path does not exist";
    OBJECT_PATH_SYNTAX_BAD = 0xC000_003B, "the path is neither absolute nor relative to a root";
    SHARING_VIOLATION = 0xC000_0043, "the file is open in a way that does not share";
    SECTION_TOO_BIG = 0xC000_0040, "the file is shorter than the section";
    INVALID_PAGE_PROTECTION = 0xC000_0045, "the page protection is not valid";
    MUTANT_NOT_OWNED = 0xC000_0046, "the caller does not own the mutant";
    SEMAPHORE_LIMIT_EXCEEDED = 0xC000_0047, "the release would pass the semaphore's maximum";
    SECTION_PROTECTION = 0xC000_004E, "the view would do more than the section allows";
    FILE_LOCK_CONFLICT = 0xC000_0054, "the byte range is locked by another";
    DELETE_PENDING = 0xC000_0056, "the file is marked for deletion";
    LOCK_NOT_GRANTED = 0xC000_0055, "the byte range could not be locked at once";
    INVALID_OPLOCK_PROTOCOL = 0xC000_00E3, "no oplock is broken that could be acknowledged";
    OPLOCK_NOT_GRANTED = 0xC000_00E2, "the oplock was not granted";
    FILE_IS_A_DIRECTORY = 0xC000_00BA, "the file is a directory";
    NOT_A_DIRECTORY = 0xC000_0103, "the file is not a directory";
    PRIVILEGE_NOT_HELD = 0xC000_0061, "the caller lacks a privilege";
    RANGE_NOT_LOCKED = 0xC000_007E, "the byte range was not locked";
    INSUFFICIENT_RESOURCES = 0xC000_009A, "there are not enough resources";
    INSTANCE_NOT_AVAILABLE = 0xC000_00AB, "the pipe has all its instances";
    PIPE_NOT_AVAILABLE = 0xC000_00AC, "no instance of the pipe is listening";
    INVALID_PIPE_STATE = 0xC000_00AD, "the pipe is not in the right state";
    PIPE_BUSY = 0xC000_00AE, "the pipe is busy";
    ILLEGAL_FUNCTION = 0xC000_00AF, "this end of the pipe does not allow the request";
    PIPE_DISCONNECTED = 0xC000_00B0, "the pipe was disconnected";
    PIPE_CLOSING = 0xC000_00B1, "the other end of the pipe is closing";
    PIPE_CONNECTED = 0xC000_00B2, "the pipe is connected already";
    PIPE_LISTENING = 0xC000_00B3, "the pipe waits for a client";
    PIPE_EMPTY = 0xC000_00D9, "nothing is in the pipe to read";
    IO_TIMEOUT = 0xC000_00B5, "the device did not answer in time";
    NOT_SUPPORTED = 0xC000_00BB, "the request is not supported";
    INVALID_PARAMETER_1 = 0xC000_00EF, "the first parameter is not valid";
    INVALID_PARAMETER_4 = 0xC000_00F2, "the fourth parameter is not valid";
    MUTANT_LIMIT_EXCEEDED = 0xC000_0191, "the owner has acquired the mutant too often";
    INVALID_USER_BUFFER = 0xC000_00E8, "the buffer is not valid";
    DIRECTORY_NOT_EMPTY = 0xC000_0101, "the directory is not empty";
    PROCESS_IS_TERMINATING = 0xC000_010A, "the process is ending";
    CANCELLED = 0xC000_0120, "the request was cancelled";
    MAPPED_FILE_SIZE_ZERO = 0xC000_011E, "an empty file cannot be mapped";
    CANNOT_DELETE = 0xC000_0121, "the file cannot be deleted";
    USER_MAPPED_FILE = 0xC000_0243, "a program has a section or view of the file";
    FILE_CLOSED = 0xC000_0128, "the file object was closed already";
    THREAD_IS_TERMINATING = 0xC000_004B, "the thread is ending";
    PIPE_BROKEN = 0xC000_014B, "the other end of the pipe is gone";
    NOT_FOUND = 0xC000_0225, "nothing matched";
    HANDLE_NOT_CLOSABLE = 0xC000_0235, "the handle is protected from close";
    INVALID_CONNECTION = 0xC000_0140, "the socket is not connected";
    CONNECTION_RESET = 0xC000_020D, "the connection was reset by the other end";
    CONNECTION_REFUSED = 0xC000_0236, "nobody takes the connection";
    ADDRESS_ALREADY_ASSOCIATED = 0xC000_0238, "the socket has an address already";
    CONNECTION_ACTIVE = 0xC000_023B, "the socket is connected already";
    CONNECTION_ABORTED = 0xC000_0241, "the connection was aborted";
    NOT_SAME_OBJECT = 0xC000_01AC, "the handles name different objects";
    IORING_SUBMISSION_QUEUE_FULL = 0xC046_0002, "the submission queue is full";
    IORING_SUBMISSION_QUEUE_TOO_BIG = 0xC046_0004, "the submission queue is too large";
    IORING_COMPLETION_QUEUE_TOO_BIG = 0xC046_0005, "the completion queue is too large";
    IORING_SUBMIT_IN_PROGRESS = 0xC046_0006, "another thread submits to the I/O ring";
    IORING_COMPLETION_QUEUE_TOO_FULL = 0xC046_0008, "the completion queue has no room for what would be submitted";
}

impl NtStatus {
    /// The documented name, or `STATUS_?` for a value the model does not know.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("STATUS_?", |row| row.1)
    }

    /// The status of that documented name.
    pub fn from_name(name: &str) -> Option<NtStatus> {
        Self::ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// Which object of a wait for several ended it, and whether as an abandoned mutant; none for a status that says
    /// something else. The first object's status is also STATUS_SUCCESS.
    ///
    /// ```
    /// use sim_core::NtStatus;
    /// assert_eq!(NtStatus::WAIT_3.wait_place(), Some((false, 3)));
    /// assert_eq!(NtStatus::ABANDONED_WAIT_0.wait_place(), Some((true, 0)));
    /// assert_eq!(NtStatus::TIMEOUT.wait_place(), None);
    /// ```
    pub const fn wait_place(self) -> Option<(bool, u32)> {
        match self.0 {
            0..=63 => Some((false, self.0)),
            0x80..=0xBF => Some((true, self.0 - 0x80)),
            _ => None,
        }
    }

    /// `NT_ERROR`: severity 3.
    pub const fn is_error(self) -> bool {
        self.0 >> 30 == 3
    }

    /// `NT_SUCCESS`: severity 0 or 1.
    pub const fn is_success(self) -> bool {
        self.0 >> 31 == 0
    }
}

impl fmt::Display for NtStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name(), self.wait_place()) {
            ("STATUS_?", Some((false, place))) => write!(f, "STATUS_WAIT_0 + {place}"),
            ("STATUS_?", Some((true, place))) => write!(f, "STATUS_ABANDONED_WAIT_0 + {place}"),
            ("STATUS_?", None) => write!(f, "0x{:08X}", self.0),
            (name, _) => f.write_str(name),
        }
    }
}

impl fmt::Debug for NtStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
