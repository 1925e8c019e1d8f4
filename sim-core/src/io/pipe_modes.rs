//! The modes of one end of a pipe: how it reads, and whether its requests wait.

use crate::word::{Word, WordKind};

/// FILE_PIPE_INFORMATION, what SetNamedPipeHandleState sets. The default reads a stream of bytes and waits.
///
/// ```
/// use sim_core::io::pipe_modes::PipeModes;
/// assert!(PipeModes::MESSAGE.message && !PipeModes::MESSAGE.nowait);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PipeModes {
    /// FILE_PIPE_MESSAGE_MODE (PIPE_READMODE_MESSAGE): a read takes one message at most.
    pub message: bool,
    /// FILE_PIPE_COMPLETE_OPERATION (PIPE_NOWAIT): nothing pends.
    pub nowait: bool,
}

impl PipeModes {
    /// Reads messages, and waits.
    pub const MESSAGE: PipeModes = PipeModes { message: true, nowait: false };
}

impl Word for PipeModes {
    const KIND: WordKind = WordKind::Mask;
    fn to_word(self) -> u64 {
        u64::from(self.message) | u64::from(self.nowait) << 1
    }
    fn from_word(word: u64) -> Self {
        PipeModes { message: word & 1 != 0, nowait: word & 2 != 0 }
    }
}

impl Word for Option<PipeModes> {
    const KIND: WordKind = WordKind::Mask;
    fn to_word(self) -> u64 {
        self.map_or(0, |modes| modes.to_word() + 1)
    }
    fn from_word(word: u64) -> Self {
        word.checked_sub(1).map(PipeModes::from_word)
    }
}
