//! Family I: deleting files, and who may open them.
//!
//! | id | asserted by |
//! | --- | --- |
//! | I-01 to I-04, I-06, I-08 to I-10 | dlls/ntdll/tests/file.c, test_file_disposition_information, delete_file_test |
//! | I-12 | dlls/kernel32/tests/file.c, test_DeleteFileA |

use sim_core::profile::Profile;

use crate::story::holds_on;

/// The story of one thread on a fresh volume of that version of Windows.
pub(super) fn on_volume_of(profile: &str, story: &str) {
    let head = "device vol driver=ntfs\nprocess app\n  thread main\n";
    let version = Profile::named(profile).expect("a profile").version;
    holds_on(version, &format!("{head}{}", story.trim_start_matches('\n')));
}

/// The story of one thread on a fresh volume.
pub(super) fn on_volume(story: &str) {
    on_volume_of("win11", story);
}

/// The story of a file that is open twice, `h1` and `h2`, each with DELETE access and sharing all.
fn on_two_opens(story: &str) {
    let open = |label: &str| {
        format!(
            "    {label} = NtCreateFile(\"\\??\\vol\\f\", GENERIC_READ | DELETE, share: FILE_SHARE_READ | FILE_SHARE_WRITE | \
             FILE_SHARE_DELETE) -> STATUS_SUCCESS\n"
        )
    };
    on_volume(&format!("{}{}{}", open("h1"), open("h2"), story.trim_start_matches('\n')));
}

#[test]
fn i_01_a_disposition_needs_delete_access_and_the_file_goes_at_the_last_close() {
    on_volume(
        r#"
    h = NtCreateFile("\??\vol\f", GENERIC_READ | GENERIC_WRITE, disposition: FILE_CREATE) -> STATUS_SUCCESS
    NtSetInformationFile(h, class: FileDispositionInformation, delete: TRUE) -> STATUS_ACCESS_DENIED
    CloseHandle(h) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_SUCCESS
    d = NtCreateFile("\??\vol\f", DELETE) -> STATUS_SUCCESS
    NtSetInformationFile(d, class: FileDispositionInformation, delete: TRUE) -> STATUS_SUCCESS
    CloseHandle(d) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_OBJECT_NAME_NOT_FOUND
"#,
    );
}

#[test]
fn i_02_a_marked_file_is_delete_pending_to_everybody_until_both_are_closed() {
    on_two_opens(
        r#"
    NtSetInformationFile(h1, class: FileDispositionInformation, delete: TRUE) -> STATUS_SUCCESS
    NtQueryAttributesFile("\??\vol\f") -> STATUS_DELETE_PENDING
    one = NtQueryInformationFile(h1, FileStandardInformation)
    two = NtQueryInformationFile(h2, FileStandardInformation)
    check one.DeletePending == 1 and two.DeletePending == 1
    CreateFile("\\.\vol\f", GENERIC_READ, dwCreationDisposition: OPEN_EXISTING) -> ERROR_ACCESS_DENIED
    CloseHandle(h1) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_DELETE_PENDING
    CloseHandle(h2) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_OBJECT_NAME_NOT_FOUND
"#,
    );
}

#[test]
fn i_02_a_marked_file_is_opened_by_nobody_whatever_they_share() {
    on_two_opens(
        r#"
    NtSetInformationFile(h1, class: FileDispositionInformation, delete: TRUE) -> STATUS_SUCCESS
    CreateFile("\\.\vol\f", GENERIC_READ, dwShareMode: FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, dwCreationDisposition: OPEN_EXISTING) -> ERROR_ACCESS_DENIED
"#,
    );
}

#[test]
fn i_03_the_mark_belongs_to_the_file_and_each_file_object_can_take_it_back() {
    for close in ["h1", "h2"] {
        let other = if close == "h1" { "h2" } else { "h1" };
        on_two_opens(&format!(
            r#"
    NtSetInformationFile(h1, class: FileDispositionInformation, delete: TRUE) -> STATUS_SUCCESS
    seen = NtQueryInformationFile(h2, FileStandardInformation)
    check seen.DeletePending == 1
    NtSetInformationFile(h2, class: FileDispositionInformation, delete: FALSE) -> STATUS_SUCCESS
    CloseHandle({close}) -> TRUE
    left = NtQueryInformationFile({other}, FileStandardInformation)
    check left.DeletePending == 0
    CloseHandle({other}) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_SUCCESS
"#
        ));
    }
}

