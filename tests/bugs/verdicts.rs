//! What `kobj explore` says of the files of a folder, as their page tells it.

use std::collections::BTreeSet;
use std::fs;

use sim_model::explore::Verdict;
use sim_model::view::exploration::grouped;

use crate::{docs, explored, page, program_of, report};

/// What is wrong in a file.
#[derive(Clone, Copy)]
pub(crate) enum Wrong {
    /// Nothing: no order breaks a rule.
    Nothing,
    /// The file expects it, and no order breaks another rule; if it did not, the report would say this.
    Expected(&'static str),
    /// Some order breaks a rule; the report says this.
    Found(&'static str),
}

/// A file, its states (where an order is lost, until then), and what is wrong.
pub(crate) type Row = (&'static str, u64, Wrong);

/// Explores these files of a folder, and looks for their rows in the page.
pub(crate) fn are_as_told(folder: &str, page_name: &str, rows: &[Row]) {
    let page = page(page_name);
    for (name, states, wrong) in rows {
        let file = format!("{folder}/{name}.kobj");
        let text = self::page(&file);
        let program = program_of(&file, &text);
        let outcome = explored(&program);
        match wrong {
            Wrong::Found(says) => {
                let shown = report(&program, &outcome).replace("\n  ", " ");
                assert!(
                    matches!(outcome.verdict, Verdict::Fails(_)) && shown.contains(says),
                    "{name}: {shown}"
                );
            }
            Wrong::Nothing => assert!(!text.contains("\nexpect "), "{name} expects something"),
            Wrong::Expected(says) => is_found(&file, &text, says),
        }
        if !matches!(wrong, Wrong::Found(_)) {
            assert_eq!(outcome.verdict, Verdict::Holds, "{name}: {}", report(&program, &outcome));
        }
        assert_eq!(outcome.counts.states, *states, "{name}");
        let row = format!("| `{name}` | {} |", grouped(*states));
        assert!(page.contains(&row), "{row}");
    }
}

/// Every file of the folder has a row.
pub(crate) fn all_are_there(folder: &str, rows: &[Row]) {
    let tested: BTreeSet<String> = rows.iter().map(|(name, ..)| format!("{name}.kobj")).collect();
    let files = fs::read_dir(docs().join(folder)).unwrap();
    let there: BTreeSet<String> =
        files.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(there, tested, "every file of docs/{folder} has a row");
}

/// The file without what it expects.
fn is_found(file: &str, text: &str, says: &str) {
    let lines = text.lines().filter(|line| !line.starts_with("expect "));
    let unexpected: String = lines.map(|line| format!("{line}\n")).collect();
    let program = program_of(file, &unexpected);
    let outcome = explored(&program);
    let shown = report(&program, &outcome).replace("\n  ", " ");
    assert!(matches!(outcome.verdict, Verdict::Fails(_)) && shown.contains(says), "{file}: {shown}");
}
