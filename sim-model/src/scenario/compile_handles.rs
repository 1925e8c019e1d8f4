//! Compiling the calls of handles, processes and jobs.

use sim_core::Access;
use sim_core::nt::job::JobAction;
use sim_core::ob::duplicate::{
    DUPLICATE_CLOSE_SOURCE, DUPLICATE_SAME_ACCESS, DUPLICATE_SAME_ATTRIBUTES, UNWRITABLE_TARGET_HANDLE,
    Wanted,
};
use sim_core::ob::handle_flags::{HANDLE_FLAG_INHERIT, HANDLE_FLAG_PROTECT_FROM_CLOSE};
use sim_core::ob::policy::{HandlePolicy, Reuse};
use sim_core::ob::table::INHERIT;
use sim_core::ob::types::ObjectType;
use sim_core::profile::Profile;
use sim_core::ps::create::Inheritance;

use crate::lang::ast::{self, Scenario, Span, Spanned, Value as Written};
use crate::lang::{Diagnostic, Diagnostics};
use crate::scenario::calls::{ServiceName, call_row};
use crate::scenario::compile_args::Args;
use crate::scenario::program::{HandleArg, Marks, ProcessArg, Service};

impl Args<'_> {
    /// The calls of handles, processes and jobs.
    pub(super) fn handle_service(&mut self) -> Service {
        match self.row.service {
            ServiceName::Duplicate => self.duplicate(),
            ServiceName::SetHandle => {
                let (mask, flags) = (self.handle_flags("mask"), self.handle_flags("flags"));
                Service::SetHandle { handle: self.handle("handle"), mask, flags }
            }
            ServiceName::GetHandle => Service::GetHandle(self.handle("handle")),
            ServiceName::CreateProcess => self.create_process(),
            ServiceName::OpenProcess => {
                let process = self.process_named("process");
                let access = self.rights(ObjectType::Process);
                Service::OpenProcess { process, access, inherit: self.is_true("inherit") }
            }
            ServiceName::OpenThread => {
                let thread = self.thread_named("thread");
                let access = self.rights(ObjectType::Thread);
                Service::OpenThread { thread, access, inherit: self.is_true("inherit") }
            }
            ServiceName::TerminateProcess => {
                let (handle, exit_status) = (self.handle("handle"), self.narrow("code"));
                Service::Terminate { handle, wanted: ObjectType::Process, exit_status }
            }
            ServiceName::TerminateThread => {
                let (handle, exit_status) = (self.handle("handle"), self.narrow("code"));
                Service::Terminate { handle, wanted: ObjectType::Thread, exit_status }
            }
            ServiceName::SetJob => self.set_job(),
            ServiceName::TerminateJob => {
                let (job, exit_status) = (self.handle("job"), self.narrow("code"));
                Service::Job { job, action: JobAction::Terminate, exit_status }
            }
            ServiceName::NextThread => {
                let (process, after) = (self.handle("process"), self.handle("after"));
                let access = self.rights(ObjectType::Thread);
                Service::NextThread { process, after, access, inherit: self.is_true("inherit") }
            }
            ServiceName::AlertById => Service::AlertById(self.thread_named("thread")),
            ServiceName::AssignJob | ServiceName::AsksJob => {
                let asks = self.row.service == ServiceName::AsksJob;
                Service::JobProcess { job: self.handle("job"), process: self.handle("process"), asks }
            }
            _ => Service::CreateJob(self.name()),
        }
    }

    fn duplicate(&mut self) -> Service {
        let (source, from, target) =
            (self.handle("source"), self.process_arg("from"), self.process_arg("target"));
        let named = |arg| matches!(arg, ProcessArg::Named(_));
        let by_handle = |arg| matches!(arg, ProcessArg::Handle(_) | ProcessArg::None);
        if named(from) && by_handle(target) || named(target) && by_handle(from) {
            let span = self.given("source").map_or_else(Span::default, |value| value.span);
            let message = "one process is given by its name and the other by a handle";
            self.complain(Diagnostic::new(message).at(span, "give both by name, or both by handle"));
        }
        let mut options = 0;
        for option in self.flags("options") {
            options |= match option {
                "DUPLICATE_CLOSE_SOURCE" => DUPLICATE_CLOSE_SOURCE,
                "DUPLICATE_SAME_ATTRIBUTES" => DUPLICATE_SAME_ATTRIBUTES,
                _ => DUPLICATE_SAME_ACCESS,
            };
        }
        if self.given("out").is_some() {
            options |= UNWRITABLE_TARGET_HANDLE;
        }
        self.zero_or_names("options");
        if self.given("access").is_none() {
            options |= DUPLICATE_SAME_ACCESS;
        }
        let attributes = if self.is_true("inherit") { INHERIT } else { 0 };
        let wanted = Wanted { access: Access(self.access_mask()), attributes, options };
        Service::Duplicate { source, from, target, wanted }
    }

    /// Which information class it is, the parameters say: limits, or a port.
    fn set_job(&mut self) -> Service {
        let job = self.handle("job");
        if self.raw("limits").is_some() == self.raw("port").is_some() {
            let span = self.call.name.span;
            let message = "the call sets either `LimitFlags` or `CompletionPort` and `CompletionKey`";
            self.complain(Diagnostic::new(message).at(span, "give one of the two"));
        }
        if self.raw("port").is_some() {
            let (port, key) = (self.handle("port"), self.wide("key").unwrap_or(0));
            return Service::JobPort { job, port, key };
        }
        let kill = !self.flags("limits").is_empty();
        let action = if kill { JobAction::KillOnClose } else { JobAction::NoLimit };
        self.zero_or_names("limits");
        Service::Job { job, action, exit_status: 0 }
    }

    fn create_process(&mut self) -> Service {
        let child = self.process_named("process");
        let parent = match self.raw("parent") {
            None => HandleArg::Value(sim_core::Handle::CURRENT_PROCESS),
            Some(_) => self.handle("parent"),
        };
        let inherits = match (self.is_true("inherit"), self.given("handles").is_some()) {
            (false, _) => Inheritance::Nothing,
            (true, false) => Inheritance::All,
            (true, true) => Inheritance::Listed,
        };
        Service::CreateProcess { child, parent, inherits }
    }

    fn process_arg(&mut self, parameter: &str) -> ProcessArg {
        match self.raw(parameter).map(|value| value.value.clone()) {
            None | Some(Written::Pseudo(_)) => ProcessArg::Own,
            Some(Written::Name(name)) if name == "NULL" => ProcessArg::None,
            Some(Written::Name(name)) if self.is_process(&name) && !self.is_bound(&name) => {
                ProcessArg::Named(self.process_named(parameter))
            }
            Some(_) => ProcessArg::Handle(self.handle(parameter)),
        }
    }

    fn handle_flags(&mut self, parameter: &str) -> u8 {
        self.zero_or_names(parameter);
        let bit = |name: &str| match name {
            "HANDLE_FLAG_INHERIT" => HANDLE_FLAG_INHERIT,
            _ => HANDLE_FLAG_PROTECT_FROM_CLOSE,
        };
        self.flags(parameter).into_iter().map(bit).fold(0, |mask, bit| mask | bit)
    }

    /// Flags are written by name; the only number is 0.
    fn zero_or_names(&mut self, parameter: &str) {
        let Some(Spanned { value: Written::Number(number), span }) = self.given(parameter) else { return };
        if number.value() != 0 {
            let message = format!("found the number {}, expected flags by name, or 0", number.value());
            let span = *span;
            self.complain(Diagnostic::new(message).at(span, "flags are written by name"));
        }
    }

    /// DesiredAccess; every right of the type if it is not given.
    fn rights(&mut self, object_type: ObjectType) -> u32 {
        match self.given("access") {
            None => object_type.every_right(&self.compiler.profile).0,
            Some(_) => self.access_mask(),
        }
    }

    fn access_mask(&mut self) -> u32 {
        match self.given("access").map(|value| &value.value) {
            Some(Written::Number(_)) => self.numeric_access(),
            _ => self.flags("access").into_iter().map(right).fold(0, |mask, bit| mask | bit),
        }
    }
}

