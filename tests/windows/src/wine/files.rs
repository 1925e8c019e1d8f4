//! Files of a volume: deletion, sharing, locks, oplocks, watches, sections.

use super::WINE;
use crate::known::Known;

pub(super) const KNOWN: &[Known] = &[
    Known {
        id: "wine-tells-no-delete-pending",
        calls: &["NtQueryAttributesFile"],
        model: Some("STATUS_DELETE_PENDING"),
        real: Some("STATUS_SUCCESS"),
        harmless: true,
        reason: "a file that is marked for deletion is there until its last handle is closed",
        source: "Wine ntdll/tests/file.c, test_file_disposition_information, where it is marked as wrong in Wine (I-02)",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    h = NtCreateFile("\??\vol\f", GENERIC_READ | DELETE)
    NtSetInformationFile(h, class: FileDispositionInformation, delete: TRUE)
    NtQueryAttributesFile("\??\vol\f")
"#,
        ..WINE
    },
    Known {
        id: "wine-sees-no-mark",
        what: "DeletePending",
        model: Some("1"),
        real: Some("0"),
        reason: "a query does not see through one open that another has marked the file for deletion",
        source: "Wine ntdll/tests/file.c, test_file_disposition_information, where it is marked as wrong in Wine (I-02, I-03)",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    h1 = NtCreateFile("\??\vol\f", GENERIC_READ | DELETE, share: FILE_SHARE_READ | FILE_SHARE_DELETE)
    h2 = NtCreateFile("\??\vol\f", GENERIC_READ | DELETE, share: FILE_SHARE_READ | FILE_SHARE_DELETE)
    NtSetInformationFile(h1, class: FileDispositionInformation, delete: TRUE)
    seen = NtQueryInformationFile(h2, FileStandardInformation)
"#,
        ..WINE
    },
    Known {
        id: "wine-each-open-has-its-mark",
        calls: &["NtQueryAttributesFile"],
        after: &["NtSetInformationFile"],
        model: Some("STATUS_SUCCESS"),
        real: Some("STATUS_OBJECT_NAME_NOT_FOUND"),
        reason: "the mark for deletion belongs to the open that has set it, and no other takes it back",
        source: "Wine ntdll/tests/file.c, test_file_disposition_information, where it is marked as wrong in Wine (I-03)",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    h1 = NtCreateFile("\??\vol\f", GENERIC_READ | DELETE, share: FILE_SHARE_READ | FILE_SHARE_DELETE)
    h2 = NtCreateFile("\??\vol\f", GENERIC_READ | DELETE, share: FILE_SHARE_READ | FILE_SHARE_DELETE)
    NtSetInformationFile(h1, class: FileDispositionInformation, delete: TRUE)
    NtSetInformationFile(h2, class: FileDispositionInformation, delete: FALSE)
    CloseHandle(h1)
    CloseHandle(h2)
    NtQueryAttributesFile("\??\vol\f")
"#,
        ..WINE
    },
    Known {
        id: "wine-shares-before-it-deletes",
        calls: &["CreateFile"],
        after: &["NtSetInformationFile"],
        model: Some("INVALID_HANDLE_VALUE, ERROR_ACCESS_DENIED"),
        real: Some("INVALID_HANDLE_VALUE, ERROR_SHARING_VIOLATION"),
        harmless: true,
        reason: "an open of a marked file that does not share is refused for that",
        source: "Wine ntdll/tests/file.c, test_file_disposition_information, where it is marked as wrong in Wine (I-02, I-04)",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    h = NtCreateFile("\??\vol\f", GENERIC_READ | DELETE)
    NtSetInformationFile(h, class: FileDispositionInformation, delete: TRUE)
    CreateFile("\\.\vol\f", GENERIC_READ)
"#,
        ..WINE
    },
    Known {
        id: "wine-native-shares-before-it-deletes",
        calls: &["NtCreateFile"],
        after: &["NtSetInformationFile"],
        model: Some("STATUS_DELETE_PENDING"),
        real: Some("STATUS_SHARING_VIOLATION"),
        harmless: true,
        reason: "as wine-shares-before-it-deletes",
        source: "Wine ntdll/tests/file.c, test_file_disposition_information, where it is marked as wrong in Wine (I-02, I-04)",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    h = NtCreateFile("\??\vol\f", GENERIC_READ | DELETE)
    NtSetInformationFile(h, class: FileDispositionInformation, delete: TRUE)
    NtCreateFile("\??\vol\f", GENERIC_READ, disposition: FILE_OPEN)
"#,
        ..WINE
    },
    Known {
        id: "wine-opens-a-marked-file",
        calls: &["CreateFile"],
        after: &["NtSetInformationFile"],
        model: Some("INVALID_HANDLE_VALUE, ERROR_ACCESS_DENIED"),
        real: Some("handle"),
        reason: "a file that is marked for deletion can be opened by who shares",
        source: "Wine ntdll/tests/file.c, test_file_disposition_information, where it is marked as wrong in Wine (I-02)",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    h = NtCreateFile("\??\vol\f", GENERIC_READ | DELETE, share: FILE_SHARE_READ | FILE_SHARE_DELETE)
    NtSetInformationFile(h, class: FileDispositionInformation, delete: TRUE)
    CreateFile("\\.\vol\f", GENERIC_READ, dwShareMode: FILE_SHARE_READ | FILE_SHARE_DELETE, dwCreationDisposition: OPEN_EXISTING)
"#,
        ..WINE
    },
    Known {
        id: "wine-deletes-at-the-last-close",
        calls: &["NtQueryAttributesFile"],
        after: &["DeleteFile"],
        model: Some("STATUS_OBJECT_NAME_NOT_FOUND"),
        real: Some("STATUS_SUCCESS"),
        harmless: true,
        reason: "DeleteFile does not free the name of a file that is open",
        source: "Wine kernel32/tests/file.c, test_DeleteFileA (I-12)",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    h = CreateFile("\\.\vol\f", GENERIC_READ, dwShareMode: FILE_SHARE_READ | FILE_SHARE_DELETE)
    DeleteFile("\\.\vol\f")
    NtQueryAttributesFile("\??\vol\f")
"#,
        ..WINE
    },
    Known {
        id: "wine-name-of-a-deleted-file",
        calls: &["CreateFile"],
        after: &["DeleteFile"],
        model: Some("handle"),
        real: Some("INVALID_HANDLE_VALUE, ERROR_FILE_EXISTS"),
        reason: "as wine-deletes-at-the-last-close",
        source: "Wine kernel32/tests/file.c, test_DeleteFileA (I-12)",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    h = CreateFile("\\.\vol\f", GENERIC_READ, dwShareMode: FILE_SHARE_READ | FILE_SHARE_DELETE)
    DeleteFile("\\.\vol\f")
    CreateFile("\\.\vol\f", GENERIC_READ, dwCreationDisposition: CREATE_NEW)
"#,
        ..WINE
    },
    Known {
        id: "wine-root-writes-what-is-read-only",
        calls: &["NtCreateFile"],
        model: Some("STATUS_ACCESS_DENIED"),
        real: Some("STATUS_SUCCESS"),
        sometimes: true,
        reason: "to the root user of its machine Wine opens a read-only file to write",
        source: "WDK, ZwCreateFile: FILE_ATTRIBUTE_READONLY",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    new = CreateFile("\\.\vol\f", GENERIC_WRITE, FILE_ATTRIBUTE_READONLY, dwCreationDisposition: CREATE_NEW)
    CloseHandle(new)
    NtCreateFile("\??\vol\f", GENERIC_WRITE, disposition: FILE_OPEN)
"#,
        ..WINE
    },
    Known {
        id: "wine-directory-and-none",
        calls: &["NtCreateFile"],
        model: Some("STATUS_INVALID_PARAMETER"),
        real: Some("STATUS_FILE_IS_A_DIRECTORY"),
        harmless: true,
        reason: "FILE_DIRECTORY_FILE and FILE_NON_DIRECTORY_FILE together are not refused, the second counts",
        source: "WDK, ZwCreateFile: the two exclude each other",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    CreateDirectory("\\.\vol\d")
    NtCreateFile("\??\vol\d", GENERIC_READ, FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE)
"#,
        ..WINE
    },
    Known {
        id: "wine-locks-keep-nobody-out",
        calls: &["ReadFile", "WriteFile"],
        model: Some("FALSE, ERROR_LOCK_VIOLATION"),
        real: Some("TRUE"),
        harmless: true,
        reason: "a read or write goes through a range that another has locked",
        source: "Win32 documentation, LockFileEx; Wine kernel32/tests/file.c, test_LockFile (J-05)",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    f = CreateFile("\\.\vol\f", GENERIC_READ | GENERIC_WRITE, dwShareMode: FILE_SHARE_READ | FILE_SHARE_WRITE)
    WriteFile(f, 10 bytes)
    other = CreateFile("\\.\vol\f", GENERIC_READ, dwShareMode: FILE_SHARE_READ | FILE_SHARE_WRITE)
    LockFileEx(f, 4, LOCKFILE_EXCLUSIVE_LOCK)
    ReadFile(other, 4 bytes, offset: 0)
"#,
        ..WINE
    },
    Known {
        id: "wine-lock-waits-for-ever",
        calls: &["CancelIoEx"],
        after: &["LockFileEx"],
        model: Some("TRUE"),
        real: Some("FALSE, ERROR_NOT_FOUND"),
        reason: "a lock that must wait on an asynchronous file is no request: it is never granted, and cannot be cancelled",
        source: "Win32 documentation, LockFileEx",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    f = CreateFile("\\.\vol\f", GENERIC_READ | GENERIC_WRITE, dwShareMode: FILE_SHARE_READ | FILE_SHARE_WRITE)
    other = CreateFile("\\.\vol\f", GENERIC_READ, FILE_FLAG_OVERLAPPED, dwShareMode: FILE_SHARE_READ | FILE_SHARE_WRITE)
    LockFileEx(f, 4, LOCKFILE_EXCLUSIVE_LOCK)
    waiting = LockFileEx(other, 2)
    CancelIoEx(other, waiting)
"#,
        ..WINE
    },
    Known {
        id: "wine-lock-is-never-granted",
        calls: &["UnlockFileEx"],
        after: &["LockFileEx"],
        model: Some("TRUE"),
        real: Some("FALSE, ERROR_LOCK_VIOLATION"),
        reason: "as wine-lock-waits-for-ever",
        source: "Win32 documentation, LockFileEx",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    f = CreateFile("\\.\vol\f", GENERIC_READ | GENERIC_WRITE, dwShareMode: FILE_SHARE_READ | FILE_SHARE_WRITE)
    other = CreateFile("\\.\vol\f", GENERIC_READ, FILE_FLAG_OVERLAPPED, dwShareMode: FILE_SHARE_READ | FILE_SHARE_WRITE)
    LockFileEx(f, 4, LOCKFILE_EXCLUSIVE_LOCK)
    LockFileEx(other, 4)
    UnlockFileEx(f, 4)
    UnlockFileEx(other, 4)
"#,
        ..WINE
    },
    Known {
        id: "wine-lock-tells-no-status",
        after: &["LockFileEx"],
        what: "Status",
        real: Some("not written"),
        reason: "LockFileEx does not write into the OVERLAPPED",
        source: "Win32 documentation, OVERLAPPED",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    f = CreateFile("\\.\vol\f", GENERIC_READ | GENERIC_WRITE)
    held = LockFileEx(f, 4, LOCKFILE_EXCLUSIVE_LOCK)
"#,
        ..WINE
    },
    Known {
        id: "wine-unlocks-nothing",
        calls: &["UnlockFileEx"],
        model: Some("FALSE, ERROR_NOT_LOCKED"),
        real: Some("FALSE, ERROR_LOCK_VIOLATION"),
        harmless: true,
        reason: "to unlock what is not locked fails with another error",
        source: "Wine ntdll/tests/file.c, test_read_write; kernel32/tests/file.c, test_LockFile (J-05)",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    f = CreateFile("\\.\vol\f", GENERIC_READ | GENERIC_WRITE)
    UnlockFileEx(f, 4)
"#,
        ..WINE
    },
    Known {
        id: "wine-length-of-a-file-to-read",
        calls: &["NtSetInformationFile"],
        model: Some("STATUS_ACCESS_DENIED"),
        real: Some("STATUS_INVALID_PARAMETER"),
        harmless: true,
        reason: "a file that was opened to read refuses another length with another status",
        source: "WDK, ZwSetInformationFile: FileEndOfFileInformation needs FILE_WRITE_DATA",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    f = CreateFile("\\.\vol\f", GENERIC_READ | GENERIC_WRITE, dwShareMode: FILE_SHARE_READ)
    WriteFile(f, 10 bytes)
    late = NtCreateFile("\??\vol\f", GENERIC_READ, share: FILE_SHARE_READ | FILE_SHARE_WRITE)
    NtSetInformationFile(late, class: FileEndOfFileInformation, end: 1)
"#,
        ..WINE
    },
    Known {
        id: "wine-no-oplocks",
        calls: &["NtFsControlFile"],
        real: Some("STATUS_NOT_SUPPORTED"),
        reason: "Wine has no oplocks",
        source: "WDK, FSCTL_REQUEST_BATCH_OPLOCK",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    f = CreateFile("\\.\vol\f", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    o = NtFsControlFile(f, FSCTL_REQUEST_BATCH_OPLOCK)
"#,
        ..WINE
    },
    Known {
        id: "wine-apc-of-a-cached-read",
        calls: &["SleepEx"],
        after: &["NtReadFile"],
        model: Some("0"),
        real: Some("WAIT_IO_COMPLETION"),
        harmless: true,
        reason: "the APC of a read that the cache answers at once is delivered",
        source: "Wine ntdll/tests/file.c, read_file_test, where it is marked as wrong in Wine (D-12)",
        scenario: CACHED_READ,
        ..WINE
    },
    Known {
        id: "wine-delivers-the-apc-of-a-cached-read",
        after: &["NtReadFile"],
        what: "delivered",
        model: Some("nothing"),
        real: Some("true"),
        reason: "as wine-apc-of-a-cached-read",
        source: "Wine ntdll/tests/file.c, read_file_test, where it is marked as wrong in Wine (D-12)",
        scenario: CACHED_READ,
        ..WINE
    },
    Known {
        id: "wine-removed-directory-tells-nothing",
        calls: &["RemoveDirectory"],
        after: &["FindFirstChangeNotification"],
        what: "FileObject.Event",
        model: Some("true"),
        real: Some("false"),
        last: true,
        reason: "who watches a directory is not told when it is removed",
        source: "Wine kernel32/tests/change.c, test_ffcn_directory_overlap, where it is marked as wrong in Wine (D-20)",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    CreateDirectory("\\.\vol\d")
    h = FindFirstChangeNotification("\\.\vol\d", FILE_NOTIFY_CHANGE_FILE_NAME)
    RemoveDirectory("\\.\vol\d")
"#,
        ..WINE
    },
    Known {
        id: "wine-closed-watch-tells-nothing",
        calls: &["WaitForMultipleObjects"],
        after: &["FindFirstChangeNotification"],
        reason: "a wait for a watch goes on when another thread closes it",
        source: "WDK, FsRtlNotifyCleanup: it completes what the file object waits for; Wine kernel32/tests/change.c, test_ffcnMultipleThreads (D-21)",
        scenario: r#"device vol driver=ntfs
process app
  thread a
    e = CreateEvent()
    h = FindFirstChangeNotification("\\.\vol", FILE_NOTIFY_CHANGE_FILE_NAME)
    WaitForMultipleObjects([e, h], FALSE, INFINITE)
  thread b
    FindCloseChangeNotification(h)
"#,
        ..WINE
    },
    Known {
        id: "wine-watch-remembers-nothing",
        calls: &["FindNextChangeNotification"],
        what: "FileObject.Event",
        model: Some("true"),
        real: Some("false"),
        last: true,
        reason: "what changes before FindNextChangeNotification is not told after it",
        source: "Wine kernel32/tests/change.c, test_readdirectorychanges (D-19): changes between two requests end the next at once",
        scenario: r#"device vol driver=ntfs
process app
  thread main
    h = FindFirstChangeNotification("\\.\vol", FILE_NOTIFY_CHANGE_FILE_NAME)
    CreateFile("\\.\vol\a", GENERIC_READ)
    CreateFile("\\.\vol\b", GENERIC_READ)
    FindNextChangeNotification(h)
"#,
        ..WINE
    },
    Known {
        id: "wine-section-without-protection",
        calls: &["NtCreateSection"],
        model: Some("STATUS_INVALID_PAGE_PROTECTION"),
        real: Some("STATUS_SUCCESS"),
        harmless: true,
        reason: "a section that gives no access to its pages is made",
        source: "ReactOS kernel test ntos_mm/ZwCreateSection.c (T-69)",
        scenario: r#"process app
  thread main
    NtCreateSection(4096, SectionPageProtection: PAGE_NOACCESS)
"#,
        ..WINE
    },
    Known {
        id: "wine-view-writes-what-its-section-does-not",
        calls: &["NtMapViewOfSection"],
        model: Some("STATUS_SECTION_PROTECTION"),
        reason: "the protection of a section is not looked at, only what its handle and its file grant",
        source: "WDK, ZwMapViewOfSection",
        scenario: r#"process app
  thread main
    section = NtCreateSection(4096, SectionPageProtection: PAGE_READONLY)
    NtMapViewOfSection(section, PAGE_READWRITE)
"#,
        ..WINE
    },
];

const CACHED_READ: &str = r#"device vol driver=ntfs
process app
  thread main
    f = NtCreateFile("\??\vol\f", GENERIC_READ | GENERIC_WRITE, FILE_SYNCHRONOUS_IO_NONALERT)
    NtWriteFile(f, 10 bytes)
    r = NtReadFile(f, 4 bytes, offset: 0, apc: TRUE)
    SleepEx(0, alertable: TRUE)
"#;
