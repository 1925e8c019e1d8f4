//! T-64 to T-69, I-11: sections of a file, and how long they hold its file object.
//!
//! Sources: ReactOS kernel tests ntos_mm/MmSection.c and ZwCreateSection.c; Wine ntdll/tests/file.c,
//! test_file_disposition_information, and kernel32/tests/file.c, test_eof.

use crate::i::on_volume;
use sim_core::profile::Version;

use crate::story::{holds, model_holds_on};

const FILE: &str = r#"device vol driver=ntfs
process app
  thread main
    file = CreateFile("\\.\vol\a", GENERIC_READ | GENERIC_WRITE, share: FILE_SHARE_READ | FILE_SHARE_WRITE)
"#;

fn of_file(story: &str) {
    holds(&format!("{FILE}{}", story.trim_start_matches('\n')));
}

#[test]
fn t_64_t_65_the_first_data_section_takes_one_reference_on_the_file_object() {
    of_file(
        r"
    check file.HandleCount == 1 and file.PointerCount == 1
    section = NtCreateSection(4096, FileHandle: file)      -> STATUS_SUCCESS
    check file.HandleCount == 1 and file.PointerCount == 2
    check section.HandleCount == 1 and section.PointerCount == 1
    check section.GrantedAccess == 0xF001F
",
    );
}

#[test]
fn t_66_the_reference_stays_when_the_section_goes_and_others_come_and_go() {
    of_file(
        r"
    first = NtCreateSection(4096, FileHandle: file)        -> STATUS_SUCCESS
    NtClose(first)                                         -> STATUS_SUCCESS
    check deleted(first) and file.PointerCount == 2
    second = NtCreateSection(0, FileHandle: file)          -> STATUS_SUCCESS
    check file.PointerCount == 2
    third = NtCreateSection(0, FileHandle: file)           -> STATUS_SUCCESS
    check file.PointerCount == 2
    NtClose(second)                                        -> STATUS_SUCCESS
    NtClose(third)                                         -> STATUS_SUCCESS
    check file.PointerCount == 2 and file.HandleCount == 1
",
    );
}

#[test]
fn t_68_mapping_a_view_changes_neither_count_of_the_section() {
    of_file(
        r#"
    section = NtCreateSection(4096, name: "\BaseNamedObjects\s", FileHandle: file)   -> STATUS_SUCCESS
    same = NtOpenSection("\BaseNamedObjects\s")            -> STATUS_SUCCESS
    check section.HandleCount == 2 and section.PointerCount == 3
    view = NtMapViewOfSection(section, PAGE_READWRITE)     -> STATUS_SUCCESS
    check section.HandleCount == 2 and section.PointerCount == 3
    check file.HandleCount == 1 and file.PointerCount == 2
    NtUnmapViewOfSection(view)                             -> STATUS_SUCCESS
    check section.HandleCount == 2 and section.PointerCount == 3 and file.PointerCount == 2
"#,
    );
}

#[test]
fn t_69_what_is_refused() {
    // A serial device exists on the model alone.
    model_holds_on(
        Version::Win11,
        r#"device vol driver=ntfs
device com driver=serial
process app
  thread main
    file = CreateFile("\\.\vol\a", GENERIC_READ | GENERIC_WRITE)
    com = CreateFile("\\.\com", GENERIC_READ | GENERIC_WRITE)
    dir = NtCreateFile("\??\vol\d", GENERIC_READ, options: FILE_DIRECTORY_FILE)                 -> STATUS_SUCCESS
    NtCreateSection(0, FileHandle: file, SectionPageProtection: PAGE_NOACCESS)                  -> STATUS_INVALID_PAGE_PROTECTION
    NtCreateSection(4096, SectionPageProtection: PAGE_GUARD)                                    -> STATUS_INVALID_PAGE_PROTECTION
    NtCreateSection(4096, FileHandle: com)                                                      -> STATUS_INVALID_FILE_FOR_SECTION
    NtCreateSection(4096, FileHandle: dir, SectionPageProtection: PAGE_READONLY)                -> STATUS_INVALID_FILE_FOR_SECTION
    NtCreateSection(0)                                                                          -> STATUS_INVALID_PARAMETER_4
    NtCreateSection(0, FileHandle: file)                                                        -> STATUS_MAPPED_FILE_SIZE_ZERO
    NtCreateSection(4096, FileHandle: file, SectionPageProtection: PAGE_READONLY)               -> STATUS_SECTION_TOO_BIG
    check file.PointerCount == 1 and com.PointerCount == 1 and dir.PointerCount == 1
"#,
    );
}

