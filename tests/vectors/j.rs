//! Family J: positions, offsets and byte-range locks of files; and what family D says of disk files.
//!
//! | id | asserted by |
//! | --- | --- |
//! | J-01, J-02, J-04, J-06 | dlls/ntdll/tests/file.c, read_file_test, append_file_test; dlls/kernel32/tests/file.c, test_overlapped_read |
//! | J-05 | dlls/kernel32/tests/file.c, test_LockFile; dlls/ntdll/tests/file.c, test_read_write |
//! | D-12, D-13 | dlls/ntdll/tests/file.c, read_file_test |

use crate::i::{on_volume, on_volume_of};
use crate::story::holds;

/// A synchronous handle `f` to a file of 10 bytes, and the position at its end.
const TEN_BYTES: &str = r#"
    f = NtCreateFile("\??\vol\f", GENERIC_READ | GENERIC_WRITE, FILE_SYNCHRONOUS_IO_NONALERT, share: FILE_SHARE_READ | FILE_SHARE_WRITE) -> STATUS_SUCCESS
    NtWriteFile(f, 10 bytes) -> STATUS_SUCCESS
    check CurrentByteOffset(f) == 10
"#;

fn with_ten_bytes(story: &str) {
    on_volume(&format!("{}{}", TEN_BYTES.trim_start_matches('\n'), story.trim_start_matches('\n')));
}

#[test]
fn j_01_an_explicit_offset_moves_the_position() {
    with_ten_bytes(
        r#"
    r1 = NtReadFile(f, 4 bytes, offset: 2) -> STATUS_SUCCESS
    check r1.Information == 4 and CurrentByteOffset(f) == 6
    r2 = NtReadFile(f, 8 bytes, offset: -2) -> STATUS_SUCCESS
    check r2.Information == 4 and CurrentByteOffset(f) == 10
    w1 = NtWriteFile(f, 3 bytes, offset: 4) -> STATUS_SUCCESS
    check CurrentByteOffset(f) == 7
    w2 = NtWriteFile(f, 2 bytes, offset: -1) -> STATUS_SUCCESS
    check CurrentByteOffset(f) == 12
    w3 = NtWriteFile(f, 2 bytes, offset: -2) -> STATUS_SUCCESS
    check CurrentByteOffset(f) == 14
"#,
    );
}

#[test]
fn j_01_a_read_at_the_end_and_other_negative_offsets_are_refused() {
    with_ten_bytes(
        r#"
    r1 = NtReadFile(f, 4 bytes, offset: -1) -> STATUS_INVALID_PARAMETER
    r2 = NtReadFile(f, 4 bytes, offset: -3) -> STATUS_INVALID_PARAMETER
    w1 = NtWriteFile(f, 4 bytes, offset: -3) -> STATUS_INVALID_PARAMETER
    check r1.Status != STATUS_INVALID_PARAMETER and w1.Status != STATUS_INVALID_PARAMETER
    r3 = NtReadFile(f, 0 bytes, offset: 3) -> STATUS_SUCCESS
    r4 = NtReadFile(f, 4 bytes, offset: 10) -> STATUS_END_OF_FILE
    r5 = NtReadFile(f, 4 bytes, offset: 11) -> STATUS_END_OF_FILE
"#,
    );
}

/// Not here: a file as RootDirectory of a file.
#[test]
fn j_02_duplicates_share_the_position_and_another_open_has_its_own() {
    with_ten_bytes(
        r#"
    copy = DuplicateHandle(f) -> TRUE
    SetFilePointerEx(copy, 3) -> TRUE
    check CurrentByteOffset(f) == 3
    other = NtCreateFile("\??\vol\f", GENERIC_READ, FILE_SYNCHRONOUS_IO_NONALERT, share: FILE_SHARE_READ | FILE_SHARE_WRITE) -> STATUS_SUCCESS
    check CurrentByteOffset(other) == 0
"#,
    );
}

#[test]
fn j_04_append_access_alone_writes_at_the_end() {
    on_volume(
        r#"
    a = NtCreateFile("\??\vol\f", FILE_APPEND_DATA | SYNCHRONIZE, FILE_SYNCHRONOUS_IO_NONALERT) -> STATUS_SUCCESS
    w1 = NtWriteFile(a, 3 bytes, offset: 1) -> STATUS_SUCCESS
    w2 = NtWriteFile(a, 3 bytes, offset: 0) -> STATUS_SUCCESS
    size = NtQueryInformationFile(a, FileStandardInformation)
    check size.EndOfFile == 6 and CurrentByteOffset(a) == 6
"#,
    );
}

