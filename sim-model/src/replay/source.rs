//! From bytes to the texts of single events: the lines of a file, or the elements of a JSON array.

use std::io::{self, BufRead, Read};

use super::error::{AN_EVENT_LOG, ReplayError};

/// The longest text of one event that is read; a longer one is reported and passed over.
pub(super) const LONGEST: usize = 16 << 20;
/// How much of an array is looked at in one go.
const CHUNK: u64 = 64 << 10;

/// The text of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The line it starts in, from 1.
    pub(super) line: u64,
    /// The column it starts in, from 1.
    pub(super) column: u64,
    /// It is longer than [`LONGEST`]; its text was dropped.
    pub(super) too_long: bool,
    /// The file ended before the line or the element did.
    pub(super) unended: bool,
}

/// A file, taken apart.
pub(super) struct Source<R> {
    reader: R,
    array: bool,
    line: u64,
    column: u64,
    /// What was read of an array and is not used yet.
    rest: Vec<u8>,
    /// The text of the piece that [`Source::next`] returned.
    pub(super) text: Vec<u8>,
}

impl<R: BufRead> Source<R> {
    /// Looks at the first bytes: refuses what is no JSON, tells an array from lines, passes over a byte order mark.
    pub(super) fn open(mut reader: R, name: &str) -> Result<Source<R>, ReplayError> {
        let first = reader.fill_buf().map_err(|error| ReplayError::of_read(name, &error))?;
        if let Some((found, expected)) = refused(first) {
            return Err(ReplayError::of_file(name, found, expected));
        }
        let mark = if first.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
        let array = first_of_text(&first[mark..]) == Some(b'[');
        reader.consume(mark);
        Ok(Source { reader, array, line: 1, column: 1, rest: Vec::new(), text: Vec::new() })
    }

    /// Whether the file is one JSON array.
    pub(super) const fn is_array(&self) -> bool {
        self.array
    }

    /// Reads the next piece into `self.text`.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece>> {
        self.text.clear();
        if self.array { self.next_element() } else { self.next_line() }
    }

    fn next_line(&mut self) -> io::Result<Option<Piece>> {
        let longest = LONGEST as u64 + 1;
        if self.reader.by_ref().take(longest).read_until(b'\n', &mut self.text)? == 0 {
            return Ok(None);
        }
        let ended = self.text.last() == Some(&b'\n');
        let too_long = !ended && self.text.len() > LONGEST;
        if too_long {
            self.text = Vec::new();
            self.reader.skip_until(b'\n')?;
        }
        let piece = Piece { line: self.line, column: 1, too_long, unended: !ended && !too_long };
        self.line += 1;
        Ok(Some(piece))
    }

    fn next_element(&mut self) -> io::Result<Option<Piece>> {
        let mut piece: Option<Piece> = None;
        let mut state = Nesting::default();
        loop {
            if self.rest.is_empty() && self.fill()? == 0 {
                return Ok(piece.map(|piece| Piece { unended: true, ..piece }));
            }
            let rest = std::mem::take(&mut self.rest);
            for (at, byte) in rest.iter().enumerate() {
                let place = (self.line, self.column);
                (self.line, self.column) =
                    if *byte == b'\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
                if piece.is_none() && *byte != b'{' {
                    continue;
                }
                let piece = piece.get_or_insert(Piece {
                    line: place.0,
                    column: place.1,
                    too_long: false,
                    unended: false,
                });
                match piece.too_long || self.text.len() >= LONGEST {
                    true => (piece.too_long, self.text) = (true, Vec::new()),
                    false => self.text.push(*byte),
                }
                if state.ends(*byte) {
                    self.rest = rest[at + 1..].to_vec();
                    return Ok(Some(*piece));
                }
            }
        }
    }

    /// Reads to the next brace that may end an element.
    fn fill(&mut self) -> io::Result<usize> {
        self.reader.by_ref().take(CHUNK).read_until(b'}', &mut self.rest)
    }
}

/// How deep in an element a byte is.
#[derive(Default)]
struct Nesting {
    depth: u64,
    in_string: bool,
    escaped: bool,
}

impl Nesting {
    /// Whether the element ends with this byte.
    fn ends(&mut self, byte: u8) -> bool {
        if self.in_string {
            let escaped = std::mem::take(&mut self.escaped);
            self.escaped = byte == b'\\' && !escaped;
            self.in_string = byte != b'"' || escaped;
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' => self.depth += 1,
            b'}' => self.depth -= 1,
            _ => {}
        }
        self.depth == 0
    }
}

pub(super) fn first_of_text(bytes: &[u8]) -> Option<u8> {
    bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// What the first bytes show the file to be, if that is nothing that can be replayed, and what would do instead.
fn refused(first: &[u8]) -> Option<(&'static str, &'static str)> {
    const UTF_8: &str = "UTF-8 (in PowerShell: Out-File -Encoding utf8)";
    const UNPACKED: &str = "the log itself, unpacked, as JSON Lines";
    const EXPORTED: &str = "its export as JSON Lines, one event a line";
    match first {
        [] => Some(("an empty file", AN_EVENT_LOG)),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some(("UTF-16 text", UTF_8)),
        [b'{' | b'[', 0, ..] | [0, b'{' | b'[', ..] => Some(("UTF-16 text without a byte order mark", UTF_8)),
        [b'E', b'l', b'f', b'F', b'i', b'l', b'e', 0, ..] => Some(("a binary event log (.evtx)", EXPORTED)),
        [b'P', b'K', 3, 4, ..] => Some(("a zip archive", UNPACKED)),
        [0x1F, 0x8B, ..] => Some(("gzip data", UNPACKED)),
        _ if first.contains(&0) => Some(("binary data", AN_EVENT_LOG)),
        _ if first_of_text(first) == Some(b'<') => Some(("XML", EXPORTED)),
        _ => None,
    }
}
