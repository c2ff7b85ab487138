//! Leaving for a source: the authorization request (RFC 6749, section 4.1.1), byte for byte.

use std::collections::BTreeMap;

use protocol::params::Params;
use protocol::pkce::mint_s256_challenge;
use protocol::refusal::Refusal;
use protocol::upstream::{Begun, Made, Pkce, Redirect, Source, SourceKind, Start, Upstream, begin};

use crate::fixtures::{NOW, World};
use crate::upstream_support::{
    CLIENT_ID, REDIRECT_URI, leave, nonce_of, oauth2, oidc, pairs, query_of, start, upstream, upstream_with,
};

fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs(entries).into_iter().collect()
}

fn leave_with(upstream: &Upstream, start: &Start<'_>) -> Redirect {
    match begin(&World::default().env(NOW), upstream, start) {
        Ok(Begun::Redirect(redirect)) => redirect,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_9_1_to_a_9_3_the_order_of_the_query_and_its_encoding() {
    let redirect = leave(&upstream(oauth2()));
    assert_eq!(
        redirect.url,
        "https://hr.harbor.test/o/authorize?response_type=code&client_id=hh-web&redirect_uri=https%3A%2F%2Fid.example.com%2F\
         source%2Foauth%2Fcallback%2Fharbor%2F&scope=me.read+me.mail&state=st4te"
    );
}

#[test]
fn a_9_2_without_scopes_there_is_no_scope() {
    let redirect = leave(&upstream(Source {
        scopes: Vec::new(),
        ..oauth2()
    }));
    assert!(!redirect.url.contains("scope"));
}

#[test]
fn a_9_6_an_endpoint_with_a_query_keeps_it() {
    for (endpoint, begins) in [
        (
            "https://hr.test/o?tenant=a%20b",
            "https://hr.test/o?tenant=a%20b&response_type=code&",
        ),
        ("https://hr.test/o?", "https://hr.test/o?response_type=code&"),
        ("https://hr.test/o?a=1&", "https://hr.test/o?a=1&response_type=code&"),
        ("https://hr.test/o#part", "https://hr.test/o?response_type=code&"),
    ] {
        let source = Source {
            authorization_endpoint: Some(endpoint.into()),
            ..oauth2()
        };
        assert!(leave(&upstream(source)).url.starts_with(begins), "{endpoint}");
    }
}

#[test]
fn openid_connect_sends_a_fresh_nonce_and_then_the_challenge() {
    let source = Source {
        pkce: Pkce::S256,
        ..oidc()
    };
    let world = World::default();
    let nothing = Params::default();
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let Ok(Begun::Redirect(redirect)) = begin(&world.env(NOW), &upstream(source.clone()), &start(&nothing)) else {
            panic!("a redirect");
        };
        let names: Vec<String> = query_of(&redirect.url).into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "response_type",
                "client_id",
                "redirect_uri",
                "scope",
                "state",
                "nonce",
                "code_challenge",
                "code_challenge_method"
            ]
        );
        nonces.push(nonce_of(&redirect));
    }
    assert_ne!(nonces[0], nonces[1]);
    assert_eq!(nonces[0].len(), 43);
}

#[test]
fn pkce_by_method_and_for_sources_without_a_secret() {
    let rows = [
        (Pkce::None, Made::Native, true, None),
        (Pkce::None, Made::Native, false, Some("S256")),
        (Pkce::None, Made::AuthnSh, false, Some("S256")),
        (Pkce::None, Made::Auth0, false, None),
        (Pkce::Plain, Made::Native, true, Some("plain")),
        (Pkce::S256, Made::Auth0, false, Some("S256")),
    ];
    for (pkce, made, secret, method) in rows {
        let source = Source { pkce, made, ..oauth2() };
        let redirect = leave(&upstream_with(source, secret.then_some("s"), &[]));
        let query: BTreeMap<String, String> = query_of(&redirect.url).into_iter().collect();
        assert_eq!(
            query.get("code_challenge_method").map(String::as_str),
            method,
            "{pkce:?} {made:?}"
        );
        let sealed = serde_json::to_value(&redirect.secrets).unwrap();
        match method {
            None => assert!(sealed.get("code_verifier").is_none() && !query.contains_key("code_challenge")),
            Some(method) => {
                let verifier = sealed["code_verifier"].as_str().unwrap();
                assert_eq!(verifier.len(), 128);
                let challenge = if method == "plain" {
                    verifier.to_owned()
                } else {
                    mint_s256_challenge(verifier)
                };
                assert_eq!(query["code_challenge"], challenge);
            }
        }
    }
}

#[test]
fn extras_come_last_and_never_take_the_place_of_a_standard_parameter() {
    let hostile = [
        ("response_type", "token"),
        ("client_id", "evil"),
        ("redirect_uri", "https://evil.test/"),
        ("scope", "admin"),
        ("state", "x"),
        ("nonce", "x"),
        ("code_challenge", "x"),
        ("request", "x.y.z"),
        ("request_uri", "https://evil.test/r"),
        ("client_secret", "x"),
    ];
    let plain = leave(&upstream(oauth2())).url;
    let request = Params::from_iter([("anything", "evil")]);
    let query = Params::from_iter(hostile.map(|(name, _)| (name, "evil")));
    let nothing = Params::default();
    let source = Source {
        authorization_params: map(&hostile),
        authorization_params_map: hostile
            .iter()
            .map(|(name, _)| ((*name).to_owned(), "anything".to_owned()))
            .collect(),
        forward_query_parameters: hostile.iter().map(|(name, _)| (*name).to_owned()).collect(),
        ..oauth2()
    };
    let redirect = leave_with(
        &upstream(source),
        &Start {
            request: &request,
            query: &query,
            ..start(&nothing)
        },
    );
    assert_eq!(redirect.url, plain);
}

