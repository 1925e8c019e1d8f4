//! The parser: statements to a tree. An error costs its statement; the next line is read as usual.

use super::action::{ACTION_WORDS, action, outcome};
use super::ast::{
    Action, Actor, Device, Environment, ExpectedFinding, Name, Policy, Process, Property, PropertyKind,
    Scenario, ScheduleStep, Span, Spanned, Thread,
};
use super::cursor::{Cursor, Parsed};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::expr::expr;
use super::nearest::nearest;
use super::source::{self, MAX_SCENARIO_BYTES, Source};
use super::token::{Line, TokenKind, lex};

/// The words that begin a statement at file level.
pub(crate) const FILE_WORDS: &[&str] = &[
    "title",
    "profile",
    "policy",
    "expect",
    "arch",
    "unbound",
    "driver",
    "device",
    "process",
    "environment",
    "always",
    "sometimes",
    "eventually",
    "finally",
    "schedule",
];

/// Parses the text of a scenario; `file_name` is only shown. Names are not looked up: see
/// [`check`](super::check()).
///
/// ```
/// use sim_model::lang;
/// let scenario = lang::parse("a.kobj", "process app\n  thread main\n    CloseHandle(file) -> TRUE\n").unwrap();
/// assert_eq!(scenario.processes().next().unwrap().threads[0].actions.len(), 1);
///
/// let errors = lang::parse("a.kobj", "process app\n  thread main\n    CloseHandle(file\n").unwrap_err();
/// assert!(errors.to_string().contains("found `(` without its `)`"));
/// ```
pub fn parse(file_name: &str, text: &str) -> Result<Scenario, Diagnostics> {
    let bytes = text.len() as u64;
    if bytes > MAX_SCENARIO_BYTES {
        return Err(only(file_name, source::too_large(file_name, bytes)));
    }
    let source = Source::new(file_name, text);
    let mut diagnostics = Diagnostics::new(source.clone());
    let lines = lex(&source, &mut diagnostics);
    if lines.is_empty() && diagnostics.is_empty() {
        return Err(only(file_name, source::no_scenario(file_name)));
    }
    let mut parser = Parser { lines: &lines, at: 0, diagnostics };
    let scenario = parser.file();
    if parser.diagnostics.is_empty() { Ok(Scenario { source, ..scenario }) } else { Err(parser.diagnostics) }
}

fn only(file_name: &str, diagnostic: Diagnostic) -> Diagnostics {
    let mut diagnostics = Diagnostics::new(Source::new(file_name, ""));
    diagnostics.push(diagnostic);
    diagnostics
}

pub(super) struct Parser<'a, 'l> {
    lines: &'l [Line<'a>],
    at: usize,
    diagnostics: Diagnostics,
}

/// Lines of one indentation below a line of less.
pub(super) struct Block {
    /// The indentation of the line above; `None` for the file.
    pub(super) parent: Option<usize>,
    /// The indentation of the lines, once the first is known.
    pub(super) indent: Option<usize>,
}

