//! ObpLookupObjectName: from a name to an object, or to a place for a new one.

use alloc::vec::Vec;

use crate::fault::{Allocation, Fault};
use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::attributes::{OBJ_CASE_INSENSITIVE, ObjectAttributes};
use crate::ob::header::{Body, Object};
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::path::SEPARATOR;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id, Name};

/// How many symbolic links one lookup follows. Source: ReactOS ob/obname.c.
const MOST_REPARSES: u32 = 30;

record! {
    /// OBP_LOOKUP_CONTEXT: a name that a thread is looking up.
    pub struct Lookup: Lookup {
        /// The type that is asked for.
        WANTED wanted: ObjectType,
        /// What the reference on the object found is for.
        PURPOSE purpose: Purpose,
        /// The new object that the name is for.
        INSERT insert: Option<Id<Object>>,
        /// Letter case does not count.
        ANY_CASE any_case: bool,
        /// Symbolic links followed.
        REPARSES reparses: u32,
        /// The directory that the next component is looked up in. The lookup holds it.
        DIRECTORY directory: Id<Object>,
    }
    lists {
        /// RemainingName: the components that are still to be looked up.
        REMAINING remaining: Name,
    }
}

steps! {
    /// ObpLookupObjectName: follows a name through directories and symbolic links.
    ///
    /// Returns the object, referenced; with `insert`, the new object if the name was free and is its own now, or else
    /// the object that has the name. What the lookup passes it holds for as long as it is there.
    /// Errors: STATUS_OBJECT_PATH_SYNTAX_BAD (not absolute, or absolute below a root directory),
    /// STATUS_OBJECT_NAME_INVALID (an empty component), STATUS_OBJECT_PATH_NOT_FOUND, STATUS_OBJECT_NAME_NOT_FOUND,
    /// STATUS_OBJECT_TYPE_MISMATCH, STATUS_NOT_SUPPORTED for a name below a device or file, and those of
    /// ObReferenceObjectByHandle for the root directory.
    /// Sources: ReactOS ob/obname.c, ob/oblink.c; Wine ntdll/tests/om.c, test_directory, test_symboliclink.
    pub enum ObpLookupObjectName = "ObpLookupObjectName" {
        Start { attributes: ObjectAttributes, wanted: ObjectType, insert: Option<Id<Object>>, purpose: Purpose }
            = "L1", "is the name well formed, and where does it begin?";
        Root { attributes: ObjectAttributes, wanted: ObjectType, insert: Option<Id<Object>>, purpose: Purpose }
            = "L1", "the name begins at the directory of a handle";
        Find { lookup: Id<Lookup> } = "L2", "under the directory's lock: look up the next component";
        Parse { lookup: Id<Lookup>, link: Id<Object> }
            = "L3", "a symbolic link: its target takes its place, from the root again";
        Followed { lookup: Id<Lookup>, failed: bool } = "L3", "was that one link too many?";
        LetDirectoryGo { directory: Id<Object>, returned: Returned } = "L4", "let the directory go";
        Return { returned: Returned } = "L4", "the lookup is over";
    }
}

impl Routine for ObpLookupObjectName {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::LetDirectoryGo { .. })
    }

    fn fault(self, k: &Kernel, _thread: Id<Thread>) -> Option<Fault> {
        let Self::Find { lookup } = self else { return None };
        k.inserts_name(lookup).then_some(Fault::Allocation(Allocation::DirectoryEntry))
    }

    fn take_fault(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::Find { lookup } = self else { unreachable!("only a step that inserts a name allocates") };
        k.fail_lookup(lookup, NtStatus::INSUFFICIENT_RESOURCES)
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Start { attributes, wanted, insert, purpose } => {
                k.start_lookup(thread, attributes, wanted, insert, purpose)
            }
            Self::Root { attributes, wanted, insert, purpose } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let root = returned.value.object();
                k.begin_at_handle(root, attributes, wanted, insert, purpose)
            }
            Self::Find { lookup } => k.find_component(thread, lookup),
            Self::Parse { lookup, link } => {
                let failed = !k.follow_link(lookup, link);
                let drop = ObDereferenceObject::Drop { object: link, purpose: Purpose::Lookup };
                Next::call(Self::Followed { lookup, failed }, drop)
            }
            Self::Followed { lookup, failed } => {
                k.forget_returned(thread);
                if failed {
                    return k.fail_lookup(lookup, NtStatus::OBJECT_NAME_NOT_FOUND);
                }
                Next::goto(Self::Find { lookup })
            }
            Self::LetDirectoryGo { directory, returned } => {
                let drop = ObDereferenceObject::Drop { object: directory, purpose: Purpose::Lookup };
                Next::call(Self::Return { returned }, drop)
            }
            Self::Return { returned } => {
                k.forget_returned(thread);
                Next::Return(returned)
            }
        }
    }
}