#[test]
fn j_05_a_lock_belongs_to_its_file_object() {
    with_ten_bytes(
        r#"
    other = CreateFile("\\.\vol\f", GENERIC_READ | GENERIC_WRITE, dwShareMode: FILE_SHARE_READ | FILE_SHARE_WRITE) -> TRUE
    copy = DuplicateHandle(f) -> TRUE
    held = NtLockFile(f, 0, 4, FailImmediately: TRUE, ExclusiveLock: TRUE) -> STATUS_SUCCESS
    ReadFile(other, 4 bytes, offset: 2) -> ERROR_LOCK_VIOLATION
    WriteFile(other, 4 bytes, offset: 2) -> ERROR_LOCK_VIOLATION
    ReadFile(other, 4 bytes, offset: 4) -> TRUE
    ReadFile(copy, 4 bytes, offset: 0) -> TRUE
    LockFileEx(other, 4, LOCKFILE_FAIL_IMMEDIATELY) -> ERROR_LOCK_VIOLATION
    LockFileEx(copy, 4, LOCKFILE_FAIL_IMMEDIATELY | LOCKFILE_EXCLUSIVE_LOCK) -> ERROR_LOCK_VIOLATION
    u1 = NtUnlockFile(f, 0, 3) -> STATUS_RANGE_NOT_LOCKED
    check u1.Status == STATUS_RANGE_NOT_LOCKED
    UnlockFileEx(other, 4) -> ERROR_NOT_LOCKED
    UnlockFileEx(copy, 4) -> TRUE
    ReadFile(other, 4 bytes, offset: 2) -> TRUE
"#,
    );
}

#[test]
fn j_05_of_an_exclusive_and_a_shared_lock_the_exclusive_goes_first() {
    with_ten_bytes(
        r#"
    other = CreateFile("\\.\vol\f", GENERIC_READ | GENERIC_WRITE, dwShareMode: FILE_SHARE_READ | FILE_SHARE_WRITE) -> TRUE
    LockFileEx(f, 4, LOCKFILE_FAIL_IMMEDIATELY | LOCKFILE_EXCLUSIVE_LOCK) -> TRUE
    LockFileEx(f, 4, LOCKFILE_FAIL_IMMEDIATELY) -> TRUE
    ReadFile(other, 4 bytes, offset: 0) -> ERROR_LOCK_VIOLATION
    UnlockFileEx(f, 4) -> TRUE
    ReadFile(other, 4 bytes, offset: 0) -> TRUE
    WriteFile(other, 4 bytes, offset: 0) -> ERROR_LOCK_VIOLATION
    UnlockFileEx(f, 4) -> TRUE
    WriteFile(other, 4 bytes, offset: 0) -> TRUE
    UnlockFileEx(f, 4) -> ERROR_NOT_LOCKED
"#,
    );
}

#[test]
fn j_06_an_overlapped_on_a_synchronous_handle_says_where_and_moves_the_position() {
    with_ten_bytes(
        r#"
    r1 = ReadFile(f, 4 bytes, offset: 1) -> TRUE
    check r1.InternalHigh == 4 and CurrentByteOffset(f) == 5
    r2 = ReadFile(f, 4 bytes) -> TRUE
    check CurrentByteOffset(f) == 9
"#,
    );
}

/// No id: Win32, ReadFile; Wine ntdll/tests/file.c, test_read_write.
#[test]
fn without_an_overlapped_the_end_of_a_file_is_no_error() {
    with_ten_bytes(
        r#"
    r1 = ReadFile(f, 4 bytes) -> TRUE
    check r1.InternalHigh == 0 and CurrentByteOffset(f) == 10
    r2 = ReadFile(f, 4 bytes, offset: 10) -> ERROR_HANDLE_EOF
    check r2.Internal == STATUS_END_OF_FILE
"#,
    );
}

#[test]
fn d_12_a_cached_synchronous_read_has_no_apc_and_tells_the_end_of_the_file() {
    with_ten_bytes(
        r#"
    done = CreateEvent(manual: TRUE) -> TRUE
    r1 = NtReadFile(f, 4 bytes, offset: 0, Event: done, apc: TRUE) -> STATUS_SUCCESS
    check r1.Status == STATUS_SUCCESS and r1.Information == 4 and signaled(done)
    SleepEx(0, alertable: TRUE) -> 0
    check not delivered(r1)
    ResetEvent(done) -> TRUE
    r2 = NtReadFile(f, 4 bytes, offset: 10, Event: done, apc: TRUE) -> STATUS_END_OF_FILE
    check r2.Status == STATUS_END_OF_FILE and r2.Information == 0 and signaled(done)
    SleepEx(0, alertable: TRUE) -> 0
    w1 = NtWriteFile(f, 4 bytes, offset: 0, Event: done, apc: TRUE) -> STATUS_SUCCESS
    SleepEx(0, alertable: TRUE) -> WAIT_IO_COMPLETION
    check delivered(w1)
"#,
    );
}

