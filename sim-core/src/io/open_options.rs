//! How a file is opened: share access and create options in one word.

use crate::word::{Word, WordKind};

/// FILE_SHARE_READ.
pub const FILE_SHARE_READ: u8 = 1;
/// FILE_SHARE_WRITE.
pub const FILE_SHARE_WRITE: u8 = 2;
/// FILE_SHARE_DELETE.
pub const FILE_SHARE_DELETE: u8 = 4;

/// ShareAccess and CreateOptions. The default opens for asynchronous I/O and shares nothing.
///
/// ```
/// use sim_core::io::open_options::{FILE_SHARE_READ, OpenOptions};
/// let options = OpenOptions { share: FILE_SHARE_READ, ..OpenOptions::SYNCHRONOUS };
/// assert!(options.synchronous && !options.alertable);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// FILE_SHARE_ bits.
    pub share: u8,
    /// FILE_SYNCHRONOUS_IO_NONALERT or FILE_SYNCHRONOUS_IO_ALERT (in Win32: no FILE_FLAG_OVERLAPPED).
    pub synchronous: bool,
    /// FILE_SYNCHRONOUS_IO_ALERT.
    pub alertable: bool,
}

impl OpenOptions {
    /// FILE_SYNCHRONOUS_IO_NONALERT.
    pub const SYNCHRONOUS: OpenOptions = OpenOptions { share: 0, synchronous: true, alertable: false };
    /// FILE_SYNCHRONOUS_IO_ALERT.
    pub const ALERTABLE: OpenOptions = OpenOptions { share: 0, synchronous: true, alertable: true };
}

const SYNCHRONOUS_BIT: u64 = 8;
const ALERTABLE_BIT: u64 = 16;

impl Word for OpenOptions {
    const KIND: WordKind = WordKind::Mask;
    fn to_word(self) -> u64 {
        let OpenOptions { share, synchronous, alertable } = self;
        let bit = |set, bit| if set { bit } else { 0 };
        u64::from(share) | bit(synchronous, SYNCHRONOUS_BIT) | bit(alertable, ALERTABLE_BIT)
    }
    fn from_word(word: u64) -> Self {
        OpenOptions {
            share: (word & 7) as u8,
            synchronous: word & SYNCHRONOUS_BIT != 0,
            alertable: word & ALERTABLE_BIT != 0,
        }
    }
}
