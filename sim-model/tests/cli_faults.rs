//! `--faults` of `kobj run` and `kobj explore` as its users see it.

use std::fs;
use std::path::Path;

mod folder;
use folder::Folder;

const UNCHECKED: &str = "title \"A read that is not ready to wait\"\ndevice quick driver=immediate\nprocess app\n  \
    thread main\n    file = CreateFile(\"\\\\.\\quick\", GENERIC_READ, FILE_FLAG_OVERLAPPED)\n    \
    r = ReadFile(file, 8 bytes, offset: 0) -> TRUE\n    CloseHandle(file) -> TRUE\n";

fn assert_snapshot(name: &str, shown: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

fn folder(name: &str) -> Folder {
    let of_the_book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/faults/pool-not-checked.kobj");
    let pool = fs::read_to_string(of_the_book).unwrap().replace("expect NULL_POINTER_USED\n", "");
    Folder::new(name).with("read.kobj", UNCHECKED).with("pool.kobj", &pool)
}

#[test]
fn a_run_for_each_fault_is_shown_as_before() {
    let folder = folder("faults-shown");
    let allocations = folder.kobj(&["run", "--faults", "allocations", "read.kobj", "pool.kobj"]);
    assert_snapshot("run-faults", &allocations.stdout);
    assert!(allocations.stdout.lines().all(|line| line.chars().count() <= 100), "{}", allocations.stdout);
    let pending = folder.kobj(&["run", "--faults", "pending", "read.kobj"]);
    assert_snapshot("run-faults-pending", &pending.stdout);
    let one = folder.kobj(&["run", "--faults", "allocations", "--fault", "2", "--steps", "pool.kobj"]);
    assert!(one.stdout.contains("ExAllocatePool2 fails: ExAllocatePool2 returns NULL"), "{}", one.stdout);
    assert_snapshot(
        "run-fault",
        &folder.kobj(&["run", "--faults", "allocations", "--fault", "2", "pool.kobj"]).stdout,
    );
    assert_snapshot(
        "explore-faults",
        &folder.kobj(&["explore", "--faults", "allocations", "pool.kobj"]).stdout,
    );
}

#[test]
fn the_exit_code_tells_whether_something_is_wrong_in_a_run() {
    let folder = folder("faults-code");
    for (arguments, code) in [
        (&["run", "read.kobj"][..], 0),
        (&["run", "--faults", "allocations", "read.kobj"], 0),
        (&["run", "--faults", "pending", "read.kobj"], 1),
        (&["run", "--faults", "allocations,pending", "read.kobj"], 1),
        (&["run", "--faults", "allocations", "pool.kobj"], 1),
        (&["run", "--faults", "allocations", "--fault", "1", "pool.kobj"], 0),
        (&["run", "--faults", "allocations", "--fault", "2", "pool.kobj"], 1),
        (&["run", "--faults", "allocations", "--fault", "99", "pool.kobj"], 2),
        (&["run", "--fault", "1", "pool.kobj"], 2),
        (&["run", "--faults", "allocations", "--format", "json", "pool.kobj"], 2),
        (&["explore", "--faults", "handles", "read.kobj"], 0),
        (&["explore", "--faults", "allocations,handles", "read.kobj"], 0),
        (&["explore", "--faults", "pending", "read.kobj"], 1),
    ] {
        let ran = folder.kobj(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn what_is_quiet_shows_the_runs_in_which_something_is_wrong() {
    let quiet = folder("faults-quiet").kobj(&["run", "-q", "--faults", "allocations", "pool.kobj"]).stdout;
    assert!(quiet.contains("NULL_POINTER_USED") && !quiet.contains("IoAllocateIrp"), "{quiet}");
}

#[test]
fn a_policy_that_is_not_one_is_told_with_its_place() {
    let folder = Folder::new("faults-policy")
        .with("kind.kobj", "policy faults alocations\n")
        .with("none.kobj", "policy faults allocations 0\n")
        .with("number.kobj", "policy faults pending 2\n");
    for (file, told) in [
        ("kind.kobj", "did you mean `allocations`?"),
        ("none.kobj", "found 0, expected at least 1 allocation"),
        ("number.kobj", "any request can pend"),
    ] {
        let ran = folder.kobj(&["run", file]);
        assert!(ran.code == Some(2) && ran.stderr.contains(told), "{}", ran.stderr);
    }
}
