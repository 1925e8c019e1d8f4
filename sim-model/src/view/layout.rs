//! Layout: columns, wrapping and colour, within 100 columns.

use anstyle::{AnsiColor, Style};

/// The widest line, in columns.
pub const WIDTH: usize = 100;

/// What a piece of text is, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Plain.
    Plain,
    /// A heading.
    Heading,
    /// A call.
    Call,
    /// Something that is as it should be.
    Good,
    /// Something that is not.
    Bad,
    /// What changed.
    Change,
    /// A reason, or something of less weight.
    Quiet,
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint(pub bool);

impl Paint {
    /// The text in its colour, padded to `width` columns.
    pub fn pad(self, tone: Tone, text: &str, width: usize) -> String {
        let blanks = " ".repeat(width.saturating_sub(columns(text)));
        format!("{}{blanks}", self.text(tone, text))
    }

    /// The text in its colour.
    pub fn text(self, tone: Tone, text: &str) -> String {
        let style = match tone {
            Tone::Plain => Style::new(),
            Tone::Heading | Tone::Call => Style::new().bold(),
            Tone::Good => Style::new().fg_color(Some(AnsiColor::Green.into())),
            Tone::Bad => Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
            Tone::Change => Style::new().fg_color(Some(AnsiColor::Cyan.into())),
            Tone::Quiet => Style::new().dimmed(),
        };
        if !self.0 || tone == Tone::Plain || text.is_empty() {
            return text.to_owned();
        }
        format!("{style}{text}{style:#}")
    }
}

/// How many columns a text takes. The model writes no wide or combining characters of its own.
pub fn columns(text: &str) -> usize {
    text.chars().count()
}

/// The text cut to a width, with an ellipsis if something was cut.
pub fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// The text in lines of at most `width` columns, broken at blanks.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().map(|line| (columns(line), line));
        match line {
            Some((0, line)) => line.push_str(word),
            Some((used, line)) if used + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| cut(line, width)).collect()
}

#[cfg(test)]
mod tests {
    use super::{columns, cut, wrap};

    #[test]
    fn wraps_at_blanks_and_never_beyond_the_width() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert!(wrap(&"x".repeat(300), 20).iter().all(|line| columns(line) <= 20));
        assert_eq!(cut("handles", 4), "han…");
    }
}
