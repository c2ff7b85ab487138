//! Induced failures of token requests, of devices and of sign-out: each has a code and an explanation of its own, and where a button
//! repairs it, the same attempt succeeds afterwards.

use protocol::client::{Application, GrantType, TokenEndpointAuthMethod};
use serde_json::json;

use super::support::{application, authorize, code, explained, json, names_a_place, repair, text, token, went_well};
use crate::api::support::Api;
use crate::harness::{Client, Harness};

crate::harness::on_both!(
    each_refused_token_request_is_explained_and_repaired,
    an_account_that_is_switched_off_is_switched_on_again,
    a_device_is_explained_as_well,
    sign_out_is_explained_as_well,
    a_rule_that_refuses_is_named,
);

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What happens to the code before it is redeemed.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    Waiting,
    Redeeming,
}

struct Case {
    code: &'static str,
    change: fn(&mut Application),
    before: Before,
    /// What is wrong with the request. `CODE` stands for a fresh code.
    more: &'static [(&'static str, &'static str)],
    repair: Option<&'static str>,
}

fn sent(code: &'static str, more: &'static [(&'static str, &'static str)]) -> Case {
    Case {
        code,
        change: |_| {},
        before: Before::Nothing,
        more,
        repair: None,
    }
}

pub(super) const CODES: [&str; 25] = [
    "client_secret_wrong",
    "client_authentication_missing",
    "client_authentication_method",
    "grant_type_missing",
    "grant_type_unsupported",
    "grant_type_not_allowed",
    "code_missing",
    "code_unknown",
    "code_expired",
    "code_reused",
    "code_redirect_uri_missing",
    "code_redirect_uri_mismatch",
    "pkce_verifier_missing",
    "pkce_verifier_wrong",
    "refresh_token_missing",
    "refresh_token_unknown",
    "scope_unknown",
    "machine_secret_wrong",
    // In tests of their own below.
    "subject_gone",
    "device_code_unknown",
    "device_code_expired",
    "logout_redirect_mismatch",
    "logout_hint_missing",
    "logout_hint_invalid",
    "policy_denied",
];

