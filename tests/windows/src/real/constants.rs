//! The values of the constants that a call can be given, as windows-sys has them.

use windows_sys::Win32::Foundation as f;
use windows_sys::Win32::Storage::FileSystem as fs;
use windows_sys::Win32::System::JobObjects as job;
use windows_sys::Win32::System::Memory as mem;
use windows_sys::Win32::System::Pipes as pipe;
use windows_sys::Win32::System::Threading as th;

/// The value of a constant by its name.
///
/// # Panics
/// If the name is none that a scenario can give: then this list is not whole.
pub(crate) fn constant(name: &str) -> u32 {
    file(name)
        .or_else(|| object(name))
        .or_else(|| flag(name))
        .or_else(|| control(name))
        .or_else(|| of_volume(name))
        .unwrap_or_else(|| panic!("no value for {name}"))
}

fn file(name: &str) -> Option<u32> {
    Some(match name {
        "GENERIC_READ" => f::GENERIC_READ,
        "GENERIC_WRITE" => f::GENERIC_WRITE,
        "GENERIC_ALL" => f::GENERIC_ALL,
        "FILE_READ_DATA" => fs::FILE_READ_DATA,
        "SYNCHRONIZE" => fs::SYNCHRONIZE,
        "DELETE" => fs::DELETE,
        "FILE_SHARE_READ" => fs::FILE_SHARE_READ,
        "FILE_SHARE_WRITE" => fs::FILE_SHARE_WRITE,
        "FILE_SHARE_DELETE" => fs::FILE_SHARE_DELETE,
        "FILE_FLAG_OVERLAPPED" => fs::FILE_FLAG_OVERLAPPED,
        "FILE_ATTRIBUTE_NORMAL" => fs::FILE_ATTRIBUTE_NORMAL,
        "FILE_FLAG_FIRST_PIPE_INSTANCE" => fs::FILE_FLAG_FIRST_PIPE_INSTANCE,
        "PIPE_ACCESS_DUPLEX" => fs::PIPE_ACCESS_DUPLEX,
        "PIPE_ACCESS_INBOUND" => fs::PIPE_ACCESS_INBOUND,
        "PIPE_ACCESS_OUTBOUND" => fs::PIPE_ACCESS_OUTBOUND,
        "PIPE_TYPE_BYTE" => pipe::PIPE_TYPE_BYTE,
        "PIPE_TYPE_MESSAGE" => pipe::PIPE_TYPE_MESSAGE,
        "PIPE_READMODE_BYTE" => pipe::PIPE_READMODE_BYTE,
        "PIPE_READMODE_MESSAGE" => pipe::PIPE_READMODE_MESSAGE,
        "PIPE_WAIT" => pipe::PIPE_WAIT,
        "PIPE_NOWAIT" => pipe::PIPE_NOWAIT,
        "FILE_SYNCHRONOUS_IO_ALERT" => 0x10,
        "FILE_SYNCHRONOUS_IO_NONALERT" => 0x20,
        _ => return None,
    })
}

