//! A page: what one thing is, and its sections.

use serde::Serialize;

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Page {
    /// What kind of thing it is on.
    pub kind: &'static str,
    /// The thing's name.
    pub name: String,
    /// What it is, paragraph by paragraph.
    pub about: Vec<String>,
    /// The rest.
    pub sections: Vec<Section>,
}

/// A part of a page: rows of a name and what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Its title.
    pub title: String,
    /// Its rows; the name is empty where only the text counts.
    pub rows: Vec<(String, String)>,
    /// The lines of a scenario, as they stand in its file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
}

impl Page {
    pub(super) fn new(kind: &'static str, name: &str, about: impl Into<String>) -> Page {
        Page { kind, name: name.into(), about: vec![about.into()], sections: Vec::new() }
    }

    /// Adds a section, unless it would be empty.
    pub(super) fn section(
        &mut self,
        title: impl Into<String>,
        rows: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) {
        let rows: Vec<_> = rows.into_iter().map(|(name, text)| (name.into(), text.into())).collect();
        if !rows.is_empty() {
            self.sections.push(Section { title: title.into(), rows, lines: Vec::new() });
        }
    }

    /// Adds a scenario: what its file says of it, and its lines.
    pub(super) fn listing(&mut self, title: String, text: &str) {
        let comment: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("# ")).collect();
        let lines = text.lines().skip(comment.len()).map(str::to_owned).collect();
        let rows = if comment.is_empty() { Vec::new() } else { vec![(String::new(), comment.join(" "))] };
        self.sections.push(Section { title, rows, lines });
    }
}
