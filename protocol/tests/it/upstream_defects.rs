//! Each defect that an upstream of OpenID Connect can have, as the plans for relying parties list them (OpenID Connect Core,
//! sections 3.1.3.7 and 5.3.2): the sign-in ends, with a refusal of its own.

use protocol::jose::{Algorithm, SigningKey};
use protocol::refusal::Refusal;
use protocol::upstream::{Answer, Call, Reply, Source, Step, Upstream, UpstreamFailure};
use serde_json::{Map, Value, json};

use crate::fixtures::NOW;
use crate::support::signing_key;
use crate::upstream_support::{
    ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, Drive, ISSUER, call, done, failed, json_reply, key, leave, nonce_of, oidc,
    refusal, token_answer, upstream, upstream_with,
};

/// The claims of an ID token without a defect.
fn claims(nonce: &str) -> Value {
    let now = NOW.seconds();
    json!({
        "iss": ISSUER, "aud": CLIENT_ID, "sub": "harbor|42", "iat": now, "exp": now + 300, "nonce": nonce,
        "email": "noor@harbor.test", "email_verified": true,
    })
}

/// An exchange that waits for the answer of the token endpoint, and the nonce that it expects.
fn redeemed(upstream: Upstream) -> (Drive, String) {
    let redirect = leave(&upstream);
    let nonce = nonce_of(&redirect);
    let mut drive = Drive::new(upstream, redirect.secrets);
    call(drive.callback("code=c"));
    (drive, nonce)
}

fn sign(key: &SigningKey, claims: &Value) -> String {
    key.sign(Some("JWT"), claims).unwrap()
}

/// The step after an ID token with these changes.
fn after(upstream: Upstream, key: &SigningKey, change: impl FnOnce(&mut Map<String, Value>)) -> (Drive, Step) {
    let (mut drive, nonce) = redeemed(upstream);
    let mut claims = claims(&nonce);
    change(claims.as_object_mut().unwrap());
    let step = drive.reply(json_reply(&token_answer(Some(&sign(key, &claims)))));
    (drive, step)
}

fn defect(change: impl FnOnce(&mut Map<String, Value>)) -> UpstreamFailure {
    failed(after(upstream(oidc()), &key(), change).1)
}

/// The profile request of a source whose ID token is in order.
pub(crate) fn profile_call_of(source: Source) -> Call {
    call(after(upstream(source), &key(), |_| {}).1)
}

/// The whole sign-in with a profile.
fn with_profile(reply: impl FnOnce(&SigningKey) -> Reply) -> Step {
    let (mut drive, step) = after(upstream(oidc()), &key(), |_| {});
    call(step);
    drive.reply(reply(&key()))
}

fn set(name: &'static str, value: Value) -> impl FnOnce(&mut Map<String, Value>) {
    move |claims| {
        claims.insert(name.to_owned(), value);
    }
}

fn without(name: &'static str) -> impl FnOnce(&mut Map<String, Value>) {
    move |claims| {
        claims.remove(name);
    }
}

#[test]
fn a_sign_in_without_a_defect() {
    let answer = done(with_profile(|_| {
        json_reply(&json!({"sub": "harbor|42", "name": "Noor"}))
    }));
    let Answer { tokens, told } = answer;
    assert_eq!(told.id_token.unwrap().text("email"), Some("noor@harbor.test"));
    assert_eq!(told.userinfo.unwrap().text("name"), Some("Noor"));
    assert_eq!(tokens.expires_in, Some(3600));
    assert!(!format!("{tokens:?}").contains(ACCESS_TOKEN));
}

#[test]
fn without_an_address_for_the_profile_the_id_token_is_enough() {
    let source = Source {
        userinfo_endpoint: None,
        ..oidc()
    };
    let answer = done(after(upstream(source), &key(), |_| {}).1);
    assert!(answer.told.userinfo.is_none() && answer.told.id_token.is_some());
}

