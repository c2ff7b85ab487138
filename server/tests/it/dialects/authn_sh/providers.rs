//! Making, reading, changing and deleting providers: sections 2 to 5 and 7.

use http::StatusCode;
use protocol::upstream::{Made, SourceAuthMethod, UserMatchingMode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::support::{Pretend, Program, path_of, signs_in, with, without};
use crate::api::support::Api;
use crate::harness::{BEGINNING, Harness, on_both};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_2_1_a_provider_has_exactly_these_members,
    a_2_3_the_redirect_uri_is_computed_and_nobody_sets_it,
    a_2_5_no_answer_holds_the_secret,
    a_3_6_without_a_secret_it_is_protected_by_pkce,
    a_3_8_a_key_is_taken_once,
    a_3_9_nothing_is_asked_and_nothing_is_fetched_by_default,
    a_3_11_an_issuer_of_plain_oauth_is_ignored,
    a_4_1_only_what_is_named_changes,
    a_4_2_kind_and_key_never_change,
    a_4_3_the_secret_is_kept_cleared_or_replaced,
    a_4_4_objects_and_lists_are_replaced_whole,
    a_4_5_links_stay_as_they_are_when_the_provider_changes,
    a_5_1_the_list_has_all_of_them_in_the_order_of_their_making,
    a_5_3_a_provider_with_accounts_is_not_deleted,
    a_5_5_a_key_is_free_again,
);

async fn a_2_1_a_provider_has_exactly_these_members(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&pretend.mapped()).await;
    let id = made["id"].as_str().expect("an id").to_owned();
    assert!(id.starts_with("oauthp_") && id.len() == 33, "{id}");
    let base = &pretend.base;
    let now = BEGINNING / 1000;
    let expected = json!({
        "id": id, "object": "oauth_provider", "provider_kind": "custom_oauth2", "provider_key": "legacy_idp",
        "name": "Legacy IdP", "enabled": true, "allow_sign_in": true, "allow_sign_up": true,
        "block_email_subaddresses": false, "client_id": "vestibule", "scopes": ["read_profile", "read_email"],
        "additional_authorization_params": {},
        "attribute_mapping": {
            "email_address": "email", "provider_user_id": "id", "first_name": "name", "profile_image_url": "avatar_url",
        },
        "redirect_uri": "http://localhost:9000/v1/oauth-callback/legacy_idp", "issuer": null, "discovery_endpoint": null,
        "authorization_endpoint": format!("{base}/oauth/authorize"), "token_endpoint": format!("{base}/oauth/token"),
        "userinfo_endpoint": format!("{base}/api/me"), "jwks_uri": null, "id_token_signing_algs": [],
        "userinfo_method": "GET", "userinfo_auth": "bearer", "created_at": now, "updated_at": now,
    });
    assert_eq!(made, expected);
    let read = program.get(&path_of(&made)).await;
    assert_eq!(read.answer.header("cache-control"), Some("no-store"));
    assert_eq!(read.object(StatusCode::OK), expected);
    // What is stored: the defaults of this interface.
    let stored = harness.app.store.load_source_by_key("legacy_idp").await;
    let stored = stored.expect("a database").expect("a source");
    let source = &stored.source;
    assert_eq!(source.made, Made::AuthnSh);
    assert_eq!(source.user_matching_mode, UserMatchingMode::VerifiedEmailLink);
    assert_eq!(source.token_endpoint_auth_method, SourceAuthMethod::ClientSecretPost);
    let secret = stored.secrets.client_secret.as_ref().expect("a secret");
    assert_eq!(secret.expose_secret(), "the secret at the provider");
    assert_eq!(harness.events("source_created").await.len(), 1);
}

async fn a_2_3_the_redirect_uri_is_computed_and_nobody_sets_it(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let own = json!({ "redirect_uri": "https://evil.example/cb" });
    let refused = program.post("/oauth-providers", &with(pretend.wizard(), &own)).await;
    assert_eq!(refused.wrong(), ["redirect_uri:form_param_unknown"]);
    let made = program.make(&pretend.wizard()).await;
    assert_eq!(
        program.patch(&path_of(&made), &own).await.wrong(),
        ["redirect_uri:form_param_unknown"]
    );
    let mut client = harness.client();
    let left = client.get("/source/oauth/login/legacy_idp/").await;
    assert_eq!(left.parameter("redirect_uri").as_deref(), made["redirect_uri"].as_str());
}

