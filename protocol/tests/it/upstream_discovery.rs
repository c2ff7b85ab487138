//! Provider metadata of a source, and the connection test.

use protocol::upstream::discovery::{
    Difference, Discovered, DiscoveryFault, check_discovery_url, discovery_url_of, parse_discovery,
};
use protocol::upstream::probe::{Probed, judge_probe, preview, wants_get};
use protocol::upstream::{Source, SourceKind, vendors};
use serde_json::{Value, json};

use crate::fixtures::{NOW, World};
use crate::upstream_support::{ISSUER, REDIRECT_URI, oauth2, oidc, query_of, upstream};

const URL: &str = "https://login.example.net/.well-known/openid-configuration";

fn metadata() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://login.example.net/authorize",
        "token_endpoint": "https://login.example.net/token",
        "userinfo_endpoint": "https://login.example.net/me",
        "jwks_uri": "https://login.example.net/keys.json",
        "revocation_endpoint": "https://login.example.net/revoke",
        "end_session_endpoint": "https://login.example.net/leave",
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none", "RS1", 7, "ES256"],
    })
}

fn parse(change: impl FnOnce(&mut Value)) -> Result<Discovered, DiscoveryFault> {
    let mut metadata = metadata();
    change(&mut metadata);
    parse_discovery(URL, None, metadata.to_string().as_bytes())
}

#[test]
fn the_address_ends_as_it_has_to_or_the_completed_form_is_offered() {
    assert_eq!(check_discovery_url(URL), Ok(()));
    for (given, offered) in [
        ("https://login.example.net", URL),
        ("https://login.example.net/", URL),
        ("https://login.example.net/.well-known", URL),
        ("https://login.example.net/.well-known/openid-configuration/", URL),
        ("https://login.example.net/.well-known/openid-configuration?x=1", URL),
        (
            "https://login.example.net/realms/a",
            "https://login.example.net/realms/a/.well-known/openid-configuration",
        ),
    ] {
        assert_eq!(check_discovery_url(given), Err(offered.to_owned()), "{given}");
    }
    assert_eq!(discovery_url_of("https://login.example.net/"), URL);
}

#[test]
fn metadata_is_read() {
    let discovered = parse(|_| {}).unwrap();
    assert_eq!(discovered.issuer, ISSUER);
    assert_eq!(
        discovered.jwks_uri.as_deref(),
        Some("https://login.example.net/keys.json")
    );
    assert_eq!(
        discovered.id_token_signing_algs,
        ["RS256", "ES256"],
        "a shared secret is named by hand"
    );
    assert!(
        discovered
            .lacks(&["authorization_endpoint", "token_endpoint", "userinfo_endpoint"])
            .is_empty()
    );
    // An issuer of tokens for machines publishes its keys and nothing else.
    let keys = parse(|metadata| {
        let members = metadata.as_object_mut().unwrap();
        members.retain(|name, _| matches!(name.as_str(), "issuer" | "jwks_uri"));
    })
    .unwrap();
    assert_eq!(
        keys.lacks(&["authorization_endpoint", "token_endpoint", "jwks_uri"]),
        ["authorization_endpoint", "token_endpoint"]
    );
}

