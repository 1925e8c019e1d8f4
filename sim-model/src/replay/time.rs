//! When an event was logged: milliseconds since 1970, as the log writes them.

const DAY: i64 = 86_400_000;

/// A time of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Logged {
    /// Milliseconds since 1970-01-01. A time without zone is taken as it stands.
    pub(super) millisecond: i64,
    /// The log has no fraction of a second.
    pub(super) coarse: bool,
}

/// Reads `2020-10-21 12:19:04.427`, `2020-10-21T12:19:04.4271234Z`, `…+02:00`, `/Date(1603282744427)/` and counts
/// of seconds or milliseconds.
pub(super) fn parse(text: &str) -> Option<Logged> {
    let digits = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")).unwrap_or(text);
    if let Ok(number) = digits.parse::<i64>() {
        // Seconds have eleven digits until the year 5138; milliseconds have had twelve since 1973.
        let coarse = number.unsigned_abs() < 100_000_000_000;
        return Some(Logged { millisecond: if coarse { number * 1000 } else { number }, coarse });
    }
    let (date, clock) = (text.get(..10)?, text.get(11..)?);
    let date: Vec<i64> = date.split('-').map(number).collect::<Option<_>>()?;
    let [year, month @ 1..=12, day @ 1..=31] = date[..] else { return None };
    let (clock, zone) = split_zone(clock)?;
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let parts: Vec<i64> = whole.split(':').map(number).collect::<Option<_>>()?;
    let [hour @ 0..24, minute @ 0..60, second @ 0..=60] = parts[..] else { return None };
    let mut millisecond = 0;
    for at in 0..3 {
        let digit = fraction.as_bytes().get(at).map_or(Some(0), |byte| (*byte as char).to_digit(10))?;
        millisecond = millisecond * 10 + i64::from(digit);
    }
    let clock = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond - zone * 60_000;
    Some(Logged { millisecond: days(year, month, day) * DAY + clock, coarse: fraction.is_empty() })
}

fn number(text: &str) -> Option<i64> {
    Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}

/// The clock without its zone, and the zone in minutes.
fn split_zone(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = clock.rfind(['+', '-']) else { return Some((clock, 0)) };
    let zone = clock[at + 1..].replace(':', "");
    let minutes = match zone.len() {
        2 => number(&zone)? * 60,
        4 => number(zone.get(..2)?)? * 60 + number(zone.get(2..)?)?,
        _ => return None,
    };
    Some((&clock[..at], if clock[at..].starts_with('-') { -minutes } else { minutes }))
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // The year is taken to begin in March, so that the leap day is its last.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    year * 365 + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (month * 153 + 2) / 5
        + day
        - 1
        - 719_468
}

/// Writes a time as `2020-10-21 12:19:04.427`.
pub(super) fn show(millisecond: i64) -> String {
    let (day, clock) = (millisecond.div_euclid(DAY) + 719_468, millisecond.rem_euclid(DAY));
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = year + era * 400 + next;
    let (second, millisecond) = (clock / 1000, clock % 1000);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{millisecond:03}")
}

#[cfg(test)]
mod tests {
    use super::{parse, show};

    #[test]
    fn times_come_back_as_they_were() {
        for text in ["2020-10-21 12:19:04.427", "1970-01-01 00:00:00.000", "2000-02-29 23:59:59.999"] {
            assert_eq!(show(parse(text).expect("a time").millisecond), text);
        }
    }

    #[test]
    fn every_spelling_of_one_moment_is_that_moment() {
        for text in [
            "2020-10-21T12:19:04.427Z",
            "2020-10-21T12:19:04.4271234Z",
            "2020-10-21T14:19:04.427+02:00",
            "2020-10-21T07:19:04.427-0500",
            "/Date(1603282744427)/",
            "1603282744427",
        ] {
            assert_eq!(parse(text).map(|logged| logged.millisecond), Some(1_603_282_744_427), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in
            ["", "today", "2020-13-01 00:00:00", "2020-10-21T25:00:00Z", "10/21/2020 12:19:04 PM", "ä"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
