//! A fresh access token of a source, for a program that acts there on behalf of the person.

use protocol::time::{MINUTE, Time};
use protocol::upstream::{ExternalAccount, refresh, refreshed};
use serde_json::Value;
use store::StoreError;

use super::{KeptTokens, assertion_key, send};
use crate::actions::actor::Actor;
use crate::actions::changes::ATTEMPTS;
use crate::actions::external_accounts::about;
use crate::actions::outcome::ActionError;
use crate::app::App;

/// A token that ends sooner is renewed: whoever asks has to be able to use it.
const REMAINS: i64 = MINUTE;

/// The access token of an external account, renewed at the source when it is over or nearly so.
///
/// # Errors
/// [`ActionError::Conflict`] when there is none and no way to get one; or the store's.
pub async fn fresh(app: &App, actor: &Actor, account: &ExternalAccount) -> Result<KeptTokens, ActionError> {
    // One at a time on this node: most sources take a refresh token once.
    let _turn = app.renewal_turns.of(&account.id).await;
    for _ in 0..ATTEMPTS {
        let (mut tokens, version) = load(app, account).await?;
        let now = app.now();
        let mut statements = Vec::new();
        if tokens.ends_before(now.plus(REMAINS)) {
            if let Err(error) = renew(app, account, &mut tokens, now).await {
                if load(app, account).await?.1 == version {
                    return Err(error);
                }
                // Another node has used the refresh token, or the person has signed in: there are newer ones.
                continue;
            }
            let sealed = tokens.sealed()?;
            let (expires_at, entropy) = (tokens.expires_at(), &app.entropy);
            statements.push(
                app.store
                    .renew_source_tokens(&account.id, version, &sealed, expires_at, entropy)?,
            );
        }
        let mut detail = about(account);
        detail.insert("renewed".to_owned(), Value::Bool(!statements.is_empty()));
        statements.push(actor.event(app, now, "external_account_token_read", &account.user_id, detail));
        match app.commit_changes(statements, Vec::new()).await {
            Err(StoreError::Conflict) => {}
            other => return Ok(other.map(|()| tokens)?),
        }
    }
    Err(StoreError::Conflict.into())
}

/// The tokens that are kept, and the version of the account that they belong to.
async fn load(app: &App, account: &ExternalAccount) -> Result<(KeptTokens, i64), ActionError> {
    let Some((text, version)) = app.store.load_source_tokens(&account.id).await? else {
        let message = "There are no tokens of the source for this account; they come with the next sign-in.";
        return Err(ActionError::Conflict(message.to_owned()));
    };
    let tokens = serde_json::from_slice(&text).map_err(StoreError::from)?;
    Ok((tokens, version))
}

async fn renew(app: &App, account: &ExternalAccount, tokens: &mut KeptTokens, now: Time) -> Result<(), ActionError> {
    let conflict = |message: String| ActionError::Conflict(message);
    let snapshot = app.snapshot();
    let upstream = snapshot
        .sources
        .of_id(&account.source_id)
        .filter(|upstream| upstream.source.enabled)
        .ok_or_else(|| conflict("The source is switched off or gone.".to_owned()))?;
    let Some(refresh_token) = tokens.refresh_token() else {
        let message = "The token is over and the source gave none to renew it with; the person has to sign in again.";
        return Err(conflict(message.to_owned()));
    };
    let key = assertion_key(&snapshot, upstream);
    let failed = |failure: protocol::upstream::UpstreamFailure| {
        let said = failure.description.unwrap_or_default();
        conflict(format!(
            "The source did not renew the token: {} {said}",
            failure.error.public()
        ))
    };
    let call = refresh(&app.env(now, ""), upstream, key.as_ref(), refresh_token).map_err(failed)?;
    let reply = send(app, &call).await;
    let new = refreshed(upstream, &reply).map_err(failed)?;
    tokens.replace(&new, now);
    Ok(())
}
