//! Bundled providers (section 7), and sources that are made elsewhere: what is seen here of them.

use http::StatusCode;
use serde_json::{Value, json};

use super::support::{Pretend, Program, path_of, with};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_7_1_presets_need_credentials_alone,
    what_is_made_elsewhere_is_seen_when_it_can_be_said_here,
    nothing_of_the_dialect_changes_natively,
);

async fn a_7_1_presets_need_credentials_alone(harness: &Harness) {
    let mut program = Program::new(harness).await;
    let table = [
        (
            "google",
            json!(["openid", "email", "profile"]),
            "https://accounts.google.com/o/oauth2/v2/auth",
            json!({
                "email_address": "email", "first_name": "given_name", "last_name": "family_name",
                "profile_image_url": "picture", "provider_user_id": "sub",
            }),
        ),
        (
            "github",
            json!(["read:user", "user:email"]),
            "https://github.com/login/oauth/authorize",
            json!({
                "email_address": "email", "first_name": "name", "profile_image_url": "avatar_url", "provider_user_id": "id",
            }),
        ),
        (
            "apple",
            json!(["name", "email"]),
            "https://appleid.apple.com/auth/authorize",
            json!({
                "email_address": "email", "first_name": "name.firstName", "last_name": "name.lastName",
                "provider_user_id": "sub",
            }),
        ),
        (
            "microsoft",
            json!(["openid", "email", "profile", "User.Read"]),
            "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
            json!({
                "email_address": "email", "first_name": "given_name", "last_name": "family_name", "provider_user_id": "sub",
            }),
        ),
    ];
    for (key, scopes, authorization, mapping) in table {
        let made = program
            .make(&json!({
                "provider_kind": "preset", "provider_key": key, "name": key, "client_id": "a", "client_secret": "b",
            }))
            .await;
        assert_eq!(made["provider_kind"], "preset");
        assert_eq!(made["scopes"], scopes, "{key}");
        assert_eq!(made["authorization_endpoint"], authorization);
        assert_eq!(made["attribute_mapping"], mapping, "{key}");
        let is_oidc = key != "github";
        assert_eq!(made["issuer"].is_string(), is_oidc, "{key}");
        assert_eq!(made["jwks_uri"].is_string(), is_oidc, "{key}");
        assert_eq!(made["userinfo_method"].is_null(), is_oidc, "{key}");
        assert_eq!(made["userinfo_endpoint"].is_null(), key == "apple");
        // What is given takes the place of the default and is not added to it (A-3.10).
        let change = json!({ "scopes": ["openid"], "additional_authorization_params": { "prompt": "select_account" } });
        let changed = program.patch(&path_of(&made), &change).await.object(StatusCode::OK);
        assert_eq!(changed["scopes"], json!(["openid"]));
        let left = harness.client().get(&format!("/source/oauth/login/{key}/")).await;
        assert_eq!(left.parameter("prompt").as_deref(), Some("select_account"), "A-7.6");
    }
    for (key, expected) in [
        ("okta", "provider_key:form_param_format_invalid"),
        ("", "provider_key:form_param_nil"),
    ] {
        let body = json!({ "provider_kind": "preset", "provider_key": key, "name": "N", "client_id": "a" });
        assert_eq!(program.post("/oauth-providers", &body).await.wrong(), [expected]);
    }
}

async fn what_is_made_elsewhere_is_seen_when_it_can_be_said_here(harness: &Harness) {
    let (pretend, mut program, mut api) = (
        Pretend::start().await,
        Program::new(harness).await,
        Api::new(harness).await,
    );
    let base = &pretend.base;
    let native = |key: &str, more: Value| {
        with(
            json!({
                "key": key, "name": key, "kind": "oauth2", "client_id": "c", "client_secret": "s",
                "authorization_endpoint": format!("{base}/a"), "token_endpoint": format!("{base}/t"),
                "userinfo_endpoint": format!("{base}/u"),
            }),
            &more,
        )
    };
    let script = "function fetchUserProfile(t, c, callback) { callback(null, { user_id: '1' }); }";
    let table = [
        (native("plain", json!({})), Some("custom_oauth2")),
        (native("Upper", json!({})), None),
        (native("with-hyphen", json!({})), None),
        (native("scripted", json!({ "profile_script": script })), None),
        (
            native(
                "first",
                json!({ "kind": "oauth1", "request_token_endpoint": format!("{base}/r") }),
            ),
            None,
        ),
        (native("github", json!({ "preset": "github" })), Some("preset")),
        (native("twitch", json!({ "preset": "twitch" })), Some("custom_oauth2")),
        (
            json!({ "key": "ci", "name": "CI", "kind": "oidc", "jwks": { "keys": [] } }),
            None,
        ),
    ];
    let mut expected = Vec::new();
    for (source, kind) in table {
        let made = api.post("/sources", &source).await.created();
        let id = made["id"].as_str().expect("an id").replace("src_", "oauthp_");
        let found = program.get(&format!("/oauth-providers/{id}")).await;
        match kind {
            Some(kind) => {
                let found = found.object(StatusCode::OK);
                assert_eq!(found["provider_kind"], kind, "{source}");
                assert_eq!(
                    found["redirect_uri"], made["redirect_uri"],
                    "it stays the one that is registered"
                );
                expected.push(found);
            }
            None => {
                assert_eq!(
                    found.refused(StatusCode::NOT_FOUND),
                    ["oauth_provider_not_found"],
                    "{source}"
                );
                let path = format!("/oauth-providers/{id}");
                let change = program.patch(&path, &json!({ "name": "N" })).await;
                assert_eq!(change.refused(StatusCode::NOT_FOUND), ["oauth_provider_not_found"]);
                program.delete(&path).await.refused(StatusCode::NOT_FOUND);
            }
        }
        harness.advance(1);
    }
    let list = program.get("/oauth-providers").await.object(StatusCode::OK);
    assert_eq!(list, json!({ "data": expected, "total_count": expected.len() }));
    let path = path_of(&expected[0]);
    let renamed = program
        .patch(&path, &json!({ "name": "Renamed" }))
        .await
        .object(StatusCode::OK);
    assert_eq!(renamed["name"], "Renamed");
    let native = api.get("/sources/plain").await.found();
    assert_eq!(
        (&native["name"], &native["user_matching_mode"]),
        (&json!("Renamed"), &json!("identifier"))
    );
}

async fn nothing_of_the_dialect_changes_natively(harness: &Harness) {
    let (pretend, mut program, mut api) = (
        Pretend::start().await,
        Program::new(harness).await,
        Api::new(harness).await,
    );
    let made = program.make(&pretend.mapped()).await;
    let native = api.get("/sources/legacy_idp").await.found();
    assert_eq!(native["kind"], "oauth2");
    assert_eq!(native["redirect_uri"], made["redirect_uri"]);
    api.patch("/sources/legacy_idp", &json!({ "name": "Renamed" }))
        .await
        .found();
    let read = program.get(&path_of(&made)).await.object(StatusCode::OK);
    assert_eq!(read, with(made, &json!({ "name": "Renamed" })));
}
