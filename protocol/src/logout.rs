//! RP-initiated sign-out (OpenID Connect RP-Initiated Logout 1.0): who is meant, whether the person is asked, and where
//! the browser may go afterwards.

use crate::client::{Client, LogoutMethod};
use crate::env::Env;
use crate::error::OAuthError;
use crate::id_token::{Hint, OurKeys, verify_hint};
use crate::params::Params;
use crate::redirect_uri::{ResponseMode, ValidatedRedirect, check_post_logout_redirect_uri};
use crate::refusal::Refusal;
use crate::writes::Write;

/// A sign-out request that passed its checks.
#[derive(Debug)]
pub struct LogoutRequest {
    /// Whom the application means; `None` without a hint.
    pub hint: Option<Hint>,
    /// Where to go afterwards, with `state` on it.
    pub return_to: Option<ReturnTo>,
}

/// The way back to the application.
#[derive(Clone, Debug)]
pub struct ReturnTo {
    redirect: ValidatedRedirect,
    state: Option<String>,
}

impl ReturnTo {
    /// The address.
    #[must_use]
    pub fn address(&self) -> String {
        match &self.state {
            Some(state) => self.redirect.with(ResponseMode::Query, &[("state", state)]),
            None => self.redirect.as_str().to_owned(),
        }
    }

    /// Its origin, for `form-action`.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        self.redirect.origin()
    }
}

/// Checks a sign-out request. `client`: the one of the address, of `client_id` or of the hint's audience.
///
/// # Errors
/// [`Refusal::LogoutHintInvalid`], [`Refusal::IdTokenHintEncrypted`], [`Refusal::LogoutHintMissing`], [`Refusal::LogoutRedirectMismatch`]; all on a page,
/// and nobody is signed out.
pub fn check_logout(
    _env: &Env<'_>,
    client: Option<&Client>,
    keys: &OurKeys,
    params: &Params,
) -> Result<LogoutRequest, OAuthError> {
    let invalid = |detail: String| OAuthError::new(Refusal::LogoutHintInvalid).detail(detail);
    let hint = match (params.get("id_token_hint"), client) {
        (None, _) => None,
        (Some(token), None) => {
            let error = keys.unwrap(token).err();
            return Err(error.map_or_else(
                || invalid("no such client".to_owned()),
                |error| error.refusal(Refusal::LogoutHintInvalid),
            ));
        }
        (Some(token), Some(client)) => {
            Some(verify_hint(client, keys, token).map_err(|error| error.refusal(Refusal::LogoutHintInvalid))?)
        }
    };
    if let (Some(named), Some(client)) = (params.get("client_id"), client)
        && named != client.application.client_id
    {
        return Err(invalid("client_id and id_token_hint name different clients".to_owned()));
    }
    let state = params
        .get("state")
        .filter(|state| state.len() <= 2048)
        .map(str::to_owned);
    let return_to = match (params.get("post_logout_redirect_uri"), client) {
        (None, _) => None,
        // Without registered addresses the parameter means nothing (authentik does the same).
        (Some(_), Some(client)) if client.application.post_logout_redirect_uris.is_empty() => None,
        (Some(uri), Some(client)) => {
            if hint.is_none() {
                return Err(Refusal::LogoutHintMissing.into());
            }
            Some(ReturnTo {
                redirect: check_post_logout_redirect_uri(client, uri)?,
                state,
            })
        }
        (Some(uri), None) => return Err(OAuthError::new(Refusal::LogoutRedirectMismatch).given(uri)),
    };
    Ok(LogoutRequest { hint, return_to })
}

/// What is remembered when `client` gets tokens of `issuer` about `sub` in a session: only an application that wants to hear of the
/// end of the session costs a write (OpenID Connect Back-Channel Logout 1.0, section 2.3).
#[must_use]
pub fn record_party(client: &Client, session_id: Option<&str>, sub: &str, issuer: &str) -> Option<Write> {
    let application = &client.application;
    application
        .logout_uri
        .as_ref()
        .filter(|_| application.logout_method != LogoutMethod::None)?;
    Some(Write::RecordParty {
        session_id: session_id?.to_owned(),
        application_id: application.id.clone(),
        sub: sub.to_owned(),
        issuer: (issuer != client.issuer).then(|| issuer.to_owned()),
    })
}

/// The address that the browser opens in a frame to sign out of `client` (OpenID Connect Front-Channel Logout 1.0, section
/// 3): its `logout_uri` with `iss` (`issuer`, that of its tokens) and `sid`. What stands in its query stays, an `iss` or `sid` of its own as well.
#[must_use]
pub fn front_channel_address(client: &Client, issuer: &str, sid: &str) -> Option<String> {
    let registered = client.application.logout_address(LogoutMethod::Frontchannel)?;
    let mut address = url::Url::parse(registered).ok()?;
    let present: Vec<String> = address.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let ours = [("iss", issuer), ("sid", sid)];
    let missing = ours.iter().filter(|(name, _)| !present.iter().any(|one| one == name));
    let encoded = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(missing)
        .finish();
    let query = match address.query().filter(|query| !query.is_empty()) {
        Some(query) if encoded.is_empty() => query.to_owned(),
        Some(query) => format!("{query}&{encoded}"),
        None => encoded,
    };
    address.set_query(Some(&query));
    Some(address.into())
}

/// Whether the person must confirm: without a hint of the same session, anyone's page could sign them out.
#[must_use]
pub fn needs_confirmation(request: &LogoutRequest, sid: Option<&str>) -> bool {
    match (&request.hint, sid) {
        (_, None) => false,
        (Some(hint), Some(sid)) => hint.sid.as_deref() != Some(sid),
        (None, Some(_)) => true,
    }
}