#[test]
fn d_13_an_asynchronous_read_pends_even_at_the_end_of_the_file() {
    on_volume(
        r#"
    f = NtCreateFile("\??\vol\f", GENERIC_READ | GENERIC_WRITE) -> STATUS_SUCCESS
    done = CreateEvent(manual: TRUE) -> TRUE
    r1 = NtReadFile(f, 4 bytes, offset: 0, Event: done, apc: TRUE) -> STATUS_PENDING
    WaitForSingleObject(done, INFINITE) -> WAIT_OBJECT_0
    check r1.Status == STATUS_END_OF_FILE and r1.Information == 0
    SleepEx(0, alertable: TRUE) -> WAIT_IO_COMPLETION
    check delivered(r1)
"#,
    );
}

/// No id: WDK, FILE_END_OF_FILE_INFORMATION, FILE_POSITION_INFORMATION; Win32, SetEndOfFile, GetFileSizeEx.
#[test]
fn a_file_is_as_long_as_it_was_set() {
    with_ten_bytes(
        r#"
    SetFilePointerEx(f, 4) -> TRUE
    SetEndOfFile(f) -> TRUE
    short = GetFileSizeEx(f) -> TRUE
    check short.EndOfFile == 4
    NtSetInformationFile(f, class: FileEndOfFileInformation, end: 20) -> STATUS_SUCCESS
    long = NtQueryInformationFile(f, FileStandardInformation) -> STATUS_SUCCESS
    check long.EndOfFile == 20 and long.Directory == 0
    r1 = NtReadFile(f, 30 bytes, offset: 5) -> STATUS_SUCCESS
    check r1.Information == 15
    late = NtCreateFile("\??\vol\f", GENERIC_READ, share: FILE_SHARE_READ | FILE_SHARE_WRITE) -> STATUS_SUCCESS
    NtSetInformationFile(late, class: FilePositionInformation, position: 1) -> STATUS_INVALID_PARAMETER
    NtSetInformationFile(late, class: FileEndOfFileInformation, end: 1) -> STATUS_ACCESS_DENIED
"#,
    );
}

/// T-62: ReactOS kernel test ntos_io/IoReadWrite; Wine ntdll/tests/file.c, test_read_write: a file system looks at what is
/// written after the event was cleared.
#[test]
fn a_buffer_at_null_is_refused_before_the_event_is_cleared_and_to_write_from_after_it() {
    with_ten_bytes(
        r#"
    done = CreateEvent(manual: TRUE, initial: TRUE) -> TRUE
    r1 = NtReadFile(f, 32 bytes, offset: 0, Event: done, buffer: NULL) -> STATUS_ACCESS_VIOLATION
    check signaled(done) and r1.Status != STATUS_ACCESS_VIOLATION
    w1 = NtWriteFile(f, 32 bytes, offset: 0, Event: done, buffer: NULL) -> STATUS_INVALID_USER_BUFFER
    check not signaled(done) and w1.Status != STATUS_INVALID_USER_BUFFER
"#,
    );
}

/// No id: the file of an old Windows.
#[test]
fn an_asynchronous_read_ends_at_once_before_vista() {
    on_volume_of(
        "xp",
        r#"
    f = NtCreateFile("\??\vol\f", GENERIC_READ) -> STATUS_SUCCESS
    r1 = NtReadFile(f, 4 bytes, offset: 0) -> STATUS_END_OF_FILE
"#,
    );
}

/// No id: WDK, FsRtlFastUnlockAll; Win32, LockFileEx. How a request for a lock ends whose own file object is cleaned up no
/// source says.
#[test]
fn a_lock_waits_until_it_is_granted_cancelled_or_closed() {
    with_ten_bytes(
        r#"
    other = CreateFile("\\.\vol\f", GENERIC_READ, FILE_FLAG_OVERLAPPED, dwShareMode: FILE_SHARE_READ | FILE_SHARE_WRITE) -> TRUE
    LockFileEx(f, 4, LOCKFILE_EXCLUSIVE_LOCK) -> TRUE
    l1 = LockFileEx(other, 2) -> ERROR_IO_PENDING
    l2 = LockFileEx(other, 2, Offset: 2) -> ERROR_IO_PENDING
    CancelIoEx(other, l2) -> TRUE
    check pending(l1) and l2.Status == STATUS_CANCELLED
    UnlockFileEx(f, 4) -> TRUE
    check l1.Status == STATUS_SUCCESS
    LockFileEx(f, 4, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY) -> ERROR_LOCK_VIOLATION
    l3 = LockFileEx(other, 2, LOCKFILE_EXCLUSIVE_LOCK) -> ERROR_IO_PENDING
    CloseHandle(other) -> TRUE
    check not pending(l3) and close(other)
    LockFileEx(f, 4, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY) -> TRUE
"#,
    );
}

