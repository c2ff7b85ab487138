//! What single parameters of the authorization request mean (RFC 7636; OpenID Connect Core, sections 3.1.2.1 and 5.5).

use protocol::authorize::{Pending, Prompt, delivery_of};
use protocol::delivery::Answer;
use protocol::jose::typ;
use protocol::redirect_uri::ResponseMode;
use protocol::refusal::Refusal;

use crate::authorize_checks::{refusal, run};
use crate::fixtures::{CALLBACK, client, client_with, mapping, public_client, words};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// RFC 9700, section 2.1.1: what is sent, against what the application must and may send.
#[test]
fn pkce_can_not_be_dropped_or_weakened() {
    let optional = client();
    let required = client_with(|application| application.require_pkce = true);
    let plain = client_with(|application| application.allow_plain_pkce = true);
    let public = public_client();
    let mut waived = public_client();
    waived.application.require_pkce = false;
    let s256: &[(&str, &str)] = &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let weak: &[(&str, &str)] = &[("code_challenge", VERIFIER), ("code_challenge_method", "plain")];
    let implied: &[(&str, &str)] = &[("code_challenge", VERIFIER)];
    let unknown: &[(&str, &str)] = &[("code_challenge", CHALLENGE), ("code_challenge_method", "S512")];
    let cases = [
        (&optional, &[][..], None),
        (&optional, s256, None),
        (&optional, weak, Some(Refusal::PkcePlainNotAllowed)),
        (&optional, implied, Some(Refusal::PkcePlainNotAllowed)),
        (&optional, unknown, Some(Refusal::PkceMethodUnsupported)),
        (&required, &[][..], Some(Refusal::PkceRequired)),
        (&required, s256, None),
        (&required, implied, Some(Refusal::PkcePlainNotAllowed)),
        (&plain, weak, None),
        (&plain, implied, None),
        (&public, &[][..], Some(Refusal::PkceRequired)),
        (&public, s256, None),
        (&waived, &[][..], None),
        (&waived, weak, Some(Refusal::PkcePlainNotAllowed)),
        (&public, weak, Some(Refusal::PkcePlainNotAllowed)),
    ];
    for (client, changes, expected) in cases {
        assert_eq!(refusal(client, changes), expected, "{changes:?}");
    }
    assert!(run(Some(&public), s256).unwrap().code_challenge.is_some());
}

#[test]
fn absent_scopes_mean_all_but_those_that_open_an_interface() {
    let mut client = client();
    for scope in ["goauthentik.io/api", "user:email", "wiki:read"] {
        client.scopes.push(mapping(scope, None));
    }
    let all = words("address email entitlements groups offline_access openid phone profile wiki:read");
    assert_eq!(run(Some(&client), &[("scope", "")]).unwrap().scopes, all);
    assert_eq!(run(Some(&client), &[("scope", "  ")]).unwrap().scopes, all);
    let named = run(Some(&client), &[("scope", "goauthentik.io/api foreign")]).unwrap();
    assert_eq!(named.scopes, words("goauthentik.io/api"));
    assert!(run(Some(&client), &[("scope", "foreign")]).unwrap().scopes.is_empty());
}