async fn a_2_5_no_answer_holds_the_secret(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&pretend.mapped()).await;
    let path = path_of(&made);
    let answers = [
        program.get(&path).await,
        program.get("/oauth-providers").await,
        program
            .patch(&path, &json!({ "client_secret": "another secret" }))
            .await,
        program.post(&format!("{path}/test"), &json!({})).await,
        program.post("/oauth-providers", &pretend.mapped()).await,
    ];
    for answer in answers
        .iter()
        .map(|reply| &reply.answer.body)
        .chain([&made.to_string()])
    {
        assert!(!answer.contains("secret"), "{answer}");
    }
    assert_eq!(answers[2].answer.status, StatusCode::OK);
}

async fn a_3_6_without_a_secret_it_is_protected_by_pkce(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    for (key, secret) in [
        ("absent", None),
        ("null", Some(Value::Null)),
        ("empty", Some(json!(""))),
    ] {
        let body = with(
            without(pretend.wizard(), "client_secret"),
            &json!({ "provider_key": key }),
        );
        let body = match secret {
            Some(secret) => with(body, &json!({ "client_secret": secret })),
            None => body,
        };
        program.make(&body).await;
        signs_in(harness, key).await;
        let call = pretend.seen("/oauth/token").pop().expect("a call");
        assert_eq!(call.form("client_id").as_deref(), Some("vestibule"));
        assert_eq!(call.form("client_secret"), None);
        assert!(
            call.form("code_verifier").is_some_and(|verifier| verifier.len() >= 43),
            "{key}"
        );
    }
}

async fn a_3_8_a_key_is_taken_once(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    program.make(&pretend.wizard()).await;
    let again = program.post("/oauth-providers", &pretend.wizard()).await;
    assert_eq!(again.refused(StatusCode::CONFLICT), ["oauth_provider_exists"]);
    // A source that can not be said here has its key all the same.
    let mut api = Api::new(harness).await;
    let trusted = json!({ "key": "ci", "name": "CI", "kind": "oidc", "jwks": { "keys": [] } });
    api.post("/sources", &trusted).await.created();
    let taken = with(pretend.wizard(), &json!({ "provider_key": "ci" }));
    let refused = program.post("/oauth-providers", &taken).await;
    assert_eq!(refused.refused(StatusCode::CONFLICT), ["oauth_provider_exists"]);
}

async fn a_3_9_nothing_is_asked_and_nothing_is_fetched_by_default(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&without(pretend.wizard(), "scopes")).await;
    assert_eq!(made["scopes"], json!([]));
    assert_eq!(made["attribute_mapping"], json!({}), "A-3.14: it is mapped later");
    assert_eq!(pretend.count(), 0, "A-3.12");
    let left = harness.client().get("/source/oauth/login/legacy_idp/").await;
    assert_eq!(left.parameter("scope"), None, "A-9.2");
}

async fn a_3_11_an_issuer_of_plain_oauth_is_ignored(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let issuer = json!({ "issuer": pretend.base });
    let made = program.make(&with(pretend.wizard(), &issuer)).await;
    assert_eq!(made["issuer"], Value::Null);
    let changed = program.patch(&path_of(&made), &issuer).await.object(StatusCode::OK);
    assert_eq!(changed["issuer"], Value::Null);
    let stored = harness.app.store.load_source_by_key("legacy_idp").await;
    assert_eq!(stored.expect("a database").expect("a source").source.issuer, None);
}

