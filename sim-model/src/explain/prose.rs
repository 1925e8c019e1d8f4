//! Descriptions taken apart: what a thing is, which errors it gives, where that is known from.

use sim_core::NtStatus;
use sim_core::frame::{Frame, RoutineInfo};

/// A description in its parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Prose {
    /// What it is, paragraph by paragraph.
    pub(super) about: Vec<String>,
    /// The sentence on its errors.
    pub(super) errors: String,
    /// Its sources.
    pub(super) sources: String,
}

impl Prose {
    /// Takes the description of a routine or a field apart.
    pub(super) fn of(text: &str) -> Prose {
        let mut prose = Prose::default();
        // An example in Rust is for who reads the library's documentation.
        let text = text.split("```").step_by(2).collect::<Vec<_>>().join("");
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for paragraph in lines.split(|line| line.is_empty()).map(|lines| plain(&lines.join(" "))) {
            let mut about = Vec::new();
            for sentence in sentences(&paragraph) {
                if sentence.starts_with("Error") {
                    prose.errors.push_str(sentence);
                } else if let Some(sources) =
                    sentence.strip_prefix("Sources: ").or_else(|| sentence.strip_prefix("Source: "))
                {
                    prose.sources = sources.trim_end_matches('.').to_owned();
                } else {
                    about.push(sentence);
                }
            }
            prose.about.extend((!about.is_empty()).then(|| about.join(" ")));
        }
        prose
    }

    /// Every status that the errors name, also through routines whose errors they include, with its meaning.
    pub(super) fn statuses(&self) -> Vec<(&'static str, &'static str)> {
        let mut names = self.errors.clone();
        let mut included: Vec<&str> = Vec::new();
        let more = |names: &str, included: &[&str]| {
            let is_new =
                |routine: &&RoutineInfo| !included.contains(&routine.name) && mentions(names, routine.name);
            Frame::ROUTINES.iter().find(is_new)
        };
        while let Some(routine) = more(&names, &included) {
            included.push(routine.name);
            for of_name in Frame::ROUTINES.iter().filter(|other| other.name == routine.name) {
                names.push(' ');
                names.push_str(&Prose::of(of_name.text).errors);
            }
        }
        NtStatus::ALL.iter().filter(|row| mentions(&names, row.1)).map(|row| (row.1, row.2)).collect()
    }
}

/// Whether a text speaks of a name.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name)
        .any(|(at, found)| !text[..at].ends_with(word) && !text[at + found.len()..].starts_with(word))
}

/// The text without the marks of links and code.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['[', ']', '`']) {
        plain.push_str(&rest[..at]);
        let target = rest[at..].starts_with("](");
        rest = match rest[at..].find(')').filter(|_| target) {
            Some(end) => &rest[at + end + 1..],
            None => &rest[at + 1..],
        };
    }
    plain + rest
}

fn sentences(paragraph: &str) -> impl Iterator<Item = &str> {
    paragraph.split_inclusive(". ").map(str::trim).filter(|sentence| !sentence.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Prose, mentions, plain};

    #[test]
    fn takes_a_description_apart() {
        let text =
            " NtX: does it.\n\n Slowly. Errors: those of\n ObReferenceObjectByHandle. Sources: A, b.c; D.\n";
        let prose = Prose::of(text);
        assert_eq!(prose.about, ["NtX: does it.", "Slowly."]);
        assert_eq!(prose.sources, "A, b.c; D");
        assert_eq!(Prose::of(" NtX: does it.\n\n ```\n let x = 1;\n ```\n").about, ["NtX: does it."]);
        let statuses: Vec<_> = prose.statuses().into_iter().map(|row| row.0).collect();
        assert_eq!(
            statuses,
            ["STATUS_INVALID_HANDLE", "STATUS_ACCESS_DENIED", "STATUS_OBJECT_TYPE_MISMATCH"]
        );
    }

    #[test]
    fn finds_whole_names() {
        assert!(mentions("those of NtClose.", "NtClose") && !mentions("NtCloseAll", "NtClose"));
        assert_eq!(plain("see [`A::b`](c::d), or `e`"), "see A::b, or e");
    }
}
