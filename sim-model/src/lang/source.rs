//! Scenario texts: where they come from, their limits, and the lines in them.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::diagnostic::Diagnostic;

/// The largest scenario, in bytes.
pub const MAX_SCENARIO_BYTES: u64 = 1 << 20;

/// A text and the name of the file it was read from.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The name shown in diagnostics.
    pub file: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
}

/// All sources are equal: where a scenario was written is no part of what it says.
impl PartialEq for Source {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

/// A place in a text as people count: both numbers start at 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl Source {
    /// A source of this name and text.
    pub fn new(file: &str, text: &str) -> Source {
        Source { file: file.into(), text: text.into() }
    }

    /// Line and column of a byte offset. An offset past the end counts as the end.
    pub fn position(&self, offset: u32) -> Position {
        let (start, line) = self.line_start(offset);
        let column = self.text[start..self.boundary(offset)].chars().count() + 1;
        Position { line, column }
    }

    /// The text of the line that holds this offset, without its end, and where it starts.
    pub(super) fn line(&self, offset: u32) -> (usize, &str) {
        let (start, _) = self.line_start(offset);
        let line = self.text[start..].split('\n').next().unwrap_or_default();
        (start, line.strip_suffix('\r').unwrap_or(line))
    }

    /// The byte offset as an index at which the text can be cut.
    pub(super) fn boundary(&self, offset: u32) -> usize {
        let mut index = self.text.len().min(offset as usize);
        while !self.text.is_char_boundary(index) {
            index -= 1;
        }
        index
    }

    fn line_start(&self, offset: u32) -> (usize, usize) {
        let before = &self.text[..self.boundary(offset)];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        // A byte order mark is no character of the first line.
        (if line == 1 { byte_order_mark(&self.text).min(before.len()) } else { start }, line)
    }
}

/// The length of the byte order mark at the start of a text: 3 or 0.
pub(super) fn byte_order_mark(text: &str) -> usize {
    if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 }
}

/// Reads a scenario file. Its size is checked before it is read, and again while it is read: a
/// pipe or a file that grows does not tell its size.
pub fn read_scenario(path: &Path) -> Result<String, Diagnostic> {
    let shown = path.display().to_string();
    let metadata = fs::metadata(path).map_err(|error| cannot_read(&shown, &error))?;
    if metadata.is_dir() {
        return Err(Diagnostic::new(format!("`{shown}` is a directory, not a scenario file")));
    }
    if metadata.len() > MAX_SCENARIO_BYTES {
        return Err(too_large(&shown, metadata.len()));
    }
    let file = File::open(path).map_err(|error| cannot_read(&shown, &error))?;
    let mut bytes = Vec::new();
    file.take(MAX_SCENARIO_BYTES + 1).read_to_end(&mut bytes).map_err(|error| cannot_read(&shown, &error))?;
    if bytes.len() as u64 > MAX_SCENARIO_BYTES {
        return Err(Diagnostic::new(format!(
            "`{shown}` is too large; a scenario may be at most {} bytes",
            grouped(MAX_SCENARIO_BYTES)
        )));
    }
    let text = String::from_utf8(bytes).map_err(|error| not_utf8(&shown, &error))?;
    if text[byte_order_mark(&text)..].lines().all(is_blank_line) {
        return Err(no_scenario(&shown));
    }
    Ok(text)
}

fn is_blank_line(line: &str) -> bool {
    matches!(line.trim_start_matches([' ', '\t']).bytes().next(), None | Some(b'#'))
}

fn cannot_read(file: &str, error: &io::Error) -> Diagnostic {
    match error.kind() {
        io::ErrorKind::NotFound => Diagnostic::new(format!("there is no file `{file}`")),
        _ => Diagnostic::new(format!("cannot read `{file}`: {error}")),
    }
}

fn not_utf8(file: &str, error: &std::string::FromUtf8Error) -> Diagnostic {
    let offset = error.utf8_error().valid_up_to();
    let line = error.as_bytes()[..offset].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let message = format!("`{file}` is not UTF-8 text: line {line}, byte offset {offset}");
    Diagnostic::new(message).help("save the file as UTF-8")
}

/// The refusal of a text that is too large.
pub(super) fn too_large(file: &str, bytes: u64) -> Diagnostic {
    let (size, limit) = (grouped(bytes), grouped(MAX_SCENARIO_BYTES));
    Diagnostic::new(format!("`{file}` is {size} bytes; a scenario may be at most {limit}"))
}

/// The refusal of a text without any statement.
pub(super) fn no_scenario(file: &str) -> Diagnostic {
    Diagnostic::new(format!("`{file}` holds no scenario: it is empty or has only comments"))
        .help("a scenario has at least a `process` with a `thread`")
}

/// A number with commas between the thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
