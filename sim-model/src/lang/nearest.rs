//! The name a writer probably meant.

use strsim::osa_distance;

use super::diagnostic::MAX_QUOTED;

/// The candidate nearest to `name`, if one is close: at most a third of the letters differ, and
/// case counts for nothing. The first of equally near ones. A name too long to be shown has none,
/// which keeps the work bounded: the distance costs the product of the lengths.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_QUOTED {
        return None;
    }
    let limit = (name.len() / 3).max(1);
    let wanted = name.to_ascii_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name || candidate.len().abs_diff(name.len()) > limit {
            continue;
        }
        let distance = osa_distance(&wanted, &candidate.to_ascii_lowercase());
        // One letter names are all one letter apart.
        let close = distance <= limit && distance < wanted.len();
        if close && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let calls = ["CloseHandle", "CreateFile", "ReadFile"];
        assert_eq!(nearest("closehandle", calls), Some("CloseHandle"));
        assert_eq!(nearest("CreatFile", calls), Some("CreateFile"));
        assert_eq!(nearest("GetQueuedCompletionStatus", calls), None);
        assert_eq!(nearest("x", ["y"]), None, "every other letter would be near");
        assert_eq!(nearest(&"C".repeat(1000), calls), None);
    }
}
