//! Scope mappings of an installation's own: what they return stands in ID tokens, access tokens and userinfo; several of
//! one scope run together; one that fails gives nothing.

use protocol::jose::{KeyManagement, typ};
use serde_json::{Value, json};

use super::support::*;
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    a_mapping_gives_its_claims_everywhere,
    mappings_of_one_scope_are_merged,
    reserved_claims_stay_ours_and_others_can_be_set,
    a_mapping_that_fails_gives_nothing_and_is_reported,
    claims_can_stay_out_of_tokens,
    a_changed_mapping_counts_at_the_next_refresh,
    single_claims_of_own_mappings_can_be_asked_for,
    entitlements_are_claims_and_variables,
    mappings_are_checked_when_they_are_saved,
    managed_mappings_and_mappings_in_use_stay,
    a_token_of_another_application_can_be_made,
    other_servers_are_called_only_when_the_settings_allow_it,
    a_preview_says_what_and_why,
    an_expression_can_be_tried,
);

async fn mapping(api: &mut Api, scope: &str, expression: &str) -> String {
    let body = json!({ "name": format!("own {scope}"), "scope": scope, "expression": expression });
    text(&api.post("/scope-mappings", &body).await.created(), "id")
}

async fn give(api: &mut Api, slug: &str, mappings: &[&str]) {
    let path = format!("/applications/{slug}");
    api.patch(&path, &json!({ "scope_mappings": mappings })).await.found();
}

/// The claims of ID token, access token and userinfo for a sign-in with `scope`.
async fn claims_of(harness: &Harness, slug: &str, username: &str, scope: &str) -> [Value; 3] {
    let mut browser = harness.signed_in(username).await;
    let code = code(&mut browser, slug, &[("scope", scope)]).await;
    let answer = redeem(harness, slug, &code).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let tokens = json(&answer);
    let access = text(&tokens, "access_token");
    let info = userinfo(harness, &access).await;
    assert_eq!(info.status, 200, "{}", info.body);
    [claims(&text(&tokens, "id_token")), claims(&access), json(&info)]
}

async fn a_mapping_gives_its_claims_everywhere(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    application(harness, "wiki").await;
    let staff = json!({ "name": "staff", "attributes": { "floor": 3 }, "users": [alice.id] });
    api.post("/groups", &staff).await.created();
    let source = "return {\n    'policy': 'readwrite',\n    'upper': request.user.username.upper(),\n    \
        'teams': [group.name for group in user.ak_groups.all() if group.name.startswith('st')],\n    \
        'floor': user.group_attributes(request).get('floor'),\n    'app': provider.application.slug,\n    \
        'scopes': sorted(token.scope), 'nothing': None,\n}";
    let own = mapping(&mut api, "minio", source).await;
    give(&mut api, "wiki", &["openid", "email", &own]).await;
    let wanted = json!({ "policy": "readwrite", "upper": "ALICE", "teams": ["staff"], "floor": 3, "app": "wiki",
        "scopes": ["minio", "openid"] });
    for claims in claims_of(harness, "wiki", "alice", "openid minio").await {
        for (name, value) in wanted.as_object().unwrap() {
            assert_eq!(claims[name], *value, "{name} in {claims}");
        }
        assert!(claims.get("nothing").is_none(), "null is left out");
    }
    for claims in claims_of(harness, "wiki", "alice", "openid email").await {
        assert!(claims.get("policy").is_none(), "only for its scope");
    }
    let machine = [("grant_type", "client_credentials"), ("scope", "minio")];
    let answer = token(harness, "wiki", &machine).await;
    assert_eq!(claims(&text(&json(&answer), "access_token"))["policy"], "readwrite");
}

