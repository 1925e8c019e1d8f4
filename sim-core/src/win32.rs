//! Win32 error codes, and which one each NTSTATUS becomes.
//!
//! Sources: MS-ERREF section 2.2 (numbers); the pairs are those asserted by Wine's tests that run on Windows, or
//! documented for the function that returns them.

use core::fmt;

use crate::status::NtStatus;

/// A Win32 error code: what GetLastError returns.
///
/// ```
/// use sim_core::NtStatus;
/// use sim_core::win32::Win32Error;
/// assert_eq!(Win32Error::of(NtStatus::CANCELLED), Win32Error::OPERATION_ABORTED);
/// assert_eq!(Win32Error::OPERATION_ABORTED.to_string(), "ERROR_OPERATION_ABORTED");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Win32Error(pub u32);

macro_rules! errors {
    ($($konst:ident = $value:literal, $name:literal, [$($status:ident),*];)*) => {
        impl Win32Error {
            $(#[doc = concat!("`", $name, "`.")]
            pub const $konst: Win32Error = Win32Error($value);)*

            /// Every error the model knows, with its name.
            pub const ALL: &[(Win32Error, &str)] = &[$((Win32Error($value), $name),)*];

            const OF_STATUS: &[(NtStatus, Win32Error)] = &[$($((NtStatus::$status, Win32Error($value)),)*)*];
        }
    };
}

