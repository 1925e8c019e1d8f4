//! `kobj explain`.

use sim_core::profile::{Arch, Profile};

use crate::cli::{Exit, ExplainArguments, Format, Output};
use crate::explain::{
    self, Question, Reading, first_with, nearest, pages, render_index, render_index_json, render_page,
    render_page_json, render_reading, render_reading_json,
};

/// The longest unknown name that is repeated.
const MOST_SHOWN: usize = 60;

/// Explains a name, a number, or lists what there is to explain.
pub(super) fn explain(arguments: &ExplainArguments, output: &mut Output) -> Exit {
    let json = arguments.format == Format::Json;
    let Some(name) = &arguments.name else {
        output.result(&if json { render_index_json() } else { render_index(output.color) });
        return Exit::Held;
    };
    let name = &match (explain::number(name), arguments.number, arguments.handles) {
        // `0xC9 0x23D`, as `expect bug check` has it.
        (Some(_), Some(first), None) => first_with(name, first),
        (_, None, None) => name.clone(),
        _ => return number_of(name, arguments, output),
    };
    let found = pages(name);
    if found.is_empty() {
        return unknown(name, output);
    }
    for (at, page) in found.iter().enumerate() {
        if at > 0 && !json {
            output.result("\n");
        }
        output.result(&if json { render_page_json(page) } else { render_page(page, output.color) });
    }
    Exit::Held
}

/// A number, decimal or in base 16 after `0x`.
pub(super) fn number(text: &str) -> Result<u64, String> {
    explain::number(text).ok_or_else(|| "expected a number from 0 to 2^64 - 1, decimal or 0x…".into())
}

fn number_of(name: &str, arguments: &ExplainArguments, output: &mut Output) -> Exit {
    let wrong = |text: &str, output: &Output| {
        output.complain(&format!("error: {text}\n"));
        Exit::BadInput
    };
    let (Some(pointer_count), Some(handles)) = (arguments.number, arguments.handles) else {
        let text =
            "found only one of the two counts, expected both: `kobj explain PointerCount 65535 --handles 2`";
        return wrong(text, output);
    };
    if !name.eq_ignore_ascii_case("PointerCount") {
        let text =
            "only a number of PointerCount can be explained: `kobj explain PointerCount 65535 --handles 2`";
        return wrong(text, output);
    }
    let arch = Arch::named(&arguments.arch).unwrap_or(Arch::X64);
    let profile = Profile::named(&arguments.profile).unwrap_or_default().on(arch);
    let question = Question { pointer_count, handles, profile };
    let reading = Reading::of(question);
    let text = match arguments.format {
        Format::Json => render_reading_json(question, reading.as_ref()),
        Format::Text => render_reading(question, reading.as_ref(), output.color),
    };
    output.result(&text);
    if reading.is_some() { Exit::Held } else { Exit::Failed }
}

fn unknown(name: &str, output: &Output) -> Exit {
    let shown: String = name.chars().take(MOST_SHOWN).collect();
    let near = nearest(name);
    let help = match (explain::known(name), near.is_empty()) {
        (Some(known), _) => known,
        (None, true) => "`kobj explain` lists what there is".to_owned(),
        (None, false) => format!("did you mean {}?", near.join(", ")),
    };
    output.complain(&format!("error: there is no page on `{shown}`\nhelp: {help}\n"));
    Exit::BadInput
}
