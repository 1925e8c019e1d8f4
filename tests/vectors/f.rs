//! Family F: handles (processes and jobs are in `processes.rs`), as tests that run on real Windows assert them.
//!
//! | id | public source |
//! | --- | --- |
//! | F-01 to F-04, F-06 | Wine kernel32/tests/process.c, test_DuplicateHandle |
//! | F-05 | ReactOS kernel test ntos_ob/ObHandle.c, TestDuplicate; WDK, ZwDuplicateObject |
//! | F-07 | Wine ntdll/tests/om.c, test_duplicate_object |
//! | F-09 | Wine ntdll/tests/exception.c, test_closehandle |
//! | F-10 | Wine ntdll/tests/om.c, ntdll/tests/exception.c; WDK, ObReferenceObjectByHandle |
//! | F-11 | Wine ntdll/tests/om.c, test_NtCompareObjects |

use sim_core::profile::Version;

use crate::story::{holds_always, lines_hold, lines_hold_since};

#[test]
fn f_01_a_duplicate_of_the_pseudo_handle_is_a_real_handle() {
    lines_hold(
        "    real = DuplicateHandle(GetCurrentProcess(), options: DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE) -> TRUE
    heir = DuplicateHandle(GetCurrentProcess(), inherit: TRUE) -> TRUE
    GetHandleInformation(real)                                 -> 0
    GetHandleInformation(heir)                                 -> 1
    check real.Value > 0 and real.Value < 0x10000 and heir.Value < 0x10000
    NtWaitForSingleObject(real, 0)                             -> STATUS_TIMEOUT
",
    );
    lines_hold_since(
        Version::Win10,
        "    real = DuplicateHandle(GetCurrentProcess())                -> TRUE
    NtCompareObjects(real, GetCurrentProcess())                -> STATUS_SUCCESS
",
    );
}

#[test]
fn f_02_a_plain_duplicate_is_another_value_and_both_can_be_used() {
    lines_hold(
        "    first = NtCreateEvent()
    second = DuplicateHandle(first)  -> TRUE
    check first.Value != second.Value and first.HandleCount == 2
    before = NtSetEvent(first)       -> STATUS_SUCCESS
    after = NtSetEvent(second)       -> STATUS_SUCCESS
    check before == 0 and after == 1
",
    );
}

#[test]
fn f_03_closing_the_source_gives_its_value_to_the_duplicate() {
    for (inherit, flags) in [("FALSE", 0), ("TRUE", 1)] {
        lines_hold(&format!(
            "    source = NtCreateEvent()
    SetHandleInformation(source, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) -> TRUE
    made = DuplicateHandle(source, inherit: {inherit}, options: DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE) -> TRUE
    check made.Value == source.Value and made.HandleCount == 1
    GetHandleInformation(made)                                             -> {flags}
"
        ));
    }
}

#[test]
fn f_04_a_protected_source_stays_open_and_protection_is_not_copied() {
    for (inherit, flags) in [("FALSE", 0), ("TRUE", 1)] {
        lines_hold(&format!(
            "    source = NtCreateEvent()
    SetHandleInformation(source, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE) -> TRUE
    made = DuplicateHandle(source, inherit: {inherit}, options: DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE) -> TRUE
    check made.Value != source.Value and source.HandleCount == 2
    GetHandleInformation(source)   -> 2
    GetHandleInformation(made)     -> {flags}
    NtClose(source)                -> STATUS_HANDLE_NOT_CLOSABLE
"
        ));
    }
}

#[test]
fn f_05_the_table_of_access_and_attributes() {
    const SAME: &str = "DUPLICATE_SAME_ACCESS";
    const LIKE: &str = "DUPLICATE_SAME_ATTRIBUTES";
    const BOTH: &str = "DUPLICATE_SAME_ACCESS | DUPLICATE_SAME_ATTRIBUTES";
    let rows = [
        ("0x1F0003", "FALSE", "0", 0x1F_0003, 0),
        ("1", "FALSE", "0", 1, 0),
        ("1", "TRUE", "0", 1, 1),
        ("1", "TRUE", SAME, 0x1F_0003, 1),
        ("1", "TRUE", LIKE, 1, 0),
        ("1", "TRUE", BOTH, 0x1F_0003, 0),
    ];
    for (access, inherit, options, granted, flags) in rows {
        lines_hold(&format!(
            "    source = NtCreateEvent()
    made = NtDuplicateObject(source, access: {access}, inherit: {inherit}, options: {options}) -> STATUS_SUCCESS
    check made.GrantedAccess == {granted} and source.GrantedAccess == 0x1F0003
    GetHandleInformation(made)   -> {flags}
    GetHandleInformation(source) -> 0
"
        ));
    }
    // Its inheritance, not its protection.
    lines_hold(
        "    heir = NtCreateEvent()
    SetHandleInformation(heir, HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE) -> TRUE
    made = NtDuplicateObject(heir, access: 0x1F0003, options: DUPLICATE_SAME_ATTRIBUTES) -> STATUS_SUCCESS
    GetHandleInformation(made)   -> 1
    GetHandleInformation(heir)   -> 3
",
    );
}