/// What only files of a volume know.
fn of_volume(name: &str) -> Option<u32> {
    Some(match name {
        "FILE_WRITE_DATA" => fs::FILE_WRITE_DATA,
        "FILE_APPEND_DATA" => fs::FILE_APPEND_DATA,
        "FILE_READ_ATTRIBUTES" => fs::FILE_READ_ATTRIBUTES,
        "FILE_WRITE_ATTRIBUTES" => fs::FILE_WRITE_ATTRIBUTES,
        "FILE_ATTRIBUTE_READONLY" => fs::FILE_ATTRIBUTE_READONLY,
        "FILE_FLAG_DELETE_ON_CLOSE" => fs::FILE_FLAG_DELETE_ON_CLOSE,
        "FILE_FLAG_BACKUP_SEMANTICS" => fs::FILE_FLAG_BACKUP_SEMANTICS,
        "CREATE_NEW" => fs::CREATE_NEW,
        "CREATE_ALWAYS" => fs::CREATE_ALWAYS,
        "OPEN_EXISTING" => fs::OPEN_EXISTING,
        "OPEN_ALWAYS" => fs::OPEN_ALWAYS,
        "TRUNCATE_EXISTING" => fs::TRUNCATE_EXISTING,
        "FILE_OPEN" => 1,
        "FILE_CREATE" => 2,
        "FILE_OPEN_IF" => 3,
        "FILE_OVERWRITE" => 4,
        "FILE_OVERWRITE_IF" => 5,
        "FILE_DIRECTORY_FILE" => 0x1,
        "FILE_NON_DIRECTORY_FILE" => 0x40,
        "FILE_DELETE_ON_CLOSE" => 0x1000,
        "LOCKFILE_FAIL_IMMEDIATELY" => fs::LOCKFILE_FAIL_IMMEDIATELY,
        "LOCKFILE_EXCLUSIVE_LOCK" => fs::LOCKFILE_EXCLUSIVE_LOCK,
        "FILE_DISPOSITION_DELETE" => 0x1,
        "FILE_DISPOSITION_POSIX_SEMANTICS" => 0x2,
        "FILE_DISPOSITION_ON_CLOSE" => 0x8,
        "FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE" => 0x10,
        "FSCTL_REQUEST_OPLOCK_LEVEL_1" => 0x0009_0000,
        "FSCTL_REQUEST_BATCH_OPLOCK" => 0x0009_0008,
        "FSCTL_REQUEST_OPLOCK" => 0x0009_0240,
        "FSCTL_OPLOCK_BREAK_ACK_NO_2" => 0x0009_0050,
        "FileStandardInformation" => 5,
        "FileDispositionInformation" => 13,
        "FilePositionInformation" => 14,
        "FileEndOfFileInformation" => 20,
        "FileDispositionInformationEx" => 64,
        _ => return None,
    })
}

fn object(name: &str) -> Option<u32> {
    Some(match name {
        "EVENT_ALL_ACCESS" | "SEMAPHORE_ALL_ACCESS" | "TIMER_ALL_ACCESS" | "IO_COMPLETION_ALL_ACCESS" => {
            th::EVENT_ALL_ACCESS
        }
        "MUTEX_ALL_ACCESS" | "MUTANT_ALL_ACCESS" => th::MUTEX_ALL_ACCESS,
        "EVENT_MODIFY_STATE"
        | "SEMAPHORE_MODIFY_STATE"
        | "TIMER_MODIFY_STATE"
        | "IO_COMPLETION_MODIFY_STATE" => th::EVENT_MODIFY_STATE,
        "EVENT_QUERY_STATE" | "MUTEX_MODIFY_STATE" | "MUTANT_QUERY_STATE" | "TIMER_QUERY_STATE" => 1,
        "PROCESS_ALL_ACCESS" => th::PROCESS_ALL_ACCESS,
        "PROCESS_TERMINATE" => th::PROCESS_TERMINATE,
        "PROCESS_DUP_HANDLE" => th::PROCESS_DUP_HANDLE,
        "PROCESS_CREATE_PROCESS" => th::PROCESS_CREATE_PROCESS,
        "THREAD_ALL_ACCESS" => th::THREAD_ALL_ACCESS,
        "THREAD_TERMINATE" => th::THREAD_TERMINATE,
        "JOB_OBJECT_ALL_ACCESS" => 0x001F_001F,
        "JOB_OBJECT_ASSIGN_PROCESS" => 1,
        "JOB_OBJECT_SET_ATTRIBUTES" => 2,
        "JOB_OBJECT_QUERY" => 4,
        "JOB_OBJECT_TERMINATE" => 8,
        "SECTION_ALL_ACCESS" | "FILE_MAP_ALL_ACCESS" => 0x000F_001F,
        "SECTION_QUERY" | "DIRECTORY_QUERY" | "SYMBOLIC_LINK_QUERY" => 1,
        "SECTION_MAP_WRITE" | "FILE_MAP_WRITE" => 2,
        "SECTION_MAP_READ" | "FILE_MAP_READ" => 4,
        "PAGE_NOACCESS" => mem::PAGE_NOACCESS,
        "PAGE_READONLY" => mem::PAGE_READONLY,
        "PAGE_READWRITE" => mem::PAGE_READWRITE,
        "PAGE_WRITECOPY" => mem::PAGE_WRITECOPY,
        "PAGE_EXECUTE_READ" => mem::PAGE_EXECUTE_READ,
        "PAGE_EXECUTE_READWRITE" => mem::PAGE_EXECUTE_READWRITE,
        "PAGE_GUARD" => mem::PAGE_GUARD,
        "FILE_NOTIFY_CHANGE_FILE_NAME" => fs::FILE_NOTIFY_CHANGE_FILE_NAME,
        "FILE_NOTIFY_CHANGE_DIR_NAME" => fs::FILE_NOTIFY_CHANGE_DIR_NAME,
        "FILE_NOTIFY_CHANGE_ATTRIBUTES" => fs::FILE_NOTIFY_CHANGE_ATTRIBUTES,
        "FILE_NOTIFY_CHANGE_SIZE" => fs::FILE_NOTIFY_CHANGE_SIZE,
        "FILE_NOTIFY_CHANGE_LAST_WRITE" => fs::FILE_NOTIFY_CHANGE_LAST_WRITE,
        "DIRECTORY_ALL_ACCESS" => 0x000F_000F,
        "SYMBOLIC_LINK_ALL_ACCESS" => 0x000F_0001,
        _ => return None,
    })
}