#[test]
fn a_section_without_a_file_is_refused_and_mapped_as_on_windows() {
    holds(
        r#"process app
  thread main
    NtCreateSection(4096, SectionPageProtection: PAGE_NOACCESS)    -> STATUS_INVALID_PAGE_PROTECTION
    NtCreateSection(0)                                             -> STATUS_INVALID_PARAMETER_4
    CreateFileMapping(INVALID_HANDLE_VALUE, 0)                     -> ERROR_INVALID_PARAMETER
    section = CreateFileMapping(INVALID_HANDLE_VALUE, 4096, "s", flProtect: PAGE_READONLY)
    check section.GrantedAccess == 0xF0005
    MapViewOfFile(section, FILE_MAP_WRITE)                         -> ERROR_ACCESS_DENIED
    view = MapViewOfFile(section)
    CloseHandle(section)                                           -> TRUE
    OpenFileMapping(FILE_MAP_READ, FALSE, "s")                     -> ERROR_FILE_NOT_FOUND
    UnmapViewOfFile(view)                                          -> TRUE
    UnmapViewOfFile(view)                                          -> ERROR_INVALID_ADDRESS
    NtUnmapViewOfSection(view)                                     -> STATUS_NOT_MAPPED_VIEW
"#,
    );
}

#[test]
fn a_view_writes_only_what_its_section_does() {
    holds(
        r"process app
  thread main
    section = NtCreateSection(4096, SectionPageProtection: PAGE_READONLY)  -> STATUS_SUCCESS
    NtMapViewOfSection(section, PAGE_READWRITE)                            -> STATUS_SECTION_PROTECTION
",
    );
}

/// The story of a file of 8192 bytes, `file`, that its handle can delete.
fn on_file(story: &str) {
    on_volume(&format!(
        "    file = NtCreateFile(\"\\??\\vol\\f\", GENERIC_READ | GENERIC_WRITE | DELETE, \
         options: FILE_SYNCHRONOUS_IO_NONALERT) -> STATUS_SUCCESS\n    WriteFile(file, 8192 bytes) -> TRUE\n{}",
        story.trim_start_matches('\n')
    ));
}

#[test]
fn i_11_a_section_or_a_view_keeps_its_file_from_being_deleted() {
    on_file(
        r#"
    section = CreateFileMapping(file, 0)
    NtSetInformationFile(file, class: FileDispositionInformation, delete: TRUE)   -> STATUS_CANNOT_DELETE
    NtSetInformationFile(file, class: FileDispositionInformation, delete: FALSE)  -> STATUS_SUCCESS
    view = MapViewOfFile(section, FILE_MAP_READ)
    CloseHandle(section)                                                          -> TRUE
    NtSetInformationFile(file, class: FileDispositionInformation, delete: TRUE)   -> STATUS_CANNOT_DELETE
    NtSetInformationFile(file, class: FileDispositionInformation, delete: FALSE)  -> STATUS_SUCCESS
    UnmapViewOfFile(view)                                                         -> TRUE
    NtSetInformationFile(file, class: FileDispositionInformation, delete: TRUE)   -> STATUS_SUCCESS
    CloseHandle(file)                                                             -> TRUE
    NtQueryAttributesFile("\??\vol\f")                                           -> STATUS_OBJECT_NAME_NOT_FOUND
"#,
    );
}

#[test]
fn i_11_a_mapped_file_cannot_be_made_shorter() {
    on_file(
        r"
    SetFilePointerEx(file, 4096)                -> TRUE
    section = CreateFileMapping(file, 0)
    SetEndOfFile(file)                          -> ERROR_USER_MAPPED_FILE
    view = MapViewOfFile(section, FILE_MAP_READ)
    CloseHandle(section)                        -> TRUE
    SetEndOfFile(file)                          -> ERROR_USER_MAPPED_FILE
    UnmapViewOfFile(view)                       -> TRUE
    SetEndOfFile(file)                          -> TRUE
",
    );
}
