//! How a run is shown: as text for people, as JSON Lines for programs.

pub mod changes;
pub mod exploration;
pub mod exploration_dot;
pub mod exploration_json;
pub mod exploration_limit;
mod exploration_story;
pub mod failure;
pub mod faults;
mod files;
pub mod graph;
pub mod holders;
mod irps;
pub mod json;
pub mod layout;
pub mod leaks;
pub mod outcomes;
pub mod outcomes_json;
mod outstanding;
mod rings;
mod rows;
mod subject;
mod temporary;
pub mod text;
