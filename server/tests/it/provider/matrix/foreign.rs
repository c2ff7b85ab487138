//! What was given to one application, in the hands of another (security sheet, items 13, 14 and 20; CVE-2026-55672): an
//! application that is like the first in everything, its return address too, gets nothing for it and spoils nothing.

use protocol::client::{Application, ClientType, GrantType, MatchingMode, RedirectUri};
use serde_json::json;

use super::super::support::{SECRET, application_with, is_active, json};
use super::ways::{Ready, Way, issued, ready, verdict};
use crate::harness::{Harness, on_both};

on_both!(another_application_gets_nothing, who_does_not_prove_itself_gets_nothing);

/// What belongs to the application that it was given to.
const BOUND: [Way; 6] = [
    Way::Code,
    Way::HybridCode,
    Way::GitHub,
    Way::Refresh,
    Way::Device,
    Way::Assertion,
];

fn like_shop(thief: &mut Application) {
    thief.redirect_uris = vec![RedirectUri {
        matching_mode: MatchingMode::Strict,
        url: "https://shop.example/cb".to_owned(),
    }];
    thief.grant_types = vec![
        GrantType::AuthorizationCode,
        GrantType::Implicit,
        GrantType::Hybrid,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
        GrantType::DeviceCode,
    ];
}

async fn all_still_works(harness: &Harness, ready: &mut Ready) {
    "shop".clone_into(&mut ready.client_id);
    SECRET.clone_into(&mut ready.secret);
    for way in BOUND {
        assert_eq!(
            verdict(&ready.take(harness, way, &[]).await),
            "200",
            "{way:?}: nothing was used up"
        );
    }
}

async fn another_application_gets_nothing(harness: &Harness) {
    let mut ready = ready(harness).await;
    application_with(harness, "thief", like_shop).await;
    application_with(harness, "open", |open| {
        like_shop(open);
        open.client_type = ClientType::Public;
    })
    .await;
    for thief in ["thief", "open"] {
        thief.clone_into(&mut ready.client_id);
        let before = issued(harness).await;
        for way in BOUND {
            let came = verdict(&ready.take(harness, way, &[]).await);
            let expected = match way {
                Way::Code | Way::HybridCode => "400 invalid_grant code_of_another_client",
                Way::GitHub => "200 bad_verification_code code_of_another_client",
                Way::Refresh => "400 invalid_grant refresh_token_of_another_client",
                Way::Device => "400 invalid_grant device_code_of_another_client",
                _ => "400 invalid_grant assertion_foreign",
            };
            assert_eq!(came, expected, "{thief} {way:?}");
        }
        assert_eq!(issued(harness).await, before, "{thief}");
        for value in [&ready.access_token, &ready.refresh_token, &ready.assertion] {
            let fields = [
                ("client_id", thief),
                ("client_secret", SECRET),
                ("token", value.as_str()),
            ];
            let answer = harness.client().post("/application/o/introspect/", &fields).await;
            if thief == "thief" {
                assert_eq!(json(&answer), json!({"active": false}), "and nothing else is told");
            } else {
                assert_eq!(verdict(&answer), "401 invalid_client client_authentication_missing");
            }
            let answer = harness.client().post("/application/o/revoke/", &fields).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }
    assert!(is_active(harness, "shop", &ready.access_token).await);
    assert!(is_active(harness, "front", &ready.assertion).await);
    all_still_works(harness, &mut ready).await;
}

/// Item 15: who holds a value of an application and not its secret.
async fn who_does_not_prove_itself_gets_nothing(harness: &Harness) {
    let mut ready = ready(harness).await;
    let before = issued(harness).await;
    for wrong in [
        "",
        "wrong",
        "a-client-secret-of-thirty-two-c",
        "a-client-secret-of-thirty-two-chh",
        "A-CLIENT-SECRET-OF-THIRTY-TWO-CH",
    ] {
        wrong.clone_into(&mut ready.secret);
        // The other ways prove the account, or the person in the browser.
        let by_secret = BOUND.into_iter().filter(|way| *way != Way::Assertion);
        for way in by_secret.chain([Way::Secret]) {
            let came = verdict(&ready.take(harness, way, &[]).await);
            let (status, error) = match way {
                Way::GitHub => (200, "incorrect_client_credentials"),
                Way::Secret if !wrong.is_empty() => (400, "invalid_grant"),
                _ => (401, "invalid_client"),
            };
            let refusal = match way {
                _ if wrong.is_empty() => "client_authentication_missing",
                Way::Secret => "machine_secret_wrong",
                _ => "client_secret_wrong",
            };
            assert_eq!(came, format!("{status} {error} {refusal}"), "{way:?} {wrong}");
        }
    }
    assert_eq!(issued(harness).await, before);
    all_still_works(harness, &mut ready).await;
}