impl Args<'_> {
    /// An access mask as a number. MAXIMUM_ALLOWED asks for what security would grant, of which the model knows nothing.
    fn numeric_access(&mut self) -> u32 {
        const MAXIMUM_ALLOWED: u32 = 0x0200_0000;
        let mask = self.narrow("access");
        if mask & MAXIMUM_ALLOWED != 0 && mask != u32::MAX {
            let span = self.given("access").map_or_else(Span::default, |value| value.span);
            let message = format!("the access 0x{mask:X} has MAXIMUM_ALLOWED, which is not modelled here");
            self.complain(Diagnostic::new(message).at(span, "name the rights instead"));
        }
        mask
    }
}

fn right(name: &str) -> u32 {
    match name {
        "GENERIC_READ" => 0x8000_0000,
        "GENERIC_WRITE" => 0x4000_0000,
        "GENERIC_ALL" | "PROCESS_ALL_ACCESS" | "THREAD_ALL_ACCESS" => 0x1000_0000,
        "SYNCHRONIZE" => 0x0010_0000,
        "PROCESS_DUP_HANDLE" => 0x40,
        "PROCESS_CREATE_PROCESS" => 0x80,
        "EVENT_MODIFY_STATE" => 2,
        // EVENT_QUERY_STATE, PROCESS_TERMINATE, THREAD_TERMINATE.
        _ => 1,
    }
}

