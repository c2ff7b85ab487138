//! API tokens: made, shown once, withdrawn, never worth more than who made them.

use http::StatusCode;
use secrecy::SecretString;
use serde_json::{Value, json};
use vestibule::actions::api_tokens::ensure_bootstrap;
use vestibule::actions::outcome::ActionError;

use super::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    a_token_is_shown_once_and_withdrawn_at_once,
    nobody_gives_away_more_than_they_hold,
    wrong_fields_are_named,
    the_first_token_comes_from_the_configuration_on_an_unused_database_only,
);

async fn a_token_is_shown_once_and_withdrawn_at_once(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let body = json!({"name": "deploy", "permissions": ["keys:read", "applications:write", "keys:read"]});
    let made = api.post("/api-tokens", &body).await.created();
    let value = made["value"].as_str().unwrap().to_owned();
    assert!(value.starts_with("vst_") && value.len() == 47, "{}", value.len());
    assert_eq!(made["permissions"], json!(["applications:write", "keys:read"]));
    assert_eq!((&made["user"], &made["expires_at"]), (&Value::Null, &Value::Null));
    let path = format!("/api-tokens/{}", made["id"].as_str().unwrap());
    let shown = api.get(&path).await;
    assert!(shown.json.get("value").is_none());
    for place in [path.as_str(), "/api-tokens", "/events"] {
        assert!(!api.get(place).await.answer.body.contains(&value), "{place}");
    }
    let mut deploy = Api::with_token(harness, &value);
    deploy.get("/keys").await.found();
    deploy.get("/api-tokens").await.problem(StatusCode::FORBIDDEN);
    assert_eq!(api.delete(&path).await.status(), StatusCode::NO_CONTENT);
    deploy.get("/keys").await.problem(StatusCode::UNAUTHORIZED);
    api.delete(&path).await.problem(StatusCode::NOT_FOUND);
}

async fn nobody_gives_away_more_than_they_hold(harness: &Harness) {
    let user = harness.user_with("root", |user| user.is_admin = true).await;
    let mut some = Api::with_permissions(harness, &["api-tokens:write", "keys:read"]).await;
    for permissions in [json!(["*"]), json!(["keys:write"]), json!(["keys:read", "users:read"])] {
        let body = json!({"name": "more", "permissions": permissions});
        some.post("/api-tokens", &body).await.problem(StatusCode::FORBIDDEN);
    }
    let body = json!({"name": "as root", "permissions": ["keys:read"], "user": user.id});
    some.post("/api-tokens", &body).await.problem(StatusCode::FORBIDDEN);
    let body = json!({"name": "same", "permissions": ["keys:read"]});
    some.post("/api-tokens", &body).await.created();
}

async fn wrong_fields_are_named(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let cases = [
        (json!({"permissions": ["*"]}), "name:required"),
        (json!({"name": " ", "permissions": ["*"]}), "name:required"),
        (json!({"name": "n".repeat(201), "permissions": ["*"]}), "name:too_long"),
        (json!({"name": "n"}), "permissions:required"),
        (json!({"name": "n", "permissions": []}), "permissions:invalid"),
        (json!({"name": "n", "permissions": ["all"]}), "permissions:invalid"),
        (
            json!({"name": "n", "permissions": ["keys:delete"]}),
            "permissions:invalid",
        ),
        (
            json!({"name": "n", "permissions": ["unicorns:read"]}),
            "permissions:invalid",
        ),
        (json!({"name": "n", "permissions": "*"}), "permissions:wrong_type"),
        (
            json!({"name": "n", "permissions": ["*"], "user": "user_x"}),
            "user:not_found",
        ),
        (
            json!({"name": "n", "permissions": ["*"], "expires_at": "tomorrow"}),
            "expires_at:invalid",
        ),
        (
            json!({"name": "n", "permissions": ["*"], "expires_at": "2026-11-20T23:59:59Z"}),
            "expires_at:invalid",
        ),
        (
            json!({"name": "n", "permissions": ["*"], "value": "vst_mine"}),
            "value:read_only",
        ),
        (
            json!({"name": "n", "permissions": ["*"], "hash": "x"}),
            "hash:unknown_field",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(api.post("/api-tokens", &body).await.wrong(), [expected], "{body}");
    }
}

async fn the_first_token_comes_from_the_configuration_on_an_unused_database_only(harness: &Harness) {
    for short in ["", "short", "with spaces in the value", "ümlaut-and-more-letters"] {
        let refused = ensure_bootstrap(&harness.app, &SecretString::from(short)).await;
        assert!(matches!(refused, Err(ActionError::Invalid(_))));
    }
    let value = SecretString::from("given-by-the-configuration");
    assert!(ensure_bootstrap(&harness.app, &value).await.unwrap());
    let mut api = Api::with_token(harness, "given-by-the-configuration");
    api.application("Wiki").await;
    let again = SecretString::from("another-one-given-later");
    assert!(!ensure_bootstrap(&harness.app, &again).await.unwrap());
    let mut late = Api::with_token(harness, "another-one-given-later");
    late.get("/applications").await.problem(StatusCode::UNAUTHORIZED);
}
