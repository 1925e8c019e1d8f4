//! Pages on the primitives that a driver of a scenario calls.

use sim_core::drivers::program::primitive::Primitive;

use crate::explain::calls::see_also;
use crate::explain::page::Page;
use crate::explain::prose::Prose;
use crate::scenario::primitives::{callable, signature};

/// The primitives.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    callable().map(Primitive::name)
}

/// The page on a primitive.
pub(super) fn page(name: &str) -> Option<Page> {
    let primitive = callable().find(|primitive| primitive.name() == name)?;
    let text = Prose::of(primitive.text()).about.join(" ");
    let (about, source) = match text.rsplit_once(" (") {
        Some((about, source)) => (about, source.trim_end_matches([')', '.'])),
        None => (&*text, "the model alone: it stands for any use"),
    };
    let mut page = Page::new("primitive of a driver", name, about);
    page.section("In a driver of a scenario", [("", signature(primitive).usage(primitive))]);
    see_also(&mut page, vec!["driver", "driver routine", "device"]);
    page.section("Sources", [("", source)]);
    Some(page)
}
