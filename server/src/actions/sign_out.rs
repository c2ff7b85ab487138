//! Signing out of this browser: the session ends, and with it every token that lives no longer than it.

use protocol::records::Session;
use protocol::writes::Write;
use store::StoreError;

use super::browser_session::{Origin, event};
use crate::app::App;

/// Ends a session. `application`: who asked for it, when it was not the person alone.
///
/// # Errors
/// When the database is unavailable.
pub async fn sign_out(
    app: &App,
    session: &Session,
    application: Option<&str>,
    origin: Origin<'_>,
) -> Result<(), StoreError> {
    let mut detail = vec![("session", session.id.as_str())];
    detail.extend(application.map(|id| ("application", id)));
    let user = Some(session.user_id.as_str());
    let entry = event(app, origin, "logout", user, user, &detail);
    app.store
        .commit(vec![
            Write::EndSession {
                id: session.id.clone(),
                at: origin.now,
            },
            Write::CreateEvent(Box::new(entry)),
        ])
        .await
}
