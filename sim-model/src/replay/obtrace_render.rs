//! A ledger of references as text and as JSON Lines.

use serde::Serialize;

use super::obtrace::{Entry, Ledger};
use crate::view::layout::{Paint, Tone, WIDTH, columns, cut, wrap};

impl Ledger {
    /// The ledger as text: each reference with the count after it, the tags, and what is left.
    pub fn render_text(&self, color: bool, quiet: bool) -> String {
        let paint = Paint(color);
        let mut text = String::new();
        if !quiet {
            let heading = format!("{}: references to object {} of {}", self.file, self.object, self.image);
            text.push_str(&format!("{}\n\n", paint.text(Tone::Heading, &cut(&heading, WIDTH))));
            let widest = self.entries.iter().map(|entry| columns(&entry.sequence)).max().unwrap_or(0).min(16);
            for entry in &self.entries {
                let before =
                    format!("  {:>widest$}  {:+}  {:>3} left  ", entry.sequence, entry.change, entry.left);
                let by = entry.stack.iter().take(3).map(|frame| frame.split('+').next().unwrap_or(frame));
                let by = format!("{}  {}", entry.tag, by.collect::<Vec<_>>().join(" < "));
                text.push_str(&format!("{before}{}\n", cut(&by, WIDTH.saturating_sub(columns(&before)))));
            }
            text.push('\n');
            for (tag, taken, dropped) in self.tags() {
                let over =
                    if taken > dropped { format!(": {} left", taken - dropped) } else { String::new() };
                text.push_str(&format!("  tag {tag}: {taken} taken, {dropped} dropped{over}\n"));
            }
            text.push('\n');
        }
        for line in self.broken() {
            wrap(&format!("error: {line}"), WIDTH)
                .iter()
                .for_each(|line| text.push_str(&format!("{line}\n")));
        }
        let tone = if self.held() { Tone::Good } else { Tone::Bad };
        let verdict = paint.text(tone, &self.verdict());
        text.push_str(&format!("{}: {}, {verdict}\n", self.file, self.counted()));
        text
    }

    fn counted(&self) -> String {
        format!("{} references, {} dereferences", self.taken(), self.dropped())
    }

    fn verdict(&self) -> String {
        match (self.left(), self.is_leak()) {
            (left, true) => format!("{left} left after the last handle was closed: a leak"),
            (left, false) if left > 0 => format!("{left} left, which may be held"),
            (0, false) => "none left".into(),
            (left, false) => format!("{} too many dropped", -left),
        }
    }

    /// The ledger as JSON Lines: a `ledger` record, then a `reference` record a line.
    pub fn render_json(&self) -> String {
        #[derive(Serialize)]
        #[serde(tag = "record", rename_all = "snake_case")]
        enum Record<'a> {
            Ledger {
                file: &'a str,
                object: &'a str,
                image: &'a str,
                taken: i64,
                dropped: i64,
                left: i64,
                leak: bool,
                held: bool,
                broken: Vec<String>,
            },
            Reference {
                #[serde(flatten)]
                entry: &'a Entry,
            },
        }
        let Ledger { file, object, image, .. } = self;
        let (taken, dropped, left) = (self.taken(), self.dropped(), self.left());
        let (leak, held, broken) = (self.is_leak(), self.held(), self.broken());
        let first = Record::Ledger { file, object, image, taken, dropped, left, leak, held, broken };
        let entries = self.entries.iter().map(|entry| Record::Reference { entry });
        // Numbers and strings always can be written.
        std::iter::once(first)
            .chain(entries)
            .map(|record| serde_json::to_string(&record).unwrap_or_default() + "\n")
            .collect()
    }
}
