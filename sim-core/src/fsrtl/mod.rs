//! The file system runtime library: directory notification.

pub mod notify;
pub mod notify_cleanup;
pub mod notify_complete;
pub mod notify_report;
pub mod notify_request;
