//! What a program has seen of its own lines: kept in the state only where outcomes are enumerated, as two runs that differ
//! in nothing else may still have been told different things.

use sim_core::delta::Change;
use sim_core::encode::{Decoder, Encoder};
use sim_core::ob::header::Object;
use sim_core::ps::thread::Thread;
use sim_core::win32::Win32Error;
use sim_core::{Id, NtStatus};

use crate::lang::Binds;
use crate::scenario::calls::Answer;
use crate::scenario::program::{Action, ActionKind, Service};
use crate::scenario::result::CallResult;
use crate::scenario::world::{Event, Mark, World};

/// What a line gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// Whether what the line checks was true.
    Checked(bool),
    /// The call is not back yet, but has made a handle to this object, which others can close already.
    Made(Id<Object>),
    /// What the call returned. The value of a handle is left out: its label has it.
    Returned(CallResult),
}

/// How many kinds of what a line gives come before a call's result.
const NO_RESULT: u64 = 3;

impl Observed {
    pub(super) fn put(&self, encoder: &mut Encoder<'_>) {
        match self {
            Observed::Checked(held) => encoder.number(u64::from(*held)),
            Observed::Made(object) => {
                encoder.number(2);
                encoder.word(*object);
            }
            Observed::Returned(result) => {
                encoder.number(NO_RESULT + u64::from(result.succeeded));
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
        if kind < NO_RESULT {
            return Observed::Made(decoder.word());
        }
        Observed::Returned(CallResult {
            answer,
            succeeded: kind > NO_RESULT,
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

    /// Keeps what the thread's call has made a handle to since `mark`. The label of a call that is back names this object,
    /// also if the handle is closed by then. The handles that a new process inherits are not its creator's.
    pub(super) fn observe_made(&mut self, thread: Id<Thread>, mark: Mark) {
        let inside = self.actors.iter().position(|state| state.inside == Some(thread));
        let Some(actor) = inside.filter(|_| !self.observed.is_empty()) else { return };
        let action = self.actors[actor].next;
        let ActionKind::Call(call) = &self.program().actors[actor].actions[action].kind else { return };
        if call.label.is_none() || matches!(call.service, Service::CreateProcess { .. }) {
            return;
        }
        let made = self.since(mark).iter().find_map(|delta| match delta.change {
            Change::Entry { from, to, .. } if from.object.is_none() => to.object,
            _ => None,
        });
        if let Some(object) = made {
            self.kernel.watch(object);
            self.note_observed(self.line_number(actor, action), Observed::Made(object));
        }
    }

    /// What the call in a line has made a handle to, if it is known.
    pub(super) fn made(&self, actor: usize, action: usize) -> Option<Id<Object>> {
        match self.observed(actor, action) {
            Some(Observed::Made(object)) => Some(*object),
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
