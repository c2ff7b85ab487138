//! Coming back from a provider: sections 9 and 10, the codes of section 19 that a page shows, and the toggles of section 17.

use http::StatusCode;
use serde_json::{Value, json};

use super::support::{Pretend, Program, alice, callback, leave, path_of, sign_in, signs_in, with};
use crate::harness::{Answer, Client, Harness, on_both};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_10_4_a_key_that_names_nothing_is_404,
    a_10_6_every_problem_of_the_state_has_one_code,
    a_10_7_what_the_provider_says_is_passed_on,
    a_11_3_and_a_12_11_failures_of_the_provider_have_their_codes,
    a_17_2_a_disabled_provider_is_gone_and_comes_back,
    a_17_3_and_a_17_4_the_toggles_refuse_with_their_codes,
    a_17_6_subaddresses_get_no_account_and_keep_one,
    a_17_7_an_address_is_required_nowhere,
    nothing_secret_stands_on_the_page,
);

#[track_caller]
fn shows(answer: &Answer, code: &str) {
    assert_eq!(answer.error_code().as_deref(), Some(code), "{}", answer.body);
}

async fn nobody_came(program: &mut Program) {
    assert_eq!(program.accounts("").await, Vec::<Value>::new(), "no rows are written");
}

async fn a_10_4_a_key_that_names_nothing_is_404(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&pretend.mapped()).await;
    let paths = ["/v1/oauth-callback/nobody?state=x&code=y", "/v1/oauth-callback/nobody"];
    for path in paths {
        let answer = harness.client().get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.body);
        shows(&answer, "not_found");
        let posted = harness.client().post(path, &[("state", "x"), ("code", "y")]).await;
        assert_eq!(posted.status, StatusCode::NOT_FOUND);
    }
    program
        .patch(&path_of(&made), &json!({ "enabled": false }))
        .await
        .object(StatusCode::OK);
    let answer = harness
        .client()
        .get("/v1/oauth-callback/legacy_idp?state=x&code=y")
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    shows(&answer, "oauth_provider_not_found");
}

async fn a_10_6_every_problem_of_the_state_has_one_code(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    program.make(&pretend.mapped()).await;
    program
        .make(&with(pretend.mapped(), &json!({ "provider_key": "other" })))
        .await;
    let code = [("code", "the code")];
    // Made up, tampered with, absent, of another provider, of another browser.
    let mut client = harness.client();
    let left = leave(&mut client, "legacy_idp").await;
    let right = callback(&left, &code);
    let state = left.parameter("state").expect("a state");
    let wrong = [
        "/v1/oauth-callback/legacy_idp?code=x&state=made-up".to_owned(),
        "/v1/oauth-callback/legacy_idp?code=x".to_owned(),
        "/v1/oauth-callback/legacy_idp".to_owned(),
        right.replace(&state, &format!("{}x", &state[..state.len() - 1])),
    ];
    for address in wrong {
        let answer = client.get(&address).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "A-10.3: {address}");
        shows(&answer, "oauth_state_invalid");
    }
    shows(&harness.client().get(&right).await, "oauth_state_invalid");
    shows(
        &client.get(&right.replace("/legacy_idp?", "/other?")).await,
        "oauth_state_invalid",
    );
    assert_eq!(pretend.count(), 0, "nobody was asked");
    nobody_came(&mut program).await;
}

async fn a_10_7_what_the_provider_says_is_passed_on(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    program.make(&pretend.mapped()).await;
    for (error, code) in [
        ("access_denied", "oauth_user_cancelled"),
        ("server_error", "server_error"),
        ("temporarily_unavailable", "temporarily_unavailable"),
        ("vendor:odd-code", "vendor:odd-code"),
    ] {
        let mut client = harness.client();
        let left = leave(&mut client, "legacy_idp").await;
        let pairs = [("error", error), ("error_description", "It said why.")];
        let answer = client.get(&callback(&left, &pairs)).await;
        shows(&answer, code);
        assert!(answer.body.contains("It said why."), "{}", answer.body);
    }
    let mut client = harness.client();
    let left = leave(&mut client, "legacy_idp").await;
    shows(&client.get(&callback(&left, &[])).await, "oauth_code_missing");
    assert_eq!(pretend.seen("/oauth/token").len(), 0);
    nobody_came(&mut program).await;
}

async fn a_11_3_and_a_12_11_failures_of_the_provider_have_their_codes(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    program.make(&pretend.mapped()).await;
    let good = json!({ "access_token": "t" });
    let (token, userinfo) = ("oauth_token_exchange_failed", "oauth_userinfo_failed");
    let table = [
        ("/oauth/token", 400, json!({ "error": "invalid_grant" }), token),
        ("/oauth/token", 500, json!("oops"), token),
        ("/oauth/token", 200, json!({ "error": "invalid_grant" }), token),
        ("/oauth/token", 200, json!({ "access_token": 7 }), token),
        ("/oauth/token", 200, json!({}), token),
        ("/api/me", 500, json!({}), userinfo),
        ("/api/me", 401, json!({ "error": "invalid_token" }), userinfo),
        ("/api/me", 200, json!("<html>"), userinfo),
        ("/api/me", 200, json!([alice()]), userinfo),
        (
            "/api/me",
            200,
            with(alice(), &json!({ "id": "x".repeat(256) })),
            userinfo,
        ),
    ];
    for (path, status, body, code) in table {
        pretend.says("/oauth/token", 200, &good);
        pretend.says("/api/me", 200, &alice());
        pretend.says(path, status, &body);
        shows(&sign_in(&mut harness.client(), "legacy_idp").await, code);
    }
    nobody_came(&mut program).await;
    pretend.says("/api/me", 200, &alice());
    drop(pretend);
    shows(&sign_in(&mut harness.client(), "legacy_idp").await, token);
    nobody_came(&mut program).await;
}

