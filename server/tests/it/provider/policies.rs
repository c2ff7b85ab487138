//! Policies on applications: at authorization with a page that says which rule refused, for machines, and again on
//! refresh where an application asks for it.

use serde_json::{Value, json};

use super::support::*;
use crate::api::support::Api;
use crate::harness::{Answer, Client, Harness, on_both};

on_both!(
    the_example_of_the_document_runs_as_it_is_printed,
    a_denial_says_which_rule_refused_and_leads_back,
    a_silent_request_is_answered_with_access_denied,
    another_account_can_go_on,
    groups_count_with_those_above_them,
    a_group_that_is_deleted_opens_nothing,
    machines_are_asked_too,
    a_refresh_asks_again_when_the_application_wants_it,
    a_policy_that_fails_has_its_failure_result_and_an_entry_in_the_log,
    a_policy_that_takes_too_long_is_stopped,
    the_context_has_what_the_sheet_lists,
    a_policy_can_ask_another_one,
    a_bound_policy_can_not_be_deleted,
    bindings_are_checked_when_they_are_saved,
);

const PRINTED: &str = r#"# There are additional fields set in the context, use `ak_logger.debug(request.context)` to see them.
if "my-admin-scope" in request.context["oauth_scopes"]:
    return ak_is_group_member(request.user, name="my-admin-group")
return True
"#;

async fn policy(api: &mut Api, name: &str, expression: &str) -> String {
    let made = api
        .post("/policies", &json!({ "name": name, "expression": expression }))
        .await;
    text(&made.created(), "id")
}

async fn bind(api: &mut Api, target: &str, fields: Value) -> String {
    let mut body = json!({ "target": target });
    let members = body.as_object_mut().unwrap();
    members.extend(fields.as_object().unwrap().clone());
    text(&api.post("/policy-bindings", &body).await.created(), "id")
}

async fn group(api: &mut Api, name: &str, users: &[&str], parents: &[&str]) -> String {
    let body = json!({ "name": name, "users": users, "parents": parents });
    text(&api.post("/groups", &body).await.created(), "id")
}

fn is_code(answer: &Answer) -> bool {
    answer.parameter("code").is_some()
}

async fn authorize(browser: &mut Client, slug: &str, more: &[(&str, &str)]) -> Answer {
    browser.visit(&authorize_path(slug, more)).await
}

async fn the_example_of_the_document_runs_as_it_is_printed(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    let bob = harness.user("bob").await;
    application(harness, "wiki").await;
    let scope = json!({ "name": "admin", "scope": "my-admin-scope", "expression": "return {}" });
    let mapping = text(&api.post("/scope-mappings", &scope).await.created(), "id");
    api.patch("/applications/wiki", &json!({ "scope_mappings": ["openid", mapping] }))
        .await
        .found();
    group(&mut api, "my-admin-group", &[&alice.id], &[]).await;
    let printed = policy(&mut api, "admin scope", PRINTED).await;
    bind(&mut api, "wiki", json!({ "policy": printed })).await;

    let admin = [("scope", "openid my-admin-scope")];
    let (mut alices, mut bobs) = (browser_of(harness, &alice).await, browser_of(harness, &bob).await);
    assert!(is_code(&authorize(&mut alices, "wiki", &admin).await));
    assert!(is_code(&authorize(&mut bobs, "wiki", &[("scope", "openid")]).await));
    let page = authorize(&mut bobs, "wiki", &admin).await;
    assert_eq!(page.status, 403);
    assert_eq!(page.error_code().as_deref(), Some("policy_denied"));
}

