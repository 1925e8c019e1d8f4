//! What a scenario can name: calls with their parameters, drivers, statuses, fields, functions.
//!
//! The language knows none of these by itself. Whoever runs scenarios fills a [`Catalogue`].

use sim_core::NtStatus;

use super::ast::{Call, Spanned, Value};

/// Everything that a scenario can name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Catalogue {
    /// The calls.
    pub calls: &'static [CallSpec],
    /// The drivers of devices.
    pub drivers: &'static [&'static str],
    /// Those of them that pass requests to a device below.
    pub filters: &'static [&'static str],
    /// The profiles.
    pub profiles: &'static [&'static str],
    /// The Win32 errors: `ERROR_…`. The statuses are those of [`NtStatus::ALL`].
    pub win32_errors: &'static [&'static str],
    /// What a call can be expected to give besides statuses and errors: `TRUE`, `WAIT_TIMEOUT`, `blocks`.
    pub results: &'static [&'static str],
    /// Which free handle value is given out next: `lifo`.
    pub reuses: &'static [&'static str],
    /// How what the documentation of I/O rings leaves open is decided: `looks_up_handles`.
    pub ring_policies: &'static [&'static str],
    /// What a hostile environment can do: `allocations`.
    pub faults: &'static [&'static str],
    /// The rules that a step can break: `MULTIPLE_IRP_COMPLETE_REQUESTS`.
    pub rules: &'static [&'static str],
    /// What can be said of a process after its name: `debugged`.
    pub marks: &'static [&'static str],
    /// Results that a number can be added to, with the highest number: `WAIT_OBJECT_0 + 1`.
    pub sums: &'static [(&'static str, u64)],
    /// Constants where a handle is wanted: `NULL`, `INVALID_HANDLE_VALUE`, `GetCurrentProcess()`.
    pub handles: &'static [&'static str],
    /// Constants where a number is wanted: `INFINITE`.
    pub numbers: &'static [&'static str],
    /// Other constants of conditions: the states of a pipe, the events of a poll.
    pub states: &'static [&'static str],
    /// The fields that can be read, by what has them: the [`Binds::word`] of a label, or what a
    /// function gives.
    pub fields: &'static [(&'static str, &'static [&'static str])],
    /// The functions of expressions.
    pub functions: &'static [FunctionSpec],
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub struct CallSpec {
    /// Its documented name.
    pub name: &'static str,
    /// Its parameters, in order.
    pub params: &'static [ParamSpec],
    /// What a label in front of `=` names.
    pub binds: Binds,
    /// The documented name of a second result, which a second label names and which is of the same kind as the first;
    /// empty for a call that has one result.
    pub second: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
}

impl CallSpec {
    /// What a call passes to the parameter of this name, by position or by name. Of a call that
    /// [`check`](super::check()) found no error in.
    pub fn argument<'a>(&self, call: &'a Call, parameter: &str) -> Option<&'a Spanned<Value>> {
        let position = self.params.iter().position(|param| param.name == parameter);
        call.args
            .iter()
            .enumerate()
            .find(|(index, arg)| match &arg.name {
                Some(name) => position.is_some_and(|at| self.params[at].is_called(&name.value)),
                None => Some(*index) == position,
            })
            .map(|(_, arg)| &arg.value)
    }

    /// The call with its parameters, optional ones in brackets.
    pub fn usage(&self) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .map(|param| if param.required { param.name.to_owned() } else { format!("[{}]", param.name) })
            .collect();
        format!("{}({})", self.name, params.join(", "))
    }
}

/// A parameter of a call.
#[derive(Clone, Copy, Debug)]
pub struct ParamSpec {
    /// Its documented name.
    pub name: &'static str,
    /// A shorter name that does as well; empty if there is none.
    pub short: &'static str,
    /// What can be passed.
    pub kind: ParamKind,
    /// Whether something must be passed. To one that is not required, `NULL` can be passed as well.
    pub required: bool,
}

impl ParamSpec {
    /// Whether the parameter goes by this name.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || !self.short.is_empty() && self.short == name
    }
}

