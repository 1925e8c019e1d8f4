//! The kernel against its own rules.

mod counts;
mod handles;
mod policies;
mod random;
