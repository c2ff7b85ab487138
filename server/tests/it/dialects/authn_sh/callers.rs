//! Who may call, and what each refusal looks like.

use http::{Method, StatusCode};
use serde_json::json;

use super::support::{Pretend, Program, path_of, with};
use crate::harness::{Harness, on_both};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_1_1_without_a_token_nothing_is_told,
    each_path_asks_for_its_permission,
    a_provider_that_joins_people_by_address_needs_every_permission,
    what_is_not_there_is_404_with_its_code,
    other_methods_are_405,
);

const SOME: &str = "01JZ3M5Q8X0000000000000001";

fn calls() -> Vec<(Method, String, &'static str)> {
    let (provider, account) = (
        format!("/oauth-providers/oauthp_{SOME}"),
        format!("/external-accounts/ext_{SOME}"),
    );
    vec![
        (Method::GET, "/oauth-providers".to_owned(), "sources:read"),
        (Method::POST, "/oauth-providers".to_owned(), "sources:write"),
        (Method::GET, provider.clone(), "sources:read"),
        (Method::PATCH, provider.clone(), "sources:write"),
        (Method::DELETE, provider.clone(), "sources:write"),
        (Method::POST, format!("{provider}/test"), "sources:write"),
        (Method::GET, "/external-accounts".to_owned(), "external-accounts:read"),
        (Method::GET, account.clone(), "external-accounts:read"),
        (Method::DELETE, account, "external-accounts:write"),
    ]
}

async fn a_1_1_without_a_token_nothing_is_told(harness: &Harness) {
    let user = harness.user("alice").await;
    for (token, challenge) in [
        ("", "Bearer realm=\"vestibule\""),
        ("vst_unknown", "Bearer realm=\"vestibule\", error=\"invalid_token\""),
    ] {
        let mut program = Program::with_token(harness, token);
        for (method, path, _) in calls() {
            let reply = program.send(method, &path, &[], b"").await;
            assert_eq!(
                reply.refused(StatusCode::UNAUTHORIZED),
                ["authentication_invalid"],
                "{path}"
            );
            assert_eq!(reply.answer.header("www-authenticate"), Some(challenge));
        }
    }
    // The session of a browser, an administrator's too, opens nothing of the interface for programs.
    let mut admin = user;
    harness.change_user(&mut admin, |admin| admin.is_admin = true).await;
    let mut client = harness.signed_in("alice").await;
    assert_eq!(client.get("/v1/oauth-providers").await.status, StatusCode::UNAUTHORIZED);
}

async fn each_path_asks_for_its_permission(harness: &Harness) {
    for (method, path, needed) in calls() {
        let all = [
            "sources:read",
            "sources:write",
            "external-accounts:read",
            "external-accounts:write",
            "users:write",
        ];
        let others: Vec<&str> = all.into_iter().filter(|permission| *permission != needed).collect();
        let json = [("content-type", "application/json")];
        let mut program = Program::with_permissions(harness, &others).await;
        let reply = program.send(method.clone(), &path, &json, b"{}").await;
        assert_eq!(
            reply.refused(StatusCode::FORBIDDEN),
            ["authorization_invalid"],
            "{method} {path}"
        );
        assert!(reply.answer.body.contains(needed));
        let mut program = Program::with_permissions(harness, &[needed]).await;
        let reply = program.send(method.clone(), &path, &json, b"{}").await;
        let passed = [StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY];
        assert!(
            passed.contains(&reply.answer.status),
            "{method} {path}: {}",
            reply.answer.body
        );
    }
}

async fn a_provider_that_joins_people_by_address_needs_every_permission(harness: &Harness) {
    let pretend = Pretend::start().await;
    let mut writer = Program::with_permissions(harness, &["sources:read", "sources:write"]).await;
    let refused = writer.post("/oauth-providers", &pretend.mapped()).await;
    assert_eq!(refused.refused(StatusCode::FORBIDDEN), ["authorization_invalid"]);
    let made = Program::new(harness).await.make(&pretend.mapped()).await;
    let path = path_of(&made);
    let elsewhere = json!({ "userinfo_endpoint": "https://evil.example/me" });
    writer.patch(&path, &elsewhere).await.refused(StatusCode::FORBIDDEN);
    assert_eq!(writer.get(&path).await.object(StatusCode::OK), made);
    let tested = writer.post(&format!("{path}/test"), &json!({})).await;
    assert_eq!(tested.object(StatusCode::OK)["userinfo_status"], 200);
    assert_eq!(writer.delete(&path).await.answer.status, StatusCode::NO_CONTENT);
}

async fn what_is_not_there_is_404_with_its_code(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program
        .make(&with(pretend.mapped(), &json!({ "provider_key": "here" })))
        .await;
    let native = made["id"].as_str().expect("an id").replace("oauthp_", "src_");
    let ids = [
        native.as_str(),
        "here",
        "%00",
        "%FF",
        "..",
        "oauthp_",
        "ext_",
        "'--",
        &"a".repeat(5000),
        "\u{e4}",
    ];
    let ids = ids.map(|id| id.replace('\u{e4}', "%C3%A4"));
    for id in ids
        .iter()
        .map(String::as_str)
        .chain([format!("oauthp_{SOME}").as_str()])
    {
        let path = format!("/oauth-providers/{id}");
        let missing = ["oauth_provider_not_found"];
        assert_eq!(program.get(&path).await.refused(StatusCode::NOT_FOUND), missing, "{id}");
        assert_eq!(
            program.patch(&path, &json!({})).await.refused(StatusCode::NOT_FOUND),
            missing
        );
        assert_eq!(program.delete(&path).await.refused(StatusCode::NOT_FOUND), missing);
        let tested = program.post(&format!("{path}/test"), &json!({})).await;
        assert_eq!(tested.refused(StatusCode::NOT_FOUND), missing, "A-6.1");
    }
    for id in ids.iter().map(String::as_str).chain([format!("ext_{SOME}").as_str()]) {
        let path = format!("/external-accounts/{id}");
        let missing = ["external_account_not_found"];
        assert_eq!(program.get(&path).await.refused(StatusCode::NOT_FOUND), missing, "{id}");
        assert_eq!(program.delete(&path).await.refused(StatusCode::NOT_FOUND), missing);
    }
}

async fn other_methods_are_405(harness: &Harness) {
    let mut program = Program::new(harness).await;
    for (method, path) in [
        (Method::PUT, "/oauth-providers"),
        (Method::DELETE, "/oauth-providers"),
        (Method::POST, "/oauth-providers/x"),
        (Method::GET, "/oauth-providers/x/test"),
        (Method::POST, "/external-accounts"),
        (Method::PATCH, "/external-accounts/x"),
        (Method::POST, "/me/external-accounts"),
    ] {
        let reply = program.send(method, path, &[], b"").await;
        assert_eq!(
            reply.refused(StatusCode::METHOD_NOT_ALLOWED),
            ["method_not_allowed"],
            "{path}"
        );
    }
}
