//! The drivers that come with the model, and the manner of each.

pub mod queue;

use crate::word::word_enum;

word_enum! {
    /// Which driver serves a device.
    pub enum DriverKind {
        /// A serial-like driver: it pends reads until told; a cancel ends them; cleanup does nothing to them.
        Serial = "serial",
        /// A queueing driver as the WDK asks for: like serial, but its cleanup cancels what is queued.
        Queue = "queue",
    }
}

/// What a driver does with its queued requests when a file's last handle is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtCleanup {
    /// Nothing: they stay pending.
    Nothing,
    /// It completes those of the file object with STATUS_CANCELLED.
    CancelQueued,
}

/// The manner of a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// What it does at IRP_MJ_CLEANUP.
    pub at_cleanup: AtCleanup,
    /// One sentence about it.
    pub summary: &'static str,
}

impl DriverKind {
    /// The driver's manner.
    pub const fn manner(self) -> Manner {
        match self {
            DriverKind::Serial => Manner {
                at_cleanup: AtCleanup::Nothing,
                summary: "pends reads until the device answers; a cancel ends them, cleanup does not",
            },
            DriverKind::Queue => Manner {
                at_cleanup: AtCleanup::CancelQueued,
                summary: "pends reads; a cancel ends them, and so does cleanup, with STATUS_CANCELLED",
            },
        }
    }

    /// The driver of that name.
    pub fn named(name: &str) -> Option<DriverKind> {
        Self::ALL.iter().copied().find(|driver| driver.name() == name)
    }
}
