//! `/oauth/token`: tokens for the management interface (B-3.2, B-3.3, B-6.6), and `management_scopes` of applications.

use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use super::support::{Management, application, change, claims, exchange, json_of, plain, shop};
use crate::api::support::Api;
use crate::harness::{Answer, Harness, on_both, secret_of};

const AUDIENCE: &str = "http://localhost:9000/api/v2/";

/// Lets an application act with these scopes.
async fn grant(harness: &Harness, slug: &str, scopes: &[&str]) {
    let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    change(harness, slug, |application| application.management_scopes = scopes).await;
}

async fn ask(harness: &Harness, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("grant_type", "client_credentials"), ("audience", AUDIENCE)];
    fields.extend_from_slice(more);
    exchange(harness, &fields).await
}

fn refused(answer: &Answer, status: StatusCode, error: &str, refusal: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    let json: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!([&json["error"], &json["refusal"]], [error, refusal], "{}", answer.body);
}

async fn a_token_that_the_interface_takes(harness: &Harness) {
    shop(harness).await;
    grant(harness, "shop", &["create:connections", "read:connections"]).await;
    let tokens = json_of(&ask(harness, &[]).await);
    let token = tokens["access_token"].clone();
    let expected = json!({
        "access_token": token, "token_type": "Bearer", "expires_in": 3600,
        "scope": "create:connections read:connections",
    });
    assert_eq!(tokens, expected);
    let said = claims(&token);
    assert_eq!([&said["aud"], &said["iss"]], [AUDIENCE, "http://localhost:9000/"]);
    assert_eq!(
        [&said["azp"], &said["scope"]],
        ["shop", "create:connections read:connections"]
    );
    let mut management = Management::with_token(harness, token.as_str().unwrap());
    let made = management.make(&plain("harbor")).await;
    assert_eq!(
        management.get("/connections").await.is(StatusCode::OK)[0]["id"],
        made["id"]
    );
    let reply = management.delete(&super::support::path(&made)).await;
    reply.refused(StatusCode::FORBIDDEN, "insufficient_scope");
    let event = &harness.events("source_created").await[0];
    let account = harness
        .app
        .store
        .load_user(event.actor.as_deref().unwrap())
        .await
        .unwrap();
    assert_eq!(account.unwrap().user.username, "ak-Name of shop-client_credentials");
    assert!(event.detail["application"].as_str().unwrap().starts_with("app_"));
    let issued = &harness.events("token_issued").await[0];
    assert_eq!(issued.detail["audience"], AUDIENCE);
    // It opens nothing else, and nothing else opens the interface.
    let mut native = Api::with_token(harness, token.as_str().unwrap());
    native.get("/sources").await.problem(StatusCode::FORBIDDEN);
    let mut client = harness
        .client()
        .with_header(header::AUTHORIZATION, &format!("Bearer {}", token.as_str().unwrap()));
    assert_eq!(client.get("/userinfo").await.status, StatusCode::FORBIDDEN);
    let ordinary = json_of(&exchange(harness, &[("grant_type", "client_credentials"), ("scope", "email")]).await);
    let mut foreign = Management::with_token(harness, ordinary["access_token"].as_str().unwrap());
    let reply = foreign.get("/connections").await;
    reply.refused(StatusCode::UNAUTHORIZED, "invalid_token");
}

async fn json_bodies_and_named_scopes(harness: &Harness) {
    shop(harness).await;
    grant(harness, "shop", &["create:connections", "read:connections"]).await;
    let body = json!({
        "grant_type": "client_credentials", "client_id": "shop", "client_secret": secret_of("shop"), "audience": AUDIENCE,
        "scope": "read:connections",
    });
    let post = async |body: String| {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/oauth/token")
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body(body.into())
            .expect("a request");
        harness.client().send(request).await
    };
    let tokens = json_of(&post(body.to_string()).await);
    assert_eq!(tokens["scope"], "read:connections");
    let mut management = Management::with_token(harness, tokens["access_token"].as_str().unwrap());
    management.get("/connections").await.is(StatusCode::OK);
    let reply = management.post("/connections", &plain("harbor")).await;
    reply.refused(StatusCode::FORBIDDEN, "insufficient_scope");
    for body in ["{", "[]", r#"{"grant_type":"a","grant_type":"b"}"#] {
        refused(
            &post(body.to_owned()).await,
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "parameters_malformed",
        );
    }
    let other = harness.client().get("/oauth/token").await;
    assert_eq!(other.status, StatusCode::METHOD_NOT_ALLOWED);
}

