//! Assertions: every kind of token that is refused, and what is not even looked up.

use super::*;
use crate::fixtures::client;

#[test]
fn assertions_that_are_refused() {
    let (good, id_token) = (jwt(typ::ACCESS_TOKEN), jwt(typ::JWT));
    let (head, tail) = good.rsplit_once('.').unwrap();
    let tampered = format!(
        "{head}.{}",
        if tail.starts_with('A') {
            tail.replacen('A', "B", 1)
        } else {
            format!("A{}", &tail[1..])
        }
    );
    type Change = fn(&mut Found);
    let rows: Vec<(&str, &str, Change, Refusal)> = vec![
        (
            "not stored",
            &good,
            |found| found.assertion = None,
            Refusal::AssertionUnknown,
        ),
        (
            "of an application that is not listed",
            &good,
            |found| found.assertion.as_mut().unwrap().grant.application_id = "app_3".into(),
            Refusal::AssertionForeign,
        ),
        (
            "of its own",
            &good,
            |found| found.assertion.as_mut().unwrap().grant.application_id = "app_1".into(),
            Refusal::AssertionForeign,
        ),
        (
            "expired",
            &good,
            |found| found.assertion.as_mut().unwrap().token.expires_at = NOW,
            Refusal::AssertionExpired,
        ),
        (
            "revoked",
            &good,
            |found| found.assertion.as_mut().unwrap().token.revoked_at = Some(NOW),
            Refusal::AssertionDead,
        ),
        (
            "of a revoked family",
            &good,
            |found| found.assertion.as_mut().unwrap().grant.revoked_at = Some(NOW),
            Refusal::AssertionDead,
        ),
        (
            "of a session that has ended",
            &good,
            |found| found.assertion.as_mut().unwrap().session_alive = false,
            Refusal::AssertionDead,
        ),
        (
            "of an application that is switched off",
            &good,
            |found| {
                let assertion = found.assertion.as_mut().unwrap();
                assertion.application.as_mut().unwrap().enabled = false;
            },
            Refusal::AssertionDead,
        ),
        (
            "of an application that is deleted",
            &good,
            |found| found.assertion.as_mut().unwrap().application = None,
            Refusal::AssertionDead,
        ),
        (
            "of an account that is switched off",
            &good,
            |found| found.subject.as_mut().unwrap().user.is_active = false,
            Refusal::AssertionDead,
        ),
        (
            "of an account that is deleted",
            &good,
            |found| found.subject = None,
            Refusal::AssertionDead,
        ),
        (
            "from before a forced sign-out",
            &good,
            |found| found.subject.as_mut().unwrap().user.valid_from = NOW,
            Refusal::AssertionDead,
        ),
        ("tampered with", &tampered, |_| {}, Refusal::AssertionSignature),
        ("an ID token", &id_token, |_| {}, Refusal::AssertionSignature),
        (
            "of an application without a public key",
            &good,
            |found| found.assertion.as_mut().unwrap().keys.clear(),
            Refusal::AssertionSignature,
        ),
    ];
    for (name, token, change, expected) in rows {
        let mut found = by_assertion();
        change(&mut found);
        let outcome = ask(&machine_client(), Sent::Id, &found, &with_assertion(token));
        assert_eq!(refusal(&outcome), Some(expected), "{name}");
        assert_eq!(outcome.reply.unwrap_err().code().as_str(), "invalid_grant", "{name}");
        assert!(outcome.writes.is_empty(), "{name}");
    }
}

#[test]
fn what_is_no_signed_jwt_is_not_even_looked_up() {
    let good = jwt(typ::ACCESS_TOKEN);
    let unsecured = "eyJhbGciOiJub25lIn0.e30.";
    let encrypted = "e30.a.b.c.d";
    for token in [
        "opaque",
        "a.b.c",
        "",
        unsecured,
        encrypted,
        &good[..good.len() / 2],
        &"a".repeat(20_000),
    ] {
        let refused = look(
            &machine_client(),
            Sent::Id,
            GrantType::ClientCredentials,
            &with_assertion(token),
        );
        let expected = if token.is_empty() {
            Refusal::AssertionMissing
        } else {
            Refusal::AssertionMalformed
        };
        assert_eq!(refused.unwrap_err().refusal, expected, "{token:.20}");
    }
    for kind in ["urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "jwt-bearer"] {
        let body = [("client_assertion_type", kind), ("client_assertion", good.as_str())];
        let refused = look(&machine_client(), Sent::Id, GrantType::ClientCredentials, &body);
        assert_eq!(refused.unwrap_err().refusal, Refusal::AssertionTypeUnsupported);
    }
}

#[test]
fn hmac_never_signs_an_assertion() {
    let key = SigningKey::hmac(SECRET.as_bytes(), Algorithm::HS256).unwrap();
    let token = key.sign(Some(typ::ACCESS_TOKEN), &json!({"sub": "ada"})).unwrap();
    let mut found = by_assertion();
    found.assertion.as_mut().unwrap().keys = vec![key.verifying_key()];
    let outcome = ask(&machine_client(), Sent::Id, &found, &with_assertion(&token));
    assert_eq!(refusal(&outcome), Some(Refusal::AssertionSignature));
}

#[test]
fn a_fixture_is_not_by_chance_a_machine() {
    // `client()` of the fixtures has no entry for `password` and trusts nobody.
    let outcome = ask(
        &client(),
        Sent::Id,
        &by_assertion(),
        &with_assertion(&jwt(typ::ACCESS_TOKEN)),
    );
    assert_eq!(refusal(&outcome), Some(Refusal::AssertionForeign));
}
