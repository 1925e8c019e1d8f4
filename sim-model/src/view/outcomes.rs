//! The outcomes of a program as text: what is so in each once, and a table of what differs.

use crate::explore::{self, Verdict};
use crate::scenario::facts::Fact;
use crate::scenario::outcomes::Outcomes;
use crate::scenario::program::Program;
use crate::scenario::world::Move;
use crate::view::exploration::{counted, counts, limit_sentence};
use crate::view::exploration_limit::Bounds;
use crate::view::layout::{Paint, Tone, WIDTH, columns, cut, wrap};

/// A search for outcomes, and what it found.
#[derive(Clone, Copy)]
pub struct Enumerated<'a> {
    /// The program.
    pub program: &'a Program,
    /// How the search ended.
    pub search: &'a explore::Outcome<Move>,
    /// The outcomes.
    pub outcomes: &'a Outcomes,
    /// The bounds it was given.
    pub bounds: Bounds,
}

/// A column of the table: its heading in two lines, and a cell for each outcome.
struct Column {
    heading: [String; 2],
    cells: Vec<String>,
    width: usize,
}

const INDENT: &str = "    ";
const GAP: &str = "  ";

/// The text of the outcomes; only how many there are and the counts, if `quiet`.
pub fn render(enumerated: Enumerated<'_>, color: bool, quiet: bool) -> String {
    let Enumerated { program, search, .. } = enumerated;
    let paint = Paint(color);
    let mut lines = Vec::new();
    if !quiet {
        lines.push(paint.text(Tone::Heading, &cut(program.title(), WIDTH)));
        lines.extend(wrap(&number(enumerated), WIDTH - 2).iter().map(|line| format!("  {line}")));
        common(enumerated, paint, &mut lines);
        table(enumerated, paint, &mut lines);
        lines.push(String::new());
    }
    lines.extend(wrap(&counts(program, search), WIDTH));
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// How many there are, and whether that is all.
fn number(enumerated: Enumerated<'_>) -> String {
    let Enumerated { search, outcomes, bounds, .. } = enumerated;
    let number = counted(outcomes.all.len() as u64, "outcome");
    let within =
        bounds.preemptions.map(|most| format!(" with at most {}", counted(most.into(), "preemption")));
    let within = within.unwrap_or_default();
    let counted = outcomes.facts.iter().any(|fact| matches!(fact, Fact::Object(_)));
    let legend = if counted { "; n/m is HandleCount/PointerCount" } else { "" };
    match search.verdict {
        Verdict::Limited(limit) => {
            let flag = bounds.reached(limit).map_or(String::new(), |flag| format!(" ({flag})"));
            format!(
                "at least {number}{within}: {}{flag}, so there may be others{legend}",
                limit_sentence(limit)
            )
        }
        _ => format!("{number}{within}, complete{legend}"),
    }
}

/// What is so in each outcome.
fn common(enumerated: Enumerated<'_>, paint: Paint, lines: &mut Vec<String>) {
    let Enumerated { program, outcomes, .. } = enumerated;
    let Some(first) = outcomes.all.first() else { return };
    let same = (0..outcomes.facts.len()).filter(|at| !outcomes.differ_in(*at));
    let rows: Vec<[String; 3]> = same
        .map(|at| {
            let (fact, value) = (outcomes.facts[at], first.values[at].clone());
            let text = match fact {
                Fact::Line { actor, action } => program.actors[actor].actions[action].text.clone(),
                _ => fact.heading(program),
            };
            [place(program, fact), text, value]
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    lines.push(String::new());
    let heading = if outcomes.all.len() == 1 { "The outcome" } else { "In every outcome" };
    lines.push(paint.text(Tone::Heading, heading));
    let widest = |at: usize| rows.iter().map(|row| columns(&row[at])).max().unwrap_or(0);
    let (who, value) = (widest(0), widest(2));
    let room = WIDTH.saturating_sub(INDENT.len() + who + 2 * GAP.len());
    let what = widest(1).min(room.saturating_sub(value).max(room / 2));
    let left = room.saturating_sub(what).max(20);
    for [place, text, value] in &rows {
        for (at, part) in wrap(value, left).iter().enumerate() {
            let (place, text) = if at == 0 { (&**place, cut(text, what)) } else { ("", String::new()) };
            let (place, text) = (paint.pad(Tone::Quiet, place, who), paint.pad(Tone::Call, &text, what));
            lines.push(format!("{INDENT}{place}{GAP}{text}{GAP}{part}"));
        }
    }
}

/// Who and in which line of the file.
fn place(program: &Program, fact: Fact) -> String {
    let Fact::Line { actor, action } = fact else { return String::new() };
    let actor = &program.actors[actor];
    format!("{} {}", actor.name, actor.actions[action].line)
}

/// A row for each outcome with what differs; in several tables if it does not fit side by side.
fn table(enumerated: Enumerated<'_>, paint: Paint, lines: &mut Vec<String>) {
    let Enumerated { program, outcomes, .. } = enumerated;
    let differing = (0..outcomes.facts.len()).filter(|at| outcomes.differ_in(*at));
    let columns: Vec<Column> = differing
        .map(|at| {
            let fact = outcomes.facts[at];
            let heading = [place(program, fact), fact.heading(program)];
            Column::of(heading, outcomes.all.iter().map(|outcome| &*outcome.values[at]))
        })
        .collect();
    let number = outcomes.all.len().to_string().len();
    let mut rest = &columns[..];
    while !rest.is_empty() {
        let fit = how_many_fit(rest, WIDTH - INDENT.len() - number);
        let (band, others) = rest.split_at(fit);
        rest = others;
        lines.push(String::new());
        for heading in 0..2 {
            if band.iter().any(|column| !column.heading[heading].is_empty()) {
                let cells = band
                    .iter()
                    .map(|column| paint.pad(Tone::Heading, &column.heading[heading], column.width));
                lines.push(row("", number, cells));
            }
        }
        for at in 0..outcomes.all.len() {
            let cells = band.iter().map(|column| paint.pad(Tone::Plain, &column.cells[at], column.width));
            lines.push(row(&(at + 1).to_string(), number, cells));
        }
    }
}

fn row(number: &str, width: usize, cells: impl Iterator<Item = String>) -> String {
    cells.fold(format!("{INDENT}{number:>width$}"), |line, cell| format!("{line}{GAP}{cell}"))
}

/// How many columns have room side by side: one at least.
fn how_many_fit(all: &[Column], room: usize) -> usize {
    let mut left = room;
    let fits = |column: &&Column| {
        let needed = column.width + GAP.len();
        let fits = needed <= left;
        left = left.saturating_sub(needed);
        fits
    };
    all.iter().take_while(fits).count().max(1)
}

impl Column {
    fn of<'c>(heading: [String; 2], cells: impl Iterator<Item = &'c str>) -> Column {
        let most = WIDTH - 2 * INDENT.len();
        let cells: Vec<String> = cells.map(|cell| cut(cell, most)).collect();
        let width = heading.iter().chain(&cells).map(|text| columns(text)).max().unwrap_or(0);
        Column { heading, cells, width }
    }
}