#[test]
fn values_that_do_no_harm() {
    let client = client();
    let prompts = run(Some(&client), &[("prompt", "login create  consent login")]).unwrap();
    assert_eq!(prompts.prompt, [Prompt::Login, Prompt::Consent, Prompt::Login]);
    for (value, seconds) in [("0", 0), ("007", 7), ("9223372036854775807", i64::MAX / 1_000_000)] {
        assert_eq!(
            run(Some(&client), &[("max_age", value)]).unwrap().max_age,
            Some(seconds)
        );
    }
    for value in ["9223372036854775808", "+1", " 1", "1.5", "\u{661}"] {
        assert_eq!(
            refusal(&client, &[("max_age", value)]),
            Some(Refusal::MaxAgeMalformed),
            "{value}"
        );
    }
    let fragment = run(Some(&client), &[("response_mode", "fragment")]).unwrap();
    let address = delivery_of(&client, &fragment)
        .unwrap()
        .answer(vec![("code", "c".to_owned())], "https://i/");
    assert_eq!(
        address,
        Answer::Redirect(format!("{CALLBACK}#code=c&state=af0ifjsldkj&iss=https%3A%2F%2Fi%2F"))
    );
    let elsewhere = client_with(|application| application.redirect_uris.clear());
    assert!(
        delivery_of(&elsewhere, &fragment).is_none(),
        "a withdrawn address gets no answer"
    );
    let hint = run(Some(&client), &[("login_hint", &"\u{e9}".repeat(300))]).unwrap();
    assert_eq!(hint.login_hint.unwrap().chars().count(), 255);
}

#[test]
fn the_claims_parameter_keeps_only_what_the_application_could_get() {
    let mut client = client();
    client.scopes.retain(|mapping| mapping.scope != "phone");
    let value = r#"{"userinfo":{"name":{"essential":true},"phone_number":null,"is_admin":null},
        "id_token":{"email":null,"sub":{"value":"s1"},"iss":null},"else":{"name":null}}"#;
    let claims = run(Some(&client), &[("claims", value)]).unwrap().claims;
    assert_eq!(
        (claims.userinfo.clone(), claims.id_token.clone()),
        (words("name"), words("email"))
    );
    assert_eq!(
        (claims.sub.as_deref(), claims.names()),
        (Some("s1"), words("email name"))
    );
    for bad in [
        "{",
        "1",
        "\"x\"",
        "{\"userinfo\":[]}",
        "{\"id_token\":1}",
        &"[".repeat(4000),
    ] {
        assert_eq!(refusal(&client, &[("claims", bad)]), Some(Refusal::ClaimsMalformed));
    }
    assert!(
        run(Some(&client), &[("claims", "{\"userinfo\":null}")])
            .unwrap()
            .claims
            .is_empty()
    );
}

#[test]
fn a_waiting_request_survives_storage_and_later_members() {
    let s256 = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("response_mode", "fragment"),
    ];
    let pending = Pending {
        request: run(Some(&client()), &s256).unwrap(),
        consent_given: true,
        ..Pending::default()
    };
    let mut stored = serde_json::to_value(&pending).unwrap();
    stored["later"] = true.into();
    stored["request"]["later"] = serde_json::json!({ "x": [1] });
    stored["request"]["code_challenge"]["later"] = 1.into();
    assert_eq!(serde_json::from_value::<Pending>(stored.clone()).unwrap(), pending);
    stored["request"]["code_challenge"]["code_challenge"] = "short".into();
    assert!(
        serde_json::from_value::<Pending>(stored).is_err(),
        "a broken challenge is not an absent one"
    );
    assert_eq!(ResponseMode::Fragment, pending.request.mode());
}

#[test]
fn hint_and_claims_name_the_expected_subject_and_may_not_differ() {
    let client = client();
    let said = serde_json::json!({ "iss": client.issuer, "aud": "wiki-client", "sub": "s1", "exp": 1 });
    let hint = client.signing_key.sign(Some(typ::JWT), &said).unwrap();
    let claims = |sub: &str| format!("{{\"id_token\":{{\"sub\":{{\"value\":\"{sub}\"}}}}}}");
    let (same, other) = (claims("s1"), claims("s2"));
    for changes in [
        &[("id_token_hint", hint.as_str())][..],
        &[("claims", same.as_str())],
        &[("id_token_hint", hint.as_str()), ("claims", same.as_str())],
    ] {
        assert_eq!(run(Some(&client), changes).unwrap().expected_sub.as_deref(), Some("s1"));
    }
    let both = [("id_token_hint", hint.as_str()), ("claims", other.as_str())];
    assert_eq!(refusal(&client, &both), Some(Refusal::IdTokenHintInvalid));
}
