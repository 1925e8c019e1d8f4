//! The report for a person, at most 100 columns wide.

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};

use super::report::{Example, Group, ProcessReport, Report};

const WIDTH: usize = 100;
/// The most processes and open handles that are shown; the JSON report has all.
const MOST_ROWS: usize = 20;
const HEADING: Style = Style::new().bold();
const GOOD: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
const BAD: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

/// The text, line by line.
struct Page<'a, W> {
    out: &'a mut W,
    color: bool,
}

impl<W: Write> Page<'_, W> {
    fn styled(&mut self, style: Style, text: &str) -> fmt::Result {
        match self.color {
            true => writeln!(self.out, "{style}{text}{style:#}"),
            false => writeln!(self.out, "{text}"),
        }
    }

    fn heading(&mut self, text: &str) -> fmt::Result {
        writeln!(self.out)?;
        self.styled(HEADING, text)
    }

    fn line(&mut self, text: &str) -> fmt::Result {
        writeln!(self.out, "{}", cut(text, WIDTH))
    }

    /// One row of the summary; a row marked as optional is left out when there is nothing to count.
    fn row(&mut self, label: &str, number: u64, optional: bool) -> fmt::Result {
        if optional && number == 0 {
            return Ok(());
        }
        writeln!(self.out, "  {label:<80} {:>12}", grouped(number))
    }
}