#[test]
fn metadata_that_is_none() {
    let mismatch = |given: &str| DiscoveryFault::IssuerMismatch {
        given: given.into(),
        expected: ISSUER.into(),
    };
    let rows: Vec<(&str, Value, DiscoveryFault)> = vec![
        ("issuer", json!(null), DiscoveryFault::Missing("issuer")),
        ("issuer", json!(7), DiscoveryFault::Missing("issuer")),
        ("issuer", json!("https://evil.test"), mismatch("https://evil.test")),
        (
            "issuer",
            json!("https://login.example.net//"),
            mismatch("https://login.example.net//"),
        ),
        (
            "issuer",
            json!("https://LOGIN.example.net"),
            mismatch("https://LOGIN.example.net"),
        ),
        (
            "issuer",
            json!("https://login.example.net/{tenantid}"),
            mismatch("https://login.example.net/{tenantid}"),
        ),
        (
            "token_endpoint",
            json!("/token"),
            DiscoveryFault::NotAnAddress("token_endpoint"),
        ),
        (
            "jwks_uri",
            json!("file:///etc/passwd"),
            DiscoveryFault::NotAnAddress("jwks_uri"),
        ),
        (
            "authorization_endpoint",
            json!("https://login.example.net/a#b"),
            DiscoveryFault::NotAnAddress("authorization_endpoint"),
        ),
        (
            "userinfo_endpoint",
            json!(["x"]),
            DiscoveryFault::NotAnAddress("userinfo_endpoint"),
        ),
    ];
    for (member, value, fault) in rows {
        let outcome = parse(|metadata| metadata[member] = value);
        assert_eq!(outcome, Err(fault), "{member}");
    }
    for body in ["", "[]", "<html>", "{\"issuer\":1,\"issuer\":2}", "null"] {
        assert_eq!(
            parse_discovery(URL, None, body.as_bytes()),
            Err(DiscoveryFault::NotAnObject),
            "{body}"
        );
    }
    for fault in [
        DiscoveryFault::NotAnObject,
        mismatch("x\u{202e}y"),
        DiscoveryFault::Missing("issuer"),
    ] {
        assert!(!fault.to_string().contains('\u{202e}') && fault.code().starts_with("discovery_"));
    }
    // One slash at the end of an issuer does not show in the address of its metadata.
    assert!(parse(|metadata| metadata["issuer"] = json!("https://login.example.net/")).is_ok());
}

