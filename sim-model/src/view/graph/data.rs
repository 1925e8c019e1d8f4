//! Nodes and links.

use serde::Serialize;

use sim_core::Id;
use sim_core::ob::header::Object;

/// What stands at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// A process.
    Process,
    /// A thread of a program.
    Thread,
    /// A device.
    Device,
    /// Another kernel object.
    Object,
    /// A handle.
    Handle,
    /// An IRP.
    Irp,
    /// A completion packet.
    Packet,
    /// A control area or a cache map.
    Memory,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its short name.
    pub title: String,
    /// Its name within a sentence.
    pub name: String,
    /// An object's type; empty for others.
    pub type_name: &'static str,
    /// An object's HandleCount and PointerCount.
    pub counts: Option<(u32, u32)>,
    /// It is held while it runs; a device while its driver is loaded; or it is the system's.
    pub runs: bool,
    /// References of it that nobody holds, or 1 in a circle.
    pub lost: u32,
    /// The object.
    pub object: Option<Id<Object>>,
}

impl Node {
    pub(super) const fn plain(kind: NodeKind, title: String, name: String) -> Node {
        Node { kind, title, name, type_name: "", counts: None, runs: false, lost: 0, object: None }
    }

    /// What keeps it when nothing else does, to be said after its name.
    pub(super) const fn kept(&self) -> &'static str {
        match self.kind {
            _ if !self.runs => "",
            NodeKind::Object => ", of the system",
            NodeKind::Device => ", whose driver is loaded",
            _ => ", which runs",
        }
    }

    /// What stands under its title.
    pub fn subtitle(&self) -> String {
        let mut parts = Vec::new();
        // The title of these begins with their type.
        if matches!(self.kind, NodeKind::Object) {
            parts.push(self.type_name.to_owned());
        }
        if let Some((handles, pointers)) = self.counts {
            parts.push(format!("HandleCount {handles}, PointerCount {pointers}"));
        }
        parts.join(", ")
    }
}

/// A link from one node to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// What the one does with the other.
    pub verb: &'static str,
    /// It is a reference, counted in PointerCount.
    pub reference: bool,
    /// The system service that holds it, if one does.
    pub by: Option<&'static str>,
}

impl Link {
    pub(super) const fn fact(verb: &'static str) -> Link {
        Link { verb, reference: false, by: None }
    }

    /// The verb with its service.
    pub fn text(&self) -> String {
        self.by.map_or_else(|| self.verb.to_owned(), |by| format!("is in {by} and {}", self.verb))
    }
}
