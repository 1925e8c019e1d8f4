//! The rules of the house, kept by the machine.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(folder: &Path, ending: &str, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                files(&path, ending, out);
            }
        } else if name.ends_with(ending) {
            out.push(path);
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    files(&root(), ".rs", &mut paths);
    assert!(paths.len() > 50, "the sources are found");
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn no_file_is_over_500_lines() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
    }
}

/// rustfmt puts the closing brace of a function under its first word.
#[test]
fn no_function_is_over_70_lines() {
    let starts = [
        "fn ",
        "pub fn ",
        "pub(crate) fn ",
        "pub(super) fn ",
        "const fn ",
        "pub const fn ",
        "pub(crate) const fn ",
    ];
    for (path, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let code = line.trim_start();
            if !starts.iter().any(|start| code.starts_with(start))
                || code.ends_with('}')
                || code.ends_with(';')
            {
                continue;
            }
            let indent = &line[..line.len() - code.len()];
            let end = lines[at..].iter().position(|line| *line == format!("{indent}}}")).unwrap_or(0);
            assert!(end < 70, "{}:{}: {end} lines: {code}", path.display(), at + 1);
        }
    }
}

#[test]
fn no_mark_of_unfinished_work_and_no_catch_all_module() {
    let marks = [
        "TO".to_owned() + "DO",
        "FIX".to_owned() + "ME",
        "XX".to_owned() + "X",
        "unimple".to_owned() + "mented!",
    ];
    for (path, text) in sources() {
        for mark in &marks {
            assert!(!text.contains(mark), "{} has a mark {mark}", path.display());
        }
        let stem = path.file_stem().unwrap().to_string_lossy();
        assert!(!["util", "utils", "common", "helpers", "misc"].contains(&&*stem), "{}", path.display());
    }
}

/// The kernel is a plain value: it knows no clock, thread, file, randomness, JSON or hash map.
#[test]
fn the_core_knows_nothing_of_the_outside() {
    let outside = ["std::", "HashMap", "HashSet", "serde", "rand::", "Instant", "SystemTime"];
    for (path, text) in
        sources().into_iter().filter(|(path, _)| path.components().any(|part| part.as_os_str() == "sim-core"))
    {
        for word in outside {
            let begins =
                |(at, _): (usize, &str)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            assert!(!text.match_indices(word).any(begins), "{} knows {word}", path.display());
        }
    }
}

/// In the kernel only three files write the state; everything else goes through them, and so through deltas.
#[test]
fn only_the_kernel_writes_records() {
    let mut writers: Vec<String> = sources()
        .into_iter()
        .filter(|(path, _)| path.components().any(|part| part.as_os_str() == "sim-core"))
        .filter(|(_, text)| text.contains("set_word(") || text.contains("list_mut("))
        .map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    writers.sort();
    assert_eq!(writers, ["kernel.rs", "record.rs"]);
}