/// No id: WDK, FsRtlFastUnlockAll; ReactOS io/iomgr/file.c: another process with the file object is another owner, and a
/// process's locks go with its last handle.
#[test]
fn a_processs_locks_go_with_its_last_handle_though_the_file_object_lives() {
    holds(
        r#"device vol driver=ntfs
process one
  thread locker
    f = CreateFile("\\.\vol\f", GENERIC_READ | GENERIC_WRITE, dwShareMode: FILE_SHARE_READ) -> TRUE
    WriteFile(f, 10 bytes) -> TRUE
    LockFileEx(f, 4, LOCKFILE_EXCLUSIVE_LOCK) -> TRUE
    p = OpenProcess(other, PROCESS_DUP_HANDLE) -> TRUE
    copy = DuplicateHandle(f, p) -> TRUE
    done = CreateEvent(lpName: "asked") -> TRUE
    WaitForSingleObject(done, INFINITE) -> WAIT_OBJECT_0
    CloseHandle(f) -> TRUE
    SetEvent(done) -> TRUE
process other
  thread reader
    asked = CreateEvent(lpName: "asked") -> TRUE
    ReadFile(copy, 4 bytes, offset: 0) -> ERROR_LOCK_VIOLATION
    SetEvent(asked) -> TRUE
    WaitForSingleObject(asked, INFINITE) -> WAIT_OBJECT_0
    ReadFile(copy, 4 bytes, offset: 0) -> TRUE
"#,
    );
}

/// No id: Microsoft, Windows-driver-samples, filesys/fastfat/cleanup.c: no read or write is cancelled.
#[test]
fn a_read_that_was_posted_survives_the_cleanup() {
    on_volume(
        r#"
    f = CreateFile("\\.\vol\f", GENERIC_READ, FILE_FLAG_OVERLAPPED) -> TRUE
    r1 = ReadFile(f, 4 bytes, offset: 0) -> ERROR_IO_PENDING
    CloseHandle(f) -> TRUE
    check r1.Status != STATUS_CANCELLED
"#,
    );
}

/// No id: WDK, FSCTL_REQUEST_BATCH_OPLOCK, FSCTL_OPLOCK_BREAK_ACK_NO_2.
#[test]
fn an_open_breaks_anothers_oplock_and_waits_for_its_owner() {
    for owner_says in
        ["NtFsControlFile(f, FSCTL_OPLOCK_BREAK_ACK_NO_2) -> STATUS_SUCCESS", "CloseHandle(f) -> TRUE"]
    {
        holds(&format!(
            r#"device vol driver=ntfs
process app
  thread owner
    f = CreateFile("\\.\vol\f", GENERIC_READ, FILE_FLAG_OVERLAPPED, dwShareMode: FILE_SHARE_READ) -> TRUE
    NtFsControlFile(f, FSCTL_OPLOCK_BREAK_ACK_NO_2) -> STATUS_INVALID_OPLOCK_PROTOCOL
    o1 = NtFsControlFile(f, FSCTL_REQUEST_BATCH_OPLOCK) -> STATUS_PENDING
    SleepEx(0, alertable: FALSE)
    WaitForSingleObject(f, INFINITE) -> WAIT_OBJECT_0
    check o1.Status == STATUS_SUCCESS and o1.Information == 8
    {owner_says}
  thread opener
    other = CreateFile("\\.\vol\f", GENERIC_READ, dwShareMode: FILE_SHARE_READ, dwCreationDisposition: OPEN_EXISTING) -> TRUE
    late = GetFileSizeEx(other) -> TRUE
"#
        ));
    }
}

/// No id: counted on a public minifilter log; WDK, FSCTL_REQUEST_BATCH_OPLOCK.
#[test]
fn an_oplock_ends_with_its_file_objects_cleanup() {
    on_volume(
        r#"
    f = CreateFile("\\.\vol\f", GENERIC_READ, FILE_FLAG_OVERLAPPED, dwShareMode: FILE_SHARE_READ) -> TRUE
    o1 = NtFsControlFile(f, FSCTL_REQUEST_BATCH_OPLOCK) -> STATUS_PENDING
    CancelIo(f) -> TRUE
    check o1.Status == STATUS_CANCELLED
    other = CreateFile("\\.\vol\f", GENERIC_READ, dwShareMode: FILE_SHARE_READ) -> TRUE
    o2 = NtFsControlFile(f, FSCTL_REQUEST_OPLOCK_LEVEL_1) -> STATUS_OPLOCK_NOT_GRANTED
    CloseHandle(other) -> TRUE
    o3 = NtFsControlFile(f, FSCTL_REQUEST_OPLOCK_LEVEL_1) -> STATUS_PENDING
    CloseHandle(f) -> TRUE
    check o3.Status == STATUS_OPLOCK_HANDLE_CLOSED
"#,
    );
}
