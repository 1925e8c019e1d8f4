//! Pages as text and as JSON.

use serde::Serialize;

use crate::explain::page::Page;
use crate::explain::topics::topics;
use crate::view::layout::{Paint, Tone, WIDTH, columns, wrap};

/// The widest a row's name may be for its text to stand beside it.
const NAME: usize = 40;

/// A page as text.
pub fn render_page(page: &Page, color: bool) -> String {
    let paint = Paint(color);
    let heading = paint.text(Tone::Heading, &page.name);
    let mut text = format!("{heading}, {}\n", page.kind);
    for paragraph in &page.about {
        text.push('\n');
        wrap(paragraph, WIDTH).iter().for_each(|line| text.push_str(&format!("{line}\n")));
    }
    for section in &page.sections {
        text.push_str(&format!("\n{}\n", paint.text(Tone::Heading, &section.title)));
        render_rows(&section.rows, paint, &mut text);
        if !section.rows.is_empty() && !section.lines.is_empty() {
            text.push('\n');
        }
        for line in &section.lines {
            text.push_str(format!("    {line}").trim_end());
            text.push('\n');
        }
    }
    text
}

/// Rows of a name and a text, in two columns.
pub(super) fn render_rows(rows: &[(String, String)], paint: Paint, text: &mut String) {
    let width = rows.iter().map(|row| columns(&row.0)).filter(|width| *width <= NAME).max().unwrap_or(0);
    for (name, about) in rows {
        let left = if width == 0 { 2 } else { width + 4 };
        let mut lines = wrap(about, WIDTH - left).into_iter();
        if columns(name) > width {
            text.push_str(&format!("  {}\n", paint.text(Tone::Call, name)));
        } else {
            let first = lines.next().unwrap_or_default();
            let name = paint.pad(Tone::Call, name, left - 2);
            text.push_str(format!("  {name}{first}").trim_end());
            text.push('\n');
        }
        lines.for_each(|line| text.push_str(&format!("{}{line}\n", " ".repeat(left))));
    }
}

/// What there is to explain, as text.
pub fn render_index(color: bool) -> String {
    let paint = Paint(color);
    let mut text = String::from(
        "kobj explain NAME shows the page on one of these, kobj explain 0xC9/0x23D that on a code.\n",
    );
    for (kind, names) in topics() {
        text.push_str(&format!("\n{}\n", paint.text(Tone::Heading, &capital(kind))));
        for line in wrap(&names.join(", ").replace(' ', "\u{a0}").replace(",\u{a0}", ", "), WIDTH - 2) {
            text.push_str(&format!("  {}\n", line.replace('\u{a0}', " ")));
        }
    }
    text
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}

#[derive(Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record<'a> {
    Page {
        #[serde(flatten)]
        page: &'a Page,
    },
    Topic {
        kind: &'a str,
        name: &'a str,
    },
}

fn line(record: &Record<'_>) -> String {
    // Strings and lists of strings always can be written.
    serde_json::to_string(record).unwrap_or_default() + "\n"
}

/// A page as one JSON record.
pub fn render_page_json(page: &Page) -> String {
    line(&Record::Page { page })
}

/// What there is to explain, one JSON record a name.
pub fn render_index_json() -> String {
    let record = |kind: &str, name: &str| line(&Record::Topic { kind, name });
    topics().iter().flat_map(|(kind, names)| names.iter().map(move |name| record(kind, name))).collect()
}