#[test]
fn every_claim_that_is_wrong() {
    let now = NOW.seconds();
    type Row = (&'static str, Value, Refusal);
    let rows: Vec<Row> = vec![
        ("iss", json!("https://login.example.net/"), Refusal::UpstreamIssuerWrong),
        ("iss", json!("https://LOGIN.example.net"), Refusal::UpstreamIssuerWrong),
        ("iss", json!("https://evil.example.net"), Refusal::UpstreamIssuerWrong),
        ("iss", json!([ISSUER]), Refusal::UpstreamIssuerWrong),
        ("iss", json!(null), Refusal::UpstreamIssuerWrong),
        ("aud", json!("another"), Refusal::UpstreamAudienceWrong),
        ("aud", json!([]), Refusal::UpstreamAudienceWrong),
        ("aud", json!(["another"]), Refusal::UpstreamAudienceWrong),
        ("aud", json!([CLIENT_ID, 7]), Refusal::UpstreamAudienceWrong),
        ("aud", json!({"a": CLIENT_ID}), Refusal::UpstreamAudienceWrong),
        ("aud", json!("HH-WEB"), Refusal::UpstreamAudienceWrong),
        (
            "aud",
            json!([CLIENT_ID, "another"]),
            Refusal::UpstreamAuthorizedPartyWrong,
        ),
        ("azp", json!("another"), Refusal::UpstreamAuthorizedPartyWrong),
        ("azp", json!(7), Refusal::UpstreamAuthorizedPartyWrong),
        ("azp", json!(null), Refusal::UpstreamAuthorizedPartyWrong),
        ("exp", json!(now - 60), Refusal::UpstreamTokenExpired),
        ("exp", json!("soon"), Refusal::UpstreamTimesMalformed),
        ("exp", json!(null), Refusal::UpstreamTimesMalformed),
        ("iat", json!(now + 61), Refusal::UpstreamTokenNotYetValid),
        ("iat", json!(now - 3601), Refusal::UpstreamTokenTooOld),
        ("iat", json!(true), Refusal::UpstreamTimesMalformed),
        ("nbf", json!(now + 61), Refusal::UpstreamTokenNotYetValid),
        ("nonce", json!("another"), Refusal::UpstreamNonceWrong),
        ("nonce", json!(""), Refusal::UpstreamNonceWrong),
        ("nonce", json!(7), Refusal::UpstreamNonceWrong),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), Refusal::UpstreamAtHashWrong),
        ("at_hash", json!(""), Refusal::UpstreamAtHashWrong),
        ("at_hash", json!(7), Refusal::UpstreamAtHashWrong),
        ("sub", json!(""), Refusal::UpstreamSubjectMalformed),
        ("sub", json!("  "), Refusal::UpstreamSubjectMalformed),
        ("sub", json!(null), Refusal::UpstreamSubjectMalformed),
        ("sub", json!(0), Refusal::UpstreamSubjectMalformed),
        ("sub", json!({"a": 1}), Refusal::UpstreamSubjectMalformed),
        ("sub", json!(["harbor|42"]), Refusal::UpstreamSubjectMalformed),
        ("sub", json!(true), Refusal::UpstreamSubjectMalformed),
        ("sub", json!("x".repeat(256)), Refusal::UpstreamSubjectMalformed),
        ("sub", json!("a\u{0}b"), Refusal::UpstreamSubjectMalformed),
    ];
    for (name, value, expected) in rows {
        let shown = value.to_string();
        let failure = defect(set(name, value));
        assert_eq!(failure.refusal(), expected, "{name} {shown}");
        assert_eq!(failure.authn_sh_code(), "oauth_token_exchange_failed", "{name}");
    }
}

#[test]
fn every_claim_that_is_missing() {
    let rows = [
        ("iss", Refusal::UpstreamIssuerWrong),
        ("aud", Refusal::UpstreamAudienceWrong),
        ("exp", Refusal::UpstreamTimesMalformed),
        ("iat", Refusal::UpstreamTimesMalformed),
        ("nonce", Refusal::UpstreamNonceWrong),
        ("sub", Refusal::UpstreamSubjectMalformed),
    ];
    for (name, expected) in rows {
        assert_eq!(defect(without(name)).refusal(), expected, "{name}");
    }
}

#[test]
fn what_is_right_to_the_edge_passes() {
    let now = NOW.seconds();
    let rows: Vec<(&'static str, Value)> = vec![
        ("aud", json!([CLIENT_ID])),
        ("azp", json!(CLIENT_ID)),
        ("exp", json!(now - 59)),
        ("iat", json!(now + 60)),
        ("iat", json!(now - 3600)),
        ("nbf", json!(now + 60)),
        ("at_hash", json!(Algorithm::RS256.hash_half(ACCESS_TOKEN.as_bytes()))),
        ("at_hash", json!(null)),
        ("c_hash", json!("whatever")),
        ("sub", json!("x".repeat(255))),
        ("exp", json!(now as f64 + 0.5)),
    ];
    for (name, value) in rows {
        let shown = value.to_string();
        let (_, step) = after(upstream(oidc()), &key(), set(name, value));
        assert!(matches!(step, Step::Call(_)), "{name} {shown}: {step:?}");
    }
    let (_, step) = after(upstream(oidc()), &key(), |claims| {
        claims.insert("aud".into(), json!([CLIENT_ID, "another"]));
        claims.insert("azp".into(), json!(CLIENT_ID));
    });
    assert!(matches!(step, Step::Call(_)), "{step:?}");
}

