//! The kernel against its own rules.

mod charged;
mod counts;
mod handles;
mod names;
mod policies;
mod random;
