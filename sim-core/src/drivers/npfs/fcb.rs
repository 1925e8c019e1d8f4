//! FCB: a pipe, by its name.

use crate::drivers::npfs::ccb::{Ccb, PipeEnd};
use crate::io::open_options::{FILE_SHARE_READ, FILE_SHARE_WRITE};
use crate::kernel::Kernel;
use crate::record::record;
use crate::word::{Id, Name, word_enum};

word_enum! {
    /// NamedPipeConfiguration: which way data goes, as the server sees it.
    pub enum PipeConfiguration {
        /// Both ways.
        FullDuplex = "FILE_PIPE_FULL_DUPLEX",
        /// To the server.
        Inbound = "FILE_PIPE_INBOUND",
        /// To the client.
        Outbound = "FILE_PIPE_OUTBOUND",
    }
}

impl PipeConfiguration {
    /// The configuration that the first server's share access says; none for one that shares nothing.
    pub const fn of_share(share: u8) -> Option<PipeConfiguration> {
        const BOTH: u8 = FILE_SHARE_READ | FILE_SHARE_WRITE;
        match share & BOTH {
            BOTH => Some(PipeConfiguration::FullDuplex),
            FILE_SHARE_READ => Some(PipeConfiguration::Outbound),
            FILE_SHARE_WRITE => Some(PipeConfiguration::Inbound),
            _ => None,
        }
    }

    /// Whether anything can come to that end.
    pub const fn leads_to(self, reader: PipeEnd) -> bool {
        !matches!(
            (self, reader),
            (PipeConfiguration::Inbound, PipeEnd::Client) | (PipeConfiguration::Outbound, PipeEnd::Server)
        )
    }
}

record! {
    /// FCB of the named pipe file system: a pipe, by its name. It goes with its last instance.
    pub struct Fcb: Fcb {
        /// Its name below the device.
        NAME name: Name,
        /// Which way data goes.
        CONFIGURATION configuration: PipeConfiguration as "NamedPipeConfiguration",
        /// FILE_PIPE_MESSAGE_TYPE: what is written stays in pieces.
        MESSAGE_TYPE message_type: bool,
        /// How many instances it can have; 255 is no limit.
        MAXIMUM_INSTANCES maximum_instances: u8 as "MaximumInstances",
    }
    lists {
        /// Its instances, the oldest first.
        INSTANCES instances: Id<Ccb> as "CcbList",
    }
}

impl Kernel {
    /// The pipe of that name; letter case does not count.
    pub fn pipe_named(&self, name: Name) -> Option<Id<Fcb>> {
        let same = |fcb: &Fcb| self.name(fcb.name.0).eq_ignore_ascii_case(self.name(name.0));
        self.all::<Fcb>().find(|(_, fcb)| same(fcb)).map(|(id, _)| id)
    }
}
