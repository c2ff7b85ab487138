//! The rules of the application are asked when a person answers (CVE-2024-38371).

use protocol::policy::Policy;
use protocol::user::{Group, User};
use store::policy_bindings::StoredBinding;

use super::*;
use crate::harness::on_both;

on_both!(
    a_group_lets_its_members_in_and_nobody_else,
    an_expression_sees_the_grant_type_and_the_scopes,
    an_expression_that_fails_lets_nobody_in,
);

async fn bind(harness: &Harness, application: &Application, what: impl FnOnce(&mut StoredBinding)) {
    let now = harness.now();
    let mut binding = StoredBinding {
        id: harness.app.new_id("bind", now),
        created_at: now,
        updated_at: now,
        version: 1,
        target_type: "application".to_owned(),
        target: application.id.clone(),
        enabled: true,
        timeout_seconds: 30,
        ..StoredBinding::default()
    };
    what(&mut binding);
    let statement = harness.app.store.create_binding(&binding);
    let changed = vec![format!("app:{}", application.id)];
    harness.app.commit_changes(vec![statement], changed).await.unwrap();
}

async fn policy(harness: &Harness, name: &str, expression: &str) -> String {
    let now = harness.now();
    let policy = Policy {
        id: harness.app.new_id("pol", now),
        created_at: now,
        updated_at: now,
        version: 1,
        name: name.to_owned(),
        expression: expression.to_owned(),
    };
    let statement = harness.app.store.create_policy(&policy);
    harness
        .app
        .commit_changes(vec![statement], vec!["policies".to_owned()])
        .await
        .unwrap();
    policy.id
}

/// What comes of `user` allowing `scope`: the page, and the error of the next poll.
async fn try_to_allow(harness: &Harness, user: &User, scope: &str) -> (Answer, Option<String>) {
    let asked = ask(harness, "tv", scope).await;
    let mut browser = harness.signed_in(&user.username).await;
    let question = enter(&mut browser, text(&asked, "user_code")).await;
    let page = press(&mut browser, &question, "allow").await;
    let got = poll(harness, "tv", text(&asked, "device_code")).await;
    let error = (got.status != 200).then(|| refusal(&got).1);
    (page, error)
}

async fn a_group_lets_its_members_in_and_nobody_else(harness: &Harness) {
    let (alice, bob) = (harness.user("alice").await, harness.user("bob").await);
    let tv = application(harness, "tv").await;
    let now = harness.now();
    let group = Group {
        id: harness.app.new_id("group", now),
        uuid: "uuid-of-the-group".to_owned(),
        created_at: now,
        updated_at: now,
        version: 1,
        name: "viewers".to_owned(),
        ..Group::default()
    };
    let store = &harness.app.store;
    let mut statements = store.create_group(&group);
    statements.extend(store.change_group_members(&group.id, &[], std::slice::from_ref(&alice.id), now));
    harness.app.commit_changes(statements, Vec::new()).await.unwrap();
    bind(harness, &tv, |binding| binding.group = Some(group.id.clone())).await;

    let (page, error) = try_to_allow(harness, &bob, "openid").await;
    assert_eq!(
        (page.status.as_u16(), page.error_code().as_deref()),
        (403, Some("policy_denied")),
        "{}",
        page.body
    );
    assert!(
        page.has("li[data-rule=viewers]") && !page.has("form#denied-form"),
        "{}",
        page.body
    );
    assert_eq!(error.as_deref(), Some("access_denied"));
    assert!(harness.events("authorize_application").await.is_empty());

    let (page, error) = try_to_allow(harness, &alice, "openid").await;
    assert!(page.has("article[data-decision=allow]"), "{}", page.body);
    assert_eq!(error, None);
}

async fn an_expression_sees_the_grant_type_and_the_scopes(harness: &Harness) {
    let alice = harness.user("alice").await;
    let tv = application(harness, "tv").await;
    let expression = format!(
        "if request.context[\"oauth_grant_type\"] != \"{GRANT}\":\n    return False\n\
         if \"email\" in request.context[\"oauth_scopes\"]:\n    ak_message(\"No mail on televisions.\")\n    return False\n\
         return request.user.username == \"alice\""
    );
    let id = policy(harness, "no mail", &expression).await;
    bind(harness, &tv, |binding| binding.policy = Some(id)).await;
    let (page, error) = try_to_allow(harness, &alice, "openid").await;
    assert_eq!(error, None, "{}", page.body);
    let (page, error) = try_to_allow(harness, &alice, "openid email").await;
    assert_eq!(error.as_deref(), Some("access_denied"));
    assert!(page.body.contains("No mail on televisions."), "{}", page.body);
    assert!(page.has("article[data-error-code=policy_denied]"), "{}", page.body);
}

async fn an_expression_that_fails_lets_nobody_in(harness: &Harness) {
    let alice = harness.user("alice").await;
    let tv = application(harness, "tv").await;
    let id = policy(harness, "broken", "return request.context[\"nothing\"] == 1").await;
    bind(harness, &tv, |binding| binding.policy = Some(id)).await;
    let (page, error) = try_to_allow(harness, &alice, "openid").await;
    assert_eq!(page.error_code().as_deref(), Some("policy_denied"), "{}", page.body);
    assert_eq!(error.as_deref(), Some("access_denied"));
    assert_eq!(harness.events("configuration_error").await.len(), 1);
}
