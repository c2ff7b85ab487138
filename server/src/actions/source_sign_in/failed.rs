//! The entry of the audit log about somebody who did not come in through a source, because the source or a script did not say
//! who they are. What is refused after that is noted where it is decided.

use protocol::refusal::Refusal;
use protocol::upstream::Upstream;
use protocol::writes::Write;
use serde_json::json;
use store::StoreError;

use super::NotIn;
use crate::actions::browser_session::{Origin, event};
use crate::app::App;

/// Notes a failure. A state that is not known says nothing about anybody: it is not noted.
///
/// # Errors
/// When the database is unavailable.
pub async fn note(app: &App, upstream: &Upstream, why: &NotIn, origin: Origin<'_>) -> Result<(), StoreError> {
    let NotIn::Refused(failure) = why else { return Ok(()) };
    if failure.error.refusal == Refusal::UpstreamStateInvalid {
        return Ok(());
    }
    let mut entry = event(app, origin, "login_failed", None, None, &[]);
    entry.detail = json!({
        "source": upstream.source.key, "reason": failure.error.refusal.code(), "description": failure.description,
    });
    app.store.commit(vec![Write::CreateEvent(Box::new(entry))]).await
}
