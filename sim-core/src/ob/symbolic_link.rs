//! Symbolic links of the namespace.

use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::record::record;
use crate::word::{Id, Name};

record! {
    /// OBJECT_SYMBOLIC_LINK. It holds its target's name, not its target.
    pub struct SymbolicLink: SymbolicLink {
        /// Its header.
        OBJECT object: Id<Object>,
        /// LinkTarget: the path that takes the place of the link's own.
        LINK_TARGET link_target: Name as "LinkTarget",
    }
    lists {}
}

impl Kernel {
    /// ObCreateObject for a symbolic link.
    pub(crate) fn create_symbolic_link_object(&mut self, link_target: Name) -> Id<Object> {
        let at = self.symbolic_links.lowest_free();
        let object = self.create_header(Body::SymbolicLink(at));
        self.create(SymbolicLink { object, link_target }, "");
        object
    }
}