async fn a_17_2_a_disabled_provider_is_gone_and_comes_back(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let path = path_of(&program.make(&pretend.mapped()).await);
    signs_in(harness, "legacy_idp").await;
    let before = program.accounts("").await;
    let mut under_way = harness.client();
    let left = leave(&mut under_way, "legacy_idp").await;
    program
        .patch(&path, &json!({ "enabled": false }))
        .await
        .object(StatusCode::OK);
    assert!(!harness.client().get("/login").await.has("a.source"), "A-8.8");
    assert_eq!(
        harness.client().get("/source/oauth/login/legacy_idp/").await.status,
        StatusCode::NOT_FOUND
    );
    let late = under_way.get(&callback(&left, &[("code", "c")])).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    shows(&late, "oauth_provider_not_found");
    assert_eq!(program.accounts("").await, before);
    program
        .patch(&path, &json!({ "enabled": true }))
        .await
        .object(StatusCode::OK);
    assert!(harness.client().get("/login").await.has("a[data-source=legacy_idp]"));
    signs_in(harness, "legacy_idp").await;
    assert_eq!(program.accounts("").await.len(), 1);
    // both toggles off is the same.
    let off = json!({ "allow_sign_in": false, "allow_sign_up": false });
    program.patch(&path, &off).await.object(StatusCode::OK);
    assert!(!harness.client().get("/login").await.has("a.source"));
}

async fn a_17_3_and_a_17_4_the_toggles_refuse_with_their_codes(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program
        .make(&with(pretend.mapped(), &json!({ "allow_sign_up": false })))
        .await;
    shows(
        &sign_in(&mut harness.client(), "legacy_idp").await,
        "oauth_account_does_not_exist",
    );
    nobody_came(&mut program).await;
    program
        .patch(&path_of(&made), &json!({ "allow_sign_up": true }))
        .await
        .object(StatusCode::OK);
    signs_in(harness, "legacy_idp").await;
    program
        .patch(&path_of(&made), &json!({ "allow_sign_up": false }))
        .await
        .object(StatusCode::OK);
    signs_in(harness, "legacy_idp").await;
    let toggles = json!({ "allow_sign_up": true, "allow_sign_in": false });
    program.patch(&path_of(&made), &toggles).await.object(StatusCode::OK);
    shows(&sign_in(&mut harness.client(), "legacy_idp").await, "sign_in_disabled");
    // Somebody new still gets an account.
    let other = json!({ "id": 43, "email": "bob@acme.example" });
    pretend.says("/api/me", 200, &with(alice(), &other));
    signs_in(harness, "legacy_idp").await;
    assert_eq!(program.accounts("").await.len(), 2);
}

async fn a_17_6_subaddresses_get_no_account_and_keep_one(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&pretend.mapped()).await;
    pretend.says(
        "/api/me",
        200,
        &with(alice(), &json!({ "email": "alice+tag@acme.example" })),
    );
    signs_in(harness, "legacy_idp").await;
    let blocked = json!({ "block_email_subaddresses": true });
    program.patch(&path_of(&made), &blocked).await.object(StatusCode::OK);
    signs_in(harness, "legacy_idp").await;
    pretend.says(
        "/api/me",
        200,
        &with(alice(), &json!({ "id": 43, "email": "bob+tag@acme.example" })),
    );
    shows(
        &sign_in(&mut harness.client(), "legacy_idp").await,
        "email_subaddress_blocked",
    );
    assert_eq!(program.accounts("").await.len(), 1);
}

async fn a_17_7_an_address_is_required_nowhere(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    program.make(&pretend.mapped()).await;
    pretend.says("/api/me", 200, &json!({ "id": 42, "name": "Alice Smith" }));
    let mut client = harness.client();
    let answer = sign_in(&mut client, "legacy_idp").await;
    complete(&mut client, answer).await;
    let account = program.accounts("").await.remove(0);
    assert_eq!(account["email_address"], Value::Null, "A-13.11");
    assert_eq!(account["provider_user_id"], "42");
}

/// Says on the page for it what the provider did not, when it is asked for.
async fn complete(client: &mut Client, answer: Answer) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    if answer.location() == Some("/") {
        return;
    }
    let page = client.follow(answer).await;
    let done = client.submit(&page.form("enroll-form").with("username", "alice")).await;
    assert_eq!(done.location(), Some("/"), "{}", done.body);
}

async fn nothing_secret_stands_on_the_page(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    program.make(&pretend.mapped()).await;
    let leaky = json!({
        "error": "invalid_grant",
        "error_description": "bad: the secret at the provider for the code",
    });
    pretend.says("/oauth/token", 400, &leaky);
    let mut client = harness.client();
    let left = leave(&mut client, "legacy_idp").await;
    let state = left.parameter("state").expect("a state");
    let answer = client.get(&callback(&left, &[("code", "the-long-code")])).await;
    for secret in ["the secret at the provider", "the-long-code", state.as_str()] {
        assert!(!answer.body.contains(secret), "A-10.9: {}", answer.body);
    }
    for event in harness.events("login_failed").await {
        let text = event.detail.to_string();
        assert!(
            !text.contains("the-long-code") && !text.contains("the secret at the provider"),
            "{text}"
        );
    }
}
