//! Bearer tokens at userinfo, introspection and revocation (RFC 6750, RFC 7662, RFC 7009).

use axum::body::Body;
use http::{Method, Request, header};
use protocol::client::{AccessTokenFormat, ClientType};

use super::support::{
    SECRET, application, application_with, browser_of, is_active, json, refresh, refusal, text, tokens, userinfo,
};
use crate::harness::{Harness, on_both};

on_both!(
    the_three_ways_of_sending_a_token,
    what_is_no_token_is_challenged,
    introspection_tells_only_the_owner,
    introspection_needs_a_secret_that_counts,
    revoking_an_access_token_ends_it_alone,
    revoking_a_refresh_token_ends_the_family,
    a_stranger_revokes_nothing,
    opaque_tokens_work_alike,
    a_revoked_token_that_comes_again_is_noted,
    no_part_of_a_token_is_a_token,
);

async fn the_three_ways_of_sending_a_token(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let token = text(&tokens(harness, &mut browser, "shop").await, "access_token");
    for scheme in ["Bearer", "bearer"] {
        for method in [Method::GET, Method::POST] {
            let request = Request::builder()
                .method(method.clone())
                .uri("/application/o/userinfo/")
                .header(header::AUTHORIZATION, format!("{scheme} {token}"));
            let answer = harness.client().send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 200, "{method} {scheme}");
        }
    }
    let body = harness
        .client()
        .post("/application/o/userinfo/", &[("access_token", &token)])
        .await;
    assert_eq!(body.status, 200);
    let query = harness
        .client()
        .get(&format!("/application/o/userinfo/?access_token={token}"))
        .await;
    assert_eq!(query.status, 200);
    let twice = Request::builder()
        .uri(format!("/application/o/userinfo/?access_token={token}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = harness.client().send(twice.body(Body::empty()).unwrap()).await;
    assert_eq!(refusal(&answer), (400, "invalid_request".into(), "bearer_twice".into()));
}

async fn what_is_no_token_is_challenged(harness: &Harness) {
    let answer = harness.client().get("/application/o/userinfo/").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("www-authenticate")),
        (401, Some("Bearer realm=\"vestibule\""))
    );
    for token in ["x", "a.b.c", "..", "\u{7f}", &"x".repeat(10_000)] {
        let request = Request::builder().uri("/application/o/userinfo/");
        let Ok(request) = request
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty())
        else {
            continue;
        };
        let answer = harness.client().send(request).await;
        assert_eq!(answer.status, 401);
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .contains("error=\"invalid_token\"")
        );
    }
}

async fn introspection_tells_only_the_owner(harness: &Harness) {
    application(harness, "shop").await;
    application(harness, "other").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let tokens = tokens(harness, &mut browser, "shop").await;
    for name in ["access_token", "refresh_token"] {
        let value = text(&tokens, name);
        let ask = |slug: &'static str, value: String| async move {
            let fields = [("client_id", slug), ("client_secret", SECRET), ("token", &value)];
            json(&harness.client().post("/application/o/introspect/", &fields).await)
        };
        let own = ask("shop", value.clone()).await;
        assert_eq!(own["active"], true);
        assert_eq!((&own["client_id"], &own["username"]), (&"shop".into(), &"alice".into()));
        assert_eq!(own["scope"], "email offline_access openid profile");
        assert_eq!(ask("other", value).await, serde_json::json!({ "active": false }));
    }
    let unknown = [("client_id", "shop"), ("client_secret", SECRET), ("token", "unknown")];
    let answer = harness.client().post("/application/o/introspect/", &unknown).await;
    assert_eq!(json(&answer), serde_json::json!({ "active": false }));
    let wrong = [("client_id", "shop"), ("client_secret", "wrong"), ("token", "unknown")];
    let answer = harness.client().post("/application/o/introspect/", &wrong).await;
    assert_eq!(
        refusal(&answer),
        (401, "invalid_client".into(), "client_secret_wrong".into())
    );
}

async fn introspection_needs_a_secret_that_counts(harness: &Harness) {
    application_with(harness, "app", |app| app.client_type = ClientType::Public).await;
    for secret in ["", "made up", SECRET] {
        let fields = [("client_id", "app"), ("client_secret", secret), ("token", "unknown")];
        let answer = harness.client().post("/application/o/introspect/", &fields).await;
        assert_eq!(refusal(&answer).1, "invalid_client", "{secret}");
    }
}

async fn revoking_an_access_token_ends_it_alone(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let tokens = tokens(harness, &mut browser, "shop").await;
    let access_token = text(&tokens, "access_token");
    revoke(harness, "shop", &access_token).await;
    assert_eq!(userinfo(harness, &access_token).await.status, 401);
    assert!(!is_active(harness, "shop", &access_token).await);
    assert_eq!(
        refresh(harness, "shop", &text(&tokens, "refresh_token")).await.status,
        200
    );
}

