//! The object manager: headers, types, handle tables, references.

pub mod charge;
pub mod close;
pub mod create;
pub mod delete;
pub mod header;
pub mod information;
pub mod recorded;
pub mod reference;
pub mod table;
pub mod totals;
pub mod types;
