//! The same scenarios on the model and on real Windows (or Wine): every difference is a known one.
#![cfg(windows)]

mod both;
mod known;
mod random;
mod scenarios;
