//! OAuth 1.0a (RFC 5849) as a client: temporary credentials, the way of the browser, token credentials, and the signed profile
//! request. Nonce and timestamp come from the circumstances of the request, so that a test gives exact signatures.

pub mod signature;

use secrecy::{ExposeSecret as _, SecretString};

use self::signature::{Credentials, SignatureMethod, Stamp, authorization_header};
use super::authorize_url::extras;
use super::call::{Call, Purpose, Reply, append_query};
use super::callback::error_in;
use super::document::Document;
use super::failure::UpstreamFailure;
use super::flow::{Begun, Pending, Redirect, Secrets, Start, required};
use super::source::Upstream;
use super::token::{Tokens, parse_token_answer};
use super::vendors;
use crate::env::Env;
use crate::error::OAuthError;
use crate::id::new_alphanumeric;
use crate::params::Params;
use crate::refusal::Refusal;

/// Characters of a nonce. The standard names no limit; `oauthlib`, which many services are built on, takes 20 to 30.
const NONCE_CHARACTERS: usize = 30;

/// Asks for temporary credentials (section 2.1). There is no `state` in this protocol: it stands in the callback address, which the
/// request signs.
pub(super) fn begin(env: &Env<'_>, upstream: &Upstream, start: &Start<'_>) -> Result<Begun, UpstreamFailure> {
    let source = &upstream.source;
    let request = required(source.request_token_endpoint.as_deref(), "request_token_endpoint")?;
    let authorization_endpoint = required(source.authorization_endpoint.as_deref(), "authorization_endpoint")?;
    required(source.token_endpoint.as_deref(), "token_endpoint")?;
    let callback = append_query(start.redirect_uri, &[("state", start.state)]);
    let call = Call::post_form(Purpose::RequestToken, request, &[]);
    let call = signed(env, upstream, call, None, &[("oauth_callback", &callback)])?;
    let mut extras = extras(source, vendors::of(source), start);
    extras.retain(|(name, _)| !name.starts_with("oauth_"));
    let pending = Pending {
        authorization_endpoint: authorization_endpoint.to_owned(),
        extras,
        secrets: Secrets {
            redirect_uri: start.redirect_uri.to_owned(),
            ..Secrets::default()
        },
    };
    Ok(Begun::Call { call, pending })
}

/// Reads the temporary credentials (section 2.1) and sends the browser on (section 2.2).
pub(super) fn leave(pending: Pending, reply: &Reply) -> Result<Redirect, UpstreamFailure> {
    let answer = form_of(reply, Refusal::UpstreamRequestTokenRefused)?;
    let refuse =
        |expected: &str| UpstreamFailure::new(OAuthError::new(Refusal::UpstreamRequestTokenRefused).expected(expected));
    // A server of the first edition would send the person to whatever address stands in the browser (section 2.1).
    if answer.text("oauth_callback_confirmed") != Some("true") {
        return Err(refuse("oauth_callback_confirmed=true"));
    }
    let token = answer.text("oauth_token").ok_or_else(|| refuse("oauth_token"))?;
    let secret = answer
        .text("oauth_token_secret")
        .ok_or_else(|| refuse("oauth_token_secret"))?;
    let mut pairs = vec![("oauth_token".to_owned(), token.to_owned())];
    pairs.extend(pending.extras);
    Ok(Redirect {
        url: append_query(&pending.authorization_endpoint, &pairs),
        secrets: Secrets {
            request_token: Some(token.to_owned()),
            request_token_secret: Some(secret.to_owned()),
            ..pending.secrets
        },
    })
}

/// Reads what the browser brings back (section 2.2) and asks for token credentials (section 2.3).
pub(super) fn token_call(
    env: &Env<'_>,
    upstream: &Upstream,
    secrets: &Secrets,
    params: &Params,
) -> Result<Call, UpstreamFailure> {
    if let Some(failure) = error_in(params) {
        return Err(failure);
    }
    // The way in which the larger vendors say that the person said no.
    if params.contains("denied") {
        return Err(Refusal::UpstreamAccessDenied.into());
    }
    let (Some(token), Some(token_secret)) = (&secrets.request_token, &secrets.request_token_secret) else {
        return Err(Refusal::UpstreamStateInvalid.into());
    };
    let given = params.get("oauth_token").ok_or(Refusal::UpstreamCodeMissing)?;
    if given != token {
        return Err(Refusal::UpstreamRequestTokenMismatch.into());
    }
    let verifier = params.get("oauth_verifier").ok_or(Refusal::UpstreamCodeMissing)?;
    let endpoint = required(upstream.source.token_endpoint.as_deref(), "token_endpoint")?;
    let call = Call::post_form(Purpose::Token, endpoint, &[]);
    signed(
        env,
        upstream,
        call,
        Some((token, token_secret)),
        &[("oauth_verifier", verifier)],
    )
}

