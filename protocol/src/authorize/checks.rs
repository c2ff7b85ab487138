//! What each check of an authorization request looks at. Their order stands in the table beside this file.

use super::{Draft, Facts, Prompt};
use crate::acr::parse_acr_request;
use crate::claims::parse_claims_request;
use crate::client::Client;
use crate::delivery::fits_a_form;
use crate::error::OAuthError;
use crate::id_token;
use crate::params::Params;
use crate::pkce::{CodeChallengeMethod, PkceError, parse_code_challenge};
use crate::redirect_uri::{ResponseMode, check_first_use, check_redirect_uri, may_learn};
use crate::refusal::Refusal;
use crate::response_type::{ResponseType, default_mode_of};
use crate::scope::{self, decide_authorized_scopes, parse_scope};
use crate::time::SECOND;

pub(super) fn check_client<'a>(facts: &Facts<'a>) -> Result<&'a Client, OAuthError> {
    let client_id = facts.params.get("client_id").ok_or(Refusal::ClientMissing)?;
    facts
        .client
        .ok_or_else(|| OAuthError::new(Refusal::ClientUnknown).given(client_id))
}

pub(super) fn check_client_enabled(_: &Facts<'_>, client: &Client, _: &mut Draft) -> Result<(), OAuthError> {
    if client.application.enabled {
        Ok(())
    } else {
        Err(Refusal::ClientDisabled.into())
    }
}

