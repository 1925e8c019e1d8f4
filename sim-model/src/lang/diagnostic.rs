//! Diagnostics: what is wrong with a text, where, and what may help; and how that is shown.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Level, Padding, Renderer, Snippet};

use super::ast::Span;
use super::source::{Source, grouped};

/// How many diagnostics are kept and shown; the others are counted.
pub const MAX_SHOWN: usize = 20;
/// The most characters of the user's text that a message repeats, or that are marked.
pub(super) const MAX_QUOTED: usize = 64;
/// The most columns of a line that are shown, its number included.
const WIDTH: usize = 110;

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
        f.write_str(&rendered(&Source::default(), self, false))
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
    let mut group = Level::ERROR.primary_title(&diagnostic.message).elements(None::<Padding>);
    for (start, annotations) in by_line(source, diagnostic) {
        let line = source.line(start).1;
        let snippet = Snippet::source(line).path(&*source.file).line_start(source.position(start).line);
        group = group.element(snippet.annotations(annotations));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.term_width(WIDTH).render(&[group]);
    text.push('\n');
    text
}

/// The notes, those near each other on one line together, the line of the primary note first. None without a text.
fn by_line<'a>(source: &Source, diagnostic: &'a Diagnostic) -> Vec<(u32, Vec<Annotation<'a>>)> {
    let primary = diagnostic.primary.iter().map(|note| (note, AnnotationKind::Primary));
    let secondary = diagnostic.secondary.iter().map(|note| (note, AnnotationKind::Context));
    let mut lines: Vec<(usize, u32, Vec<Annotation<'_>>)> = Vec::new();
    for (note, kind) in primary.chain(secondary).filter(|_| !source.text.is_empty()) {
        let (line_start, line) = source.line(note.span.start);
        let label = Some(note.text.as_str()).filter(|text| !text.is_empty());
        let annotation = kind.span(marked(source, line_start, line, note.span)).label(label);
        // Notes far apart on a long line would show all that is between them.
        let near = |start: u32| start.abs_diff(note.span.start) as usize <= MAX_QUOTED;
        match lines.iter_mut().find(|other| other.0 == line_start && near(other.1)) {
            Some((_, _, annotations)) => annotations.push(annotation),
            None => lines.push((line_start, note.span.start, vec![annotation])),
        }
    }
    lines.into_iter().map(|(_, start, annotations)| (start, annotations)).collect()
}

/// The bytes of the line that are marked for a span: within the line, and not too many.
fn marked(source: &Source, line_start: usize, line: &str, span: Span) -> Range<usize> {
    let within = |offset: u32| source.boundary(offset).saturating_sub(line_start).min(line.len());
    let (start, end) = (within(span.start), within(span.end).max(within(span.start)));
    let longest = line[start..end].char_indices().nth(MAX_QUOTED).map_or(end, |(cut, _)| start + cut);
    start..longest
}

/// The user's text between back quotes, shortened if it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((cut, _)) => format!("`{}…`", &text[..cut]),
        None => format!("`{text}`"),
    }
}