fn cases() -> Vec<Case> {
    let wrong_verifier: &[(&str, &str)] = &[
        ("code", "CODE"),
        ("code_verifier", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    ];
    vec![
        sent(
            "client_secret_wrong",
            &[("code", "CODE"), ("client_secret", "nonsense")],
        ),
        sent(
            "client_authentication_missing",
            &[("code", "CODE"), ("client_secret", "")],
        ),
        Case {
            code: "client_authentication_method",
            change: |application| {
                application.token_endpoint_auth_method = Some(TokenEndpointAuthMethod::ClientSecretBasic);
            },
            before: Before::Nothing,
            more: &[("code", "CODE")],
            repair: Some("token_endpoint_auth_method"),
        },
        sent("grant_type_missing", &[("code", "CODE"), ("grant_type", "")]),
        sent("grant_type_unsupported", &[("grant_type", "magic")]),
        Case {
            code: "grant_type_not_allowed",
            change: |_| {},
            before: Before::Nothing,
            more: &[("grant_type", "client_credentials")],
            repair: Some("allow_grant_type"),
        },
        sent("code_missing", &[]),
        sent("code_unknown", &[("code", "made-up")]),
        Case {
            code: "code_expired",
            change: |_| {},
            before: Before::Waiting,
            more: &[("code", "CODE")],
            repair: Some("raise_code_validity"),
        },
        Case {
            code: "code_reused",
            change: |_| {},
            before: Before::Redeeming,
            more: &[("code", "CODE")],
            repair: None,
        },
        sent("code_redirect_uri_missing", &[("code", "CODE"), ("redirect_uri", "")]),
        sent(
            "code_redirect_uri_mismatch",
            &[("code", "CODE"), ("redirect_uri", "https://elsewhere.example/cb")],
        ),
        sent("pkce_verifier_missing", &[("code", "CODE"), ("code_verifier", "")]),
        sent("pkce_verifier_wrong", wrong_verifier),
        sent("refresh_token_missing", &[("grant_type", "refresh_token")]),
        sent(
            "refresh_token_unknown",
            &[("grant_type", "refresh_token"), ("refresh_token", "made-up")],
        ),
        Case {
            code: "scope_unknown",
            change: |application| {
                application.grant_types = vec![GrantType::ClientCredentials];
                application.scope_mappings.clear();
            },
            before: Before::Nothing,
            more: &[("grant_type", "client_credentials"), ("scope", "email")],
            repair: Some("allow_scope"),
        },
        Case {
            code: "machine_secret_wrong",
            change: |application| application.grant_types = vec![GrantType::ClientCredentials],
            before: Before::Nothing,
            more: &[("grant_type", "client_credentials"), ("client_secret", "nonsense")],
            repair: None,
        },
    ]
}

/// One attempt of a case, from the sign-in where it needs a code.
async fn attempt(harness: &Harness, browser: &mut Client, slug: &str, case: &Case) -> crate::harness::Answer {
    let needs_code = case.more.iter().any(|(_, value)| *value == "CODE");
    let fresh = if needs_code {
        code(browser, slug).await
    } else {
        String::new()
    };
    match case.before {
        Before::Nothing => {}
        Before::Waiting => harness.advance(120),
        Before::Redeeming => {
            let answer = token(harness, slug, &[("code", &fresh)]).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }
    let fields: Vec<(&str, &str)> = case
        .more
        .iter()
        .map(|(name, value)| (*name, if *value == "CODE" { fresh.as_str() } else { *value }))
        .collect();
    token(harness, slug, &fields).await
}

async fn each_refused_token_request_is_explained_and_repaired(harness: &Harness) {
    harness.user("alice").await;
    let mut api = Api::new(harness).await;
    let mut browser = harness.signed_in("alice").await;
    for (number, case) in cases().into_iter().enumerate() {
        let code = case.code;
        let slug = format!("app-{number}");
        application(harness, &slug, case.change).await;
        let answer = attempt(harness, &mut browser, &slug, &case).await;
        assert_eq!(json(&answer)["refusal"], code, "{}", answer.body);
        let record = explained(harness, &mut api, code).await;
        match case.repair {
            None => names_a_place(&record),
            Some(name) => {
                repair(&mut api, &record, name).await;
                let answer = attempt(harness, &mut browser, &slug, &case).await;
                assert!(went_well(answer.status), "{code} after {name}: {}", answer.body);
            }
        }
        assert!(CODES.contains(&code), "{code}");
    }
}

async fn an_account_that_is_switched_off_is_switched_on_again(harness: &Harness) {
    let mut alice = harness.user("alice").await;
    application(harness, "wiki", |_| {}).await;
    let mut api = Api::new(harness).await;
    let mut browser = harness.signed_in("alice").await;
    let fresh = code(&mut browser, "wiki").await;
    harness.change_user(&mut alice, |user| user.is_active = false).await;
    let answer = token(harness, "wiki", &[("code", &fresh)]).await;
    assert_eq!(json(&answer)["refusal"], "subject_gone", "{}", answer.body);
    let record = explained(harness, &mut api, "subject_gone").await;
    assert_eq!(record["user"], json!(alice.id));
    repair(&mut api, &record, "activate_user").await;
    let mut browser = harness.signed_in("alice").await;
    let fresh = code(&mut browser, "wiki").await;
    assert_eq!(token(harness, "wiki", &[("code", &fresh)]).await.status, 200);
}

async fn a_device_is_explained_as_well(harness: &Harness) {
    harness.user("alice").await;
    let mut api = Api::new(harness).await;
    let ask = async || {
        let fields = [("client_id", "tv"), ("scope", "openid")];
        harness.client().post("/application/o/device/", &fields).await
    };
    application(harness, "tv", |_| {}).await;
    let answer = ask().await;
    assert_eq!(json(&answer)["refusal"], "grant_type_not_allowed");
    let record = explained(harness, &mut api, "grant_type_not_allowed").await;
    assert_eq!(record["kind"], "device");
    repair(&mut api, &record, "allow_grant_type").await;
    let asked = json(&ask().await);
    let device_code = text(&asked, "device_code").to_owned();
    let poll = async |device_code: &str| {
        let fields = [
            ("grant_type", DEVICE),
            ("device_code", device_code),
            ("redirect_uri", ""),
            ("code_verifier", ""),
        ];
        token(harness, "tv", &fields).await
    };
    assert_eq!(json(&poll(&device_code).await)["error"], "authorization_pending");
    harness.app.transactions.settle().await;
    let waiting = super::support::records(harness, &mut api, "?kind=device&state=open").await;
    assert_eq!(waiting.len(), 1, "a poll that waits is no record: {waiting:?}");
    harness.advance(11 * 60);
    assert_eq!(json(&poll(&device_code).await)["refusal"], "device_code_expired");
    let record = explained(harness, &mut api, "device_code_expired").await;
    assert_eq!(record["kind"], "device");
    repair(&mut api, &record, "raise_device_code_validity").await;
    let asked = json(&ask().await);
    harness.advance(11 * 60);
    let answer = json(&poll(text(&asked, "device_code")).await);
    assert_eq!(
        answer["error"], "authorization_pending",
        "it lives for half an hour now"
    );
    assert_eq!(json(&poll("made-up").await)["refusal"], "device_code_unknown");
    names_a_place(&explained(harness, &mut api, "device_code_unknown").await);
}

async fn sign_out_is_explained_as_well(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "wiki", |_| {}).await;
    let mut api = Api::new(harness).await;
    let mut browser = harness.signed_in("alice").await;
    let fresh = code(&mut browser, "wiki").await;
    let tokens = json(&token(harness, "wiki", &[("code", &fresh)]).await);
    let hint = text(&tokens, "id_token").to_owned();
    let path = |fields: &[(&str, &str)]| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        format!("/application/o/wiki/end-session/?{query}")
    };
    let wanted = path(&[
        ("id_token_hint", &hint),
        ("post_logout_redirect_uri", "https://wiki.example/goodbye"),
    ]);
    let answer = browser.get(&wanted).await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("logout_redirect_mismatch"),
        "{}",
        answer.body
    );
    let record = explained(harness, &mut api, "logout_redirect_mismatch").await;
    assert_eq!(record["kind"], "sign_out");
    assert_eq!(record["explanation"]["difference"]["aspects"], json!(["path"]));
    for (fields, code) in [
        (
            vec![("post_logout_redirect_uri", "https://wiki.example/bye")],
            "logout_hint_missing",
        ),
        (vec![("id_token_hint", "nonsense")], "logout_hint_invalid"),
    ] {
        let answer = browser.get(&path(&fields)).await;
        assert_eq!(answer.error_code().as_deref(), Some(code), "{}", answer.body);
        names_a_place(&explained(harness, &mut api, code).await);
    }
    repair(&mut api, &record, "add_post_logout_redirect_uri").await;
    let answer = browser.get(&wanted).await;
    assert_eq!(
        answer.location(),
        Some("https://wiki.example/goodbye"),
        "{}",
        answer.body
    );
}

