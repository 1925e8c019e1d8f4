//! Replays what WinDbg's `!obtrace` prints: the ledger of an object's references, with the stack of each.
//!
//! The model keeps the object's count: it is 1 after the first reference, never falls below 0, and what is left at the
//! end is held by somebody or by nobody. The trace tells which: by tag, and by whether a handle is still open.
//!
//! ```
//! let text = "Object: 8a226130 Image: app.exe\n 36 +1 Dflt nt!ObCreateObject+1\n 37 -1 Dflt nt!ObfDereferenceObject+2\n";
//! let ledger = sim_model::replay::obtrace::read(text, "trace.txt").unwrap();
//! assert_eq!((ledger.taken(), ledger.dropped(), ledger.is_leak()), (1, 1, false));
//! ```

use std::fmt;

use serde::Serialize;

/// The longest text that is read.
pub const LONGEST: u64 = 16 << 20;
/// What stands for a tag where the trace has none.
const NO_TAG: &str = "(no tag)";

/// A ledger.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The file.
    pub file: String,
    /// The object's address.
    pub object: String,
    /// The process that created it.
    pub image: String,
    /// Its lines, in order.
    pub entries: Vec<Entry>,
    /// References and dereferences as the trace's last line counts them.
    pub footer: Option<(u64, u64)>,
}

/// A line of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its line in the file.
    pub line: usize,
    /// Its number in the trace.
    pub sequence: String,
    /// How many references were taken, or dropped if it is negative.
    pub change: i64,
    /// The tag.
    pub tag: String,
    /// The stack, innermost first.
    pub stack: Vec<String>,
    /// How many references of the trace are left after it.
    pub left: i64,
}

/// Why a text is no ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotALedger(String);

impl fmt::Display for NotALedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a file that begins so is the output of `!obtrace`.
pub fn looks_like_obtrace(start: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&start[..start.len().min(4096)]);
    let first = start.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    first.starts_with("Object: ") || first.contains("!obtrace")
}

