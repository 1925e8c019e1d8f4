//! What the benchmarks share.
pub mod kernel;
pub mod reference;
