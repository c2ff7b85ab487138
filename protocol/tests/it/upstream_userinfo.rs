//! The profile request: the six shapes of plain OAuth 2.0 byte for byte (authn.sh sheet, section 12), and what its answer may be.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::refusal::Refusal;
use protocol::upstream::{Call, CallMethod, Reply, Source, UserinfoAuth, UserinfoMethod};
use serde_json::{Value, json};

use crate::upstream_support::{
    ACCESS_TOKEN, Drive, call, done, json_reply, leave, oauth2, oidc, pairs, refusal, token_answer, upstream,
};

fn profile_call(source: Source) -> Call {
    let upstream = upstream(source);
    let redirect = leave(&upstream);
    let mut drive = Drive::new(upstream, redirect.secrets);
    call(drive.callback("code=c"));
    call(drive.reply(json_reply(&token_answer(None))))
}

fn shape(method: UserinfoMethod, auth: UserinfoAuth) -> Call {
    profile_call(Source {
        userinfo_method: method,
        userinfo_auth: auth,
        ..oauth2()
    })
}

const ENDPOINT: &str = "https://hr.harbor.test/v2/self";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const ACCEPT: (&str, &str) = ("Accept", "application/json");
const ENCODED: &str = "access_token=at%2F%2B%3D+of%7Eharbor";

#[test]
fn a_12_1_get_bearer() {
    let call = shape(UserinfoMethod::Get, UserinfoAuth::Bearer);
    let bearer = format!("Bearer {ACCESS_TOKEN}");
    assert_eq!(
        (call.method, call.url.as_str(), &call.body),
        (CallMethod::Get, ENDPOINT, &None)
    );
    assert_eq!(call.headers, pairs(&[ACCEPT, ("Authorization", &bearer)]));
}

#[test]
fn a_12_2_get_basic() {
    let call = shape(UserinfoMethod::Get, UserinfoAuth::Basic);
    let basic = format!("Basic {}", STANDARD.encode(format!("{ACCESS_TOKEN}:")));
    assert_eq!(
        (call.method, call.url.as_str(), &call.body),
        (CallMethod::Get, ENDPOINT, &None)
    );
    assert_eq!(call.headers, pairs(&[ACCEPT, ("Authorization", &basic)]));
}

#[test]
fn a_12_3_get_query() {
    let call = shape(UserinfoMethod::Get, UserinfoAuth::Query);
    assert_eq!((call.method, &call.body), (CallMethod::Get, &None));
    assert_eq!(call.url, format!("{ENDPOINT}?{ENCODED}"));
    assert_eq!(call.headers, pairs(&[ACCEPT]));
    assert!(!format!("{call:?}").contains("access_token"));
}

#[test]
fn a_12_4_post_bearer() {
    let call = shape(UserinfoMethod::Post, UserinfoAuth::Bearer);
    let bearer = format!("Bearer {ACCESS_TOKEN}");
    assert_eq!((call.method, call.url.as_str()), (CallMethod::Post, ENDPOINT));
    assert_eq!(call.body.as_deref(), Some(""));
    assert_eq!(call.headers, pairs(&[FORM, ACCEPT, ("Authorization", &bearer)]));
}

#[test]
fn a_12_5_post_basic() {
    let call = shape(UserinfoMethod::Post, UserinfoAuth::Basic);
    let basic = format!("Basic {}", STANDARD.encode(format!("{ACCESS_TOKEN}:")));
    assert_eq!((call.method, call.url.as_str()), (CallMethod::Post, ENDPOINT));
    assert_eq!(call.body.as_deref(), Some(""));
    assert_eq!(call.headers, pairs(&[FORM, ACCEPT, ("Authorization", &basic)]));
}

#[test]
fn a_12_6_and_a_12_7_post_query_means_the_body() {
    let call = shape(UserinfoMethod::Post, UserinfoAuth::Query);
    assert_eq!((call.method, call.url.as_str()), (CallMethod::Post, ENDPOINT));
    assert_eq!(call.body.as_deref(), Some(ENCODED));
    assert_eq!(call.headers, pairs(&[FORM, ACCEPT]));
}

#[test]
fn a_12_8_an_endpoint_keeps_its_query() {
    let source = Source {
        userinfo_endpoint: Some(format!("{ENDPOINT}?v=2")),
        userinfo_auth: UserinfoAuth::Query,
        ..oauth2()
    };
    assert_eq!(profile_call(source).url, format!("{ENDPOINT}?v=2&{ENCODED}"));
}

#[test]
fn a_12_10_plain_oauth_never_looks_at_an_id_token() {
    let upstream = upstream(Source {
        userinfo_endpoint: None,
        ..oauth2()
    });
    let redirect = leave(&upstream);
    let mut drive = Drive::new(upstream, redirect.secrets);
    call(drive.callback("code=c"));
    let step = drive.reply(json_reply(&token_answer(Some("a.b.c"))));
    assert_eq!(refusal(step), Refusal::UpstreamNotConfigured);
    // With an address for the profile the ID token is not even read.
    let upstream = crate::upstream_support::upstream(oauth2());
    let redirect = leave(&upstream);
    let mut drive = Drive::new(upstream, redirect.secrets);
    call(drive.callback("code=c"));
    call(drive.reply(json_reply(&token_answer(Some("a.b.c")))));
    let answer = done(drive.reply(json_reply(&json!({"id": 1}))));
    assert!(answer.told.id_token.is_none());
}

