//! The arguments of a call, as another machine can pass them.

use sim_core::NtStatus;
use sim_core::win32::Win32Error;
use sim_windows::script::{Arg, Call};

use crate::lang::ast::{self, Spanned, Value};
use crate::lang::{CallSpec, ParamKind};
use crate::scenario::Program;

/// A call as it is written, with the documented names of its parameters.
pub(super) fn call(
    program: &Program,
    spec: &CallSpec,
    call: &ast::Call,
    label: Option<&str>,
    second: Option<&str>,
) -> Call {
    let arg = |param: &crate::lang::ParamSpec| {
        let given = spec.argument(call, param.name)?;
        Some((param.name.to_owned(), arg(program, param.kind, given)?))
    };
    Call {
        name: spec.name.to_owned(),
        label: label.map(str::to_owned),
        second: second.map(str::to_owned),
        args: spec.params.iter().filter_map(arg).collect(),
    }
}

/// One argument; none for NULL where that is the same as nothing.
fn arg(program: &Program, kind: ParamKind, given: &Spanned<Value>) -> Option<Arg> {
    let text = |names: &[ast::Name]| names.iter().map(|name| name.value.clone()).collect();
    Some(match (&given.value, kind) {
        (Value::Number(number), _) => Arg::Number(number.value() as i64),
        (Value::Text(text), _) => Arg::Text(text.clone()),
        (Value::Flags(names), _) => Arg::Flags(text(names)),
        (Value::Pseudo(name), _) => Arg::Constant(format!("{name}()")),
        (Value::List(list), _) => {
            Arg::List(list.iter().filter_map(|item| arg(program, ParamKind::Handle, item)).collect())
        }
        (Value::Name(name), ParamKind::Status) => Arg::Number(i64::from(status(name).0)),
        (Value::Name(name), _) => named(program, kind, name)?,
    })
}

fn status(name: &str) -> NtStatus {
    let error = || Win32Error::from_name(name);
    let of_error =
        || NtStatus::ALL.iter().map(|row| row.0).find(|status| Some(Win32Error::of(*status)) == error());
    NtStatus::from_name(name).or_else(of_error).unwrap_or_default()
}

fn named(program: &Program, kind: ParamKind, name: &str) -> Option<Arg> {
    let own = || name.to_owned();
    let is_process = || program.processes.iter().any(|process| process == name);
    Some(match kind {
        ParamKind::Handle | ParamKind::Handles | ParamKind::ProcessOrHandle | ParamKind::Buffer
            if matches!(name, "NULL" | "INVALID_HANDLE_VALUE") =>
        {
            Arg::Constant(own())
        }
        _ if name == "NULL" => return None,
        ParamKind::Flags(_) | ParamKind::Name(_) => Arg::Flags(vec![own()]),
        ParamKind::Number if name == "INFINITE" => Arg::Flags(vec![own()]),
        ParamKind::Process | ParamKind::Thread => Arg::Named(own()),
        ParamKind::ProcessOrHandle if is_process() => Arg::Named(own()),
        _ if program.labels.iter().any(|label| label.name == name && label.unbound) => {
            Arg::Constant("unbound".into())
        }
        _ => Arg::Label(own()),
    })
}