fn flag(name: &str) -> Option<u32> {
    Some(match name {
        "OBJ_INHERIT" => 0x2,
        "OBJ_PERMANENT" => 0x10,
        "OBJ_EXCLUSIVE" => 0x20,
        "OBJ_CASE_INSENSITIVE" => 0x40,
        "OBJ_OPENIF" => 0x80,
        "DUPLICATE_CLOSE_SOURCE" => f::DUPLICATE_CLOSE_SOURCE,
        "DUPLICATE_SAME_ACCESS" => f::DUPLICATE_SAME_ACCESS,
        "DUPLICATE_SAME_ATTRIBUTES" => 4,
        "HANDLE_FLAG_INHERIT" => f::HANDLE_FLAG_INHERIT,
        "HANDLE_FLAG_PROTECT_FROM_CLOSE" => f::HANDLE_FLAG_PROTECT_FROM_CLOSE,
        "JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE" => job::JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
        "FILE_SKIP_COMPLETION_PORT_ON_SUCCESS" => 1,
        "FILE_SKIP_SET_EVENT_ON_HANDLE" => 2,
        "FILE_SKIP_SET_USER_EVENT_ON_FAST_IO" => 4,
        "INFINITE" => th::INFINITE,
        "NULL" | "FALSE" => 0,
        "TRUE" => 1,
        _ => return None,
    })
}

fn control(name: &str) -> Option<u32> {
    Some(match name {
        "FILE_PIPE_BYTE_STREAM_TYPE" | "FILE_PIPE_BYTE_STREAM_MODE" | "FILE_PIPE_QUEUE_OPERATION" => 0,
        "FILE_PIPE_MESSAGE_TYPE" | "FILE_PIPE_MESSAGE_MODE" | "FILE_PIPE_COMPLETE_OPERATION" => 1,
        "FSCTL_PIPE_DISCONNECT" => 0x0011_0004,
        "FSCTL_PIPE_LISTEN" => 0x0011_0008,
        "FSCTL_PIPE_PEEK" => 0x0011_400C,
        "FSCTL_PIPE_WAIT" => 0x0011_0018,
        "FSCTL_PIPE_TRANSCEIVE" => 0x0011_C017,
        "IOCTL_SERIAL_WAIT_ON_MASK" => 0x001B_0048,
        "IOCTL_AFD_POLL" => 0x0001_2024,
        "AFD_POLL_RECEIVE" => 0x01,
        "AFD_POLL_SEND" => 0x04,
        "AFD_POLL_DISCONNECT" => 0x08,
        "AFD_POLL_ABORT" => 0x10,
        "AFD_POLL_LOCAL_CLOSE" => 0x20,
        "AFD_POLL_CONNECT" => 0x40,
        "AFD_POLL_ACCEPT" => 0x80,
        "FileCompletionInformation" => 30,
        "FileIoCompletionNotificationInformation" => 41,
        "FileReplaceCompletionInformation" => 61,
        _ => return None,
    })
}
