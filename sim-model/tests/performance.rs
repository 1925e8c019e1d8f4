//! What of a scenario real Windows can perform, and which values are the system's choice.

use sim_model::trace::{Performance, Unperformable};
use sim_model::{lang, scenario};

fn performed(text: &str) -> Result<Performance, Unperformable> {
    let parsed = lang::parse("performed.kobj", text).unwrap_or_else(|error| panic!("{error}"));
    Performance::of(&scenario::compile(parsed).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn what_exists_in_the_model_alone_is_refused() {
    let rest = "process app\n  thread main\n    e = CreateEvent()\n";
    for (head, found) in [
        ("device serial0 driver=serial\n", "device serial0"),
        ("policy handles limit 3\n", "a limit of handles"),
        ("arch x86\n", "arch x86"),
    ] {
        assert_eq!(performed(&format!("{head}{rest}")).unwrap_err().found, found);
    }
    let debugged = rest.replace("app", "app debugged");
    assert_eq!(performed(&debugged).unwrap_err().found, "process app");
    assert!(performed(rest).is_ok());
}

#[test]
fn the_value_of_a_closed_handle_is_the_systems_choice_once_another_was_made() {
    let recycles = |lines: &str| {
        let text = format!("process app\n  thread main\n    e = CreateEvent()\n    CloseHandle(e)\n{lines}");
        performed(&text).unwrap().recycles
    };
    assert_eq!(recycles("    SetEvent(e)\n"), None);
    assert_eq!(recycles("    f = CreateEvent()\n    SetEvent(e)\n"), Some(6));
}

#[test]
fn a_value_of_another_process_means_something_only_if_it_was_inherited_or_said_to_be_its() {
    let story = |inherits: &str, line: &str| {
        let text = format!(
            "process app
  thread main
    e = CreateEvent()
    SetHandleInformation(e, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)
    CreateProcess(tool, bInheritHandles: {inherits})
process tool
  thread worker
    {line}
"
        );
        performed(&text).unwrap().recycles
    };
    assert_eq!(story("TRUE", "SetEvent(e)"), None);
    assert_eq!(story("FALSE", "SetEvent(e)"), Some(8));
    assert_eq!(story("FALSE", "DuplicateHandle(e)"), Some(8));
    assert_eq!(story("FALSE", "DuplicateHandle(e, from: app)"), None);
    assert_eq!(story("FALSE", "DuplicateHandle(INVALID_HANDLE_VALUE, target: e)"), Some(8));
}