impl Kernel {
    fn start_lookup(
        &mut self,
        thread: Id<Thread>,
        attributes: ObjectAttributes,
        wanted: ObjectType,
        insert: Option<Id<Object>>,
        purpose: Purpose,
    ) -> Next {
        if attributes.root != Handle::NULL {
            if attributes.name.is_none() {
                return Next::fail(NtStatus::OBJECT_NAME_INVALID);
            }
            let by_handle = ObReferenceObjectByHandle::LockEntry {
                process: self[thread].process,
                handle: attributes.root,
                wanted: None,
                access: Access(0),
                purpose: Purpose::Lookup,
            };
            return Next::call(ObpLookupObjectName::Root { attributes, wanted, insert, purpose }, by_handle);
        }
        let Some(name) = attributes.name else { return Next::fail(NtStatus::OBJECT_PATH_SYNTAX_BAD) };
        if !self.name(name.0).starts_with(SEPARATOR) {
            return Next::fail(NtStatus::OBJECT_PATH_SYNTAX_BAD);
        }
        let root = self.root_directory();
        self.reference(root, Purpose::Lookup);
        self.begin_lookup(root, attributes, wanted, insert, purpose)
    }

    fn begin_lookup(
        &mut self,
        directory: Id<Object>,
        attributes: ObjectAttributes,
        wanted: ObjectType,
        insert: Option<Id<Object>>,
        purpose: Purpose,
    ) -> Next {
        let any_case = attributes.has(OBJ_CASE_INSENSITIVE) || wanted.rules().case_insensitive;
        let remaining = Vec::new();
        let new = Lookup { wanted, purpose, insert, any_case, reparses: 0, directory, remaining };
        let lookup = self.create(new, "");
        for name in attributes.name.map(|name| self.components_of(name)).unwrap_or_default() {
            self.push(lookup, Lookup::REMAINING, name, "");
        }
        Next::goto(ObpLookupObjectName::Find { lookup })
    }

    /// Which objects a RootDirectory handle can name.
    fn begin_at_handle(
        &mut self,
        root: Id<Object>,
        attributes: ObjectAttributes,
        wanted: ObjectType,
        insert: Option<Id<Object>>,
        purpose: Purpose,
    ) -> Next {
        let name = attributes.name.map(|name| self.name(name.0)).unwrap_or_default();
        let (found, empty) = (self.object_type(root), name.is_empty());
        let status = match found {
            _ if name.starts_with(SEPARATOR) && found != ObjectType::File => NtStatus::OBJECT_PATH_SYNTAX_BAD,
            ObjectType::Directory if !empty => {
                return self.begin_lookup(root, attributes, wanted, insert, purpose);
            }
            ObjectType::Directory | ObjectType::SymbolicLink if empty && found == wanted => {
                self.reference(root, purpose);
                let returned = Returned::object(root);
                return Next::goto(ObpLookupObjectName::LetDirectoryGo { directory: root, returned });
            }
            ObjectType::File if wanted == ObjectType::File => NtStatus::NOT_SUPPORTED,
            ObjectType::Directory | ObjectType::SymbolicLink | ObjectType::File => {
                NtStatus::OBJECT_TYPE_MISMATCH
            }
            _ if self.profile().root_mismatch_tells_type => NtStatus::OBJECT_TYPE_MISMATCH,
            _ => NtStatus::INVALID_HANDLE,
        };
        let returned = Returned::status(status);
        Next::goto(ObpLookupObjectName::LetDirectoryGo { directory: root, returned })
    }

    /// Whether the lookup has come to the place for the new object's name, and nobody has it.
    fn inserts_name(&self, lookup: Id<Lookup>) -> bool {
        let Lookup { insert, any_case, directory, .. } = self[lookup];
        let (Some(_), [_], Some(name)) =
            (insert, &*self[lookup].remaining, Lookup::REMAINING.first(&self[lookup]))
        else {
            return false;
        };
        let text = self.name(name.0);
        let is_odd = text.is_empty() || directory == self.root_directory() && text == "??";
        !is_odd
            && self.directory_of(directory).is_some_and(|body| self.entry_of(body, name, any_case).is_none())
    }