#[test]
fn b_7_9_to_b_7_13_static_and_mapped_parameters() {
    let source = Source {
        authorization_params: map(&[("prompt", "select_account"), ("custom_param", "static")]),
        authorization_params_map: map(&[
            ("custom_param", "access_type"),
            ("absent", "screen_hint"),
            ("stolen", "state"),
            ("stolen2", "code_challenge"),
            ("stolen3", "client_secret"),
            ("stolen4", "redirect_uri"),
        ]),
        ..oauth2()
    };
    let request = Params::from_iter([
        ("access_type", "offline"),
        ("state", "app-state"),
        ("code_challenge", "c"),
        ("client_secret", "s"),
        ("redirect_uri", "https://app.test/cb"),
        ("display", "popup"),
    ]);
    let nothing = Params::default();
    let begun = leave_with(
        &upstream(source.clone()),
        &Start {
            request: &request,
            ..start(&nothing)
        },
    );
    assert_eq!(
        query_of(&begun.url)[5..],
        pairs(&[("custom_param", "offline"), ("prompt", "select_account")])
    );
    let begun = leave(&upstream(source));
    assert_eq!(
        query_of(&begun.url)[5..],
        pairs(&[("custom_param", "static"), ("prompt", "select_account")])
    );
}

#[test]
fn forwarded_parameters_are_those_that_are_listed_and_stand_below_the_administrators_own() {
    let source = Source {
        forward_query_parameters: vec!["hd".into(), "lang".into(), "absent".into()],
        authorization_params: map(&[("hd", "harbor.test")]),
        ..oauth2()
    };
    let query = Params::from_iter([("hd", "evil.test"), ("lang", "de"), ("other", "1")]);
    let nothing = Params::default();
    let begun = leave_with(
        &upstream(source),
        &Start {
            query: &query,
            login_hint: Some("noor@harbor.test"),
            ..start(&nothing)
        },
    );
    assert_eq!(
        query_of(&begun.url)[5..],
        pairs(&[
            ("login_hint", "noor@harbor.test"),
            ("hd", "harbor.test"),
            ("lang", "de")
        ])
    );
}

#[test]
fn b_7_8_connection_scope_is_merged_and_joined_as_the_connection_says() {
    let nothing = Params::default();
    let further = ["me.mail".to_owned(), "me.desk".to_owned()];
    for (separator, scope) in [(',', "me.read,me.mail,me.desk"), (' ', "me.read me.mail me.desk")] {
        let begun = leave_with(
            &upstream(oauth2()),
            &Start {
                connection_scope: &further,
                scope_separator: separator,
                ..start(&nothing)
            },
        );
        assert_eq!(query_of(&begun.url)[3], ("scope".to_owned(), scope.to_owned()));
    }
}

#[test]
fn a_source_that_can_not_work_sends_nobody_away() {
    let without = |change: fn(&mut Source)| {
        let mut source = oauth2();
        change(&mut source);
        source
    };
    let rows: [(Source, Refusal, Option<&str>); 4] = [
        (
            without(|source| source.enabled = false),
            Refusal::UpstreamSourceDisabled,
            None,
        ),
        (
            without(|source| source.authorization_endpoint = None),
            Refusal::UpstreamNotConfigured,
            Some("authorization_endpoint"),
        ),
        (
            without(|source| source.token_endpoint = Some(String::new())),
            Refusal::UpstreamNotConfigured,
            Some("token_endpoint"),
        ),
        (
            without(|source| (source.kind, source.issuer) = (SourceKind::Oidc, None)),
            Refusal::UpstreamNotConfigured,
            Some("issuer"),
        ),
    ];
    let nothing = Params::default();
    for (source, refusal, expected) in rows {
        let failure = begin(&World::default().env(NOW), &upstream(source), &start(&nothing)).unwrap_err();
        assert_eq!(failure.refusal(), refusal);
        assert_eq!(failure.error.expected.as_deref(), expected);
    }
}

#[test]
fn secrets_survive_sealing_and_stay_out_of_debug_output() {
    let source = Source {
        pkce: Pkce::S256,
        ..oidc()
    };
    let redirect = leave(&upstream(source));
    let sealed = serde_json::to_string(&redirect.secrets).unwrap();
    assert_eq!(
        serde_json::from_str::<protocol::upstream::Secrets>(&sealed).unwrap(),
        redirect.secrets
    );
    let verifier = serde_json::to_value(&redirect.secrets).unwrap()["code_verifier"]
        .as_str()
        .unwrap()
        .to_owned();
    let shown = format!("{:?}", redirect.secrets);
    assert!(
        !shown.contains(&verifier) && !shown.contains(&nonce_of(&redirect)),
        "{shown}"
    );
    assert!(shown.contains(REDIRECT_URI));
    assert!(redirect.url.contains(CLIENT_ID));
}
