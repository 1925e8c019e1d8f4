//! Pages by number: the code of a bug check, an NTSTATUS, a Win32 error.

use sim_core::NtStatus;
use sim_core::finding::Rule;
use sim_core::win32::Win32Error;

use crate::explain::page::Page;
use crate::explain::rules::page_of_code;
use crate::explain::topics::{error_page, status_page};

/// The pages on a number, in base 16 after `0x`: `0x44`, `0xC0000120`, `1450`. A bug check's first parameter stands
/// behind a slash: `0xC9/0x23D`.
pub(super) fn pages(text: &str) -> Vec<Page> {
    let Some((code, first)) = code(text) else { return Vec::new() };
    let mut pages: Vec<Page> = page_of_code(code, first).into_iter().collect();
    if first.is_none() {
        let statuses = NtStatus::ALL.iter().filter(|row| u64::from(row.0.0) == code);
        pages.extend(statuses.map(|row| status_page(row.0, row.2)));
        let errors = Win32Error::ALL.iter().filter(|row| u64::from(row.0.0) == code);
        pages.extend(errors.map(|row| error_page(row.0)));
    }
    pages
}

/// A bug check's code with its first parameter, as a name that has a page if there is one.
///
/// ```
/// use sim_model::explain::{first_with, pages};
/// assert_eq!(pages(&first_with("0xC9", 0x23D))[0].name, "DRIVER_VERIFIER_IOMANAGER_VIOLATION");
/// ```
pub fn first_with(code: &str, parameter: u64) -> String {
    format!("{code}/0x{parameter:X}")
}

/// What to say of a number that has no page, if it is one: the bug checks there are, or what one can have as its first
/// parameter.
pub(crate) fn known(text: &str) -> Option<String> {
    let (asked, first) = code(text)?;
    let mut codes: Vec<u32> = Rule::ALL.iter().filter_map(|rule| rule.bug_check()).collect();
    codes.sort_unstable();
    codes.dedup();
    let of_code = Rule::ALL.iter().filter(|rule| rule.bug_check().map(u64::from) == Some(asked));
    let mut firsts: Vec<u32> = of_code.flat_map(|rule| rule.subcodes()).copied().collect();
    firsts.sort_unstable();
    let list = |numbers: &[u32], before: &str| {
        numbers.iter().map(|number| format!("{before}0x{number:02X}")).collect::<Vec<String>>().join(", ")
    };
    Some(match first {
        Some(_) if !firsts.is_empty() => format!("there are {}", list(&firsts, &format!("0x{asked:X}/"))),
        _ => format!("the bug checks are {}", list(&codes, "")),
    })
}

fn code(text: &str) -> Option<(u64, Option<u64>)> {
    match text.split_once('/') {
        Some((code, first)) => Some((number(code)?, Some(number(first)?))),
        None => Some((number(text)?, None)),
    }
}

/// A number, decimal or in base 16 after `0x`.
pub(crate) fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
