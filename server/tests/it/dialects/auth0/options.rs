//! Options: every member is checked, becomes what a source has for it, and reads back as it was written (section 2, B-3.5).

use http::StatusCode;
use serde_json::{Value, json};

use super::support::{Management, path, plain};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

/// Every member of section 2.
fn everything() -> Value {
    json!({
        "client_id": "hh-web", "client_secret": "hh-secret", "authorizationURL": "https://hr.harbor.test/o/authorize?a=b",
        "tokenURL": "https://hr.harbor.test/o/token", "scope": ["me.read", "mail"],
        "scripts": {
            "fetchUserProfile": "function (t, c, done) { done(null, {id: 1}); }",
            "getLogoutUrl": "function (u, c, done) { done(null, 'https://hr.harbor.test/bye'); }",
        },
        "logoutUrl": "https://hr.harbor.test/logout", "customHeaders": { "Authorization": "Basic eDp5", "Accept": "text/plain" },
        "authParams": { "access_type": "offline" }, "authParamsMap": { "hint": "login_hint" },
        "upstream_params": { "screen": { "value": "signup" }, "lang": { "alias": "ui_locales" } }, "pkce_enabled": true,
        "useOauthSpecScope": true, "icon_url": "https://hr.harbor.test/icon.png",
        "set_user_root_attributes": "on_first_login", "non_persistent_attrs": ["ssn"], "fieldsMap": { "mail": "email" },
        "strategy_version": 2, "somethingElse": { "deep": [true, null] },
    })
}

async fn every_member_reads_back_and_becomes_a_field(harness: &Harness) {
    let mut management = Management::new(harness).await;
    let mut body = plain("harbor");
    body["options"] = everything();
    let made = management.make(&body).await;
    assert_eq!(made["options"], everything());
    assert_eq!(
        management.get(&path(&made)).await.is(StatusCode::OK)["options"],
        everything()
    );
    let source = Api::new(harness).await.get("/sources/harbor").await.found();
    let fields = json!({
        "client_id": "hh-web", "has_client_secret": true,
        "authorization_endpoint": "https://hr.harbor.test/o/authorize?a=b",
        "token_endpoint": "https://hr.harbor.test/o/token", "scopes": ["me.read", "mail"],
        "profile_script": "function (t, c, done) { done(null, {id: 1}); }",
        "end_session_endpoint": "https://hr.harbor.test/logout",
        "token_request_headers": { "Authorization": "***", "Accept": "***" },
        "authorization_params": { "access_type": "offline", "screen": "signup" },
        "authorization_params_map": { "hint": "login_hint", "lang": "ui_locales" }, "pkce": "S256",
        "icon_url": "https://hr.harbor.test/icon.png", "update_profile": "on_first_login",
        "user_matching_mode": "identifier",
    });
    for (name, value) in fields.as_object().unwrap() {
        assert_eq!(source[name], *value, "{name}");
    }
}

async fn what_is_empty_stays_what_it_was(harness: &Harness) {
    let mut management = Management::new(harness).await;
    let empty = [
        json!({}),
        json!({ "client_secret": "", "scope": "", "customHeaders": {}, "authParams": {}, "scripts": {} }),
        json!({ "scope": [], "upstream_params": null, "pkce_enabled": false, "scripts": { "fetchUserProfile": "" } }),
        json!({ "scope": "two  blanks", "set_user_root_attributes": "on_each_login", "client_id": "" }),
        // B-1.9: nobody looks into a script.
        json!({ "scripts": { "fetchUserProfile": "function (t, c { return" } }),
        json!({ "scripts": { "fetchUserProfile": "x".repeat(51_200) } }),
    ];
    for (number, options) in empty.into_iter().enumerate() {
        let body = json!({ "name": format!("c{number}"), "strategy": "oauth2", "options": options });
        let made = management.make(&body).await;
        assert_eq!(made["options"], options);
        assert_eq!(
            management.get(&path(&made)).await.is(StatusCode::OK)["options"],
            options
        );
    }
    let made = management.make(&json!({ "name": "none", "strategy": "oauth2" })).await;
    assert_eq!(made["options"], json!({}));
}

