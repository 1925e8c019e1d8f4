//! Receiving and sending.

use crate::drivers::afd::endpoint::{Endpoint, EndpointState};
use crate::kernel::Kernel;
use crate::status::NtStatus;
use crate::word::Id;

impl Kernel {
    /// AfdConnectedSocketReadData: takes what has come; a receive waits while nothing has.
    ///
    /// After the end of the stream it gets no bytes and succeeds. Source: Wine ws2_32/tests/afd.c, test_recv.
    pub(super) fn receive(&mut self, endpoint: Id<Endpoint>, length: u32) -> Option<(NtStatus, u32)> {
        let Endpoint { received, ended, receive_shut, .. } = self[endpoint];
        if let Some(status) = self.is_no_connection(endpoint, receive_shut) {
            return Some((status, 0));
        }
        if received == 0 && !ended {
            return None;
        }
        let taken = received.min(length);
        self.set(endpoint, Endpoint::RECEIVED, received - taken, "bytes were received");
        Some((NtStatus::SUCCESS, taken))
    }

    /// AfdConnectedSocketWriteData: the bytes go to the other end, all of them, as long as it has any room at all.
    ///
    /// Bytes to an end that is closed are lost, and its system answers with a reset. Source: RFC 9293, 3.5.2.
    pub(super) fn send(&mut self, endpoint: Id<Endpoint>, length: u32) -> Option<(NtStatus, u32)> {
        let Endpoint { peer, send_shut, .. } = self[endpoint];
        if let Some(status) = self.is_no_connection(endpoint, send_shut) {
            return Some((status, 0));
        }
        match peer {
            None => self.reset_end(endpoint, "bytes came to a closed end, which answers with a reset"),
            Some(peer) => {
                let Endpoint { received, room, .. } = self[peer];
                if received >= room {
                    return None;
                }
                let there = received.saturating_add(length);
                self.set(peer, Endpoint::RECEIVED, there, "bytes have come");
            }
        }
        Some((NtStatus::SUCCESS, length))
    }

    fn is_no_connection(&self, endpoint: Id<Endpoint>, shut: bool) -> Option<NtStatus> {
        let Endpoint { state, reset, .. } = self[endpoint];
        match state {
            _ if reset => Some(NtStatus::CONNECTION_RESET),
            EndpointState::Connected if shut => Some(NtStatus::PIPE_DISCONNECTED),
            EndpointState::Connected => None,
            _ => Some(NtStatus::INVALID_CONNECTION),
        }
    }

    /// An end hears that its connection was reset: what has come and was not received is lost.
    pub(super) fn reset_end(&mut self, endpoint: Id<Endpoint>, why: &'static str) {
        self.set(endpoint, Endpoint::PEER, None, "");
        self.set(endpoint, Endpoint::RECEIVED, 0, "");
        self.set(endpoint, Endpoint::RESET, true, why);
    }

    /// shutdown: `how` is 1 for SD_SEND, 2 for SD_RECEIVE, 3 for both.
    pub(super) fn shut_down(&mut self, endpoint: Id<Endpoint>, how: u32) -> NtStatus {
        if let Some(status) = self.is_no_connection(endpoint, false) {
            return status;
        }
        if how & SEND != 0 {
            self.set(endpoint, Endpoint::SEND_SHUT, true, "it sends no more");
            if let Some(peer) = self[endpoint].peer {
                self.set(peer, Endpoint::ENDED, true, "the other end sends no more");
            }
        }
        if how & RECEIVE != 0 {
            self.set(endpoint, Endpoint::RECEIVE_SHUT, true, "it receives no more");
        }
        NtStatus::SUCCESS
    }
}

/// AFD_PARTIAL_DISCONNECT_SEND.
pub const SEND: u32 = 1;
/// AFD_PARTIAL_DISCONNECT_RECEIVE.
pub const RECEIVE: u32 = 2;
