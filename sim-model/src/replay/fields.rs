//! The fields of one event, whichever way a shipper lays them out.
//!
//! Known layouts: flat (nxlog, and exports with `TimeCreated`), nested (`event_data`, `winlog.event_data`), nested
//! in dotted names (`"winlog.event_data.HandleId"`), the event's XML turned to JSON (`Event.EventData`,
//! `EventData.Data[]` with `@Name` and `#text`), and any of these inside a search engine's `_source`.
//! Names are compared by their letters and digits only: `HandleId`, `HandleID` and `handle_id` are one name.

use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What is read of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    EventId,
    Time,
    Record,
    Host,
    Channel,
    Provider,
    ProcessId,
    ProcessName,
    HandleId,
    ObjectServer,
    ObjectType,
    ObjectName,
    AccessMask,
    AccessList,
    SourceProcessId,
    SourceHandleId,
    TargetProcessId,
    TargetHandleId,
    NewProcessId,
    NewProcessName,
}

const FIELDS: usize = Field::NewProcessName as usize + 1;
/// The longest value that is kept; a path in the registry or file system is far shorter.
const LONGEST_VALUE: usize = 1024;

/// Of the envelope, by path; where several are there, the one with the highest rank counts.
const ENVELOPE: &[(&str, Field, u8)] = &[
    ("eventid", Field::EventId, 3),
    ("eventid.text", Field::EventId, 3),
    ("event.code", Field::EventId, 2),
    ("timecreated", Field::Time, 5),
    ("timecreated.systemtime", Field::Time, 5),
    ("timecreated.attributes.systemtime", Field::Time, 5),
    ("eventtime", Field::Time, 4),
    ("timestamp", Field::Time, 3),
    ("timegenerated", Field::Time, 2),
    ("eventrecordid", Field::Record, 1),
    ("recordnumber", Field::Record, 1),
    ("recordid", Field::Record, 1),
    ("computer", Field::Host, 6),
    ("computername", Field::Host, 5),
    ("hostname", Field::Host, 4),
    ("host.name", Field::Host, 3),
    ("beat.hostname", Field::Host, 2),
    ("channel", Field::Channel, 2),
    ("logname", Field::Channel, 1),
    ("providername", Field::Provider, 4),
    ("provider.name", Field::Provider, 4),
    ("provider.attributes.name", Field::Provider, 4),
    ("sourcename", Field::Provider, 3),
    ("eventsourcename", Field::Provider, 2),
    ("provider", Field::Provider, 1),
];

/// Of the event itself, by name.
const DATA: &[(&str, Field)] = &[
    ("processid", Field::ProcessId),
    ("processname", Field::ProcessName),
    ("handleid", Field::HandleId),
    ("objectserver", Field::ObjectServer),
    ("objecttype", Field::ObjectType),
    ("objectname", Field::ObjectName),
    ("accessmask", Field::AccessMask),
    ("accesslist", Field::AccessList),
    ("sourceprocessid", Field::SourceProcessId),
    ("sourcehandleid", Field::SourceHandleId),
    ("targetprocessid", Field::TargetProcessId),
    ("targethandleid", Field::TargetHandleId),
    ("newprocessid", Field::NewProcessId),
    ("newprocessname", Field::NewProcessName),
];

/// Inside the event's own data.
const RANK_INSIDE: u8 = 3;
/// In a flat event, spelled as Windows does.
const RANK_EXACT: u8 = 2;
/// In a flat event, spelled otherwise. nxlog's `ProcessID` and winlogbeat's `process_id` are the process that
/// logged the event, so they count only when nothing better is there.
const RANK_ALIKE: u8 = 1;

/// The fields of one event.
#[derive(Default)]
pub(super) struct Fields {
    values: [Option<(u8, Box<str>)>; FIELDS],
    /// The audit says that the access was refused.
    pub(super) failure: bool,
    /// The text is a JSON object.
    pub(super) is_object: bool,
    pair: (Option<String>, Option<String>),
}

impl Fields {
    /// Reads the text of one event.
    pub(super) fn of(text: &[u8]) -> serde_json::Result<Fields> {
        let mut fields = Fields::default();
        let mut json = serde_json::Deserializer::from_slice(text);
        Walk { path: &mut String::new(), exact: true, fields: &mut fields }.deserialize(&mut json)?;
        json.end()?;
        Ok(fields)
    }

