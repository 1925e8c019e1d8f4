//! Pages on the words that begin a statement of a scenario, taken from the chapter of the book on the language.

use sim_core::drivers::DriverKind;
use sim_core::finding::Rule;
use sim_core::ob::policy::Reuse;
use sim_core::profile::{Arch, Version};

use crate::explain::calls::see_also;
use crate::explain::page::Page;
use crate::explain::primitives;
use crate::explain::prose::Prose;
use crate::explain::rules::expected;
use crate::lang::{ACTION_WORDS, FILE_WORDS};

/// The chapter.
const BOOK: &str = include_str!("../../../docs/LANGUAGE.md");

/// How many lines of the chapter are shown at most.
const MOST_EXAMPLES: usize = 6;

/// The words that have a page.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FILE_WORDS.iter().chain(ACTION_WORDS).copied()
}

/// The page on a word, if it begins a statement.
pub(super) fn page(name: &str) -> Option<Page> {
    let word = names().find(|word| *word == name)?;
    let mut page = Page { kind: "statement", name: name.into(), ..Page::default() };
    let blocks = blocks();
    page.about = paragraphs(&blocks, word).flat_map(|block| Prose::of(block).about).collect();
    let code = || blocks.iter().filter(|block| block.starts_with("```"));
    let grammar = code().filter(|block| block.starts_with("```ebnf")).flat_map(|block| block.lines());
    let rules = grammar.filter_map(|line| line.split_once(" = ")).filter(|rule| begins_form(rule.1, word));
    page.section(
        "Form",
        rules.map(|(name, form)| (name.trim(), form.split(" ;").next().unwrap_or_default().trim())),
    );
    let lines =
        code().filter(|block| !block.starts_with("```ebnf")).flat_map(|block| block.lines()).map(str::trim);
    let mut examples: Vec<&str> = Vec::new();
    for line in lines.filter(|line| line.split(' ').next() == Some(word)) {
        if !examples.contains(&line) {
            examples.push(line);
        }
    }
    page.section("In a scenario", examples.into_iter().take(MOST_EXAMPLES).map(|line| ("", line)));
    add_choices(&mut page, word);
    page.section("Sources", [("", "the chapter on the scenario language, docs/LANGUAGE.md")]);
    Some(page)
}

/// What can stand behind the word.
fn add_choices(page: &mut Page, word: &str) {
    match word {
        "policy" => {
            let row = |reuse: &Reuse| {
                (format!("policy handles {}", reuse.name()), Prose::of(reuse.text()).about.join(" "))
            };
            page.section("Which free handle value is next", Reuse::ALL.iter().map(row));
            see_also(page, vec!["expect", "CreateEvent", "NtClose"]);
        }
        "expect" => {
            let rows = |rule: &Rule| {
                let text = Prose::of(rule.text()).about.join(" ");
                expected(*rule).into_iter().map(move |line| (line, text.clone()))
            };
            page.section("What can be expected", Rule::ALL.iter().flat_map(rows));
            let mut also: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
            also.push("policy");
            see_also(page, also);
        }
        "profile" => see_also(page, Version::ALL.iter().map(|version| version.name()).collect()),
        "arch" => page.section("What it can be", Arch::ALL.iter().map(|arch| ("", arch.name()))),
        "driver" => see_also(page, primitives::names().collect()),
        "device" => see_also(page, DriverKind::ALL.iter().map(|driver| driver.name()).collect()),
        "always" | "sometimes" | "eventually" | "finally" => {
            see_also(page, vec!["always", "sometimes", "eventually", "finally", "check", "schedule"]);
        }
        "environment" => see_also(page, vec!["device", "exit", "system", "terminate"]),
        "process" => see_also(page, vec!["CreateProcess", "environment", "exit", "terminate"]),
        "system" => see_also(page, vec!["CcWorkerThread", "MiDereferenceSegmentThread", "environment"]),
        "exit" | "terminate" => see_also(page, vec!["ExitProcess", "TerminateProcess", "TerminateThread"]),
        _ => {}
    }
}

/// The paragraphs and blocks of code of the chapter.
fn blocks() -> Vec<String> {
    let mut blocks = vec![String::new()];
    let mut in_code = false;
    for line in BOOK.lines() {
        in_code ^= line.starts_with("```");
        let last = blocks.last_mut();
        match last {
            Some(last) if in_code || !line.is_empty() => *last += &format!("{line}\n"),
            _ => blocks.push(String::new()),
        }
    }
    blocks
}

/// The paragraphs on the statements that begin with a word: those with a sentence that begins with it, with or without an
/// article; if there are none, the first that has it.
fn paragraphs<'b>(blocks: &'b [String], word: &str) -> impl Iterator<Item = &'b String> {
    let texts = blocks.iter().skip_while(|block| *block != "## File level\n");
    let texts: Vec<&String> = texts.filter(|block| !block.starts_with("```")).collect();
    let begins = |sentence: &str| {
        let rest =
            ["", "A ", "An "].iter().find_map(|article| sentence.strip_prefix(article)?.strip_prefix('`'));
        rest.and_then(|rest| rest.strip_prefix(word)).is_some_and(|rest| rest.starts_with(['`', ' ']))
    };
    let is_about = |block: &str| block.replace('\n', " ").split(". ").any(begins);
    let quoted = format!("`{word}`");
    let first = texts.iter().position(|block| block.contains(&quoted));
    let any = texts.iter().any(|block| is_about(block));
    let wanted =
        texts.iter().enumerate().map(|(at, block)| if any { is_about(block) } else { Some(at) == first });
    let wanted: Vec<bool> = wanted.collect();
    texts.into_iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(block, _)| block)
}

/// Whether a form of the grammar, or one of its alternatives, begins with a word: no other word stands before it.
fn begins_form(form: &str, word: &str) -> bool {
    let quoted = format!("\"{word}\"");
    form.match_indices(&quoted).any(|(at, _)| !form[..at].trim_end().ends_with('"'))
}
