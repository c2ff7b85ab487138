//! The signatures of an upstream: which algorithms and keys count, and when its keys are read again.

use protocol::jose::{Algorithm, SigningKey};
use protocol::refusal::Refusal;
use protocol::upstream::{Reply, Source, Step};
use serde_json::{Value, json};

use crate::support::signing_key;
use crate::upstream_defects::{after, claims, redeemed, sign, with_profile};
use crate::upstream_support::{
    CLIENT_ID, CLIENT_SECRET, ISSUER, call, done, failed, json_reply, key, oidc, refusal, token_answer, upstream,
    upstream_with,
};

/// The token without its signature, under another header.
fn reheaded(header: &Value, token: &str, signature: &str) -> String {
    let payload = token.split('.').nth(1).unwrap();
    format!(
        "{}.{payload}.{signature}",
        crate::support::to_base64url(header.to_string().as_bytes())
    )
}

#[test]
fn a_signature_never_takes_its_algorithm_from_the_header() {
    let public = key().public_jwk().unwrap().clone();
    let n = serde_json::to_vec(&public).unwrap();
    let confused = SigningKey::hmac(&n, Algorithm::HS256).unwrap();
    let secret = SigningKey::hmac(CLIENT_SECRET.as_bytes(), Algorithm::HS256).unwrap();
    let (mut drive, nonce) = redeemed(upstream(oidc()));
    let good = sign(&key(), &claims(&nonce));
    let signature = good.rsplit('.').next().unwrap();
    let rows = [
        (
            reheaded(&json!({"alg": "none"}), &good, ""),
            Refusal::UpstreamAlgorithmWrong,
        ),
        (
            reheaded(&json!({"alg": "NoNe"}), &good, ""),
            Refusal::UpstreamAlgorithmWrong,
        ),
        (
            reheaded(&json!({"alg": "none"}), &good, signature),
            Refusal::UpstreamAlgorithmWrong,
        ),
        (
            reheaded(&json!({"alg": "RS1"}), &good, signature),
            Refusal::UpstreamAlgorithmWrong,
        ),
        (sign(&confused, &claims(&nonce)), Refusal::UpstreamAlgorithmWrong),
        (sign(&secret, &claims(&nonce)), Refusal::UpstreamAlgorithmWrong),
        (
            reheaded(
                &json!({"alg": "RS256", "kid": "harbor-1", "crit": ["b64"], "b64": false}),
                &good,
                signature,
            ),
            Refusal::UpstreamIdTokenMalformed,
        ),
        (
            reheaded(
                &json!({"alg": "RS256", "kid": "harbor-1", "typ": "at+jwt"}),
                &good,
                signature,
            ),
            Refusal::UpstreamIdTokenMalformed,
        ),
        (
            good.replace(signature, &"A".repeat(signature.len())),
            Refusal::UpstreamSignatureWrong,
        ),
    ];
    for (token, expected) in rows {
        let step = drive.reply(json_reply(&token_answer(Some(&token))));
        assert_eq!(refusal(step), expected, "{token}");
        drive = redeemed(upstream(oidc())).0;
    }
}

#[test]
fn hmac_counts_only_when_the_source_says_so_and_by_the_client_secret() {
    let key = SigningKey::hmac(CLIENT_SECRET.as_bytes(), Algorithm::HS256).unwrap();
    let source = Source {
        id_token_signing_algs: vec!["HS256".into()],
        ..oidc()
    };
    let (_, step) = after(upstream(source.clone()), &key, |_| {});
    assert!(matches!(step, Step::Call(_)), "{step:?}");
    let other = SigningKey::hmac(&[9; 64], Algorithm::HS256).unwrap();
    assert_eq!(
        refusal(after(upstream(source.clone()), &other, |_| {}).1),
        Refusal::UpstreamSignatureWrong
    );
    // Without a secret there is nothing to compare with, and the keys of the source are no secret.
    let step = after(
        upstream_with(source.clone(), None, &[&crate::upstream_support::key()]),
        &key,
        |_| {},
    )
    .1;
    assert_eq!(refusal(step), Refusal::UpstreamNotConfigured);
    // And then nothing else counts.
    let step = after(upstream(source), &crate::upstream_support::key(), |_| {}).1;
    assert_eq!(refusal(step), Refusal::UpstreamAlgorithmWrong);
}

#[test]
fn an_algorithm_outside_the_list_of_the_source_is_refused() {
    let source = Source {
        id_token_signing_algs: vec!["ES256".into(), "PS256".into()],
        ..oidc()
    };
    let failure = failed(after(upstream(source), &key(), |_| {}).1);
    assert_eq!(failure.refusal(), Refusal::UpstreamAlgorithmWrong);
    assert_eq!(failure.error.given.as_deref(), Some("RS256"));
    assert_eq!(failure.error.expected.as_deref(), Some("ES256 PS256"));
}

