//! Who hears of every check: at present the log, which takes note of refusals with their stable code.

use protocol::recorder::{Observation, Recorder, Verdict};

/// Writes refusals to the log, with their transaction and what was given and expected. Passed checks are not written.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogRecorder;

impl Recorder for LogRecorder {
    fn observe(&self, transaction: &str, observation: &Observation<'_>) {
        if let Verdict::Refused(error) = observation.verdict {
            tracing::info!(
                transaction,
                check = observation.check,
                refusal = error.refusal.code(),
                given = error.given.as_deref(),
                expected = error.expected.as_deref(),
                detail = error.detail.as_deref(),
                "refused"
            );
        }
    }
}
