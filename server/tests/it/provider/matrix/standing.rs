//! State against grant (security sheet, item 22; CVE-2025-64521, CVE-2026-1609 and their like): who is switched off,
//! deleted or signed out gets nothing by any way, with the right error, and nothing new is stored.

use serde_json::json;

use super::super::support::{is_active, text, userinfo};
use super::ways::{Ready, WAYS, Way, issued, ready, verdict};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    everything_works_before,
    a_disabled_user,
    a_user_who_is_disabled_and_whose_families_live,
    a_deleted_user,
    a_user_who_was_signed_out_everywhere,
    an_ended_session,
    a_disabled_application,
    a_deleted_application,
    a_disabled_service_account,
    a_disabled_application_behind_an_assertion,
);

const GONE: &str = "400 invalid_grant subject_gone";
const REVOKED: &str = "400 invalid_grant grant_revoked";
const DEAD: &str = "400 invalid_grant assertion_dead";
const LOGIN: &str = "303 login_required";

/// What each way came to; what is refused has stored nothing.
async fn take_all(harness: &Harness, ready: &mut Ready) -> Vec<(Way, String)> {
    let mut came = Vec::new();
    for way in WAYS {
        let before = issued(harness).await;
        let answer = ready.take(harness, way, &[]).await;
        let verdict = verdict(&answer);
        let works = matches!(verdict.as_str(), "200" | "303 ok");
        assert_eq!(
            issued(harness).await != before,
            works,
            "{way:?} {verdict}: something new is stored"
        );
        if !works {
            for value in ["access_token", "id_token", "refresh_token", "code="] {
                let told = answer.location().unwrap_or(&answer.body);
                assert!(
                    !told.contains(&format!("{value}\":\"")) && !told.contains(&format!("{value}=ey")),
                    "{told}"
                );
            }
        }
        came.push((way, verdict));
    }
    came
}

fn expected(of: impl Fn(Way) -> &'static str) -> Vec<(Way, String)> {
    WAYS.into_iter().map(|way| (way, of(way).to_owned())).collect()
}

async fn everything_works_before(harness: &Harness) {
    let mut ready = ready(harness).await;
    let works = expected(|way| match way {
        Way::Authorize | Way::Implicit | Way::Hybrid => "303 ok",
        _ => "200",
    });
    assert_eq!(take_all(harness, &mut ready).await, works);
}

async fn a_disabled_user(harness: &Harness) {
    let mut ready = ready(harness).await;
    let mut api = Api::new(harness).await;
    api.patch("/users/alice", &json!({"is_active": false})).await.found();
    let nothing = expected(|way| match way {
        Way::Authorize | Way::Implicit | Way::Hybrid => LOGIN,
        Way::GitHub => "200 bad_verification_code grant_revoked",
        Way::Secret => "200",
        Way::ByName | Way::Alias | Way::Base64 => GONE,
        Way::Assertion => DEAD,
        _ => REVOKED,
    });
    assert_eq!(take_all(harness, &mut ready).await, nothing);
    nothing_counts(harness, &ready).await;
    // Switched on again, what was given before stays dead, and what is asked anew works.
    harness.advance(1);
    api.patch("/users/alice", &json!({"is_active": true})).await.found();
    for way in [Way::Code, Way::HybridCode, Way::Refresh, Way::Device, Way::Assertion] {
        let verdict = verdict(&ready.take(harness, way, &[]).await);
        assert!(verdict.starts_with("400 invalid_grant"), "{way:?} {verdict}");
    }
    nothing_counts(harness, &ready).await;
    assert_eq!(verdict(&ready.take(harness, Way::ByName, &[]).await), "200");
}

/// The second line: the decision itself refuses, although no family was revoked.
async fn a_user_who_is_disabled_and_whose_families_live(harness: &Harness) {
    let mut ready = ready(harness).await;
    let mut alice = ready.alice.clone();
    harness.change_user(&mut alice, |alice| alice.is_active = false).await;
    let nothing = expected(|way| match way {
        Way::Authorize | Way::Implicit | Way::Hybrid => LOGIN,
        Way::GitHub => "200 bad_verification_code subject_gone",
        Way::Secret => "200",
        Way::Assertion => DEAD,
        _ => GONE,
    });
    assert_eq!(take_all(harness, &mut ready).await, nothing);
    nothing_counts(harness, &ready).await;
}

async fn a_deleted_user(harness: &Harness) {
    let mut ready = ready(harness).await;
    let mut api = Api::new(harness).await;
    assert_eq!(api.delete("/users/alice").await.status(), 204);
    let nothing = expected(|way| match way {
        Way::Authorize | Way::Implicit | Way::Hybrid => LOGIN,
        Way::GitHub => "200 bad_verification_code grant_revoked",
        Way::Secret => "200",
        Way::ByName | Way::Alias | Way::Base64 => "400 invalid_grant app_password_wrong",
        Way::Assertion => DEAD,
        _ => REVOKED,
    });
    assert_eq!(take_all(harness, &mut ready).await, nothing);
    nothing_counts(harness, &ready).await;
    // Who gets the name later gets nothing of the old one.
    harness.user("alice").await;
    for way in [
        Way::Code,
        Way::Refresh,
        Way::Device,
        Way::ByName,
        Way::Base64,
        Way::Assertion,
    ] {
        let verdict = verdict(&ready.take(harness, way, &[]).await);
        assert!(verdict.starts_with("400 invalid_grant"), "{way:?} {verdict}");
    }
}