async fn a_4_1_only_what_is_named_changes(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&pretend.mapped()).await;
    let path = path_of(&made);
    harness.advance(7);
    let table = [
        ("name", json!("Renamed")),
        ("enabled", json!(false)),
        ("allow_sign_in", json!(false)),
        ("allow_sign_up", json!(false)),
        ("block_email_subaddresses", json!(true)),
        ("client_id", json!("another")),
        ("scopes", json!(["one"])),
        ("additional_authorization_params", json!({ "prompt": "login" })),
        ("attribute_mapping", json!({ "provider_user_id": "uid" })),
        ("authorization_endpoint", json!("https://idp.example/authorize")),
        ("userinfo_endpoint", json!(format!("{}/v2/me", pretend.base))),
        ("userinfo_method", json!("POST")),
        ("userinfo_auth", json!("query")),
    ];
    let mut expected = with(made, &json!({ "updated_at": BEGINNING / 1000 + 7000 }));
    for (name, value) in table {
        let change = json!({ name: value });
        expected = with(expected, &change);
        let changed = program.patch(&path, &change).await.object(StatusCode::OK);
        assert_eq!(changed, expected, "{name}");
    }
    assert_eq!(program.get(&path).await.object(StatusCode::OK), expected);
    // A changed token endpoint wants the secret that goes there (contract, section 7).
    let elsewhere = format!("{}/elsewhere", pretend.base);
    let moved = program.patch(&path, &json!({ "token_endpoint": elsewhere })).await;
    assert_eq!(moved.wrong(), ["client_secret:form_param_nil"]);
    let entered = json!({ "token_endpoint": elsewhere, "client_secret": "entered again" });
    assert_eq!(
        program.patch(&path, &entered).await.object(StatusCode::OK)["token_endpoint"],
        elsewhere.as_str()
    );
    assert_eq!(pretend.count(), 0, "nothing of plain OAuth 2.0 is fetched");
}

async fn a_4_2_kind_and_key_never_change(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&pretend.mapped()).await;
    let path = path_of(&made);
    let other = json!({ "provider_kind": "custom_oidc", "provider_key": "other", "name": "Other" });
    assert_eq!(
        program.patch(&path, &other).await.wrong(),
        [
            "provider_kind:form_param_format_invalid",
            "provider_key:form_param_format_invalid"
        ]
    );
    assert_eq!(
        program.get(&path).await.object(StatusCode::OK),
        made,
        "nothing has changed"
    );
    let same = json!({ "provider_kind": "custom_oauth2", "provider_key": "legacy_idp", "name": "Renamed" });
    assert_eq!(
        program.patch(&path, &same).await.object(StatusCode::OK)["name"],
        "Renamed"
    );
}

async fn a_4_3_the_secret_is_kept_cleared_or_replaced(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let path = path_of(&program.make(&pretend.mapped()).await);
    let table = [
        (json!({ "name": "Renamed" }), Some("the secret at the provider")),
        (json!({ "client_secret": "" }), Some("the secret at the provider")),
        (json!({ "client_secret": "rotated" }), Some("rotated")),
        (json!({ "client_secret": null }), None),
    ];
    for (change, expected) in table {
        program.patch(&path, &change).await.object(StatusCode::OK);
        signs_in(harness, "legacy_idp").await;
        let call = pretend.seen("/oauth/token").pop().expect("a call");
        assert_eq!(call.form("client_secret").as_deref(), expected, "{change}");
    }
}

async fn a_4_4_objects_and_lists_are_replaced_whole(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let more = json!({ "additional_authorization_params": { "prompt": "login", "hd": "acme.example" } });
    let path = path_of(&program.make(&with(pretend.mapped(), &more)).await);
    let change = json!({
        "additional_authorization_params": { "acr": "2" }, "scopes": ["only"],
        "attribute_mapping": { "provider_user_id": "uid" },
    });
    let changed = program.patch(&path, &change).await.object(StatusCode::OK);
    for name in ["additional_authorization_params", "scopes", "attribute_mapping"] {
        assert_eq!(changed[name], change[name], "{name}");
    }
    let emptied = json!({ "additional_authorization_params": {}, "scopes": [], "attribute_mapping": {} });
    let changed = program.patch(&path, &emptied).await.object(StatusCode::OK);
    for name in ["additional_authorization_params", "scopes", "attribute_mapping"] {
        assert_eq!(changed[name], emptied[name], "A-2.4: {name}");
    }
}

async fn a_4_5_links_stay_as_they_are_when_the_provider_changes(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let path = path_of(&program.make(&pretend.mapped()).await);
    signs_in(harness, "legacy_idp").await;
    let before = program.accounts("").await;
    harness.advance(5);
    let change = json!({
        "name": "Renamed", "client_secret": "rotated", "scopes": ["other"], "enabled": false, "allow_sign_in": false,
    });
    program.patch(&path, &change).await.object(StatusCode::OK);
    assert_eq!(
        program.accounts("").await,
        before,
        "A-4.7: its label is that of the day it was linked"
    );
    assert_eq!(before[0]["provider"], "Legacy IdP");
    // at the next sign-in the new scopes are what was granted.
    let on = json!({ "enabled": true, "allow_sign_in": true });
    program.patch(&path, &on).await.object(StatusCode::OK);
    signs_in(harness, "legacy_idp").await;
    let after = program.accounts("").await;
    assert_eq!(
        (&after[0]["scopes"], &after[0]["provider"]),
        (&json!(["other"]), &json!("Legacy IdP"))
    );
}