/// Reads a ledger.
///
/// # Errors
/// The first line that is none of a ledger's, with its place, what was found and what was expected.
pub fn read(text: &str, file: &str) -> Result<Ledger, NotALedger> {
    let mut ledger = Ledger { file: file.into(), ..Ledger::default() };
    let mut left = 0_i64;
    for (at, line) in text.lines().enumerate() {
        if ledger.footer.is_some() {
            // What follows is the debugger's summary, or a session that goes on.
            break;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let expected = match words[..] {
            [] | ["Sequence" | "Tag:", ..] => None,
            [first, ..] if first.starts_with("--") || line.contains("kd> ") => None,
            ["Object:", object, ref rest @ ..] if ledger.object.is_empty() => {
                ledger.object = object.into();
                ledger.image = rest.get(1).copied().unwrap_or_default().into();
                None
            }
            _ if ledger.object.is_empty() => Some("`Object: ADDRESS`, with which the trace begins"),
            ["Image:", image] => {
                ledger.image = image.into();
                None
            }
            ["References:", taken, "Dereferences", dropped] => {
                let number = |word: &str| word.trim_end_matches(',').parse().ok();
                ledger.footer = number(taken).zip(number(dropped));
                ledger.footer.is_none().then_some("two numbers")
            }
            [frame] if frame.contains('!') => match ledger.entries.last_mut() {
                Some(entry) => {
                    entry.stack.push(frame.into());
                    None
                }
                None => Some("a line with a sequence number and +1 or -1"),
            },
            [sequence, change, ref rest @ ..] => match parsed(sequence, change) {
                Some(change) => {
                    left = left.saturating_add(change);
                    let (tag, frame) = match rest {
                        [frame] => (NO_TAG, Some(*frame)),
                        [tag, rest @ ..] => (*tag, rest.first().copied()),
                        [] => (NO_TAG, None),
                    };
                    let stack = frame.into_iter().map(Into::into).collect();
                    let (sequence, tag) = (sequence.into(), tag.into());
                    ledger.entries.push(Entry { line: at + 1, sequence, change, tag, stack, left });
                    None
                }
                None => Some("a sequence number in base 16 and +N or -N, or a line of a stack"),
            },
            [_] => Some("a line of a stack: MODULE!ROUTINE"),
        };
        if let Some(expected) = expected {
            let found: String = line.trim().chars().take(60).collect();
            let column = line.len() - line.trim_start().len() + 1;
            return Err(NotALedger(format!(
                "{file}:{}:{column}: found `{found}`, expected {expected}",
                at + 1
            )));
        }
    }
    match ledger.entries.is_empty() {
        true => Err(NotALedger(format!("{file}: found no reference, expected the output of !obtrace"))),
        false => Ok(ledger),
    }
}

fn parsed(sequence: &str, change: &str) -> Option<i64> {
    u64::from_str_radix(sequence, 16).ok()?;
    let signed = change.starts_with(['+', '-']);
    change.parse().ok().filter(|_| signed)
}

impl Ledger {
    /// How many references were taken.
    pub fn taken(&self) -> i64 {
        self.entries.iter().map(|entry| entry.change.max(0)).fold(0, i64::saturating_add)
    }

    /// How many references were dropped.
    pub fn dropped(&self) -> i64 {
        self.entries.iter().map(|entry| entry.change.min(0)).fold(0, i64::saturating_sub)
    }

    /// How many references are left.
    pub fn left(&self) -> i64 {
        self.taken().saturating_sub(self.dropped())
    }

    /// Handles that the trace saw made, less those that it saw closed.
    pub fn handles(&self) -> i64 {
        let through = |entry: &&Entry, routine: &str| entry.stack.iter().any(|frame| frame.contains(routine));
        let made = self.entries.iter().filter(|entry| entry.change > 0 && through(entry, "!ObpCreateHandle"));
        let closed =
            self.entries.iter().filter(|entry| entry.change < 0 && through(entry, "!ObpCloseHandle"));
        made.count() as i64 - closed.clone().count() as i64
    }

    /// References are left although the last handle was closed.
    pub fn is_leak(&self) -> bool {
        let closed = self
            .entries
            .iter()
            .any(|entry| entry.stack.iter().any(|frame| frame.contains("!ObpCloseHandle")));
        self.left() > 0 && closed && self.handles() <= 0
    }

    /// For each tag what was taken and dropped, in order of first use.
    pub fn tags(&self) -> Vec<(&str, i64, i64)> {
        let mut tags: Vec<(&str, i64, i64)> = Vec::new();
        for entry in &self.entries {
            let known = tags.iter().position(|tag| tag.0 == entry.tag).unwrap_or(tags.len());
            if known == tags.len() {
                tags.push((&entry.tag, 0, 0));
            }
            tags[known].1 = tags[known].1.saturating_add(entry.change.max(0));
            tags[known].2 = tags[known].2.saturating_sub(entry.change.min(0));
        }
        tags
    }

    /// What the model cannot agree with, as sentences.
    pub fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        if let Some(entry) = self.entries.iter().find(|entry| entry.left < 0) {
            broken.push(format!(
                "{}:{}: more references are dropped than were taken: the trace began late, or a driver drops one too many",
                self.file, entry.line
            ));
        }
        let counted = (self.taken().unsigned_abs(), self.dropped().unsigned_abs());
        if let Some(footer) = self.footer.filter(|footer| *footer != counted) {
            broken.push(format!(
                "the last line counts {} references and {} dereferences, the lines are {} and {}",
                footer.0, footer.1, counted.0, counted.1
            ));
        }
        broken
    }

    /// Whether nothing is wrong: the numbers agree, and no reference is left without a handle.
    pub fn held(&self) -> bool {
        self.broken().is_empty() && !self.is_leak()
    }
}