async fn a_rule_that_refuses_is_named(harness: &Harness) {
    harness.user("alice").await;
    let wiki = application(harness, "wiki", |_| {}).await;
    let mut api = Api::new(harness).await;
    let group = api.post("/groups", &json!({"name": "editors"})).await.created();
    let bound = json!({"target_type": "application", "target": wiki.id, "group": group["id"], "order": 0});
    api.post("/policy-bindings", &bound).await.created();
    let mut browser = harness.signed_in("alice").await;
    let answer = browser.visit(&authorize("wiki", &[])).await;
    assert_eq!(answer.error_code().as_deref(), Some("policy_denied"), "{}", answer.body);
    let record = explained(harness, &mut api, "policy_denied").await;
    names_a_place(&record);
    assert_eq!(record["explanation"]["place"], "policies");
    let steps = record["steps"].as_array().expect("steps");
    let rule = steps
        .iter()
        .find(|step| step["kind"] == "policy")
        .expect("the rule stands among the steps");
    assert_eq!((text(rule, "name"), text(rule, "outcome")), ("editors", "refused"));
}

#[test]
fn more_than_forty_failures_have_a_code_of_their_own() {
    let lists = [
        &super::authorizations::CODES[..],
        &CODES[..],
        &super::arrivals::CODES[..],
    ];
    let codes: std::collections::BTreeSet<&str> = lists.into_iter().flatten().copied().collect();
    assert!(codes.len() >= 60, "{} codes", codes.len());
    for code in codes {
        let refusal = protocol::refusal::Refusal::of_code(code);
        assert!(refusal.is_some(), "{code}");
    }
}
