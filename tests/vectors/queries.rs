//! What queries answer, from family F.
//!
//! | id | public source |
//! | --- | --- |
//! | F-11 | Wine ntdll/tests/om.c, test_NtCompareObjects |
//! | F-15 | Wine ntdll/tests/om.c, test_query_object |

use sim_core::profile::{Arch, Profile, Version};
use sim_model::lang::parse;
use sim_model::scenario::{compile_for, run};

/// Runs lines of one thread under some Windows versions; every line must be as expected.
pub(crate) fn holds(versions: &[Version], lines: &str) {
    holds_on(versions, Arch::X64, lines);
}

/// The same on an architecture.
pub(crate) fn holds_on(versions: &[Version], arch: Arch, lines: &str) {
    let arch = arch.name();
    let text = format!("arch {arch}\ndevice serial0 driver=serial\nprocess app\n  thread main\n{lines}");
    for version in versions {
        let scenario = parse("vector.kobj", &text).unwrap_or_else(|error| panic!("{error}"));
        let program =
            compile_for(scenario, Some(Profile::of(*version))).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(run(&program).world.failed(), None, "{version:?} {arch}");
    }
}

#[test]
fn f_11_objects_are_compared_not_what_they_stand_for() {
    holds(
        &[Version::Win10, Version::Win11],
        r#"    first = CreateFile("\\.\serial0", GENERIC_READ)
    second = CreateFile("\\.\serial0", GENERIC_READ)
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
fn f_15_basic_information_has_its_exact_length_and_types_count() {
    holds(
        Version::ALL,
        r#"    event = CreateEvent()
    copy = DuplicateHandle(event)                               -> TRUE
    NtQueryObject(event, ObjectBasicInformation, length: 55)    -> STATUS_INFO_LENGTH_MISMATCH
    NtQueryObject(event, ObjectBasicInformation, length: 57)    -> STATUS_INFO_LENGTH_MISMATCH
    NtQueryObject(event, ObjectBasicInformation, length: 56)    -> STATUS_SUCCESS
    type = NtQueryObject(event, ObjectTypeInformation)          -> STATUS_SUCCESS
    check type.TypeName == "Event"
    check type.TotalNumberOfObjects == 1 and type.TotalNumberOfHandles == 2
"#,
    );
}
