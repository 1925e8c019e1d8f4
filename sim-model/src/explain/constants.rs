//! Pages on constants: what a parameter of a call can be, and what a field can be compared with.

use sim_core::drivers::npfs::ccb::PipeState;

use crate::explain::calls::{naming, see_also};
use crate::explain::page::Page;
use crate::lang::ParamKind;
use crate::scenario::calls::ROWS;

/// Every constant that a parameter or a field has, calls in their order; some more than once.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    taken().map(|(_, _, constant)| constant).chain(PipeState::ALL.iter().map(|state| state.name()))
}

/// Which call takes which constant as which parameter.
fn taken() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let params = ROWS.iter().flat_map(|row| row.spec.params.iter().map(|param| (row.spec.name, param)));
    params.flat_map(|(call, param)| {
        let constants = match param.kind {
            ParamKind::Flags(constants) | ParamKind::Name(constants) => constants,
            _ => &[],
        };
        constants.iter().map(move |constant| (call, param.name, *constant))
    })
}

/// The page on a constant, if there is one of that name.
pub(super) fn page(name: &str) -> Option<Page> {
    let is_state = PipeState::ALL.iter().any(|state| state.name() == name);
    let in_calls: Vec<_> = taken().filter(|row| row.2 == name).map(|row| (row.0, row.1)).collect();
    if in_calls.is_empty() && !is_state {
        return None;
    }
    let mut page = Page::new("constant", name, "A constant that a scenario can write by its name.");
    page.section("What it can be", in_calls);
    page.section(
        "What has it",
        is_state.then(|| ("NamedPipeState", format!("check LABEL.NamedPipeState == {name}"))),
    );
    see_also(&mut page, naming(name));
    Some(page)
}
