//! Calls and expressions: whether the names in them exist and what is passed fits its parameter.

use super::ast::{Arg, Call, Expr, ExprKind, Name, Operand, Span, Spanned, Value};
use super::catalogue::{Binds, CallSpec, ParamKind, ParamSpec, Subject};
use super::check::{Checker, Place};
use super::diagnostic::{Diagnostic, quoted};
use super::nearest::nearest;

/// As many constants are listed in a message.
const MOST_LISTED: usize = 6;

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        label: Option<&Name>,
        second: Option<&Name>,
        call: &Call,
        place: Option<Place>,
    ) {
        let catalogue = self.catalogue;
        let Some(spec) = catalogue.call(&call.name.value) else {
            return self.one_of("call", &call.name, || catalogue.calls.iter().map(|spec| spec.name));
        };
        if let Some(label) = label.filter(|_| spec.binds == Binds::Nothing) {
            self.diagnostics.push_with(label.span.start, || {
                Diagnostic::new(format!("`{}` gives nothing that a label could name", spec.name))
                    .at(label.span, "leave the label out")
            });
        }
        if let Some(second) = second.filter(|_| spec.binds != Binds::Nothing && spec.second.is_empty()) {
            self.diagnostics.push_with(second.span.start, || {
                Diagnostic::new(format!(
                    "`{}` has one result, and no second that a label could name",
                    spec.name
                ))
                .at(second.span, "leave the second label out")
            });
        }
        let mut given: Vec<Option<Span>> = vec![None; spec.params.len()];
        for (index, arg) in call.args.iter().enumerate() {
            let after_named = index > 0 && call.args[index - 1].name.is_some();
            let Some(at) = self.parameter(spec, index, arg, after_named) else { continue };
            let span = arg.name.as_ref().map_or(arg.value.span, |name| name.span);
            let param = &spec.params[at];
            if let Some(first) = given[at].replace(span) {
                self.diagnostics.push_with(span.start, || {
                    Diagnostic::new(format!("the parameter `{}` is given twice", param.name))
                        .at(span, "given again")
                        .and_at(first, "given first")
                        .help(usage(spec))
                });
            }
            self.argument(param, &arg.value, place);
        }
        let missing =
            spec.params.iter().zip(&given).filter(|(param, given)| param.required && given.is_none());
        let missing: Vec<String> = missing.map(|(param, _)| format!("`{}`", param.name)).collect();
        if !missing.is_empty() {
            self.diagnostics.push_with(call.name.span.start, || {
                let noun = if missing.len() == 1 { "parameter" } else { "parameters" };
                Diagnostic::new(format!("`{}` lacks the {noun} {}", spec.name, missing.join(", ")))
                    .at(call.name.span, "not all required parameters are given")
                    .help(usage(spec))
            });
        }
    }

    /// The place of the parameter that an argument is for.
    fn parameter(&mut self, spec: &CallSpec, index: usize, arg: &Arg, after_named: bool) -> Option<usize> {
        let Some(name) = &arg.name else {
            let message = if after_named {
                "an argument by position stands after one by name".to_owned()
            } else if index >= spec.params.len() {
                format!("`{}` has no parameter number {}", spec.name, index + 1)
            } else {
                return Some(index);
            };
            self.diagnostics.push_with(arg.value.span.start, || {
                Diagnostic::new(message)
                    .at(arg.value.span, "this argument fits no parameter")
                    .help(usage(spec))
            });
            return None;
        };
        let at = spec.params.iter().position(|param| param.is_called(&name.value));
        if at.is_none() {
            self.diagnostics.push_with(name.span.start, || {
                Diagnostic::new(format!("`{}` has no parameter {}", spec.name, quoted(&name.value)))
                    .at(name.span, "unknown parameter")
                    .suggest(nearest(
                        &name.value,
                        spec.params.iter().flat_map(|param| [param.name, param.short]),
                    ))
                    .help(usage(spec))
            });
        }
        at
    }

    fn argument(&mut self, param: &ParamSpec, value: &Spanned<Value>, place: Option<Place>) {
        let catalogue = self.catalogue;
        let span = value.span;
        match (param.kind, &value.value) {
            (_, Value::Name(name)) if name == "NULL" && !param.required => {}
            (ParamKind::Handle, Value::Pseudo(_) | Value::Name(_)) => self.handle(value, place),
            (ParamKind::Handles, Value::List(items)) => {
                items.iter().for_each(|item| self.handle(item, place));
            }
            (ParamKind::Operation, Value::Name(name)) => {
                self.label_or(name, span, place, &[Binds::Operation], &[]);
            }
            (ParamKind::Buffer | ParamKind::BufferOrIndex, Value::Name(name)) => {
                self.label_or(name, span, place, &[Binds::Buffer], &[]);
            }
            (ParamKind::Buffers, Value::List(items)) => {
                items.iter().for_each(|item| self.buffer_or_null(item, place));
            }
            (ParamKind::Memory, Value::Name(name)) => {
                self.label_or(name, span, place, &[Binds::Buffer, Binds::Operation], &[]);
            }
            (ParamKind::View, Value::Name(name)) => self.label_or(name, span, place, &[Binds::View], &[]),
            (ParamKind::Number, Value::Name(name)) => {
                self.label_or(name, span, place, &[Binds::Value], catalogue.numbers);
            }
            (ParamKind::Label, Value::Name(name)) => self.label_or(name, span, place, &[], &[]),
            (ParamKind::ProcessOrHandle, Value::Name(name)) if self.is_label(name) => {
                self.label_of(name, span, place, &[Binds::Handle], &[]);
            }
            (ParamKind::ProcessOrHandle, Value::Name(name)) => {
                self.process(&Spanned::new(name.clone(), span));
            }
            (ParamKind::Thread, Value::Name(name)) => self.thread(&Spanned::new(name.clone(), span)),
            (ParamKind::Process | ParamKind::ProcessOrHandle, Value::Pseudo(name))
                if name == "GetCurrentProcess" => {}
            (ParamKind::Process, Value::Name(name)) => self.process(&Spanned::new(name.clone(), span)),
            (ParamKind::Flags(flags), Value::Name(name)) => {
                let name = Spanned::new(name.clone(), span);
                self.one_of("flag", &name, || flags.iter().copied());
            }
            (ParamKind::Flags(flags), Value::Flags(names)) => {
                for name in names {
                    self.one_of("flag", name, || flags.iter().copied());
                }
            }
            (ParamKind::Name(names), Value::Name(name)) => {
                let name = Spanned::new(name.clone(), span);
                self.one_of("constant", &name, || names.iter().copied());
            }
            (ParamKind::Status, Value::Name(name)) => {
                let name = Spanned::new(name.clone(), span);
                self.one_of("status", &name, || catalogue.statuses());
            }
            (
                ParamKind::Number | ParamKind::Flags(_) | ParamKind::Handle | ParamKind::BufferOrIndex,
                Value::Number(_),
            )
            | (ParamKind::Text, Value::Text(_)) => {}
            (kind, value) => {
                let (found, wanted) = (described(value), wanted(kind));
                self.diagnostics.push_with(span.start, || {
                    Diagnostic::new(format!("found {found}, expected {wanted} for `{}`", param.name))
                        .at(span, format!("expected {wanted}"))
                });
            }
        }
    }

    fn handle(&mut self, value: &Spanned<Value>, place: Option<Place>) {
        let handles = self.catalogue.handles;
        match &value.value {
            Value::Pseudo(name) => {
                let name = Spanned::new(format!("{name}()"), value.span);
                self.one_of("handle", &name, || handles.iter().copied());
            }
            Value::Name(name) => self.label_or(name, value.span, place, &[Binds::Handle], handles),
            _ => {}
        }
    }

    fn buffer_or_null(&mut self, item: &Spanned<Value>, place: Option<Place>) {
        if let Value::Name(name) = &item.value {
            self.label_or(name, item.span, place, &[Binds::Buffer], &["NULL"]);
        }
    }

    fn label_or(
        &mut self,
        name: &str,
        span: Span,
        place: Option<Place>,
        wanted: &[Binds],
        constants: &[&str],
    ) {
        if self.is_label(name) || !constants.contains(&name) {
            self.label_of(name, span, place, wanted, constants);
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr, place: Option<Place>) {
        match &expr.value {
            ExprKind::Or(parts) | ExprKind::And(parts) => {
                for part in parts {
                    self.expr(part, place);
                }
            }
            ExprKind::Not(inner) => self.expr(inner, place),
            ExprKind::Compare { left, right, .. } => {
                self.operand(&left.value, left.span, place);
                self.operand(&right.value, right.span, place);
            }
            ExprKind::Operand(operand) => self.operand(operand, expr.span, place),
        }
    }

    fn operand(&mut self, operand: &Operand, span: Span, place: Option<Place>) {
        let catalogue = self.catalogue;
        match operand {
            Operand::Number(_) | Operand::Text(_) => {}
            Operand::Name(name) if self.is_label(name) => {
                self.label_of(name, span, place, &[], &[]);
            }
            Operand::Name(name) if catalogue.constants().any(|constant| constant == name) => {}
            Operand::Name(name) if is_constant_like(name) => {
                let name = Spanned::new(name.clone(), span);
                self.one_of("constant", &name, || catalogue.constants());
            }
            Operand::Name(name) => {
                self.label_of(name, span, place, &[], &[]);
            }
            Operand::Field { label, field } => {
                let known = self.is_label(&label.value);
                let binds = self.label_of(&label.value, label.span, place, &[], &[]);
                if known {
                    self.field(binds.filter(|binds| *binds != Binds::Nothing).map(Binds::word), field);
                }
            }
            Operand::Function { name, argument, field } => {
                self.function(name, argument, field.as_ref(), place);
            }
        }
    }

    fn function(&mut self, name: &Name, argument: &Name, field: Option<&Name>, place: Option<Place>) {
        let catalogue = self.catalogue;
        let Some(spec) = catalogue.function(&name.value) else {
            return self.one_of("function", name, || catalogue.functions.iter().map(|spec| spec.name));
        };
        match spec.subject {
            Subject::Label(wanted) => {
                self.label_of(&argument.value, argument.span, place, wanted, &[]);
            }
            Subject::Device => self.device(argument),
            Subject::Process => self.process(argument),
            Subject::Thread => self.thread(argument),
        }
        match (spec.gives, field) {
            (Some(kind), Some(field)) => self.field(Some(kind), field),
            (None, Some(field)) => self.diagnostics.push_with(field.span.start, || {
                Diagnostic::new(format!("`{}(…)` has no fields", spec.name))
                    .at(field.span, "leave the field out")
            }),
            (_, None) => {}
        }
    }

    fn field(&mut self, kind: Option<&str>, field: &Name) {
        let catalogue = self.catalogue;
        self.one_of("field", field, || catalogue.fields_of(kind));
    }
}

