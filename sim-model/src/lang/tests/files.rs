//! Reading scenario files.

use std::fs;
use std::path::PathBuf;

use super::super::{Source, parse, read_scenario};

/// A file of this content in a directory of the test; removed when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, content: &[u8]) -> Scratch {
        let path = std::env::temp_dir().join(format!("kobj-{}-{name}", std::process::id()));
        fs::write(&path, content).unwrap();
        Scratch(path)
    }

    /// The error of reading it, with a fixed name.
    fn error(&self) -> String {
        let shown = self.0.display().to_string();
        read_scenario(&self.0).unwrap_err().to_string().replace(&shown, "a.kobj")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn files_that_are_no_scenario() {
    let mut shown = String::new();
    shown.push_str(&Scratch::new("empty", b"").error());
    shown.push_str(&Scratch::new("comments", b"\xEF\xBB\xBF# a\r\n\t # b\n\n").error());
    shown.push_str(&Scratch::new("latin1", b"title \"a\"\n# gr\xF6\xDFe\n").error());
    let large = Scratch::new("large", b"");
    fs::File::options().write(true).open(&large.0).unwrap().set_len(104_857_600).unwrap();
    shown.push_str(&large.error());
    let missing = PathBuf::from("no-such-directory/a.kobj");
    shown.push_str(&read_scenario(&missing).unwrap_err().to_string());
    insta::assert_snapshot!(shown, @r"
    error: `a.kobj` holds no scenario: it is empty or has only comments
     |
     = help: a scenario has at least a `process` with a `thread`
    error: `a.kobj` holds no scenario: it is empty or has only comments
     |
     = help: a scenario has at least a `process` with a `thread`
    error: `a.kobj` is not UTF-8 text: line 2, byte offset 14
     |
     = help: save the file as UTF-8
    error: `a.kobj` is 104,857,600 bytes; a scenario may be at most 1,048,576
    error: there is no file `no-such-directory/a.kobj`
    ");
}

#[test]
#[cfg(unix)]
fn directories_and_endless_files_are_refused() {
    let directory = read_scenario(&std::env::temp_dir()).unwrap_err().message;
    assert!(directory.ends_with("is a directory, not a scenario file"), "{directory}");
    let endless = read_scenario("/dev/zero".as_ref()).unwrap_err().message;
    assert_eq!(endless, "`/dev/zero` is too large; a scenario may be at most 1,048,576 bytes");
}

#[test]
fn marks_and_line_ends_of_other_systems_are_accepted() {
    let scratch = Scratch::new("crlf", "\u{FEFF}title \"a\"\r\nprocess app\r\n  thread main\r\n".as_bytes());
    let read = read_scenario(&scratch.0).unwrap();
    assert_eq!(parse("a", &read).unwrap(), parse("b", "title \"a\"\nprocess app\n  thread main\n").unwrap());
}

#[test]
fn positions_count_characters() {
    let source = Source::new("a.kobj", "\u{FEFF}ä(\r\nöx");
    let at = |offset| {
        let position = source.position(offset);
        (position.line, position.column)
    };
    assert_eq!(at(3), (1, 1));
    assert_eq!(at(5), (1, 2));
    assert_eq!(at(10), (2, 2));
    assert_eq!(at(u32::MAX), (2, 3));
}

#[test]
fn a_text_that_is_too_large_is_refused() {
    let error = parse("a.kobj", &"#".repeat(1_048_577)).unwrap_err().to_string();
    assert_eq!(error, "error: `a.kobj` is 1,048,577 bytes; a scenario may be at most 1,048,576\n");
}
