//! The kernel against its own rules.

mod counts;
mod files;
mod handles;
mod mapped;
mod names;
mod onward;
mod policies;
mod random;
