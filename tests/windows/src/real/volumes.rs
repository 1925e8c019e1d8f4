//! The volumes of a script: each is a fresh directory, which goes with the script.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::wire::Given;
use crate::record::RecordError;

/// The ways a path begins that leads to a volume, each with what stands before a path of the machine in its place.
const PREFIXES: [(&str, &str); 2] = [(r"\\.\", ""), (r"\??\", r"\??\")];

/// The directories of a script's volumes, by the volumes' names.
#[derive(Debug)]
pub(crate) struct Volumes {
    root: PathBuf,
    names: Vec<String>,
}

impl Volumes {
    /// Makes the directories.
    pub(crate) fn begin(names: &[String]) -> Result<Volumes, RecordError> {
        /// How many scripts of this process had volumes before.
        static BEFORE: AtomicU32 = AtomicU32::new(0);
        let number = BEFORE.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("kobj-volumes-{}-{number}", std::process::id()));
        for name in names {
            let made = std::fs::create_dir_all(root.join(name));
            made.map_err(|error| RecordError::Failed(format!("a directory for {name}: {error}")))?;
        }
        Ok(Volumes { root, names: names.to_vec() })
    }

    /// Leads the paths of a call's arguments into the directories. Where nothing says what to do if a file is not there,
    /// one of a volume is created.
    pub(crate) fn lead(&self, call: &str, args: &mut Vec<(String, Given)>) {
        let mut led = false;
        for (_, given) in args.iter_mut() {
            if let Given::Text(text) = given
                && let Some(path) = self.path(text)
            {
                (*text, led) = (path, true);
            }
        }
        let (parameter, disposition) = match call {
            "CreateFile" => ("dwCreationDisposition", "OPEN_ALWAYS"),
            "NtCreateFile" => ("CreateDisposition", "FILE_OPEN_IF"),
            _ => return,
        };
        if led && args.iter().all(|(name, _)| name != parameter) {
            args.push((parameter.into(), Given::Flags(vec![disposition.into()])));
        }
    }

    fn path(&self, text: &str) -> Option<String> {
        let (rest, before) =
            PREFIXES.iter().find_map(|(prefix, before)| Some((text.strip_prefix(prefix)?, before)))?;
        let (name, below) = rest.split_once('\\').unwrap_or((rest, ""));
        let volume = self.names.iter().find(|volume| volume.eq_ignore_ascii_case(name))?;
        let path = self.root.join(volume).join(below);
        Some(format!("{before}{}", path.display()))
    }
}

impl Drop for Volumes {
    fn drop(&mut self) {
        // What a process that was ended still holds stays behind in the temporary directory.
        drop(std::fs::remove_dir_all(&self.root));
    }
}