#[test]
fn i_04_the_same_handle_can_take_it_back_and_directories_are_no_different() {
    let share = "share: FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE";
    for options in ["FILE_DIRECTORY_FILE", "FILE_NON_DIRECTORY_FILE"] {
        on_volume(&format!(
            r#"
    h1 = NtCreateFile("\??\vol\f", GENERIC_READ | DELETE, {options}, {share}) -> STATUS_SUCCESS
    h2 = NtCreateFile("\??\vol\f", GENERIC_READ | DELETE, {options}, {share}) -> STATUS_SUCCESS
    NtSetInformationFile(h1, class: FileDispositionInformation, delete: TRUE) -> STATUS_SUCCESS
    NtSetInformationFile(h1, class: FileDispositionInformation, delete: FALSE) -> STATUS_SUCCESS
    NtQueryAttributesFile("\??\vol\f") -> STATUS_SUCCESS
    NtSetInformationFile(h1, class: FileDispositionInformation, delete: TRUE) -> STATUS_SUCCESS
    CreateFile("\\.\vol\f", GENERIC_READ, FILE_FLAG_BACKUP_SEMANTICS, dwCreationDisposition: OPEN_EXISTING) -> ERROR_ACCESS_DENIED
    CloseHandle(h1) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_DELETE_PENDING
    CloseHandle(h2) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_OBJECT_NAME_NOT_FOUND
"#
        ));
    }
}

/// The closed duplicate is asserted for FILE_DELETE_ON_CLOSE, inferred for a disposition.
#[test]
fn i_05_closing_a_duplicate_deletes_nothing() {
    on_volume(
        r#"
    h = NtCreateFile("\??\vol\f", GENERIC_READ | DELETE) -> STATUS_SUCCESS
    copy = DuplicateHandle(h) -> TRUE
    NtSetInformationFile(copy, class: FileDispositionInformation, delete: TRUE) -> STATUS_SUCCESS
    CloseHandle(copy) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_DELETE_PENDING
    NtSetInformationFile(h, class: FileDispositionInformation, delete: FALSE) -> STATUS_SUCCESS
    CloseHandle(h) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_SUCCESS
"#,
    );
}

#[test]
fn i_06_delete_on_close_marks_the_file_when_its_own_file_object_is_cleaned_up() {
    let share = "dwShareMode: FILE_SHARE_READ | FILE_SHARE_DELETE";
    on_volume(&format!(
        r#"
    doc = CreateFile("\\.\vol\f", GENERIC_READ, FILE_FLAG_DELETE_ON_CLOSE, {share}, dwCreationDisposition: CREATE_NEW) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_SUCCESS
    other = CreateFile("\\.\vol\f", GENERIC_READ, {share}, dwCreationDisposition: OPEN_EXISTING) -> TRUE
    info = NtQueryInformationFile(other, FileStandardInformation)
    check info.DeletePending == 0
    CloseHandle(doc) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_DELETE_PENDING
    CloseHandle(other) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_OBJECT_NAME_NOT_FOUND
"#
    ));
}

#[test]
fn i_08_a_posix_delete_frees_the_name_when_the_file_object_that_set_it_is_closed() {
    on_two_opens(
        r#"
    NtSetInformationFile(h1, class: FileDispositionInformationEx, flags: FILE_DISPOSITION_DELETE | FILE_DISPOSITION_POSIX_SEMANTICS) -> STATUS_SUCCESS
    NtQueryAttributesFile("\??\vol\f") -> STATUS_DELETE_PENDING
    CloseHandle(h1) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_OBJECT_NAME_NOT_FOUND
    new = CreateFile("\\.\vol\f", GENERIC_READ, dwCreationDisposition: CREATE_NEW) -> TRUE
    CloseHandle(h2) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_SUCCESS
"#,
    );
}