    /// One component: down into a directory, through a link, to the object, or to the place for the new one.
    fn find_component(&mut self, thread: Id<Thread>, lookup: Id<Lookup>) -> Next {
        let Lookup { wanted, insert, any_case, directory, .. } = self[lookup];
        let Some(name) = Lookup::REMAINING.first(&self[lookup]) else {
            // The path is the root directory's.
            return self.found(lookup, directory);
        };
        let last = self[lookup].remaining.len() == 1;
        let at_root = directory == self.root_directory();
        let Some(body) = self.directory_of(directory) else {
            unreachable!("components are looked up in directories")
        };
        let text = self.name(name.0);
        let found = match (text.is_empty(), at_root && text == "??") {
            (true, _) => return self.fail_lookup(lookup, NtStatus::OBJECT_NAME_INVALID),
            (_, true) => Some(self.dos_devices()),
            _ => self.entry_of(body, name, any_case),
        };
        let Some(found) = found else {
            return match (last, insert) {
                (false, _) => self.fail_lookup(lookup, NtStatus::OBJECT_PATH_NOT_FOUND),
                (true, None) => self.fail_lookup(lookup, NtStatus::OBJECT_NAME_NOT_FOUND),
                (true, Some(object)) => {
                    self.insert_name(body, name, object);
                    self.end_lookup(lookup, object)
                }
            };
        };
        match (self.object_type(found), last) {
            (ObjectType::SymbolicLink, true) if wanted == ObjectType::SymbolicLink => {
                self.found(lookup, found)
            }
            (ObjectType::SymbolicLink, _) => {
                self.reference(found, Purpose::Lookup);
                self.go_to_directory(lookup, self.root_directory());
                Next::goto(ObpLookupObjectName::Parse { lookup, link: found })
            }
            (_, true) => self.found(lookup, found),
            (ObjectType::Directory, false) => {
                self.remove(lookup, Lookup::REMAINING, name, "");
                self.go_to_directory(lookup, found);
                Next::goto(ObpLookupObjectName::Find { lookup })
            }
            (ObjectType::Device, false) if insert.is_some() => {
                self.fail_lookup(lookup, NtStatus::OBJECT_PATH_NOT_FOUND)
            }
            (ObjectType::Device, false) if wanted == ObjectType::File => {
                self.remove(lookup, Lookup::REMAINING, name, "");
                self.found_below_device(thread, lookup, found)
            }
            (_, false) => self.fail_lookup(lookup, NtStatus::OBJECT_TYPE_MISMATCH),
        }
    }

    /// The lookup goes on in another directory. What it has just found holds the one it leaves, so that is not let go
    /// for the last time.
    fn go_to_directory(&mut self, lookup: Id<Lookup>, to: Id<Object>) {
        let from = self[lookup].directory;
        self.reference(to, Purpose::Lookup);
        self.dereference(from, Purpose::Lookup);
        self.set(lookup, Lookup::DIRECTORY, to, "");
    }

    /// The last component names an object. A device's parse procedure is the way to a file object.
    fn found(&mut self, lookup: Id<Lookup>, object: Id<Object>) -> Next {
        let Lookup { wanted, insert, purpose, .. } = self[lookup];
        let right = match self.object_type(object) {
            ObjectType::Device => wanted == ObjectType::File,
            found => found == wanted,
        };
        if insert.is_none() && !right {
            return self.fail_lookup(lookup, NtStatus::OBJECT_TYPE_MISMATCH);
        }
        self.reference(object, purpose);
        self.end_lookup(lookup, object)
    }

    /// The path goes on below a device: what is left is for the device's parse procedure, if its driver has names.
    fn found_below_device(&mut self, thread: Id<Thread>, lookup: Id<Lookup>, object: Id<Object>) -> Next {
        let Body::Device(device) = self[object].body else { unreachable!("the type was checked") };
        let manner = self[device].driver.manner();
        let remaining: Vec<Name> = Lookup::REMAINING.of(&self[lookup]).collect();
        let right = manner.has_names && (remaining.len() == 1 || manner.has_directories);
        let Some(name) = self.path_below(&remaining).filter(|_| right) else {
            return self.fail_lookup(lookup, NtStatus::NOT_SUPPORTED);
        };
        self.set(thread, Thread::REMAINING_NAME, Some(name), "");
        self.found(lookup, object)
    }

    fn end_lookup(&mut self, lookup: Id<Lookup>, object: Id<Object>) -> Next {
        // The object that was found holds its directory, so this is not the last reference.
        self.dereference(self[lookup].directory, Purpose::Lookup);
        self.destroy(lookup, "");
        Next::Return(Returned::object(object))
    }

    fn fail_lookup(&mut self, lookup: Id<Lookup>, status: NtStatus) -> Next {
        let (directory, returned) = (self[lookup].directory, Returned::status(status));
        self.destroy(lookup, "");
        Next::goto(ObpLookupObjectName::LetDirectoryGo { directory, returned })
    }

    /// ObpParseSymbolicLink: the link's target in the place of the link; from the root again. False if the target does
    /// not begin at the root or too many links were followed.
    fn follow_link(&mut self, lookup: Id<Lookup>, link: Id<Object>) -> bool {
        let reparses = self[lookup].reparses + 1;
        self.set(lookup, Lookup::REPARSES, reparses, "");
        let Body::SymbolicLink(body) = self[link].body else { unreachable!("only links are followed") };
        let target = self[body].link_target;
        if reparses == MOST_REPARSES || !self.name(target.0).starts_with(SEPARATOR) {
            return false;
        }
        if let Some(own) = Lookup::REMAINING.first(&self[lookup]) {
            self.remove(lookup, Lookup::REMAINING, own, "");
        }
        for (at, name) in self.components_of(target).into_iter().enumerate() {
            self.insert(lookup, Lookup::REMAINING, at, name, "");
        }
        true
    }
}
