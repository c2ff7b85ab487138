//! Client authentication (RFC 6749, section 2.3.1): what is read, what is refused, and whose secret counts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use protocol::client::TokenEndpointAuthMethod;
use protocol::client_auth::{Method, check_client_authentication, parse_credentials};
use protocol::params::Params;
use protocol::refusal::Refusal;
use secrecy::ExposeSecret as _;

use crate::fixtures::{SECRET, client, client_with, params, public_client};

fn basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

fn refusal(authorization: Option<&str>, body: &[(&str, &str)]) -> Option<Refusal> {
    parse_credentials(authorization, &params(body))
        .err()
        .map(|error| error.refusal)
}

#[test]
fn the_examples_of_the_standard() {
    let credentials = parse_credentials(Some("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"), &Params::default()).unwrap();
    assert_eq!(
        (credentials.client_id.as_str(), credentials.method),
        ("s6BhdRkqt3", Method::Basic)
    );
    assert_eq!(credentials.secret.unwrap().expose_secret(), "gX1fBat3bV");

    let body = b"grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA&client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw";
    let credentials = parse_credentials(None, &Params::parse(body).unwrap()).unwrap();
    assert_eq!(
        (credentials.client_id.as_str(), credentials.method),
        ("s6BhdRkqt3", Method::Post)
    );
    assert_eq!(credentials.secret.unwrap().expose_secret(), "7Fjfp0ZBr1KtDRbnfVdmIw");
}

#[test]
fn malformed_headers_are_refused() {
    let padded = STANDARD.encode("a:bc");
    for header in [
        "",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YTpi=",
        &format!("Basic{padded}"),
        "Bearer abc",
        "Digest a=b",
        &basic("no-colon"),
        &basic(":secret"),
        &basic(""),
        "Basic /////w==",
        "Basic YTpi YTpi",
        "\u{fc} x",
    ] {
        assert_eq!(
            refusal(Some(header), &[]),
            Some(Refusal::ClientAuthenticationMalformed),
            "{header}"
        );
    }
    assert_eq!(refusal(Some(&basic("a:b").replace("Basic", "bASIC")), &[]), None);
    assert_eq!(refusal(None, &[]), Some(Refusal::ClientMissing));
    assert_eq!(refusal(None, &[("client_secret", "b")]), Some(Refusal::ClientMissing));
}

#[test]
fn one_method_per_request() {
    let header = basic("a:b");
    assert_eq!(
        refusal(Some(&header), &[("client_secret", "b")]),
        Some(Refusal::ClientAuthenticationTwice)
    );
    assert_eq!(
        refusal(Some(&header), &[("client_id", "other")]),
        Some(Refusal::ClientAuthenticationTwice)
    );
    assert_eq!(refusal(Some(&header), &[("client_id", "a")]), None);
    assert_eq!(
        Refusal::ClientAuthenticationTwice.error_code().as_str(),
        "invalid_request"
    );
}

#[test]
fn secrets_count_encoded_and_plain() {
    for secret in [
        "pa%ss",
        "a:b:c",
        "a+b",
        "a b",
        "\u{fc}ber",
        "a&b=c",
        "100%25",
        "%",
        "+%2B",
    ] {
        let mut client = client();
        client.secrets = vec![secret.into()];
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for presented in [secret.to_owned(), encoded] {
            let credentials = parse_credentials(Some(&basic(&format!("wiki-client:{presented}"))), &Params::default());
            assert!(
                check_client_authentication(&client, &credentials.unwrap()).is_ok(),
                "{secret} as {presented}"
            );
        }
        let wrong = parse_credentials(Some(&basic("wiki-client:other")), &Params::default()).unwrap();
        assert!(check_client_authentication(&client, &wrong).is_err());
    }
    let credentials = parse_credentials(Some(&basic("wiki%2Dclient:x")), &Params::default()).unwrap();
    assert_eq!(credentials.client_id, "wiki-client");
}

