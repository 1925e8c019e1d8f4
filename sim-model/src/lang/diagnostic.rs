//! Diagnostics: what is wrong with a text, where, and what may help; and how that is shown.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::ast::Span;
use super::source::{Source, grouped};

/// How many diagnostics are kept and shown; the others are counted.
pub const MAX_SHOWN: usize = 20;
/// The most characters of the user's text that a message repeats.
pub(super) const MAX_QUOTED: usize = 64;
/// The most characters of a line that are shown.
const WINDOW: usize = 100;

/// A place in the text and what is to be said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Where.
    pub span: Span,
    /// What; may be empty.
    pub text: String,
}

/// One error, as data.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where; absent if it is about the file as a whole.
    pub primary: Option<Note>,
    /// Other places that matter.
    pub secondary: Vec<Note>,
    /// What may help.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error about the file as a whole.
    pub fn new(message: impl Into<String>) -> Diagnostic {
        Diagnostic { message: message.into(), primary: None, secondary: Vec::new(), help: Vec::new() }
    }

    /// Adds the place where the error is.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.primary = Some(Note { span, text: text.into() });
        self
    }

    /// Adds another place that matters.
    #[must_use]
    pub fn and_at(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Note { span, text: text.into() });
        self
    }

    /// Adds something that may help.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    /// Adds the question whether this name was meant, if there is one.
    #[must_use]
    pub(super) fn suggest(self, name: Option<&str>) -> Diagnostic {
        match name {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    fn start(&self) -> u32 {
        self.primary.as_ref().map_or(0, |note| note.span.start)
    }
}

/// Without a text to show places in: the message and the help.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&rendered(&Source::default(), &Diagnostic { primary: None, ..self.clone() }, false))
    }
}

impl std::error::Error for Diagnostic {}

/// The errors of one text, in the order of the text: the first [`MAX_SHOWN`] of them and how many
/// there are in all.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    source: Source,
    shown: Vec<Diagnostic>,
    total: usize,
}

impl Diagnostics {
    /// No error yet in this text.
    pub fn new(source: Source) -> Diagnostics {
        Diagnostics { source, shown: Vec::new(), total: 0 }
    }

    /// Adds an error at its place in the order.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.push_with(diagnostic.start(), || diagnostic);
    }

    /// Adds the error that `make` makes, which is called only if the error will be kept: what helps
    /// to make one (nearest names) takes time, and a text may have a hundred thousand errors.
    pub(super) fn push_with(&mut self, start: u32, make: impl FnOnce() -> Diagnostic) {
        self.total += 1;
        let place = self.shown.partition_point(|other| other.start() <= start);
        if place < MAX_SHOWN {
            self.shown.truncate(MAX_SHOWN - 1);
            self.shown.insert(place, make());
        }
    }

    /// Whether there is no error.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The number of errors, including those that were only counted.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The kept errors, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.shown.iter()
    }

    /// The text that the errors are about.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The errors as text for a terminal: at most [`MAX_SHOWN`], then a line that counts the rest.
    pub fn render(&self, color: bool) -> String {
        let mut text = String::new();
        for diagnostic in &self.shown {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&rendered(&self.source, diagnostic, color));
        }
        let rest = self.total - self.shown.len();
        if rest > 0 {
            let noun = if rest == 1 { "error" } else { "errors" };
            text.push_str(&format!("\n… and {} more {noun}\n", grouped(rest as u64)));
        }
        text
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

fn rendered(source: &Source, diagnostic: &Diagnostic, color: bool) -> String {
    let mut group = Level::ERROR.primary_title(&diagnostic.message).elements(None::<Origin<'_>>);
    let windows: Vec<Window> = diagnostic.primary.iter().map(|note| Window::new(source, note)).collect();
    for (window, note) in windows.iter().zip(&diagnostic.primary) {
        group = shown_at(group, source, window, note, AnnotationKind::Primary);
    }
    let others: Vec<Window> = diagnostic.secondary.iter().map(|note| Window::new(source, note)).collect();
    for (window, note) in others.iter().zip(&diagnostic.secondary) {
        group = shown_at(group, source, window, note, AnnotationKind::Context);
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.render(&[group]);
    text.push('\n');
    text
}

fn shown_at<'a>(
    group: Group<'a>,
    source: &'a Source,
    window: &'a Window,
    note: &'a Note,
    kind: AnnotationKind,
) -> Group<'a> {
    let origin = Origin::path(&*source.file).line(window.line).char_column(window.column);
    let label = Some(note.text.as_str()).filter(|text| !text.is_empty());
    let annotation = kind.span(window.marked.clone()).label(label);
    group
        .element(origin)
        .element(Snippet::source(&window.text).line_start(window.line).annotation(annotation))
}

/// The part of a line that is shown: about [`WINDOW`] characters around the marked ones.
struct Window {
    line: usize,
    column: usize,
    text: String,
    marked: Range<usize>,
}

impl Window {
    fn new(source: &Source, note: &Note) -> Window {
        let position = source.position(note.span.start);
        let (line_start, line) = source.line(note.span.start);
        let start = source.boundary(note.span.start).clamp(line_start, line_start + line.len()) - line_start;
        let end =
            source.boundary(note.span.end).clamp(line_start + start, line_start + line.len()) - line_start;
        let cut = cut_around(line, start);
        let (before, after) =
            (if cut.start > 0 { "…" } else { "" }, if cut.end < line.len() { "…" } else { "" });
        let shift = |index: usize| index.min(cut.end) - cut.start + before.len();
        Window {
            line: position.line,
            column: position.column,
            marked: shift(start)..shift(end),
            text: format!("{before}{}{after}", &line[cut]),
        }
    }
}

/// The bytes of `line` to show so that the character at `start` is in view.
fn cut_around(line: &str, start: usize) -> Range<usize> {
    let nth_back =
        |count: usize| line[..start].char_indices().rev().take(count).last().map_or(start, |c| c.0);
    let nth_on = |count: usize| line[start..].char_indices().nth(count).map_or(line.len(), |c| start + c.0);
    if line.len() <= WINDOW || line.chars().count() <= WINDOW {
        return 0..line.len();
    }
    // Near an end of the line, what is not needed there goes to the other side.
    let on = line[start..].chars().take(WINDOW).count();
    let back = line[..start].chars().rev().take(WINDOW).count();
    let left = (WINDOW / 2).max(WINDOW - on).min(back);
    nth_back(left)..nth_on(WINDOW - left)
}

/// The user's text between back quotes, shortened if it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((cut, _)) => format!("`{}…`", &text[..cut]),
        None => format!("`{text}`"),
    }
}
