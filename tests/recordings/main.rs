//! What was recorded on real Windows, against the model: counts that WinDbg printed, and ledgers of references.

mod counts;
mod ledgers;
