//! What is left of an object at an end, in a few words.

use sim_core::io::file::File;
use sim_core::ob::header::{Body, Object};
use sim_core::{Id, Kernel};

use crate::scenario::facts::NOTHING;
use crate::scenario::program::LabelId;
use crate::scenario::world::{Binding, World};

/// What is said of an object that was deleted. A file has seen IRP_MJ_CLOSE then.
const GONE: &str = "gone";

impl World<'_> {
    /// HandleCount and PointerCount of the object that a label was bound to, and its state; told under the first label of
    /// the object.
    pub(super) fn object_fact(&self, label: LabelId) -> String {
        let Binding::Handle { object: Some(object), .. } = self.binding(label) else { return NOTHING.into() };
        let is_told = |earlier: LabelId| matches!(self.binding(earlier), Binding::Handle { object: Some(told), .. } if told == object);
        if (0..label).any(is_told) {
            return NOTHING.into();
        }
        let header = &self.kernel()[object];
        if header.deleted {
            return GONE.into();
        }
        let mut text = format!("{}/{}", header.handle_count, header.pointer_count);
        for word in self.state_words(object, header) {
            text.push_str(", ");
            text.push_str(&word);
        }
        text
    }

    fn state_words(&self, object: Id<Object>, header: &Object) -> Vec<String> {
        let k = self.kernel();
        let mut words: Vec<String> = match header.body {
            Body::File(file) => file_words(k, file),
            Body::Semaphore(semaphore) => vec![format!("count {}", k[semaphore].current_count)],
            Body::Mutant(mutant) => {
                let owner = k[mutant].owner;
                let owner = owner.map(|thread| format!("owner {}", self.names().thread(thread)));
                let abandoned = k[mutant].abandoned.then(|| "abandoned".into());
                owner.into_iter().chain(abandoned).collect()
            }
            Body::Port(port) => vec![packets(k.packets(port))],
            Body::IoRing(ring) => vec![format!("{} completions", k.completions(ring))],
            Body::Job(job) => vec![format!("{} active", k.active_processes(job))],
            _ => Vec::new(),
        };
        if matches!(header.body, Body::Event(_) | Body::File(_) | Body::Timer(_)) && k.is_signaled(object) {
            words.push("signaled".into());
        }
        words.extend(header.name.map(|_| "named".into()));
        words.extend(header.permanent.then(|| "permanent".into()));
        words
    }
}

fn file_words(k: &Kernel, file: Id<File>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    words.extend(k[file].cleanup_sent.then(|| "cleanup sent".into()));
    if let Some((ccb, end)) = k.pipe_end(file) {
        words.push(k[ccb].state.name().into());
        let readable = k.read_data_available(ccb, end);
        words.extend((readable > 0).then(|| format!("{readable} bytes to read")));
    }
    words.extend(k.shared_cache_map(file).map(|map| if k[map].dirty { "dirty" } else { "cached" }.into()));
    words
}

fn packets(number: usize) -> String {
    format!("{number} packet{}", if number == 1 { "" } else { "s" })
}