errors! {
    SUCCESS = 0, "ERROR_SUCCESS", [SUCCESS];
    FILE_NOT_FOUND = 2, "ERROR_FILE_NOT_FOUND", [OBJECT_NAME_NOT_FOUND];
    PATH_NOT_FOUND = 3, "ERROR_PATH_NOT_FOUND", [OBJECT_PATH_NOT_FOUND];
    ACCESS_DENIED = 5, "ERROR_ACCESS_DENIED",
        [ACCESS_DENIED, PROCESS_IS_TERMINATING, DELETE_PENDING, FILE_IS_A_DIRECTORY, CANNOT_DELETE];
    INVALID_HANDLE = 6, "ERROR_INVALID_HANDLE", [INVALID_HANDLE, OBJECT_TYPE_MISMATCH, HANDLE_NOT_CLOSABLE, FILE_CLOSED];
    GEN_FAILURE = 31, "ERROR_GEN_FAILURE", [UNSUCCESSFUL];
    SHARING_VIOLATION = 32, "ERROR_SHARING_VIOLATION", [SHARING_VIOLATION];
    HANDLE_EOF = 38, "ERROR_HANDLE_EOF", [END_OF_FILE];
    LOCK_VIOLATION = 33, "ERROR_LOCK_VIOLATION", [FILE_LOCK_CONFLICT, LOCK_NOT_GRANTED];
    NOT_LOCKED = 158, "ERROR_NOT_LOCKED", [RANGE_NOT_LOCKED];
    OPLOCK_NOT_GRANTED = 300, "ERROR_OPLOCK_NOT_GRANTED", [OPLOCK_NOT_GRANTED];
    INVALID_OPLOCK_PROTOCOL = 301, "ERROR_INVALID_OPLOCK_PROTOCOL", [INVALID_OPLOCK_PROTOCOL];
    OPLOCK_HANDLE_CLOSED = 803, "ERROR_OPLOCK_HANDLE_CLOSED", [OPLOCK_HANDLE_CLOSED];
    FILE_EXISTS = 80, "ERROR_FILE_EXISTS", [];
    DIR_NOT_EMPTY = 145, "ERROR_DIR_NOT_EMPTY", [DIRECTORY_NOT_EMPTY];
    DIRECTORY = 267, "ERROR_DIRECTORY", [NOT_A_DIRECTORY];
    NOT_SUPPORTED = 50, "ERROR_NOT_SUPPORTED", [NOT_SUPPORTED];
    INVALID_PARAMETER = 87, "ERROR_INVALID_PARAMETER",
        [INVALID_INFO_CLASS, INVALID_PARAMETER, INVALID_PARAMETER_1, INVALID_PARAMETER_4, INVALID_PARAMETER_MIX, INVALID_CID,
            INVALID_PAGE_PROTECTION, SECTION_PROTECTION];
    BROKEN_PIPE = 109, "ERROR_BROKEN_PIPE", [PIPE_BROKEN];
    SEM_TIMEOUT = 121, "ERROR_SEM_TIMEOUT", [IO_TIMEOUT];
    INVALID_NAME = 123, "ERROR_INVALID_NAME", [OBJECT_NAME_INVALID];
    BUSY = 170, "ERROR_BUSY", [DEVICE_BUSY];
    IO_COMPLETION = 192, "WAIT_IO_COMPLETION", [USER_APC];
    BAD_PIPE = 230, "ERROR_BAD_PIPE", [INVALID_PIPE_STATE];
    PIPE_BUSY = 231, "ERROR_PIPE_BUSY", [PIPE_NOT_AVAILABLE, INSTANCE_NOT_AVAILABLE, PIPE_BUSY];
    NO_DATA = 232, "ERROR_NO_DATA", [PIPE_CLOSING, PIPE_EMPTY];
    PIPE_NOT_CONNECTED = 233, "ERROR_PIPE_NOT_CONNECTED", [PIPE_DISCONNECTED];
    PIPE_CONNECTED = 535, "ERROR_PIPE_CONNECTED", [PIPE_CONNECTED];
    PIPE_LISTENING = 536, "ERROR_PIPE_LISTENING", [PIPE_LISTENING];
    MORE_DATA = 234, "ERROR_MORE_DATA", [BUFFER_OVERFLOW];
    WAIT_TIMEOUT = 258, "WAIT_TIMEOUT", [TIMEOUT];
    NOT_ENOUGH_MEMORY = 8, "ERROR_NOT_ENOUGH_MEMORY", [SECTION_TOO_BIG, NO_MEMORY];
    FILE_INVALID = 1006, "ERROR_FILE_INVALID", [MAPPED_FILE_SIZE_ZERO];
    BAD_EXE_FORMAT = 193, "ERROR_BAD_EXE_FORMAT", [INVALID_FILE_FOR_SECTION];
    INVALID_ADDRESS = 487, "ERROR_INVALID_ADDRESS", [NOT_MAPPED_VIEW];
    USER_MAPPED_FILE = 1224, "ERROR_USER_MAPPED_FILE", [USER_MAPPED_FILE];
    NOT_OWNER = 288, "ERROR_NOT_OWNER", [MUTANT_NOT_OWNED];
    TOO_MANY_POSTS = 298, "ERROR_TOO_MANY_POSTS", [SEMAPHORE_LIMIT_EXCEEDED];
    MUTANT_LIMIT_EXCEEDED = 587, "ERROR_MUTANT_LIMIT_EXCEEDED", [MUTANT_LIMIT_EXCEEDED];
    ABANDONED_WAIT_0 = 735, "ERROR_ABANDONED_WAIT_0", [ABANDONED_WAIT_0];
    OPERATION_ABORTED = 995, "ERROR_OPERATION_ABORTED", [CANCELLED];
    IO_INCOMPLETE = 996, "ERROR_IO_INCOMPLETE", [];
    IO_PENDING = 997, "ERROR_IO_PENDING", [PENDING];
    NOACCESS = 998, "ERROR_NOACCESS", [ACCESS_VIOLATION];
    INVALID_FUNCTION = 1, "ERROR_INVALID_FUNCTION", [INVALID_DEVICE_REQUEST, ILLEGAL_FUNCTION];
    NOT_FOUND = 1168, "ERROR_NOT_FOUND", [NOT_FOUND];
    BAD_PATHNAME = 161, "ERROR_BAD_PATHNAME", [OBJECT_PATH_SYNTAX_BAD];
    ALREADY_EXISTS = 183, "ERROR_ALREADY_EXISTS", [OBJECT_NAME_COLLISION, OBJECT_NAME_EXISTS];
    NO_SYSTEM_RESOURCES = 1450, "ERROR_NO_SYSTEM_RESOURCES", [INSUFFICIENT_RESOURCES];
    BAD_LENGTH = 24, "ERROR_BAD_LENGTH", [INFO_LENGTH_MISMATCH];
    NOT_SAME_OBJECT = 1656, "ERROR_NOT_SAME_OBJECT", [NOT_SAME_OBJECT];
    NETNAME_DELETED = 64, "ERROR_NETNAME_DELETED", [CONNECTION_RESET];
    CONNECTION_REFUSED = 1225, "ERROR_CONNECTION_REFUSED", [CONNECTION_REFUSED];
    CONNECTION_ABORTED = 1236, "ERROR_CONNECTION_ABORTED", [CONNECTION_ABORTED];
    WSA_IO_PENDING = 997, "WSA_IO_PENDING", [];
    WSA_OPERATION_ABORTED = 995, "WSA_OPERATION_ABORTED", [];
    WSAEINTR = 10_004, "WSAEINTR", [];
    WSAEFAULT = 10_014, "WSAEFAULT", [];
    WSAEINVAL = 10_022, "WSAEINVAL", [];
    WSAENOTSOCK = 10_038, "WSAENOTSOCK", [];
    WSAEADDRINUSE = 10_048, "WSAEADDRINUSE", [];
    WSAECONNABORTED = 10_053, "WSAECONNABORTED", [];
    WSAECONNRESET = 10_054, "WSAECONNRESET", [];
    WSAEISCONN = 10_056, "WSAEISCONN", [];
    WSAENOTCONN = 10_057, "WSAENOTCONN", [];
    WSAESHUTDOWN = 10_058, "WSAESHUTDOWN", [];
    WSAECONNREFUSED = 10_061, "WSAECONNREFUSED", [];
    MR_MID_NOT_FOUND = 317, "ERROR_MR_MID_NOT_FOUND", [];
}

