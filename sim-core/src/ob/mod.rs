//! The object manager: headers, types, handle tables, references.

pub mod close;
pub mod create;
pub mod delete;
pub mod header;
pub mod recorded;
pub mod reference;
pub mod table;
pub mod types;