    /// The value of a field, without the blanks around it; a lone `-` stands for none.
    pub(super) fn get(&self, field: Field) -> Option<&str> {
        let (_, value) = self.values[field as usize].as_ref()?;
        Some(value.trim()).filter(|value| !value.is_empty() && *value != "-")
    }

    fn put(&mut self, field: Field, rank: u8, value: &str) {
        let place = &mut self.values[field as usize];
        if place.as_ref().is_none_or(|(known, _)| *known < rank) {
            let end = whole_characters(value, LONGEST_VALUE);
            *place = Some((rank, value[..end].into()));
        }
    }

    fn scalar(&mut self, path: &str, exact: bool, value: &str) {
        let path = unwrapped(path);
        if let Some(name) = path.strip_prefix("eventdata.") {
            match name {
                "data.name" | "data.attributes.name" => self.pair.0 = Some(letters(value)),
                "data.text" | "data.content" | "data.value" => self.pair.1 = Some(value.into()),
                _ => self.data(name, RANK_INSIDE, value),
            }
            return;
        }
        if let Some((_, field, rank)) = ENVELOPE.iter().find(|(known, ..)| *known == path) {
            self.put(*field, *rank, value);
        } else if matches!(path, "keywords" | "eventtype" | "outcome" | "event.outcome") {
            self.failure |= says_failure(value);
        } else {
            self.data(path, if exact { RANK_EXACT } else { RANK_ALIKE }, value);
        }
    }

    fn data(&mut self, name: &str, rank: u8, value: &str) {
        if let Some((_, field)) = DATA.iter().find(|(known, _)| *known == name) {
            self.put(*field, rank, value);
        }
    }

    fn object_ends(&mut self, path: &str) {
        if unwrapped(path) == "eventdata.data"
            && let (Some(name), Some(value)) = std::mem::take(&mut self.pair)
        {
            self.data(&name, RANK_INSIDE, &value);
        }
    }
}

/// The largest length up to `most` that does not cut a character.
fn whole_characters(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The path without the wrappings that say nothing.
fn unwrapped(path: &str) -> &str {
    const WRAPPINGS: [&str; 5] = ["source.", "winlog.", "event.system.", "system.", "event.eventdata."];
    let mut path = path;
    while let Some(wrapping) = WRAPPINGS.iter().find(|wrapping| path.starts_with(**wrapping)) {
        let inner = if *wrapping == "event.eventdata." { "event.".len() } else { wrapping.len() };
        path = &path[inner..];
    }
    path
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Whether keywords, event type or outcome mark the audit of a refused access.
fn says_failure(value: &str) -> bool {
    const AUDIT_FAILURE: u64 = 0x0010_0000_0000_0000;
    let value = value.trim();
    let bits = match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => value.parse::<i64>().map(|bits| bits as u64).or_else(|_| value.parse::<u64>()).ok(),
    };
    match bits {
        Some(bits) => bits & AUDIT_FAILURE != 0,
        None => value.to_ascii_lowercase().contains("failure"),
    }
}

/// Walks through a JSON value without keeping it.
struct Walk<'a> {
    path: &'a mut String,
    exact: bool,
    fields: &'a mut Fields,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Windows event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.fields.is_object |= self.path.is_empty();
        let outer = self.path.len();
        while let Some(exact) = map.next_key_seed(Key { path: self.path })? {
            if self.path[outer..].trim_start_matches('.') == "message" {
                map.next_value::<IgnoredAny>()?;
            } else {
                map.next_value_seed(Walk { path: self.path, exact, fields: self.fields })?;
            }
            self.path.truncate(outer);
        }
        self.fields.object_ends(self.path);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Walk { path, exact, fields } = self;
        if path.is_empty() {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        while seq.next_element_seed(Walk { path: &mut *path, exact, fields: &mut *fields })?.is_some() {}
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.fields.scalar(self.path, self.exact, value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.fields.scalar(self.path, self.exact, &value.to_string());
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.fields.scalar(self.path, self.exact, &value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.fields.scalar(self.path, self.exact, &value.to_string());
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Appends a name to the path, by its letters; says whether it is spelled as Windows does.
struct Key<'a> {
    path: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<bool, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        let kept = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '.';
        self.path.extend(name.chars().filter(kept).map(|letter| letter.to_ascii_lowercase()));
        Ok(!name.ends_with("ID") && !name.ends_with("_id"))
    }
}