impl Win32Error {
    /// RtlNtStatusToDosError: the error of a status; `ERROR_MR_MID_NOT_FOUND`, as on Windows, for one without.
    pub fn of(status: NtStatus) -> Win32Error {
        Self::OF_STATUS.iter().find(|pair| pair.0 == status).map_or(Self::MR_MID_NOT_FOUND, |pair| pair.1)
    }

    /// The error that Winsock makes of a status.
    ///
    /// ```
    /// use sim_core::NtStatus;
    /// use sim_core::win32::Win32Error;
    /// assert_eq!(Win32Error::of_socket(NtStatus::CONNECTION_RESET), Win32Error::WSAECONNRESET);
    /// assert_eq!(Win32Error::of_socket(NtStatus::PENDING), Win32Error::IO_PENDING);
    /// ```
    pub fn of_socket(status: NtStatus) -> Win32Error {
        match status {
            NtStatus::INVALID_HANDLE | NtStatus::OBJECT_TYPE_MISMATCH | NtStatus::INVALID_DEVICE_REQUEST => {
                Self::WSAENOTSOCK
            }
            NtStatus::INVALID_PARAMETER | NtStatus::ADDRESS_ALREADY_ASSOCIATED => Self::WSAEINVAL,
            NtStatus::ACCESS_VIOLATION => Self::WSAEFAULT,
            NtStatus::SHARING_VIOLATION => Self::WSAEADDRINUSE,
            NtStatus::CONNECTION_ABORTED => Self::WSAECONNABORTED,
            NtStatus::CONNECTION_RESET => Self::WSAECONNRESET,
            NtStatus::CONNECTION_ACTIVE => Self::WSAEISCONN,
            NtStatus::INVALID_CONNECTION => Self::WSAENOTCONN,
            NtStatus::PIPE_DISCONNECTED => Self::WSAESHUTDOWN,
            NtStatus::CONNECTION_REFUSED => Self::WSAECONNREFUSED,
            NtStatus::CANCELLED => Self::WSAEINTR,
            other => Self::of(other),
        }
    }

    /// The documented name, or `ERROR_?`.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("ERROR_?", |row| row.1)
    }

    /// The error of that documented name.
    pub fn from_name(name: &str) -> Option<Win32Error> {
        Self::ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

impl fmt::Display for Win32Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            "ERROR_?" => write!(f, "error {}", self.0),
            name => f.write_str(name),
        }
    }
}

impl fmt::Debug for Win32Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