async fn what_is_not_granted_is_refused(harness: &Harness) {
    shop(harness).await;
    let none = ask(harness, &[]).await;
    refused(&none, StatusCode::FORBIDDEN, "access_denied", "management_not_granted");
    grant(harness, "shop", &["read:connections"]).await;
    let more = ask(harness, &[("scope", "read:connections delete:connections")]).await;
    refused(
        &more,
        StatusCode::FORBIDDEN,
        "access_denied",
        "management_scope_not_granted",
    );
    for audience in [
        "http://localhost:9000/api/v2",
        "https://elsewhere.example/api/v2/",
        "shop",
    ] {
        let fields = [("grant_type", "client_credentials"), ("audience", audience)];
        let answer = exchange(harness, &fields).await;
        refused(&answer, StatusCode::FORBIDDEN, "access_denied", "audience_unknown");
    }
    let fields = [
        ("grant_type", "client_credentials"),
        ("audience", AUDIENCE),
        ("client_id", "shop"),
        ("client_secret", "not the secret of it"),
    ];
    let wrong = harness.client().post("/oauth/token", &fields).await;
    refused(
        &wrong,
        StatusCode::UNAUTHORIZED,
        "invalid_client",
        "client_secret_wrong",
    );
    let without = harness.client().post("/oauth/token", &fields[..3]).await;
    refused(
        &without,
        StatusCode::UNAUTHORIZED,
        "invalid_client",
        "client_authentication_missing",
    );
    change(harness, "shop", |application| {
        application.grant_types.retain(|grant| !grant.is_machine());
    })
    .await;
    refused(
        &ask(harness, &[]).await,
        StatusCode::BAD_REQUEST,
        "unauthorized_client",
        "grant_type_not_allowed",
    );
}

async fn a_scope_that_is_taken_away_opens_nothing(harness: &Harness) {
    shop(harness).await;
    grant(harness, "shop", &["create:connections", "read:connections"]).await;
    let tokens = json_of(&ask(harness, &[]).await);
    let mut management = Management::with_token(harness, tokens["access_token"].as_str().unwrap());
    grant(harness, "shop", &["create:connections"]).await;
    let reply = management.get("/connections").await;
    reply.refused(StatusCode::FORBIDDEN, "insufficient_scope");
    management.make(&plain("harbor")).await;
    // The standing grant ends them all at once, and a new token hangs under a new one.
    let mut api = Api::new(harness).await;
    let grants = api.get("/grants?limit=200").await.found();
    let standing = grants["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|grant| grant["kind"] == "management");
    let id = standing.unwrap_or_else(|| panic!("no grant: {grants}"))["id"]
        .as_str()
        .unwrap();
    assert_eq!(
        api.delete(&format!("/grants/{id}")).await.status(),
        StatusCode::NO_CONTENT
    );
    let reply = management.post("/connections", &plain("other")).await;
    reply.refused(StatusCode::UNAUTHORIZED, "invalid_token");
    let tokens = json_of(&ask(harness, &[]).await);
    let mut management = Management::with_token(harness, tokens["access_token"].as_str().unwrap());
    management.make(&plain("other")).await;
    // They end by time as well.
    harness.advance(3601);
    let reply = management.post("/connections", &plain("third")).await;
    reply.refused(StatusCode::UNAUTHORIZED, "invalid_token");
}

async fn nobody_grants_what_they_do_not_hold(harness: &Harness) {
    application(harness, "strong-application").await;
    grant(harness, "strong-application", &["delete:connections"]).await;
    let mut api = Api::with_permissions(
        harness,
        &["applications:read", "applications:write", "read:connections"],
    )
    .await;
    let mine = json!({ "name": "Mine", "management_scopes": ["read:connections"] });
    let made = api.post("/applications", &mine).await.created();
    assert_eq!(made["management_scopes"], json!(["read:connections"]));
    let more = json!({ "name": "More", "management_scopes": ["read:connections", "create:connections"] });
    api.post("/applications", &more).await.problem(StatusCode::FORBIDDEN);
    let mine = format!("/applications/{}", made["id"].as_str().unwrap());
    let change = json!({ "management_scopes": ["create:connections"] });
    api.patch(&mine, &change).await.problem(StatusCode::FORBIDDEN);
    // Nor do they get the secret of an application that may more than they do.
    let strong = "/applications/strong-application";
    for change in [
        json!({ "client_secret": null }),
        json!({ "client_secret": "x".repeat(40) }),
    ] {
        api.patch(strong, &change).await.problem(StatusCode::FORBIDDEN);
    }
    let rotated = api.post(&format!("{strong}/rotate-secret"), &json!({})).await;
    rotated.problem(StatusCode::FORBIDDEN);
    api.patch(strong, &json!({ "description": "Harmless" })).await.found();
    // A scope that does not exist, and the default.
    let mut all = Api::new(harness).await;
    let wrong = all
        .patch(strong, &json!({ "management_scopes": ["read:tenants"] }))
        .await;
    assert_eq!(wrong.wrong(), ["management_scopes:not_found"]);
    let reset = all.patch(strong, &json!({ "management_scopes": null })).await.found();
    assert_eq!(reset["management_scopes"], json!([]));
}

on_both!(
    a_token_that_the_interface_takes,
    json_bodies_and_named_scopes,
    what_is_not_granted_is_refused,
    a_scope_that_is_taken_away_opens_nothing,
    nobody_grants_what_they_do_not_hold,
);
