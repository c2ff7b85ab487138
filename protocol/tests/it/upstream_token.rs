//! The token endpoint of a source: our request (RFC 6749, sections 2.3.1 and 4.1.3; RFC 7523, section 2.2) and its answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::jose::{Algorithm, TypRule, Verification, verify};
use protocol::refusal::Refusal;
use protocol::upstream::{
    CallMethod, Exchange, Pkce, Reply, Source, SourceAuthMethod, Step, Upstream, parse_token_answer, refresh, refreshed,
};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::fixtures::{NOW, World};
use crate::support::signing_key;
use crate::upstream_support::{
    ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, Drive, REDIRECT_URI, call, failed, form_of, leave, oauth2, pairs, refusal,
    upstream, upstream_with,
};

fn by(method: SourceAuthMethod) -> Source {
    Source {
        token_endpoint_auth_method: method,
        ..oauth2()
    }
}

fn redeem(upstream: Upstream) -> protocol::upstream::Call {
    let redirect = leave(&upstream);
    call(Drive::new(upstream, redirect.secrets).callback("code=c0de%2F1&state=st4te"))
}

const GRANT: [(&str, &str); 3] = [
    ("grant_type", "authorization_code"),
    ("code", "c0de/1"),
    ("redirect_uri", REDIRECT_URI),
];

