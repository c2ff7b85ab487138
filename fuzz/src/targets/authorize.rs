//! The decision about an authorization request.

use protocol::authorize::{AuthorizationRequest, Facts, Refused, check, delivery_of};
use protocol::client::Client;
use protocol::delivery::Answer;
use protocol::dialect::Dialect;
use protocol::github;
use protocol::params::Params;
use protocol::redirect_uri::check_redirect_uri;

use super::redirects::assert_accepted;
use crate::world::{Counting, client, env, our_keys, split};
use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "public",
    "pkce",
    "plain",
    "disabled_client",
    "code_only",
    "learning",
    "hmac",
    "few_scopes",
    "response_type",
    "code",
    "id_token",
    "token",
    "code%20id_token",
    "code%20token",
    "code%20id_token%20token",
    "none",
    "response_mode",
    "query",
    "fragment",
    "form_post",
    "client_id",
    "wiki-client",
    "redirect_uri",
    "https%3A%2F%2Fapp.example.com%2Fcb",
    "http%3A%2F%2F127.0.0.1%3A7%2Fcb",
    "scope",
    "openid",
    "offline_access",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "S256",
    "prompt",
    "login",
    "consent",
    "select_account",
    "max_age",
    "0",
    "ui_locales",
    "login_hint",
    "id_token_hint",
    "claims",
    "request",
    "request_uri",
    "acr_values",
    "display",
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
];

/// A line of words for the application, then the query. Nothing goes to an address that is not registered; what passes is
/// offered, allowed, and survives being stored.
pub(crate) fn authorize(input: &[u8]) -> Place {
    let (words, query) = split(input);
    let Ok(params) = Params::parse(query) else {
        return place(0);
    };
    let client = client(&words);
    let known = params.get("client_id") == Some(client.application.client_id.as_str());
    let entropy = Counting::default();
    let keys = our_keys();
    let facts = Facts {
        client: known.then_some(&client),
        keys: &keys,
        params: &params,
    };
    let outcome = check(&env(&entropy), &facts);
    let standard = judge(&client, &params, &outcome);
    let translated = github::authorization_parameters(known.then_some(&client), &params);
    let facts = Facts {
        params: &translated,
        ..facts
    };
    let outcome = github::check_authorization(&env(&entropy), &facts);
    place((standard, judge(&client, &translated, &outcome)))
}

fn judge(client: &Client, params: &Params, outcome: &Result<AuthorizationRequest, Box<Refused>>) -> (&'static str, u8) {
    match outcome {
        Ok(request) => {
            passed(client, params, request);
            ("passed", u8::try_from(request.scopes.len()).unwrap_or(u8::MAX))
        }
        Err(refused) => {
            assert!(!refused.error.public().is_empty());
            if let Some(delivery) = &refused.delivery {
                let uri = params.get("redirect_uri").or_else(|| only(client));
                assert_eq!(Some(delivery.redirect.as_str()), uri, "sent elsewhere");
                left(
                    client,
                    delivery.redirect.as_str(),
                    &delivery.error(&refused.error, &client.issuer),
                );
            }
            (refused.error.refusal.code(), u8::from(refused.delivery.is_some()))
        }
    }
}

/// The address of an application that has registered one only: the GitHub dialect lets it be left out.
fn only(client: &Client) -> Option<&str> {
    match &client.application.redirect_uris[..] {
        [one] => Some(one.url.as_str()),
        _ => None,
    }
}

fn left(client: &Client, uri: &str, answer: &Answer) {
    assert_accepted(client, uri);
    match answer {
        Answer::Redirect(location) => {
            assert!(location.starts_with(uri), "{location}");
            assert!(
                location.bytes().all(|byte| byte.is_ascii_graphic()),
                "it does not fit a header: {location}"
            );
        }
        Answer::Form(form) => assert_eq!(form.action.as_str(), uri),
    }
}

fn passed(client: &Client, params: &Params, request: &AuthorizationRequest) {
    let application = &client.application;
    assert!(application.enabled, "a disabled application");
    if application.redirect_uris.is_empty() {
        assert!(
            check_redirect_uri(client, Some(&request.redirect_uri)).is_err() && delivery_of(client, request).is_none()
        );
    } else {
        assert!(delivery_of(client, request).is_some(), "there is no way back");
        assert_accepted(client, &request.redirect_uri);
    }
    let special = |scope: &String| request.dialect == Dialect::GitHub && Dialect::GitHub.knows(scope);
    assert!(
        request
            .scopes
            .iter()
            .all(|scope| client.offers(scope) || special(scope)),
        "{:?}",
        request.scopes
    );
    let code = request.response_type.gives_code();
    assert!(
        !code || !application.require_pkce || request.code_challenge.is_some(),
        "without PKCE"
    );
    assert!(
        request.code_challenge.is_some()
            || !params.contains("code_challenge")
            || params.get("code_challenge").is_none()
    );
    assert!(
        application.allows(request.response_type.grant_type()),
        "a flow that is not allowed"
    );
    let stored = serde_json::to_string(request).expect("it is stored");
    let read: AuthorizationRequest = serde_json::from_str(&stored).expect("it is read");
    assert!(read == *request, "stored and read it is another: {stored}");
}
