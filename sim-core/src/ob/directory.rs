//! Directories of the namespace, and those that exist from the start.

use alloc::string::String;
use alloc::vec::Vec;

use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ob::reference::Purpose;
use crate::path::SEPARATOR;
use crate::ps::system::System;
use crate::record::record;
use crate::word::{Id, Name, word_enum};

record! {
    /// OBJECT_DIRECTORY: the objects whose names it has.
    pub struct Directory: Directory {
        /// Its header.
        OBJECT object: Id<Object>,
    }
    lists {
        /// Its objects, in the order of their names' numbers, so that the order says nothing of history.
        ENTRIES entries: Id<Object> as "entries",
    }
}

word_enum! {
    /// Where a full name begins.
    pub enum NameStart {
        /// At the root directory.
        Root = "",
        /// At a directory without a name, which has names below it all the same.
        Unnamed = "…",
    }
}

impl Kernel {
    /// The directory that every absolute name begins at.
    pub fn root_directory(&self) -> Id<Object> {
        self[self.system_id()].root.expect("the system has made its root directory")
    }

    /// `\GLOBAL??`, which is also what `\??` leads to.
    pub fn dos_devices(&self) -> Id<Object> {
        self[self.system_id()].dos_devices.expect("the system has made its directory of DOS devices")
    }

    /// The full name of an object whose name is in the namespace.
    ///
    /// ```
    /// let k = sim_core::Kernel::new(Default::default());
    /// assert_eq!(k.full_name(k.dos_devices()).as_deref(), Some(r"\GLOBAL??"));
    /// ```
    pub fn full_name(&self, object: Id<Object>) -> Option<String> {
        let (start, components) = self.name_components(object)?;
        Some(self.joined_name(start, components.into_iter()))
    }

    /// Where an object's full name begins, and its components, first to last.
    pub(crate) fn name_components(&self, object: Id<Object>) -> Option<(NameStart, Vec<Name>)> {
        let root = self.root_directory();
        let (mut components, mut at) = (Vec::new(), object);
        while at != root {
            let header = self.get(at)?;
            let (Some(name), Some(directory)) = (header.name, header.directory) else { break };
            components.push(name);
            at = self[directory].object;
        }
        components.reverse();
        let start = if at == root { NameStart::Root } else { NameStart::Unnamed };
        (at == root || !components.is_empty()).then_some((start, components))
    }

    /// The text of a full name.
    pub(crate) fn joined_name(&self, start: NameStart, components: impl Iterator<Item = Name>) -> String {
        let mut full = String::from(start.name());
        for name in components {
            full.push(SEPARATOR);
            full.push_str(self.name(name.0));
        }
        if full.is_empty() {
            full.push(SEPARATOR);
        }
        full
    }

    /// ObpLookupEntryDirectory: the object that has this name in a directory.
    pub(crate) fn entry_of(
        &self,
        directory: Id<Directory>,
        name: Name,
        any_case: bool,
    ) -> Option<Id<Object>> {
        let wanted = self.name(name.0);
        let same = |other: Name| other == name || any_case && self.name(other.0).eq_ignore_ascii_case(wanted);
        Directory::ENTRIES.of(&self[directory]).find(|object| self[*object].name.is_some_and(same))
    }

    /// ObpInsertEntryDirectory: gives an object its name. The directory holds the object from now on, and the object
    /// the directory.
    pub(crate) fn insert_name(&mut self, directory: Id<Directory>, name: Name, object: Id<Object>) {
        let before = Directory::ENTRIES.of(&self[directory]).filter(|other| self[*other].name < Some(name));
        let position = before.count();
        self.insert(
            directory,
            Directory::ENTRIES,
            position,
            object,
            "the directory has the name from now on",
        );
        self.set(object, Object::NAME, Some(name), "the object can be opened by its name from now on");
        self.set(object, Object::DIRECTORY, Some(directory), "");
        self.reference(object, Purpose::Name);
        self.reference(self[directory].object, Purpose::Parent);
    }

    /// Takes an object's name out of its directory; both references that it stood for are still to be dropped.
    pub(crate) fn remove_name(&mut self, object: Id<Object>) -> Option<Id<Object>> {
        let directory = self[object].directory?;
        let why = "no handle is left: the name goes, the object lives on while it is referenced";
        self.remove(directory, Directory::ENTRIES, object, "");
        self.set(object, Object::NAME, None, why);
        self.set(object, Object::DIRECTORY, None, "");
        Some(self[directory].object)
    }

    /// The body of an object that is a directory.
    pub(crate) fn directory_of(&self, object: Id<Object>) -> Option<Id<Directory>> {
        match self[object].body {
            Body::Directory(directory) => Some(directory),
            _ => None,
        }
    }

    /// ObCreateObject for a directory.
    pub(crate) fn create_directory_object(&mut self) -> Id<Object> {
        let at = self.directories.lowest_free();
        let object = self.create_header(Body::Directory(at));
        self.create(Directory { object, entries: Vec::new() }, "");
        object
    }

    /// Puts a new object of the system under a permanent name.
    pub(crate) fn install(&mut self, object: Id<Object>, directory: Id<Object>, name: &str) {
        let name = Name(self.intern(name));
        if let Some(directory) = self.directory_of(directory) {
            self.insert_name(directory, name, object);
        }
        self.set(object, Object::PERMANENT, true, "");
    }

    /// The directories and links that the system makes when it starts.
    pub(crate) fn create_namespace(&mut self) {
        let root = self.create_directory_object();
        self.set(root, Object::PERMANENT, true, "");
        self.set(self.system_id(), System::ROOT, Some(root), "");
        let [dos_devices, named, devices] = ["GLOBAL??", "BaseNamedObjects", "Device"].map(|name| {
            let directory = self.create_directory_object();
            self.install(directory, root, name);
            directory
        });
        // The system keeps its own reference on the root and on the DOS devices.
        self.set(self.system_id(), System::DOS_DEVICES, Some(dos_devices), "");
        [named, devices].into_iter().for_each(|directory| {
            self.dereference(directory, Purpose::Creation);
        });
        self.install_link(root, "DosDevices", r"\??");
        self.install_link(named, "Global", r"\BaseNamedObjects");
        self.install_link(named, "Local", r"\BaseNamedObjects");
    }

    /// IoCreateSymbolicLink: a permanent link.
    pub(crate) fn install_link(&mut self, directory: Id<Object>, name: &str, target: &str) {
        let target = self.path(target);
        let link = self.create_symbolic_link_object(target);
        self.install(link, directory, name);
        self.dereference(link, Purpose::Creation);
    }
}