impl<'a, 'l> Parser<'a, 'l> {
    /// Keeps the value, or reports the error, unless it only says that a broken line is too short.
    pub(super) fn keep<T>(&mut self, line: &Line<'_>, parsed: Parsed<T>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                let at_end = error.primary.as_ref().is_none_or(|note| note.span.start >= line.end.start);
                if !(line.broken && at_end) {
                    self.diagnostics.push(error);
                }
                None
            }
        }
    }

    /// The next line of the block. Lines that are indented deeper than the block belong to none: the
    /// first is reported, all are passed over.
    pub(super) fn next_in(&mut self, block: &mut Block) -> Option<&'l Line<'a>> {
        let mut reported = false;
        loop {
            let line = self.lines.get(self.at)?;
            if block.parent.is_some_and(|parent| line.indent <= parent) {
                return None;
            }
            let first = if block.parent.is_some() { line.indent } else { 0 };
            let indent = *block.indent.get_or_insert(first);
            self.at += 1;
            if line.indent <= indent {
                if line.indent < indent {
                    let error = misindented(line, &format!("{} or {indent}", block.parent.unwrap_or(0)));
                    self.diagnostics.push(error);
                }
                return Some(line);
            }
            if !reported {
                let error = misindented(line, &indent.to_string());
                let help =
                    "only `driver`, `process`, `thread`, `environment` and `schedule` have lines below them";
                self.diagnostics.push(error.help(help));
                reported = true;
            }
        }
    }

    /// Passes over the lines below a line that could not be read.
    pub(super) fn skip_below(&mut self, line: &Line<'_>) {
        while self.lines.get(self.at).is_some_and(|next| next.indent > line.indent) {
            self.at += 1;
        }
    }

    fn file(&mut self) -> Scenario {
        let mut scenario = Scenario::default();
        let mut seen = FirstPlaces::default();
        let mut block = Block { parent: None, indent: None };
        while let Some(line) = self.next_in(&mut block) {
            let mut cursor = Cursor::new(line);
            let place = cursor.span();
            let word = cursor
                .word(FILE_WORDS, "a statement at file level")
                .or_else(|error| self.mistaken_word(line, error));
            match word {
                Ok(word) => {
                    let once = seen.once(word, place);
                    self.keep(line, once);
                    self.statement(word, line, &mut cursor, &mut scenario);
                }
                Err(()) => self.skip_below(line),
            }
        }
        scenario
    }

    /// Reports a line that begins with no word of the language. If the word for a block was probably
    /// meant, its lines are read all the same.
    fn mistaken_word(&mut self, line: &Line<'_>, error: Diagnostic) -> Result<&'static str, ()> {
        let first = line.tokens.first().map(|token| token.kind);
        let call = matches!(line.tokens.get(1).map(|t| t.kind), Some(TokenKind::Symbol("(" | "=")));
        let meant = match first {
            Some(TokenKind::Word(found)) => nearest(found, FILE_WORDS.iter().copied()),
            _ => None,
        };
        let error = match first {
            Some(TokenKind::Word("thread")) => error.help("a `thread` stands below a `process`"),
            Some(TokenKind::Word(word)) if call || ACTION_WORDS.contains(&word) => {
                error.help("actions stand below a `thread` or an `environment`")
            }
            _ if meant.is_none() => {
                error.help(format!("such a statement begins with {}", FILE_WORDS.join(", ")))
            }
            _ => error,
        };
        self.keep(line, Err::<(), _>(error));
        match meant {
            Some("process") => Ok("process"),
            Some("environment") => Ok("environment"),
            _ => Err(()),
        }
    }

    fn statement(
        &mut self,
        word: &'static str,
        line: &'l Line<'a>,
        cursor: &mut Cursor<'a, 'l>,
        scenario: &mut Scenario,
    ) {
        match word {
            "title" => scenario.title = self.keep(line, whole(cursor, |c| c.text("a string"))),
            "profile" => {
                scenario.profile = self.keep(line, whole(cursor, |c| c.name("the name of a profile")));
            }
            "expect" => scenario.expected.extend(self.keep(line, whole(cursor, expected_finding))),
            "policy" => scenario.policies.extend(self.keep(line, whole(cursor, policy))),
            "arch" => {
                scenario.arch = self.keep(line, whole(cursor, |c| c.name("the name of an architecture")));
            }
            "unbound" => scenario.unbound.extend(self.keep(line, whole(cursor, names)).unwrap_or_default()),
            "device" => scenario.devices.extend(self.keep(line, whole(cursor, device))),
            "driver" => {
                let driver = self.driver(line, cursor);
                scenario.drivers.push(driver);
            }
            "process" => {
                let process = self.process(line, cursor);
                scenario.actors.push(Actor::Process(process));
            }
            "environment" => {
                let environment = self.environment(line, cursor);
                scenario.actors.push(Actor::Environment(environment));
            }
            "schedule" => {
                self.keep(line, cursor.end());
                scenario.schedule = Some(self.block(line, schedule_step));
            }
            _ => {
                if let Some(kind) = PropertyKind::ALL.into_iter().find(|kind| kind.word() == word) {
                    scenario.properties.extend(self.keep(line, whole(cursor, |c| property(kind, c))));
                }
            }
        }
    }

    fn process(&mut self, line: &Line<'_>, cursor: &mut Cursor<'a, 'l>) -> Process {
        let header = self.keep(line, whole(cursor, process_header));
        let mut threads = Vec::new();
        let mut block = Block { parent: Some(line.indent), indent: None };
        while let Some(line) = self.next_in(&mut block) {
            let mut cursor = Cursor::new(line);
            let header = match cursor.word(&["thread"], "`thread`") {
                Ok(_) => whole(&mut cursor, |c| c.name("the name of the thread")),
                Err(error) => Err(error.help("actions stand below a `thread`, threads below a `process`")),
            };
            let name = self.keep(line, header);
            threads.push(Thread { name: name.unwrap_or_default(), actions: self.block(line, action) });
        }
        let (name, marks) = header.unwrap_or_default();
        Process { name, marks, threads }
    }

    fn environment(&mut self, line: &Line<'_>, cursor: &mut Cursor<'a, 'l>) -> Environment {
        let header = match cursor.peek() {
            None => Ok(None),
            Some(_) => whole(cursor, |c| c.name("the name of the environment")).map(Some),
        };
        let name = self.keep(line, header).flatten();
        let actions: Vec<Action> = self.block(line, action);
        Environment { name, actions }
    }

    /// The lines below `above`, each read by `item`.
    fn block<T>(&mut self, above: &Line<'_>, item: fn(&mut Cursor<'_, '_>) -> Parsed<T>) -> Vec<T> {
        let mut items = Vec::new();
        let mut block = Block { parent: Some(above.indent), indent: None };
        while let Some(line) = self.next_in(&mut block) {
            let parsed = item(&mut Cursor::new(line));
            items.extend(self.keep(line, parsed));
        }
        items
    }
}

