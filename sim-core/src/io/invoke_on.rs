//! The outcomes of a request that a completion routine is called for.

use crate::status::NtStatus;
use crate::word::{Word, WordKind};

/// InvokeOnSuccess, InvokeOnError and InvokeOnCancel of IoSetCompletionRoutine.
///
/// ```
/// use sim_core::NtStatus;
/// use sim_core::io::invoke_on::InvokeOn;
/// let on_cancel = InvokeOn { success: false, error: false, cancel: true };
/// assert!(on_cancel.includes(NtStatus::CANCELLED, true));
/// assert!(!on_cancel.includes(NtStatus::CANCELLED, false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvokeOn {
    /// The request succeeds.
    pub success: bool,
    /// The request fails.
    pub error: bool,
    /// IoCancelIrp was called for it.
    pub cancel: bool,
}

const SUCCESS_BIT: u64 = 1;
const ERROR_BIT: u64 = 2;
const CANCEL_BIT: u64 = 4;

impl InvokeOn {
    /// Every outcome.
    pub const ALWAYS: InvokeOn = InvokeOn { success: true, error: true, cancel: true };

    /// Whether the routine is called for an IRP that ends with `status`; `cancel`: Irp->Cancel.
    pub const fn includes(self, status: NtStatus, cancel: bool) -> bool {
        (if status.is_success() { self.success } else { self.error }) || self.cancel && cancel
    }
}

impl Word for InvokeOn {
    const KIND: WordKind = WordKind::Mask;
    fn to_word(self) -> u64 {
        let bit = |set, bit| if set { bit } else { 0 };
        bit(self.success, SUCCESS_BIT) | bit(self.error, ERROR_BIT) | bit(self.cancel, CANCEL_BIT)
    }
    fn from_word(word: u64) -> Self {
        let has = |bit| word & bit != 0;
        InvokeOn { success: has(SUCCESS_BIT), error: has(ERROR_BIT), cancel: has(CANCEL_BIT) }
    }
}
