//! Where everybody was in the states of a search: what multiplied their number.

use foldhash::fast::FixedState;
use hashbrown::hash_table::{Entry, HashTable};
use sim_core::frame::Frame;
use sim_core::ps::thread::Thread;
use std::hash::BuildHasher;

use crate::explore::Space;
use crate::scenario::space::ProgramSpace;
use crate::scenario::world::World;

/// How the places of all who act multiply to the states of a search.
///
/// A place is the line that somebody is at, and the atomic step that comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multipliers {
    /// The states.
    pub states: u64,
    /// How many different combinations of everybody's places there are among them.
    pub combinations: u64,
    /// Everybody who was in more than one place; who multiplies most comes first.
    pub who: Vec<Multiplier>,
}

/// One who acts: a thread of the program, an environment, a device or the system's worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multiplier {
    /// The name.
    pub who: String,
    /// In how many places it was seen.
    pub places: u64,
    /// How many different combinations of the places of all others there are.
    pub others: u64,
}

impl Multipliers {
    /// Looks at every state that the search stored.
    pub fn of(space: &Space<'_, ProgramSpace<'_>>) -> Multipliers {
        let names = names(&space.state(0).world);
        let mut places: Vec<Vec<Place>> = vec![Vec::new(); names.len()];
        let mut rows = Rows::new(names.len());
        let mut row = Vec::new();
        space.for_each_state(|_, state| {
            row.clear();
            for (known, place) in places.iter_mut().zip(places_of(&state.world)) {
                let number = known.iter().position(|known| *known == place).unwrap_or(known.len());
                if number == known.len() {
                    known.push(place);
                }
                row.push(number as u32);
            }
            rows.insert(&row);
        });
        let combinations = rows.count();
        let numbered = names.into_iter().zip(places).enumerate();
        let mut who: Vec<Multiplier> = numbered
            .filter(|(_, (_, places))| places.len() > 1)
            .map(|(column, (who, places))| Multiplier {
                who,
                places: places.len() as u64,
                others: rows.without(column).count(),
            })
            .collect();
        // All have the same numerator, so the fewest combinations of the others are the greatest factor.
        who.sort_by_key(|multiplier| multiplier.others);
        Multipliers { states: space.len() as u64, combinations, who }
    }

    /// By how much one multiplies the combinations of all others, in tenths.
    pub const fn tenths(&self, multiplier: &Multiplier) -> u64 {
        rounded(self.combinations * 10, multiplier.others)
    }

    /// In how many states a combination of places is seen, in tenths.
    pub const fn tenths_of_states(&self) -> u64 {
        rounded(self.states * 10, self.combinations)
    }
}

const fn rounded(number: u64, by: u64) -> u64 {
    (number + by / 2) / by
}

/// The line that somebody is at, the step that comes next, and whether it is over with it.
type Place = (usize, Option<(&'static str, &'static str)>, bool);

fn names(world: &World<'_>) -> Vec<String> {
    let actors = &world.program().actors;
    let environments = actors.iter().filter(|actor| actor.process.is_none()).map(|actor| actor.name.clone());
    let threads = world.kernel().all::<Thread>().map(|(thread, _)| {
        let program = (0..actors.len()).any(|actor| world.thread(actor) == Some(thread));
        let name = world.names().thread(thread);
        if program || name == "worker" { name.to_owned() } else { format!("device {name}") }
    });
    environments.chain(threads).collect()
}

/// In the order of [`names`].
fn places_of<'w>(world: &'w World<'_>) -> impl Iterator<Item = Place> + 'w {
    let k = world.kernel();
    let actors = 0..world.program().actors.len();
    let environments = actors.clone().filter(|actor| world.thread(*actor).is_none());
    let line = |actor: usize| world.actor(actor).next;
    let threads = k.all::<Thread>().map(move |(thread, record)| {
        let actor = actors.clone().find(|actor| world.thread(*actor) == Some(thread));
        let step = k.stack(thread).last().map(Frame::step_name).map(|name| (name.routine, name.label));
        (actor.map_or(0, line), step, record.ended)
    });
    environments.map(move |actor| (line(actor), None, false)).chain(threads)
}

/// Different rows of numbers, all of one width.
struct Rows {
    width: usize,
    cells: Vec<u32>,
    /// The number of each row, found by the row.
    numbers: HashTable<u32>,
}

impl Rows {
    fn new(width: usize) -> Rows {
        Rows { width, cells: Vec::new(), numbers: HashTable::new() }
    }

    fn count(&self) -> u64 {
        self.numbers.len() as u64
    }

    fn insert(&mut self, row: &[u32]) {
        let (width, cells) = (self.width, &self.cells);
        let at = |number: u32| &cells[number as usize * width..][..width];
        let hash = |row: &[u32]| FixedState::with_seed(0).hash_one(row);
        let entry = self.numbers.entry(hash(row), |number| at(*number) == row, |number| hash(at(*number)));
        if let Entry::Vacant(entry) = entry {
            entry.insert((cells.len() / width) as u32);
            self.cells.extend_from_slice(row);
        }
    }

    /// The rows that differ without this column.
    fn without(&self, column: usize) -> Rows {
        let mut rows = Rows::new(self.width);
        let mut shorter = Vec::new();
        for row in self.cells.chunks_exact(self.width) {
            shorter.clear();
            shorter.extend_from_slice(row);
            shorter[column] = 0;
            rows.insert(&shorter);
        }
        rows
    }
}
