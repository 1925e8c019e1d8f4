//! From a file to a report.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::error::{AN_EVENT_LOG, ReplayError};
use super::event::{self, Aside, Event, Reading};
use super::fields::Fields;
use super::machine::Machine;
use super::report::{Counts, Damage, Report};
use super::source::{LONGEST, Piece, Source, first_of_text};
use super::time;
use super::window::Released;

/// A file with no event in so many lines is no event log.
const PATIENCE: u64 = 1000;
/// The most kinds of events passed over that are counted apart.
const MOST_KINDS: usize = 1000;

/// Replays a Windows Security event log: JSON Lines, or one JSON array.
///
/// `name` is what messages call the file. Memory is bounded by the handles and processes that are open at one time
/// and by the reordering window, not by the length of the file.
///
/// # Errors
/// [`ReplayError`] if the file cannot be read or holds no Windows event. Single lines that cannot be read are in
/// the report.
pub fn read(reader: impl BufRead, name: &str) -> Result<Report, ReplayError> {
    let mut source = Source::open(reader, name)?;
    let mut replay = Replay::new(name);
    while let Some(piece) = source.next().map_err(|error| ReplayError::of_read(name, &error))? {
        if source.text.trim_ascii().is_empty() && !piece.too_long {
            continue;
        }
        replay.take(piece, &source.text);
        if replay.report.counts.events == 0 && replay.report.counts.lines == PATIENCE {
            break;
        }
    }
    if replay.report.counts.events == 0 {
        return Err(replay.no_event(source.is_array()));
    }
    Ok(replay.finish())
}

/// Whether the first bytes of a file look like a Windows event log in JSON.
///
/// ```
/// use sim_model::replay::looks_like_event_log;
///
/// assert!(looks_like_event_log(br#"{"EventID":4656,"Channel":"Security"}"#));
/// assert!(!looks_like_event_log(br#"{"format":1,"profile":"win11"}"#));
/// assert!(!looks_like_event_log(b"process app"));
/// ```
pub fn looks_like_event_log(first_bytes: &[u8]) -> bool {
    const SIGNS: [&str; 12] = [
        "\"eventid\"",
        "event_id\"",
        "\"channel\"",
        "\"sourcename\"",
        "\"eventtime\"",
        "\"timecreated\"",
        "\"hostname\"",
        "\"subjectusersid\"",
        "\"eventdata\"",
        "event_data",
        "winlog",
        "\"log_name\"",
    ];
    let text = first_bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(first_bytes);
    if !matches!(first_of_text(text), Some(b'{' | b'[')) {
        return false;
    }
    let text = String::from_utf8_lossy(text).to_ascii_lowercase();
    SIGNS.iter().filter(|sign| text.contains(**sign)).count() >= 2
}

struct Replay {
    report: Report,
    machines: BTreeMap<Box<str>, Machine>,
    first: Option<i64>,
    last: Option<i64>,
}

impl Replay {
    fn new(name: &str) -> Replay {
        let report = Report { name: name.into(), ..Report::default() };
        Replay { report, machines: BTreeMap::new(), first: None, last: None }
    }

    fn take(&mut self, piece: Piece, text: &[u8]) {
        self.report.counts.lines += 1;
        if piece.too_long {
            let found = format!("a line of more than {} MiB", LONGEST >> 20);
            return self.damaged(piece, 1, found, "an event");
        }
        if let Err(error) = std::str::from_utf8(text) {
            return self.damaged(piece, error.valid_up_to() + 1, "bytes that are not UTF-8", "UTF-8");
        }
        match Fields::of(text) {
            Err(error) => {
                let (column, found) = not_json(&error, text, piece);
                self.damaged(piece, column, found, "one JSON object");
            }
            Ok(fields) if !fields.is_object => self.damaged(piece, 1, snippet(text), "one JSON object"),
            Ok(fields) => match event::read(&fields, piece.line) {
                Reading::NoEvent => {
                    self.damaged(piece, 1, "an object without event number", "a Windows event (EventID)");
                }
                reading => {
                    self.report.counts.events += 1;
                    self.sort(reading, piece);
                }
            },
        }
    }

    fn sort(&mut self, reading: Reading, piece: Piece) {
        match reading {
            Reading::Handles(machine, event) => self.hold(&machine, event),
            Reading::Aside(aside) => *aside_count(&mut self.report.counts, aside) += 1,
            Reading::Other { channel, id } => {
                let kinds = &mut self.report.passed_over;
                let kind = format!("{channel} {id}");
                let full = kinds.len() >= MOST_KINDS && !kinds.contains_key(&kind);
                *kinds.entry(if full { "others".into() } else { kind }).or_default() += 1;
            }
            Reading::Broken { id, field, found } => {
                let found = format!("{found} for {field}");
                self.damaged(piece, 1, found, &format!("an event {id} with {field}"));
            }
            Reading::NoEvent => {}
        }
    }

