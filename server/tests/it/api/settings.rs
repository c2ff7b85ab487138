//! `/api/v1/settings` and the page of it: what was set where, and no secret.

use http::StatusCode;
use serde_json::Value;

use super::support::Api;
use crate::harness::{Harness, on_both};

on_both!(they_are_listed_without_secrets, they_need_their_permission);

async fn they_are_listed_without_secrets(harness: &Harness) {
    let found = Api::new(harness).await.get("/settings").await.found();
    let items = found["items"].as_array().expect("a list");
    let of = |key: &str| -> &Value { items.iter().find(|item| item["key"] == key).expect("the key") };
    assert_eq!(of("log.format")["origin"], "default");
    assert_eq!(of("listen")["variable"], "VESTIBULE_LISTEN");
    for secret in [
        "master_key",
        "bootstrap.admin_password",
        "bootstrap.token",
        "mail.password",
    ] {
        assert_eq!(
            (&of(secret)["secret"], &of(secret)["value"]),
            (&Value::Bool(true), &Value::Null),
            "{secret}"
        );
    }
    assert!(
        items
            .iter()
            .all(|item| item["meaning"].as_str().is_some_and(|meaning| meaning.len() > 10))
    );
    harness.user_with("root", |user| user.is_admin = true).await;
    let page = harness.signed_in("root").await.get("/admin/settings").await;
    assert_eq!(page.status, StatusCode::OK);
    for item in items {
        let key = item["key"].as_str().expect("a key");
        assert!(page.has(&format!("tr[data-key={key}]")), "{key}");
    }
}

async fn they_need_their_permission(harness: &Harness) {
    let mut some = Api::with_permissions(harness, &["settings:read"]).await;
    some.get("/settings").await.found();
    let mut other = Api::with_permissions(harness, &["users:read"]).await;
    other.get("/settings").await.problem(StatusCode::FORBIDDEN);
}
