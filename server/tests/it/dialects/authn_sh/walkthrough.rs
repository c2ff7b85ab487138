//! The walkthrough of authn.sh's document for `custom_oauth2`, from its wizard to its end, step by step.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::support::{Pretend, Program, alice, callback, leave, path_of, sign_in, signs_in, with, without};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    from_the_wizard_to_the_end,
    step_6_the_verified_signal_joins_people_and_its_absence_never,
    userinfo_by_post_with_the_token_in_the_body,
    userinfo_by_basic_with_the_token_as_user_name,
    userinfo_by_bearer_and_by_query,
    nested_paths_and_names_that_are_not_there,
);

async fn from_the_wizard_to_the_end(harness: &Harness) {
    let (pretend, mut program, mut api) = (
        Pretend::start().await,
        Program::new(harness).await,
        Api::new(harness).await,
    );
    let extra = json!({ "group_ids": [7, 9], "team_slug": "blue" });
    pretend.says("/api/me", 200, &with(alice(), &extra));
    // Steps 1 and 2: the wizard, not switched on yet, without a mapping.
    let made = program
        .make(&with(pretend.wizard(), &json!({ "enabled": false })))
        .await;
    let path = path_of(&made);
    assert_eq!(pretend.count(), 0, "nothing is fetched");
    // Step 3: the redirect URI to register.
    let redirect_uri = made["redirect_uri"].as_str().expect("an address").to_owned();
    assert_eq!(redirect_uri, "http://localhost:9000/v1/oauth-callback/legacy_idp");
    // Step 4: the mapping.
    let mapping = pretend.mapped()["attribute_mapping"].clone();
    let mapped = program.patch(&path, &json!({ "attribute_mapping": mapping })).await;
    assert_eq!(mapped.object(StatusCode::OK)["attribute_mapping"], mapping);
    // Step 5: the test.
    pretend.says("/api/me", 401, &json!({}));
    let tested = program
        .post(&format!("{path}/test"), &json!({}))
        .await
        .object(StatusCode::OK);
    assert_eq!(
        (&tested["userinfo_status"], &tested["errors"]),
        (&json!(401), &json!([]))
    );
    let address: url::Url = tested["authorize_url"]
        .as_str()
        .expect("text")
        .parse()
        .expect("an address");
    let shown = |name: &str| {
        address
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    assert_eq!(shown("client_id").as_deref(), Some("vestibule"));
    assert_eq!(shown("redirect_uri"), Some(redirect_uri.clone()));
    assert_eq!(shown("scope").as_deref(), Some("read_profile read_email"));
    // Step 7: switched on.
    assert!(!harness.client().get("/login").await.has("a.source"));
    program
        .patch(&path, &json!({ "enabled": true }))
        .await
        .object(StatusCode::OK);
    let page = harness.client().get("/login").await;
    assert!(page.has("a[data-source=legacy_idp]") && page.body.contains("Legacy IdP"));
    // Somebody signs in.
    pretend.says("/api/me", 200, &with(alice(), &extra));
    let client = signs_in(harness, "legacy_idp").await;
    assert!(client.cookie("vestibule_session").is_some());
    let call = pretend.seen("/oauth/token").remove(0);
    assert_eq!(call.method, Method::POST);
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "the code"),
        ("redirect_uri", redirect_uri.as_str()),
        ("client_id", "vestibule"),
        ("client_secret", "the secret at the provider"),
    ] {
        assert_eq!(call.form(name).as_deref(), Some(value), "A-11.1: {name}");
    }
    assert!(
        !call.headers.contains_key(header::AUTHORIZATION),
        "the secret stands in one place"
    );
    let account = program.accounts("").await.remove(0);
    assert_eq!(account["provider_user_id"], "42", "a number is kept as text");
    assert_eq!(account["public_metadata"], extra, "what is not mapped is kept");
    assert_eq!(
        (&account["verified"], &account["scopes"]),
        (&json!(false), &json!(["read_profile", "read_email"]))
    );
    let native = api.get("/external-accounts").await.found();
    let user = native["items"][0]["user"].as_str().expect("a user");
    let user = api.get(&format!("/users/{user}")).await.found();
    assert_eq!(user["given_name"], "Alice Smith");
    assert_eq!(user["family_name"], Value::Null);
    assert_eq!(user["picture"], "https://idp.legacy.example/avatars/42.png");
    assert_eq!(
        user["email"],
        Value::Null,
        "A-15.8: an unverified address stays on the account alone"
    );
}

