//! Each defect that an upstream of OpenID Connect can have, as the plans for relying parties list them (OpenID Connect Core,
//! sections 3.1.3.7 and 5.3.2): the sign-in ends, with a refusal of its own.

use protocol::jose::{Algorithm, SigningKey};
use protocol::refusal::Refusal;
use protocol::upstream::{Answer, Call, Reply, Source, Step, Upstream, UpstreamFailure};
use serde_json::{Map, Value, json};

use crate::fixtures::NOW;
use crate::support::signing_key;
use crate::upstream_support::{
    ACCESS_TOKEN, CLIENT_ID, Drive, ISSUER, call, done, failed, json_reply, key, leave, nonce_of, oidc, refusal,
    token_answer, upstream, upstream_with,
};

/// The claims of an ID token without a defect.
pub(crate) fn claims(nonce: &str) -> Value {
    let now = NOW.seconds();
    json!({
        "iss": ISSUER, "aud": CLIENT_ID, "sub": "harbor|42", "iat": now, "exp": now + 300, "nonce": nonce,
        "email": "noor@harbor.test", "email_verified": true,
    })
}

/// An exchange that waits for the answer of the token endpoint, and the nonce that it expects.
pub(crate) fn redeemed(upstream: Upstream) -> (Drive, String) {
    let redirect = leave(&upstream);
    let nonce = nonce_of(&redirect);
    let mut drive = Drive::new(upstream, redirect.secrets);
    call(drive.callback("code=c"));
    (drive, nonce)
}

pub(crate) fn sign(key: &SigningKey, claims: &Value) -> String {
    key.sign(Some("JWT"), claims).unwrap()
}

/// The step after an ID token with these changes.
pub(crate) fn after(
    upstream: Upstream,
    key: &SigningKey,
    change: impl FnOnce(&mut Map<String, Value>),
) -> (Drive, Step) {
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
pub(crate) fn with_profile(reply: impl FnOnce(&SigningKey) -> Reply) -> Step {
    let (mut drive, step) = after(upstream(oidc()), &key(), |_| {});
    call(step);
    drive.reply(reply(&key()))
}

pub(crate) fn set(name: &'static str, value: Value) -> impl FnOnce(&mut Map<String, Value>) {
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
    // One tenant that was asked for is the only one that may answer.
    let of_one = |asked: &str| {
        let mut source = source(Some("microsoft"));
        source.authorization_params.insert("tenant".into(), asked.into());
        after(upstream(source), &key(), |claims| {
            claims.insert("iss".into(), issuer(TENANT).into());
            claims.insert("tid".into(), json!(TENANT));
        })
        .1
    };
    assert!(matches!(of_one(TENANT), Step::Call(_)));
    assert!(matches!(of_one("organizations"), Step::Call(_)));
    assert_eq!(
        refusal(of_one("11111111-86f1-41af-91ab-2d7cd011db47")),
        Refusal::UpstreamIssuerWrong
    );
}
