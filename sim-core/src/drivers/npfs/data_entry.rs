//! Data entries: what waits in a queue of a pipe.

use crate::io::irp::Irp;
use crate::record::record;
use crate::word::{Id, word_enum};

word_enum! {
    /// What an entry is.
    pub enum EntryType {
        /// Bytes that were written, and nobody has read.
        Write = "write",
        /// A read that waits for bytes.
        Read = "read",
        /// A flush that waits until all before it has been read.
        Flush = "flush",
    }
}

record! {
    /// DATA_ENTRY: one write or flush that waits for the reader, or one read that waits for the writer.
    pub struct DataEntry: DataEntry {
        /// What it is.
        TYPE entry_type: EntryType as "DataEntryType",
        /// The request that waits; none for bytes whose writer does not wait.
        IRP irp: Option<Id<Irp>>,
        /// Bytes of a write that nobody has read, or that a read has asked for.
        SIZE size: u32 as "DataSize",
        /// How many of them count for the quota.
        QUOTA quota: u32 as "QuotaInEntry",
    }
    lists {}
}
