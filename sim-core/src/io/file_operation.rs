//! What a request asks of a file beyond an offset and a length.

use crate::io::request::ByteOffset;
use crate::word::{Word, WordKind};

/// FILE_DISPOSITION_DELETE.
pub const FILE_DISPOSITION_DELETE: u8 = 1;
/// FILE_DISPOSITION_POSIX_SEMANTICS.
pub const FILE_DISPOSITION_POSIX_SEMANTICS: u8 = 2;
/// FILE_DISPOSITION_ON_CLOSE.
pub const FILE_DISPOSITION_ON_CLOSE: u8 = 8;
/// FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE.
pub const FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE: u8 = 16;

/// What a request asks of a file beyond an offset and a length.
///
/// ```
/// use sim_core::io::file_operation::FileOperation;
/// assert_eq!(FileOperation::default(), FileOperation::None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileOperation {
    /// Nothing.
    #[default]
    None,
    /// FileEndOfFileInformation: the file becomes as long as this says; FilePointer is the file's position.
    EndOfFile(ByteOffset),
    /// FilePositionInformation: where the next request without an offset starts.
    Position(u64),
    /// FileDispositionInformation: DeleteFile.
    Disposition(bool),
    /// FileDispositionInformationEx: FILE_DISPOSITION_ flags.
    DispositionEx(u8),
    /// NtLockFile.
    Lock {
        /// ExclusiveLock.
        exclusive: bool,
        /// FailImmediately.
        fail_immediately: bool,
    },
    /// NtUnlockFile.
    Unlock,
}

/// The bits that tell which operation it is.
const TAG_BITS: u32 = 3;

impl Word for FileOperation {
    const KIND: WordKind = WordKind::Number;
    fn to_word(self) -> u64 {
        let (tag, value) = match self {
            FileOperation::None => (0, 0),
            FileOperation::EndOfFile(offset) => (1, offset.to_word()),
            FileOperation::Position(offset) => (2, offset),
            FileOperation::Disposition(delete) => (3, u64::from(delete)),
            FileOperation::DispositionEx(flags) => (4, u64::from(flags)),
            FileOperation::Lock { exclusive, fail_immediately } => {
                (5, u64::from(exclusive) | u64::from(fail_immediately) << 1)
            }
            FileOperation::Unlock => (6, 0),
        };
        value << TAG_BITS | tag
    }
    fn from_word(word: u64) -> Self {
        let value = word >> TAG_BITS;
        match word & ((1 << TAG_BITS) - 1) {
            1 => FileOperation::EndOfFile(ByteOffset::from_word(value)),
            2 => FileOperation::Position(value),
            3 => FileOperation::Disposition(value == 1),
            4 => FileOperation::DispositionEx(value as u8),
            5 => FileOperation::Lock { exclusive: value & 1 != 0, fail_immediately: value & 2 != 0 },
            6 => FileOperation::Unlock,
            _ => FileOperation::None,
        }
    }
}
