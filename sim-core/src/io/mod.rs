//! The I/O manager: files, devices, IRPs, cancellation, completion ports.

pub mod cancel;
pub mod complete;
pub mod device;
pub mod driver;
pub mod file;
pub mod file_close;
pub mod finish;
pub mod iosb;
pub mod irp;
pub mod port;
