//! The names a writer probably meant.

use strsim::osa_distance;

use super::diagnostic::MAX_QUOTED;

/// How many near names are told at most.
const MOST_NEAR: usize = 5;
/// How many letters a name must have for those that it is a part of to be near.
const LEAST_PART: usize = 4;

/// How near a name is, the nearest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// So many letters differ: at most a third.
    Letters(usize),
    /// It begins with what was written.
    Begins,
    /// What was written is somewhere in it.
    Holds,
}

/// The candidates near to `name`, the nearest first, each once; of equally near ones the first comes first.
///
/// Case counts for nothing. A name too long to be shown has none, which keeps the work bounded: the distance costs the
/// product of the lengths.
pub(crate) fn near<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    if name.len() > MAX_QUOTED {
        return Vec::new();
    }
    let wanted = name.to_ascii_lowercase();
    let mut near: Vec<(Nearness, &'a str)> = Vec::new();
    for candidate in candidates {
        if let Some(nearness) = nearness(&wanted, &candidate.to_ascii_lowercase())
            && candidate != name
            && near.iter().all(|(_, other)| *other != candidate)
        {
            near.push((nearness, candidate));
        }
    }
    near.sort_by_key(|(nearness, _)| *nearness);
    near.into_iter().map(|(_, candidate)| candidate).take(MOST_NEAR).collect()
}

/// The candidate nearest to `name`, if one is near.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    near(name, candidates).first().copied()
}

fn nearness(wanted: &str, candidate: &str) -> Option<Nearness> {
    let limit = (wanted.len() / 3).max(1);
    if candidate.len().abs_diff(wanted.len()) <= limit {
        let distance = osa_distance(wanted, candidate);
        // One letter names are all one letter apart.
        if distance <= limit && distance < wanted.len() {
            return Some(Nearness::Letters(distance));
        }
    }
    if wanted.len() < LEAST_PART {
        return None;
    }
    match candidate.find(wanted)? {
        0 => Some(Nearness::Begins),
        _ => Some(Nearness::Holds),
    }
}

#[cfg(test)]
mod tests {
    use super::{near, nearest};

    #[test]
    fn finds_what_was_meant() {
        let calls = ["CloseHandle", "CreateFile", "ReadFile"];
        assert_eq!(nearest("closehandle", calls), Some("CloseHandle"));
        assert_eq!(nearest("CreatFile", calls), Some("CreateFile"));
        assert_eq!(nearest("GetQueuedCompletionStatus", calls), None);
        assert_eq!(nearest("x", ["y"]), None, "every other letter would be near");
        assert_eq!(nearest(&"C".repeat(1000), calls), None);
    }

    #[test]
    fn finds_what_a_name_is_a_part_of_after_what_is_nearer() {
        let names = ["the_handle_table", "HandleCount", "handel", "HandleCount"];
        assert_eq!(near("Handle", names), ["handel", "HandleCount", "the_handle_table"]);
        assert!(near("and", names).is_empty(), "three letters are a part of too much");
        assert_eq!(near("name", ["name_0", "name1", "name2", "name3", "name4", "name5", "name"]).len(), 5);
    }
}