/// Where the statements that may stand once only stood first.
#[derive(Default)]
struct FirstPlaces(Vec<(&'static str, Span)>);

impl FirstPlaces {
    fn once(&mut self, word: &'static str, place: Span) -> Parsed<()> {
        if !matches!(word, "title" | "profile" | "arch" | "schedule") {
            return Ok(());
        }
        match self.0.iter().find(|(seen, _)| *seen == word) {
            Some((_, first)) => Err(Diagnostic::new(format!("a second `{word}`"))
                .at(place, "a scenario has one at most")
                .and_at(*first, "the first one")),
            None => {
                self.0.push((word, place));
                Ok(())
            }
        }
    }
}

fn misindented(line: &Line<'_>, expected: &str) -> Diagnostic {
    let span = line.tokens.first().map_or(line.end, |token| token.span);
    Diagnostic::new(format!("found an indentation of {}, expected {expected}", line.indent))
        .at(span, "this line belongs to no block")
}

/// Something and then the end of the line.
pub(super) fn whole<'a, 'l, T>(
    cursor: &mut Cursor<'a, 'l>,
    part: impl FnOnce(&mut Cursor<'a, 'l>) -> Parsed<T>,
) -> Parsed<T> {
    let value = part(cursor)?;
    cursor.end()?;
    Ok(value)
}

fn names(cursor: &mut Cursor<'_, '_>) -> Parsed<Vec<Name>> {
    let mut names = vec![cursor.name("a label")?];
    while cursor.eat(",") {
        names.push(cursor.name("a label")?);
    }
    Ok(names)
}

fn policy(cursor: &mut Cursor<'_, '_>) -> Parsed<Policy> {
    match cursor
        .word(&["handles", "verifier", "rings", "faults"], "`handles`, `verifier`, `rings` or `faults`")?
    {
        "verifier" => return Ok(Policy::Verifier(cursor.name("`on` or `off`")?)),
        "rings" => return Ok(Policy::Rings(cursor.name("a policy of I/O rings")?)),
        "faults" => {
            let kind = cursor.name("`allocations` or `pending`")?;
            return Ok(Policy::Faults { kind, most: cursor.number() });
        }
        _ => {}
    }
    if !cursor.eat_word("limit") {
        return Ok(Policy::Reuse(cursor.name("which value is given out next, or `limit`")?));
    }
    match cursor.number() {
        Some(number) => Ok(Policy::Limit(number)),
        None => Err(cursor.expected("a number of handles")),
    }
}

/// `bug check` with a code and perhaps its first parameter, or the name of a rule.
fn expected_finding(cursor: &mut Cursor<'_, '_>) -> Parsed<Spanned<ExpectedFinding>> {
    let start = cursor.span();
    let found = if cursor.eat_word("bug") {
        cursor.word(&["check"], "`check`")?;
        let Some(code) = cursor.number() else { return Err(cursor.expected("the code of a bug check")) };
        ExpectedFinding::BugCheck { code, subcode: cursor.number() }
    } else {
        ExpectedFinding::Rule(cursor.name("`bug check` or the name of a rule")?)
    };
    Ok(Spanned::new(found, start.to(cursor.last_span())))
}

/// The name of a process and its marks.
fn process_header(cursor: &mut Cursor<'_, '_>) -> Parsed<(Name, Vec<Name>)> {
    let name = cursor.name("the name of the process")?;
    let mut marks = Vec::new();
    while cursor.peek().is_some() {
        marks.push(cursor.name("`debugged`, `strict` or the end of the line")?);
    }
    Ok((name, marks))
}

fn device(cursor: &mut Cursor<'_, '_>) -> Parsed<Device> {
    let name = cursor.name("the name of the device")?;
    cursor.word(&["driver"], "`driver`")?;
    cursor.symbol("=")?;
    let driver = cursor.name("the name of a driver")?;
    let over =
        if cursor.eat_word("over") { Some(cursor.name("the name of the device below")?) } else { None };
    let (bytes, status) = if cursor.eat_word("with") { outcome(cursor)? } else { (None, None) };
    Ok(Device { name, driver, over, bytes, status })
}

fn property(kind: PropertyKind, cursor: &mut Cursor<'_, '_>) -> Parsed<Property> {
    let name = match cursor.peek_at(1) {
        Some(TokenKind::Symbol(":")) => {
            let name = cursor.text("the name of the property, a string")?;
            cursor.symbol(":")?;
            Some(name)
        }
        _ => None,
    };
    Ok(Property { kind, name, expr: expr(cursor)? })
}

fn schedule_step(cursor: &mut Cursor<'_, '_>) -> Parsed<ScheduleStep> {
    let actor = cursor.name("the name of an actor")?;
    cursor.symbol(":")?;
    match cursor.next() {
        Some(token) => match token.kind {
            TokenKind::Rest(text) => {
                Ok(ScheduleStep { actor, text: Spanned::new(text.to_owned(), token.span) })
            }
            _ => Err(cursor.expected("what the actor does")),
        },
        None => Err(cursor.expected("what the actor does")),
    }
}