fn usage(spec: &CallSpec) -> String {
    format!("the call is `{}`", spec.usage())
}

/// Whether a name is written as constants are: `STATUS_PENDNG`.
fn is_constant_like(name: &str) -> bool {
    name.len() > 1 && !name.contains(|c: char| c.is_ascii_lowercase())
}

fn described(value: &Value) -> String {
    match value {
        Value::Number(_) => "a number".to_owned(),
        Value::Text(_) => "a string".to_owned(),
        Value::Name(name) => quoted(name),
        Value::Flags(_) => "flags".to_owned(),
        Value::Pseudo(_) => "a call".to_owned(),
        Value::List(_) => "a list".to_owned(),
    }
}

fn wanted(kind: ParamKind) -> String {
    let words = match kind {
        ParamKind::Name(names) if names.len() <= MOST_LISTED => return names.join(" or "),
        ParamKind::Handle => "the label of a handle, or a value",
        ParamKind::Handles => "a list of handles such as `[a, b]`",
        ParamKind::Operation => "the label of an operation",
        ParamKind::Buffer => "the label of a buffer",
        ParamKind::BufferOrIndex => "the label of a buffer, or an index",
        ParamKind::Buffers => "a list of buffers such as `[a, b]`",
        ParamKind::Memory => "the label of a buffer or an operation",
        ParamKind::View => "the label of a view",
        ParamKind::Number => "a number",
        ParamKind::Text => "a string",
        ParamKind::Flags(_) => "flags",
        ParamKind::Name(_) => "a constant",
        ParamKind::Status => "a status",
        ParamKind::Label => "a label",
        ParamKind::Process => "the name of a process",
        ParamKind::ProcessOrHandle => "the name of a process, or the label of a handle to one",
        ParamKind::Thread => "the name of a thread",
    };
    words.to_owned()
}
