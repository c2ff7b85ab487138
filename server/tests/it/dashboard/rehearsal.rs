//! Rehearsals in the dashboard: a token explained, claims with their reasons, and an answer of a source run through.

use http::StatusCode;
use serde_json::json;

use super::administrator;
use super::forms::Filled;
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    a_token_is_explained_and_not_shown_again,
    claims_have_their_reasons,
    an_answer_of_a_source_is_run_through,
    an_answer_is_saved_as_a_sample_and_guards_the_mapping,
    only_administrators_rehearse,
);

async fn a_token_is_explained_and_not_shown_again(harness: &Harness) {
    let mut root = administrator(harness).await;
    let made = Api::new(harness)
        .await
        .post("/api-tokens", &json!({"name": "ci", "permissions": ["users:read"]}))
        .await
        .created();
    let token = made["value"].as_str().expect("a token");
    let page = root.get("/admin/inspect").await;
    assert!(!page.has("section#outcome"));
    let form = Filled::of(&page, "rehearsal");
    let told = form.clone().with("token", token).send(&mut root).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.body);
    assert!(told.has("section[data-state=fine]"), "{}", told.body);
    assert!(!told.body.contains(token), "what was pasted does not come back");
    let unknown = form
        .clone()
        .with("token", "<script>alert(1)</script>")
        .send(&mut root)
        .await;
    assert!(unknown.has("section[data-state=problem]") && unknown.has("li[data-code=unreadable]"));
    assert!(!unknown.body.contains("<script>alert"));
    let nothing = form.clone().send(&mut root).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.has("p#problem-token"), "{}", nothing.body);
    let forged = form.with("csrf", "x").send(&mut root).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}

async fn claims_have_their_reasons(harness: &Harness) {
    let mut root = administrator(harness).await;
    harness.user("alice").await;
    let shop = harness.application("shop").await;
    let address = format!("/admin/applications/{}/preview", shop.id);
    let form = Filled::of(&root.get(&address).await, "rehearsal");
    let shown = form
        .clone()
        .with("user", "alice")
        .with("scopes", "openid profile nothing-like-it")
        .send(&mut root)
        .await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    for element in [
        "section[data-state=fine]",
        "tr[data-claim=sub]",
        "tr[data-claim=preferred_username]",
        "li[data-code=dropped_scopes]",
    ] {
        assert!(shown.has(element), "{element}: {}", shown.body);
    }
    let nobody = form.with("user", "nobody-of-this-name").send(&mut root).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        nobody.has("p#problem-user") && !nobody.has("section#outcome"),
        "{}",
        nobody.body
    );
    assert_eq!(
        root.get("/admin/applications/app_none/preview").await.status,
        StatusCode::NOT_FOUND
    );
}

async fn an_answer_of_a_source_is_run_through(harness: &Harness) {
    let mut root = administrator(harness).await;
    let source = json!({
        "key": "company", "name": "Company", "kind": "oauth2", "client_id": "us",
        "authorization_endpoint": "https://idp.example.com/a", "token_endpoint": "https://idp.example.com/t",
        "userinfo_endpoint": "https://idp.example.com/me",
        "attribute_mapping": {"provider_user_id": "id", "email_address": "mail"},
    });
    let mut api = Api::new(harness).await;
    let source = api.post("/sources", &source).await.created();
    let address = format!("/admin/sources/{}/replay", source["id"].as_str().expect("an id"));
    let form = Filled::of(&root.get(&address).await, "rehearsal");
    let before = api.get("/users").await.found()["items"].clone();
    let answer = r#"{"id": 7, "mail": "ada@example.com", "name": "<b>Ada</b>", "shoe": 42}"#;
    let shown = form.clone().with("userinfo", answer).send(&mut root).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    assert!(
        shown.has("section#outcome") && shown.body.contains("ada@example.com"),
        "{}",
        shown.body
    );
    assert!(!shown.body.contains("<b>Ada"));
    assert!(shown.has("section[data-state=fine]") && shown.has("li[data-code=sign_up]"));
    let path = format!("/sources/{}", source["id"].as_str().expect("an id"));
    api.patch(&path, &json!({"allow_sign_up": false})).await.found();
    let refused = form.clone().with("userinfo", answer).send(&mut root).await;
    assert!(refused.has("section[data-state=problem]"), "{}", refused.body);
    let wrong = form.with("userinfo", "{\"id\": ").send(&mut root).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.has("p#problem-userinfo") && !wrong.has("section#outcome"));
    assert_eq!(api.get("/users").await.found()["items"], before, "nothing is written");
}

