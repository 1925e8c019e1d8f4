//! CCB: one instance of a pipe.

use crate::drivers::npfs::data_entry::DataEntry;
use crate::drivers::npfs::fcb::Fcb;
use crate::io::file::File;
use crate::io::irp::Irp;
use crate::io::pipe_modes::PipeModes;
use crate::kernel::Kernel;
use crate::record::{List, record};
use crate::word::{Id, word_enum};

word_enum! {
    /// NamedPipeState.
    pub enum PipeState {
        /// The server has let its client go, and does not listen.
        Disconnected = "FILE_PIPE_DISCONNECTED_STATE",
        /// It can be opened by a client.
        Listening = "FILE_PIPE_LISTENING_STATE",
        /// It has two ends.
        Connected = "FILE_PIPE_CONNECTED_STATE",
        /// One end is closed.
        Closing = "FILE_PIPE_CLOSING_STATE",
    }
}

word_enum! {
    /// NamedPipeEnd.
    pub enum PipeEnd {
        /// The end of who created the instance.
        Server = "server",
        /// The end of who opened it.
        Client = "client",
    }
}

impl PipeEnd {
    /// The end that reads what this one writes.
    pub const fn other(self) -> PipeEnd {
        match self {
            PipeEnd::Server => PipeEnd::Client,
            PipeEnd::Client => PipeEnd::Server,
        }
    }
}

record! {
    /// CCB of the named pipe file system: one instance of a pipe, with what is between its two ends.
    pub struct Ccb: Ccb {
        /// The pipe.
        FCB fcb: Id<Fcb>,
        /// NamedPipeState.
        STATE state: PipeState as "NamedPipeState",
        /// The server's file object; none when it is closed.
        SERVER server: Option<Id<File>>,
        /// The client's file object; none when it is closed, or let go by the server.
        CLIENT client: Option<Id<File>>,
        /// How the server's end reads, and whether it waits.
        SERVER_MODES server_modes: PipeModes,
        /// How the client's end reads, and whether it waits.
        CLIENT_MODES client_modes: PipeModes,
        /// Bytes that can wait for the server.
        INBOUND_QUOTA inbound_quota: u32 as "InboundQuota",
        /// Bytes that can wait for the client.
        OUTBOUND_QUOTA outbound_quota: u32 as "OutboundQuota",
    }
    lists {
        /// Requests to listen that wait for a client (IrpList).
        LISTENERS listeners: Id<Irp> as "IrpList",
        /// What was written for the server, or its reads that wait for that.
        INBOUND inbound: Id<DataEntry> as "inbound queue",
        /// What was written for the client, or its reads that wait for that.
        OUTBOUND outbound: Id<DataEntry> as "outbound queue",
    }
}

impl Ccb {
    /// The queue that this end reads.
    pub const fn queue(reader: PipeEnd) -> List<Ccb, Id<DataEntry>> {
        match reader {
            PipeEnd::Server => Ccb::INBOUND,
            PipeEnd::Client => Ccb::OUTBOUND,
        }
    }

    /// How many bytes can wait for this end.
    pub const fn quota(&self, reader: PipeEnd) -> u32 {
        match reader {
            PipeEnd::Server => self.inbound_quota,
            PipeEnd::Client => self.outbound_quota,
        }
    }

    /// The modes of an end.
    pub const fn modes(&self, end: PipeEnd) -> PipeModes {
        match end {
            PipeEnd::Server => self.server_modes,
            PipeEnd::Client => self.client_modes,
        }
    }
}

impl Kernel {
    /// Which instance a file object is an end of, and which end; none for one that was closed or let go.
    pub fn pipe_end(&self, file: Id<File>) -> Option<(Id<Ccb>, PipeEnd)> {
        let ccb = self[file].fs_context?;
        let end = if self[ccb].server == Some(file) { PipeEnd::Server } else { PipeEnd::Client };
        Some((ccb, end))
    }

    /// An end goes: its file object is no end of the instance any more.
    pub(super) fn let_end_go(&mut self, ccb: Id<Ccb>, end: PipeEnd, why: &'static str) {
        let (field, file) = match end {
            PipeEnd::Server => (Ccb::SERVER, self[ccb].server),
            PipeEnd::Client => (Ccb::CLIENT, self[ccb].client),
        };
        if let Some(file) = file {
            self.set(file, File::FS_CONTEXT, None, "");
            self.set(ccb, field, None, why);
        }
    }

    /// The instance goes, and with the last of them the pipe. Nothing is in its queues.
    pub(super) fn delete_instance(&mut self, ccb: Id<Ccb>) {
        let fcb = self[ccb].fcb;
        self.let_end_go(ccb, PipeEnd::Server, "");
        self.let_end_go(ccb, PipeEnd::Client, "");
        self.remove(fcb, Fcb::INSTANCES, ccb, "the pipe has one instance less");
        self.destroy(ccb, "both ends are gone");
    }
}