#[test]
fn at_hash_is_of_the_hash_of_the_algorithm() {
    for alg in [
        Algorithm::ES256,
        Algorithm::ES384,
        Algorithm::RS512,
        Algorithm::EdDSA,
        Algorithm::PS256,
    ] {
        let key = signing_key("k", alg);
        let good = alg.hash_half(ACCESS_TOKEN.as_bytes());
        let (_, step) = after(upstream_with(oidc(), None, &[&key]), &key, set("at_hash", json!(good)));
        assert!(matches!(step, Step::Call(_)), "{alg} {step:?}");
    }
    let key = signing_key("k", Algorithm::ES384);
    let wrong = Algorithm::ES256.hash_half(ACCESS_TOKEN.as_bytes());
    let (_, step) = after(upstream_with(oidc(), None, &[&key]), &key, set("at_hash", json!(wrong)));
    assert_eq!(refusal(step), Refusal::UpstreamAtHashWrong);
}

#[test]
fn what_was_given_and_expected_is_told_without_secrets() {
    let failure = defect(set("iss", json!("https://login.example.net/")));
    assert_eq!(failure.error.given.as_deref(), Some("https://login.example.net/"));
    assert_eq!(failure.error.expected.as_deref(), Some(ISSUER));
    let failure = defect(set("aud", json!(["a", "b"])));
    assert_eq!(failure.error.given.as_deref(), Some("a b"));
    assert_eq!(failure.error.expected.as_deref(), Some(CLIENT_ID));
    let failure = defect(set("exp", json!(5)));
    assert_eq!(failure.error.given.as_deref(), Some("exp 5"));
    assert_eq!(
        failure.error.expected.as_deref(),
        Some(format!("now {}", NOW.seconds()).as_str())
    );
    let failure = defect(set("nonce", json!("another")));
    assert_eq!(failure.error.given.as_deref(), Some("another nonce"));
    assert!(failure.error.expected.is_none());
    assert!(!format!("{:?}", defect(set("at_hash", json!("x")))).contains(ACCESS_TOKEN));
}

#[test]
fn no_id_token_is_a_failure_and_so_is_one_that_can_not_be_read() {
    let rows: [(Option<&str>, Refusal); 6] = [
        (None, Refusal::UpstreamIdTokenMissing),
        (Some(""), Refusal::UpstreamIdTokenMissing),
        (Some("abc"), Refusal::UpstreamIdTokenMalformed),
        (Some("a.b"), Refusal::UpstreamIdTokenMalformed),
        (Some("a.b.c.d.e"), Refusal::UpstreamIdTokenMalformed),
        (Some("!.!.!"), Refusal::UpstreamIdTokenMalformed),
    ];
    for (id_token, expected) in rows {
        let (mut drive, _) = redeemed(upstream(oidc()));
        let step = drive.reply(json_reply(&token_answer(id_token)));
        assert_eq!(refusal(step), expected, "{id_token:?}");
    }
    let (mut drive, _) = redeemed(upstream(oidc()));
    let step = drive.reply(json_reply(&json!({"access_token": "a", "id_token": {"sub": "1"}})));
    assert_eq!(refusal(step), Refusal::UpstreamIdTokenMissing);
}

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
fn a_profile_of_somebody_else_is_refused() {
    let rows = [
        json!({"sub": "harbor|43"}),
        json!({"sub": "HARBOR|42"}),
        json!({"sub": 42}),
        json!({"id": "harbor|42"}),
        json!({}),
    ];
    for profile in rows {
        let failure = failed(with_profile(|_| json_reply(&profile)));
        assert_eq!(failure.refusal(), Refusal::UpstreamSubjectMismatch, "{profile}");
        assert_eq!(failure.error.expected.as_deref(), Some("harbor|42"));
    }
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

#[test]
fn microsofts_issuer_names_the_tenant_of_the_person() {
    const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let source = |preset: Option<&str>| Source {
        preset: preset.map(str::to_owned),
        issuer: Some("https://login.microsoftonline.com/{tenantid}/v2.0".into()),
        ..oidc()
    };
    let issuer = |tenant: &str| format!("https://login.microsoftonline.com/{tenant}/v2.0");
    let step = |preset, iss: String, tid: Value| {
        after(upstream(source(preset)), &key(), |claims| {
            claims.insert("iss".into(), iss.into());
            claims.insert("tid".into(), tid);
        })
        .1
    };
    assert!(matches!(
        step(Some("microsoft"), issuer(TENANT), json!(TENANT)),
        Step::Call(_)
    ));
    let rows = [
        (
            Some("microsoft"),
            issuer(TENANT),
            json!("11111111-86f1-41af-91ab-2d7cd011db47"),
        ),
        (Some("microsoft"), issuer("evil.test/x"), json!("evil.test/x")),
        (Some("microsoft"), issuer("{tenantid}"), json!("{tenantid}")),
        (Some("microsoft"), format!("{}/", issuer(TENANT)), json!(TENANT)),
        (None, issuer(TENANT), json!(TENANT)),
        (Some("google"), issuer(TENANT), json!(TENANT)),
    ];
    for (preset, iss, tid) in rows {
        assert_eq!(
            refusal(step(preset, iss.clone(), tid)),
            Refusal::UpstreamIssuerWrong,
            "{preset:?} {iss}"
        );
    }
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
