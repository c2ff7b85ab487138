//! Each repair is offered where it changes something, and nowhere else.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::client::{Application, GrantType, MatchingMode, RedirectUri};
use crate::scope::ScopeMapping;
use crate::time::Time;
use crate::upstream::{GroupMatchingMode, Source, SourceAuthMethod, UserMatchingMode};
use crate::user::User;

fn strict(url: &str) -> RedirectUri {
    RedirectUri {
        matching_mode: MatchingMode::Strict,
        url: url.to_owned(),
    }
}

fn application() -> Application {
    Application {
        id: "app_1".to_owned(),
        slug: "wiki".to_owned(),
        redirect_uris: vec![strict("https://wiki.example/cb")],
        post_logout_redirect_uris: vec![strict("https://wiki.example/bye")],
        require_pkce: true,
        enabled: false,
        sources: Some(Vec::new()),
        ..Application::default()
    }
}

fn source() -> Source {
    Source {
        id: "src_1".to_owned(),
        key: "corp".to_owned(),
        enabled: false,
        allow_sign_in: false,
        allow_sign_up: false,
        block_email_subaddresses: true,
        discovery_url: Some("https://idp.example/.well-known/openid-configuration".to_owned()),
        id_token_signing_algs: vec!["RS256".to_owned()],
        applications: Some(Vec::new()),
        user_matching_mode: UserMatchingMode::EmailDeny,
        group_matching_mode: GroupMatchingMode::NameDeny,
        token_endpoint_auth_method: SourceAuthMethod::ClientSecretBasic,
        ..Source::default()
    }
}

/// What is given with a refusal so that its repairs are offered.
fn given(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::RedirectUriMismatch
        | Refusal::RedirectUriUnregistered
        | Refusal::FirstUseNotAllowed
        | Refusal::FirstUseNotListed
        | Refusal::LogoutRedirectMismatch => "https://wiki.example/cb/",
        Refusal::ResponseTypeNotAllowed => "id_token",
        Refusal::GrantTypeNotAllowed => "client_credentials",
        Refusal::ScopeUnknown | Refusal::ScopeOpenidMissing => "openid",
        Refusal::ClientAuthenticationMethod => "client_secret_post",
        Refusal::UpstreamIssuerWrong => "https://other.example",
        Refusal::UpstreamTokenRefused => "401 invalid_client",
        Refusal::UpstreamAlgorithmWrong => "ES256",
        _ => "",
    }
}

#[test]
fn the_documentation_names_exactly_the_repairs_that_are_offered() {
    let mapping = Arc::new(ScopeMapping {
        id: "scope_1".to_owned(),
        created_at: Time(0),
        updated_at: Time(0),
        version: 1,
        name: "openid".to_owned(),
        scope: "openid".to_owned(),
        description: String::new(),
        managed: None,
        expression: None,
    });
    let (application, source) = (application(), source());
    let user = User::default();
    let facts = Facts {
        application: Some(&application),
        source: Some(&source),
        user: Some(&user),
        mappings: std::slice::from_ref(&mapping),
    };
    let mut seen = std::collections::BTreeSet::new();
    for refusal in Refusal::ALL {
        let refused = Refused {
            refusal: *refusal,
            given: Some(given(*refusal)),
            expected: None,
            detail: None,
        };
        let mut offered: Vec<Repair> = repairs(&refused, &facts).iter().map(|offer| offer.repair).collect();
        offered.sort_unstable();
        offered.dedup();
        let mut named = possible(*refusal);
        named.sort_unstable();
        assert_eq!(offered, named, "{}", refusal.code());
        seen.extend(offered);
    }
    assert_eq!(seen.len(), Repair::ALL.len(), "every repair repairs something");
}

