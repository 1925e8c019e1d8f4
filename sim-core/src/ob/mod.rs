//! The object manager: headers, types, handle tables, references.

pub mod close;
pub mod create;
pub mod delete;
pub mod duplicate;
pub mod header;
pub mod information;
pub mod policy;
pub mod recorded;
pub mod reference;
pub mod table;
pub mod types;