async fn a_user_who_was_signed_out_everywhere(harness: &Harness) {
    let mut ready = ready(harness).await;
    harness.advance(1);
    let mut api = Api::new(harness).await;
    assert_eq!(api.post("/users/alice/sign-out", &json!({})).await.status(), 204);
    let nothing = expected(|way| match way {
        Way::Authorize | Way::Implicit | Way::Hybrid => LOGIN,
        Way::GitHub => "200 bad_verification_code grant_revoked",
        // An app password is no sign-in: it is withdrawn by itself.
        Way::Secret | Way::ByName | Way::Alias | Way::Base64 => "200",
        Way::Assertion => DEAD,
        _ => REVOKED,
    });
    assert_eq!(take_all(harness, &mut ready).await, nothing);
    nothing_counts(harness, &ready).await;
}

async fn an_ended_session(harness: &Harness) {
    let mut ready = ready(harness).await;
    let mut api = Api::new(harness).await;
    let sessions = api.get("/sessions").await.found();
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
    let path = format!("/sessions/{}", text(&sessions["items"][0], "id"));
    assert_eq!(api.delete(&path).await.status(), 204);
    // What the browser carries is dead, and so is what is on its way; what was given to an application with `offline_access`
    // lives on without it.
    let nothing = expected(|way| match way {
        Way::Authorize | Way::Implicit | Way::Hybrid => LOGIN,
        Way::Code | Way::HybridCode => "400 invalid_grant code_session_ended",
        Way::GitHub => "200 bad_verification_code code_session_ended",
        Way::Assertion => DEAD,
        _ => "200",
    });
    assert_eq!(take_all(harness, &mut ready).await, nothing);
    assert_eq!(userinfo(harness, &ready.access_token).await.status, 401);
}

async fn a_disabled_application(harness: &Harness) {
    let mut ready = ready(harness).await;
    let mut api = Api::new(harness).await;
    api.patch("/applications/shop", &json!({"enabled": false}))
        .await
        .found();
    let nothing = expected(|way| match way {
        Way::Authorize | Way::Implicit | Way::Hybrid => "page 400 client_disabled",
        Way::GitHub => "200 incorrect_client_credentials client_disabled",
        _ => "400 unauthorized_client client_disabled",
    });
    assert_eq!(take_all(harness, &mut ready).await, nothing);
    assert_eq!(userinfo(harness, &ready.access_token).await.status, 401);
    let fields = [("client_id", "shop"), ("scope", "openid")];
    let asked = harness.client().post("/application/o/device/", &fields).await;
    assert_eq!(verdict(&asked), "400 unauthorized_client client_disabled");
}

async fn a_deleted_application(harness: &Harness) {
    let mut ready = ready(harness).await;
    let mut api = Api::new(harness).await;
    assert_eq!(api.delete("/applications/shop").await.status(), 204);
    let nothing = expected(|way| match way {
        Way::Authorize | Way::Implicit | Way::Hybrid => "page 400 client_unknown",
        Way::GitHub => "200 incorrect_client_credentials client_unknown",
        _ => "401 invalid_client client_unknown",
    });
    assert_eq!(take_all(harness, &mut ready).await, nothing);
    assert_eq!(userinfo(harness, &ready.access_token).await.status, 401);
}

async fn a_disabled_service_account(harness: &Harness) {
    let mut ready = ready(harness).await;
    let mut api = Api::new(harness).await;
    let found = api.get("/users?type=service_account").await.found();
    let path = format!("/users/{}", text(&found["items"][0], "id"));
    api.patch(&path, &json!({"is_active": false})).await.found();
    let before = issued(harness).await;
    for _ in 0..2 {
        assert_eq!(verdict(&ready.take(harness, Way::Secret, &[]).await), GONE);
    }
    assert_eq!(issued(harness).await, before);
    assert_eq!(
        verdict(&ready.take(harness, Way::ByName, &[]).await),
        "200",
        "others are not touched"
    );
}

async fn a_disabled_application_behind_an_assertion(harness: &Harness) {
    let mut ready = ready(harness).await;
    let mut api = Api::new(harness).await;
    api.patch("/applications/front", &json!({"enabled": false}))
        .await
        .found();
    let before = issued(harness).await;
    assert_eq!(verdict(&ready.take(harness, Way::Assertion, &[]).await), DEAD);
    assert_eq!(issued(harness).await, before);
    assert_eq!(
        verdict(&ready.take(harness, Way::Code, &[]).await),
        "200",
        "others are not touched"
    );
}

/// Nothing that alice got before counts any more.
async fn nothing_counts(harness: &Harness, ready: &Ready) {
    assert_eq!(userinfo(harness, &ready.access_token).await.status, 401);
    for value in [&ready.access_token, &ready.refresh_token] {
        assert!(!is_active(harness, "shop", value).await);
    }
}
