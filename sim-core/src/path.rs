//! Names and paths, as numbers.

use alloc::vec::Vec;

use crate::kernel::Kernel;
use crate::word::Name;

/// OBJ_NAME_PATH_SEPARATOR.
pub(crate) const SEPARATOR: char = '\\';

/// What stands between the separators of a path; the first separator begins it, and alone is the whole of it.
fn components(path: &str) -> impl Iterator<Item = &str> {
    let rest = path.strip_prefix(SEPARATOR).unwrap_or(path);
    rest.split(SEPARATOR).filter(move |_| !(rest.is_empty() && path.starts_with(SEPARATOR)))
}

impl Kernel {
    /// The number of a name; two names that differ only in letter case are two. Names are part of the setting, not of
    /// the state: a scenario's names are all known before its first step. A path makes its components known too, and
    /// what may be left of it below a device, which is its third component or comes later.
    pub fn intern(&mut self, name: &str) -> u32 {
        if let Some(at) = self.names.iter().position(|known| known == name) {
            return at as u32;
        }
        if name.contains(SEPARATOR) {
            let all: Vec<&str> = components(name).collect();
            all.iter().for_each(|component| _ = self.intern(component));
            for rest in (2..all.len()).map(|from| &all[from..]).filter(|rest| rest.len() > 1) {
                self.intern(&rest.join(r"\"));
            }
        }
        self.names.push(name.into());
        self.names.len() as u32 - 1
    }

    /// The name of that number.
    pub fn name(&self, number: impl Into<u32>) -> &str {
        &self.names[number.into() as usize]
    }

    /// The path as a name that services take.
    pub fn path(&mut self, path: &str) -> Name {
        Name(self.intern(path))
    }

    /// The path of these components below a device, if somebody named it.
    pub(crate) fn path_below(&self, components: &[Name]) -> Option<Name> {
        let path = components.iter().map(|name| self.name(name.0)).collect::<Vec<_>>().join(r"\");
        self.names.iter().position(|known| *known == path).map(|at| Name(at as u32))
    }

    /// The components of a path, in order.
    pub(crate) fn components_of(&self, path: Name) -> Vec<Name> {
        let number = |component: &str| {
            let at = self.names.iter().position(|known| known == component);
            Name(at.expect("a path's components are known with it") as u32)
        };
        components(self.name(path.0)).map(number).collect()
    }
}