async fn a_denial_says_which_rule_refused_and_leads_back(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let bob = harness.user("bob").await;
    application(harness, "wiki").await;
    let source = "ak_message(\"Ask <b>Ada</b> for access.\"); return False";
    let editors = policy(&mut api, "editors only", source).await;
    bind(&mut api, "wiki", json!({ "policy": editors })).await;
    let mut browser = browser_of(harness, &bob).await;
    let page = authorize(&mut browser, "wiki", &[]).await;
    assert!(page.body.contains("data-rule=\"editors only\""), "{}", page.body);
    assert!(
        page.body.contains("Ada") && !page.body.contains("<b>Ada"),
        "escaped: {}",
        page.body
    );
    // A forged form changes nothing, the real one leads back once.
    let form = page.form("denied-form").with("decision", "back");
    let forged = browser.submit(&form.clone().with("csrf", "x")).await;
    assert_eq!(forged.error_code().as_deref(), Some("csrf_invalid"));
    let back = browser.submit(&form).await;
    assert_eq!(back.status, 303);
    assert_eq!(back.parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(back.parameter("state").as_deref(), Some("the state & more"));
    let again = browser.submit(&form).await;
    assert_eq!(again.error_code().as_deref(), Some("transaction_unknown"));
    // The rules change while the page is open: the person goes on.
    let page = authorize(&mut browser, "wiki", &[]).await;
    api.patch(&format!("/policies/{editors}"), &json!({ "expression": "return True" }))
        .await
        .found();
    let transaction = page.form("denied-form").value("transaction").unwrap().to_owned();
    let on = browser.get(&format!("/denied?transaction={transaction}")).await;
    assert!(is_code(&on), "{:?}", on.location());
}

async fn a_silent_request_is_answered_with_access_denied(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let bob = harness.user("bob").await;
    application(harness, "wiki").await;
    let nobody = group(&mut api, "nobody", &[], &[]).await;
    bind(&mut api, "wiki", json!({ "group": nobody })).await;
    let mut browser = browser_of(harness, &bob).await;
    let answer = authorize(&mut browser, "wiki", &[("prompt", "none")]).await;
    assert_eq!(answer.parameter("error").as_deref(), Some("access_denied"));
}

async fn another_account_can_go_on(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let (alice, bob) = (harness.user("alice").await, harness.user("bob").await);
    application(harness, "wiki").await;
    bind(&mut api, "wiki", json!({ "user": alice.id })).await;
    let mut browser = browser_of(harness, &bob).await;
    let page = authorize(&mut browser, "wiki", &[]).await;
    let form = page.form("denied-form").with("decision", "another");
    let sign_in = browser.submit(&form).await;
    let sign_in = browser.visit(sign_in.location().expect("the sign-in page")).await;
    let form = sign_in
        .form("login-form")
        .with("username", "alice")
        .with("password", crate::harness::PASSWORD);
    let answer = browser.submit(&form).await;
    assert!(is_code(&answer), "{} {:?}", answer.body, answer.location());
}

async fn groups_count_with_those_above_them(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let (alice, bob) = (harness.user("alice").await, harness.user("bob").await);
    application(harness, "wiki").await;
    let staff = group(&mut api, "staff", &[], &[]).await;
    group(&mut api, "editors", &[&alice.id], &[&staff]).await;
    let binding = bind(&mut api, "wiki", json!({ "group": staff })).await;
    let (mut alices, mut bobs) = (browser_of(harness, &alice).await, browser_of(harness, &bob).await);
    assert!(is_code(&authorize(&mut alices, "wiki", &[]).await));
    let page = authorize(&mut bobs, "wiki", &[]).await;
    assert!(page.has("li[data-rule=staff]"));
    let path = format!("/policy-bindings/{binding}");
    api.patch(&path, &json!({ "negate": true })).await.found();
    assert!(!is_code(&authorize(&mut alices, "wiki", &[]).await));
    assert!(is_code(&authorize(&mut bobs, "wiki", &[]).await));
    api.patch(&path, &json!({ "negate": false, "dry_run": true }))
        .await
        .found();
    assert!(
        is_code(&authorize(&mut bobs, "wiki", &[]).await),
        "a dry run does not count"
    );
    api.patch(&path, &json!({ "dry_run": false, "enabled": false }))
        .await
        .found();
    assert!(
        is_code(&authorize(&mut bobs, "wiki", &[]).await),
        "nor a disabled binding"
    );
}

async fn a_group_that_is_deleted_opens_nothing(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let bob = harness.user("bob").await;
    application(harness, "wiki").await;
    let staff = group(&mut api, "staff", &[&bob.id], &[]).await;
    bind(&mut api, "wiki", json!({ "group": staff })).await;
    let mut browser = browser_of(harness, &bob).await;
    assert!(is_code(&authorize(&mut browser, "wiki", &[]).await));
    api.delete(&format!("/groups/{staff}")).await;
    assert_eq!(authorize(&mut browser, "wiki", &[]).await.status, 403);
}

async fn machines_are_asked_too(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let wiki = application(harness, "wiki").await;
    let fields = [("grant_type", "client_credentials"), ("scope", "openid profile")];
    assert_eq!(token(harness, "wiki", &fields).await.status, 200);
    let machines = group(&mut api, "machines", &[], &[]).await;
    bind(&mut api, "wiki", json!({ "group": machines })).await;
    let denied = refusal(&token(harness, "wiki", &fields).await);
    assert_eq!(denied, (400, "invalid_grant".into(), "policy_denied_grant".into()));
    // The automatic account passes as soon as somebody adds it to the group.
    let account = format!("ak-{}-client_credentials", wiki.name);
    let found = harness
        .app
        .store
        .load_user_by_username(&account)
        .await
        .unwrap()
        .unwrap();
    api.patch(&format!("/groups/{machines}"), &json!({ "users": [found.user.id] }))
        .await
        .found();
    assert_eq!(token(harness, "wiki", &fields).await.status, 200);
    let grant = "return request.context['oauth_grant_type'] == 'client_credentials' \
        and 'profile' in request.context['oauth_scopes'] and request.user.type == 'service_account'";
    let by_context = policy(&mut api, "context", grant).await;
    bind(&mut api, "wiki", json!({ "policy": by_context })).await;
    api.patch("/applications/wiki", &json!({ "policy_engine_mode": "all" }))
        .await
        .found();
    assert_eq!(token(harness, "wiki", &fields).await.status, 200);
    let other = [("grant_type", "client_credentials"), ("scope", "openid")];
    assert_eq!(token(harness, "wiki", &other).await.status, 400);
}

async fn a_refresh_asks_again_when_the_application_wants_it(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    application(harness, "wiki").await;
    let staff = group(&mut api, "staff", &[&alice.id], &[]).await;
    bind(&mut api, "wiki", json!({ "group": staff })).await;
    let mut browser = browser_of(harness, &alice).await;
    let first = tokens(harness, &mut browser, "wiki").await;
    api.patch(&format!("/groups/{staff}"), &json!({ "users": [] }))
        .await
        .found();
    let second = refresh(harness, "wiki", &text(&first, "refresh_token")).await;
    assert_eq!(second.status, 200, "not asked by default: {}", second.body);
    api.patch("/applications/wiki", &json!({ "policies_on_refresh": true }))
        .await
        .found();
    let token = text(&json(&second), "refresh_token");
    let denied = refusal(&refresh(harness, "wiki", &token).await);
    assert_eq!(denied, (400, "invalid_grant".into(), "policy_denied_grant".into()));
    // A denial uses nothing up: back in the group, the same token works.
    api.patch(&format!("/groups/{staff}"), &json!({ "users": [alice.id] }))
        .await
        .found();
    assert_eq!(refresh(harness, "wiki", &token).await.status, 200);
}

async fn a_policy_that_fails_has_its_failure_result_and_an_entry_in_the_log(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    application(harness, "wiki").await;
    let broken = policy(&mut api, "broken", "return request.context['missing'] == 1").await;
    let binding = bind(&mut api, "wiki", json!({ "policy": broken, "negate": true })).await;
    let mut browser = browser_of(harness, &alice).await;
    assert_eq!(authorize(&mut browser, "wiki", &[]).await.status, 403);
    let events = harness.events("configuration_error").await;
    assert_eq!(events.len(), 1, "once a minute");
    assert_eq!(events[0].detail["name"], "broken");
    assert!(events[0].detail["error"].as_str().unwrap().contains("KeyError"));
    let path = format!("/policy-bindings/{binding}");
    api.patch(&path, &json!({ "failure_result": true })).await.found();
    assert!(is_code(&authorize(&mut browser, "wiki", &[]).await));
}

async fn a_policy_that_takes_too_long_is_stopped(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    application(harness, "wiki").await;
    let endless = policy(&mut api, "endless", "while True:\n    pass").await;
    bind(&mut api, "wiki", json!({ "policy": endless, "timeout_seconds": 1 })).await;
    let mut browser = browser_of(harness, &alice).await;
    let patience = std::time::Duration::from_secs(20);
    let answer = tokio::time::timeout(patience, authorize(&mut browser, "wiki", &[])).await;
    assert_eq!(answer.expect("it is stopped").status, 403);
}

async fn the_context_has_what_the_sheet_lists(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    application(harness, "wiki").await;
    let source = "c = request.context\n\
        return c['oauth_grant_type'] == 'authorization_code' and c['oauth_response_type'] == 'code' \\\n  \
        and c['oauth_redirect_uri'] == 'https://wiki.example/cb' and c['oauth_max_age'] == 3600 \\\n  \
        and c['oauth_code_challenge_method'] == 'S256' and len(c['oauth_code_challenge']) == 43 \\\n  \
        and c['oauth_scopes'] == {'openid'} and context['oauth_max_age'] == 3600 \\\n  \
        and str(ak_client_ip) == '192.0.2.1' and http_request.method == 'GET' and not ak_is_sso_flow \\\n  \
        and request.user.username == 'alice' and request.obj.slug == 'wiki'";
    let checked = policy(&mut api, "context", source).await;
    bind(&mut api, "wiki", json!({ "policy": checked })).await;
    let mut browser = browser_of(harness, &alice).await;
    let answer = authorize(&mut browser, "wiki", &[("scope", "openid"), ("max_age", "3600")]).await;
    assert!(
        is_code(&answer),
        "{} {:?}",
        answer.body,
        harness.events("configuration_error").await
    );
}

async fn a_policy_can_ask_another_one(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    application(harness, "wiki").await;
    policy(
        &mut api,
        "inner",
        "ak_message('from the inner one')\nreturn context['wanted'] == 'yes'",
    )
    .await;
    let source = "result = ak_call_policy('inner', wanted='no')\nif result.messages:\n    ak_message(result.messages[0])\n\
        return result.passing";
    let outer = policy(&mut api, "outer", source).await;
    bind(&mut api, "wiki", json!({ "policy": outer })).await;
    let mut browser = browser_of(harness, &alice).await;
    let page = authorize(&mut browser, "wiki", &[]).await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("from the inner one"), "{}", page.body);
    let yes = source.replace("'no'", "'yes'");
    api.patch(&format!("/policies/{outer}"), &json!({ "expression": yes }))
        .await
        .found();
    assert!(is_code(&authorize(&mut browser, "wiki", &[]).await));
}