#[test]
fn i_08_on_close_without_delete_takes_delete_on_close_back() {
    on_volume(
        r#"
    doc = CreateFile("\\.\vol\f", GENERIC_READ, FILE_FLAG_DELETE_ON_CLOSE, dwCreationDisposition: CREATE_NEW) -> TRUE
    NtSetInformationFile(doc, class: FileDispositionInformationEx, flags: FILE_DISPOSITION_ON_CLOSE) -> STATUS_SUCCESS
    CloseHandle(doc) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_SUCCESS
"#,
    );
}

/// Before Windows 10 there is no such class.
#[test]
fn i_08_the_class_came_with_windows_10() {
    on_volume_of(
        "win81",
        r#"
    h = NtCreateFile("\??\vol\f", DELETE) -> STATUS_SUCCESS
    NtSetInformationFile(h, class: FileDispositionInformationEx, flags: FILE_DISPOSITION_DELETE) -> STATUS_INVALID_INFO_CLASS
"#,
    );
}

#[test]
fn i_09_who_does_not_share_the_deletion_cannot_open_the_file_beside_one_that_deletes() {
    on_volume(
        r#"
    doc = CreateFile("\\.\vol\f", GENERIC_READ, FILE_FLAG_DELETE_ON_CLOSE, dwShareMode: FILE_SHARE_READ | FILE_SHARE_DELETE, dwCreationDisposition: CREATE_NEW) -> TRUE
    CreateFile("\\.\vol\f", GENERIC_READ, dwShareMode: FILE_SHARE_READ, dwCreationDisposition: OPEN_EXISTING) -> ERROR_SHARING_VIOLATION
    NtCreateFile("\??\vol\f", GENERIC_READ, share: FILE_SHARE_READ | FILE_SHARE_WRITE, disposition: FILE_OPEN) -> STATUS_SHARING_VIOLATION
    CreateFile("\\.\vol\f", GENERIC_READ, dwShareMode: FILE_SHARE_READ | FILE_SHARE_DELETE, dwCreationDisposition: OPEN_EXISTING) -> TRUE
"#,
    );
}

#[test]
fn i_10_a_read_only_file_and_a_full_directory_cannot_be_deleted() {
    on_volume(
        r#"
    new = NtCreateFile("\??\vol\r", GENERIC_READ | DELETE, attributes: FILE_ATTRIBUTE_READONLY, disposition: FILE_CREATE) -> STATUS_SUCCESS
    NtSetInformationFile(new, class: FileDispositionInformation, delete: TRUE) -> STATUS_CANNOT_DELETE
    CloseHandle(new) -> TRUE
    NtCreateFile("\??\vol\r", DELETE, FILE_DELETE_ON_CLOSE, disposition: FILE_OPEN) -> STATUS_CANNOT_DELETE
    CreateDirectory("\\.\vol\d") -> TRUE
    inside = CreateFile("\\.\vol\d\a", GENERIC_READ, dwCreationDisposition: CREATE_NEW) -> TRUE
    CloseHandle(inside) -> TRUE
    d = NtCreateFile("\??\vol\d", DELETE, FILE_DIRECTORY_FILE, disposition: FILE_OPEN) -> STATUS_SUCCESS
    NtSetInformationFile(d, class: FileDispositionInformation, delete: TRUE) -> STATUS_DIRECTORY_NOT_EMPTY
    CloseHandle(d) -> TRUE
    RemoveDirectory("\\.\vol\d") -> ERROR_DIR_NOT_EMPTY
    doc = NtCreateFile("\??\vol\d", DELETE, FILE_DIRECTORY_FILE | FILE_DELETE_ON_CLOSE, disposition: FILE_OPEN) -> STATUS_SUCCESS
    CloseHandle(doc) -> TRUE
    NtQueryAttributesFile("\??\vol\d") -> STATUS_SUCCESS
    DeleteFile("\\.\vol\d\a") -> TRUE
    RemoveDirectory("\\.\vol\d") -> TRUE
    NtQueryAttributesFile("\??\vol\d") -> STATUS_OBJECT_NAME_NOT_FOUND
"#,
    );
}

