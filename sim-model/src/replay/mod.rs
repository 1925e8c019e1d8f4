//! Replays a Windows Security event log against the model.
//!
//! With object access audited, Windows logs every handle to an audited object: 4656 when it is opened, 4663 when it
//! is used, 4690 when it is duplicated, 4658 when it is closed; 4688 and 4689 when a process starts and exits. A
//! replay puts these handles into the handle tables of the simulated kernel and says where the two disagree.
//!
//! ```
//! let log = br#"
//! {"EventID":4656,"TimeCreated":"2020-10-21T12:19:04.427Z","ProcessId":"0x27cc","HandleId":"0x90","AccessMask":"0x1"}
//! {"EventID":4658,"TimeCreated":"2020-10-21T12:19:04.428Z","ProcessId":"0x27cc","HandleId":"0x90"}
//! "#;
//! let report = sim_model::replay::read(&log[..], "log.json").unwrap();
//! assert_eq!((report.counts.opens, report.counts.closes_own, report.counts.left_open), (1, 1, 0));
//! assert!(report.held());
//! ```
//!
//! # What counts as what
//!
//! - *Order*: by time in milliseconds; within one, as in the file. Times without fractions of a second are refined
//!   by the record number, which each log counts up. Up to 65,536 events of each machine are held back to sort them;
//!   an event that comes later than that is applied where it comes, and reported.
//! - *Machines* have tables of their own: a log may hold the events of several.
//! - *Refused accesses* (audit failures) and *handle 0* give no handle and change no table.
//! - *User-mode objects*: if ObjectServer is not `Security` (but, say, `SC Manager` or `Security Account Manager`),
//!   the "handle" is a pointer inside that server. Such events are counted, no more.
//! - *Duplicates into System*: the audit of an open duplicates the new handle to System and closes that again before
//!   it logs the open. The close is logged under the caller's id. Both are expected, and counted.
//! - *Process ids* are reused; 4688 begins a new life. Handles that an exited process left are closed with its table;
//!   Windows logs these closes after the exit, so they are matched like any other.
//! - *Opened before*: a handle with no open in the log was opened before the recording began, unless the process
//!   started within it or the value was open before. A duplicate of such a handle does not make it known.
//! - *Granted access*: an access is compared with the mask of the handle's 4656, unless that is a request whose
//!   outcome the mask does not tell (MAXIMUM_ALLOWED, generic rights).

mod error;
mod event;
mod fields;
mod give;
mod life;
mod machine;
mod mask;
pub mod obtrace;
mod obtrace_render;
mod read;
mod reason;
mod render_json;
mod render_text;
mod report;
mod source;
mod time;
mod use_handle;
mod window;

pub use error::ReplayError;
pub use read::{looks_like_event_log, read};
pub use reason::{Reason, Rule};
pub use report::{Counts, Damage, Example, Group, OpenHandle, ProcessReport, Report};
