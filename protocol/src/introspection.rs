//! Token introspection (RFC 7662). A client learns about its own tokens only; everything else is inactive, and nothing
//! more is said (RFC 7662, section 4).

use serde::Serialize;

use crate::bearer::{FoundAccessToken, decide_access_token};
use crate::client::Client;
use crate::decision::decide_access;
use crate::env::Env;
use crate::records::{Grant, RefreshToken};
use crate::user::Subject;

/// A refresh token as it was found in the store.
#[derive(Debug)]
pub struct FoundRefreshToken {
    /// The token.
    pub token: RefreshToken,
    /// Its family.
    pub grant: Grant,
    /// Whom it speaks of; `None` when the account is deleted.
    pub subject: Option<Subject>,
}

/// The answer (RFC 7662, section 2.2). Absent members are left out; an inactive token has `active` alone.
#[derive(Debug, Default, Serialize)]
pub struct IntrospectionResponse {
    /// Whether the token counts now.
    pub active: bool,
    /// What it may be used for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// To whom it was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// `Bearer` for access tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// When it expires, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The subject, as this client knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// For whom it is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// Who issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// When the person signed in, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The browser session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// The answer about an access token, for `client` that asks.
#[must_use]
pub fn introspect_access_token(
    env: &Env<'_>,
    client: &Client,
    found: &FoundAccessToken,
    salt: &[u8],
) -> IntrospectionResponse {
    if found.grant.application_id != client.application.id || decide_access_token(env, found, Some(client)).is_err() {
        return IntrospectionResponse::default();
    }
    let token = &found.token;
    IntrospectionResponse {
        token_type: Some("Bearer"),
        exp: Some(token.expires_at.seconds()),
        iat: Some(token.issued_at.seconds()),
        sid: found.grant.facts.sid.clone().filter(|_| token.session_id.is_some()),
        ..common(env, client, &found.grant, found.subject.as_ref(), &token.scopes, salt)
    }
}

/// The answer about a refresh token, for `client` that asks.
#[must_use]
pub fn introspect_refresh_token(
    env: &Env<'_>,
    client: &Client,
    found: &FoundRefreshToken,
    salt: &[u8],
) -> IntrospectionResponse {
    let FoundRefreshToken { token, grant, subject } = found;
    let alive = grant.application_id == client.application.id
        && grant.revoked_at.is_none()
        && token.used_at.is_none()
        && token.revoked_at.is_none()
        && env.now < token.expires_at
        && decide_access(
            Some(&client.application),
            subject.as_ref().map(|subject| &subject.user),
            grant.issued_at,
        )
        .is_ok();
    if !alive {
        return IntrospectionResponse::default();
    }
    IntrospectionResponse {
        exp: (token.expires_at != crate::time::Time::NEVER).then(|| token.expires_at.seconds()),
        iat: Some(token.issued_at.seconds()),
        ..common(env, client, grant, subject.as_ref(), &token.scopes, salt)
    }
}

fn common(
    env: &Env<'_>,
    client: &Client,
    grant: &Grant,
    subject: Option<&Subject>,
    scopes: &[String],
    salt: &[u8],
) -> IntrospectionResponse {
    let user = subject.map(|subject| &subject.user);
    IntrospectionResponse {
        active: true,
        scope: Some(scopes.join(" ")),
        client_id: Some(client.application.client_id.clone()),
        username: user.map(|user| user.username.clone()),
        sub: user.map(|user| grant.facts.sub(&client.application, user, salt)),
        aud: Some(
            grant
                .facts
                .audience
                .as_ref()
                .unwrap_or(&client.application.client_id)
                .clone(),
        ),
        iss: Some(grant.facts.dialect.issuer(client, env.public_url).to_owned()),
        auth_time: grant.facts.auth_time.map(crate::time::Time::seconds),
        ..IntrospectionResponse::default()
    }
}
