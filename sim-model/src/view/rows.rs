//! What a line changed, in rows. A process that ends closes all its handles: the first close is told with its reasons,
//! each further one like it in a row of its own.

use crate::view::changes::ShownChange;

/// A row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// What the change happened to.
    pub(super) subject: String,
    /// The change in a few words.
    pub(super) what: String,
    /// Who did it, if it was not the caller, and why.
    pub(super) why: String,
}

/// A row for each change, and one for all of a close like one that was told before.
pub(super) fn rows(changes: &[ShownChange]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut told: Vec<&Option<String>> = Vec::new();
    let mut rest = changes;
    while !rest.is_empty() {
        let close = close(rest);
        let known = close.is_some_and(|close| told.contains(&&close[0].by));
        told.extend(close.map(|close| &close[0].by));
        let length = close.map_or(1, <[ShownChange]>::len);
        match close.filter(|_| known) {
            Some(close) => rows.push(in_one(close)),
            None => rows.extend(rest[..length].iter().map(|change| row(change, change.why))),
        }
        rest = &rest[length..];
    }
    rows
}

/// The changes of a close at the beginning of these that takes from an object's counts, and frees it at most.
fn close(changes: &[ShownChange]) -> Option<&[ShownChange]> {
    const FIELDS: [&str; 4] = ["handle freed", "HandleCount", "PointerCount", "freed"];
    let object = &changes.get(1)?.subject;
    let is_part = |(at, change): (usize, &ShownChange)| {
        change.field == FIELDS[at] && change.by == changes[0].by && (at == 0 || change.subject == *object)
    };
    let length = changes.iter().take(FIELDS.len()).enumerate().take_while(|part| is_part(*part)).count();
    (length >= 3).then(|| &changes[..length])
}

fn in_one(close: &[ShownChange]) -> Row {
    let counts: Vec<String> = close[1..].iter().map(words).collect();
    row(&close[0], &format!("{}: {}", close[1].subject, counts.join(", ")))
}

fn words(change: &ShownChange) -> String {
    change.what().split_whitespace().collect::<Vec<&str>>().join(" ")
}

fn row(change: &ShownChange, why: &str) -> Row {
    let why = match &change.by {
        Some(by) => format!("[{by}] {why}"),
        None => why.to_owned(),
    };
    Row { subject: change.subject.clone(), what: change.what(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(subject: &str, field: &'static str, by: Option<&str>) -> ShownChange {
        let by = by.map(Into::into);
        ShownChange { subject: subject.into(), field, from: "1".into(), to: "0".into(), why: "so", by }
    }

    fn closed(by: Option<&str>) -> [ShownChange; 3] {
        [("app 0x4", "handle freed"), ("e", "HandleCount"), ("e", "PointerCount")]
            .map(|(subject, field)| change(subject, field, by))
    }

    #[test]
    fn a_close_like_one_that_was_told_takes_one_row() {
        let own = closed(None);
        let freed = [&own[..], &[change("e", "freed", None)]].concat();
        let all = [&own[..], &freed, &closed(Some("thread x"))].concat();
        let rows = rows(&all);
        let told: Vec<(&str, &str)> = rows.iter().map(|row| (&*row.subject, &*row.why)).collect();
        let folded = ("app 0x4", "e: HandleCount 1 → 0, PointerCount 1 → 0, freed 1 → 0");
        let by = [("app 0x4", "[thread x] so"), ("e", "[thread x] so"), ("e", "[thread x] so")];
        assert_eq!(told, [&[("app 0x4", "so"), ("e", "so"), ("e", "so"), folded][..], &by].concat());
    }

    #[test]
    fn a_close_that_does_more_is_told_in_full() {
        let mut with_cleanup = closed(None).to_vec();
        with_cleanup.insert(2, change("e", "IRP_MJ_CLEANUP sent", None));
        let all = [&closed(None)[..], &with_cleanup].concat();
        assert_eq!(rows(&all).len(), 7);
    }
}
