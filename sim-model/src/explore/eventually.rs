//! eventually
use super::graph::Space;
use super::outcome::Counterexample;
use super::system::System;
pub(super) fn find_lasso<S: System>(_space: &Space<'_, S>) -> Option<Counterexample<S::Step>> { None }
