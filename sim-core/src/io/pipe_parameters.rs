//! NAMED_PIPE_CREATE_PARAMETERS: what NtCreateNamedPipeFile says of a pipe.

use crate::word::{Word, WordKind, word_enum};

word_enum! {
    /// Which way data goes, as the server sees it.
    pub enum PipeDirection {
        /// Both ways (PIPE_ACCESS_DUPLEX).
        Duplex = "PIPE_ACCESS_DUPLEX",
        /// To the server (PIPE_ACCESS_INBOUND).
        Inbound = "PIPE_ACCESS_INBOUND",
        /// To the client (PIPE_ACCESS_OUTBOUND).
        Outbound = "PIPE_ACCESS_OUTBOUND",
    }
}

/// What a server says of its pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PipeParameters {
    /// NamedPipeConfiguration.
    pub direction: PipeDirection,
    /// FILE_PIPE_MESSAGE_TYPE: what is written stays in pieces.
    pub message_type: bool,
    /// FILE_PIPE_MESSAGE_MODE: a read takes one message at most.
    pub message_mode: bool,
    /// FILE_PIPE_COMPLETE_OPERATION (PIPE_NOWAIT): nothing pends.
    pub nowait: bool,
    /// How many instances the pipe can have; 255 is no limit (PIPE_UNLIMITED_INSTANCES).
    pub max_instances: u8,
    /// Bytes that can wait for the server, at most [`PipeParameters::MOST_QUOTA`].
    pub inbound_quota: u32,
    /// Bytes that can wait for the client, at most [`PipeParameters::MOST_QUOTA`].
    pub outbound_quota: u32,
}

impl PipeParameters {
    /// The largest quota that the model keeps.
    pub const MOST_QUOTA: u32 = (1 << QUOTA_BITS) - 1;
    /// PIPE_UNLIMITED_INSTANCES.
    pub const UNLIMITED_INSTANCES: u8 = 255;
}

const QUOTA_BITS: u32 = 24;
const FLAG_BITS: u32 = 5;

impl Word for Option<PipeParameters> {
    const KIND: WordKind = WordKind::Number;
    fn to_word(self) -> u64 {
        let Some(parameters) = self else { return 0 };
        let PipeParameters { direction, message_type, message_mode, nowait, .. } = parameters;
        let flags = direction.to_word()
            | u64::from(message_type) << 2
            | u64::from(message_mode) << 3
            | u64::from(nowait) << 4;
        let quotas = u64::from(parameters.inbound_quota) | u64::from(parameters.outbound_quota) << QUOTA_BITS;
        // No pipe has no instances, so the word is not zero.
        u64::from(parameters.max_instances) | (flags | quotas << FLAG_BITS) << u8::BITS
    }
    fn from_word(word: u64) -> Self {
        let max_instances = word as u8;
        let flags = word >> u8::BITS;
        let quotas = flags >> FLAG_BITS;
        (word != 0).then(|| PipeParameters {
            direction: PipeDirection::from_word(flags & 3),
            message_type: flags & 4 != 0,
            message_mode: flags & 8 != 0,
            nowait: flags & 16 != 0,
            max_instances,
            inbound_quota: (quotas & ((1 << QUOTA_BITS) - 1)) as u32,
            outbound_quota: (quotas >> QUOTA_BITS & ((1 << QUOTA_BITS) - 1)) as u32,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_server_says_comes_back() {
        for number in 0..64_u32 {
            let parameters = PipeParameters {
                direction: PipeDirection::ALL[number as usize % 3],
                message_type: number & 4 != 0,
                message_mode: number & 8 != 0,
                nowait: number & 16 != 0,
                max_instances: 1 + number as u8,
                inbound_quota: PipeParameters::MOST_QUOTA - number,
                outbound_quota: number,
            };
            assert_eq!(Option::from_word(Some(parameters).to_word()), Some(parameters));
        }
        assert_eq!(Option::<PipeParameters>::from_word(0), None);
    }
}
