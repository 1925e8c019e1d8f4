//! Compiling names: from what a call is given to OBJECT_ATTRIBUTES.

use sim_core::Handle;
use sim_core::ob::attributes::{OBJ_CASE_INSENSITIVE, OBJ_EXCLUSIVE, OBJ_INHERIT, OBJ_OPENIF, OBJ_PERMANENT};
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ob::types::ObjectType;

use crate::lang::Diagnostic;
use crate::lang::ast::{Spanned, Value as Written};
use crate::scenario::calls::Answer;
use crate::scenario::calls_names::access_bit;
use crate::scenario::compile_args::Args;
use crate::scenario::program::{HandleArg, NameArg, PathId, Service};

/// The longest path, in characters: what a UNICODE_STRING holds.
const LONGEST_PATH: usize = 32_766;

impl Args<'_> {
    /// The path that a parameter passes; none if it is left out.
    pub(super) fn text(&mut self, parameter: &str) -> Option<String> {
        let Some(Spanned { value: Written::Text(text), span }) = self.given(parameter) else { return None };
        let (text, span) = (text.clone(), *span);
        if text.encode_utf16().count() > LONGEST_PATH {
            let message = format!("the name is too long: a name has at most {LONGEST_PATH} characters");
            self.compiler.diagnostics.push(Diagnostic::new(message).at(span, "too long"));
        }
        Some(text)
    }

    /// The number of a path among the program's.
    pub(super) fn path(&mut self, path: String) -> PathId {
        let paths = &mut self.compiler.paths;
        paths.iter().position(|known| *known == path).unwrap_or_else(|| {
            paths.push(path);
            paths.len() - 1
        })
    }

    /// OBJECT_ATTRIBUTES of a call: a Win32 name stands below `\BaseNamedObjects` and is opened if it exists.
    pub(super) fn name(&mut self) -> NameArg {
        let text = self.text("name");
        if self.row.answer != Answer::Status {
            let flags = OBJ_OPENIF | if self.is_true("inherit") { OBJ_INHERIT } else { 0 };
            let path = text.filter(|text| !text.is_empty());
            let path = path.map(|text| self.path(format!(r"\BaseNamedObjects\{text}")));
            let root = HandleArg::Value(Handle::NULL);
            return NameArg { root, path, flags, access: self.desired_access() };
        }
        let flags = self.flags("attributes").into_iter().map(attribute_bit).fold(0, |mask, bit| mask | bit);
        let root = self.handle("root");
        let access = self.desired_access();
        NameArg { root, path: text.map(|text| self.path(text)), flags, access }
    }

    /// DesiredAccess, by the names of rights or as a mask; MAXIMUM_ALLOWED if it is left out.
    pub(super) fn desired_access(&mut self) -> u32 {
        match self.given("access").map(|value| &value.value) {
            None => MAXIMUM_ALLOWED.0,
            Some(Written::Number(_)) => self.narrow("access"),
            Some(_) => {
                let bit = |name| super::compile::access_bit(name) | access_bit(name).unwrap_or(0);
                self.flags("access").into_iter().map(bit).fold(0, |mask, bit| mask | bit)
            }
        }
    }

    pub(super) fn open(&mut self) -> Service {
        let wanted = match self.row.spec.name {
            "NtOpenIoCompletion" => ObjectType::IoCompletion,
            "OpenSemaphore" | "NtOpenSemaphore" => ObjectType::Semaphore,
            "OpenMutex" | "NtOpenMutant" => ObjectType::Mutant,
            "OpenWaitableTimer" | "NtOpenTimer" => ObjectType::Timer,
            "NtOpenDirectoryObject" => ObjectType::Directory,
            "NtOpenSymbolicLinkObject" => ObjectType::SymbolicLink,
            "OpenJobObject" | "NtOpenJobObject" => ObjectType::Job,
            "OpenFileMapping" | "NtOpenSection" => ObjectType::Section,
            _ => ObjectType::Event,
        };
        let mut name = self.name();
        if self.row.answer != Answer::Status {
            // An empty Win32 name is that of the directory itself, which is of another type.
            name.path = Some(name.path.unwrap_or_else(|| self.path(r"\BaseNamedObjects".into())));
            name.flags &= OBJ_INHERIT;
        }
        Service::Open { wanted, name }
    }

    /// The path that CreateFile passes: a Win32 device path is one below `\??`.
    pub(super) fn device_path(&mut self, access: u32) -> NameArg {
        let text = self.text("path").unwrap_or_default();
        let win32 = [r"\\.\", r"\\?\", r"\??\"].into_iter().find_map(|prefix| text.strip_prefix(prefix));
        let path = self.path(format!(r"\??\{}", win32.unwrap_or(&text)));
        let root = HandleArg::Value(Handle::NULL);
        NameArg { root, path: Some(path), flags: OBJ_CASE_INSENSITIVE, access }
    }
}

fn attribute_bit(name: &str) -> u16 {
    match name {
        "OBJ_INHERIT" => OBJ_INHERIT,
        "OBJ_PERMANENT" => OBJ_PERMANENT,
        "OBJ_EXCLUSIVE" => OBJ_EXCLUSIVE,
        "OBJ_CASE_INSENSITIVE" => OBJ_CASE_INSENSITIVE,
        "OBJ_OPENIF" => OBJ_OPENIF,
        _ => 0,
    }
}
