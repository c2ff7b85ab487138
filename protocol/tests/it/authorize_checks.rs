//! The checks of the authorization request: what each refuses, in which order, and where the refusal goes
//! (RFC 6749, section 4.1.2.1; OpenID Connect Core, section 3.1.2).

use protocol::authorize::{AuthorizationRequest, Facts, Refused, check};
use protocol::client::{Client, GrantType};
use protocol::delivery::Answer;
use protocol::id_token::OurKeys;
use protocol::refusal::Refusal;

use crate::fixtures::{CALLBACK, NOW, World, client, client_with, params, words};

/// Parameters that differ from those of the good request.
type Changes<'a> = &'a [(&'a str, &'a str)];

/// A good request with `changes` in place of, or beside, its parameters; an empty value takes one away.
pub(crate) fn run(client: Option<&Client>, changes: &[(&str, &str)]) -> Result<AuthorizationRequest, Box<Refused>> {
    let mut pairs = vec![
        ("client_id", "wiki-client"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "af0ifjsldkj"),
    ];
    pairs.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    pairs.extend(changes.iter().copied());
    let world = World::default();
    let params = params(&pairs);
    let facts = Facts {
        client,
        keys: &OurKeys::default(),
        params: &params,
    };
    check(&world.env(NOW), &facts)
}

pub(crate) fn refusal(client: &Client, changes: &[(&str, &str)]) -> Option<Refusal> {
    run(Some(client), changes).err().map(|refused| refused.error.refusal)
}

/// The address of an answer that travels in it.
pub(crate) fn address(answer: Answer) -> String {
    match answer {
        Answer::Redirect(address) => address,
        Answer::Form(form) => panic!("{form:?}"),
    }
}

#[test]
fn a_good_request_passes_all_checks_in_order() {
    let (world, client) = (World::default(), client());
    let params = params(&[
        ("scope", "profile openid openid unknown"),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("client_id", "wiki-client"),
        ("display", "popup"),
        ("nonce", "n"),
        ("ui_locales", "de-CH fr"),
        ("login_hint", "ada"),
        ("max_age", "60"),
        ("something", "else"),
    ]);
    let facts = Facts {
        client: Some(&client),
        keys: &OurKeys::default(),
        params: &params,
    };
    let request = check(&world.env(NOW), &facts).unwrap();
    assert_eq!(request.scopes, words("openid profile"));
    assert_eq!((request.max_age, request.nonce.as_deref()), (Some(60), Some("n")));
    assert_eq!(request.ui_locales, words("de-CH fr"));
    assert_eq!(request.login_hint.as_deref(), Some("ada"));
    assert_eq!(
        world.observed(),
        words(
            "client_enabled redirect_uri state response_mode request_object response_type scope nonce code_challenge \
             prompt max_age claims id_token_hint hints"
        )
    );
}

