//! Requests from program to driver and back: every outcome, every order of a cancel and a completion, and what faulty
//! drivers do with and without Driver Verifier.

mod interleavings;
mod matrix;
mod rings;
mod verifier;
