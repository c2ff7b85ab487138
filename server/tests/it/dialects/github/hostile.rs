//! What must not get in: dead tokens, tokens of other kinds, tokens in addresses, and methods that change things.

use http::{Method, Request, header};
use serde_json::json;

use super::support::{application, code, found, get, json_of, redeem, token};
use crate::harness::{Harness, on_both, secret_of};

on_both!(
    what_is_no_token_is_answered_in_github_s_shape,
    whatever_ends_a_token_ends_it_here,
    tokens_of_other_kinds_open_nothing,
    tokens_in_addresses_are_refused,
    nothing_can_be_changed,
);

async fn what_is_no_token_is_answered_in_github_s_shape(harness: &Harness) {
    for (value, message) in [
        (None, "Requires authentication"),
        (Some("token"), "Requires authentication"),
        (Some("Basic YTpi"), "Requires authentication"),
        (Some("token unknown"), "Bad credentials"),
        (Some("Bearer a.b.c"), "Bad credentials"),
    ] {
        for path in [
            "/user",
            "/user/teams",
            "/api/v3/user",
            "/api/v3/orgs/vestibule/members/alice",
            "/api/v3/",
        ] {
            let mut client = harness.client();
            if let Some(value) = value {
                client = client.with_header(header::AUTHORIZATION, value);
            }
            let answer = client.get(path).await;
            assert_eq!(answer.status, 401, "{value:?} {path}");
            let body = json_of(&answer);
            assert_eq!((&body["message"], &body["status"]), (&json!(message), &json!("401")));
            assert_eq!(body["documentation_url"], "https://docs.github.com/rest");
            assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"));
        }
    }
}

async fn whatever_ends_a_token_ends_it_here(harness: &Harness) {
    for end in 0..5 {
        let slug = format!("shop{end}");
        let mut shop = application(harness, &slug).await;
        let mut user = harness.user(&format!("user{end}")).await;
        let mut browser = harness.signed_in(&user.username).await;
        let code = code(&mut browser, &slug, "user:email").await;
        let token = redeem(harness, &slug, &code)
            .await
            .get("access_token")
            .unwrap()
            .to_owned();
        found(harness, &token, "/user").await;
        match end {
            0 => harness.change_user(&mut user, |user| user.is_active = false).await,
            1 => harness.change_application(&mut shop, |shop| shop.enabled = false).await,
            2 => {
                let secret = secret_of(&slug);
                let fields = [
                    ("client_id", slug.as_str()),
                    ("client_secret", &secret),
                    ("token", &token),
                ];
                assert_eq!(
                    harness.client().post("/application/o/revoke/", &fields).await.status,
                    200
                );
            }
            3 => {
                let page = browser.get("/logout").await;
                browser.submit(&page.form("logout-form")).await;
            }
            _ => harness.advance(3600),
        }
        let answer = get(harness, &token, "/user").await;
        assert_eq!(answer.status, 401, "end {end}");
        assert_eq!(json_of(&answer)["message"], "Bad credentials");
    }
}

async fn tokens_of_other_kinds_open_nothing(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    let code = code(&mut browser, "shop", "openid,user:email,offline_access").await;
    let tokens = redeem(harness, "shop", &code).await;
    for kind in ["refresh_token", "id_token"] {
        assert_eq!(
            get(harness, tokens.get(kind).unwrap(), "/user").await.status,
            401,
            "{kind}"
        );
    }
    assert_eq!(get(harness, &code, "/user").await.status, 401, "a code");
    let api = crate::api::support::Api::new(harness).await;
    assert_eq!(get(harness, &api.token, "/user").await.status, 401, "an API token");
    // And a token of GitHub's way in opens the management API no more than any other.
    let github = token(harness, &alice, "shop", "user:email").await;
    let mut api = crate::api::support::Api::with_token(harness, &github);
    api.get("/users").await.problem(http::StatusCode::FORBIDDEN);
    // A machine can not name special scopes: they are of no mapping.
    let secret = secret_of("shop");
    let fields = [
        ("client_id", "shop"),
        ("client_secret", secret.as_str()),
        ("grant_type", "client_credentials"),
        ("scope", "user:email"),
    ];
    let answer = harness.client().post("/application/o/token/", &fields).await;
    assert_eq!(
        (answer.status.as_u16(), &json_of(&answer)["refusal"]),
        (400, &json!("scope_unknown"))
    );
}

async fn tokens_in_addresses_are_refused(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    let token = token(harness, &alice, "shop", "user:email").await;
    for path in [
        format!("/user?access_token={token}"),
        "/api/v3/user?access_token=".to_owned(),
    ] {
        for with_header in [false, true] {
            let mut client = harness.client();
            if with_header {
                client = client.with_header(header::AUTHORIZATION, &format!("token {token}"));
            }
            let answer = client.get(&path).await;
            assert_eq!(answer.status, 400, "{path}");
            assert_eq!(json_of(&answer)["refusal"], "bearer_in_query");
            assert!(!answer.body.contains(&token));
        }
    }
}

async fn nothing_can_be_changed(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    let token = token(harness, &alice, "shop", "user:email,read:org").await;
    for path in [
        "/user",
        "/user/emails",
        "/api/v3/user",
        "/api/v3/orgs/vestibule/memberships/alice",
    ] {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let request = Request::builder()
                .method(method.clone())
                .uri(path)
                .header(header::AUTHORIZATION, format!("token {token}"))
                .body("{\"name\":\"x\"}".to_owned().into())
                .unwrap();
            let answer = harness.client().send(request).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some("GET, HEAD"));
            assert!(json_of(&answer)["message"].is_string());
        }
    }
}
