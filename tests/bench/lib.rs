//! What the benchmarks share.
pub mod reference;