#[test]
fn every_live_secret_counts_and_no_part_of_one() {
    let mut client = client();
    client.secrets = vec!["first-secret".into(), "second-secret".into()];
    let check = |secret: &str| {
        let credentials = parse_credentials(
            None,
            &params(&[("client_id", "wiki-client"), ("client_secret", secret)]),
        );
        check_client_authentication(&client, &credentials.unwrap()).map_err(|error| error.refusal)
    };
    assert_eq!((check("first-secret"), check("second-secret")), (Ok(()), Ok(())));
    for wrong in [
        "first",
        "first-secret ",
        "First-secret",
        "second-secre",
        "first-secretsecond-secret",
        "\0",
    ] {
        assert_eq!(check(wrong), Err(Refusal::ClientSecretWrong), "{wrong}");
    }
    assert_eq!(check(""), Err(Refusal::ClientAuthenticationMissing));
    client.secrets.clear();
    let any = parse_credentials(None, &params(&[("client_id", "wiki-client"), ("client_secret", "x")])).unwrap();
    assert!(
        check_client_authentication(&client, &any).is_err(),
        "without secrets nothing fits"
    );
}

#[test]
fn the_registered_method_is_the_only_one() {
    use TokenEndpointAuthMethod::{ClientSecretBasic, ClientSecretPost, None as Without};
    let header = basic(&format!("wiki-client:{SECRET}"));
    let in_header = parse_credentials(Some(&header), &Params::default()).unwrap();
    let in_body = parse_credentials(
        None,
        &params(&[("client_id", "wiki-client"), ("client_secret", SECRET)]),
    )
    .unwrap();
    for (method, by_header, by_body) in [
        (None, true, true),
        (Some(ClientSecretBasic), true, false),
        (Some(ClientSecretPost), false, true),
        (Some(Without), false, false),
    ] {
        let client = client_with(|application| application.token_endpoint_auth_method = method);
        assert_eq!(
            check_client_authentication(&client, &in_header).is_ok(),
            by_header,
            "{method:?}"
        );
        assert_eq!(
            check_client_authentication(&client, &in_body).is_ok(),
            by_body,
            "{method:?}"
        );
    }
    let public = parse_credentials(None, &params(&[("client_id", "wiki-client")])).unwrap();
    assert!(check_client_authentication(&public_client(), &public).is_ok());
    assert!(
        check_client_authentication(&public_client(), &in_body).is_ok(),
        "not looked at"
    );
    assert!(!format!("{in_header:?}{in_body:?}").contains(SECRET));
}

proptest! {
    #[test]
    fn any_header_is_read_or_refused(header in "\\PC{0,60}", pair in "\\PC{0,20}:\\PC{0,20}", id in "[a-z]{1,9}") {
        let _read = parse_credentials(Some(&header), &Params::default());
        let read = parse_credentials(Some(&basic(&pair)), &Params::default());
        prop_assert_eq!(read.is_err(), pair.starts_with(':'));
        let read = parse_credentials(Some(&basic(&format!("{id}:{pair}"))), &Params::default()).unwrap();
        prop_assert_eq!(read.client_id, id);
    }

    #[test]
    fn any_body_is_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(params) = Params::parse(&body) {
            prop_assert!(params.iter().count() <= 100);
        }
    }

    #[test]
    fn what_was_encoded_is_read(pairs in prop::collection::btree_map("[a-z]{1,6}", ".{0,20}", 0..9)) {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let params = Params::parse(encoded.as_bytes()).unwrap();
        for (name, value) in &pairs {
            prop_assert_eq!(params.get(name), Some(value.as_str()).filter(|value| !value.is_empty()));
        }
    }

    #[test]
    fn scopes_are_sorted_words(value in "[\\x20-\\x7e\\t]{0,60}") {
        if let Ok(Some(scopes)) = protocol::scope::parse_scope(Some(&value)) {
            prop_assert!(scopes.is_sorted_by(|a, b| a < b));
            for scope in &scopes {
                prop_assert!(value.split_ascii_whitespace().any(|word| word == scope) && !scope.contains(['"', '\\']));
            }
        }
    }
}
