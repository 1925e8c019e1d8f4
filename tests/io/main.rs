//! Requests from program to driver and back: every outcome, every order of a cancel and a completion, and what faulty
//! drivers do with and without Driver Verifier; and what sockets do beside what the vectors say.

mod interleavings;
mod matrix;
mod rings;
mod sockets;
mod verifier;
