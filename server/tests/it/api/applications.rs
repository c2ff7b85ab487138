//! Applications over their life: made, read, changed, a new secret, deleted; and what stands in the audit log.

use http::{Method, StatusCode};
use protocol::client::Application;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use vestibule::actions::actor::Actor;
use vestibule::actions::applications::{self, fields::ApplicationFields};
use vestibule::actions::changes::Changes;
use vestibule::clients::By;

use super::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    defaults_are_those_of_the_contract,
    a_merge_patch_sets_resets_and_leaves_alone,
    what_becomes_public_begins_with_pkce,
    if_match_lets_one_of_two_through,
    concurrent_patches_of_different_fields_are_all_kept,
    secrets_are_shown_once_and_rotate_at_once,
    slugs_are_made_unique_and_given_ones_are_refused,
    deletion_is_final_and_everything_is_in_the_audit_log,
    the_setup_names_every_address,
);

async fn defaults_are_those_of_the_contract(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let made = api.application("My Wiki").await;
    let expected = json!({
        "slug": "my-wiki", "name": "My Wiki", "description": "", "icon_url": null, "launch_url": null, "group": "",
        "enabled": true, "client_type": "confidential", "token_endpoint_auth_method": null, "redirect_uris": [],
        "post_logout_redirect_uris": [], "logout_uri": null, "logout_method": "backchannel", "grant_types": ["authorization_code", "refresh_token"],
        "scope_mappings": ["openid", "email", "profile"], "federated_applications": [], "signing_key": null,
        "access_code_validity": "minutes=1", "device_code_validity": null,
        "access_token_format": "jwt", "access_token_validity": "hours=1", "refresh_token_validity": "days=30",
        "refresh_token_threshold": "seconds=0", "sub_mode": "hashed_user_id", "issuer_mode": "per_provider",
        "subject_type": "public", "sector_identifier_uri": null,
        "include_claims_in_id_token": true, "consent_mode": "remember", "consent_expires_in": null,
        "require_pkce": false, "allow_plain_pkce": false, "contacts": [], "policy_uri": null, "tos_uri": null,
        "logo_uri": null, "created_at": "2026-11-21T00:00:00Z", "updated_at": "2026-11-21T00:00:00Z",
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&made[field], value, "{field}");
    }
    let random = |field: &str, length: usize| {
        let value = made[field].as_str().unwrap();
        value.len() == length && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    assert!(random("client_id", 40) && random("client_secret", 128));
    assert!(made["id"].as_str().unwrap().starts_with("app_"));
    let public = api
        .post("/applications", &json!({"name": "Phone", "client_type": "public"}))
        .await
        .created();
    assert_eq!(public["require_pkce"], true);
    assert_eq!(public["client_secret"], Value::Null);
    let key = api
        .get(&format!("/keys/{}", public["signing_key"].as_str().unwrap()))
        .await
        .found();
    assert_eq!((&key["alg"], &key["state"]), (&json!("RS256"), &json!("active")));
    // Null stands for the default.
    let nulls: Value = expected
        .as_object()
        .unwrap()
        .keys()
        .filter(|field| !["created_at", "updated_at", "name"].contains(&field.as_str()))
        .map(|field| (field.clone(), Value::Null))
        .chain([("name".to_owned(), json!("My Wiki"))])
        .collect::<serde_json::Map<_, _>>()
        .into();
    let by_null = api.post("/applications", &nulls).await.created();
    for (field, value) in expected
        .as_object()
        .unwrap()
        .iter()
        .filter(|(field, _)| *field != "slug")
    {
        assert_eq!(&by_null[field], value, "{field}");
    }
    assert_eq!(by_null["slug"], "my-wiki-2");
}

async fn a_merge_patch_sets_resets_and_leaves_alone(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let key = api.post("/keys", &json!({"alg": "ES256"})).await.created();
    let full = json!({
        "name": "Wiki", "slug": "wiki", "description": "Notes\nof ours", "icon_url": "https://a.example/i.png",
        "launch_url": "https://a.example/", "group": "Tools", "enabled": false, "client_id": "wiki-client",
        "client_secret": "s".repeat(40), "token_endpoint_auth_method": "client_secret_basic",
        "redirect_uris": [{"matching_mode": "strict", "url": "https://a.example/cb"}, {"url": "com.example.app:/cb"}],
        "post_logout_redirect_uris": [{"url": "https://a.example/bye"}],
        "grant_types": ["authorization_code", "client_credentials"], "scope_mappings": ["openid", "groups"],
        "signing_key": key["id"], "access_code_validity": "seconds=30", "access_token_format": "opaque",
        "access_token_validity": "minutes=5", "refresh_token_validity": "never", "refresh_token_threshold": "days=1",
        "sub_mode": "user_email", "issuer_mode": "global", "include_claims_in_id_token": false,
        "consent_mode": "always", "consent_expires_in": "weeks=2", "require_pkce": true, "allow_plain_pkce": true,
        "contacts": ["admin@example.com"], "policy_uri": "https://a.example/policy",
        "tos_uri": "https://a.example/tos", "logo_uri": "https://a.example/logo.png",
    });
    let made = api.post("/applications", &full).await.created();
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(made["warnings"][0]["code"], "plain_pkce");
    let mut shown = api.get("/applications/wiki").await.found();
    for (field, value) in full.as_object().unwrap() {
        let expected = match field.as_str() {
            "client_secret" => Value::Null,
            "consent_expires_in" => json!("days=14"),
            "redirect_uris" => json!([{"matching_mode": "strict", "url": "https://a.example/cb"},
                {"matching_mode": "strict", "url": "com.example.app:/cb"}]),
            "post_logout_redirect_uris" => json!([{"matching_mode": "strict", "url": "https://a.example/bye"}]),
            _ => value.clone(),
        };
        assert_eq!(shown[field], expected, "{field}");
    }
    // Each field by itself: it goes back to its default, and nothing else changes.
    harness.advance(1);
    let defaults = serde_json::to_value(Application::default()).unwrap();
    let fields = full.as_object().unwrap().keys();
    for field in fields
        .filter(|field| !["name", "client_secret", "client_id", "slug", "scope_mappings"].contains(&field.as_str()))
    {
        let patched = api
            .patch(&format!("/applications/{id}"), &json!({field: null}))
            .await
            .found();
        let mut expected = shown.clone();
        expected[field] = defaults[field].clone();
        expected["updated_at"] = json!("2026-11-21T00:00:01Z");
        if field == "allow_plain_pkce" {
            expected.as_object_mut().unwrap().remove("warnings");
        }
        assert_eq!(patched, expected, "{field}");
        shown = patched;
    }
    assert_eq!(
        api.patch("/applications/wiki", &json!({"name": null})).await.wrong(),
        ["name:required"]
    );
    let slug = api
        .patch("/applications/wiki", &json!({"slug": null, "name": "Notes"}))
        .await
        .found();
    assert_eq!(slug["slug"], "notes");
    api.get("/applications/wiki").await.problem(StatusCode::NOT_FOUND);
    // An empty patch and the other content type.
    let merge = [("content-type", "application/merge-patch+json")];
    let reply = api
        .raw(
            Method::PATCH,
            "/applications/notes",
            &merge,
            b"{\"description\":\"new\"}",
        )
        .await;
    assert_eq!(reply.found()["description"], "new");
    api.patch("/applications/notes", &json!({})).await.found();
}

async fn what_becomes_public_begins_with_pkce(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let made = api.application("My Wiki").await;
    assert_eq!(made["require_pkce"], false);
    let key = harness.app.snapshot().keys[0].record.id.clone();
    let patch = json!({ "client_type": "public", "signing_key": key });
    let changed = api.patch("/applications/my-wiki", &patch).await.found();
    assert_eq!(changed["require_pkce"], true);
    let patch = json!({ "require_pkce": false });
    let changed = api.patch("/applications/my-wiki", &patch).await.found();
    assert_eq!(changed["require_pkce"], false, "what is said counts");
}

async fn if_match_lets_one_of_two_through(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let made = api.application("Wiki").await;
    let path = format!("/applications/{}", made["id"].as_str().unwrap());
    let tag = api.get(&path).await.etag();
    let body = json!({"description": "mine"});
    let (mut one, mut other) = (
        Api::with_token(harness, &api.token),
        Api::with_token(harness, &api.token),
    );
    let headers = [("if-match", tag.as_str())];
    let (first, second) = tokio::join!(
        one.json(Method::PATCH, &path, &headers, &body),
        other.json(Method::PATCH, &path, &headers, &body),
    );
    let mut statuses = [first.status().as_u16(), second.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    for wrong in [tag.as_str(), "\"999\"", &format!("W/{tag}"), "nonsense", "\"+2\"", ""] {
        let reply = api.json(Method::PATCH, &path, &[("if-match", wrong)], &body).await;
        reply.problem(StatusCode::PRECONDITION_FAILED);
        let reply = api.raw(Method::DELETE, &path, &[("if-match", wrong)], b"").await;
        reply.problem(StatusCode::PRECONDITION_FAILED);
    }
    let now = api.get(&path).await.etag();
    let several = format!("\"5000\", {now}");
    let reply = api.json(Method::PATCH, &path, &[("if-match", &several)], &body).await;
    assert_ne!(reply.etag(), now);
    assert_eq!(reply.etag(), api.get(&path).await.etag());
    let reply = api.raw(Method::DELETE, &path, &[("if-match", "*")], b"").await;
    assert_eq!(reply.status(), StatusCode::NO_CONTENT);
}

async fn concurrent_patches_of_different_fields_are_all_kept(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let made = api.application("Wiki").await;
    let path = format!("/applications/{}", made["id"].as_str().unwrap());
    let bodies = [
        json!({"description": "d"}),
        json!({"group": "g"}),
        json!({"launch_url": "https://a.example/"}),
        json!({"enabled": false}),
    ];
    let mut callers: Vec<Api> = bodies.iter().map(|_| Api::with_token(harness, &api.token)).collect();
    let [a, b, c, d] = &mut callers[..] else {
        unreachable!("four callers")
    };
    let replies = tokio::join!(
        a.patch(&path, &bodies[0]),
        b.patch(&path, &bodies[1]),
        c.patch(&path, &bodies[2]),
        d.patch(&path, &bodies[3]),
    );
    for reply in [replies.0, replies.1, replies.2, replies.3] {
        reply.found();
    }
    let shown = api.get(&path).await.found();
    for body in &bodies {
        let (field, value) = body.as_object().unwrap().iter().next().unwrap();
        assert_eq!(&shown[field], value);
    }
}

/// The one live secret of an application, as the token endpoint sees it.
async fn live_secret(harness: &Harness, id: &str) -> Vec<String> {
    let entry = harness.app.client(By::Id(id)).await.unwrap().unwrap();
    let secrets = entry.client.secrets.iter();
    secrets.map(|secret| secret.expose_secret().to_owned()).collect()
}

async fn secrets_are_shown_once_and_rotate_at_once(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let made = api.application("Wiki").await;
    let id = made["id"].as_str().unwrap();
    let path = format!("/applications/{id}");
    let first = made["client_secret"].as_str().unwrap();
    assert_eq!(live_secret(harness, id).await, [first]);
    let reply = api.raw(Method::POST, &format!("{path}/rotate-secret"), &[], b"").await;
    let second = reply.found()["client_secret"].as_str().unwrap().to_owned();
    assert_ne!(second, first);
    assert_eq!(live_secret(harness, id).await, [second.as_str()]);
    let patched = api.patch(&path, &json!({"client_secret": null})).await.found();
    let third = patched["client_secret"].as_str().unwrap().to_owned();
    assert_eq!(live_secret(harness, id).await, [third.as_str()]);
    let given = "g".repeat(32);
    let patched = api.patch(&path, &json!({"client_secret": given})).await;
    assert_eq!(patched.etag(), api.get(&path).await.etag());
    patched.found();
    assert_eq!(live_secret(harness, id).await, [given.as_str()]);
    for place in [path.as_str(), "/applications", &format!("{path}/setup")] {
        let body = api.get(place).await.answer.body;
        for secret in [first, &second, &third, &given] {
            assert!(!body.contains(secret), "{place}");
        }
    }
    // To public and back: the secret goes, and a new one comes.
    let key = api.get("/keys?alg=RS256").await.found()["items"][0]["id"].clone();
    let body = json!({"client_type": "public", "signing_key": key});
    assert_eq!(api.patch(&path, &body).await.found()["client_secret"], Value::Null);
    assert!(live_secret(harness, id).await.is_empty());
    api.raw(Method::POST, &format!("{path}/rotate-secret"), &[], b"")
        .await
        .problem(StatusCode::CONFLICT);
    let back = api.patch(&path, &json!({"client_type": "confidential"})).await.found();
    assert_eq!(
        live_secret(harness, id).await,
        [back["client_secret"].as_str().unwrap()]
    );
}

/// What is written to a log by mistake shows no secret.
#[tokio::test]
async fn the_debug_form_of_a_request_and_of_its_outcome_holds_no_secret() {
    let harness = Harness::new(crate::harness::Engine::Sqlite).await;
    let secret = "a-secret-that-nobody-may-read-in-a-log";
    let members = json!({"name": "Wiki", "client_secret": secret});
    let changes = Changes::<ApplicationFields>::parse(members.as_object().unwrap().clone()).unwrap();
    assert!(!format!("{changes:?}").contains(secret));
    let saved = applications::create(&harness.app, &Actor::system(), changes)
        .await
        .unwrap();
    assert_eq!(saved.made_secret.as_ref().unwrap().expose_secret(), secret);
    assert!(!format!("{saved:?}").contains(secret));
    harness.end().await;
}

async fn slugs_are_made_unique_and_given_ones_are_refused(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let mut slugs = Vec::new();
    for name in ["Wiki", "Wiki", "wiki!", "Token", "日本", "-- a --"] {
        slugs.push(api.application(name).await["slug"].as_str().unwrap().to_owned());
    }
    assert_eq!(slugs, ["wiki", "wiki-2", "wiki-3", "token-app", "application", "a"]);
    let taken = api.post("/applications", &json!({"name": "x", "slug": "wiki"})).await;
    assert_eq!(taken.wrong(), ["slug:taken"]);
    assert_eq!(
        api.patch("/applications/wiki-2", &json!({"slug": "wiki"}))
            .await
            .wrong(),
        ["slug:taken"]
    );
    let id = api.get("/applications/wiki").await.found()["client_id"].clone();
    let taken = api.post("/applications", &json!({"name": "x", "client_id": id})).await;
    assert_eq!(taken.wrong(), ["client_id:taken"]);
}

async fn deletion_is_final_and_everything_is_in_the_audit_log(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let made = api.application("Wiki").await;
    let id = made["id"].as_str().unwrap();
    let path = format!("/applications/{id}");
    assert!(harness.app.client(By::Slug("wiki")).await.unwrap().is_some());
    let body = json!({"description": "d", "client_secret": "s".repeat(32), "group": null});
    api.patch(&path, &body).await.found();
    assert_eq!(api.delete(&path).await.status(), StatusCode::NO_CONTENT);
    api.delete(&path).await.problem(StatusCode::NOT_FOUND);
    api.get(&path).await.problem(StatusCode::NOT_FOUND);
    assert!(harness.app.client(By::Slug("wiki")).await.unwrap().is_none());
    let events = api.get(&format!("/events?target={id}")).await.found();
    let mut seen: Vec<(String, Value)> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            assert!(event["actor"].as_str().unwrap().starts_with("tok_"));
            assert_eq!(event["client_address"], "192.0.2.1");
            let action = event["action"].as_str().unwrap().to_owned();
            (action, event["detail"]["fields"].clone())
        })
        .collect();
    seen.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(
        seen,
        [
            ("application_created".to_owned(), json!(["name"])),
            ("application_deleted".to_owned(), json!([])),
            (
                "application_updated".to_owned(),
                json!(["client_secret", "description", "group"])
            ),
        ]
    );
    assert!(!events.to_string().contains(&"s".repeat(32)));
}

