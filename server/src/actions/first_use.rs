//! Learning a redirect URI on first use: the person has confirmed the address, and the application gets it.

use protocol::error::OAuthError;
use protocol::records::PendingRequest;
use protocol::redirect_uri::learn;
use protocol::refusal::Refusal;
use serde_json::{Map, Value};
use store::StoreError;

use super::actor::Actor;
use super::applications;
use super::authorization::Present;
use super::browser_session::Origin;
use super::changes::ATTEMPTS;
use crate::app::App;

/// Gives the application of a waiting request the address that it presented; whether it did. It does not when the
/// application learns nothing (any more), or not from this person: of two browsers at once one teaches. The dispatcher
/// says then what comes next.
///
/// The inner error: the application has a list of all its addresses (OpenID Connect Dynamic Client Registration, section 5),
/// and this one does not stand in it.
///
/// # Errors
/// When the database is unavailable.
pub async fn teach(
    app: &App,
    waiting: &PendingRequest,
    teacher: Present<'_>,
    origin: &Origin<'_>,
) -> Result<Result<bool, OAuthError>, StoreError> {
    let is_admin = app.store.load_is_admin(teacher.user).await?;
    let redirect_uri = waiting.state.request.redirect_uri.as_str();
    for _ in 0..ATTEMPTS {
        let Some(stored) = app.store.load_application(&waiting.application_id).await? else {
            return Ok(Ok(false));
        };
        let Ok(application) = learn(&stored.application, redirect_uri, is_admin, origin.now) else {
            // What stands in memory here asked the question, and the record says that there is nothing to ask: it was
            // changed a moment ago, and word of that has not come yet. The dispatcher must not ask again.
            app.forget_application(&waiting.application_id);
            return Ok(Ok(false));
        };
        if let Some(error) = applications::check_list(app, &application).await {
            let refused = OAuthError::new(Refusal::FirstUseNotListed).given(redirect_uri);
            return Ok(Err(refused.detail(error.message)));
        }
        let actor = Actor {
            id: Some(teacher.user.id.clone()),
            client_address: Some(origin.client_address.to_string()),
            ..Actor::default()
        };
        let mut detail = Map::new();
        detail.insert("redirect_uri".to_owned(), Value::from(redirect_uri));
        detail.insert("transaction".to_owned(), Value::from(waiting.id.as_str()));
        detail.insert(
            "learn_redirect_uri".to_owned(),
            serde_json::to_value(stored.application.learn_redirect_uri)?,
        );
        let statements = vec![
            app.store.update_application(&application, stored.application.version)?,
            actor.event(app, origin.now, "redirect_uri_learned", &application.id, detail),
        ];
        match app
            .commit_changes(statements, vec![format!("app:{}", application.id)])
            .await
        {
            // Changed at this moment, perhaps by another browser that taught: look again.
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(Ok(true)),
        }
    }
    Err(StoreError::Conflict)
}