async fn mappings_of_one_scope_are_merged(harness: &Harness) {
    let mut api = Api::new(harness).await;
    harness.user("alice").await;
    application(harness, "wiki").await;
    let one = mapping(
        &mut api,
        "roles",
        "return {'list': [1], 'tree': {'a': 1, 'b': 1}, 'word': 'one'}",
    )
    .await;
    let two = {
        let body = json!({ "name": "z second", "scope": "roles",
            "expression": "return {'list': [2], 'tree': {'b': 2, 'c': [3]}, 'word': 'two', 'groups': ['x', 'x']}" });
        text(&api.post("/scope-mappings", &body).await.created(), "id")
    };
    let odd = {
        let body = json!({ "name": "odd", "scope": "roles", "expression": "return 'no dictionary'" });
        text(&api.post("/scope-mappings", &body).await.created(), "id")
    };
    let skipped = {
        let body = json!({ "name": "skipped", "scope": "roles", "expression": "raise SkipObject" });
        text(&api.post("/scope-mappings", &body).await.created(), "id")
    };
    give(&mut api, "wiki", &["openid", "profile", &two, &one, &odd, &skipped]).await;
    let [id_token, _, info] = claims_of(harness, "wiki", "alice", "openid profile roles").await;
    for claims in [id_token, info] {
        assert_eq!(
            claims["list"],
            json!([1, 2]),
            "lists are joined in the order of the names"
        );
        assert_eq!(
            claims["tree"],
            json!({ "a": 1, "b": 2, "c": [3] }),
            "dictionaries are merged"
        );
        assert_eq!(claims["word"], "two", "the later one wins");
        assert_eq!(claims["groups"], json!(["x"]), "groups have no repeats");
    }
    assert!(harness.events("configuration_error").await.is_empty());
}

async fn reserved_claims_stay_ours_and_others_can_be_set(harness: &Harness) {
    let mut api = Api::new(harness).await;
    harness.user("alice").await;
    application(harness, "wiki").await;
    let source = "return {'iss': 'x', 'exp': 1, 'iat': 1, 'nonce': 'x', 'at_hash': 'x', 'c_hash': 'x', 'sid': 'x', \
        'azp': 'x', 'jti': 'x', 'sub': 'my-sub', 'aud': ['other', provider.client_id], 'acr': 'gold'}";
    let own = mapping(&mut api, "minio", source).await;
    give(&mut api, "wiki", &["openid", &own]).await;
    let [id_token, access, info] = claims_of(harness, "wiki", "alice", "openid minio").await;
    for claims in [&id_token, &access] {
        for name in ["iss", "nonce", "at_hash", "c_hash", "sid", "azp", "jti"] {
            assert_ne!(claims[name], "x", "{name}");
        }
        assert_ne!(claims["exp"], 1);
        assert_eq!(claims["aud"], json!(["other", "wiki"]));
        assert_eq!(claims["acr"], "gold");
    }
    assert_eq!(id_token["azp"], "wiki");
    for claims in [id_token, access, info] {
        assert_eq!(claims["sub"], "my-sub", "the same subject everywhere");
    }
}

async fn a_mapping_that_fails_gives_nothing_and_is_reported(harness: &Harness) {
    let mut api = Api::new(harness).await;
    harness.user("alice").await;
    application(harness, "wiki").await;
    let broken = mapping(&mut api, "minio", "x = {}\nreturn {'never': x['missing']}").await;
    let endless = mapping(&mut api, "loop", "while True:\n    pass").await;
    let fine = mapping(&mut api, "fine", "return {'fine': True}").await;
    give(&mut api, "wiki", &["openid", &broken, &endless, &fine]).await;
    let [id_token, _, info] = claims_of(harness, "wiki", "alice", "openid minio loop fine").await;
    for claims in [id_token, info] {
        assert_eq!(claims["fine"], true, "the others still run");
        assert!(claims.get("never").is_none());
    }
    let events = harness.events("configuration_error").await;
    let named: Vec<&str> = events
        .iter()
        .filter_map(|event| event.detail["name"].as_str())
        .collect();
    assert!(
        named.contains(&"own minio") && named.contains(&"own loop"),
        "{events:?}"
    );
    let keyed = events.iter().find(|event| event.detail["name"] == "own minio").unwrap();
    assert_eq!(keyed.target.as_deref(), Some(broken.as_str()));
    assert!(keyed.detail["error"].as_str().unwrap().contains("line 2"), "{keyed:?}");
}

async fn claims_can_stay_out_of_tokens(harness: &Harness) {
    let mut api = Api::new(harness).await;
    harness.user("alice").await;
    application(harness, "wiki").await;
    let own = mapping(&mut api, "minio", "return {'policy': 'readwrite'}").await;
    give(&mut api, "wiki", &["openid", &own]).await;
    api.patch("/applications/wiki", &json!({ "include_claims_in_id_token": false }))
        .await
        .found();
    let [id_token, access, info] = claims_of(harness, "wiki", "alice", "openid minio").await;
    assert!(id_token.get("policy").is_none() && access.get("policy").is_none());
    assert_eq!(info["policy"], "readwrite");
}

