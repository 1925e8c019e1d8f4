//! What a program has seen of its own lines: kept in the state only where outcomes are enumerated, as two runs that differ
//! in nothing else may still have been told different things.

use sim_core::NtStatus;
use sim_core::encode::{Decoder, Encoder};
use sim_core::win32::Win32Error;

use crate::lang::Binds;
use crate::scenario::calls::Answer;
use crate::scenario::program::{Action, ActionKind};
use crate::scenario::result::CallResult;
use crate::scenario::world::{Event, World};

/// What a line gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// Whether what the line checks was true.
    Checked(bool),
    /// What the call returned. The value of a handle is left out: its label has it.
    Returned(CallResult),
}

impl Observed {
    pub(super) fn put(&self, encoder: &mut Encoder<'_>) {
        match self {
            Observed::Checked(held) => encoder.number(u64::from(*held)),
            Observed::Returned(result) => {
                encoder.number(2 + u64::from(result.succeeded));
                encoder.word(result.status);
                encoder.number(u64::from(result.error.0));
                encoder.number(result.raised.map_or(0, |status| u64::from(status.0) + 1));
                encoder.number(result.value.map_or(0, |value| value.saturating_add(1)));
            }
        }
    }

    /// Reads what [`Observed::put`] wrote, of a call that answers so.
    pub(super) fn get(answer: Option<Answer>, decoder: &mut Decoder<'_>) -> Observed {
        let kind = decoder.number();
        let Some(answer) = answer else { return Observed::Checked(kind == 1) };
        Observed::Returned(CallResult {
            answer,
            succeeded: kind == 3,
            status: decoder.word(),
            error: Win32Error(decoder.number() as u32),
            raised: decoder.number().checked_sub(1).map(|status| NtStatus(status as u32)),
            value: decoder.number().checked_sub(1),
        })
    }
}

impl World<'_> {
    /// What a line of an actor has given, if the world keeps that.
    pub fn observed(&self, actor: usize, action: usize) -> Option<&Observed> {
        self.observed.get(self.line_number(actor, action))?.as_ref()
    }

    fn line_number(&self, actor: usize, action: usize) -> usize {
        let before = self.program().actors[..actor].iter();
        before.map(|actor| actor.actions.len()).sum::<usize>() + action
    }

    /// How the call in a line answers; none if it is no call.
    pub(super) fn answer_of(&self, line: usize) -> Option<Answer> {
        let action = self.program().actors.iter().flat_map(|actor| &actor.actions).nth(line);
        match action {
            Some(Action { kind: ActionKind::Call(call), .. }) => Some(call.answer()),
            _ => None,
        }
    }

    pub(super) fn observe(&mut self, event: &Event) {
        let (actor, action, observed) = match event {
            Event::Checked { actor, action, refuted } => {
                (*actor, *action, Observed::Checked(refuted.is_none()))
            }
            Event::Returned { actor, action, result, .. } => {
                let result = match &self.program().actors[*actor].actions[*action].kind {
                    ActionKind::Call(call) if call.row.spec.binds == Binds::Handle => {
                        CallResult { value: None, ..result.clone() }
                    }
                    _ => result.clone(),
                };
                (*actor, *action, Observed::Returned(result))
            }
            Event::Done { .. } => return,
        };
        self.note_observed(self.line_number(actor, action), observed);
    }
}
