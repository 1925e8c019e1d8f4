//! Names of objects as user mode sees them, from families C, F and R.
//!
//! | id | public source |
//! | --- | --- |
//! | F-18 | Wine ntdll/tests/sync.c, test_event: names |
//! | R-01, R-02 | ReactOS kernel test ntos_ob/ObReference.c: the objects that are not permanent, which needs a privilege |
//! | R-04, R-06 | ReactOS kernel test ntos_ob/ObHandle.c, TestDuplicate: counts, attributes and access of the new handle |
//! | R-09, R-10 | ReactOS kernel tests: a named child holds its directory, a name lives as long as handles |
//! | IoEvent | ReactOS kernel test ntos_io/IoEvent.c: named events |
//! | ObInsert | ReactOS kernel test ntos_ob/ObInsert.c: the errors of an insertion |
//! | ObSymbolicLink | ReactOS kernel test ntos_ob/ObSymbolicLink.c |
//! | om-case | Wine ntdll/tests/om.c, test_case_sensitive |
//! | om-collision | Wine ntdll/tests/om.c, test_name_collisions |
//! | om-directory | Wine ntdll/tests/om.c, test_directory, test_name_limits |
//! | om-link | Wine ntdll/tests/om.c, test_symboliclink |

use sim_core::profile::Version;

use crate::story::{holds_on, lines_hold, lines_hold_since, model_holds_since};

#[test]
fn f_18_a_named_event_keeps_its_state_while_any_handle_is_open() {
    lines_hold(
        r#"    first = NtCreateEvent(TRUE, TRUE, name: "\BaseNamedObjects\state", attributes: OBJ_OPENIF) -> STATUS_SUCCESS
    second = NtCreateEvent(name: "\BaseNamedObjects\state", attributes: OBJ_OPENIF) -> STATUS_OBJECT_NAME_EXISTS
    NtClose(first)                     -> STATUS_SUCCESS
    state = NtQueryEvent(second)       -> STATUS_SUCCESS
    check state == 1 and signaled(second)
    NtClose(second)                    -> STATUS_SUCCESS
    fresh = NtCreateEvent(name: "\BaseNamedObjects\state", attributes: OBJ_OPENIF) -> STATUS_SUCCESS
    again = NtQueryEvent(fresh)        -> STATUS_SUCCESS
    check again == 0
"#,
    );
}

#[test]
fn r_01_an_unnamed_object_has_one_handle_and_one_reference() {
    for flags in ["0", "OBJ_CASE_INSENSITIVE"] {
        lines_hold(&format!(
            "    d = NtCreateDirectoryObject(attributes: {flags})  -> STATUS_SUCCESS
    check d.HandleCount == 1 and d.PointerCount == 1
    NtClose(d)                                        -> STATUS_SUCCESS
    check deleted(d)
"
        ));
    }
}

#[test]
fn r_02_a_named_object_has_one_reference_more_and_is_temporary_however_often_it_is_made_so() {
    for flags in ["0", "OBJ_CASE_INSENSITIVE"] {
        lines_hold(&format!(
            r#"    d = NtCreateDirectoryObject(name: "\BaseNamedObjects\ObReference", attributes: {flags}) -> STATUS_SUCCESS
    check d.HandleCount == 1 and d.PointerCount == 2
    NtMakeTemporaryObject(d)                                 -> STATUS_SUCCESS
    NtMakeTemporaryObject(d)                                 -> STATUS_SUCCESS
    check d.HandleCount == 1 and d.PointerCount == 2
    NtClose(d)                                               -> STATUS_SUCCESS
    NtOpenDirectoryObject("\BaseNamedObjects\ObReference")  -> STATUS_OBJECT_NAME_NOT_FOUND
    check deleted(d)
"#
        ));
    }
}

#[test]
fn r_04_a_duplicate_adds_one_handle_and_one_reference() {
    lines_hold(
        "    d = NtCreateDirectoryObject()  -> STATUS_SUCCESS
    second = DuplicateHandle(d)    -> TRUE
    check d.HandleCount == 2 and d.PointerCount == 2 and second.HandleCount == 2
    NtClose(second)                -> STATUS_SUCCESS
    check d.HandleCount == 1 and d.PointerCount == 1
",
    );
}

