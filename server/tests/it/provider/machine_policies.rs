//! Bindings of the application are asked for the account of a machine, each time (authentik sheet, sections 3.4.8 and
//! 6.12).

use protocol::client::Application;
use serde_json::json;
use store::policy_bindings::StoredBinding;

use super::support::{
    app_password, browser_of, machine_application, refusal, text, token, token_without_secret, tokens,
};
use crate::api::support::Api;
use crate::harness::{Answer, Harness, on_both};

on_both!(
    a_group_denies_the_service_account_until_it_is_a_member,
    an_app_password_opens_no_more_than_the_account_may,
    an_assertion_opens_no_more_than_its_user_may,
);

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// Binds `application` to a new group; answers the id of the group.
async fn bind_group(harness: &Harness, api: &mut Api, application: &Application) -> String {
    let group = api.post("/groups", &json!({"name": "machines"})).await.created();
    let group = text(&group, "id");
    let binding = StoredBinding {
        id: harness.app.new_id("bind", harness.now()),
        created_at: harness.now(),
        updated_at: harness.now(),
        version: 1,
        target_type: "application".into(),
        target: application.id.clone(),
        group: Some(group.clone()),
        enabled: true,
        timeout_seconds: 30,
        ..StoredBinding::default()
    };
    let statement = harness.app.store.create_binding(&binding);
    let changed = vec![format!("app:{}", application.id)];
    harness.app.commit_changes(vec![statement], changed).await.unwrap();
    group
}

fn denied(answer: &Answer) {
    let (status, error, code) = refusal(answer);
    assert_eq!(
        (status, error.as_str(), code.as_str()),
        (400, "invalid_grant", "policy_denied_grant")
    );
}

async fn a_group_denies_the_service_account_until_it_is_a_member(harness: &Harness) {
    let shop = machine_application(harness, "shop", |_| {}).await;
    let mut api = Api::new(harness).await;
    let group = bind_group(harness, &mut api, &shop).await;
    for grant in ["client_credentials", "password"] {
        denied(&token(harness, "shop", &[("grant_type", grant)]).await);
    }
    assert!(harness.events("token_issued").await.is_empty());
    let found = harness.app.store.load_service_account(&shop.id).await.unwrap().unwrap();
    assert!(found.grant.is_none(), "nothing was granted");
    let account = found.subject.unwrap().user.id;
    api.patch(&format!("/users/{account}"), &json!({ "groups": [group] }))
        .await
        .found();
    assert_eq!(token(harness, "shop", &[GRANT]).await.status, 200);
    api.patch(&format!("/users/{account}"), &json!({"groups": []}))
        .await
        .found();
    denied(&token(harness, "shop", &[GRANT]).await);
}

async fn an_app_password_opens_no_more_than_the_account_may(harness: &Harness) {
    let shop = machine_application(harness, "shop", |_| {}).await;
    let robot = harness.user("robot").await;
    let (_, value) = app_password(harness, &robot, &json!({"name": "backup"})).await;
    let mut api = Api::new(harness).await;
    let group = bind_group(harness, &mut api, &shop).await;
    let fields = [GRANT, ("username", "robot"), ("password", value.as_str())];
    denied(&token_without_secret(harness, "shop", &fields).await);
    api.patch("/users/robot", &json!({ "groups": [group] })).await.found();
    assert_eq!(token_without_secret(harness, "shop", &fields).await.status, 200);
}

async fn an_assertion_opens_no_more_than_its_user_may(harness: &Harness) {
    let front = machine_application(harness, "front", |_| {}).await;
    let back = machine_application(harness, "back", |back| {
        back.federated_applications = vec![front.id.clone()];
    })
    .await;
    let alice = harness.user("alice").await;
    let mut browser = browser_of(harness, &alice).await;
    let assertion = text(&tokens(harness, &mut browser, "front").await, "access_token");
    let mut api = Api::new(harness).await;
    let group = bind_group(harness, &mut api, &back).await;
    let fields = [
        GRANT,
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", assertion.as_str()),
    ];
    denied(&token_without_secret(harness, "back", &fields).await);
    api.patch("/users/alice", &json!({ "groups": [group] })).await.found();
    assert_eq!(token_without_secret(harness, "back", &fields).await.status, 200);
}