    fn hold(&mut self, name: &str, event: Event) {
        self.report.counts.without_time += u64::from(event.time.is_none());
        if !self.machines.contains_key(name) {
            self.machines.insert(name.into(), Machine::new(name));
        }
        if let Some(machine) = self.machines.get_mut(name)
            && let Some(released) = machine.window.push(event)
        {
            apply(machine, released, &mut self.report, (&mut self.first, &mut self.last));
        }
    }

    fn damaged(&mut self, piece: Piece, column: usize, found: impl Into<String>, expected: &str) {
        self.report.counts.damaged += 1;
        if self.report.damaged.len() < Report::MOST_DAMAGED {
            let column = piece.column + column as u64 - 1;
            let (found, expected) = (found.into(), expected.into());
            self.report.damaged.push(Damage { line: piece.line, column, found, expected });
        }
    }

    fn finish(mut self) -> Report {
        for (name, mut machine) in std::mem::take(&mut self.machines) {
            while let Some(released) = machine.window.pop() {
                apply(&mut machine, released, &mut self.report, (&mut self.first, &mut self.last));
            }
            machine.finish(&mut self.report);
            self.report.machines.push(name.into());
        }
        // Ids are hexadecimal without leading zeros, so the shorter one is the smaller one.
        self.report.processes.sort_by(|a, b| {
            let key = |process: &super::ProcessReport| {
                (process.machine.clone(), process.pid.len(), process.pid.clone())
            };
            key(a).cmp(&key(b))
        });
        self.report.first = self.first.map(time::show);
        self.report.last = self.last.map(time::show);
        self.report
    }

    fn no_event(self, array: bool) -> ReplayError {
        let name = &self.report.name;
        let lines = self.report.counts.lines;
        let first = self.report.damaged.into_iter().next();
        match first {
            None if array => ReplayError::of_file(name, "a JSON array without objects", AN_EVENT_LOG),
            None => ReplayError::of_file(name, "nothing but blank lines", AN_EVENT_LOG),
            Some(first) if first.expected.starts_with("a Windows event") => {
                let found = match lines {
                    1 => "a JSON object that is no Windows event (it has no EventID)".to_owned(),
                    PATIENCE => format!("none of the first {lines} lines is a Windows event"),
                    _ => format!("none of the {lines} lines is a Windows event"),
                };
                ReplayError::of_file(name, found, AN_EVENT_LOG)
            }
            Some(first) => ReplayError {
                name: name.clone(),
                line: Some(first.line),
                column: Some(first.column),
                found: first.found,
                expected: AN_EVENT_LOG.into(),
            },
        }
    }
}

fn apply(
    machine: &mut Machine,
    released: Released,
    report: &mut Report,
    (first, last): (&mut Option<i64>, &mut Option<i64>),
) {
    if released.late {
        report.counts.late += 1;
        report.first_late = report.first_late.or(Some(released.event.line));
    }
    if let Some(time) = released.millisecond {
        *first = Some(first.map_or(time, |first| first.min(time)));
        *last = Some(last.map_or(time, |last| last.max(time)));
    }
    machine.apply(released, report);
}

fn aside_count(counts: &mut Counts, aside: Aside) -> &mut u64 {
    match aside {
        Aside::Refused => &mut counts.refused,
        Aside::NoHandle => &mut counts.without_handle,
        Aside::UserModeOpen => &mut counts.user_mode_opens,
        Aside::UserModeClose => &mut counts.closes_user_mode,
        Aside::UserModeAccess => &mut counts.accesses_user_mode,
    }
}

/// Where a text stops being JSON, and what is there.
fn not_json(error: &serde_json::Error, text: &[u8], piece: Piece) -> (usize, String) {
    let column = error.column().max(1);
    if error.is_eof() {
        let found = match piece.unended {
            true => "the end of the file within an event",
            false => "an object that goes on in the next line (`jq -c . FILE` puts each event on one line)",
        };
        return (column, found.into());
    }
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    let from = (column - 1).min(text.len());
    (column, format!("text that is not JSON, {} ({reason})", snippet(&text[from..])))
}

/// The beginning of a text, quoted.
fn snippet(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text.trim_ascii());
    let short: String = text.chars().take(30).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    format!("{short:?}{more}")
}