/// What can be passed to a parameter.
#[derive(Clone, Copy, Debug)]
pub enum ParamKind {
    /// The label of a handle, or a constant of [`Catalogue::handles`].
    Handle,
    /// A list of what [`ParamKind::Handle`] takes.
    Handles,
    /// The label of an operation.
    Operation,
    /// The label of a buffer.
    Buffer,
    /// The label of a buffer, or the index of a registered one.
    BufferOrIndex,
    /// A list of buffers; `NULL` for none.
    Buffers,
    /// The label of a buffer or an operation.
    Memory,
    /// The label of a view.
    View,
    /// A number, or a constant of [`Catalogue::numbers`].
    Number,
    /// A string.
    Text,
    /// Any of these, joined by `|`, or a number.
    Flags(&'static [&'static str]),
    /// One of these.
    Name(&'static [&'static str]),
    /// A status or a Win32 error.
    Status,
    /// Any label.
    Label,
    /// The name of a process.
    Process,
    /// The name of a process, or the label of a handle to one.
    ProcessOrHandle,
    /// The name of a thread.
    Thread,
}

/// What a label names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binds {
    /// Nothing: a label in front of the call is an error.
    Nothing,
    /// A handle.
    Handle,
    /// An operation in progress.
    Operation,
    /// A packet of a completion port.
    Packet,
    /// An entry that was popped out of a completion queue.
    Completion,
    /// A user APC.
    Apc,
    /// A buffer in the program's memory.
    Buffer,
    /// A mapped view.
    View,
    /// The answer of a query.
    Information,
    /// Another value; it can be passed where a handle, an operation or a number is wanted.
    Value,
}

impl Binds {
    /// Its name, as in [`Catalogue::fields`].
    pub fn word(self) -> &'static str {
        match self {
            Binds::Nothing => "nothing",
            Binds::Handle => "handle",
            Binds::Operation => "operation",
            Binds::Packet => "packet",
            Binds::Completion => "completion",
            Binds::Apc => "apc",
            Binds::Buffer => "buffer",
            Binds::View => "view",
            Binds::Information => "information",
            Binds::Value => "value",
        }
    }
}

/// A function of expressions, true or false by itself or with fields: `cleanup(file)`,
/// `object(file).HandleCount`.
#[derive(Clone, Copy, Debug)]
pub struct FunctionSpec {
    /// Its name.
    pub name: &'static str,
    /// What its argument names.
    pub subject: Subject,
    /// What it gives, as in [`Catalogue::fields`]; `None` if it gives a value without fields.
    pub gives: Option<&'static str>,
}

/// What the argument of a function names.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// A label of one of these; of any if there are none.
    Label(&'static [Binds]),
    /// A device.
    Device,
    /// A process.
    Process,
    /// A thread.
    Thread,
}

impl Catalogue {
    /// The call of this name.
    pub fn call(&self, name: &str) -> Option<&'static CallSpec> {
        self.calls.iter().find(|call| call.name == name)
    }

    /// The function of this name.
    pub fn function(&self, name: &str) -> Option<&'static FunctionSpec> {
        self.functions.iter().find(|function| function.name == name)
    }

    /// The fields of what has this name in [`Catalogue::fields`]; of everything, without a name.
    pub(super) fn fields_of(&self, kind: Option<&str>) -> impl Iterator<Item = &'static str> {
        let rows = self.fields.iter().filter(move |row| kind.is_none_or(|kind| row.0 == kind));
        rows.flat_map(|row| row.1.iter().copied())
    }

    /// The names of statuses and Win32 errors.
    pub(super) fn statuses(&self) -> impl Iterator<Item = &'static str> {
        NtStatus::ALL.iter().map(|row| row.1).chain(self.win32_errors.iter().copied())
    }

    /// What can follow `->`.
    pub(super) fn expectations(&self) -> impl Iterator<Item = &'static str> {
        self.statuses().chain(self.results.iter().copied())
    }

    /// What a bare name in an expression can be, besides a label.
    pub(super) fn constants(&self) -> impl Iterator<Item = &'static str> {
        self.expectations()
            .chain(self.handles.iter().copied())
            .chain(self.numbers.iter().chain(self.states).copied())
    }
}