#[test]
fn a_12_9_openid_connect_always_asks_by_get_and_bearer() {
    // Whatever stands in the record: the method and place belong to plain OAuth 2.0.
    let source = Source {
        userinfo_method: UserinfoMethod::Post,
        userinfo_auth: UserinfoAuth::Query,
        ..oidc()
    };
    let call = crate::upstream_defects::profile_call_of(source);
    assert_eq!((call.method, call.url.as_str()), (CallMethod::Get, ENDPOINT));
    assert_eq!(
        call.header("authorization"),
        Some(format!("Bearer {ACCESS_TOKEN}").as_str())
    );
}

#[test]
fn a_12_11_what_is_no_json_object_fails() {
    let answers: [(Reply, Refusal); 17] = [
        (Reply::Failed("timed out".into()), Refusal::UpstreamUserinfoUnreachable),
        (Reply::answer(401, None, "{}"), Refusal::UpstreamUserinfoRefused),
        (Reply::answer(500, None, ""), Refusal::UpstreamUserinfoRefused),
        (Reply::answer(302, None, ""), Refusal::UpstreamUserinfoRefused),
        (Reply::answer(200, None, ""), Refusal::UpstreamUserinfoMalformed),
        (Reply::answer(200, None, "null"), Refusal::UpstreamUserinfoMalformed),
        (
            Reply::answer(200, None, "[{\"id\":1}]"),
            Refusal::UpstreamUserinfoMalformed,
        ),
        (Reply::answer(200, None, "\"id\""), Refusal::UpstreamUserinfoMalformed),
        (
            Reply::answer(200, None, "<html></html>"),
            Refusal::UpstreamUserinfoMalformed,
        ),
        (
            Reply::answer(200, None, "{\"id\":1,\"id\":2}"),
            Refusal::UpstreamUserinfoMalformed,
        ),
        (
            Reply::answer(200, None, "{\"a\":{\"id\":1,\"id\":2}}"),
            Refusal::UpstreamUserinfoMalformed,
        ),
        (
            Reply::answer(200, None, "{\"id\":1}{\"id\":2}"),
            Refusal::UpstreamUserinfoMalformed,
        ),
        (
            Reply::answer(200, None, b"{\"id\":\"\xff\"}".to_vec()),
            Refusal::UpstreamUserinfoMalformed,
        ),
        (Reply::answer(200, None, "id=1"), Refusal::UpstreamUserinfoMalformed),
        (
            Reply::answer(200, None, "{\"id\":1e999}"),
            Refusal::UpstreamUserinfoMalformed,
        ),
        (
            Reply::answer(
                200,
                None,
                format!("{{\"a\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000)),
            ),
            Refusal::UpstreamUserinfoMalformed,
        ),
        (
            Reply::answer(200, Some("application/jwt"), "a.b.c"),
            Refusal::UpstreamUserinfoMalformed,
        ),
    ];
    for (reply, expected) in answers {
        let upstream = upstream(oauth2());
        let redirect = leave(&upstream);
        let mut drive = Drive::new(upstream, redirect.secrets);
        call(drive.callback("code=c"));
        call(drive.reply(json_reply(&token_answer(None))));
        let shown = format!("{reply:?}");
        let failure = crate::upstream_support::failed(drive.reply(reply));
        assert_eq!(failure.refusal(), expected, "{shown}");
        assert_eq!(failure.authn_sh_code(), "oauth_userinfo_failed");
    }
}

#[test]
fn a_refused_profile_keeps_the_words_of_the_source_without_the_token() {
    let upstream = upstream(oauth2());
    let redirect = leave(&upstream);
    let mut drive = Drive::new(upstream, redirect.secrets);
    call(drive.callback("code=c"));
    call(drive.reply(json_reply(&token_answer(None))));
    let body = json!({"error": "insufficient_scope", "message": format!("token {ACCESS_TOKEN} may not")});
    let failure = crate::upstream_support::failed(drive.reply(Reply::answer(403, None, body.to_string())));
    assert_eq!(failure.description.as_deref(), Some("token ... may not"));
    assert_eq!(failure.upstream_error.as_deref(), Some("insufficient_scope"));
    assert_eq!(failure.status, Some(403));
}

#[test]
fn a_large_profile_is_read_and_a_mark_before_it_is_forgiven() {
    let mut large = json!({"id": "1"});
    large["text"] = Value::from("x".repeat(1 << 20));
    for body in [large.to_string().into_bytes(), b"\xef\xbb\xbf{\"id\":\"1\"}".to_vec()] {
        let upstream = upstream(oauth2());
        let redirect = leave(&upstream);
        let mut drive = Drive::new(upstream, redirect.secrets);
        call(drive.callback("code=c"));
        call(drive.reply(json_reply(&token_answer(None))));
        let answer = done(drive.reply(Reply::answer(200, Some("text/plain"), body)));
        assert_eq!(answer.told.userinfo.unwrap().get("id"), Some(&json!("1")));
    }
}
