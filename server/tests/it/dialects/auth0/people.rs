//! The person behind a profile, as `/api/v2/users/{id}` shows them (section 11), and what becomes of them with their connection
//! (B-5.9).

use http::StatusCode;
use serde_json::{Value, json};

use super::support::{Management, fetching, leading, path, shop, through};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};
use crate::sources::support::{Sample, accounts, count_users};

fn of(id: &str) -> String {
    format!(
        "/users/{}",
        url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>()
    )
}

/// What a script of a connection returns, with the identifier of the sample.
const RICH: &str = "{
    user_id: 'auth0|' + bodyParsed.id, email: 'Noor@Harbor.test', desk: 'B7', teams: ['a', {b: 1}], given_name: 'Noor',
    family_name: 'Haven', phone_number: '+31201234567', email_verified: true,
    user_metadata: {lang: 'nl'}, app_metadata: {plan: 1}, logins_count: 99, identities: [1], created_at: 'never', ssn: '1-2-3'
}";

async fn the_document_of_a_person(harness: &Harness) {
    let sample = Sample::start(harness).await;
    shop(harness).await;
    let mut management = Management::new(harness).await;
    let mut body = leading(&sample, "harbor-hr", "bob", &fetching(&sample, RICH));
    body["options"]["non_persistent_attrs"] = json!(["ssn"]);
    management.make(&body).await;
    through(harness, &mut harness.client(), "harbor-hr").await;
    harness.advance(60);
    through(harness, &mut harness.client().at_address("203.0.113.9"), "harbor-hr").await;
    let mut reader = Management::with(harness, &["read:users"]).await;
    // B-11.4
    let id = "oauth2|harbor-hr|auth0|42";
    let read = reader.get(&of(id)).await.is(StatusCode::OK);
    let username = read["username"].as_str().expect("a user name").to_owned();
    assert!(username.starts_with("harbor-hr-"), "{username}");
    let picture = read["picture"].as_str().expect("a picture").to_owned();
    let identity =
        json!({ "provider": "oauth2", "user_id": "harbor-hr|auth0|42", "connection": "harbor-hr", "isSocial": true });
    let expected = json!({
        "user_id": id, "email": "Noor@Harbor.test", "email_verified": true, "name": "Noor Haven", "nickname": "Noor",
        "given_name": "Noor", "family_name": "Haven", "phone_number": "+31201234567", "picture": picture, "desk": "B7", "teams": ["a", { "b": 1 }], "username": username,
        "user_metadata": { "lang": "nl" }, "app_metadata": { "plan": 1 }, "identities": [identity],
        "created_at": "2026-11-21T00:00:00.000Z", "updated_at": "2026-11-21T00:01:00.000Z",
        "last_login": "2026-11-21T00:01:00.000Z", "last_ip": "203.0.113.9", "logins_count": 2,
    });
    assert_eq!(read, expected);
    // B-11.3
    let mut trusted = Management::with(harness, &["read:users", "read:user_idp_tokens"]).await;
    let read = trusted.get(&of(id)).await.is(StatusCode::OK);
    assert!(read["identities"][0]["access_token"].as_str().expect("a token").len() > 20);
    assert!(read["identities"][0]["refresh_token"].is_string());
    let chosen = reader
        .get(&format!("{}?fields=desk,user_id", of(id)))
        .await
        .is(StatusCode::OK);
    assert_eq!(chosen, json!({ "user_id": id, "desk": "B7" }));
    // Under our own id it is the same person.
    let users = Api::new(harness).await.get("/users").await.found();
    let own = users["items"][0]["id"].as_str().unwrap();
    assert_eq!(reader.get(&of(own)).await.is(StatusCode::OK), expected);
    // Policies and mappings see the metadata; nothing of what is not to be stored is.
    assert_eq!(users["items"][0]["attributes"]["app_metadata"], json!({ "plan": 1 }));
    let stored = accounts(&mut Api::new(harness).await, "harbor-hr").await;
    assert!(!stored[0].to_string().contains("1-2-3"), "{}", stored[0]);
    for unknown in [
        "oauth2|harbor-hr|43",
        "oauth2|nobody|42",
        "auth0|1",
        "user_01J9ZK3M5N7P9Q1R3S5T7V9X1Z",
        "x",
    ] {
        let reply = reader.get(&of(unknown)).await;
        let message = reply.refused(StatusCode::NOT_FOUND, "inexistent_user");
        assert_eq!(message, "The user does not exist.", "{unknown}");
    }
    let reply = reader.get("/users/oauth2%7Cx%7C%00").await;
    reply.refused(StatusCode::BAD_REQUEST, "invalid_uri");
}

/// What Rules did there for every connection, a property mapping of all sources does here.
async fn a_mapping_of_all_sources_counts_for_every_connection(harness: &Harness) {
    let sample = Sample::start(harness).await;
    shop(harness).await;
    let (mut management, mut api) = (Management::new(harness).await, Api::new(harness).await);
    let expression = "return {\"attributes\": {\"place\": source[\"slug\"] + \" \" + info[\"desk\"]}}";
    let mapping = json!({ "name": "place", "expression": expression, "all_sources": true });
    api.post("/property-mappings", &mapping).await.created();
    let script = fetching(&sample, "{ user_id: bodyParsed.id, desk: 'B7' }");
    for name in ["harbor", "quay"] {
        management.make(&leading(&sample, name, "bob", &script)).await;
        through(harness, &mut harness.client(), name).await;
        let account = accounts(&mut api, name).await.remove(0);
        let user = format!("/users/{}", account["user"].as_str().unwrap());
        let user = api.get(&user).await.found();
        assert_eq!(user["attributes"]["place"], json!(format!("{name} B7")), "{user}");
    }
    assert_eq!(count_users(&mut api).await, 2);
}