async fn an_answer_is_saved_as_a_sample_and_guards_the_mapping(harness: &Harness) {
    let mut root = administrator(harness).await;
    let source = json!({
        "key": "company", "name": "Company", "kind": "oauth2", "client_id": "us",
        "authorization_endpoint": "https://idp.example.com/a", "token_endpoint": "https://idp.example.com/t",
        "userinfo_endpoint": "https://idp.example.com/me",
        "attribute_mapping": {"provider_user_id": "id", "email_address": "mail"},
    });
    let mut api = Api::new(harness).await;
    let source = api.post("/sources", &source).await.created();
    let there = format!("/admin/sources/{}", source["id"].as_str().expect("an id"));
    let replay = format!("{there}/replay");
    let page = root.get(&replay).await;
    assert!(page.has("button#save-sample") && !page.has("section#samples"));
    let form = Filled::of(&page, "rehearsal");
    let answer = r#"{"id": 7, "mail": "ada@example.com", "work": "ada@work.example"}"#;
    let nameless = form
        .clone()
        .with("userinfo", answer)
        .with("save", "1")
        .send(&mut root)
        .await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nameless.has("p#problem-name"), "{}", nameless.body);
    let saved = form
        .with("userinfo", answer)
        .with("name", "<i>Ada</i>")
        .with("save", "1")
        .send(&mut root)
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let page = root.follow(saved).await;
    assert!(page.has("section#samples") && page.has("p#notice"), "{}", page.body);
    assert!(!page.body.contains("<i>Ada"));
    let form = Filled::of(&page, "rehearsal");
    assert!(
        form.value("userinfo")
            .is_some_and(|said| said.contains("ada@work.example"))
    );
    assert!(form.clone().send(&mut root).await.has("section[data-state=fine]"));
    assert_eq!(
        root.get(&format!("{replay}?sample=smp_none")).await.status,
        StatusCode::NOT_FOUND
    );

    // The form of the source says what would change, beside the box that accepts it.
    let mapping = r#"{"provider_user_id": "id", "email_address": "work"}"#;
    let change = Filled::of(&root.get(&there).await, "record-form").with("attribute_mapping", mapping);
    let refused = change.clone().send(&mut root).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    assert!(refused.has("p#problem-accept_samples"), "{}", refused.body);
    let accepted = Filled::of(&refused, "record-form")
        .tick("accept_samples", "on")
        .send(&mut root)
        .await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.body);
    let stored = api.get("/sources/company").await.found();
    assert_eq!(stored["attribute_mapping"]["email_address"], "work");

    let samples = api.get("/sources/company/samples").await.found();
    let id = samples["items"][0]["id"].as_str().expect("an id");
    let form = Filled::of(&root.get(&replay).await, "rehearsal");
    let forged = form.clone().with("delete", id).with("csrf", "x").send(&mut root).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    for _ in 0..2 {
        let deleted = form.clone().with("delete", id).send(&mut root).await;
        assert_eq!(deleted.status, StatusCode::SEE_OTHER, "{}", deleted.body);
    }
    assert!(!root.get(&replay).await.has("section#samples"));
}

async fn only_administrators_rehearse(harness: &Harness) {
    harness.user("alice").await;
    let mut alice = harness.signed_in("alice").await;
    for path in [
        "/admin/inspect",
        "/admin/applications/x/preview",
        "/admin/sources/x/replay",
    ] {
        let answer = alice.get(path).await;
        assert_eq!(answer.error_code().as_deref(), Some("administrator_only"), "{path}");
        let answer = harness.client().get(path).await;
        assert!(
            answer.location().is_some_and(|to| to.starts_with("/login?next=")),
            "{path}"
        );
    }
}
