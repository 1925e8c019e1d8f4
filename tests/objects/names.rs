//! The second reading of a lookup by name.

use sim_core::NtStatus;

use crate::call::{At, CASE_INSENSITIVE, Kind};
use crate::rules::{Result, Rules, Stop, fail};

/// The root directory and `\BaseNamedObjects`, among the objects.
pub(crate) const ROOT: usize = 0;
pub(crate) const BASE: usize = 1;

pub(crate) enum Found {
    Object(usize),
    Nothing { directory: usize, name: String },
}

impl Rules {
    pub(crate) fn look_up(&mut self, process: usize, kind: Kind, at: &At) -> Result<Found> {
        let path = at.path.expect("a name");
        let start = match at.root {
            0 if !path.starts_with('\\') => return fail(NtStatus::OBJECT_PATH_SYNTAX_BAD),
            0 => ROOT,
            _ if path.starts_with('\\') => return Err(Stop::Open),
            root => {
                let directory = self.use_handle(process, root, None, 0)?;
                match self.objects[directory].kind {
                    Kind::Directory => {}
                    Kind::File => return Err(Stop::Open),
                    _ if self.version.names_tell_type => return fail(NtStatus::OBJECT_TYPE_MISMATCH),
                    _ => return Err(Stop::Open),
                }
                let entry = self.tables[process].entry(root).expect("it was looked up");
                // Which access a directory must grant for a lookup below it is not read from any test.
                if entry.access != Kind::Directory.rights() {
                    return Err(Stop::Open);
                }
                directory
            }
        };
        if path.ends_with('\\') {
            return fail(NtStatus::OBJECT_NAME_INVALID);
        }
        let insensitive =
            at.flags & CASE_INSENSITIVE != 0 || matches!(kind, Kind::Directory | Kind::Link | Kind::File);
        self.walk(start, &components(path), insensitive, kind, 0)
    }

    fn walk(
        &self,
        start: usize,
        path: &[String],
        insensitive: bool,
        kind: Kind,
        links: usize,
    ) -> Result<Found> {
        if links > 30 {
            return fail(NtStatus::OBJECT_NAME_NOT_FOUND);
        }
        let mut directory = start;
        for (at, component) in path.iter().enumerate() {
            let rest = &path[at + 1..];
            let object = match self.children(directory, component, insensitive)[..] {
                [object] => object,
                [] if rest.is_empty() => {
                    return Ok(Found::Nothing { directory, name: component.clone() });
                }
                [] => return fail(NtStatus::OBJECT_PATH_NOT_FOUND),
                _ => return Err(Stop::Open),
            };
            match (self.objects[object].kind, rest.is_empty()) {
                (Kind::Link, last) if !last || kind != Kind::Link => {
                    let mut target = components(&self.objects[object].target);
                    target.extend_from_slice(rest);
                    return self.walk(ROOT, &target, insensitive, kind, links + 1);
                }
                (_, true) => return Ok(Found::Object(object)),
                (Kind::Directory, false) => directory = object,
                // What it is to go on below something that is no directory depends on the type.
                _ => return Err(Stop::Open),
            }
        }
        Ok(Found::Object(directory))
    }

    fn children(&self, directory: usize, component: &str, insensitive: bool) -> Vec<usize> {
        let alike = |name: &str| match insensitive {
            true => name.eq_ignore_ascii_case(component),
            false => name == component,
        };
        let named = |object: &usize| {
            let name = &self.objects[*object].name;
            name.as_ref().is_some_and(|(parent, name)| *parent == directory && alike(name))
        };
        (0..self.objects.len()).filter(named).collect()
    }

    /// The full name; none without a name, and nothing to say where a directory above has lost its own.
    pub(crate) fn full_name(&self, object: usize) -> Option<Option<String>> {
        let mut path = String::new();
        let Some((mut directory, name)) = self.objects[object].name.clone() else { return Some(None) };
        path.insert_str(0, &format!("\\{name}"));
        while directory != ROOT {
            let (above, name) = self.objects[directory].name.clone()?;
            path.insert_str(0, &format!("\\{name}"));
            directory = above;
        }
        Some(Some(path))
    }
}

fn components(path: &str) -> Vec<String> {
    path.split('\\').filter(|component| !component.is_empty()).map(String::from).collect()
}
