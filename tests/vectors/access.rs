//! Access, exclusive handles and values of handles, from families F and R.
//!
//! | id | public source |
//! | --- | --- |
//! | F-07 | Wine ntdll/tests/om.c, test_duplicate_object: a variable that cannot be written; ReactOS ob/obhandle.c: it is tried first |
//! | F-15 | Wine ntdll/tests/om.c, test_query_object: totals and high-water marks, names of files |
//! | F-16 | Wine ntdll/tests/om.c: objects created and opened with access 0 |
//! | F-20 | Wine's tests of pseudo handles on 64-bit Windows |
//! | R-08 | ReactOS kernel test ntos_ob/ObHandle.c, the table of values to close, on a table that is known |
//! | exclusive | ReactOS ob/obhandle.c |

use sim_core::nt::close::NtClose;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::terminate::NtTerminate;
use sim_core::ob::types::ObjectType;
use sim_core::profile::{Profile, Version};
use sim_core::ps::create::{Inheritance, NtCreateUserProcess};
use sim_core::{Access, Handle, NtStatus};
use sim_tests::Machine;

use crate::story::{holds_since, lines_hold, lines_hold_since, model_holds_since};

/// A device, and a thread.
const SERIAL: &str = "device serial0 driver=serial
process app
  thread main
";

#[test]
fn f_07_a_duplicate_that_cannot_be_told_is_not_made() {
    lines_hold(
        r#"    e = CreateEvent()
    DuplicateHandle(e, lpTargetHandle: unwritable)                          -> ERROR_NOACCESS
    NtDuplicateObject(e, options: DUPLICATE_CLOSE_SOURCE, out: unwritable)  -> STATUS_ACCESS_VIOLATION
    NtDuplicateObject(NULL, out: unwritable)                                -> STATUS_ACCESS_VIOLATION
    NtDuplicateObject(e, target: NULL, from: NULL, out: unwritable)         -> STATUS_ACCESS_VIOLATION
    check e.HandleCount == 1 and e.PointerCount == 1
    DuplicateHandle(e)                                                      -> TRUE
    check e.HandleCount == 2
"#,
    );
}