#[test]
fn r_06_a_duplicate_has_the_attributes_that_were_asked_for_and_the_same_access() {
    for (inherit, flags) in [("FALSE", 0), ("TRUE", 1)] {
        lines_hold(&format!(
            "    d = NtCreateDirectoryObject()                     -> STATUS_SUCCESS
    second = DuplicateHandle(d, inherit: {inherit})   -> TRUE
    check d.GrantedAccess == second.GrantedAccess
    GetHandleInformation(d)                           -> 0
    GetHandleInformation(second)                      -> {flags}
"
        ));
    }
}

#[test]
fn r_09_a_named_child_holds_its_directory() {
    lines_hold(
        r#"    d = NtCreateDirectoryObject(name: "\BaseNamedObjects\parent") -> STATUS_SUCCESS
    one = NtCreateEvent(name: "one", root: d)                     -> STATUS_SUCCESS
    check d.PointerCount == 3 and d.HandleCount == 1 and one.PointerCount == 2
    two = NtCreateEvent(name: "two", root: d)                     -> STATUS_SUCCESS
    check d.PointerCount == 4 and d.HandleCount == 1 and two.PointerCount == 2
    NtClose(one)                                                  -> STATUS_SUCCESS
    NtClose(two)                                                  -> STATUS_SUCCESS
    check d.PointerCount == 2 and deleted(one) and deleted(two)
    NtOpenEvent("one", root: d)                                   -> STATUS_OBJECT_NAME_NOT_FOUND
    NtClose(d)                                                    -> STATUS_SUCCESS
    check deleted(d)
"#,
    );
}

#[test]
fn r_10_a_name_lives_as_long_as_handles() {
    lines_hold(
        r#"    first = NtCreateEvent(name: "\BaseNamedObjects\station")  -> STATUS_SUCCESS
    second = NtOpenEvent("\BaseNamedObjects\station")         -> STATUS_SUCCESS
    check first.PointerCount == 3 and first.HandleCount == 2
    NtClose(second)                                           -> STATUS_SUCCESS
    check first.PointerCount == 2 and first.HandleCount == 1
    NtClose(first)                                            -> STATUS_SUCCESS
    NtOpenEvent("\BaseNamedObjects\station")                  -> STATUS_OBJECT_NAME_NOT_FOUND
"#,
    );
}

#[test]
fn io_event_of_the_same_name_is_the_same_event() {
    lines_hold(
        r#"    first = NtCreateEvent(TRUE, FALSE, name: "\BaseNamedObjects\IoEvent", attributes: OBJ_OPENIF) -> STATUS_SUCCESS
    second = NtCreateEvent(FALSE, TRUE, name: "\BaseNamedObjects\IoEvent", attributes: OBJ_OPENIF) -> STATUS_OBJECT_NAME_EXISTS
    check first.HandleCount == 2 and first.PointerCount == 3 and not signaled(second)
    NtClose(first)                      -> STATUS_SUCCESS
    check second.HandleCount == 1 and second.PointerCount == 2
    NtSetEvent(second)                  -> STATUS_SUCCESS
    NtWaitForSingleObject(second, 0)    -> STATUS_WAIT_0
    NtWaitForSingleObject(second, 0)    -> STATUS_WAIT_0
"#,
    );
}

