//! Calls and answers, in terms that neither reading owns.

use sim_core::NtStatus;

use crate::rules::Rules;

pub(crate) const INHERIT: u8 = 2;
pub(crate) const PROTECT: u8 = 1;
pub(crate) const OPENIF: u16 = 0x80;
pub(crate) const PERMANENT: u16 = 0x10;
pub(crate) const CASE_INSENSITIVE: u16 = 0x40;
pub(crate) const CLOSE_SOURCE: u8 = 1;
pub(crate) const SAME_ACCESS: u8 = 2;
pub(crate) const SAME_ATTRIBUTES: u8 = 4;
pub(crate) const DELETE: u32 = 0x1_0000;
pub(crate) const DUP_HANDLE: u32 = 0x40;
pub(crate) const CREATE_PROCESS: u32 = 0x80;
pub(crate) const MODIFY_STATE: u32 = 2;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Event,
    Semaphore,
    Directory,
    Link,
    Port,
    File,
    Process,
    Thread,
}

impl Kind {
    /// Every right of the type; for processes and threads, which grew, those that all versions know.
    pub(crate) fn rights(self) -> u32 {
        match self {
            Kind::Event | Kind::Semaphore | Kind::Port => 0x1F_0003,
            Kind::Directory => 0x0F_000F,
            Kind::Link => 0x0F_0001,
            Kind::File => 0x1F_01FF,
            Kind::Process => 0x1F_0FFF,
            Kind::Thread => 0x1F_03FF,
        }
    }

    /// Whether this asks for a right that the type has not; nothing where that depends on the version.
    pub(crate) fn exceeds(self, access: u32) -> Option<bool> {
        let grew = matches!(self, Kind::Process | Kind::Thread)
            && access & 0xFF00_0000 == 0
            && access & 0x80_0000 == 0;
        let exceeds = access & !self.rights() != 0;
        (!exceeds || !grew).then_some(exceeds)
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) access: u32,
    pub(crate) attributes: u8,
    pub(crate) options: u8,
}

#[derive(Clone, Debug)]
pub(crate) enum Call {
    Create {
        process: usize,
        kind: Kind,
        at: At,
        target: String,
    },
    OpenFile {
        process: usize,
    },
    Open {
        process: usize,
        kind: Kind,
        at: At,
        access: u32,
    },
    Close {
        process: usize,
        handle: u32,
    },
    /// ObDuplicateObject, between processes that are given by themselves.
    Move {
        source: usize,
        handle: u32,
        target: Option<usize>,
        wanted: Wanted,
    },
    /// NtDuplicateObject, between processes that are given by handles.
    Duplicate {
        process: usize,
        source: u32,
        handle: u32,
        target: u32,
        wanted: Wanted,
    },
    SetFlags {
        process: usize,
        handle: u32,
        mask: u8,
        flags: u8,
    },
    Query {
        process: usize,
        handle: u32,
    },
    Compare {
        process: usize,
        handles: [u32; 2],
    },
    Permanence {
        process: usize,
        handle: u32,
        permanent: bool,
    },
    SetEvent {
        process: usize,
        handle: u32,
    },
    Hold {
        process: usize,
        handle: u32,
        kind: Option<Kind>,
        access: u32,
    },
    HoldByName {
        process: usize,
        kind: Kind,
        at: At,
    },
    HoldAgain {
        pick: usize,
    },
    Drop {
        pick: usize,
    },
    Reopen {
        process: usize,
        pick: usize,
    },
    OpenProcess {
        process: usize,
        which: usize,
    },
    CreateProcess {
        parent: u32,
        inherits: bool,
    },
    End {
        process: usize,
    },
}

/// Where a name is looked for, and the OBJ_ bits beside it.
#[derive(Clone, Debug)]
pub(crate) struct At {
    pub(crate) root: u32,
    pub(crate) path: Option<&'static str>,
    pub(crate) flags: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Basic {
    pub(crate) attributes: u8,
    pub(crate) access: Option<u32>,
    pub(crate) handles: u32,
    pub(crate) pointers: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Answer {
    pub(crate) status: NtStatus,
    /// The new handle; 0 for none.
    pub(crate) handle: u32,
    pub(crate) basic: Option<Basic>,
}

impl Answer {
    pub(crate) fn status(status: NtStatus) -> Answer {
        Answer { status, handle: 0, basic: None }
    }
}

impl Call {
    /// The process whose thread makes the call.
    pub(crate) fn process(&self) -> usize {
        match *self {
            Call::Create { process, .. }
            | Call::OpenFile { process }
            | Call::Open { process, .. }
            | Call::Close { process, .. }
            | Call::Duplicate { process, .. }
            | Call::SetFlags { process, .. }
            | Call::Query { process, .. }
            | Call::Compare { process, .. }
            | Call::Permanence { process, .. }
            | Call::SetEvent { process, .. }
            | Call::Hold { process, .. }
            | Call::HoldByName { process, .. }
            | Call::Reopen { process, .. }
            | Call::OpenProcess { process, .. } => process,
            Call::Move { source, .. } => source,
            Call::HoldAgain { .. } | Call::Drop { .. } | Call::CreateProcess { .. } | Call::End { .. } => 0,
        }
    }

    pub(crate) fn speaks_of_unborn(&self, rules: &Rules) -> bool {
        match *self {
            Call::Move { target: Some(target), .. } => !rules.born[target],
            Call::End { process } => !rules.runs(process),
            _ => false,
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Call::Create { .. } => "Create",
            Call::OpenFile { .. } => "OpenFile",
            Call::Open { .. } => "Open",
            Call::Close { .. } => "Close",
            Call::Move { .. } => "Move",
            Call::Duplicate { .. } => "Duplicate",
            Call::SetFlags { .. } => "SetFlags",
            Call::Query { .. } => "Query",
            Call::Compare { .. } => "Compare",
            Call::Permanence { .. } => "Permanence",
            Call::SetEvent { .. } => "SetEvent",
            Call::Hold { .. } => "Hold",
            Call::HoldByName { .. } => "HoldByName",
            Call::HoldAgain { .. } => "HoldAgain",
            Call::Drop { .. } => "Drop",
            Call::Reopen { .. } => "Reopen",
            Call::OpenProcess { .. } => "OpenProcess",
            Call::CreateProcess { .. } => "CreateProcess",
            Call::End { .. } => "End",
        }
    }
}
