//! Findings: what a driver or the system did that Windows answers with a bug check or a Verifier stop.
//!
//! A caller's mistake is an NTSTATUS and never a finding.

use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::word::{Id, word_enum};

word_enum! {
    /// The rules that a step can break.
    pub enum Rule {
        /// An object's PointerCount was taken below zero, or reached zero with handles open.
        ReferenceByPointer = "REFERENCE_BY_POINTER",
        /// Kernel mode closed a handle that is protected from close.
        InvalidKernelHandle = "INVALID_KERNEL_HANDLE",
        /// Kernel mode referenced an object by a handle that is none.
        VerifierDetectedViolation = "DRIVER_VERIFIER_DETECTED_VIOLATION",
        /// An IRP was completed a second time.
        MultipleIrpCompleteRequests = "MULTIPLE_IRP_COMPLETE_REQUESTS",
        /// An IRP was completed while its cancel routine was still set.
        CompletedWithCancelRoutine = "DRIVER_VERIFIER_IOMANAGER_VIOLATION",
    }
}

impl Rule {
    /// The bug check code that Windows (with Driver Verifier where need be) raises.
    pub const fn bug_check(self) -> u32 {
        match self {
            Rule::ReferenceByPointer => 0x18,
            Rule::InvalidKernelHandle => 0x93,
            Rule::VerifierDetectedViolation => 0xC4,
            Rule::MultipleIrpCompleteRequests => 0x44,
            Rule::CompletedWithCancelRoutine => 0xC9,
        }
    }

    /// The rule as one sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Rule::InvalidKernelHandle => "a driver closes no handle that is protected from close",
            Rule::VerifierDetectedViolation => "a driver references objects only by handles that are open",
            Rule::ReferenceByPointer => "no reference is dropped that was not taken",
            Rule::MultipleIrpCompleteRequests => "an IRP is completed exactly once",
            Rule::CompletedWithCancelRoutine => {
                "an IRP is completed only after its cancel routine was cleared"
            }
        }
    }
}

/// A rule that a step broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The place of the object or IRP it is about, or the handle.
    pub about: u32,
    /// The number that breaks the rule: a count, the second completion's status, or Driver Verifier's subcode.
    pub number: u64,
}

impl Finding {
    /// The bug check's parameters, as far as they are known; where Windows has an address, the record's place.
    ///
    /// REFERENCE_BY_POINTER: the object's type, the object, and the count that was reached as the fourth.
    /// INVALID_KERNEL_HANDLE: the handle, 0 for a protected one. DRIVER_VERIFIER_DETECTED_VIOLATION: 0x3C (a handle that
    /// is none) or 0xF5 (NULL), the handle. Source: WDK, Bug Check 0x18, 0x93, 0xC4.
    pub fn parameters(&self, kernel: &Kernel) -> [u64; 4] {
        let about = u64::from(self.about);
        match self.rule {
            Rule::ReferenceByPointer => {
                let object: Option<&Object> = kernel.get(Id::at(self.about));
                [object.map_or(0, |header| header.body.object_type() as u64), about, 0, self.number]
            }
            Rule::InvalidKernelHandle => [about, self.number, 0, 0],
            Rule::VerifierDetectedViolation => [self.number, about, 0, 0],
            Rule::MultipleIrpCompleteRequests | Rule::CompletedWithCancelRoutine => [about, 0, 0, 0],
        }
    }
}
