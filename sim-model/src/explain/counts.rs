//! What a PointerCount that a debugger shows can mean.
//!
//! Since Windows 8 a header counts also the references that handle-table entries took in advance: PointerCount = real
//! references + the sum of RefCnt over the entries that name the object. The sum cannot be known from the two counts,
//! but it is bounded, and each handle holds one real reference.

use serde::Serialize;

use sim_core::profile::{Batch, Profile};

use crate::explain::render::render_rows;
use crate::view::layout::{Paint, Tone};
use crate::view::text::plural;

/// The most lines on how many entries hold a batch.
const MOST_LINES: u64 = 8;

/// Two counts that somebody read somewhere.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// PointerCount, as shown.
    pub pointer_count: u64,
    /// HandleCount.
    pub handles: u64,
    /// Where they were read.
    pub profile: Profile,
}

/// From the fewest to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Range {
    /// The fewest.
    pub fewest: u64,
    /// The most.
    pub most: u64,
}

/// What two counts can mean.
///
/// ```
/// use sim_core::profile::{Profile, Version};
/// use sim_model::explain::{Question, Range, Reading};
/// let profile = Profile::of(Version::Win11);
/// let reading = Reading::of(Question { pointer_count: 65535, handles: 2, profile }).unwrap();
/// assert_eq!(reading.real, Range { fewest: 2, most: 65535 });
/// assert_eq!(reading.entries[1], (1, Range { fewest: 32768, most: 65534 }));
/// assert!(Reading::of(Question { pointer_count: 1, handles: 2, profile }).is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// How many real references there may be.
    pub real: Range,
    /// How many, if no entry holds more than one batch.
    pub one_batch: Range,
    /// For a number of entries that hold references in advance, at most a batch each: how many real ones there are.
    pub entries: Vec<(u64, Range)>,
    /// What is left of the batches if the real references are as few as can be and no more entries hold a batch than
    /// must: how many entries, and how many uses they have paid. None if even all of them are not enough.
    pub fewest_entries: Option<(u64, u64)>,
}

impl Reading {
    /// What the counts can mean; none if there are fewer references than handles, which cannot be.
    pub fn of(question: Question) -> Option<Reading> {
        let Question { pointer_count, handles, profile } = question;
        if pointer_count < handles {
            return None;
        }
        let (batch, most) = profile.batch.map_or((0, 0), |batch| (batch.size(), batch.most()));
        let (batch, most) = (u64::from(batch), u64::from(most));
        let fewest = |advance: u64| pointer_count.saturating_sub(advance).max(handles);
        let range = |advance: u64| Range { fewest: fewest(advance), most: pointer_count };
        let all = handles.saturating_mul(batch);
        // An entry that holds something holds at least one reference.
        let last = if batch == 0 { 0 } else { handles.min(pointer_count - handles) };
        let first = last.saturating_sub(MOST_LINES - 1);
        let of_entries = |entries: u64| {
            let most = pointer_count - entries;
            (entries, Range { fewest: fewest(entries.saturating_mul(batch)), most })
        };
        let needed = if batch == 0 { 0 } else { (pointer_count - handles).div_ceil(batch) };
        let paid = |needed: u64| needed.saturating_mul(batch) - (pointer_count - handles);
        Some(Reading {
            real: range(handles.saturating_mul(most)),
            one_batch: range(all),
            entries: (first..=last).map(of_entries).collect(),
            fewest_entries: (batch > 0 && needed <= handles).then(|| (needed, paid(needed))),
        })
    }
}

impl Range {
    fn text(self) -> String {
        match self.fewest == self.most {
            true => self.fewest.to_string(),
            false => format!("{} to {}", self.fewest, self.most),
        }
    }
}

/// Where the counts were read, in words.
fn place(profile: &Profile) -> String {
    format!("{}, {}", profile.version.name(), profile.arch.name())
}

/// The answer as text.
pub fn render_reading(question: Question, reading: Option<&Reading>, color: bool) -> String {
    let Question { pointer_count, handles, profile } = question;
    let paint = Paint(color);
    let heading = format!("PointerCount {pointer_count} with HandleCount {handles}");
    let mut text = format!("{} on {}\n", paint.text(Tone::Heading, &heading), place(&profile));
    let mut paragraph = |title: &str, rows: &[(String, String)]| {
        text.push_str(&format!("\n{}\n", paint.text(Tone::Heading, title)));
        render_rows(rows, paint, &mut text);
    };
    let line = |line: String| (String::new(), line);
    let Some(reading) = reading else {
        let why = "This cannot be: each handle holds one reference, so PointerCount is at least HandleCount.";
        paragraph("Real references", &[line(why.into())]);
        return text;
    };
    paragraph("What the number is", &[line(what(&profile))]);
    if profile.batch.is_none() || handles == 0 {
        let why = if handles == 0 { ": without a handle nothing is taken in advance" } else { "" };
        paragraph("Real references", &[line(format!("{pointer_count}, exactly{why}"))]);
        paragraph("What cannot be known", &[line(of_the_query(handles))]);
        return text;
    }
    let mut real = vec![(reading.real.text(), "whatever the entries hold".to_owned())];
    if reading.one_batch != reading.real {
        real.push((reading.one_batch.text(), "if no entry holds more than one batch".to_owned()));
    }
    paragraph("Real references", &real);
    let of_entries = |(entries, range): &(u64, Range)| (holding(*entries, handles), range.text());
    let rows: Vec<_> = reading.entries.iter().map(of_entries).collect();
    paragraph("Real references, by how many entries hold some of a batch", &rows);
    paragraph("If the real references are few", &few(reading, handles));
    paragraph("What cannot be known", &unknown(handles).map(line));
    text
}