#[test]
fn f_06_reuse_is_not_lowest_first() {
    lines_hold(
        "    lower = NtCreateEvent()
    source = NtCreateEvent()
    CloseHandle(lower) -> TRUE
    made = DuplicateHandle(source, options: DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE) -> TRUE
    check made.Value == source.Value
",
    );
}

#[test]
fn f_07_wrong_duplicates() {
    lines_hold(
        "    NtDuplicateObject(0xBAD000)                                -> STATUS_INVALID_HANDLE
    source = NtCreateEvent()
    none = NtDuplicateObject(source, access: 0xFFFFFFFF)       -> STATUS_ACCESS_DENIED
    check none.Value == 0 and source.HandleCount == 1 and source.PointerCount == 1
    NtDuplicateObject(source, target: NULL)                    -> STATUS_INVALID_PARAMETER
    check source.HandleCount == 1 and source.PointerCount == 1
    NtDuplicateObject(source, target: NULL, options: DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE) -> STATUS_SUCCESS
    check not open(source)
    other = NtCreateEvent()
    NtDuplicateObject(other, access: 0xFFFFFFFF, options: DUPLICATE_CLOSE_SOURCE) -> STATUS_ACCESS_DENIED
    check not open(other)
",
    );
}

#[test]
fn f_09_closing_a_pseudo_handle_succeeds_from_windows_10_on() {
    lines_hold_since(
        Version::Win10,
        "    NtClose(GetCurrentProcess())      -> STATUS_SUCCESS
    NtClose(GetCurrentThread())       -> STATUS_SUCCESS
    NtClose(-3)                       -> STATUS_SUCCESS
    NtClose(-6)                       -> STATUS_SUCCESS
    NtClose(-7)                       -> STATUS_INVALID_HANDLE
    CloseHandle(INVALID_HANDLE_VALUE) -> TRUE
",
    );
}

#[test]
fn f_10_wrong_types_and_values() {
    lines_hold(
        "    port = CreateIoCompletionPort()
    NtSetEvent(GetCurrentProcess())                  -> STATUS_OBJECT_TYPE_MISMATCH
    NtSetEvent(port)                                 -> STATUS_OBJECT_TYPE_MISMATCH
    NtSetEvent(0xDEADBEEC)                           -> STATUS_INVALID_HANDLE
    NtSetEvent(NULL)                                 -> STATUS_INVALID_HANDLE
    weak = DuplicateHandle(port, dwDesiredAccess: 1) -> TRUE
    NtSetEvent(weak)                                 -> STATUS_OBJECT_TYPE_MISMATCH
",
    );
}

#[test]
fn f_11_objects_are_compared_not_what_they_stand_for() {
    lines_hold_since(
        Version::Win10,
        r#"    first = CreateNamedPipe("\\.\pipe\f", PIPE_ACCESS_DUPLEX, nMaxInstances: 2)
    second = CreateNamedPipe("\\.\pipe\f", PIPE_ACCESS_DUPLEX, nMaxInstances: 2)
    copy = DuplicateHandle(first)                               -> TRUE
    NtCompareObjects(first, first)                              -> STATUS_SUCCESS
    NtCompareObjects(first, copy)                               -> STATUS_SUCCESS
    NtCompareObjects(first, second)                             -> STATUS_NOT_SAME_OBJECT
    NtCompareObjects(GetCurrentProcess(), GetCurrentThread())   -> STATUS_NOT_SAME_OBJECT
    NtCompareObjects(first, NULL)                               -> STATUS_INVALID_HANDLE
"#,
    );
}

#[test]
fn a_process_handle_needs_process_dup_handle() {
    holds_always(
        "process other
  thread stranger
    theirs = NtCreateEvent()
process app
  thread main
    weak = OpenProcess(other, PROCESS_TERMINATE)
    strong = OpenProcess(other, PROCESS_DUP_HANDLE)
    none = NtCreateEvent()
    NtDuplicateObject(theirs, from: weak)                  -> STATUS_ACCESS_DENIED
    NtDuplicateObject(theirs, from: strong, target: weak)  -> STATUS_ACCESS_DENIED
    NtDuplicateObject(theirs, from: strong, target: none)  -> STATUS_OBJECT_TYPE_MISMATCH
    made = NtDuplicateObject(theirs, from: strong)         -> STATUS_SUCCESS
    check made.HandleCount == 2 and theirs.HandleCount == 2 and strong.PointerCount == 4
    NtDuplicateObject(theirs, target: weak, from: strong, options: DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE) -> STATUS_ACCESS_DENIED
    check not open(theirs) and made.HandleCount == 1
",
    );
}