/// How handle tables behave, as the scenario says.
pub(super) fn handle_policy(scenario: &Scenario, diagnostics: &mut Diagnostics) -> HandlePolicy {
    let mut policy = HandlePolicy::default();
    for line in &scenario.policies {
        match line {
            ast::Policy::Reuse(name) => {
                let named = Reuse::ALL.iter().find(|reuse| reuse.name() == name.value);
                policy.reuse = named.copied().unwrap_or(policy.reuse);
            }
            ast::Policy::Verifier(_) | ast::Policy::Rings(_) | ast::Policy::Faults { .. } => {}
            ast::Policy::Limit(number) => {
                let most = HandlePolicy::default().most_handles;
                match u32::try_from(number.value.value()) {
                    Ok(limit) if limit <= most => policy.most_handles = limit,
                    _ => {
                        let message = format!("found {}, expected 0 to {most} handles", number.value.value());
                        diagnostics.push(Diagnostic::new(message).at(number.span, "out of range"));
                    }
                }
            }
        }
    }
    policy
}

/// What the scenario says of its processes, in the order of the file.
pub(super) fn marks(scenario: &Scenario, profile: Profile, diagnostics: &mut Diagnostics) -> Vec<Marks> {
    let mut made: Vec<(&str, Span)> = Vec::new();
    let threads = scenario.processes().flat_map(|process| &process.threads);
    for action in threads.flat_map(|thread| &thread.actions) {
        let ast::ActionKind::Call { call, second, .. } = &action.value else { continue };
        let row = call_row(&call.name.value).filter(|row| row.service == ServiceName::CreateProcess);
        let argument = row.and_then(|row| row.spec.argument(call, row.spec.params[0].name));
        let Some(Spanned { value: Written::Name(name), span }) = argument else { continue };
        let threadless = |process: &ast::Process| process.name.value == *name && process.threads.is_empty();
        if let Some(second) = second
            && scenario.processes().any(threadless)
        {
            let message = format!("the process `{name}` has no thread that `{}` could name", second.value);
            diagnostics.push(Diagnostic::new(message).at(second.span, "the handle to its first thread"));
        }
        match made.iter().find(|(other, _)| other == name) {
            None => made.push((name, *span)),
            Some((_, first)) => diagnostics.push(
                Diagnostic::new(format!("the process `{name}` is made twice"))
                    .at(*span, "made again")
                    .and_at(*first, "made first")
                    .help("each process of a file begins once: write a second `process` block"),
            ),
        }
    }
    let of = |process: &ast::Process| {
        let has = |wanted: &str| process.marks.iter().find(|mark| mark.value == wanted);
        if let Some(mark) = has("strict").filter(|_| !profile.has_strict_handle_checks) {
            let message =
                format!("the strict handle check policy does not exist on {}", profile.version.name());
            diagnostics.push(Diagnostic::new(message).at(mark.span, "it came with Windows 8"));
        }
        Marks {
            debugged: has("debugged").is_some(),
            strict: has("strict").is_some(),
            made_by_call: made.iter().any(|(name, _)| *name == process.name.value),
        }
    };
    scenario.processes().map(of).collect()
}
