//! Induced failures of authorization requests: each has a code and an explanation of its own, and where a button repairs it, the
//! same request succeeds afterwards.

use protocol::client::{Application, LearnRedirectUri};

use super::support::{application, authorize, explained, names_a_place, repair};
use crate::api::support::Api;
use crate::harness::{Answer, Harness};

crate::harness::on_both!(each_refused_authorization_is_explained_and_repaired);

/// A failure.
struct Case {
    code: &'static str,
    /// What is wrong with the application.
    change: fn(&mut Application),
    /// What is wrong with the request; `{slug}` is the application, `{long}` a long text.
    more: &'static [(&'static str, &'static str)],
    /// What repairs it.
    repair: Option<&'static str>,
}

fn sent(code: &'static str, more: &'static [(&'static str, &'static str)]) -> Case {
    Case {
        code,
        change: |_| {},
        more,
        repair: None,
    }
}

/// The parameters of a request without a code.
const IMPLICIT: &[(&str, &str)] = &[
    ("response_type", "id_token"),
    ("code_challenge", ""),
    ("code_challenge_method", ""),
];

pub(super) const CODES: [&str; 30] = [
    "client_unknown",
    "client_disabled",
    "redirect_uri_mismatch",
    "redirect_uri_missing",
    "redirect_uri_unregistered",
    "redirect_uri_forbidden",
    "first_use_not_allowed",
    "response_type_missing",
    "response_type_unsupported",
    "response_type_not_allowed",
    "response_mode_unsupported",
    "response_mode_query",
    "scope_malformed",
    "scope_openid_missing",
    "state_too_long",
    "state_malformed",
    "nonce_too_long",
    "nonce_missing",
    "pkce_required",
    "pkce_method_unsupported",
    "pkce_plain_not_allowed",
    "pkce_challenge_malformed",
    "request_object_unsupported",
    "request_uri_unsupported",
    "registration_unsupported",
    "max_age_malformed",
    "claims_malformed",
    "id_token_hint_invalid",
    "login_required",
    "consent_required",
];

fn cases() -> Vec<Case> {
    vec![
        sent("client_unknown", &[("client_id", "nobody")]),
        Case {
            code: "client_disabled",
            change: |application| application.enabled = false,
            more: &[],
            repair: Some("enable_application"),
        },
        Case {
            code: "redirect_uri_mismatch",
            change: |_| {},
            more: &[("redirect_uri", "https://{slug}.example/cb/")],
            repair: Some("add_redirect_uri"),
        },
        Case {
            code: "redirect_uri_mismatch",
            change: |_| {},
            more: &[("redirect_uri", "http://{slug}.example:8080/callback?x=1")],
            repair: Some("replace_redirect_uri"),
        },
        sent("redirect_uri_missing", &[("redirect_uri", "")]),
        Case {
            code: "redirect_uri_unregistered",
            change: |application| application.redirect_uris.clear(),
            more: &[],
            repair: Some("add_redirect_uri"),
        },
        sent("redirect_uri_forbidden", &[("redirect_uri", "javascript:alert(1)")]),
        Case {
            code: "first_use_not_allowed",
            change: |application| {
                application.redirect_uris.clear();
                application.learn_redirect_uri = LearnRedirectUri::Administrator;
                application.learn_until = Some(protocol::time::Time::NEVER);
            },
            more: &[],
            repair: Some("add_redirect_uri"),
        },
        sent("response_type_missing", &[("response_type", "")]),
        sent("response_type_unsupported", &[("response_type", "magic")]),
        Case {
            code: "response_type_not_allowed",
            change: |_| {},
            more: IMPLICIT,
            repair: Some("allow_response_type"),
        },
        sent("response_mode_unsupported", &[("response_mode", "pigeon")]),
        sent(
            "response_mode_query",
            &[("response_type", "id_token"), ("response_mode", "query")],
        ),
        sent("scope_malformed", &[("scope", "openid \u{e9}")]),
        Case {
            code: "scope_openid_missing",
            change: |application| {
                application.grant_types.push(protocol::client::GrantType::Implicit);
                application.scope_mappings.clear();
            },
            more: IMPLICIT,
            repair: Some("allow_scope"),
        },
        sent("state_too_long", &[("state", "{long}")]),
        sent("state_malformed", &[("state", "a\nb"), ("response_mode", "form_post")]),
        sent("nonce_too_long", &[("nonce", "{long}")]),
        Case {
            code: "nonce_missing",
            change: |application| application.grant_types.push(protocol::client::GrantType::Implicit),
            more: &[
                ("response_type", "id_token"),
                ("nonce", ""),
                ("code_challenge", ""),
                ("code_challenge_method", ""),
            ],
            repair: None,
        },
        Case {
            code: "pkce_required",
            change: |application| application.require_pkce = true,
            more: &[("code_challenge", ""), ("code_challenge_method", "")],
            repair: Some("require_pkce_off"),
        },
        sent("pkce_method_unsupported", &[("code_challenge_method", "S512")]),
        Case {
            code: "pkce_plain_not_allowed",
            change: |_| {},
            more: &[("code_challenge_method", "plain")],
            repair: Some("allow_plain_pkce"),
        },
        sent("pkce_challenge_malformed", &[("code_challenge", "short")]),
        sent("request_object_unsupported", &[("request", "a.b.c")]),
        sent(
            "request_uri_unsupported",
            &[("request_uri", "https://app.example/request")],
        ),
        sent("registration_unsupported", &[("registration", "{}")]),
        sent("max_age_malformed", &[("max_age", "soon")]),
        sent("claims_malformed", &[("claims", "{")]),
        sent("id_token_hint_invalid", &[("id_token_hint", "nonsense")]),
        sent("login_required", &[("prompt", "none login")]),
        sent("consent_required", &[("prompt", "none consent")]),
    ]
}

/// Whether the answer leads to the application with what it asked for.
fn succeeds(answer: &Answer) -> bool {
    let location = answer.location().unwrap_or_default();
    answer.status == 303
        && !location.contains("error=")
        && (location.contains("code=") || location.contains("id_token="))
}

async fn each_refused_authorization_is_explained_and_repaired(harness: &Harness) {
    harness.user("alice").await;
    let mut api = Api::new(harness).await;
    let mut browser = harness.signed_in("alice").await;
    let mut seen = std::collections::BTreeSet::new();
    for (number, case) in cases().into_iter().enumerate() {
        let code = case.code;
        let slug = format!("app-{number}");
        application(harness, &slug, case.change).await;
        let long = "x".repeat(3_000);
        let more: Vec<(&str, String)> = case
            .more
            .iter()
            .map(|(name, value)| (*name, value.replace("{slug}", &slug).replace("{long}", &long)))
            .collect();
        let more: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let path = authorize(&slug, &more);
        let answer = browser.get(&path).await;
        assert!(!succeeds(&answer), "{code}: {answer:?}");
        let record = explained(harness, &mut api, code).await;
        seen.insert(code);
        match case.repair {
            None => {
                names_a_place(&record);
            }
            Some(name) => {
                repair(&mut api, &record, name).await;
                let answer = browser.get(&path).await;
                assert!(
                    succeeds(&answer),
                    "{code} after {name}: {} {:?}",
                    answer.body,
                    answer.location()
                );
            }
        }
    }
    assert_eq!(seen, CODES.into_iter().collect(), "each code of the list is induced");
}