async fn a_changed_mapping_counts_at_the_next_refresh(harness: &Harness) {
    let mut api = Api::new(harness).await;
    harness.user("alice").await;
    application(harness, "wiki").await;
    let own = mapping(&mut api, "minio", "return {'policy': 'one'}").await;
    give(&mut api, "wiki", &["openid", "offline_access", &own]).await;
    let mut browser = harness.signed_in("alice").await;
    let code = code(&mut browser, "wiki", &[("scope", "openid offline_access minio")]).await;
    let first = json(&redeem(harness, "wiki", &code).await);
    assert_eq!(claims(&text(&first, "id_token"))["policy"], "one");
    let path = format!("/scope-mappings/{own}");
    api.patch(&path, &json!({ "expression": "return {'policy': 'two'}" }))
        .await
        .found();
    let second = json(&refresh(harness, "wiki", &text(&first, "refresh_token")).await);
    assert_eq!(claims(&text(&second, "id_token"))["policy"], "two");
}

async fn single_claims_of_own_mappings_can_be_asked_for(harness: &Harness) {
    let mut api = Api::new(harness).await;
    harness.user("alice").await;
    application(harness, "wiki").await;
    let own = mapping(&mut api, "minio", "return {'policy': 'readwrite', 'other': 1}").await;
    give(&mut api, "wiki", &["openid", &own]).await;
    let wanted = r#"{"id_token":{"policy":null},"userinfo":{"policy":{"essential":true}}}"#;
    let mut browser = harness.signed_in("alice").await;
    let code = code(&mut browser, "wiki", &[("scope", "openid"), ("claims", wanted)]).await;
    let tokens = json(&redeem(harness, "wiki", &code).await);
    let info = json(&userinfo(harness, &text(&tokens, "access_token")).await);
    for claims in [claims(&text(&tokens, "id_token")), info] {
        assert_eq!(claims["policy"], "readwrite");
        assert!(claims.get("other").is_none(), "only what was asked for");
    }
}

async fn entitlements_are_claims_and_variables(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    let bob = harness.user("bob").await;
    application(harness, "wiki").await;
    let group = json!({ "name": "editors", "users": [bob.id] });
    let editors = text(&api.post("/groups", &group).await.created(), "id");
    for (name, users, groups) in [
        ("publish", vec![alice.id.as_str()], vec![editors.as_str()]),
        ("review", vec![], vec![editors.as_str()]),
    ] {
        let body = json!({ "application": "wiki", "name": name, "users": users, "groups": groups });
        api.post("/entitlements", &body).await.created();
    }
    let source = "return {'mine': [e.name for e in user.app_entitlements(provider.application)]}";
    let own = mapping(&mut api, "mine", source).await;
    give(&mut api, "wiki", &["openid", "entitlements", &own]).await;
    for (who, expected) in [("alice", json!(["publish"])), ("bob", json!(["publish", "review"]))] {
        for claims in claims_of(harness, "wiki", who, "openid entitlements mine").await {
            assert_eq!(claims["entitlements"], expected, "{who}");
            assert_eq!(claims["roles"], expected, "{who}");
            assert_eq!(claims["mine"], expected, "{who}");
        }
    }
    let twice = json!({ "application": "wiki", "name": "publish" });
    assert_eq!(api.post("/entitlements", &twice).await.wrong(), ["name:taken"]);
    let wrong = json!({ "application": "none", "name": "", "users": ["user_x"] });
    let answer = api.post("/entitlements", &wrong).await.wrong();
    assert_eq!(answer, ["application:not_found", "name:required", "users:not_found"]);
}

