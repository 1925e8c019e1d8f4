//! Rows: a value for each place of an arena, the default where nothing was ever put.

use alloc::vec::Vec;

/// Values by place. A place beyond the end holds the default, so two rows that differ only there are equal.
#[derive(Clone, Debug)]
pub(crate) struct Rows<T> {
    rows: Vec<T>,
    default: T,
}

impl<T: Default + PartialEq> Rows<T> {
    pub(crate) fn new() -> Self {
        Rows { rows: Vec::new(), default: T::default() }
    }

    pub(crate) fn row(&self, at: usize) -> &T {
        self.rows.get(at).unwrap_or(&self.default)
    }

    pub(crate) fn row_mut(&mut self, at: usize) -> &mut T {
        while self.rows.len() <= at {
            self.rows.push(T::default());
        }
        &mut self.rows[at]
    }

    /// How many rows there are; beyond them every row is the default.
    pub(crate) fn places(&self) -> usize {
        self.rows.len()
    }
}

impl<T: Default + PartialEq> PartialEq for Rows<T> {
    fn eq(&self, other: &Self) -> bool {
        (0..self.rows.len().max(other.rows.len())).all(|at| self.row(at) == other.row(at))
    }
}