#[test]
fn nothing_is_offered_twice_or_without_an_effect() {
    let mut application = application();
    application.enabled = true;
    application.require_pkce = false;
    application.grant_types = vec![GrantType::Implicit, GrantType::ClientCredentials];
    let facts = Facts {
        application: Some(&application),
        ..Facts::default()
    };
    let table = [
        (Refusal::ClientDisabled, ""),
        (Refusal::PkceRequired, ""),
        (Refusal::ResponseTypeNotAllowed, "id_token"),
        (Refusal::GrantTypeNotAllowed, "client_credentials"),
        (Refusal::GrantTypeNotAllowed, "nonsense"),
        (Refusal::RedirectUriMismatch, "https://wiki.example/cb"),
        (Refusal::RedirectUriMismatch, "javascript:alert(1)"),
        (Refusal::RedirectUriMismatch, "https://wiki.example/cb#x"),
        (Refusal::ScopeUnknown, "nowhere"),
        (Refusal::ClientSecretWrong, ""),
    ];
    for (refusal, given) in table {
        let refused = Refused {
            refusal,
            given: Some(given),
            expected: None,
            detail: None,
        };
        assert_eq!(repairs(&refused, &facts), [], "{} {given}", refusal.code());
    }
}

#[test]
fn an_address_on_another_host_asks_for_caution_and_one_on_the_same_host_does_not() {
    let application = application();
    let facts = Facts {
        application: Some(&application),
        ..Facts::default()
    };
    for (given, caution) in [
        ("https://wiki.example/cb/", false),
        ("http://wiki.example/cb", false),
        ("https://wiki.example.evil.example/cb", true),
        ("https://evil.example/cb", true),
    ] {
        let refused = Refused {
            refusal: Refusal::RedirectUriMismatch,
            given: Some(given),
            expected: Some("https://wiki.example/cb"),
            detail: None,
        };
        let offers = repairs(&refused, &facts);
        assert_eq!(offers.len(), 2, "{given}");
        assert!(offers.iter().all(|offer| offer.caution == caution), "{given}");
        let added = json!([
            {"matching_mode": "strict", "url": "https://wiki.example/cb"},
            {"matching_mode": "strict", "url": given},
        ]);
        assert_eq!(
            offers.first().map(|offer| &offer.changes["redirect_uris"]),
            Some(&added)
        );
    }
}

#[test]
fn the_name_of_a_grant_type_is_no_address_on_another_host() {
    let application = application();
    let facts = Facts {
        application: Some(&application),
        ..Facts::default()
    };
    let refused = Refused {
        refusal: Refusal::GrantTypeNotAllowed,
        given: Some(GrantType::DeviceCode.as_str()),
        expected: None,
        detail: None,
    };
    let offers = repairs(&refused, &facts);
    assert_eq!(offers.len(), 1);
    assert!(offers.iter().all(|offer| !offer.caution), "{offers:?}");
}

#[test]
fn given_and_expected_are_compared_by_what_they_are() {
    let table: [(Refusal, &str, &str, &[Aspect]); 5] = [
        (
            Refusal::RedirectUriMismatch,
            "http://wiki.example/cb/",
            "https://other.example/ https://wiki.example/cb",
            &[Aspect::Scheme, Aspect::TrailingSlash],
        ),
        (Refusal::ScopeWider, "openid admin", "openid", &[Aspect::Extra]),
        (
            Refusal::UpstreamIssuerWrong,
            "https://idp.example/",
            "https://idp.example",
            &[Aspect::TrailingSlash],
        ),
        (
            Refusal::UpstreamIssuerWrong,
            "no iss",
            "https://idp.example",
            &[Aspect::Text],
        ),
        (Refusal::PkcePlainNotAllowed, "plain", "S256", &[Aspect::Text]),
    ];
    for (refusal, given, expected, aspects) in table {
        let refused = Refused {
            refusal,
            given: Some(given),
            expected: Some(expected),
            detail: None,
        };
        let difference = difference(&refused).expect("they differ");
        assert_eq!(difference.aspects, aspects, "{}", refusal.code());
    }
}
