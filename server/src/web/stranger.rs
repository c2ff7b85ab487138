//! A request of a program whose client is not known, or that can not be read: it belongs to nobody, and is recorded all the same.

use protocol::error::OAuthError;
use protocol::params::Params;
use protocol::transaction::{Party, Step, StepKind, TransactionKind, mask};

use crate::recorder;

/// Notes the request and why it was refused. `endpoint`: in a word.
pub fn note_stranger(endpoint: &'static str, params: &Params, error: &OAuthError) {
    recorder::concerns(TransactionKind::Token);
    recorder::begins_with(|| {
        let step = Step::new(StepKind::Request, Party::Application, Party::Vestibule, endpoint);
        step.given(mask::parameters(params))
    });
    recorder::refused(endpoint, error);
    recorder::refused_answer(Party::Application, endpoint);
}
