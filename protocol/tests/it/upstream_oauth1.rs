//! OAuth 1.0a as a client (RFC 5849): every vector of the standard, and the three legs with what can go wrong in each.

use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::upstream::oauth1::signature::{
    Credentials, Stamp, authorization_header, base_string, encode, sign_hmac_sha1,
};
use protocol::upstream::{
    Begun, Call, CallMethod, Pending, Redirect, Reply, SignatureMethod, Source, SourceKind, UpstreamFailure, begin,
};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::fixtures::{NOW, World};
use crate::upstream_support::{
    CLIENT_ID, Drive, REDIRECT_URI, call, done, failed, json_reply, oauth2, pairs, query_of, refusal, start, upstream,
    upstream_with,
};

/// Section 1.2: `printer.example.com` at `photos.example.net`.
const PRINTER: Credentials<'static> = Credentials {
    consumer_key: "dpf43f3p2l4k3l03",
    consumer_secret: "kd94hf93k423kf44",
    token: None,
};

fn signature_in(header: &str) -> String {
    let (_, rest) = header.split_once("oauth_signature=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

fn hmac(
    method: &str,
    url: &str,
    credentials: &Credentials<'_>,
    stamp: (i64, &str),
    further: &[(&str, &str)],
) -> String {
    let stamp = Stamp {
        timestamp: stamp.0,
        nonce: stamp.1,
    };
    authorization_header(SignatureMethod::HmacSha1, method, url, credentials, stamp, further, &[]).unwrap()
}

#[test]
fn section_1_2_temporary_credentials() {
    let header = hmac(
        "POST",
        "https://photos.example.net/initiate",
        &PRINTER,
        (137_131_200, "wIjqoS"),
        &[("oauth_callback", "http://printer.example.com/ready")],
    );
    assert_eq!(signature_in(&header), "74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D");
    assert_eq!(
        header,
        "OAuth oauth_consumer_key=\"dpf43f3p2l4k3l03\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"137131200\", \
         oauth_nonce=\"wIjqoS\", oauth_callback=\"http%3A%2F%2Fprinter.example.com%2Fready\", \
         oauth_signature=\"74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D\""
    );
}

#[test]
fn section_1_2_token_credentials() {
    let header = hmac(
        "POST",
        "https://photos.example.net/token",
        &Credentials {
            token: Some(("hh5s93j4hdidpola", "hdhd0244k9j7ao03")),
            ..PRINTER
        },
        (137_131_201, "walatlh"),
        &[("oauth_verifier", "hfdp7dh39dks9884")],
    );
    assert_eq!(signature_in(&header), "gKgrFCywp7rO0OXSjdot%2FIHF7IU%3D");
}

#[test]
fn section_1_2_the_protected_resource() {
    let header = hmac(
        "GET",
        "http://photos.example.net/photos?file=vacation.jpg&size=original",
        &Credentials {
            token: Some(("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00")),
            ..PRINTER
        },
        (137_131_202, "chapoH"),
        &[],
    );
    assert_eq!(signature_in(&header), "MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D");
}

#[test]
fn section_3_4_1_1_the_base_string_and_its_signature_as_erratum_2550_has_it() {
    let params = [
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("c2", ""),
        ("a3", "2 q"),
    ];
    let base = base_string(
        "post",
        "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
        &params,
    )
    .unwrap();
    assert_eq!(
        base,
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26\
         oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26\
         oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    );
    let credentials = Credentials {
        consumer_key: "9djdj82h48djs9d2",
        consumer_secret: "j49sk3j29djd",
        token: Some(("kkk9d7dh3k39sjv7", "dh893hdasih9")),
    };
    assert_eq!(sign_hmac_sha1(&base, &credentials), "r6/TJjbCOr97/+UU0NsvSne7s5g=");
    let stamp = Stamp {
        timestamp: 137_131_201,
        nonce: "7d8f3e4a",
    };
    let url = "http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b";
    let form = [("c2", ""), ("a3", "2 q")];
    let method = SignatureMethod::HmacSha1;
    let header = authorization_header(method, "POST", url, &credentials, stamp, &[], &form).unwrap();
    assert_eq!(signature_in(&header), "r6%2FTJjbCOr97%2F%2BUU0NsvSne7s5g%3D");
    assert!(!header.contains("a3="), "parameters of the form stay in the form");
}

#[test]
fn section_3_4_1_2_the_base_string_uri() {
    let uri = |url: &str| {
        base_string("GET", url, &[])
            .unwrap()
            .split('&')
            .nth(1)
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        uri("http://EXAMPLE.COM:80/r%20v/X?id=123"),
        "http%3A%2F%2Fexample.com%2Fr%2520v%2FX"
    );
    assert_eq!(
        uri("https://www.example.net:8080/?q=1"),
        "https%3A%2F%2Fwww.example.net%3A8080%2F"
    );
    assert_eq!(uri("https://example.net:443/a"), "https%3A%2F%2Fexample.net%2Fa");
    assert_eq!(base_string("GET", "no address", &[]), None);
}

#[test]
fn section_3_4_4_and_2_3_plaintext() {
    let credentials = Credentials {
        consumer_key: "jd83jd92dhsh93js",
        consumer_secret: "ja893SD9",
        token: Some(("hdk48Djdsa", "xyz4992k83j47x0b")),
    };
    let stamp = Stamp {
        timestamp: 1,
        nonce: "n",
    };
    let further = [("oauth_verifier", "473f82d3")];
    let url = "https://server.example.com/request_token";
    let method = SignatureMethod::Plaintext;
    let header = authorization_header(method, "POST", url, &credentials, stamp, &further, &[]).unwrap();
    assert_eq!(signature_in(&header), "ja893SD9%26xyz4992k83j47x0b");
    // Neither is needed here, and some services demand both.
    assert!(header.contains("oauth_timestamp=\"") && header.contains("oauth_nonce=\"n\""));
    let alone = Credentials {
        token: None,
        ..credentials
    };
    let header = authorization_header(method, "POST", url, &alone, stamp, &[], &[]).unwrap();
    assert_eq!(signature_in(&header), "ja893SD9%26");
}

#[test]
fn section_3_6_percent_encoding() {
    assert_eq!(encode("AZaz09-._~"), "AZaz09-._~");
    assert_eq!(encode(" +&=/%ü"), "%20%2B%26%3D%2F%25%C3%BC");
    assert_eq!(encode("!*'()"), "%21%2A%27%28%29");
}

fn source() -> Source {
    Source {
        kind: SourceKind::Oauth1,
        request_token_endpoint: Some("https://hr.harbor.test/initiate".into()),
        ..oauth2()
    }
}

fn begun(source: Source) -> (Call, Pending) {
    let nothing = Params::default();
    match begin(&World::default().env(NOW), &upstream(source), &start(&nothing)) {
        Ok(Begun::Call { call, pending }) => (call, pending),
        other => panic!("{other:?}"),
    }
}

const CREDENTIALS: &str = "oauth_token=temp&oauth_token_secret=temp-secret&oauth_callback_confirmed=true";

fn left(source: Source) -> Redirect {
    begun(source).1.finish(&Reply::answer(200, None, CREDENTIALS)).unwrap()
}

/// The fields of a signed header, decoded.
fn fields(call: &Call) -> Vec<(String, String)> {
    let header = call
        .header("authorization")
        .unwrap()
        .strip_prefix("OAuth ")
        .unwrap()
        .to_owned();
    let field = |part: &str| {
        let (name, value) = part.split_once('=').unwrap();
        let value = url::form_urlencoded::parse(value.trim_matches('"').as_bytes())
            .next()
            .unwrap()
            .0
            .into_owned();
        (name.to_owned(), value)
    };
    header.split(", ").map(field).collect()
}

#[test]
fn a_7_5_1_the_callback_with_our_state_is_signed_and_the_browser_gets_the_temporary_token() {
    let (call, _) = begun(source());
    assert_eq!(
        (call.method, call.url.as_str()),
        (CallMethod::Post, "https://hr.harbor.test/initiate")
    );
    let fields = fields(&call);
    assert!(fields.contains(&("oauth_callback".into(), format!("{REDIRECT_URI}?state=st4te"))));
    assert!(fields.contains(&("oauth_consumer_key".into(), CLIENT_ID.into())));
    assert!(fields.contains(&("oauth_timestamp".into(), NOW.seconds().to_string())));
    assert!(!format!("{call:?}").contains("st4te"));
    let redirect = left(Source {
        authorization_params: [("lang", "nl"), ("oauth_token", "evil")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .into(),
        ..source()
    });
    assert!(redirect.url.starts_with("https://hr.harbor.test/o/authorize?"));
    assert_eq!(
        query_of(&redirect.url),
        pairs(&[("oauth_token", "temp"), ("lang", "nl")])
    );
}

#[test]
fn temporary_credentials_that_are_none() {
    let rows = [
        (Reply::Failed("no".into()), None),
        (Reply::answer(401, None, CREDENTIALS), None),
        (Reply::answer(200, None, ""), Some("a form")),
        (
            Reply::answer(200, None, "oauth_token=t&oauth_token_secret=s"),
            Some("oauth_callback_confirmed=true"),
        ),
        (
            Reply::answer(
                200,
                None,
                "oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=false",
            ),
            Some("oauth_callback_confirmed=true"),
        ),
        (
            Reply::answer(200, None, "oauth_token_secret=s&oauth_callback_confirmed=true"),
            Some("oauth_token"),
        ),
        (
            Reply::answer(200, None, "oauth_token=t&oauth_callback_confirmed=true"),
            Some("oauth_token_secret"),
        ),
        (
            Reply::answer(200, None, format!("{CREDENTIALS}&oauth_token=other")),
            Some("a form"),
        ),
    ];
    for (reply, expected) in rows {
        let failure = begun(source()).1.finish(&reply).unwrap_err();
        assert_eq!(failure.refusal(), Refusal::UpstreamRequestTokenRefused, "{reply:?}");
        assert_eq!(failure.error.expected.as_deref(), expected, "{reply:?}");
    }
}

fn back(query: &str) -> Result<Call, UpstreamFailure> {
    let redirect = left(source());
    match Drive::new(upstream(source()), redirect.secrets).callback(query) {
        protocol::upstream::Step::Call(call) => Ok(call),
        step => Err(failed(step)),
    }
}

#[test]
fn a_7_5_2_the_callback_needs_the_verifier_and_the_token_of_this_sign_in() {
    let call = back("oauth_token=temp&oauth_verifier=v3rifier&state=st4te").unwrap();
    let fields = fields(&call);
    assert!(fields.contains(&("oauth_verifier".into(), "v3rifier".into())));
    assert!(fields.contains(&("oauth_token".into(), "temp".into())));
    let rows = [
        (
            "oauth_token=other&oauth_verifier=v",
            Refusal::UpstreamRequestTokenMismatch,
        ),
        ("oauth_token=temp", Refusal::UpstreamCodeMissing),
        ("oauth_token=temp&oauth_verifier=", Refusal::UpstreamCodeMissing),
        ("oauth_verifier=v", Refusal::UpstreamCodeMissing),
        ("", Refusal::UpstreamCodeMissing),
        ("denied=temp", Refusal::UpstreamAccessDenied),
        (
            "error=access_denied&oauth_token=temp&oauth_verifier=v",
            Refusal::UpstreamAccessDenied,
        ),
        ("error=broken", Refusal::UpstreamError),
    ];
    for (query, expected) in rows {
        assert_eq!(back(query).unwrap_err().refusal(), expected, "{query}");
    }
}

fn redeemed() -> Drive {
    let redirect = left(source());
    let mut drive = Drive::new(upstream(source()), redirect.secrets);
    call(drive.callback("oauth_token=temp&oauth_verifier=v"));
    drive
}

#[test]
fn a_7_5_3_the_profile_request_is_signed_with_the_token_credentials() {
    let mut drive = redeemed();
    let form = "oauth_token=token&oauth_token_secret=token-secret&user_id=42";
    let profile = call(drive.reply(Reply::answer(200, Some("text/plain"), form)));
    assert_eq!(
        (profile.method, profile.url.as_str()),
        (CallMethod::Get, "https://hr.harbor.test/v2/self")
    );
    let fields = fields(&profile);
    assert!(fields.contains(&("oauth_token".into(), "token".into())));
    assert!(
        fields
            .iter()
            .any(|(name, value)| name == "oauth_signature" && value.len() == 28)
    );
    let answer = done(drive.reply(json_reply(&json!({"id": 42}))));
    assert_eq!(answer.tokens.access_token.expose_secret(), "token");
    assert_eq!(answer.tokens.token_secret.unwrap().expose_secret(), "token-secret");
    assert_eq!(answer.told.userinfo.unwrap().scalar("id"), "42");
}

#[test]
fn token_credentials_that_are_none() {
    let rows = [
        (Reply::Failed("no".into()), Refusal::UpstreamTokenUnreachable),
        (Reply::answer(401, None, ""), Refusal::UpstreamTokenRefused),
        (
            Reply::answer(200, None, "oauth_token=t"),
            Refusal::UpstreamTokenMalformed,
        ),
        (
            Reply::answer(200, None, "oauth_token_secret=t"),
            Refusal::UpstreamTokenMalformed,
        ),
        (Reply::answer(200, None, "<html>"), Refusal::UpstreamTokenRefused),
    ];
    for (reply, expected) in rows {
        assert_eq!(refusal(redeemed().reply(reply)), expected);
    }
}

#[test]
fn each_request_has_a_nonce_of_its_own() {
    let world = World::default();
    let nothing = Params::default();
    let mut nonces = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let Ok(Begun::Call { call, .. }) = begin(&world.env(NOW), &upstream(source()), &start(&nothing)) else {
            panic!("a call");
        };
        nonces.extend(fields(&call).into_iter().filter(|(name, _)| name == "oauth_nonce"));
    }
    assert_eq!(nonces.len(), 3);
    // oauthlib refuses others unless its service says otherwise.
    let fit = |nonce: &str| (20..=30).contains(&nonce.len()) && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric());
    assert!(nonces.iter().all(|(_, nonce)| fit(nonce)), "{nonces:?}");
}

#[test]
fn plaintext_is_for_https_alone() {
    let plain = |endpoint: &str| Source {
        oauth1_signature_method: SignatureMethod::Plaintext,
        request_token_endpoint: Some(endpoint.into()),
        ..source()
    };
    let nothing = Params::default();
    let begin = |source| begin(&World::default().env(NOW), &upstream(source), &start(&nothing));
    assert!(begin(plain("https://hr.harbor.test/initiate")).is_ok());
    let failure = begin(plain("http://hr.harbor.test/initiate")).unwrap_err();
    assert_eq!(failure.refusal(), Refusal::UpstreamNotConfigured);
}

#[test]
fn a_source_without_its_three_addresses_sends_nobody_away() {
    let nothing = Params::default();
    let changes: [fn(&mut Source); 4] = [
        |source| source.request_token_endpoint = None,
        |source| source.authorization_endpoint = None,
        |source| source.token_endpoint = None,
        |source| source.request_token_endpoint = Some("no address".into()),
    ];
    for change in changes {
        let mut source = source();
        change(&mut source);
        let outcome = begin(
            &World::default().env(NOW),
            &upstream_with(source, None, &[]),
            &start(&nothing),
        );
        assert_eq!(outcome.unwrap_err().refusal(), Refusal::UpstreamNotConfigured);
    }
}
