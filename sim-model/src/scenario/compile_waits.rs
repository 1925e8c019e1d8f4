//! Compiling the calls of what can be waited for, and of waiting.

use crate::lang::ast::Value as Written;
use crate::scenario::calls::ServiceName;
use crate::scenario::compile_args::Args;
use crate::scenario::program::{Act, Service};

impl Args<'_> {
    pub(super) fn wait_service(&mut self, service: ServiceName) -> Service {
        let alertable = self.is_true("alertable");
        match service {
            ServiceName::CreateSemaphore => {
                let (initial, limit) = (self.narrow("initial"), self.narrow("maximum"));
                Service::CreateSemaphore { name: self.name(), initial, limit }
            }
            ServiceName::CreateMutant => {
                Service::CreateMutant { name: self.name(), owned: self.is_true("owned") }
            }
            ServiceName::CreateTimer => {
                Service::CreateTimer { name: self.name(), manual_reset: self.is_true("manual") }
            }
            ServiceName::QueueApc => Service::QueueApc(self.handle("thread")),
            ServiceName::WaitMultiple => {
                let (all, timeout) = (self.is_true("all"), self.timeout());
                Service::WaitMultiple { all, timeout, alertable }
            }
            ServiceName::SignalAndWait => {
                let (signal, wait) = (self.handle("signal"), self.handle("wait"));
                Service::SignalAndWait { signal, wait, timeout: self.timeout(), alertable }
            }
            ServiceName::WaitForAlert => Service::WaitForAlert { timeout: self.timeout() },
            ServiceName::Sleep => Service::Sleep { timeout: self.timeout(), alertable },
            ServiceName::Wait => {
                Service::Wait { handle: self.handle("handle"), timeout: self.timeout(), alertable }
            }
            other => self.act(other).unwrap_or_else(|| self.handle_service()),
        }
    }

    /// One thing to one object, if the service is that.
    fn act(&mut self, service: ServiceName) -> Option<Service> {
        let (parameter, act) = match service {
            ServiceName::ClearEvent => ("event", Act::ClearEvent),
            ServiceName::PulseEvent => ("event", Act::PulseEvent),
            ServiceName::QueryEvent => ("event", Act::QueryEvent),
            ServiceName::ReleaseSemaphore => {
                let release = if self.given("count").is_some() { self.narrow("count") } else { 1 };
                ("semaphore", Act::ReleaseSemaphore { release })
            }
            ServiceName::QuerySemaphore => ("semaphore", Act::QuerySemaphore),
            ServiceName::ReleaseMutant => (self.row.spec.params[0].name, Act::ReleaseMutant),
            ServiceName::QueryMutant => ("mutant", Act::QueryMutant),
            ServiceName::SetTimer => ("timer", self.set_timer()),
            ServiceName::CancelTimer => ("timer", Act::CancelTimer),
            ServiceName::QueryTimer => ("timer", Act::QueryTimer),
            ServiceName::AlertThread => ("thread", Act::AlertThread),
            _ => return None,
        };
        Some(Service::Act { handle: self.handle(parameter), act })
    }

    /// A due time of 0 is past. A period of 0 is none. How long either is makes no difference: there is no clock.
    fn set_timer(&mut self) -> Act {
        self.literal("due");
        self.literal("period");
        let is_zero = |value: Option<&Written>| match value {
            Some(Written::Number(number)) => number.magnitude == 0,
            other => other.is_none(),
        };
        let due_at_once = is_zero(self.given("due").map(|due| &due.value));
        let periodic = !is_zero(self.given("period").map(|period| &period.value));
        Act::SetTimer { due_at_once, periodic }
    }
}