fn what(profile: &Profile) -> String {
    let Some(batch) = profile.batch else {
        return format!("On {} the header counts real references and nothing else.", place(profile));
    };
    let sure = if batch.observed { "" } else { " (predicted from the width of the field, not seen)" };
    format!(
        "The header counts real references and those that handle-table entries took in advance and have not given \
         out yet: RefCnt. An entry takes {}{sure} when its handle is used and RefCnt is 0, and pays every use after \
         that from there, so each use that ends lowers PointerCount by one.",
        batch.size()
    )
}

fn holding(entries: u64, handles: u64) -> String {
    match entries {
        0 => "no entry".into(),
        all if all == handles => {
            if all == 1 {
                "the entry".into()
            } else {
                format!("all {all} entries")
            }
        }
        1 => "1 entry".into(),
        some => format!("{some} entries"),
    }
}

fn few(reading: &Reading, handles: u64) -> Vec<(String, String)> {
    let fewest = reading.one_batch.fewest;
    let line = |text: String| (String::new(), text);
    match reading.fewest_entries {
        Some((0, _)) => vec![line(format!(
            "They are {fewest}, and no entry holds anything: no handle was used yet, or what was taken is used up."
        ))],
        Some((entries, paid)) => vec![
            line(format!(
                "The fewest are {fewest}. Then {} a batch, of which {} paid.",
                if entries == 1 { "1 entry holds".to_owned() } else { format!("{entries} entries hold") },
                if paid == 1 {
                    "1 use is".to_owned()
                } else {
                    format!("{} are", plural(paid as usize, "use"))
                },
            )),
            line("Each real reference more is one use more that was paid.".into()),
        ],
        None => vec![line(format!(
            "{} {fewest} real references at least. Fewer are possible only if an entry holds more than a batch, which \
             has been seen on real machines: perhaps after two refills at a time.",
            if handles == 1 { "One batch leaves".to_owned() } else { format!("{handles} batches leave") },
        ))],
    }
}

fn of_the_query(handles: u64) -> String {
    let handle = if handles == 0 { "it has no handle, so only by pointer" } else { "it has gone since" };
    format!("If NtQueryObject told the number, one of the references was the query's own; {handle}.")
}

fn unknown(handles: u64) -> [String; 3] {
    [
        "How much each entry has left. !trueref subtracts it; RefCnt of each _HANDLE_TABLE_ENTRY is the number.".into(),
        of_the_query(handles),
        "Whether one entry more counts: that of a process or thread in the table of ids is no handle, but may hold a \
         batch."
            .into(),
    ]
}

#[derive(Serialize)]
struct Record {
    record: &'static str,
    pointer_count: u64,
    handle_count: u64,
    profile: &'static str,
    arch: &'static str,
    batch: Option<u32>,
    observed: Option<bool>,
    possible: bool,
    real: Option<Range>,
    one_batch: Option<Range>,
    entries: Vec<Holding>,
}

#[derive(Serialize)]
struct Holding {
    entries: u64,
    #[serde(flatten)]
    real: Range,
}

/// The answer as one JSON record.
pub fn render_reading_json(question: Question, reading: Option<&Reading>) -> String {
    let Question { pointer_count, handles, profile } = question;
    let entries = reading.iter().flat_map(|reading| &reading.entries);
    let record = Record {
        record: "counts",
        pointer_count,
        handle_count: handles,
        profile: profile.version.name(),
        arch: profile.arch.name(),
        batch: profile.batch.map(Batch::size),
        observed: profile.batch.map(|batch| batch.observed),
        possible: reading.is_some(),
        real: reading.map(|reading| reading.real),
        one_batch: reading.map(|reading| reading.one_batch),
        entries: entries.map(|(entries, real)| Holding { entries: *entries, real: *real }).collect(),
    };
    // Numbers and words always can be written.
    serde_json::to_string(&record).unwrap_or_default() + "\n"
}
