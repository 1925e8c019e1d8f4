//! What is said about the simulated kernel: the scenario language, traces, views and the explorer.
pub mod explore;