#[test]
fn f_15_basic_information_has_its_exact_length_and_types_count() {
    lines_hold(
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

#[test]
fn f_15_totals_never_pass_their_high_water_marks() {
    lines_hold(
        r#"    first = CreateEvent()
    copy = DuplicateHandle(first)                                -> TRUE
    second = CreateEvent()
    third = CreateEvent()
    CloseHandle(second)                                          -> TRUE
    CloseHandle(third)                                           -> TRUE
    CloseHandle(copy)                                            -> TRUE
    type = NtQueryObject(first, ObjectTypeInformation)           -> STATUS_SUCCESS
    check type.TotalNumberOfObjects == 1 and type.HighWaterNumberOfObjects == 3
    check type.TotalNumberOfHandles == 1 and type.HighWaterNumberOfHandles == 4
    fourth = CreateEvent()
    again = NtQueryObject(first, ObjectTypeInformation)          -> STATUS_SUCCESS
    check again.TotalNumberOfObjects == 2 and again.HighWaterNumberOfObjects == 3
    check again.TotalNumberOfHandles == 2 and again.HighWaterNumberOfHandles == 4
    port = CreateIoCompletionPort()
    other = NtQueryObject(port, ObjectTypeInformation)           -> STATUS_SUCCESS
    check other.HighWaterNumberOfObjects == 1 and other.HighWaterNumberOfHandles == 1
    NtQueryObject(first, ObjectNameInformation, length: 15)      -> STATUS_INFO_LENGTH_MISMATCH
"#,
    );
    let file = format!(
        r#"{SERIAL}    file = CreateFile("\\.\serial0", GENERIC_READ)
    NtQueryObject(file, ObjectNameInformation, length: 17)       -> STATUS_BUFFER_OVERFLOW
"#
    );
    model_holds_since(Version::Xp, &file);
}

#[test]
fn f_15_a_process_is_counted_from_its_creation_to_its_deletion() {
    for version in Version::ALL {
        let mut m = Machine::new(Profile::of(*version).remembering_most());
        let counts = |m: &Machine| {
            let most = m.k.high_water(ObjectType::Process).unwrap();
            (m.k.type_totals(ObjectType::Process).objects, most.objects)
        };
        assert_eq!(counts(&m), (3, 3), "System and two more; a third is not created yet");
        let (child, parent, inherits) = (m.processes[2], Handle::CURRENT_PROCESS, Inheritance::Nothing);
        let made = m.call(0, NtCreateUserProcess::ReferenceParent { child, parent, inherits });
        assert_eq!(counts(&m), (4, 4));
        let handle = made.unwrap().value.handle();
        let first = m.k.collect_thread_handle(m.threads[0]).unwrap();
        m.call(0, NtTerminate::process(handle, 1));
        m.call(0, NtClose::of(first));
        assert_eq!(counts(&m), (4, 4), "its handle holds it");
        m.call(0, NtClose::of(handle));
        assert_eq!(counts(&m), (3, 4));
    }
}

#[test]
fn f_16_access_0_is_enough_for_a_new_object_and_for_no_other() {
    for (create, open) in [
        ("NtCreateEvent(", "NtOpenEvent"),
        ("NtCreateSemaphore(0, 1, ", "NtOpenSemaphore"),
        ("NtCreateMutant(", "NtOpenMutant"),
        ("NtCreateTimer(", "NtOpenTimer"),
        ("NtCreateIoCompletion(", "NtOpenIoCompletion"),
        ("NtCreateSection(4096, ", "NtOpenSection"),
        ("NtCreateDirectoryObject(", "NtOpenDirectoryObject"),
        ("NtCreateSymbolicLinkObject(\"\\Device\", ", "NtOpenSymbolicLinkObject"),
    ] {
        let name = r#"name: "\BaseNamedObjects\o""#;
        let lines = format!(
            r#"    none = {create}{name}, access: 0)                          -> STATUS_SUCCESS
    check none.GrantedAccess == 0 and none.HandleCount == 1 and named(none)
    opened = {open}({name}, access: 0)                           -> STATUS_ACCESS_DENIED
    again = {create}{name}, attributes: OBJ_OPENIF, access: 0)   -> STATUS_ACCESS_DENIED
    check opened.Value == 0 and again.Value == 0
    check none.HandleCount == 1 and none.PointerCount == 2
    CloseHandle(none)                                            -> TRUE
    {open}({name})                                               -> STATUS_OBJECT_NAME_NOT_FOUND
    unnamed = {create}access: 0)                                 -> STATUS_SUCCESS
    check unnamed.GrantedAccess == 0
"#
        );
        lines_hold(&lines);
    }
}

#[test]
fn access_as_a_number_is_what_its_names_are() {
    let files = format!(
        r#"{SERIAL}    named = CreateFile("\\.\serial0", GENERIC_READ)
    written = CreateFile("\\.\serial0", 0x80000000)
    check named.GrantedAccess == 0x120089 and written.GrantedAccess == 0x120089
    weak = CreateFile("\\.\serial0", 0)
    check weak.GrantedAccess == 0x100080
"#
    );
    model_holds_since(Version::Win11, &files);
    lines_hold_since(
        Version::Win11,
        r#"    e = NtCreateEvent(name: "\BaseNamedObjects\e", access: 2)   -> STATUS_SUCCESS
    again = NtOpenEvent("\BaseNamedObjects\e", access: 0x100000)   -> STATUS_SUCCESS
    check e.GrantedAccess == 2 and again.GrantedAccess == 0x100000
    all = NtOpenEvent("\BaseNamedObjects\e", access: 0x2000000)    -> STATUS_SUCCESS
    check all.GrantedAccess == 0x1f0003
"#,
    );
}

#[test]
fn f_16_a_file_is_not_opened_with_access_0() {
    for version in Version::ALL {
        let mut m = Machine::new(Profile::of(*version));
        let before = m.k.clone();
        let open = CreateFile { attributes: m.device(0), access: Access(0), options: Default::default() };
        assert_eq!(m.call(0, NtCreateFile::of(open)).unwrap().status, NtStatus::ACCESS_DENIED);
        m.k.collect(m.threads[0]);
        assert!(m.k == before, "nothing is left behind");
    }
}

