//! The scenario language: `.kobj` texts to trees, trees to texts, and what is wrong with a text.
//!
//! [`parse`] reads the form, [`check`](check()) the names, against a [`Catalogue`] of what there is to
//! name. Nothing here knows what a call does.

mod action;
mod arguments;
pub mod ast;
mod catalogue;
mod check;
mod cursor;
mod diagnostic;
pub mod driver;
mod driver_parser;
mod expr;
mod nearest;
mod parser;
mod print;
mod source;
mod token;

#[cfg(test)]
mod tests;

pub(crate) use action::ACTION_WORDS;
pub use catalogue::{Binds, CallSpec, Catalogue, FunctionSpec, ParamKind, ParamSpec, Subject};
pub use check::check;
pub use diagnostic::{Diagnostic, Diagnostics, MAX_SHOWN, Note};
pub(crate) use expr::CALL_ON_ITS_OWN;
pub(crate) use nearest::near;
pub(crate) use parser::FILE_WORDS;
pub use parser::parse;
pub use print::print;
pub use source::{MAX_SCENARIO_BYTES, Position, Source, read_scenario};