async fn wrong_members_are_named(harness: &Harness) {
    let mut management = Management::new(harness).await;
    let many = |number: usize| -> Value {
        let members = (0..number).map(|number| (format!("p{number}"), Value::from("x")));
        Value::Object(members.collect())
    };
    let wrong = [
        ("client_id", json!(7)),
        ("client_secret", json!(null)),
        // B-2.3
        (
            "authorizationURL",
            json!("https://hr.harbor.test/o?response_mode=form_post"),
        ),
        ("authorizationURL", json!("hr.harbor.test")),
        ("authorizationURL", json!("javascript:alert(1)")),
        ("tokenURL", json!("https://user:pass@hr.harbor.test/t")),
        // Nothing calls into the private network.
        ("tokenURL", json!("http://169.254.169.254/latest")),
        ("tokenURL", json!("https://127.0.0.1/token")),
        ("scope", json!(7)),
        ("scope", json!(["a", 7])),
        ("scope", json!("quo\"te")),
        ("scripts", json!("function")),
        ("scripts", json!({ "fetchUserProfile": 7 })),
        ("scripts", json!({ "fetchUserProfile": "x".repeat(51_201) })),
        ("logoutUrl", json!("bye")),
        ("customHeaders", json!({ "X": "" })),
        ("customHeaders", json!({ "X": "x".repeat(1025) })),
        ("customHeaders", json!({ "X Y": "z" })),
        ("customHeaders", json!({ "Host": "elsewhere" })),
        ("customHeaders", many(31)),
        ("authParams", json!({ "a": 1 })),
        ("authParams", json!({ "state": "mine" })),
        ("authParams", json!({ "redirect_uri": "https://evil.example" })),
        ("authParams", many(31)),
        ("authParamsMap", json!({ "a": "" })),
        ("authParamsMap", json!({ "a": "x".repeat(129) })),
        ("authParamsMap", json!({ "state": "login_hint" })),
        ("authParamsMap", json!({ "a": "client_secret" })),
        ("authParamsMap", json!({ "a": "state" })),
        ("authParamsMap", many(22)),
        ("upstream_params", json!({ "a": "b" })),
        ("upstream_params", json!({ "a": { "value": "b", "alias": "prompt" } })),
        ("upstream_params", json!({ "a": { "alias": "redirect_uri" } })),
        ("upstream_params", json!({ "client_id": { "value": "b" } })),
        ("pkce_enabled", json!("yes")),
        ("useOauthSpecScope", json!(1)),
        ("icon_url", json!("data:image/png;base64,AA")),
        ("set_user_root_attributes", json!("sometimes")),
        ("non_persistent_attrs", json!("ssn")),
        ("fieldsMap", json!({ "a": 1 })),
        ("strategy_version", json!("two")),
    ];
    for (member, value) in wrong {
        let mut body = plain("wrong");
        body["options"][member] = value.clone();
        let reply = management.post("/connections", &body).await;
        let message = reply.refused(StatusCode::BAD_REQUEST, "invalid_body");
        let named = format!("options.{member}");
        assert!(message.contains(&named), "{member} {value}: {message}");
        assert!(!reply.answer.body.contains("hh-secret"), "{}", reply.answer.body);
    }
    assert!(harness.events("source_created").await.is_empty());
}

async fn secrets_are_shown_to_few(harness: &Harness) {
    let mut management = Management::new(harness).await;
    let mut body = plain("harbor");
    body["options"]["customHeaders"] = json!({ "X-Key": "of the header" });
    let made = management.make(&body).await;
    assert_eq!(made["options"], body["options"]);
    let mut without = body["options"].clone();
    for member in ["client_secret", "customHeaders"] {
        without.as_object_mut().unwrap().remove(member);
    }
    let callers: [(&[&str], bool); 4] = [
        (&["read:connections"], false),
        (&["sources:read"], false),
        (
            &["read:connections", "update:connections", "update:connections_options"],
            false,
        ),
        (&["read:connections", "read:connections_options"], true),
    ];
    for (permissions, sees) in callers {
        let mut caller = Management::with(harness, permissions).await;
        let expected = if sees { &body["options"] } else { &without };
        let read = caller.get(&path(&made)).await.is(StatusCode::OK);
        assert_eq!(read["options"], *expected, "{permissions:?}");
        let list = caller.get("/connections").await.is(StatusCode::OK);
        assert_eq!(list[0]["options"], *expected, "{permissions:?}");
    }
    // The database holds neither.
    let stored = harness.app.store.load_source_by_key("harbor").await.unwrap().unwrap();
    let record = serde_json::to_string(&stored.source).unwrap();
    assert!(
        !record.contains("hh-secret") && !record.contains("of the header"),
        "{record}"
    );
}

on_both!(
    every_member_reads_back_and_becomes_a_field,
    what_is_empty_stays_what_it_was,
    wrong_members_are_named,
    secrets_are_shown_to_few,
);
