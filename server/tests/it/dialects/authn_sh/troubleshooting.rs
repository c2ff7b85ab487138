//! The troubleshooting table of the document, row by row: section 21 of the sheet.

use http::StatusCode;
use protocol::id::hash_secret;
use serde_json::{Value, json};

use super::support::{Pretend, Program, alice, callback, leave, path_of, sign_in, signs_in, with};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_21_1_an_identifier_that_leads_nowhere_is_empty,
    a_21_2_the_same_person_gets_a_new_row_each_time_until_the_mapping_is_right,
    a_21_3_invalid_grant_with_equal_redirect_uris,
    a_21_4_a_wrapped_profile_is_not_unwrapped,
    a_21_5_the_redirect_uri_is_that_of_this_server,
    a_21_6_an_old_document_that_is_gone,
    a_21_7_a_userinfo_endpoint_that_fails,
    a_21_8_a_state_that_is_replayed_or_over,
    a_21_9_a_given_name_that_is_not_there,
);

/// The mapping of the document with an identifier that the profile does not have.
fn wrong(pretend: &Pretend) -> Value {
    with(
        pretend.wizard(),
        &json!({ "attribute_mapping": { "provider_user_id": "uid", "email_address": "email" } }),
    )
}

async fn a_21_1_an_identifier_that_leads_nowhere_is_empty(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    program.make(&wrong(&pretend)).await;
    let client = signs_in(harness, "legacy_idp").await;
    let cookie = client.cookie("vestibule_session").expect("a session");
    let session = harness
        .app
        .store
        .load_session(&hash_secret(cookie))
        .await
        .expect("a database");
    assert!(
        session.is_some_and(|(session, _)| session.ended_at.is_none()),
        "the sign-in completes"
    );
    let account = program.accounts("").await.remove(0);
    assert_eq!(account["provider_user_id"], "");
    let what_came =
        json!({ "id": 42, "name": "Alice Smith", "avatar_url": "https://idp.legacy.example/avatars/42.png" });
    assert_eq!(account["public_metadata"], what_came, "what really came can be read");
}

async fn a_21_2_the_same_person_gets_a_new_row_each_time_until_the_mapping_is_right(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let path = path_of(&program.make(&wrong(&pretend)).await);
    for visit in 1..=3 {
        signs_in(harness, "legacy_idp").await;
        harness.advance(1);
        let rows = program.accounts("").await;
        assert_eq!(rows.len(), visit, "each visit adds a row");
        assert!(rows.iter().all(|row| row["provider_user_id"] == ""));
    }
    let duplicates = program.accounts("").await;
    let right = json!({ "attribute_mapping": { "provider_user_id": "id", "email_address": "email" } });
    program.patch(&path, &right).await.object(StatusCode::OK);
    for _ in 0..2 {
        signs_in(harness, "legacy_idp").await;
        let rows = program.accounts("").await;
        assert_eq!(rows.len(), 4, "one row more, and then none");
        assert_eq!(rows[..3], duplicates, "the duplicates stay as they are");
        assert_eq!(rows[3]["provider_user_id"], "42");
    }
}

async fn a_21_3_invalid_grant_with_equal_redirect_uris(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&pretend.mapped()).await;
    pretend.says("/oauth/token", 400, &json!({ "error": "invalid_grant" }));
    let mut client = harness.client();
    let left = leave(&mut client, "legacy_idp").await;
    let answer = client.get(&callback(&left, &[("code", "c")])).await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("oauth_token_exchange_failed"),
        "{}",
        answer.body
    );
    // What was sent at both ends is the same, so the cause is the allow-list of the provider.
    let call = pretend.seen("/oauth/token").remove(0);
    assert_eq!(call.form("redirect_uri"), left.parameter("redirect_uri"));
    assert_eq!(call.form("redirect_uri").as_deref(), made["redirect_uri"].as_str());
    assert_eq!(program.accounts("").await, Vec::<Value>::new());
    // An administrator reads what the provider said.
    let failed = harness.events("login_failed").await.remove(0);
    assert_eq!(
        (&failed.detail["error"], &failed.detail["status"]),
        (&json!("invalid_grant"), &json!(400))
    );
    assert_eq!(failed.detail["redirect_uri"], made["redirect_uri"]);
}

