//! The decision about a sign-out request.

use protocol::id_token::peek_audience;
use protocol::logout::{check_logout, needs_confirmation};
use protocol::params::Params;

use crate::world::{Counting, client, env, our_keys, split};
use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "stranger",
    "public",
    "hmac",
    "id_token_hint",
    "client_id",
    "wiki-client",
    "post_logout_redirect_uri",
    "state",
    "https%3A%2F%2Fapp.example.com%2Fbye",
    "https%3A%2F%2Fevil.example%2F",
    "logout_hint",
    "ui_locales",
    "eyJhbGciOiJub25lIn0.e30.",
];

/// A line of words, then the query. A browser goes nowhere that is not registered, and nobody is taken for somebody
/// without a token of ours.
pub(crate) fn sign_out(input: &[u8]) -> Place {
    let (words, query) = split(input);
    let Ok(params) = Params::parse(query) else {
        return place(0);
    };
    let client = client(&words);
    let keys = our_keys();
    let known = (!words.contains("stranger")).then_some(&client);
    let entropy = Counting::default();
    let peeked = params
        .get("id_token_hint")
        .and_then(|token| peek_audience(&keys, token));
    match check_logout(&env(&entropy), known, &keys, &params) {
        Ok(request) => {
            if let Some(way) = &request.return_to {
                let address = way.address();
                assert!(
                    address.starts_with("https://app.example.com/bye") && request.hint.is_some(),
                    "{address}"
                );
                assert!(
                    address.bytes().all(|byte| byte.is_ascii_graphic()),
                    "it does not fit a header: {address}"
                );
            }
            if let Some(hint) = &request.hint {
                let token = params.get("id_token_hint").unwrap_or_default();
                assert!(
                    token.starts_with(super::tokens::SIGNED) || !token.contains("eyJ"),
                    "a forgery for {}",
                    hint.sub
                );
            }
            place((
                request.return_to.is_some(),
                request.hint.is_some(),
                needs_confirmation(&request, Some("sid")),
            ))
        }
        Err(error) => place((error.refusal.code(), peeked.is_some())),
    }
}