async fn mappings_are_checked_when_they_are_saved(harness: &Harness) {
    let mut api = Api::new(harness).await;
    for (body, wrong) in [
        (json!({ "scope": "a", "expression": "return {}" }), "name:required"),
        (json!({ "name": "a", "expression": "return {}" }), "scope:required"),
        (json!({ "name": "a", "scope": "a" }), "expression:required"),
        (
            json!({ "name": "a", "scope": "a b", "expression": "return {}" }),
            "scope:invalid",
        ),
        (
            json!({ "name": "a", "scope": "user:email", "expression": "return {}" }),
            "scope:invalid",
        ),
        (
            json!({ "name": "a", "scope": "a", "expression": "return {" }),
            "expression:syntax",
        ),
        (
            json!({ "name": "a", "scope": "a", "expression": "import os\nreturn {}" }),
            "expression:syntax",
        ),
        (
            json!({ "name": "a", "scope": "a", "expression": "return {}", "managed": "x" }),
            "managed:read_only",
        ),
    ] {
        assert_eq!(api.post("/scope-mappings", &body).await.wrong(), [wrong], "{body}");
    }
    let body = json!({ "name": "a", "scope": "a", "expression": "x = 1\nreturn {'a': x +}" });
    let answer = api.post("/scope-mappings", &body).await;
    let message = answer.json["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("ine 2, column"), "{message}");
    let silent = json!({ "name": "a", "scope": "a", "expression": "x = 1" });
    let made = api.post("/scope-mappings", &silent).await.created();
    assert_eq!(made["warnings"][0]["code"], "no_return");
}

async fn managed_mappings_and_mappings_in_use_stay(harness: &Harness) {
    let mut api = Api::new(harness).await;
    application(harness, "wiki").await;
    let conflict = http::StatusCode::CONFLICT;
    api.patch("/scope-mappings/email", &json!({ "name": "x" }))
        .await
        .problem(conflict);
    api.delete("/scope-mappings/email").await.problem(conflict);
    let own = mapping(&mut api, "email", "return {'email_verified': True}").await;
    give(&mut api, "wiki", &["openid", "email", &own]).await;
    api.delete(&format!("/scope-mappings/{own}")).await.problem(conflict);
    give(&mut api, "wiki", &["openid"]).await;
    assert_eq!(api.delete(&format!("/scope-mappings/{own}")).await.status(), 204);
}

async fn a_token_of_another_application_can_be_made(harness: &Harness) {
    let mut api = Api::new(harness).await;
    harness.user("alice").await;
    application(harness, "wiki").await;
    application(harness, "shop").await;
    let source = "return {'shop_token': ak_create_jwt(request.user, 'shop', ['openid', 'email'], 'minutes=5'),\n  \
        'signed': ak_create_jwt_raw('shop', 'minutes=5', colour='red')}";
    let own = mapping(&mut api, "minio", source).await;
    give(&mut api, "wiki", &["openid", &own]).await;
    let [id_token, ..] = claims_of(harness, "wiki", "alice", "openid minio").await;
    let made = text(&id_token, "shop_token");
    assert!(is_active(harness, "shop", &made).await, "{id_token}");
    assert!(!is_active(harness, "wiki", &made).await);
    assert_eq!(json(&userinfo(harness, &made).await)["email"], "alice@example.com");
    let signed = claims(&text(&id_token, "signed"));
    assert_eq!((&signed["colour"], &signed["aud"]), (&json!("red"), &json!("shop")));
    assert!(
        !is_active(harness, "shop", &text(&id_token, "signed")).await,
        "signed claims open nothing"
    );
    // Encrypted, where the application that they are for wants it.
    let key = super::encryption::encrypted(&mut api, harness, "mail", KeyManagement::RsaOaep256, "A256CBC-HS512").await;
    let source = source.replace("'shop'", "'mail'");
    let patch = json!({ "expression": source });
    api.patch(&format!("/scope-mappings/{own}"), &patch).await.found();
    let [id_token, ..] = claims_of(harness, "wiki", "alice", "openid minio").await;
    for (name, typ) in [("shop_token", typ::ACCESS_TOKEN), ("signed", "raw+jwt")] {
        let made = text(&id_token, name);
        let claims = super::encryption::open(harness, "mail", &made, &key, typ).await;
        assert_eq!(claims["aud"], "mail", "{name}");
    }
}

async fn other_servers_are_called_only_when_the_settings_allow_it(harness: &Harness) {
    let mut api = Api::new(harness).await;
    for (source, setting) in [
        (
            "return {'x': requests.get('https://192.0.2.1/').text}",
            "expressions.requests",
        ),
        ("return {'x': resolve_dns('localhost', 4)}", "expressions.dns"),
        ("return {'x': reverse_dns('127.0.0.1')}", "expressions.dns"),
        (
            "return {'x': ak_send_email('a@example.com', 'subject', body='text')}",
            "mail",
        ),
    ] {
        let answer = api
            .post("/scope-mappings/test", &json!({ "expression": source }))
            .await
            .found();
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(setting), "{answer}");
    }
}

