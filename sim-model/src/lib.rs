//! What is said about the simulated kernel: the scenario language, traces, views and the explorer.

pub mod explain;
pub mod explore;
pub mod lang;
pub mod replay;
pub mod scenario;
pub mod shrink;
#[cfg(feature = "strategies")]
pub mod strategy;
pub mod trace;
pub mod view;

#[cfg(feature = "cli")]
pub mod cli;