async fn a_5_1_the_list_has_all_of_them_in_the_order_of_their_making(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let empty = program.get("/oauth-providers").await.object(StatusCode::OK);
    assert_eq!(empty, json!({ "data": [], "total_count": 0 }));
    let mut made = Vec::new();
    for number in 0..12 {
        let key = format!("p{}", 11 - number);
        let more = json!({ "provider_key": key, "name": key, "enabled": number % 2 == 0 });
        made.push(program.make(&with(pretend.wizard(), &more)).await);
        harness.advance(1);
    }
    let table = [
        ("", 0..10),
        ("?limit=3", 0..3),
        ("?limit=3&offset=10", 10..12),
        ("?limit=500", 0..12),
        ("?offset=12", 12..12),
        ("?offset=2147483647", 12..12),
    ];
    for (query, expected) in table {
        let found = program.get(&format!("/oauth-providers{query}")).await;
        let expected = json!({ "data": made[expected], "total_count": 12 });
        assert_eq!(found.object(StatusCode::OK), expected, "{query}");
    }
    for (query, expected) in [
        ("?limit=0", "limit:form_param_format_invalid"),
        ("?limit=501", "limit:form_param_format_invalid"),
        ("?limit=ten", "limit:form_param_format_invalid"),
        ("?offset=-1", "offset:form_param_format_invalid"),
        ("?cursor=x", "cursor:form_param_unknown"),
        ("?limit=1&limit=2", "query:form_param_format_invalid"),
        ("?limit=%FF", "query:form_param_format_invalid"),
    ] {
        assert_eq!(
            program.get(&format!("/oauth-providers{query}")).await.wrong(),
            [expected],
            "{query}"
        );
    }
}

async fn a_5_3_a_provider_with_accounts_is_not_deleted(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&pretend.mapped()).await;
    let path = path_of(&made);
    signs_in(harness, "legacy_idp").await;
    let refused = program.delete(&path).await;
    assert_eq!(refused.refused(StatusCode::CONFLICT), ["oauth_provider_in_use"]);
    assert_eq!(program.get(&path).await.object(StatusCode::OK), made);
    // The write itself holds to it: somebody may have come after it was looked at.
    let store = &harness.app.store;
    let stored = store.load_source_by_key("legacy_idp").await;
    let source = stored.expect("a database").expect("a source").source;
    let statement = store.delete_unused_source(&source.id, source.version);
    let missed = store.commit_statements(vec![statement], Vec::new()).await;
    assert!(matches!(missed, Err(store::StoreError::Conflict)), "{missed:?}");
    let account = program.accounts("").await.remove(0);
    assert_eq!(
        program.delete(&path_of(&account)).await.answer.status,
        StatusCode::NO_CONTENT
    );
    let deleted = program.delete(&path).await.answer;
    assert_eq!(
        (deleted.status, deleted.body.as_str()),
        (StatusCode::NO_CONTENT, ""),
        "A-5.4"
    );
    let gone = program.delete(&path).await;
    assert_eq!(gone.refused(StatusCode::NOT_FOUND), ["oauth_provider_not_found"]);
    assert_eq!(harness.events("source_deleted").await.len(), 1);
}

async fn a_5_5_a_key_is_free_again(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let first = program.make(&pretend.mapped()).await;
    signs_in(harness, "legacy_idp").await;
    // Administrators can delete natively what is in use; the links outlive it.
    let mut api = Api::new(harness).await;
    assert_eq!(api.delete("/sources/legacy_idp").await.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        harness.client().get("/source/oauth/login/legacy_idp/").await.status,
        StatusCode::NOT_FOUND
    );
    let left = program.accounts("").await;
    assert_eq!(
        (&left[0]["provider"], &left[0]["provider_key"]),
        (&json!("Legacy IdP"), &json!("legacy_idp"))
    );
    let second = program.make(&pretend.mapped()).await;
    assert_ne!(second["id"], first["id"]);
    // Whoever comes now is somebody new to the new provider.
    signs_in(harness, "legacy_idp").await;
    assert_eq!(program.accounts("").await.len(), 2);
}