impl Report {
    /// Writes the report as text: what there is, what stayed open, what could not be matched and why, and whether
    /// a rule of handle tables is broken. `color` adds ANSI styles.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn render_text(&self, out: &mut impl Write, color: bool) -> fmt::Result {
        let mut page = Page { out, color };
        self.write_head(&mut page)?;
        self.write_summary(&mut page)?;
        self.write_processes(&mut page)?;
        self.write_left_open(&mut page)?;
        self.write_unmatched(&mut page)?;
        self.write_damage(&mut page)?;
        self.write_verdict(&mut page)
    }

    /// Writes only the broken rules of handle tables, and a last line.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn render_quiet(&self, out: &mut impl Write, color: bool) -> fmt::Result {
        let mut page = Page { out, color };
        let (style, verdict) = match self.held() {
            true => (GOOD, "the model agrees"),
            false => (BAD, "the model disagrees"),
        };
        self.write_violations(&mut page)?;
        let (name, counts) = (printable(&self.name), &self.counts);
        let events = counted(counts.events, "event");
        let damaged = counted(counts.damaged, "line");
        page.styled(style, &format!("{name}: {events}, {damaged} not read: {verdict}"))
    }

    fn write_head<W: Write>(&self, page: &mut Page<'_, W>) -> fmt::Result {
        page.styled(HEADING, &cut(&format!("Windows event log {}", printable(&self.name)), WIDTH))?;
        let counts = &self.counts;
        let others: u64 = self.passed_over.values().sum();
        page.line(&format!(
            "  {} events in {} lines; {} are about handles or processes, the others are passed over",
            grouped(counts.events),
            grouped(counts.lines),
            grouped(counts.events - others),
        ))?;
        let names = self.machines.iter().map(|name| match name.as_str() {
            "" => "(no name)".to_owned(),
            name => printable(name),
        });
        let machines: Vec<String> = names.take(MOST_ROWS).collect();
        if let (Some(first), Some(last)) = (&self.first, &self.last) {
            page.line(&format!("  from {first} to {last}"))?;
        }
        if !machines.is_empty() {
            page.line(&format!("  machines: {}", machines.join(", ")))?;
        }
        Ok(())
    }

    fn write_summary<W: Write>(&self, page: &mut Page<'_, W>) -> fmt::Result {
        let c = &self.counts;
        let heads = c.opens + c.duplicates + c.closes_own + c.closes_system + c.closes_unmatched + c.accesses;
        if heads == 0 {
            page.heading("No handle was opened, duplicated, used or closed")?;
            page.line(
                "  Such events are logged when \"Audit Handle Manipulation\" and the auditing of a kind of",
            )?;
            page.line("  object (files, registry, kernel objects) are on, for objects that have a SACL.")?;
        }
        page.heading("Summary")?;
        page.row("processes with handle events", c.processes, false)?;
        page.row("  process starts and exits in the log (4688, 4689)", c.started + c.exited, false)?;
        page.row("handles opened (4656)", c.opens, false)?;
        page.row("  while that handle was open", c.opens_while_open, false)?;
        page.row("handles duplicated (4690)", c.duplicates, false)?;
        page.row("  to a value that was open", c.duplicates_while_open, false)?;
        page.row(
            "  logged before the open of their source, as the audit of an open does",
            c.duplicates_before_open,
            true,
        )?;
        page.row("handles closed (4658), in the table of the process that is named", c.closes_own, false)?;
        page.row("  after the exit of the process: its table is closed then", c.closes_after_exit, true)?;
        page.row("handles closed in System's table, logged under the caller's id", c.closes_system, false)?;
        page.row("closes without an open handle", c.closes_unmatched, false)?;
        page.row("accesses through a handle (4663)", c.accesses, false)?;
        page.row("  of these through an open handle", c.accesses_matched, false)?;
        page.row("  of these within the granted access", c.accesses_within, false)?;
        page.row("  cannot be compared: granted or used access is not in the log", c.accesses_unknown, true)?;
        page.row("values given out again after a close", c.reused, false)?;
        page.row("most handles open at the same time", c.most_open, false)?;
        page.row("handles open at the end", c.left_open, false)?;
        page.row("handles that went with their process, without a close in the log", c.swept, true)?;
        page.row(
            "set aside: objects of user-mode servers opened (no kernel handles)",
            c.user_mode_opens,
            true,
        )?;
        page.row("set aside: objects of user-mode servers closed", c.closes_user_mode, true)?;
        page.row("set aside: objects of user-mode servers accessed", c.accesses_user_mode, true)?;
        page.row("set aside: refused accesses, which give no handle", c.refused, true)?;
        page.row("set aside: events with handle 0, where none was given", c.without_handle, true)
    }

    fn write_processes<W: Write>(&self, page: &mut Page<'_, W>) -> fmt::Result {
        if self.processes.is_empty() {
            return Ok(());
        }
        let mut shown: Vec<&ProcessReport> = self.processes.iter().collect();
        let events =
            |process: &ProcessReport| process.opens + process.duplicates + process.closes + process.accesses;
        shown.sort_by_key(|process| std::cmp::Reverse(events(process)));
        page.heading("Processes, the busiest first")?;
        page.line(&format!(
            "  {:<34} {:>9} {:>9} {:>9} {:>9} {:>7} {:>6} {:>6}",
            "", "opened", "received", "closed", "used", "reused", "most", "left"
        ))?;
        for process in shown.iter().take(MOST_ROWS) {
            page.line(&format!(
                "  {:<34} {:>9} {:>9} {:>9} {:>9} {:>7} {:>6} {:>6}",
                self.label(&process.machine, &process.label(), 34),
                grouped(process.opens),
                grouped(process.duplicates),
                grouped(process.closes),
                grouped(process.accesses),
                grouped(process.reused),
                grouped(process.most_open),
                grouped(process.left_open),
            ))?;
        }
        self.write_more(page, self.counts.processes)
    }

    fn write_more<W: Write>(&self, page: &mut Page<'_, W>, all: u64) -> fmt::Result {
        match all.saturating_sub(MOST_ROWS as u64) {
            0 => Ok(()),
            more => page.line(&format!("  and {} more", grouped(more))),
        }
    }

    fn write_left_open<W: Write>(&self, page: &mut Page<'_, W>) -> fmt::Result {
        if self.left_open.is_empty() {
            return Ok(());
        }
        page.heading("Open at the end")?;
        for handle in self.left_open.iter().take(MOST_ROWS) {
            let label = self.label(&handle.machine, &handle.process, 34);
            let object = match (&handle.object_type, &handle.object) {
                (Some(kind), Some(object)) => format!("{} {}", printable(kind), printable(object)),
                (Some(kind), None) => printable(kind),
                (None, _) => "a duplicate".into(),
            };
            let line = handle.line;
            let head = format!("  {label:<34} {:<10} line {line:<9} ", handle.handle);
            page.line(&format!("{head}{}", cut_start(&object, WIDTH - head.chars().count())))?;
        }
        self.write_more(page, self.left_open.len() as u64)
    }

    fn write_unmatched<W: Write>(&self, page: &mut Page<'_, W>) -> fmt::Result {
        if self.unmatched.is_empty() {
            return Ok(());
        }
        page.heading("Without a counterpart in the log")?;
        for (reason, group) in &self.unmatched {
            page.row(reason.explanation(), group.count, false)?;
            self.write_examples(page, group)?;
        }
        Ok(())
    }

    fn write_examples<W: Write>(&self, page: &mut Page<'_, W>, group: &Group) -> fmt::Result {
        for Example { line, event, machine, process, handle, note, .. } in &group.examples {
            let label = self.label(machine, process, 34);
            let head = format!("    line {line:<8} {event}  {label:<34} {handle:<10} ");
            let note = printable(note.as_deref().unwrap_or_default());
            let note = cut_start(&note, WIDTH.saturating_sub(head.chars().count()));
            page.line(format!("{head}{note}").trim_end())?;
        }
        match group.count.saturating_sub(group.examples.len() as u64) {
            0 => Ok(()),
            more => page.line(&format!("    and {} more", grouped(more))),
        }
    }

    fn write_damage<W: Write>(&self, page: &mut Page<'_, W>) -> fmt::Result {
        let c = &self.counts;
        if c.damaged > 0 {
            page.heading(&format!("Not read: {} of {} lines", grouped(c.damaged), grouped(c.lines)))?;
            for damage in &self.damaged {
                let place = format!("  {}:{}: ", damage.line, damage.column);
                page.line(&format!("{place}found {}; expected {}", damage.found, damage.expected))?;
            }
            match c.damaged.saturating_sub(self.damaged.len() as u64) {
                0 => {}
                more => page.line(&format!("  and {} more", grouped(more)))?,
            }
        }
        if c.late > 0 || c.without_time > 0 {
            page.heading("Order")?;
            page.row(
                "events further out of order than can be sorted, applied where they came",
                c.late,
                true,
            )?;
            if let Some(line) = self.first_late {
                page.line(&format!("    the first one in line {line}"))?;
            }
            page.row(
                "events without a readable time, kept where they are in the file",
                c.without_time,
                true,
            )?;
        }
        Ok(())
    }

    fn write_verdict<W: Write>(&self, page: &mut Page<'_, W>) -> fmt::Result {
        writeln!(page.out)?;
        if self.held() {
            let verdict = "The model agrees: each value was free and possible, each access was granted.";
            return page.styled(GOOD, verdict);
        }
        page.styled(BAD, "The model disagrees:")?;
        self.write_violations(page)
    }

    fn write_violations<W: Write>(&self, page: &mut Page<'_, W>) -> fmt::Result {
        for (rule, group) in &self.violations {
            page.row(&format!("broken: {}", rule.sentence()), group.count, false)?;
            self.write_examples(page, group)?;
        }
        Ok(())
    }

    /// A process, with its machine if the log has several.
    fn label(&self, machine: &str, process: &str, width: usize) -> String {
        let process = printable(process);
        match self.machines.len() {
            0 | 1 => cut_start(&process, width),
            _ => cut_start(&format!("{}: {process}", cut(&printable(machine), 12)), width),
        }
    }
}

/// A number of things.
fn counted(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", grouped(number))
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Text of a log as it can be shown on a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{FFFD}' } else { letter }).collect()
}

/// The beginning of a text, as wide as there is room.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.into();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// The end of a text, as wide as there is room: of a path the end says most.
fn cut_start(text: &str, width: usize) -> String {
    let long = text.chars().count();
    if long <= width {
        return text.into();
    }
    let keep = width.saturating_sub(1);
    ['…'].into_iter().chain(text.chars().skip(long - keep)).take(width).collect()
}
