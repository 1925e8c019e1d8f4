//! `kobj explain` as its users see it: names, numbers and codes.

mod folder;
use folder::Folder;

#[test]
fn names_and_numbers_are_explained() {
    let folder = Folder::new("explain");
    let page = folder.kobj(&["explain", "CloseHandle"]);
    assert_eq!((page.code, page.stderr.as_str()), (Some(0), ""), "{page:?}");
    assert!(page.stdout.contains("C4  free the entry"), "{page:?}");
    let unknown = folder.kobj(&["explain", "ClosHandle"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(2), ""), "{unknown:?}");
    assert!(
        unknown.stderr.contains("`ClosHandle`") && unknown.stderr.contains("CloseHandle?"),
        "{unknown:?}"
    );
    for number in ["65535", "0xffff"] {
        let told = folder.kobj(&["explain", "PointerCount", number, "--handles", "2"]);
        assert_eq!(told.code, Some(0), "{told:?}");
        assert!(told.stdout.contains("2 to 65535"), "{told:?}");
    }
    assert_eq!(folder.kobj(&["explain", "PointerCount", "1", "--handles", "2"]).code, Some(1), "impossible");
    let wrong: [&[&str]; 4] = [
        &["explain", "PointerCount", "65535"],
        &["explain", "PointerCount", "many", "--handles", "2"],
        &["explain", "CloseHandle", "3", "--handles", "2"],
        &["explain", "PointerCount", "3", "--handles", "-1"],
    ];
    for arguments in wrong {
        let ended = folder.kobj(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains("expected") || ended.stderr.contains("only"), "{ended:?}");
    }
}

#[test]
fn a_bug_check_is_explained_by_its_code() {
    let folder = Folder::new("codes");
    let [one, two] =
        [vec!["explain", "0xC9/0x23D"], vec!["explain", "0xC9", "0x23D"]].map(|line| folder.kobj(&line));
    assert_eq!((one.code, &one.stdout), (Some(0), &two.stdout));
    assert!(one.stdout.contains("expect bug check 0xC9 0x23D") && !one.stdout.contains("0x23E"), "{one:?}");
    for (code, help) in [
        ("0xC9/0x999", "there are 0xC9/0x02, 0xC9/0x06"),
        ("0x1234", "the bug checks are 0x0F, 0x10, 0x18, 0x35"),
    ] {
        let ended = folder.kobj(&["explain", code]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(help), "{ended:?}");
    }
}

/// What a page says of a scenario can be written in one.
#[test]
fn the_lines_of_a_page_make_a_scenario() {
    let folder = Folder::new("lines");
    let page = folder.kobj(&["explain", "completes_twice"]).stdout;
    let line = |begins: &str| page.lines().map(str::trim).find(|line| line.starts_with(begins)).unwrap();
    let device = line("device NAME").replace("NAME", "dev");
    let reads = r#"process app
  thread main
    file = CreateFile("\\.\dev", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    r1 = ReadFile(file, 64 bytes, offset: 0)
environment
  device dev completes r1 with 12 bytes
"#;
    let folder = folder.with("twice.kobj", format!("{device}\n{}\n{reads}", line("expect")));
    let ended = folder.kobj(&["run", "twice.kobj"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
