//! The object manager: headers, types, handle tables, references, names.

pub mod attributes;
pub mod charge;
pub mod close;
pub mod create;
pub mod delete;
pub mod directory;
pub mod duplicate;
pub mod handle_flags;
pub mod header;
pub mod information;
pub mod insert;
pub mod name_check;
pub mod namespace;
pub mod open;
pub mod pointer;
pub mod policy;
pub mod recorded;
pub mod reference;
pub mod registered;
pub mod symbolic_link;
pub mod table;
pub mod totals;
pub mod types;