async fn attributes_follow_the_setting(harness: &Harness) {
    let sample = Sample::start(harness).await;
    shop(harness).await;
    let mut management = Management::new(harness).await;
    let script = |name: &str| {
        fetching(
            &sample,
            &format!("{{ user_id: bodyParsed.id, name: '{name}', mail: 'a@harbor.test' }}"),
        )
    };
    // B-11.10, B-2.18
    for (mode, after) in [("on_each_login", "Second"), ("on_first_login", "First")] {
        let name = mode.replace('_', "-");
        let mut body = leading(&sample, &name, "bob", &script("First"));
        body["options"]["set_user_root_attributes"] = json!(mode);
        body["options"]["fieldsMap"] = json!({ "mail": "email" });
        let made = management.make(&body).await;
        through(harness, &mut harness.client(), &name).await;
        body["options"]["scripts"]["fetchUserProfile"] = json!(script("Second"));
        management
            .patch(&path(&made), &json!({ "options": body["options"] }))
            .await
            .is(StatusCode::OK);
        through(harness, &mut harness.client(), &name).await;
        let read = management
            .get(&of(&format!("oauth2|{name}|42")))
            .await
            .is(StatusCode::OK);
        assert_eq!([&read["name"], &read["email"]], [after, "a@harbor.test"], "{mode}");
        assert_eq!(read.get("mail"), None);
    }
    let mut body = leading(&sample, "never", "bob", &script("First"));
    body["options"]["set_user_root_attributes"] = json!("never_on_login");
    management.make(&body).await;
    let back = through(harness, &mut harness.client(), "never").await;
    assert_eq!(
        back.parameter("error").as_deref(),
        Some("access_denied"),
        "{:?}",
        back.location()
    );
    // B-11.11: the same verified person at two connections is two users.
    assert_eq!(count_users(&mut Api::new(harness).await).await, 2);
}

async fn people_go_with_their_connection(harness: &Harness) {
    let sample = Sample::start(harness).await;
    shop(harness).await;
    let (mut management, mut api) = (Management::new(harness).await, Api::new(harness).await);
    let script = fetching(&sample, "{ user_id: bodyParsed.id, email: bodyParsed.email }");
    let mut made = Value::Null;
    for person in ["bob", "carol", "dave"] {
        let mut body = leading(&sample, "harbor", person, &script);
        if made.is_null() {
            made = management.make(&body).await;
        }
        body["options"]["authParams"]["as"] = json!(person);
        management
            .patch(&path(&made), &json!({ "options": body["options"] }))
            .await
            .is(StatusCode::OK);
        through(harness, &mut harness.client(), "harbor").await;
    }
    assert_eq!(count_users(&mut api).await, 3);
    // Carol gets another way in, and stays.
    let carol = management.get(&of("oauth2|harbor|43")).await.is(StatusCode::OK);
    let carol = carol["username"].as_str().unwrap().to_owned();
    let reply = api
        .post(
            &format!("/users/{carol}/password"),
            &json!({ "password": "correct horse battery" }),
        )
        .await;
    assert_eq!(reply.status(), StatusCode::NO_CONTENT, "{}", reply.answer.body);
    let mut deleter = Management::with(harness, &["delete:connections"]).await;
    deleter.delete(&path(&made)).await.is(StatusCode::ACCEPTED);
    let users = api.get("/users").await.found();
    let left: Vec<&str> = users["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["username"].as_str().unwrap())
        .collect();
    assert_eq!(left, [carol.as_str()]);
    assert!(accounts(&mut api, "harbor").await.is_empty());
    assert_eq!(harness.events("user_deleted").await.len(), 2);
    assert_eq!(harness.events("source_unlinked").await.len(), 1);
}

async fn administrators_are_not_deleted_by_the_way(harness: &Harness) {
    let sample = Sample::start(harness).await;
    shop(harness).await;
    let (mut management, mut api) = (Management::new(harness).await, Api::new(harness).await);
    let script = fetching(&sample, "{ user_id: bodyParsed.id }");
    let made = management.make(&leading(&sample, "harbor", "bob", &script)).await;
    through(harness, &mut harness.client(), "harbor").await;
    let users = api.get("/users").await.found();
    let id = users["items"][0]["id"].as_str().unwrap().to_owned();
    api.patch(&format!("/users/{id}"), &json!({ "is_admin": true }))
        .await
        .found();
    let mut deleter = Management::with(harness, &["delete:connections", "update:connections"]).await;
    let reply = deleter.delete(&path(&made)).await;
    reply.refused(StatusCode::FORBIDDEN, "operation_not_allowed");
    let reply = deleter.patch(&path(&made), &json!({ "options": {} })).await;
    reply.refused(StatusCode::FORBIDDEN, "operation_not_allowed");
    management.delete(&path(&made)).await.is(StatusCode::ACCEPTED);
    assert_eq!(count_users(&mut api).await, 1);
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    the_document_of_a_person,
    a_mapping_of_all_sources_counts_for_every_connection,
    attributes_follow_the_setting,
    people_go_with_their_connection,
    administrators_are_not_deleted_by_the_way,
);