#[test]
fn early_refusals_stand_on_a_page() {
    let disabled = client_with(|application| application.enabled = false);
    let bare = client_with(|application| application.redirect_uris.clear());
    let good = client();
    let cases: [(Option<&Client>, Changes<'_>, Refusal); 7] = [
        (Some(&good), &[("client_id", "")], Refusal::ClientMissing),
        (None, &[], Refusal::ClientUnknown),
        (Some(&disabled), &[], Refusal::ClientDisabled),
        (Some(&good), &[("redirect_uri", "")], Refusal::RedirectUriMissing),
        (Some(&bare), &[], Refusal::RedirectUriUnregistered),
        (
            Some(&good),
            &[("redirect_uri", "https://app.example.com/cb/")],
            Refusal::RedirectUriMismatch,
        ),
        (
            Some(&good),
            &[("redirect_uri", "javascript:alert(1)")],
            Refusal::RedirectUriForbidden,
        ),
    ];
    for (client, changes, expected) in cases {
        let refused = run(client, changes).unwrap_err();
        assert_eq!(refused.error.refusal, expected);
        assert!(refused.delivery.is_none(), "{expected:?} may not leave the house");
    }
}

#[test]
fn late_refusals_go_back_with_state_and_issuer() {
    let long = "x".repeat(513);
    let cases: [(Changes<'_>, Refusal, &str); 20] = [
        (
            &[("response_mode", "web_message")],
            Refusal::ResponseModeUnsupported,
            "invalid_request",
        ),
        (
            &[("request", "e30.e30.")],
            Refusal::RequestObjectUnsupported,
            "request_not_supported",
        ),
        (
            &[("request_uri", "https://a/b")],
            Refusal::RequestUriUnsupported,
            "request_uri_not_supported",
        ),
        (
            &[("registration", "{}")],
            Refusal::RegistrationUnsupported,
            "registration_not_supported",
        ),
        (
            &[("response_type", "")],
            Refusal::ResponseTypeMissing,
            "invalid_request",
        ),
        (
            &[("response_type", "code code")],
            Refusal::ResponseTypeUnsupported,
            "unsupported_response_type",
        ),
        (
            &[("response_type", "none")],
            Refusal::ResponseTypeUnsupported,
            "unsupported_response_type",
        ),
        (&[("scope", "openid \u{e9}")], Refusal::ScopeMalformed, "invalid_scope"),
        (&[("scope", "open\"id")], Refusal::ScopeMalformed, "invalid_scope"),
        (&[("nonce", &long)], Refusal::NonceTooLong, "invalid_request"),
        (
            &[("code_challenge_method", "S256")],
            Refusal::PkceChallengeMalformed,
            "invalid_request",
        ),
        (
            &[("code_challenge", "short")],
            Refusal::PkceChallengeMalformed,
            "invalid_request",
        ),
        (&[("prompt", "none login")], Refusal::LoginRequired, "login_required"),
        (
            &[("prompt", "consent none")],
            Refusal::ConsentRequired,
            "consent_required",
        ),
        (
            &[("prompt", "none select_account")],
            Refusal::AccountSelectionRequired,
            "account_selection_required",
        ),
        (&[("max_age", "-1")], Refusal::MaxAgeMalformed, "invalid_request"),
        (&[("max_age", "1e3")], Refusal::MaxAgeMalformed, "invalid_request"),
        (&[("claims", "[]")], Refusal::ClaimsMalformed, "invalid_request"),
        (
            &[("claims", "{\"id_token\":{\"sub\":{\"value\":1}}}")],
            Refusal::ClaimsMalformed,
            "invalid_request",
        ),
        (
            &[("id_token_hint", "a.b.c")],
            Refusal::IdTokenHintInvalid,
            "invalid_request",
        ),
    ];
    let client = client();
    for (changes, expected, error) in cases {
        let refused = run(Some(&client), changes).unwrap_err();
        assert_eq!(refused.error.refusal, expected, "{changes:?}");
        let address = address(refused.delivery.unwrap().error(&refused.error, &client.issuer));
        assert!(
            address.starts_with(&format!("{CALLBACK}?error={error}&error_description=")),
            "{address}"
        );
        assert!(
            address.ends_with("&state=af0ifjsldkj&iss=https%3A%2F%2Fid.example.com%2Fapplication%2Fo%2Fwiki%2F"),
            "{address}"
        );
    }
    let state = "s".repeat(2049);
    let refused = run(Some(&client), &[("state", &state)]).unwrap_err();
    let address = address(refused.delivery.unwrap().error(&refused.error, &client.issuer));
    assert!(refused.error.refusal == Refusal::StateTooLong && !address.contains("state=s"));
}

#[test]
fn the_first_failing_check_answers() {
    let all = [
        ("redirect_uri", "https://evil.example/"),
        ("response_mode", "x"),
        ("request", "x"),
        ("response_type", "x"),
        ("scope", "\u{7f}"),
        ("code_challenge", "x"),
        ("prompt", "none login"),
        ("max_age", "x"),
        ("claims", "x"),
        ("id_token_hint", "x"),
    ];
    let order = [
        Refusal::RedirectUriMismatch,
        Refusal::ResponseModeUnsupported,
        Refusal::RequestObjectUnsupported,
        Refusal::ResponseTypeUnsupported,
        Refusal::ScopeMalformed,
        Refusal::PkceChallengeMalformed,
        Refusal::LoginRequired,
        Refusal::MaxAgeMalformed,
        Refusal::ClaimsMalformed,
        Refusal::IdTokenHintInvalid,
    ];
    for (from, expected) in order.into_iter().enumerate() {
        assert_eq!(refusal(&client(), &all[from..]), Some(expected));
    }
    let no_code = client_with(|application| application.grant_types = vec![GrantType::ClientCredentials]);
    assert_eq!(refusal(&no_code, &[]), Some(Refusal::ResponseTypeNotAllowed));
}
