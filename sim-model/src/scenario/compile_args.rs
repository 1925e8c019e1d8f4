//! Reading the arguments of a call: by the documented name or the short one, as what the service needs.

use sim_core::Handle;
use sim_core::nt::wait::Timeout;
use sim_core::profile::Arch;

use crate::lang::Diagnostic;
use crate::lang::ast::{self, Spanned, Value as Written};
use crate::scenario::calls::CallRow;
use crate::scenario::compile::Compiler;
use crate::scenario::program::{HandleArg, LabelId};

/// The arguments of one call.
pub(super) struct Args<'a> {
    pub(super) compiler: &'a mut Compiler,
    pub(super) row: &'static CallRow,
    pub(super) call: &'a ast::Call,
    pub(super) needs: Vec<LabelId>,
}

impl Args<'_> {
    pub(super) fn given(&self, parameter: &str) -> Option<&Spanned<Written>> {
        self.raw(parameter).filter(|value| value.value != Written::Name("NULL".into()))
    }

    /// What is passed, also if it is NULL.
    pub(super) fn raw(&self, parameter: &str) -> Option<&Spanned<Written>> {
        let documented = self.row.spec.params.iter().find(|param| param.is_called(parameter))?.name;
        self.row.spec.argument(self.call, documented)
    }

    pub(super) fn complain(&mut self, diagnostic: Diagnostic) {
        self.compiler.diagnostics.push(diagnostic);
    }

    pub(super) fn is_process(&self, name: &str) -> bool {
        self.compiler.processes.iter().any(|process| process == name)
    }

    /// Whether a line of the file binds the label, or it is declared `unbound`.
    pub(super) fn is_bound(&self, name: &str) -> bool {
        self.compiler.bound.contains(name)
    }

    pub(super) fn process_named(&self, parameter: &str) -> usize {
        match self.given(parameter).map(|value| &value.value) {
            Some(Written::Name(name)) => self.compiler.process(name),
            _ => 0,
        }
    }

    pub(super) fn thread_named(&self, parameter: &str) -> usize {
        match self.given(parameter).map(|value| &value.value) {
            Some(Written::Name(name)) => self.compiler.thread(name),
            _ => 0,
        }
    }

    pub(super) fn handle(&mut self, parameter: &str) -> HandleArg {
        match self.given(parameter).map(|value| value.value.clone()) {
            Some(value) => self.handle_of(&value),
            None => HandleArg::Value(Handle::NULL),
        }
    }

    /// The handles of a list.
    pub(super) fn handles(&mut self) -> Vec<HandleArg> {
        let lists = self.call.args.iter().filter_map(|arg| match &arg.value.value {
            Written::List(items) => Some(items),
            _ => None,
        });
        lists.flatten().map(|item| self.handle_of(&item.value)).collect()
    }

    pub(super) fn handle_of(&mut self, value: &Written) -> HandleArg {
        if let Written::Number(number) = value {
            return HandleArg::Value(self.handle_value(number.value()));
        }
        let (Written::Name(name) | Written::Pseudo(name)) = value else {
            return HandleArg::Value(Handle::NULL);
        };
        match &**name {
            "NULL" => HandleArg::Value(Handle::NULL),
            "INVALID_HANDLE_VALUE" | "GetCurrentProcess" => HandleArg::Value(Handle::CURRENT_PROCESS),
            "GetCurrentThread" => HandleArg::Value(Handle::CURRENT_THREAD),
            name => {
                let label = self.compiler.label(name, false);
                self.needs.push(label);
                HandleArg::Label(label)
            }
        }
    }

    /// A handle as a number of the architecture's width. On x64 it is a handle only if it is a 32-bit value with its
    /// sign extended. Source: Wine's tests of pseudo handles on 64-bit Windows.
    fn handle_value(&self, number: i128) -> Handle {
        /// A value that no handle table gives out.
        const NO_HANDLE: Handle = Handle(0x7FFF_FFFC);
        let low = number as u32;
        let extended = number as u64 == i64::from(low as i32) as u64;
        let fits = match self.compiler.profile.arch {
            Arch::X64 => extended,
            Arch::X86 => extended || number as u64 == u64::from(low),
        };
        if fits { Handle(low) } else { NO_HANDLE }
    }

    /// The label that is passed; none for NULL.
    pub(super) fn labelled(&mut self, parameter: &str) -> Option<LabelId> {
        let Some(Written::Name(name)) = self.given(parameter).map(|value| value.value.clone()) else {
            return None;
        };
        let label = self.compiler.label(&name, false);
        self.needs.push(label);
        Some(label)
    }

    pub(super) fn wide(&mut self, parameter: &str) -> Option<u64> {
        self.literal(parameter);
        let (number, span) = match self.given(parameter)? {
            Spanned { value: Written::Number(number), span } => (number.value(), *span),
            _ => return None,
        };
        // The largest offset of a file; a negative one has a meaning that is not modelled.
        match u64::try_from(number) {
            Ok(number) if number < 1 << 63 => Some(number),
            _ => {
                let message = format!("the number {number} does not fit: expected 0 to 2^63 - 1");
                self.compiler.diagnostics.push(Diagnostic::new(message).at(span, "out of range"));
                None
            }
        }
    }

    pub(super) fn narrow(&mut self, parameter: &str) -> u32 {
        self.literal(parameter);
        match self.given(parameter) {
            Some(Spanned { value: Written::Number(number), span }) => {
                let (number, span) = (number.value(), *span);
                self.compiler.number(number, span)
            }
            Some(Spanned { value: Written::Name(name), .. }) if name == "INFINITE" => u32::MAX,
            _ => 0,
        }
    }

    pub(super) fn timeout(&mut self) -> Timeout {
        self.literal("timeout");
        match self.given("timeout").map(|value| &value.value) {
            Some(Written::Number(number)) if number.magnitude == 0 => Timeout::Zero,
            Some(Written::Number(_)) => Timeout::Finite,
            _ => Timeout::Infinite,
        }
    }

    /// A number must be written out: what a label names is known only when the scenario runs.
    pub(super) fn literal(&mut self, parameter: &str) {
        let Some(Spanned { value: Written::Name(name), span }) = self.given(parameter) else { return };
        if name != "INFINITE" {
            let (message, span) = (format!("found the label `{name}`, expected a number"), *span);
            let diagnostic = Diagnostic::new(message).at(span, "a number must be written out here");
            self.compiler.diagnostics.push(diagnostic);
        }
    }

    pub(super) fn flags(&self, parameter: &str) -> Vec<&str> {
        match self.given(parameter).map(|value| &value.value) {
            Some(Written::Name(name)) => vec![name],
            Some(Written::Flags(names)) => names.iter().map(|name| &*name.value).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn is_true(&self, parameter: &str) -> bool {
        self.flags(parameter) == ["TRUE"]
    }
}
