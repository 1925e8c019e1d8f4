//! NAMED_PIPE_CREATE_PARAMETERS: what NtCreateNamedPipeFile says of a pipe.

use crate::io::pipe_modes::PipeModes;
use crate::word::{Word, WordKind};

/// What a server says of its pipe, beside its share access, which tells which way data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PipeParameters {
    /// FILE_PIPE_MESSAGE_TYPE: what is written stays in pieces.
    pub message_type: bool,
    /// How the server's end reads, and whether it waits.
    pub modes: PipeModes,
    /// FILE_CREATE (FILE_FLAG_FIRST_PIPE_INSTANCE): the pipe must not exist yet.
    pub first_instance: bool,
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
const FLAG_BITS: u32 = 4;

impl Word for Option<PipeParameters> {
    const KIND: WordKind = WordKind::Number;
    fn to_word(self) -> u64 {
        let Some(parameters) = self else { return 0 };
        let PipeParameters { message_type, modes, first_instance, .. } = parameters;
        let flags = modes.to_word() | u64::from(message_type) << 2 | u64::from(first_instance) << 3;
        let quotas = u64::from(parameters.inbound_quota) | u64::from(parameters.outbound_quota) << QUOTA_BITS;
        // No pipe has no instances, so the word is not zero.
        u64::from(parameters.max_instances) | (flags | quotas << FLAG_BITS) << u8::BITS
    }
    fn from_word(word: u64) -> Self {
        let flags = word >> u8::BITS;
        let quotas = flags >> FLAG_BITS;
        (word != 0).then(|| PipeParameters {
            message_type: flags & 4 != 0,
            modes: PipeModes::from_word(flags & 3),
            first_instance: flags & 8 != 0,
            max_instances: word as u8,
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
                message_type: number & 4 != 0,
                modes: PipeModes { message: number & 8 != 0, nowait: number & 16 != 0 },
                first_instance: number & 32 != 0,
                max_instances: 1 + number as u8,
                inbound_quota: PipeParameters::MOST_QUOTA - number,
                outbound_quota: number,
            };
            assert_eq!(Option::from_word(Some(parameters).to_word()), Some(parameters));
        }
        assert_eq!(Option::<PipeParameters>::from_word(0), None);
    }
}