async fn a_bound_policy_can_not_be_deleted(harness: &Harness) {
    let mut api = Api::new(harness).await;
    application(harness, "wiki").await;
    let kept = policy(&mut api, "kept", "return False").await;
    let binding = bind(&mut api, "wiki", json!({ "policy": kept })).await;
    api.delete(&format!("/policies/{kept}"))
        .await
        .problem(http::StatusCode::CONFLICT);
    assert_eq!(api.delete(&format!("/policy-bindings/{binding}")).await.status(), 204);
    assert_eq!(api.delete(&format!("/policies/{kept}")).await.status(), 204);
    let actions = [
        "policy_created",
        "policy_binding_created",
        "policy_binding_deleted",
        "policy_deleted",
    ];
    for action in actions {
        assert_eq!(harness.events(action).await.len(), 1, "{action}");
    }
}

async fn bindings_are_checked_when_they_are_saved(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    application(harness, "wiki").await;
    for (body, wrong) in [
        (json!({ "user": alice.id }), "target:required"),
        (json!({ "target": "none", "user": alice.id }), "target:not_found"),
        (json!({ "target": "wiki" }), "policy:invalid"),
        (
            json!({ "target": "wiki", "user": alice.id, "group": "group_x" }),
            "policy:invalid",
        ),
        (json!({ "target": "wiki", "user": "user_x" }), "user:not_found"),
        (json!({ "target": "wiki", "group": "group_x" }), "group:not_found"),
        (json!({ "target": "wiki", "policy": "pol_x" }), "policy:not_found"),
        (
            json!({ "target": "wiki", "user": alice.id, "timeout_seconds": 0 }),
            "timeout_seconds:invalid",
        ),
        (
            json!({ "target": "wiki", "user": alice.id, "target_type": "flow" }),
            "target_type:invalid",
        ),
        (
            json!({ "target": "wiki", "user": alice.id, "colour": "red" }),
            "colour:unknown_field",
        ),
    ] {
        let answer = api.post("/policy-bindings", &body).await;
        assert!(
            answer.wrong().contains(&wrong.to_owned()),
            "{body}: {:?}",
            answer.wrong()
        );
    }
}
