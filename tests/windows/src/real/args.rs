//! The arguments of a call, as a host passes them.

use windows_sys::Win32::Foundation::HANDLE;

use super::constants::constant;
use super::memory::{self, Block};
use super::wire::Given;

/// The arguments of a call, by the documented names of their parameters.
#[derive(Debug)]
pub(crate) struct Args<'a> {
    given: &'a [(String, Given)],
}

/// Why a call cannot be made here.
pub(crate) type Refused = String;

impl<'a> Args<'a> {
    pub(crate) fn new(given: &'a [(String, Given)]) -> Args<'a> {
        Args { given }
    }

    /// What is passed to the parameter; none if it is left out.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Given> {
        self.given.iter().find(|(parameter, _)| parameter == name).map(|(_, given)| given)
    }

    /// Whether something is passed.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A handle; NULL if it is left out.
    pub(crate) fn handle(&self, name: &str) -> HANDLE {
        match self.get(name) {
            Some(Given::Handle(value)) => *value as usize as HANDLE,
            Some(Given::Number(value)) => *value as isize as HANDLE,
            Some(Given::Memory(label)) => {
                memory::value(label).map_or(std::ptr::null_mut(), |value| value as isize as HANDLE)
            }
            _ => std::ptr::null_mut(),
        }
    }

    /// The handles of a list.
    pub(crate) fn handles(&self, name: &str) -> Vec<HANDLE> {
        match self.get(name) {
            Some(Given::Handles(values)) => values.iter().map(|value| *value as usize as HANDLE).collect(),
            _ => Vec::new(),
        }
    }

    /// A number; none if it is left out.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Given::Number(number) => Some(*number),
            Given::Memory(label) => memory::value(label),
            Given::Flags(_) => Some(i64::from(self.bits(name))),
            _ => None,
        }
    }

    /// A number; `default` if it is left out.
    pub(crate) fn number_or(&self, name: &str, default: i64) -> i64 {
        self.number(name).unwrap_or(default)
    }

    /// A BOOL; FALSE if it is left out.
    pub(crate) fn truth(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Given::Flags(flags)) => flags.iter().any(|flag| flag == "TRUE"),
            Some(Given::Number(number)) => *number != 0,
            _ => false,
        }
    }

    /// Constants, joined; 0 if they are left out.
    pub(crate) fn bits(&self, name: &str) -> u32 {
        match self.get(name) {
            Some(Given::Flags(flags)) => {
                flags.iter().map(|flag| constant(flag)).fold(0, |mask, bit| mask | bit)
            }
            Some(Given::Number(number)) => *number as u32,
            _ => 0,
        }
    }

    /// The one constant that is passed.
    pub(crate) fn word(&self, name: &str) -> Option<&'a str> {
        match self.get(name)? {
            Given::Flags(flags) => flags.first().map(String::as_str),
            Given::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        match self.get(name)? {
            Given::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text, with a zero at its end.
    pub(crate) fn wide(&self, name: &str) -> Option<Vec<u16>> {
        self.text(name).map(|text| text.encode_utf16().chain([0]).collect())
    }

    /// The label of something in this process's memory.
    pub(crate) fn label(&self, name: &str) -> Option<&'a str> {
        match self.get(name)? {
            Given::Memory(label) => Some(label),
            _ => None,
        }
    }

    /// The memory of a request, or a buffer.
    pub(crate) fn block(&self, name: &str) -> Result<Option<&'static Block>, Refused> {
        match self.get(name) {
            Some(Given::Memory(label)) => match memory::block(label) {
                Some(block) => Ok(Some(block)),
                None => Err(format!("`{label}` is no memory of this process")),
            },
            _ => Ok(None),
        }
    }
}
