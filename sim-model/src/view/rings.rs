//! What happens to an I/O ring, as a person wants to know it.

use sim_core::delta::Change;
use sim_core::io::port::Packet;
use sim_core::record::Kind;

use crate::scenario::run::Taken;
use crate::scenario::world::World;
use crate::view::changes::list_name;
use crate::view::subject::subject;

/// What a change of a ring's lists is called, and to what it is: completions, and what is registered.
pub(super) fn event(world: &World<'_>, step: &Taken, change: &Change) -> Option<(&'static str, String)> {
    let (added, list, item) = match change {
        Change::Insert { list, item, .. } => (true, *list, *item),
        Change::Remove { list, item, .. } => (false, *list, *item),
        _ => return None,
    };
    match list_name(Kind::IoRing, list) {
        "completion queue" if added => Some(("completion", completion(world, step, item))),
        name @ "registered files" => {
            let sign = if added { '+' } else { '−' };
            let file = subject(world, step, Kind::File, item.checked_sub(1)?);
            Some((name, format!("{sign} {file}")))
        }
        _ => None,
    }
}

/// An entry of a completion queue: which operation, and how it ended.
fn completion(world: &World<'_>, step: &Taken, item: u32) -> String {
    let entry = step.packets.iter().find(|(id, _)| id.index() as u32 + 1 == item).map(|pair| &pair.1);
    let in_words = |entry: &Packet| {
        let operation = entry.context.map_or_else(String::new, |user_data| world.names().iosb(user_data));
        format!("({operation}, {})", entry.status)
    };
    entry.map(in_words).unwrap_or_default()
}
