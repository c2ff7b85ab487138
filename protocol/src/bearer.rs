//! Access tokens that come back: where a request carries one (RFC 6750, section 2), and whether it counts now.

use crate::client::{Application, Client};
use crate::decision::{Permit, decide_access};
use crate::env::Env;
use crate::error::OAuthError;
use crate::params::Params;
use crate::records::{AccessToken, Grant};
use crate::refusal::Refusal;
use crate::time::Time;
use crate::user::{Subject, User};

/// An access token as it was found in the store.
#[derive(Debug)]
pub struct FoundAccessToken {
    /// The token.
    pub token: AccessToken,
    /// Its family.
    pub grant: Grant,
    /// Whom it speaks of; `None` when the account is deleted.
    pub subject: Option<Subject>,
    /// Whether the browser session that it hangs on still lives; true when it hangs on none.
    pub session_alive: bool,
}

/// The bearer token of a request: from the `Authorization` header, else from the form body, else from the query.
///
/// # Errors
/// [`Refusal::BearerMissing`], or [`Refusal::BearerTwice`] when it comes in more than one way.
pub fn parse_bearer<'a>(
    authorization: Option<&'a str>,
    body: Option<&'a Params>,
    query: Option<&'a Params>,
) -> Result<&'a str, OAuthError> {
    let header = authorization.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| token.trim())
            .filter(|token| !token.is_empty())
    });
    let in_body = body.and_then(|params| params.get("access_token"));
    let in_query = query.and_then(|params| params.get("access_token"));
    let mut found = [header, in_body, in_query].into_iter().flatten();
    let token = found.next().ok_or(Refusal::BearerMissing)?;
    if found.next().is_some() {
        Err(Refusal::BearerTwice.into())
    } else {
        Ok(token)
    }
}

/// Decides whether an access token counts now: known, not expired, neither it nor its family revoked, its browser
/// session alive, its subject and application in good standing.
///
/// # Errors
/// [`Refusal::BearerUnknown`] for all of these alike; which one it was stands in the detail.
pub fn decide_access_token(
    env: &Env<'_>,
    found: &FoundAccessToken,
    client: Option<&Client>,
) -> Result<Permit, OAuthError> {
    let FoundAccessToken {
        token,
        grant,
        subject,
        session_alive,
    } = found;
    let user = subject.as_ref().map(|subject| &subject.user);
    let application = client.map(|client| &client.application);
    decide_token(env, token, grant, *session_alive, user, application)
}

/// Whether a token that has not expired was revoked, or its family: it does not count any more, and somebody still has it.
#[must_use]
pub fn is_revoked(found: &FoundAccessToken, now: Time) -> bool {
    let revoked = found.token.revoked_at.is_some() || found.grant.revoked_at.is_some();
    revoked && now < found.token.expires_at
}

/// The same of an access token in its parts. `application`: to whom it was issued, `None` when that is deleted.
///
/// # Errors
/// As [`decide_access_token`].
pub fn decide_token(
    env: &Env<'_>,
    token: &AccessToken,
    grant: &Grant,
    session_alive: bool,
    user: Option<&User>,
    application: Option<&Application>,
) -> Result<Permit, OAuthError> {
    let dead = |why: &'static str| OAuthError::new(Refusal::BearerUnknown).detail(why);
    if env.now >= token.expires_at {
        return Err(dead("expired"));
    }
    if token.revoked_at.is_some() {
        return Err(dead("revoked"));
    }
    if grant.revoked_at.is_some() {
        return Err(dead("its family is revoked"));
    }
    if !session_alive {
        return Err(dead("its browser session has ended"));
    }
    let application = application.ok_or_else(|| dead("its application is deleted"))?;
    decide_access(Some(application), user, grant.issued_at).map_err(|error| OAuthError {
        refusal: Refusal::BearerUnknown,
        ..error
    })
}

/// The `WWW-Authenticate` challenge of a refusal (RFC 6750, section 3). A request without a token gets no error code,
/// only the realm, because at least one parameter must follow the scheme.
#[must_use]
pub fn challenge(error: &OAuthError) -> String {
    if error.refusal == Refusal::BearerMissing {
        return "Bearer realm=\"vestibule\"".to_owned();
    }
    let scope = match (error.refusal, &error.expected) {
        (Refusal::BearerScope, _) => ", scope=\"openid\"".to_owned(),
        (Refusal::GitHubScope, Some(scope)) => format!(", scope=\"{scope}\""),
        _ => String::new(),
    };
    format!(
        "Bearer error=\"{}\", error_description=\"{}\"{scope}",
        error.code().as_str(),
        error.public()
    )
}