#[test]
fn an_unknown_key_asks_for_the_keys_once() {
    let new = signing_key("harbor-2", Algorithm::ES256);
    let (mut drive, step) = after(upstream(oidc()), &new, |_| {});
    assert!(
        matches!(&step, Step::FetchKeys { jwks_uri } if jwks_uri == "https://login.example.net/keys"),
        "{step:?}"
    );
    call(drive.keys(Ok(&[&new])));
    // The fresh set does not have it either.
    let (mut drive, step) = after(upstream(oidc()), &new, |_| {});
    assert!(matches!(step, Step::FetchKeys { .. }));
    let failure = failed(drive.keys(Ok(&[&key()])));
    assert_eq!(failure.refusal(), Refusal::UpstreamKeyUnknown);
    assert_eq!(failure.error.given.as_deref(), Some("harbor-2"));
    // There is nowhere to ask.
    let source = Source {
        jwks_uri: None,
        ..oidc()
    };
    assert_eq!(
        refusal(after(upstream(source), &new, |_| {}).1),
        Refusal::UpstreamKeyUnknown
    );
    // Asking failed.
    let (mut drive, _) = after(upstream(oidc()), &new, |_| {});
    let failure = failed(drive.keys(Err("asked a moment ago")));
    assert_eq!(failure.refusal(), Refusal::UpstreamKeysUnreachable);
    assert_eq!(failure.error.detail.as_deref(), Some("asked a moment ago"));
}

#[test]
fn a_token_without_a_key_id_is_tried_with_every_key_that_fits() {
    let old = signing_key("old", Algorithm::ES256);
    let token = |nonce: &str| unnamed(&claims(nonce));
    let (mut drive, nonce) = redeemed(upstream_with(oidc(), None, &[&old, &key()]));
    call(drive.reply(json_reply(&token_answer(Some(&token(&nonce))))));
    // None fits: the keys may have changed, which nothing tells from a wrong signature.
    let (mut drive, nonce) = redeemed(upstream_with(oidc(), None, &[&signing_key("x", Algorithm::ES256)]));
    let step = drive.reply(json_reply(&token_answer(Some(&token(&nonce)))));
    assert!(matches!(step, Step::FetchKeys { .. }), "{step:?}");
    call(drive.keys(Ok(&[&key()])));
}

/// A token of the usual key that does not name it.
fn unnamed(claims: &Value) -> String {
    use aws_lc_rs_signing::sign_rs256;
    let text = |value: &Value| crate::support::to_base64url(value.to_string().as_bytes());
    let signed = format!("{}.{}", text(&json!({"alg": "RS256"})), text(claims));
    let signature = sign_rs256(signed.as_bytes());
    format!("{signed}.{}", crate::support::to_base64url(&signature))
}

#[test]
fn a_signed_profile_is_verified() {
    let reply = |key: &SigningKey, profile: Value| {
        Reply::answer(200, Some("application/jwt; charset=utf-8"), sign(key, &profile))
    };
    let good = json!({"sub": "harbor|42", "iss": ISSUER, "aud": [CLIENT_ID], "name": "Noor"});
    let answer = done(with_profile(|key| reply(key, good.clone())));
    assert_eq!(answer.told.userinfo.unwrap().text("name"), Some("Noor"));
    done(with_profile(|key| reply(key, json!({"sub": "harbor|42"}))));
    let changed = |name: &str, value: Value| {
        let mut profile = good.clone();
        profile[name] = value;
        profile
    };
    let rows = [
        (changed("iss", json!("https://evil.test")), Refusal::UpstreamIssuerWrong),
        (changed("aud", json!("another")), Refusal::UpstreamAudienceWrong),
        (changed("sub", json!("harbor|43")), Refusal::UpstreamSubjectMismatch),
    ];
    for (profile, expected) in rows {
        assert_eq!(refusal(with_profile(|key| reply(key, profile))), expected);
    }
    let unsigned = Reply::answer(200, Some("application/jwt"), "e30.e30.");
    assert_eq!(refusal(with_profile(|_| unsigned)), Refusal::UpstreamIdTokenMalformed);
    // A key that is not known yet is asked for here, too.
    let new = signing_key("harbor-2", Algorithm::ES256);
    let (mut drive, step) = after(upstream(oidc()), &key(), |_| {});
    call(step);
    let step = drive.reply(reply(&new, good.clone()));
    assert!(matches!(step, Step::FetchKeys { .. }), "{step:?}");
    done(drive.keys(Ok(&[&new])));
}

/// Signing without a key id, which [`SigningKey`] always sets.
mod aws_lc_rs_signing {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

    pub(super) fn sign_rs256(message: &[u8]) -> Vec<u8> {
        let pair = RsaKeyPair::from_pkcs8(&crate::support::base64url(crate::support::RFC_7520_RSA)).unwrap();
        let mut signature = vec![0; pair.public_modulus_len()];
        #[expect(
            clippy::disallowed_methods,
            reason = "PKCS #1 signatures draw nothing, and the interface wants one"
        )]
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .unwrap();
        signature
    }
}
