//! `kobj replay`.

use crate::cli::{Exit, Output, ReplayArguments};

/// Replays every recording; the worst exit counts.
pub(super) fn replay(_arguments: &ReplayArguments, _output: &mut Output) -> Exit {
    Exit::BadInput
}