#[test]
fn basic_encodes_both_parts_before_they_are_joined() {
    let call = redeem(upstream(by(SourceAuthMethod::ClientSecretBasic)));
    assert_eq!(
        (call.method, call.url.as_str()),
        (CallMethod::Post, "https://hr.harbor.test/o/token")
    );
    assert_eq!(call.header("accept"), Some("application/json"));
    assert_eq!(call.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(form_of(&call), pairs(&GRANT));
    let encoded = call.header("Authorization").unwrap().strip_prefix("Basic ").unwrap();
    let decoded = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
    assert_eq!(
        decoded,
        "hh-web:a+secret%3A+of+ours%2Fwith%2Bsigns%2C+long+enough+for+HS512+and+for+everything+else+here"
    );
}

#[test]
fn a_11_1_post_puts_both_into_the_body_and_nothing_into_the_header() {
    let call = redeem(upstream(by(SourceAuthMethod::ClientSecretPost)));
    assert_eq!(call.header("authorization"), None);
    assert_eq!(
        form_of(&call),
        pairs(
            &[
                &GRANT[..],
                &[("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)]
            ]
            .concat()
        )
    );
}

#[test]
fn without_a_secret_the_client_id_goes_alone() {
    for method in [
        SourceAuthMethod::None,
        SourceAuthMethod::ClientSecretBasic,
        SourceAuthMethod::ClientSecretPost,
    ] {
        for secret in [None, Some("")] {
            let source = Source {
                pkce: Pkce::S256,
                ..by(method)
            };
            let call = redeem(upstream_with(source, secret, &[]));
            let form = form_of(&call);
            assert_eq!(call.header("authorization"), None);
            assert_eq!(form[3].0, "code_verifier");
            assert_eq!(form[4..], pairs(&[("client_id", CLIENT_ID)]));
        }
    }
}

#[test]
fn private_key_jwt_signs_a_short_assertion_for_the_token_endpoint() {
    let upstream = upstream_with(by(SourceAuthMethod::PrivateKeyJwt), None, &[]);
    let key = signing_key("ours", Algorithm::ES256);
    let world = World::default();
    let redirect = leave(&upstream);
    let mut exchange = Exchange::new(upstream.clone().into(), redirect.secrets, Some(key.clone()));
    let params = protocol::params::Params::from_iter([("code", "c")]);
    let Step::Call(call) = exchange.callback(&world.env(NOW), &params) else {
        panic!("a call");
    };
    let form: std::collections::BTreeMap<String, String> = form_of(&call).into_iter().collect();
    assert_eq!(
        form["client_assertion_type"],
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    assert_eq!(form["client_id"], CLIENT_ID);
    assert!(!form.contains_key("client_secret"));
    let keys = [key.verifying_key()];
    let rules = Verification::new(&keys, &[Algorithm::ES256], TypRule::Any);
    let claims = verify(&form["client_assertion"], &rules).unwrap().claims;
    assert_eq!(
        (claims["iss"].as_str(), claims["sub"].as_str()),
        (Some(CLIENT_ID), Some(CLIENT_ID))
    );
    assert_eq!(claims["aud"], "https://hr.harbor.test/o/token");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    assert_eq!(claims["iat"], NOW.seconds());
    let again = refresh(&world.env(NOW), &upstream, Some(&key), "r").unwrap();
    let again: std::collections::BTreeMap<String, String> = form_of(&again).into_iter().collect();
    let other = verify(&again["client_assertion"], &rules).unwrap().claims;
    assert_ne!(claims["jti"], other["jti"]);
    let failure = refresh(&world.env(NOW), &upstream, None, "r").unwrap_err();
    assert_eq!(failure.refusal(), Refusal::UpstreamNotConfigured);
}

#[test]
fn further_headers_may_authenticate_in_our_place_and_never_touch_the_transport() {
    let mut upstream = upstream(by(SourceAuthMethod::ClientSecretBasic));
    upstream.token_request_headers = [
        ("authorization", "Basic own"),
        ("X-Key", "k"),
        ("accept", "text/plain"),
        ("Content-Type", "text/evil"),
        ("host", "evil.test"),
    ]
    .map(|(name, value)| (name.to_owned(), value.into()))
    .to_vec();
    let call = redeem(upstream);
    assert_eq!(
        call.headers,
        pairs(&[
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("authorization", "Basic own"),
            ("X-Key", "k"),
            ("accept", "text/plain"),
        ])
    );
    assert!(!format!("{call:?}").contains("own"));
}

#[test]
fn debug_output_shows_no_secret() {
    let call = redeem(upstream(by(SourceAuthMethod::ClientSecretPost)));
    let shown = format!("{call:?}");
    for hidden in ["c0de", "secret", CLIENT_ID] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

fn answered(reply: Reply) -> Result<protocol::upstream::Tokens, protocol::upstream::UpstreamFailure> {
    let upstream = upstream(oauth2());
    let redirect = leave(&upstream);
    let mut drive = Drive::new(upstream, redirect.secrets);
    call(drive.callback("code=c"));
    let step = drive.reply(reply);
    if let Step::Failed(failure) = step {
        return Err(*failure);
    }
    call(step);
    match drive.reply(Reply::answer(200, None, "{\"id\":1}")) {
        Step::Done(answer) => Ok(answer.tokens),
        other => panic!("{other:?}"),
    }
}

#[test]
fn b_8_6_an_answer_is_read_as_json_or_form_whatever_its_type_says() {
    let json =
        json!({"access_token": ACCESS_TOKEN, "refresh_token": "r", "expires_in": "3600", "scope": "a b"}).to_string();
    let form = "access_token=at%2F%2B%3D+of~harbor&refresh_token=r&expires_in=3600&scope=a%20b&token_type=bearer";
    for content_type in [None, Some("application/json"), Some("text/html; charset=utf-8")] {
        for body in [json.as_str(), form] {
            let tokens = answered(Reply::answer(200, content_type, body)).unwrap();
            assert_eq!(tokens.access_token.expose_secret(), ACCESS_TOKEN);
            assert_eq!(tokens.refresh_token.unwrap().expose_secret(), "r");
            assert_eq!(
                (tokens.expires_in, tokens.scopes),
                (Some(3600), vec!["a".to_owned(), "b".to_owned()])
            );
        }
    }
}

#[test]
fn a_11_5_scopes_are_those_that_were_granted_or_else_asked_for() {
    let scopes = |scope: Value| {
        let mut answer = json!({"access_token": "a"});
        if !scope.is_null() {
            answer["scope"] = scope;
        }
        answered(Reply::answer(200, None, answer.to_string())).unwrap().scopes
    };
    assert_eq!(scopes(json!("me.read")), ["me.read"]);
    assert_eq!(scopes(json!("user,repo")), ["user", "repo"]);
    assert_eq!(scopes(json!(["x", 1, "y"])), ["x", "y"]);
    for absent in [Value::Null, json!(""), json!(7)] {
        assert_eq!(scopes(absent), ["me.read", "me.mail"]);
    }
}

#[test]
fn a_11_3_everything_that_is_no_access_token_fails() {
    let rows: [(u16, &str, Refusal); 19] = [
        (400, "{\"error\":\"invalid_grant\"}", Refusal::UpstreamTokenRefused),
        (401, "", Refusal::UpstreamTokenRefused),
        (500, "<html>", Refusal::UpstreamTokenRefused),
        (302, "", Refusal::UpstreamTokenRefused),
        (
            200,
            "{\"error\":\"bad_verification_code\"}",
            Refusal::UpstreamTokenRefused,
        ),
        (
            200,
            "{\"error\":{\"message\":\"no\"},\"access_token\":\"a\"}",
            Refusal::UpstreamTokenRefused,
        ),
        (
            200,
            "error=bad_verification_code&access_token=a",
            Refusal::UpstreamTokenRefused,
        ),
        (400, "{\"access_token\":\"a\"}", Refusal::UpstreamTokenRefused),
        (200, "", Refusal::UpstreamTokenMalformed),
        (200, "{}", Refusal::UpstreamTokenMalformed),
        (200, "[]", Refusal::UpstreamTokenMalformed),
        (200, "{\"access_token\":42}", Refusal::UpstreamTokenMalformed),
        (200, "{\"access_token\":\"\"}", Refusal::UpstreamTokenMalformed),
        (200, "{\"access_token\":null}", Refusal::UpstreamTokenMalformed),
        (
            200,
            "{\"access_token\":\"a\",\"access_token\":\"b\"}",
            Refusal::UpstreamTokenMalformed,
        ),
        (200, "access_token=a&access_token=b", Refusal::UpstreamTokenMalformed),
        (200, "<html>access_token=a</html>", Refusal::UpstreamTokenMalformed),
        (
            200,
            "{\"access_token\":\"a\"} trailing",
            Refusal::UpstreamTokenMalformed,
        ),
        (
            200,
            "{\"access_token\":\"a\",\"token_type\":\"DPoP\"}",
            Refusal::UpstreamTokenType,
        ),
    ];
    for (status, body, refusal) in rows {
        assert_eq!(
            answered(Reply::answer(status, None, body)).unwrap_err().refusal(),
            refusal,
            "{status} {body}"
        );
    }
    let failure = answered(Reply::Failed("no address".into())).unwrap_err();
    assert_eq!(failure.refusal(), Refusal::UpstreamTokenUnreachable);
    assert_eq!(failure.error.detail.as_deref(), Some("no address"));
    assert_eq!(failure.authn_sh_code(), "oauth_token_exchange_failed");
}

#[test]
fn a_member_for_errors_that_says_nothing_is_no_error() {
    for error in [json!(null), json!(""), json!(false), json!(0)] {
        let answer = json!({"access_token": "a", "error": error});
        assert!(
            answered(Reply::answer(200, None, answer.to_string())).is_ok(),
            "{answer}"
        );
    }
}

#[test]
fn a_21_3_a_refusal_keeps_status_code_and_description_without_secrets() {
    let body = json!({
        "error": "invalid_grant",
        "error_description": format!("no\u{202e}\t such\u{0} secret {CLIENT_SECRET}\nat Server.run (server.js:1)"),
    });
    let failure = answered(Reply::answer(400, None, body.to_string())).unwrap_err();
    assert_eq!(failure.status, Some(400));
    assert_eq!(failure.upstream_error.as_deref(), Some("invalid_grant"));
    assert_eq!(failure.description.as_deref(), Some("no such secret ..."));
    assert_eq!(failure.error.given.as_deref(), Some("400 invalid_grant"));
    assert!(!format!("{failure:?}").contains(CLIENT_SECRET));
    let long = json!({"error": "x".repeat(500), "error_description": "y".repeat(5000)});
    let failure = answered(Reply::answer(400, None, long.to_string())).unwrap_err();
    assert_eq!(failure.upstream_error, None);
    assert_eq!(failure.description.unwrap().len(), 300);
}

#[test]
fn a_flood_of_members_is_no_answer() {
    let form: String = (0..200).map(|at| format!("p{at}=1&")).collect();
    assert!(parse_token_answer(format!("{form}access_token=a").as_bytes()).is_none());
    let deep = format!(
        "{{\"access_token\":\"a\",\"x\":{}1{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(parse_token_answer(deep.as_bytes()).is_none());
    let large = format!("{{\"access_token\":\"a\",\"x\":\"{}\"}}", "x".repeat(1 << 20));
    assert!(parse_token_answer(large.as_bytes()).is_some());
    assert!(parse_token_answer(b"\xff\xfe=1").is_none());
}

#[test]
fn a_refresh_authenticates_as_the_first_request_did() {
    let world = World::default();
    let upstream = upstream(by(SourceAuthMethod::ClientSecretPost));
    let call = refresh(&world.env(NOW), &upstream, None, "old").unwrap();
    assert_eq!(
        form_of(&call),
        pairs(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", "old"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
        ])
    );
    let tokens = refreshed(
        &upstream,
        &Reply::answer(200, None, "{\"access_token\":\"new\",\"expires_in\":60}"),
    )
    .unwrap();
    assert_eq!(tokens.access_token.expose_secret(), "new");
    assert!(tokens.refresh_token.is_none() && tokens.scopes.is_empty());
    let failure = refreshed(&upstream, &Reply::answer(400, None, "{\"error\":\"invalid_grant\"}")).unwrap_err();
    assert_eq!(failure.refusal(), Refusal::UpstreamTokenRefused);
    assert_eq!(failure.upstream_error.as_deref(), Some("invalid_grant"));
}

#[test]
fn one_callback_redeems_one_code() {
    let upstream = upstream(oauth2());
    let redirect = leave(&upstream);
    let mut drive = Drive::new(upstream, redirect.secrets);
    call(drive.callback("code=c"));
    assert_eq!(refusal(drive.callback("code=d")), Refusal::Internal);
    assert_eq!(
        failed(drive.reply(Reply::answer(200, None, "{\"access_token\":\"a\"}"))).refusal(),
        Refusal::Internal
    );
}
