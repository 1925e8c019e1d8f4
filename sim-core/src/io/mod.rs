//! The I/O manager: files, devices, IRPs, cancellation, completion ports.

pub mod buffer;
pub mod cancel;
pub mod complete;
pub mod control_code;
pub mod device;
pub mod driver;
pub mod file;
pub mod file_close;
pub mod file_operation;
pub mod finish;
pub mod invoke_on;
pub mod iosb;
pub mod irp;
pub mod made_irp;
pub mod open_options;
pub mod pipe_modes;
pub mod pipe_parameters;
pub mod port;
pub mod request;
pub mod share_access;
pub mod stream_file;