pub(super) fn check_redirect(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let presented = facts.params.get("redirect_uri");
    match check_redirect_uri(client, presented) {
        Ok(redirect) => {
            redirect.as_str().clone_into(&mut draft.request.redirect_uri);
            draft.redirect = Some(redirect);
            draft.mode = Some(mode_of_refusals(facts.params));
            Ok(())
        }
        // To be learned, when a person confirms it. Until then there is no way back: what fails, fails on a page.
        Err(error)
            if error.refusal == Refusal::RedirectUriUnregistered
                && may_learn(&client.application, draft.now).is_some() =>
        {
            let presented = presented.unwrap_or_default();
            check_first_use(presented)?;
            presented.clone_into(&mut draft.request.redirect_uri);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

pub(super) fn check_state(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let state = facts.params.get("state");
    if state.is_some_and(|state| state.len() > 2048) {
        return Err(Refusal::StateTooLong.into());
    }
    draft.request.state = state.map(str::to_owned);
    Ok(())
}

/// A refusal goes the way that the client listens on, even when it is about that way.
fn mode_of_refusals(params: &Params) -> ResponseMode {
    let default = default_mode_of(params.get("response_type"));
    match params.get("response_mode").and_then(ResponseMode::parse) {
        None | Some(ResponseMode::Query) => default,
        Some(mode) => mode,
    }
}

pub(super) fn check_response_mode(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let Some(asked) = facts.params.get("response_mode") else {
        return Ok(());
    };
    let mode = ResponseMode::parse(asked).ok_or_else(|| {
        let known = ResponseMode::ALL.map(ResponseMode::as_str).join(" ");
        OAuthError::new(Refusal::ResponseModeUnsupported)
            .given(asked)
            .expected(known)
    })?;
    let response_type = facts.params.get("response_type");
    // Multiple Response Type Encoding Practices, section 3: tokens are never sent in a query.
    if mode == ResponseMode::Query && default_mode_of(response_type) == ResponseMode::Fragment {
        return Err(OAuthError::new(Refusal::ResponseModeQuery)
            .given(response_type.unwrap_or_default())
            .expected("fragment form_post"));
    }
    draft.request.response_mode = Some(mode);
    if mode == ResponseMode::FormPost && draft.request.state.as_deref().is_some_and(|state| !fits_a_form(state)) {
        draft.request.state = None;
        return Err(Refusal::StateMalformed.into());
    }
    Ok(())
}

pub(super) fn check_request_object(facts: &Facts<'_>, _: &Client, _: &mut Draft) -> Result<(), OAuthError> {
    // OpenID Connect Core, section 3.1.2.6: never ignored in silence.
    for (name, refusal) in [
        ("request", Refusal::RequestObjectUnsupported),
        ("request_uri", Refusal::RequestUriUnsupported),
        ("registration", Refusal::RegistrationUnsupported),
    ] {
        if facts.params.get(name).is_some() {
            return Err(refusal.into());
        }
    }
    Ok(())
}

pub(super) fn check_response_type(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let asked = facts
        .params
        .get("response_type")
        .ok_or_else(|| OAuthError::new(Refusal::ResponseTypeMissing).expected("code"))?;
    let response_type = ResponseType::parse(asked).ok_or_else(|| {
        let known = ResponseType::ALL.map(ResponseType::as_str).join(", ");
        OAuthError::new(Refusal::ResponseTypeUnsupported)
            .given(asked)
            .expected(known)
    })?;
    let grant = response_type.grant_type();
    if !client.application.allows(grant) {
        return Err(OAuthError::new(Refusal::ResponseTypeNotAllowed)
            .given(response_type.as_str())
            .expected(format!("{} in grant_types", grant.as_str())));
    }
    draft.request.response_type = response_type;
    Ok(())
}

pub(super) fn check_scope(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let response_type = draft.request.response_type;
    let mut scopes = decide_authorized_scopes(client, parse_scope(facts.params.get("scope"))?);
    if response_type != ResponseType::Code && !scope::contains(&scopes, "openid") {
        // What was asked, not what is left of it: whoever asked for openid and may not needs another remedy.
        let asked = facts.params.get("scope").unwrap_or_default();
        let expected = if asked.split_ascii_whitespace().any(|scope| scope == "openid") {
            "openid in scope_mappings".to_owned()
        } else {
            format!("{asked} openid").trim_start().to_owned()
        };
        return Err(OAuthError::new(Refusal::ScopeOpenidMissing)
            .given(asked)
            .expected(expected));
    }
    // OpenID Connect Core, section 11: only an answer with a code can lead to a refresh token.
    if !response_type.gives_code() {
        scopes.retain(|scope| scope != "offline_access");
    }
    draft.request.scopes = scopes;
    Ok(())
}

pub(super) fn check_nonce(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let nonce = facts.params.get("nonce");
    if nonce.is_some_and(|nonce| nonce.len() > 512) {
        return Err(Refusal::NonceTooLong.into());
    }
    // OpenID Connect Core, sections 3.2.2.1 and 3.3.2.11: an ID token from here is bound to the session of the client.
    if nonce.is_none() && draft.request.response_type.gives_id_token() {
        return Err(OAuthError::new(Refusal::NonceMissing).given(draft.request.response_type.as_str()));
    }
    draft.request.nonce = nonce.map(str::to_owned);
    Ok(())
}

/// RFC 7636, section 4.4.1; RFC 9700, section 2.1.1.
pub(super) fn check_code_challenge(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let (challenge, method) = (
        facts.params.get("code_challenge"),
        facts.params.get("code_challenge_method"),
    );
    let Some(challenge) = challenge else {
        if method.is_some() {
            return Err(OAuthError::new(Refusal::PkceChallengeMalformed).expected("code_challenge beside its method"));
        }
        return if client.application.require_pkce && draft.request.response_type.gives_code() {
            Err(Refusal::PkceRequired.into())
        } else {
            Ok(())
        };
    };
    let challenge = parse_code_challenge(challenge, method).map_err(|error| match error {
        PkceError::UnknownMethod => OAuthError::new(Refusal::PkceMethodUnsupported)
            .given(method.unwrap_or_default())
            .expected("S256"),
        _ => OAuthError::new(Refusal::PkceChallengeMalformed).given(format!("{} characters", challenge.len())),
    })?;
    // Without a code there is nothing that a verifier could redeem: the parameters are checked in form only.
    if !draft.request.response_type.gives_code() {
        return Ok(());
    }
    if challenge.method() == CodeChallengeMethod::Plain && !client.application.allow_plain_pkce {
        return Err(OAuthError::new(Refusal::PkcePlainNotAllowed)
            .given("plain")
            .expected("S256"));
    }
    draft.request.code_challenge = Some(challenge);
    Ok(())
}

pub(super) fn check_prompt(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let values = facts.params.get("prompt").unwrap_or_default().split_ascii_whitespace();
    draft.request.prompt = values
        .filter_map(|value| match value {
            "none" => Some(Prompt::None),
            "login" => Some(Prompt::Login),
            "consent" => Some(Prompt::Consent),
            "select_account" => Some(Prompt::SelectAccount),
            _ => None,
        })
        .collect();
    // OpenID Connect Core, section 3.1.2.1: none beside another value is an error.
    if draft.request.prompts(Prompt::None) {
        for (prompt, refusal) in [
            (Prompt::Login, Refusal::LoginRequired),
            (Prompt::Consent, Refusal::ConsentRequired),
            (Prompt::SelectAccount, Refusal::AccountSelectionRequired),
        ] {
            if draft.request.prompts(prompt) {
                return Err(refusal.into());
            }
        }
    }
    Ok(())
}

pub(super) fn check_max_age(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let Some(value) = facts.params.get("max_age") else {
        return Ok(());
    };
    let seconds = value
        .parse::<i64>()
        .ok()
        .filter(|seconds| *seconds >= 0 && value.bytes().all(|b| b.is_ascii_digit()));
    match seconds {
        Some(seconds) => draft.request.max_age = Some(seconds.min(i64::MAX / SECOND)),
        None => return Err(OAuthError::new(Refusal::MaxAgeMalformed).given(value)),
    }
    Ok(())
}

pub(super) fn check_claims(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    draft.request.claims = parse_claims_request(client, facts.params.get("claims"))?;
    draft.request.acr = parse_acr_request(facts.params)?;
    draft.request.expected_sub.clone_from(&draft.request.claims.sub);
    Ok(())
}

pub(super) fn check_id_token_hint(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let Some(hint) = facts.params.get("id_token_hint") else {
        return Ok(());
    };
    let hint =
        id_token::verify_hint(client, facts.keys, hint).map_err(|error| error.refusal(Refusal::IdTokenHintInvalid))?;
    // OpenID Connect Core, section 5.5.1: the subject of `claims` must be met too, so two different ones can not be.
    if draft.request.expected_sub.as_ref().is_some_and(|sub| *sub != hint.sub) {
        return Err(OAuthError::new(Refusal::IdTokenHintInvalid).detail("the claims parameter names another subject"));
    }
    draft.request.expected_sub = Some(hint.sub);
    Ok(())
}

pub(super) fn check_hints(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    draft.request.login_hint = facts
        .params
        .get("login_hint")
        .map(|hint| hint.chars().take(255).collect::<String>());
    draft.request.ui_locales = facts
        .params
        .get("ui_locales")
        .unwrap_or_default()
        .split_ascii_whitespace()
        .filter(|tag| tag.len() <= 35)
        .take(10)
        .map(str::to_owned)
        .collect();
    Ok(())
}
