//! NOTIFY_CHANGE: what a file system keeps of a directory that is watched through a file object.

use crate::io::device::Device;
use crate::io::file::File;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::path::SEPARATOR;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::{Id, Name, word_enum};

word_enum! {
    /// What has changed, as a bit of CompletionFilter names it.
    pub enum Change {
        /// A file got a name or lost it.
        FileName = "FILE_NOTIFY_CHANGE_FILE_NAME",
        /// A directory got a name or lost it.
        DirName = "FILE_NOTIFY_CHANGE_DIR_NAME",
        /// Attributes.
        Attributes = "FILE_NOTIFY_CHANGE_ATTRIBUTES",
        /// A file's size.
        Size = "FILE_NOTIFY_CHANGE_SIZE",
        /// When a file was written last.
        LastWrite = "FILE_NOTIFY_CHANGE_LAST_WRITE",
    }
}

impl Change {
    /// Its bit.
    pub const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// Every bit of CompletionFilter that Windows knows.
pub(crate) const FILTERS: u32 = 0x0FFF;

/// The bytes of a FILE_NOTIFY_INFORMATION before its name.
const ENTRY: u32 = 12;

record! {
    /// NOTIFY_CHANGE: what a file system keeps of a directory that is watched through a file object. The first request
    /// makes it, and what that asked for counts for all later ones.
    pub struct Notify: Notify {
        /// FsContext: the file object.
        FILE file: Id<File>,
        /// CompletionFilter.
        FILTER filter: u32 as "CompletionFilter",
        /// WatchTree: directories below count too.
        WATCH_TREE watch_tree: bool as "WatchTree",
        /// How many bytes of changes are remembered at most; 0 if the first request had no buffer.
        ROOM room: u32 as "BufferLength",
        /// How many bytes of changes are remembered for the next request.
        REMEMBERED remembered: u32 as "DataLength",
        /// NOTIFY_IMMEDIATELY: there were changes, and it is not known which.
        IMMEDIATELY immediately: bool as "NOTIFY_IMMEDIATELY",
    }
    lists {}
}

impl Kernel {
    /// The notify structure of a file object, if a request was made through it.
    pub fn notify_of(&self, file: Id<File>) -> Option<Id<Notify>> {
        self.all::<Notify>().find(|(_, notify)| notify.file == file).map(|(id, _)| id)
    }

    /// Those who are told of a change, with the length of the path that they are told: relative to their directory, in
    /// characters.
    pub(crate) fn watchers(
        &self,
        device: Id<Device>,
        path: Name,
        change: Change,
    ) -> impl Iterator<Item = (Id<Notify>, u32)> {
        let path = self.name(path.0);
        self.all::<Notify>().filter_map(move |(id, notify)| {
            let directory = self.watched_path(notify.file);
            let relative = relative_path(directory, path)?;
            let is_told = self[notify.file].device == Some(device)
                && notify.filter & change.bit() != 0
                && (notify.watch_tree || !relative.contains(SEPARATOR));
            is_told.then_some((id, relative.encode_utf16().count() as u32))
        })
    }

    fn watched_path(&self, file: Id<File>) -> &str {
        let name = self[file].scb.and_then(|scb| self[scb].name);
        name.map_or("", |name| self.name(name.0))
    }

    /// A change of which no request is told now is remembered for the next, as far as there is room; after that it is only
    /// known that there were changes.
    pub(crate) fn remember_change(&mut self, notify: Id<Notify>, characters: u32) {
        let Notify { room, remembered, immediately, .. } = self[notify];
        let after = remembered.next_multiple_of(4) + ENTRY + 2 * characters;
        if immediately || after > room {
            self.set(notify, Notify::REMEMBERED, 0, "there is no room for all changes: none is kept");
            self.set(
                notify,
                Notify::IMMEDIATELY,
                true,
                "the next request is told that it must look for itself",
            );
        } else {
            self.set(notify, Notify::REMEMBERED, after, "a change is remembered for the next request");
        }
    }

    /// How a request ends that takes what is remembered.
    pub(crate) fn take_changes(&mut self, notify: Id<Notify>, irp: Id<Irp>) -> (NtStatus, u32) {
        let Notify { remembered, immediately, .. } = self[notify];
        self.set(notify, Notify::REMEMBERED, 0, "the request has them");
        self.set(notify, Notify::IMMEDIATELY, false, "the request says so");
        match immediately || remembered > self[irp].length || self[irp].null_buffer {
            true => (NtStatus::NOTIFY_ENUM_DIR, 0),
            false => (NtStatus::SUCCESS, remembered),
        }
    }

    /// Something is remembered for the next request.
    pub(crate) fn has_changes(&self, notify: Id<Notify>) -> bool {
        self[notify].immediately || self[notify].remembered > 0
    }
}

/// The path below a directory; none if it is not below it. Letter case does not count.
fn relative_path<'p>(directory: &str, path: &'p str) -> Option<&'p str> {
    if directory.is_empty() {
        return Some(path);
    }
    let (start, rest) = (path.get(..directory.len())?, path.get(directory.len()..)?);
    rest.strip_prefix(SEPARATOR).filter(|_| start.eq_ignore_ascii_case(directory))
}