async fn the_setup_names_every_address(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let made = api.application("Wiki").await;
    let setup = api.get("/applications/wiki/setup").await.found();
    let discovery = harness
        .client()
        .get("/application/o/wiki/.well-known/openid-configuration")
        .await;
    let discovery: Value = serde_json::from_str(&discovery.body).unwrap();
    for (name, value) in setup.as_object().unwrap() {
        match name.as_str() {
            "client_id" => assert_eq!(value, &made["client_id"]),
            "openid_configuration" => assert_eq!(
                value,
                "http://localhost:9000/application/o/wiki/.well-known/openid-configuration"
            ),
            "github_authorization_endpoint" => assert_eq!(value, "http://localhost:9000/login/oauth/authorize"),
            "github_token_endpoint" => assert_eq!(value, "http://localhost:9000/login/oauth/access_token"),
            "github_user_endpoint" => assert_eq!(value, "http://localhost:9000/user"),
            "github_api_url" => assert_eq!(value, "http://localhost:9000/api/v3/"),
            "auth0_authorization_endpoint" => assert_eq!(value, "http://localhost:9000/authorize"),
            "auth0_token_endpoint" => assert_eq!(value, "http://localhost:9000/oauth/token"),
            "auth0_userinfo_endpoint" => assert_eq!(value, "http://localhost:9000/userinfo"),
            "auth0_management_audience" => assert_eq!(value, "http://localhost:9000/api/v2/"),
            _ => assert_eq!(value, &discovery[name], "{name}"),
        }
    }
    // Each of them is a path of ours.
    for name in [
        "github_authorization_endpoint",
        "github_token_endpoint",
        "github_user_endpoint",
        "github_api_url",
        "auth0_authorization_endpoint",
        "auth0_token_endpoint",
        "auth0_userinfo_endpoint",
    ] {
        let address = setup[name].as_str().expect("an address");
        assert_ne!(
            harness.client().get(address).await.status,
            StatusCode::NOT_FOUND,
            "{name}"
        );
    }
}
