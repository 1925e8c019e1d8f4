//! The simulated NT kernel.
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;
pub mod status;
pub use status::NtStatus;