#[test]
fn i_12_delete_file_frees_the_name_of_an_open_file_since_windows_10() {
    for (profile, status) in [
        ("xp", "STATUS_DELETE_PENDING"),
        ("win7", "STATUS_DELETE_PENDING"),
        ("win10", "STATUS_OBJECT_NAME_NOT_FOUND"),
        ("win11", "STATUS_OBJECT_NAME_NOT_FOUND"),
    ] {
        on_volume_of(
            profile,
            &format!(
                r#"
    held = CreateFile("\\.\vol\f", GENERIC_READ, dwShareMode: FILE_SHARE_READ | FILE_SHARE_DELETE, dwCreationDisposition: CREATE_NEW) -> TRUE
    DeleteFile("\\.\vol\f") -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> {status}
    CloseHandle(held) -> TRUE
    NtQueryAttributesFile("\??\vol\f") -> STATUS_OBJECT_NAME_NOT_FOUND
"#
            ),
        );
    }
}

/// No id: WDK, ZwCreateFile; Win32, CreateFile.
#[test]
fn a_disposition_says_what_to_do_with_a_file_that_is_there() {
    for (disposition, absent, present) in [
        ("CREATE_NEW", "TRUE", "ERROR_FILE_EXISTS"),
        ("CREATE_ALWAYS", "TRUE", "TRUE"),
        ("OPEN_EXISTING", "ERROR_FILE_NOT_FOUND", "TRUE"),
        ("OPEN_ALWAYS", "TRUE", "TRUE"),
        ("TRUNCATE_EXISTING", "ERROR_FILE_NOT_FOUND", "TRUE"),
    ] {
        on_volume(&format!(
            r#"
    one = CreateFile("\\.\vol\a", GENERIC_WRITE, dwCreationDisposition: {disposition}) -> {absent}
    CloseHandle(one)
    two = CreateFile("\\.\vol\b", GENERIC_WRITE, dwCreationDisposition: CREATE_NEW) -> TRUE
    CloseHandle(two) -> TRUE
    three = CreateFile("\\.\vol\B", GENERIC_WRITE, dwCreationDisposition: {disposition}) -> {present}
"#
        ));
    }
}

/// No id: Wine ntdll/tests/file.c, create_file_test; WDK, ZwCreateFile.
#[test]
fn a_directory_is_opened_as_one_and_a_file_is_none() {
    on_volume(
        r#"
    NtCreateFile("\??\vol\d\a", GENERIC_READ, disposition: FILE_CREATE) -> STATUS_OBJECT_PATH_NOT_FOUND
    d = NtCreateFile("\??\vol\d", GENERIC_READ, FILE_DIRECTORY_FILE, disposition: FILE_CREATE) -> STATUS_SUCCESS
    NtCreateFile("\??\vol\d", GENERIC_READ, FILE_DIRECTORY_FILE, disposition: FILE_CREATE) -> STATUS_OBJECT_NAME_COLLISION
    NtCreateFile("\??\vol\d", GENERIC_READ, FILE_NON_DIRECTORY_FILE, disposition: FILE_OPEN) -> STATUS_FILE_IS_A_DIRECTORY
    a = NtCreateFile("\??\vol\d\a", GENERIC_READ, disposition: FILE_CREATE) -> STATUS_SUCCESS
    NtCreateFile("\??\vol\d\a", GENERIC_READ, FILE_DIRECTORY_FILE, disposition: FILE_OPEN) -> STATUS_NOT_A_DIRECTORY
    NtCreateFile("\??\vol\d\a\b", GENERIC_READ, disposition: FILE_CREATE) -> STATUS_OBJECT_PATH_NOT_FOUND
    NtCreateFile("\??\vol\d\b", GENERIC_READ, disposition: FILE_OPEN) -> STATUS_OBJECT_NAME_NOT_FOUND
    NtCreateFile("\??\vol\e", GENERIC_READ, FILE_DIRECTORY_FILE, disposition: FILE_OVERWRITE_IF) -> STATUS_INVALID_PARAMETER
    NtCreateFile("\??\vol\d", GENERIC_READ, FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE) -> STATUS_INVALID_PARAMETER
    NtCreateFile("\??\vol\e", GENERIC_READ, FILE_DELETE_ON_CLOSE) -> STATUS_INVALID_PARAMETER
"#,
    );
}
