//! How a file is opened: share access, create options and disposition in one word.

use crate::word::{Word, WordKind, word_enum};

/// FILE_SHARE_READ.
pub const FILE_SHARE_READ: u8 = 1;
/// FILE_SHARE_WRITE.
pub const FILE_SHARE_WRITE: u8 = 2;
/// FILE_SHARE_DELETE.
pub const FILE_SHARE_DELETE: u8 = 4;

word_enum! {
    /// CreateDisposition: what to do if a file of that name is there, and if it is not.
    pub enum CreateDisposition {
        /// Open it, or create it. A device and a pipe are only opened.
        OpenIf = "FILE_OPEN_IF",
        /// Open it, or fail.
        Open = "FILE_OPEN",
        /// Fail, or create it.
        Create = "FILE_CREATE",
        /// Open it and empty it, or fail.
        Overwrite = "FILE_OVERWRITE",
        /// Open it and empty it, or create it.
        OverwriteIf = "FILE_OVERWRITE_IF",
    }
}

impl CreateDisposition {
    /// It empties the file that is there.
    pub const fn overwrites(self) -> bool {
        matches!(self, CreateDisposition::Overwrite | CreateDisposition::OverwriteIf)
    }

    /// It makes the file that is not there.
    pub const fn creates(self) -> bool {
        !matches!(self, CreateDisposition::Open | CreateDisposition::Overwrite)
    }
}

/// ShareAccess, CreateOptions and CreateDisposition. The default opens for asynchronous I/O and shares nothing.
///
/// ```
/// use sim_core::io::open_options::{FILE_SHARE_READ, OpenOptions};
/// let options = OpenOptions { share: FILE_SHARE_READ, ..OpenOptions::SYNCHRONOUS };
/// assert!(options.synchronous && !options.alertable);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    /// FILE_SHARE_ bits.
    pub share: u8,
    /// FILE_SYNCHRONOUS_IO_NONALERT or FILE_SYNCHRONOUS_IO_ALERT (in Win32: no FILE_FLAG_OVERLAPPED).
    pub synchronous: bool,
    /// FILE_SYNCHRONOUS_IO_ALERT.
    pub alertable: bool,
    /// What to do if the file is there, or is not.
    pub disposition: CreateDisposition,
    /// FILE_DIRECTORY_FILE.
    pub directory: bool,
    /// FILE_NON_DIRECTORY_FILE (in Win32: no FILE_FLAG_BACKUP_SEMANTICS).
    pub non_directory: bool,
    /// FILE_DELETE_ON_CLOSE.
    pub delete_on_close: bool,
    /// FILE_ATTRIBUTE_READONLY, for a file that is created.
    pub read_only: bool,
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions::ASYNCHRONOUS
    }
}

impl OpenOptions {
    /// Asynchronous I/O; shares nothing.
    pub const ASYNCHRONOUS: OpenOptions = OpenOptions {
        share: 0,
        synchronous: false,
        alertable: false,
        disposition: CreateDisposition::OpenIf,
        directory: false,
        non_directory: false,
        delete_on_close: false,
        read_only: false,
    };
    /// FILE_SYNCHRONOUS_IO_NONALERT.
    pub const SYNCHRONOUS: OpenOptions = OpenOptions { synchronous: true, ..OpenOptions::ASYNCHRONOUS };
    /// FILE_SYNCHRONOUS_IO_ALERT.
    pub const ALERTABLE: OpenOptions = OpenOptions { alertable: true, ..OpenOptions::SYNCHRONOUS };

    /// Its flags, in the order of their bits.
    const fn flags(self) -> [bool; 6] {
        let OpenOptions {
            synchronous, alertable, directory, non_directory, delete_on_close, read_only, ..
        } = self;
        [synchronous, alertable, directory, non_directory, delete_on_close, read_only]
    }
}

/// The first bit of a flag; the share bits are below.
const FLAGS_FROM: usize = 3;
/// The first bit of the disposition.
const DISPOSITION_FROM: usize = FLAGS_FROM + 6;

impl Word for OpenOptions {
    const KIND: WordKind = WordKind::Mask;
    fn to_word(self) -> u64 {
        let flags = (FLAGS_FROM..).zip(self.flags()).map(|(bit, set)| u64::from(set) << bit);
        u64::from(self.share) | flags.sum::<u64>() | self.disposition.to_word() << DISPOSITION_FROM
    }
    fn from_word(word: u64) -> Self {
        let flag = |at: usize| word >> (FLAGS_FROM + at) & 1 == 1;
        OpenOptions {
            share: (word & 7) as u8,
            synchronous: flag(0),
            alertable: flag(1),
            directory: flag(2),
            non_directory: flag(3),
            delete_on_close: flag(4),
            read_only: flag(5),
            disposition: CreateDisposition::from_word(word >> DISPOSITION_FROM),
        }
    }
}