/// Reads the token credentials (section 2.3).
pub(super) fn read_token_answer(reply: &Reply) -> Result<(Tokens, Document), UpstreamFailure> {
    let answer = match reply {
        Reply::Failed(why) => {
            return Err(OAuthError::new(Refusal::UpstreamTokenUnreachable)
                .detail(why.clone())
                .into());
        }
        Reply::Answer { .. } => form_of(reply, Refusal::UpstreamTokenRefused)?,
    };
    let member = |name: &str| {
        let malformed = || OAuthError::new(Refusal::UpstreamTokenMalformed).expected(name);
        answer.text(name).map(SecretString::from).ok_or_else(malformed)
    };
    let tokens = Tokens {
        access_token: member("oauth_token")?,
        token_type: "OAuth".to_owned(),
        refresh_token: None,
        id_token: None,
        token_secret: Some(member("oauth_token_secret")?),
        expires_in: None,
        scopes: Vec::new(),
    };
    Ok((tokens, answer))
}

/// The profile request (section 3.1).
pub(super) fn profile_call(
    env: &Env<'_>,
    upstream: &Upstream,
    endpoint: &str,
    tokens: &Tokens,
) -> Result<Call, UpstreamFailure> {
    let secret = tokens.token_secret.as_ref().map_or("", |secret| secret.expose_secret());
    let call = Call::get(Purpose::Userinfo, endpoint).with("Accept", "application/json");
    signed(
        env,
        upstream,
        call,
        Some((tokens.access_token.expose_secret(), secret)),
        &[],
    )
}

/// The call with its signature in the `Authorization` header (section 3.5.1).
fn signed(
    env: &Env<'_>,
    upstream: &Upstream,
    call: Call,
    token: Option<(&str, &str)>,
    further: &[(&str, &str)],
) -> Result<Call, UpstreamFailure> {
    let method = match upstream.source.oauth1_signature_method {
        // The secrets themselves stand in the header then (section 3.4.4).
        SignatureMethod::Plaintext if !call.url.starts_with("https://") => {
            return Err(OAuthError::new(Refusal::UpstreamNotConfigured)
                .expected("https, for PLAINTEXT sends the secrets themselves")
                .into());
        }
        method => method,
    };
    let credentials = Credentials {
        consumer_key: &upstream.source.client_id,
        consumer_secret: upstream
            .client_secret
            .as_ref()
            .map_or("", |secret| secret.expose_secret()),
        token,
    };
    let nonce = new_alphanumeric(NONCE_CHARACTERS, env.entropy);
    let stamp = Stamp {
        timestamp: env.now.seconds(),
        nonce: &nonce,
    };
    let header = authorization_header(
        method,
        call.method.as_str(),
        &call.url,
        &credentials,
        stamp,
        further,
        &[],
    );
    let header = header.ok_or_else(|| OAuthError::new(Refusal::UpstreamNotConfigured).given(call.place()))?;
    Ok(call.with("Authorization", header))
}

/// The answer of an endpoint of this protocol: status 200 and a form.
fn form_of(reply: &Reply, refusal: Refusal) -> Result<Document, UpstreamFailure> {
    match reply {
        Reply::Failed(why) => Err(OAuthError::new(refusal).detail(why.clone()).into()),
        Reply::Answer { status, body, .. } if (200..300).contains(status) => {
            parse_token_answer(body).ok_or_else(|| OAuthError::new(refusal).expected("a form").into())
        }
        Reply::Answer { status, .. } => {
            Err(UpstreamFailure::new(OAuthError::new(refusal).given(status.to_string())).status(*status))
        }
    }
}