#[test]
fn ob_insert_refuses_malformed_names() {
    lines_hold(
        r#"    NtCreateEvent(name: "\missing\name")                   -> STATUS_OBJECT_PATH_NOT_FOUND
    NtCreateEvent(name: "\BaseNamedObjects\missing\name")  -> STATUS_OBJECT_PATH_NOT_FOUND
    NtCreateEvent(name: "\BaseNamedObjects\")              -> STATUS_OBJECT_NAME_INVALID
    NtCreateEvent(name: "\\BaseNamedObjects")              -> STATUS_OBJECT_NAME_INVALID
    NtCreateEvent(name: "\BaseNamedObjects\\name")         -> STATUS_OBJECT_NAME_INVALID
    NtCreateEvent(name: "name")                            -> STATUS_OBJECT_PATH_SYNTAX_BAD
    e = NtCreateEvent(name: "\BaseNamedObjects\name")      -> STATUS_SUCCESS
    check e.PointerCount == 2 and e.HandleCount == 1
"#,
    );
}

#[test]
fn ob_symbolic_link_dies_with_its_last_handle() {
    lines_hold(
        r#"    NtOpenSymbolicLinkObject("\BaseNamedObjects\ObSymbolicLink") -> STATUS_OBJECT_NAME_NOT_FOUND
    link = NtCreateSymbolicLinkObject("\Device", name: "\BaseNamedObjects\ObSymbolicLink") -> STATUS_SUCCESS
    again = NtOpenSymbolicLinkObject("\BaseNamedObjects\ObSymbolicLink") -> STATUS_SUCCESS
    NtClose(link)                                                -> STATUS_SUCCESS
    NtClose(again)                                               -> STATUS_SUCCESS
    NtOpenSymbolicLinkObject("\BaseNamedObjects\ObSymbolicLink") -> STATUS_OBJECT_NAME_NOT_FOUND
"#,
    );
}

/// The test's mutant is a completion port here: any other type than an event does.
#[test]
fn om_case_names_of_events_are_case_sensitive_unless_asked_otherwise() {
    lines_hold_since(
        Version::Win7,
        r#"    port = NtCreateIoCompletion(name: "\BaseNamedObjects\test")            -> STATUS_SUCCESS
    NtCreateEvent(name: "\BaseNamedObjects\test")                         -> STATUS_OBJECT_TYPE_MISMATCH
    mixed = NtCreateEvent(name: "\BaseNamedObjects\Test")                 -> STATUS_SUCCESS
    NtClose(port)                                                         -> STATUS_SUCCESS
    NtOpenIoCompletion("\BaseNamedObjects\TEst", attributes: OBJ_CASE_INSENSITIVE) -> STATUS_OBJECT_TYPE_MISMATCH
    NtCreateIoCompletion(name: "\BASENamedObjects\test", attributes: OBJ_CASE_INSENSITIVE) -> STATUS_OBJECT_TYPE_MISMATCH
    NtCreateEvent(name: "\BASENamedObjects\test", attributes: OBJ_CASE_INSENSITIVE) -> STATUS_OBJECT_NAME_COLLISION
    NtCreateIoCompletion(name: "\BASENamedObjects\test")                  -> STATUS_OBJECT_PATH_NOT_FOUND
"#,
    );
}

#[test]
fn om_collision_before_vista_another_type_is_a_collision() {
    let story = |expected: &str| {
        format!(
            r#"process app
  thread main
    port = NtCreateIoCompletion(name: "\BaseNamedObjects\test")             -> STATUS_SUCCESS
    NtCreateEvent(name: "\BaseNamedObjects\test")                          -> {expected}
    NtCreateEvent(name: "\BaseNamedObjects\test", attributes: OBJ_OPENIF)  -> STATUS_OBJECT_TYPE_MISMATCH
"#
        )
    };
    holds_on(Version::Xp, &story("STATUS_OBJECT_NAME_COLLISION"));
    for version in [Version::Win7, Version::Win11] {
        holds_on(version, &story("STATUS_OBJECT_TYPE_MISMATCH"));
    }
}

#[test]
fn om_collision_with_the_root_directory() {
    lines_hold_since(
        Version::Win7,
        r#"    NtCreateDirectoryObject(name: "\")                                -> STATUS_OBJECT_NAME_COLLISION
    NtCreateDirectoryObject(name: "\", attributes: OBJ_OPENIF)        -> STATUS_OBJECT_NAME_EXISTS
    NtCreateEvent(name: "\", attributes: OBJ_OPENIF)                  -> STATUS_OBJECT_TYPE_MISMATCH
    NtCreateSymbolicLinkObject("anywhere", name: "\")                 -> STATUS_OBJECT_TYPE_MISMATCH
"#,
    );
}

/// The lines that create and open a directory of that name, which end so.
fn create_and_open(at: usize, name: &str, root: &str, created: &str, opened: &str) -> String {
    let closed = |label: &str, status: &str| match status {
        "STATUS_SUCCESS" => format!("    NtClose({label}{at}) -> STATUS_SUCCESS\n"),
        _ => String::new(),
    };
    let mut lines = format!(
        "    a{at} = NtCreateDirectoryObject(name: \"{name}\"{root}) -> {created}\n    b{at} = NtOpenDirectoryObject(\"{name}\"{root}) -> {opened}\n"
    );
    lines += &closed("a", created);
    lines += &closed("b", opened);
    lines
}

#[test]
fn om_directory_names_that_are_not_well_formed() {
    let rows = [
        ("BaseNamedObjects", "STATUS_OBJECT_PATH_SYNTAX_BAD"),
        (r"\BaseNamedObjects\", "STATUS_OBJECT_NAME_INVALID"),
        (r"\\BaseNamedObjects", "STATUS_OBJECT_NAME_INVALID"),
        (r"\BaseNamedObjects\\om.c-test", "STATUS_OBJECT_NAME_INVALID"),
        (r"\BaseNamedObjects\om.c-test\", "STATUS_OBJECT_PATH_NOT_FOUND"),
        (r"\BaseNamedObjects\om.c-test", "STATUS_SUCCESS"),
        (r"\BaseNamedObjects\Local\om.c-test", "STATUS_SUCCESS"),
    ];
    for (name, both) in rows {
        lines_hold_since(Version::Win7, &create_and_open(0, name, "", both, both));
    }
    lines_hold_since(
        Version::Win7,
        &create_and_open(0, "", "", "STATUS_SUCCESS", "STATUS_OBJECT_PATH_SYNTAX_BAD"),
    );
    let mut lines = r#"    dir = NtCreateDirectoryObject(name: "\BaseNamedObjects\om") -> STATUS_SUCCESS
"#
    .to_owned();
    let rows = [
        ("", "STATUS_SUCCESS"),
        (r"\", "STATUS_OBJECT_PATH_SYNTAX_BAD"),
        (r"\om.c-test", "STATUS_OBJECT_PATH_SYNTAX_BAD"),
        (r"om.c-test\", "STATUS_OBJECT_PATH_NOT_FOUND"),
        (r"om.c\-test", "STATUS_OBJECT_PATH_NOT_FOUND"),
        ("om.c-test", "STATUS_SUCCESS"),
    ];
    for (at, (name, both)) in rows.into_iter().enumerate() {
        lines += &create_and_open(at, name, ", root: dir", both, both);
    }
    lines_hold_since(Version::Win7, &lines);
}

#[test]
fn om_directory_only_directories_are_roots() {
    let story = |no_root: &str| {
        format!(
            r#"unbound stale
process app
  thread main
    link = NtOpenSymbolicLinkObject("\BaseNamedObjects\Local")       -> STATUS_SUCCESS
    NtCreateDirectoryObject(name: "one more level", root: link)     -> STATUS_OBJECT_TYPE_MISMATCH
    NtOpenSymbolicLinkObject("", root: link)                        -> STATUS_SUCCESS
    e = NtCreateEvent()                                             -> STATUS_SUCCESS
    NtOpenEvent("", root: e)                                        -> {no_root}
    NtCreateEvent(name: "one more level", root: stale)              -> STATUS_INVALID_HANDLE
    NtCreateEvent(name: "", root: stale)                            -> STATUS_SUCCESS
"#
        )
    };
    holds_on(Version::Xp, &story("STATUS_INVALID_HANDLE"));
    holds_on(Version::Win11, &story("STATUS_OBJECT_TYPE_MISMATCH"));
}

#[test]
fn om_link_targets() {
    lines_hold_since(
        Version::Win7,
        r#"    NtCreateSymbolicLinkObject("", name: "\BaseNamedObjects\link")             -> STATUS_INVALID_PARAMETER
    e = NtCreateEvent(name: "\BaseNamedObjects\there")                        -> STATUS_SUCCESS
    through = NtCreateSymbolicLinkObject("\BaseNamedObjects\there", name: "\BaseNamedObjects\link") -> STATUS_SUCCESS
    same = NtOpenEvent("\BaseNamedObjects\link")                             -> STATUS_SUCCESS
    check e.HandleCount == 2 and through.HandleCount == 1
"#,
    );
    // Wine 8 says STATUS_OBJECT_PATH_SYNTAX_BAD to both of what is done at a link to nowhere.
    model_holds_since(
        Version::Win7,
        r#"process app
  thread main
    link = NtCreateSymbolicLinkObject("->Somewhere", name: "\BaseNamedObjects\link") -> STATUS_SUCCESS
    NtCreateEvent(name: "\BaseNamedObjects\link")                                  -> STATUS_OBJECT_NAME_NOT_FOUND
    NtCreateSymbolicLinkObject("\DosDevices", name: "\BaseNamedObjects\link")      -> STATUS_OBJECT_NAME_COLLISION
"#,
    );
}
