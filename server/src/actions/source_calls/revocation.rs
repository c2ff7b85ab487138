//! Giving the tokens of a link that was taken away back to their source (RFC 7009; authn.sh sheet, A-18.2).

use protocol::upstream::{ExternalAccount, Reply, revoke};

use super::{KeptTokens, assertion_key, send};
use crate::app::App;

/// Gives tokens back. It is a courtesy: whatever comes of it, the link is gone, and the log says what came of it.
pub async fn give_back(app: &App, account: &ExternalAccount, tokens: &[u8]) {
    let snapshot = app.snapshot();
    let Some(upstream) = snapshot.sources.of_id(&account.source_id) else {
        return;
    };
    let Ok(tokens) = serde_json::from_slice::<KeptTokens>(tokens) else {
        return;
    };
    let (token, refresh_token) = (tokens.access_token(), tokens.refresh_token());
    let key = assertion_key(&snapshot, upstream);
    let call = match revoke(&app.env(app.now(), ""), upstream, key.as_ref(), token, refresh_token) {
        Ok(Some(call)) => call,
        Ok(None) => return,
        Err(failure) => {
            tracing::warn!(
                source = account.source_key,
                reason = failure.error.public(),
                "tokens were not given back"
            );
            return;
        }
    };
    let reason = match send(app, &call).await {
        Reply::Answer { status: 200..300, .. } => return,
        Reply::Answer { status, .. } => format!("the source answered {status}"),
        Reply::Failed(reason) => reason,
    };
    tracing::warn!(source = account.source_key, reason, "tokens were not given back");
}