#[test]
fn f_20_a_32_bit_value_is_a_handle_only_with_its_sign_extended() {
    let story = |arch: &str, narrow: &str| {
        format!(
            r#"arch {arch}
process app
  thread main
    NtCompareObjects(0xFFFFFFFFFFFFFFFF, GetCurrentProcess())  -> STATUS_SUCCESS
    NtCompareObjects(0xFFFFFFFFFFFFFFFE, GetCurrentThread())   -> STATUS_SUCCESS
    NtCompareObjects(-1, GetCurrentProcess())                  -> STATUS_SUCCESS
    NtCompareObjects(0xFFFFFFFF, GetCurrentProcess())          -> {narrow}
    NtCompareObjects(0xFFFFFFFE, GetCurrentThread())           -> {narrow}
"#
        )
    };
    holds_since(Version::Win10, &story("x64", "STATUS_INVALID_HANDLE"));
    model_holds_since(Version::Win10, &story("x86", "STATUS_SUCCESS"));
}

#[test]
fn r_08_the_low_bits_of_a_value_are_not_looked_at() {
    let fill: String = (1..=30).map(|number| format!("    e{number} = CreateEvent()\n")).collect();
    let story = format!(
        r#"process app
  thread main
{fill}    check e30.Value == 120
    NtClose(123)                     -> STATUS_SUCCESS
    check not open(e30)
    NtClose(123)                     -> STATUS_INVALID_HANDLE
    NtClose(0)                       -> STATUS_INVALID_HANDLE
    NtClose(0x7FFFFFFF)              -> STATUS_INVALID_HANDLE
    NtClose(0x80000000)              -> STATUS_INVALID_HANDLE
    NtClose(0x8000007B)              -> STATUS_INVALID_HANDLE
    NtClose(0xFFFFFFFF8000007B)      -> STATUS_INVALID_HANDLE
    check open(e29)
"#
    );
    model_holds_since(Version::Xp, &story);
}

#[test]
fn r_08_values_that_no_table_has() {
    lines_hold(
        "    NtClose(0)                       -> STATUS_INVALID_HANDLE
    NtClose(0x7FFFFFFF)              -> STATUS_INVALID_HANDLE
    NtClose(0x80000000)              -> STATUS_INVALID_HANDLE
    NtClose(0x8000007B)              -> STATUS_INVALID_HANDLE
    NtClose(0xFFFFFFFF8000007B)      -> STATUS_INVALID_HANDLE
",
    );
}

#[test]
fn exclusive_handles_are_one_processs_alone() {
    lines_hold(
        r#"    e = NtCreateEvent(name: "\BaseNamedObjects\e", attributes: OBJ_EXCLUSIVE)        -> STATUS_SUCCESS
    NtOpenEvent("\BaseNamedObjects\e")                                              -> STATUS_ACCESS_DENIED
    NtOpenEvent("\BaseNamedObjects\e", attributes: OBJ_EXCLUSIVE | OBJ_INHERIT)     -> STATUS_INVALID_PARAMETER
    twin = NtOpenEvent("\BaseNamedObjects\e", attributes: OBJ_EXCLUSIVE)            -> STATUS_SUCCESS
    NtDuplicateObject(e)                                                           -> STATUS_ACCESS_DENIED
    check e.HandleCount == 2 and e.PointerCount == 3
    shared = NtCreateEvent(name: "\BaseNamedObjects\shared")                        -> STATUS_SUCCESS
    NtOpenEvent("\BaseNamedObjects\shared", attributes: OBJ_EXCLUSIVE)              -> STATUS_INVALID_PARAMETER
    NtCreateEvent(attributes: OBJ_EXCLUSIVE | OBJ_INHERIT)                          -> STATUS_INVALID_PARAMETER
    check shared.HandleCount == 1
"#,
    );
}
