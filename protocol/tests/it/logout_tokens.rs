//! Logout tokens (Back-Channel Logout 1.0, section 2.4), the addresses of frames (Front-Channel Logout 1.0, section 3), and
//! whose applications are remembered.

use protocol::client::LogoutMethod;
use protocol::id_token::{OurKeys, verify_hint};
use protocol::jose::{Algorithm, TypRule, Verification, verify};
use protocol::logout::{front_channel_address, record_party};
use protocol::logout_token::{EVENT, mint_logout_token};
use protocol::writes::Write;
use serde_json::json;

use crate::fixtures::{NOW, World, client, client_with};

#[test]
fn a_logout_token_says_who_and_which_session_and_nothing_else() {
    let (client, world) = (client(), World::default());
    let token = mint_logout_token(&world.env(NOW), &client, &client.issuer, "the sub", "the sid").unwrap();
    let keys = [client.signing_key.verifying_key()];
    let rule = |typ: &'static str| {
        Verification::new(
            &keys,
            &[Algorithm::EdDSA],
            TypRule::OneOf(match typ {
                "JWT" => &["JWT"],
                _ => &["logout+jwt"],
            }),
        )
    };
    let verified = verify(&token, &rule("logout+jwt")).unwrap();
    let jti = verified.claims["jti"].as_str().unwrap().to_owned();
    assert_eq!(
        serde_json::Value::Object(verified.claims),
        json!({
            "iss": client.issuer, "sub": "the sub", "aud": client.application.client_id,
            "iat": NOW.seconds(), "exp": NOW.seconds() + 120, "jti": jti,
            "events": { EVENT: {} }, "sid": "the sid",
        })
    );
    assert!(jti.len() >= 32);
    // Never taken for an ID token: neither by its type nor as a hint.
    assert!(verify(&token, &rule("JWT")).is_err());
    assert!(verify_hint(&client, &OurKeys::default(), &token).is_err());
}

#[test]
fn the_frame_gets_issuer_and_session_and_keeps_what_was_registered() {
    let address = |uri: &str, method| {
        let client = client_with(|application| {
            application.logout_uri = Some(uri.to_owned());
            application.logout_method = method;
        });
        front_channel_address(&client, &client.issuer, "s1")
    };
    let issuer = "iss=https%3A%2F%2Fid.example.com%2Fapplication%2Fo%2Fwiki%2F";
    for (registered, opened) in [
        (
            "https://a.example/out",
            format!("https://a.example/out?{issuer}&sid=s1"),
        ),
        ("https://a.example", format!("https://a.example/?{issuer}&sid=s1")),
        (
            "https://a.example/out?",
            format!("https://a.example/out?{issuer}&sid=s1"),
        ),
        (
            "https://a.example/out?x=1&y=a%20b",
            format!("https://a.example/out?x=1&y=a%20b&{issuer}&sid=s1"),
        ),
        (
            "https://a.example/out?iss=mine",
            "https://a.example/out?iss=mine&sid=s1".to_owned(),
        ),
        (
            "https://a.example/out?sid=mine",
            format!("https://a.example/out?sid=mine&{issuer}"),
        ),
        (
            "https://a.example/out?sid=1&iss=2",
            "https://a.example/out?sid=1&iss=2".to_owned(),
        ),
        ("http://intranet/out", format!("http://intranet/out?{issuer}&sid=s1")),
    ] {
        assert_eq!(
            address(registered, LogoutMethod::Frontchannel),
            Some(opened),
            "{registered}"
        );
        assert_eq!(address(registered, LogoutMethod::Backchannel), None);
        assert_eq!(address(registered, LogoutMethod::None), None);
    }
    assert_eq!(
        front_channel_address(&client(), "https://id.example.com/", "s1"),
        None,
        "without an address"
    );
}

#[test]
fn only_an_application_that_wants_to_hear_is_remembered() {
    let of = |uri: Option<&str>, logout_method| {
        client_with(|application| {
            application.logout_uri = uri.map(str::to_owned);
            application.logout_method = logout_method;
        })
    };
    let uri = Some("https://a.example/out");
    for method in [LogoutMethod::Backchannel, LogoutMethod::Frontchannel] {
        let client = of(uri, method);
        let remembered = record_party(&client, Some("ses_1"), "s", &client.issuer);
        let expected = Write::RecordParty {
            session_id: "ses_1".to_owned(),
            application_id: client.application.id.clone(),
            sub: "s".to_owned(),
            issuer: None,
        };
        assert_eq!(remembered, Some(expected));
        let elsewhere = record_party(&client, Some("ses_1"), "s", "https://id.example.com/");
        assert!(
            matches!(&elsewhere, Some(Write::RecordParty { issuer: Some(issuer), .. }) if issuer == "https://id.example.com/"),
            "{elsewhere:?}"
        );
        assert_eq!(
            record_party(&client, None, "s", &client.issuer),
            None,
            "a machine has no session"
        );
    }
    assert_eq!(
        record_party(&of(uri, LogoutMethod::None), Some("ses_1"), "s", "i"),
        None
    );
    assert_eq!(
        record_party(&of(None, LogoutMethod::Backchannel), Some("ses_1"), "s", "i"),
        None
    );
}
