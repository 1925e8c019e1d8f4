//! Family I: deleting files, and who may open them.

use crate::pipes::holds;

/// The story of one thread on a fresh volume.
fn on_volume(story: &str) {
    holds(&format!("device vol driver=ntfs\nprocess app\n  thread main\n{}", story.trim_start_matches('\n')));
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