async fn step_6_the_verified_signal_joins_people_and_its_absence_never(harness: &Harness) {
    let (pretend, mut program, mut api) = (
        Pretend::start().await,
        Program::new(harness).await,
        Api::new(harness).await,
    );
    let known = harness
        .user_with("alice", |user| {
            user.email = Some("alice@acme.example".to_owned());
            user.email_verified = true;
        })
        .await;
    let mapping = |signal: Option<&str>| {
        let mut mapping = json!({ "email_address": "email", "provider_user_id": "id" });
        if let Some(signal) = signal {
            mapping["_verified"] = json!(signal);
        }
        json!({ "attribute_mapping": mapping })
    };
    // A-14.1 to A-14.5: what the signal is, and whether the person is joined with the one who has the address.
    let table = [
        (None, json!({ "email_verified": true, "verified_email": true }), false),
        (Some("email_confirmed_at"), json!({}), false),
        (Some("email_confirmed_at"), json!({ "email_confirmed_at": null }), false),
        (Some("email_confirmed_at"), json!({ "email_confirmed_at": "" }), false),
        (Some("email_confirmed_at"), json!({ "email_confirmed_at": 0 }), false),
        (
            Some("email_confirmed_at"),
            json!({ "email_confirmed_at": false }),
            false,
        ),
        (Some("email_confirmed_at"), json!({ "email_confirmed_at": [1] }), false),
        (
            Some("email_confirmed_at"),
            json!({ "email_confirmed_at": { "at": 1 } }),
            false,
        ),
        (
            Some("email_confirmed_at"),
            json!({ "email_confirmed_at": "2025-03-01T10:00:00Z" }),
            true,
        ),
        (
            Some("email_confirmed_at"),
            json!({ "email_confirmed_at": "false" }),
            true,
        ),
        (Some("email_confirmed_at"), json!({ "email_confirmed_at": 1 }), true),
        (Some("flags.email"), json!({ "flags": { "email": true } }), true),
    ];
    for (number, (signal, said, joined)) in table.into_iter().enumerate() {
        let key = format!("legacy_{number}");
        let body = with(
            with(pretend.wizard(), &mapping(signal)),
            &json!({ "provider_key": key }),
        );
        program.make(&body).await;
        // Upper and lower case do not matter (A-15.12), and the spelling of the provider is kept.
        let person = json!({ "email": "Alice@Acme.example" });
        pretend.says("/api/me", 200, &with(with(alice(), &person), &said));
        signs_in(harness, &key).await;
        let native = api.get(&format!("/external-accounts?source={key}")).await.found();
        let account = &native["items"][0];
        assert_eq!(account["verified"], joined, "{said}");
        assert_eq!(account["email_address"], "Alice@Acme.example");
        assert_eq!(account["user"] == known.id.as_str(), joined, "{said}");
    }
}

async fn userinfo_by_post_with_the_token_in_the_body(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let shape = json!({ "userinfo_method": "POST", "userinfo_auth": "query" });
    program.make(&with(pretend.mapped(), &shape)).await;
    signs_in(harness, "legacy_idp").await;
    let call = pretend.seen("/api/me").remove(0);
    assert_eq!((call.method, call.query.as_str()), (Method::POST, ""), "A-12.7");
    assert_eq!(call.body, "access_token=the+access+token", "A-12.6");
    assert_eq!(call.headers[header::CONTENT_TYPE], "application/x-www-form-urlencoded");
    assert!(!call.headers.contains_key(header::AUTHORIZATION));
    assert_eq!(program.accounts("").await[0]["provider_user_id"], "42");
}

async fn userinfo_by_basic_with_the_token_as_user_name(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    program
        .make(&with(pretend.mapped(), &json!({ "userinfo_auth": "basic" })))
        .await;
    signs_in(harness, "legacy_idp").await;
    let call = pretend.seen("/api/me").remove(0);
    let expected = format!("Basic {}", STANDARD.encode("the access token:"));
    assert_eq!(call.headers[header::AUTHORIZATION], expected.as_str(), "A-12.2");
    assert_eq!((call.method, call.query.as_str()), (Method::GET, ""));
}

async fn userinfo_by_bearer_and_by_query(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    for (key, auth, authorization, query) in [
        ("by_bearer", "bearer", Some("Bearer the access token"), ""),
        ("by_query", "query", None, "access_token=the+access+token"),
    ] {
        let shape = json!({ "provider_key": key, "userinfo_auth": auth });
        program.make(&with(pretend.mapped(), &shape)).await;
        signs_in(harness, key).await;
        let call = pretend.seen("/api/me").pop().expect("a call");
        let sent = call.headers.get(header::AUTHORIZATION);
        let sent = sent.map(|value| value.to_str().expect("text"));
        assert_eq!((call.method, sent), (Method::GET, authorization), "{auth}");
        assert_eq!((call.query.as_str(), call.body.as_str()), (query, ""), "{auth}");
    }
}

async fn nested_paths_and_names_that_are_not_there(harness: &Harness) {
    let (pretend, mut program, mut api) = (
        Pretend::start().await,
        Program::new(harness).await,
        Api::new(harness).await,
    );
    let mapping = json!({ "attribute_mapping": {
        "provider_user_id": "uid", "email_address": "contact.mail", "first_name": "name.first", "last_name": "name.last",
    }});
    program.make(&with(without(pretend.wizard(), "scopes"), &mapping)).await;
    let profile = r#"{"uid": 9007199254740993, "contact": {"mail": "a@acme.example", "phone": "+31"}, "name": {"first": "Alice"}}"#;
    pretend.says("/api/me", 200, &json!(profile));
    let mut client = harness.client();
    let left = leave(&mut client, "legacy_idp").await;
    assert_eq!(left.parameter("scope"), None);
    let answer = client.get(&callback(&left, &[("code", "c")])).await;
    assert_eq!(answer.location(), Some("/"), "{}", answer.body);
    let account = program.accounts("").await.remove(0);
    assert_eq!(
        account["provider_user_id"], "9007199254740993",
        "A-13.5: digit by digit"
    );
    assert_eq!(
        account["public_metadata"],
        json!({ "contact": { "phone": "+31" } }),
        "A-13.6: the consumed leaf goes"
    );
    assert_eq!(account["scopes"], json!([]));
    let user = api.get("/users").await.found()["items"][0].clone();
    assert_eq!(
        (&user["given_name"], &user["family_name"]),
        (&json!("Alice"), &Value::Null),
        "A-13.3"
    );
    // A-13.9: names are those of the first time, the picture is that of now.
    let renamed =
        json!({ "uid": "9007199254740993", "contact": { "mail": "a@acme.example" }, "name": { "first": "Bob" } });
    pretend.says("/api/me", 200, &renamed);
    assert_eq!(sign_in(&mut harness.client(), "legacy_idp").await.location(), Some("/"));
    assert_eq!(program.accounts("").await.len(), 1);
}
