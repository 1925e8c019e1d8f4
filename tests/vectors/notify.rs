//! D-19 to D-21: directory notification.
//!
//! Source: Wine kernel32/tests/change.c, test_readdirectorychanges, test_ffcn_directory_overlap and
//! test_ffcnMultipleThreads.

use crate::story::holds;

const WATCHED: &str = r#"device vol driver=ntfs
process app
  thread main
    dir = NtCreateFile("\??\vol\d", GENERIC_READ, options: FILE_DIRECTORY_FILE)              -> STATUS_SUCCESS
"#;

fn on_directory(story: &str) {
    holds(&format!("{WATCHED}{}", story.trim_start_matches('\n')));
}

#[test]
fn d_19_the_first_request_of_a_file_object_fixes_filter_and_tree() {
    on_directory(
        r#"
    e = CreateEvent(TRUE, TRUE)
    r1 = ReadDirectoryChangesW(dir, 100, FILE_NOTIFY_CHANGE_DIR_NAME, hEvent: e)            -> TRUE
    check not signaled(e) and r1.Internal == STATUS_PENDING
    NtCreateFile("\??\vol\d\one", GENERIC_READ, options: FILE_DIRECTORY_FILE)               -> STATUS_SUCCESS
    check signaled(e) and r1.Internal == STATUS_SUCCESS and r1.InternalHigh == 18
    r2 = ReadDirectoryChangesW(dir, 100, FILE_NOTIFY_CHANGE_FILE_NAME, TRUE, hEvent: e)     -> TRUE
    CreateFile("\\.\vol\d\file", GENERIC_READ)
    NtCreateFile("\??\vol\d\one\two", GENERIC_READ, options: FILE_DIRECTORY_FILE)           -> STATUS_SUCCESS
    check not signaled(e)
    NtCreateFile("\??\vol\d\three", GENERIC_READ, options: FILE_DIRECTORY_FILE)             -> STATUS_SUCCESS
    check signaled(e) and r2.InternalHigh == 22
"#,
    );
}

#[test]
fn d_19_changes_between_requests_end_the_next_at_once() {
    on_directory(
        r#"
    r1 = ReadDirectoryChangesW(dir, 100, FILE_NOTIFY_CHANGE_FILE_NAME)                      -> TRUE
    CreateFile("\\.\vol\d\a", GENERIC_READ)
    CreateFile("\\.\vol\d\b", GENERIC_READ)
    check r1.InternalHigh == 14
    r2 = ReadDirectoryChangesW(dir, 100, FILE_NOTIFY_CHANGE_FILE_NAME)                      -> TRUE
    check r2.Internal == STATUS_SUCCESS and r2.InternalHigh == 14
    r3 = ReadDirectoryChangesW(dir, 100, FILE_NOTIFY_CHANGE_FILE_NAME)                      -> TRUE
    check r3.Internal == STATUS_PENDING
"#,
    );
}

#[test]
fn d_19_a_first_request_without_a_buffer_tells_no_changes_ever() {
    on_directory(
        r#"
    r1 = ReadDirectoryChangesW(dir, 0, FILE_NOTIFY_CHANGE_FILE_NAME, lpBuffer: NULL)        -> TRUE
    CreateFile("\\.\vol\d\a", GENERIC_READ)
    check r1.Internal == STATUS_NOTIFY_ENUM_DIR and r1.InternalHigh == 0
    r2 = ReadDirectoryChangesW(dir, 100, FILE_NOTIFY_CHANGE_FILE_NAME)                      -> TRUE
    CreateFile("\\.\vol\d\b", GENERIC_READ)
    check r2.Internal == STATUS_NOTIFY_ENUM_DIR and r2.InternalHigh == 0
"#,
    );
}

#[test]
fn d_19_a_short_buffer_gets_no_change() {
    on_directory(
        r#"
    r1 = ReadDirectoryChangesW(dir, 100, FILE_NOTIFY_CHANGE_FILE_NAME)                      -> TRUE
    CreateFile("\\.\vol\d\a", GENERIC_READ)
    r2 = ReadDirectoryChangesW(dir, 12, FILE_NOTIFY_CHANGE_FILE_NAME)                       -> TRUE
    CreateFile("\\.\vol\d\b", GENERIC_READ)
    check r2.Internal == STATUS_NOTIFY_ENUM_DIR and r2.InternalHigh == 0
"#,
    );
}

#[test]
fn d_20_a_parents_watch_can_be_closed_without_its_childs() {
    on_directory(
        r#"
    parent = FindFirstChangeNotification("\\.\vol", FILE_NOTIFY_CHANGE_FILE_NAME, TRUE)
    child = NtCreateFile("\??\vol\d\c", GENERIC_READ, options: FILE_DIRECTORY_FILE)         -> STATUS_SUCCESS
    r = ReadDirectoryChangesW(child, 100, FILE_NOTIFY_CHANGE_FILE_NAME)                     -> TRUE
    FindCloseChangeNotification(parent)                                                     -> TRUE
    check r.Internal == STATUS_PENDING
    CreateFile("\\.\vol\d\c\f", GENERIC_READ)
    check r.Internal == STATUS_SUCCESS
"#,
    );
}

#[test]
fn d_21_a_wait_for_a_watch_is_satisfied_when_another_thread_closes_it() {
    holds(
        r#"device vol driver=ntfs
process app
  thread a
    one = FindFirstChangeNotification("\\.\vol", FILE_NOTIFY_CHANGE_FILE_NAME)
    two = FindFirstChangeNotification("\\.\vol", FILE_NOTIFY_CHANGE_FILE_NAME)
    WaitForMultipleObjects([one, two], FALSE, INFINITE)                     -> WAIT_OBJECT_0 or WAIT_OBJECT_0 + 1
  thread b
    FindCloseChangeNotification(one)                                        -> TRUE
"#,
    );
}

#[test]
fn d_20_the_watch_of_a_directory_that_is_removed_is_told() {
    holds(
        r#"device vol driver=ntfs
process app
  thread main
    CreateDirectory("\\.\vol\d")                                               -> TRUE
    h = FindFirstChangeNotification("\\.\vol\d", FILE_NOTIFY_CHANGE_FILE_NAME)
    WaitForSingleObject(h, 0)                                                   -> WAIT_TIMEOUT
    RemoveDirectory("\\.\vol\d")                                               -> TRUE
    WaitForSingleObject(h, 0)                                                   -> WAIT_OBJECT_0
    FindCloseChangeNotification(h)                                              -> TRUE
"#,
    );
}