#[test]
fn microsofts_template_is_for_microsofts_presets() {
    let url = "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";
    let body = json!({"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}).to_string();
    for (preset, accepted) in [
        (Some("microsoft"), true),
        (Some("entraid"), true),
        (Some("google"), false),
        (None, false),
    ] {
        assert_eq!(
            parse_discovery(url, preset, body.as_bytes()).is_ok(),
            accepted,
            "{preset:?}"
        );
    }
    let elsewhere = json!({"issuer": "https://evil.test/{tenantid}/v2.0"}).to_string();
    assert!(parse_discovery(url, Some("microsoft"), elsewhere.as_bytes()).is_err());
}

#[test]
fn contract_what_the_request_carries_wins_and_everything_else_is_filled() {
    let mut source = Source {
        userinfo_endpoint: Some("https://mine.test/me".into()),
        token_endpoint: Some("https://old.test/token".into()),
        id_token_signing_algs: Vec::new(),
        ..oidc()
    };
    parse(|_| {})
        .unwrap()
        .fill(&mut source, &|field| field == "userinfo_endpoint");
    assert_eq!(source.userinfo_endpoint.as_deref(), Some("https://mine.test/me"));
    assert_eq!(
        source.token_endpoint.as_deref(),
        Some("https://login.example.net/token")
    );
    assert_eq!(
        source.end_session_endpoint.as_deref(),
        Some("https://login.example.net/leave")
    );
    assert_eq!(source.id_token_signing_algs, ["RS256", "ES256"]);
    // What the metadata lacks stays.
    let mut source = oidc();
    let poor = parse(|metadata| {
        metadata.as_object_mut().unwrap().remove("userinfo_endpoint");
    });
    poor.unwrap().fill(&mut source, &|_| false);
    assert_eq!(
        source.userinfo_endpoint.as_deref(),
        Some("https://hr.harbor.test/v2/self")
    );
}

#[test]
fn contract_what_an_upstream_changed_is_told_and_taken_over_on_request() {
    let mut source = oidc();
    let discovered = parse(|_| {}).unwrap();
    discovered.fill(&mut source, &|_| false);
    assert_eq!(discovered.differences(&source), []);
    let moved = parse(|metadata| {
        metadata["token_endpoint"] = json!("https://new.example.net/token");
        metadata.as_object_mut().unwrap().remove("revocation_endpoint");
    })
    .unwrap();
    source.end_session_endpoint = None;
    assert_eq!(
        moved.differences(&source),
        [
            Difference {
                member: "token_endpoint",
                stored: Some("https://login.example.net/token".into()),
                offered: "https://new.example.net/token".into(),
            },
            Difference {
                member: "end_session_endpoint",
                stored: None,
                offered: "https://login.example.net/leave".into(),
            },
        ]
    );
    moved.take_over(&mut source);
    assert_eq!(moved.differences(&source), []);
    assert_eq!(
        source.revocation_endpoint.as_deref(),
        Some("https://login.example.net/revoke")
    );
}

#[test]
fn a_preset_knows_its_vendor_better_than_the_metadata() {
    let mut source = Source {
        preset: Some("google".into()),
        ..Source::default()
    };
    vendors::find("google").unwrap().fill(&mut source, &|_| false);
    let metadata = json!({
        "issuer": "https://accounts.google.com",
        "authorization_endpoint": "https://accounts.google.com/elsewhere",
        "revocation_endpoint": "https://oauth2.googleapis.com/revoke",
    });
    let url = source.discovery_url.clone().unwrap();
    let discovered = parse_discovery(&url, Some("google"), metadata.to_string().as_bytes()).unwrap();
    discovered.fill(&mut source, &|_| false);
    assert_eq!(
        source.authorization_endpoint.as_deref(),
        Some("https://accounts.google.com/o/oauth2/v2/auth")
    );
    assert_eq!(
        source.revocation_endpoint.as_deref(),
        Some("https://oauth2.googleapis.com/revoke")
    );
    assert_eq!(discovered.differences(&source), []);
}

#[test]
fn a_6_3_the_preview_is_what_a_person_would_be_sent_to() {
    let world = World::default();
    let url = preview(&world.env(NOW), &upstream(oauth2()), REDIRECT_URI);
    let state = query_of(&url).into_iter().find(|(name, _)| name == "state").unwrap().1;
    assert!(state.starts_with("test_") && state.len() == 31, "{state}");
    let real = crate::upstream_support::leave(&upstream(oauth2())).url;
    assert_eq!(url.replace(&state, "st4te"), real);
    // A source that is off has one, and one that is not complete has none.
    let off = Source {
        enabled: false,
        ..oauth2()
    };
    assert!(!preview(&world.env(NOW), &upstream(off), REDIRECT_URI).is_empty());
    let bare = Source {
        authorization_endpoint: None,
        ..oauth2()
    };
    assert_eq!(preview(&world.env(NOW), &upstream(bare), REDIRECT_URI), "");
    let oauth1 = Source {
        kind: SourceKind::Oauth1,
        ..oauth2()
    };
    let url = preview(&world.env(NOW), &upstream(oauth1), REDIRECT_URI);
    assert!(
        url.starts_with("https://hr.harbor.test/o/authorize?oauth_token=test_"),
        "{url}"
    );
}

#[test]
fn a_6_4_to_a_6_7_how_a_probe_is_judged() {
    for status in [200, 204, 301, 302, 400, 401, 403, 405, 429] {
        let verdict = judge_probe(&Probed::Status(status));
        assert_eq!((verdict.userinfo_status, verdict.error), (Some(status), None));
    }
    for status in [404, 500, 501, 503, 599] {
        let verdict = judge_probe(&Probed::Status(status));
        assert_eq!(verdict.userinfo_status, Some(status));
        assert_eq!(verdict.error, Some(format!("userinfo_endpoint answered {status}")));
    }
    let verdict = judge_probe(&Probed::Failed("no such name".into()));
    assert_eq!(verdict.userinfo_status, None);
    assert_eq!(
        verdict.error.as_deref(),
        Some("userinfo_endpoint did not answer: no such name")
    );
    assert!(wants_get(405) && wants_get(501) && !wants_get(404) && !wants_get(200));
}