async fn a_preview_says_what_and_why(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    application(harness, "wiki").await;
    let own = mapping(
        &mut api,
        "minio",
        "ak_logger.info('hello')\nreturn {'policy': user.name}",
    )
    .await;
    let broken = mapping(&mut api, "broken", "return {'a': 1 / 0}").await;
    give(&mut api, "wiki", &["openid", "email", &own, &broken]).await;
    let policy = json!({ "name": "never", "expression": "ak_message('no')\nreturn False" });
    let policy = text(&api.post("/policies", &policy).await.created(), "id");
    api.post("/policy-bindings", &json!({ "target": "wiki", "policy": policy }))
        .await
        .created();
    let body = json!({ "user": "alice", "scopes": ["openid", "minio", "broken", "unknown"] });
    let preview = api.post("/applications/wiki/preview", &body).await.found();
    assert_eq!(preview["scopes"], json!(["broken", "minio", "openid"]));
    assert_eq!(preview["dropped_scopes"], json!(["unknown"]));
    assert_eq!(preview["access"]["passing"], false);
    assert_eq!(preview["access"]["messages"], json!(["no"]));
    assert_eq!(preview["access"]["verdicts"][0]["name"], "never");
    assert_eq!(preview["id_token"]["policy"], alice.name.as_str());
    assert_eq!(preview["id_token"]["iss"], "http://localhost:9000/application/o/wiki/");
    assert_eq!(preview["userinfo"]["sub"], preview["id_token"]["sub"]);
    let of = |scope: &str| {
        let mappings = preview["mappings"].as_array().unwrap();
        mappings.iter().find(|one| one["scope"] == scope).unwrap().clone()
    };
    assert_eq!(of("minio")["outcome"]["logs"][0]["text"], "hello");
    let error = of("broken")["outcome"]["error"]["message"].as_str().unwrap().to_owned();
    assert!(error.contains("ZeroDivisionError"), "{error}");
    assert!(
        harness.events("configuration_error").await.is_empty(),
        "a preview writes nothing"
    );
    let nobody = json!({ "user": "nobody" });
    assert_eq!(
        api.post("/applications/wiki/preview", &nobody).await.wrong(),
        ["user:not_found"]
    );
    let defaults = api
        .post("/applications/wiki/preview", &json!({ "user": "alice" }))
        .await
        .found();
    assert_eq!(
        defaults["scopes"],
        json!(["broken", "email", "minio", "openid"]),
        "default scopes"
    );
}

async fn an_expression_can_be_tried(harness: &Harness) {
    let mut api = Api::new(harness).await;
    harness.user("alice").await;
    application(harness, "wiki").await;
    let body = json!({ "expression": "return {'who': user.username, 'app': provider.application.slug, \
        'scopes': sorted(token.scope)}", "user": "alice", "application": "wiki", "scopes": ["b", "a"] });
    let answer = api.post("/scope-mappings/test", &body).await.found();
    assert_eq!(
        answer["value"],
        json!({ "who": "alice", "app": "wiki", "scopes": ["a", "b"] })
    );
    let body = json!({ "expression": "ak_message('hm')\nreturn 'x' in request.context['oauth_scopes'] and \
        request.context['extra'] == 5", "user": "alice", "context": { "oauth_scopes": ["x"], "extra": 5 } });
    let answer = api.post("/policies/test", &body).await.found();
    assert_eq!(
        (&answer["passing"], &answer["messages"]),
        (&json!(true), &json!(["hm"]))
    );
    let answer = api
        .post("/policies/test", &json!({ "expression": "return (" }))
        .await
        .found();
    assert!(
        answer["error"]["message"].as_str().unwrap().contains("line 1"),
        "{answer}"
    );
    assert_eq!(
        api.post("/policies/test", &json!({})).await.wrong(),
        ["expression:required"]
    );
    let event = json!({ "expression": "ak_create_event('x')\nreturn True" });
    assert_eq!(api.post("/policies/test", &event).await.found()["passing"], true);
    assert!(harness.events("custom_x").await.is_empty(), "a trial writes nothing");
    let mut reader = Api::with_permissions(harness, &["policies:read"]).await;
    reader
        .post("/policies/test", &event)
        .await
        .problem(http::StatusCode::FORBIDDEN);
}
