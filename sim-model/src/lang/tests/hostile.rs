//! Any text is answered, with a bounded answer.

use proptest::prelude::*;

use super::super::MAX_SHOWN;
use super::{STORY, diagnose, in_thread};

/// More than the longest answer: 20 errors of a few lines of at most some 200 characters.
const MAX_ANSWER: usize = 80_000;

fn answer(text: &str) -> usize {
    let shown = diagnose(text).to_string();
    assert!(shown.len() < MAX_ANSWER, "{} bytes of answer", shown.len());
    shown.len()
}

#[test]
fn large_texts_are_answered() {
    let megabyte = 1 << 20;
    let fill = |part: &str| part.repeat((megabyte - 100) / part.len());
    for text in [
        fill("a"),
        fill("("),
        fill(")"),
        fill("\"\n"),
        fill("not "),
        fill("x\n"),
        fill("\t\n"),
        fill("\u{1}\n"),
        fill(" \t x"),
        fill("é"),
        in_thread(&fill("f(\n")[..400_000]),
        in_thread(&fill("check a\n")[..600_000]),
        format!("always a{}", fill(" and a")),
        format!("always a{}", fill(" or (a)")),
        format!("unbound a{}", fill(", a")),
        format!("schedule\n{}", fill("  a (\"#\n")),
        format!("process a\n  thread b\n    CloseHandle({}", fill("a|")),
        format!("process a\n  thread b\n    ReadFile({}b)", fill("a,")),
        format!("unbound f, g\nunbound {}g", "l, ".repeat(300_000)),
        format!("unbound f, {}f\n", (0..100_000).map(|n| format!("l{n}, ")).collect::<String>()),
        (0..40_000).map(|n| format!("process p{n}\n  threat\n")).collect(),
        format!(
            "process a\n  thread b\n{}",
            (0..25_000).map(|n| format!("    l{n} = Rea(k{n})\n")).collect::<String>()
        ),
    ] {
        assert!(answer(&text) > 0, "{text:.40} is no scenario");
    }
}

/// What helps to make a diagnostic, the search for near names, is done for the kept ones only.
#[test]
fn of_ten_thousand_unknown_names_few_are_kept_and_all_are_counted() {
    let lines: String = (0..10_000).map(|n| format!("label{n} = CreatFile(lable{n})\n")).collect();
    let diagnostics = diagnose(&in_thread(&lines));
    assert_eq!((diagnostics.total(), diagnostics.iter().count()), (10_000, MAX_SHOWN));
    let last = diagnostics.iter().last().and_then(|kept| kept.primary.as_ref()).unwrap().span.start;
    assert_eq!(diagnostics.source().position(last).line, 2 + MAX_SHOWN, "the first ones are kept");
    assert!(diagnostics.to_string().ends_with("… and 9,980 more errors\n"));
}

/// A text made of the pieces that texts are made of.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("process app\n".to_owned()),
        Just("  thread main\n    ".to_owned()),
        Just("schedule\n  main: ".to_owned()),
        Just("check ".to_owned()),
        "[ \n\t\r()\"#:=|.<>!-]{1,3}",
        "[a-z0-9_]{1,4}",
        "(and|or|not|bytes|with|device|completes|fails|exit|terminate|always|title) ",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        answer(&text);
    }

    #[test]
    fn any_soup_is_answered(text in soup()) {
        answer(&text);
    }

    #[test]
    fn a_damaged_story_is_answered(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..20_usize, soup()), 1..5),
    ) {
        let mut text: Vec<char> = STORY.chars().collect();
        for (index, length, new) in cuts {
            let at = index.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, new.chars());
        }
        answer(&text.into_iter().collect::<String>());
    }
}
