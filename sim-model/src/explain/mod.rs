//! One page on each thing that has a name: a call, a routine of the kernel, a step's label, a status, a field, ….
//!
//! A page is put together from what the model itself says: the descriptions and steps of its routines, the
//! descriptions of its records, its tables. No rule is written down a second time.
//!
//! ```
//! use sim_model::explain::pages;
//! let page = &pages("CloseHandle")[0];
//! assert_eq!((page.kind, &*page.name), ("call", "CloseHandle"));
//! assert!(page.sections.iter().any(|section| section.title == "Steps of NtClose"));
//! assert!(pages("ClozeHandle").is_empty());
//! ```

mod calls;
mod codes;
mod constants;
mod counts;
mod drivers;
mod fields;
mod majors;
mod onward;
mod page;
mod primitives;
mod prose;
mod render;
mod rule_pages;
mod rule_pairs;
mod rules;
mod statements;
mod structures;
mod topics;

pub use codes::first_with;
pub(crate) use codes::{known, number};
pub use counts::{Question, Range, Reading, render_reading, render_reading_json};
pub use onward::{goes_on_in, onward};
pub use page::{Page, Section};
pub use render::{render_index, render_index_json, render_page, render_page_json};
pub use rule_pairs::{PAIRS, Pair, Story, pair};
pub use topics::{nearest, pages, topics};