async fn revoking_a_refresh_token_ends_the_family(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let tokens = tokens(harness, &mut browser, "shop").await;
    revoke(harness, "shop", &text(&tokens, "refresh_token")).await;
    assert!(!is_active(harness, "shop", &text(&tokens, "refresh_token")).await);
    assert_eq!(userinfo(harness, &text(&tokens, "access_token")).await.status, 401);
}

async fn a_stranger_revokes_nothing(harness: &Harness) {
    application(harness, "shop").await;
    application(harness, "other").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let tokens = tokens(harness, &mut browser, "shop").await;
    revoke(harness, "other", &text(&tokens, "access_token")).await;
    revoke(harness, "other", &text(&tokens, "refresh_token")).await;
    assert_eq!(userinfo(harness, &text(&tokens, "access_token")).await.status, 200);
    assert_eq!(
        refresh(harness, "shop", &text(&tokens, "refresh_token")).await.status,
        200
    );
    let nobody = harness.client().post("/application/o/revoke/", &[("token", "x")]).await;
    assert_eq!(refusal(&nobody).1, "invalid_request");
}

async fn revoke(harness: &Harness, slug: &str, value: &str) {
    let fields = [("client_id", slug), ("client_secret", SECRET), ("token", value)];
    let answer = harness.client().post("/application/o/revoke/", &fields).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "{}"));
}

async fn opaque_tokens_work_alike(harness: &Harness) {
    application_with(harness, "shop", |shop| {
        shop.access_token_format = AccessTokenFormat::Opaque;
    })
    .await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let token = text(&tokens(harness, &mut browser, "shop").await, "access_token");
    assert!(!token.contains('.') && token.len() >= 43);
    assert_eq!(json(&userinfo(harness, &token).await)["email"], "alice@example.com");
    assert!(is_active(harness, "shop", &token).await);
}

async fn no_part_of_a_token_is_a_token(harness: &Harness) {
    application_with(harness, "shop", |shop| {
        shop.access_token_format = AccessTokenFormat::Opaque;
    })
    .await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let token = text(&tokens(harness, &mut browser, "shop").await, "access_token");
    for cut in 1..token.len() {
        assert_eq!(userinfo(harness, &token[..cut]).await.status, 401);
        assert_eq!(userinfo(harness, &token[cut..]).await.status, 401);
    }
    assert_eq!(userinfo(harness, &format!("{token}A")).await.status, 401);
}

/// Contract, section 4, `events`; authentik sheet, 1.4.5.
async fn a_revoked_token_that_comes_again_is_noted(harness: &Harness) {
    let user = harness.user("ada").await;
    let mut browser = browser_of(harness, &user).await;
    let shop = application(harness, "shop").await;
    let noted = async || harness.events("suspicious_request").await;
    let tokens = tokens(harness, &mut browser, "shop").await;
    let access_token = text(&tokens, "access_token");
    assert_eq!(userinfo(harness, &access_token).await.status, 200);
    assert!(noted().await.is_empty());
    let fields = [
        ("client_id", "shop"),
        ("client_secret", SECRET),
        ("token", access_token.as_str()),
    ];
    assert_eq!(
        harness.client().post("/application/o/revoke/", &fields).await.status,
        200
    );
    for _ in 0..3 {
        assert_eq!(userinfo(harness, &access_token).await.status, 401);
    }
    let events = noted().await;
    assert_eq!(events.len(), 1, "not at every try");
    assert_eq!(
        (events[0].actor.as_deref(), events[0].client_address.as_deref()),
        (Some(shop.id.as_str()), Some("192.0.2.1"))
    );
    assert_eq!(events[0].detail["reason"], "revoked_access_token");
    harness.advance(60);
    // The other doors for access tokens note it as well.
    let bearer = format!("Bearer {access_token}");
    let mut client = harness.client().with_header(header::AUTHORIZATION, &bearer);
    assert_eq!(client.get("/user").await.status, 401);
    assert_eq!(noted().await.len(), 2);
    harness.advance(60);
    assert_eq!(client.get("/api/v1/users").await.status, 401);
    assert_eq!(noted().await.len(), 3);
    // What has expired, or was never there, is nobody's fault.
    harness.advance(2 * 60 * 60);
    assert_eq!(userinfo(harness, &access_token).await.status, 401);
    assert_eq!(userinfo(harness, "nonsense").await.status, 401);
    assert_eq!(noted().await.len(), 3);
}
