//! Slack: `oauth.v2.access` nests the token of the person in `authed_user`; what stands outside is that of the application. Its
//! answers say `ok`, and a refusal comes with status 200.

use serde_json::Value;

use super::super::document::Document;

/// The members of `authed_user` in the place of those outside.
pub(in crate::upstream) fn unnest(answer: &mut Document) {
    let Some(Value::Object(user)) = answer.get("authed_user").cloned() else {
        return;
    };
    for name in [
        "access_token",
        "refresh_token",
        "token_type",
        "expires_in",
        "scope",
        "id_token",
    ] {
        match user.get(name) {
            Some(value) => answer.set(name, value.clone()),
            None => answer.remove(name),
        }
    }
    // `user` and `bot` are kinds of tokens there; all are bearer tokens.
    answer.set("token_type", "Bearer".into());
}

/// Whether the answer is a refusal, and its code.
pub(in crate::upstream) fn refusal(answer: &Document) -> Option<String> {
    let refused = answer.get("ok").and_then(Value::as_bool) == Some(false);
    refused.then(|| answer.text("error").unwrap_or("error").to_owned())
}