async fn a_21_4_a_wrapped_profile_is_not_unwrapped(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    program.make(&pretend.mapped()).await;
    let wrapper = json!({ "data": [{ "email": "a@b.test" }], "pagination": {} });
    pretend.says("/api/me", 200, &wrapper);
    let mut client = harness.client();
    let answer = sign_in(&mut client, "legacy_idp").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let account = program.accounts("").await.remove(0);
    assert_eq!(
        (&account["provider_user_id"], &account["email_address"]),
        (&json!(""), &Value::Null)
    );
    assert_eq!(account["public_metadata"], wrapper);
    assert!(client.cookie("vestibule_session").is_some(), "the sign-in completes");
}

async fn a_21_5_the_redirect_uri_is_that_of_this_server(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&pretend.mapped()).await;
    // A request says another host; the address that one is reached at is the configured one.
    let mut client = harness.client().with_header(http::header::HOST, "evil.example");
    let left = leave(&mut client, "legacy_idp").await;
    let expected = format!("{}v1/oauth-callback/legacy_idp", harness.app.public_url);
    assert_eq!(left.parameter("redirect_uri").as_deref(), Some(expected.as_str()));
    assert_eq!(made["redirect_uri"], expected);
    // A provider that refuses it keeps the person: nothing comes here.
    assert_eq!(pretend.count(), 0);
    assert_eq!(program.accounts("").await, Vec::<Value>::new());
}

async fn a_21_6_an_old_document_that_is_gone(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    pretend.publishes(&json!({}));
    let made = program.make(&pretend.oidc()).await;
    harness.advance(25 * 60 * 60);
    pretend.says("/.well-known/openid-configuration", 503, &json!({}));
    let tested = program.post(&format!("{}/test", path_of(&made)), &json!({})).await;
    let tested = tested.object(StatusCode::OK);
    let codes: Vec<&str> = tested["errors"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|e| e["code"].as_str())
        .collect();
    assert_eq!(codes, ["oauth_discovery_refresh_failed"]);
    assert_ne!(tested["authorize_url"], "", "the endpoints are known all the same");
}

async fn a_21_7_a_userinfo_endpoint_that_fails(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&pretend.mapped()).await;
    pretend.says("/api/me", 502, &json!({}));
    let tested = program.post(&format!("{}/test", path_of(&made)), &json!({})).await;
    let tested = tested.object(StatusCode::OK);
    assert_eq!(tested["userinfo_status"], 502);
    assert_eq!(tested["errors"][0]["code"], "oauth_userinfo_unreachable");
}

async fn a_21_8_a_state_that_is_replayed_or_over(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    program.make(&pretend.mapped()).await;
    let invalid = Some("oauth_state_invalid");
    let mut client = harness.client();
    let left = leave(&mut client, "legacy_idp").await;
    let address = callback(&left, &[("code", "c")]);
    assert_eq!(client.get(&address).await.status, StatusCode::SEE_OTHER);
    assert_eq!(client.get(&address).await.error_code().as_deref(), invalid, "replayed");
    for (seconds, passes) in [(59, true), (60, false), (61, false)] {
        let mut client = harness.client();
        let left = leave(&mut client, "legacy_idp").await;
        harness.advance(seconds);
        let answer = client.get(&callback(&left, &[("code", "c")])).await;
        assert_eq!(answer.status == StatusCode::SEE_OTHER, passes, "{seconds} s");
        assert_eq!(answer.error_code().as_deref(), invalid.filter(|_| !passes));
        // Beginning again works.
        assert_eq!(sign_in(&mut client, "legacy_idp").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(program.accounts("").await.len(), 1);
}

async fn a_21_9_a_given_name_that_is_not_there(harness: &Harness) {
    let (pretend, mut program, mut api) = (
        Pretend::start().await,
        Program::new(harness).await,
        Api::new(harness).await,
    );
    program.make(&pretend.mapped()).await;
    let mut profile = alice();
    profile.as_object_mut().expect("an object").remove("name");
    profile["login"] = json!("alice");
    pretend.says("/api/me", 200, &profile);
    signs_in(harness, "legacy_idp").await;
    let user = api.get("/users").await.found()["items"][0].clone();
    assert_eq!(user["given_name"], Value::Null);
    assert_eq!(
        program.accounts("").await[0]["public_metadata"],
        json!({ "login": "alice" })
    );
}
