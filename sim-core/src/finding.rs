//! Findings: what a driver or the system did that Windows answers with a bug check or a Verifier stop.
//!
//! A caller's mistake is an NTSTATUS and never a finding.

use crate::io::irp::Irp;
use crate::ob::header::Object;
use crate::renaming::Rename;
use crate::word::{Id, Word, WordKind, word_enum};

word_enum! {
    /// The rules that a step can break.
    pub enum Rule {
        /// An object's PointerCount was taken below zero, or reached zero with handles open.
        ReferenceByPointer = "REFERENCE_BY_POINTER",
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
            Rule::MultipleIrpCompleteRequests => 0x44,
            Rule::CompletedWithCancelRoutine => 0xC9,
        }
    }

    /// The rule as one sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
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
    /// What it is about.
    pub about: About,
    /// The number that breaks the rule: a count, or the second completion's status.
    pub number: u64,
}

/// What a broken rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// An object.
    Object(Id<Object>),
    /// An IRP.
    Irp(Id<Irp>),
}

impl Word for About {
    const KIND: WordKind = WordKind::Packed;
    fn to_word(self) -> u64 {
        match self {
            About::Object(object) => object.to_word() << 1,
            About::Irp(irp) => irp.to_word() << 1 | 1,
        }
    }
    fn from_word(word: u64) -> Self {
        match word & 1 {
            0 => About::Object(Id::from_word(word >> 1)),
            _ => About::Irp(Id::from_word(word >> 1)),
        }
    }
    fn rename<N: Rename>(word: u64, names: &mut N) -> u64 {
        match About::from_word(word) {
            About::Object(object) => About::Object(names.value(object)).to_word(),
            About::Irp(irp) => About::Irp(names.value(irp)).to_word(),
        }
    }
}
