//! The kernel against its own rules.

mod counts;
mod handles;
mod names;
mod policies;
mod random;
